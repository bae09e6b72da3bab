//! A vendor that takes only what its real self would: method, path, key, and the shape of the body.

use std::sync::{Arc, Mutex};

use callwright_testkit::{Answer, Recorded, Upstream};
use serde_json::{Value, json};

pub(crate) const KEY: &str = "key-0123456789-abcdef";
pub(crate) const KINDS: [&str; 6] = ["openai", "openai_responses", "azure", "anthropic", "gemini", "openai_compatible"];

/// A vendor's fake.
pub(crate) struct Vendor {
    pub(crate) kind: &'static str,
    pub(crate) upstream: Upstream,
    refusals: Arc<Mutex<Vec<String>>>,
}

impl Vendor {
    pub(crate) fn start(kind: &'static str) -> Self {
        let (upstream, refusals) = (Upstream::start(), Arc::new(Mutex::new(Vec::new())));
        let noted = refusals.clone();
        upstream.respond(move |request| match refuse(kind, request) {
            Some(why) => {
                noted.lock().unwrap().push(format!("{why}: {} {} {}", request.method, request.target, request.text()));
                Answer::json(400, json!({"error": {"message": why}}))
            }
            None if request.method == "GET" => Answer::json(200, json!({"data": []})),
            None => Answer::json(200, said(kind)),
        });
        Self { kind, upstream, refusals }
    }

    pub(crate) fn base_url(&self) -> String {
        let path = if matches!(self.kind, "azure" | "anthropic" | "gemini") { "" } else { "/v1" };
        self.upstream.url(path)
    }

    /// What was asked in another form than the vendor's.
    pub(crate) fn refusals(&self) -> Vec<String> {
        self.refusals.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.upstream.count()
    }
}

/// Why the vendor would not take it.
fn refuse(kind: &str, request: &Recorded) -> Option<&'static str> {
    let (key, value) = match kind {
        "anthropic" => ("x-api-key", KEY.to_owned()),
        "gemini" => ("x-goog-api-key", KEY.to_owned()),
        "azure" => ("api-key", KEY.to_owned()),
        _ => ("authorization", format!("Bearer {KEY}")),
    };
    if request.header(key) != Some(&value) {
        return Some("the key is not there");
    }
    if request.method == "GET" {
        return (!request.path().ends_with("/models")).then_some("no list of models");
    }
    let target = match kind {
        "azure" => "/openai/deployments/the-model/chat/completions?api-version=2024-10-21",
        "anthropic" => "/v1/messages",
        "gemini" => "/v1beta/models/the-model:generateContent",
        "openai_responses" => "/v1/responses",
        _ => "/v1/chat/completions",
    };
    if (request.method.as_str(), request.target.as_str()) != ("POST", target) {
        return Some("another path");
    }
    let body = request.json();
    let text = "Answer with the word OK.";
    let (has_said, limit) = match kind {
        "gemini" => (
            body["contents"] == json!([{"role": "user", "parts": [{"text": text}]}]),
            &body["generationConfig"]["maxOutputTokens"],
        ),
        "anthropic" => (
            body["messages"] == json!([{"role": "user", "content": [{"type": "text", "text": text}]}]),
            &body["max_tokens"],
        ),
        "openai_responses" => (
            body["input"] == json!([{"role": "user", "content": text}]) && body["store"] == false,
            &body["max_output_tokens"],
        ),
        "azure" => (body["messages"] == json!([{"role": "user", "content": text}]), &body["max_completion_tokens"]),
        _ => (body["messages"] == json!([{"role": "user", "content": text}]), &body["max_tokens"]),
    };
    if !has_said || *limit != json!(16) || body.get("temperature").is_some() || body.get("tools").is_some() {
        return Some("another body");
    }
    (kind != "gemini" && body["model"] != "the-model").then_some("another model")
}

/// What the vendor answers.
fn said(kind: &str) -> Value {
    match kind {
        "anthropic" => json!({"type": "message", "model": "the-model-2026", "stop_reason": "end_turn",
            "content": [{"type": "text", "text": "OK"}], "usage": {"input_tokens": 9, "output_tokens": 1}}),
        "gemini" => json!({"modelVersion": "the-model-2026",
            "candidates": [{"finishReason": "STOP", "content": {"role": "model", "parts": [{"text": "OK"}]}}]}),
        "openai_responses" => json!({"status": "completed", "model": "the-model-2026", "error": null,
            "output": [{"type": "message", "content": [{"type": "output_text", "text": "OK"}]}]}),
        _ => json!({"model": "the-model-2026",
            "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "OK"}}]}),
    }
}
