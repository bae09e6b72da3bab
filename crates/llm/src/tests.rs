//! Each form, asked and answered as its vendor writes it: exact requests, whole answers, streams cut anywhere, refusals.

mod ask;
mod fail;
mod read;
mod script;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use callwright_guard::{
    Guard, Options,
    script::{Ending, Played, Script, Sending},
};
use callwright_model::{
    chat::{ChatMessage, Opaque, Part, ToolCall},
    secret::SecretString,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::{Azure, Endpoint, Event, Form, ModelError, Reply, Request, complete, wire::reader};

pub(crate) const KEY: &str = "sk-proj-abcdefghijklmnop1234";

/// What was asked: method, address, headers, body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// A provider that gives one answer.
pub(crate) struct Provider {
    answer: (u16, &'static str, HeaderMap, String),
    asked: Mutex<Asked>,
}

/// One that refuses every temperature.
struct Cold(Mutex<Vec<bool>>);

impl Script for Cold {
    fn play(&self, request: &Sending<'_>) -> Played {
        let body: Value = serde_json::from_slice(request.body).unwrap();
        let is_warm = body.get("temperature").is_some();
        self.0.lock().unwrap().push(is_warm);
        let answer = if is_warm {
            json!({"error": {"message": "Unsupported value: 'temperature' does not support 0.5 with this model.",
                "type": "invalid_request_error", "param": "temperature", "code": "unsupported_value"}})
        } else {
            json!({"choices": [{"message": {"content": "cold"}, "finish_reason": "stop"}]})
        };
        let status = if is_warm { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let body = answer.to_string().into();
        Played { delay: Duration::ZERO, ending: Ending::Answer { status, headers: HeaderMap::new(), body } }
    }
}

#[tokio::test]
async fn a_model_that_refuses_a_temperature_is_asked_without() {
    let provider = Arc::new(Cold(Mutex::default()));
    let guard = Guard::new(Options::default()).unwrap().scripted(provider.clone());
    let messages = [ChatMessage::user("hi")];
    let reply =
        complete(&guard, &endpoint(Form::OpenaiChat), request(&messages, &[], false), &mut |_| {}).await.unwrap();
    assert_eq!(reply.message.text(), "cold");
    assert_eq!(provider.0.lock().unwrap()[..], [true, false]);
}

impl Script for Provider {
    fn play(&self, request: &Sending<'_>) -> Played {
        *self.asked.lock().unwrap() = Asked {
            url: request.url.to_string(),
            headers: request.headers.clone(),
            body: serde_json::from_slice(request.body).unwrap_or_default(),
        };
        let (status, kind, headers, body) = self.answer.clone();
        let mut headers = headers;
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let ending = Ending::Answer { status: StatusCode::from_u16(status).unwrap(), headers, body: body.into() };
        Played { delay: Duration::ZERO, ending }
    }
}

pub(crate) fn endpoint(form: Form) -> Endpoint {
    let base_url = match form {
        Form::OpenaiChat | Form::OpenaiResponses => "https://api.openai.com/v1",
        Form::Azure => "https://mine.openai.azure.com",
        Form::Anthropic => "https://api.anthropic.com",
        Form::Gemini => "https://generativelanguage.googleapis.com",
    };
    let azure = Azure { deployment: "prod".into(), api_version: "2024-10-21".into(), token: false };
    Endpoint {
        form,
        base_url: base_url.parse().unwrap(),
        key: Some(SecretString::new(KEY)),
        azure: (form == Form::Azure).then_some(azure),
        headers: HeaderMap::new(),
        body: Map::new(),
    }
}

pub(crate) fn request<'a>(messages: &'a [ChatMessage], tools: &'a [Value], stream: bool) -> Request<'a> {
    Request {
        model: "the-model",
        instructions: "Be brief.",
        messages,
        tools,
        temperature: Some(0.5),
        max_output_tokens: Some(100),
        parallel_tool_calls: false,
        stream,
        deadline: Instant::now() + Duration::from_secs(5),
    }
}

/// Asks a provider that gives this answer.
pub(crate) async fn ask(
    endpoint: &Endpoint,
    request: Request<'_>,
    (status, kind, headers, body): (u16, &'static str, HeaderMap, String),
) -> (Result<Reply, ModelError>, Vec<Event>, Asked) {
    let provider = Arc::new(Provider { answer: (status, kind, headers, body), asked: Mutex::default() });
    let guard = Guard::new(Options::default()).unwrap().scripted(provider.clone());
    let mut events = Vec::new();
    let reply = complete(&guard, endpoint, request, &mut |event| events.push(event)).await;
    let asked = provider.asked.lock().unwrap().clone();
    (reply, events, asked)
}

/// What is asked, whatever comes of it.
pub(crate) async fn asked(endpoint: &Endpoint, request: Request<'_>) -> Asked {
    ask(endpoint, request, (200, "application/json", HeaderMap::new(), "{}".into())).await.2
}

/// Reads a whole answer.
pub(crate) async fn whole(form: Form, body: Value) -> Result<Reply, ModelError> {
    let messages = [ChatMessage::user("hi")];
    let answer = (200, "application/json", HeaderMap::new(), body.to_string());
    ask(&endpoint(form), request(&messages, &[], false), answer).await.0
}

/// Reads a stream.
pub(crate) async fn streamed(form: Form, body: &str) -> (Result<Reply, ModelError>, Vec<Event>) {
    let messages = [ChatMessage::user("hi")];
    let answer = (200, "text/event-stream; charset=utf-8", HeaderMap::new(), body.to_owned());
    let (reply, events, _) = ask(&endpoint(form), request(&messages, &[], true), answer).await;
    (reply, events)
}

/// Reads a stream that comes in two pieces, cut at every byte, and compares with what it is in one.
pub(crate) async fn cut_everywhere(form: Form, body: &str) {
    let (wanted, wanted_events) = streamed(form, body).await;
    let wanted = wanted.unwrap();
    for at in 0..=body.len() {
        let (mut parser, mut reader) = (crate::sse::Parser::default(), reader(form));
        let (mut draft, mut events) = (crate::draft::Draft::default(), Vec::new());
        let (head, tail) = body.as_bytes().split_at(at);
        let mut is_over = false;
        for piece in [head, tail] {
            let taken = parser.push(piece, |event| {
                if !is_over {
                    is_over = crate::complete::take(event, &mut *reader, &mut draft, &mut |event| events.push(event))?;
                }
                Ok(())
            });
            taken.unwrap();
        }
        assert!(reader.end(&mut draft, &mut |_| {}).unwrap() || is_over, "cut at {at}");
        let reply = draft.finish(form.as_str(), "the-model", 1).unwrap();
        assert_eq!((reply, events), (wanted.clone(), wanted_events.clone()), "cut at {at}");
    }
}

pub(crate) fn call(id: &str, name: &str, arguments: Value) -> ToolCall {
    ToolCall { id: id.to_owned(), name: name.to_owned(), arguments }
}

pub(crate) fn tool(id: &str, name: &str, text: &str, is_error: bool) -> ChatMessage {
    ChatMessage::Tool { tool_call_id: id.to_owned(), name: name.to_owned(), content: vec![Part::text(text)], is_error }
}

/// A thread with all that may be in one.
pub(crate) fn thread(opaque: Option<Opaque>) -> Vec<ChatMessage> {
    let picture = Part::Image { media_type: "image/png".into(), data: "iVBO".into() };
    vec![
        ChatMessage::User { content: vec![Part::text("What is this?"), picture.clone()] },
        ChatMessage::Assistant {
            text: "Let me look.".into(),
            tool_calls: vec![call("call_1", "look", json!({"at": "it"})), call("call_2", "buy", json!("{not json"))],
            opaque,
        },
        tool("call_1", "look", "{\"kind\":\"cat\"}", false),
        tool("call_2", "buy", "no money", true),
        ChatMessage::user("Well?"),
    ]
}
