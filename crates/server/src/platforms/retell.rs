//! `/retell/tools/{name}`: Retell's custom functions.
//!
//! Retell signs the body with the API key of its account, which is the secret of a hook for Retell; the address names the
//! hook. What is wrong with a call is an answer that the model reads; only what was not signed is refused.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use callwright_model::{Fault, Object, context::Channel, hook::HookPlatform};
use callwright_runtime::hooks::{
    calls::{self, Line, PlatformCall, Went},
    text::{bounded, told},
};
use http::{HeaderMap, Method, header};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Arrived, arrive, pairs, text};
use crate::{
    body::{self, Path},
    error::ApiError,
    state::ServerState,
};

/// The most characters of a result that Retell takes.
const MOST_RESULT: usize = 15_000;

/// Why a call came to nothing, for the model to read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = retell::Failure)]
pub(crate) struct Failure {
    error: Problem,
}

/// Why a call came to nothing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = retell::Problem)]
struct Problem {
    code: String,
    message: String,
    /// A sentence for the person on the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    spoken: Option<String>,
}

/// Calls a tool for a Retell agent. The body is `{name, call, args}`, or the arguments themselves; the answer is the
/// result, at most 15,000 characters of JSON or text. Give `?hook=` in the address for Retell's signature, or a token of
/// this server as a header of the function.
#[utoipa::path(
    post,
    path = "/retell/tools/{name}",
    operation_id = "retell_tool",
    tag = "platforms",
    params(
        ("name" = String, Path, description = "The tool's name"),
        ("hook" = Option<String>, Query, description = "The hook whose signature it is"),
    ),
    request_body(content = Object, description = "`{name, call, args}`, or the arguments"),
    responses((
        status = 200,
        description = "The result, or why there is none",
        content((Value = "application/json"), (String = "text/plain")),
    )),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("tools:call"))),
)]
pub(crate) async fn post(
    State(state): State<ServerState>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&state, name, request).await
}

/// The same for a function whose method is GET: the arguments are in the query.
#[utoipa::path(
    get,
    path = "/retell/tools/{name}",
    operation_id = "retell_tool_by_get",
    tag = "platforms",
    params(
        ("name" = String, Path, description = "The tool's name"),
        ("hook" = Option<String>, Query, description = "The hook whose signature it is"),
    ),
    responses((
        status = 200,
        description = "The result, or why there is none",
        content((Value = "application/json"), (String = "text/plain")),
    )),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("tools:call"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&state, name, request).await
}

async fn answer(state: &ServerState, name: String, request: Request) -> Result<Response, ApiError> {
    let Arrived { caller, admitted, wait, parts, body } = arrive(state, HookPlatform::Retell, request).await?;
    let mut line =
        Line { caller, admitted, agent: None, known: Object::new(), said: Object::new(), channel: Channel::Call, wait };
    line.check(&state.app).await?;
    // The same signed bytes act once, whatever id they lack.
    let signed = line.admitted.as_ref().and_then(|admitted| Some(format!("retell:{}", admitted.signed_key()?)));
    if signed.is_some() && parts.method == Method::GET {
        let message = "a signature covers the body alone, and with GET there is none: let the function send POST, or give it a token of this server";
        return Err(Fault::forbidden(message).into());
    }
    let given = match parts.method {
        Method::GET => None,
        _ if is_form(&parts.headers) => Some(
            url::form_urlencoded::parse(&body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        ),
        _ => {
            let whole = body::parse_as_json::<Object>(&parts.headers, &body)?;
            if let Some(other) = whole.get("name").and_then(Value::as_str).filter(|other| *other != name)
                && whole.contains_key("args")
                && line.knows(&state.app, other).await?
            {
                let message =
                    format!("the body is signed for the function `{other}`, and this is the address of `{name}`");
                return Ok(failure("another_function", &message, None));
            }
            let asked = Asked::read(whole)?;
            (line.known, line.said, line.channel) = asked.circumstances();
            let mut call = asked.into_call(name);
            call.key = call.key.or(signed);
            return Ok(carried(state, &line, call).await);
        }
    };
    let texts: Vec<(String, String)> = match given {
        Some(form) => form,
        None => pairs(&parts).filter(|(key, _)| key != "hook").collect(),
    };
    let arguments = calls::typed(&state.app, &line, &name, texts).await;
    let call = PlatformCall { id: String::new(), name, arguments: Ok(arguments), key: signed };
    Ok(carried(state, &line, call).await)
}

async fn carried(state: &ServerState, line: &Line, call: PlatformCall) -> Response {
    let went = calls::carry(&state.app, line, vec![call]).await;
    went.into_iter().next().map_or_else(|| ().into_response(), |(_, went)| shown(&went))
}

fn shown(went: &Went) -> Response {
    let answer = match went {
        Ok(answer) => answer,
        Err(why) => {
            let (code, message) = why.split_once(": ").unwrap_or(("failed", why));
            return failure(code, message, None);
        }
    };
    if let Some(error) = &answer.error {
        return failure(&error.code, &error.message, Some(error.spoken.clone()));
    }
    let is_data = answer.message.is_none() && answer.content.is_empty() && answer.truncated.is_none();
    if let (true, Some(data)) = (is_data, &answer.data)
        && !data.is_string()
    {
        let text = data.to_string();
        if text.chars().count() <= MOST_RESULT {
            return body::Json(data.clone()).into_response();
        }
    }
    let text = told(answer).unwrap_or_else(|why| why);
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], bounded(text, MOST_RESULT)).into_response()
}

fn failure(code: &str, message: &str, spoken: Option<String>) -> Response {
    let message = bounded(message.to_owned(), MOST_RESULT - 1_000);
    body::Json(Failure { error: Problem { code: code.to_owned(), message, spoken } }).into_response()
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
}

/// A body of Retell.
struct Asked {
    arguments: Value,
    call: Option<Object>,
}

impl Asked {
    /// `{name, call, args}`, or the arguments themselves: then none of them is an `args` beside a `name` or a `call`.
    fn read(mut body: Object) -> Result<Self, Fault> {
        let is_whole = body.contains_key("args") && (body.contains_key("call") || body.contains_key("name"));
        if !is_whole {
            return Ok(Self { arguments: Value::Object(body), call: None });
        }
        let arguments = match body.remove("args") {
            None | Some(Value::Null) => json!({}),
            Some(arguments @ Value::Object(_)) => arguments,
            Some(_) => return Err(Fault::invalid("args", "`args` must be an object")),
        };
        let call = match body.remove("call").or_else(|| body.remove("chat")) {
            Some(Value::Object(call)) => Some(call),
            _ => None,
        };
        Ok(Self { arguments, call })
    }

    /// What Retell knows of the call, and what others may have told it.
    fn circumstances(&self) -> (Object, Object, Channel) {
        let (mut known, mut said) = (Object::new(), Object::new());
        let call = self.call.as_ref();
        let put = |object: &mut Object, name: &str, text: Option<&str>| {
            if let Some(text) = text {
                object.insert(name.to_owned(), Value::String(text.to_owned()));
            }
        };
        put(&mut known, "platform", Some("retell"));
        let id = text(call, &["call_id"]).or_else(|| text(call, &["chat_id"]));
        for name in ["call_sid", "call_id", "conversation_id"] {
            put(&mut known, name, id);
        }
        put(&mut known, "assistant_id", text(call, &["agent_id"]));
        let (from, to) = (text(call, &["from_number"]), text(call, &["to_number"]));
        // Nobody has a number on the web; what stands there is what the page said.
        let numbers = if text(call, &["call_type"]) == Some("web_call") { &mut said } else { &mut known };
        put(numbers, "from_number", from);
        put(numbers, "to_number", to);
        put(numbers, "phone_number", if text(call, &["direction"]) == Some("outbound") { to } else { from });
        for (name, field) in [("variables", "retell_llm_dynamic_variables"), ("metadata", "metadata")] {
            if let Some(value) = call.and_then(|call| call.get(field)).filter(|value| value.is_object()) {
                said.insert(name.to_owned(), value.clone());
            }
        }
        let is_chat = call.is_some_and(|call| call.contains_key("chat_id"));
        (known, said, if is_chat { Channel::Chat } else { Channel::Call })
    }

    /// The call of this tool in the transcript that has no result yet and these arguments: its id, which Retell gives
    /// nowhere else, is the same when it asks again. One that has a result was another.
    fn invocation(&self, name: &str) -> Option<&str> {
        let transcript = self.call.as_ref()?.get("transcript_with_tool_calls")?.as_array()?;
        let word = |entry: &'_ Value, field: &str, is: &str| entry.get(field).and_then(Value::as_str) == Some(is);
        let last = transcript
            .iter()
            .rev()
            .take(50)
            .find(|entry| word(entry, "role", "tool_call_invocation") && word(entry, "name", name))?;
        let id = last.get("tool_call_id")?.as_str()?;
        let is_over =
            transcript.iter().any(|entry| word(entry, "role", "tool_call_result") && word(entry, "tool_call_id", id));
        let is_this = match last.get("arguments") {
            Some(Value::String(text)) => serde_json::from_str(text).is_ok_and(|given: Value| given == self.arguments),
            Some(given) => *given == self.arguments,
            None => true,
        };
        (is_this && !is_over).then_some(id)
    }

    fn into_call(self, name: String) -> PlatformCall {
        let conversation = text(self.call.as_ref(), &["call_id"]).or_else(|| text(self.call.as_ref(), &["chat_id"]));
        let key = calls::key("retell", conversation, self.invocation(&name).unwrap_or_default());
        PlatformCall { id: String::new(), name, arguments: Ok(self.arguments), key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(body: Value) -> Asked {
        Asked::read(body.as_object().unwrap().clone()).unwrap()
    }

    #[test]
    fn arguments_stand_under_args_or_at_the_root() {
        assert_eq!(asked(json!({"name": "f", "call": {}, "args": {"x": 1}})).arguments, json!({"x": 1}));
        assert_eq!(asked(json!({"x": 1})).arguments, json!({"x": 1}));
        assert_eq!(asked(json!({"args": [1], "x": 1})).arguments, json!({"args": [1], "x": 1}));
        assert!(Asked::read(json!({"name": "f", "args": 3}).as_object().unwrap().clone()).is_err());
    }

    #[test]
    fn a_call_has_a_key_where_the_transcript_names_it() {
        let said = json!([{"role": "user", "content": "book"},
            {"role": "tool_call_invocation", "tool_call_id": "t1", "name": "book"},
            {"role": "tool_call_invocation", "tool_call_id": "t2", "name": "other"}]);
        let key = |said: &Value, args: Value| {
            let call = json!({"call_id": "c", "transcript_with_tool_calls": said});
            asked(json!({"name": "book", "args": args, "call": call})).into_call("book".to_owned()).key
        };
        assert_eq!(key(&said, json!({})).as_deref(), Some("retell:1:c:t1"));
        assert_eq!(key(&json!([]), json!({})), None);
        // What has a result, or other arguments, was another call.
        let mut over = said.clone();
        over.as_array_mut().unwrap().push(json!({"role": "tool_call_result", "tool_call_id": "t1"}));
        assert_eq!(key(&over, json!({})), None);
        let mut other = said;
        other[1]["arguments"] = json!("{\"x\": 1}");
        assert_eq!(key(&other, json!({"x": 2})), None);
        assert!(key(&other, json!({"x": 1})).is_some());
    }
}
