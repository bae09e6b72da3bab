//! Conversations over the socket of ElevenLabs' clients: the wire itself, the official clients unchanged, servers that
//! are killed and connections that are bad; on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod bad_line;
mod documents;
mod fragments;
mod guards;
mod killed;
mod log;
mod official;
mod steps;
mod wire;

use callwright_testkit::{Api, Database, Live, Options, Server};
use serde_json::{Value, json};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

/// A server with an agent that knows client tools.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) api: Api,
    /// The agent's id.
    pub(crate) agent: String,
}

/// What the agent does, by what is said.
pub(crate) fn script() -> Value {
    let add = |name: &str, a: i64, b: i64| json!({"name": name, "arguments": {"a": a, "b": b}});
    json!([
        {"when": "add", "turns": [{"say": "Let me add.", "calls": [add("add", 2, 3)]}, {"say": "sum {{results.add}}"}]},
        {"when": "both", "turns": [
            {"calls": [add("slow_add", 10, 1), add("add", 1, 1), {"name": "obj"}, {"name": "empty"}]},
            {"say": "{{results.slow_add}} and {{results.add}} and {{results.obj.k}} and {{results.empty}}"},
        ]},
        {"when": "boom", "turns": [{"calls": [{"name": "boom"}]}, {"say": "it said {{result}}"}]},
        {"when": "nope", "turns": [{"calls": [{"name": "nope"}]}, {"say": "it said {{result}}"}]},
        {"when": "never", "turns": [{"calls": [{"name": "never"}]}, {"say": "it said {{result}}"}]},
        {"when": "tell", "turns": [{"calls": [{"name": "tell", "arguments": {"page": 7}}]}, {"say": "told"}]},
        {"when": "wait", "turns": [{"delay_ms": 30000, "say": "too late"}]},
        {"when": "fail", "turns": [{"fail": {"kind": "invalid_request", "message": "no such model"}}]},
        {"turns": [{"say": "you said: {{message}}"}]},
    ])
}

impl World {
    pub(crate) fn new(database: Database) -> Self {
        Self::with(Options::new(BINARY, database), json!({}))
    }

    pub(crate) fn with(options: Options, profile: Value) -> Self {
        let server = Server::start(options);
        let api = server.api();
        let mut spec = json!({"name": "Helper", "model": "scripted", "metadata": {"script": script()}});
        for (key, value) in profile.as_object().unwrap() {
            spec[key] = value.clone();
        }
        let agent = api.post("/api/v1/agents", spec).expect(201)["id"].as_str().unwrap().to_owned();
        let numbers = json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"], "additionalProperties": false});
        let anything = json!({"type": "object"});
        for (name, parameters, config) in [
            ("add", &numbers, json!({"timeout_s": 20})),
            ("slow_add", &numbers, json!({"timeout_s": 20})),
            ("obj", &anything, json!({})),
            ("empty", &anything, json!({})),
            ("boom", &anything, json!({})),
            ("nope", &anything, json!({})),
            ("never", &anything, json!({"timeout_s": 2})),
            ("tell", &anything, json!({"expects_response": false})),
        ] {
            let tool = json!({"name": name, "kind": "client", "parameters": parameters, "config": config});
            api.post("/api/v1/tools", tool).expect(201);
            api.put(&format!("/api/v1/agents/Helper/tools/{name}"), json!({})).ok();
        }
        Self { server, api, agent }
    }

    /// A conversation as the administrator.
    pub(crate) fn talk(&self) -> Talk {
        Talk::open(&self.api, &format!("agent_id={}", self.agent), json!({}))
    }

    /// A conversation as the log has it.
    pub(crate) fn logged(&self, id: &str) -> Value {
        self.api.get(&format!("/api/v1/conversations/{id}")).expect(200)
    }
}

/// A client of the wire.
pub(crate) struct Talk {
    pub(crate) live: Live,
    pub(crate) id: String,
    pub(crate) token: String,
}

impl Talk {
    /// Connects and says the first frame with `init` in it.
    #[track_caller]
    pub(crate) fn open(api: &Api, query: &str, init: Value) -> Self {
        let mut live = Live::open(api, &format!("/v1/convai/conversation?{query}"));
        live.send(&first(init).to_string());
        let metadata = live.read().expect("the first frame");
        assert_eq!(metadata["type"], "conversation_initiation_metadata", "{metadata}");
        let event = &metadata["conversation_initiation_metadata_event"];
        assert_eq!(event["agent_output_audio_format"], "pcm_16000");
        let text = |name: &str| event[name].as_str().unwrap().to_owned();
        Self { id: text("conversation_id"), token: text("reconnect_token"), live }
    }

    pub(crate) fn send(&mut self, frame: Value) {
        self.live.send(&frame.to_string());
    }

    pub(crate) fn say(&mut self, text: &str) {
        self.send(json!({"type": "user_message", "text": text}));
    }

    /// The next frame of a kind; pings are answered meanwhile, everything else is passed over.
    #[track_caller]
    pub(crate) fn until(&mut self, kind: &str) -> Value {
        let (began, mut passed) = (std::time::Instant::now(), Vec::new());
        loop {
            let frame = self.live.read().unwrap_or_else(|| {
                panic!("no `{kind}` came within {:?}; before the socket ended: {passed:?}", began.elapsed())
            });
            if frame["type"] == "ping" {
                self.send(json!({"type": "pong", "event_id": frame["ping_event"]["event_id"]}));
            }
            if frame["type"] == kind {
                return frame;
            }
            passed.push(frame.to_string());
        }
    }

    /// What the agent says next.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> String {
        self.until("agent_response")["agent_response_event"]["agent_response"].as_str().unwrap().to_owned()
    }

    /// The next call of a client tool: its name, its id and its parameters.
    #[track_caller]
    pub(crate) fn call(&mut self) -> (String, String, Value) {
        let call = self.until("client_tool_call")["client_tool_call"].clone();
        let text = |name: &str| call[name].as_str().unwrap().to_owned();
        (text("tool_name"), text("tool_call_id"), call["parameters"].clone())
    }

    pub(crate) fn result(&mut self, id: &str, result: Value, is_error: bool) {
        self.send(json!({"type": "client_tool_result", "tool_call_id": id, "result": result, "is_error": is_error}));
    }
}

/// The first frame of a client.
pub(crate) fn first(init: Value) -> Value {
    let mut frame = json!({"type": "conversation_initiation_client_data", "custom_llm_extra_body": {},
        "conversation_config_override": {"text_only": true}, "dynamic_variables": {},
        "source_info": {"source": "test", "version": "1"}});
    for (key, value) in init.as_object().unwrap() {
        frame[key] = value.clone();
    }
    frame
}
