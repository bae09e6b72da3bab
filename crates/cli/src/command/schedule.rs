//! `callwright schedule`: runs and calls that the clock starts.

use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Value, json};

use super::Remote;
use crate::{
    argument,
    client::segment,
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// Schedules: runs and calls that the clock starts.
#[derive(Debug, Subcommand)]
pub(crate) enum Schedule {
    /// List schedules, with when they come next and how they went last.
    List(List),
    /// Make a schedule, for example `schedule create Morning '30 7 * * mon-fri' --agent Reporter --message 'Report!'`.
    Create(Create),
    /// Delete a schedule. What it started goes on.
    Delete(Named),
    /// Start what a schedule starts, now and once.
    Run(Named),
}

/// All schedules.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// At most this many.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One schedule.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The schedule's name or id.
    schedule: String,
    #[command(flatten)]
    remote: Remote,
}

/// A new schedule.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).multiple(true).args(["agent", "tool"])))]
pub(crate) struct Create {
    /// Its name.
    name: String,
    /// When: five cron fields (six with seconds first), or @daily and the like.
    cron: String,
    /// By which clock, for example Europe/Berlin.
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// The agent that is run; with --tool the agent through which the tool is called.
    #[arg(long)]
    agent: Option<String>,
    /// What the agent is told.
    #[arg(long, conflicts_with = "tool")]
    message: Option<String>,
    /// The thread that its runs go on with.
    #[arg(long, conflicts_with = "tool")]
    thread: Option<String>,
    /// The tool that is called.
    #[arg(long)]
    tool: Option<String>,
    /// The tool's arguments, as a JSON object.
    #[arg(long, value_name = "JSON", requires = "tool")]
    args_json: Option<String>,
    /// A variable: name=value, where the value may be JSON. Repeat it for more.
    #[arg(long, value_name = "NAME=VALUE")]
    context: Vec<String>,
    /// Make it without switching it on.
    #[arg(long)]
    disabled: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Schedule) -> Result<(), Failure> {
    match command {
        Schedule::List(command) => list(&command),
        Schedule::Create(command) => create(&command),
        Schedule::Delete(command) => {
            command.remote.connect()?.delete(&path(&command.schedule, ""))?;
            output::say(format!("deleted schedule {}", command.schedule));
            Ok(())
        }
        Schedule::Run(command) => {
            let job = command.remote.connect()?.post(&path(&command.schedule, "/run"), &json!({}))?;
            if command.remote.json {
                return output::json(&job);
            }
            output::line(&text(&job, "id"))
        }
    }
}

fn path(schedule: &str, below: &str) -> String {
    format!("/api/v1/schedules/{}{below}", segment(schedule))
}

fn list(command: &List) -> Result<(), Failure> {
    let schedules = command.remote.connect()?.list("/api/v1/schedules", &[], command.limit)?;
    if command.remote.json {
        return output::json(&schedules.into());
    }
    let mut table = Table::new(["NAME", "CRON", "TIME ZONE", "WHAT", "NEXT", "LAST", "LAST ERROR"]);
    for schedule in &schedules {
        table.row([
            text(schedule, "name"),
            text(schedule, "cron"),
            text(schedule, "time_zone"),
            what(&schedule["target"]),
            if schedule["enabled"] == true { time(schedule, "next_at") } else { "off".to_owned() },
            time(schedule, "last_at"),
            short(&text(schedule, "last_error"), 60),
        ]);
    }
    table.print("no schedules; `callwright schedule create` makes one")
}

fn what(target: &Value) -> String {
    match target["tool"].as_str() {
        Some(tool) => format!("tool {tool}"),
        None => format!("agent {}", text(target, "agent")),
    }
}

fn create(command: &Create) -> Result<(), Failure> {
    let mut target = json!({ "context": argument::pairs("--context", &command.context)? });
    for (field, value) in [
        ("agent", &command.agent),
        ("message", &command.message),
        ("thread_id", &command.thread),
        ("tool", &command.tool),
    ] {
        if let Some(value) = value {
            target[field] = json!(value);
        }
    }
    if let Some(text) = &command.args_json {
        target["arguments"] = Value::Object(argument::object("--args-json", text)?);
    }
    let body = json!({
        "name": command.name,
        "cron": command.cron,
        "time_zone": command.time_zone,
        "enabled": !command.disabled,
        "target": target,
    });
    let schedule = command.remote.connect()?.post("/api/v1/schedules", &body)?;
    if command.remote.json {
        return output::json(&schedule);
    }
    if schedule["enabled"] == true {
        output::say(format!("it comes next at {}", time(&schedule, "next_at")));
    }
    output::line(&text(&schedule, "id"))
}
