//! Keywords as sentences, for descriptions.

use serde_json::{Map, Value};

/// The longest value that is quoted in a description, in characters.
const MAX_QUOTED_CHARS: usize = 240;

/// Keywords that say nothing to a model and nothing about arguments.
pub(super) const SILENT: [&str; 10] = [
    "$schema",
    "$id",
    "$comment",
    "$anchor",
    "$dynamicAnchor",
    "$vocabulary",
    "$defs",
    "definitions",
    "readOnly",
    "writeOnly",
];

/// The descriptions of a schema and the sentences that replace what it cannot say.
#[derive(Default)]
pub(super) struct Words(Vec<String>);

impl Words {
    /// Begins with the description that the author wrote.
    pub(super) fn of(map: &Map<String, Value>) -> Self {
        let description = map.get("description").and_then(Value::as_str).map(str::trim);
        Self(description.filter(|text| !text.is_empty()).map(str::to_owned).into_iter().collect())
    }

    /// Says what `keyword` said.
    pub(super) fn add(&mut self, keyword: &str, value: &Value) {
        self.0.push(sentence(keyword, value));
    }

    /// Puts the description into `map`, if there is one.
    pub(super) fn write(self, map: &mut Map<String, Value>) {
        if !self.0.is_empty() {
            map.insert("description".to_owned(), Value::String(self.0.join(" ")));
        }
    }
}

/// What a keyword means, as a sentence.
fn sentence(keyword: &str, value: &Value) -> String {
    let quoted = quoted(value);
    match keyword {
        "default" => format!("Default: {quoted}."),
        "enum" => format!("One of: {}.", quoted.trim_matches(['[', ']'])),
        "const" => format!("Always: {quoted}."),
        "format" => format!("Format: {}.", quoted.trim_matches('"')),
        "pattern" => format!("Pattern: {}.", value.as_str().unwrap_or_default()),
        "example" => format!("Example: {quoted}."),
        "examples" => format!("Examples: {}.", quoted.trim_matches(['[', ']'])),
        "minLength" => format!("At least {quoted} characters."),
        "maxLength" => format!("At most {quoted} characters."),
        "minimum" => format!("At least {quoted}."),
        "maximum" => format!("At most {quoted}."),
        "exclusiveMinimum" => format!("More than {quoted}."),
        "exclusiveMaximum" => format!("Less than {quoted}."),
        "multipleOf" => format!("A multiple of {quoted}."),
        "minItems" => format!("At least {quoted} items."),
        "maxItems" => format!("At most {quoted} items."),
        "minProperties" => format!("At least {quoted} fields."),
        "maxProperties" => format!("At most {quoted} fields."),
        "uniqueItems" => "No item twice.".to_owned(),
        "deprecated" => "Deprecated.".to_owned(),
        _ => format!("Schema rule {keyword}: {quoted}."),
    }
}

fn quoted(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= MAX_QUOTED_CHARS {
        return text;
    }
    text.chars().take(MAX_QUOTED_CHARS).chain("…".chars()).collect()
}
