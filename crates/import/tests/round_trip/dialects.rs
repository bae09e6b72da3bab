//! Tools that a form can hold whole.

use std::collections::BTreeMap;

use callwright_import::export::Form;
use callwright_model::tool::{SystemConfig, ToolSpec};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_]{0,20}".prop_filter("a name of providers", |name| {
        name != "tool_call_id"
            && !["end_call", "play_dtmf", "transfer_to_number", "transfer_to_agent"].contains(&name.as_str())
    })
}

fn words() -> impl Strategy<Value = String> {
    "[A-Z][a-z]{1,8}( [a-z]{1,8}){0,5}"
}

fn described(mut schema: Value, text: Option<String>) -> Value {
    if let Some(text) = text {
        schema["description"] = json!(text);
    }
    schema
}

/// A plain value.
fn leaf() -> impl Strategy<Value = Value> {
    let choice = vec("[a-z]{1,6}", 1..4).prop_map(|mut values| {
        values.sort();
        values.dedup();
        json!({"type": "string", "enum": values})
    });
    let kind = select(vec!["string", "integer", "number", "boolean"]).prop_map(|kind| json!({ "type": kind }));
    (prop_oneof![choice, kind], option::of(words())).prop_map(|(schema, text)| described(schema, text))
}

/// A value, perhaps with others inside.
fn nested() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(2, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), option::of(words()))
                .prop_map(|(items, text)| described(json!({"type": "array", "items": items}), text)),
            (vec((inner, any::<bool>()), 1..4), option::of(words())).prop_map(|(fields, text)| {
                described(
                    object(
                        fields
                            .into_iter()
                            .enumerate()
                            .map(|(at, (schema, is_required))| (format!("f{at}"), schema, is_required)),
                    ),
                    text,
                )
            }),
        ]
    })
}

fn object(fields: impl Iterator<Item = (String, Value, bool)>) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, schema, is_required) in fields {
        if is_required {
            required.push(name.clone());
        }
        properties.insert(name, schema);
    }
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn closed(mut schema: Value) -> Value {
    schema["additionalProperties"] = json!(false);
    schema
}

fn parameters() -> impl Strategy<Value = Value> {
    vec((nested(), any::<bool>()), 0..5).prop_map(|fields| {
        object(
            fields.into_iter().enumerate().map(|(at, (schema, is_required))| (format!("a{at}"), schema, is_required)),
        )
    })
}

fn read(spec: Value) -> ToolSpec {
    serde_json::from_value(spec.clone()).unwrap_or_else(|error| panic!("{error}: {spec:#}"))
}

/// A function as models' APIs hold it.
pub(crate) fn function() -> impl Strategy<Value = ToolSpec> {
    (name(), words(), parameters(), any::<bool>()).prop_map(|(name, text, schema, is_closed)| {
        let url = format!("https://functions.example.com/{name}");
        let schema = if is_closed { closed(schema) } else { schema };
        read(json!({"name": name, "description": text, "kind": "http", "config": {"method": "POST", "url": url}, "parameters": schema}))
    })
}

/// The same with what MCP says besides.
pub(crate) fn mcp() -> impl Strategy<Value = ToolSpec> {
    (
        function(),
        option::of(words()),
        select(vec!["read", "write", "destructive"]),
        any::<bool>(),
        option::of(parameters()),
    )
        .prop_map(|(spec, title, effect, repeatable, answer)| {
            let mut spec = serde_json::to_value(spec).unwrap();
            if let Some(title) = title {
                spec["display_name"] = json!(title);
            }
            spec["effect"] = json!(effect);
            spec["repeatable"] = json!(repeatable && effect != "read");
            if let Some(schema) = answer {
                spec["result"] = json!({ "schema": schema });
            }
            read(spec)
        })
}

/// An argument of a voice tool, and what fills it in.
#[derive(Debug, Clone)]
struct Argument {
    schema: Value,
    is_required: bool,
    bound: Option<Value>,
}

fn argument(schema: impl Strategy<Value = Value>) -> impl Strategy<Value = Argument> {
    (schema, any::<bool>(), 0..4_u8, words(), "[a-z][a-z_]{0,8}").prop_map(
        |(schema, is_required, source, text, variable)| {
            let is_choice = schema.get("enum").is_some();
            let bound = match (source, schema["type"].as_str().unwrap()) {
                (0, "string") if !is_choice => Some(json!(text)),
                (0, "integer") => Some(json!(7)),
                (0, "boolean") => Some(json!(true)),
                (1, "string" | "integer") if !is_choice => {
                    Some(json!({"value": format!("{{{{ context.{variable} }}}}"), "trust": "client"}))
                }
                _ => None,
            };
            // What is filled in is not described: there the two exclude each other.
            let mut schema = schema;
            if bound.is_some()
                && let Some(map) = schema.as_object_mut()
            {
                map.remove("description");
            }
            Argument { schema, is_required, bound }
        },
    )
}

fn gathered(parts: &[(&str, &[Argument])]) -> (Value, Value) {
    let mut bound = Map::new();
    let fields: Vec<(String, Value, bool)> = parts
        .iter()
        .flat_map(|(prefix, arguments)| {
            arguments.iter().enumerate().map(move |(at, argument)| (format!("{prefix}{at}"), argument))
        })
        .map(|(name, argument)| {
            if let Some(value) = &argument.bound {
                bound.insert(name.clone(), value.clone());
            }
            (name, argument.schema.clone(), argument.is_required)
        })
        .collect();
    (closed(object(fields.into_iter())), Value::Object(bound))
}

fn effect(method: &str) -> &'static str {
    match method {
        "GET" => "read",
        "DELETE" => "destructive",
        _ => "write",
    }
}

/// A webhook as ElevenLabs holds it.
pub(crate) fn webhook() -> impl Strategy<Value = ToolSpec> {
    let method = select(vec!["GET", "POST", "PUT", "PATCH", "DELETE"]);
    let leaf_arguments = || vec(argument(leaf()), 0..3);
    let rest = (option::of(5..300_u32), 0..2_u8, 0..3_u8, any::<bool>(), vec(words(), 0..2), any::<bool>());
    (name(), words(), method, leaf_arguments(), leaf_arguments(), vec(argument(nested()), 0..4), rest).prop_map(
        |(name, text, method, mut path, mut query, body, (seconds, redirects, filter, is_form, constants, has_headers))| {
            let has_body = ["POST", "PUT", "PATCH"].contains(&method);
            let body = if has_body { body } else { Vec::new() };
            path.iter_mut().for_each(|argument| argument.is_required = true);
            // A text that is fixed and not described stands in the query itself.
            query.retain(|argument| argument.bound.is_none() || argument.schema["type"] != "string" || argument.is_required);
            let (parameters, bound) = gathered(&[("p", &path), ("q", &query), ("b", &body)]);
            let url: String = (0..path.len()).map(|at| format!("/{{{{ parameters.p{at} }}}}")).collect();
            let template = |prefix: &str, at: usize, argument: &Argument| {
                let optional = if argument.is_required { "" } else { " | default(none)" };
                json!(format!("{{{{ parameters.{prefix}{at}{optional} }}}}"))
            };
            let mut asked: BTreeMap<String, Value> =
                query.iter().enumerate().map(|(at, argument)| (format!("q{at}"), template("q", at, argument))).collect();
            asked.extend(constants.iter().enumerate().map(|(at, text)| (format!("c{at}"), json!(text))));
            if has_headers {
                asked.insert("v".to_owned(), json!("{{ context.language }}"));
            }
            let names: Vec<String> = (0..body.len()).map(|at| format!("'b{at}'")).collect();
            let sent = match (has_body, body.is_empty()) {
                (false, _) => None,
                (true, true) => Some(json!({"none": true})),
                (true, false) if is_form => {
                    let form: Map<String, Value> =
                        body.iter().enumerate().map(|(at, argument)| (format!("b{at}"), template("b", at, argument))).collect();
                    Some(json!({ "form": form }))
                }
                (true, false) if path.is_empty() && query.is_empty() => None,
                (true, false) => Some(json!({"json": format!("{{{{ parameters | pick({}) }}}}", names.join(", "))})),
            };
            let mut config = json!({"method": method, "url": format!("https://api.example.com/v1{url}"), "query": asked, "redirects": redirects});
            if let Some(sent) = sent {
                config["body"] = sent;
            }
            if has_headers {
                config["headers"] = json!({
                    "X-Api-Key": "${SHOP_KEY}", "X-Caller": "{{ context.caller }}", "Accept": "application/json", "X-Stage": "${env.STAGE}"
                });
            }
            let mut spec = json!({"name": name, "description": text, "kind": "http", "effect": effect(method), "config": config,
                "parameters": parameters, "bound": bound});
            if let Some(seconds) = seconds {
                spec["policy"] = json!({"timeout_ms": seconds * 1000, "read_timeout_ms": seconds * 1000});
            }
            match filter {
                1 => spec["result"] = json!({"map": "`{}`"}),
                2 => spec["result"] = json!({"map": {"data.id": "data.id", "status": "status"}}),
                _ => {}
            }
            read(spec)
        },
    )
}

/// A client tool as ElevenLabs holds it.
pub(crate) fn client() -> impl Strategy<Value = ToolSpec> {
    (name(), words(), vec(argument(nested()), 0..4), any::<bool>(), 0..121_i32).prop_map(
        |(name, text, arguments, expects_response, seconds)| {
            let (parameters, bound) = gathered(&[("a", &arguments)]);
            let seconds = if seconds == 0 && expects_response { -1 } else { seconds.max(1) };
            read(json!({"name": name, "description": text, "kind": "client", "parameters": parameters, "bound": bound,
                "config": {"expects_response": expects_response, "timeout_s": seconds}}))
        },
    )
}

/// A request as Vapi sends it itself.
pub(crate) fn vapi_request() -> impl Strategy<Value = ToolSpec> {
    let method = select(vec!["GET", "POST", "PUT", "PATCH", "DELETE"]);
    let arguments = vec((nested(), any::<bool>()), 0..4);
    (name(), words(), method, arguments, any::<bool>(), option::of(1..300_u32), speech()).prop_map(
        |(name, text, method, arguments, has_headers, seconds, speech)| {
            let has_body = ["POST", "PUT", "PATCH"].contains(&method);
            // What goes into a query is plain.
            let names: Vec<String> = (0..arguments.len()).map(|at| format!("a{at}")).collect();
            let mut fields: Vec<(String, Value, bool)> =
                names.iter().cloned().zip(arguments).map(|(name, (schema, is_required))| (name, schema, is_required)).collect();
            let mut config = json!({"method": method, "url": "https://api.example.com/v1/{{ context.tenant }}/items"});
            if let Some((first, _, is_required)) = fields.first_mut() {
                *is_required = true;
                config["url"] = json!(format!("https://api.example.com/v1/items/{{{{ parameters.{first} }}}}"));
            }
            if has_headers {
                fields.push(("X-Trace".to_owned(), json!({"type": "string"}), false));
                config["headers"] = json!({"X-Tenant": "acme", "X-Trace": "{{ parameters['X-Trace'] | default('') }}"});
            }
            if has_body && has_headers {
                let list: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
                config["body"] = match names.is_empty() {
                    true => json!({"none": true}),
                    false => json!({"json": format!("{{{{ parameters | pick({}) }}}}", list.join(", "))}),
                };
            } else if has_body && names.is_empty() {
                config["body"] = json!({"none": true});
            }
            if !has_body {
                let pairs: Map<String, Value> = fields
                    .iter()
                    .skip(1)
                    .filter(|(name, ..)| names.contains(name))
                    .map(|(name, _, is_required)| {
                        let optional = if *is_required { "" } else { " | default(none)" };
                        (name.clone(), json!(format!("{{{{ parameters.{name}{optional} }}}}")))
                    })
                    .collect();
                config["query"] = Value::Object(pairs);
            }
            let mut spec = json!({"name": name, "description": text, "kind": "http", "effect": effect(method), "config": config,
                "parameters": closed(object(fields.into_iter()))});
            if let Some(seconds) = seconds {
                spec["policy"] = json!({"timeout_ms": seconds * 1000, "read_timeout_ms": seconds * 1000});
            }
            if let Some(speech) = speech {
                spec["speech"] = speech;
            }
            read(spec)
        },
    )
}

/// A function with a server of Vapi's kind.
pub(crate) fn vapi_function() -> impl Strategy<Value = ToolSpec> {
    let fixed = option::of(prop_oneof![
        words().prop_map(|text| json!(text)),
        Just(json!(5)),
        Just(json!({"value": "{{ context.tenant }}", "trust": "client"}))
    ]);
    (name(), words(), parameters(), fixed, option::of(1..200_u32), option::of(0..10_u8), speech()).prop_map(
        |(name, text, mut schema, fixed, seconds, attempts, speech)| {
            let mut spec = json!({"name": name, "description": text, "kind": "http",
                "config": {
                    "method": "POST", "url": "https://voice.example.com/vapi", "headers": {"X-Tenant": "acme"},
                    "body": {"json": {"message": {"type": "tool-calls", "toolCallList": [{
                        "id": "${execution_id}", "type": "function", "function": {"name": name, "arguments": "{{ parameters }}"}}]}}}
                },
                "result": {"data": "/results/0/result"}, "policy": {}});
            if let Some(value) = fixed {
                schema["properties"]["tenant"] = json!({});
                spec["bound"] = json!({ "tenant": value });
            }
            spec["parameters"] = schema;
            if let Some(seconds) = seconds {
                spec["policy"] = json!({"timeout_ms": seconds * 1000, "read_timeout_ms": seconds * 1000});
            }
            if let Some(attempts) = attempts {
                spec["policy"]["retry"] = json!({"network": {"attempts": attempts, "base_ms": 2_500}});
            }
            if let Some(speech) = speech {
                spec["speech"] = speech;
            }
            read(spec)
        },
    )
}

fn speech() -> impl Strategy<Value = Option<Value>> {
    let say = (words(), option::of(select(vec!["en", "de"])), any::<bool>())
        .prop_map(|(text, language, has_condition)| {
            let mut say = json!({"say": format!("{text} {{{{ context.city }}}}")});
            if let Some(language) = language {
                say["language"] = json!(language);
            }
            if has_condition {
                say["when"] = json!("parameters.kind == 'x' and parameters.count >= 3");
            }
            say
        })
        .boxed();
    let start = (say.clone(), any::<bool>()).prop_map(|(mut say, blocking)| {
        say["blocking"] = json!(blocking);
        say
    });
    let delayed = (say.clone(), 100..60_000_u32).prop_map(|(mut say, after)| {
        say["after_ms"] = json!(after);
        say
    });
    (vec(start, 0..3), vec(delayed, 0..3), vec(say.clone(), 0..2), vec(say, 0..2)).prop_map(
        |(start, delayed, complete, failed)| {
            let speech = json!({"start": start, "delayed": delayed, "complete": complete, "failed": failed});
            let is_empty = speech.as_object().unwrap().values().all(|list| list.as_array().unwrap().is_empty());
            (!is_empty).then_some(speech)
        },
    )
}

/// A step of the call.
pub(crate) fn step() -> impl Strategy<Value = ToolSpec> {
    let agent = (words(), words(), option::of(words()), any::<bool>()).prop_map(|(agent, when, message, first)| {
        let mut rule = json!({"agent_id": agent, "condition": when, "enable_first_message": first});
        if let Some(message) = message {
            rule["transfer_message"] = json!(message);
        }
        rule
    });
    let number = (
        select(vec!["+4930123456", "sip:desk@example.com"]),
        words(),
        select(vec!["warm", "cold"]),
        option::of(words()),
    )
        .prop_map(|(number, when, mode, message)| {
            let mut rule = json!({"phone_number": number, "condition": when, "transfer_mode": mode});
            if let Some(message) = message {
                rule["transfer_message"] = json!(message);
            }
            rule
        });
    let action = prop_oneof![
        Just(json!({"action": "end_call"})),
        Just(json!({"action": "play_dtmf"})),
        Just(json!({"action": "language_detection"})),
        Just(json!({"action": "skip_turn", "trigger_silence_duration": 4.5})),
        vec(agent, 1..4).prop_map(|rules| json!({"action": "transfer_to_ai_agent", "rules": rules})),
        vec(number, 1..4).prop_map(|rules| json!({"action": "transfer_to_number", "rules": rules})),
    ];
    (name(), words(), action).prop_map(|(name, text, action)| {
        let config: SystemConfig = serde_json::from_value(action.clone()).unwrap();
        let mut spec = read(json!({"name": name, "description": text, "kind": "system", "config": action}));
        spec.parameters = config.parameters();
        spec
    })
}

/// Whether a form can hold a step whole.
pub(crate) fn has_step(spec: &ToolSpec, form: Form) -> bool {
    let config = serde_json::to_value(&spec.config).unwrap();
    let any = |field: &str, value: Option<Value>| {
        config["rules"].as_array().is_some_and(|rules| {
            rules
                .iter()
                .any(|rule| rule.get(field).is_some_and(|found| value.as_ref().is_none_or(|value| value == found)))
        })
    };
    match form {
        Form::Elevenlabs => config["action"] != "transfer_to_number" || !any("transfer_message", None),
        _ => {
            !["language_detection", "skip_turn"].contains(&config["action"].as_str().unwrap())
                && !any("enable_first_message", Some(json!(true)))
        }
    }
}
