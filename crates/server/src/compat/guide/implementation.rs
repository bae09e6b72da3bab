//! `implementation`: what carries a tool out, in the guide's words on one side and as our `config` on the other.
//!
//! A field that is given takes the place of what the tool says, `null` takes it away, and what is not given stays. The
//! guide's own words are `url`, `method`, `headers` and `auth`, for a tool of an MCP server `server_name` and `tool_name`, for a webhook `webhook_url` and `callback_required`, and
//! for a function `code` and `function_name`; everything else that a configuration may hold goes by our names.

use std::collections::BTreeSet;

use callwright_model::{
    Fault, Object,
    tool::{
        Config, HttpConfig, ToolSpec,
        http::{Auth, Callback},
    },
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{auth, credential::Credentials, tool_type::ToolType};
use crate::compat::plan::fields::Fields;

pub(super) const PATH: &str = "implementation";
const DEFAULT_REDIRECTS: u64 = 3;

/// Our `config`. `current` is what the tool has, when that is of the same kind.
pub(super) fn parse(
    given: Object,
    tool_type: ToolType,
    current: Option<&Config>,
    credentials: &mut Credentials,
) -> Result<Object, Fault> {
    if let ToolType::ApiEndpoint | ToolType::Webhook = tool_type {
        return http(given, tool_type == ToolType::Webhook, current.and_then(Config::http), credentials);
    }
    let mut config = current.map_or_else(Object::new, object);
    for (name, value) in given {
        match (tool_type, name.as_str()) {
            (ToolType::McpServer, "server_name") => set(&mut config, "server", value),
            (ToolType::McpServer, "tool_name") => set(&mut config, "tool", value),
            _ => set(&mut config, &name, value),
        }
    }
    if tool_type == ToolType::McpServer
        && let Some(before) = current.and_then(Config::mcp)
        && (config.get("server"), config.get("tool")) != (Some(&json!(before.server)), Some(&json!(before.tool)))
    {
        // What was agreed to was another tool's definition.
        config.shift_remove("definition");
    }
    Ok(config)
}

fn http(
    given: Object,
    is_webhook: bool,
    current: Option<&HttpConfig>,
    credentials: &mut Credentials,
) -> Result<Object, Fault> {
    let mut config = match current {
        Some(current) => object(current),
        None => object(&json!({ "method": if is_webhook { "POST" } else { "GET" } })),
    };
    for (name, value) in given {
        let path = format!("{PATH}.{name}");
        match (name.as_str(), value) {
            ("webhook_url", value) if is_webhook => set(&mut config, "url", value),
            ("callback_required", Value::Bool(true)) if is_webhook => {
                config.entry("callback").or_insert_with(|| json!({}));
            }
            ("callback_required", Value::Bool(false) | Value::Null) if is_webhook => {
                config.shift_remove("callback");
            }
            ("callback_required", _) if is_webhook => {
                return Err(Fault::invalid(&path, format!("`{path}` must be true or false")));
            }
            ("auth", Value::Null) => {
                config.shift_remove("auth");
            }
            ("auth", Value::Object(given)) => {
                let auth = auth::parse(Fields::new(&path, given), current.map(|http| &http.auth), credentials)?;
                config.insert(name, serde_json::to_value(auth).map_err(Fault::internal)?);
            }
            ("auth", _) => return Err(Fault::invalid(&path, format!("`{path}` must be an object"))),
            (_, value) => set(&mut config, &name, value),
        }
    }
    Ok(config)
}

/// The guide's form. `own` are the secrets that came with the tool.
pub(super) fn show(spec: &ToolSpec, tool_type: ToolType, own: &BTreeSet<String>) -> Object {
    if let Some(mcp) = spec.config.mcp() {
        return object(&json!({ "server_name": mcp.server, "tool_name": mcp.tool }));
    }
    let mut shown = object(&spec.config);
    let Some(http) = spec.config.http() else { return shown };
    shown.shift_remove("auth");
    if http.auth != Auth::None
        && let Some(auth) = auth::show(&http.auth, own)
    {
        shown.insert("auth".to_owned(), auth);
    }
    if shown.get("redirects").and_then(Value::as_u64) == Some(DEFAULT_REDIRECTS) {
        shown.shift_remove("redirects");
    }
    if tool_type == ToolType::Webhook {
        if let Some(url) = shown.shift_remove("url") {
            shown.insert("webhook_url".to_owned(), url);
        }
        if http.callback == Some(Callback::default()) {
            shown.shift_remove("callback");
        }
        shown.insert("callback_required".to_owned(), json!(http.callback.is_some()));
    }
    shown
}

/// Puts a value in, or takes it away with `null`.
pub(super) fn set(object: &mut Object, name: &str, value: Value) {
    if value.is_null() {
        object.shift_remove(name);
    } else {
        object.insert(name.to_owned(), value);
    }
}

/// What is written as a JSON object.
pub(super) fn object(value: &impl Serialize) -> Object {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => object,
        _ => Object::new(),
    }
}
