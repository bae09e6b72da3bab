//! Tests: what goes in by the plan's paths comes out the same, and nothing of ours is lost on the way.

use std::collections::BTreeSet;

use callwright_model::{
    ErrorClass, Fault, IdSource, Object, Timestamp,
    execution::{Execution, Settlement, State},
    tool::{Tool, ToolSpec},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    custom,
    log::{LogRow, Status},
    tool::{Counts, PlanTool, ToolInput},
};

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

#[test]
fn the_plans_own_example_is_shown_as_it_was_given() {
    let given = example();
    let spec = create(given.clone()).unwrap();
    let shown = show(&spec);
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name}");
    }
    assert_eq!(spec.policy.timeout_ms, 20_000);
    assert_eq!(spec.policy.read_timeout_ms, 20_000);
    assert_eq!([spec.policy.retry.network.attempts, spec.policy.retry.timeout.attempts], [2, 2]);
    let auth = serde_json::to_value(&spec.config.http().unwrap().auth).unwrap();
    assert_eq!(auth, json!({"type": "bearer", "token": "{{ secret.API_KEY }}"}));
    assert!(!spec.config.http().unwrap().headers.contains_key("Authorization"), "it would be said twice");
}

#[test]
fn a_python_function_is_shown_as_it_was_given() {
    let configuration = json!({
        "type": "python_function", "code": "def execute_tool(parameters, context):\n    return {'message': 'm'}",
        "allowed_imports": ["datetime", "json"], "execution_timeout": 10, "memory_limit_mb": 128,
        "environment_variables": ["DATABASE_URL", "API_KEY"], "max_output_bytes": 4096, "network": "none",
        "function_name": "execute_tool", "response_handling": {"message_field": "message"},
    });
    let given = json!({"name": "f", "tool_type": "python_function", "configuration": configuration});
    let spec = create(given.clone()).unwrap();
    let python = spec.config.python().unwrap();
    assert_eq!((python.wall_ms(), python.has_network()), (Some(10_000), false));
    assert_eq!((spec.kind.as_str(), spec.effect.as_str()), ("python", "write"));
    let shown = show(&spec);
    assert_eq!((&shown["configuration"], &shown["tool_type"]), (&configuration, &json!("python_function")));
    let nothing: [&str; 0] = [];
    assert_eq!(misfits("plan.ToolInput", &given), nothing);
    assert_eq!(misfits("plan.Tool", &shown), nothing);
    assert_eq!(update(&spec, shown).unwrap(), spec, "what was read may be put back");
    let half = update(&spec, json!({"configuration": {"code": "def g(): pass", "execution_timeout": 2.5}})).unwrap();
    assert_eq!(
        show(&half)["configuration"],
        json!({"type": "python_function", "code": "def g(): pass", "execution_timeout": 2.5})
    );
    let refused = |body: Value| field(&create(body).unwrap_err()).to_owned();
    for (body, path) in [
        (json!({"name": "f", "configuration": {"type": "python_function"}}), "configuration.code"),
        (json!({"name": "f", "tool_type": "endpoint", "configuration": configuration}), "tool_type"),
        (json!({"name": "f", "configuration": {"code": "x", "url": "https://a.example"}}), "configuration.url"),
        (json!({"name": "f", "configuration": {"code": "x", "network": "all"}}), "configuration.network"),
    ] {
        assert_eq!(refused(body.clone()), path, "{body}");
    }
    let other = update(&spec, json!({"configuration": {"url": "https://a.example"}})).unwrap_err();
    assert_eq!(field(&other), "configuration.type", "the kind cannot change");
}

#[test]
fn what_is_not_said_has_the_plans_defaults() {
    let spec = create(json!({"name": "look", "configuration": {"url": "https://a.example", "method": "GET"}})).unwrap();
    let shown = show(&spec);
    assert_eq!(shown["configuration"], json!({"type": "endpoint", "method": "GET", "url": "https://a.example"}));
    let expected = json!({
        "display_name": "look", "description": "", "tool_type": "endpoint", "is_active": true,
        "require_confirmation": false, "allowed_contexts": [], "timeout_seconds": 30, "retry_attempts": 3,
        "version": "1.0.0", "is_public": false, "is_template": false, "execution_count": 0,
        "last_executed_at": null, "assistant_count": 0,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name}");
    }
    assert!(shown.get("effect").is_none(), "a GET that reads needs no word");
    assert_eq!(spec.effect.as_str(), "read");
}

#[test]
fn the_function_definition_fills_what_is_absent_and_may_not_contradict() {
    let function =
        json!({"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}});
    let configuration = json!({"url": "https://a.example"});
    let spec = create(json!({"configuration": configuration, "function_definition": function})).unwrap();
    assert_eq!((spec.name.as_str(), spec.description.as_str()), ("f", "d"));
    assert_eq!(spec.parameters, json!({"type": "object"}));
    let both = json!({"name": "g", "configuration": configuration, "function_definition": function});
    assert_eq!(field(&create(both).unwrap_err()), "function_definition.function.name");
    let neither = json!({"configuration": configuration, "function_definition": {}});
    assert_eq!(field(&create(neither).unwrap_err()), "name");
}

#[test]
fn an_update_changes_what_it_says_and_nothing_else() {
    let before = create(example()).unwrap();
    let after = update(&before, json!({"timeout_seconds": 5.5, "is_active": false})).unwrap();
    let mut expected = before.clone();
    expected.policy.timeout_ms = 5_500;
    expected.policy.read_timeout_ms = 5_500;
    expected.active = false;
    assert_eq!(after, expected);
    // A page that edits one of the two descriptions and sends both means the one it edited.
    let mut whole = show(&before);
    whole["description"] = json!("new");
    assert_eq!(update(&before, whole).unwrap().description, "new");
    assert_eq!(
        update(&before, json!({"configuration": {"url": "https://b.example"}}))
            .unwrap()
            .config
            .http()
            .unwrap()
            .headers
            .len(),
        0
    );
}

#[test]
fn the_effect_follows_the_method_until_somebody_says_it() {
    let get = create(json!({"name": "x", "configuration": {"url": "https://a.example", "method": "GET"}})).unwrap();
    let put = update(&get, json!({"configuration": {"url": "https://a.example", "method": "PUT"}})).unwrap();
    assert_eq!(put.effect.as_str(), "write");
    let search = create(json!({"name": "x", "effect": "read", "configuration": {"url": "https://a.example"}})).unwrap();
    assert_eq!(show(&search)["effect"], "read");
    assert_eq!(update(&search, json!({"description": "d"})).unwrap().effect.as_str(), "read");
}

#[test]
fn what_the_server_fills_in_is_neither_shown_nor_lost() {
    let before = spec(json!({
        "name": "own", "kind": "http", "config": {"url": "https://a.example"},
        "parameters": {
            "type": "object", "required": ["a", "who"],
            "properties": {"a": {"type": "string"}, "who": {"type": "string"}}
        },
        "bound": {"who": "{{ context.verified.contact_id }}"}
    }));
    let mut shown = show(&before);
    assert_eq!(shown["function_definition"]["function"]["parameters"]["required"], json!(["a"]));
    assert_eq!(update(&before, shown.clone()).unwrap().parameters, before.parameters);
    shown["function_definition"]["function"]["parameters"] =
        json!({"type": "object", "properties": {"b": {"type": "integer"}}});
    assert_eq!(
        update(&before, shown).unwrap().parameters,
        json!({
            "type": "object", "required": ["who"],
            "properties": {"b": {"type": "integer"}, "who": {"type": "string"}}
        })
    );
}

#[test]
fn a_refusal_names_the_plans_field() {
    let refused = |pointer: &str, value: Value| {
        let mut body = example();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[name] = value;
        let fault = create(body).unwrap_err();
        let path = field(&fault).to_owned();
        assert!(fault.message.contains(&format!("`{path}`")), "{fault}");
        path
    };
    for (pointer, value, path) in [
        ("/nonsense", json!(1), "nonsense"),
        ("/tool_type", json!("python_function"), "tool_type"),
        ("/tool_type", json!("robot"), "tool_type"),
        ("/configuration", json!("https://a.example"), "configuration"),
        ("/configuration/type", json!("lambda"), "configuration.type"),
        ("/configuration/url", json!(null), "configuration.url"),
        ("/configuration/colour", json!("red"), "configuration.colour"),
        ("/configuration/headers/X-N", json!(7), "configuration.headers.X-N"),
        ("/configuration/auth", json!({"type": "none"}), "configuration.auth"),
        ("/configuration/authentication/type", json!("digest"), "configuration.authentication.type"),
        ("/configuration/authentication/token_field", json!("gone"), "configuration.authentication.token_field"),
        ("/configuration/authentication/token_field", json!("${API_KEY}"), "configuration.authentication.token_field"),
        ("/configuration/authentication/token_field", json!(null), "configuration.authentication.token_field"),
        ("/configuration/response_handling/error_field", json!("e"), "configuration.response_handling.error_field"),
        ("/function_definition/function/strict", json!(true), "function_definition.function.strict"),
        ("/function_definition/function/parameters", json!([]), "function_definition.function.parameters"),
        ("/allowed_contexts", json!(["call", "fax"]), "allowed_contexts[1]"),
        ("/timeout_seconds", json!(0), "timeout_seconds"),
        ("/timeout_seconds", json!(601), "timeout_seconds"),
        ("/retry_attempts", json!(11), "retry_attempts"),
        ("/retry_attempts", json!(-1), "retry_attempts"),
        ("/effect", json!("none"), "effect"),
    ] {
        assert_eq!(refused(pointer, value.clone()), path, "{pointer} {value}");
    }
}

#[test]
fn a_custom_configuration_may_not_contradict_itself_or_say_what_nobody_knows() {
    let tool = create(example()).unwrap();
    let refused =
        |custom: Value| field(&custom::to_overrides(object(custom), &tool, &secrets()).unwrap_err()).to_owned();
    assert_eq!(refused(json!({"timeout": 30, "custom_param": "value"})), "custom_configuration.custom_param");
    assert_eq!(refused(json!({"timeout": 30, "timeout_seconds": 31})), "custom_configuration.timeout_seconds");
    assert_eq!(refused(json!({"timeout": "30"})), "custom_configuration.timeout");
    assert_eq!(refused(json!({"url": "a", "config": {"url": "b"}})), "custom_configuration.config.url");
    assert_eq!(
        refused(json!({"response_handling": {"data_field": 4}})),
        "custom_configuration.response_handling.data_field"
    );
    let reads = create(json!({"name": "x", "configuration": {"url": "https://a.example", "method": "GET"}})).unwrap();
    let fault = custom::to_overrides(object(json!({"method": "DELETE"})), &reads, &secrets()).unwrap_err();
    assert_eq!(field(&fault), "custom_configuration.method");
}

#[test]
fn an_override_of_the_authentication_leaves_nothing_of_the_tools_own() {
    let tool = create(example()).unwrap();
    let given =
        object(json!({"authentication": {"type": "api_key", "token_field": "lower_key", "header_name": "X-K"}}));
    let patch = custom::to_overrides(given, &tool, &secrets()).unwrap();
    let mut merged = serde_json::to_value(&tool).unwrap();
    callwright_model::merge::merge_patch(&mut merged, &Value::Object(patch));
    let merged = spec(merged);
    assert_eq!(
        serde_json::to_value(&merged.config.http().unwrap().auth).unwrap(),
        json!({"type": "api_key", "key": "${lower_key}", "header": "X-K"})
    );
}

/// What is wrong with `value` by the schema of that name in the document of the API.
fn misfits(name: &str, value: &Value) -> Vec<String> {
    let mut schema: Value = serde_json::from_str(&crate::openapi::document().to_json().unwrap()).unwrap();
    schema["$ref"] = json!(format!("#/components/schemas/{name}"));
    let validator = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).offline().build(&schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn what_is_taken_and_given_fits_the_document() {
    let nothing: [&str; 0] = [];
    let spec = create(example()).unwrap();
    assert_eq!(misfits("plan.ToolInput", &example()), nothing);
    assert_eq!(misfits("plan.ToolInput", &show(&spec)), nothing, "what was read may be put back");
    assert_eq!(misfits("plan.Tool", &show(&spec)), nothing);
    assert!(!misfits("plan.ToolInput", &json!({"nonsense": 1})).is_empty(), "what is refused is not described");
    let row = LogRow::from(execution());
    assert_eq!(misfits("plan.LogRow", &serde_json::to_value(row).unwrap()), nothing);
    assert_eq!(misfits("Execution", &serde_json::to_value(execution()).unwrap()), nothing);
    let own = json!({
        "id": "tool_00000000000000000000000000", "organization_id": "org_00000000000000000000000000",
        "user_id": "user_00000000000000000000000000", "revision": 1,
        "created_at": "2026-11-21T10:00:00Z", "updated_at": "2026-11-21T10:00:00Z",
        "name": "x", "description": "", "kind": "http", "effect": "write", "parameters": {},
        "config": {"method": "POST", "url": "https://a.example", "redirects": 3},
        "bound": {"a": "{{ context.verified.a }}", "b": {"value": 1, "trust": "client"}}, "result": {"map": {"a": "b"}},
    });
    assert_eq!(misfits("Tool", &own), nothing);
}

fn execution() -> Execution {
    let attempt =
        json!({"started_at": "2026-11-21T10:00:00Z", "duration_ms": 4, "status": 500, "error": "upstream_error"});
    let value = json!({
        "id": "exec_00000000000000000000000001", "organization_id": "org_00000000000000000000000000",
        "tool_id": "tool_00000000000000000000000000", "tool_name": "x", "tool_version": "1.0.0", "tool_revision": 1,
        "kind": "http", "effect": "write", "state": "failed", "channel": "test", "source": "plan", "args_hash": "",
        "input": {"a": 1}, "attempts": [attempt, attempt], "dry_run": false,
        "error": {"class": "timeout_error", "code": "deadline", "message": "too slow", "spoken": "s", "retryable": true},
        "received_at": "2026-11-21T10:00:00Z", "ended_at": "2026-11-21T10:00:01Z", "duration_ms": 1000.4
    });
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_log_row_has_the_plans_words_for_how_an_execution_stands() {
    let shown = serde_json::to_value(LogRow::from(execution())).unwrap();
    let expected = json!({
        "execution_id": "exec_00000000000000000000000001", "tool_id": "tool_00000000000000000000000000",
        "assistant_id": null, "call_id": null, "input_parameters": {"a": 1}, "output_result": null,
        "status": "timeout", "started_at": "2026-11-21T10:00:00.000000Z",
        "completed_at": "2026-11-21T10:00:01.000000Z", "duration_ms": 1000, "error_message": "too slow",
        "error_code": "deadline", "retry_count": 1, "trigger_context": "test", "user_id": null
    });
    assert_eq!(shown, expected);
    for (state, class, settled, status) in [
        (State::Received, None, None, Status::Pending),
        (State::Started, None, None, Status::Pending),
        (State::Done, None, None, Status::Success),
        (State::Failed, Some(ErrorClass::UpstreamError), None, Status::Error),
        (State::Failed, Some(ErrorClass::Cancelled), None, Status::Cancelled),
        (State::Released, None, None, Status::Cancelled),
        (State::Unknown, Some(ErrorClass::OutcomeUnknown), None, Status::Unknown),
        (State::Unknown, Some(ErrorClass::OutcomeUnknown), Some(Settlement::Done), Status::Success),
        (State::Unknown, Some(ErrorClass::OutcomeUnknown), Some(Settlement::Repeat), Status::Error),
    ] {
        assert_eq!(Status::of(state, class, settled), status, "{state:?} {class:?} {settled:?}");
    }
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "x",
        "${API_KEY}",
        "a b",
        "${parameters}",
        "{{ secret.API_KEY }}",
        "Bearer ${call_sid}",
    ])
    .prop_map(str::to_owned)
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        text().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-c]{1,2}", inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

fn maybe(strategy: impl Strategy<Value = Value>) -> impl Strategy<Value = Option<Value>> {
    prop::option::of(strategy)
}

fn assembled(fields: Vec<(&'static str, Option<Value>)>) -> Value {
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(fields.collect())
}

fn headers() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("X-[A-C]", text(), 1..3).prop_map(|headers| json!(headers))
}

fn authentication() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec!["API_KEY", "api_key", "lower_key", "Mixed_Key", "mixed_key", "call_sid"]);
    let header = prop::sample::select(vec!["Authorization", "X-API-Key", "X-Own"]);
    (0..4u8, name, header).prop_map(|(kind, name, header)| match kind {
        0 => json!({"type": "bearer", "token_field": name, "header_name": header}),
        1 => json!({"type": "api_key", "token_field": name, "header_name": header}),
        2 => json!({"type": "basic", "token_field": name, "header_name": "Authorization"}),
        _ => json!({"type": "basic", "token_field": name, "header_name": "Authorization", "username": "me"}),
    })
}

fn response_handling() -> impl Strategy<Value = Value> {
    let path = || maybe(text().prop_map(Value::from));
    (path(), path(), path())
        .prop_map(|(success, message, data)| {
            assembled(vec![("success_field", success), ("message_field", message), ("data_field", data)])
        })
        .prop_filter("says something", |handling| handling != &json!({}))
}

fn own_auth() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({"type": "bearer", "token": "literal"}),
        json!({"type": "bearer", "token": "${call_sid}"}),
        json!({"type": "api_key", "key": "${API_KEY}", "query": "key"}),
        json!({"type": "api_key", "key": "Bearer ${API_KEY}", "header": "authorization"}),
        json!({"type": "basic", "username": "u", "password": "p"}),
        json!({"type": "oauth2", "token_url": "https://a.example", "client_id": "c", "client_secret": "${API_KEY}",
               "client_auth": "basic"}),
    ])
}

fn own_body() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({"form": {"a": 1}}),
        json!({"raw": "x", "content_type": "text/xml"}),
        json!({"none": true}),
    ])
}

/// A configuration as it is shown: without what is said by leaving it out.
fn configuration() -> impl Strategy<Value = Value> {
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE"]);
    let auth = prop_oneof![
        Just(None),
        authentication().prop_map(|value| Some(("authentication", value))),
        own_auth().prop_map(|value| Some(("auth", value))),
    ];
    let body = prop_oneof![
        Just(None),
        json_value().prop_map(|value| Some(("request_body_template", value))),
        own_body().prop_map(|value| Some(("body", value))),
    ];
    let own = (
        maybe(Just(json!({"q": ["${parameters}", 1]}))),
        maybe(Just(json!({"honoured": true}))),
        maybe(Just(json!(0))),
    );
    (method, text(), maybe(headers()), (auth, any::<bool>()), body, maybe(response_handling()), own).prop_map(
        |(method, url, mut headers, (auth, is_written_out), body, handling, (query, idempotency, redirects))| {
            if let Some((_, auth)) = auth.as_ref().filter(|(name, _)| is_written_out && *name == "authentication") {
                write_out(auth, &mut headers);
            }
            let mut fields = vec![
                ("type", Some(json!("endpoint"))),
                ("method", Some(json!(method))),
                ("url", Some(json!(url))),
                ("headers", headers),
                ("response_handling", handling),
                ("query", query),
                ("idempotency", idempotency),
                ("redirects", redirects),
            ];
            for (name, value) in [auth, body].into_iter().flatten() {
                fields.push((name, Some(value)));
            }
            assembled(fields)
        },
    )
}

/// Adds the header that says the same as `authentication`.
fn write_out(authentication: &Value, headers: &mut Option<Value>) {
    let token_field = authentication["token_field"].as_str().unwrap();
    let name = secrets().into_iter().find(|name| name.eq_ignore_ascii_case(token_field)).unwrap();
    let value = match authentication["type"].as_str().unwrap() {
        "bearer" => format!("Bearer ${{{name}}}"),
        "api_key" => format!("${{{name}}}"),
        _ => return,
    };
    headers.get_or_insert_with(|| json!({}))[authentication["header_name"].as_str().unwrap()] = json!(value);
}

fn custom_configuration() -> impl Strategy<Value = Value> {
    let seconds = prop_oneof![
        (1..600u32).prop_map(Value::from),
        (100..600_000u32).prop_map(|ms| { Value::Number(super::tool::seconds(ms)) })
    ];
    let words = (maybe(seconds), maybe((0..=10u8).prop_map(Value::from)), maybe(text().prop_map(Value::from)));
    let parts = (maybe(headers()), maybe(authentication()), maybe(json_value()), maybe(response_handling()));
    let own = maybe(Just(json!({"confirm": true, "connect_timeout_ms": 100})));
    (words, parts, own).prop_map(|((timeout, attempts, url), (headers, authentication, template, handling), policy)| {
        assembled(vec![
            ("timeout", timeout),
            ("retry_attempts", attempts),
            ("url", url),
            ("headers", headers),
            ("authentication", authentication),
            ("request_body_template", template),
            ("response_handling", handling),
            ("policy", policy),
        ])
    })
}

/// Merge patches as somebody may write them by our own names, near to what the plan's words become.
fn overrides() -> impl Strategy<Value = Value> {
    let ms = || maybe(prop::sample::select(vec![json!(1_000), json!(2_500), json!(50), json!("x"), json!(null)]));
    let policy =
        (ms(), ms()).prop_map(|(whole, read)| assembled(vec![("timeout_ms", whole), ("read_timeout_ms", read)]));
    let auth = prop_oneof![
        own_auth(),
        Just(json!(null)),
        Just(json!({"token": "${API_KEY}"})),
        Just(json!({"type": "bearer", "token": "${API_KEY}", "key": null})),
    ];
    let body = prop_oneof![own_body(), Just(json!({"json": {"a": 1}})), Just(json!({"json": null, "raw": null}))];
    let config = (maybe(auth), maybe(body), maybe(Just(json!(null))))
        .prop_map(|(auth, body, url)| assembled(vec![("auth", auth), ("body", body), ("url", url)]));
    (maybe(policy), maybe(config), maybe(text().prop_map(Value::from))).prop_map(|(policy, config, description)| {
        assembled(vec![("policy", policy), ("config", config), ("description", description)])
    })
}

/// Without the empty objects that say nothing.
fn pruned(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, pruned(value)));
            Value::Object(fields.filter(|(_, value)| value != &json!({})).collect())
        }
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_configuration_is_shown_as_it_was_given(given in configuration()) {
        let spec = create(json!({"name": "any", "configuration": given})).unwrap();
        prop_assert_eq!(&show(&spec)["configuration"], &given);
        // Shown and put back, it changes nothing.
        prop_assert_eq!(update(&spec, show(&spec)).unwrap(), spec);
    }

    #[test]
    fn any_tool_of_ours_is_put_back_unchanged(auth in own_auth(), body in own_body(), confirm: bool, attempts in 0..=10u8) {
        let before = spec(json!({
            "name": "own", "kind": "http", "category": "c", "redact": ["/a"], "repeatable": true,
            "config": {"url": "https://a.example", "method": "PATCH", "auth": auth, "body": body, "redirects": 1},
            "result": {"data": "/data", "map": "a.b", "max_bytes": 9},
            "policy": {"timeout_ms": 1234, "confirm": confirm, "retry": {"network": {"attempts": attempts, "base_ms": 7}}},
            "fallback": {"message": "sorry"}, "is_shared": false
        }));
        prop_assert_eq!(update(&before, show(&before)).unwrap(), before);
    }

    #[test]
    fn any_custom_configuration_is_shown_as_it_was_given(given in custom_configuration()) {
        let tool = create(example()).unwrap();
        let patch = custom::to_overrides(object(given.clone()), &tool, &secrets()).unwrap();
        prop_assert_eq!(Value::Object(custom::from_overrides(&patch, &tool)), given);
    }

    #[test]
    fn any_merge_patch_is_put_back_unchanged(given in overrides()) {
        let tool = create(example()).unwrap();
        let shown = custom::from_overrides(&object(given.clone()), &tool);
        let back = custom::to_overrides(shown, &tool, &secrets()).unwrap();
        prop_assert_eq!(pruned(Value::Object(back)), pruned(given));
    }
}
