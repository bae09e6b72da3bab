//! The entrance of the Model Context Protocol: the wire itself in both revisions, and clients that people use, unchanged.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod clients;
mod listening;
mod nodes;
mod sessions;
mod stdio;
mod tasks;
mod wire;

use callwright_testkit::{Answer, Api, Database, Options, Reply, Server, Upstream};
use serde_json::{Value, json};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
pub(crate) const STATELESS: &str = "2026-07-28";

/// A server with tools of every kind of effect, and an agent that has some of them.
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
        let upstream = Upstream::start();
        upstream.respond(|request| match Some(request.path()) {
            Some("/weather") => Answer::json(200, json!({"city": "Paris", "degrees": 21})),
            Some("/broken") => Answer::json(500, json!({"error": "the station is closed"})),
            _ => Answer::json(200, json!({"paid": true})),
        });
        let server = Server::start(options);
        let api = server.api();
        let city = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["city"],
            "properties": {"city": {"type": "string", "description": "The city"}, "units": {"type": "string"}},
            "additionalProperties": false});
        let answer =
            json!({"type": "object", "properties": {"city": {"type": "string"}, "degrees": {"type": "number"}}});
        let amount = json!({"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]});
        for tool in [
            json!({"name": "get_weather", "display_name": "Weather", "description": "Says how the weather is.", "kind": "http",
                "effect": "read", "parameters": city, "result": {"schema": answer},
                "config": {"method": "GET", "url": upstream.url("/weather?city={{ parameters.city }}&units={{ parameters.units | default('c') }}")}}),
            json!({"name": "broken", "description": "Fails.", "kind": "http", "effect": "read",
                "config": {"method": "GET", "url": upstream.url("/broken")}}),
            json!({"name": "pay", "description": "Pays.", "kind": "http", "effect": "write", "parameters": amount,
                "config": {"method": "POST", "url": upstream.url("/pay"), "body": {"json": {"amount": "{{ parameters.amount }}"}}}}),
            json!({"name": "refund", "description": "Pays back.", "kind": "http", "effect": "write", "parameters": amount,
                "policy": {"confirm": "Pay {{ parameters.amount }} back?"},
                "config": {"method": "POST", "url": upstream.url("/refund")}}),
            json!({"name": "hire", "description": "Hires.", "kind": "http", "effect": "write", "policy": {"approval": true},
                "config": {"method": "POST", "url": upstream.url("/hire")}}),
        ] {
            api.post("/api/v1/tools", tool).expect(201);
        }
        api.post("/api/v1/agents", json!({"name": "Desk", "model": "scripted", "description": "Knows the weather."}))
            .expect(201);
        api.put(
            "/api/v1/agents/Desk/tools/get_weather",
            json!({"overrides": {"description": "Weather for guests.", "bound": {"units": "f"}}}),
        )
        .ok();
        Self { server, upstream, api }
    }

    /// A client of an endpoint in the revision without sessions.
    pub(crate) fn stateless(&self, path: &str) -> Stateless {
        Stateless { api: self.api.clone(), path: path.to_owned(), can: json!({}) }
    }
}

pub(crate) const ACCEPT: (&str, &str) = ("accept", "application/json, text/event-stream");
pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");

/// A client of the revision without sessions.
pub(crate) struct Stateless {
    pub(crate) api: Api,
    pub(crate) path: String,
    pub(crate) can: Value,
}

impl Stateless {
    pub(crate) fn ask(&self, method: &str, mut params: Value) -> Reply {
        params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!(STATELESS);
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = self.can.clone();
        params["_meta"]["io.modelcontextprotocol/clientInfo"] = json!({"name": "test", "version": "1"});
        let name =
            params.get("name").or_else(|| params.get("uri")).and_then(Value::as_str).unwrap_or_default().to_owned();
        let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        let mut headers = vec![ACCEPT, JSON, ("mcp-protocol-version", STATELESS), ("mcp-method", method)];
        if !name.is_empty() {
            headers.push(("mcp-name", &name));
        }
        self.api.raw("POST", &self.path, &headers, Some(body.to_string().into_bytes()))
    }

    #[track_caller]
    pub(crate) fn result(&self, method: &str, params: Value) -> Value {
        let reply = self.ask(method, params).expect(200);
        assert!(reply["error"].is_null(), "{reply}");
        reply["result"].clone()
    }

    #[track_caller]
    pub(crate) fn call(&self, name: &str, arguments: Value) -> Value {
        self.result("tools/call", json!({"name": name, "arguments": arguments}))
    }
}

/// A client with a session.
pub(crate) struct Session {
    pub(crate) api: Api,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) begun: Value,
}

impl Session {
    pub(crate) fn begin(api: &Api, path: &str, can: Value) -> Self {
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": can, "clientInfo": {"name": "test", "version": "1"}});
        let body = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params});
        let reply = api.raw("POST", path, &[ACCEPT, JSON], Some(body.to_string().into_bytes()));
        let id = reply.header("mcp-session-id").unwrap_or_else(|| panic!("no session: {reply:?}")).to_owned();
        let session = Self { api: api.clone(), path: path.to_owned(), id, begun: answer_of(&reply)["result"].clone() };
        session.tell("notifications/initialized", json!({}));
        session
    }

    pub(crate) fn send(&self, message: &Value) -> Reply {
        let headers = [ACCEPT, JSON, ("mcp-session-id", self.id.as_str()), ("mcp-protocol-version", "2025-11-25")];
        self.api.raw("POST", &self.path, &headers, Some(message.to_string().into_bytes()))
    }

    pub(crate) fn tell(&self, method: &str, params: Value) {
        let reply = self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
        assert_eq!(reply.status, 202, "{reply:?}");
    }

    pub(crate) fn ask(&self, method: &str, params: Value) -> Value {
        let reply = self.send(&json!({"jsonrpc": "2.0", "id": 9, "method": method, "params": params}));
        assert_eq!(reply.status, 200, "{reply:?}");
        answer_of(&reply)
    }

    #[track_caller]
    pub(crate) fn call(&self, name: &str, arguments: Value) -> Value {
        let answer = self.ask("tools/call", json!({"name": name, "arguments": arguments}));
        assert!(answer["error"].is_null(), "{answer}");
        answer["result"].clone()
    }
}

/// The messages of an answer: one, or a stream of them.
pub(crate) fn messages_of(reply: &Reply) -> Vec<Value> {
    if reply.body.is_object() {
        return vec![reply.body.clone()];
    }
    let data = reply.text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.filter_map(|data| serde_json::from_str(data).ok()).collect()
}

/// The answer itself.
#[track_caller]
pub(crate) fn answer_of(reply: &Reply) -> Value {
    let messages = messages_of(reply);
    let found = messages.into_iter().rev().find(|message| message.get("method").is_none());
    found.unwrap_or_else(|| panic!("no answer in {reply:?}"))
}

/// The first text of a result.
#[track_caller]
pub(crate) fn text(result: &Value) -> String {
    let blocks = result["content"].as_array().unwrap_or_else(|| panic!("no content in {result}"));
    let text = blocks.iter().find_map(|block| block["text"].as_str());
    text.unwrap_or_else(|| panic!("no text in {result}")).to_owned()
}

/// The names of a list of tools.
pub(crate) fn names(list: &Value) -> Vec<String> {
    list["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}
