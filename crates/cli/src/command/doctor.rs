//! `callwright doctor`: goes through everything that can be wrong and says of each what to do about it.
//!
//! What is on this machine (settings, data directory, keys, database, the way out) is examined when the server is
//! this machine's; what the server itself can tell is asked over HTTP, wherever it is.

mod local;
mod server;
mod upstream;
mod why;

use std::{borrow::Cow, path::PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::Remote;
use crate::{client::is_local, failure::Failure, output};

/// Find out what is wrong, and what to do about it.
#[derive(Debug, Args)]
#[command(after_help = "Without a running server the database is opened as `serve` would open it, tables brought up \
to date included. The exit code is 1 when anything fails; a warning is no failure, but with --strict it is.")]
pub(crate) struct Doctor {
    /// A settings file. `callwright.toml` in the working directory is read by itself.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Look only at the server, not at this machine.
    #[arg(long)]
    remote_only: bool,
    /// A public address that tools should be able to reach: host and port, or a URL.
    #[arg(long, value_name = "ADDRESS", default_value = "https://example.com")]
    probe: String,
    /// Count warnings as failures.
    #[arg(long)]
    strict: bool,
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
    name: Cow<'static, str>,
    verdict: Verdict,
    found: String,
    /// Why it matters; where it is not said, [`why`] knows.
    why: Option<String>,
    hint: Option<String>,
}

/// What has been found so far.
#[derive(Debug, Default)]
struct Report(Vec<Check>);

impl Report {
    fn ok(&mut self, name: &'static str, found: impl Into<String>) {
        self.0.push(Check { name: name.into(), verdict: Verdict::Ok, found: found.into(), why: None, hint: None });
    }

    fn warn(&mut self, name: &'static str, found: impl Into<String>, hint: &str) {
        let hint = Some(hint.to_owned());
        self.0.push(Check { name: name.into(), verdict: Verdict::Warn, found: found.into(), why: None, hint });
    }

    fn fail(&mut self, name: &'static str, failure: Failure) {
        let hint = failure.hint;
        self.0.push(Check { name: name.into(), verdict: Verdict::Fail, found: failure.message, why: None, hint });
    }
}

impl Check {
    /// Why it matters, when something is the matter.
    fn why(&self) -> Option<&str> {
        if self.verdict == Verdict::Ok {
            return None;
        }
        self.why.as_deref().or_else(|| why::of(&self.name))
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
    let is_failure = |check: &&Check| match check.verdict {
        Verdict::Ok => false,
        Verdict::Warn => command.strict,
        Verdict::Fail => true,
    };
    match report.0.iter().filter(is_failure).count() {
        0 => Ok(()),
        1 => Err(Failure::new("one thing is wrong")),
        failed => Err(Failure::new(format!("{failed} things are wrong"))),
    }
}

fn print(report: &Report, as_json: bool) -> Result<(), Failure> {
    if as_json {
        let as_value = |check: &Check| {
            json!({
                "check": check.name, "verdict": check.verdict.as_str(), "found": check.found, "why": check.why(),
                "hint": check.hint,
            })
        };
        return output::json(&Value::Array(report.0.iter().map(as_value).collect()));
    }
    for check in &report.0 {
        output::line(&format!("{:<5} {:<15} {}", check.verdict.as_str(), check.name, check.found))?;
        if let Some(why) = check.why() {
            output::line(&format!("      {:<15}    {why}", ""))?;
        }
        if let Some(hint) = &check.hint {
            output::line(&format!("      {:<15} -> {hint}", ""))?;
        }
    }
    Ok(())
}
