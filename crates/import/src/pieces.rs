//! The parts of a template: our own, taken apart to be written in another form; and those of others, put into ours.

use callwright_model::{context::CALL_FIELDS, secret::is_secret_name};

use crate::words;

/// A part of one of our templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// As it stands.
    Text(String),
    /// An argument.
    Argument(String),
    /// A value of the context by its short name.
    Variable(String),
    /// A secret.
    Secret(String),
    /// A setting of the environment, as others call it.
    Environment(String),
    /// Something that only our templates can say.
    Other(String),
}

/// Takes one of our templates apart.
pub(crate) fn pieces(template: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(first) = rest.chars().next() {
        if let Some((written, meant)) = [("$${", "${"), ("{{{{", "{{"), ("{{ '{%' }}", "{%")]
            .into_iter()
            .find(|(written, _)| rest.starts_with(written))
        {
            text.push_str(meant);
            rest = &rest[written.len()..];
            continue;
        }
        let taken = taken(rest, "${", "}", secret).or_else(|| taken(rest, "{{", "}}", expression));
        match taken {
            Some((piece, after)) => {
                if !text.is_empty() {
                    found.push(Piece::Text(std::mem::take(&mut text)));
                }
                found.push(piece);
                rest = after;
            }
            None => {
                text.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    if !text.is_empty() {
        found.push(Piece::Text(text));
    }
    found
}

fn taken<'t>(text: &'t str, open: &str, close: &str, read: fn(&str) -> Piece) -> Option<(Piece, &'t str)> {
    let (inner, after) = text.strip_prefix(open)?.split_once(close)?;
    Some((read(inner.trim()), after))
}

fn secret(name: &str) -> Piece {
    if let Some(name) = name.strip_prefix("env.") {
        return Piece::Environment(name.to_owned());
    }
    let plain = name.strip_prefix("secret.").unwrap_or(name);
    if CALL_FIELDS.contains(&name) {
        Piece::Variable(name.to_owned())
    } else if is_secret_name(plain) {
        Piece::Secret(plain.to_owned())
    } else {
        Piece::Other(format!("${{{name}}}"))
    }
}

fn expression(text: &str) -> Piece {
    let optional = ["| default(none)", "| default('')"].into_iter().find_map(|ending| text.strip_suffix(ending));
    let plain = optional.unwrap_or(text).trim_end();
    if let Some(name) = plain.strip_prefix("parameters.").filter(|name| is_word(name)) {
        return Piece::Argument(name.to_owned());
    }
    if let Some(name) = plain.strip_prefix("parameters['").and_then(|rest| rest.strip_suffix("']"))
        && !name.contains('\'')
    {
        return Piece::Argument(name.to_owned());
    }
    if plain == text
        && let Some(name) = plain.strip_prefix("context.").filter(|name| is_word(name))
    {
        return Piece::Variable(name.to_owned());
    }
    Piece::Other(format!("{{{{ {text} }}}}"))
}

/// Whether a text can stand behind a dot in an expression.
pub(crate) fn is_word(text: &str) -> bool {
    text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A text of theirs, in which `{{name}}` is a variable, as a template of ours. `argument` says which names are arguments.
/// `None`: it says more than a name between the braces.
pub(crate) fn ours(text: &str, argument: impl Fn(&str) -> bool) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}")?;
        let name = name.trim();
        if !is_word(name) {
            return None;
        }
        out.push_str(&words::escape(before));
        let place = if argument(name) { "parameters" } else { "context" };
        out.push_str(&format!("{{{{ {place}.{name} }}}}"));
        rest = after;
    }
    out.push_str(&words::escape(rest));
    Some(out)
}

/// A template of ours as a text of theirs, with `{{name}}` for variables and `argument` for arguments. The error is the
/// part that cannot be said there.
pub(crate) fn theirs(template: &str, argument: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut out = String::new();
    for piece in pieces(template) {
        match piece {
            Piece::Text(text) => out.push_str(&text),
            Piece::Variable(name) => out.push_str(&format!("{{{{{name}}}}}")),
            Piece::Argument(name) => out.push_str(&argument(&name).ok_or_else(|| format!("the argument `{name}`"))?),
            Piece::Secret(name) => return Err(format!("the secret `{name}`")),
            Piece::Environment(name) => return Err(format!("the setting `{name}`")),
            Piece::Other(text) => return Err(format!("`{text}`")),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_comes_apart() {
        let found = pieces("a/{{ parameters.id }}?k=${KEY}&c={{ context.city }}${call_sid}{{ 1 + 1 }}$${x}{{{{y}}");
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(
            found,
            [
                text("a/"),
                Piece::Argument("id".to_owned()),
                text("?k="),
                Piece::Secret("KEY".to_owned()),
                text("&c="),
                Piece::Variable("city".to_owned()),
                Piece::Variable("call_sid".to_owned()),
                Piece::Other("{{ 1 + 1 }}".to_owned()),
                text("${x}{{y}}"),
            ]
        );
        assert_eq!(pieces("{{ parameters['x-y'] | default(none) }}"), [Piece::Argument("x-y".to_owned())]);
        assert_eq!(pieces("{{ open"), [text("{{ open")]);
    }

    #[test]
    fn their_variables_are_ours_and_back() {
        let written = ours("Hi {{ name }}, ${x} for {{order}}", |name| name == "order").unwrap();
        assert_eq!(written, "Hi {{ context.name }}, $${x} for {{ parameters.order }}");
        let back = theirs(&written, |name| Some(format!("{{{{{name}}}}}"))).unwrap();
        assert_eq!(back, "Hi {{name}}, ${x} for {{order}}");
        assert_eq!(ours("{{ a | upcase }}", |_| false), None);
        assert!(theirs("${KEY}", |_| None).unwrap_err().contains("KEY"));
    }
}
