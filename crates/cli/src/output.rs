//! What commands print: data on standard output, talk on standard error.
//!
//! Texts from a server may hold anything, so control characters are made visible before they reach a terminal.

use std::{
    borrow::Cow,
    io::{self, IsTerminal, Write},
};

use serde_json::Value;

use crate::failure::Failure;

/// Prints a value as JSON: indented for people, on one line for pipes.
pub(crate) fn json(value: &Value) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        writeln!(out, "{}", visible(&serde_json::to_string_pretty(value).unwrap_or_default(), true))?;
    } else {
        writeln!(out, "{value}")?;
    }
    Ok(())
}

/// Prints a value as indented JSON, wherever it goes.
pub(crate) fn pretty(value: &Value) -> Result<(), Failure> {
    line(&serde_json::to_string_pretty(value).unwrap_or_default())
}

/// Prints a text and a line end.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let text = if out.is_terminal() { visible(text, true) } else { Cow::Borrowed(text) };
    writeln!(out, "{text}")?;
    Ok(())
}

/// Says something to the person at the terminal.
pub(crate) fn say(text: impl AsRef<str>) {
    eprintln!("{}", visible(text.as_ref(), true));
}

/// A table whose columns are as wide as their widest cell.
pub(crate) struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these column titles.
    pub(crate) fn new<const N: usize>(header: [&'static str; N]) -> Self {
        Self { header: header.to_vec(), rows: Vec::new() }
    }

    /// Adds a row, one text for each column.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.iter().map(|cell| visible(cell, false).into_owned()).collect());
    }

    /// Prints it; an empty one is told on standard error instead.
    pub(crate) fn print(&self, nothing: &str) -> Result<(), Failure> {
        if self.rows.is_empty() {
            say(nothing);
            return Ok(());
        }
        let mut out = io::stdout().lock();
        for row in self.lines() {
            writeln!(out, "{row}")?;
        }
        Ok(())
    }

    fn lines(&self) -> Vec<String> {
        let widths: Vec<usize> = (0..self.header.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
                cells.chain([self.header[column].len()]).max().unwrap_or_default()
            })
            .collect();
        let header: Vec<String> = self.header.iter().map(|title| (*title).to_owned()).collect();
        std::iter::once(&header)
            .chain(&self.rows)
            .map(|row| {
                let mut line = String::new();
                for (cell, width) in row.iter().zip(&widths) {
                    let padding = width.saturating_sub(cell.chars().count()) + 2;
                    line.push_str(cell);
                    line.extend(std::iter::repeat_n(' ', padding));
                }
                line.truncate(line.trim_end().len());
                line
            })
            .collect()
    }
}

/// Control characters as `\u{…}`; line ends and tabs stay when `lines` says so.
pub(crate) fn visible(text: &str, lines: bool) -> Cow<'_, str> {
    let is_fine = |c: char| !c.is_control() || (lines && matches!(c, '\n' | '\t'));
    if text.chars().all(is_fine) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if is_fine(c) { c.to_string() } else { c.escape_default().to_string() }).collect())
}

/// A field of an object as a short text; nothing for `null` and for what is not there.
pub(crate) fn text(value: &Value, field: &str) -> String {
    match value.get(field) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A time without its microseconds: `2026-11-21 10:20:30Z`.
pub(crate) fn time(value: &Value, field: &str) -> String {
    let text = text(value, field);
    match text.get(..19) {
        Some(head) if text.len() > 19 && head.as_bytes()[10] == b'T' => format!("{}Z", head.replace('T', " ")),
        _ => text,
    }
}

/// The first `most` characters, with a mark when there are more.
pub(crate) fn short(text: &str, most: usize) -> String {
    let text = text.lines().next().unwrap_or_default();
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{head}…")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_line_up_and_lines_have_no_trailing_blanks() {
        let mut table = Table::new(["NAME", "STATE", "NOTE"]);
        table.row(["a".to_owned(), "done".to_owned(), String::new()]);
        table.row(["längerer".to_owned(), "failed".to_owned(), "x\u{1b}[31m".to_owned()]);
        assert_eq!(table.lines(), ["NAME      STATE   NOTE", "a         done", "längerer  failed  x\\u{1b}[31m"]);
    }

    #[test]
    fn times_are_short_and_texts_are_cut_with_a_mark() {
        let value = json!({"at": "2026-11-21T10:20:30.500000Z", "none": null});
        assert_eq!(time(&value, "at"), "2026-11-21 10:20:30Z");
        assert_eq!(time(&value, "none"), "");
        assert_eq!(short("abcdef", 4), "abc…");
        assert_eq!(short("abcd\nrest", 4), "abcd");
    }
}
