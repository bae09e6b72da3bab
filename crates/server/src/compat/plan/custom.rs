//! An assignment's `custom_configuration` on one side, our merge patch over the tool on the other.
//!
//! Both are merged over what the tool says (RFC 7386): objects field by field, `null` takes away. The
//! plan's words are `timeout`, `retry_attempts`, `url`, `method`, `headers`, `authentication`,
//! `request_body_template` and `response_handling`; everything else that an assignment may override goes
//! by our own names. The two directions are inverse to each other.

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::{
    Fault, Object,
    agent::OVERRIDABLE,
    merge::merge_patch,
    tool::{Effect, ToolSpec, http::Auth},
};
use serde_json::{Value, json};

use super::{
    authentication::Authentication,
    configuration::effect_of,
    fields::Fields,
    tool::{check_attempts, milliseconds, seconds},
};

/// Where the plan's form stands in a request.
pub(crate) const PATH: &str = "custom_configuration";

/// Every field that some kind of authentication has. A patch takes all of them away but its own, or it would mix two.
const AUTH_FIELDS: [&str; 12] = [
    "token",
    "key",
    "header",
    "query",
    "username",
    "password",
    "token_url",
    "client_id",
    "client_secret",
    "scopes",
    "audience",
    "client_auth",
];
/// The same for bodies.
const BODY_FIELDS: [&str; 4] = ["form", "raw", "content_type", "none"];
const RETRY_RULES: [&str; 3] = ["network", "rate_limit", "timeout"];
const RESPONSE_FIELDS: [(&str, &str); 3] =
    [("success_field", "success"), ("message_field", "message"), ("data_field", "data")];

/// Our merge patch over `tool` for what the plan says. `secrets` are the names that exist.
pub(crate) fn to_overrides(custom: Object, tool: &ToolSpec, secrets: &BTreeSet<String>) -> Result<Object, Fault> {
    let mut fields = Fields::new(PATH, custom);
    let mut patch = json!({});
    let mut say = |part: Value| merge_keeping_nulls(&mut patch, part);
    if let Some(ms) = timeout(&mut fields)? {
        say(json!({"policy": {"timeout_ms": ms, "read_timeout_ms": ms}}));
    }
    if let Some(attempts) = fields.take::<u8>("retry_attempts")? {
        check_attempts(&fields.path("retry_attempts"), attempts)?;
        say(json!({"policy": {"retry": retries(attempts, tool)}}));
    }
    if let Some(url) = fields.take::<String>("url")? {
        say(json!({"config": {"url": url}}));
    }
    if let Some(method) = method(&mut fields, tool)? {
        say(json!({"config": {"method": method}}));
    }
    if let Some(headers) = fields.take::<Object>("headers")? {
        for (name, value) in &headers {
            check_text(&format!("{PATH}.headers.{name}"), value)?;
        }
        say(json!({"config": {"headers": headers}}));
    }
    if let Some(authentication) = fields.object("authentication")? {
        // Headers are merged over the tool's, so one that says the same thing stays for the registry to judge.
        let path = fields.path("authentication");
        let auth = Authentication::parse(authentication)?.to_auth(secrets, &path, &mut BTreeMap::new())?;
        say(json!({"config": {"auth": alone(&serde_json::to_value(auth).map_err(Fault::internal)?, &AUTH_FIELDS)}}));
    }
    if let Some(template) = fields.take::<Value>("request_body_template")? {
        say(json!({"config": {"body": alone(&json!({"json": template}), &BODY_FIELDS)}}));
    }
    if let Some(mut handling) = fields.object("response_handling")? {
        for (plan, own) in RESPONSE_FIELDS {
            if let Some(path) = handling.raw(plan) {
                check_text(&handling.path(plan), &path)?;
                say(json!({"result": {own: path}}));
            }
        }
        handling.finish()?;
    }
    own_fields(&mut fields, &mut patch)?;
    fields.finish()?;
    Ok(object(patch))
}

/// The plan's form of our merge patch over `tool`.
pub(crate) fn from_overrides(overrides: &Object, tool: &ToolSpec) -> Object {
    let mut rest = Value::Object(overrides.clone());
    let mut custom = Object::new();
    let mut show = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            custom.insert(name.to_owned(), value);
        }
    };
    show("timeout", take_timeout(&mut rest));
    show("retry_attempts", take_attempts(&mut rest, tool));
    show("url", take(&mut rest, &["config", "url"], Value::is_string));
    show("method", take(&mut rest, &["config", "method"], Value::is_string));
    show("headers", take(&mut rest, &["config", "headers"], Value::is_object));
    show("authentication", take_authentication(&mut rest));
    show("request_body_template", take_template(&mut rest));
    show("response_handling", take_response_handling(&mut rest));
    for (name, value) in object(rest) {
        show(&name, Some(value));
    }
    custom
}

fn timeout(fields: &mut Fields) -> Result<Option<u32>, Fault> {
    let mut found = None;
    for name in ["timeout", "timeout_seconds"] {
        let Some(given) = fields.take::<f64>(name)? else { continue };
        let path = fields.path(name);
        let ms = milliseconds(&path, given)?;
        if found.is_some_and(|before| before != ms) {
            return Err(Fault::invalid(&path, format!("`{path}` and `{}` differ", fields.path("timeout"))));
        }
        found = Some(ms);
    }
    Ok(found)
}

/// The same number of attempts for every class of error, with the tool's own waits.
fn retries(attempts: u8, tool: &ToolSpec) -> Value {
    let retry = &tool.policy.retry;
    let mut rules = json!({});
    for (name, rule) in RETRY_RULES.into_iter().zip([retry.network, retry.rate_limit, retry.timeout]) {
        rules[name] = json!({"attempts": attempts, "base_ms": rule.base_ms});
    }
    rules
}

fn check_text(path: &str, value: &Value) -> Result<(), Fault> {
    if value.is_string() || value.is_null() {
        return Ok(());
    }
    Err(Fault::invalid(path, format!("`{path}` must be a text, or `null` to take the tool's own away")))
}

/// A tool that only reads is retried and repeated freely, so an assignment may not make it write.
fn method(fields: &mut Fields, tool: &ToolSpec) -> Result<Option<String>, Fault> {
    let Some(method) = fields.take::<String>("method")? else { return Ok(None) };
    let was_read = tool.config.http().is_some_and(|http| effect_of(&http.method) == Effect::Read);
    if tool.effect == Effect::Read && was_read && effect_of(&method) != Effect::Read {
        let path = fields.path("method");
        let message = format!("`{path}` would make the tool `{}` write, which is declared to read only", tool.name);
        return Err(Fault::invalid(&path, message));
    }
    Ok(Some(method))
}

/// Merges what goes by our own names, and refuses what was said in the plan's words already.
fn own_fields(fields: &mut Fields, patch: &mut Value) -> Result<(), Fault> {
    for name in OVERRIDABLE {
        let Some(value) = fields.raw(name) else { continue };
        let part = json!({ name: value });
        if let Some(twice) = overlap(patch, &part, String::new()) {
            let path = format!("{PATH}.{twice}");
            return Err(Fault::invalid(&path, format!("`{path}` is said twice, here and in the plan's words")));
        }
        merge_keeping_nulls(patch, part);
    }
    Ok(())
}

/// The path of the first value that both have.
fn overlap(one: &Value, other: &Value, path: String) -> Option<String> {
    let (Value::Object(one), Value::Object(other)) = (one, other) else { return Some(path) };
    other.iter().find_map(|(name, there)| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        overlap(one.get(name)?, there, path)
    })
}

/// Puts two patches into one; unlike applying one, this keeps what takes away.
fn merge_keeping_nulls(target: &mut Value, part: Value) {
    match (target, part) {
        (Value::Object(target), Value::Object(part)) => {
            for (name, value) in part {
                merge_keeping_nulls(target.entry(name).or_insert(Value::Null), value);
            }
        }
        (target, part) => *target = part,
    }
}

/// `value` as a patch that leaves none of `fields` beside its own.
fn alone(value: &Value, fields: &[&str]) -> Value {
    let mut patch = object(value.clone());
    for field in fields {
        patch.entry(*field).or_insert(Value::Null);
    }
    Value::Object(patch)
}

/// What [`alone`] was given, if `patch` is its work.
fn was_alone(patch: &Value, fields: &[&str]) -> Option<Value> {
    let has_all = patch.as_object().is_some_and(|patch| fields.iter().all(|field| patch.contains_key(*field)));
    let mut value = json!({});
    merge_patch(&mut value, patch);
    (has_all && alone(&value, fields) == *patch).then_some(value)
}

/// Takes the value at `path` out of `rest`, when it is as wanted, and the objects that become empty by that.
fn take(rest: &mut Value, path: &[&str], is_wanted: impl Fn(&Value) -> bool) -> Option<Value> {
    let (name, deeper) = path.split_first()?;
    let object = rest.as_object_mut()?;
    if deeper.is_empty() {
        return if is_wanted(object.get(*name)?) { object.shift_remove(*name) } else { None };
    }
    let inner = object.get_mut(*name)?;
    let taken = take(inner, deeper, is_wanted)?;
    if inner.as_object().is_some_and(Object::is_empty) {
        object.shift_remove(*name);
    }
    Some(taken)
}

fn take_timeout(rest: &mut Value) -> Option<Value> {
    let both = (rest.pointer("/policy/timeout_ms"), rest.pointer("/policy/read_timeout_ms"));
    let (Some(whole), Some(read)) = both else { return None };
    let ms = whole.as_u64().filter(|_| whole == read).and_then(|ms| u32::try_from(ms).ok())?;
    let is_plans = milliseconds("", f64::from(ms) / 1_000.0).is_ok_and(|back| back == ms);
    if !is_plans {
        return None;
    }
    take(rest, &["policy", "timeout_ms"], |_| true)?;
    take(rest, &["policy", "read_timeout_ms"], |_| true)?;
    Some(Value::Number(seconds(ms)))
}

fn take_attempts(rest: &mut Value, tool: &ToolSpec) -> Option<Value> {
    let retry = rest.pointer("/policy/retry")?;
    let attempts = retry.pointer("/network/attempts")?.as_u64().and_then(|n| u8::try_from(n).ok())?;
    let wanted = retries(attempts, tool);
    let is_plans =
        check_attempts("", attempts).is_ok() && RETRY_RULES.iter().all(|rule| retry.get(rule) == wanted.get(rule));
    if !is_plans {
        return None;
    }
    for rule in RETRY_RULES {
        take(rest, &["policy", "retry", rule], |_| true)?;
    }
    Some(json!(attempts))
}

fn take_authentication(rest: &mut Value) -> Option<Value> {
    let auth = was_alone(rest.pointer("/config/auth")?, &AUTH_FIELDS)?;
    let auth: Auth = serde_json::from_value(auth).ok()?;
    let (shown, None) = Authentication::from_auth(&auth)? else { return None };
    let shown = serde_json::to_value(shown).ok()?;
    take(rest, &["config", "auth"], |_| true)?;
    Some(shown)
}

fn take_template(rest: &mut Value) -> Option<Value> {
    let body = rest.pointer("/config/body")?.as_object()?;
    let is_alone = body.len() == BODY_FIELDS.len() + 1
        && BODY_FIELDS.iter().all(|field| body.get(*field).is_some_and(Value::is_null))
        && body.get("json").is_some_and(|template| !template.is_null());
    if !is_alone {
        return None;
    }
    take(rest, &["config", "body"], |_| true)?.get("json").cloned()
}

fn take_response_handling(rest: &mut Value) -> Option<Value> {
    let mut handling = Object::new();
    for (plan, own) in RESPONSE_FIELDS {
        if let Some(path) = take(rest, &["result", own], |_| true) {
            handling.insert(plan.to_owned(), path);
        }
    }
    (!handling.is_empty()).then_some(Value::Object(handling))
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}
