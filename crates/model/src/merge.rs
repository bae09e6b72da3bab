//! JSON merge patch (RFC 7386) and dotted or slashed paths into JSON.

use serde_json::Value;

/// Applies `patch` to `target`: objects merge, `null` removes, everything else replaces.
pub fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else {
        return;
    };
    for (key, value) in patch {
        if value.is_null() {
            target.shift_remove(key);
        } else {
            merge_patch(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Looks up `path` in `value`: a JSON pointer when it starts with `/`, else names and indexes joined by dots.
/// An empty path is the whole value.
pub fn lookup<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if path.is_empty() || path.starts_with('/') {
        return value.pointer(path);
    }
    path.split('.').try_fold(value, |value, step| match value {
        Value::Object(map) => map.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn merge_patch_follows_rfc_7386() {
        let mut target = json!({"a": "b", "c": {"d": "e", "f": "g"}});
        merge_patch(&mut target, &json!({"a": "z", "c": {"f": null}}));
        assert_eq!(target, json!({"a": "z", "c": {"d": "e"}}));
        let mut target = json!([1, 2]);
        merge_patch(&mut target, &json!({"a": {"bb": {"ccc": null}}}));
        assert_eq!(target, json!({"a": {"bb": {}}}));
    }

    #[test]
    fn paths_may_be_pointers_or_dotted() {
        let value = json!({"a": {"b": [10, {"c/d": true}]}});
        assert_eq!(lookup(&value, "/a/b/0"), Some(&json!(10)));
        assert_eq!(lookup(&value, "a.b.0"), Some(&json!(10)));
        assert_eq!(lookup(&value, "/a/b/1/c~1d"), Some(&json!(true)));
        assert_eq!(lookup(&value, "a.x"), None);
        assert_eq!(lookup(&value, ""), Some(&value));
    }
}
