//! What a request carries.
//!
//! JSON and form bodies keep the types of their values and cannot be broken out of. In a raw body a value is
//! escaped for the two types of text that have an escape (XML and forms); a raw body of JSON with
//! placeholders is refused when it is saved, because `body.json` does it right.

use std::collections::BTreeSet;

use bytes::Bytes;
use callwright_expr::{Names, Scope, Template, ValueTemplate};
use callwright_model::{Fault, Object, tool::http::Body};
use serde_json::{Value, json};

use super::{compile::refuse, query, url::encode};

/// The deepest nesting of a form.
const MAX_FORM_DEPTH: usize = 16;

/// A compiled body.
#[derive(Debug, Clone)]
pub(crate) enum BodyPlan {
    /// No body.
    None,
    /// The arguments as JSON.
    Arguments,
    /// What automation platforms expect.
    Automation {
        /// The tool's name.
        action: String,
        /// Whether the result comes later, to an address that the body holds.
        is_late: bool,
    },
    /// A JSON value.
    Json(ValueTemplate),
    /// An `application/x-www-form-urlencoded` body; the value is an object.
    Form(ValueTemplate),
    /// A text.
    Raw {
        /// The text.
        text: Template,
        /// How a value is put into it.
        escape: Escape,
    },
}

/// How a value is put into a raw body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// As it is.
    None,
    /// As XML text.
    Xml,
    /// As a value of a form.
    Form,
}

/// A body rendered for one call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rendered {
    /// No body.
    None,
    /// JSON.
    Json(Value),
    /// An encoded form.
    Form(String),
    /// A text.
    Raw(String),
}

impl BodyPlan {
    /// Checks and compiles `body`; without one, what `method` sends by itself. Gives the content type too.
    pub(crate) fn compile(
        body: Option<&Body>,
        method: &http::Method,
        header_type: Option<&str>,
        names: &Names,
    ) -> Result<(Self, Option<String>), Fault> {
        let Some(body) = body else {
            let sends = [http::Method::POST, http::Method::PUT, http::Method::PATCH].contains(method);
            return Ok(if sends { (Self::Arguments, Some(JSON.to_owned())) } else { (Self::None, None) });
        };
        let given = [body.json.is_some(), body.form.is_some(), body.raw.is_some(), body.none];
        if given.iter().filter(|given| **given).count() != 1 {
            return refuse("config.body", "must have exactly one of `json`, `form`, `raw` and `none: true`");
        }
        if body.content_type.is_some() && body.raw.is_none() {
            return refuse("config.body.content_type", "belongs to `raw`; JSON and form bodies have their own");
        }
        if body.none {
            return Ok((Self::None, None));
        }
        if *method == http::Method::GET || *method == http::Method::HEAD {
            return refuse(
                "config.body",
                format!("a {method} request has no body; use `config.query`, or another method"),
            );
        }
        let compile = |value: &Value, field: &str| {
            ValueTemplate::compile(value, names).map_err(|error| super::compile::template_fault(field, &error))
        };
        if let Some(json) = &body.json {
            return Ok((Self::Json(compile(json, "config.body.json")?), Some(JSON.to_owned())));
        }
        if let Some(form) = &body.form {
            let object = Value::Object(form.iter().map(|(name, value)| (name.clone(), value.clone())).collect());
            return Ok((Self::Form(compile(&object, "config.body.form")?), Some(FORM.to_owned())));
        }
        let text = body.raw.as_deref().unwrap_or_default();
        let content_type = body.content_type.as_deref().or(header_type).unwrap_or(TEXT);
        Self::raw(text, content_type, names)
    }

    fn raw(text: &str, content_type: &str, names: &Names) -> Result<(Self, Option<String>), Fault> {
        let template = Template::compile(text, names)
            .map_err(|error| super::compile::template_fault("config.body.raw", &error))?;
        let kind = essence(content_type);
        let escape = if is_xml(&kind) {
            Escape::Xml
        } else if kind == FORM {
            Escape::Form
        } else {
            Escape::None
        };
        if is_json(&kind) && !template.is_literal() {
            let why = "a value could break out of JSON that is written as text; use `config.body.json`, \
                       where a text that is one expression keeps its type";
            return refuse("config.body.raw", why);
        }
        Ok((Self::Raw { text: template, escape }, Some(content_type.to_owned())))
    }

    /// The secrets it reads.
    pub(crate) fn secrets(&self) -> Option<&BTreeSet<String>> {
        match self {
            Self::None | Self::Arguments | Self::Automation { .. } => None,
            Self::Json(value) | Self::Form(value) => Some(value.secrets()),
            Self::Raw { text, .. } => Some(text.secrets()),
        }
    }

    /// The body of one call; `key` is put into its top level.
    pub(crate) fn render(&self, scope: &Scope<'_>, key: Option<(&str, &str)>) -> Result<Rendered, (String, String)> {
        let at = |field: &str, message: String| (field.to_owned(), message);
        match self {
            Self::None => Ok(Rendered::None),
            Self::Arguments => Ok(Rendered::Json(keyed(Value::Object(scope.parameters.clone()), key)?)),
            Self::Automation { action, is_late } => {
                Ok(Rendered::Json(keyed(automation(action, *is_late, scope), key)?))
            }
            Self::Json(value) => {
                let value = value.render(scope).map_err(|error| at("config.body.json", error.to_string()))?;
                Ok(Rendered::Json(keyed(value, key)?))
            }
            Self::Form(value) => {
                let value = value.render(scope).map_err(|error| at("config.body.form", error.to_string()))?;
                let Value::Object(fields) = keyed(value, key)? else { return Ok(Rendered::Form(String::new())) };
                form(&fields).map(Rendered::Form).map_err(|message| at("config.body.form", message))
            }
            Self::Raw { text, escape } => {
                let rendered = match escape {
                    Escape::None => text.render(scope),
                    Escape::Xml => text.render_with(scope, &xml),
                    Escape::Form => text.render_with(scope, &encode),
                };
                rendered.map(Rendered::Raw).map_err(|error| at("config.body.raw", error.message))
            }
        }
    }
}

/// The fields that an automation platform is sent.
pub(crate) const AUTOMATION: [&str; 6] =
    ["action", "parameters", "agent_id", "conversation_id", "execution_id", "webhook_response_url"];

/// What is to be done, with what, and for whom. Who calls and where is the server's word if it has one.
fn automation(action: &str, is_late: bool, scope: &Scope<'_>) -> Value {
    let known = |name: &str| scope.context.get(name).cloned().unwrap_or(Value::Null);
    let mut body = json!({
        "action": action,
        "parameters": scope.parameters,
        "agent_id": known("agent_id"),
        "conversation_id": known("conversation_id"),
        "execution_id": scope.extra.get("execution_id").cloned().unwrap_or(Value::Null),
    });
    if is_late {
        body["webhook_response_url"] = scope.context.verified.get("callback_url").cloned().unwrap_or(Value::Null);
    }
    body
}

/// The content type of JSON.
pub(crate) const JSON: &str = "application/json";
/// The content type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
const TEXT: &str = "text/plain; charset=utf-8";

impl Rendered {
    /// The bytes to send.
    pub(crate) fn into_bytes(self) -> Bytes {
        match self {
            Self::None => Bytes::new(),
            Self::Json(value) => serde_json::to_vec(&value).unwrap_or_default().into(),
            Self::Form(text) | Self::Raw(text) => text.into(),
        }
    }

    /// The body as a rehearsal shows it.
    pub(crate) fn show(self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Json(value) => value,
            Self::Form(text) | Self::Raw(text) => Value::String(text),
        }
    }
}

/// The type of a `Content-Type` without its parameters, in lower case.
pub(crate) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a type is JSON.
pub(crate) fn is_json(essence: &str) -> bool {
    essence == JSON || essence == "text/json" || essence.ends_with("+json")
}

/// Whether a type is XML.
pub(crate) fn is_xml(essence: &str) -> bool {
    essence == "application/xml" || essence == "text/xml" || essence.ends_with("+xml")
}

/// Puts the idempotency key into an object.
fn keyed(mut value: Value, key: Option<(&str, &str)>) -> Result<Value, (String, String)> {
    let Some((field, key)) = key else { return Ok(value) };
    match &mut value {
        Value::Object(object) => {
            object.insert(field.to_owned(), Value::String(key.to_owned()));
            Ok(value)
        }
        _ => Err((
            "config.idempotency.field".to_owned(),
            "the body is not an object, so it cannot hold the key".to_owned(),
        )),
    }
}

/// Encodes a form. Objects give `a[b]=`, lists of plain values `a[]=`, other lists `a[0]…=`; `null` is left out.
fn form(fields: &Object) -> Result<String, String> {
    let mut text = String::new();
    for (name, value) in fields {
        form_value(&mut text, &encode(name), value, 0)?;
    }
    Ok(text)
}

fn form_value(text: &mut String, name: &str, value: &Value, depth: usize) -> Result<(), String> {
    if depth > MAX_FORM_DEPTH {
        return Err(format!("`{name}` is nested deeper than {MAX_FORM_DEPTH} levels"));
    }
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                form_value(text, &format!("{name}%5B{}%5D", encode(key)), value, depth + 1)?;
            }
        }
        Value::Array(items) => {
            let plain = !items.iter().any(|item| item.is_object() || item.is_array());
            for (index, item) in items.iter().enumerate() {
                let index = if plain { String::new() } else { index.to_string() };
                form_value(text, &format!("{name}%5B{index}%5D"), item, depth + 1)?;
            }
        }
        plain => query::push(text, name, plain),
    }
    Ok(())
}

/// Escapes a value for XML text and attribute values, and leaves out what XML cannot hold.
fn xml(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => escaped.push(c),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(value: Value) -> String {
        form(value.as_object().unwrap()).unwrap()
    }

    #[test]
    fn forms_nest_with_brackets() {
        let value = json!({"a": 1, "b": {"c": [true, "x y"]}, "n": null, "items": [{"p": "&="}, {"p": 2.5}]});
        let decoded = "a=1&b[c][]=true&b[c][]=x%20y&items[0][p]=%26%3D&items[1][p]=2.5";
        assert_eq!(encoded(value).replace("%5B", "[").replace("%5D", "]"), decoded);
        assert_eq!(encoded(json!({})), "");
        let mut deep = json!("x");
        for _ in 0..40 {
            deep = json!({ "a": deep });
        }
        assert!(form(deep.as_object().unwrap()).is_err());
    }

    #[test]
    fn xml_values_cannot_close_their_element() {
        assert_eq!(xml("</a><b c='1'>&\u{1}"), "&lt;/a&gt;&lt;b c=&apos;1&apos;&gt;&amp;");
    }

    #[test]
    fn types_are_told_apart_without_their_parameters() {
        assert!(is_json(&essence("Application/Problem+JSON; charset=utf-8")));
        assert!(is_xml(&essence("text/xml")));
        assert!(!is_json(&essence("text/plain; note=json")));
    }
}
