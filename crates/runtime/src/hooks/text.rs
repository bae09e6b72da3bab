//! Results as a voice platform's model reads them: short, and where it must be on one line.

use callwright_model::Block;
use serde_json::Value;

use crate::call::CallAnswer;

/// What a model reads of an answer: the result, or why there is none.
///
/// # Errors
/// Why there is none.
pub fn told(answer: &CallAnswer) -> Result<String, String> {
    if let Some(error) = &answer.error {
        return Err(format!("{}: {}", error.code, error.message));
    }
    if let Some(pending) = &answer.pending
        && answer.message.is_none()
    {
        return Ok(pending.spoken.clone());
    }
    let mut parts: Vec<String> = answer.message.iter().cloned().collect();
    match &answer.data {
        Some(Value::String(text)) => parts.push(text.clone()),
        Some(data) => parts.push(data.to_string()),
        None => {}
    }
    parts.extend(answer.content.iter().map(plain));
    if let Some(cut) = &answer.truncated {
        parts.push(format!("[cut: the whole result has {} bytes]", cut.total_bytes));
    }
    Ok(if parts.is_empty() { "done".to_owned() } else { parts.join("\n") })
}

fn plain(block: &Block) -> String {
    match block {
        Block::Text { text } => text.clone(),
        Block::Json { value } => value.to_string(),
        Block::Image { mime_type, .. } => format!("[a picture, {mime_type}]"),
        Block::Audio { mime_type, .. } => format!("[a sound, {mime_type}]"),
        Block::ResourceLink { uri, name, .. } => format!("[{name}]({uri})"),
    }
}

/// The same text on one line.
pub fn on_one_line(text: &str) -> String {
    text.split(['\n', '\r', '\u{2028}', '\u{2029}'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// At most `most` characters, with a word about what was cut.
pub fn bounded(text: String, most: usize) -> String {
    if text.chars().count() <= most {
        return text;
    }
    const CUT: &str = " [cut]";
    let mut cut: String = text.chars().take(most.saturating_sub(CUT.len())).collect();
    cut.push_str(CUT);
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_one_and_long_texts_are_cut() {
        assert_eq!(on_one_line("a\r\n\n  b\u{2028}c \n"), "a b c");
        assert_eq!(bounded("short".to_owned(), 5), "short");
        let cut = bounded("ä".repeat(100), 20);
        assert_eq!((cut.chars().count(), cut.ends_with(" [cut]")), (20, true));
    }
}
