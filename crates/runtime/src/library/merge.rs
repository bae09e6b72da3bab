//! Three states into one, field by field: what was taken over, what became of it here, and what became of it there.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A field that was changed here and there, and not in the same way.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MergeConflict {
    /// The field, dotted.
    pub path: String,
    /// What was taken over.
    #[schema(value_type = Option<Value>)]
    pub base: Option<Value>,
    /// What it is here.
    #[schema(value_type = Option<Value>)]
    pub ours: Option<Value>,
    /// What it is at the source.
    #[schema(value_type = Option<Value>)]
    pub theirs: Option<Value>,
}

/// What came of a merge.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// Fields that were changed here only, and stay as they are.
    pub kept: Vec<String>,
    /// Fields that were changed on both sides.
    pub conflicts: Vec<MergeConflict>,
}

/// Merges `theirs` into `ours`. Where both sides changed a field, `take_theirs` decides.
pub(super) fn merge(base: &Value, ours: &Value, theirs: &Value, take_theirs: bool) -> (Value, Merged) {
    let mut merged = Merged::default();
    let value = field("", Some(base), Some(ours), Some(theirs), take_theirs, &mut merged);
    (value.unwrap_or(Value::Null), merged)
}

fn field(
    path: &str,
    base: Option<&Value>,
    ours: Option<&Value>,
    theirs: Option<&Value>,
    take_theirs: bool,
    merged: &mut Merged,
) -> Option<Value> {
    if ours == theirs || base == theirs {
        if ours != theirs {
            merged.kept.push(path.to_owned());
        }
        return ours.cloned();
    }
    if base == ours {
        return theirs.cloned();
    }
    if let (Some(Value::Object(ours)), Some(Value::Object(theirs))) = (ours, theirs) {
        let empty = Map::new();
        let base = base.and_then(Value::as_object).unwrap_or(&empty);
        let names = ours.keys().chain(theirs.keys().filter(|name| !ours.contains_key(*name)));
        let fields = names.filter_map(|name| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let value = field(&path, base.get(name), ours.get(name), theirs.get(name), take_theirs, merged)?;
            Some((name.clone(), value))
        });
        return Some(Value::Object(fields.collect()));
    }
    merged.conflicts.push(MergeConflict {
        path: path.to_owned(),
        base: base.cloned(),
        ours: ours.cloned(),
        theirs: theirs.cloned(),
    });
    if take_theirs { theirs.cloned() } else { ours.cloned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn edits_here_stay_and_news_come_in() {
        let base = json!({"description": "a", "config": {"url": "u1", "headers": {"A": "1"}}, "gone": 1, "both": 1});
        let ours = json!({"description": "mine", "config": {"url": "u1", "headers": {"A": "1", "B": "2"}}, "gone": 1, "both": 2});
        let theirs =
            json!({"description": "a", "config": {"url": "u2", "headers": {"A": "1"}}, "both": 3, "new": true});
        let (merged, report) = merge(&base, &ours, &theirs, false);
        let wanted = json!({"description": "mine", "config": {"url": "u2", "headers": {"A": "1", "B": "2"}}, "both": 2, "new": true});
        assert_eq!(merged, wanted);
        assert_eq!(report.kept, ["description", "config.headers"]);
        assert_eq!(report.conflicts.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["both"]);
        assert_eq!(merge(&base, &ours, &theirs, true).0["both"], 3);
    }

    #[test]
    fn nothing_new_changes_nothing() {
        let (base, ours) = (json!({"a": 1}), json!({"a": 2}));
        assert_eq!(merge(&base, &ours, &base, true).0, ours);
        assert_eq!(merge(&ours, &ours, &base, false).0, base);
    }
}
