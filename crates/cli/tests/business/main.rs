//! The business tools, and agents to begin with, over the network and on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod calendar;
mod packs;
mod seeds;
mod tasks;

use callwright_testkit::{Api, Database, Options, Server};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
/// The eight, by name.
const EIGHT: [&str; 8] = [
    "calculator",
    "calendar_manager",
    "data_analysis",
    "database_query",
    "document_generator",
    "send_email",
    "task_manager",
    "web_search",
];

fn server(database: Database) -> Server {
    Server::start(Options::new(BINARY, database).with_business_tools())
}

fn answered(api: &Api, tool: &str, arguments: Value) -> Value {
    api.post(&format!("/api/v1/tools/{tool}/call"), json!({ "arguments": arguments })).expect(200)
}

/// The data of a call that works.
#[track_caller]
fn done(api: &Api, tool: &str, arguments: Value) -> Value {
    let answer = answered(api, tool, arguments.clone());
    assert_eq!(answer["success"], true, "{arguments}: {answer}");
    answer["data"].clone()
}

/// The error of a call that does not.
#[track_caller]
fn failed(api: &Api, tool: &str, arguments: Value) -> Value {
    let answer = answered(api, tool, arguments.clone());
    assert_eq!(answer["success"], false, "{arguments}: {answer}");
    answer["error"].clone()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
