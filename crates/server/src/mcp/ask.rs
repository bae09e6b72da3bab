//! Asking the client for something in the middle of a call: the person's agreement, or what a tool wants to know.
//!
//! A tool that must be confirmed is confirmed by a form, where the client can show one. A Python tool may ask for more: it
//! returns `{"$input_required": {"requests": {name: {"method", "params"}}, "state": …}}` and is run again with what the
//! client gave in `context["input_responses"]` and its own state in `context["input_state"]`. In the revision with sessions
//! the client is asked while the call waits; in the one without, the call ends with the wish, and the client calls again
//! with what it was asked for and a state that is sealed, so that nobody can make one up.

use std::{sync::Arc, time::Duration};

use callwright_model::{
    Object,
    id::{ExecutionId, TicketId},
    ticket::TicketKind,
    tool::Kind,
};
use callwright_runtime::call::CallAnswer;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Era,
    call::{Call, internal, refused},
    ident,
    said::Said,
    session::{Can, Session},
    tell::Out,
    wire::{INVALID_PARAMS, META_SERVER, RpcError, SERVER_INFO, request},
};

/// The key of a Python tool's result that asks.
const ASKS: &str = "$input_required";
/// The name of the form by which a person agrees.
const CONFIRM: &str = "confirm";
/// How long a client may take to answer.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long a state is good.
const STATE_TTL: Duration = Duration::from_secs(3_600);
/// The most that a tool may ask for at once.
const MOST_REQUESTS: usize = 8;
/// The client lacks a capability that the request needs.
pub(super) const MISSING_CAPABILITY: i32 = -32021;

/// How the client is asked.
pub(super) enum Asking {
    /// Over its session.
    Session(Arc<Session>),
    /// By the result of this call.
    Result,
    /// Not at all.
    Never,
}

/// What the client was asked for and gave.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// How often it was asked before.
    pub round: u32,
    /// What the person said about a ticket.
    pub said: Option<Said>,
    responses: Option<Object>,
    state: Value,
}

/// What a client brings back; sealed.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    user: String,
    tool: String,
    arguments: String,
    round: u32,
    until: i64,
    ticket: Option<TicketId>,
    #[serde(default)]
    execution: Option<ExecutionId>,
    state: Value,
}

/// What is wanted of the client.
pub(super) enum Wish {
    /// The person's agreement to what a ticket stands for.
    Confirm(TicketId, String),
    /// What a tool asked for, by its own names, and its state.
    Tool(Object, Value),
    /// It asked for what this client cannot do.
    Cannot(Value),
}

/// What came of it.
pub(super) enum Reply {
    /// The client gave it.
    Given(Box<Given>),
    /// It is asked by this result.
    Later(Box<Value>),
    /// It cannot be asked: the answer stays as it is.
    Cannot,
    /// It answered another node, which carries that out: how it went.
    Elsewhere(Box<CallAnswer>),
}

/// What the client answers to one request.
enum Answer {
    Here(Value),
    Elsewhere(ExecutionId),
}

/// What the answer wants of the client, if anything.
pub(super) fn wish(answer: &CallAnswer, kind: Kind, can: Can) -> Option<Wish> {
    if let Some(pending) = &answer.pending {
        let asks = pending.kind == TicketKind::Confirmation && can.elicit;
        return asks.then(|| Wish::Confirm(pending.ticket, pending.question.clone().unwrap_or_default()));
    }
    if kind != Kind::Python {
        return None;
    }
    let asked = answer.data.as_ref()?.as_object()?.get(ASKS)?;
    let wanted = asked.get("requests")?.as_object()?;
    let able = |method: &str| match method {
        "elicitation/create" => can.elicit,
        "sampling/createMessage" => can.sample,
        "roots/list" => can.roots,
        _ => false,
    };
    let method = |request: &Value| request.get("method").and_then(Value::as_str).unwrap_or_default().to_owned();
    let requests: Object = wanted
        .iter()
        .filter(|(_, request)| able(&method(request)))
        .take(MOST_REQUESTS)
        .map(|(name, request)| {
            let params = request.get("params").cloned().unwrap_or_else(|| json!({}));
            (name.clone(), json!({"method": method(request), "params": params}))
        })
        .collect();
    if requests.is_empty() {
        let needs: Object = wanted
            .values()
            .filter_map(|request| match method(request).as_str() {
                "elicitation/create" => Some(("elicitation".to_owned(), json!({}))),
                "sampling/createMessage" => Some(("sampling".to_owned(), json!({}))),
                "roots/list" => Some(("roots".to_owned(), json!({}))),
                _ => None,
            })
            .collect();
        return Some(Wish::Cannot(Value::Object(needs)));
    }
    Some(Wish::Tool(requests, asked.get("state").cloned().unwrap_or_default()))
}

/// Asks the client.
pub(super) async fn ask(
    call: &Call,
    answer: &CallAnswer,
    wish: Wish,
    before: &Given,
    out: Option<&Out>,
    asking: &Asking,
) -> Result<Reply, Box<RpcError>> {
    let (requests, about, state) = match wish {
        Wish::Cannot(needs) => {
            if call.era == Era::Session {
                return Ok(Reply::Cannot);
            }
            let mut error = RpcError::new(MISSING_CAPABILITY, "this call needs input that this client cannot give");
            error.data = Some(json!({"requiredCapabilities": needs}));
            return Err(Box::new(error));
        }
        Wish::Confirm(ticket, question) => {
            let about = (ticket, answer.execution_id);
            (Object::from_iter([(CONFIRM.to_owned(), form(&question))]), Some(about), Value::Null)
        }
        Wish::Tool(requests, state) => (requests, None, state),
    };
    match asking {
        Asking::Never => Ok(Reply::Cannot),
        Asking::Result => {
            let state = seal(call, before.round + 1, about, state).await?;
            Ok(Reply::Later(Box::new(json!({
                "resultType": "input_required",
                "inputRequests": requests,
                "requestState": state,
                "_meta": {META_SERVER: SERVER_INFO},
            }))))
        }
        Asking::Session(session) => {
            let Some(out) = out else { return Ok(Reply::Cannot) };
            let mut responses = Object::new();
            for (name, wanted) in &requests {
                match asked(call, session, out, wanted, about).await? {
                    Answer::Here(answer) => responses.insert(name.clone(), answer),
                    Answer::Elsewhere(execution) => {
                        let answer = call.went_on(execution).await.map_err(|fault| Box::new(internal(&fault)))?;
                        return Ok(Reply::Elsewhere(Box::new(answer)));
                    }
                };
            }
            let about = about.map(|(ticket, execution)| (ticket, Some(execution)));
            Ok(Reply::Given(Box::new(given(before.round + 1, about, responses, state))))
        }
    }
}

/// The form by which a person agrees.
fn form(question: &str) -> Value {
    json!({
        "method": "elicitation/create",
        "params": {
            "mode": "form",
            "message": question,
            "requestedSchema": {
                "type": "object",
                "properties": {"confirmed": {"type": "boolean", "title": "Yes, do it", "default": false}},
                "required": ["confirmed"],
            },
        },
    })
}

/// Asks the client for one thing; what it cannot answer counts as given up. `about` is what it is to agree to.
async fn asked(
    call: &Call,
    session: &Session,
    out: &Out,
    wanted: &Value,
    about: Option<(TicketId, ExecutionId)>,
) -> Result<Answer, Box<RpcError>> {
    let (app, org) = (&call.app, call.who.caller.org_id);
    let id = ident::question(app, org, session.nonce, about).await;
    let id = id.map_err(|fault| Box::new(internal(&fault)))?;
    let mut asked = session.ask(&id);
    let method = wanted["method"].as_str().unwrap_or_default();
    let cancelled = |error: Value| Answer::Here(json!({"action": "cancel", "error": error}));
    Ok(match out.send(request(&id, method, &wanted["params"])).await {
        false => cancelled(json!({"message": "the client has gone"})),
        true => tokio::select! {
            answer = tokio::time::timeout(PATIENCE, &mut asked.answer) => match answer {
                Ok(Ok(Ok(result))) => Answer::Here(result),
                Ok(Ok(Err(error))) => cancelled(error),
                Ok(Err(_)) | Err(_) => cancelled(json!({"message": "there was no answer in time"})),
            },
            execution = call.decided_elsewhere(about) => Answer::Elsewhere(execution),
        },
    })
}

fn given(round: u32, about: Option<(TicketId, Option<ExecutionId>)>, responses: Object, state: Value) -> Given {
    let said = about.map(|(ticket, execution)| Said::read(ticket, execution, responses.get(CONFIRM)));
    Given { round, said, responses: Some(responses), state }
}

async fn seal(
    call: &Call,
    round: u32,
    about: Option<(TicketId, ExecutionId)>,
    state: Value,
) -> Result<String, Box<RpcError>> {
    let app = &call.app;
    let state = State {
        user: call.who.caller.user_id.to_string(),
        tool: call.params.name.clone(),
        arguments: call.params.arguments.to_string(),
        round,
        until: app.clock().now().plus(STATE_TTL).micros(),
        ticket: about.map(|(ticket, _)| ticket),
        execution: about.map(|(_, execution)| execution),
        state,
    };
    let bytes = serde_json::to_vec(&state).unwrap_or_default();
    app.vault().seal(call.who.caller.org_id, &bytes).await.map_err(|fault| Box::new(internal(&fault)))
}

impl Given {
    /// What a client brings back with this call, if anything.
    pub(super) async fn open(call: &mut Call) -> Result<Self, Box<RpcError>> {
        if call.era == Era::Session {
            return Ok(Self::default());
        }
        let responses = call.params.input_responses.take();
        let Some(sealed) = call.params.request_state.take() else {
            // Without a state it is a first call, whatever else it brings.
            return Ok(Self::default());
        };
        let bad = || refused(INVALID_PARAMS, "`requestState` is not one that this server gave for this call");
        let app = &call.app;
        let caller = &call.who.caller;
        let bytes = app.vault().unseal(caller.org_id, &sealed).await.map_err(|_| bad())?;
        let state: State = serde_json::from_slice(&bytes).map_err(|_| bad())?;
        let (user, arguments) = (caller.user_id.to_string(), call.params.arguments.to_string());
        let is_ours = state.user == user
            && state.tool == call.params.name
            && state.arguments == arguments
            && state.until >= app.clock().now().micros();
        if !is_ours {
            return Err(bad());
        }
        let responses = responses.unwrap_or_default();
        if state.ticket.is_some() && !responses.contains_key(CONFIRM) {
            return Err(refused(INVALID_PARAMS, format!("`inputResponses` lacks `{CONFIRM}`, what the person said")));
        }
        let about = state.ticket.map(|ticket| (ticket, state.execution));
        Ok(given(state.round, about, responses, state.state))
    }

    /// What the tool is told of it.
    pub(super) fn established(&self) -> Object {
        let mut established = Object::new();
        if let Some(responses) = &self.responses {
            established.insert("input_responses".to_owned(), Value::Object(responses.clone()));
            established.insert("input_state".to_owned(), self.state.clone());
        }
        established
    }
}
