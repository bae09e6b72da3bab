//! Puts together the few statements whose text depends on what is asked: lists with filters.

use callwright_model::{
    Id,
    id::IdKind,
    page::{MAX_LIMIT, PageRequest},
};

use crate::{
    error::{Error, Result},
    value::Value,
};

/// A statement under construction, with its parameters.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) sql: String,
    pub(crate) params: Vec<Value>,
}

impl Query {
    pub(crate) fn new(sql: impl Into<String>, params: Vec<Value>) -> Self {
        Self { sql: sql.into(), params }
    }

    /// Adds SQL text of our own.
    pub(crate) fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Adds a placeholder for `value`.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.params.push(value.into());
        self.sql.push('$');
        self.sql.push_str(&self.params.len().to_string());
        self
    }

    /// Adds `condition value` when there is a value.
    pub(crate) fn and(&mut self, condition: &str, value: Option<impl Into<Value>>) -> &mut Self {
        if let Some(value) = value {
            self.push(" AND ").push(condition).push(" ").bind(value);
        }
        self
    }

    /// Adds a list of placeholders in parentheses.
    pub(crate) fn bind_all(&mut self, values: impl IntoIterator<Item = Value>) -> &mut Self {
        self.push("(");
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self.push(")")
    }

    /// Adds the limit of a page, and one more to see whether there is a next.
    pub(crate) fn limit(&mut self, page: &PageRequest) -> &mut Self {
        self.push(" LIMIT ").bind(i64::from(page.limit.clamp(1, MAX_LIMIT)) + 1)
    }
}

/// The only key of a cursor, as an id: a cursor is only as trustworthy as its sender.
pub(crate) fn after_id<K: IdKind>(page: &PageRequest) -> Result<Option<Id<K>>> {
    match page.after.as_deref() {
        None => Ok(None),
        Some([key]) => key.parse().map(Some).map_err(|_| Error::Cursor),
        Some(_) => Err(Error::Cursor),
    }
}

/// The only key of a cursor, as a text.
pub(crate) fn after_text(page: &PageRequest) -> Result<Option<String>> {
    match page.after.as_deref() {
        None => Ok(None),
        Some([key]) if !key.contains('\0') => Ok(Some(key.clone())),
        Some(_) => Err(Error::Cursor),
    }
}

/// The most characters of a search that count. SQLite refuses very long patterns.
const MAX_SEARCH: usize = 1_000;

/// A pattern for `LIKE … ESCAPE '!'` that finds `text` anywhere.
pub(crate) fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.to_lowercase().chars().take(MAX_SEARCH) {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// How SQLite would carry a statement out.
#[cfg(test)]
pub(crate) fn plan(connection: &rusqlite::Connection, query: &Query) -> String {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", query.sql)).unwrap();
    let mut rows = statement.raw_query();
    let mut plan = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        plan.push(row.get::<_, String>(3).unwrap());
    }
    plan.join("; ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_search_finds_what_contains_it_and_nothing_else(
            hay in "[a-cA-C%_!\\\\ äÄß]{0,8}",
            needle in "[a-cA-C%_!\\\\ äÄß]{0,3}",
        ) {
            let connection = rusqlite::Connection::open_in_memory().unwrap();
            let found: bool = connection
                .query_row("SELECT ?1 LIKE ?2 ESCAPE '!'", [hay.to_lowercase(), contains(&needle)], |row| row.get(0))
                .unwrap();
            prop_assert_eq!(found, hay.to_lowercase().contains(&needle.to_lowercase()));
        }
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let page =
            |keys: &[&str]| PageRequest { limit: 1, after: Some(keys.iter().map(|key| (*key).to_owned()).collect()) };
        assert!(matches!(after_id::<callwright_model::id::kind::Tool>(&page(&["name"])), Err(Error::Cursor)));
        assert!(matches!(after_text(&page(&["a", "b"])), Err(Error::Cursor)));
        assert_eq!(after_text(&PageRequest::first(1)).unwrap(), None);
    }
}
