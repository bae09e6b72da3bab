//! `callwright mcp-server authorize`: an address to open, and a wait until whoever opened it has signed in.

use std::{
    io::BufRead,
    sync::mpsc::{self, Receiver, TryRecvError},
    time::{Duration, Instant},
};

use clap::Args;
use serde_json::{Value, json};

use super::{path, told};
use crate::{
    client::Client,
    command::Remote,
    failure::Failure,
    output::{self, text},
};

/// How often it is looked whether somebody has signed in.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// A server that wants OAuth.
#[derive(Debug, Args)]
pub(crate) struct Authorize {
    /// Its name.
    name: String,
    /// Print the address, and do not wait.
    #[arg(long)]
    no_wait: bool,
    /// Hand in the code of the page that an earlier sign-in ended with.
    #[arg(long, value_name = "CODE", conflicts_with = "no_wait")]
    code: Option<String>,
    /// How long to wait.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout_seconds: u64,
    #[command(flatten)]
    remote: Remote,
}

pub(super) fn run(command: &Authorize) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    if let Some(code) = &command.code {
        return done(&client, command, &confirm(&client, command, code)?);
    }
    let before = authorized_at(&client.get(&path(&command.name))?);
    let begun = client.post(&format!("{}/authorize", path(&command.name)), &json!({}))?;
    tell(&begun);
    if command.no_wait {
        return if command.remote.json { output::json(&begun) } else { output::line(&text(&begun, "authorize_url")) };
    }
    output::say("open this address in a browser; if its last page shows a code, type it here:");
    output::line(&text(&begun, "authorize_url"))?;
    let (codes, mut is_away) = (lines(), false);
    let end = Instant::now() + Duration::from_secs(command.timeout_seconds);
    while Instant::now() < end {
        match codes.try_recv() {
            Ok(code) if code.trim().is_empty() => {}
            Ok(code) => match confirm(&client, command, code.trim()) {
                Ok(server) => return done(&client, command, &server),
                Err(failure) => output::say(format!("{failure}; try again")),
            },
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => std::thread::sleep(LOOK_AGAIN),
        }
        match client.get(&path(&command.name)) {
            Ok(server) if authorized_at(&server) != before => return done(&client, command, &server),
            Ok(_) => is_away = false,
            // Somebody is signing in meanwhile: that we cannot look does not end it.
            Err(failure) if !is_away => {
                is_away = true;
                output::say(format!("{failure}; still waiting"));
            }
            Err(_) => {}
        }
    }
    let message = format!("nobody has signed in for {} within {} s", command.name, command.timeout_seconds);
    Err(Failure::new(message).hint(format!("callwright mcp-server authorize {}", command.name)))
}

/// With whom one is going to sign in, and for whom.
fn tell(begun: &Value) {
    output::say(format!("you sign in at {} for {}", text(begun, "issuer"), text(begun, "resource")));
    let scopes: Vec<&str> = begun["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !scopes.is_empty() {
        output::say(format!("it is asked for: {}", scopes.join(" ")));
    }
    if let Some(warning) = begun["warning"].as_str() {
        output::say(format!("warning: {warning}"));
    }
}

fn confirm(client: &Client, command: &Authorize, code: &str) -> Result<Value, Failure> {
    client.post(&format!("{}/authorize/confirm", path(&command.name)), &json!({ "code": code }))
}

fn authorized_at(server: &Value) -> Value {
    server["found"]["authorization"]["authorized_at"].clone()
}

fn done(client: &Client, command: &Authorize, server: &Value) -> Result<(), Failure> {
    if command.remote.json {
        return output::json(server);
    }
    let authorization = &server["found"]["authorization"];
    output::say(format!("connected to {} by {}", command.name, text(authorization, "issuer")));
    if authorization["status"] == "needs_authorization" {
        output::say(told(server));
        return Ok(());
    }
    // What comes next is to adopt tools: the server is asked for them now, not some time behind.
    match client.post(&format!("{}/refresh", path(&command.name)), &json!({})) {
        Ok(answer) => output::say(told(&answer["server"])),
        Err(failure) => output::say(format!("its tools cannot be listed yet: {failure}")),
    }
    Ok(())
}

/// What is typed, line by line.
fn lines() -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    receive
}
