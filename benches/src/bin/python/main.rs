//! Measures the Python sandbox beside a plain `python3` process and RestrictedPython, on this machine, in turn, several
//! rounds, medians; then its start, its memory, and how late it stops an endless loop.
//!
//! Absolute figures move with whatever else the machine does; peers of one run are what counts.

mod alone;
mod peers;
mod sandbox;
mod stats;

use std::{path::PathBuf, time::Duration};

use callwright_pybox::prepare;
use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The workloads: nothing, forty orders rolled up into an invoice, and loops over 100,000 numbers.
const WORKLOADS: [&str; 3] = ["w1_trivial", "w2_business", "w3_cpu"];
/// The one that the goals are about.
const BUSINESS: &str = "w2_business";

#[derive(Parser)]
#[command(about = "Measures the Python sandbox beside its peers")]
struct Arguments {
    /// Where the sandbox's machine code lies, or is put.
    #[arg(long, default_value = "target/python", global = true)]
    dir: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The start and the first call of a process of its own.
    Cold { program: PathBuf },
    /// What instances that wait hold of memory, in a process of its own.
    Idle { ready: usize },
    /// What slots hold that were used, in a process of its own.
    Warm { program: PathBuf, slots: usize },
    /// Drives everything and prints the table.
    Run {
        /// A Python that has RestrictedPython; it is the plain `python3` as well.
        #[arg(long)]
        python: PathBuf,
        /// How often each measurement is repeated; the median counts.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// How long each measurement takes, in seconds.
        #[arg(long, default_value_t = 1.0)]
        seconds: f64,
    },
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let dir = arguments.dir;
    // As many threads as the server would have; the sandbox has its own beside them.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.command {
        Command::Cold { program } => runtime.block_on(alone::cold(&dir, &program)),
        Command::Idle { ready } => runtime.block_on(alone::idle(&dir, ready)),
        Command::Warm { program, slots } => runtime.block_on(alone::warm(&dir, &program, slots)),
        Command::Run { python, rounds, seconds } => {
            prepare(&dir)?;
            runtime.block_on(run(&dir, python, rounds, Duration::from_secs_f64(seconds)))
        }
    }
}

async fn run(dir: &std::path::Path, python: PathBuf, rounds: usize, span: Duration) -> Result<(), Failure> {
    let room = sandbox::Room::start(dir).await?;
    let plain = peers::Plain::new(&python)?;
    let mut restricted = peers::Restricted::start(&python)?;
    let mut table = stats::Table::default();
    for workload in WORKLOADS {
        let wanted = plain.result(workload).await?;
        room.expect(workload, &wanted).await?;
        restricted.expect(workload, &wanted)?;
    }
    for round in 0..rounds {
        for workload in WORKLOADS {
            for at_once in [1, 16] {
                eprint!("\rround {} of {rounds}, {workload:<11}, {at_once:>2} at once", round + 1);
                table.add(workload, at_once, "sandbox", room.drive(workload, at_once, span).await?);
                table.add(workload, at_once, "python3 process", plain.drive(workload, at_once, span).await?);
            }
            table.add(workload, 1, "RestrictedPython", restricted.drive(workload, span)?);
            let half = table.rate(workload, 16, "sandbox") / 2.0;
            table.add(workload, stats::PACED, "sandbox", room.paced(workload, half, span).await?);
        }
    }
    eprintln!();
    println!("{}", table.render(&WORKLOADS));
    for line in alone::report(dir, &room, rounds).await? {
        println!("{line}");
    }
    for line in room.overshoot(rounds * 5).await? {
        println!("{line}");
    }
    Ok(())
}
