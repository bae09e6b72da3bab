//! Results that are more than one JSON value: `{"$content": [...], "data": …, "message": …}`, whose blocks have the form of
//! the Model Context Protocol.
//!
//! The key has to be said: a result that happens to have a field `content` means nothing by it.

use callwright_model::{Block, Content, ErrorClass, ToolError};
use serde_json::Value;

/// The key.
const KEY: &str = "$content";
/// The most blocks of one result.
const MOST: usize = 32;
/// The most bytes of an address.
const MAX_URI: usize = 2_000;

/// A result as content.
pub(super) fn read(mut result: Value) -> Result<Content, ToolError> {
    let Some(fields) = result.as_object_mut() else { return Ok(Content::json(result)) };
    let Some(blocks) = fields.get(KEY) else { return Ok(Content::json(result)) };
    let blocks = blocks.as_array().filter(|blocks| blocks.len() <= MOST);
    let blocks = blocks.ok_or_else(|| bad(format!("`{KEY}` must be a list of at most {MOST} blocks")))?;
    let blocks = blocks
        .iter()
        .enumerate()
        .map(|(index, value)| block(value).ok_or_else(|| bad(format!("`{KEY}[{index}]` is no block: text, json, image, audio, resource or resource_link with what belongs to it"))))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Content {
        message: fields.get("message").and_then(Value::as_str).map(str::to_owned),
        data: fields.remove("data"),
        blocks,
        ..Content::default()
    })
}

fn bad(message: String) -> ToolError {
    ToolError::new(ErrorClass::SandboxError, "bad_result", message)
}

fn block(value: &Value) -> Option<Block> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    // Ours and the protocol's way to write it.
    let mime_type = |value: &Value| text(value, "mimeType").or_else(|| text(value, "mime_type"));
    let uri = |value: &Value| text(value, "uri").filter(|uri| uri.contains(':') && uri.len() <= MAX_URI);
    Some(match value.get("type")?.as_str()? {
        "text" => Block::Text { text: text(value, "text")? },
        "json" => Block::Json { value: value.get("value")?.clone() },
        "image" => Block::Image { data: text(value, "data")?, mime_type: mime_type(value)? },
        "audio" => Block::Audio { data: text(value, "data")?, mime_type: mime_type(value)? },
        "resource_link" => {
            Block::ResourceLink { uri: uri(value)?, name: text(value, "name")?, mime_type: mime_type(value) }
        }
        "resource" => {
            let resource = value.get("resource")?;
            let (inner, blob) = (text(resource, "text"), text(resource, "blob"));
            if inner.is_some() == blob.is_some() {
                return None;
            }
            Block::Resource { uri: uri(resource)?, mime_type: mime_type(resource), text: inner, blob }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn blocks_are_read_where_the_key_says_so_and_nowhere_else() {
        let plain = json!({"content": [{"type": "text", "text": "x"}]});
        assert_eq!(read(plain.clone()).unwrap(), Content::json(plain));
        let rich = read(json!({
            "$content": [
                {"type": "text", "text": "a"},
                {"type": "image", "data": "AA==", "mimeType": "image/png"},
                {"type": "audio", "data": "AA==", "mime_type": "audio/wav"},
                {"type": "resource", "resource": {"uri": "x://y", "mimeType": "text/plain", "text": "z"}},
                {"type": "resource_link", "uri": "https://example.com", "name": "n"},
            ],
            "data": {"n": 1}, "message": "m",
        }))
        .unwrap();
        assert_eq!((rich.blocks.len(), rich.message.as_deref()), (5, Some("m")));
        assert_eq!(rich.data, Some(json!({"n": 1})));
    }

    #[test]
    fn what_is_no_block_is_refused_by_its_place() {
        for bad in [
            json!([1]),
            json!([{"type": "picture"}]),
            json!([{"type": "image", "data": "AA=="}]),
            json!([{"type": "resource", "resource": {"uri": "x://y"}}]),
            json!([{"type": "resource", "resource": {"uri": "no address", "text": "z"}}]),
        ] {
            let error = read(json!({"$content": bad})).unwrap_err();
            assert!(error.code == "bad_result" && error.message.contains("`$content[0]`"), "{}", error.message);
        }
        assert!(read(json!({"$content": "x"})).unwrap_err().message.contains("must be a list"));
    }
}
