//! `callwright approvals`: what executions wait for, and deciding it.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Remote;
use crate::{
    argument,
    client::segment,
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// What executions wait for, and deciding it.
#[derive(Debug, Subcommand)]
pub(crate) enum Approvals {
    /// List what waits, newest first.
    List(List),
    /// Print a ticket: what is asked, who may decide, what was decided.
    Show(Named),
    /// Agree. The execution goes on by itself once enough people have.
    Approve(Approve),
    /// Refuse. Nothing is done.
    Deny(Deny),
}

/// Which tickets to list.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// In this state: open, approved, answered, used, denied, expired, void.
    #[arg(long, default_value = "open")]
    state: String,
    /// Also those that were decided.
    #[arg(long, conflicts_with = "state")]
    all: bool,
    /// Of this kind: approval, confirmation, callback, late.
    #[arg(long)]
    kind: Option<String>,
    /// Of this tool, by name.
    #[arg(long)]
    tool: Option<String>,
    /// At most this many.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One ticket.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The ticket's id.
    id: String,
    #[command(flatten)]
    remote: Remote,
}

/// Agreement.
#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// The ticket's id.
    id: String,
    /// Why, for the audit log.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Other arguments than those that were asked for, as a JSON object. What others agreed to before is then void.
    #[arg(long, value_name = "JSON")]
    args_json: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// Refusal.
#[derive(Debug, Args)]
pub(crate) struct Deny {
    /// The ticket's id.
    id: String,
    /// Why, for the audit log and the model.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Approvals) -> Result<(), Failure> {
    match command {
        Approvals::List(command) => list(&command),
        Approvals::Show(command) => {
            let ticket = command.remote.connect()?.get(&path(&command.id, ""))?;
            if command.remote.json { output::json(&ticket) } else { output::pretty(&ticket) }
        }
        Approvals::Approve(command) => {
            let mut body = json!({ "note": command.note });
            if let Some(text) = &command.args_json {
                body["arguments"] = Value::Object(argument::object("--args-json", text)?);
            }
            decide(&command.remote, &command.id, "/approve", &body)
        }
        Approvals::Deny(command) => decide(&command.remote, &command.id, "/deny", &json!({ "note": command.note })),
    }
}

fn path(id: &str, below: &str) -> String {
    format!("/api/v1/approvals/{}{below}", segment(id))
}

fn list(command: &List) -> Result<(), Failure> {
    let query = [
        ("state", (!command.all).then_some(command.state.as_str())),
        ("kind", command.kind.as_deref()),
        ("tool", command.tool.as_deref()),
    ];
    let tickets = command.remote.connect()?.list("/api/v1/approvals", &query, command.limit)?;
    if command.remote.json {
        return output::json(&tickets.into());
    }
    let mut table = Table::new(["ID", "ASKED", "KIND", "STATE", "TOOL", "ARGUMENTS", "UNTIL"]);
    for ticket in &tickets {
        table.row([
            text(ticket, "id"),
            time(ticket, "created_at"),
            text(ticket, "kind"),
            text(ticket, "state"),
            text(ticket, "tool_name"),
            short(&ticket["shown"]["arguments"].to_string(), 60),
            time(ticket, "expires_at"),
        ]);
    }
    table.print("nothing waits")
}

fn decide(remote: &Remote, id: &str, verdict: &str, body: &Value) -> Result<(), Failure> {
    let ticket = remote.connect()?.post(&path(id, verdict), body)?;
    if remote.json {
        return output::json(&ticket);
    }
    let execution = text(&ticket, "execution_id");
    match ticket["state"].as_str() {
        Some("open") => output::say(format!("{id} still needs others to agree")),
        Some("denied") => output::say(format!("{id} is denied; nothing was done")),
        _ => output::say(format!("{id} is approved; see `callwright executions answer {execution} --wait 30`")),
    }
    Ok(())
}
