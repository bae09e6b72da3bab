//! `callwright thread`: conversations that runs take forward.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::Remote;
use crate::{
    client::segment,
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// Threads: conversations that runs take forward.
#[derive(Debug, Subcommand)]
pub(crate) enum Thread {
    /// List threads, newest first.
    List(List),
    /// Print what was said on a thread.
    Show(Show),
    /// Delete a thread with all that was said.
    Delete(Named),
}

/// Which threads to list.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Begun with this agent, by name or id.
    #[arg(long)]
    agent: Option<String>,
    /// Only your own.
    #[arg(long)]
    mine: bool,
    /// At most this many.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One thread and how much of it.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The thread's id.
    id: String,
    /// At most this many messages, from the first.
    #[arg(long, default_value_t = 1000)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One thread.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The thread's id.
    id: String,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Thread) -> Result<(), Failure> {
    match command {
        Thread::List(command) => list(&command),
        Thread::Show(command) => show(&command),
        Thread::Delete(command) => {
            command.remote.connect()?.delete(&path(&command.id, ""))?;
            output::say(format!("deleted thread {}", command.id));
            Ok(())
        }
    }
}

fn path(id: &str, below: &str) -> String {
    format!("/api/v1/threads/{}{below}", segment(id))
}

fn list(command: &List) -> Result<(), Failure> {
    let query = [("agent", command.agent.as_deref()), ("user", command.mine.then_some("me"))];
    let threads = command.remote.connect()?.list("/api/v1/threads", &query, command.limit)?;
    if command.remote.json {
        return output::json(&threads.into());
    }
    let mut table = Table::new(["ID", "BEGUN", "CHANGED", "MESSAGES", "TITLE"]);
    for thread in &threads {
        table.row([
            text(thread, "id"),
            time(thread, "created_at"),
            time(thread, "updated_at"),
            text(thread, "message_count"),
            short(&text(thread, "title"), 60),
        ]);
    }
    table.print("no threads; `callwright agent run AGENT` begins one")
}

fn show(command: &Show) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let messages = client.list(&path(&command.id, "/messages"), &[], command.limit)?;
    if command.remote.json {
        let mut thread = client.get(&path(&command.id, ""))?;
        thread["messages"] = messages.into();
        return output::json(&thread);
    }
    for message in &messages {
        let role = message["role"].as_str().unwrap_or("?");
        for line in lines(message) {
            output::line(&format!("{role}: {line}"))?;
        }
    }
    Ok(())
}

/// A message in lines for people.
pub(super) fn lines(message: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(words) = message["text"].as_str().filter(|words| !words.is_empty()) {
        lines.push(words.to_owned());
    }
    for part in message["content"].as_array().into_iter().flatten() {
        let words = match part["type"].as_str() {
            Some("text") => text(part, "text"),
            _ => format!("[{}]", text(part, "media_type")),
        };
        lines.push(match message["name"].as_str() {
            Some(tool) => format!("{tool} gave {words}"),
            None => words,
        });
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        lines.push(format!("calls {}({})", text(call, "name"), call["arguments"]));
    }
    lines
}
