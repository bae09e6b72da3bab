//! A request as a webhook tool of ElevenLabs.

use std::collections::BTreeSet;

use callwright_model::tool::{
    HttpConfig, Policy, ResultMap, ToolSpec,
    http::{Auth, Body},
};
use serde_json::{Map, Value, json};

use super::{super::lost::Losses, NAME, schema};
use crate::{
    openapi::operation::effect,
    pieces::{Piece, pieces, theirs},
};

/// What the timeout may be there, in seconds.
const SECONDS: std::ops::RangeInclusive<u32> = 5..=300;

/// A tool that runs here, as a webhook that calls it.
pub(super) fn ours(
    spec: &ToolSpec,
    here: &str,
    held: &mut Vec<&'static str>,
    losses: &mut Losses,
) -> Map<String, Value> {
    // Whatever the server does with a call it goes on doing.
    held.extend(["bound", "policy", "result", "fallback", "effect", "repeatable", "redact"]);
    let names: Vec<(String, String)> = schema::names(spec)
        .filter(|name| !spec.bound.contains_key(*name))
        .map(|name| (name.clone(), name.clone()))
        .collect();
    let arguments = schema::object(spec, &names, losses);
    let body = json!({"type": "object", "required": ["arguments"], "properties": {"arguments": arguments}});
    let mut config = Map::new();
    config.insert("type".to_owned(), json!("webhook"));
    config.insert(
        "api_schema".to_owned(),
        json!({
            "url": format!("{here}/api/v1/tools/{}/call", spec.name), "method": "POST", "request_body_schema": body,
            "content_type": "application/json", "request_headers": {"Authorization": {"secret_id": "CALLWRIGHT_TOKEN"}}
        }),
    );
    losses.add(
        "config",
        "the tool runs in this server: the definition calls it there, with a token that its owner makes",
    );
    config
}

/// A request of a tool, as a webhook.
pub(super) fn http(
    spec: &ToolSpec,
    http: &HttpConfig,
    held: &mut Vec<&'static str>,
    losses: &mut Losses,
) -> Map<String, Value> {
    let mut api = Map::new();
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut in_path = Map::new();
    api.insert("url".to_owned(), json!(url(spec, &http.url, &mut in_path, &mut used, losses)));
    api.insert("method".to_owned(), json!(http.method));
    if !in_path.is_empty() {
        api.insert("path_params_schema".to_owned(), Value::Object(in_path));
    }
    query(spec, http, &mut api, &mut used, losses);
    headers(http, &mut api, losses);
    body(spec, http, &mut api, &mut used, losses);
    for name in schema::names(spec).filter(|name| !used.contains(*name)) {
        losses
            .add(format!("parameters/properties/{name}"), "no part of the request that can be written there reads it");
    }
    filter(spec, &mut api, held, losses);
    root(spec, api.contains_key("request_body_schema"), losses);
    let mut config = Map::new();
    config.insert("type".to_owned(), json!("webhook"));
    config.insert("api_schema".to_owned(), Value::Object(api));
    if http.redirects > 0 {
        config.insert("follow_redirects".to_owned(), json!(true));
    }
    if http.redirects > 1 {
        losses.add("config.redirects", "there one redirect is followed");
    }
    if spec.effect == effect(&http.method) {
        held.push("effect");
    }
    timeout(&spec.policy, &mut config, held, losses);
    for (field, is_there) in [
        ("config.idempotency", http.idempotency.is_some()),
        ("config.preset", http.preset.is_some()),
        ("config.callback", http.callback.is_some()),
        ("config.max_response_bytes", http.max_response_bytes.is_some()),
        ("config.success_status_codes", !http.success_status_codes.is_empty()),
    ] {
        if is_there {
            losses.add(field, format!("{NAME} has no place for it"));
        }
    }
    config
}

fn timeout(policy: &Policy, config: &mut Map<String, Value>, held: &mut Vec<&'static str>, losses: &mut Losses) {
    let usual = Policy::default();
    if policy.timeout_ms == usual.timeout_ms && policy.read_timeout_ms == usual.read_timeout_ms {
        return;
    }
    let seconds = policy.timeout_ms.div_ceil(1_000).clamp(*SECONDS.start(), *SECONDS.end());
    config.insert("response_timeout_secs".to_owned(), json!(seconds));
    held.push("policy.timeout_ms");
    if seconds * 1_000 != policy.timeout_ms {
        losses.add("policy.timeout_ms", format!("there it is {seconds} seconds: whole ones, from 5 to 300"));
    }
    if policy.read_timeout_ms == policy.timeout_ms {
        held.push("policy.read_timeout_ms");
    }
}

fn url(
    spec: &ToolSpec,
    template: &str,
    in_path: &mut Map<String, Value>,
    used: &mut BTreeSet<String>,
    losses: &mut Losses,
) -> String {
    let mut out = String::new();
    for piece in pieces(template) {
        match piece {
            Piece::Text(text) => out.push_str(&text),
            Piece::Argument(name) => {
                out.push_str(&format!("{{{name}}}"));
                in_path.insert(name.clone(), schema::argument(spec, &name, losses));
                used.insert(name);
            }
            Piece::Variable(name) => out.push_str(&format!("{{{{{name}}}}}")),
            Piece::Secret(name) => {
                out.push_str(&format!("{{{{secret__{name}}}}}"));
                losses.add(
                    "config.url",
                    format!("there a secret cannot stand in an address; it is the variable `secret__{name}`"),
                );
            }
            Piece::Environment(_) | Piece::Other(_) => {
                losses.add("config.url", "a part of its template cannot be written there")
            }
        }
    }
    out
}

/// Where a value that is one template comes from.
fn leaf(
    spec: &ToolSpec,
    value: &Value,
    used: &mut BTreeSet<String>,
    losses: &mut Losses,
) -> Option<(Value, Option<String>)> {
    let Value::String(text) = value else {
        let kind = match value {
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            _ => return None,
        };
        return Some((json!({"type": kind, "constant_value": value}), None));
    };
    match pieces(text).as_slice() {
        [Piece::Text(text)] => Some((json!({"type": "string", "constant_value": text}), None)),
        [Piece::Variable(name)] => Some((json!({"type": "string", "dynamic_variable": name}), None)),
        [Piece::Argument(name)] => {
            used.insert(name.clone());
            Some((schema::argument(spec, name, losses), Some(name.clone())))
        }
        _ => None,
    }
}

fn query(
    spec: &ToolSpec,
    http: &HttpConfig,
    api: &mut Map<String, Value>,
    used: &mut BTreeSet<String>,
    losses: &mut Losses,
) {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let mut pairs: Vec<(String, Value)> =
        http.query.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let sends_rest =
        http.query.is_empty() && http.body.is_none() && ["GET", "HEAD", "DELETE"].contains(&http.method.as_str());
    if sends_rest {
        // Such a tool sends what the address does not read.
        let rest = schema::names(spec).filter(|name| !used.contains(*name));
        pairs.extend(rest.map(|name| (name.clone(), json!(format!("{{{{ {} }}}}", crate::words::read(name))))));
    }
    for (name, value) in pairs {
        match leaf(spec, &value, used, losses) {
            Some((literal, argument)) => {
                if argument.is_some_and(|argument| schema::is_required(spec, &argument)) {
                    required.push(name.clone());
                }
                properties.insert(name, literal);
            }
            None => losses.add(format!("config.query.{name}"), "its template cannot be written there"),
        }
    }
    if !properties.is_empty() {
        let mut query = json!({ "properties": properties });
        if !required.is_empty() {
            query["required"] = json!(required);
        }
        api.insert("query_params_schema".to_owned(), query);
    }
}

fn headers(http: &HttpConfig, api: &mut Map<String, Value>, losses: &mut Losses) {
    let mut headers = Map::new();
    for (name, value) in &http.headers {
        match pieces(value).as_slice() {
            [Piece::Secret(secret)] => _ = headers.insert(name.clone(), json!({"secret_id": secret})),
            [Piece::Variable(variable)] => _ = headers.insert(name.clone(), json!({"variable_name": variable})),
            [Piece::Environment(label)] => _ = headers.insert(name.clone(), json!({"env_var_label": label})),
            [Piece::Text(scheme), Piece::Secret(secret)] => {
                headers.insert(name.clone(), json!({"secret_id": secret}));
                let why =
                    format!("there the secret has to hold the whole header: `{}` and the secret", scheme.trim_end());
                losses.add(format!("config.headers.{name}"), why);
            }
            _ => match theirs(value, |_| None) {
                Ok(text) => _ = headers.insert(name.clone(), json!(text)),
                Err(what) => {
                    losses.add(format!("config.headers.{name}"), format!("{what} cannot stand in a header there"))
                }
            },
        }
    }
    let secret = |text: &str| match pieces(text).as_slice() {
        [Piece::Secret(name)] => Some(json!({"secret_id": name})),
        _ => None,
    };
    match &http.auth {
        Auth::None => {}
        Auth::Bearer { token } => {
            if let Some(secret) = secret(token) {
                headers.insert("Authorization".to_owned(), secret);
            }
            losses.add(
                "config.auth",
                "there it is the header `Authorization`, and the secret has to hold the word `Bearer` as well",
            );
        }
        Auth::ApiKey { key, header, query: None } if secret(key).is_some() => {
            let name = header.clone().unwrap_or_else(|| "X-API-Key".to_owned());
            headers.insert(name, secret(key).unwrap_or_default());
            losses.add("config.auth", "there it is a header with a secret");
        }
        _ => losses.add("config.auth", "there it is an `auth_connection` of the workspace; make one and name it"),
    }
    if !headers.is_empty() {
        api.insert("request_headers".to_owned(), Value::Object(headers));
    }
}

fn body(
    spec: &ToolSpec,
    http: &HttpConfig,
    api: &mut Map<String, Value>,
    used: &mut BTreeSet<String>,
    losses: &mut Losses,
) {
    let all = || schema::names(spec).cloned().collect::<Vec<_>>();
    let has_body = ["POST", "PUT", "PATCH"].contains(&http.method.as_str());
    let names: Vec<String> = match &http.body {
        None if has_body => all(),
        None => return,
        Some(Body { none: true, .. }) => return,
        Some(Body { json: Some(json), .. }) if *json == json!("{{ parameters }}") => all(),
        Some(Body { json: Some(json), .. }) if *json == json!({}) => Vec::new(),
        Some(Body { json: Some(json), .. }) => match picked(json) {
            Some(names) => names,
            None => return fields(spec, json.as_object(), false, api, used, losses),
        },
        Some(Body { form: Some(form), .. }) => {
            let form: Map<String, Value> = form.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            return fields(spec, Some(&form), true, api, used, losses);
        }
        Some(_) => {
            losses.add("config.body", "there a body is JSON or a form");
            return;
        }
    };
    used.extend(names.iter().cloned());
    let names: Vec<(String, String)> = names.into_iter().map(|name| (name.clone(), name)).collect();
    api.insert("request_body_schema".to_owned(), schema::object(spec, &names, losses));
}

/// A body of which each field is one template.
fn fields(
    spec: &ToolSpec,
    map: Option<&Map<String, Value>>,
    is_form: bool,
    api: &mut Map<String, Value>,
    used: &mut BTreeSet<String>,
    losses: &mut Losses,
) {
    let Some(map) = map else {
        losses.add("config.body", "its template cannot be written there");
        return;
    };
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, value) in map {
        match leaf(spec, value, used, losses) {
            Some((literal, argument)) => {
                if argument.is_some_and(|argument| schema::is_required(spec, &argument)) {
                    required.push(name.clone());
                }
                properties.insert(name.clone(), literal);
            }
            None => losses.add(format!("config.body.{name}"), "its template cannot be written there"),
        }
    }
    let mut body = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        body["required"] = json!(required);
    }
    if let Some(body) = body.as_object_mut() {
        schema::about(spec, body);
    }
    api.insert("request_body_schema".to_owned(), body);
    if is_form {
        api.insert("content_type".to_owned(), json!("application/x-www-form-urlencoded"));
    }
}

/// The names in `{{ parameters | pick('a', 'b') }}`.
fn picked(json: &Value) -> Option<Vec<String>> {
    let inner = json.as_str()?.strip_prefix("{{ parameters | pick(")?.strip_suffix(") }}")?;
    inner.split(", ").map(|name| Some(name.strip_prefix('\'')?.strip_suffix('\'')?.to_owned())).collect()
}

fn filter(spec: &ToolSpec, api: &mut Map<String, Value>, held: &mut Vec<&'static str>, losses: &mut Losses) {
    match &spec.result.map {
        None => {}
        Some(ResultMap::Whole(text)) if text == "`{}`" => {
            api.insert("response_filter".to_owned(), json!({"mode": "hide_all"}));
            held.push("result.map");
        }
        Some(ResultMap::Fields(fields)) if fields.iter().all(|(name, path)| name == path) => {
            let filters: Vec<&String> = fields.keys().collect();
            api.insert("response_filter".to_owned(), json!({"mode": "allow", "filters": filters}));
            held.push("result.map");
        }
        Some(_) => losses.add("result.map", "there an answer is filtered, not written anew"),
    }
}

/// What the root of the schema says that has no place there.
fn root(spec: &ToolSpec, has_body: bool, losses: &mut Losses) {
    for (keyword, value) in spec.parameters.as_object().into_iter().flatten() {
        let is_held = match keyword.as_str() {
            "type" | "properties" | "required" => true,
            "description" | "anyOf" | "allOf" if !has_body => false,
            "description" => true,
            "additionalProperties" => *value == json!(false),
            "anyOf" | "allOf" => schema::is_constraint(value),
            _ => false,
        };
        if !is_held {
            losses.add(format!("parameters/{keyword}"), format!("the schemas of ElevenLabs have no `{keyword}`"));
        }
    }
}
