//! Suggestions: what could be better about tools, found by plain rules and without a model.
//!
//! [`lint`] looks at a tool as it is written, `neighbour` at the others beside it, `cause` at what the log says of it;
//! [`sample`] guesses parameters from a request, and `unmatched` tells which tools were asked for that do not exist.
//! A rule is a function from a tool to findings: a new one is a file and a line in [`RULES`].

pub(crate) mod cause;
mod description;
mod effect;
mod finding;
mod literal;
mod neighbour;
mod parameters;
mod provider;
pub mod sample;
mod timing;
pub(crate) mod unmatched;

use std::collections::BTreeMap;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    id::OrgId,
    page::{MAX_LIMIT, Page, PageRequest},
    tool::{Tool, ToolSpec},
};
use callwright_store::tool::ToolFilter;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{App, app::require, registry};
use finding::Findings;

pub use finding::{Suggestion, Weight};
pub use neighbour::{Outline, nearest};
pub use unmatched::{UnmatchedCall, list as unmatched_calls};

/// Looks at one tool as it is written.
type Rule = fn(&ToolSpec, &mut Findings);

/// Every rule about a tool by itself.
const RULES: [Rule; 6] =
    [literal::examine, description::examine, parameters::examine, provider::examine, effect::examine, timing::examine];

/// The most tools of an organization that are compared with one another.
const MOST_TOOLS: usize = 1_000;

/// What could be better about one tool.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ToolSuggestions {
    /// The tool's name.
    pub tool: String,
    /// The weightiest first; at most 100.
    pub suggestions: Vec<Suggestion>,
}

/// What could be better about a tool, by itself and beside `others`.
pub fn lint(spec: &ToolSpec, others: &[Outline]) -> Vec<Suggestion> {
    let mut found = Findings::default();
    // The action of a system tool brings its own words and its own parameters.
    for rule in RULES {
        rule(spec, &mut found);
    }
    neighbour::examine(spec, others, &mut found);
    found.done()
}

/// What could be better about the tool of that name or id, what the log says of it included.
pub async fn of_tool(app: &App, caller: &Caller, tool: &str) -> Result<ToolSuggestions, Fault> {
    let tool = registry::get(app, caller, tool).await?;
    let others = outlines(app, caller.org_id).await?;
    let causes = cause::of_tool(app, caller.org_id, &tool).await?;
    Ok(joined(&tool, causes, &others))
}

/// The same for a page of the organization's tools, by name. What the log says is left to those that failed lately.
pub async fn of_all(app: &App, caller: &Caller, page: PageRequest) -> Result<Page<ToolSuggestions>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let tools = app.store().tools(caller.org_id, &ToolFilter::default(), &page).await?;
    let others = outlines(app, caller.org_id).await?;
    let mut causes = BTreeMap::new();
    for failing in cause::failing(app, caller.org_id).await? {
        if let Some(tool) = tools.items.iter().find(|tool| tool.id == failing.tool_id) {
            causes.insert(tool.id, cause::of_tool(app, caller.org_id, tool).await?);
        }
    }
    // Comparing each with each takes a while in a large library; others are served meanwhile.
    let work = move || tools.map(|tool| joined(&tool, causes.remove(&tool.id).unwrap_or_default(), &others));
    let mut found = tokio::task::spawn_blocking(work).await.map_err(Fault::internal)?;
    found.items.retain(|tool| !tool.suggestions.is_empty());
    Ok(found)
}

/// The parameters and the configuration that a sample request suggests.
pub fn parameters(caller: &Caller, sample: &sample::Sample) -> Result<sample::Guess, Fault> {
    require(caller, Right::View, Scope::Read)?;
    sample::guess(sample)
}

fn joined(tool: &Tool, causes: Vec<Suggestion>, others: &[Outline]) -> ToolSuggestions {
    let mut suggestions = causes;
    suggestions.extend(lint(&tool.spec, others));
    suggestions.sort_by_key(|found| std::cmp::Reverse(found.severity));
    ToolSuggestions { tool: tool.spec.name.clone(), suggestions }
}

/// What is compared of the organization's tools.
pub(crate) async fn outlines(app: &App, org: OrgId) -> Result<Vec<Outline>, Fault> {
    let mut outlines = Vec::new();
    let mut page = PageRequest::first(MAX_LIMIT);
    loop {
        let found = app.store().tools(org, &ToolFilter::default(), &page).await?;
        outlines.extend(found.items.iter().filter(|tool| !tool.spec.is_template).map(|tool| Outline::of(&tool.spec)));
        match found.next_cursor {
            Some(cursor) if outlines.len() < MOST_TOOLS => page = PageRequest::parse(Some(MAX_LIMIT), Some(&cursor))?,
            _ => return Ok(outlines),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn tool(patch: Value) -> ToolSpec {
        let mut tool = json!({
            "name": "order_status", "kind": "http", "effect": "read",
            "description": "Tells where an order is. Use when the caller asks for an order.",
            "parameters": {"type": "object", "additionalProperties": false, "required": ["city"],
                "properties": {"city": {"type": "string", "description": "The city, as the caller says it"}}},
            "config": {"method": "GET", "url": "https://api.example.com/orders"},
            "policy": {"timeout_ms": 8000, "read_timeout_ms": 8000},
        });
        callwright_model::merge::merge_patch(&mut tool, &patch);
        serde_json::from_value(tool).unwrap()
    }

    fn codes(spec: &ToolSpec) -> Vec<String> {
        lint(spec, &[]).into_iter().map(|found| found.code).collect()
    }

    #[test]
    fn a_good_tool_has_nothing_to_improve() {
        assert_eq!(codes(&tool(json!({}))), Vec::<String>::new());
    }

    #[test]
    fn each_flaw_is_found_and_its_fix_mends_it() {
        let property = |schema: Value| json!({"parameters": {"properties": {"city": schema}}});
        for (flaw, code) in [
            (json!({"description": ""}), "description_missing"),
            (json!({"description": "Orders"}), "description_short"),
            (json!({"description": "order status"}), "description_is_name"),
            (json!({"description": "x ".repeat(600)}), "description_long"),
            (json!({"description": "Tells where an order is at the moment."}), "description_no_when"),
            (json!({"parameters": {"additionalProperties": null}}), "schema_open"),
            (json!({"parameters": {"required": null}}), "nothing_required"),
            (property(json!({"description": null})), "parameter_undescribed"),
            (property(json!({"type": null})), "parameter_untyped"),
            (property(json!({"description": "One of: berlin, paris or rome."})), "parameter_enum_in_words"),
            (
                json!({"parameters": {"properties": {"due_date": {"type": "string", "description": "When"}}}}),
                "parameter_format",
            ),
            (
                json!({"parameters": {"properties": {"phone": {"type": "string", "description": "Whom"}}}}),
                "parameter_phone_form",
            ),
            (
                json!({"parameters": {"properties": {"order_id": {"type": "string", "description": "Which"}}}}),
                "parameter_no_example",
            ),
            (
                json!({"parameters": {"properties": {"long": {"type": "string", "description": "y ".repeat(3000)}}}}),
                "schema_large",
            ),
            (json!({"name": "delete_order"}), "effect_destroys"),
            (json!({"effect": "write", "config": {"idempotency": {"honoured": true}}}), "effect_get_writes"),
            (json!({"name": "create_order", "config": {"method": "POST"}}), "effect_writes"),
            (json!({"effect": "write", "config": {"method": "POST"}}), "write_without_key"),
            (json!({"policy": {"timeout_ms": 30_000}}), "silent_for_long"),
            (json!({"policy": {"read_timeout_ms": 9_000}}), "read_timeout_idle"),
            (json!({"config": {"auth": {"type": "bearer", "token": "abc"}}}), "secret_literal"),
            (json!({"config": {"headers": {"X-Api-Key": "abc"}}}), "secret_literal"),
            (json!({"config": {"url": "https://api.example.com/?token=abc"}}), "secret_literal"),
            (json!({"config": {"headers": {"X-Other": "sk-abcdefghijklmnopqrstuv"}}}), "secret_literal"),
        ] {
            let spec = tool(flaw.clone());
            let all = lint(&spec, &[]);
            let found = all.iter().find(|found| found.code == code);
            let found = found.unwrap_or_else(|| panic!("{flaw} is not found to be {code}: {all:?}"));
            assert!(!found.message.is_empty() && !found.field.is_empty());
            if let Some(fix) = &found.fix {
                let mut mended = serde_json::to_value(&spec).unwrap();
                callwright_model::merge::merge_patch(&mut mended, fix);
                let mended: ToolSpec = serde_json::from_value(mended).unwrap();
                assert!(!codes(&mended).contains(&code.to_owned()), "{code}: {fix} does not mend it");
            }
        }
        assert!(
            !codes(&tool(json!({"config": {"auth": {"type": "bearer", "token": "${KEY}"}}})))
                .contains(&"secret_literal".to_owned())
        );
    }

    #[test]
    fn tools_that_are_alike_are_told_apart_by_name_and_description() {
        let spec = tool(json!({}));
        let like = |patch: Value| Outline::of(&tool(patch));
        let found =
            |other: Outline| -> Vec<String> { lint(&spec, &[other]).into_iter().map(|found| found.code).collect() };
        let words = "Plays the music that the caller likes. Use when there is nothing else to do.";
        assert_eq!(found(like(json!({"name": "order_statu", "description": words}))), ["name_near"]);
        assert_eq!(found(like(json!({"name": "status_order", "description": words}))), ["name_same_words"]);
        assert_eq!(found(like(json!({"name": "parcel"}))), ["description_alike"]);
        assert_eq!(found(like(json!({"name": "parcel", "description": words}))), Vec::<String>::new());
        assert_eq!(found(like(json!({}))), Vec::<String>::new(), "a tool is not its own neighbour");
    }
}
