//! Cutting a result to its budget, and paging through what was cut away.
//!
//! A list, or an object with one long list in it, is cut between items; anything else becomes text and is
//! cut between characters. The cut is always told, with a cursor for what follows.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callwright_model::{Block, Content, id::ExecutionId, outcome::Cut};
use serde_json::Value;

use super::{Shaped, note_cut};

/// Where the rest of a cut result begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Whose result.
    pub execution: ExecutionId,
    /// The first item, or the first byte of the text, that was not shown.
    pub offset: usize,
    /// The budget.
    pub max_bytes: usize,
}

impl Cursor {
    pub(crate) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}.{}", self.execution, self.offset, self.max_bytes))
    }

    pub(crate) fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let mut parts = text.split('.');
        let execution = parts.next()?.parse().ok()?;
        let offset = parts.next()?.parse().ok()?;
        let max_bytes = parts.next()?.parse::<usize>().ok().filter(|bytes| (1..=2 << 20).contains(bytes))?;
        Some(Self { execution, offset, max_bytes })
    }
}

/// Cuts `content` to `max_bytes`. The cursor is filled in by the caller, who knows the execution.
pub(crate) fn cut(content: Content, max_bytes: usize) -> Shaped {
    if size(&content) <= max_bytes {
        return Shaped { content, whole: None };
    }
    let whole = content.clone();
    let content = page(&whole, 0, max_bytes).unwrap_or_default();
    Shaped { content, whole: Some(whole) }
}

/// The part of `whole` from `offset` on that fits; `None` past its end.
pub(crate) fn page(whole: &Content, offset: usize, max_bytes: usize) -> Option<Content> {
    let total_bytes = size(whole) as u64;
    let mut content = Content { message: whole.message.clone(), ..Content::default() };
    let cut = match list_in(whole.data.as_ref(), max_bytes) {
        Some((name, items)) => {
            let rest = items.get(offset..).filter(|rest| !rest.is_empty())?;
            let fitting = fitting_items(rest, max_bytes);
            let shown: Vec<Value> = rest[..fitting].to_vec();
            let shown_bytes = json_size(&shown) as u64;
            content.data = Some(with_list(whole.data.as_ref(), name, shown));
            Cut {
                total_bytes,
                shown_bytes,
                total_items: Some(items.len() as u64),
                shown_items: Some(fitting as u64),
                cursor: (offset + fitting < items.len()).then(|| (offset + fitting).to_string()),
            }
        }
        None => {
            let text = as_text(whole);
            let rest = text.get(offset..).filter(|rest| !rest.is_empty())?;
            let end = rest.floor_char_boundary(max_bytes.min(rest.len())).max(first_char(rest));
            content.blocks = vec![Block::Text { text: rest[..end].to_owned() }];
            Cut {
                total_bytes: text.len() as u64,
                shown_bytes: end as u64,
                total_items: None,
                shown_items: None,
                cursor: (offset + end < text.len()).then(|| (offset + end).to_string()),
            }
        }
    };
    if offset == 0 {
        content.message = Some(note_cut(content.message, &cut));
    }
    content.truncated = Some(cut);
    Some(content)
}

fn first_char(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// The list that makes a result long: the data itself, or the one field that holds most of it, when at least its
/// first item fits.
fn list_in(data: Option<&Value>, max_bytes: usize) -> Option<(Option<&str>, &[Value])> {
    let (name, items) = match data? {
        Value::Array(items) => (None, items),
        Value::Object(map) => {
            let (name, items) = map
                .iter()
                .filter_map(|(name, value)| Some((name.as_str(), value.as_array()?)))
                .max_by_key(|(_, items)| json_size(items))?;
            let others: usize = map.iter().filter(|(other, _)| *other != name).map(|(_, value)| json_size(value)).sum();
            if others > max_bytes / 2 {
                return None;
            }
            (Some(name), items)
        }
        _ => return None,
    };
    let first = items.first()?;
    (json_size(first) + 2 <= max_bytes).then_some((name, items.as_slice()))
}

fn fitting_items(items: &[Value], max_bytes: usize) -> usize {
    let mut used = 2;
    let fitting = items
        .iter()
        .take_while(|item| {
            used += json_size(item) + 1;
            used <= max_bytes
        })
        .count();
    // An item that is too long by itself is still shown: paging has to move on.
    fitting.max(1)
}

fn with_list(data: Option<&Value>, name: Option<&str>, shown: Vec<Value>) -> Value {
    match (data, name) {
        (Some(Value::Object(map)), Some(name)) => {
            let mut map = map.clone();
            map.insert(name.to_owned(), Value::Array(shown));
            Value::Object(map)
        }
        _ => Value::Array(shown),
    }
}

fn as_text(content: &Content) -> String {
    let mut text = content.data.as_ref().map(ToString::to_string).unwrap_or_default();
    for block in &content.blocks {
        match block {
            Block::Text { text: more } => text.push_str(more),
            Block::Json { value } => text.push_str(&value.to_string()),
            Block::Image { mime_type, data } | Block::Audio { mime_type, data } => {
                text.push_str(&format!("[{mime_type}, {} bytes of base64]", data.len()));
            }
            Block::Resource { text: Some(more), .. } => text.push_str(more),
            Block::Resource { uri, .. } | Block::ResourceLink { uri, .. } => text.push_str(uri),
        }
    }
    text
}

/// What counts against the budget. Pictures and sounds do not: they are not read as text.
fn size(content: &Content) -> usize {
    let blocks: usize = content
        .blocks
        .iter()
        .map(|block| match block {
            Block::Text { text } => text.len(),
            Block::Json { value } => json_size(value),
            Block::Resource { text: Some(text), .. } => text.len(),
            Block::Resource { uri, .. } | Block::ResourceLink { uri, .. } => uri.len(),
            Block::Image { .. } | Block::Audio { .. } => 0,
        })
        .sum();
    content.data.as_ref().map_or(0, json_size) + blocks
}

fn json_size<T: serde::Serialize + ?Sized>(value: &T) -> usize {
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    // Counting cannot fail; a value that cannot be written counts as nothing.
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0
}

#[cfg(test)]
mod tests {
    use callwright_model::IdSource;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn all_pages(whole: &Content, max_bytes: usize) -> Vec<Content> {
        let mut pages = Vec::new();
        let mut offset = 0;
        while let Some(content) = page(whole, offset, max_bytes) {
            let next = content.truncated.as_ref().and_then(|cut| cut.cursor.clone());
            pages.push(content);
            match next {
                Some(next) => offset = next.parse().unwrap(),
                None => break,
            }
        }
        pages
    }

    #[test]
    fn a_list_is_cut_between_items_and_says_so() {
        let whole = Content::json(json!((0..100).map(|n| json!({"n": n})).collect::<Vec<_>>()));
        let shaped = cut(whole.clone(), 300);
        let told = shaped.content.truncated.clone().unwrap();
        assert_eq!(told.total_items, Some(100));
        assert!(shaped.content.message.unwrap().contains("of 100 items"));
        let items: Vec<Value> =
            all_pages(&whole, 300).into_iter().flat_map(|c| c.data.unwrap().as_array().unwrap().clone()).collect();
        assert_eq!(Value::Array(items), whole.data.unwrap());
    }

    #[test]
    fn the_long_list_inside_an_object_is_cut_and_the_rest_stays() {
        let whole = Content::json(json!({"total": 50, "rows": (0..50).collect::<Vec<_>>()}));
        let first = cut(whole, 40).content.data.unwrap();
        assert_eq!(first["total"], 50);
        assert!(first["rows"].as_array().unwrap().len() < 50);
    }

    #[test]
    fn what_fits_is_left_alone_and_pictures_do_not_count() {
        let content = Content {
            blocks: vec![Block::Image { data: "x".repeat(9_000), mime_type: "image/png".into() }],
            ..Content::json(json!(1))
        };
        assert!(cut(content, 256).whole.is_none());
    }

    #[test]
    fn cursors_survive_a_round_trip_and_rubbish_is_refused() {
        let cursor = Cursor { execution: IdSource::default().next(), offset: 12, max_bytes: 300 };
        assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        assert_eq!(Cursor::decode("bm9wZQ"), None);
    }

    proptest! {
        #[test]
        fn pages_of_text_put_together_are_the_text(text in "\\PC{0,400}", max_bytes in 1usize..64) {
            let whole = Content::text(text.clone());
            let joined: String = all_pages(&whole, max_bytes).into_iter().flat_map(|c| c.blocks).map(|block| match block {
                Block::Text { text } => text,
                _ => unreachable!("only text was put in"),
            }).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
