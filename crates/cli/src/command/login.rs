//! `callwright login`: e-mail and password for a short-lived token. Nothing is stored.

use std::io::{self, IsTerminal, Write};

use clap::Args;
use serde_json::json;

use super::Remote;
use crate::{
    failure::Failure,
    output::{self, text, time},
};

/// Exchange e-mail and password for a short-lived token, which is printed.
#[derive(Debug, Args)]
#[command(after_help = "The password is asked for, or read from standard input. Nothing is stored:\n  \
export CALLWRIGHT_TOKEN=$(callwright login you@example.com)")]
pub(crate) struct Login {
    /// Your e-mail address; asked for when absent.
    email: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: &Login) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let email = match &command.email {
        Some(email) => email.clone(),
        None => ask("e-mail: ")?,
    };
    let password =
        if io::stdin().is_terminal() { rpassword::prompt_password("password (not shown): ")? } else { ask("")? };
    let answer = client.post("/token/get_token", &json!({"email": email, "password": password}))?;
    if command.remote.json {
        return output::json(&answer);
    }
    output::say(format!("valid until {}", time(&answer, "expires_at")));
    output::line(&text(&answer, "token"))
}

fn ask(question: &str) -> Result<String, Failure> {
    let mut error = io::stderr();
    write!(error, "{question}")?;
    error.flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
