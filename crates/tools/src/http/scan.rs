//! Where the placeholders of a template's text stand.
//!
//! The templates themselves are compiled and rendered by `expr`. A URL needs to know more: whether a
//! placeholder stands in the host, and which arguments the author has already put somewhere. This is a
//! reader of the outer form only; what it cannot make out, `expr` refuses.

use std::collections::BTreeSet;

/// A piece of a template's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text that stays as it is.
    Literal(&'a str),
    /// `${…}` or `{{ … }}`, with its brackets.
    Placeholder(&'a str),
}

impl<'a> Piece<'a> {
    /// What stands between the brackets of a placeholder.
    pub(crate) fn inside(self) -> Option<&'a str> {
        let Self::Placeholder(text) = self else { return None };
        let inside = text
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'))
            .or_else(|| text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")))?;
        Some(inside.trim())
    }
}

/// Cuts a text into its pieces, by the same rules as `expr`.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if rest.starts_with("$${") {
            at += 3;
        } else if rest.starts_with("{{{{") {
            at += 4;
        } else if rest.starts_with("${") || rest.starts_with("{{") {
            if start < at {
                found.push(Piece::Literal(&text[start..at]));
            }
            let length = placeholder_len(rest);
            found.push(Piece::Placeholder(&rest[..length]));
            at += length;
            start = at;
        } else {
            at += first.len_utf8();
        }
    }
    if start < at {
        found.push(Piece::Literal(&text[start..]));
    }
    found
}

/// The length of the placeholder that `text` begins with; all of it when it never ends.
fn placeholder_len(text: &str) -> usize {
    if text.starts_with("${") {
        return text.find('}').map_or(text.len(), |end| end + 1);
    }
    let mut quote = None;
    let mut skip = false;
    let mut depth = 0_usize;
    for (at, c) in text.char_indices().skip(2) {
        match quote {
            _ if skip => skip = false,
            Some(_) if c == '\\' => skip = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == '{' => depth += 1,
            None if c == '}' && depth > 0 => depth -= 1,
            None if text[at..].starts_with("}}") => return at + 2,
            None => {}
        }
    }
    text.len()
}

/// Which arguments a text reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reads {
    /// These.
    pub(crate) names: BTreeSet<String>,
    /// The arguments as a whole, or ones that only rendering can tell.
    pub(crate) all: bool,
}

impl Reads {
    /// Adds what `text` reads.
    pub(crate) fn add(&mut self, text: &str) {
        for piece in pieces(text) {
            let Some(inside) = piece.inside() else { continue };
            // Only `${…}` has names with a dash; in an expression it subtracts.
            let dashed = matches!(piece, Piece::Placeholder(text) if text.starts_with('$'));
            for root in ["parameters", "arguments"] {
                for at in words(inside, root) {
                    match member(&inside[at + root.len()..], dashed) {
                        Some(name) => _ = self.names.insert(name),
                        None => self.all = true,
                    }
                }
            }
        }
    }
}

/// Where `word` stands alone in `text`, not as a part of another name or as a member of something.
fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(|c| is_name(c) || c == '.') && !after.is_some_and(is_name)
    })
}

/// The member that is read right behind a root: `.name`, `['name']` or `["name"]`.
fn member(after: &str, dashed: bool) -> Option<String> {
    if let Some(rest) = after.strip_prefix('.') {
        let name: String = rest.chars().take_while(|c| is_name(*c) || (dashed && *c == '-')).collect();
        return (!name.is_empty()).then_some(name);
    }
    let rest = after.strip_prefix('[')?;
    let quote = rest.chars().next().filter(|c| *c == '"' || *c == '\'')?;
    let (name, tail) = rest[1..].split_once(quote)?;
    (tail.starts_with(']') && !name.contains('\\')).then(|| name.to_owned())
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> (Vec<String>, bool) {
        let mut reads = Reads::default();
        reads.add(text);
        (reads.names.into_iter().collect(), reads.all)
    }

    #[test]
    fn pieces_keep_every_byte_and_know_quotes_and_escapes() {
        use Piece::{Literal, Placeholder};
        assert_eq!(pieces("a${B}c"), [Literal("a"), Placeholder("${B}"), Literal("c")]);
        assert_eq!(pieces("{{ 'a}}b' }}/x"), [Placeholder("{{ 'a}}b' }}"), Literal("/x")]);
        assert_eq!(pieces(r#"{{ "a\"}}" }}?"#), [Placeholder(r#"{{ "a\"}}" }}"#), Literal("?")]);
        assert_eq!(pieces("$${B}/{{ x }}"), [Literal("$${B}/"), Placeholder("{{ x }}")]);
        assert_eq!(pieces("{{{{ x }}{{ y }}"), [Literal("{{{{ x }}"), Placeholder("{{ y }}")]);
        assert_eq!(pieces("{{ {'a': {'b': 1}}['a'] }}/"), [Placeholder("{{ {'a': {'b': 1}}['a'] }}"), Literal("/")]);
        assert_eq!(pieces("ü${A'b}'}"), [Literal("ü"), Placeholder("${A'b}"), Literal("'}")]);
        assert_eq!(pieces("{{ never ends"), [Placeholder("{{ never ends")]);
        assert_eq!(pieces(""), []);
        assert_eq!(Placeholder("{{ x }}").inside(), Some("x"));
        assert_eq!(Placeholder("${ secret.A }").inside(), Some("secret.A"));
    }

    #[test]
    fn reads_finds_the_arguments_a_text_uses() {
        assert_eq!(reads("/parameters/x"), (vec![], false));
        assert_eq!(reads("/{{ parameters.a }}/${parameters.b.c}"), (vec!["a".into(), "b".into()], false));
        assert_eq!(reads("{{ arguments['a'] ~ parameters[\"b\"] }}"), (vec!["a".into(), "b".into()], false));
        assert_eq!(reads("${parameters.user-id}"), (vec!["user-id".into()], false));
        assert_eq!(reads("${parameters}"), (vec![], true));
        assert_eq!(reads("{{ parameters[context.call_sid] }}"), (vec![], true));
        assert_eq!(reads("{{ context.parameters.a ~ my_parameters.b }}"), (vec![], false));
    }
}
