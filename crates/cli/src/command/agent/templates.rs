//! `callwright agent templates` and `callwright agent pack`: agents to begin with.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::{
    client::segment,
    command::Remote,
    failure::Failure,
    output::{self, Table, short, text},
};

/// The agent templates.
#[derive(Debug, Args)]
pub(crate) struct Templates {
    /// Print this one, with its instructions.
    template: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// Several agents of one trade with their tools.
#[derive(Debug, Subcommand)]
pub(crate) enum Pack {
    /// List the packs with their agents and tools.
    List(List),
    /// Make a pack's tools and agents; what is there already stays as it is.
    Install(Install),
}

/// All packs.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    remote: Remote,
}

/// A pack to be made.
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// The pack's id.
    pack: String,
    /// Put before the names of tools and agents.
    #[arg(long)]
    prefix: Option<String>,
    /// Show what would be made, and make nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Lists the templates, or prints one.
pub(super) fn templates(command: &Templates) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    if let Some(template) = &command.template {
        let template = client.get(&format!("/api/v1/agent-templates/{}", segment(template)))?;
        if command.remote.json {
            return output::json(&template);
        }
        output::line(&format!("{}: {}", text(&template, "name"), text(&template, "description")))?;
        output::line(&format!("model {}, temperature {}", text(&template, "model"), text(&template, "temperature")))?;
        output::line(&format!("tools: {}", names(&template["default_tools"])))?;
        output::line(&format!("worth adding: {}\n", names(&template["suggested_tools"])))?;
        return output::line(text(&template, "instructions").trim_end());
    }
    let templates = client.list("/api/v1/agent-templates", &[], 200)?;
    if command.remote.json {
        return output::json(&templates.into());
    }
    let mut table = Table::new(["ID", "NAME", "TOOLS", "DESCRIPTION"]);
    for template in &templates {
        let tools = short(&names(&template["default_tools"]), 60);
        table.row([text(template, "id"), text(template, "name"), tools, short(&text(template, "description"), 60)]);
    }
    table.print("no templates")
}

/// Carries a command about packs out.
pub(super) fn pack(command: &Pack) -> Result<(), Failure> {
    match command {
        Pack::List(command) => list(command),
        Pack::Install(command) => install(command),
    }
}

fn list(command: &List) -> Result<(), Failure> {
    let packs = command.remote.connect()?.list("/api/v1/agent-packs", &[], 200)?;
    if command.remote.json {
        return output::json(&packs.into());
    }
    let mut table = Table::new(["ID", "AGENTS", "TOOLS", "DESCRIPTION"]);
    for pack in &packs {
        let named = |list: &Value| {
            let items = list.as_array().into_iter().flatten();
            items.map(|item| text(item, "name")).collect::<Vec<_>>().join(", ")
        };
        let (agents, tools) = (named(&pack["agents"]), named(&pack["tools"]));
        table.row([text(pack, "id"), short(&agents, 70), short(&tools, 70), short(&text(pack, "description"), 60)]);
    }
    table.print("no packs")
}

fn install(command: &Install) -> Result<(), Failure> {
    let body = json!({"prefix": command.prefix, "dry_run": command.dry_run});
    let path = format!("/api/v1/agent-packs/{}/install", segment(&command.pack));
    let report = command.remote.connect()?.post(&path, &body)?;
    if command.remote.json {
        return output::json(&report);
    }
    let mut table = Table::new(["", "NAME", "ACTION", "HAS"]);
    for (kind, list) in [("tool", &report["tools"]), ("agent", &report["agents"])] {
        for item in list.as_array().into_iter().flatten() {
            let has = match kind {
                "tool" => format!("{} cases", text(item, "cases")),
                _ => names(&item["tools"]),
            };
            table.row([kind.to_owned(), text(item, "name"), text(item, "action"), short(&has, 90)]);
        }
    }
    table.print("the pack is empty")?;
    for name in report["missing_secrets"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        output::say(format!("set the secret {name}: callwright secret set {name}"));
    }
    for warning in report["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        output::say(format!("warning: {warning}"));
    }
    if command.dry_run {
        output::say("nothing was made: this was a dry run");
    }
    Ok(())
}

fn names(list: &Value) -> String {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}
