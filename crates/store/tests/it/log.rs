//! The execution log: filters, pages, counts, and what is forgotten.

use callwright_model::{
    ErrorClass, Id, Timestamp, ToolError,
    context::Channel,
    execution::{Attempt, Execution, ExecutionFilter, State},
    id::{ExecutionId, OrgId},
    page::PageRequest,
};
use callwright_store::{
    Error,
    execution::{Claim, Fence, FinishExecution},
};
use serde_json::json;

use crate::support::{Database, all_pages, at, execution};

/// An id made at `time`, number `n` of those.
fn id_at(time: Timestamp, n: u64) -> ExecutionId {
    ExecutionId::from_raw((((time.micros() / 1000) as u128) << 80) | (0x7 << 76) | (0b10 << 62) | u128::from(n))
}

async fn list(db: &Database, org: OrgId, filter: ExecutionFilter, limit: u32) -> Vec<Execution> {
    all_pages(limit, |page| {
        let filter = filter.clone();
        async move { db.store.executions(org, &filter, &page).await }
    })
    .await
}

on_both! {
    async fn a_record_comes_back_whole(db) {
        let (org, owner) = db.organization().await;
        let mut whole = db.execution(org);
        whole.agent_id = Some(db.id());
        whole.user_id = Some(owner);
        whole.token_id = Some(db.id());
        whole.call_id = Some("CA1".to_owned());
        whole.conversation_id = Some("conv".to_owned());
        whole.channel = Channel::Call;
        whole.intent_key = Some("key".to_owned());
        whole.attempts = vec![Attempt {
            started_at: at(10),
            duration_ms: 12,
            status: Some(503),
            error: Some(ErrorClass::NetworkError),
            message: Some("gone".to_owned()),
            waited_ms: Some(1000),
        }];
        whole.state = State::Failed;
        whole.output = None;
        whole.error = Some(ToolError::new(ErrorClass::NetworkError, "http_503", "gone").with_details(json!({"a": [1]})));
        whole.replay_of = Some(db.id());
        whole.request_id = Some("req".to_owned());
        whole.node_id = Some(db.id());
        whole.started_at = Some(at(10));
        db.store.record_read(whole.clone()).await.unwrap();
        assert_eq!(db.store.execution(org, whole.id).await.unwrap(), Some(whole.clone()));
        assert_eq!(db.store.execution(db.id(), whole.id).await.unwrap(), None);
        assert_eq!(list(db, org, ExecutionFilter::default(), 9).await, [whole]);
    }

    async fn pages_show_every_execution_once_newest_first(db) {
        let (org, _) = db.organization().await;
        let (other, _) = db.organization().await;
        let mut expected = Vec::new();
        for n in 0..120 {
            // Many of the same millisecond, and not in their order.
            let execution = execution(id_at(at(n * 7 % 5), n as u64), org);
            expected.push(execution.id);
            db.store.record_read(execution).await.unwrap();
            db.store.record_read(db.execution(other)).await.unwrap();
        }
        expected.sort();
        expected.reverse();
        for limit in [1, 50, 119, 120, 200] {
            let found = list(db, org, ExecutionFilter::default(), limit).await;
            assert_eq!(found.iter().map(|execution| execution.id).collect::<Vec<_>>(), expected, "{limit}");
        }
        let forged = PageRequest { limit: 5, after: Some(vec!["exec_nonsense".to_owned()]) };
        let outcome = db.store.executions(org, &ExecutionFilter::default(), &forged).await;
        assert!(matches!(outcome, Err(Error::Cursor)));
    }

    async fn executions_are_filtered(db) {
        let (org, owner) = db.organization().await;
        let agent = db.id();
        for n in 0..40u64 {
            let mut execution = execution(id_at(at(n as i64 * 3600), n), org);
            execution.received_at = at(n as i64 * 3600);
            execution.tool_id = Id::from_raw(u128::from(n % 2));
            execution.agent_id = (n % 3 == 0).then_some(agent);
            execution.call_id = (n % 4 == 0).then(|| "CA1".to_owned());
            execution.conversation_id = (n % 5 == 0).then(|| "conv".to_owned());
            execution.user_id = (n % 8 == 0).then_some(owner);
            if n % 10 == 9 {
                execution.state = State::Failed;
                execution.error = Some(ToolError::new(ErrorClass::TimeoutError, "timeout", "late"));
            }
            db.store.record_read(execution).await.unwrap();
        }
        let count = |filter: ExecutionFilter| async move { list(db, org, filter, 3).await.len() };
        let all = ExecutionFilter::default;
        assert_eq!(count(all()).await, 40);
        assert_eq!(count(ExecutionFilter { tool_id: Some(Id::from_raw(1)), ..all() }).await, 20);
        assert_eq!(count(ExecutionFilter { agent_id: Some(agent), ..all() }).await, 14);
        assert_eq!(count(ExecutionFilter { call_id: Some("CA1".to_owned()), ..all() }).await, 10);
        assert_eq!(count(ExecutionFilter { conversation_id: Some("conv".to_owned()), ..all() }).await, 8);
        assert_eq!(count(ExecutionFilter { user_id: Some(owner), ..all() }).await, 5);
        assert_eq!(count(ExecutionFilter { state: Some(State::Failed), ..all() }).await, 4);
        assert_eq!(count(ExecutionFilter { state: Some(State::Done), ..all() }).await, 36);
        assert_eq!(count(ExecutionFilter { state: Some(State::Unknown), ..all() }).await, 0);
        assert_eq!(count(ExecutionFilter { error_class: Some(ErrorClass::TimeoutError), ..all() }).await, 4);
        assert_eq!(count(ExecutionFilter { error_class: Some(ErrorClass::AuthError), ..all() }).await, 0);
        assert_eq!(count(ExecutionFilter { since: Some(at(36_000)), ..all() }).await, 30);
        assert_eq!(count(ExecutionFilter { until: Some(at(36_000)), ..all() }).await, 10);
        let hour = ExecutionFilter { since: Some(at(36_000)), until: Some(at(39_600)), ..all() };
        assert_eq!(count(hour).await, 1);
        let several = ExecutionFilter {
            tool_id: Some(Id::from_raw(1)),
            state: Some(State::Failed),
            since: Some(at(36_000)),
            ..all()
        };
        assert_eq!(count(several).await, 3);
    }

    async fn use_is_counted_for_reads_and_writes_but_not_for_rehearsals(db) {
        let (org, owner) = db.organization().await;
        let (other, _) = db.organization().await;
        let tool = db.tool(org, owner, "look");
        db.store.create_tool(&tool, None, owner).await.unwrap();
        assert_eq!(db.store.usage(org, tool.id).await.unwrap(), Default::default());
        for n in 1..=1200i64 {
            let mut read = db.execution(org);
            (read.tool_id, read.duration_ms, read.ended_at) = (tool.id, Some(n as f64), Some(at(n)));
            if n % 4 == 0 {
                read.state = State::Failed;
            }
            db.store.record_read(read).await.unwrap();
        }
        let mut rehearsal = db.execution(org);
        (rehearsal.tool_id, rehearsal.dry_run) = (tool.id, true);
        db.store.record_read(rehearsal).await.unwrap();

        let node = db.id();
        db.store.register_node(node, 60_000).await.unwrap();
        for state in [State::Unknown, State::Released] {
            let mut write = db.write(org, node, None);
            write.execution.tool_id = tool.id;
            assert_eq!(db.store.claim_and_start(&write).await.unwrap(), Claim::Ours);
            let end = FinishExecution {
                fence: Fence { node_id: node, epoch: 1 },
                state,
                output: None,
                error: None,
                attempts: Vec::new(),
                ended_at: at(5_000),
                duration_us: 1_000,
                sealed_outcome: None,
                keep_slot: false,
                news: None,
                void: None,
            };
            assert!(db.store.finish(write.execution.id, end).await.unwrap());
        }

        let usage = db.store.usage(org, tool.id).await.unwrap();
        assert_eq!((usage.count, usage.error_count, usage.last_used_at), (1201, 301, Some(at(5_000))));
        assert!((usage.average_ms - 1200.0 * 1201.0 / 2.0 / 1201.0).abs() < 0.1, "{usage:?}");
        assert!(usage.p50_ms > 690.0 && usage.p50_ms < 710.0, "{usage:?}");
        assert!(usage.p95_ms > 1140.0 && usage.p95_ms < 1160.0, "{usage:?}");
        assert_eq!(db.store.usage(other, tool.id).await.unwrap().count, 0);
        let counts = db.store.execution_counts(org, &[tool.id, db.id()]).await.unwrap();
        let (counted, total) = counts.into_iter().next().unwrap();
        assert_eq!((counted, total.count, total.last_used_at), (tool.id, 1201, at(5_000)));
        assert!((total.average_ms - usage.average_ms).abs() < 0.001);
        assert!(db.store.execution_counts(other, &[tool.id]).await.unwrap().is_empty());
        assert!(db.store.execution_counts(org, &[]).await.unwrap().is_empty());
    }

    async fn the_rest_of_a_result_is_kept_for_a_while(db) {
        let (org, _) = db.organization().await;
        let (other, _) = db.organization().await;
        let id = db.id();
        db.store.put_result(org, id, "one", at(10)).await.unwrap();
        db.store.put_result(org, id, "two", at(20)).await.unwrap();
        assert_eq!(db.store.result(org, id, at(19)).await.unwrap().as_deref(), Some("two"));
        assert_eq!(db.store.result(org, id, at(20)).await.unwrap(), None);
        assert_eq!(db.store.result(other, id, at(19)).await.unwrap(), None);
        assert_eq!(db.store.purge_results(at(19), 10).await.unwrap(), 0);
        assert_eq!(db.store.purge_results(at(20), 10).await.unwrap(), 1);
    }

    async fn old_records_are_forgotten_but_not_what_nobody_settled(db) {
        let (org, _) = db.organization().await;
        for n in 0..25u64 {
            let mut execution = execution(id_at(at(n as i64), n), org);
            if n == 3 {
                execution.state = State::Unknown;
            }
            db.store.record_read(execution).await.unwrap();
        }
        db.store.flush().await.unwrap();
        assert_eq!(db.store.purge(at(20), 10).await.unwrap(), 10);
        assert_eq!(db.store.purge(at(20), 10).await.unwrap(), 9);
        assert_eq!(db.store.purge(at(20), 10).await.unwrap(), 0);
        let left = list(db, org, ExecutionFilter::default(), 100).await;
        assert_eq!(left.len(), 6);
        assert_eq!(left.last().unwrap().state, State::Unknown);
    }

    async fn intents_are_forgotten_after_their_time(db) {
        let (org, _) = db.organization().await;
        let node = db.id();
        db.store.register_node(node, 60_000).await.unwrap();
        for slot in ["done", "started"] {
            let new = db.write(org, node, Some(slot));
            db.store.claim_and_start(&new).await.unwrap();
            if slot == "done" {
                let end = FinishExecution {
                    fence: Fence { node_id: node, epoch: 1 },
                    state: State::Done,
                    output: None,
                    error: None,
                    attempts: Vec::new(),
                    ended_at: at(20),
                    duration_us: 1_000,
                    sealed_outcome: None,
                    keep_slot: true,
                    news: None,
                    void: None,
                };
                db.store.finish(new.execution.id, end).await.unwrap();
            }
        }
        assert_eq!(db.store.expire_slots(at(999), 10).await.unwrap(), 0);
        assert_eq!(db.store.expire_slots(at(1_000), 10).await.unwrap(), 1);
        assert_eq!(db.store.ledger_row(org, "done").await.unwrap(), None);
        assert!(db.store.ledger_row(org, "started").await.unwrap().is_some());
    }
}
