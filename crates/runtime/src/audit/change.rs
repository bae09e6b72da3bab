//! What was before and after a change, for the audit log: field by field, bounded, and without anything secret.
//!
//! Secrets are never in what is compared; but an author may have written a credential into a configuration instead of
//! `${NAME}`, so whatever looks like one by its place is hidden.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// Stands in the place of what may be a credential.
const HIDDEN: &str = "[hidden]";
/// The most changes of one row.
const MOST_CHANGES: usize = 100;
/// The most bytes of one value.
const MOST_VALUE: usize = 1024;
/// The most bytes of all values together.
const MOST_BYTES: usize = 16 * 1024;

/// Parts of names, without `-` and `_`, under which credentials stand.
const SENSITIVE: [&str; 9] =
    ["password", "passwd", "secret", "token", "apikey", "authorization", "cookie", "credential", "signature"];
/// Headers whose values are no credentials.
pub(crate) const PLAIN_HEADERS: [&str; 9] = [
    "accept",
    "accept-language",
    "accept-encoding",
    "content-type",
    "user-agent",
    "prefer",
    "cache-control",
    "idempotency-key",
    "if-match",
];
/// Fields of a JSON Schema, and of a bound value, that hold a value of what they are under.
pub(crate) const VALUES: [&str; 6] = ["default", "const", "enum", "examples", "example", "value"];

/// `details` with the changes that lead from `before` to `after`. What is not there is `()`.
pub fn between(mut details: Value, before: &impl Serialize, after: &impl Serialize) -> Value {
    let json = |value: Result<Value, _>| value.unwrap_or_default();
    let (before, after) = (json(serde_json::to_value(before)), json(serde_json::to_value(after)));
    let mut found = Found::default();
    found.collect(&mut Vec::new(), Some(&before), Some(&after));
    details["changes"] = found.changes.into();
    if found.left_out > 0 {
        details["changes_left_out"] = found.left_out.into();
    }
    details
}

#[derive(Default)]
struct Found {
    changes: Vec<Value>,
    bytes: usize,
    left_out: usize,
}

impl Found {
    fn collect<'v>(&mut self, path: &mut Vec<&'v str>, from: Option<&'v Value>, to: Option<&'v Value>) {
        let empty = Map::new();
        let fields = |value: Option<&'v Value>| value.and_then(Value::as_object);
        let is_object = fields(from).is_some() || fields(to).is_some();
        let is_nothing = |value: Option<&Value>| value.is_none_or(Value::is_null);
        let may_descend = path.is_empty() || (fields(from).is_some() && fields(to).is_some());
        if is_object && may_descend && (fields(from).is_some() || is_nothing(from)) {
            let before: Vec<_> = fields(from).into_iter().flatten().collect();
            let after: Vec<_> = fields(to).into_iter().flatten().collect();
            let gone = before.iter().filter(|(key, _)| fields(to).unwrap_or(&empty).get(*key).is_none());
            for key in after.iter().chain(gone).map(|(key, _)| key.as_str()) {
                path.push(key);
                self.collect(path, from.and_then(|value| value.get(key)), to.and_then(|value| value.get(key)));
                path.pop();
            }
            return;
        }
        if from != to {
            self.add(path, from, to);
        }
    }

    fn add(&mut self, path: &[&str], from: Option<&Value>, to: Option<&Value>) {
        let mut change = json!({ "path": path.join(".") });
        for (name, value) in [("from", from), ("to", to)] {
            if let Some(value) = value {
                change[name] = short(hidden(path, value));
            }
        }
        let bytes = change.to_string().len();
        if self.changes.len() >= MOST_CHANGES || self.bytes + bytes > MOST_BYTES {
            self.left_out += 1;
            return;
        }
        self.bytes += bytes;
        self.changes.push(change);
    }
}

/// A value that is too long, as the beginning of its text.
fn short(value: Value) -> Value {
    let text = match &value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.len() <= MOST_VALUE {
        return value;
    }
    let end = text.floor_char_boundary(MOST_VALUE);
    Value::String(format!("{}… ({} bytes)", &text[..end], text.len()))
}

/// The value at `path` with what may be a credential hidden.
fn hidden(path: &[&str], value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let fields = map.iter().map(|(key, value)| {
                let path: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
                (key.clone(), hidden(&path, value))
            });
            Value::Object(fields.collect())
        }
        Value::Array(items) => items.iter().map(|item| hidden(path, item)).collect(),
        Value::String(text) if is_credential_at(path) && !is_only_template(text) => HIDDEN.into(),
        Value::String(text) if text.contains("://") => url(text).into(),
        other => other.clone(),
    }
}

fn is_credential_at(path: &[&str]) -> bool {
    let Some((last, above)) = path.split_last() else { return false };
    if VALUES.contains(last) {
        return is_credential_at(above);
    }
    let last = last.to_ascii_lowercase();
    if above.last().is_some_and(|above| above.eq_ignore_ascii_case("headers")) {
        return !PLAIN_HEADERS.contains(&last.as_str());
    }
    is_sensitive(&last)
}

/// Whether what stands under this name is a credential by all appearances.
pub(crate) fn is_sensitive(name: &str) -> bool {
    let name: String = name.to_ascii_lowercase().chars().filter(|c| !matches!(c, '-' | '_' | ' ')).collect();
    !name.ends_with("url") && (name.ends_with("key") || SENSITIVE.iter().any(|part| name.contains(part)))
}

/// Whether a text is made of `${NAME}` and `{{ … }}` with at most a word such as `Bearer` before: then it tells where a
/// credential is, and holds none.
pub(crate) fn is_only_template(text: &str) -> bool {
    let (mut rest, mut plain, mut has_template) = (text, String::new(), false);
    loop {
        let start = [rest.find("${"), rest.find("{{")].into_iter().flatten().min();
        let Some(start) = start else { break };
        plain.push_str(&rest[..start]);
        let end = if rest[start..].starts_with("${") { "}" } else { "}}" };
        let Some(length) = rest[start..].find(end) else { return false };
        has_template = true;
        rest = &rest[start + length + end.len()..];
    }
    plain.push_str(rest);
    text.is_empty()
        || (has_template
            && plain.len() <= 12
            && plain.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, ' ' | ':')))
}

/// An address without its password and without what stands under a sensitive name in its query.
fn url(text: &str) -> String {
    let Some(at) = text.find("://") else { return text.to_owned() };
    let (scheme, rest) = text.split_at(at + 3);
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, tail) = rest.split_at(host_end);
    let host = match host.rsplit_once('@') {
        Some((user, host)) if !is_only_template(user) => format!("{HIDDEN}@{host}"),
        _ => host.to_owned(),
    };
    let Some((path, query)) = tail.split_once('?') else { return format!("{scheme}{host}{tail}") };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if is_sensitive(name) && !is_only_template(value) => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    });
    format!("{scheme}{host}{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(before: Value, after: Value) -> Value {
        between(json!({}), &before, &after)["changes"].take()
    }

    #[test]
    fn before_and_after_are_told_field_by_field() {
        let found =
            changes(json!({"a": 1, "b": {"c": 2, "d": 3}, "e": null}), json!({"a": 1, "b": {"c": 4}, "e": {"f": 1}}));
        assert_eq!(
            found,
            json!([
                {"path": "b.c", "from": 2, "to": 4},
                {"path": "b.d", "from": 3},
                {"path": "e", "from": null, "to": {"f": 1}},
            ])
        );
        let made = between(json!({"name": "x"}), &(), &json!({"name": "x"}));
        assert_eq!(made, json!({"name": "x", "changes": [{"path": "name", "to": "x"}]}));
        let gone = between(json!({}), &json!({"name": "x"}), &());
        assert_eq!(gone, json!({"changes": [{"path": "name", "from": "x"}]}));
    }

    #[test]
    fn a_literal_credential_is_hidden_and_where_one_comes_from_is_told() {
        let config = json!({
            "auth": {"type": "bearer", "token": "sk-live-1"},
            "headers": {"X-Acme": "sk-live-2", "Accept": "text/plain", "Authorization": "Bearer ${KEY}"},
            "query": {"api_key": "sk-live-3", "page": "one"},
            "url": "https://me:sk-live-4@h.example/a?token=sk-live-5&b=c",
            "body": {"json": {"password": ["sk-live-6"]}},
        });
        let spec = json!({
            "config": config,
            "bound": {"client_secret": {"value": "sk-live-7", "trust": "client"}},
            "parameters": {"properties": {"api_key": {"type": "string", "default": "sk-live-8"}}},
        });
        let text = changes(json!({}), spec).to_string();
        assert!(!text.contains("sk-live"), "{text}");
        for told in ["Bearer ${KEY}", "text/plain", "\"page\":\"one\"", "h.example/a", "b=c", "\"type\":\"string\""] {
            assert!(text.contains(told), "{told} in {text}");
        }
        let rotated = changes(json!({"auth": {"token": "one"}}), json!({"auth": {"token": "two"}}));
        assert_eq!(rotated, json!([{"path": "auth.token", "from": HIDDEN, "to": HIDDEN}]), "that it changed is told");
    }

    #[test]
    fn long_values_and_long_lists_are_cut() {
        let long = changes(json!({}), json!({"a": "ä".repeat(5000)}));
        assert!(long.to_string().len() < 1300);
        let many: Map<String, Value> = (0..500).map(|n| (format!("k{n}"), json!(n))).collect();
        let row = between(json!({}), &(), &Value::Object(many));
        assert_eq!(row["changes"].as_array().unwrap().len(), MOST_CHANGES);
        assert_eq!(row["changes_left_out"], 400);
    }
}
