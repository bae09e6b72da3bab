//! What is said to agents and to people.

use callwright_model::Object;
use serde_json::Value;

/// The most characters of what is said to an agent, of what came before it, and of what is kept as a workflow's words.
const MOST_TEXT: usize = 200_000;

/// A value as a person reads it.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    cut(text)
}

fn cut(text: String) -> String {
    match text.char_indices().nth(MOST_TEXT) {
        None => text,
        Some((at, _)) => format!("{}\n[cut: it was longer than {MOST_TEXT} characters]", &text[..at]),
    }
}

/// What an agent is told in its role: what it is here for, the circumstances, and what it works on.
pub(super) fn in_role(role: &str, description: Option<&str>, context: &Object, input: &str) -> String {
    let mut text = format!("Your role: {role}\n");
    if let Some(description) = description.filter(|text| !text.trim().is_empty()) {
        text.push_str(&format!("Your task: {description}\n"));
    }
    if !context.is_empty() {
        text.push_str(&format!("Context: {}\n", Value::Object(context.clone())));
    }
    text.push('\n');
    text.push_str(input);
    cut(text)
}

/// What several agents said, one under the other.
pub(super) fn gathered<'a>(parts: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let sections: Vec<String> = parts.into_iter().map(|(role, said)| format!("## {role}\n\n{said}")).collect();
    cut(sections.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_agent_is_told_its_role_its_task_and_the_context() {
        let context = Object::from_iter([("tier".to_owned(), json!("gold"))]);
        let text = in_role("Triage", Some("Sort it"), &context, "help");
        assert_eq!(text, "Your role: Triage\nYour task: Sort it\nContext: {\"tier\":\"gold\"}\n\nhelp");
        assert_eq!(in_role("Triage", None, &Object::new(), "help"), "Your role: Triage\n\nhelp");
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        let text = shown(&json!("ä".repeat(MOST_TEXT + 1)));
        assert!(text.ends_with("characters]") && text.starts_with('ä'));
        assert_eq!(shown(&json!({"a": 1})), "{\"a\":1}");
    }
}
