//! `callwright tool export`: tools in other people's forms. Definitions go to standard output, what a form cannot hold to
//! standard error.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::Value;

use super::path;
use crate::{
    client::with_query,
    command::Remote,
    failure::Failure,
    output::{self, text},
};

/// How many tools are named that lose the same.
const MOST_NAMED: usize = 3;

/// Tools in another form.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The tool's name or id. Without it, all tools: those of the agent, or those that I may call.
    tool: Option<String>,
    /// The form: openai, openai_plain, openai_responses, openai_realtime, anthropic, gemini, mcp, elevenlabs or vapi.
    #[arg(long, default_value = "openai")]
    format: String,
    /// As this agent has it; without a tool's name, all tools of the agent.
    #[arg(long)]
    agent: Option<String>,
    /// At most this many.
    #[arg(long, default_value_t = 1_000)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(export: &Export) -> Result<(), Failure> {
    let client = export.remote.connect()?;
    let query = [("format", Some(export.format.as_str())), ("agent", export.agent.as_deref())];
    let exported = match &export.tool {
        Some(tool) => vec![client.get(&with_query(&path(tool, "/export"), &query))?],
        None => client.list("/api/v1/export/tools", &query, export.limit)?,
    };
    if export.remote.json {
        return output::json(&exported.into());
    }
    // What many tools lose for the same reason is said once.
    let mut losses: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for tool in &exported {
        for lost in tool["lost"].as_array().into_iter().flatten() {
            losses.entry((text(lost, "field"), text(lost, "why"))).or_default().push(text(tool, "name"));
        }
    }
    for ((field, why), tools) in losses {
        let named = tools.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = match tools.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        output::say(format!("not in it: {named}{more}: {field}: {why}"));
    }
    let mut definitions: Vec<Value> = exported.into_iter().map(|mut tool| tool["definition"].take()).collect();
    match (&export.tool, definitions.pop()) {
        (Some(_), Some(only)) => output::pretty(&only),
        (_, last) => {
            definitions.extend(last);
            output::pretty(&definitions.into())
        }
    }
}
