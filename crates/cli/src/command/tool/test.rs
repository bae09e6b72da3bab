//! `callwright tool test`: runs the test cases of tools, for people and for CI.

mod junit;

use std::{fs, path::PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::path;
use crate::{
    client::Client,
    command::{
        Remote,
        apply::load::{self, Document},
    },
    failure::Failure,
    output::{self, text},
};

/// Everything was run and something was not as expected.
const FAILED: u8 = 1;
/// Something could not be run.
const NOT_RUN: u8 = 2;
/// The most cases that are looked through for tools that have some.
const MOST_CASES: usize = 100_000;

/// Run test cases.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a tool, all tools that have cases are tested. With --file, the tools and cases of the \
file are tested as they stand there, and nothing is saved. Exit code 1: a case failed; 2: a case could not be run, or \
there was none."
)]
pub(crate) struct Test {
    /// The tool's name or id.
    tool: Option<String>,
    /// Only this case, by name or id. May be given more than once.
    #[arg(long = "case", value_name = "CASE", requires = "tool", conflicts_with = "files")]
    cases: Vec<String>,
    /// Test the tools of this file or folder with the `cases` that stand there. May be given more than once.
    #[arg(short, long = "file", value_name = "PATH", conflicts_with = "tool")]
    files: Vec<PathBuf>,
    /// Write a JUnit report for a CI system.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Let cases with `upstream: real` of tools that write do so.
    #[arg(long)]
    allow_effects: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: &Test) -> Result<(), Failure> {
    let not_run = |failure: Failure| Failure { exit_code: NOT_RUN, ..failure };
    let reports = reports(command).map_err(not_run)?;
    if let Some(file) = &command.junit {
        let report = junit::report(&reports);
        fs::write(file, report).map_err(|error| not_run(Failure::new(format!("{}: {error}", file.display()))))?;
    }
    if command.remote.json {
        output::json(&Value::Array(reports.clone()))?;
    } else {
        for report in &reports {
            print(report)?;
        }
    }
    let sum = |field: &str| reports.iter().filter_map(|report| report[field].as_u64()).sum::<u64>();
    let (passed, failed, errors) = (sum("passed"), sum("failed"), sum("errors"));
    let summary = format!("{passed} passed, {failed} failed, {errors} could not be run");
    match (failed, errors) {
        _ if passed + failed + errors == 0 => Err(not_run(Failure::new("nothing was tested: there are no cases"))
            .hint("save one with `callwright executions case ID`, or write `cases:` next to the tool and apply it")),
        (0, 0) => {
            output::say(summary);
            Ok(())
        }
        (_, 0) => Err(Failure { exit_code: FAILED, ..Failure::new(summary) }),
        _ => Err(not_run(Failure::new(summary))),
    }
}

/// One report for each tool.
fn reports(command: &Test) -> Result<Vec<Value>, Failure> {
    let client = command.remote.connect()?;
    if !command.files.is_empty() {
        let documents = load::documents(&command.files).map_err(|problems| {
            problems.iter().for_each(|problem| output::say(format!("{}: {}", problem.place, problem.message)));
            Failure::new("the files cannot be read; nothing was tested")
        })?;
        return documents.into_iter().map(|document| test_draft(command, &client, document)).collect();
    }
    let tools = match &command.tool {
        Some(tool) => vec![tool.clone()],
        None => tested(&client)?,
    };
    let mut body = json!({"allow_effects": command.allow_effects});
    if !command.cases.is_empty() {
        body["names"] = json!(command.cases);
    }
    tools.iter().map(|tool| client.post(&path(tool, "/cases/run"), &body)).collect()
}

fn test_draft(command: &Test, client: &Client, document: Document) -> Result<Value, Failure> {
    let Document { place, name, value, cases } = document;
    let body = json!({"draft": value, "cases": cases, "allow_effects": command.allow_effects});
    client
        .post(&path(&name, "/cases/run"), &body)
        .map_err(|failure| Failure { message: format!("{place}: {}", failure.message), ..failure })
}

/// The tools that have cases, by name.
fn tested(client: &Client) -> Result<Vec<String>, Failure> {
    let cases = client.list("/api/v1/cases", &[], MOST_CASES)?;
    let mut tools: Vec<String> = cases.iter().map(|case| text(case, "tool")).collect();
    tools.sort_unstable();
    tools.dedup();
    Ok(tools)
}

fn print(report: &Value) -> Result<(), Failure> {
    let tool = text(report, "tool");
    for case in report["cases"].as_array().into_iter().flatten() {
        let ms = case["duration_ms"].as_f64().unwrap_or_default();
        let status = text(case, "status");
        output::line(&format!("{status:<6} {tool}: {} ({ms:.0} ms)", text(case, "name")))?;
        let error = text(case, "error");
        if !error.is_empty() {
            output::line(&format!("       could not be run: {error}"))?;
        }
        for failure in case["failures"].as_array().into_iter().flatten() {
            output::line(&format!("       {}: {}", text(failure, "expectation"), text(failure, "message")))?;
        }
        let execution = text(case, "execution_id");
        if status == "failed" && !execution.is_empty() {
            output::line(&format!("       callwright executions show {execution}"))?;
        }
    }
    Ok(())
}
