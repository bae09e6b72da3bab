//! What a provider's refusals mean.

use std::time::Duration;

use callwright_model::chat::ChatMessage;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{KEY, ask, endpoint, request, streamed};
use crate::{ErrorKind, Form, ModelError};

async fn refused(form: Form, status: u16, headers: &[(&'static str, &'static str)], body: Value) -> ModelError {
    let messages = [ChatMessage::user("hi")];
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
    let answer = (status, "application/json", headers, body.to_string());
    ask(&endpoint(form), request(&messages, &[], true), answer).await.0.unwrap_err()
}

#[tokio::test]
async fn by_what_the_provider_says() {
    use ErrorKind::{
        Auth, BadResponse, ContextTooLong, InvalidRequest, NotFound, Overloaded, RateLimited, Refused, Timeout,
    };
    let openai =
        |code: &str, message: &str| json!({"error": {"message": message, "type": "x", "param": null, "code": code}});
    let typed = |kind: &str, message: &str| json!({"type": "error", "error": {"type": kind, "message": message}});
    let google = |status: &str, message: &str| json!({"error": {"code": 400, "message": message, "status": status}});
    for (form, status, body, kind) in [
        (Form::OpenaiChat, 401, openai("invalid_api_key", "no"), Auth),
        (Form::OpenaiChat, 429, openai("rate_limit_exceeded", "slow down"), RateLimited),
        (Form::OpenaiChat, 429, openai("insufficient_quota", "no money"), Auth),
        (Form::OpenaiChat, 400, openai("context_length_exceeded", "long"), ContextTooLong),
        (Form::OpenaiChat, 404, openai("model_not_found", "no such"), NotFound),
        (
            Form::OpenaiChat,
            400,
            json!({"object": "error", "message": "This model's maximum context length is 8"}),
            ContextTooLong,
        ),
        (Form::OpenaiChat, 400, json!({"error": "bad tool"}), InvalidRequest),
        (Form::OpenaiChat, 500, openai("x", "context length"), Overloaded),
        (Form::OpenaiChat, 302, json!({}), NotFound),
        (Form::Azure, 400, json!({"error": {"code": "content_filter", "message": "filtered"}}), Refused),
        (Form::Azure, 404, json!({"error": {"code": "DeploymentNotFound", "message": "no"}}), NotFound),
        (Form::Anthropic, 529, typed("overloaded_error", "Overloaded"), Overloaded),
        (Form::Anthropic, 400, typed("invalid_request_error", "prompt is too long: 9 > 8"), ContextTooLong),
        (Form::Anthropic, 400, typed("invalid_request_error", "odd"), InvalidRequest),
        (Form::Anthropic, 413, typed("request_too_large", "big"), ContextTooLong),
        (Form::Gemini, 400, google("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."), Auth),
        (Form::Gemini, 400, google("INVALID_ARGUMENT", "input exceeds the maximum number of tokens"), ContextTooLong),
        (Form::Gemini, 503, json!([{"error": {"code": 503, "status": "UNAVAILABLE", "message": "busy"}}]), Overloaded),
        (Form::OpenaiChat, 408, json!({}), Timeout),
        (Form::OpenaiChat, 402, json!({}), Auth),
    ] {
        let error = refused(form, status, &[], body.clone()).await;
        assert_eq!((error.kind, error.status), (kind, Some(status)), "{status} {body}: {error}");
        let is_retryable = matches!(kind, RateLimited | Overloaded | Timeout | BadResponse);
        assert_eq!(error.is_retryable(), is_retryable, "{error}");
    }
}

#[tokio::test]
async fn how_long_to_wait() {
    let body = json!({"error": {"message": "slow down"}});
    let error = refused(Form::OpenaiChat, 429, &[("retry-after", "7")], body.clone()).await;
    assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
    let both = [("retry-after", "7"), ("retry-after-ms", "1500")];
    assert_eq!(
        refused(Form::OpenaiChat, 429, &both, body.clone()).await.retry_after,
        Some(Duration::from_millis(1500))
    );
    for odd in ["-1", "NaN", "soon", "1e400"] {
        assert_eq!(
            refused(Form::OpenaiChat, 429, &[("retry-after", odd)], body.clone()).await.retry_after,
            None,
            "{odd}"
        );
    }
    let long = refused(Form::OpenaiChat, 503, &[("retry-after", "99999999")], body).await;
    assert_eq!(long.retry_after, Some(Duration::from_secs(3600)));
    let details = json!([{"@type": "x"}, {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}]);
    let body = json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "quota", "details": details}});
    assert_eq!(refused(Form::Gemini, 429, &[], body).await.retry_after, Some(Duration::from_millis(34_500)));
}

#[tokio::test]
async fn the_key_is_in_no_error() {
    for shown in [KEY, "sk-proj-********1234.", "sk-proj-...1234", "Bearer sk-proj-abcdef", "x(mnop1234)"] {
        let body = json!({"error": {"code": "invalid_api_key", "message": format!("Incorrect API key provided: {shown} sorry")}});
        let error = refused(Form::OpenaiChat, 401, &[], body).await;
        assert!(error.message.contains("Incorrect API key provided"), "{error}");
        for piece in ["sk-proj", "1234"] {
            assert!(!error.message.contains(piece), "{error}");
        }
        assert!(!format!("{error:?} {:?}", endpoint(Form::OpenaiChat)).contains("abcdef"));
    }
    let long = json!({"error": {"message": format!("a\nb{}", "x".repeat(9000))}});
    let error = refused(Form::OpenaiChat, 400, &[], long).await;
    assert!(error.message.len() < 700 && !error.message.contains('\n'), "{error}");
}

#[tokio::test]
async fn within_a_stream() {
    for (form, body, kind) in [
        (Form::OpenaiChat, r#"data: {"error":{"message":"busy","code":503}}"#, ErrorKind::Overloaded),
        (
            Form::OpenaiResponses,
            "event: error\ndata: {\"code\":\"rate_limit_exceeded\",\"message\":\"slow\"}",
            ErrorKind::RateLimited,
        ),
        (
            Form::OpenaiResponses,
            r#"data: {"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"x"}}}"#,
            ErrorKind::Overloaded,
        ),
        (
            Form::Anthropic,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}",
            ErrorKind::Overloaded,
        ),
        (
            Form::Gemini,
            r#"data: {"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED"}}"#,
            ErrorKind::RateLimited,
        ),
        (Form::OpenaiChat, "data: {not json}\n", ErrorKind::BadResponse),
        (Form::OpenaiChat, "data: [DONE]\n", ErrorKind::BadResponse),
        (
            Form::Anthropic,
            r#"data: {"type":"content_block_delta","index":7,"delta":{"type":"text_delta"}}"#,
            ErrorKind::BadResponse,
        ),
    ] {
        let error = streamed(form, &format!("{body}\n\n")).await.0.unwrap_err();
        assert_eq!(error.kind, kind, "{body}: {error}");
    }
}

#[tokio::test]
async fn what_is_no_answer_at_all() {
    for (form, body) in [
        (Form::OpenaiChat, "<html>"),
        (Form::OpenaiChat, "{}"),
        (Form::OpenaiResponses, "{}"),
        (Form::Anthropic, "[]"),
        (Form::Gemini, "{}"),
    ] {
        let messages = [ChatMessage::user("hi")];
        let answer = (200, "application/json", HeaderMap::new(), body.to_owned());
        let error = ask(&endpoint(form), request(&messages, &[], false), answer).await.0.unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadResponse, "{form:?} {body}");
    }
}
