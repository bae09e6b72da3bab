//! What is read of each provider's answers.

use callwright_model::chat::{ChatMessage, Opaque, ToolCall, Usage};
use serde_json::{Value, json};

use super::{call, cut_everywhere, streamed, whole};
use crate::{ErrorKind, Event, Form, Reply, Stop};

fn usage(prompt: u64, completion: u64, cached: u64) -> Usage {
    Usage {
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens: prompt + completion,
        cached_tokens: cached,
    }
}

fn parts(reply: &Reply) -> (&str, &[ToolCall], Option<&Opaque>) {
    match &reply.message {
        ChatMessage::Assistant { text, tool_calls, opaque } => (text, tool_calls, opaque.as_ref()),
        other => panic!("{other:?}"),
    }
}

/// A stream of bare data.
fn sse(events: &[Value]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

/// A stream whose events have names.
fn named(events: &[Value]) -> String {
    events.iter().map(|event| format!("event: {}\r\ndata: {event}\r\n\r\n", event["type"].as_str().unwrap())).collect()
}

fn chunk(delta: Value, finish: Option<&str>) -> Value {
    json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "gpt-5-mini-2026",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], "usage": null})
}

#[tokio::test]
async fn openai_chat_whole() {
    let reply = whole(
        Form::OpenaiChat,
        json!({"id": "chatcmpl-1", "model": "gpt-5-mini-2026", "choices": [{"index": 0, "finish_reason": "tool_calls",
            "message": {"role": "assistant", "content": null, "refusal": null, "tool_calls": [
                {"id": "call_a", "type": "function", "function": {"name": "look", "arguments": "{\"at\": \"it\"}"}},
                {"id": "call_b", "type": "function", "function": {"name": "buy", "arguments": "{oops"}}]}}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
                "prompt_tokens_details": {"cached_tokens": 4}}}),
    )
    .await
    .unwrap();
    let calls = [call("call_a", "look", json!({"at": "it"})), call("call_b", "buy", json!("{oops"))];
    assert_eq!(parts(&reply), ("", &calls[..], None));
    assert_eq!((reply.usage, reply.stop), (usage(10, 5, 4), Stop::ToolCalls));
    assert_eq!(reply.model, "gpt-5-mini-2026");
}

#[tokio::test]
async fn a_count_beyond_all_measure_is_not_believed() {
    let reply = whole(
        Form::Anthropic,
        json!({"model": "m", "stop_reason": "end_turn", "content": [{"type": "text", "text": "hi"}],
            "usage": {"input_tokens": u64::MAX, "cache_read_input_tokens": u64::MAX, "output_tokens": u64::MAX}}),
    )
    .await
    .unwrap();
    assert_eq!(reply.usage.completion_tokens, 1_000_000_000_000);
    assert!(reply.usage.total_tokens <= 4_000_000_000_000, "{:?}", reply.usage);
}

fn chat_stream() -> String {
    let mut body = sse(&[
        chunk(json!({"role": "assistant", "content": "Let "}), None),
        chunk(json!({"content": "me sée."}), None),
        chunk(
            json!({"tool_calls": [{"index": 0, "id": "call_a", "type": "function",
            "function": {"name": "look", "arguments": ""}}]}),
            None,
        ),
        chunk(json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"at\":"}}]}), None),
        chunk(
            json!({"tool_calls": [{"index": 1, "id": "call_b", "type": "function",
            "function": {"name": "buy", "arguments": "{}"}}]}),
            None,
        ),
        chunk(json!({"tool_calls": [{"index": 0, "function": {"arguments": "\"it\"}"}}]}), None),
        chunk(json!({}), Some("tool_calls")),
        json!({"id": "chatcmpl-1", "model": "gpt-5-mini-2026", "choices": [],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}}),
    ]);
    body.push_str("data: [DONE]\n\n");
    body
}

#[tokio::test]
async fn openai_chat_streamed() {
    let (reply, events) = streamed(Form::OpenaiChat, &chat_stream()).await;
    let reply = reply.unwrap();
    let calls = [call("call_a", "look", json!({"at": "it"})), call("call_b", "buy", json!({}))];
    assert_eq!(parts(&reply), ("Let me sée.", &calls[..], None));
    assert_eq!((reply.usage, reply.stop), (usage(10, 5, 0), Stop::ToolCalls));
    let wanted = [
        Event::Text("Let ".into()),
        Event::Text("me sée.".into()),
        Event::ToolCall { index: 0, name: "look".into() },
        Event::ToolCall { index: 1, name: "buy".into() },
    ];
    assert_eq!(events, wanted);
    cut_everywhere(Form::OpenaiChat, &chat_stream()).await;
}

#[tokio::test]
async fn servers_that_are_nearly_like_openai() {
    // No index, arguments as an object, all calls whole in one piece, a reasoning, no usage, no [DONE].
    let body = sse(&[
        chunk(json!({"reasoning_content": "hm"}), None),
        chunk(
            json!({"tool_calls": [{"id": "x", "function": {"name": "look", "arguments": {"at": 1}}},
            {"id": "y", "function": {"name": "look", "arguments": "\"{\\\"at\\\": 2}\""}}]}),
            None,
        ),
        chunk(json!({}), Some("stop")),
    ]);
    let (reply, _) = streamed(Form::OpenaiChat, &body).await;
    let reply = reply.unwrap();
    assert_eq!(parts(&reply).1, [call("x", "look", json!({"at": 1})), call("y", "look", json!({"at": 2}))]);
    assert_eq!((reply.usage, reply.stop), (Usage::default(), Stop::ToolCalls));
    // Every call numbered 0, no ids, no reason for the end, and only [DONE] says that it is one.
    let body = sse(&[
        chunk(json!({"tool_calls": [{"index": 0, "id": "x", "function": {"name": "look"}}]}), None),
        chunk(json!({"tool_calls": [{"index": 0, "id": "y", "function": {"name": "buy", "arguments": "null"}}]}), None),
    ]) + "data: [DONE]";
    let reply = streamed(Form::OpenaiChat, &body).await.0.unwrap();
    assert_eq!(parts(&reply).1, [call("x", "look", json!({})), call("y", "buy", json!({}))]);
    // No ids at all, and one that is given twice: ours then.
    let message = json!({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "tool_calls": [
        {"function": {"name": "look", "arguments": {}}},
        {"id": "z", "function": {"name": "look", "arguments": ""}},
        {"id": "z", "function": {"name": "buy", "arguments": "[1]"}}]});
    let reply = whole(Form::OpenaiChat, json!({"choices": [{"message": message}]})).await.unwrap();
    let calls =
        [call("cwcall_1_0", "look", json!({})), call("z", "look", json!({})), call("cwcall_1_2", "buy", json!("[1]"))];
    assert_eq!(parts(&reply), ("ab", &calls[..], None));
    assert_eq!(reply.model, "the-model");
}

#[tokio::test]
async fn why_openai_stops() {
    for (reason, stop) in
        [("stop", Stop::End), ("length", Stop::Length), ("content_filter", Stop::Refused), ("odd", Stop::Other)]
    {
        let body = json!({"choices": [{"message": {"content": "x"}, "finish_reason": reason}]});
        assert_eq!(whole(Form::OpenaiChat, body).await.unwrap().stop, stop, "{reason}");
    }
    let body = json!({"choices": [{"message": {"content": null, "refusal": "I will not."}, "finish_reason": "stop"}]});
    let reply = whole(Form::OpenaiChat, body).await.unwrap();
    assert_eq!((parts(&reply).0, reply.stop), ("I will not.", Stop::Refused));
    // A call whose end was cut off is none.
    let calls = json!([{"id": "x", "function": {"name": "look", "arguments": "{\"at\": 1}"}},
        {"id": "y", "function": {"name": "look", "arguments": "{\"at\": "}}]);
    let body = json!({"choices": [{"message": {"content": null, "tool_calls": calls}, "finish_reason": "length"}]});
    let reply = whole(Form::OpenaiChat, body).await.unwrap();
    assert_eq!((parts(&reply).1, reply.stop), (&[call("x", "look", json!({"at": 1}))][..], Stop::Length));
}

fn response() -> Value {
    json!({"id": "resp_1", "object": "response", "status": "completed", "model": "gpt-5-2026", "error": null,
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": [], "content": null, "encrypted_content": "gAAA", "status": null},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": "Let me see.", "annotations": []}]},
            {"type": "function_call", "id": "fc_1", "call_id": "call_a", "name": "look", "arguments": "{\"at\":\"it\"}",
                "status": "completed"}],
        "usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15,
            "input_tokens_details": {"cached_tokens": 4}}})
}

fn responses_stream() -> Vec<Value> {
    let items = response()["output"].clone();
    let mut last = response();
    last["output"] = json!([]);
    vec![
        json!({"type": "response.created", "sequence_number": 0, "response": {"id": "resp_1", "status": "in_progress"}}),
        json!({"type": "response.output_item.done", "output_index": 0, "item": items[0]}),
        json!({"type": "response.output_text.delta", "item_id": "msg_1", "delta": "Let me "}),
        json!({"type": "response.output_text.delta", "item_id": "msg_1", "delta": "see."}),
        json!({"type": "response.output_item.done", "output_index": 1, "item": items[1]}),
        json!({"type": "response.output_item.added", "output_index": 2, "item": {"type": "function_call", "name": "look"}}),
        json!({"type": "response.function_call_arguments.delta", "delta": "{\"at\":"}),
        json!({"type": "response.output_item.done", "output_index": 2, "item": items[2]}),
        json!({"type": "response.completed", "response": last}),
    ]
}

#[tokio::test]
async fn openai_responses_whole_and_streamed() {
    let first = whole(Form::OpenaiResponses, response()).await.unwrap();
    let (text, calls, opaque) = parts(&first);
    assert_eq!((text, calls), ("Let me see.", &[call("call_a", "look", json!({"at": "it"}))][..]));
    let thought = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"});
    let order = json!([thought, {"type": "message"}, {"type": "function_call", "call_id": "call_a"}]);
    assert_eq!(opaque, Some(&Opaque { form: "openai_responses".into(), value: order }));
    assert_eq!((first.usage, first.stop, first.model.as_str()), (usage(10, 5, 4), Stop::ToolCalls, "gpt-5-2026"));
    let body = named(&responses_stream());
    let (reply, events) = streamed(Form::OpenaiResponses, &body).await;
    assert_eq!(reply.unwrap(), first, "also from a last event that leaves the items out");
    let wanted =
        [Event::Text("Let me ".into()), Event::Text("see.".into()), Event::ToolCall { index: 0, name: "look".into() }];
    assert_eq!(events, wanted);
    cut_everywhere(Form::OpenaiResponses, &body).await;
    for (status, why, stop) in
        [("incomplete", "max_output_tokens", Stop::Length), ("incomplete", "content_filter", Stop::Refused)]
    {
        let content = json!([{"type": "output_text", "text": "x"}]);
        let body = json!({"status": status, "incomplete_details": {"reason": why},
            "output": [{"type": "message", "content": content}]});
        let reply = whole(Form::OpenaiResponses, body).await.unwrap();
        assert_eq!((reply.stop, parts(&reply).2), (stop, None), "{why}");
    }
}

fn anthropic_blocks() -> Value {
    json!([{"type": "thinking", "thinking": "Hm, so.", "signature": "EqQB"}, {"type": "text", "text": "Let me see."},
        {"type": "tool_use", "id": "toolu_a", "name": "look", "input": {"at": "it"}},
        {"type": "tool_use", "id": "toolu_b", "name": "buy", "input": {}}])
}

fn anthropic_stream() -> String {
    let delta = |index: u32, delta: Value| json!({"type": "content_block_delta", "index": index, "delta": delta});
    let start =
        |index: u32, block: Value| json!({"type": "content_block_start", "index": index, "content_block": block});
    let stop = |index: u32| json!({"type": "content_block_stop", "index": index});
    named(&[
        json!({"type": "message_start", "message": {"id": "msg_1", "model": "claude-x-1", "content": [],
            "usage": {"input_tokens": 4, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 1, "output_tokens": 1}}}),
        json!({"type": "ping"}),
        start(0, json!({"type": "thinking", "thinking": "", "signature": ""})),
        delta(0, json!({"type": "thinking_delta", "thinking": "Hm, "})),
        delta(0, json!({"type": "thinking_delta", "thinking": "so."})),
        delta(0, json!({"type": "signature_delta", "signature": "EqQB"})),
        stop(0),
        start(1, json!({"type": "text", "text": ""})),
        delta(1, json!({"type": "text_delta", "text": "Let me "})),
        delta(1, json!({"type": "text_delta", "text": "see."})),
        stop(1),
        start(2, json!({"type": "tool_use", "id": "toolu_a", "name": "look", "input": {}})),
        delta(2, json!({"type": "input_json_delta", "partial_json": "{\"at\": "})),
        delta(2, json!({"type": "input_json_delta", "partial_json": "\"it\"}"})),
        stop(2),
        start(3, json!({"type": "tool_use", "id": "toolu_b", "name": "buy", "input": {}})),
        stop(3),
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 7}}),
        json!({"type": "message_stop"}),
    ])
}

#[tokio::test]
async fn anthropic_whole_and_streamed() {
    let body = json!({"type": "message", "model": "claude-x-1", "content": anthropic_blocks(), "stop_reason": "tool_use",
        "usage": {"input_tokens": 4, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 1, "output_tokens": 7}});
    let first = whole(Form::Anthropic, body).await.unwrap();
    let (text, calls, opaque) = parts(&first);
    assert_eq!(text, "Let me see.");
    assert_eq!(calls, [call("toolu_a", "look", json!({"at": "it"})), call("toolu_b", "buy", json!({}))]);
    let order = json!([anthropic_blocks()[0], {"type": "text"}, {"type": "tool_use", "id": "toolu_a"},
        {"type": "tool_use", "id": "toolu_b"}]);
    assert_eq!(opaque.unwrap().value, order);
    assert_eq!((first.usage, first.stop), (usage(10, 7, 5), Stop::ToolCalls));
    let (reply, events) = streamed(Form::Anthropic, &anthropic_stream()).await;
    assert_eq!(reply.unwrap(), first);
    let wanted = [
        Event::Text("Let me ".into()),
        Event::Text("see.".into()),
        Event::ToolCall { index: 0, name: "look".into() },
        Event::ToolCall { index: 1, name: "buy".into() },
    ];
    assert_eq!(events, wanted);
    cut_everywhere(Form::Anthropic, &anthropic_stream()).await;
    for (reason, stop) in [("end_turn", Stop::End), ("max_tokens", Stop::Length), ("refusal", Stop::Refused)] {
        let body = json!({"content": [{"type": "text", "text": "x"}], "stop_reason": reason});
        let reply = whole(Form::Anthropic, body).await.unwrap();
        assert_eq!((reply.stop, parts(&reply).2), (stop, None), "{reason}");
    }
}

fn gemini_stream() -> Vec<Value> {
    let candidate = |parts: Value, more: Value| {
        let mut candidate = json!({"content": {"role": "model", "parts": parts}, "index": 0});
        candidate.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"candidates": [candidate], "modelVersion": "gemini-3-pro-1"})
    };
    let mut last = candidate(json!([{"text": "", "thoughtSignature": "sig-t"}]), json!({"finishReason": "STOP"}));
    last["usageMetadata"] = json!({"promptTokenCount": 10, "candidatesTokenCount": 3, "thoughtsTokenCount": 2,
        "totalTokenCount": 15, "cachedContentTokenCount": 4});
    vec![
        candidate(json!([{"text": "thinking aloud", "thought": true}]), json!({})),
        candidate(json!([{"text": "Let me "}]), json!({})),
        candidate(json!([{"text": "see."}]), json!({})),
        candidate(
            json!([{"functionCall": {"name": "look", "args": {"at": "it"}}, "thoughtSignature": "sig-1"},
                {"functionCall": {"id": "fc-2", "name": "buy"}}]),
            json!({}),
        ),
        last,
    ]
}

#[tokio::test]
async fn gemini_streamed_and_whole() {
    let body = sse(&gemini_stream());
    let (reply, events) = streamed(Form::Gemini, &body).await;
    let reply = reply.unwrap();
    let (text, calls, opaque) = parts(&reply);
    assert_eq!(text, "Let me see.", "thoughts are not words");
    assert_eq!(calls, [call("cwcall_1_0", "look", json!({"at": "it"})), call("fc-2", "buy", json!({}))]);
    assert_eq!(opaque.unwrap().value, json!({"calls": {"cwcall_1_0": "sig-1"}, "text": "sig-t"}));
    assert_eq!((reply.usage, reply.stop, reply.model.as_str()), (usage(10, 5, 4), Stop::ToolCalls, "gemini-3-pro-1"));
    assert_eq!(events.len(), 4);
    cut_everywhere(Form::Gemini, &body).await;
    let one = json!({"candidates": [{"content": {"parts": [{"text": "x"}]}, "finishReason": "MAX_TOKENS"}]});
    let reply = whole(Form::Gemini, one).await.unwrap();
    assert_eq!((parts(&reply), reply.stop), (("x", &[][..], None), Stop::Length));
    let refused = json!({"candidates": [{"finishReason": "SAFETY"}]});
    assert_eq!(whole(Form::Gemini, refused).await.unwrap().stop, Stop::Refused);
    for (body, kind) in [
        (json!({"promptFeedback": {"blockReason": "SAFETY"}}), ErrorKind::Refused),
        (json!({"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL"}]}), ErrorKind::BadResponse),
        (json!({"candidates": []}), ErrorKind::BadResponse),
    ] {
        assert_eq!(whole(Form::Gemini, body.clone()).await.unwrap_err().kind, kind, "{body}");
    }
}

#[tokio::test]
async fn a_server_may_answer_a_wish_to_stream_in_one_piece() {
    let messages = [ChatMessage::user("hi")];
    let body = json!({"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}]}).to_string();
    let answer = (200, "application/json; charset=utf-8", http::HeaderMap::new(), body);
    let wish = super::request(&messages, &[], true);
    let (reply, events, _) = super::ask(&super::endpoint(Form::OpenaiChat), wish, answer).await;
    assert_eq!(reply.unwrap().message.text(), "whole");
    assert_eq!(events, [Event::Text("whole".into())]);
    let answer = (200, "text/event-stream", http::HeaderMap::new(), chat_stream());
    let plain = super::request(&messages, &[], false);
    let (reply, events, _) = super::ask(&super::endpoint(Form::OpenaiChat), plain, answer).await;
    assert_eq!((reply.unwrap().message.text().as_str(), events.len()), ("Let me sée.", 0));
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_no_answer() {
    let cut = |body: &str, at: &str| body[..body.find(at).unwrap()].to_owned();
    for (form, body) in [
        (Form::OpenaiChat, cut(&chat_stream(), "\"finish_reason\":\"tool_calls\"")),
        (Form::OpenaiResponses, cut(&named(&responses_stream()), "event: response.completed")),
        (Form::Anthropic, cut(&anthropic_stream(), "event: message_stop")),
        (Form::Gemini, sse(&gemini_stream()[..4])),
        (Form::OpenaiChat, String::new()),
    ] {
        let error = streamed(form, &body).await.0.unwrap_err();
        assert_eq!((error.kind, error.is_retryable()), (ErrorKind::Network, true), "{form:?}: {error}");
    }
}

#[tokio::test]
async fn answers_are_bounded() {
    let many: Vec<Value> = (0..129).map(|n| json!({"id": format!("c{n}"), "function": {"name": "look"}})).collect();
    let body = json!({"choices": [{"message": {"tool_calls": many}}]});
    assert_eq!(whole(Form::OpenaiChat, body).await.unwrap_err().kind, ErrorKind::BadResponse);
    let piece = sse(&[chunk(json!({"content": "x".repeat(1 << 20)}), None)]).repeat(9);
    let error = streamed(Form::OpenaiChat, &piece).await.0.unwrap_err();
    assert!(error.kind == ErrorKind::BadResponse && error.message.contains("larger than"), "{error}");
}
