//! `callwright token`: API tokens, shown once when they are made.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Remote;
use crate::{
    client::segment,
    failure::Failure,
    output::{self, Table, text, time},
};

/// API tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token and print it. It cannot be shown again.
    Create(Create),
    /// List tokens.
    List(List),
    /// Make a token useless.
    Revoke(Revoke),
}

/// A new token.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// A name to know it by.
    name: String,
    /// viewer, operator, builder, admin or owner; no higher than yours. Yours when absent.
    #[arg(long)]
    role: Option<String>,
    /// What it may be used for, for example `tools:call`. May be given more than once; all that the role allows when
    /// absent.
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// When it ends, for example 2027-01-01T00:00:00Z.
    #[arg(long, value_name = "TIME")]
    expires_at: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// All tokens that one may see.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    remote: Remote,
}

/// A token.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// Its id, as `callwright token list` prints it.
    id: String,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Token) -> Result<(), Failure> {
    match command {
        Token::Create(command) => create(&command),
        Token::List(command) => list(&command),
        Token::Revoke(command) => {
            command.remote.connect()?.delete(&format!("/api/v1/tokens/{}", segment(&command.id)))?;
            output::say(format!("revoked {}", command.id));
            Ok(())
        }
    }
}

fn create(command: &Create) -> Result<(), Failure> {
    let mut body = json!({"name": command.name});
    if let Some(role) = &command.role {
        body["role"] = json!(role);
    }
    if !command.scopes.is_empty() {
        body["scopes"] = json!(command.scopes);
    }
    if let Some(at) = &command.expires_at {
        body["expires_at"] = json!(at);
    }
    let answer = command.remote.connect()?.post("/api/v1/tokens", &body)?;
    if command.remote.json {
        return output::json(&answer);
    }
    output::say("keep it now; it cannot be shown again");
    output::line(&text(&answer, "token"))
}

fn list(command: &List) -> Result<(), Failure> {
    let tokens = command.remote.connect()?.list("/api/v1/tokens", &[], usize::MAX)?;
    if command.remote.json {
        return output::json(&tokens.into());
    }
    let mut table = Table::new(["ID", "NAME", "PREFIX", "ROLE", "SCOPES", "EXPIRES", "LAST USED"]);
    for token in &tokens {
        let scopes: Vec<&str> = token["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        table.row([
            text(token, "id"),
            text(token, "name"),
            text(token, "prefix"),
            text(token, "role"),
            if scopes.is_empty() { "all".to_owned() } else { scopes.join(",") },
            time(token, "expires_at"),
            time(token, "last_used_at"),
        ]);
    }
    table.print("no tokens")
}
