//! `callwright audit`: who changed what, and whether the log is still what was written.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
};

use callwright_model::audit::{AuditRow, Broken, Head, Verifier};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Remote;
use crate::{
    client::{Client, with_query},
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// Who changed what, and whether the log is still what was written.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List what was changed, newest first.
    List(List),
    /// Write the log in the order of its chain, oldest first, one JSON object a line.
    Export(Export),
    /// Walk the log's chain and name the first row that was altered, removed, put in or moved.
    Verify(Verify),
}

/// Which rows.
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Of this action, for example tool.update; with a dot at the end all that begin so: tool.
    #[arg(long)]
    action: Option<String>,
    /// By this user's id.
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// About a thing of this kind, for example tool.
    #[arg(long)]
    kind: Option<String>,
    /// About this thing: an id or a name.
    #[arg(long)]
    target: Option<String>,
    /// Action, target or details contain this.
    #[arg(long)]
    text: Option<String>,
    /// At or after this time, for example 2026-11-21T00:00:00Z.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before this time.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

impl Filter {
    fn query(&self) -> [(&'static str, Option<&str>); 7] {
        [
            ("action", self.action.as_deref()),
            ("user_id", self.user.as_deref()),
            ("target_kind", self.kind.as_deref()),
            ("target_id", self.target.as_deref()),
            ("text", self.text.as_deref()),
            ("since", self.since.as_deref()),
            ("until", self.until.as_deref()),
        ]
    }
}

/// What was changed.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    filter: Filter,
    /// At most this many.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// The log as a file.
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    filter: Filter,
    /// Write to this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

/// What to verify.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// An export, verified without a server.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A head that was kept elsewhere, as this command prints it: the log must still contain that row.
    #[arg(long, value_name = "SEQ:HASH", value_parser = parse_head)]
    head: Option<Head>,
    #[command(flatten)]
    remote: Remote,
}

fn parse_head(text: &str) -> Result<Head, String> {
    let parts = text.split_once(':').and_then(|(seq, hash)| Some((seq.parse::<i64>().ok()?, hash)));
    match parts {
        Some((seq, hash)) if seq > 0 && !hash.is_empty() => Ok(Head { seq, hash: hash.to_owned() }),
        _ => Err("it has the form 120:9f86d0…, the number and the hash of a row".to_owned()),
    }
}

/// Carries the command out.
pub(super) fn run(command: Audit) -> Result<(), Failure> {
    match command {
        Audit::List(command) => list(&command),
        Audit::Export(command) => export(&command),
        Audit::Verify(command) => verify(&command),
    }
}

fn list(command: &List) -> Result<(), Failure> {
    let rows = command.remote.connect()?.list("/api/v1/audit", &command.filter.query(), command.limit)?;
    if command.remote.json {
        return output::json(&rows.into());
    }
    let mut table = Table::new(["AT", "ACTION", "TARGET", "BY", "CHANGED"]);
    for row in &rows {
        let changed: Vec<String> =
            row["details"]["changes"].as_array().into_iter().flatten().map(|change| text(change, "path")).collect();
        let name = row["details"]["name"].as_str().map_or_else(|| text(row, "target_id"), str::to_owned);
        table.row([
            time(row, "at"),
            text(row, "action"),
            short(&name, 40),
            text(row, "user_id"),
            short(&changed.join(", "), 60),
        ]);
    }
    table.print("nothing was changed")
}

fn export(command: &Export) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let path = with_query("/api/v1/audit/export", &command.filter.query());
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

/// What a verification came to.
struct Outcome {
    rows: i64,
    unchained: i64,
    begins_at: i64,
    last: Option<Head>,
    broken: Option<Broken>,
}

fn verify(command: &Verify) -> Result<(), Failure> {
    let outcome = match &command.file {
        Some(file) => of_file(file, command.head.as_ref())?,
        None => {
            let client = command.remote.connect()?;
            let whole = of_server(&client, None)?;
            match &command.head {
                // The row must still be there, and the chain go on behind it.
                Some(head) if whole.broken.is_none() => {
                    let rest = of_server(&client, Some(head.clone()))?;
                    Outcome { broken: rest.broken, ..whole }
                }
                _ => whole,
            }
        }
    };
    if command.remote.json {
        output::json(&json!({
            "ok": outcome.broken.is_none(),
            "rows": outcome.rows,
            "unchained": outcome.unchained,
            "begins_at": outcome.begins_at,
            "last": outcome.last,
            "broken": outcome.broken,
        }))?;
        return if outcome.broken.is_none() { Ok(()) } else { Err(Failure::told()) };
    }
    if let Some(broken) = &outcome.broken {
        let id = broken.id.map(|id| format!(" ({id})")).unwrap_or_default();
        return Err(Failure::new(format!("the chain is broken at row {}{id}: {}", broken.seq, broken.message))
            .hint("compare with an export that was kept elsewhere; whoever writes into the database can do this"));
    }
    output::line(&format!("ok: {} rows", outcome.rows))?;
    if let Some(head) = &outcome.last {
        output::line(&format!("head {}:{}", head.seq, head.hash))?;
    }
    if outcome.unchained > 0 {
        output::say(format!("{} rows are older than the chain and not protected by it", outcome.unchained));
    }
    if outcome.begins_at > 1 {
        output::say(format!("the file begins with row {}; what came before was not looked at", outcome.begins_at));
    }
    Ok(())
}

fn of_server(client: &Client, after: Option<Head>) -> Result<Outcome, Failure> {
    let mut outcome = Outcome { rows: 0, unchained: 0, begins_at: 1, last: after, broken: None };
    loop {
        let seq = outcome.last.as_ref().map(|head| head.seq.to_string());
        let hash = outcome.last.as_ref().map(|head| head.hash.as_str());
        let path = with_query("/api/v1/audit/verify", &[("after_seq", seq.as_deref()), ("after_hash", hash)]);
        let answer = client.get(&path)?;
        outcome.rows += answer["rows"].as_i64().unwrap_or_default();
        outcome.unchained = answer["unchained"].as_i64().unwrap_or_default();
        outcome.last = read(&answer["last"])?;
        outcome.broken = read(&answer["broken"])?;
        if outcome.broken.is_some() || answer["complete"] == true {
            return Ok(outcome);
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, Failure> {
    serde_json::from_value(value.clone())
        .map_err(|error| Failure::new(format!("the server's answer cannot be read: {error}")))
}

fn of_file(path: &Path, head: Option<&Head>) -> Result<Outcome, Failure> {
    let named = |error: &dyn std::fmt::Display| Failure::new(format!("`{}`: {error}", path.display()));
    let file = File::open(path).map_err(|error| named(&error))?;
    let mut verifier = Verifier::of_part();
    let mut outcome = Outcome { rows: 0, unchained: 0, begins_at: 1, last: None, broken: None };
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| named(&error))?;
        if line.trim().is_empty() {
            continue;
        }
        let row: AuditRow = serde_json::from_str(&line)
            .map_err(|error| named(&format!("line {} is no row of an audit log: {error}", index + 1)))?;
        if let Err(broken) = verifier.push(&row) {
            outcome.broken = Some(broken);
            break;
        }
        if let Some(link) = &row.chain {
            if outcome.rows == 0 {
                outcome.begins_at = link.seq;
            }
            outcome.rows += 1;
            // The row that was kept: from here on the file is known to be the same log.
            if let Some(head) = head.filter(|head| head.seq == link.seq)
                && let Err(broken) = verifier.finish(head)
            {
                outcome.broken = Some(broken);
                break;
            }
        }
    }
    let begins_after = head.is_some_and(|head| outcome.rows > 0 && head.seq < outcome.begins_at);
    if begins_after && outcome.broken.is_none() {
        return Err(Failure::new(
            "the file begins after the row whose hash you kept: it cannot be told whether it follows it",
        )
        .hint("export from that row on, or from the beginning"));
    }
    outcome.unchained = verifier.unchained();
    outcome.last = verifier.head().cloned();
    let last = outcome.last.as_ref().map_or(0, |last| last.seq);
    if let Some(head) = head.filter(|head| outcome.broken.is_none() && head.seq > last) {
        outcome.broken = verifier.finish(head).err();
    }
    Ok(outcome)
}
