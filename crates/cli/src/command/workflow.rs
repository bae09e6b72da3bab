//! `callwright workflow`: fixed plans of steps over tools or agents.

use std::{
    fs,
    io::{self, Read},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Remote, run::follow};
use crate::{
    argument,
    client::segment,
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// The most that is read from standard input.
const MOST_INPUT: u64 = 1 << 20;

/// Workflows: fixed plans of steps over tools or agents.
#[derive(Debug, Subcommand)]
pub(crate) enum Workflow {
    /// List workflows.
    List(List),
    /// Print a workflow.
    Show(Named),
    /// Create or change a workflow from a YAML or JSON file.
    Apply(Apply),
    /// Delete a workflow. Its runs stay, and those under way go on.
    Delete(Named),
    /// Run a workflow and show its steps while they happen.
    Run(Run),
}

/// All workflows.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// At most this many.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One workflow.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The workflow's name or id.
    workflow: String,
    #[command(flatten)]
    remote: Remote,
}

/// A workflow from a file.
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The file, or `-` for standard input.
    #[arg(short, long = "file", value_name = "PATH")]
    file: PathBuf,
    #[command(flatten)]
    remote: Remote,
}

/// A run of a workflow.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The workflow's name or id.
    workflow: String,
    /// What it is given: name=value, where the value may be JSON. Repeat it for more.
    #[arg(long = "param", value_name = "NAME=VALUE", conflicts_with = "input")]
    params: Vec<String>,
    /// What it is given, as a text; `-` reads it from standard input.
    #[arg(long)]
    input: Option<String>,
    /// A variable of this run: name=value, where the value may be JSON. Repeat it for more.
    #[arg(long, value_name = "NAME=VALUE")]
    context: Vec<String>,
    /// Only begin it, and print its id.
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Workflow) -> Result<(), Failure> {
    match command {
        Workflow::List(command) => list(&command),
        Workflow::Show(command) => {
            let workflow = command.remote.connect()?.get(&path(&command.workflow, ""))?;
            if command.remote.json { output::json(&workflow) } else { output::pretty(&workflow) }
        }
        Workflow::Apply(command) => apply(&command),
        Workflow::Delete(command) => {
            command.remote.connect()?.delete(&path(&command.workflow, ""))?;
            output::say(format!("deleted workflow {}", command.workflow));
            Ok(())
        }
        Workflow::Run(command) => start(&command),
    }
}

fn path(workflow: &str, below: &str) -> String {
    format!("/api/v1/workflows/{}{below}", segment(workflow))
}

fn list(command: &List) -> Result<(), Failure> {
    let workflows = command.remote.connect()?.list("/api/v1/workflows", &[], command.limit)?;
    if command.remote.json {
        return output::json(&workflows.into());
    }
    let mut table = Table::new(["NAME", "WHAT", "REVISION", "CHANGED", "DESCRIPTION"]);
    for workflow in &workflows {
        let count = |field: &str| workflow[field].as_array().map_or(0, Vec::len);
        let what = match workflow["flow_type"].as_str() {
            Some(flow) => format!("{flow}, {} agents", count("agents")),
            None => format!("{} steps", count("steps")),
        };
        table.row([
            text(workflow, "name"),
            what,
            text(workflow, "revision"),
            time(workflow, "updated_at"),
            short(&text(workflow, "description"), 60),
        ]);
    }
    table.print("no workflows; `callwright workflow apply -f FILE` makes one")
}

fn read(source: &std::path::Path) -> Result<String, Failure> {
    let mut text = String::new();
    if source.as_os_str() == "-" {
        io::stdin().lock().take(MOST_INPUT).read_to_string(&mut text)?;
    } else {
        text = fs::read_to_string(source)
            .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", source.display())))?;
    }
    Ok(text)
}

fn apply(command: &Apply) -> Result<(), Failure> {
    let place = command.file.display();
    let spec: Value = serde_saphyr::from_str(&read(&command.file)?)
        .map_err(|error| Failure::usage(format!("{place} is neither YAML nor JSON: {error}")))?;
    let Some(name) = spec["name"].as_str() else {
        return Err(Failure::usage(format!("{place}: `name` is missing: say what the workflow is called")));
    };
    let workflow = command.remote.connect()?.put(&path(name, ""), &spec)?;
    if command.remote.json {
        return output::json(&workflow);
    }
    output::say(format!("{name} is at revision {}", text(&workflow, "revision")));
    Ok(())
}

fn start(command: &Run) -> Result<(), Failure> {
    let input = match command.input.as_deref() {
        Some("-") => json!(read(std::path::Path::new("-"))?),
        Some(text) => json!(text),
        None => Value::Object(argument::pairs("--param", &command.params)?),
    };
    let body = json!({ "input": input, "context": argument::pairs("--context", &command.context)? });
    let client = command.remote.connect()?;
    let begun = client.post(&path(&command.workflow, "/runs"), &body)?;
    let id = text(&begun, "id");
    if command.no_wait {
        return if command.remote.json { output::json(&begun) } else { output::line(&id) };
    }
    let run = follow::follow(&client, &id, command.remote.json)?;
    if command.remote.json {
        output::json(&run)?;
    } else {
        output::say(format!("{id}: {}, {} steps", text(&run, "state"), text(&run, "steps")));
    }
    follow::outcome(&run)
}
