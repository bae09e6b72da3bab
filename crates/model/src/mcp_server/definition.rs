//! What an MCP server says of one of its tools.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{Timestamp, id::ToolId, tool::Effect};

/// A tool as its server defines it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct McpDefinition {
    /// Its name there.
    pub name: String,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON Schema of its arguments.
    #[schema(value_type = Object)]
    pub input_schema: Value,
    /// JSON Schema of its structured result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub output_schema: Option<Value>,
    /// What the server hints at: `readOnlyHint`, `destructiveHint` and others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub annotations: Option<Value>,
}

impl McpDefinition {
    /// What a definition is told apart by. The order of fields in an object does not count.
    pub fn hash(&self) -> String {
        let mut text = String::new();
        canonical(&serde_json::to_value(self).unwrap_or_default(), &mut text);
        let digest = Sha256::digest(text.as_bytes());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256:{hex}")
    }

    /// What calling it does to the world, as far as its server is believed.
    pub fn effect(&self) -> Effect {
        let hint = |name: &str| self.annotations.as_ref().and_then(|hints| hints.get(name)).and_then(Value::as_bool);
        match (hint("destructiveHint"), hint("readOnlyHint")) {
            (_, Some(true)) => Effect::Read,
            (Some(true), _) => Effect::Destructive,
            _ => Effect::Write,
        }
    }

    /// A name that every model provider takes.
    pub fn callable_name(&self) -> String {
        let mut name: String = self
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' })
            .collect();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            name.insert(0, '_');
        }
        name.truncate(64);
        name
    }
}

fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_by(|one, other| one.0.cmp(other.0));
            out.push('{');
            for (name, value) in fields {
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// How a tool of an MCP server stands with us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum McpToolState {
    /// It is offered, and nobody has taken it over.
    Available,
    /// It is one of our tools, and its definition is the one that was agreed to.
    Adopted,
    /// It is one of our tools, but its definition has changed: calls are refused until somebody accepts it.
    Quarantined,
    /// It is one of our tools, but its server does not offer it any more.
    Gone,
}

/// A tool of an MCP server as it was last seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct McpUpstreamTool {
    /// Its definition.
    #[serde(flatten)]
    pub definition: McpDefinition,
    /// The definition's hash.
    pub hash: String,
    /// How it stands with us.
    pub state: McpToolState,
    /// Our tool's name, when it was taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopted_as: Option<String>,
    /// Our tool's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_id: Option<ToolId>,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// When its definition last changed.
    pub changed_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definition(more: Value) -> McpDefinition {
        let mut value = json!({"name": "t", "input_schema": {"type": "object", "properties": {"a": {}, "b": {}}}});
        crate::merge::merge_patch(&mut value, &more);
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_hash_follows_every_part_and_no_order() {
        let plain = definition(json!({})).hash();
        let other: McpDefinition = serde_json::from_value(
            json!({"input_schema": {"properties": {"b": {}, "a": {}}, "type": "object"}, "name": "t"}),
        )
        .unwrap();
        assert_eq!(other.hash(), plain);
        for change in [
            json!({"name": "u"}),
            json!({"description": "d"}),
            json!({"title": "t"}),
            json!({"input_schema": {"properties": {"c": {}}}}),
            json!({"output_schema": {"type": "object"}}),
            json!({"annotations": {"readOnlyHint": true}}),
        ] {
            assert_ne!(definition(change.clone()).hash(), plain, "{change}");
        }
    }

    #[test]
    fn hints_become_an_effect_and_names_become_callable() {
        let effect = |hints| definition(json!({ "annotations": hints })).effect();
        assert_eq!(effect(json!({"readOnlyHint": true})), Effect::Read);
        assert_eq!(effect(json!({"destructiveHint": true})), Effect::Destructive);
        assert_eq!(effect(json!({"readOnlyHint": false})), Effect::Write);
        assert_eq!(definition(json!({})).effect(), Effect::Write);
        assert_eq!(definition(json!({"name": "1 get.ticket"})).callable_name(), "_1_get_ticket");
    }
}
