//! `callwright lint`: what could be better about tools, on the server or in files; parameters guessed from a sample.
//!
//! Files and samples are looked at here, without a server; what the log says of a tool only its server knows.

use std::{fs, io, path::PathBuf};

use callwright_model::tool::ToolSpec;
use callwright_runtime::suggest::{self, Outline, Suggestion, Weight, sample};
use clap::Args;
use serde_json::{Value, json};

use super::{Remote, apply::load};
use crate::{
    client::segment,
    failure::Failure,
    output::{self, text},
};

/// Find what could be better about tools; guess parameters from a sample request.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a name or a file, all tools of the server are looked at. The exit code is 1 when there \
is an error among the suggestions, with --strict also a warning."
)]
pub(crate) struct Lint {
    /// A tool on the server: its name or id.
    #[arg(conflicts_with = "files")]
    tool: Option<String>,
    /// A file or folder of tools, looked at without a server. May be given more than once.
    #[arg(short, long = "file", value_name = "PATH")]
    files: Vec<PathBuf>,
    /// Guess parameters and configuration from a request instead: a file (or `-`) with a URL, a JSON body, or
    /// `{"method", "url", "headers", "body"}`.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["tool", "files"])]
    from_sample: Option<PathBuf>,
    /// Count warnings as errors.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: &Lint) -> Result<(), Failure> {
    if let Some(path) = &command.from_sample {
        return from_sample(path);
    }
    let found = if command.files.is_empty() { remote(command)? } else { local(&command.files)? };
    show(command, &found)
}

fn remote(command: &Lint) -> Result<Vec<Value>, Failure> {
    let client = command.remote.connect()?;
    if let Some(tool) = &command.tool {
        return Ok(vec![client.get(&format!("/api/v1/tools/{}/suggestions", segment(tool)))?]);
    }
    let found = client.list("/api/v1/suggestions", &[], 10_000)?;
    for call in client.list("/api/v1/suggestions/unmatched", &[], 20)? {
        let (name, count, message) = (text(&call, "name"), text(&call, "count"), text(&call, "message"));
        output::say(format!("`{name}` was called ({count}x) and does not exist: {message}"));
    }
    Ok(found)
}

fn local(files: &[PathBuf]) -> Result<Vec<Value>, Failure> {
    let documents = load::documents(files).map_err(|problems| {
        for problem in &problems {
            output::say(format!("{}: {}", problem.place, problem.message));
        }
        Failure::new("the files cannot be read as tools")
    })?;
    let mut specs = Vec::with_capacity(documents.len());
    for document in documents {
        let spec: ToolSpec = serde_json::from_value(document.value)
            .map_err(|error| Failure::new(format!("{}: {}: {error}", document.place, document.name)))?;
        specs.push(spec);
    }
    let others: Vec<Outline> = specs.iter().map(Outline::of).collect();
    let looked = specs.iter().map(|spec| json!({"tool": spec.name, "suggestions": suggest::lint(spec, &others)}));
    Ok(looked.filter(|found| found["suggestions"] != json!([])).collect())
}

fn show(command: &Lint, found: &[Value]) -> Result<(), Failure> {
    let mut worst = 0;
    for tool in found {
        for one in tool["suggestions"].as_array().into_iter().flatten() {
            let Ok(one) = serde_json::from_value::<Suggestion>(one.clone()) else { continue };
            let counts = one.severity == Weight::Error || (command.strict && one.severity == Weight::Warning);
            worst += usize::from(counts);
            if !command.remote.json {
                print(&text(tool, "tool"), &one)?;
            }
        }
    }
    if command.remote.json {
        output::json(&Value::Array(found.to_vec()))?;
    } else if found.iter().all(|tool| tool["suggestions"] == json!([])) {
        output::say("nothing to improve");
    }
    match worst {
        0 => Ok(()),
        1 => Err(Failure::new("one suggestion is serious")),
        _ => Err(Failure::new(format!("{worst} suggestions are serious"))),
    }
}

fn print(tool: &str, one: &Suggestion) -> Result<(), Failure> {
    let severity = match one.severity {
        Weight::Info => "info",
        Weight::Warning => "warn",
        Weight::Error => "error",
    };
    output::line(&format!("{severity:<5} {tool}  {}  {}", one.code, one.field))?;
    output::line(&format!("      {}", one.message))?;
    match &one.fix {
        Some(fix) => output::line(&format!("      -> {fix}")),
        None => Ok(()),
    }
}

fn from_sample(path: &PathBuf) -> Result<(), Failure> {
    let shown = path.display();
    let read = if path.as_os_str() == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
    let content = read.map_err(|error| Failure::new(format!("{shown}: {error}")))?;
    let sample = sample_of(content.trim()).map_err(|why| Failure::new(format!("{shown}: {why}")))?;
    let guess = sample::guess(&sample).map_err(|fault| Failure::new(fault.message))?;
    for note in &guess.notes {
        output::say(note);
    }
    for secret in &guess.secrets {
        output::say(format!("hint: set the secret first: callwright secret set {secret}"));
    }
    output::pretty(&json!({
        "parameters": guess.parameters, "effect": guess.effect, "kind": "http", "config": guess.config,
    }))
}

/// A URL, a request with its parts named, or a JSON body by itself.
fn sample_of(content: &str) -> Result<sample::Sample, String> {
    if content.starts_with("http://") || content.starts_with("https://") {
        return serde_json::from_value(json!({ "url": content })).map_err(|error| error.to_string());
    }
    let value: Value =
        serde_json::from_str(content).map_err(|error| format!("this is neither a URL nor JSON: {error}"))?;
    let is_request = value.as_object().is_some_and(|fields| {
        fields.contains_key("url")
            && fields.keys().all(|key| ["method", "url", "headers", "body"].contains(&key.as_str()))
    });
    let sample = if is_request { value } else { json!({ "body": value }) };
    serde_json::from_value(sample).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_taken_for_what_it_is() {
        assert_eq!(sample_of("https://h/a?b=1").unwrap().url.as_deref(), Some("https://h/a?b=1"));
        assert_eq!(sample_of(r#"{"url": "https://h/", "method": "GET"}"#).unwrap().method.as_deref(), Some("GET"));
        let body = sample_of(r#"{"url": "https://h/", "title": "a field called url"}"#).unwrap();
        assert!(body.url.is_none() && body.body.is_some());
        assert!(sample_of("nonsense").is_err());
    }
}
