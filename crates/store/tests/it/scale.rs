//! How fast it is, and that lists stay fast over 10,000 tools and 1,000,000 executions. Too slow for every
//! day: `cargo test --release -p callwright-store --test it -- --ignored --nocapture scale`.

use std::time::{Duration, Instant};

use callwright_model::{
    ErrorClass, Id, ToolError,
    context::Channel,
    execution::{Execution, ExecutionFilter, State},
    id::{OrgId, ToolId},
    page::PageRequest,
};
use callwright_store::{
    execution::{Claim, Fence, FinishExecution, Whose},
    tool::ToolFilter,
};
use futures_util::future::join_all;

use crate::support::{Database, at, execution};

const TOOLS: u64 = 10_000;
const EXECUTIONS: u64 = 1_000_000;
const GOAL: Duration = Duration::from_millis(20);

/// Runs `query` many times and gives the 50th and 99th percentile.
async fn percentiles<F: Future<Output = usize>>(mut query: impl FnMut(u64) -> F) -> (Duration, Duration, usize) {
    let mut times = Vec::new();
    let mut found = 0;
    for n in 0..200 {
        let begun = Instant::now();
        found += query(n).await;
        times.push(begun.elapsed());
    }
    times.sort();
    (times[100], times[197], found)
}

fn record(org: OrgId, tools: &[ToolId], n: u64) -> Execution {
    let time = at(n as i64 / 10);
    let id = Id::from_raw((((time.micros() / 1000) as u128) << 80) | (0x7 << 76) | (0b10 << 62) | u128::from(n));
    let mut row = execution(id, org);
    row.received_at = time;
    row.tool_id = tools[(n * 7919 % tools.len() as u64) as usize];
    row.user_id = Some(Id::from_raw(u128::from(n % 50)));
    row.agent_id = n.is_multiple_of(3).then(|| Id::from_raw(u128::from(n % 20)));
    row.call_id = n.is_multiple_of(2).then(|| format!("CA{}", n / 20));
    row.channel = Channel::Call;
    if n % 100 == 99 {
        row.state = if n % 10_000 == 9_999 { State::Unknown } else { State::Failed };
        row.error = Some(ToolError::new(ErrorClass::TimeoutError, "timeout", "it took too long"));
    }
    row
}

/// The processor time that SQLite's writer has used; on other systems than Linux nothing.
fn writer_seconds() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let stats = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("stat")).ok());
    let ticks = stats.filter(|stat| stat.contains("(store-writer)")).filter_map(|stat| {
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        Some(fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?)
    });
    ticks.sum::<f64>() / 100.0
}

async fn fill(db: &Database) -> (OrgId, Vec<ToolId>) {
    let (org, owner) = db.organization().await;
    let mut tools = Vec::new();
    for start in (0..TOOLS).step_by(64) {
        let batch: Vec<_> = (start..(start + 64).min(TOOLS))
            .map(|n| {
                let mut tool = db.tool(org, owner, &format!("tool_{n:05}"));
                tool.spec.description = format!("{} does thing number {n}. ", "A sentence about it.".repeat(10));
                tool.spec.category = Some(format!("c{}", n % 40));
                tool
            })
            .collect();
        tools.extend(batch.iter().map(|tool| tool.id));
        join_all(batch.iter().map(|tool| db.store.create_tool(tool, None, owner))).await;
    }
    let begun = Instant::now();
    for n in 0..EXECUTIONS {
        db.store.record_read(record(org, &tools, n)).await.unwrap();
    }
    db.store.flush().await.unwrap();
    let writer = writer_seconds() / EXECUTIONS as f64 * 1e6;
    println!("{}: {:.0} records/s", db.store.database(), EXECUTIONS as f64 / begun.elapsed().as_secs_f64());
    println!("{}: {writer:.1} us of the writer's thread a record", db.store.database());
    (org, tools)
}

async fn lists_are_fast(db: &Database) {
    let (org, tools) = fill(db).await;
    let store = &db.store;
    let page = || PageRequest::first(50);
    let mut slow = Vec::new();
    macro_rules! measure {
        ($name:literal, |$n:ident| $query:expr) => {{
            let (p50, p99, found) = percentiles(|$n| async move { $query }).await;
            println!("{:>10} {:<34} p50 {p50:>10.1?} p99 {p99:>10.1?} rows {}", store.database(), $name, found / 200);
            if p99 > GOAL {
                slow.push($name);
            }
        }};
    }
    let log =
        |filter: ExecutionFilter| async move { store.executions(org, &filter, &page()).await.unwrap().items.len() };
    let list = |filter: ToolFilter| async move { store.tools(org, &filter, &page()).await.unwrap().items.len() };
    let (all, tools, log, list) = (ExecutionFilter::default, &tools, &log, &list);
    measure!("log", |_n| log(all()).await);
    measure!("log, a tool", |n| log(ExecutionFilter { tool_id: Some(tools[n as usize]), ..all() }).await);
    measure!("log, an agent", |n| log(ExecutionFilter { agent_id: Some(Id::from_raw(u128::from(n % 20))), ..all() })
        .await);
    measure!("log, a user", |n| log(ExecutionFilter { user_id: Some(Id::from_raw(u128::from(n % 50))), ..all() })
        .await);
    measure!("log, nobody", |n| log(ExecutionFilter { user_id: Some(Id::from_raw(u128::from(n + 99))), ..all() })
        .await);
    measure!("log, a call", |n| log(ExecutionFilter { call_id: Some(format!("CA{n}")), ..all() }).await);
    measure!("log, failed", |_n| log(ExecutionFilter { state: Some(State::Failed), ..all() }).await);
    measure!("log, unknown", |_n| log(ExecutionFilter { state: Some(State::Unknown), ..all() }).await);
    measure!("log, started", |_n| log(ExecutionFilter { state: Some(State::Started), ..all() }).await);
    measure!("log, done", |_n| log(ExecutionFilter { state: Some(State::Done), ..all() }).await);
    measure!("log, an error", |_n| log(ExecutionFilter { error_class: Some(ErrorClass::TimeoutError), ..all() }).await);
    measure!("log, no such error", |_n| log(ExecutionFilter { error_class: Some(ErrorClass::AuthError), ..all() })
        .await);
    measure!("log, an hour long ago", |n| {
        let since = at(n as i64 * 60);
        log(ExecutionFilter { since: Some(since), until: Some(since.plus(Duration::from_secs(60))), ..all() }).await
    });
    measure!("log, a tool, failed", |n| {
        log(ExecutionFilter { tool_id: Some(tools[n as usize]), state: Some(State::Failed), ..all() }).await
    });
    measure!("log, a tool, timeouts", |n| {
        let error_class = Some(ErrorClass::TimeoutError);
        log(ExecutionFilter { tool_id: Some(tools[n as usize]), error_class, ..all() }).await
    });
    measure!("log, an agent, failed", |n| {
        let agent_id = Some(Id::from_raw(u128::from(n % 20)));
        log(ExecutionFilter { agent_id, state: Some(State::Failed), ..all() }).await
    });
    measure!("log, a call, failed", |n| {
        log(ExecutionFilter { call_id: Some(format!("CA{n}")), state: Some(State::Failed), ..all() }).await
    });
    measure!("usage", |n| store.usage(org, tools[n as usize]).await.unwrap().count as usize);
    measure!("counts", |n| store.execution_counts(org, &tools[n as usize..n as usize + 50]).await.unwrap().len());
    measure!("unsettled", |n| {
        let whose = Whose { user_id: Some(Id::from_raw(1)), ..Whose::default() };
        store.unsettled_unknown(org, tools[n as usize], "hash", whose).await.unwrap().iter().count()
    });
    measure!("tools", |_n| list(ToolFilter::default()).await);
    measure!("tools, far in", |n| {
        let page = PageRequest { limit: 50, after: Some(vec![format!("tool_{:05}", n * 49)]) };
        store.tools(org, &ToolFilter::default(), &page).await.unwrap().items.len()
    });
    measure!("tools, found", |n| list(ToolFilter { search: Some(format!("number {n}.")), ..Default::default() }).await);
    measure!("tools, not found", |_n| list(ToolFilter { search: Some("nowhere".to_owned()), ..Default::default() })
        .await);
    measure!("tools, a category", |n| list(ToolFilter {
        category: Some(format!("c{}", n % 40)),
        ..Default::default()
    })
    .await);
    measure!("tools, callable", |_n| list(ToolFilter { callable_by: Some(Id::from_raw(5)), ..Default::default() })
        .await);
    measure!("a tool by name", |n| store.tool_by_name(org, &format!("tool_{n:05}")).await.unwrap().iter().count());
    let begun = Instant::now();
    assert_eq!(store.all_tools_of(org).await.unwrap().len(), TOOLS as usize);
    println!("{:>10} all tools in {:?}", store.database(), begun.elapsed());
    let begun = Instant::now();
    let reaped = store.reap(&ToolError::new(ErrorClass::OutcomeUnknown, "x", "x"), at(0)).await.unwrap();
    println!("{:>10} nothing to reap ({}) in {:?}", store.database(), reaped.unknown.len(), begun.elapsed());
    assert!(slow.is_empty(), "over {GOAL:?} at p99: {slow:?}");
}

async fn writes_are_fast(db: &Database) {
    let (org, _) = db.organization().await;
    let node = db.id();
    db.store.register_node(node, 60_000).await.unwrap();
    for concurrency in [1usize, 16, 64] {
        let begun = Instant::now();
        let workers = (0..concurrency).map(|worker| {
            let (store, ids) = (db.store.clone(), db.ids.clone());
            let count = if concurrency == 1 { 300 } else { 3_000 / concurrency * 4 };
            let template = db.write(org, node, None);
            tokio::spawn(async move {
                let mut times = Vec::new();
                for n in 0..count {
                    let mut new = template.clone();
                    new.execution.id = ids.next();
                    new.intent_slot = Some(format!("{concurrency}-{worker}-{n}"));
                    let begun = Instant::now();
                    assert_eq!(store.claim_and_start(&new).await.unwrap(), Claim::Ours);
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
                    assert!(store.finish(new.execution.id, end).await.unwrap());
                    times.push(begun.elapsed());
                }
                times
            })
        });
        let mut times: Vec<_> =
            join_all(workers.collect::<Vec<_>>()).await.into_iter().flat_map(|worker| worker.unwrap()).collect();
        let per_second = times.len() as f64 / begun.elapsed().as_secs_f64();
        times.sort();
        let (p50, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        let database = db.store.database();
        println!(
            "{database:>10} claim and finish at {concurrency:>2}: {per_second:>6.0}/s p50 {p50:.1?} p99 {p99:.1?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes"]
async fn sqlite() {
    let db = Database::sqlite().await;
    writes_are_fast(&db).await;
    lists_are_fast(&db).await;
    db.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes"]
async fn postgres() {
    let Some(db) = Database::postgres().await else {
        return;
    };
    writes_are_fast(&db).await;
    lists_are_fast(&db).await;
    db.finish().await;
}
