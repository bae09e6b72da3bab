//! A command line taken apart as a POSIX shell does it: quotes, escapes, continued lines, `$'…'`. Nothing is run:
//! a variable becomes a placeholder, and a substitution too.

use std::collections::BTreeSet;

use callwright_model::Fault;

use crate::{sample::mark, wrong};

/// The most words of a command.
const MAX_WORDS: usize = 2_000;
/// The most commands of a text.
const MAX_COMMANDS: usize = 200;

/// The curl commands of a text. Whatever stands behind a pipe is left out.
pub(super) fn commands(text: &str, warnings: &mut BTreeSet<String>) -> Result<Vec<Vec<String>>, Fault> {
    let mut shell = Shell { rest: text, word: None, words: Vec::new() };
    let mut commands = Vec::new();
    let mut is_piped = false;
    loop {
        let end = shell.next_separator()?;
        let mut words = std::mem::take(&mut shell.words);
        words.retain(|word| !word.is_empty());
        if words.first().is_some_and(|word| word == "$") {
            words.remove(0);
        }
        let is_curl = words.first().is_some_and(|word| word == "curl" || word.ends_with("/curl") || word == "curl.exe");
        if is_curl && !is_piped {
            commands.push(words);
        } else if !words.is_empty() {
            warnings.insert("what is not a curl command was left out".to_owned());
        }
        if commands.len() > MAX_COMMANDS {
            return Err(wrong(format!("there are more than {MAX_COMMANDS} commands")));
        }
        match end {
            None => break,
            Some(c) => is_piped = c == '|',
        }
    }
    if commands.is_empty() { Err(wrong("there is no curl command in the document")) } else { Ok(commands) }
}

struct Shell<'t> {
    rest: &'t str,
    word: Option<String>,
    words: Vec<String>,
}

impl Shell<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn push(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn end_word(&mut self) -> Result<(), Fault> {
        self.words.extend(self.word.take());
        if self.words.len() > MAX_WORDS {
            return Err(wrong(format!("a command has more than {MAX_WORDS} words")));
        }
        Ok(())
    }

    /// Reads words up to the end of a command, and gives what ended it.
    fn next_separator(&mut self) -> Result<Option<char>, Fault> {
        while let Some(c) = self.next() {
            match c {
                '\'' => self.single()?,
                '"' => self.double()?,
                '\\' => self.escaped(),
                '$' => self.dollar()?,
                '`' => self.back_quotes(),
                '#' if self.word.is_none() => {
                    let end = self.rest.find('\n').unwrap_or(self.rest.len());
                    self.rest = &self.rest[end..];
                }
                '|' | ';' | '\n' => {
                    self.end_word()?;
                    // `||` is another command, not a pipe.
                    let is_double = self.rest.starts_with('|') && c == '|';
                    return Ok(Some(if is_double { ';' } else { c }));
                }
                '&' if self.rest.starts_with('&') || self.word.is_none() => {
                    self.end_word()?;
                    return Ok(Some(';'));
                }
                '>' | '<' if self.word.is_none() || self.word.as_deref() == Some("2") => {
                    // A redirection: its target is no argument.
                    self.word = None;
                    self.rest = self.rest.trim_start_matches(['>', '&', ' ']);
                    let end =
                        self.rest.find(|c: char| c.is_whitespace() || "|;".contains(c)).unwrap_or(self.rest.len());
                    self.rest = &self.rest[end..];
                }
                c if c.is_whitespace() => self.end_word()?,
                c => self.push(c.encode_utf8(&mut [0; 4])),
            }
        }
        self.end_word()?;
        Ok(None)
    }

    fn escaped(&mut self) {
        match self.next() {
            // A continued line; also with the line end of Windows.
            Some('\n') | None => {}
            Some('\r') => self.rest = self.rest.strip_prefix('\n').unwrap_or(self.rest),
            Some(c) => self.push(c.encode_utf8(&mut [0; 4])),
        }
    }

    fn single(&mut self) -> Result<(), Fault> {
        let Some((inside, after)) = self.rest.split_once('\'') else { return Err(unclosed('\'')) };
        self.rest = after;
        self.push(inside);
        Ok(())
    }

    fn double(&mut self) -> Result<(), Fault> {
        self.push("");
        while let Some(c) = self.next() {
            match c {
                '"' => return Ok(()),
                '\\' => match self.next() {
                    Some('\n') | None => {}
                    Some(c @ ('$' | '`' | '"' | '\\')) => self.push(c.encode_utf8(&mut [0; 4])),
                    Some(c) => self.push(&format!("\\{c}")),
                },
                '$' => self.dollar()?,
                '`' => self.back_quotes(),
                c => self.push(c.encode_utf8(&mut [0; 4])),
            }
        }
        Err(unclosed('"'))
    }

    /// `$NAME`, `${NAME}`, `$(command)`, `$'text'`.
    fn dollar(&mut self) -> Result<(), Fault> {
        if let Some(rest) = self.rest.strip_prefix('\'') {
            self.rest = rest;
            return self.ansi();
        }
        if let Some((inside, after)) = self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            self.rest = after;
            let name: String = inside.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            self.push(&mark(&name));
            return Ok(());
        }
        if let Some((_, after)) = self.rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            self.rest = after;
            self.push(&mark("value"));
            return Ok(());
        }
        let name: String = self.rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            self.push("$");
        } else {
            self.rest = &self.rest[name.len()..];
            self.push(&mark(&name));
        }
        Ok(())
    }

    fn back_quotes(&mut self) {
        if let Some((_, after)) = self.rest.split_once('`') {
            self.rest = after;
            self.push(&mark("value"));
        }
    }

    /// The quotes that browsers write: C's escapes.
    fn ansi(&mut self) -> Result<(), Fault> {
        self.push("");
        while let Some(c) = self.next() {
            let text = match c {
                '\'' => return Ok(()),
                '\\' => match self.next() {
                    Some('n') => "\n".to_owned(),
                    Some('t') => "\t".to_owned(),
                    Some('r') => "\r".to_owned(),
                    Some('u') => self.code_point(4),
                    Some('x') => self.code_point(2),
                    Some(c) => c.to_string(),
                    None => String::new(),
                },
                c => c.to_string(),
            };
            self.push(&text);
        }
        Err(unclosed('\''))
    }

    fn code_point(&mut self, digits: usize) -> String {
        let hex: String = self.rest.chars().take(digits).take_while(char::is_ascii_hexdigit).collect();
        self.rest = &self.rest[hex.len()..];
        u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32).map(String::from).unwrap_or_default()
    }
}

fn unclosed(quote: char) -> Fault {
    wrong(format!("a quote ({quote}) in the command is never closed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        commands(text, &mut BTreeSet::new()).unwrap().remove(0)
    }

    #[test]
    fn quotes_escapes_and_continued_lines_are_those_of_a_shell() {
        assert_eq!(
            words("$ curl -H 'A: \"b\"' \\\n  -d \"it's \\\"x\\\" \\n\" a\\ b ''c $'\\u0041\\'\\n'"),
            ["curl", "-H", "A: \"b\"", "-d", "it's \"x\" \\n", "a b", "c", "A'\n"]
        );
        assert_eq!(words("curl https://x/?a=1&b=2"), ["curl", "https://x/?a=1&b=2"], "what people paste unquoted");
        assert_eq!(
            words("curl \"$HOST/${ID}\" > out.txt | jq ."),
            ["curl", &format!("{}/{}", mark("HOST"), mark("ID"))]
        );
        assert!(commands("curl 'x", &mut BTreeSet::new()).unwrap_err().message.contains("never closed"));
        assert!(commands("wget x", &mut BTreeSet::new()).is_err());
        assert_eq!(commands("curl a\ncurl b; curl c && curl d", &mut BTreeSet::new()).unwrap().len(), 4);
    }
}
