//! The tokens of an expression, and where an expression ends in a text.
//!
//! minijinja has its own lexer; this one exists so that names can be checked and resolved before minijinja
//! sees them, and so that `}}` inside a string or a map does not end an expression.

use crate::{Error, ErrorKind};

/// A token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'s> {
    pub(crate) kind: Kind,
    pub(crate) text: &'s str,
    pub(crate) start: usize,
}

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Name,
    Text,
    Number,
    Sign,
}

impl Token<'_> {
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(crate) fn is_sign(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }

    pub(crate) fn is_name(&self, name: &str) -> bool {
        self.kind == Kind::Name && self.text == name
    }
}

const SIGNS: [&str; 28] = [
    "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", ".", ",", ":", "|", "(", ")", "[",
    "]", "{", "}", "!", "&", "@",
];

/// Splits an expression into tokens.
pub(crate) fn tokens(source: &str) -> Result<Vec<Token<'_>>, Error> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let after_dot = tokens.last().is_some_and(|last| last.is_sign(".") && last.end() == at);
        let (kind, length) = next_token(&source[at..], first, after_dot)?;
        tokens.push(Token { kind, text: &source[at..at + length], start: at });
        at += length;
    }
    Ok(tokens)
}

fn next_token(rest: &str, first: char, after_dot: bool) -> Result<(Kind, usize), Error> {
    if first == '\'' || first == '"' {
        let length = text_length(rest).ok_or_else(|| syntax("a quoted text does not end"))?;
        return Ok((Kind::Text, length));
    }
    if first.is_ascii_digit() {
        return Ok((Kind::Number, number_length(rest, after_dot)));
    }
    if first == '_' || first.is_ascii_alphabetic() {
        let length = rest.bytes().take_while(|b| *b == b'_' || b.is_ascii_alphanumeric()).count();
        return Ok((Kind::Name, length));
    }
    let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
    sign.map(|sign| (Kind::Sign, sign.len()))
        .ok_or_else(|| syntax(format!("`{first}` has no meaning in an expression")))
}

/// The length of the quoted text that `rest` begins with, quotes included.
fn text_length(rest: &str) -> Option<usize> {
    let mut bytes = rest.bytes().enumerate();
    let (_, quote) = bytes.next()?;
    let mut escaped = false;
    bytes
        .find(|(_, byte)| {
            let ends = !escaped && *byte == quote;
            escaped = !escaped && *byte == b'\\';
            ends
        })
        .map(|(at, _)| at + 1)
}

fn number_length(rest: &str, after_dot: bool) -> usize {
    let bytes = rest.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
    if bytes.len() > 1 && bytes[0] == b'0' && matches!(bytes[1], b'x' | b'X' | b'o' | b'O' | b'b' | b'B') {
        return 2 + bytes[2..].iter().take_while(|b| b.is_ascii_hexdigit() || **b == b'_').count();
    }
    let mut length = digits(0);
    if after_dot {
        return length;
    }
    if bytes.get(length) == Some(&b'.') && bytes.get(length + 1).is_some_and(u8::is_ascii_digit) {
        length += 1 + digits(length + 1);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        if bytes.get(length + 1 + sign).is_some_and(u8::is_ascii_digit) {
            length += 1 + sign + digits(length + 1 + sign);
        }
    }
    length
}

/// Where `}}` ends the expression that `rest` begins with, as an offset of the `}}`.
pub(crate) fn expression_length(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\'' | b'"' => at += text_length(&rest[at..])? - 1,
            b'{' => depth += 1,
            b'}' if depth > 0 => depth -= 1,
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn syntax(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Syntax, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        tokens(source).unwrap().iter().map(|token| token.text).collect()
    }

    #[test]
    fn tokens_are_split_as_minijinja_splits_them() {
        assert_eq!(texts("a.b[0]|f(x=1.5e3)"), ["a", ".", "b", "[", "0", "]", "|", "f", "(", "x", "=", "1.5e3", ")"]);
        assert_eq!(texts("a.1.0"), ["a", ".", "1", ".", "0"]);
        assert_eq!(texts(r#"'it\'s' ~ "}}""#), [r"'it\'s'", "~", r#""}}""#]);
        assert_eq!(texts("2**3//0x1f"), ["2", "**", "3", "//", "0x1f"]);
        assert_eq!(texts("a.b1.5"), ["a", ".", "b1", ".", "5"]);
        assert!(tokens("'open").is_err());
        assert!(tokens("a ; b").is_err());
    }

    #[test]
    fn an_expression_ends_at_the_first_free_braces() {
        assert_eq!(expression_length(" a }} b }}"), Some(3));
        assert_eq!(expression_length("{'a': {'b': 1}}}}x"), Some(15));
        assert_eq!(expression_length("'}}' }}"), Some(5));
        assert_eq!(expression_length("a"), None);
        assert_eq!(expression_length("'a }}"), None);
    }
}
