//! Tools, versions, grants, agents, secrets, the audit log, and the numbers that tell of changes.

use callwright_model::{
    Object, Timestamp,
    account::Role,
    agent::{Agent, Assignment},
    id::{AgentId, OrgId, ToolId, UserId},
    page::{PageRequest, encode_cursor},
    tool::Kind,
};
use callwright_store::{
    Error,
    audit::{AuditEntry, AuditFilter},
    secret::{DataKeyRow, SecretRow},
    tool::ToolFilter,
};
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Database, all_pages, at, code};

fn agent(db: &Database, org: OrgId, user: UserId, name: &str) -> Agent {
    Agent {
        id: db.id(),
        organization_id: org,
        user_id: user,
        name: name.to_owned(),
        description: String::new(),
        instructions: "Be kind".to_owned(),
        model: "gpt".to_owned(),
        profile: Default::default(),
        tools_settings: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

fn assignment(agent: AgentId, tool: ToolId, position: i64) -> Assignment {
    let mut overrides = Object::new();
    overrides.insert("description".to_owned(), json!("Only on Mondays"));
    Assignment {
        agent_id: agent,
        tool_id: tool,
        enabled: true,
        overrides,
        position,
        pin: None,
        created_at: at(position),
        updated_at: at(position),
    }
}

fn secret(db: &Database, org: OrgId, agent: Option<AgentId>, name: &str, sealed: &str, now: Timestamp) -> SecretRow {
    SecretRow {
        id: db.id(),
        org_id: org,
        agent_id: agent,
        name: name.to_owned(),
        sealed: sealed.to_owned(),
        version: 1,
        created_by: db.id(),
        created_at: now,
        updated_at: now,
    }
}

on_both! {
    async fn a_tool_is_made_found_changed_and_deleted(db) {
        let (org, owner) = db.organization().await;
        let mut tool = db.tool(org, owner, "look");
        db.store.create_tool(&tool, Some("first"), owner).await.unwrap();
        assert_eq!(db.store.tool_by_name(org, "look").await.unwrap().as_ref(), Some(&tool));
        assert_eq!(db.store.tool_by_id(org, tool.id).await.unwrap().as_ref(), Some(&tool));
        assert_eq!(code(db.store.create_tool(&db.tool(org, owner, "look"), None, owner).await), "name_taken");

        tool.spec.description = "Looks closer".to_owned();
        tool.spec.version = Some("1.0.1".to_owned());
        (tool.revision, tool.updated_at) = (2, at(5));
        db.store.update_tool(&tool, 1, Some("closer"), owner).await.unwrap();
        assert_eq!(code(db.store.update_tool(&tool, 1, None, owner).await), "revision_changed");
        assert_eq!(db.store.tool_by_name(org, "look").await.unwrap().as_ref(), Some(&tool));

        let versions = all_pages(1, |page| async move { db.store.versions(org, tool.id, &page).await }).await;
        let told: Vec<_> = versions.iter().map(|v| (v.revision, v.version.as_str(), v.note.as_deref())).collect();
        assert_eq!(told, [(2, "1.0.1", Some("closer")), (1, "1.0.0", Some("first"))]);
        let first = db.store.version(org, tool.id, 1).await.unwrap().unwrap();
        assert_eq!((first.spec.description.as_str(), first.user_id), ("Does look", owner));
        assert_eq!(db.store.version(org, tool.id, 3).await.unwrap(), None);

        assert!(db.store.delete_tool(org, tool.id, at(6)).await.unwrap());
        assert!(!db.store.delete_tool(org, tool.id, at(6)).await.unwrap());
        assert_eq!(db.store.tool_by_id(org, tool.id).await.unwrap(), None);
        assert_eq!(code(db.store.update_tool(&tool, 2, None, owner).await), "revision_changed");
        db.store.create_tool(&db.tool(org, owner, "look"), None, owner).await.expect("the name is free");
        assert!(db.store.version(org, tool.id, 2).await.unwrap().is_some(), "the log can still show what it was");
    }

    async fn a_name_is_taken_by_renaming_too_and_only_one_of_many_gets_it(db) {
        let (org, owner) = db.organization().await;
        let outcomes = join_all((0..20).map(|_| async {
            let tool = db.tool(org, owner, "wanted");
            db.store.create_tool(&tool, None, owner).await
        }))
        .await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let mut other = db.tool(org, owner, "other");
        db.store.create_tool(&other, None, owner).await.unwrap();
        (other.spec.name, other.revision) = ("wanted".to_owned(), 2);
        assert_eq!(code(db.store.update_tool(&other, 1, None, owner).await), "name_taken");
        assert_eq!(db.store.tool_by_id(org, other.id).await.unwrap().unwrap().spec.name, "other");
        assert_eq!(db.store.versions(org, other.id, &PageRequest::first(9)).await.unwrap().items.len(), 1);
    }

    async fn of_many_who_change_a_tool_at_once_one_wins(db) {
        let (org, owner) = db.organization().await;
        let mut tool = db.tool(org, owner, "look");
        db.store.create_tool(&tool, None, owner).await.unwrap();
        tool.revision = 2;
        let outcomes = join_all((0..10).map(|_| db.store.update_tool(&tool, 1, None, owner))).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    }

    async fn tools_are_listed_once_each_in_the_order_of_their_bytes(db) {
        let (org, owner) = db.organization().await;
        let (other_org, other_owner) = db.organization().await;
        // A locale would mix letter cases and skip underscores.
        let mut names: Vec<String> = ["B", "a", "_a", "a_b", "aB", "ab", "Z9", "z"].map(str::to_owned).into();
        names.extend((0..40).map(|n| format!("tool_{n:03}")));
        for name in &names {
            db.store.create_tool(&db.tool(org, owner, name), None, owner).await.unwrap();
        }
        db.store.create_tool(&db.tool(other_org, other_owner, "hidden"), None, other_owner).await.unwrap();
        names.sort();
        for limit in [1, 7, 48, 200] {
            let found =
                all_pages(limit, |page| async move { db.store.tools(org, &ToolFilter::default(), &page).await }).await;
            assert_eq!(found.iter().map(|tool| tool.spec.name.clone()).collect::<Vec<_>>(), names);
        }
        let all = db.store.all_tools_of(org).await.unwrap();
        assert_eq!(all.iter().map(|tool| tool.spec.name.clone()).collect::<Vec<_>>(), names);
        assert_eq!(db.store.count_tools(org).await.unwrap(), 48);
        let forged = PageRequest { limit: 5, after: Some(vec!["a".to_owned(), "b".to_owned()]) };
        assert!(matches!(db.store.tools(org, &ToolFilter::default(), &forged).await, Err(Error::Cursor)));
        let forged = PageRequest::parse(None, Some(&encode_cursor(&["x".to_owned()]))).unwrap();
        assert!(matches!(db.store.members(org, &forged).await, Err(Error::Cursor)));
    }

    async fn tools_are_filtered(db) {
        let (org, owner) = db.organization().await;
        let member = db.user(org, Role::Operator).await;
        let mut tools = Vec::new();
        for (name, description) in [("a", "100% sure"), ("b", "snake_case"), ("c", "GRÜSSE"), ("d", "wow!"), ("e", "")] {
            let mut tool = db.tool(org, if name == "e" { member } else { owner }, name);
            tool.spec.description = description.to_owned();
            tool.spec.category = (name == "a").then(|| "sums".to_owned());
            tool.spec.active = name != "b";
            tool.spec.is_shared = name == "a";
            tool.spec.display_name = (name == "d").then(|| "Exclaim".to_owned());
            db.store.create_tool(&tool, None, owner).await.unwrap();
            tools.push(tool);
        }
        db.store.grant_tool(org, tools[2].id, member, owner, at(1)).await.unwrap();
        let names = |filter: ToolFilter| async move {
            let page = db.store.tools(org, &filter, &PageRequest::first(50)).await.unwrap();
            page.items.into_iter().map(|tool| tool.spec.name).collect::<String>()
        };
        let search = |text: &str| names(ToolFilter { search: Some(text.to_owned()), ..ToolFilter::default() });
        assert_eq!(search("%").await, "a");
        assert_eq!(search("_").await, "b");
        assert_eq!(search("!").await, "d");
        assert_eq!(search("grüsse").await, "c");
        assert_eq!(search("  EXCLAIM ").await, "d");
        assert_eq!(search("").await, "abcde");
        assert_eq!(search("nothing").await, "");
        assert_eq!(names(ToolFilter { category: Some("sums".to_owned()), ..ToolFilter::default() }).await, "a");
        assert_eq!(names(ToolFilter { kind: Some(Kind::Http), ..ToolFilter::default() }).await, "abcde");
        assert_eq!(names(ToolFilter { active: Some(false), ..ToolFilter::default() }).await, "b");
        assert_eq!(names(ToolFilter { user_id: Some(member), ..ToolFilter::default() }).await, "e");
        assert_eq!(names(ToolFilter { callable_by: Some(member), ..ToolFilter::default() }).await, "ace");
        let categories = |of: &[&str]| ToolFilter {
            categories: of.iter().map(|one| (*one).to_owned()).collect(),
            ..ToolFilter::default()
        };
        assert_eq!(names(categories(&["sums"])).await, "a");
        assert_eq!(names(categories(&["sums", "none"])).await, "a");
        assert_eq!(names(categories(&["general", "sums"])).await, "abcde", "no category counts as general");
        let ids = Some(vec![tools[3].id, tools[0].id, db.id()]);
        assert_eq!(names(ToolFilter { ids, ..ToolFilter::default() }).await, "ad");
        assert_eq!(names(ToolFilter { ids: Some(Vec::new()), ..ToolFilter::default() }).await, "");
    }

    async fn a_tools_own_secret_is_not_written_over_somebody_elses(db) {
        let (org, _) = db.organization().await;
        let (one, two) = (db.id(), db.id());
        db.store.upsert_secret(&secret(db, org, None, "SHARED", "theirs", at(1))).await.unwrap();
        let put = async |name: &str, sealed: &str, tool| {
            let row = secret(db, org, None, name, sealed, at(2));
            db.store.write((row, tool), |(row, tool), tx| Box::pin(tx.put_tool_secret(row, *tool))).await
        };
        put("KEY", "first", one).await.unwrap();
        put("KEY", "second", one).await.expect("the tool's own has a new value");
        assert_eq!(code(put("KEY", "third", two).await), "secret_taken");
        assert_eq!(code(put("SHARED", "third", one).await), "secret_taken");
        let sealed: Vec<_> = db.store.secret_rows(org).await.unwrap();
        let sealed: Vec<_> = sealed.iter().map(|row| (row.name.as_str(), row.sealed.as_str(), row.version)).collect();
        assert_eq!(sealed, [("KEY", "second", 2), ("SHARED", "theirs", 1)]);
        assert_eq!(db.store.secrets_of_tool(org, one).await.unwrap(), ["KEY"]);
        assert!(db.store.secrets_of_tool(org, two).await.unwrap().is_empty());
        let (other, _) = db.organization().await;
        assert!(db.store.secrets_of_tool(other, one).await.unwrap().is_empty());
        // Set again by itself, it stays the tool's.
        db.store.upsert_secret(&secret(db, org, None, "KEY", "fourth", at(3))).await.unwrap();
        assert_eq!(db.store.secrets_of_tool(org, one).await.unwrap(), ["KEY"]);
        assert!(db.store.delete_secret(org, None, "KEY").await.unwrap());
        put("KEY", "fifth", two).await.expect("the name is free");
    }

    async fn grants_are_for_members(db) {
        let (org, owner) = db.organization().await;
        let (other_org, stranger) = db.organization().await;
        let member = db.user(org, Role::Viewer).await;
        let tool = db.tool(org, owner, "look");
        db.store.create_tool(&tool, None, owner).await.unwrap();
        assert_eq!(code(db.store.grant_tool(org, tool.id, stranger, owner, at(1)).await), "not_a_member");
        assert_eq!(code(db.store.grant_tool(other_org, tool.id, stranger, stranger, at(1)).await), "not_a_member");
        db.store.grant_tool(org, tool.id, member, owner, at(1)).await.unwrap();
        db.store.grant_tool(org, tool.id, member, owner, at(2)).await.expect("twice is once");
        let grants = db.store.grants(org, tool.id, &PageRequest::first(9)).await.unwrap().items;
        assert_eq!(grants.len(), 1);
        assert_eq!((grants[0].user_id, grants[0].granted_by, grants[0].created_at), (member, owner, at(1)));
        assert_eq!(db.store.granted_tools(org, member).await.unwrap(), [tool.id]);
        assert!(db.store.is_granted(org, tool.id, member).await.unwrap());
        assert!(!db.store.is_granted(other_org, tool.id, member).await.unwrap());
        assert!(!db.store.revoke_grant(other_org, tool.id, member).await.unwrap());
        assert!(db.store.revoke_grant(org, tool.id, member).await.unwrap());
        assert!(!db.store.is_granted(org, tool.id, member).await.unwrap());
    }

    async fn nothing_of_another_organization_is_seen_or_touched(db) {
        let (org, owner) = db.organization().await;
        let (other, intruder) = db.organization().await;
        let mut tool = db.tool(org, owner, "look");
        db.store.create_tool(&tool, None, owner).await.unwrap();
        let mine = agent(db, org, owner, "mine");
        db.store.create_agent(&mine).await.unwrap();
        db.store.upsert_assignment(org, &assignment(mine.id, tool.id, 1)).await.unwrap();

        assert_eq!(db.store.tool_by_id(other, tool.id).await.unwrap(), None);
        assert_eq!(db.store.tool_by_name(other, "look").await.unwrap(), None);
        assert!(!db.store.delete_tool(other, tool.id, at(1)).await.unwrap());
        assert_eq!(db.store.version(other, tool.id, 1).await.unwrap(), None);
        assert!(db.store.versions(other, tool.id, &PageRequest::first(9)).await.unwrap().items.is_empty());
        assert_eq!(db.store.agent_by_id(other, mine.id).await.unwrap(), None);
        assert!(db.store.assignments(other, mine.id).await.unwrap().is_empty());
        assert_eq!(db.store.assignment(other, mine.id, tool.id).await.unwrap(), None);
        assert!(!db.store.delete_assignment(other, mine.id, tool.id).await.unwrap());
        assert!(!db.store.delete_agent(other, mine.id).await.unwrap());
        assert!(db.store.assistant_count(other, &[tool.id]).await.unwrap().is_empty());
        let theirs = agent(db, other, intruder, "theirs");
        db.store.create_agent(&theirs).await.unwrap();
        for org in [org, other] {
            let mixed = db.store.upsert_assignment(org, &assignment(theirs.id, tool.id, 1)).await;
            assert_eq!(code(mixed), "reference_missing");
        }
        (tool.organization_id, tool.revision) = (other, 2);
        assert_eq!(code(db.store.update_tool(&tool, 1, None, intruder).await), "revision_changed");
        assert_eq!(db.store.tool_by_id(org, tool.id).await.unwrap().unwrap().revision, 1);
    }

    async fn agents_have_tools_in_order(db) {
        let (org, owner) = db.organization().await;
        let mut ann = agent(db, org, owner, "ann");
        db.store.create_agent(&ann).await.unwrap();
        assert_eq!(code(db.store.create_agent(&agent(db, org, owner, "ann")).await), "name_taken");
        let mut tools = Vec::new();
        for (name, position) in [("late", 9), ("b", 1), ("a", 1)] {
            let tool = db.tool(org, owner, name);
            db.store.create_tool(&tool, None, owner).await.unwrap();
            db.store.upsert_assignment(org, &assignment(ann.id, tool.id, position)).await.unwrap();
            tools.push(tool);
        }
        let names = || async {
            let assigned = db.store.assignments(org, ann.id).await.unwrap();
            assigned.into_iter().map(|(_, tool)| tool.spec.name).collect::<Vec<_>>()
        };
        assert_eq!(names().await, ["a", "b", "late"]);
        let mut changed = assignment(ann.id, tools[0].id, 0);
        changed.enabled = false;
        db.store.upsert_assignment(org, &changed).await.unwrap();
        assert_eq!(names().await, ["late", "a", "b"]);
        let found = db.store.assignment(org, ann.id, tools[0].id).await.unwrap().unwrap();
        assert_eq!((found.enabled, found.created_at, found.updated_at), (false, at(9), at(0)));
        assert_eq!(found.overrides, changed.overrides);

        let ids: Vec<_> = tools.iter().map(|tool| tool.id).collect();
        assert_eq!(db.store.assistant_count(org, &ids).await.unwrap()[&ids[1]], 1);
        db.store.delete_tool(org, ids[1], at(9)).await.unwrap();
        assert_eq!(names().await, ["late", "a"]);
        assert!(db.store.delete_assignment(org, ann.id, ids[2]).await.unwrap());
        assert_eq!(names().await, ["late"]);

        ann.name = "anna".to_owned();
        assert!(db.store.update_agent(&ann).await.unwrap());
        assert_eq!(db.store.agent_by_name(org, "anna").await.unwrap().as_ref(), Some(&ann));
        let listed = all_pages(1, |page| async move { db.store.agents(org, &page).await }).await;
        assert_eq!(listed, [ann.clone()]);
        assert!(db.store.delete_agent(org, ann.id).await.unwrap());
        assert!(!db.store.update_agent(&ann).await.unwrap());
        assert!(db.store.assistant_count(org, &ids).await.unwrap().is_empty());
    }

    async fn a_secret_keeps_its_id_and_counts_its_values(db) {
        let (org, owner) = db.organization().await;
        let ann = agent(db, org, owner, "ann");
        db.store.create_agent(&ann).await.unwrap();
        let first = db.store.upsert_secret(&secret(db, org, None, "KEY", "one", at(1))).await.unwrap();
        let second = db.store.upsert_secret(&secret(db, org, None, "KEY", "two", at(2))).await.unwrap();
        assert_eq!((second.id, second.version, second.created_at), (first.id, 2, at(1)));
        assert_eq!((second.sealed.as_str(), second.updated_at), ("two", at(2)));
        db.store.upsert_secret(&secret(db, org, Some(ann.id), "KEY", "own", at(3))).await.unwrap();
        let rows = db.store.secret_rows(org).await.unwrap();
        let told: Vec<_> = rows.iter().map(|row| (row.agent_id, row.sealed.as_str())).collect();
        assert_eq!(told, [(None, "two"), (Some(ann.id), "own")]);
        let listed = db.store.secrets(org, Some(ann.id), &PageRequest::first(9)).await.unwrap().items;
        assert_eq!((listed.len(), listed[0].agent_id), (1, Some(ann.id)));
        let (other, _) = db.organization().await;
        assert!(!db.store.delete_secret(other, None, "KEY").await.unwrap());
        assert!(db.store.delete_secret(org, None, "KEY").await.unwrap());
        assert!(!db.store.delete_secret(org, None, "KEY").await.unwrap());
        db.store.delete_agent(org, ann.id).await.unwrap();
        assert!(db.store.secret_rows(org).await.unwrap().is_empty(), "an agent's secrets go with it");
    }

    async fn the_first_data_key_wins(db) {
        let (org, _) = db.organization().await;
        let keys = (0..10).map(|n| DataKeyRow { id: db.id(), org_id: org, wrapped: format!("w{n}"), created_at: at(0) });
        let stored = join_all(keys.map(|key| async move { db.store.insert_data_key_if_absent(&key).await.unwrap() })).await;
        let winner = db.store.data_key(org).await.unwrap().unwrap();
        assert!(stored.iter().all(|key| *key == winner));
        assert!(!db.store.rewrap_data_key(winner.id, "not it", "new").await.unwrap());
        assert!(db.store.rewrap_data_key(winner.id, &winner.wrapped, "new").await.unwrap());
        let all = db.store.data_keys(None, 10).await.unwrap();
        assert_eq!((all.len(), all[0].wrapped.as_str()), (1, "new"));
        assert!(db.store.data_keys(Some(winner.id), 10).await.unwrap().is_empty());
        assert_eq!(db.store.set_setting_if_absent("check", "a").await.unwrap(), "a");
        assert_eq!(db.store.set_setting_if_absent("check", "b").await.unwrap(), "a");
    }

    async fn changes_are_numbered_and_none_is_missed(db) {
        let (org, owner) = db.organization().await;
        let (other, _) = db.organization().await;
        let start = db.store.change_seq().await.unwrap();
        assert!(db.store.changes_since(start).await.unwrap().is_empty());
        db.store.create_tool(&db.tool(org, owner, "look"), None, owner).await.unwrap();
        let changes = db.store.changes_since(start).await.unwrap();
        assert_eq!(changes.iter().map(|(org, _)| *org).collect::<Vec<_>>(), [org]);
        let next = changes[0].1;
        assert_eq!(db.store.change_seq().await.unwrap(), next);
        join_all((0..20).map(|n| db.store.bump(if n % 2 == 0 { org } else { other }))).await;
        let changes = db.store.changes_since(next).await.unwrap();
        assert_eq!(changes.len(), 2);
        assert_eq!(changes[1].1, next + 20);
    }

    async fn the_audit_log_is_filtered_and_shares_its_change_s_fate(db) {
        let (org, owner) = db.organization().await;
        let entry = |n: i64, action: &str| AuditEntry {
            id: db.id(),
            org_id: org,
            user_id: (n % 2 == 0).then_some(owner),
            token_id: None,
            action: action.to_owned(),
            target_kind: "tool".to_owned(),
            target_id: format!("t{}", n % 3),
            details: json!({"n": n}),
            request_id: Some(format!("req-{n}")),
            at: at(n),
        };
        for n in 0..12 {
            db.store.append_audit_behind(entry(n, "tool.update")).await.unwrap();
        }
        db.store.append_audit(&entry(12, "tool.delete")).await.unwrap();
        // The name is taken, so the audit row goes with the change.
        let tool = db.tool(org, owner, "look");
        db.store.create_tool(&tool, None, owner).await.unwrap();
        let both = db.store.write((db.tool(org, owner, "look"), entry(13, "tool.create")), |(tool, entry), tx| {
            Box::pin(async move {
                tx.append_audit(entry).await?;
                tx.create_tool(tool, None, tool.user_id).await
            })
        });
        assert_eq!(code(both.await), "name_taken");

        let list = |filter: AuditFilter| all_pages(4, move |page| {
            let filter = filter.clone();
            async move { db.store.audit(org, &filter, &page).await }
        });
        let all = list(AuditFilter::default()).await;
        assert_eq!(all.iter().map(|entry| entry.details["n"].as_i64().unwrap()).max(), Some(12));
        assert_eq!(all.len(), 13);
        assert!(all.windows(2).all(|pair| pair[0].id > pair[1].id));
        let count = |filter| async { list(filter).await.len() };
        assert_eq!(count(AuditFilter { action: Some("tool.delete".to_owned()), ..Default::default() }).await, 1);
        assert_eq!(count(AuditFilter { user_id: Some(owner), ..Default::default() }).await, 7);
        assert_eq!(count(AuditFilter { target_id: Some("t1".to_owned()), ..Default::default() }).await, 4);
        assert_eq!(count(AuditFilter { since: Some(at(3)), until: Some(at(5)), ..Default::default() }).await, 2);
        let (other, _) = db.organization().await;
        let page = PageRequest::first(9);
        assert!(db.store.audit(other, &AuditFilter::default(), &page).await.unwrap().items.is_empty());
    }
}
