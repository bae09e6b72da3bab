//! Tests: what goes in by the plan's paths comes out the same, and nothing of ours is lost on the way.
//!
//! Tools by example are in `examples`, what is refused in `refusals`, the document of the API and the log in `document`,
//! and whatever a configuration may say in `any`.

mod any;
mod document;
mod examples;
mod refusals;

use std::collections::BTreeSet;

use callwright_model::{
    Fault, IdSource, Object, Timestamp,
    tool::{Tool, ToolSpec},
};
use serde_json::{Value, json};

use super::tool::{Counts, PlanTool, ToolInput};

fn secrets() -> BTreeSet<String> {
    ["API_KEY", "lower_key", "Mixed_Key", "call_sid"].map(str::to_owned).into()
}

fn object(value: Value) -> Object {
    serde_json::from_value(value).unwrap()
}

fn create(body: Value) -> Result<ToolSpec, Fault> {
    ToolInput::parse(object(body))?.create(&secrets())
}

fn update(current: &ToolSpec, body: Value) -> Result<ToolSpec, Fault> {
    ToolInput::parse(object(body))?.apply(&stored(current), &secrets())
}

/// The registry gives every tool a version; what an update does not say counts up by itself.
fn stored(spec: &ToolSpec) -> ToolSpec {
    ToolSpec { version: Some("1.0.0".to_owned()), ..spec.clone() }
}

fn show(spec: &ToolSpec) -> Value {
    let ids = IdSource::default();
    let tool = Tool {
        id: ids.next(),
        organization_id: ids.next(),
        user_id: ids.next(),
        spec: stored(spec),
        revision: 1,
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    };
    serde_json::to_value(PlanTool::new(Counts::default(), tool)).unwrap()
}

fn field(fault: &Fault) -> &str {
    fault.details.as_ref().unwrap()["field"].as_str().unwrap()
}

fn spec(value: Value) -> ToolSpec {
    serde_json::from_value(value).unwrap()
}

/// The example of the plan's own document.
fn example() -> Value {
    json!({
        "name": "search_knowledge_base",
        "display_name": "Search Knowledge Base",
        "description": "Search the company knowledge base for information",
        "tool_type": "endpoint",
        "configuration": {
            "type": "endpoint",
            "method": "POST",
            "url": "https://api.example.com/webhook",
            "headers": {"Authorization": "Bearer ${API_KEY}", "Content-Type": "application/json"},
            "authentication": {"type": "bearer", "token_field": "api_key", "header_name": "Authorization"},
            "request_body_template": {
                "call_sid": "${call_sid}", "phone_number": "${phone_number}", "parameters": "${parameters}"
            },
            "response_handling": {"success_field": "success", "message_field": "message", "data_field": "data"}
        },
        "function_definition": {
            "type": "function",
            "function": {
                "name": "search_knowledge_base",
                "description": "Search the company knowledge base for information",
                "parameters": {
                    "type": "object",
                    "properties": {"query": {"type": "string"}, "category": {"type": "string", "enum": ["a", "b"]}},
                    "required": ["query"]
                }
            }
        },
        "is_active": true, "require_confirmation": false, "allowed_contexts": ["call", "sms", "webhook"],
        "timeout_seconds": 20, "retry_attempts": 2, "is_public": false, "is_template": false
    })
}

/// What is wrong with `value` by the schema of that name in the document of the API.
fn misfits(name: &str, value: &Value) -> Vec<String> {
    let mut schema: Value = serde_json::from_str(&crate::openapi::document().to_json().unwrap()).unwrap();
    schema["$ref"] = json!(format!("#/components/schemas/{name}"));
    let validator = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).offline().build(&schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
