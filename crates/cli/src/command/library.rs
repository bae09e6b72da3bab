//! `callwright library`: public tools of other organizations, and the copies that this one has.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{Remote, apply::print_change};
use crate::{
    client::segment,
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// Public tools of other organizations.
#[derive(Debug, Subcommand)]
pub(crate) enum Library {
    /// Find public tools.
    Search(Search),
    /// Print a public tool as a copy gets it.
    Show(Named),
    /// Take a copy of a public tool.
    Install(Install),
    /// The tools that came from the library, a template, a bundle or an agent's settings.
    Installed(Installed),
    /// Bring a copy up to date with its source; edits stay.
    Update(Update),
}

/// Which public tools to list.
#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Part of the name, title or description.
    text: Option<String>,
    /// Of this category.
    #[arg(long)]
    category: Option<String>,
    /// At most this many.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One public tool.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The tool's id, as `search` prints it.
    id: String,
    #[command(flatten)]
    remote: Remote,
}

/// A copy to be made.
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// The tool's id, as `search` prints it.
    id: String,
    /// The copy's name; the tool's own when absent.
    #[arg(long)]
    name: Option<String>,
    /// Give the copy to this agent.
    #[arg(long)]
    agent: Option<String>,
    /// Show what would be made, and make nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Which copies to list.
#[derive(Debug, Args)]
pub(crate) struct Installed {
    /// That came from there: library, template, bundle or settings.
    #[arg(long)]
    source: Option<String>,
    /// At most this many.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// A copy to be brought up to date.
#[derive(Debug, Args)]
pub(crate) struct Update {
    /// The copy's name or id.
    tool: String,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Whose change wins where both sides changed a field.
    #[arg(long, value_enum, default_value_t = Prefer::Ours)]
    prefer: Prefer,
    /// The new state may use more of your secrets, send to another address, or act without asking as it did before.
    #[arg(long)]
    accept: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Whose change wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Prefer {
    Ours,
    Theirs,
}

/// Carries the command out.
pub(super) fn run(command: Library) -> Result<(), Failure> {
    match command {
        Library::Search(command) => search(&command),
        Library::Show(command) => {
            let path = format!("/api/v1/library/{}", segment(&command.id));
            let tool = command.remote.connect()?.get(&path)?;
            if command.remote.json { output::json(&tool) } else { output::pretty(&tool) }
        }
        Library::Install(command) => {
            let body = json!({"name": command.name, "agent": command.agent, "dry_run": command.dry_run});
            let path = format!("/api/v1/library/{}/install", segment(&command.id));
            let copied = command.remote.connect()?.post(&path, &body)?;
            report_copy(&command.remote, &copied, command.dry_run)
        }
        Library::Installed(command) => installed(&command),
        Library::Update(command) => update(&command),
    }
}

fn search(command: &Search) -> Result<(), Failure> {
    let query = [("search", command.text.as_deref()), ("category", command.category.as_deref())];
    let tools = command.remote.connect()?.list("/api/v1/library", &query, command.limit)?;
    if command.remote.json {
        return output::json(&tools.into());
    }
    let mut table = Table::new(["ID", "NAME", "VERSION", "BY", "COPIES", "DESCRIPTION"]);
    for tool in &tools {
        table.row([
            text(tool, "id"),
            text(tool, "name"),
            text(tool, "version"),
            text(&tool["publisher"], "name"),
            text(tool, "installs"),
            short(&text(tool, "description"), 60),
        ]);
    }
    table.print("no such public tool; other organizations show theirs with `is_public: true`")
}

fn installed(command: &Installed) -> Result<(), Failure> {
    let query = [("source", command.source.as_deref())];
    let copies = command.remote.connect()?.list("/api/v1/library/installed", &query, command.limit)?;
    if command.remote.json {
        return output::json(&copies.into());
    }
    let mut table = Table::new(["NAME", "VERSION", "FROM", "BY", "EDITED", "UPDATE", "SINCE"]);
    for copy in &copies {
        let news = match (&copy["update"], &copy["is_available"]) {
            (Value::Object(_), _) => text(&copy["update"], "version"),
            (_, Value::Bool(false)) => "source gone".to_owned(),
            _ => String::new(),
        };
        let edited = if copy["is_edited"] == true { "yes" } else { "" };
        table.row([
            text(copy, "name"),
            text(copy, "version"),
            text(copy, "source"),
            text(copy, "publisher"),
            edited.to_owned(),
            news,
            time(copy, "installed_at"),
        ]);
    }
    table.print("nothing came from elsewhere yet; see `callwright template list` and `callwright library search`")
}

fn update(command: &Update) -> Result<(), Failure> {
    let prefer = if command.prefer == Prefer::Ours { "ours" } else { "theirs" };
    let path = format!("/api/v1/library/installed/{}/update", segment(&command.tool));
    let body = json!({"dry_run": command.dry_run, "prefer": prefer, "accept": command.accept});
    let updated = command.remote.connect()?.post(&path, &body)?;
    if command.remote.json {
        return output::json(&updated);
    }
    let action = text(&updated, "action");
    let verb = if command.dry_run && action == "updated" { "would update" } else { action.as_str() };
    output::line(&format!("{verb} {} {}", text(&updated["tool"], "name"), text(&updated["tool"], "version")))?;
    for change in updated["diff"].as_array().into_iter().flatten() {
        print_change(change)?;
    }
    for path in updated["kept"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        output::say(format!("kept your edit of `{path}`"));
    }
    for conflict in updated["conflicts"].as_array().into_iter().flatten() {
        let path = text(conflict, "path");
        output::say(format!("both sides changed `{path}`: {prefer} was taken; the source has {}", conflict["theirs"]));
    }
    warn(&updated);
    Ok(())
}

/// Tells of a tool that was made, or would be, and what is left to do.
pub(super) fn report_copy(remote: &Remote, copied: &Value, dry_run: bool) -> Result<(), Failure> {
    if remote.json {
        return output::json(copied);
    }
    let verb = if dry_run { "would create" } else { "created" };
    output::line(&format!("{verb} {} {}", text(&copied["tool"], "name"), text(&copied["tool"], "version")))?;
    warn(copied);
    Ok(())
}

fn warn(answer: &Value) {
    for warning in answer["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        output::say(format!("warning: {warning}"));
    }
}
