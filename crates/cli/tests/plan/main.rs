//! The paths of the tool calling plan, with the plan's own samples.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod functions;
mod library;
mod runs;
mod tools;

use callwright_testkit::{Api, Database, Options, Reply, Server, Upstream};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const TOOLS: &str = "/api/organization/tools";
const TOOL_FIELDS: [&str; 22] = [
    "id",
    "name",
    "display_name",
    "description",
    "tool_type",
    "configuration",
    "function_definition",
    "is_active",
    "require_confirmation",
    "allowed_contexts",
    "timeout_seconds",
    "retry_attempts",
    "version",
    "is_public",
    "is_template",
    "execution_count",
    "last_executed_at",
    "assistant_count",
    "organization_id",
    "user_id",
    "created_at",
    "updated_at",
];
const LOG_FIELDS: [&str; 15] = [
    "execution_id",
    "tool_id",
    "assistant_id",
    "call_id",
    "input_parameters",
    "output_result",
    "status",
    "started_at",
    "completed_at",
    "duration_ms",
    "error_message",
    "error_code",
    "retry_count",
    "trigger_context",
    "user_id",
];

struct World {
    server: Server,
    upstream: Upstream,
}

impl World {
    fn new(database: Database) -> Self {
        let world = Self { server: Server::start(Options::new(BINARY, database)), upstream: Upstream::start() };
        world.api().put("/api/v1/secrets/API_KEY", json!({"value": "key-from-the-vault"})).ok();
        world
    }

    fn api(&self) -> Api {
        self.server.api()
    }

    /// The plan's "Endpoint-Triggered Tools", word for word but for the address.
    fn sample_configuration(&self) -> Value {
        json!({
            "type": "endpoint",
            "method": "POST",
            "url": self.upstream.url("/webhook"),
            "headers": {"Authorization": "Bearer ${API_KEY}", "Content-Type": "application/json"},
            "authentication": {"type": "bearer", "token_field": "api_key", "header_name": "Authorization"},
            "request_body_template": {
                "call_sid": "${call_sid}",
                "phone_number": "${phone_number}",
                "parameters": "${parameters}"
            },
            "response_handling": {"success_field": "success", "message_field": "message", "data_field": "data"}
        })
    }

    fn sample(&self) -> Value {
        json!({
            "name": "search_knowledge_base",
            "display_name": "Search Knowledge Base",
            "description": "Search the company knowledge base for information",
            "tool_type": "endpoint",
            "configuration": self.sample_configuration(),
            "function_definition": sample_definition(),
        })
    }

    fn made(&self) -> Value {
        self.api().post(TOOLS, self.sample()).expect(201)
    }

    fn get(&self, name: &str, method: &str) -> Value {
        let configuration = json!({"method": method, "url": self.upstream.url("/")});
        self.api().post(TOOLS, json!({"name": name, "configuration": configuration})).expect(201)
    }
}

/// The plan's "Tool Definition Schema".
fn sample_definition() -> Value {
    json!({
        "type": "function",
        "function": {
            "name": "search_knowledge_base",
            "description": "Search the company knowledge base for information",
            "parameters": {
                "type": "object",
                "properties": {
                    "query": {"type": "string", "description": "The search query"},
                    "category": {
                        "type": "string",
                        "enum": ["products", "support", "billing"],
                        "description": "Category to search in"
                    }
                },
                "required": ["query"]
            }
        }
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn rows(value: Value) -> Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no bare array")).clone()
}

fn assert_fields(value: &Value, fields: &[&str]) {
    let mut given: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    let mut wanted = fields.to_vec();
    given.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(given, wanted);
}

fn field(reply: &Reply) -> (u16, String) {
    (reply.status, text(&reply.body["error"]["details"]["field"]))
}
