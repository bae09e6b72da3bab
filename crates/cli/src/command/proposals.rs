//! `callwright proposals`: changes that need the agreement of another person.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Remote, apply::print_change};
use crate::{
    client::segment,
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// Changes that need the agreement of another person.
#[derive(Debug, Subcommand)]
pub(crate) enum Proposals {
    /// List proposals, newest first.
    List(List),
    /// Print a proposal and what it would change.
    Show(Named),
    /// Agree to a proposal and carry it out.
    Approve(Decide),
    /// Refuse a proposal.
    Reject(Decide),
    /// Take your own proposal back.
    Withdraw(Named),
}

/// Which proposals.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// open, approved, rejected, withdrawn or stale; `all` for every one.
    #[arg(long, default_value = "open")]
    state: String,
    /// About this tool, by name or id.
    #[arg(long)]
    tool: Option<String>,
    /// At most this many.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One proposal.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Its id.
    id: String,
    #[command(flatten)]
    remote: Remote,
}

/// A proposal to decide about.
#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// Its id.
    id: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Proposals) -> Result<(), Failure> {
    match command {
        Proposals::List(command) => list(&command),
        Proposals::Show(command) => show(&command),
        Proposals::Approve(command) => approve(&command),
        Proposals::Reject(command) => {
            let answer = command.remote.connect()?.post(&path(&command.id, "/reject"), &note(&command))?;
            closed(&command.remote, &answer)
        }
        Proposals::Withdraw(command) => {
            let answer = command.remote.connect()?.post(&path(&command.id, "/withdraw"), &json!({}))?;
            closed(&command.remote, &answer)
        }
    }
}

fn path(id: &str, below: &str) -> String {
    format!("/api/v1/proposals/{}{below}", segment(id))
}

fn note(command: &Decide) -> Value {
    json!({ "note": command.note })
}

fn closed(remote: &Remote, answer: &Value) -> Result<(), Failure> {
    if remote.json {
        return output::json(answer);
    }
    output::line(&format!("{} {}", text(answer, "id"), text(answer, "state")))
}

fn list(command: &List) -> Result<(), Failure> {
    let state = Some(command.state.as_str()).filter(|state| *state != "all");
    let query = [("state", state), ("tool", command.tool.as_deref())];
    let proposals = command.remote.connect()?.list("/api/v1/proposals", &query, command.limit)?;
    if command.remote.json {
        return output::json(&proposals.into());
    }
    let mut table = Table::new(["ID", "STATE", "KIND", "TOOL", "BY", "MADE", "NOTE"]);
    for proposal in &proposals {
        table.row([
            text(proposal, "id"),
            text(proposal, "state"),
            text(proposal, "kind"),
            text(proposal, "tool"),
            text(proposal, "user_id"),
            time(proposal, "created_at"),
            short(&text(proposal, "note"), 40),
        ]);
    }
    table.print("no proposals")
}

fn show(command: &Named) -> Result<(), Failure> {
    let answer = command.remote.connect()?.get(&path(&command.id, ""))?;
    if command.remote.json {
        return output::json(&answer);
    }
    let proposal = &answer["proposal"];
    output::line(&format!(
        "{} {}: {} of {}, by {} at {}",
        text(proposal, "id"),
        text(proposal, "state"),
        text(proposal, "kind"),
        text(proposal, "tool"),
        text(proposal, "user_id"),
        time(proposal, "created_at"),
    ))?;
    for field in ["note", "decision_note"] {
        if let Some(note) = proposal[field].as_str() {
            output::line(&format!("{}: {note}", field.replace('_', " ")))?;
        }
    }
    if let Some(level) = answer["bump"]["level"].as_str() {
        output::line(&format!("a {level} change"))?;
    }
    if answer["is_outdated"] == true {
        output::say("the tool was changed since; it cannot be approved any more");
    }
    answer["diff"].as_array().into_iter().flatten().try_for_each(print_change)
}

fn approve(command: &Decide) -> Result<(), Failure> {
    let answer = command.remote.connect()?.post(&path(&command.id, "/approve"), &note(command))?;
    if command.remote.json {
        return output::json(&answer);
    }
    let tool = &answer["tool"];
    output::line(&format!("{} {} {}", text(&answer, "action"), text(tool, "name"), text(tool, "version")))
}
