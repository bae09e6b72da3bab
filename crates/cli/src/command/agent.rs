//! `callwright agent`: agents as records, and the tools assigned to them.

mod run;
mod templates;

use std::{fs, path::PathBuf};

use callwright_model::Object;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Remote;
use crate::{
    argument,
    client::segment,
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// Agents and the tools assigned to them.
#[derive(Debug, Subcommand)]
pub(crate) enum Agent {
    /// List agents.
    List(List),
    /// Print an agent and its tools.
    Get(Named),
    /// Make an agent.
    Create(Create),
    /// Delete an agent. Its executions stay in the log.
    Delete(Named),
    /// Say something to an agent, and see what it does.
    Run(run::Run),
    /// Give an agent a tool, or change how it has it.
    Assign(Assign),
    /// Take a tool from an agent.
    Unassign(Unassign),
    /// Agents to begin with: list them, or print one.
    Templates(templates::Templates),
    /// Several agents of one trade with their tools: list, install.
    #[command(subcommand)]
    Pack(templates::Pack),
}

/// All agents.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// At most this many.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One agent.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The agent's name or id.
    agent: String,
    #[command(flatten)]
    remote: Remote,
}

/// A new agent.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Its name.
    name: String,
    /// What it is for.
    #[arg(long, default_value = "")]
    description: String,
    /// The system instructions.
    #[arg(long, default_value = "")]
    instructions: String,
    /// The system instructions, from a file.
    #[arg(long, value_name = "FILE", conflicts_with = "instructions")]
    instructions_file: Option<PathBuf>,
    /// The model it uses; `scripted` plays the `script` of its metadata.
    #[arg(long, default_value = "")]
    model: String,
    /// What is kept with it, as a JSON object.
    #[arg(long, value_name = "JSON")]
    metadata: Option<String>,
    /// Let only yourself, administrators and those you share it with run it.
    #[arg(long)]
    private: bool,
    #[command(flatten)]
    remote: Remote,
}

/// An agent and a tool.
#[derive(Debug, Args)]
pub(crate) struct Assign {
    /// The agent's name or id.
    agent: String,
    /// The tool's name or id.
    tool: String,
    /// A JSON merge patch over the tool's description, config, bound, result, policy and fallback.
    #[arg(long, value_name = "JSON")]
    overrides: Option<String>,
    /// Lower comes first.
    #[arg(long, default_value_t = 0, allow_hyphen_values = true)]
    position: i64,
    /// Have this state of the tool: a revision, a version (1.2.3) or the latest in a range (^1.2).
    #[arg(long, value_name = "REVISION|VERSION", conflicts_with = "follow")]
    pin: Option<String>,
    /// Which changes of the tool reach the agent: all of them, those that break nothing, or none.
    #[arg(long, value_parser = ["all", "minor", "none"])]
    follow: Option<String>,
    /// Assign it without letting the agent use it yet.
    #[arg(long)]
    disabled: bool,
    #[command(flatten)]
    remote: Remote,
}

/// An agent and a tool.
#[derive(Debug, Args)]
pub(crate) struct Unassign {
    /// The agent's name or id.
    agent: String,
    /// The tool's name or id.
    tool: String,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Agent) -> Result<(), Failure> {
    match command {
        Agent::List(command) => list(&command),
        Agent::Get(command) => get(&command),
        Agent::Create(command) => create(&command),
        Agent::Delete(command) => {
            command.remote.connect()?.delete(&path(&command.agent, ""))?;
            output::say(format!("deleted agent {}", command.agent));
            Ok(())
        }
        Agent::Run(command) => run::run(&command),
        Agent::Assign(command) => assign(&command),
        Agent::Templates(command) => templates::templates(&command),
        Agent::Pack(command) => templates::pack(&command),
        Agent::Unassign(command) => {
            let below = format!("/tools/{}", segment(&command.tool));
            command.remote.connect()?.delete(&path(&command.agent, &below))?;
            output::say(format!("{} no longer has {}", command.agent, command.tool));
            Ok(())
        }
    }
}

fn path(agent: &str, below: &str) -> String {
    format!("/api/v1/agents/{}{below}", segment(agent))
}

fn list(command: &List) -> Result<(), Failure> {
    let agents = command.remote.connect()?.list("/api/v1/agents", &[], command.limit)?;
    if command.remote.json {
        return output::json(&agents.into());
    }
    let mut table = Table::new(["NAME", "MODEL", "CHANGED", "DESCRIPTION"]);
    for agent in &agents {
        table.row([
            text(agent, "name"),
            text(agent, "model"),
            time(agent, "updated_at"),
            short(&text(agent, "description"), 60),
        ]);
    }
    table.print("no agents yet; `callwright agent create NAME` makes one")
}

fn get(command: &Named) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let agent = client.get(&path(&command.agent, ""))?;
    let tools = client.get(&path(&command.agent, "/tools"))?;
    let assigned = tools.as_array().or_else(|| tools["items"].as_array()).cloned().unwrap_or_default();
    if command.remote.json {
        let mut whole = agent;
        whole["tools"] = Value::Array(assigned);
        return output::json(&whole);
    }
    output::pretty(&agent)?;
    let mut table = Table::new(["TOOL", "VERSION", "PIN", "ENABLED", "POSITION", "OVERRIDES"]);
    for item in &assigned {
        let assignment = &item["assignment"];
        let overrides = if assignment["overrides"].as_object().is_none_or(Object::is_empty) {
            String::new()
        } else {
            assignment["overrides"].to_string()
        };
        table.row([
            text(&item["tool"], "name"),
            text(&item["tool"], "version"),
            text(assignment, "pin"),
            text(assignment, "enabled"),
            text(assignment, "position"),
            short(&overrides, 80),
        ]);
    }
    table.print("no tools assigned; `callwright agent assign AGENT TOOL` does it")
}

fn create(command: &Create) -> Result<(), Failure> {
    let instructions = match &command.instructions_file {
        Some(path) => fs::read_to_string(path)
            .map_err(|error| Failure::new(format!("--instructions-file {}: {error}", path.display())))?,
        None => command.instructions.clone(),
    };
    let body = json!({
        "name": command.name,
        "description": command.description,
        "instructions": instructions,
        "model": command.model,
        "metadata": command.metadata.as_deref().map_or(Ok(Object::new()), |text| argument::object("--metadata", text))?,
        "is_shared": !command.private,
    });
    let agent = command.remote.connect()?.post("/api/v1/agents", &body)?;
    if command.remote.json {
        return output::json(&agent);
    }
    output::line(&text(&agent, "id"))
}

fn assign(command: &Assign) -> Result<(), Failure> {
    let overrides = match &command.overrides {
        Some(text) => argument::object("--overrides", text)?,
        None => Object::new(),
    };
    let mut body = json!({"enabled": !command.disabled, "overrides": overrides, "position": command.position});
    if let Some(pin) = &command.pin {
        body["pin"] = pin.parse::<i64>().map_or_else(|_| json!(pin), |revision| json!(revision));
    }
    if let Some(follow) = &command.follow {
        body["follow"] = json!(follow);
    }
    let below = format!("/tools/{}", segment(&command.tool));
    let assignment = command.remote.connect()?.put(&path(&command.agent, &below), &body)?;
    if command.remote.json {
        return output::json(&assignment);
    }
    let how = if command.disabled { ", disabled" } else { "" };
    output::say(format!("{} has {}{how}", command.agent, command.tool));
    Ok(())
}
