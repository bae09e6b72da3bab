//! `callwright job`: durable background work.

use clap::{Args, Subcommand};
use serde_json::json;

use super::Remote;
use crate::{
    client::segment,
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// Jobs: durable background work.
#[derive(Debug, Subcommand)]
pub(crate) enum Job {
    /// List jobs, newest first; `--state dead` shows those that were laid aside.
    List(List),
    /// Print a job.
    Show(Named),
    /// Try a job again that was laid aside.
    Retry(Named),
    /// Stop a job.
    Cancel(Named),
}

/// Which jobs to list.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// In this state: queued, running, waiting, done, dead, cancelled.
    #[arg(long)]
    state: Option<String>,
    /// Of this kind: run, call.
    #[arg(long)]
    kind: Option<String>,
    /// At most this many.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One job.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The job's id.
    id: String,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Job) -> Result<(), Failure> {
    match command {
        Job::List(command) => list(&command),
        Job::Show(command) => {
            let job = command.remote.connect()?.get(&path(&command.id, ""))?;
            if command.remote.json { output::json(&job) } else { output::pretty(&job) }
        }
        Job::Retry(command) => act(&command, "/retry"),
        Job::Cancel(command) => act(&command, "/cancel"),
    }
}

fn path(id: &str, below: &str) -> String {
    format!("/api/v1/jobs/{}{below}", segment(id))
}

fn act(command: &Named, below: &str) -> Result<(), Failure> {
    let job = command.remote.connect()?.post(&path(&command.id, below), &json!({}))?;
    if command.remote.json {
        return output::json(&job);
    }
    output::say(format!("{} is {}", command.id, text(&job, "state")));
    Ok(())
}

fn list(command: &List) -> Result<(), Failure> {
    let query = [("state", command.state.as_deref()), ("kind", command.kind.as_deref())];
    let jobs = command.remote.connect()?.list("/api/v1/jobs", &query, command.limit)?;
    if command.remote.json {
        return output::json(&jobs.into());
    }
    let mut table = Table::new(["ID", "NOT BEFORE", "KIND", "STATE", "TRIES", "WHAT", "ERROR"]);
    for job in &jobs {
        table.row([
            text(job, "id"),
            time(job, "run_at"),
            text(job, "kind"),
            text(job, "state"),
            format!("{}/{}", text(job, "attempts"), text(job, "max_attempts")),
            short(&text(job, "title"), 40),
            short(&text(job, "error"), 60),
        ]);
    }
    table.print("no jobs")
}
