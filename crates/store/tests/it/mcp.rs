//! MCP servers: a change and what is found out are written over the state that was seen, and over no other.

use callwright_model::mcp_server::{McpFound, McpServer};
use serde_json::json;

use crate::support::{Database, at};

async fn server(db: &Database) -> McpServer {
    let (org, user) = db.organization().await;
    let server = McpServer {
        id: db.id(),
        organization_id: org,
        created_by: user,
        spec: serde_json::from_value(json!({"name": "files", "url": "https://a.example/mcp"})).unwrap(),
        found: McpFound::default(),
        created_at: at(1),
        updated_at: at(1),
    };
    let row = server.clone();
    assert!(db.store.write(row, |row, tx| Box::pin(tx.create_mcp_server(row))).await.unwrap());
    server
}

on_both! {
    async fn what_was_seen_before_a_change_does_not_undo_it(db) {
        let before = server(db).await;
        let (org, id) = (before.organization_id, before.id);
        let mut after = McpServer { updated_at: at(2), ..before.clone() };
        after.spec.url = Some("https://b.example/mcp".to_owned());
        let update = |row: McpServer| db.store.write(row, move |row, tx| Box::pin(tx.update_mcp_server(row, at(1))));
        assert!(update(after.clone()).await.unwrap());
        // Somebody else had read it before that.
        assert!(!update(McpServer { updated_at: at(3), ..before.clone() }).await.unwrap());
        let found = McpFound { endpoint: Some("https://a.example/mcp".to_owned()), ..McpFound::default() };
        let put = |seen| {
            db.store.write(found.clone(), move |found, tx| Box::pin(tx.put_mcp_found(org, id, seen, found)))
        };
        let hold = |seen| db.store.write((), move |(), tx| Box::pin(tx.hold_mcp_server(org, id, seen)));
        assert!(!put(at(1)).await.unwrap());
        assert!(!hold(at(1)).await.unwrap());
        let kept = db.store.mcp_server_by_id(org, id).await.unwrap().unwrap();
        assert_eq!((kept.spec.url.as_deref(), kept.found.endpoint), (Some("https://b.example/mcp"), None));
        assert!(put(at(2)).await.unwrap());
        assert!(hold(at(2)).await.unwrap());
        assert!(db.store.mcp_server_by_id(org, id).await.unwrap().unwrap().found.endpoint.is_some());
        let gone = db.store.write((), move |(), tx| Box::pin(tx.delete_mcp_server(org, id))).await.unwrap();
        assert!(gone.is_some() && !hold(at(2)).await.unwrap());
        assert!(db.store.write((), move |(), tx| Box::pin(tx.delete_mcp_server(org, id))).await.unwrap().is_none());
    }
}
