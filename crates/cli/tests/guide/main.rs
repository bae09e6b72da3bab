//! The agent guide: its tools, agents and jobs, with the guide's own shapes.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod agents;
mod errors;
mod functions;
mod jobs;
mod samples;
mod sharing;
mod templates;
mod tools;
mod trials;

use callwright_testkit::{Api, Database, Options, Reply, Server, Upstream};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const TOOLS: &str = "/agents/tools";
const KEY: &str = "key-of-the-weather-service";
const MASK: &str = "********";

struct World {
    server: Server,
    upstream: Upstream,
}

impl World {
    fn new(database: Database) -> Self {
        Self { server: Server::start(Options::new(BINARY, database)), upstream: Upstream::start() }
    }

    /// A client that says who it is as the guide does.
    fn api(&self) -> Api {
        self.server.api().anonymous().with_header("X-Token", self.server.token())
    }

    /// The guide's second method: a tool that asks an API, with a key in the query.
    fn weather(&self) -> Value {
        json!({
            "name": "weather_lookup",
            "description": "Weather at a place, now and in the days to come",
            "category": "information",
            "tool_type": "api_endpoint",
            "parameters_schema": {
                "type": "object",
                "properties": {
                    "location": {"type": "string", "description": "A city, or coordinates"},
                    "units": {"type": "string", "enum": ["metric", "imperial", "kelvin"], "default": "metric"},
                    "include_forecast": {"type": "boolean", "default": false}
                },
                "required": ["location"]
            },
            "implementation": {
                "url": self.upstream.url("/data/2.5/weather"),
                "method": "GET",
                "headers": {"Content-Type": "application/json"},
                "auth": {"type": "api_key", "key_name": "appid", "api_key": KEY}
            },
            "requires_auth": true,
            "max_execution_time_ms": 15000,
            "is_shared": true
        })
    }

    /// The guide's third: one that hands its arguments to a webhook.
    fn slack(&self) -> Value {
        json!({
            "name": "slack_notification",
            "description": "Tells a channel something",
            "category": "communication",
            "tool_type": "webhook",
            "parameters_schema": {
                "type": "object",
                "properties": {
                    "channel": {"type": "string"},
                    "message": {"type": "string"},
                    "priority": {"type": "string", "enum": ["low", "medium", "high", "urgent"], "default": "medium"},
                    "include_timestamp": {"type": "boolean", "default": true},
                    "mention_users": {"type": "array", "items": {"type": "string"}}
                },
                "required": ["channel", "message"]
            },
            "implementation": {
                "webhook_url": self.upstream.url("/services/hook"),
                "method": "POST",
                "headers": {"Content-Type": "application/json"},
                "callback_required": false
            },
            "max_execution_time_ms": 5000,
            "is_shared": true
        })
    }

    /// A small tool of a category, not shared.
    fn made(&self, api: &Api, name: &str, category: &str) -> Value {
        let implementation = json!({"url": self.upstream.url("/"), "method": "GET"});
        let tool =
            json!({"name": name, "category": category, "tool_type": "api_endpoint", "implementation": implementation});
        ok(api.post(&format!("{TOOLS}/create"), tool))
    }
}

/// The body of an answer that worked, which says so itself.
#[track_caller]
fn ok(reply: Reply) -> Value {
    assert_eq!(reply.body["response"], "200", "{reply:?}");
    reply.expect(200)
}

/// What a refusal says, when it has the guide's form and nothing else.
#[track_caller]
fn refused(reply: Reply, status: u16) -> String {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.body["response"], status.to_string(), "{reply:?}");
    assert_eq!(reply.body.as_object().unwrap().len(), 2, "{reply:?}");
    assert!(reply.header("x-request-id").is_some());
    text(&reply.body["error"])
}

#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn names(list: &Value, field: &str) -> String {
    list["tools"].as_array().unwrap().iter().map(|tool| text(&tool[field])).collect::<Vec<_>>().join(" ")
}
