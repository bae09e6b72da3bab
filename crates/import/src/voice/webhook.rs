//! A webhook tool.

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::tool::{
    HttpConfig, Policy, ToolSpec,
    http::{Auth, ClientAuth},
};
use serde_json::{Map, Value, json};

use crate::{Options, openapi::operation::effect, words};

const KNOWN: [&str; 9] =
    ["url", "method", "headers", "parameters", "response_format", "retry_config", "timeout_config", "auth", "response"];
/// The most parameters of a tool.
const MAX_PARAMETERS: usize = 200;

/// Makes a tool of a webhook; an error says what is wrong with which field.
pub(super) fn tool(
    map: &Map<String, Value>,
    name: String,
    options: &Options,
    warnings: &mut BTreeSet<String>,
) -> Result<ToolSpec, String> {
    super::tell_unknown(map, &KNOWN, warnings);
    let url = match map.get("url").and_then(Value::as_str).map(str::trim).filter(|url| !url.is_empty()) {
        Some(url) => url.to_owned(),
        None => return Err("a webhook needs `url`".to_owned()),
    };
    let method = map.get("method").and_then(Value::as_str).unwrap_or("POST").trim().to_ascii_uppercase();
    let auth = match &options.auth {
        Some(auth) => auth.clone(),
        None => auth(map.get("auth"))?,
    };
    let config = HttpConfig {
        preset: None,
        callback: None,
        method: method.clone(),
        url,
        query: BTreeMap::new(),
        headers: headers(map.get("headers"), warnings)?,
        body: None,
        auth,
        idempotency: None,
        redirects: 3,
        max_response_bytes: None,
        success_status_codes: Vec::new(),
    };
    let parameters = parameters(map.get("parameters"))?;
    let mut spec = super::common(map, name, config.into(), effect(&method), parameters);
    spec.result.schema = response(map.get("response_format"), warnings)?;
    retries(map.get("retry_config"), &mut spec.policy)?;
    timeouts(map.get("timeout_config"), &mut spec.policy)?;
    Ok(spec)
}

fn object<'v>(value: &'v Value, field: &str) -> Result<&'v Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("`{field}` must be an object"))
}

fn text(map: &Map<String, Value>, place: &str, field: &str) -> Result<String, String> {
    match map.get(field) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.clone()),
        _ => Err(format!("`{place}.{field}` must be a text")),
    }
}

/// A value that is not `${…}` is a credential in the open: it would be stored in the tool.
fn headers(value: Option<&Value>, warnings: &mut BTreeSet<String>) -> Result<BTreeMap<String, String>, String> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(BTreeMap::new()) };
    let mut headers = BTreeMap::new();
    for (name, value) in object(value, "headers")? {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return Err(format!("`headers.{}` must be a text", words::cut(name, 100))),
        };
        if crate::sample::secret::is_name(name) && !value.contains("${") {
            let secret = words::secret_word(name);
            warnings.insert(format!(
                "the value of the header `{}` was not taken over: set the secret `{secret}`",
                words::cut(name, 100)
            ));
            let scheme = value
                .split_once(' ')
                .map(|(scheme, _)| scheme)
                .filter(|scheme| ["Bearer", "Basic", "Token"].contains(scheme));
            let value = scheme.map_or_else(|| format!("${{{secret}}}"), |scheme| format!("{scheme} ${{{secret}}}"));
            headers.insert(name.clone(), value);
        } else {
            headers.insert(name.clone(), value);
        }
    }
    Ok(headers)
}

/// A list of parameters, or a schema.
fn parameters(value: Option<&Value>) -> Result<Value, String> {
    let list = match value {
        None | Some(Value::Null) => {
            return Ok(json!({"type": "object", "properties": {}, "additionalProperties": false}));
        }
        Some(schema @ Value::Object(_)) => return Ok(schema.clone()),
        Some(Value::Array(list)) if list.len() <= MAX_PARAMETERS => list,
        Some(Value::Array(_)) => return Err(format!("`parameters` may have at most {MAX_PARAMETERS} entries")),
        Some(_) => return Err("`parameters` must be a list or a JSON Schema".to_owned()),
    };
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (at, value) in list.iter().enumerate() {
        let place = format!("parameters.{at}");
        let map = object(value, &place)?;
        let name = text(map, &place, "name")?;
        if properties.contains_key(&name) {
            return Err(format!("`{place}.name` is used twice"));
        }
        let mut schema = Map::new();
        for (field, value) in map {
            match field.as_str() {
                "name" => {}
                "required" if value.is_boolean() => {
                    if *value == json!(true) {
                        required.push(name.clone());
                    }
                }
                _ => _ = schema.insert(field.clone(), value.clone()),
            }
        }
        properties.insert(name, Value::Object(schema));
    }
    // One with a default need not be given.
    required.retain(|name| properties.get(name).is_none_or(|schema| schema.get("default").is_none()));
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema["additionalProperties"] = json!(false);
    Ok(schema)
}

/// `{"slots": "array"}` says the types of fields; a real schema stays.
fn response(value: Option<&Value>, warnings: &mut BTreeSet<String>) -> Result<Option<Value>, String> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
    let format = object(value, "response_format")?;
    let kind = format.get("type").and_then(Value::as_str).unwrap_or("json");
    let Some(schema) = format.get("schema").filter(|schema| !schema.is_null()) else { return Ok(None) };
    if kind != "json" {
        warnings.insert(format!("`response_format` of type `{}` is not checked", words::cut(kind, 50)));
        return Ok(None);
    }
    let fields = object(schema, "response_format.schema")?;
    let is_schema = fields.contains_key("properties") || fields.contains_key("$ref") || fields.contains_key("anyOf");
    Ok(Some(if is_schema { schema.clone() } else { shorthand(fields, 0) }))
}

fn shorthand(fields: &Map<String, Value>, depth: usize) -> Value {
    const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "array", "object", "null"];
    let schema = |value: &Value| match value {
        Value::String(kind) if TYPES.contains(&kind.as_str()) => json!({ "type": kind }),
        Value::Object(inner)
            if inner.get("type").is_some_and(|kind| kind.as_str().is_some_and(|kind| TYPES.contains(&kind))) =>
        {
            value.clone()
        }
        Value::Object(inner) if depth < 8 => shorthand(inner, depth + 1),
        Value::Array(_) => json!({"type": "array"}),
        _ => json!({}),
    };
    let properties: Map<String, Value> = fields.iter().map(|(name, value)| (name.clone(), schema(value))).collect();
    json!({"type": "object", "properties": properties})
}

/// `max_attempts` counts the first sending; our `attempts` are those after it.
fn retries(value: Option<&Value>, policy: &mut Policy) -> Result<(), String> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(()) };
    let map = object(value, "retry_config")?;
    let retry = &mut policy.retry;
    if let Some(attempts) = number(map, "retry_config", "max_attempts")? {
        let again = u8::try_from(attempts.saturating_sub(1).min(10)).unwrap_or(10);
        for rule in [&mut retry.network, &mut retry.rate_limit, &mut retry.timeout] {
            rule.attempts = again;
        }
    }
    if let Some(delay) = number(map, "retry_config", "retry_delay_ms")? {
        let delay = u32::try_from(delay.min(60_000)).unwrap_or(60_000);
        for rule in [&mut retry.network, &mut retry.rate_limit, &mut retry.timeout] {
            rule.base_ms = delay;
        }
        if map.get("exponential_backoff") == Some(&json!(false)) {
            // A wait that may not grow is one that is capped at its beginning.
            retry.max_delay_ms = delay;
        }
    }
    if let Some(codes) = map.get("retry_on_status_codes").filter(|codes| !codes.is_null()) {
        retry.retry_on_status_codes = serde_json::from_value(codes.clone())
            .map_err(|_| "`retry_config.retry_on_status_codes` must be a list of statuses".to_owned())?;
    }
    Ok(())
}

fn timeouts(value: Option<&Value>, policy: &mut Policy) -> Result<(), String> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(()) };
    let map = object(value, "timeout_config")?;
    let read = |field: &str| -> Result<Option<u32>, String> {
        Ok(number(map, "timeout_config", field)?.map(|ms| u32::try_from(ms).unwrap_or(u32::MAX)))
    };
    policy.connect_timeout_ms = read("connection_timeout_ms")?.unwrap_or(policy.connect_timeout_ms);
    policy.read_timeout_ms = read("read_timeout_ms")?.unwrap_or(policy.read_timeout_ms);
    policy.timeout_ms = read("total_timeout_ms")?.unwrap_or(policy.timeout_ms);
    Ok(())
}

fn number(map: &Map<String, Value>, place: &str, field: &str) -> Result<Option<u64>, String> {
    match map.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| format!("`{place}.{field}` must be a whole number")),
    }
}

fn auth(value: Option<&Value>) -> Result<Auth, String> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(Auth::None) };
    let map = object(value, "auth")?;
    let field = |name: &str| text(map, "auth", name);
    Ok(match map.get("type").and_then(Value::as_str).unwrap_or_default() {
        "none" => Auth::None,
        "bearer" => Auth::Bearer { token: placeholder(field("token")?, "BEARER_TOKEN") },
        "api_key" => Auth::ApiKey {
            key: placeholder(field("key")?, "API_KEY"),
            header: Some(field("header_name").or_else(|_| field("header")).unwrap_or_else(|_| "X-API-Key".to_owned())),
            query: None,
        },
        "basic" => Auth::Basic { username: field("username")?, password: placeholder(field("password")?, "PASSWORD") },
        "oauth2" => Auth::Oauth2 {
            token_url: field("token_url")?,
            client_id: field("client_id")?,
            client_secret: placeholder(field("client_secret")?, "CLIENT_SECRET"),
            scopes: map
                .get("scope")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            audience: map.get("audience").and_then(Value::as_str).map(str::to_owned),
            client_auth: ClientAuth::Basic,
        },
        other => {
            return Err(format!(
                "`auth.type` is `{}`; it must be bearer, api_key, basic or oauth2",
                words::cut(other, 50)
            ));
        }
    })
}

/// What stands in the open is not kept.
fn placeholder(text: String, name: &str) -> String {
    if text.contains("${") { text } else { format!("${{{name}}}") }
}
