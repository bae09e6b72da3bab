//! `callwright conversation`: the log of conversations.

use std::{fs::File, io::Write, path::PathBuf};

use clap::{Args, Subcommand};

use super::{Remote, thread::lines};
use crate::{
    client::{segment, with_query},
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// Conversations of voice and chat clients: the log.
#[derive(Debug, Subcommand)]
pub(crate) enum Conversation {
    /// List conversations, newest first.
    List(List),
    /// Print a conversation: what was said, what it used and what it cost.
    Show(Show),
    /// Write conversations with all that was said, one JSON object a line.
    Export(Export),
    /// Delete a conversation that has ended, with all that was said.
    Delete(Named),
}

/// Which conversations.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// With this agent, by name or id.
    #[arg(long)]
    agent: Option<String>,
    /// `live` or `ended`.
    #[arg(long)]
    state: Option<String>,
    /// `success`, `failure` or `unknown`.
    #[arg(long)]
    outcome: Option<String>,
    /// Begun at or after this time, such as 2026-11-01T00:00:00Z.
    #[arg(long)]
    since: Option<String>,
    /// Begun before this time.
    #[arg(long)]
    until: Option<String>,
    /// In which this was said.
    #[arg(long)]
    search: Option<String>,
}

/// Which conversations to list.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    which: Which,
    /// At most this many.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One conversation and how much of it.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The conversation's id.
    id: String,
    /// At most this many messages, from the first.
    #[arg(long, default_value_t = 1000)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// Which conversations to export.
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    which: Which,
    /// Into this file; without it, to standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

/// One conversation.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The conversation's id.
    id: String,
    #[command(flatten)]
    remote: Remote,
}

impl Which {
    fn query(&self) -> [(&'static str, Option<&str>); 6] {
        [
            ("agent", self.agent.as_deref()),
            ("state", self.state.as_deref()),
            ("outcome", self.outcome.as_deref()),
            ("since", self.since.as_deref()),
            ("until", self.until.as_deref()),
            ("search", self.search.as_deref()),
        ]
    }
}

/// Carries the command out.
pub(super) fn run(command: Conversation) -> Result<(), Failure> {
    match command {
        Conversation::List(command) => list(&command),
        Conversation::Show(command) => show(&command),
        Conversation::Export(command) => export(&command),
        Conversation::Delete(command) => {
            command.remote.connect()?.delete(&path(&command.id, ""))?;
            output::say(format!("deleted conversation {}", command.id));
            Ok(())
        }
    }
}

fn path(id: &str, below: &str) -> String {
    format!("/api/v1/conversations/{}{below}", segment(id))
}

fn list(command: &List) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let found = client.list("/api/v1/conversations", &command.which.query(), command.limit)?;
    if command.remote.json {
        return output::json(&found.into());
    }
    let mut table = Table::new(["ID", "BEGUN", "AGENT", "STATE", "OUTCOME", "SECONDS", "MESSAGES", "TOKENS"]);
    for one in &found {
        table.row([
            text(one, "id"),
            time(one, "started_at"),
            short(&text(one, "agent_name"), 30),
            text(one, "state"),
            text(one, "outcome"),
            text(one, "duration_s"),
            text(one, "message_count"),
            text(&one["usage"], "total_tokens"),
        ]);
    }
    table.print("no conversations; a client begins one at /v1/convai/conversation")
}

fn show(command: &Show) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let mut conversation = client.get(&path(&command.id, ""))?;
    let messages = client.list(&path(&command.id, "/messages"), &[], command.limit)?;
    if command.remote.json {
        conversation["transcript"] = messages.into();
        return output::json(&conversation);
    }
    let reason = conversation["end_reason"].as_str().map(|why| format!(" ({why})")).unwrap_or_default();
    output::line(&format!("with {}: {}{reason}", text(&conversation, "agent_name"), text(&conversation, "state")))?;
    output::line(&format!(
        "begun {}, {} s, {} tokens, {} credits",
        time(&conversation, "started_at"),
        text(&conversation, "duration_s"),
        text(&conversation["usage"], "total_tokens"),
        text(&conversation, "credits"),
    ))?;
    for tool in conversation["tools"].as_array().into_iter().flatten() {
        output::line(&format!(
            "tool {}: {} times, {} failed",
            text(tool, "name"),
            text(tool, "count"),
            text(tool, "failed")
        ))?;
    }
    for message in &messages {
        let role = message["role"].as_str().unwrap_or("?");
        for line in lines(message) {
            output::line(&format!("{role}: {line}"))?;
        }
    }
    Ok(())
}

fn export(command: &Export) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let path = with_query("/api/v1/conversations/export", &command.which.query());
    match &command.output {
        None => client.download(&path, &mut std::io::stdout().lock()),
        Some(file) => {
            let named = |error| Failure::new(format!("cannot write `{}`: {error}", file.display()));
            let mut out = File::create(file).map_err(named)?;
            client.download(&path, &mut out)?;
            out.flush().map_err(named)?;
            output::say(format!("wrote {}", file.display()));
            Ok(())
        }
    }
}
