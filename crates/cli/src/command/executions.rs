//! `callwright executions`: what has been called, what came of it, and what to do about it.

mod follow;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{Remote, tool::show_answer};
use crate::{
    argument,
    client::segment,
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// What has been called, and what came of it.
#[derive(Debug, Subcommand)]
pub(crate) enum Executions {
    /// List executions, newest first.
    List(List),
    /// Print an execution's whole record.
    Show(Named),
    /// Tell how an execution went, or what it waits for.
    Answer(Answer),
    /// Watch executions as they happen.
    Follow(follow::Follow),
    /// Make the same call again, as a new execution of the tool as it is now.
    Replay(Replay),
    /// Make a test case of an execution.
    Case(Case),
    /// Write down what is known about an unknown outcome.
    Settle(Settle),
    /// Ask a running execution to stop.
    Cancel(Named),
}

/// Which executions to list.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Of this tool, by name or id.
    #[arg(long)]
    tool: Option<String>,
    /// Asked for by this agent, by name or id.
    #[arg(long)]
    agent: Option<String>,
    /// Of this phone call (`call_sid` or `call_id` of the context).
    #[arg(long = "call", value_name = "ID")]
    call_id: Option<String>,
    /// Of this conversation.
    #[arg(long = "conversation", value_name = "ID")]
    conversation_id: Option<String>,
    /// Asked for by this member's id.
    #[arg(long = "user", value_name = "ID")]
    user_id: Option<String>,
    /// In this state: claimed, parked, started, done, failed, unknown, released.
    #[arg(long)]
    state: Option<String>,
    /// Failed with this class, for example `timeout_error`.
    #[arg(long = "error", value_name = "CLASS")]
    error_class: Option<String>,
    /// Asked for at or after this time, for example 2026-11-21T10:00:00Z.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Asked for before this time.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// At most this many.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One execution.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The execution's id.
    id: String,
    #[command(flatten)]
    remote: Remote,
}

/// An execution that may still be under way.
#[derive(Debug, Args)]
pub(crate) struct Answer {
    /// The execution's id.
    id: String,
    /// Wait this many seconds for its end.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u32,
    #[command(flatten)]
    remote: Remote,
}

/// An execution to make again.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The execution's id.
    id: String,
    /// Other arguments than the recorded ones, as a JSON object.
    #[arg(long, value_name = "JSON")]
    args_json: Option<String>,
    /// A field of another context than the recorded one. May be given more than once.
    #[arg(short, long = "context", value_name = "NAME=VALUE")]
    context: Vec<String>,
    /// Show the request that would be sent, and send nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    remote: Remote,
}

/// An execution to make a test case of.
#[derive(Debug, Args)]
pub(crate) struct Case {
    /// The execution's id.
    id: String,
    /// What to call the case; named after the execution when absent.
    #[arg(long)]
    name: Option<String>,
    /// Let the case call the real upstream instead of a stub with the recorded answer.
    #[arg(long)]
    real: bool,
    /// Other arguments than the recorded ones, as a JSON object.
    #[arg(long, value_name = "JSON")]
    args_json: Option<String>,
    /// A field of another context than the recorded one. May be given more than once.
    #[arg(short, long = "context", value_name = "NAME=VALUE")]
    context: Vec<String>,
    #[command(flatten)]
    remote: Remote,
}

/// What is known about an unknown outcome.
#[derive(Debug, Args)]
pub(crate) struct Settle {
    /// The execution's id.
    id: String,
    /// `done`: it happened. `failed`: it did not. `repeat`: it may be done again under the same key.
    #[arg(value_enum)]
    settlement: Settlement,
    /// How this was found out.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// What a person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Settlement {
    Done,
    Failed,
    Repeat,
}

/// Carries the command out.
pub(super) fn run(command: Executions) -> Result<(), Failure> {
    match command {
        Executions::List(command) => list(&command),
        Executions::Show(command) => show(&command),
        Executions::Answer(command) => answer(&command),
        Executions::Follow(command) => follow::run(&command),
        Executions::Replay(command) => replay(&command),
        Executions::Case(command) => make_case(&command),
        Executions::Settle(command) => settle(&command),
        Executions::Cancel(command) => {
            command.remote.connect()?.post(&path(&command.id, "/cancel"), &json!({}))?;
            output::say(format!("asked {} to stop", command.id));
            Ok(())
        }
    }
}

fn path(id: &str, below: &str) -> String {
    format!("/api/v1/executions/{}{below}", segment(id))
}

fn list(command: &List) -> Result<(), Failure> {
    let query = [
        ("tool", command.tool.as_deref()),
        ("agent", command.agent.as_deref()),
        ("call_id", command.call_id.as_deref()),
        ("conversation_id", command.conversation_id.as_deref()),
        ("user", command.user_id.as_deref()),
        ("state", command.state.as_deref()),
        ("error_class", command.error_class.as_deref()),
        ("since", command.since.as_deref()),
        ("until", command.until.as_deref()),
    ];
    let executions = command.remote.connect()?.list("/api/v1/executions", &query, command.limit)?;
    if command.remote.json {
        return output::json(&executions.into());
    }
    let mut table = Table::new(["ID", "RECEIVED", "TOOL", "STATE", "MS", "SENT", "NOTE"]);
    for execution in &executions {
        table.row(row(execution));
    }
    table.print("no executions")
}

/// One line about an execution.
fn row(execution: &Value) -> [String; 7] {
    let ms = execution["duration_ms"].as_f64().map(|ms| format!("{ms:.1}")).unwrap_or_default();
    let attempts = execution["attempts"].as_array().map_or(0, Vec::len);
    let error = &execution["error"];
    let note = match (error.is_null(), execution["dry_run"] == true) {
        (false, _) => short(&format!("{}: {}", text(error, "class"), text(error, "message")), 70),
        (true, true) => "dry run".to_owned(),
        (true, false) => String::new(),
    };
    [
        text(execution, "id"),
        time(execution, "received_at"),
        text(execution, "tool_name"),
        text(execution, "state"),
        ms,
        format!("{attempts}x"),
        note,
    ]
}

fn show(command: &Named) -> Result<(), Failure> {
    let execution = command.remote.connect()?.get(&path(&command.id, ""))?;
    if command.remote.json {
        return output::json(&execution);
    }
    output::pretty(&execution)?;
    if execution["state"] == "unknown" && execution["settled"].is_null() {
        let id = &command.id;
        output::say(format!(
            "hint: once you know whether it happened: callwright executions settle {id} done|failed|repeat"
        ));
    }
    Ok(())
}

fn answer(command: &Answer) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let mut left = u64::from(command.wait) * 1_000;
    loop {
        let now = left.min(60_000);
        let answer = client.get(&path(&command.id, &format!("/answer?wait_ms={now}")))?;
        left -= now;
        if left == 0 || answer["pending"].is_null() && answer["state"] != "started" {
            return show_answer(&answer, command.remote.json, false);
        }
    }
}

fn replay(command: &Replay) -> Result<(), Failure> {
    let mut body = json!({"dry_run": command.dry_run});
    if let Some(text) = &command.args_json {
        body["arguments"] = Value::Object(argument::object("--args-json", text)?);
    }
    if !command.context.is_empty() {
        body["context"] = Value::Object(argument::pairs("--context", &command.context)?);
    }
    let answer = command.remote.connect()?.post(&path(&command.id, "/replay"), &body)?;
    show_answer(&answer, command.remote.json, command.dry_run)
}

fn make_case(command: &Case) -> Result<(), Failure> {
    let mut body = json!({"stub": !command.real});
    if let Some(name) = &command.name {
        body["name"] = json!(name);
    }
    if let Some(text) = &command.args_json {
        body["arguments"] = Value::Object(argument::object("--args-json", text)?);
    }
    if !command.context.is_empty() {
        body["context"] = Value::Object(argument::pairs("--context", &command.context)?);
    }
    let made = command.remote.connect()?.post(&path(&command.id, "/case"), &body)?;
    if command.remote.json {
        return output::json(&made);
    }
    for warning in made["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        output::say(format!("warning: {warning}"));
    }
    let (tool, name) = (text(&made["case"], "tool"), text(&made["case"]["spec"], "name"));
    output::say(format!("saved the case `{name}`; run it with: callwright tool test {tool} --case '{name}'"));
    output::pretty(&made["case"]["spec"])
}

fn settle(command: &Settle) -> Result<(), Failure> {
    let settlement = match command.settlement {
        Settlement::Done => "done",
        Settlement::Failed => "failed",
        Settlement::Repeat => "repeat",
    };
    let mut body = json!({"as": settlement});
    if let Some(note) = &command.note {
        body["note"] = json!(note);
    }
    let execution = command.remote.connect()?.post(&path(&command.id, "/settle"), &body)?;
    if command.remote.json {
        return output::json(&execution);
    }
    output::say(format!("{} is settled as {settlement}", command.id));
    Ok(())
}
