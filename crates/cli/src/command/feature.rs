//! `callwright feature`: what is switched on for the organization, or for a share of its executions.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Remote;
use crate::{
    failure::Failure,
    output::{self, Table, text},
};

/// Features of the organization.
#[derive(Debug, Subcommand)]
pub(crate) enum Feature {
    /// How every feature stands.
    List(List),
    /// Switch a feature on or off, or on for a share of executions.
    Set(Set),
}

/// All features.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    remote: Remote,
}

/// One feature's new state.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The feature, for example `kind.system`.
    feature: String,
    /// `on`, `off`, a share such as `25`, or `default`.
    state: String,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Feature) -> Result<(), Failure> {
    match command {
        Feature::List(command) => {
            let features = command.remote.connect()?.get("/api/v1/features")?;
            print(&command.remote, &features)
        }
        Feature::Set(command) => {
            let percent = percent(&command.state)?;
            let features = command.remote.connect()?.put("/api/v1/features", &json!({ command.feature: percent }))?;
            print(&command.remote, &features)
        }
    }
}

fn percent(state: &str) -> Result<Value, Failure> {
    match state {
        "on" => Ok(json!(100)),
        "off" => Ok(json!(0)),
        "default" => Ok(Value::Null),
        share => match share.trim_end_matches('%').parse::<u8>() {
            Ok(share) if share <= 100 => Ok(json!(share)),
            _ => Err(Failure::usage(format!("`{state}` is not `on`, `off`, `default` or a share of 0 to 100"))),
        },
    }
}

fn print(remote: &Remote, features: &Value) -> Result<(), Failure> {
    if remote.json {
        return output::json(features);
    }
    let mut table = Table::new(["FEATURE", "PERCENT", "SET BY", "ABOUT"]);
    for feature in features.as_array().into_iter().flatten() {
        table.row(["flag", "percent", "set_by", "about"].map(|field| text(feature, field)));
    }
    table.print("there are no features")
}
