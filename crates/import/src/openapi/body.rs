//! What a request carries.

use std::collections::BTreeMap;

use callwright_model::tool::http::Body;
use serde_json::{Map, Value, json};

use super::{
    fields::Fields,
    parameter::{describe_default, has_type},
    reference::follow,
};
use crate::{
    schema::{Inliner, Over},
    words::{self, read},
};

/// The most fields of a body that become arguments of their own; with more the body is one argument.
const MAX_FLAT: usize = 200;

/// A request body, its arguments not yet added.
#[derive(Debug)]
pub(crate) enum Plan {
    /// None.
    Nothing,
    /// Each field is an argument of that name.
    Flat {
        /// The schemas of the fields.
        properties: Map<String, Value>,
        /// Fields that must be given.
        required: Vec<String>,
        /// How it is written.
        kind: Kind,
    },
    /// The whole is one argument.
    Whole {
        /// Its schema.
        schema: Value,
        /// Whether it must be given.
        is_required: bool,
        /// How it is written.
        kind: Kind,
    },
}

/// How a body is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As JSON, of this type when it is not `application/json`.
    Json(Option<String>),
    /// As a form.
    Form,
    /// As a text of this type.
    Text(String),
}

/// Reads `requestBody`. The inner error says why the operation cannot be called.
pub(crate) fn plan<'d>(
    root: &'d Value,
    operation: &'d Value,
    inliner: &mut Inliner<'d>,
    fields: &mut Fields,
) -> Result<Result<Plan, String>, Over> {
    let Some(body) = operation.get("requestBody") else { return Ok(Ok(Plan::Nothing)) };
    let body = match follow(root, body) {
        Ok(body) => body,
        Err(broken) => return Ok(Err(format!("its body cannot be read: {}", broken.message()))),
    };
    let is_required = body.get("required") == Some(&Value::Bool(true));
    let Some(content) = body.get("content").and_then(Value::as_object).filter(|content| !content.is_empty()) else {
        return Ok(Ok(Plan::Nothing));
    };
    let Some((kind, media)) = best(content) else {
        let kinds: Vec<String> = content.keys().take(3).map(|kind| words::cut(kind, 60)).collect();
        let kinds = kinds.join("`, `");
        if is_required {
            return Ok(Err(format!("its body is `{kinds}`; JSON, form and plain text bodies can be sent")));
        }
        fields.warnings.insert(format!("its optional body (`{kinds}`) cannot be sent and was left out"));
        return Ok(Ok(Plan::Nothing));
    };
    if let Kind::Text(_) = kind {
        let schema = json!({"type": "string", "description": "The text to send"});
        return Ok(Ok(Plan::Whole { schema, is_required, kind }));
    }
    let schema = match media.get("schema") {
        Some(schema) => inliner.inline(schema, 0)?,
        None => json!({}),
    };
    if let Some((properties, required)) = flat(&schema, &kind) {
        if kind == Kind::Form {
            tell_lists(&properties, media, fields);
        }
        return Ok(Ok(Plan::Flat { properties, required, kind }));
    }
    if kind == Kind::Form {
        let message = "its body is a form without known fields";
        if is_required {
            return Ok(Err(message.to_owned()));
        }
        fields.warnings.insert(format!("{message}; it was left out"));
        return Ok(Ok(Plan::Nothing));
    }
    let schema = match media.get("schema") {
        // Once more, now one level deeper.
        Some(schema) => inliner.inline(schema, 2)?,
        None => schema,
    };
    Ok(Ok(Plan::Whole { schema, is_required, kind }))
}

/// A form writes lists with brackets, as many services want it; where the document does not say so it is told.
fn tell_lists(properties: &Map<String, Value>, media: &Value, fields: &mut Fields) {
    let is_bracketed = |name: &str| {
        let style = media.get("encoding").and_then(|encoding| encoding.get(name)).and_then(|own| own.get("style"));
        style.and_then(Value::as_str) == Some("deepObject") || name.ends_with("[]")
    };
    for (name, _) in
        properties.iter().filter(|(name, schema)| has_type(schema, "array") && !is_bracketed(name)).take(10)
    {
        let name = words::cut(name, 100);
        fields.warnings.insert(format!("the list `{name}` of its form is sent as `{name}[]=…`, once for each item"));
    }
}

/// The type that is sent, of those that are offered.
fn best(content: &Map<String, Value>) -> Option<(Kind, &Value)> {
    let ranked = content.iter().filter_map(|(name, media)| {
        let essence = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let (rank, kind) = match essence.as_str() {
            "application/json" => (0, Kind::Json(None)),
            "*/*" | "application/*" | "text/json" => (1, Kind::Json(None)),
            other if other.ends_with("+json") => (2, Kind::Json(Some(essence.clone()))),
            "application/x-www-form-urlencoded" => (3, Kind::Form),
            "text/plain" | "text/csv" | "text/markdown" | "text/html" | "application/x-ndjson" => {
                (4, Kind::Text(essence.clone()))
            }
            _ => return None,
        };
        Some((rank, kind, media))
    });
    ranked.min_by_key(|(rank, ..)| *rank).map(|(_, kind, media)| (kind, media))
}

/// The fields of a schema, when each of them can be an argument.
fn flat(schema: &Value, kind: &Kind) -> Option<(Map<String, Value>, Vec<String>)> {
    let map = schema.as_object()?;
    let properties = map.get("properties")?.as_object()?;
    let is_plain = !properties.is_empty()
        && properties.len() <= MAX_FLAT
        && (map.get("type").is_none() || has_type(schema, "object"))
        && !["anyOf", "allOf", "enum", "const"].iter().any(|key| map.contains_key(*key));
    // Fields of any other name could not be sent any more.
    let is_open = map.get("additionalProperties").is_some_and(Value::is_object);
    let names_fit = *kind == Kind::Form || properties.keys().all(|name| words::is_parameter_name(name));
    if !is_plain || (is_open && *kind != Kind::Form) || !names_fit {
        return None;
    }
    let required = map.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let required = required.filter(|name| properties.contains_key(*name)).map(str::to_owned).collect();
    Some((properties.clone(), required))
}

impl Plan {
    /// Keeps the names of the arguments that cannot be renamed.
    pub(crate) fn reserve(&self, fields: &mut Fields) {
        if let Self::Flat { properties, kind: Kind::Json(_), .. } = self {
            fields.reserve(properties.keys());
        }
    }

    /// Adds the arguments, and gives the body that reads them. `is_alone`: nothing else in the request reads any, so
    /// that a tool of `method` sends all of them by itself.
    pub(crate) fn add(self, fields: &mut Fields, method: &str) -> Option<Body> {
        match self {
            Self::Nothing => {
                let sends_by_itself = ["POST", "PUT", "PATCH"].contains(&method);
                sends_by_itself.then(|| Body { none: true, ..Body::default() })
            }
            Self::Flat { properties, required, kind: Kind::Form } => Some(form(properties, &required, fields)),
            Self::Flat { properties, required, kind } => flat_json(properties, &required, &kind, fields, method),
            Self::Whole { schema, is_required, kind } => Some(whole(schema, is_required, kind, fields)),
        }
    }
}

fn form(properties: Map<String, Value>, required: &[String], fields: &mut Fields) -> Body {
    let mut form = BTreeMap::new();
    for (name, mut schema) in properties {
        let is_required = required.contains(&name);
        describe_default(&mut schema);
        let at = read(&fields.add(&name, "body", schema, is_required));
        let template = if is_required { format!("{{{{ {at} }}}}") } else { format!("{{{{ {at} | default(none) }}}}") };
        form.insert(name, json!(template));
    }
    Body { form: Some(form), ..Body::default() }
}

fn flat_json(
    properties: Map<String, Value>,
    required: &[String],
    kind: &Kind,
    fields: &mut Fields,
    method: &str,
) -> Option<Body> {
    set_type(kind, fields);
    let is_alone = fields.properties.is_empty();
    let mut names: Vec<String> = Vec::new();
    for (name, mut schema) in properties {
        describe_default(&mut schema);
        let is_required = required.contains(&name);
        fields.add_reserved(&name, schema, is_required);
        names.push(format!("'{name}'"));
    }
    if is_alone && ["POST", "PUT", "PATCH"].contains(&method) {
        // A tool that says nothing sends its arguments as JSON.
        return None;
    }
    Some(Body { json: Some(json!(format!("{{{{ parameters | pick({}) }}}}", names.join(", ")))), ..Body::default() })
}

fn whole(mut schema: Value, is_required: bool, kind: Kind, fields: &mut Fields) -> Body {
    if !schema.is_object() {
        schema = json!({});
    }
    describe_default(&mut schema);
    if schema.get("description").is_none() {
        schema["description"] = json!("The body of the request");
    }
    set_type(&kind, fields);
    let at = read(&fields.add("body", "request", schema, is_required));
    match kind {
        Kind::Text(content_type) => {
            let raw = if is_required { format!("{{{{ {at} }}}}") } else { format!("{{{{ {at} | default('') }}}}") };
            Body { raw: Some(raw), content_type: Some(content_type), ..Body::default() }
        }
        Kind::Json(_) | Kind::Form => {
            let json = if is_required { format!("{{{{ {at} }}}}") } else { format!("{{{{ {at} | default({{}}) }}}}") };
            Body { json: Some(json!(json)), ..Body::default() }
        }
    }
}

fn set_type(kind: &Kind, fields: &mut Fields) {
    if let Kind::Json(Some(own)) = kind {
        fields.headers.insert("Content-Type".to_owned(), words::escape(own));
    }
}
