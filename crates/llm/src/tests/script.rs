//! The scripted model.

use std::time::Duration;

use callwright_model::chat::ChatMessage;
use serde_json::{Value, json};

use super::{call, tool};
use crate::{ErrorKind, Stop, scripted, scripted_delay};

fn said(calls: Vec<callwright_model::chat::ToolCall>) -> ChatMessage {
    ChatMessage::Assistant { text: String::new(), tool_calls: calls, opaque: None }
}

fn parts(script: &Value, messages: &[ChatMessage]) -> (String, Vec<callwright_model::chat::ToolCall>) {
    match scripted(script, messages).unwrap().message {
        ChatMessage::Assistant { text, tool_calls, .. } => (text, tool_calls),
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_goes_turn_by_turn_and_fills_in_what_happened() {
    let script = json!([
        {"say": "Looking for {{message}}.", "calls": [{"name": "find", "arguments": {"q": "{{ message }}", "n": 3}}]},
        {"calls": [{"name": "buy", "arguments": {"id": "{{results.find.items.0.id}}", "note": "is {{result.items.0.id}}"}}]},
        {"say": "Bought: {{results.buy}} {{unknown}}"},
    ]);
    let mut thread = vec![ChatMessage::user("old"), said(Vec::new()), ChatMessage::user("a {{result}}")];
    let (text, calls) = parts(&script, &thread);
    assert_eq!(text, "Looking for a {{result}}.", "what is filled in is not filled in again");
    assert_eq!(calls, [call("call_1_0", "find", json!({"q": "a {{result}}", "n": 3}))]);
    thread.extend([said(calls), tool("call_1_0", "find", r#"{"items":[{"id":7}]}"#, false)]);
    let (_, calls) = parts(&script, &thread);
    assert_eq!(calls[0].arguments, json!({"id": 7, "note": "is 7"}), "a number stays one");
    thread.extend([said(calls), tool("call_2_0", "buy", "done", false)]);
    let reply = scripted(&script, &thread).unwrap();
    assert_eq!(reply.message.text(), "Bought: done {{unknown}}");
    assert_eq!((reply.stop, reply.model.as_str()), (Stop::End, "scripted"));
    thread.push(reply.message);
    assert_eq!(parts(&script, &thread).0, "scripted model: the script is over");
}

#[test]
fn rules_choose_by_what_the_user_says() {
    let script = json!([{"when": "Refund", "turns": [{"say": "a refund"}]}, {"turns": [{"say": "else"}]}]);
    assert_eq!(parts(&script, &[ChatMessage::user("my REFUND please")]).0, "a refund");
    assert_eq!(parts(&script, &[ChatMessage::user("hello")]).0, "else");
}

#[test]
fn without_a_script_it_says_what_it_is() {
    let thread = [ChatMessage::user("hello")];
    for script in [Value::Null, json!([])] {
        let reply = scripted(&script, &thread).unwrap();
        assert_eq!(reply.message.text(), "scripted model: hello");
        assert_eq!((reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens), (2, 6, 8));
    }
}

#[test]
fn it_fails_and_waits_as_the_script_wants() {
    let thread = [ChatMessage::user("hello")];
    let script = json!([{"delay_ms": 40, "fail": {"kind": "rate_limited", "status": 429, "retry_after_ms": 70}}]);
    assert_eq!(scripted_delay(&script, &thread), Duration::from_millis(40));
    let error = scripted(&script, &thread).unwrap_err();
    assert_eq!((error.kind, error.status), (ErrorKind::RateLimited, Some(429)));
    assert_eq!((error.retry_after, error.is_retryable()), (Some(Duration::from_millis(70)), true));
    for (script, place) in [
        (json!("hi"), "`script`"),
        (json!(["hi"]), "`script[0]`"),
        (json!([{"say": 1}]), "`script[0].say`"),
        (json!([{"calls": [{"arguments": {}}]}]), "`script[0].calls[0].name`"),
        (json!([{"fail": {"kind": "odd"}}]), "`script[0].fail.kind`"),
        (json!([{"when": 1, "turns": []}]), "`script[0].when`"),
    ] {
        let error = scripted(&script, &thread).unwrap_err();
        assert!(error.kind == ErrorKind::InvalidRequest && error.message.contains(place), "{error}");
    }
}

#[test]
fn what_is_filled_in_is_bounded() {
    let thread = [ChatMessage::user("x".repeat(1 << 20))];
    let error = scripted(&json!([{"say": "{{message}}".repeat(9)}]), &thread).unwrap_err();
    assert!(error.message.contains("longer than"), "{error}");
}
