//! `callwright model`: whoever serves models.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::Remote;
use crate::{
    client::segment,
    failure::Failure,
    output::{self, Table, text},
};

/// Model providers: list, add, test, remove.
#[derive(Debug, Subcommand)]
pub(crate) enum Model {
    /// List the providers that the organization can use.
    List(List),
    /// Add a provider. Its key is a secret: `callwright secret set NAME` first.
    Add(Box<Add>),
    /// Ask a provider something small, with its key.
    Test(Test),
    /// Remove a provider. Its secret stays.
    Remove(Remove),
}

/// All providers.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    remote: Remote,
}

/// How a provider is spoken to.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Kind {
    /// OpenAI's chat completions.
    Openai,
    /// OpenAI's Responses.
    OpenaiResponses,
    /// Azure OpenAI.
    Azure,
    /// Anthropic.
    Anthropic,
    /// Gemini.
    Gemini,
    /// Any server that speaks like OpenAI's chat completions.
    OpenaiCompatible,
}

/// A provider and how to reach it.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Its name: `NAME/model` asks it.
    name: String,
    /// How it is spoken to.
    #[arg(long)]
    kind: Kind,
    /// The secret that is its key, for example OPENAI_API_KEY.
    #[arg(long, value_name = "NAME")]
    secret: Option<String>,
    /// Its address, when that is not the vendor's own.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// A model that it serves, or the beginning of names and one final `*`; may be given several times.
    #[arg(long = "model", value_name = "MODEL")]
    models: Vec<String>,
    /// Ask it for models that nobody else claims.
    #[arg(long)]
    default: bool,
    /// Azure: the deployment.
    #[arg(long)]
    deployment: Option<String>,
    /// Azure: the version of the interface.
    #[arg(long)]
    api_version: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// A provider to try.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Its name.
    name: String,
    /// The model to ask; the first whole name that it lists when absent.
    #[arg(long)]
    model: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// A provider to remove.
#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// Its name.
    name: String,
    #[command(flatten)]
    remote: Remote,
}

const PATH: &str = "/api/v1/model-providers";

/// Carries the command out.
pub(super) fn run(command: Model) -> Result<(), Failure> {
    match command {
        Model::List(command) => list(&command),
        Model::Add(command) => add(&command),
        Model::Test(command) => test(&command),
        Model::Remove(command) => {
            command.remote.connect()?.delete(&format!("{PATH}/{}", segment(&command.name)))?;
            output::say(format!("removed model provider {}", command.name));
            Ok(())
        }
    }
}

fn list(command: &List) -> Result<(), Failure> {
    let providers = command.remote.connect()?.list(PATH, &[], usize::MAX)?;
    if command.remote.json {
        return output::json(&providers.into());
    }
    let mut table = Table::new(["NAME", "KIND", "SOURCE", "MODELS", "DEFAULT"]);
    for provider in &providers {
        let models: Vec<&str> = provider["models"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let default = if provider["is_default"] == true { "yes" } else { "" };
        let row = [text(provider, "name"), text(provider, "kind"), text(provider, "source"), models.join(", ")];
        let [name, kind, source, models] = row;
        table.row([name, kind, source, models, default.to_owned()]);
    }
    table.print("no model providers; `callwright model add` adds one, and the model `scripted` needs none")
}

fn add(command: &Add) -> Result<(), Failure> {
    let kind = command.kind.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let mut options = json!({});
    for (key, value) in [("deployment", &command.deployment), ("api_version", &command.api_version)] {
        if let Some(value) = value {
            options[key] = json!(value);
        }
    }
    let spec = json!({
        "name": command.name,
        "kind": kind,
        "base_url": command.base_url,
        "secret": command.secret,
        "models": command.models,
        "is_default": command.default,
        "options": options,
    });
    let answer = command.remote.connect()?.post(PATH, &spec)?;
    if command.remote.json {
        return output::json(&answer);
    }
    output::say(format!("added model provider {}; `callwright model test {0}` tries it", command.name));
    Ok(())
}

fn test(command: &Test) -> Result<(), Failure> {
    let path = format!("{PATH}/{}/test", segment(&command.name));
    let answer = command.remote.connect()?.post(&path, &json!({ "model": command.model }))?;
    if command.remote.json {
        output::json(&answer)?;
    }
    let (model, took) = (text(&answer, "model"), text(&answer, "latency_ms"));
    if answer["ok"] != true {
        return Err(Failure::new(format!("{}/{model}: {}", command.name, text(&answer, "error"))));
    }
    if !command.remote.json {
        output::say(format!("{}/{model} answers after {took} ms", command.name));
    }
    Ok(())
}
