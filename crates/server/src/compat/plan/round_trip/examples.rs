//! Tools by example.

use serde_json::{Value, json};

use super::{create, example, field, misfits, show, spec, update};

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
