//! `callwright mcp-server adopt` and `accept`.

use clap::Args;
use serde_json::{Value, json};

use super::{super::Remote, path};
use crate::{
    client::segment,
    failure::Failure,
    output::{self, Table, text},
};

/// Tools to be taken over.
#[derive(Debug, Args)]
pub(crate) struct Adopt {
    /// The server's name.
    server: String,
    /// A tool's name there, or `NAME=OURS` to give it another.
    #[arg(required_unless_present = "all")]
    tools: Vec<String>,
    /// All that it offers.
    #[arg(long)]
    all: bool,
    /// Put before the names, for example `crm_`.
    #[arg(long)]
    prefix: Option<String>,
    /// What the named tools do to the world; without it the server's hints are believed.
    #[arg(long, value_parser = ["read", "write", "destructive"])]
    effect: Option<String>,
    /// Only say what would become of them.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    remote: Remote,
}

/// A changed definition to be accepted.
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// The server's name.
    server: String,
    /// The tool's name there.
    tool: String,
    /// Only show what has changed.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    remote: Remote,
}

pub(super) fn adopt(command: &Adopt) -> Result<(), Failure> {
    let tools: Vec<Value> = command
        .tools
        .iter()
        .map(|tool| match tool.split_once('=') {
            Some((theirs, ours)) => json!({"tool": theirs, "name": ours, "effect": command.effect}),
            None => json!({"tool": tool, "effect": command.effect}),
        })
        .collect();
    let wish = json!({"all": command.all, "tools": tools, "prefix": command.prefix, "dry_run": command.dry_run});
    let answer = command.remote.connect()?.post(&format!("{}/tools", path(&command.server)), &wish)?;
    if command.remote.json {
        return output::json(&answer);
    }
    let mut table = Table::new(["TOOL", "OURS", "EFFECT", "DONE"]);
    let mut failed = 0;
    for tool in answer["tools"].as_array().into_iter().flatten() {
        let done = match tool["error"].as_str() {
            Some(error) => {
                failed += 1;
                format!("refused: {error}")
            }
            None => text(tool, "action"),
        };
        table.row([text(tool, "tool"), text(tool, "name"), text(tool, "effect"), done]);
    }
    table.print("it offers no tools")?;
    if failed > 0 {
        return Err(Failure::new(format!("{failed} tools were not taken over"))
            .hint("give another name with `TOOL=NAME`, or a `--prefix`"));
    }
    Ok(())
}

pub(super) fn accept(command: &Accept) -> Result<(), Failure> {
    let path = format!("{}/tools/{}/accept", path(&command.server), segment(&command.tool));
    let answer = command.remote.connect()?.post(&path, &json!({ "dry_run": command.dry_run }))?;
    if command.remote.json {
        return output::json(&answer);
    }
    let mut table = Table::new(["WHAT", "BEFORE", "NOW"]);
    for change in answer["diff"].as_array().into_iter().flatten() {
        table.row([text(change, "path"), short(&change["from"]), short(&change["to"])]);
    }
    table.print("the definition is the one that was agreed to")?;
    if !command.dry_run {
        for tool in answer["tools"].as_array().into_iter().flatten() {
            output::say(format!("{}: {}", text(&tool["tool"], "name"), text(tool, "action")));
        }
    }
    Ok(())
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars().take(80).collect()
}
