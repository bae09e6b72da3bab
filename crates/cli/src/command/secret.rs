//! `callwright secret`: values that go in and are never read back.

use std::io::{self, IsTerminal};

use clap::{Args, Subcommand};
use serde_json::json;

use super::Remote;
use crate::{
    client::{segment, with_query},
    failure::Failure,
    output::{self, Table, text, time},
};

/// Secrets: set, list, delete. They are never read back.
#[derive(Debug, Subcommand)]
pub(crate) enum Secret {
    /// Set a secret; tools read it as `${NAME}`. Asks for the value when nothing says where it comes from.
    Set(Set),
    /// List the names of secrets.
    List(List),
    /// Delete a secret.
    Delete(Delete),
}

/// A secret and where its value comes from. Never from the command line, which others can see.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// Its name, for example STRIPE_KEY.
    name: String,
    /// Read the value from standard input; one final line end is left out.
    #[arg(long, conflicts_with = "from_env")]
    value_stdin: bool,
    /// Read the value from this environment variable.
    #[arg(long, value_name = "VARIABLE")]
    from_env: Option<String>,
    /// For this agent only, by name or id; it wins over the organization's.
    #[arg(long)]
    agent: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// Whose secrets.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Of this agent instead of the organization.
    #[arg(long)]
    agent: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// A secret.
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Its name.
    name: String,
    /// Of this agent instead of the organization.
    #[arg(long)]
    agent: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Secret) -> Result<(), Failure> {
    match command {
        Secret::Set(command) => set(&command),
        Secret::List(command) => list(&command),
        Secret::Delete(command) => {
            command.remote.connect()?.delete(&path(&command.name, command.agent.as_deref()))?;
            output::say(format!("deleted secret {}", command.name));
            Ok(())
        }
    }
}

fn path(name: &str, agent: Option<&str>) -> String {
    with_query(&format!("/api/v1/secrets/{}", segment(name)), &[("agent", agent)])
}

fn set(command: &Set) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let value = value(command)?;
    if value.is_empty() {
        return Err(Failure::new(format!("the value of {} is empty", command.name)));
    }
    let answer = client.put(&path(&command.name, command.agent.as_deref()), &json!({"value": value}))?;
    if command.remote.json {
        return output::json(&answer);
    }
    output::say(format!("set secret {}", command.name));
    Ok(())
}

fn value(command: &Set) -> Result<String, Failure> {
    if let Some(variable) = &command.from_env {
        return std::env::var(variable)
            .map_err(|_| Failure::new(format!("the environment variable {variable} is not set, or no text")));
    }
    if command.value_stdin || !io::stdin().is_terminal() {
        let text = io::read_to_string(io::stdin())?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        return Ok(text.strip_suffix('\r').unwrap_or(text).to_owned());
    }
    Ok(rpassword::prompt_password(format!("value of {} (not shown): ", command.name))?)
}

fn list(command: &List) -> Result<(), Failure> {
    let query = [("agent", command.agent.as_deref())];
    let secrets = command.remote.connect()?.list("/api/v1/secrets", &query, usize::MAX)?;
    if command.remote.json {
        return output::json(&secrets.into());
    }
    let mut table = Table::new(["NAME", "CHANGED"]);
    for secret in &secrets {
        table.row([text(secret, "name"), time(secret, "updated_at")]);
    }
    table.print("no secrets; `callwright secret set NAME` sets one")
}
