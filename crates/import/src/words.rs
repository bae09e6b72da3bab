//! Names, sentences and addresses in the form that tools want.

use std::collections::BTreeSet;

use callwright_model::Fault;
use url::Url;

use crate::invalid;

/// The longest description of a tool, in characters; OpenAI takes no more.
const MAX_DESCRIPTION: usize = 1_024;
/// The longest description of a parameter, in characters.
pub(crate) const MAX_FIELD_DESCRIPTION: usize = 400;

/// `text` as a valid tool name, behind `prefix`.
pub(crate) fn tool_name(prefix: &str, text: &str) -> String {
    let mut name = prefix.to_owned();
    name.push_str(&plain(text, "tool"));
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        name.insert_str(0, "op_");
    }
    name.truncate(64);
    name.trim_end_matches(['_', '-']).to_owned()
}

/// `text` as the name of a parameter: letters, digits, `_` and `-`, so that every provider takes it.
pub(crate) fn parameter_name(text: &str) -> String {
    let mut name = plain(text, "value");
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        name.insert(0, '_');
    }
    if name == "tool_call_id" {
        // Providers use that name themselves.
        name.push_str("_value");
    }
    name.truncate(60);
    name
}

/// Whether `name` can stay as it is.
pub(crate) fn is_parameter_name(name: &str) -> bool {
    name == parameter_name(name)
}

fn plain(text: &str, otherwise: &str) -> String {
    let mut name = String::with_capacity(text.len());
    // Whether the last character stands for others; then no underscore of the author's needs to follow.
    let mut is_joint = false;
    for c in text.chars().take(200) {
        if c.is_ascii_alphanumeric() || c == '-' || (c == '_' && !is_joint) {
            name.push(c);
            is_joint = false;
        } else if c != '_' && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
            is_joint = true;
        }
    }
    // What was made of brackets and dots at the end says nothing; an author's own underscore stays.
    if is_joint {
        name.truncate(name.trim_end_matches('_').len());
    }
    if name.is_empty() { otherwise.to_owned() } else { name }
}

/// `wanted`, or with a number behind it when it is taken; `most` is the longest it may be.
pub(crate) fn unique(wanted: &str, taken: &mut BTreeSet<String>, most: usize) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        let suffix = format!("_{number}");
        let head = &wanted[..wanted.len().min(most.saturating_sub(suffix.len()))];
        name = format!("{head}{suffix}");
        number += 1;
    }
    name
}

/// The name of a tool that has one already: as it is where that can be, else made valid.
pub(crate) fn kept_name(prefix: &str, own: &str) -> String {
    let name = format!("{prefix}{own}");
    if callwright_model::tool::is_tool_name(&name) { name } else { tool_name(prefix, own) }
}

/// How a template reads the argument `name`.
pub(crate) fn read(name: &str) -> String {
    let is_word =
        name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_word { format!("parameters.{name}") } else { format!("parameters['{name}']") }
}

/// The template that renders to `text`, whatever stands in it; the same as `expr::Template::escape`.
pub(crate) fn escape(text: &str) -> String {
    const ESCAPES: [(&str, &str); 3] = [("${", "$${"), ("{{", "{{{{"), ("{%", "{{ '{%' }}")];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let as_it_is = &rest[..first.len_utf8()];
        let (taken, written) =
            ESCAPES.into_iter().find(|(from, _)| rest.starts_with(from)).unwrap_or((as_it_is, as_it_is));
        out.push_str(written);
        rest = &rest[taken.len()..];
    }
    out
}

/// A tool's description of a short and a long text.
pub(crate) fn description(summary: &str, long: &str) -> String {
    let (summary, long) = (tidy(summary), tidy(long));
    let (head, rest) = (summary.trim_end_matches('.').to_lowercase(), long.to_lowercase());
    let text = if long.is_empty() || rest.trim_end_matches('.') == head {
        summary
    } else if summary.is_empty() || rest.starts_with(&head) {
        long
    } else {
        let stop = if summary.ends_with(['.', '!', '?', ':']) { "" } else { "." };
        format!("{summary}{stop} {long}")
    };
    cut(&text, MAX_DESCRIPTION)
}

/// On one line, without HTML tags, control characters and repeated blanks.
pub(crate) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(8_192));
    let mut rest = text.get(..text.floor_char_boundary(16_384)).unwrap_or_default();
    while let Some(c) = rest.chars().next() {
        if c == '<'
            && let Some(end) = rest.get(..rest.floor_char_boundary(200)).and_then(|head| head.find('>'))
            && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        {
            push_blank(&mut out);
            rest = &rest[end + 1..];
            continue;
        }
        if c.is_whitespace() || c.is_control() {
            push_blank(&mut out);
        } else {
            out.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    out.trim().to_owned()
}

fn push_blank(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// At most `most` characters: whole sentences where that keeps the better half, else whole words.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most - 1).collect();
    if let Some(end) = head.rfind(". ").filter(|end| *end > head.len() / 2) {
        return head[..=end].to_owned();
    }
    let end = head.rfind(' ').filter(|end| *end > head.len() / 2).unwrap_or(head.len());
    format!("{}…", head[..end].trim_end())
}

/// The beginning of secrets' names: `GitHub v3 REST API` gives `GITHUB`.
pub(crate) fn secret_prefix(title: &str) -> String {
    const EMPTY: [&str; 14] = [
        "API",
        "APIS",
        "REST",
        "HTTP",
        "THE",
        "OPENAPI",
        "SPEC",
        "SPECIFICATION",
        "PUBLIC",
        "WEB",
        "V1",
        "V2",
        "V3",
        "V4",
    ];
    // What stands in brackets says what the document is, not whose.
    let upper = title.split('(').next().unwrap_or_default().to_uppercase();
    let words: Vec<&str> = upper
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty() && !EMPTY.contains(word) && !word.bytes().all(|b| b.is_ascii_digit()))
        .take(2)
        .collect();
    let mut name = words.join("_");
    name.truncate(40);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert_str(0, "API_");
    }
    name.trim_end_matches('_').to_owned()
}

/// A word as part of a secret's name.
pub(crate) fn secret_word(text: &str) -> String {
    let mut word = String::new();
    for c in text.chars().take(60) {
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_uppercase());
        } else if !word.is_empty() && !word.ends_with('_') {
            word.push('_');
        }
    }
    word.trim_end_matches('_').to_owned()
}

/// A secret's name of a prefix and a word, at most 64 characters. A word that carries the prefix keeps it once.
pub(crate) fn secret_name(prefix: &str, word: &str) -> String {
    let mut name =
        if word.starts_with(prefix) || prefix.is_empty() { word.to_owned() } else { format!("{prefix}_{word}") };
    name.truncate(64);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        name.insert_str(0, "S_");
        name.truncate(64);
    }
    name
}

/// The prefix of secrets for an address: `https://api.github.com` gives `GITHUB`.
pub(crate) fn host_prefix(host: &str) -> String {
    if host.starts_with(|c: char| c.is_ascii_digit()) || host.starts_with('[') || !host.contains('.') {
        return "API".to_owned();
    }
    let labels: Vec<&str> = host.split('.').collect();
    let name = labels.get(labels.len().saturating_sub(2)).copied().unwrap_or("api");
    let word = secret_word(name);
    if word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit()) { "API".to_owned() } else { word }
}

/// Refuses what is not an http address without credentials, query and fragment.
pub(crate) fn check_address(field: &str, text: &str) -> Result<(), Fault> {
    let wrong = || invalid(field, format!("`{field}` must be an address such as https://api.example.com/v1"));
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let is_fine = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && !text.contains(['{', '}', '\\'])
        && !text.contains("${");
    if is_fine { Ok(()) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use callwright_model::tool::is_tool_name;

    use super::*;

    #[test]
    fn names_become_valid_and_unique() {
        for (text, name) in [
            ("users/get-authenticated", "users_get-authenticated"),
            ("gmail.users.getProfile", "gmail_users_getProfile"),
            ("1st", "op_1st"),
            ("", "tool"),
            ("Ünïcode ✓", "n_code"),
            ("created[gte]", "created_gte"),
        ] {
            assert_eq!(tool_name("", text), name);
            assert!(is_tool_name(&tool_name("p_", text)));
        }
        let long = "x".repeat(100);
        let mut taken = BTreeSet::new();
        let names: Vec<String> = (0..12).map(|_| unique(&tool_name("", &long), &mut taken, 64)).collect();
        assert!(names.iter().all(|name| is_tool_name(name)), "{names:?}");
        assert_eq!(taken.len(), 12);
    }

    #[test]
    fn descriptions_say_things_once_and_end_with_a_sentence() {
        assert_eq!(description("List users", "List users."), "List users");
        assert_eq!(description("List users", "Gives   <b>all</b>\nof them."), "List users. Gives all of them.");
        assert_eq!(description("", "x <= y"), "x <= y");
        let long = description("Sum", &"A sentence of some words. ".repeat(100));
        assert!(long.chars().count() <= 1_024 && long.ends_with("words."), "{long}");
    }

    #[test]
    fn secrets_are_named_after_the_api() {
        assert_eq!(secret_prefix("GitHub v3 REST API"), "GITHUB");
        assert_eq!(secret_prefix("The Jira Cloud platform REST API"), "JIRA_CLOUD");
        assert_eq!(secret_prefix("Stripe (subset)"), "STRIPE");
        assert_eq!(secret_prefix("123"), "API");
        assert_eq!(host_prefix("api.github.com"), "GITHUB");
        assert_eq!(host_prefix("127.0.0.1"), "API");
        assert_eq!(secret_name("GITHUB", "GITHUB_TOKEN"), "GITHUB_TOKEN");
    }
}
