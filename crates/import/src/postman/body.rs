//! The body of a request in a collection.

use serde_json::{Value, json};

use super::{marked, pairs};
use crate::{
    sample::{OPEN, Sample, SampleBody, mark},
    text,
};

/// Reads `body` into the sample.
pub(super) fn read(body: Option<&Value>, sample: &mut Sample) {
    let Some(body) = body.filter(|body| body.get("disabled") != Some(&Value::Bool(true))) else { return };
    sample.body = match body.get("mode").and_then(Value::as_str).unwrap_or_default() {
        "raw" => raw(body, sample),
        "urlencoded" => SampleBody::Form(pairs(body.get("urlencoded"))),
        "formdata" => {
            sample.warnings.insert(
                "a multipart form cannot be sent; its fields are sent as a plain form, files are left out".to_owned(),
            );
            let is_file = |pair: &&Value| pair.get("type").and_then(Value::as_str) == Some("file");
            let list = body.get("formdata").and_then(Value::as_array).into_iter().flatten();
            let fields: Vec<Value> = list.filter(|pair| !is_file(pair)).cloned().collect();
            SampleBody::Form(pairs(Some(&Value::Array(fields))))
        }
        "graphql" => {
            let query = body.pointer("/graphql/query").and_then(Value::as_str).unwrap_or_default();
            let variables = body.pointer("/graphql/variables").and_then(Value::as_str).unwrap_or("{}");
            let variables = json_with_placeholders(&marked(variables)).unwrap_or_else(|| json!({}));
            SampleBody::Json(json!({"query": query, "variables": variables}))
        }
        "file" => {
            sample.warnings.insert("a body from a file cannot be sent; it was left out".to_owned());
            SampleBody::None
        }
        _ => SampleBody::None,
    };
}

fn raw(body: &Value, sample: &Sample) -> SampleBody {
    let content = body.get("raw").and_then(Value::as_str).unwrap_or_default();
    if content.trim().is_empty() {
        return SampleBody::None;
    }
    let language = body.pointer("/options/raw/language").and_then(Value::as_str).unwrap_or_default();
    let header = sample.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let declared = header.map(|(_, value)| value.to_ascii_lowercase());
    let text = marked(content);
    let says_other =
        declared.as_deref().is_some_and(|kind| !kind.contains("json")) || ["xml", "html"].contains(&language);
    if !says_other && let Some(value) = json_with_placeholders(&text) {
        return SampleBody::Json(value);
    }
    let content_type = declared.unwrap_or_else(|| {
        match language {
            "json" => "application/json",
            "xml" => "application/xml",
            "html" => "text/html",
            _ => "text/plain",
        }
        .to_owned()
    });
    SampleBody::Raw { text, content_type }
}

/// JSON in which placeholders may stand inside of texts or in the place of a value.
pub(crate) fn json_with_placeholders(text: &str) -> Option<Value> {
    let is_wanted = |value: &Value| value.is_object() || value.is_array();
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
    if let Some(value) = parse(text).or_else(|| parse(&text::without_comments(text))) {
        return Some(value).filter(is_wanted);
    }
    let mut quoted = String::with_capacity(text.len());
    let (mut is_quoted, mut is_escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == OPEN
            && !is_quoted
            && let Some((name, after)) = rest[OPEN.len_utf8()..].split_once(crate::sample::CLOSE)
        {
            quoted.push_str(&format!("\"{}\"", mark(&name.replace(['"', '\\'], ""))));
            rest = after;
            continue;
        }
        if is_escaped {
            is_escaped = false;
        } else if c == '\\' {
            is_escaped = true;
        } else if c == '"' {
            is_quoted = !is_quoted;
        }
        quoted.push(c);
        rest = &rest[c.len_utf8()..];
    }
    parse(&quoted).or_else(|| parse(&text::without_comments(&quoted))).filter(is_wanted)
}
