//! Whatever a configuration, a custom configuration or a merge patch may say.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{create, example, object, secrets, show, spec, update};
use crate::compat::plan::{custom, tool::seconds};

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
    let seconds =
        prop_oneof![(1..600u32).prop_map(Value::from), (100..600_000u32).prop_map(|ms| { Value::Number(seconds(ms)) })];
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
