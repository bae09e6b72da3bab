//! A tool's versions: list, compare, go back.

use clap::Args;
use serde_json::{Value, json};

use super::path;
use crate::{
    client::with_query,
    command::{Remote, apply::print_change},
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// One tool's history.
#[derive(Debug, Args)]
pub(crate) struct Versions {
    /// The tool's name or id.
    tool: String,
    /// At most this many.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// Two revisions of a tool.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The tool's name or id.
    tool: String,
    /// The earlier revision.
    from: i64,
    /// The later revision.
    to: i64,
    #[command(flatten)]
    remote: Remote,
}

/// An earlier revision of a tool.
#[derive(Debug, Args)]
pub(crate) struct Rollback {
    /// The tool's name or id.
    tool: String,
    /// The revision to go back to.
    revision: i64,
    /// Why, for the history.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

pub(super) fn versions(command: &Versions) -> Result<(), Failure> {
    let versions = command.remote.connect()?.list(&path(&command.tool, "/versions"), &[], command.limit)?;
    if command.remote.json {
        return output::json(&versions.into());
    }
    let mut table = Table::new(["REVISION", "VERSION", "MADE", "BY", "NOTE"]);
    for version in &versions {
        table.row([
            text(version, "revision"),
            text(version, "version"),
            time(version, "created_at"),
            text(version, "user_id"),
            short(&text(version, "note"), 60),
        ]);
    }
    table.print("no versions")
}

pub(super) fn diff(command: &Diff) -> Result<(), Failure> {
    let (from, to) = (command.from.to_string(), command.to.to_string());
    let path = with_query(&path(&command.tool, "/diff"), &[("from", Some(&from)), ("to", Some(&to))]);
    let answer = command.remote.connect()?.get(&path)?;
    if command.remote.json {
        return output::json(&answer);
    }
    let changes = answer.as_array().or_else(|| answer["changes"].as_array()).cloned().unwrap_or_default();
    if changes.is_empty() {
        output::say("no difference");
    }
    changes.iter().try_for_each(print_change)
}

pub(super) fn rollback(command: &Rollback) -> Result<(), Failure> {
    let mut body = json!({"revision": command.revision});
    if let Some(note) = &command.note {
        body["note"] = Value::String(note.clone());
    }
    let answer = command.remote.connect()?.post(&path(&command.tool, "/rollback"), &body)?;
    if command.remote.json {
        return output::json(&answer);
    }
    let tool = &answer["tool"];
    output::line(&format!("{} {} is now revision {}", command.tool, text(tool, "version"), text(tool, "revision")))
}
