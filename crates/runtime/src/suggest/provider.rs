//! What model providers make of the schema: how large it is, how deep, and what some of them drop.

use std::collections::BTreeMap;

use callwright_model::{
    definition::{Format, define},
    tool::ToolSpec,
};
use serde_json::Value;

use super::finding::{Findings, Weight};

/// A tool that takes more tokens than this is heavy in every turn of a conversation.
const HEAVY_TOKENS: u32 = 1_000;
/// A tool that takes more than this leaves little room for others.
const TOO_HEAVY_TOKENS: u32 = 4_000;
/// Deeper than this models make mistakes.
const DEEP: usize = 4;

/// Looks at the definition in every form.
pub(super) fn examine(spec: &ToolSpec, found: &mut Findings) {
    let tokens = define(std::iter::once(spec), Format::Openai).estimated_tokens;
    if tokens > HEAVY_TOKENS {
        let severity = if tokens > TOO_HEAVY_TOKENS { Weight::Error } else { Weight::Warning };
        let message = format!(
            "the definition takes about {tokens} tokens of every request to the model; shorten descriptions, bind what \
             the server can fill in, or split the tool"
        );
        found.add(severity, "schema_large", "parameters", message);
    }
    let depth = depth(&spec.model_parameters(), 0);
    if depth > DEEP {
        let message = format!("the parameters nest {depth} levels deep; models fill in flat parameters more surely");
        found.add(Weight::Warning, "schema_deep", "parameters", message);
    }
    let mut lost: BTreeMap<(String, String), (Vec<&str>, String)> = BTreeMap::new();
    // Strict mode is asked for and tells its own limits when it is; the others are what people use.
    for format in [Format::Openai, Format::Anthropic, Format::Gemini] {
        for warning in define(std::iter::once(spec), format).warnings {
            if warning.keyword == "description" {
                continue;
            }
            let entry = lost.entry((warning.path, warning.keyword)).or_default();
            entry.0.push(format.as_str());
            entry.1 = warning.message;
        }
    }
    for ((path, keyword), (formats, message)) in lost.into_iter().take(10) {
        let inside = path.replace('/', ".");
        let message = format!("`{keyword}` is lost for {}: {message}", formats.join(", "));
        found.add(Weight::Info, "provider_drops", format!("parameters{inside}"), message);
    }
}

/// How deep objects and lists nest.
fn depth(schema: &Value, above: usize) -> usize {
    if above > 40 {
        return above;
    }
    let mut deepest = above;
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        deepest = properties.values().map(|inner| depth(inner, above + 1)).max().unwrap_or(above).max(above + 1);
    }
    if let Some(items) = schema.get("items") {
        deepest = deepest.max(depth(items, above + 1));
    }
    deepest
}
