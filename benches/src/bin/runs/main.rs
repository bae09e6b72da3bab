//! What a run costs: two answers of an instant model and one call of an instant tool, by Callwright, by the bare calls,
//! and by other frameworks in turn. Then the queue's delay, and the memory of runs that wait.

mod bare;
mod model;
mod peer;
mod server;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Parser;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about = "Measures runs of agents beside the bare calls and other frameworks")]
struct Arguments {
    /// The server to measure, built with --release.
    #[arg(long, default_value = "target/release/callwright")]
    binary: PathBuf,
    /// How often each measurement is repeated; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Runs in each round.
    #[arg(long, default_value_t = 300)]
    runs: usize,
    /// Runs that wait at once.
    #[arg(long, default_value_t = 1_000)]
    waiting: usize,
    /// A Python with `openai-agents`, `langgraph` and `langchain-openai`; without it the peers are left out.
    #[arg(long)]
    python: Option<PathBuf>,
    /// PostgreSQL for the queue's delay there; without it only SQLite is measured.
    #[arg(long)]
    postgres: Option<String>,
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(measure(arguments))
}

async fn measure(arguments: Arguments) -> Result<(), Failure> {
    let model = model::start()?;
    let server = server::start(&arguments.binary, &model, None).await?;
    let mut table: Vec<(&str, Vec<f64>)> = Vec::new();
    for round in 0..arguments.rounds {
        eprint!("\rround {} of {}", round + 1, arguments.rounds);
        add(&mut table, "bare calls", bare::round(&model, arguments.runs).await?);
        add(&mut table, "Callwright, write tool", server.round("Writer", arguments.runs).await?);
        add(&mut table, "Callwright, read tool", server.round("Reader", arguments.runs).await?);
        if let Some(python) = &arguments.python {
            for (name, script) in peer::PEERS {
                add(&mut table, name, peer::round(python, script, &model, arguments.runs).await?);
            }
        }
    }
    eprintln!();
    let bare = table.first().map(|(_, taken)| median(taken)).unwrap_or_default();
    println!("| a run of two answers and one call | p50 ms | over the bare calls, ms |\n|---|---|---|");
    for (name, taken) in &table {
        let p50 = median(taken);
        println!("| {name} | {p50:.2} | {:.2} |", p50 - bare);
    }
    queue("SQLite", &server).await?;
    if let Some(url) = &arguments.postgres {
        let other = server::start(&arguments.binary, &model, Some(url)).await?;
        queue("PostgreSQL", &other).await?;
    }
    waiting(&server, arguments.waiting).await
}

fn add(table: &mut Vec<(&'static str, Vec<f64>)>, name: &'static str, p50: f64) {
    match table.iter_mut().find(|(known, _)| *known == name) {
        Some((_, taken)) => taken.push(p50),
        None => table.push((name, vec![p50])),
    }
}

fn median(taken: &[f64]) -> f64 {
    let mut taken = taken.to_vec();
    taken.sort_by(f64::total_cmp);
    taken.get(taken.len() / 2).copied().unwrap_or_default()
}

/// From a job's time to its start, at 100 jobs a second.
async fn queue(name: &str, server: &server::Server) -> Result<(), Failure> {
    let mut ids = Vec::new();
    for _ in 0..400 {
        let began = Instant::now();
        let job = server
            .call("POST", "/api/v1/jobs", Some(json!({"tool": "lookup", "arguments": {"city": "Paris"}})))
            .await?;
        ids.push(job["id"].as_str().unwrap_or_default().to_owned());
        tokio::time::sleep(Duration::from_millis(10).saturating_sub(began.elapsed())).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut waits = Vec::new();
    for id in ids {
        let job = server.call("GET", &format!("/api/v1/jobs/{id}"), None).await?;
        waits.push(server::micros(&job["started_at"])? - server::micros(&job["run_at"])?);
    }
    waits.sort_unstable();
    let (p50, p99) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    println!(
        "queue on {name}: from its time to its start p50 {:.2} ms, p99 {:.2} ms",
        p50 as f64 / 1e3,
        p99 as f64 / 1e3
    );
    Ok(())
}

/// Runs that wait for an approval.
async fn waiting(server: &server::Server, count: usize) -> Result<(), Failure> {
    // The caches are filled and the allocator has what it needs.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = server.memory_mib();
    let began = Instant::now();
    let mut ids = Vec::new();
    for number in 0..count {
        let body = json!({"message": format!("wait {number}")});
        let run = server.call("POST", "/api/v1/agents/Waiter/runs", Some(body)).await?;
        ids.push(run["id"].as_str().unwrap_or_default().to_owned());
    }
    for id in &ids {
        loop {
            let run: Value = server.call("GET", &format!("/api/v1/runs/{id}"), None).await?;
            match run["state"].as_str() {
                Some("waiting") => break,
                Some("queued" | "running") => tokio::time::sleep(Duration::from_millis(20)).await,
                other => return Err(format!("a run does not wait but is {other:?}: {run}").into()),
            }
        }
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (after, took) = (server.memory_mib(), began.elapsed().as_secs_f64());
    println!("{count} runs that wait, begun in {took:.1} s: {before:.0} MiB before, {after:.0} MiB with them");
    Ok(())
}
