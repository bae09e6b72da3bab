//! Measures what Callwright costs: a read and a write tool by REST and by MCP, beside a bare proxy to the same
//! upstream, all on this machine, in turn, several rounds, medians.
//!
//! Absolute figures move with whatever else the machine does; the ratios of one run are what counts.

mod load;
mod neighbour;
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
        /// A Python with FastMCP (`benches/peers/requirements.txt`), to drive that as well.
        #[arg(long)]
        fastmcp: Option<PathBuf>,
    },
}

fn main() -> Result<(), Failure> {
    match Arguments::parse().command {
        Command::Upstream { listen } => single().block_on(neighbour::upstream(&listen)),
        Command::Proxy { listen, upstream } => many().block_on(neighbour::proxy(&listen, &upstream)),
        Command::Run { binary, rounds, seconds, connections, only, fastmcp } => {
            single().block_on(run(binary, rounds, Duration::from_secs_f64(seconds), connections, &only, fastmcp))
        }
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
    rounds: usize,
    span: Duration,
    connections: Vec<usize>,
    only: &str,
    fastmcp: Option<PathBuf>,
) -> Result<(), Failure> {
    let upstream = process::neighbour("upstream", &[])?;
    let proxy = process::neighbour("proxy", &[&upstream.address])?;
    let server = server::start(&binary, &upstream.address).await?;
    let (ours, pid) = (server.address(), server.pid());
    let mut targets = vec![
        load::Target::proxy(&proxy),
        load::Target::tool(&server, "read_invoice", "read"),
        load::Target::mcp(&server, "read_invoice", "read, MCP 2026-07-28"),
        load::Target::mcp_session(ours, "/mcp", pid, "read_invoice", "read, MCP 2025-11-25").await?,
        load::Target::tool(&server, "create_invoice", "write"),
        load::Target::mcp(&server, "create_invoice", "write, MCP 2026-07-28"),
    ];
    let peer = fastmcp.map(|python| process::fastmcp(&python, &upstream.address)).transpose()?;
    if let Some(peer) = &peer {
        process::until_open(&peer.address).await?;
        let target = load::Target::mcp_session(&peer.address, "/mcp", peer.pid(), "invoices", "FastMCP");
        targets.push(target.await?);
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
