//! Workflows over the native API and the guide's paths, and agents and workflows as tools; on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod agents;
mod chains;
mod command;
mod items;
mod killed;
mod nested;
mod refused;

use callwright_testkit::{Api, Database, Options, Server, Upstream, eventually};
use serde_json::{Value, json};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

/// A server with an upstream.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) upstream: Upstream,
    pub(crate) api: Api,
}

impl World {
    pub(crate) fn new(database: Database) -> Self {
        Self::with(Options::new(BINARY, database))
    }

    pub(crate) fn with(options: Options) -> Self {
        let server = Server::start(options);
        let api = server.api();
        Self { server, upstream: Upstream::start(), api }
    }

    /// A tool that asks the upstream at a path of its own name; `rest` comes over it.
    pub(crate) fn tool(&self, name: &str, rest: Value) {
        let mut tool = json!({
            "name": name, "kind": "http", "effect": "read", "parameters": {"type": "object"},
            "config": {"method": "POST", "url": self.upstream.url(&format!("/{name}"))}
        });
        for (key, value) in rest.as_object().unwrap() {
            tool[key] = value.clone();
        }
        // A kind with parameters of its own is asked for with none.
        tool.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        self.api.post("/api/v1/tools", tool).expect(201);
    }

    /// An agent that plays `script`, with these tools.
    pub(crate) fn agent(&self, name: &str, script: Value, tools: &[&str]) -> String {
        let agent = json!({"name": name, "model": "scripted", "metadata": {"script": script}});
        let made = self.api.post("/api/v1/agents", agent).expect(201);
        for tool in tools {
            self.api.put(&format!("/api/v1/agents/{name}/tools/{tool}"), json!({})).ok();
        }
        id(&made)
    }

    pub(crate) fn workflow(&self, name: &str, rest: Value) -> Value {
        let mut workflow = json!({ "name": name });
        for (key, value) in rest.as_object().unwrap() {
            workflow[key] = value.clone();
        }
        self.api.post("/api/v1/workflows", workflow).expect(201)
    }

    /// Runs a workflow and waits until it has ended, or waits for somebody.
    #[track_caller]
    pub(crate) fn run(&self, workflow: &str, input: Value) -> Value {
        self.run_with(workflow, json!({ "input": input }))
    }

    #[track_caller]
    pub(crate) fn run_with(&self, workflow: &str, mut wish: Value) -> Value {
        wish["wait_ms"] = json!(30_000);
        self.api.post(&format!("/api/v1/workflows/{workflow}/runs"), wish).ok()
    }

    pub(crate) fn steps(&self, run: &Value) -> Vec<Value> {
        let page = self.api.get(&format!("/api/v1/runs/{}/steps?limit=200", id(run))).expect(200);
        page["items"].as_array().unwrap().clone()
    }

    /// The states of the steps themselves, in order.
    pub(crate) fn states(&self, run: &Value) -> Vec<(String, String)> {
        let own = self.steps(run).into_iter().filter(|step| step["position"] == 0);
        own.map(|step| (text(&step["name"]), text(&step["state"]))).collect()
    }

    /// A run once it has ended.
    #[track_caller]
    pub(crate) fn ended(&self, run: &Value) -> Value {
        eventually("the run ends", 40, || {
            let run = self.api.get(&format!("/api/v1/runs/{}?wait_ms=2000", id(run))).expect(200);
            ["completed", "failed", "cancelled"].contains(&run["state"].as_str().unwrap()).then_some(run)
        })
    }

    /// The runs that a run asked for, oldest first.
    pub(crate) fn children(&self, run: &Value) -> Vec<Value> {
        let page = self.api.get(&format!("/api/v1/runs?limit=200&parent_id={}", id(run))).expect(200);
        let mut runs = page["items"].as_array().unwrap().clone();
        runs.reverse();
        runs
    }

    /// Another token of the same administrator decides: the one that asked may not.
    pub(crate) fn decide(&self, verdict: &str) {
        let made = self.api.post("/api/v1/tokens", json!({"name": "operator"})).expect(201);
        let operator = self.api.with_token(made["token"].as_str().unwrap());
        let inbox = operator.get("/api/v1/approvals?state=open&kind=approval").expect(200);
        let ticket = id(&inbox["items"][0]);
        operator.post(&format!("/api/v1/approvals/{ticket}/{verdict}"), json!({})).expect(200);
    }
}

#[track_caller]
pub(crate) fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("no id in {value}")).to_owned()
}

#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).to_owned()
}

#[track_caller]
pub(crate) fn is(run: &Value, state: &str) {
    assert_eq!(run["state"], state, "{run}");
}

/// Pairs of names and states, as [`World::states`] gives them.
pub(crate) fn states(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(name, state)| ((*name).to_owned(), (*state).to_owned())).collect()
}
