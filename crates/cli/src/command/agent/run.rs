//! `callwright agent run`: says something to an agent and shows what it does.

use std::io::{self, IsTerminal, Read};

use clap::Args;
use serde_json::{Value, json};

use crate::{
    argument,
    command::{Remote, run::follow},
    failure::Failure,
    output::{self, text},
};

/// The most that is read from standard input.
const MOST_INPUT: u64 = 1 << 20;

/// Something said to an agent.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The agent's name or id.
    agent: String,
    /// What to say; `-`, or nothing, reads it from standard input.
    message: Option<String>,
    /// Go on with this thread.
    #[arg(long)]
    thread: Option<String>,
    /// These tools instead of the agent's, by name; `--tools ''` means none.
    #[arg(long, value_name = "NAME,…")]
    tools: Option<String>,
    /// A variable of this run: name=value, where the value may be JSON. Repeat it for more.
    #[arg(long, value_name = "NAME=VALUE")]
    context: Vec<String>,
    /// Show what it does until it ends; this is the default.
    #[arg(long, overrides_with = "no_wait")]
    wait: bool,
    /// Only begin it, and print its id.
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: &Run) -> Result<(), Failure> {
    let body = body(command)?;
    let client = command.remote.connect()?;
    let begun = client.post(&super::path(&command.agent, "/runs"), &body)?;
    let id = text(&begun, "id");
    if command.no_wait {
        return if command.remote.json { output::json(&begun) } else { output::line(&id) };
    }
    let mut run = follow::follow(&client, &id, command.remote.json)?;
    // Whoever it was handed to goes on; the server bounds how often that may be.
    while let Some(next) = run["handed_to"]["run_id"].as_str().map(str::to_owned) {
        output::say(format!("handed to {}: {next}", text(&run["handed_to"], "agent_name")));
        run = follow::follow(&client, &next, command.remote.json)?;
    }
    if command.remote.json {
        output::json(&run)?;
    } else {
        let (id, thread, tokens) = (text(&run, "id"), text(&run, "thread_id"), text(&run["usage"], "total_tokens"));
        output::say(format!("{id}: {}, {tokens} tokens; go on with --thread {thread}", text(&run, "state")));
    }
    follow::outcome(&run)
}

fn body(command: &Run) -> Result<Value, Failure> {
    let message = match command.message.as_deref() {
        Some(message) if message != "-" => message.to_owned(),
        None if io::stdin().is_terminal() => {
            return Err(Failure::usage("what is to be said? give a message, or `-` for standard input"));
        }
        _ => {
            let mut read = String::new();
            io::stdin().lock().take(MOST_INPUT).read_to_string(&mut read)?;
            read
        }
    };
    let mut body = json!({ "message": message, "context": argument::pairs("--context", &command.context)? });
    if let Some(thread) = &command.thread {
        body["thread_id"] = json!(thread);
    }
    if let Some(tools) = &command.tools {
        let names: Vec<&str> = tools.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        body["tools"] = json!(names);
    }
    Ok(body)
}
