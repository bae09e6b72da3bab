//! What differs between two states of a tool, field by field.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Change {
    /// The field, dotted, for example `config.url`.
    pub path: String,
    /// Its value before; absent when the field is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub from: Option<Value>,
    /// Its value after; absent when the field is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub to: Option<Value>,
}

/// The changes that lead from `from` to `to`.
pub fn changes(from: &Value, to: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    collect(String::new(), Some(from), Some(to), &mut found);
    found
}

fn collect(path: String, from: Option<&Value>, to: Option<&Value>, found: &mut Vec<Change>) {
    match (from, to) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let gone = before.keys().filter(|key| !after.contains_key(*key));
            for key in after.keys().chain(gone) {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                collect(path, before.get(key), after.get(key), found);
            }
        }
        (from, to) if from == to => {}
        (from, to) => found.push(Change { path, from: from.cloned(), to: to.cloned() }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let found = changes(&json!({"a": 1, "b": {"c": [1], "d": 2}}), &json!({"a": 1, "b": {"c": [1, 2]}, "e": null}));
        let paths: Vec<_> = found.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(paths, ["b.c", "b.d", "e"]);
        assert_eq!(found[1].to, None);
        assert_eq!(found[2].to, Some(json!(null)));
    }
}
