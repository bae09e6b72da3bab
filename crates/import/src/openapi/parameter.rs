//! Parameters of path, query, header and cookie.

use serde_json::{Value, json};

use super::{fields::Fields, reference::follow};
use crate::{
    schema::{Inliner, Over},
    words::{self, escape, read},
};

/// The most parameters of an operation.
const MAX_PARAMETERS: usize = 200;
/// How deep a parameter's schema stands in that of the tool.
const LEVEL: usize = 2;

/// Headers that OpenAPI says to ignore, or that belong to the connection.
const NOT_OURS: [&str; 16] = [
    "accept",
    "content-type",
    "authorization",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "accept-encoding",
];

/// One parameter of an operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter<'d> {
    pub(crate) name: &'d str,
    pub(crate) place: &'d str,
    value: &'d Value,
}

/// The parameters of an operation and of its path; the operation's own win.
pub(crate) fn all<'d>(
    root: &'d Value,
    operation: &'d Value,
    item: &'d Value,
    fields: &mut Fields,
) -> Vec<Parameter<'d>> {
    let mut all: Vec<Parameter<'d>> = Vec::new();
    for list in [operation, item] {
        for value in list.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let value = match follow(root, value) {
                Ok(value) => value,
                Err(broken) => {
                    fields.warnings.insert(format!("a parameter is missing: {}", broken.message()));
                    continue;
                }
            };
            let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
            let (name, place) = (text("name"), text("in"));
            if name.is_empty() || all.iter().any(|known| known.name == name && known.place == place) {
                continue;
            }
            if all.len() >= MAX_PARAMETERS {
                fields.warnings.insert(format!("parameters after the {MAX_PARAMETERS}th were left out"));
                return all;
            }
            all.push(Parameter { name, place, value });
        }
    }
    all
}

/// Whether `name` may stand as the name of a header.
pub(crate) fn is_header_name(name: &str) -> bool {
    const MARKS: &[u8] = b"!#$%&'*+-.^_`|~";
    !name.is_empty() && name.len() <= 100 && name.bytes().all(|b| b.is_ascii_alphanumeric() || MARKS.contains(&b))
}

/// Whether a header is set by the connection or by another part of a tool.
pub(crate) fn is_foreign_header(name: &str) -> bool {
    NOT_OURS.iter().any(|own| name.eq_ignore_ascii_case(own))
}

impl<'d> Parameter<'d> {
    pub(crate) fn is_required(&self) -> bool {
        self.place == "path" || self.value.get("required") == Some(&Value::Bool(true))
    }

    fn explode(&self, otherwise: bool) -> bool {
        self.value.get("explode").and_then(Value::as_bool).unwrap_or(otherwise)
    }

    fn style(&self) -> &'d str {
        self.value.get("style").and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the value is JSON in a text.
    fn is_json(&self) -> bool {
        self.value.get("content").is_some()
    }

    /// Its schema, with what is said of the parameter itself.
    fn schema(&self, inliner: &mut Inliner<'d>) -> Result<Value, Over> {
        let of_content = || {
            let content = self.value.get("content").and_then(Value::as_object)?;
            content.values().next()?.get("schema")
        };
        let mut schema = match self.value.get("schema").or_else(of_content) {
            Some(schema) => inliner.inline(schema, LEVEL)?,
            None => json!({"type": "string"}),
        };
        if !schema.is_object() {
            schema = json!({});
        }
        if let Some(text) = self.value.get("description").and_then(Value::as_str) {
            let text = words::cut(&words::tidy(text), words::MAX_FIELD_DESCRIPTION);
            if !text.is_empty() {
                schema["description"] = json!(text);
            }
        }
        if let Some(example) = self.value.get("example").filter(|example| example.is_string() || example.is_number())
            && schema.get("examples").is_none()
            && schema.get("enum").is_none()
            && example.to_string().len() <= 200
        {
            schema["examples"] = json!([example]);
        }
        Ok(schema)
    }

    /// Adds the parameter to `fields`; for one of the path, gives what stands in the address.
    pub(crate) fn add(&self, inliner: &mut Inliner<'d>, fields: &mut Fields) -> Result<Option<String>, Over> {
        let mut schema = self.schema(inliner)?;
        let mut is_required = self.is_required();
        if self.place != "path"
            && is_required
            && let Some(fixed) = only_value(&schema)
        {
            self.set_fixed(&fixed, fields);
            return Ok(None);
        }
        if schema.get("default").is_some() {
            if is_required {
                // A model need not say what is known already.
                is_required = false;
            } else {
                describe_default(&mut schema);
            }
        }
        match self.place {
            "path" => return Ok(Some(self.in_path(schema, is_required, fields))),
            "query" => self.in_query(schema, is_required, fields),
            "header" => self.in_header(schema, is_required, fields),
            "cookie" => self.in_cookie(schema, is_required, fields),
            other => {
                let message = format!("`{}` is in `{}`, which is unknown", self.shown(), words::cut(other, 50));
                fields.warnings.insert(message);
            }
        }
        Ok(None)
    }

    fn shown(&self) -> String {
        words::cut(self.name, 100)
    }

    /// One that can have only one value is no argument.
    fn set_fixed(&self, fixed: &Value, fields: &mut Fields) {
        match self.place {
            "query" => {
                let value = fixed.as_str().map_or_else(|| fixed.clone(), |text| json!(escape(text)));
                fields.query.insert(self.name.to_owned(), value);
            }
            "header" if is_header_name(self.name) && !is_foreign_header(self.name) => {
                let text = fixed.as_str().map_or_else(|| fixed.to_string(), str::to_owned);
                fields.headers.insert(self.name.to_owned(), escape(&text));
            }
            _ => {}
        }
    }

    fn in_path(&self, schema: Value, is_required: bool, fields: &mut Fields) -> String {
        let is_list = has_type(&schema, "array");
        if has_type(&schema, "object") || ["matrix", "label"].contains(&self.style()) {
            fields.warnings.insert(format!("`{}` is written plainly into the path, not in its style", self.shown()));
        }
        let name = fields.add(self.name, "path", schema, is_required);
        if is_list { format!("{{{{ {} | join(',') }}}}", read(&name)) } else { format!("{{{{ {} }}}}", read(&name)) }
    }

    fn in_query(&self, schema: Value, is_required: bool, fields: &mut Fields) {
        let style = self.style();
        let is_exploded = self.explode(style.is_empty() || style == "form");
        if !self.is_json() && (style == "deepObject" || (has_type(&schema, "object") && is_exploded)) {
            return self.as_members(schema, is_required, fields);
        }
        let is_object = has_type(&schema, "object") || schema.get("anyOf").is_some_and(|_| may_be_object(&schema));
        let is_list = has_type(&schema, "array");
        if is_object && !self.is_json() {
            fields.warnings.insert(format!("`{}` is an object in the query; it is sent as JSON", self.shown()));
        }
        let name = fields.add(self.name, "query", schema, is_required);
        let at = read(&name);
        let joint = match style {
            _ if !is_list || is_exploded => None,
            "spaceDelimited" => Some(" "),
            "pipeDelimited" => Some("|"),
            _ => Some(","),
        };
        let template = if self.is_json() || is_object {
            optional(&at, &format!("{at} | tojson"), is_required)
        } else if let Some(joint) = joint {
            optional(&at, &format!("{at} | join('{joint}')"), is_required)
        } else if is_required {
            format!("{{{{ {at} }}}}")
        } else {
            format!("{{{{ {at} | default(none) }}}}")
        };
        fields.query.insert(self.name.to_owned(), json!(template));
    }

    /// An object whose members are parameters of their own: `filter[state]=open`, or `state=open`.
    fn as_members(&self, schema: Value, is_required: bool, fields: &mut Fields) {
        let is_deep = self.style() == "deepObject";
        let Some(object) = object_part(schema) else {
            let message = format!("`{}` is an object without known members and was left out", self.shown());
            fields.warnings.insert(message);
            return;
        };
        let members: Vec<String> =
            object["properties"].as_object().into_iter().flatten().map(|(member, _)| member.clone()).collect();
        let name = fields.add(self.name, "query", object, is_required);
        for member in members.iter().filter(|member| !member.contains(['\'', '\\', '"'])) {
            let sent = if is_deep { format!("{}[{member}]", self.name) } else { member.clone() };
            let template = format!("{{{{ {}['{member}'] | default(none) }}}}", read(&name));
            fields.query.insert(sent, json!(template));
        }
    }

    fn in_header(&self, schema: Value, is_required: bool, fields: &mut Fields) {
        if is_foreign_header(self.name) {
            return;
        }
        if !is_header_name(self.name) {
            fields.warnings.insert(format!("`{}` is no name of a header", self.shown()));
            return;
        }
        let is_list = has_type(&schema, "array");
        let is_json = self.is_json() || has_type(&schema, "object");
        let at = read(&fields.add(self.name, "header", schema, is_required));
        let value = if is_json {
            format!("{at} | tojson")
        } else if is_list {
            format!("{at} | join(',')")
        } else {
            at.clone()
        };
        let template = if is_required {
            format!("{{{{ {value} }}}}")
        } else {
            format!("{{{{ ({value}) if {at} is defined else '' }}}}")
        };
        fields.headers.insert(self.name.to_owned(), template);
    }

    fn in_cookie(&self, schema: Value, is_required: bool, fields: &mut Fields) {
        if !is_header_name(self.name) {
            fields.warnings.insert(format!("`{}` is no name of a cookie", self.shown()));
            return;
        }
        let at = read(&fields.add(self.name, "cookie", schema, is_required));
        let template = if is_required {
            format!("{}={{{{ {at} | urlencode }}}}", escape(self.name))
        } else {
            format!("{{{{ ('{}=' ~ ({at} | urlencode)) if {at} is defined else '' }}}}", self.name.replace('\'', ""))
        };
        add_cookie(fields, &template);
    }
}

/// Adds a pair to the header `Cookie`.
pub(crate) fn add_cookie(fields: &mut Fields, pair: &str) {
    let cookies = fields.headers.entry("Cookie".to_owned()).or_default();
    if !cookies.is_empty() {
        cookies.push_str("; ");
    }
    cookies.push_str(pair);
}

/// The value, or nothing when the argument is absent.
fn optional(at: &str, value: &str, is_required: bool) -> String {
    if is_required { format!("{{{{ {value} }}}}") } else { format!("{{{{ ({value}) if {at} is defined else none }}}}") }
}

/// Says the default in words: the upstream fills it in by itself, and a change must not reset what nobody named.
pub(crate) fn describe_default(schema: &mut Value) {
    let Some(default) = schema.as_object_mut().and_then(|map| map.shift_remove("default")) else { return };
    if default.is_null() {
        return;
    }
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let stop = if text.is_empty() || text.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    let text = format!("{text}{stop} Default: {}.", words::cut(&default.to_string(), 200));
    schema["description"] = json!(text.trim_start());
}

/// The one value that a schema allows.
fn only_value(schema: &Value) -> Option<Value> {
    let is_plain = |value: &&Value| value.is_string() || value.is_number() || value.is_boolean();
    if let Some(value) = schema.get("const").filter(is_plain) {
        return Some(value.clone());
    }
    match schema.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
        Some([value]) if is_plain(&value) => Some(value.clone()),
        _ => None,
    }
}

/// Whether a schema says that its value is of this type.
pub(crate) fn has_type(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(own)) => own == kind,
        Some(Value::Array(kinds)) => kinds.iter().any(|own| own == kind),
        _ => kind == "object" && schema.get("properties").is_some(),
    }
}

fn may_be_object(schema: &Value) -> bool {
    schema
        .get("anyOf")
        .and_then(Value::as_array)
        .is_some_and(|options| options.iter().all(|option| has_type(option, "object")))
}

/// The schema, or the alternative in it, that is an object with known members.
fn object_part(schema: Value) -> Option<Value> {
    let has_members =
        |schema: &Value| schema.get("properties").and_then(Value::as_object).is_some_and(|members| !members.is_empty());
    if has_members(&schema) {
        return Some(schema);
    }
    let mut part = schema.get("anyOf")?.as_array()?.iter().find(|option| has_members(option))?.clone();
    if let (Some(text), None) = (schema.get("description"), part.get("description")) {
        part["description"] = text.clone();
    }
    Some(part)
}
