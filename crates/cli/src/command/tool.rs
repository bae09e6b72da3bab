//! `callwright tool`: look at tools, call them, and go through their history.

mod call;
mod export;
mod history;
mod limits;
mod test;

use clap::{Args, Subcommand, ValueEnum};

use super::Remote;
use crate::{
    client::{segment, with_query},
    failure::Failure,
    output::{self, Table, short, text, time},
};

pub(super) use call::show as show_answer;

/// Tools: list, call, history.
#[derive(Debug, Subcommand)]
pub(crate) enum Tool {
    /// List tools.
    List(List),
    /// Print a tool as JSON.
    Get(Named),
    /// Delete a tool. Its executions stay in the log.
    Delete(Named),
    /// Call a tool and print its result.
    Call(call::Call),
    /// Run the test cases of one tool, or of all.
    Test(test::Test),
    /// Print the tools in the form that a model wants.
    Definitions(Definitions),
    /// Print a tool, or all of an agent, in the form of another platform, and what that form cannot hold.
    Export(export::Export),
    /// How often a tool is used, how fast it is and how often it fails.
    Usage(Named),
    /// What holds calls of a tool back, and what is left of it.
    Limits(limits::Limits),
    /// The states that a tool has been in, newest first.
    Versions(history::Versions),
    /// What changed between two revisions of a tool.
    Diff(history::Diff),
    /// Bring a tool back to an earlier revision, as a new one.
    Rollback(history::Rollback),
    /// Let a member call a tool that is not shared with everybody.
    Share(Grant),
    /// Take that back.
    Unshare(Grant),
}

/// Which tools to list.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Part of the name, title or description.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Of this category.
    #[arg(long)]
    category: Option<String>,
    /// Of this kind, for example `http`.
    #[arg(long)]
    kind: Option<String>,
    /// Only those that I made.
    #[arg(long)]
    mine: bool,
    /// At most this many.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One tool.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The tool's name or id.
    tool: String,
    #[command(flatten)]
    remote: Remote,
}

/// One member's access to one tool.
#[derive(Debug, Args)]
pub(crate) struct Grant {
    /// The tool's name or id.
    tool: String,
    /// The member's id, as `callwright member list` prints it.
    user: String,
    #[command(flatten)]
    remote: Remote,
}

/// In whose form.
#[derive(Debug, Args)]
pub(crate) struct Definitions {
    /// Whose form.
    #[arg(long, value_enum, default_value_t = Format::Openai)]
    format: Format,
    /// Only the tools of this agent, as it has them.
    #[arg(long)]
    agent: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// Who reads the definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Format {
    Openai,
    OpenaiStrict,
    Anthropic,
    Gemini,
    Mcp,
}

impl Format {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::OpenaiStrict => "openai_strict",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Mcp => "mcp",
        }
    }
}

/// Carries the command out.
pub(super) fn run(command: Tool) -> Result<(), Failure> {
    match command {
        Tool::List(list) => list_tools(&list),
        Tool::Get(named) => output::pretty(&named.remote.connect()?.get(&path(&named.tool, ""))?),
        Tool::Delete(named) => delete(&named),
        Tool::Call(call) => call::run(call),
        Tool::Test(command) => test::run(&command),
        Tool::Definitions(definitions) => define(&definitions),
        Tool::Export(command) => export::run(&command),
        Tool::Usage(named) => usage(&named),
        Tool::Limits(limits) => limits::limits(&limits),
        Tool::Versions(versions) => history::versions(&versions),
        Tool::Diff(diff) => history::diff(&diff),
        Tool::Rollback(rollback) => history::rollback(&rollback),
        Tool::Share(grant) => share(&grant, true),
        Tool::Unshare(grant) => share(&grant, false),
    }
}

/// The path of a tool, or of something below it.
fn path(tool: &str, below: &str) -> String {
    format!("/api/v1/tools/{}{below}", segment(tool))
}

fn list_tools(list: &List) -> Result<(), Failure> {
    let query = [
        ("search", list.search.as_deref()),
        ("category", list.category.as_deref()),
        ("kind", list.kind.as_deref()),
        ("mine", list.mine.then_some("true")),
    ];
    let tools = list.remote.connect()?.list("/api/v1/tools", &query, list.limit)?;
    if list.remote.json {
        return output::json(&tools.into());
    }
    let mut table = Table::new(["NAME", "KIND", "EFFECT", "VERSION", "CHANGED", "DESCRIPTION"]);
    for tool in &tools {
        let inactive = if tool["active"] == false { "(inactive) " } else { "" };
        table.row([
            text(tool, "name"),
            text(tool, "kind"),
            text(tool, "effect"),
            text(tool, "version"),
            time(tool, "updated_at"),
            format!("{inactive}{}", short(&text(tool, "description"), 60)),
        ]);
    }
    table.print("no tools yet; `callwright apply -f tool.yaml` makes one")
}

fn delete(named: &Named) -> Result<(), Failure> {
    named.remote.connect()?.delete(&path(&named.tool, ""))?;
    output::say(format!("deleted tool {}", named.tool));
    Ok(())
}

fn share(grant: &Grant, give: bool) -> Result<(), Failure> {
    let client = grant.remote.connect()?;
    let path = path(&grant.tool, &format!("/grants/{}", segment(&grant.user)));
    if give {
        client.send("PUT", &path, None, &[])?.success()?;
        output::say(format!("{} may now call {}", grant.user, grant.tool));
    } else {
        client.delete(&path)?;
        output::say(format!("{} may no longer call {} by a grant", grant.user, grant.tool));
    }
    Ok(())
}

fn define(definitions: &Definitions) -> Result<(), Failure> {
    let query = [("format", Some(definitions.format.as_str())), ("agent", definitions.agent.as_deref())];
    let answer = definitions.remote.connect()?.get(&with_query("/api/v1/tools/definitions", &query))?;
    if definitions.remote.json {
        return output::json(&answer);
    }
    for warning in answer["warnings"].as_array().into_iter().flatten() {
        let message = warning.as_str().map_or_else(|| text(warning, "message"), str::to_owned);
        let tool = text(warning, "tool");
        output::say(format!("warning: {tool}{}{message}", if tool.is_empty() { "" } else { ": " }));
    }
    output::pretty(&answer["tools"])
}

fn usage(named: &Named) -> Result<(), Failure> {
    let usage = named.remote.connect()?.get(&path(&named.tool, "/usage"))?;
    if named.remote.json {
        return output::json(&usage);
    }
    let mut table = Table::new(["EXECUTIONS", "FAILED", "RATE", "MEAN MS", "P50 MS", "P95 MS", "LAST USED"]);
    let number = |field: &str| format!("{:.1}", usage[field].as_f64().unwrap_or_default());
    table.row([
        text(&usage, "count"),
        text(&usage, "error_count"),
        format!("{:.1} %", usage["error_rate"].as_f64().unwrap_or_default() * 100.0),
        number("average_ms"),
        number("p50_ms"),
        number("p95_ms"),
        time(&usage, "last_used_at"),
    ]);
    table.print("")
}
