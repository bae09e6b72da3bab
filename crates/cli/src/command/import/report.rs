//! What is shown of an import.

use std::collections::BTreeSet;

use serde_json::Value;

use super::List;
use crate::{
    command::apply::print_change,
    failure::Failure,
    output::{self, Table, short, text, time},
};

fn items(report: &Value) -> impl Iterator<Item = &Value> {
    report["items"].as_array().into_iter().flatten()
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// A table of what would be done, the differences, and what to know.
pub(super) fn preview(report: &Value) -> Result<(), Failure> {
    let mut table = Table::new(["NAME", "METHOD", "PATH", "EFFECT", "TOKENS", "STATE"]);
    for item in items(report) {
        table.row([
            text(item, "name"),
            text(item, "method"),
            short(&text(item, "path"), 60),
            text(item, "effect"),
            text(item, "tokens"),
            text(item, "state"),
        ]);
    }
    table.print("no operation can become a tool")?;
    differences(report)?;
    notes(report);
    let chosen = items(report).count();
    output::say(format!(
        "{chosen} of {} operations chosen, about {} tokens in all",
        text(report, "operation_count"),
        text(report, "tokens")
    ));
    Ok(())
}

/// What was done.
pub(super) fn applied(report: &Value) -> Result<(), Failure> {
    for item in items(report) {
        let state = text(item, "state");
        output::line(&format!("{state:<9} {}", text(item, "name")))?;
    }
    differences(report)?;
    notes(report);
    Ok(())
}

fn differences(report: &Value) -> Result<(), Failure> {
    for item in items(report) {
        let changes: Vec<&Value> = item["diff"].as_array().into_iter().flatten().collect();
        let conflicts: Vec<&Value> = item["conflicts"].as_array().into_iter().flatten().collect();
        if changes.is_empty() && conflicts.is_empty() {
            continue;
        }
        output::line(&format!("{}:", text(item, "name")))?;
        for change in changes {
            print_change(change)?;
        }
        for conflict in conflicts {
            output::line(&format!("  {} (conflict; here and in the source)", text(conflict, "path")))?;
            output::line(&format!("    = {}", conflict["ours"]))?;
            output::line(&format!("    ! {}", conflict["theirs"]))?;
        }
    }
    Ok(())
}

/// Warnings and what is left to do, on standard error.
fn notes(report: &Value) {
    for warning in texts(&report["warnings"]) {
        output::say(format!("warning: {warning}"));
    }
    for item in items(report) {
        let name = text(item, "name");
        for warning in texts(&item["warnings"]) {
            output::say(format!("warning: {name}: {warning}"));
        }
        let error = text(item, "error");
        if !error.is_empty() {
            output::say(format!("error: {name}: {error}"));
        }
        let kept: Vec<&str> = texts(&item["kept"]).collect();
        if !kept.is_empty() {
            output::say(format!("{name}: changed here and kept: {}", kept.join(", ")));
        }
        if item["conflicts"].as_array().is_some_and(|conflicts| !conflicts.is_empty()) {
            output::say(format!("{name}: what is here stays in conflicts; --take-theirs takes the source's values"));
        }
    }
    for skipped in report["skipped"].as_array().into_iter().flatten() {
        output::say(format!("skipped: {}: {}", text(skipped, "operation"), text(skipped, "reason")));
    }
    for gone in report["gone"].as_array().into_iter().flatten() {
        let (name, operation) = (text(gone, "name"), text(gone, "operation"));
        output::say(format!("gone: the source does not have `{operation}` any more; the tool {name} stays as it is"));
    }
    let missing: BTreeSet<&str> = texts(&report["missing_secrets"]).collect();
    let all: BTreeSet<&str> = items(report).flat_map(|item| texts(&item["secrets"])).collect();
    let known: Vec<&str> = all.difference(&missing).copied().collect();
    if !known.is_empty() {
        let known = known.join(", ");
        output::say(format!(
            "these tools send secrets that are set already: {known}; see that their addresses may have them"
        ));
    }
    for secret in texts(&report["missing_secrets"]) {
        output::say(format!("to set: callwright secret set {secret}"));
    }
}

/// Whether anything would be made or changed.
pub(super) fn has_work(report: &Value) -> bool {
    items(report).any(|item| ["new", "changed"].contains(&text(item, "state").as_str()))
}

/// What to ask before it is done.
pub(super) fn question(report: &Value) -> String {
    let count = |state: &str| items(report).filter(|item| text(item, "state") == state).count();
    format!("Make {} and change {} tools?", count("new"), count("changed"))
}

/// A failure when there is a tool that cannot be imported.
pub(super) fn outcome(report: &Value) -> Result<(), Failure> {
    let failed = items(report).filter(|item| ["failed", "name_taken"].contains(&text(item, "state").as_str())).count();
    match failed {
        0 => Ok(()),
        _ => Err(Failure::new(format!("{failed} of {} tools cannot be imported", items(report).count()))),
    }
}

/// The tools that were imported.
pub(super) fn list(command: &List) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let query = [("source", command.source.as_deref())];
    let found = client.list("/api/v1/imports", &query, command.limit)?;
    if command.remote.json {
        return output::json(&Value::Array(found));
    }
    let mut table = Table::new(["NAME", "SOURCE", "OPERATION", "IMPORTED"]);
    for tool in &found {
        table.row([
            text(tool, "name"),
            short(&text(tool, "source"), 60),
            short(&text(tool, "operation"), 60),
            time(tool, "updated_at"),
        ]);
    }
    table.print("nothing was imported")
}
