//! What is sent to each provider.

use callwright_model::definition::Format;
use serde_json::{Value, json};

use super::{KEY, asked, call, endpoint, request, thread};
use crate::{Form, Request, tests::Asked};
use callwright_model::chat::{ChatMessage, Opaque};

fn tools(format: Format) -> Vec<Value> {
    let parameters = json!({"type": "object", "properties": {"at": {"type": "string"}}});
    match format {
        Format::Anthropic => vec![json!({"name": "look", "description": "Looks.", "input_schema": parameters})],
        Format::Gemini => vec![json!({"name": "look", "description": "Looks.", "parameters": parameters})],
        _ => vec![json!({"type": "function",
            "function": {"name": "look", "description": "Looks.", "parameters": parameters}})],
    }
}

async fn sent(form: Form, opaque: Option<Value>, stream: bool) -> Asked {
    let opaque = opaque.map(|value| Opaque { form: form.as_str().into(), value });
    let (messages, tools) = (thread(opaque), tools(form.format()));
    asked(&endpoint(form), request(&messages, &tools, stream)).await
}

#[tokio::test]
async fn openai_chat() {
    let asked = sent(Form::OpenaiChat, None, true).await;
    assert_eq!(asked.url, "https://api.openai.com/v1/chat/completions");
    assert_eq!(asked.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(asked.headers["accept-encoding"], "identity");
    assert_eq!(
        asked.body,
        json!({
            "model": "the-model",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}},
                ]},
                {"role": "assistant", "content": "Let me look.", "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{\"at\":\"it\"}"}},
                    {"id": "call_2", "type": "function", "function": {"name": "buy", "arguments": "{not json"}},
                ]},
                {"role": "tool", "tool_call_id": "call_1", "content": "{\"kind\":\"cat\"}"},
                {"role": "tool", "tool_call_id": "call_2", "content": "Error: no money"},
                {"role": "user", "content": "Well?"},
            ],
            "tools": tools(Format::Openai),
            "parallel_tool_calls": false,
            "temperature": 0.5,
            "max_completion_tokens": 100,
            "stream": true,
            "stream_options": {"include_usage": true},
        })
    );
}

#[tokio::test]
async fn servers_that_are_like_openai_get_what_all_of_them_know() {
    let mut endpoint = endpoint(Form::OpenaiChat);
    endpoint.base_url = "http://vllm.example.com:8000/v1/".parse().unwrap();
    endpoint.key = None;
    endpoint.body = json!({"model": "ignored", "top_k": 5}).as_object().unwrap().clone();
    let messages = [ChatMessage::user("hi")];
    let plain = Request { instructions: "", temperature: None, ..request(&messages, &[], false) };
    let asked = asked(&endpoint, plain).await;
    assert_eq!(asked.url, "http://vllm.example.com:8000/v1/chat/completions");
    assert!(!asked.headers.contains_key("authorization"));
    let wanted =
        json!({"model": "the-model", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 100, "top_k": 5});
    assert_eq!(asked.body, wanted);
}

#[tokio::test]
async fn azure_in_both_shapes_and_with_both_kinds_of_keys() {
    let asked_first = sent(Form::Azure, None, false).await;
    assert_eq!(
        asked_first.url,
        "https://mine.openai.azure.com/openai/deployments/prod/chat/completions?api-version=2024-10-21"
    );
    assert_eq!(asked_first.headers["api-key"], KEY);
    assert!(!asked_first.headers.contains_key("authorization"));
    assert_eq!((&asked_first.body["model"], &asked_first.body["max_completion_tokens"]), (&json!("prod"), &json!(100)));
    let mut endpoint = endpoint(Form::Azure);
    endpoint.base_url = "https://mine.openai.azure.com/openai/v1".parse().unwrap();
    let azure = endpoint.azure.as_mut().unwrap();
    (azure.deployment, azure.api_version, azure.token) = (String::new(), String::new(), true);
    let messages = [ChatMessage::user("hi")];
    let second = asked(&endpoint, request(&messages, &[], false)).await;
    assert_eq!(second.url, "https://mine.openai.azure.com/openai/v1/chat/completions");
    assert_eq!(second.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(second.body["model"], "the-model");
}

#[tokio::test]
async fn openai_responses_with_thoughts_where_they_were() {
    let thought = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"});
    let order = json!([thought, {"type": "message"}, {"type": "function_call", "call_id": "call_2"},
        {"type": "function_call", "call_id": "gone"}]);
    let asked = sent(Form::OpenaiResponses, Some(order), false).await;
    assert_eq!(asked.url, "https://api.openai.com/v1/responses");
    assert_eq!(
        asked.body,
        json!({
            "model": "the-model",
            "input": [
                {"role": "user", "content": [
                    {"type": "input_text", "text": "What is this?"},
                    {"type": "input_image", "image_url": "data:image/png;base64,iVBO", "detail": "auto"},
                ]},
                thought,
                {"role": "assistant", "content": "Let me look."},
                {"type": "function_call", "call_id": "call_2", "name": "buy", "arguments": "{not json"},
                {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": "{\"at\":\"it\"}"},
                {"type": "function_call_output", "call_id": "call_1", "output": "{\"kind\":\"cat\"}"},
                {"type": "function_call_output", "call_id": "call_2", "output": "Error: no money"},
                {"role": "user", "content": "Well?"},
            ],
            "store": false,
            "include": ["reasoning.encrypted_content"],
            "instructions": "Be brief.",
            "tools": [{"type": "function", "strict": false, "name": "look", "description": "Looks.",
                "parameters": {"type": "object", "properties": {"at": {"type": "string"}}}}],
            "parallel_tool_calls": false,
            "temperature": 0.5,
            "max_output_tokens": 100,
        })
    );
}

#[tokio::test]
async fn anthropic_with_results_and_words_in_one_turn() {
    let thought = json!({"type": "thinking", "thinking": "Hm.", "signature": "EqQB"});
    let order = json!([thought, {"type": "text"}, {"type": "tool_use", "id": "call_1"}]);
    let asked = sent(Form::Anthropic, Some(order), true).await;
    assert_eq!(asked.url, "https://api.anthropic.com/v1/messages");
    assert_eq!(
        (&asked.headers["x-api-key"], &asked.headers["anthropic-version"]),
        (&KEY.parse().unwrap(), &"2023-06-01".parse().unwrap())
    );
    assert_eq!(
        asked.body,
        json!({
            "model": "the-model",
            "messages": [
                {"role": "user", "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}},
                ]},
                {"role": "assistant", "content": [
                    thought,
                    {"type": "text", "text": "Let me look."},
                    {"type": "tool_use", "id": "call_1", "name": "look", "input": {"at": "it"}},
                    {"type": "tool_use", "id": "call_2", "name": "buy", "input": {"invalid_arguments": "{not json"}},
                ]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "call_1", "content": "{\"kind\":\"cat\"}"},
                    {"type": "tool_result", "tool_use_id": "call_2", "content": "no money", "is_error": true},
                    {"type": "text", "text": "Well?"},
                ]},
            ],
            "max_tokens": 100,
            "system": "Be brief.",
            "tools": tools(Format::Anthropic),
            "tool_choice": {"type": "auto", "disable_parallel_tool_use": true},
            "temperature": 0.5,
            "stream": true,
        })
    );
    let messages = [ChatMessage::user("hi")];
    let unbounded = Request { model: "claude-3-haiku-1", max_output_tokens: None, ..request(&messages, &[], false) };
    let unbounded = super::asked(&endpoint(Form::Anthropic), unbounded).await;
    assert_eq!(unbounded.body["max_tokens"], 4096, "Anthropic does not answer without");
}

#[tokio::test]
async fn gemini_with_signatures_and_results_as_json() {
    let asked = sent(Form::Gemini, Some(json!({"text": "sig-t", "calls": {"call_1": "sig-1"}})), true).await;
    assert_eq!(
        asked.url,
        "https://generativelanguage.googleapis.com/v1beta/models/the-model:streamGenerateContent?alt=sse"
    );
    assert_eq!(asked.headers["x-goog-api-key"], KEY);
    assert_eq!(
        asked.body,
        json!({
            "contents": [
                {"role": "user", "parts": [
                    {"text": "What is this?"},
                    {"inlineData": {"mimeType": "image/png", "data": "iVBO"}},
                ]},
                {"role": "model", "parts": [
                    {"text": "Let me look.", "thoughtSignature": "sig-t"},
                    {"functionCall": {"name": "look", "args": {"at": "it"}, "id": "call_1"}, "thoughtSignature": "sig-1"},
                    {"functionCall": {"name": "buy", "args": {"invalid_arguments": "{not json"}, "id": "call_2"}},
                ]},
                {"role": "user", "parts": [
                    {"functionResponse": {"name": "look", "response": {"output": {"kind": "cat"}}, "id": "call_1"}},
                    {"functionResponse": {"name": "buy", "response": {"error": "no money"}, "id": "call_2"}},
                ]},
                {"role": "user", "parts": [{"text": "Well?"}]},
            ],
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "tools": [{"functionDeclarations": tools(Format::Gemini)}],
            "generationConfig": {"temperature": 0.5, "maxOutputTokens": 100},
        })
    );
}

#[tokio::test]
async fn gemini_takes_a_thread_that_another_model_began() {
    let messages = [
        ChatMessage::user("hi"),
        ChatMessage::Assistant {
            text: String::new(),
            tool_calls: vec![call("cwcall_1_0", "look", json!({})), call("cwcall_1_1", "look", json!({}))],
            opaque: Some(Opaque { form: "anthropic".into(), value: json!([{"type": "thinking", "signature": "x"}]) }),
        },
    ];
    let third = Request { model: "gemini-3-pro", ..request(&messages, &[], false) };
    let parts = asked(&endpoint(Form::Gemini), third).await.body["contents"][1]["parts"].clone();
    let wanted = json!([
        {"functionCall": {"name": "look", "args": {}}, "thoughtSignature": "skip_thought_signature_validator"},
        {"functionCall": {"name": "look", "args": {}}},
    ]);
    assert_eq!(parts, wanted, "without ids that are ours, and with what stands for a signature");
}
