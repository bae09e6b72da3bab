//! A result of an MCP server becomes content of ours.

use base64::{Engine, engine::general_purpose::STANDARD};
use callwright_guard::Redactor;
use callwright_model::{Block, Content, ErrorClass, ToolError};
use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use serde_json::Value;

/// The most blocks of one result.
const MAX_BLOCKS: usize = 100;
/// The largest picture or sound that is handed on, in characters of base64.
const MAX_MEDIA: usize = (1 << 20) / 3 * 4 + 4;
/// What stands for content of a kind that this program does not know.
const UNKNOWN: &str = "[content of a kind that is not known here]";
/// The most characters of an error's text.
const MAX_ERROR: usize = 2_000;

/// What a result says, with `hide`'s secrets hidden. An error of the tool is one that the model can read.
pub(super) fn of(result: CallToolResult, hide: &Redactor) -> Result<Content, ToolError> {
    let is_error = result.is_error == Some(true);
    let mut content = Content { data: result.structured_content, ..Content::default() };
    if let Some(data) = &mut content.data {
        hide.value(data);
    }
    let left_out = result.content.len().saturating_sub(MAX_BLOCKS);
    content.blocks = result.content.into_iter().take(MAX_BLOCKS).map(|block| of_block(block, hide)).collect();
    if left_out > 0 {
        content.blocks.push(Block::Text { text: format!("[{left_out} more pieces are left out]") });
    }
    if is_error {
        return Err(failed(&content));
    }
    data_of_text(&mut content);
    if content.data.is_none() && content.blocks.is_empty() {
        content.message = Some("done (no content)".to_owned());
    }
    Ok(content)
}

/// Structured results are repeated as text by those who follow the specification, and texts that are JSON come from
/// those who do not know structured results: both are said once, as data.
fn data_of_text(content: &mut Content) {
    let [Block::Text { text }] = content.blocks.as_slice() else { return };
    let trimmed = text.trim_start();
    let parsed = match trimmed.starts_with(['{', '[']) || content.data.is_some() {
        true => serde_json::from_str::<Value>(trimmed).ok(),
        false => None,
    };
    match (&content.data, parsed) {
        (None, Some(value)) => {
            content.data = Some(value);
            content.blocks.clear();
        }
        (Some(data), Some(value)) if *data == value || wraps(data, &value) => content.blocks.clear(),
        (Some(data), None) if wraps(data, &Value::String(text.clone())) => content.blocks.clear(),
        _ => {}
    }
}

/// Whether `data` is `{"result": value}`: how some servers make an object of a plain result.
fn wraps(data: &Value, value: &Value) -> bool {
    data.as_object().is_some_and(|object| object.len() == 1 && object.get("result") == Some(value))
}

fn of_block(block: ContentBlock, hide: &Redactor) -> Block {
    match block {
        ContentBlock::Text(text) => Block::Text { text: hide.text(&text.text) },
        ContentBlock::Image(image) => media(image.data, image.mime_type, true),
        ContentBlock::Audio(audio) => media(audio.data, audio.mime_type, false),
        ContentBlock::ResourceLink(link) => {
            Block::ResourceLink { uri: hide.text(&link.uri), name: hide.text(&link.name), mime_type: link.mime_type }
        }
        ContentBlock::Resource(embedded) => match embedded.resource {
            ResourceContents::TextResourceContents { text, .. } => Block::Text { text: hide.text(&text) },
            ResourceContents::BlobResourceContents { uri, mime_type, blob, .. } => {
                let kind = mime_type.unwrap_or_else(|| "application/octet-stream".to_owned());
                match kind.split('/').next() {
                    Some("image") => media(blob, kind, true),
                    Some("audio") => media(blob, kind, false),
                    _ => {
                        let uri = hide.text(&uri);
                        Block::Text { text: format!("[{uri}: {kind}, {} bytes; not shown]", blob.len() / 4 * 3) }
                    }
                }
            }
            _ => Block::Text { text: UNKNOWN.to_owned() },
        },
        _ => Block::Text { text: UNKNOWN.to_owned() },
    }
}

fn media(data: String, mime_type: String, is_image: bool) -> Block {
    let is_sound_base64 = data.len() <= MAX_MEDIA && STANDARD.decode(&data).is_ok();
    match (is_sound_base64, is_image) {
        (false, _) => Block::Text { text: format!("[{mime_type}, {} bytes; not shown]", data.len() / 4 * 3) },
        (true, true) => Block::Image { data, mime_type },
        (true, false) => Block::Audio { data, mime_type },
    }
}

/// The tool says that it failed.
fn failed(content: &Content) -> ToolError {
    let mut words = String::new();
    for block in &content.blocks {
        if let Block::Text { text } = block {
            if !words.is_empty() {
                words.push('\n');
            }
            words.push_str(text);
        }
    }
    if words.trim().is_empty() {
        words =
            content.data.as_ref().map_or_else(|| "the tool failed and does not say why".to_owned(), Value::to_string);
    }
    if let Some((end, _)) = words.char_indices().nth(MAX_ERROR) {
        words.truncate(end);
        words.push('…');
    }
    let error = ToolError::new(ErrorClass::UpstreamError, "mcp_tool_error", words);
    match &content.data {
        Some(data) if data.to_string().len() <= MAX_ERROR => error.with_details(data.clone()),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content(value: Value) -> Result<Content, ToolError> {
        of(serde_json::from_value(value).unwrap(), &Redactor::default())
    }

    #[test]
    fn text_pictures_and_links_keep_their_kind() {
        let found = content(json!({"content": [
            {"type": "text", "text": "a"}, {"type": "image", "data": "iVBORw==", "mimeType": "image/png"},
            {"type": "audio", "data": "UklGRg==", "mimeType": "audio/wav"},
            {"type": "resource_link", "uri": "file:///x", "name": "x"},
            {"type": "resource", "resource": {"uri": "file:///t", "text": "inside"}},
            {"type": "resource", "resource": {"uri": "file:///p", "mimeType": "application/pdf", "blob": "JVBERg=="}},
            {"type": "image", "data": "%%%", "mimeType": "image/png"},
        ]}))
        .unwrap();
        assert!(matches!(&found.blocks[1], Block::Image { mime_type, .. } if mime_type == "image/png"));
        assert!(matches!(&found.blocks[2], Block::Audio { .. }));
        assert!(matches!(&found.blocks[3], Block::ResourceLink { uri, .. } if uri == "file:///x"));
        assert_eq!(found.blocks[4], Block::Text { text: "inside".into() });
        assert!(matches!(&found.blocks[5], Block::Text { text } if text.contains("application/pdf, 6 bytes")));
        assert!(matches!(&found.blocks[6], Block::Text { text } if text.contains("not shown")));
    }

    #[test]
    fn a_result_is_said_once() {
        let text = |text: &str| json!([{"type": "text", "text": text}]);
        for (structured, shown, data) in [
            (json!({"a": 1}), text("{\"a\": 1}"), json!({"a": 1})),
            (json!({"result": 3}), text("3"), json!({"result": 3})),
            (json!({"result": "hi"}), text("hi"), json!({"result": "hi"})),
        ] {
            let found = content(json!({"content": shown, "structuredContent": structured})).unwrap();
            assert_eq!((found.data, found.blocks.len()), (Some(data), 0));
        }
        assert_eq!(content(json!({ "content": text("[1, 2]") })).unwrap(), Content::json(json!([1, 2])));
        let both = content(json!({"content": text("see below"), "structuredContent": {"a": 1}})).unwrap();
        assert_eq!((both.data, both.blocks.len()), (Some(json!({"a": 1})), 1));
        assert_eq!(content(json!({"content": []})).unwrap().message.as_deref(), Some("done (no content)"));
    }

    #[test]
    fn an_error_of_the_tool_is_told_to_the_model() {
        let error =
            content(json!({"isError": true, "content": [{"type": "text", "text": "no such city"}]})).unwrap_err();
        assert_eq!((error.class, error.message.as_str()), (ErrorClass::UpstreamError, "no such city"));
        let long = content(json!({"isError": true, "content": [{"type": "text", "text": "x".repeat(9_000)}]}));
        assert_eq!(long.unwrap_err().message.chars().count(), MAX_ERROR + 1);
        assert!(content(json!({"isError": true, "content": []})).unwrap_err().message.contains("does not say why"));
    }
}
