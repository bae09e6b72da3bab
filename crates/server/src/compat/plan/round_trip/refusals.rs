//! What is refused names the plan's field.

use serde_json::{Value, json};

use super::{create, example, field, object, secrets, spec};
use crate::compat::plan::custom;

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
