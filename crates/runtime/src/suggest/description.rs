//! Whether the description tells a model what the tool does and when to use it.

use callwright_model::tool::ToolSpec;

use super::finding::{Findings, Weight};

/// Shorter than this it can hardly say what and when, in characters.
const SHORT: usize = 20;
/// Longer than this OpenAI refuses it, in characters.
const LONG: usize = 1_024;
/// Words by which descriptions say when to use a tool.
const WHEN: [&str; 14] = [
    "when",
    "use this",
    "use it",
    "use for",
    "use to",
    "call this",
    "call it",
    "if the",
    "if a",
    "before",
    "after",
    "whenever",
    "only for",
    "in case",
];

/// Looks at the tool's own description.
pub(super) fn examine(spec: &ToolSpec, found: &mut Findings) {
    let text = spec.description.trim();
    let length = text.chars().count();
    if length == 0 {
        let message =
            "there is no description; it is what a model chooses by: say what the tool does, and when to use it";
        return found.add(Weight::Error, "description_missing", "description", message);
    }
    if length < SHORT {
        let message = format!("{length} characters can hardly say what the tool does and when to use it");
        found.add(Weight::Warning, "description_short", "description", message);
    }
    if length > LONG {
        let message =
            format!("OpenAI refuses more than {LONG} characters, and this has {length}; move detail to the parameters");
        found.add(Weight::Error, "description_long", "description", message);
    }
    let lower = text.to_lowercase();
    if length >= SHORT && !WHEN.iter().any(|word| lower.contains(word)) {
        let message = "it does not say when to use the tool; add a sentence such as \"Use when the caller asks for …\"";
        found.add(Weight::Info, "description_no_when", "description", message);
    }
    if lower == spec.name.to_lowercase().replace(['_', '-'], " ") || lower == spec.name.to_lowercase() {
        let message = "it only repeats the name; a model learns nothing from it";
        found.add(Weight::Warning, "description_is_name", "description", message);
    }
}
