//! Three states of a tool brought together: as it was generated last time, as it is generated now, and as it is here.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Take;

/// A field that the source and somebody here both changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Conflict {
    /// The field, dotted.
    pub path: String,
    /// What it was when it was imported last; absent when it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub base: Option<Value>,
    /// What it is here; absent when it was taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub ours: Option<Value>,
    /// What the source says now; absent when it does not say it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub theirs: Option<Value>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Merged {
    /// The new state.
    pub(super) value: Value,
    /// What to compare with next time: what was generated now, but in a conflict that stays open what was before.
    pub(super) base: Value,
    /// Fields that were changed here and stay so.
    pub(super) kept: Vec<String>,
    pub(super) conflicts: Vec<Conflict>,
}

struct Merge {
    take: Take,
    kept: Vec<String>,
    conflicts: Vec<Conflict>,
}

/// Merges field by field; lists are compared as a whole.
pub(super) fn three_way(base: &Value, ours: &Value, theirs: &Value, take: Take) -> Merged {
    let mut merge = Merge { take, kept: Vec::new(), conflicts: Vec::new() };
    let (value, base) = merge.field("", Some(base), Some(ours), Some(theirs));
    let or_empty = |value: Option<Value>| value.unwrap_or_else(|| Value::Object(Map::new()));
    Merged { value: or_empty(value), base: or_empty(base), kept: merge.kept, conflicts: merge.conflicts }
}

impl Merge {
    /// The new value of a field and its new base.
    fn field(
        &mut self,
        path: &str,
        base: Option<&Value>,
        ours: Option<&Value>,
        theirs: Option<&Value>,
    ) -> (Option<Value>, Option<Value>) {
        if ours == theirs || ours == base {
            return (theirs.cloned(), theirs.cloned());
        }
        if let (Some(Value::Object(ours)), Some(Value::Object(theirs))) = (ours, theirs) {
            return self.object(path, base.and_then(Value::as_object), ours, theirs);
        }
        if theirs == base {
            self.kept.push(path.to_owned());
            return (ours.cloned(), base.cloned());
        }
        let conflict =
            Conflict { path: path.to_owned(), base: base.cloned(), ours: ours.cloned(), theirs: theirs.cloned() };
        self.conflicts.push(conflict);
        match self.take {
            Take::Ours => (ours.cloned(), base.cloned()),
            Take::Theirs => (theirs.cloned(), theirs.cloned()),
        }
    }

    fn object(
        &mut self,
        path: &str,
        base: Option<&Map<String, Value>>,
        ours: &Map<String, Value>,
        theirs: &Map<String, Value>,
    ) -> (Option<Value>, Option<Value>) {
        let (mut merged, mut new_base) = (Map::new(), Map::new());
        let gone =
            base.into_iter().flat_map(Map::keys).filter(|key| !ours.contains_key(*key) && !theirs.contains_key(*key));
        let added = theirs.keys().filter(|key| !ours.contains_key(*key));
        for key in ours.keys().chain(added).chain(gone) {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let base = base.and_then(|base| base.get(key));
            let (value, next) = self.field(&path, base, ours.get(key), theirs.get(key));
            if let Some(value) = value {
                merged.insert(key.clone(), value);
            }
            if let Some(next) = next {
                new_base.insert(key.clone(), next);
            }
        }
        (Some(Value::Object(merged)), Some(Value::Object(new_base)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_source_changes_what_nobody_here_has_touched() {
        let base = json!({"d": "old", "p": {"a": 1, "b": 2}, "gone": 1});
        let ours = json!({"d": "mine", "p": {"a": 1, "b": 2, "c": 3}, "gone": 1});
        let theirs = json!({"d": "old", "p": {"a": 10, "b": 2}, "new": [1]});
        let merged = three_way(&base, &ours, &theirs, Take::Ours);
        assert_eq!(merged.value, json!({"d": "mine", "p": {"a": 10, "b": 2, "c": 3}, "new": [1]}));
        assert_eq!(merged.base, theirs);
        assert_eq!(merged.kept, ["d", "p.c"]);
        assert!(merged.conflicts.is_empty());
    }

    #[test]
    fn a_conflict_keeps_ours_and_stays_open_until_theirs_is_taken() {
        let (base, ours, theirs) = (json!({"d": 1, "x": 1}), json!({"d": 2}), json!({"d": 3, "x": 2}));
        let kept = three_way(&base, &ours, &theirs, Take::Ours);
        assert_eq!((&kept.value, &kept.base), (&json!({"d": 2}), &json!({"d": 1, "x": 1})));
        let paths: Vec<_> = kept.conflicts.iter().map(|conflict| conflict.path.as_str()).collect();
        assert_eq!(paths, ["d", "x"]);
        let again = three_way(&kept.base, &kept.value, &theirs, Take::Ours);
        assert_eq!(again.conflicts.len(), 2, "told again");
        let taken = three_way(&kept.base, &kept.value, &theirs, Take::Theirs);
        assert_eq!((&taken.value, &taken.base), (&theirs, &theirs));
    }
}
