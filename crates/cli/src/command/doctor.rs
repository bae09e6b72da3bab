//! `callwright doctor`: goes through everything that can be wrong and says of each what to do about it.
//!
//! What is on this machine (settings, data directory, keys, database, the way out) is examined when the server is
//! this machine's; what the server itself can tell is asked over HTTP, wherever it is.

mod local;
mod server;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::Remote;
use crate::{client::is_local, failure::Failure, output};

/// Find out what is wrong, and what to do about it.
#[derive(Debug, Args)]
#[command(after_help = "Without a running server the database is opened as `serve` would open it, tables brought up \
to date included. The exit code is 1 when anything fails; a warning is no failure.")]
pub(crate) struct Doctor {
    /// A settings file. `callwright.toml` in the working directory is read by itself.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Look only at the server, not at this machine.
    #[arg(long)]
    remote_only: bool,
    /// A public address that tools should be able to reach.
    #[arg(long, value_name = "HOST:PORT", default_value = "example.com:443")]
    probe: String,
    #[command(flatten)]
    remote: Remote,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

/// One line of the report.
#[derive(Debug)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    found: String,
    hint: Option<String>,
}

/// What has been found so far.
#[derive(Debug, Default)]
struct Report(Vec<Check>);

impl Report {
    fn ok(&mut self, name: &'static str, found: impl Into<String>) {
        self.0.push(Check { name, verdict: Verdict::Ok, found: found.into(), hint: None });
    }

    fn warn(&mut self, name: &'static str, found: impl Into<String>, hint: &str) {
        let hint = Some(hint.to_owned());
        self.0.push(Check { name, verdict: Verdict::Warn, found: found.into(), hint });
    }

    fn fail(&mut self, name: &'static str, failure: Failure) {
        self.0.push(Check { name, verdict: Verdict::Fail, found: failure.message, hint: failure.hint });
    }
}

impl Verdict {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// Carries the command out.
pub(super) fn run(command: &Doctor) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let mut report = Report::default();
    report.ok("program", format!("callwright {}", env!("CARGO_PKG_VERSION")));
    let is_up = server::examine(&client, &mut report);
    if !command.remote_only && is_local(client.base()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(local::examine(command, is_up, &mut report));
    }
    print(&report, command.remote.json)?;
    let failed = report.0.iter().filter(|check| check.verdict == Verdict::Fail).count();
    match failed {
        0 => Ok(()),
        1 => Err(Failure::new("one thing is wrong")),
        _ => Err(Failure::new(format!("{failed} things are wrong"))),
    }
}

fn print(report: &Report, as_json: bool) -> Result<(), Failure> {
    if as_json {
        let as_value = |check: &Check| {
            json!({
                "check": check.name, "verdict": check.verdict.as_str(), "found": check.found, "hint": check.hint,
            })
        };
        return output::json(&Value::Array(report.0.iter().map(as_value).collect()));
    }
    for check in &report.0 {
        output::line(&format!("{:<5} {:<15} {}", check.verdict.as_str(), check.name, check.found))?;
        if let Some(hint) = &check.hint {
            output::line(&format!("      {:<15} -> {hint}", ""))?;
        }
    }
    Ok(())
}
