//! Cursor paging: how much of a list to give, and where to go on.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Fault;

/// The most items a page may have.
pub const MAX_LIMIT: u32 = 200;
/// The items a page has when nobody says.
pub const DEFAULT_LIMIT: u32 = 50;

/// A wish for one page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// At most this many items, 1 to [`MAX_LIMIT`].
    pub limit: u32,
    /// The sort keys of the last item already seen.
    pub after: Option<Vec<String>>,
}

impl PageRequest {
    /// Reads `limit` and `cursor` as a client sent them.
    pub fn parse(limit: Option<u32>, cursor: Option<&str>) -> Result<Self, Fault> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(Fault::invalid("limit", format!("`limit` must be between 1 and {MAX_LIMIT}")));
        }
        let after = match cursor.filter(|c| !c.is_empty()) {
            None => None,
            Some(cursor) => Some(decode_cursor(cursor).ok_or_else(|| {
                Fault::invalid("cursor", "`cursor` is not one that this server gave; start again without it")
            })?),
        };
        Ok(Self { limit, after })
    }

    /// The first page, of `limit` items.
    pub fn first(limit: u32) -> Self {
        Self { limit, after: None }
    }
}

fn decode_cursor(cursor: &str) -> Option<Vec<String>> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let keys: Vec<String> = serde_json::from_slice(&bytes).ok()?;
    (1..=4).contains(&keys.len()).then_some(keys)
}

/// Packs the sort keys of a page's last item into an opaque cursor.
pub fn encode_cursor(keys: &[String]) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::json!(keys).to_string())
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Give this as `cursor` to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of rows that were fetched with `limit + 1`, so that one too many tells that there is more.
    pub fn from_rows(mut rows: Vec<T>, limit: u32, keys: impl Fn(&T) -> Vec<String>) -> Self {
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next_cursor = if more { rows.last().map(|row| encode_cursor(&keys(row))) } else { None };
        Self { items: rows, next_cursor }
    }

    /// The same page with each item made into something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next_cursor: self.next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_and_rubbish_is_refused() {
        let page = Page::from_rows(vec![1, 2, 3], 2, |n| vec![n.to_string()]);
        assert_eq!(page.items, [1, 2]);
        let request = PageRequest::parse(None, page.next_cursor.as_deref()).expect("our own cursor");
        assert_eq!(request.after, Some(vec!["2".to_owned()]));
        assert!(PageRequest::parse(Some(0), None).is_err());
        assert!(PageRequest::parse(Some(201), None).is_err());
        assert!(PageRequest::parse(None, Some("!!")).is_err());
    }
}
