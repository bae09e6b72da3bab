//! Tools that ask a server: functions, and plain requests.

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::tool::{
    Bound, ClientConfig, Config, Effect, ExplicitBound, HttpConfig, Policy, ToolSpec, Trust,
    http::{Auth, Body},
};
use serde_json::{Map, Value, json};

use super::text;
use crate::{
    Options,
    export::vapi::envelope,
    openapi::{fields::Fields, operation::effect},
    pieces::ours,
    words::{self, read},
};

/// A function: at its own server in Vapi's envelope, at an address of the importer's, or in the client.
pub(super) fn function(
    map: &Map<String, Value>,
    options: &Options,
    warnings: &mut BTreeSet<String>,
) -> Result<(String, ToolSpec), String> {
    let none = Map::new();
    let function = map.get("function").and_then(Value::as_object).unwrap_or(&none);
    let own = text(function, "name").ok_or("it has no `function.name`")?.to_owned();
    let mut notes = Vec::new();
    let mut parameters = match function.get("parameters").filter(|schema| schema.is_object()) {
        Some(schema) => crate::openai::parameters(&json!({ "parameters": schema }), &mut notes),
        None => json!({"type": "object", "properties": {}}),
    };
    warnings.extend(notes);
    let bound = fixed(map, &mut parameters, warnings);
    let server = map.get("server").and_then(Value::as_object);
    let (config, policy) = match server.and_then(|server| text(server, "url").map(|url| (server, url))) {
        Some((server, url)) => (at_server(&own, server, url, options, warnings)?, policy(server, warnings)),
        None => match &options.endpoint {
            Some(endpoint) => {
                let url = words::escape(&endpoint.replace("{name}", &own));
                (request("POST", url, BTreeMap::new(), None, options).into(), Policy::default())
            }
            None => {
                let expects_response = map.get("async") != Some(&Value::Bool(true));
                (Config::Client(ClientConfig { expects_response, ..ClientConfig::default() }), Policy::default())
            }
        },
    };
    if map.get("async") == Some(&Value::Bool(true)) && config.client().is_none() {
        warnings.insert(
            "`async` was left out: here a call waits for its answer, or says so with `policy.answer_by_ms`".to_owned(),
        );
    }
    if function.get("strict") == Some(&Value::Bool(true)) {
        warnings.insert("`function.strict` was left out: arguments are checked here in any case".to_owned());
    }
    let mut spec = crate::listed::spec(function, config, Effect::Write, parameters);
    spec.policy = policy;
    spec.bound = bound;
    if server.is_some() && spec.config.http().is_some_and(|http| http.body.is_some()) {
        spec.result.data = Some("/results/0/result".to_owned());
    }
    Ok((own, spec))
}

/// Values that are always sent.
fn fixed(map: &Map<String, Value>, parameters: &mut Value, warnings: &mut BTreeSet<String>) -> BTreeMap<String, Bound> {
    let mut bound = BTreeMap::new();
    for one in map.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let (Some(key), Some(value)) = (one.get("key").and_then(Value::as_str), one.get("value")) else { continue };
        let written = match value {
            Value::String(text) => ours(text, |_| false).map(Value::String),
            Value::Number(_) | Value::Bool(_) => Some(value.clone()),
            _ => None,
        };
        match written.filter(|_| words::is_parameter_name(key)) {
            Some(written) => {
                parameters["properties"][key] = json!({});
                // Their variables come from whoever holds the call.
                let varies = written.as_str().is_some_and(|text| text.contains("{{ context."));
                let bound_value = match varies {
                    true => Bound::Explicit(ExplicitBound { value: written, trust: Trust::Client }),
                    false => Bound::Plain(written),
                };
                bound.insert(key.to_owned(), bound_value);
            }
            None => {
                _ = warnings.insert(format!(
                    "the fixed value `{}` cannot be written here and was left out",
                    words::cut(key, 60)
                ))
            }
        }
    }
    bound
}

fn at_server(
    own: &str,
    server: &Map<String, Value>,
    url: &str,
    options: &Options,
    warnings: &mut BTreeSet<String>,
) -> Result<Config, String> {
    let mut headers = BTreeMap::new();
    for (name, value) in server.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let text = value.as_str().ok_or_else(|| format!("`server.headers.{}` must be a text", words::cut(name, 60)))?;
        headers.insert(name.clone(), header(name, text, warnings));
    }
    for (field, _) in server.iter().filter(|(field, value)| {
        !value.is_null() && !["url", "timeoutSeconds", "headers", "backoffPlan"].contains(&field.as_str())
    }) {
        warnings.insert(format!("`server.{}` was left out", words::cut(field, 60)));
    }
    let body = Body { json: Some(envelope(own)), ..Body::default() };
    Ok(request("POST", words::escape(url), headers, Some(body), options).into())
}

/// A credential in the open is not taken over.
fn header(name: &str, text: &str, warnings: &mut BTreeSet<String>) -> String {
    if crate::sample::secret::is_name(name) || crate::sample::secret::is_value(text) {
        let secret = words::secret_word(name);
        let shown = words::cut(name, 60);
        warnings.insert(format!("the value of the header `{shown}` was not taken over: set the secret `{secret}`"));
        return format!("${{{secret}}}");
    }
    words::escape(text)
}

fn policy(map: &Map<String, Value>, warnings: &mut BTreeSet<String>) -> Policy {
    let mut policy = Policy::default();
    if let Some(seconds) = map.get("timeoutSeconds").and_then(Value::as_f64).filter(|seconds| *seconds > 0.0) {
        // Bounded first, so that the cast keeps its value.
        let ms = (seconds.clamp(1.0, 600.0) * 1_000.0).round() as u32;
        policy.timeout_ms = ms;
        policy.read_timeout_ms = ms;
    }
    if let Some(plan) = map.get("backoffPlan").and_then(Value::as_object) {
        let most = plan.get("maxRetries").and_then(Value::as_u64).unwrap_or(0);
        policy.retry.network.attempts = u8::try_from(most.min(10)).unwrap_or(10);
        if let Some(delay) = plan.get("baseDelaySeconds").and_then(Value::as_f64).filter(|delay| *delay > 0.0) {
            policy.retry.network.base_ms = (delay.clamp(0.01, 60.0) * 1_000.0).round() as u32;
        }
        warnings.insert("`backoffPlan` counts for errors of the network and 502 to 504 here; a write is sent again only where that is safe".to_owned());
    }
    policy
}

fn request(
    method: &str,
    url: String,
    headers: BTreeMap<String, String>,
    body: Option<Body>,
    options: &Options,
) -> HttpConfig {
    HttpConfig {
        preset: None,
        callback: None,
        method: method.to_owned(),
        url,
        query: BTreeMap::new(),
        headers,
        body,
        auth: options.auth.clone().unwrap_or(Auth::None),
        idempotency: None,
        redirects: 3,
        max_response_bytes: None,
        success_status_codes: Vec::new(),
    }
}

/// A plain request: the model fills in the body and those headers that are not fixed.
pub(super) fn api_request(
    map: &Map<String, Value>,
    options: &Options,
    warnings: &mut BTreeSet<String>,
) -> Result<(String, ToolSpec), String> {
    let url = text(map, "url").ok_or("it has no `url`")?;
    let own = text(map, "name").unwrap_or("api_request").to_owned();
    let method = text(map, "method").unwrap_or("GET").to_ascii_uppercase();
    let mut fields = Fields::default();
    let has_body = ["POST", "PUT", "PATCH"].contains(&method.as_str());
    let body = map.get("body").and_then(Value::as_object);
    let mut names = Vec::new();
    if let Some(body) = body {
        let required: Vec<&str> =
            body.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = body.get("properties").and_then(Value::as_object);
        fields.reserve(properties.into_iter().flatten().map(|(name, _)| name));
        for (name, schema) in properties.into_iter().flatten() {
            if !words::is_parameter_name(name) || !schema.is_object() {
                warnings.insert(format!(
                    "`body.properties.{}` cannot be an argument and was left out",
                    words::cut(name, 60)
                ));
                continue;
            }
            fields.add_reserved(name, schema.clone(), required.contains(&name.as_str()));
            names.push(name.clone());
        }
    }
    let headers = headers(map, &mut fields, warnings)?;
    let is_argument = |name: &str| fields.properties.contains_key(name);
    let url = ours(url, is_argument).ok_or("its `url` has a template that is not known here")?;
    let body = match (has_body, body) {
        (true, None) => Some(Body { none: true, ..Body::default() }),
        (true, Some(_)) if fields.properties.len() > names.len() => Some(picked(&names)),
        (true, Some(_)) => None,
        (false, _) => None,
    };
    let mut http = request(&method, url, headers, body, options);
    if !has_body && !names.is_empty() {
        // Without a body, what the model fills in goes into the query, but for what the address reads.
        for name in names.iter().filter(|name| !http.url.contains(&format!("{{{{ {} }}}}", read(name)))) {
            let optional = if fields.required.contains(name) { "" } else { " | default(none)" };
            http.query.insert(name.clone(), json!(format!("{{{{ {}{optional} }}}}", read(name))));
        }
    }
    let parameters = fields.schema();
    let policy = policy(map, warnings);
    let mut spec = crate::listed::spec(map, http.into(), effect(&method), parameters);
    spec.policy = policy;
    Ok((own, spec))
}

fn picked(names: &[String]) -> Body {
    let list: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    let json =
        if names.is_empty() { json!({}) } else { json!(format!("{{{{ parameters | pick({}) }}}}", list.join(", "))) };
    Body { json: Some(json), ..Body::default() }
}

/// Headers are a schema there; one of a single value is fixed.
fn headers(
    map: &Map<String, Value>,
    fields: &mut Fields,
    warnings: &mut BTreeSet<String>,
) -> Result<BTreeMap<String, String>, String> {
    let mut headers = BTreeMap::new();
    let Some(schema) = map.get("headers").and_then(Value::as_object) else { return Ok(headers) };
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let fixed = ["value", "default", "const"].iter().find_map(|field| property.get(*field)).or_else(|| {
            property
                .get("enum")
                .and_then(Value::as_array)
                .filter(|values| values.len() == 1)
                .and_then(|values| values.first())
        });
        if let Some(text) = fixed.and_then(Value::as_str) {
            headers.insert(name.clone(), header(name, text, warnings));
            continue;
        }
        let is_required = required.contains(&name.as_str());
        let argument = fields.add(name, "header", property.clone(), is_required);
        let optional = if is_required { "" } else { " | default('')" };
        headers.insert(name.clone(), format!("{{{{ {}{optional} }}}}", read(&argument)));
    }
    Ok(headers)
}
