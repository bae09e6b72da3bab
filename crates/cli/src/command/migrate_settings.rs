//! `callwright migrate-settings`: real tools of an agent's older `tools_settings`.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::{Remote, apply::print_change};
use crate::{
    client::segment,
    failure::Failure,
    output::{self, text},
};

/// Make tools of an agent's `tools_settings` and assign them to it.
#[derive(Debug, Args)]
#[command(after_help = "A file holds the settings themselves, or an object with `tools_settings`. It may also be an \
object that maps agents to their settings; then --agent is left out.")]
pub(crate) struct MigrateSettings {
    /// The settings, JSON or YAML; without a file those that the agent carries.
    file: Option<PathBuf>,
    /// The agent's name or id.
    #[arg(long)]
    agent: Option<String>,
    /// Show what would be done, and change nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    remote: Remote,
}

/// The fields that settings have; an object with any of them is settings and no map of agents.
const FIELDS: [&str; 4] = ["enabled_tools", "end_call", "transfer_call", "custom_tools"];

/// Carries the command out.
pub(super) fn run(command: &MigrateSettings) -> Result<(), Failure> {
    let wanted = wanted(command)?;
    let client = command.remote.connect()?;
    let mut done = Vec::new();
    for (agent, settings) in wanted {
        let mut body = json!({"dry_run": command.dry_run});
        if let Some(settings) = settings {
            body["tools_settings"] = settings;
        }
        let migration = client.post(&format!("/api/v1/agents/{}/tools-settings", segment(&agent)), &body)?;
        if !command.remote.json {
            print(&migration, command.dry_run)?;
        }
        done.push(migration);
    }
    if command.remote.json { output::json(&Value::Array(done)) } else { Ok(()) }
}

/// Which agents, each with its settings or those that it carries.
fn wanted(command: &MigrateSettings) -> Result<Vec<(String, Option<Value>)>, Failure> {
    let document = command.file.as_ref().map(|file| super::bundle::read_yaml(file)).transpose()?;
    let document = document.map(|mut document| match document.get_mut("tools_settings") {
        Some(settings) => settings.take(),
        None => document,
    });
    match (&command.agent, document) {
        (Some(agent), settings) => Ok(vec![(agent.clone(), settings)]),
        (None, Some(Value::Object(agents))) if !agents.keys().any(|key| FIELDS.contains(&key.as_str())) => {
            let settings = |mut value: Value| value.get_mut("tools_settings").map(Value::take).unwrap_or(value);
            Ok(agents.into_iter().map(|(agent, value)| (agent, Some(settings(value)))).collect())
        }
        (None, _) => Err(Failure::usage("say which agent is meant, with --agent")),
    }
}

fn print(migration: &Value, dry_run: bool) -> Result<(), Failure> {
    for tool in migration["tools"].as_array().into_iter().flatten() {
        let action = text(tool, "action");
        let verb = match (dry_run, action.as_str()) {
            (true, "created") => "would create",
            (true, "updated") => "would update",
            _ => action.as_str(),
        };
        let assigned = match (tool["newly_assigned"] == true, dry_run) {
            (false, _) => "had it already",
            (true, true) => "would get it",
            (true, false) => "has it now",
        };
        output::line(&format!("{verb:<9} {}; {} {assigned}", text(tool, "name"), text(migration, "agent")))?;
        if action == "updated" {
            for change in tool["diff"].as_array().into_iter().flatten() {
                print_change(change)?;
            }
        }
    }
    if migration["tools"].as_array().is_some_and(Vec::is_empty) {
        output::say(format!("the settings of {} switch nothing on", text(migration, "agent")));
    }
    for warning in migration["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        output::say(format!("warning: {warning}"));
    }
    Ok(())
}
