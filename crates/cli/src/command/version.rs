//! `callwright version`: of this program and of the server.

use clap::Args;
use serde_json::json;

use super::Remote;
use crate::{
    failure::Failure,
    output::{self, text},
};

/// Print the version of this program and of the server.
#[derive(Debug, Args)]
pub(crate) struct Version {
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out. A server that does not answer is not a failure.
pub(super) fn run(command: &Version) -> Result<(), Failure> {
    let own = env!("CARGO_PKG_VERSION");
    let client = command.remote.connect()?;
    let server = client.get("/healthz").ok().map(|health| text(&health, "version"));
    if command.remote.json {
        return output::json(&json!({"version": own, "server": server}));
    }
    output::line(&format!("callwright {own}"))?;
    match server {
        Some(version) => output::line(&format!("server {version} at {}", client.prefix())),
        None => {
            output::say(format!("no server at {}", client.prefix()));
            Ok(())
        }
    }
}
