//! `callwright template`: tools with blanks, and making tools of them.

use std::path::PathBuf;

use callwright_model::Object;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Remote, library::report_copy};
use crate::{
    argument,
    client::segment,
    failure::Failure,
    output::{self, Table, short, text},
};

/// Tools with blanks, to be filled in and used.
#[derive(Debug, Subcommand)]
pub(crate) enum Template {
    /// List templates.
    List(List),
    /// Print what a template needs and what it makes.
    Show(Named),
    /// Make a tool of a template.
    Use(Use),
}

/// Which templates to list.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Part of the id, title, description or a tag.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Of this category.
    #[arg(long)]
    category: Option<String>,
    /// At most this many.
    #[arg(long, default_value_t = 200)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One template.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The template's id.
    template: String,
    #[command(flatten)]
    remote: Remote,
}

/// A tool to be made.
#[derive(Debug, Args)]
pub(crate) struct Use {
    /// The template's id.
    template: String,
    /// A value for a blank; JSON when it looks like JSON. May be given more than once.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Values for the blanks, from a YAML or JSON file.
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,
    /// The new tool's name; the template's own when absent.
    #[arg(long)]
    name: Option<String>,
    /// Give the tool to this agent.
    #[arg(long)]
    agent: Option<String>,
    /// Show what would be made, and make nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Template) -> Result<(), Failure> {
    match command {
        Template::List(command) => list(&command),
        Template::Show(command) => show(&command),
        Template::Use(command) => make(&command),
    }
}

fn list(command: &List) -> Result<(), Failure> {
    let query = [("search", command.search.as_deref()), ("category", command.category.as_deref())];
    let templates = command.remote.connect()?.list("/api/v1/templates", &query, command.limit)?;
    if command.remote.json {
        return output::json(&templates.into());
    }
    let mut table = Table::new(["ID", "CATEGORY", "EFFECT", "TITLE"]);
    for template in &templates {
        table.row(["id", "category", "effect", "title"].map(|field| text(template, field)));
    }
    table.print("no such template; `callwright template list` shows all")
}

fn show(command: &Named) -> Result<(), Failure> {
    let path = format!("/api/v1/templates/{}", segment(&command.template));
    let template = command.remote.connect()?.get(&path)?;
    if command.remote.json {
        return output::json(&template);
    }
    output::line(&format!("{}: {}", text(&template, "id"), text(&template, "title")))?;
    output::line(&text(&template, "description"))?;
    output::line("")?;
    let schema = &template["parameters"];
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut table = Table::new(["BLANK", "", "DEFAULT OR EXAMPLE", "TITLE"]);
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let value = property.get("default").or_else(|| property.pointer("/examples/0"));
        let value = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let needed = if required.contains(&name.as_str()) { "required" } else { "" };
        table.row([name.clone(), needed.to_owned(), short(&value.unwrap_or_default(), 50), text(property, "title")]);
    }
    table.print("it has no blanks")?;
    output::line("")?;
    output::pretty(&template["tool"])
}

fn make(command: &Use) -> Result<(), Failure> {
    let mut values = match &command.values {
        Some(path) => super::bundle::read_yaml(path)?.as_object().cloned().ok_or_else(|| {
            Failure::usage(format!("--values {}: this is not a list of names and values", path.display()))
        })?,
        None => Object::new(),
    };
    values.extend(argument::pairs("--set", &command.set)?);
    let body = json!({"name": command.name, "values": values, "agent": command.agent, "dry_run": command.dry_run});
    let path = format!("/api/v1/templates/{}/clone", segment(&command.template));
    let copied = command.remote.connect()?.post(&path, &body).map_err(|failure| {
        let hint = format!("`callwright template show {}` lists its blanks; give them with --set", command.template);
        if failure.hint.is_none() && failure.message.contains("values.") { failure.hint(hint) } else { failure }
    })?;
    report_copy(&command.remote, &copied, command.dry_run)
}
