//! `callwright run`: agents and workflows at work.

pub(super) mod follow;

use clap::{Args, Subcommand};

use super::Remote;
use crate::{
    client::segment,
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// Runs: agents and workflows at work.
#[derive(Debug, Subcommand)]
pub(crate) enum Run {
    /// List runs, newest first.
    List(List),
    /// Print a run and its steps.
    Show(Named),
    /// Stop a run, whatever it is at.
    Cancel(Named),
    /// Follow a run until it ends.
    Follow(Named),
}

/// Which runs to list.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// In this state: queued, running, waiting, completed, failed, cancelled.
    #[arg(long)]
    state: Option<String>,
    /// Of this agent, by name or id.
    #[arg(long)]
    agent: Option<String>,
    /// Of this workflow, by name or id.
    #[arg(long)]
    workflow: Option<String>,
    /// On this thread.
    #[arg(long)]
    thread: Option<String>,
    /// Only your own.
    #[arg(long)]
    mine: bool,
    /// At most this many.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One run.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The run's id.
    id: String,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Run) -> Result<(), Failure> {
    match command {
        Run::List(command) => list(&command),
        Run::Show(command) => show(&command),
        Run::Cancel(command) => {
            let run = command.remote.connect()?.post(&path(&command.id, "/cancel"), &serde_json::json!({}))?;
            if command.remote.json {
                return output::json(&run);
            }
            match run["state"].as_str() {
                Some("cancelled") => output::say(format!("{} is cancelled", command.id)),
                _ => output::say(format!("{} will stop in a moment; it is {}", command.id, text(&run, "state"))),
            }
            Ok(())
        }
        Run::Follow(command) => {
            let run = follow::follow(&command.remote.connect()?, &command.id, command.remote.json)?;
            if command.remote.json {
                output::json(&run)?;
            }
            follow::outcome(&run)
        }
    }
}

fn path(id: &str, below: &str) -> String {
    format!("/api/v1/runs/{}{below}", segment(id))
}

fn list(command: &List) -> Result<(), Failure> {
    let query = [
        ("state", command.state.as_deref()),
        ("agent", command.agent.as_deref()),
        ("workflow", command.workflow.as_deref()),
        ("thread_id", command.thread.as_deref()),
        ("user", command.mine.then_some("me")),
    ];
    let runs = command.remote.connect()?.list("/api/v1/runs", &query, command.limit)?;
    if command.remote.json {
        return output::json(&runs.into());
    }
    let mut table = Table::new(["ID", "ASKED", "OF", "STATE", "STEPS", "TOKENS", "INPUT"]);
    for run in &runs {
        table.row([
            text(run, "id"),
            time(run, "created_at"),
            if run["kind"] == "workflow" { text(run, "workflow_name") } else { text(run, "agent_name") },
            text(run, "state"),
            text(run, "steps"),
            text(&run["usage"], "total_tokens"),
            short(&text(run, "input"), 60),
        ]);
    }
    table.print("no runs; `callwright agent run AGENT` begins one")
}

fn show(command: &Named) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let mut run = client.get(&path(&command.id, ""))?;
    let steps = client.list(&path(&command.id, "/steps"), &[], 30_000)?;
    if command.remote.json {
        run["step_list"] = steps.into();
        return output::json(&run);
    }
    output::pretty(&run)?;
    let mut table = Table::new(["STEP", "KIND", "NAME", "STATE", "EXECUTION", "ARGUMENTS", "NOTE"]);
    for step in &steps {
        let arguments = step.get("arguments").map(ToString::to_string).unwrap_or_default();
        table.row([
            format!("{}.{}", text(step, "seq"), text(step, "position")),
            text(step, "kind"),
            text(step, "name"),
            text(step, "state"),
            if step["child_run_id"].is_string() { text(step, "child_run_id") } else { text(step, "execution_id") },
            short(&arguments, 80),
            short(&text(step, "note"), 80),
        ]);
    }
    table.print("no steps yet")
}
