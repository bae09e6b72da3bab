//! `callwright bundle`: tools and agents in one file, out of one organization and into another.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;

use super::{Remote, apply::print_change};
use crate::{
    client::with_query,
    failure::Failure,
    output::{self, text},
};

/// Tools and agents in one file.
#[derive(Debug, Subcommand)]
pub(crate) enum Bundle {
    /// Write tools and agents to a file, without secrets.
    Export(Export),
    /// Bring the tools and agents of a file into the organization.
    Import(Import),
}

/// What to write.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Names of tools; without any name everything is written.
    tools: Vec<String>,
    /// An agent, with its tools. May be given more than once.
    #[arg(long = "agent", value_name = "AGENT")]
    agents: Vec<String>,
    /// The file to write; standard output when absent.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

/// What to read.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file, or `-` for standard input.
    file: PathBuf,
    /// Show what would be done, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// What to do with what is there already and differs.
    #[arg(long, value_enum, default_value_t = OnConflict::Fail)]
    on_conflict: OnConflict,
    #[command(flatten)]
    remote: Remote,
}

/// What to do with what is there already and differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnConflict {
    /// Change nothing at all.
    Fail,
    /// Leave it as it is.
    Skip,
    /// Bring it to the state of the file.
    Replace,
}

/// Carries the command out.
pub(super) fn run(command: Bundle) -> Result<(), Failure> {
    match command {
        Bundle::Export(command) => export(&command),
        Bundle::Import(command) => import(&command),
    }
}

fn export(command: &Export) -> Result<(), Failure> {
    let (tools, agents) = (command.tools.join(","), command.agents.join(","));
    let given = |names: &'_ str| if names.is_empty() { None } else { Some(names.to_owned()) };
    let (tools, agents) = (given(&tools), given(&agents));
    let format = command.remote.json.then_some("json");
    let query = [("tools", tools.as_deref()), ("agents", agents.as_deref()), ("format", format)];
    let bundle = command.remote.connect()?.get_text(&with_query("/api/v1/export", &query))?;
    match &command.output {
        None => output::line(bundle.trim_end()),
        Some(path) => {
            fs::write(path, &bundle).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
            output::say(format!("wrote {}; secrets are not in it, only their names", path.display()));
            Ok(())
        }
    }
}

/// Reads a YAML or JSON document.
pub(super) fn read_yaml(path: &Path) -> Result<Value, Failure> {
    let shown = path.display();
    let text = if path.as_os_str() == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
    let text = text.map_err(|error| Failure::new(format!("{shown}: {error}")))?;
    serde_saphyr::from_str(&text).map_err(|error| {
        let error = error.to_string();
        Failure::new(format!("{shown}: not YAML: {}", error.lines().next().unwrap_or_default()))
    })
}

fn import(command: &Import) -> Result<(), Failure> {
    let bundle = read_yaml(&command.file)?;
    let on_conflict = match command.on_conflict {
        OnConflict::Fail => "fail",
        OnConflict::Skip => "skip",
        OnConflict::Replace => "replace",
    };
    let query = [("dry_run", command.dry_run.then_some("true")), ("on_conflict", Some(on_conflict))];
    let client = command.remote.connect()?;
    let report = client.post(&with_query("/api/v1/bundles", &query), &bundle).map_err(|failure| {
        let is_conflict = failure.message.contains("on_conflict");
        if is_conflict {
            failure.hint("--dry-run shows the differences; then --on-conflict replace or skip")
        } else {
            failure
        }
    })?;
    if command.remote.json {
        return output::json(&report);
    }
    for part in ["tools", "agents"] {
        for one in report[part].as_array().into_iter().flatten() {
            print_part(part, one, command.dry_run)?;
        }
    }
    for warning in report["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        output::say(format!("warning: {warning}"));
    }
    for name in report["missing_secrets"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        output::say(format!("the secret `{name}` is not set: `callwright secret set {name}`"));
    }
    Ok(())
}

fn print_part(part: &str, one: &Value, dry_run: bool) -> Result<(), Failure> {
    let action = text(one, "action");
    let verb = match (dry_run, action.as_str()) {
        (true, "created") => "would create",
        (true, "updated") => "would update",
        _ => action.as_str(),
    };
    output::line(&format!("{verb:<9} {} {}", part.trim_end_matches('s'), text(one, "name")))?;
    if matches!(action.as_str(), "updated" | "skipped" | "conflict") {
        for change in one["diff"].as_array().into_iter().flatten() {
            print_change(change)?;
        }
    }
    Ok(())
}
