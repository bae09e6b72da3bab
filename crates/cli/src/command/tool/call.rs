//! `callwright tool call`: one execution, its result on standard output.

use std::{fs, io, path::PathBuf};

use callwright_model::Object;
use clap::Args;
use serde_json::{Value, json};

use super::path;
use crate::{
    argument,
    command::Remote,
    failure::Failure,
    output::{self, text, time},
};

/// Call a tool.
#[derive(Debug, Args)]
#[command(after_help = "A value that looks like JSON is JSON: --arg n=3 sends a number, --arg 'n=\"3\"' a text. Dots \
make nested objects: --arg customer.id=7.")]
pub(crate) struct Call {
    /// The tool's name or id.
    tool: String,
    /// An argument. May be given more than once.
    #[arg(short, long = "arg", value_name = "NAME=VALUE")]
    args: Vec<String>,
    /// All arguments as one JSON object; `--arg` adds to it.
    #[arg(long, value_name = "JSON", conflicts_with = "args_file")]
    args_json: Option<String>,
    /// The same from a file, or from standard input with `-`.
    #[arg(long, value_name = "FILE")]
    args_file: Option<PathBuf>,
    /// A field of the context, for example `call_sid=CA1`. May be given more than once.
    #[arg(short, long = "context", value_name = "NAME=VALUE")]
    context: Vec<String>,
    /// Call it as this agent has it.
    #[arg(long)]
    agent: Option<String>,
    /// One effect for all calls with this key.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Show the request that would be sent, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Fetch what was cut from an earlier result instead of calling again.
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

pub(super) fn run(command: Call) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let mut body = json!({"arguments": arguments(&command)?});
    let context = argument::pairs("--context", &command.context)?;
    if !context.is_empty() {
        body["context"] = Value::Object(context);
    }
    for (field, value) in [("agent", &command.agent), ("cursor", &command.cursor)] {
        if let Some(value) = value {
            body[field] = json!(value);
        }
    }
    if command.dry_run {
        body["dry_run"] = json!(true);
    }
    let key = command.idempotency_key.as_deref().map(|key| ("idempotency-key", key));
    let answer = client.send("POST", &path(&command.tool, "/call"), Some(&body), key.as_slice())?.success()?;
    show(&answer, command.remote.json, command.dry_run)
}

/// Prints the answer to a call; a tool that failed is a failure of the command.
pub(in crate::command) fn show(answer: &Value, as_json: bool, dry_run: bool) -> Result<(), Failure> {
    let succeeded = answer["success"] == true;
    if as_json {
        output::json(answer)?;
        return if succeeded || !answer["pending"].is_null() { Ok(()) } else { Err(Failure::told()) };
    }
    if !answer["pending"].is_null() {
        print_pending(answer);
        return Ok(());
    }
    if !succeeded {
        return Err(failed(answer));
    }
    if dry_run {
        output::say("nothing was sent; this is the request that would be:");
        return output::pretty(&answer["meta"]["request"]);
    }
    print_result(answer)?;
    print_note(answer);
    Ok(())
}

fn print_result(answer: &Value) -> Result<(), Failure> {
    let (data, blocks) = (&answer["data"], answer["content"].as_array());
    let message = text(answer, "message");
    if !data.is_null() {
        if !message.is_empty() {
            output::say(&message);
        }
        output::pretty(data)?;
    } else if blocks.is_none_or(Vec::is_empty) && !message.is_empty() {
        output::line(&message)?;
    }
    for block in blocks.into_iter().flatten() {
        match block["type"].as_str() {
            Some("text") => output::line(&text(block, "text"))?,
            Some("json") => output::pretty(&block["value"])?,
            _ => output::pretty(block)?,
        }
    }
    Ok(())
}

/// What an execution waits for, and what to do about it.
fn print_pending(answer: &Value) {
    let pending = &answer["pending"];
    let (id, ticket) = (text(answer, "execution_id"), text(pending, "ticket"));
    output::say(text(pending, "spoken"));
    output::say(format!("{id} waits: {} ({ticket}, until {})", text(pending, "kind"), time(pending, "expires_at")));
    let tool = callwright_runtime::call::CONFIRM_TOOL;
    output::say(match pending["kind"].as_str() {
        Some("approval") => format!("hint: with another token: callwright approvals approve {ticket}"),
        Some("confirmation") => {
            format!("hint: callwright tool call {tool} --args-json '{{\"ticket\": \"{ticket}\", \"confirmed\": true}}'")
        }
        _ => format!("hint: callwright executions answer {id} --wait 60"),
    });
}

fn print_note(answer: &Value) {
    let meta = &answer["meta"];
    let again = if meta["duplicate"] == true { ", the outcome of an earlier call with this key" } else { "" };
    let ms = meta["duration_ms"].as_f64().unwrap_or_default();
    output::say(format!("{} {} in {ms:.1} ms{again}", text(answer, "execution_id"), text(answer, "state")));
    let cut = &answer["truncated"];
    if !cut.is_null() {
        output::say(format!("cut: {} of {} bytes are shown", text(cut, "shown_bytes"), text(cut, "total_bytes")));
        if let Some(cursor) = cut["cursor"].as_str() {
            output::say(format!("hint: the rest: callwright tool call {} --cursor {cursor}", text(answer, "tool")));
        }
    }
}

fn failed(answer: &Value) -> Failure {
    let error = &answer["error"];
    let class = text(error, "class");
    let failure = Failure::new(format!("{class}: {}", text(error, "message")));
    let id = text(answer, "execution_id");
    match class.as_str() {
        "outcome_unknown" => failure.hint(format!(
            "find out whether it happened, then say so: callwright executions settle {id} done|failed|repeat"
        )),
        _ => failure.hint(format!("callwright executions show {id} has the whole record")),
    }
}

fn arguments(command: &Call) -> Result<Object, Failure> {
    let mut arguments = match (&command.args_json, &command.args_file) {
        (Some(text), _) => argument::object("--args-json", text)?,
        (None, Some(path)) => {
            let text = if path.as_os_str() == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
            let text = text.map_err(|error| Failure::new(format!("--args-file {}: {error}", path.display())))?;
            argument::object("--args-file", &text)?
        }
        (None, None) => Object::new(),
    };
    arguments.extend(argument::pairs("--arg", &command.args)?);
    Ok(arguments)
}
