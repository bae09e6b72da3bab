//! Functions at a server, and plain requests.

use callwright_model::tool::{
    Bound, HttpConfig, Policy, ToolSpec, Trust,
    http::{Auth, Body},
};
use serde_json::{Map, Value, json};

use super::{super::lost::Losses, NAME, named};
use crate::{
    openapi::operation::effect,
    pieces::{Piece, pieces, theirs},
    words::read,
};

/// Keywords of their schemas.
const KEYWORDS: [&str; 9] =
    ["type", "items", "properties", "description", "pattern", "format", "required", "enum", "title"];
/// The longest name of a plain request.
const MOST_NAME: usize = 40;

/// A function that Vapi calls in this server.
pub(super) fn function(
    spec: &ToolSpec,
    here: &str,
    held: &mut Vec<&'static str>,
    losses: &mut Losses,
) -> Map<String, Value> {
    // All of it goes on counting here.
    held.extend(["config", "effect", "repeatable", "bound", "policy", "result", "fallback", "redact"]);
    if spec.config.client().is_some() {
        losses
            .add("config", "there is no client of this server in a call of Vapi; whoever holds the call has to answer");
    }
    let mut tool = Map::new();
    tool.insert("type".to_owned(), json!("function"));
    tool.insert("function".to_owned(), named(spec, Some(schema(&spec.model_parameters(), "parameters", losses))));
    let mut server = json!({"url": format!("{here}/vapi/tools")});
    // Theirs gives up after twenty seconds, ours answers before that or after its own time.
    server["timeoutSeconds"] = json!(spec.policy.timeout_ms.div_ceil(1_000) + 1);
    tool.insert("server".to_owned(), server);
    if here.is_empty() {
        losses.add("server.url", "this server does not know its address: set `public_url`");
    }
    tool
}

/// A function whose server is one that speaks Vapi's form: it came from there.
pub(super) fn own_server(
    spec: &ToolSpec,
    http: &HttpConfig,
    held: &mut Vec<&'static str>,
    losses: &mut Losses,
) -> Map<String, Value> {
    held.push("config");
    if spec.result.data.as_deref() == Some("/results/0/result") {
        held.push("result.data");
    }
    let mut tool = Map::new();
    tool.insert("type".to_owned(), json!("function"));
    tool.insert("function".to_owned(), named(spec, Some(schema(&spec.model_parameters(), "parameters", losses))));
    let mut server = Map::new();
    server.insert("url".to_owned(), json!(literal(&http.url, "config.url", losses)));
    if !http.headers.is_empty() {
        let headers: Map<String, Value> = http
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), json!(literal(value, &format!("config.headers.{name}"), losses))))
            .collect();
        server.insert("headers".to_owned(), Value::Object(headers));
    }
    auth(http, losses);
    times(&spec.policy, &mut server, held, losses);
    tool.insert("server".to_owned(), Value::Object(server));
    let fixed: Vec<Value> = spec.bound.iter().filter_map(|(name, bound)| fixed(name, bound, losses)).collect();
    held.push("bound");
    if !fixed.is_empty() {
        tool.insert("parameters".to_owned(), Value::Array(fixed));
    }
    tool
}

fn fixed(name: &str, bound: &Bound, losses: &mut Losses) -> Option<Value> {
    let value = match bound.value() {
        Value::String(text) => match theirs(text, |_| None) {
            Ok(theirs) => {
                let varies = pieces(text).iter().any(|piece| matches!(piece, Piece::Variable(_)));
                if varies && bound.trust() == Trust::Verified {
                    let why = "there a variable is whatever the call says; here it was what this server established";
                    losses.add(format!("bound.{name}.trust"), why);
                }
                json!(theirs)
            }
            Err(what) => {
                losses.add(format!("bound.{name}"), format!("{what} cannot be written there"));
                return None;
            }
        },
        other => other.clone(),
    };
    Some(json!({"key": name, "value": value}))
}

/// A text in which nothing varies; what does is told, and is empty there.
fn literal(template: &str, field: &str, losses: &mut Losses) -> String {
    match theirs(template, |_| None) {
        Ok(text) => text,
        Err(what) => {
            losses.add(field, format!("{what} cannot stand there: use a credential of Vapi (`credentialId`)"));
            String::new()
        }
    }
}

fn auth(http: &HttpConfig, losses: &mut Losses) {
    if http.auth != Auth::None {
        losses.add("config.auth", "there it is a credential of Vapi: make one and name its `credentialId`");
    }
}

/// Time and repetitions, in the words of a server or a request.
fn times(policy: &Policy, into: &mut Map<String, Value>, held: &mut Vec<&'static str>, losses: &mut Losses) {
    let usual = Policy::default();
    if policy.timeout_ms != usual.timeout_ms || policy.read_timeout_ms != usual.read_timeout_ms {
        held.push("policy.timeout_ms");
        if policy.read_timeout_ms == policy.timeout_ms {
            held.push("policy.read_timeout_ms");
        }
        into.insert("timeoutSeconds".to_owned(), seconds(policy.timeout_ms));
    }
    let retry = &policy.retry;
    if retry.network != usual.retry.network {
        let mut plan = json!({"type": "exponential", "maxRetries": retry.network.attempts});
        if retry.network.base_ms != usual.retry.network.base_ms {
            plan["baseDelaySeconds"] = seconds(retry.network.base_ms);
        }
        into.insert("backoffPlan".to_owned(), plan);
        let rest = callwright_model::tool::RetryPolicy { network: usual.retry.network, ..retry.clone() };
        if rest == usual.retry {
            held.push("policy.retry");
        } else {
            losses.add("policy.retry", "there is one plan for all errors there");
        }
    }
}

fn seconds(ms: u32) -> Value {
    if ms.is_multiple_of(1_000) { json!(ms / 1_000) } else { json!(f64::from(ms) / 1_000.0) }
}

/// A request that Vapi sends itself.
pub(super) fn api_request(
    spec: &ToolSpec,
    http: &HttpConfig,
    held: &mut Vec<&'static str>,
    losses: &mut Losses,
) -> Map<String, Value> {
    held.push("config");
    if spec.effect == effect(&http.method) {
        held.push("effect");
    }
    let mut tool = Map::new();
    tool.insert("type".to_owned(), json!("apiRequest"));
    let name: String = spec.name.chars().take(MOST_NAME).collect();
    if name != spec.name {
        losses.add("name", format!("it was cut to {MOST_NAME} characters"));
    }
    tool.insert("name".to_owned(), json!(name));
    if !spec.description.is_empty() {
        tool.insert("description".to_owned(), json!(spec.description));
    }
    tool.insert("method".to_owned(), json!(http.method));
    let url = theirs(&http.url, |name| Some(format!("{{{{{name}}}}}"))).unwrap_or_else(|what| {
        losses.add("config.url", format!("{what} cannot stand in an address there"));
        String::new()
    });
    tool.insert("url".to_owned(), json!(url));
    let in_headers = headers(spec, http, &mut tool, losses);
    auth(http, losses);
    let parameters = schema(&spec.model_parameters(), "parameters", losses);
    let is_read = |name: &String| http.query.values().any(|value| reads(value, name)) || http.url.contains(&read(name));
    let has_body = ["POST", "PUT", "PATCH"].contains(&http.method.as_str());
    match &http.body {
        None => body(&parameters, &in_headers, &mut tool, |name| has_body || http.query.is_empty() || is_read(name)),
        Some(Body { none: true, .. }) => {}
        Some(Body { json: Some(json), .. })
            if json.as_str().is_some_and(|text| text.starts_with("{{ parameters | pick(")) =>
        {
            let text = json.as_str().unwrap_or_default();
            body(&parameters, &in_headers, &mut tool, |name| text.contains(&format!("'{name}'")));
        }
        Some(_) => losses.add("config.body", "there the body is what the model fills in, as JSON"),
    }
    if http.preset.is_some() {
        losses.add("config.preset", "there the body is what the model fills in, and nothing beside it");
    }
    for (name, value) in http.query.iter().filter(|(name, value)| !reads(value, name)) {
        let _ = value;
        losses.add(format!("config.query.{name}"), "there only what the model fills in goes into the query");
    }
    for name in spec.bound.keys() {
        losses.add(format!("bound.{name}"), format!("{NAME} of this type fills nothing in"));
    }
    times(&spec.policy, &mut tool, held, losses);
    tool
}

/// Whether a value of the query is an argument of that very name.
fn reads(value: &Value, name: &str) -> bool {
    value.as_str().is_some_and(|text| pieces(text) == [Piece::Argument(name.to_owned())])
}

fn body(parameters: &Value, in_headers: &[String], tool: &mut Map<String, Value>, wants: impl Fn(&String) -> bool) {
    let properties = parameters.get("properties").and_then(Value::as_object).into_iter().flatten();
    let properties: Map<String, Value> = properties
        .filter(|(name, _)| !in_headers.contains(name) && wants(name))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    let required = parameters.get("required").and_then(Value::as_array).into_iter().flatten();
    let required: Vec<&Value> =
        required.filter(|name| name.as_str().is_some_and(|name| properties.contains_key(name))).collect();
    let mut body = json!({ "type": "object" });
    if !required.is_empty() {
        body["required"] = json!(required);
    }
    body["properties"] = Value::Object(properties);
    tool.insert("body".to_owned(), body);
}

/// Headers as a schema; gives the arguments that they read.
fn headers(spec: &ToolSpec, http: &HttpConfig, tool: &mut Map<String, Value>, losses: &mut Losses) -> Vec<String> {
    let (mut properties, mut required, mut used) = (Map::new(), Vec::new(), Vec::new());
    for (name, value) in &http.headers {
        match pieces(value).as_slice() {
            [Piece::Text(text)] => {
                properties.insert(name.clone(), json!({"type": "string", "enum": [text]}));
            }
            [Piece::Argument(argument)] => {
                let schema = spec.parameters.pointer("/properties").and_then(|all| all.get(argument));
                properties.insert(name.clone(), schema.cloned().unwrap_or_else(|| json!({"type": "string"})));
                if super::super::elevenlabs::is_required(spec, argument) {
                    required.push(name.clone());
                }
                used.push(argument.clone());
            }
            _ => losses.add(
                format!("config.headers.{name}"),
                "its template cannot stand there: use a credential of Vapi (`credentialId`)",
            ),
        }
    }
    if !properties.is_empty() {
        let mut headers = json!({"type": "object", "properties": properties});
        if !required.is_empty() {
            headers["required"] = json!(required);
        }
        tool.insert("headers".to_owned(), headers);
    }
    used
}

/// A schema with the keywords that they know; the others are told.
fn schema(value: &Value, place: &str, losses: &mut Losses) -> Value {
    let Some(map) = value.as_object() else { return json!({}) };
    let mut out = Map::new();
    for (keyword, value) in map {
        match keyword.as_str() {
            "properties" => {
                let inner = value.as_object().into_iter().flatten();
                let inner: Map<String, Value> = inner
                    .map(|(name, value)| (name.clone(), schema(value, &format!("{place}/properties/{name}"), losses)))
                    .collect();
                out.insert(keyword.clone(), Value::Object(inner));
            }
            "items" if value.is_object() => {
                _ = out.insert(keyword.clone(), schema(value, &format!("{place}/items"), losses))
            }
            "enum" if value.as_array().is_none_or(|values| !values.iter().all(Value::is_string)) => {
                losses.add(format!("{place}/enum"), "the choices of their schemas are texts");
            }
            "type" if !value.is_string() => {
                losses.add(format!("{place}/type"), "their schemas have one type");
                let first = value.as_array().and_then(|kinds| kinds.iter().find(|kind| *kind != "null"));
                out.insert(keyword.clone(), first.cloned().unwrap_or_else(|| json!("string")));
            }
            // Nothing else is taken here in any case, and theirs says nothing of it.
            "additionalProperties" if place == "parameters" && *value == json!(false) => {}
            known if KEYWORDS.contains(&known) => _ = out.insert(keyword.clone(), value.clone()),
            _ => losses.add(format!("{place}/{keyword}"), format!("the schemas of Vapi have no `{keyword}`")),
        }
    }
    Value::Object(out)
}
