//! `POST /vapi/tools` and `POST /vapi/agents/{agent}/tools`: Vapi's `tool-calls` webhook.
//!
//! Vapi passes on nothing but an answer with status 200, so that is what it gets once we know who asks; what is wrong with
//! a call is told in its place among the results.

mod wire;

use axum::extract::{Request, State};
use callwright_model::{Object, context::Channel, hook::HookPlatform};
use callwright_runtime::hooks::{
    calls::{self, Line, MOST_CALLS, PlatformCall, Went},
    text::{bounded, on_one_line, told},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Arrived, arrive, text};
use crate::{
    body::{self, Json, Path},
    error::ApiError,
    state::ServerState,
};

/// The most characters of one result.
const MOST_RESULT: usize = 16_000;

/// What Vapi sends. Fields that are not named here are passed over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = vapi::ServerMessage)]
pub(crate) struct ServerMessage {
    message: Message,
}

/// A message of Vapi.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = vapi::Message)]
struct Message {
    /// `tool-calls`; other messages are taken note of.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// The calls: `{id, function: {name, arguments}}` or `{id, name, parameters}`.
    #[schema(value_type = Option<Vec<Object>>, max_items = 1000)]
    tool_call_list: Option<Vec<Object>>,
    /// The same calls with the tools as Vapi knows them: `{…, toolCall}`.
    #[schema(value_type = Option<Vec<Object>>, max_items = 1000)]
    tool_with_tool_call_list: Option<Vec<Object>>,
    /// The telephone or web call.
    #[schema(value_type = Option<Object>)]
    call: Option<Object>,
    /// The chat, if it is one.
    #[schema(value_type = Option<Object>)]
    chat: Option<Object>,
    /// Who is on the line.
    #[schema(value_type = Option<Object>)]
    customer: Option<Object>,
    /// The number on our side.
    #[schema(value_type = Option<Object>)]
    phone_number: Option<Object>,
    /// The assistant.
    #[schema(value_type = Option<Object>)]
    assistant: Option<Object>,
}

/// What Vapi is answered.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = vapi::Response)]
pub(crate) struct Response {
    /// One for each call.
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Vec<ToolResult>>,
    /// Why there is no answer to this message.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The result of one call.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = vapi::ToolResult)]
struct ToolResult {
    tool_call_id: String,
    name: String,
    /// What came of it, on one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    /// Why nothing came of it, on one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Carries out the tool calls of a Vapi assistant. Say who you are with a token of this server, with the secret of a hook
/// for Vapi (`Authorization: Bearer` or `X-Vapi-Secret`), or with Vapi's HMAC signature and `?hook=` in the address.
/// Messages of other kinds are answered with an empty object.
#[utoipa::path(
    post,
    path = "/vapi/tools",
    operation_id = "vapi_tools",
    tag = "platforms",
    params(("hook" = Option<String>, Query, description = "The hook whose signature it is")),
    request_body = ServerMessage,
    responses((status = 200, description = "One result for each call", body = Response)),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("tools:call"))),
)]
pub(crate) async fn tools(State(state): State<ServerState>, request: Request) -> Result<Json<Response>, ApiError> {
    answer(&state, None, request).await
}

/// The same for the tools of this agent, as they are assigned to it.
#[utoipa::path(
    post,
    path = "/vapi/agents/{agent}/tools",
    operation_id = "vapi_tools_of_agent",
    tag = "platforms",
    params(
        ("agent" = String, Path, description = "The agent's name or id"),
        ("hook" = Option<String>, Query, description = "The hook whose signature it is"),
    ),
    request_body = ServerMessage,
    responses((status = 200, description = "One result for each call", body = Response)),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("tools:call"))),
)]
pub(crate) async fn tools_of_agent(
    State(state): State<ServerState>,
    Path(agent): Path<String>,
    request: Request,
) -> Result<Json<Response>, ApiError> {
    answer(&state, Some(agent), request).await
}

async fn answer(state: &ServerState, agent: Option<String>, request: Request) -> Result<Json<Response>, ApiError> {
    let Arrived { caller, admitted, wait, parts, body } = arrive(state, HookPlatform::Vapi, request).await?;
    let mut line =
        Line { caller, admitted, agent, known: Object::new(), said: Object::new(), channel: Channel::Call, wait };
    line.check(&state.app).await?;
    let message = body::parse_as_json::<ServerMessage>(&parts.headers, &body)?.message;
    let kind = message.kind.as_deref().unwrap_or("tool-calls");
    if kind != "tool-calls" {
        return Ok(Json(passed_over(kind)));
    }
    (line.known, line.said) = message.circumstances();
    if message.chat.is_some() {
        line.channel = Channel::Chat;
    }
    let mut calls = message.calls();
    if let Some(signed) = line.admitted.as_ref().and_then(|admitted| admitted.signed_key()) {
        // Without a conversation a call's id names nothing, but the same signed bytes act once.
        for call in calls.iter_mut().filter(|call| call.key.is_none()) {
            call.key = calls::key("vapi", Some(&signed), &call.id);
        }
    }
    let over = calls.iter().skip(MOST_CALLS).map(too_many).collect::<Vec<_>>();
    let calls = calls.into_iter().take(MOST_CALLS).collect();
    let went = calls::carry(&state.app, &line, calls).await;
    let results = went.into_iter().map(|(call, went)| ToolResult::of(call, &went)).chain(over).collect();
    Ok(Json(Response { results: Some(results), error: None }))
}

/// What is answered to a message that asks for no tool.
fn passed_over(kind: &str) -> Response {
    const ASKING: [&str; 4] =
        ["assistant-request", "transfer-destination-request", "handoff-destination-request", "knowledge-base-request"];
    let error = ASKING.contains(&kind).then(|| {
        format!("`{kind}` is not served here: this address answers `tool-calls` only; set what it asks for in Vapi")
    });
    Response { results: None, error }
}

fn too_many(call: &PlatformCall) -> ToolResult {
    let error = format!("too_many_calls: at most {MOST_CALLS} calls are carried out at once; ask for this one again");
    ToolResult { tool_call_id: call.id.clone(), name: call.name.clone(), result: None, error: Some(error) }
}

impl ToolResult {
    fn of(call: PlatformCall, went: &Went) -> Self {
        let told = match went {
            Ok(answer) => told(answer),
            Err(why) => Err(why.clone()),
        };
        let short = |text: String| bounded(on_one_line(&text), MOST_RESULT);
        let (result, error) = match told {
            Ok(text) => (Some(short(text)), None),
            Err(text) => (None, Some(short(text))),
        };
        Self { tool_call_id: call.id, name: call.name, result, error }
    }
}

impl Message {
    /// What Vapi knows of the call, and what others may have told it. Whoever begins a web call from a browser says what
    /// they like about themselves, so their number is their word and not Vapi's.
    fn circumstances(&self) -> (Object, Object) {
        let (mut known, mut said) = (Object::new(), Object::new());
        let call = self.call.as_ref();
        let put = |object: &mut Object, name: &str, text: Option<&str>| {
            if let Some(text) = text {
                object.insert(name.to_owned(), Value::String(text.to_owned()));
            }
        };
        put(&mut known, "platform", Some("vapi"));
        let id = text(call, &["id"]).or_else(|| text(self.chat.as_ref(), &["id"]));
        for name in ["call_sid", "call_id", "conversation_id"] {
            put(&mut known, name, id);
        }
        put(&mut known, "provider_call_id", text(call, &["phoneCallProviderId"]));
        let assistant = text(call, &["assistantId"]).or_else(|| text(self.assistant.as_ref(), &["id"]));
        put(&mut known, "assistant_id", assistant);
        put(&mut known, "vapi_org_id", text(call, &["orgId"]));
        let customer = self.customer.as_ref().or_else(|| call?.get("customer")?.as_object());
        let ours = self.phone_number.as_ref().or_else(|| call?.get("phoneNumber")?.as_object());
        let (customer, ours) = (text(customer, &["number"]), text(ours, &["number"]));
        let kind = text(call, &["type"]);
        let is_phone = kind.is_none_or(|kind| kind.ends_with("PhoneCall")) && self.chat.is_none();
        let numbers = if is_phone { &mut known } else { &mut said };
        put(numbers, "phone_number", customer);
        let (from, to) = match kind {
            Some("outboundPhoneCall") => (ours, customer),
            _ => (customer, ours),
        };
        put(numbers, "from_number", from);
        put(numbers, "to_number", to);
        let variables = call.and_then(|call| call.get("assistantOverrides")?.get("variableValues").cloned());
        if let Some(variables) = variables.filter(Value::is_object) {
            said.insert("variables".to_owned(), variables);
        }
        (known, said)
    }
}
