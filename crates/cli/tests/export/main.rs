//! Tools in other people's forms over HTTP and by the command line, and back; what a form cannot hold is listed. The
//! official Python client of ElevenLabs reads what is written for it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::process::Command;

use callwright_testkit::{Answer, Api, Database, Options, Ran, Server, Upstream, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn start(database: Database) -> Server {
    Server::start(Options::new(BINARY, database))
}

fn import(api: &Api, format: &str, document: Value) -> Value {
    api.post("/api/v1/imports", json!({"format": format, "document": document, "source": format})).expect(200)
}

fn exported(api: &Api, tool: &str, form: &str) -> Value {
    api.get(&format!("/api/v1/tools/{tool}/export?format={form}")).expect(200)
}

/// A webhook of ElevenLabs that asks `upstream`.
fn webhook(upstream: &Upstream) -> Value {
    json!({"tool_config": {
        "type": "webhook", "name": "book_slot", "description": "Books a slot.", "response_timeout_secs": 12,
        "interruption_mode": "allow",
        "api_schema": {
            "url": upstream.url("/calendars/{calendar}/slots"), "method": "POST",
            "path_params_schema": {"calendar": {"type": "string", "description": "The calendar"}},
            "query_params_schema": {"properties": {
                "locale": {"type": "string", "constant_value": "en {{x}} ${y}"}, "caller": {"type": "string", "dynamic_variable": "caller"}}},
            "request_body_schema": {"type": "object", "required": ["start"], "properties": {
                "start": {"type": "string", "description": "When"}, "note": {"type": "string", "description": "A note"},
                "customer": {"type": "string", "dynamic_variable": "customer_id"}, "source": {"type": "string", "constant_value": "voice"}}},
            "request_headers": {"X-Api-Key": {"secret_id": "SHOP_KEY"}, "X-Session": {"variable_name": "session"}},
            "response_filter": {"mode": "allow", "filters": ["data.id"]}
        }
    }})
}

#[test]
fn a_webhook_of_elevenlabs_is_called_as_it_says_and_goes_back() {
    on_both(|database| {
        let server = start(database);
        let (api, upstream) = (server.api(), Upstream::start());
        api.put("/api/v1/secrets/SHOP_KEY", json!({"value": "hidden-value"})).ok();
        let document = webhook(&upstream);
        let report = import(&api, "elevenlabs", document.clone());
        assert_eq!(report["items"][0]["name"], "book_slot", "{report}");
        upstream.next(Answer::json(200, json!({"data": {"id": 5, "more": 1}})));
        let context = json!({"caller": "+49", "customer_id": "c_1", "session": "s_1"});
        let answer = api
            .post(
                "/api/v1/tools/book_slot/call",
                json!({"arguments": {"calendar": "main/2", "start": "10:00"}, "context": context}),
            )
            .expect(200);
        assert_eq!((&answer["success"], &answer["data"]), (&json!(true), &json!({"data.id": 5})), "{answer}");
        let asked = &upstream.requests()[0];
        assert_eq!(asked.path(), "/calendars/main%2F2/slots");
        assert_eq!(asked.json(), json!({"start": "10:00", "customer": "c_1", "source": "voice"}));
        assert_eq!((asked.header("x-api-key"), asked.header("x-session")), (Some("hidden-value"), Some("s_1")));
        assert!(asked.query().contains("caller=%2B49"), "{}", asked.query());
        // A variable that nobody gave is no empty text.
        let refused = api
            .post("/api/v1/tools/book_slot/call", json!({"arguments": {"calendar": "a", "start": "b"}, "context": {}}))
            .expect(200);
        assert_eq!(refused["success"], false, "{refused}");
        assert_eq!(upstream.count(), 1);

        let back = exported(&api, "book_slot", "elevenlabs");
        assert_eq!(back["definition"], document, "{back}");
        assert_eq!(back["lost"], json!([]));
        assert!(!back.to_string().contains("hidden-value"));
    });
}

#[test]
fn a_function_of_vapi_is_asked_in_its_envelope() {
    on_both(|database| {
        let server = start(database);
        let (api, upstream) = (server.api(), Upstream::start());
        let document = json!({"type": "function",
            "function": {"name": "check_stock", "description": "Tells what is in stock.", "parameters": {
                "type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}}}},
            "server": {"url": upstream.url("/vapi"), "timeoutSeconds": 9},
            "messages": [{"type": "request-start", "content": "One moment, {{name}}."}]});
        import(&api, "vapi", document.clone());
        upstream.next(Answer::json(
            200,
            json!({"results": [{"toolCallId": "x", "name": "check_stock", "result": "7 pieces"}]}),
        ));
        let answer = api
            .post("/api/v1/tools/check_stock/call", json!({"arguments": {"sku": "A1"}, "context": {"name": "Ann"}}))
            .expect(200);
        assert_eq!((&answer["success"], &answer["data"]), (&json!(true), &json!("7 pieces")), "{answer}");
        let asked = upstream.requests()[0].json();
        let call = &asked["message"]["toolCallList"][0];
        assert_eq!(asked["message"]["type"], "tool-calls");
        assert_eq!(call["function"], json!({"name": "check_stock", "arguments": {"sku": "A1"}}));
        assert_eq!(call["id"], answer["execution_id"]);
        assert_eq!(exported(&api, "check_stock", "vapi")["definition"], document);
        let function = exported(&api, "check_stock", "openai");
        assert_eq!(function["definition"]["function"]["strict"], Value::Null, "an open schema is not strict");
        let lost: Vec<&str> =
            function["lost"].as_array().unwrap().iter().map(|lost| lost["field"].as_str().unwrap()).collect();
        for field in ["config", "speech", "result.data", "policy.timeout_ms"] {
            assert!(lost.contains(&field), "{field}: {lost:?}");
        }
    });
}

#[test]
fn an_agents_tools_are_exported_as_it_has_them_in_pages() {
    on_both(|database| {
        let server = start(database);
        let api = server.api();
        api.post("/api/v1/agents", json!({"name": "Desk"})).expect(201);
        for name in ["beta", "alpha", "gamma"] {
            let tool = json!({"name": name, "kind": "http", "description": "d", "config": {"url": "https://example.com"},
                "parameters": {"type": "object", "properties": {"id": {"type": "string"}, "by": {"type": "string"}}}});
            api.post("/api/v1/tools", tool).expect(201);
            if name != "gamma" {
                let overrides =
                    json!({"overrides": {"description": format!("{name} of the desk"), "bound": {"by": "desk"}}});
                api.put(&format!("/api/v1/agents/Desk/tools/{name}"), overrides).ok();
            }
        }
        let first = api.get("/api/v1/export/tools?format=mcp&agent=Desk&limit=1").expect(200);
        assert_eq!(first["items"][0]["name"], "alpha");
        let cursor = first["next_cursor"].as_str().unwrap();
        let second =
            api.get(&format!("/api/v1/export/tools?format=mcp&agent=Desk&limit=1&cursor={cursor}")).expect(200);
        let tool = &second["items"][0];
        assert_eq!((&tool["name"], &tool["definition"]["description"]), (&json!("beta"), &json!("beta of the desk")));
        assert!(tool["definition"]["inputSchema"]["properties"].get("by").is_none(), "{tool}");
        assert!(tool["lost"].to_string().contains("bound.by"), "{tool}");
        assert!(second["next_cursor"].is_null());
        assert_eq!(api.get("/api/v1/export/tools").expect(200)["items"].as_array().unwrap().len(), 3);
        assert_eq!(api.get("/api/v1/tools/gamma/export?agent=Desk").status, 404);
        assert_eq!(api.get("/api/v1/tools/gamma/export?format=none").status, 422);
    });
}

#[test]
fn the_command_line_prints_definitions_and_says_what_is_lost() {
    let server = start(Database::Sqlite);
    let api = server.api();
    let tool = json!({"name": "pay", "kind": "http", "description": "Pays.", "config": {"url": "https://example.com"},
        "policy": {"approval": true}, "parameters": {"type": "object", "properties": {"to": {"type": "string"}}}});
    api.post("/api/v1/tools", tool).expect(201);
    let run = |arguments: &[&str], input: &str| {
        let mut command = Command::new(BINARY);
        command.args(arguments).env("CALLWRIGHT_URL", server.url()).env("CALLWRIGHT_TOKEN", server.token());
        Ran::of(command, input).ok()
    };
    let ran = run(&["tool", "export", "pay", "--format", "anthropic"], "");
    assert_eq!(ran.clone().json()["name"], "pay");
    assert!(ran.stderr.contains("not in it: pay: policy.approval"), "{}", ran.stderr);
    let all = run(&["tool", "export", "--format", "vapi"], "").json();
    assert_eq!(all[0]["type"], "function");
    assert!(all[0]["server"]["url"].as_str().unwrap().ends_with("/vapi/tools"), "{all}");
    // What was exported is imported by the command as well.
    let end = json!([{"type": "system", "name": "end_call", "description": "Ends it.", "params": {"system_tool_type": "end_call"}}]);
    run(&["import", "elevenlabs", "-", "--yes"], &end.to_string());
    assert_eq!(exported(&api, "end_call", "elevenlabs")["definition"]["tool_config"], end[0]);
    run(&["import", "vapi", "-", "--yes", "--prefix", "v_"], r#"[{"type": "endCall"}]"#);
    assert_eq!(exported(&api, "v_end_call", "vapi")["definition"]["function"]["name"], "v_end_call");
}

#[test]
fn the_client_of_elevenlabs_reads_what_is_written_for_it() {
    let Ok(python) = std::env::var("CALLWRIGHT_TEST_ELEVENLABS_PYTHON") else {
        eprintln!("CALLWRIGHT_TEST_ELEVENLABS_PYTHON is not set; scripts/test.sh sets it");
        return;
    };
    let server = start(Database::Sqlite);
    let (api, upstream) = (server.api(), Upstream::start());
    import(&api, "elevenlabs", webhook(&upstream));
    let client = json!({"name": "show_map", "kind": "client", "description": "Shows a map.", "config": {"expects_response": true},
        "parameters": {"type": "object", "properties": {"place": {"type": "string", "description": "Where"}}, "required": ["place"]}});
    api.post("/api/v1/tools", client).expect(201);
    let number = json!({"name": "to_desk", "kind": "system", "description": "To the desk.", "config": {"action": "transfer_to_number",
        "rules": [{"phone_number": "+4930123456", "condition": "asked for"}]}});
    api.post("/api/v1/tools", number).expect(201);
    let python_tool = json!({"name": "plain", "kind": "http", "description": "Plain.", "config": {"method": "GET", "url": "https://example.com/x"},
        "parameters": {"type": "object", "properties": {"q": {"type": "string", "enum": ["a", "b"]}}}});
    api.post("/api/v1/tools", python_tool).expect(201);
    let definitions: Vec<Value> = ["book_slot", "show_map", "to_desk", "plain"]
        .iter()
        .map(|name| exported(&api, name, "elevenlabs")["definition"].clone())
        .collect();
    // The client's models take unknown fields in; so what it writes again is held against what it read.
    let script = "
import json, sys
from elevenlabs.types import ToolRequestModel
from pydantic import TypeAdapter
import elevenlabs.types as t
kinds = {'webhook': t.ToolRequestModelToolConfig_Webhook, 'client': t.ToolRequestModelToolConfig_Client, 'system': t.ToolRequestModelToolConfig_System}
for definition in json.load(sys.stdin):
    config = definition['tool_config']
    model = TypeAdapter(kinds[config['type']]).validate_python(config)
    unknown = set(config) - set(type(model).model_fields)
    assert not unknown, unknown
    if config['type'] == 'webhook':
        schema = TypeAdapter(t.WebhookToolApiSchemaConfigInput).validate_python(config['api_schema'])
        assert not set(config['api_schema']) - set(type(schema).model_fields), config
    ToolRequestModel(**definition)
    print(type(model).__name__)
";
    let mut command = Command::new(python);
    command.args(["-c", script]);
    let ran = Ran::of(command, &json!(definitions).to_string()).ok();
    let kinds: Vec<&str> = ran.stdout.lines().map(|line| line.rsplit('_').next().unwrap()).collect();
    assert_eq!(kinds, ["Webhook", "Client", "System", "Webhook"]);
}
