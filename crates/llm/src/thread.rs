//! A thread as every provider takes it: each answer's calls followed by exactly their results.
//!
//! Providers refuse a whole thread for one result that is missing or that nobody asked for. Threads do get so: a run is
//! cancelled between two calls, the oldest messages are left out. Such a hole is told to the model as what it is.

use callwright_model::{
    chat::{ChatMessage, Opaque, Part, ToolCall},
    id::DocumentId,
};

/// What stands for a result that never came.
const MISSING: &str = "there is no result: the call was not carried out";

/// A message, and with an answer's calls what came of them.
#[derive(Debug)]
pub(crate) enum Turn<'a> {
    User(&'a [Part]),
    Assistant { text: &'a str, calls: Vec<Called<'a>>, opaque: Option<&'a Opaque> },
}

/// A call and its result.
#[derive(Debug)]
pub(crate) struct Called<'a> {
    pub(crate) call: &'a ToolCall,
    /// What the model reads, without pictures.
    pub(crate) text: String,
    pub(crate) images: Vec<Image<'a>>,
    pub(crate) is_error: bool,
}

/// A picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Image<'a> {
    pub(crate) media_type: &'a str,
    pub(crate) data: &'a str,
}

impl Image<'_> {
    /// As an address that holds it.
    pub(crate) fn url(&self) -> String {
        format!("data:{};base64,{}", self.media_type, self.data)
    }
}

/// The pictures among some pieces.
pub(crate) fn images(parts: &[Part]) -> Vec<Image<'_>> {
    parts.iter().filter_map(image).collect()
}

fn image(part: &Part) -> Option<Image<'_>> {
    match part {
        Part::Image { media_type, data } => Some(Image { media_type, data }),
        Part::Text { .. } | Part::Document { .. } => None,
    }
}

/// What a model is told of a picture that nobody has put in for it.
pub(crate) fn unseen(document: DocumentId) -> String {
    format!("[the picture {document}, which is not shown]")
}

/// The turns of a thread. What says nothing at all is left out.
pub(crate) fn turns(messages: &[ChatMessage]) -> Vec<Turn<'_>> {
    let mut turns = Vec::with_capacity(messages.len());
    for (at, message) in messages.iter().enumerate() {
        match message {
            ChatMessage::User { content } => turns.push(Turn::User(content)),
            ChatMessage::Assistant { text, tool_calls, .. } if text.is_empty() && tool_calls.is_empty() => {}
            ChatMessage::Assistant { text, tool_calls, opaque } => {
                let results = messages.get(at + 1..).unwrap_or_default();
                let calls = tool_calls.iter().map(|call| called(call, results)).collect();
                turns.push(Turn::Assistant { text, calls, opaque: opaque.as_ref() });
            }
            // Taken with the answer that asked for it.
            ChatMessage::Tool { .. } => {}
        }
    }
    turns
}

/// Looks for the result among the messages up to the next answer: an id may come again later in the thread.
fn called<'a>(call: &'a ToolCall, later: &'a [ChatMessage]) -> Called<'a> {
    for message in later {
        match message {
            ChatMessage::Assistant { .. } => break,
            ChatMessage::Tool { tool_call_id, content, is_error, .. } if *tool_call_id == call.id => {
                return Called { call, text: message.text(), images: images(content), is_error: *is_error };
            }
            _ => {}
        }
    }
    Called { call, text: MISSING.to_owned(), images: Vec::new(), is_error: true }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(id: &str) -> ToolCall {
        ToolCall { id: id.to_owned(), name: "look".to_owned(), arguments: json!({}) }
    }

    fn result(id: &str) -> ChatMessage {
        let content = vec![Part::text(format!("of {id}"))];
        ChatMessage::Tool { tool_call_id: id.to_owned(), name: "look".to_owned(), content, is_error: false }
    }

    fn answer(calls: &[&str]) -> ChatMessage {
        ChatMessage::Assistant {
            text: String::new(),
            tool_calls: calls.iter().map(|id| call(id)).collect(),
            opaque: None,
        }
    }

    #[test]
    fn results_go_with_their_calls_and_holes_are_told() {
        let messages = [
            result("orphan"),
            ChatMessage::user("hello"),
            answer(&["a", "b"]),
            result("b"),
            ChatMessage::user("and?"),
            answer(&[]),
            answer(&["a"]),
            result("a"),
        ];
        let turns = turns(&messages);
        assert_eq!(turns.len(), 4, "what says nothing and what nobody asked for are left out: {turns:?}");
        let Turn::Assistant { calls, .. } = &turns[1] else { panic!("{turns:?}") };
        assert_eq!((calls[0].text.as_str(), calls[0].is_error), (MISSING, true), "the later `a` is another one");
        assert_eq!((calls[1].text.as_str(), calls[1].is_error), ("of b", false));
        let Turn::Assistant { calls, .. } = &turns[3] else { panic!("{turns:?}") };
        assert_eq!(calls[0].text, "of a");
    }
}
