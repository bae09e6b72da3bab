//! What a model is shown of a thread: its end, whole turns only, within a budget.

use std::collections::{HashMap, HashSet};

use callwright_model::{
    chat::{ChatMessage, Part},
    run::ThreadMessage,
};

/// The most messages of a thread that a model is shown.
pub(crate) const MOST_MESSAGES: u32 = 400;
/// The most bytes of them: some 200,000 tokens.
const MOST_BYTES: usize = 800_000;

/// What a model is told of a tool whose run was stopped before it ended.
pub(super) const NEVER_ENDED: &str = "this call was stopped before its result was known";

/// Makes a thread's messages into what providers accept: it begins with a person, fits the budget, and every call of a
/// tool is followed by exactly one result. What lies before is left out, and so are results that nobody asked for.
/// Calls of the last answer stay open: the carrier is about to answer them. `asked` is what the run was asked, where
/// the messages may not tell.
pub(crate) fn shown(messages: Vec<ChatMessage>, asked: Option<ChatMessage>) -> Vec<ChatMessage> {
    let mut total = 0;
    let mut fits = messages.len();
    let mut from = None;
    for (at, message) in messages.iter().enumerate().rev() {
        total += size(message);
        if total > MOST_BYTES && at + 1 < messages.len() {
            break;
        }
        fits = at;
        if message.is_user() {
            from = Some(at);
        }
    }
    if let Some(from) = from {
        return paired(messages.into_iter().skip(from).collect());
    }
    // A turn that alone is too long: what was asked, and as many of the last answers as there is room for.
    let asked = messages.iter().take(fits).rfind(|message| message.is_user()).cloned().or(asked);
    let whole = messages.iter().skip(fits).position(|message| matches!(message, ChatMessage::Assistant { .. }));
    let from = fits + whole.unwrap_or_default();
    paired(asked.into_iter().chain(messages.into_iter().skip(from)).collect())
}

/// Whether messages take more than a model is shown.
pub(crate) fn is_too_long(messages: &[ChatMessage]) -> bool {
    messages.iter().map(size).sum::<usize>() > MOST_BYTES
}

fn paired(messages: Vec<ChatMessage>) -> Vec<ChatMessage> {
    let mut shown: Vec<ChatMessage> = Vec::with_capacity(messages.len());
    // The calls that are still to be answered, in order.
    let mut open: Vec<(String, String)> = Vec::new();
    for message in messages {
        match &message {
            ChatMessage::Tool { tool_call_id, .. } => {
                let Some(at) = open.iter().position(|(id, _)| id == tool_call_id) else { continue };
                open.remove(at);
            }
            ChatMessage::User { .. } | ChatMessage::Assistant { .. } => {
                shown.extend(open.drain(..).map(|(id, name)| never_ended(id, name)));
                if let ChatMessage::Assistant { tool_calls, .. } = &message {
                    open = tool_calls.iter().map(|call| (call.id.clone(), call.name.clone())).collect();
                }
            }
        }
        shown.push(message);
    }
    let is_answered_yet = shown.iter().rev().take_while(|message| matches!(message, ChatMessage::Tool { .. })).count();
    if !open.is_empty() && is_answered_yet > 0 {
        shown.extend(open.drain(..).map(|(id, name)| never_ended(id, name)));
    }
    shown
}

fn never_ended(tool_call_id: String, name: String) -> ChatMessage {
    ChatMessage::Tool { tool_call_id, name, content: vec![Part::text(NEVER_ENDED)], is_error: true }
}

/// The calls of earlier answers that have no result among the messages: the place of the answer, and the calls' ids.
pub(crate) fn unanswered(messages: &[ThreadMessage]) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        let ChatMessage::Assistant { tool_calls, .. } = &message.message else { continue };
        let results = messages.iter().skip(at + 1).map_while(|next| match &next.message {
            ChatMessage::Tool { tool_call_id, .. } => Some(tool_call_id),
            _ => None,
        });
        let mut open: Vec<String> = tool_calls.iter().map(|call| call.id.clone()).collect();
        results.for_each(|id| open.retain(|call| call != id));
        if !open.is_empty() {
            found.push((at, open));
        }
    }
    found
}

fn size(message: &ChatMessage) -> usize {
    let parts = |content: &[Part]| -> usize {
        content
            .iter()
            .map(|part| match part {
                Part::Text { text } => text.len(),
                // Providers count a picture by its area, not by its bytes.
                Part::Image { .. } | Part::Document { .. } => 6_000,
            })
            .sum()
    };
    match message {
        ChatMessage::User { content } | ChatMessage::Tool { content, .. } => parts(content),
        ChatMessage::Assistant { text, tool_calls, .. } => {
            text.len() + tool_calls.iter().map(|call| call.name.len() + call.arguments.to_string().len()).sum::<usize>()
        }
    }
}

/// Gives calls without an id, or with one that their message has already, an id of ours.
pub(crate) fn with_ids(message: ChatMessage, seq: i64) -> ChatMessage {
    let ChatMessage::Assistant { text, mut tool_calls, opaque } = message else { return message };
    let mut seen = HashSet::new();
    for (at, call) in tool_calls.iter_mut().enumerate() {
        if call.id.is_empty() || !seen.insert(call.id.clone()) {
            call.id = format!("call_{seq}_{}", at + 1);
            seen.insert(call.id.clone());
        }
    }
    ChatMessage::Assistant { text, tool_calls, opaque }
}

/// How often each call was made before: by its tool and its arguments.
pub(crate) type Repeats = HashMap<(String, String), u32>;

#[cfg(test)]
mod tests {
    use callwright_model::chat::ToolCall;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn call(id: &str) -> ToolCall {
        ToolCall { id: id.to_owned(), name: "lookup".to_owned(), arguments: json!({}) }
    }

    fn asks(ids: &[&str]) -> ChatMessage {
        let tool_calls = ids.iter().map(|id| call(id)).collect();
        ChatMessage::Assistant { text: String::new(), tool_calls, opaque: None }
    }

    fn result(id: &str) -> ChatMessage {
        let content = vec![Part::text("42")];
        ChatMessage::Tool { tool_call_id: id.to_owned(), name: "lookup".to_owned(), content, is_error: false }
    }

    fn is_valid(messages: &[ChatMessage]) -> bool {
        let mut open: Vec<&str> = Vec::new();
        for message in messages {
            match message {
                ChatMessage::Tool { tool_call_id, .. } => {
                    let Some(at) = open.iter().position(|id| id == tool_call_id) else { return false };
                    open.remove(at);
                }
                ChatMessage::User { .. } | ChatMessage::Assistant { .. } if !open.is_empty() => return false,
                ChatMessage::Assistant { tool_calls, .. } => open = tool_calls.iter().map(|call| &*call.id).collect(),
                ChatMessage::User { .. } => {}
            }
        }
        let last_asks = matches!(messages.last(), Some(ChatMessage::Assistant { .. }));
        open.is_empty() || last_asks
    }

    #[test]
    fn a_call_that_was_cut_off_gets_a_result_that_says_so() {
        let shown = shown(vec![ChatMessage::user("a"), asks(&["1", "2"]), result("1"), ChatMessage::user("b")], None);
        let ChatMessage::Tool { tool_call_id, is_error, .. } = &shown[3] else { panic!("{shown:?}") };
        assert!(tool_call_id == "2" && *is_error && shown.len() == 5);
    }

    #[test]
    fn calls_of_the_last_answer_stay_open() {
        let messages = vec![ChatMessage::user("a"), asks(&["1"])];
        assert_eq!(shown(messages.clone(), None), messages);
    }

    #[test]
    fn what_is_too_long_begins_with_a_later_person() {
        let long = "x".repeat(MOST_BYTES / 2);
        let messages = vec![
            ChatMessage::user(long.clone()),
            ChatMessage::user(long.clone()),
            asks(&["1"]),
            result("1"),
            ChatMessage::user("end"),
        ];
        let shown = shown(messages.clone(), None);
        assert_eq!(shown, messages[1..]);
    }

    #[test]
    fn a_turn_that_is_too_long_keeps_what_was_asked_and_its_last_answers() {
        let long = |id: &str| {
            let content = vec![Part::text("x".repeat(MOST_BYTES / 3))];
            ChatMessage::Tool { tool_call_id: id.to_owned(), name: "lookup".to_owned(), content, is_error: false }
        };
        let mut messages = vec![ChatMessage::user("the question")];
        for id in ["1", "2", "3", "4"] {
            messages.extend([asks(&[id]), long(id)]);
        }
        let short = shown(messages.clone(), None);
        assert_eq!((&short[0], &short[1..]), (&messages[0], &messages[5..]));
        // The question may not be among the last messages that were read.
        let rest = shown(messages[2..].to_vec(), Some(messages[0].clone()));
        assert_eq!(rest, short);
        assert!(is_too_long(&messages) && !is_too_long(&short));
    }

    #[test]
    fn calls_get_ids_of_their_own() {
        let ChatMessage::Assistant { tool_calls, .. } = with_ids(asks(&["", "a", "a"]), 3) else { panic!() };
        let ids: Vec<_> = tool_calls.iter().map(|call| call.id.as_str()).collect();
        assert_eq!(ids, ["call_3_1", "a", "call_3_3"]);
    }

    proptest! {
        #[test]
        fn whatever_was_kept_what_is_shown_is_valid(kinds in proptest::collection::vec((0u8..3, 0u8..4, 0u8..4), 0..40)) {
            let ids = ["1", "2", "3", "4"];
            let messages = kinds.iter().map(|(kind, a, b)| match kind {
                0 => ChatMessage::user("x"),
                1 if a == b => asks(&[]),
                1 => asks(&[ids[usize::from(*a)], ids[usize::from(*b)]]),
                _ => result(ids[usize::from(*a)]),
            }).collect();
            prop_assert!(is_valid(&shown(messages, None)));
        }
    }
}
