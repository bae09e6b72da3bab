//! Measures what Callwright costs: a read and a write tool by REST and by MCP, beside a bare proxy to the same
//! upstream, all on this machine, in turn, several rounds, medians.
//!
//! Absolute figures move with whatever else the machine does; the ratios of one run are what counts.

mod load;
mod neighbour;
mod peers;
mod process;
mod report;
mod server;

use std::{path::PathBuf, time::Duration};

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about = "Measures the call path beside a bare proxy")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A tiny upstream that answers every request with the same JSON.
    Upstream { listen: String },
    /// A bare reverse proxy: axum in front, hyper's client behind.
    Proxy { listen: String, upstream: String },
    /// Drives everything and prints the table.
    Run {
        /// The server to measure, built with --release.
        #[arg(long, default_value = "target/release/callwright")]
        binary: PathBuf,
        /// Where the Python sandbox is kept, made there if need be.
        #[arg(long, default_value = "target/python")]
        python_dir: PathBuf,
        /// How often each measurement is repeated; the median counts.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// How long each measurement takes, in seconds.
        #[arg(long, default_value_t = 3.0)]
        seconds: f64,
        /// The numbers of connections.
        #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64])]
        connections: Vec<usize>,
        /// Only the targets whose names begin so, and the proxy; for a profiler.
        #[arg(long, default_value = "")]
        only: String,
        /// A gateway of others to drive as well, as `NAME=PYTHON` with the Python that it is installed in: `FastMCP`
        /// (PyPI `fastmcp`, 4.1.2 was tried), `ContextForge` (`mcp-contextforge-gateway`, 1.0.7.post20260921) or
        /// `LiteLLM` (`litellm[proxy]`, 1.106.2). May be given several times.
        #[arg(long = "peer", value_name = "NAME=PYTHON")]
        peers: Vec<peers::Peer>,
    },
}

fn main() -> Result<(), Failure> {
    match Arguments::parse().command {
        Command::Upstream { listen } => single().block_on(neighbour::upstream(&listen)),
        Command::Proxy { listen, upstream } => many().block_on(neighbour::proxy(&listen, &upstream)),
        Command::Run { binary, python_dir, rounds, seconds, connections, only, peers } => single().block_on(run(
            binary,
            python_dir,
            rounds,
            Duration::from_secs_f64(seconds),
            connections,
            &only,
            peers,
        )),
    }
}

fn single() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built")
}

fn many() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime can be built")
}

async fn run(
    binary: PathBuf,
    python_dir: PathBuf,
    rounds: usize,
    span: Duration,
    connections: Vec<usize>,
    only: &str,
    peers: Vec<peers::Peer>,
) -> Result<(), Failure> {
    let upstream = process::neighbour("upstream", &[])?;
    let proxy = process::neighbour("proxy", &[&upstream.address])?;
    let server = server::start(&binary, &python_dir, &upstream.address).await?;
    let (ours, pid) = (server.address(), server.pid());
    let mut targets = vec![
        load::Target::proxy(&proxy),
        load::Target::tool(&server, "read_invoice", "read"),
        load::Target::mcp(&server, "read_invoice", "read, MCP 2026-07-28"),
        load::Target::mcp_session(ours, "/mcp", pid, "read_invoice", "read, MCP 2025-11-25").begin().await?,
        load::Target::tool(&server, "create_invoice", "write"),
        load::Target::mcp(&server, "create_invoice", "write, MCP 2026-07-28"),
    ];
    let mut running = Vec::new();
    for peer in &peers {
        let (process, target) = peer.start(&upstream.address).await?;
        running.push(process);
        targets.push(target);
    }
    targets.retain(|target| target.name == "proxy" || target.name.starts_with(only));
    let names: Vec<&'static str> = targets.iter().map(|target| target.name).collect();
    let mut table = report::Table::default();
    for &count in &connections {
        for round in 0..rounds {
            for target in &targets {
                eprint!("\r{count:>3} connections, round {} of {rounds}, {:<22}", round + 1, target.name);
                table.add(target.name, count, load::drive(target, count, span).await?);
            }
        }
    }
    eprintln!();
    println!("{}", table.render(&connections, &names));
    let commit = server::one_commit(server.data_dir())?;
    println!("one fsynced write of 4 KiB on this disk: {commit:.0} us (median of 200)");
    println!("memory of the server after load: {:.0} MiB", process::memory_mib(server.pid()));
    println!("start to first answer: {:.0} ms", server.start_ms);
    Ok(())
}
