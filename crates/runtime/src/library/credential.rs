//! Keeps credentials from travelling with a tool.
//!
//! A secret is a name in a tool's configuration, and names may be shown. But nothing stops an author from writing a
//! token out. What looks like that, by the name of its field or by its own form, is replaced by a secret's name before a
//! tool leaves its organization. This errs on the side of replacing too much: whoever takes the tool sets one secret more.

use callwright_model::{Fault, secret::is_secret_name, tool::ToolSpec};
use serde_json::Value;

use crate::audit::change::{PLAIN_HEADERS, VALUES, is_only_template, is_sensitive};

/// How well-known credentials begin.
const FORMS: [&str; 19] = [
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "whsec_",
    "xoxb-",
    "xoxp-",
    "ghp_",
    "github_pat_",
    "glpat-",
    "pat-na1-",
    "pat-eu1-",
    "shpat_",
    "AKIA",
    "-----BEGIN",
    "eyJhbGciOi",
    // Whoever knows one of these addresses may use it.
    "hooks.slack.com/services/",
    "discord.com/api/webhooks/",
    "hooks.zapier.com/hooks/",
];

/// A credential that was written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replaced {
    /// Where it stood.
    pub path: String,
    /// The name of the secret that stands there now.
    pub secret: String,
}

impl Replaced {
    /// For the reader of a list of warnings.
    pub(crate) fn warning(&self) -> String {
        format!("`{}` held a credential, which does not travel: it is now the secret `{}`", self.path, self.secret)
    }
}

/// The tool without credentials, and what was replaced.
pub(crate) fn strip(spec: &ToolSpec) -> Result<(ToolSpec, Vec<Replaced>), Fault> {
    let mut value = serde_json::to_value(spec).map_err(Fault::internal)?;
    let found = strip_parts(&spec.name, &mut value);
    if found.is_empty() {
        return Ok((spec.clone(), found));
    }
    Ok((serde_json::from_value(value).map_err(Fault::internal)?, found))
}

/// The same for a tool, or overrides of one, as JSON.
pub(super) fn strip_parts(tool: &str, value: &mut Value) -> Vec<Replaced> {
    let mut stripper = Stripper { prefix: prefix(tool), found: Vec::new() };
    for part in ["config", "bound", "parameters"] {
        if let Some(value) = value.get_mut(part) {
            stripper.walk(part, value, false);
        }
    }
    stripper.found
}

/// The same for JSON of any form.
pub(super) fn strip_all(owner: &str, path: &str, value: &mut Value) -> Vec<Replaced> {
    let mut stripper = Stripper { prefix: prefix(owner), found: Vec::new() };
    stripper.walk(path, value, false);
    stripper.found
}

fn prefix(owner: &str) -> String {
    let upper = word(owner).to_ascii_uppercase();
    let upper: String = upper.trim_matches('_').chars().take(32).collect();
    if is_secret_name(&upper) { upper } else { format!("TOOL_{upper}") }
}

fn word(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

struct Stripper {
    prefix: String,
    found: Vec<Replaced>,
}

impl Stripper {
    /// `is_credential`: what stands above is named like one.
    fn walk(&mut self, path: &str, value: &mut Value, is_credential: bool) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let inner = format!("{path}.{name}");
                    let is_credential = is_field(path, name) || (is_credential && VALUES.contains(&name.as_str()));
                    match value {
                        Value::String(text) => self.text(&inner, name, text, is_credential),
                        Value::Object(bound) if is_credential && bound.get("value").is_some_and(Value::is_string) => {
                            if let Some(Value::String(text)) = bound.get_mut("value") {
                                self.text(&format!("{inner}.value"), name, text, true);
                            }
                        }
                        other => self.walk(&inner, other, is_credential),
                    }
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter_mut().enumerate() {
                    let inner = format!("{path}.{at}");
                    match item {
                        Value::String(text) => self.text(&inner, "value", text, is_credential),
                        other => self.walk(&inner, other, is_credential),
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, path: &str, name: &str, text: &mut String, is_credential: bool) {
        if (is_credential && !is_only_template(text) && !text.trim().is_empty())
            || FORMS.iter().any(|form| text.contains(form))
        {
            *text = format!("${{{}}}", self.note(path, name));
        } else if name == "url" {
            self.url(path, text);
        }
    }

    /// Credentials among the parameters of an address.
    fn url(&mut self, path: &str, text: &mut String) {
        let Some((before, query)) = text.split_once('?') else { return };
        let mut parts = Vec::new();
        for part in query.split('&') {
            match part.split_once('=') {
                Some((name, value))
                    if (is_field("", name) || word(name) == "key")
                        && !value.is_empty()
                        && !value.contains("${")
                        && !value.contains("{{") =>
                {
                    parts.push(format!("{name}=${{{}}}", self.note(path, name)));
                }
                _ => parts.push(part.to_owned()),
            }
        }
        *text = format!("{before}?{}", parts.join("&"));
    }

    fn note(&mut self, path: &str, name: &str) -> String {
        let tail: String = word(name).to_ascii_uppercase().chars().take(24).collect();
        let mut secret = format!("{}_{}", self.prefix, tail);
        let mut number = 2;
        while self.found.iter().any(|one| one.secret == secret) {
            secret = format!("{}_{tail}_{number}", self.prefix);
            number += 1;
        }
        self.found.push(Replaced { path: path.to_owned(), secret: secret.clone() });
        secret
    }
}

fn is_field(parent: &str, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    if parent.ends_with(".headers") {
        return !PLAIN_HEADERS.contains(&lower.as_str());
    }
    // A schema's words, and the name of the header or parameter that carries a key, are no credentials.
    if parent.starts_with("parameters") || parent.ends_with(".idempotency") || lower.ends_with("_url") {
        return parent.starts_with("parameters") && is_sensitive(name) && !SCHEMA_WORDS.contains(&lower.as_str());
    }
    (is_sensitive(name) && !(parent.ends_with(".auth") && lower == "header"))
        || (lower == "key" && parent.ends_with(".auth"))
}

/// Words of JSON Schema that sound like a credential.
const SCHEMA_WORDS: [&str; 1] = ["propertynames"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(config: Value, bound: Value) -> ToolSpec {
        let names: serde_json::Map<String, Value> =
            bound.as_object().unwrap().keys().map(|name| (name.clone(), json!({}))).collect();
        serde_json::from_value(json!({"name": "crm-lookup", "kind": "http", "config": config, "bound": bound,
            "parameters": {"type": "object", "properties": names}}))
        .unwrap()
    }

    #[test]
    fn what_was_written_out_becomes_a_name_and_names_stay() {
        let config = json!({"url": "https://h/x?api_key=abc&q=1", "headers": {"X-Api-Key": "abc", "Accept": "text/plain"},
            "auth": {"type": "bearer", "token": "eyJ.abc"}, "body": {"json": {"password": "p", "note": "sk_live_abc", "n": 1}}});
        let (stripped, found) = strip(&spec(config, json!({"token": {"value": "abc"}, "plan": "gold"}))).unwrap();
        let text = serde_json::to_string(&stripped).unwrap();
        for credential in ["abc", "eyJ", "\"p\""] {
            assert!(!text.contains(credential), "{credential}: {text}");
        }
        assert!(text.contains("https://h/x?api_key=${CRM_LOOKUP_API_KEY}&q=1"), "{text}");
        assert!(text.contains("gold") && text.contains("text/plain"));
        let names: Vec<&str> = found.iter().map(|one| one.secret.as_str()).collect();
        assert!(names.contains(&"CRM_LOOKUP_TOKEN") && names.contains(&"CRM_LOOKUP_TOKEN_2"), "{names:?}");
    }

    #[test]
    fn what_is_filled_in_is_left_alone() {
        let config = json!({"url": "https://h/?token={{ parameters.t }}", "headers": {"Authorization": "Bearer ${KEY}"},
            "auth": {"type": "api_key", "key": "${KEY}", "header": "X-Key"}});
        let before = spec(config, json!({}));
        assert_eq!(strip(&before).unwrap(), (before.clone(), Vec::new()));
    }
}
