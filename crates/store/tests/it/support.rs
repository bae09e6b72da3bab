//! A fresh database for each test, and things to put into it.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use callwright_model::{
    Id, IdSource, Timestamp,
    account::{Organization, Role},
    context::Channel,
    execution::{Execution, State},
    id::{ExecutionId, IdKind, NodeId, OrgId, UserId},
    page::{Page, PageRequest},
    tool::{Effect, HttpConfig, Kind, Policy, ResultSpec, Tool, ToolSpec},
};
use callwright_store::{Options, Store, Synchronous, account::User, execution::NewExecution};
use serde_json::json;

/// Runs each test on both databases.
macro_rules! on_both {
    ($(async fn $name:ident($db:ident) $body:block)+) => { $(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($db: &crate::support::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let db = crate::support::Database::sqlite().await;
                test(&db).await;
                db.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(db) = crate::support::Database::postgres().await else {
                    return;
                };
                test(&db).await;
                db.finish().await;
            }
        }
    )+ };
}

/// A database that is there for one test.
pub(crate) struct Database {
    pub(crate) store: Store,
    pub(crate) dir: tempfile::TempDir,
    pub(crate) url: Option<String>,
    server: Option<(String, String)>,
    pub(crate) ids: IdSource,
}

impl Database {
    pub(crate) async fn sqlite() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let store = Store::open(options(&dir, None)).await.expect("opens");
        Self { store, dir, url: None, server: None, ids: IdSource::default() }
    }

    /// None when there is no server to try.
    pub(crate) async fn postgres() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("CALLWRIGHT_TEST_POSTGRES").ok()?;
        let name = format!("cw_store_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        admin(&server, &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        let url = with_database(&server, &name);
        let dir = tempfile::tempdir().expect("a directory");
        let store = Store::open(options(&dir, Some(&url))).await.expect("opens");
        Some(Self { store, dir, url: Some(url), server: Some((server, name)), ids: IdSource::default() })
    }

    pub(crate) fn options(&self) -> Options {
        options(&self.dir, self.url.as_deref())
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.url.is_some()
    }

    pub(crate) async fn finish(self) {
        self.store.close().await.expect("closes");
        drop(self.store);
        if let Some((server, name)) = self.server {
            admin(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }

    pub(crate) fn id<K: IdKind>(&self) -> Id<K> {
        self.ids.next()
    }

    /// An organization with an owner.
    pub(crate) async fn organization(&self) -> (OrgId, UserId) {
        let organization = Organization { id: self.id(), name: "Acme".to_owned(), created_at: at(0) };
        self.store.create_organization(&organization).await.expect("creates");
        let owner = self.user(organization.id, Role::Owner).await;
        (organization.id, owner)
    }

    /// A new user, as a member of `org`.
    pub(crate) async fn user(&self, org: OrgId, role: Role) -> UserId {
        let id: UserId = self.id();
        let user = User {
            id,
            email: format!("{id}@example.com"),
            name: "Somebody".to_owned(),
            password_hash: None,
            created_at: at(0),
        };
        self.store.create_user(&user).await.expect("creates");
        self.store.add_member(org, id, role, at(0)).await.expect("adds");
        id
    }

    pub(crate) fn tool(&self, org: OrgId, user: UserId, name: &str) -> Tool {
        Tool {
            id: self.id(),
            organization_id: org,
            user_id: user,
            spec: spec(name),
            revision: 1,
            created_at: at(1),
            updated_at: at(1),
        }
    }

    /// The record of a read that worked.
    pub(crate) fn execution(&self, org: OrgId) -> Execution {
        execution(self.id(), org)
    }

    /// A write that is about to act for `node`.
    pub(crate) fn write(&self, org: OrgId, node: NodeId, slot: Option<&str>) -> NewExecution {
        let mut execution = self.execution(org);
        execution.effect = Effect::Write;
        execution.node_id = Some(node);
        execution.state = State::Received;
        (execution.output, execution.ended_at, execution.duration_ms) = (None, None, None);
        NewExecution {
            execution,
            intent_slot: slot.map(str::to_owned),
            intent_expires_at: slot.map(|_| at(1_000)),
            resendable: false,
        }
    }
}

fn options(dir: &tempfile::TempDir, url: Option<&str>) -> Options {
    Options { url: url.map(str::to_owned), data_dir: dir.path().join("data"), synchronous: Synchronous::Full }
}

fn with_database(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let authority_end = base.find("://").map_or(0, |at| at + 3);
    let path = base[authority_end..].find('/').map_or(base.len(), |at| authority_end + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &base[..path])
}

pub(crate) async fn admin(server: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.expect("connects");
    tokio::spawn(connection);
    client.batch_execute(sql).await.expect("carries out");
}

/// A time `seconds` after the tests' epoch.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + seconds * 1_000_000)
}

pub(crate) fn spec(name: &str) -> ToolSpec {
    ToolSpec {
        name: name.to_owned(),
        display_name: None,
        description: format!("Does {name}"),
        category: None,
        kind: Kind::Http,
        effect: Effect::Read,
        repeatable: false,
        parameters: json!({"type": "object", "properties": {}}),
        bound: BTreeMap::new(),
        config: serde_json::from_value::<HttpConfig>(json!({"url": "https://example.com"}))
            .expect("a configuration")
            .into(),
        result: ResultSpec::default(),
        policy: Policy::default(),
        fallback: None,
        speech: None,
        redact: Vec::new(),
        active: true,
        is_shared: true,
        is_public: false,
        is_template: false,
        labels: BTreeMap::new(),
        version: Some("1.0.0".to_owned()),
    }
}

pub(crate) fn execution(id: ExecutionId, org: OrgId) -> Execution {
    Execution {
        id,
        organization_id: org,
        tool_id: Id::from_raw(1),
        tool_name: "look".to_owned(),
        tool_version: "1.0.0".to_owned(),
        tool_revision: 1,
        kind: Kind::Http,
        effect: Effect::Read,
        state: State::Done,
        agent_id: None,
        user_id: None,
        token_id: None,
        call_id: None,
        conversation_id: None,
        channel: Channel::Chat,
        source: "rest".to_owned(),
        intent_key: None,
        args_hash: "hash".to_owned(),
        input: json!({"city": "Zürich"}),
        output: Some(callwright_model::Content::json(json!({"ok": true}))),
        error: None,
        attempts: Vec::new(),
        dry_run: false,
        replay_of: None,
        request_id: None,
        node_id: None,
        settled: None,
        received_at: at(10),
        started_at: None,
        ended_at: Some(at(11)),
        duration_ms: Some(12.5),
        passage: None,
    }
}

/// Follows a list's cursors to its end, checking that no page is too long.
pub(crate) async fn all_pages<T, F>(limit: u32, mut list: impl FnMut(PageRequest) -> F) -> Vec<T>
where
    F: Future<Output = callwright_store::Result<Page<T>>>,
{
    let mut all = Vec::new();
    let mut request = PageRequest::first(limit);
    loop {
        let page = list(request).await.expect("lists");
        assert!(page.items.len() <= limit as usize);
        all.extend(page.items);
        match page.next_cursor {
            None => return all,
            Some(cursor) => request = PageRequest::parse(Some(limit), Some(&cursor)).expect("our own cursor"),
        }
    }
}

/// The code of a conflict.
pub(crate) fn code<T: std::fmt::Debug>(outcome: callwright_store::Result<T>) -> &'static str {
    match outcome {
        Err(callwright_store::Error::Conflict { code, .. }) => code,
        other => panic!("not a conflict: {other:?}"),
    }
}
