//! `callwright mcp`: a desktop client's standard input and output on one side, a server's `/mcp` on the other.
//!
//! It passes messages on as they are, of both revisions of the protocol, and knows no more of them than a relay must: which
//! begin a session, which go on in it, and what the revision without sessions wants said in headers. A session that the
//! server has lost is begun anew without the client's doing. Nothing but the protocol is written to standard output.

mod relay;

use std::io::{BufRead, Write};

use clap::Args;

use self::relay::Relay;
use crate::{
    client::{Client, segment},
    failure::Failure,
};

/// Speak the Model Context Protocol over standard input and output, for desktop clients.
#[derive(Debug, Args)]
pub(crate) struct Mcp {
    /// Offer this agent's tools only, as it has them: its name or id.
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// The server's address [env: CALLWRIGHT_URL] [default: http://127.0.0.1:8080]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// Carries the command out.
pub(super) fn run(command: &Mcp) -> Result<(), Failure> {
    let client = Client::connect(command.url.as_deref())?;
    let path = match &command.agent {
        Some(agent) => format!("/mcp/agents/{}", segment(agent)),
        None => "/mcp".to_owned(),
    };
    let relay = Relay::new(client, path, |line: &str| {
        let mut out = std::io::stdout().lock();
        // A client that has closed its end goes away by closing ours as well.
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
    });
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            relay.take(line);
        }
    }
    relay.end();
    Ok(())
}
