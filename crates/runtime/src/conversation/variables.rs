//! Dynamic variables: what a client says about the circumstances. Nobody has checked them.
//!
//! In a text of the agent's author `{{ name }}` stands for one. A value is put in once: what came from a client is never
//! looked through for more of them.

use std::collections::BTreeSet;

use callwright_model::{
    Fault, Object, Timestamp,
    id::{AgentId, ConversationId},
};
use serde_json::{Value, json};

/// The most variables of one conversation.
const MOST: usize = 200;
/// The most bytes of all of them.
const MOST_BYTES: usize = 64 * 1024;

/// Refuses variables that cannot stand in a text.
pub(super) fn check(variables: &Object) -> Result<(), Fault> {
    let field = "dynamic_variables";
    if variables.len() > MOST {
        return Err(Fault::invalid(field, format!("`{field}` may have at most {MOST} entries")));
    }
    if let Some((name, _)) = variables.iter().find(|(_, value)| value.is_array() || value.is_object()) {
        let field = format!("{field}.{name}");
        return Err(Fault::invalid(&field, format!("`{field}` must be a text, a number or a boolean")));
    }
    if serde_json::to_string(variables).map_err(Fault::internal)?.len() > MOST_BYTES {
        return Err(Fault::invalid(field, format!("`{field}` may take at most 64 KiB as JSON")));
    }
    Ok(())
}

/// The variables together with those that the server itself knows.
pub(super) fn all(given: &Object, id: ConversationId, agent: AgentId, now: Timestamp) -> Object {
    let mut all = given.clone();
    all.insert("system__conversation_id".to_owned(), json!(id));
    all.insert("system__agent_id".to_owned(), json!(agent));
    all.insert("system__time_utc".to_owned(), json!(now));
    all
}

/// `text` with its variables filled in, and the names of those that are missing; they stay as they are.
pub(crate) fn fill(text: &str, variables: &Object) -> (String, BTreeSet<String>) {
    let mut filled = String::with_capacity(text.len());
    let mut missing = BTreeSet::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let Some(end) = from.find("}}") else {
            rest = from;
            break;
        };
        let (whole, after) = from.split_at(end + 2);
        let name = whole[2..end].trim();
        match variables.get(name) {
            Some(Value::String(text)) => filled.push_str(text),
            Some(Value::Null) => {}
            Some(other) => filled.push_str(&other.to_string()),
            None => {
                // Braces around anything else are the author's own.
                if is_name(name) {
                    missing.insert(name.to_owned());
                }
                filled.push_str(whole);
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    (filled, missing)
}

fn is_name(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Object {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn variables_are_filled_in_once_and_missing_ones_are_named() {
        let variables = object(json!({"name": "{{ city }}", "n": 3, "city": "Ulm", "none": null}));
        let (text, missing) = fill("Hi {{name}}, {{ n }} of {{ what }}{{none}} {{}} {{ a b }} {{", &variables);
        assert_eq!(text, "Hi {{ city }}, 3 of {{ what }} {{}} {{ a b }} {{");
        assert_eq!(missing.into_iter().collect::<Vec<_>>(), ["what"]);
    }

    #[test]
    fn what_cannot_stand_in_a_text_is_refused_by_name() {
        assert!(check(&object(json!({"a": "x", "b": 1, "c": true, "d": null}))).is_ok());
        let fault = check(&object(json!({"a": {"b": 1}}))).unwrap_err();
        assert_eq!(fault.details.unwrap()["field"], "dynamic_variables.a");
        assert!(check(&object(json!({"a": "x".repeat(70_000)}))).is_err());
    }
}
