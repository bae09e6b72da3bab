//! `callwright credits`: what operations cost, what there is, and the ledger.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Remote;
use crate::{
    failure::Failure,
    output::{self, Table, text, time},
};

/// Credits of the organization.
#[derive(Debug, Subcommand)]
pub(crate) enum Credits {
    /// What there is, and what operations cost.
    Show(Show),
    /// The ledger, newest first.
    Entries(Entries),
    /// Add credits, or with a negative amount take some away.
    Grant(Grant),
}

/// Balance and prices.
#[derive(Debug, Args)]
pub(crate) struct Show {
    #[command(flatten)]
    remote: Remote,
}

/// Which lines.
#[derive(Debug, Args)]
pub(crate) struct Entries {
    /// At most this many.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// Credits to add.
#[derive(Debug, Args)]
pub(crate) struct Grant {
    /// How many, for example `100` or `0.5`.
    #[arg(allow_negative_numbers = true)]
    amount: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Credits) -> Result<(), Failure> {
    match command {
        Credits::Show(command) => show(&command),
        Credits::Entries(command) => entries(&command),
        Credits::Grant(command) => grant(&command),
    }
}

fn show(command: &Show) -> Result<(), Failure> {
    let account = command.remote.connect()?.get("/api/v1/credits")?;
    if command.remote.json {
        return output::json(&account);
    }
    if account["enabled"] != true {
        output::say("nothing is charged here: the setting `credits` is off");
    }
    let mut table = Table::new(["", "CREDITS"]);
    table.row(["balance".to_owned(), account["balance"].to_string()]);
    for (operation, price) in account["prices"].as_object().into_iter().flatten() {
        table.row([operation.clone(), price.to_string()]);
    }
    table.print("there are no prices")
}

fn entries(command: &Entries) -> Result<(), Failure> {
    let entries = command.remote.connect()?.list("/api/v1/credits/entries", &[], command.limit)?;
    if command.remote.json {
        return output::json(&entries.into());
    }
    let mut table = Table::new(["NUMBER", "WHEN", "KIND", "OPERATION", "AMOUNT", "BALANCE", "ABOUT", "NOTE"]);
    for entry in &entries {
        table.row([
            entry["seq"].to_string(),
            time(entry, "created_at"),
            text(entry, "kind"),
            text(entry, "operation"),
            entry["amount"].to_string(),
            entry["balance"].to_string(),
            text(entry, "subject"),
            text(entry, "note"),
        ]);
    }
    table.print("nothing was charged or granted yet")
}

fn grant(command: &Grant) -> Result<(), Failure> {
    let amount: Value = serde_json::from_str(&command.amount)
        .ok()
        .filter(Value::is_number)
        .ok_or_else(|| Failure::usage(format!("`{}` is not an amount such as `100` or `0.5`", command.amount)))?;
    let body = json!({ "amount": amount, "note": command.note });
    let entry = command.remote.connect()?.post("/api/v1/credits/grants", &body)?;
    if command.remote.json {
        return output::json(&entry);
    }
    output::line(&format!("the balance is {}", entry["balance"]))
}
