//! Values on their way into the database and rows on their way out, the same for both databases.
//!
//! Columns are TEXT, BIGINT and DOUBLE PRECISION only: ids and JSON are text, times are microseconds,
//! booleans are 0 and 1. So one SQL text serves SQLite and PostgreSQL.

use std::borrow::Cow;

use callwright_model::{Id, Timestamp, id::IdKind};
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// A value of a column or a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number, a time in microseconds, or a boolean.
    Int(i64),
    /// A fraction.
    Real(f64),
    /// A text, an id or JSON.
    Text(Cow<'static, str>),
}

impl Value {
    /// A text known at compile time, such as the name of a state. It is not copied.
    pub const fn word(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<String> for Value {
    /// PostgreSQL cannot keep a NUL in a text, so neither database is given one.
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(if value.contains('\0') { value.replace('\0', "\u{fffd}") } else { value }))
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::from(value.to_owned())
    }
}
impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::from(value.clone())
    }
}
impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Self {
        Self::Int(value.micros())
    }
}
impl<K: IdKind> From<Id<K>> for Value {
    fn from(value: Id<K>) -> Self {
        Self::Text(Cow::Owned(value.to_string()))
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// `value` as JSON text.
pub fn json(value: &(impl serde::Serialize + ?Sized)) -> Result<Value> {
    serde_json::to_string(value)
        .map(Value::from)
        .map_err(|error| Error::Internal(format!("cannot write as json: {error}")))
}

/// `value` as JSON text, or null.
pub fn opt_json(value: Option<&impl serde::Serialize>) -> Result<Value> {
    value.map_or(Ok(Value::Null), json)
}

/// Makes a list of parameters out of anything that is [`Into<Value>`].
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::value::Value::from($value)),*] };
}

/// A row of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// Reads the columns one after the other; `table` is named in errors.
    pub fn fields(&self, table: &'static str) -> Fields<'_> {
        Fields { values: self.0.iter(), table }
    }
}

/// Reads a row's columns in the order of the select list. The name given with each read is for errors only.
#[derive(Debug)]
pub struct Fields<'r> {
    values: std::slice::Iter<'r, Value>,
    table: &'static str,
}

impl<'r> Fields<'r> {
    fn value(&mut self, column: &'static str) -> Result<&'r Value> {
        self.values.next().ok_or_else(|| self.wrong(column, "the select list is shorter"))
    }

    fn wrong(&self, column: &'static str, message: impl Into<String>) -> Error {
        Error::Inconsistent { table: self.table, column, message: message.into() }
    }

    /// A text that may be missing.
    pub fn opt_text(&mut self, column: &'static str) -> Result<Option<&'r str>> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            other => Err(self.wrong(column, format!("{other:?} is not a text"))),
        }
    }

    /// A text.
    pub fn text(&mut self, column: &'static str) -> Result<&'r str> {
        self.opt_text(column)?.ok_or_else(|| self.wrong(column, "it is null"))
    }

    /// A text, copied.
    pub fn string(&mut self, column: &'static str) -> Result<String> {
        self.text(column).map(str::to_owned)
    }

    /// A text that may be missing, copied.
    pub fn opt_string(&mut self, column: &'static str) -> Result<Option<String>> {
        Ok(self.opt_text(column)?.map(str::to_owned))
    }

    /// A whole number that may be missing.
    pub fn opt_int(&mut self, column: &'static str) -> Result<Option<i64>> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Int(number) => Ok(Some(*number)),
            other => Err(self.wrong(column, format!("{other:?} is not a whole number"))),
        }
    }

    /// A whole number.
    pub fn int(&mut self, column: &'static str) -> Result<i64> {
        self.opt_int(column)?.ok_or_else(|| self.wrong(column, "it is null"))
    }

    /// A boolean.
    pub fn flag(&mut self, column: &'static str) -> Result<bool> {
        match self.int(column)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.wrong(column, format!("{other} is neither 0 nor 1"))),
        }
    }

    /// A time.
    pub fn time(&mut self, column: &'static str) -> Result<Timestamp> {
        self.int(column).map(Timestamp::from_micros)
    }

    /// A time that may be missing.
    pub fn opt_time(&mut self, column: &'static str) -> Result<Option<Timestamp>> {
        Ok(self.opt_int(column)?.map(Timestamp::from_micros))
    }

    /// An id.
    pub fn id<K: IdKind>(&mut self, column: &'static str) -> Result<Id<K>> {
        self.opt_id(column)?.ok_or_else(|| self.wrong(column, "it is null"))
    }

    /// An id that may be missing.
    pub fn opt_id<K: IdKind>(&mut self, column: &'static str) -> Result<Option<Id<K>>> {
        let Some(text) = self.opt_text(column)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|error| self.wrong(column, format!("{error}")))
    }

    /// One of a set of words.
    pub fn word<T>(&mut self, column: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        let text = self.text(column)?;
        parse(text).ok_or_else(|| self.wrong(column, format!("`{text}` is not a word we know")))
    }

    /// One of a set of words, or nothing.
    pub fn opt_word<T>(&mut self, column: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>> {
        let Some(text) = self.opt_text(column)? else {
            return Ok(None);
        };
        parse(text).map(Some).ok_or_else(|| self.wrong(column, format!("`{text}` is not a word we know")))
    }

    /// A JSON document.
    pub fn json<T: DeserializeOwned>(&mut self, column: &'static str) -> Result<T> {
        self.opt_json(column)?.ok_or_else(|| self.wrong(column, "it is null"))
    }

    /// A JSON document that may be missing.
    pub fn opt_json<T: DeserializeOwned>(&mut self, column: &'static str) -> Result<Option<T>> {
        let Some(text) = self.opt_text(column)? else {
            return Ok(None);
        };
        serde_json::from_str(text)
            .map(Some)
            .map_err(|error| self.wrong(column, format!("not the json we wrote: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::{id::ToolId, tool::Effect};

    use super::*;

    #[test]
    fn a_broken_row_names_its_table_and_column() {
        let row = Row(params!["write", 7i64, "tool_nonsense"]);
        let mut fields = row.fields("tool");
        assert_eq!(fields.word("effect", Effect::parse).unwrap(), Effect::Write);
        assert_eq!(
            fields.flag("active").unwrap_err().to_string(),
            "`tool.active` holds something that does not belong there: 7 is neither 0 nor 1"
        );
        let error = fields.id::<callwright_model::id::kind::Tool>("id").unwrap_err();
        assert!(matches!(error, Error::Inconsistent { table: "tool", column: "id", .. }));
        assert!(fields.text("more").is_err());
    }

    #[test]
    fn nothing_is_null() {
        assert_eq!(Value::from(None::<ToolId>), Value::Null);
        assert_eq!(Value::from(true), Value::Int(1));
    }
}
