//! Calls that a client carries out: whoever holds the conversation, or whoever answers by the API.
//!
//! The ticket is the offer: as long as it is open, the call is put before every client that takes the conversation up.
//! The first answer counts; it is kept before it is looked at, so that a server may die in between.

use callwright_model::{
    Block, Content, ErrorClass, Fault, FaultKind, ToolError,
    account::{Caller, Right, Scope},
    conversation::ConversationState,
    execution::State,
    id::{ConversationId, ExecutionId, OrgId, TicketId},
    ticket::{TicketKind, TicketState},
};
use callwright_store::{conversation::ConversationRow, ticket::TicketRow};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    callback::{self, Arrived},
    kept, resume,
    work::{Stop, Work},
};
use crate::{App, app::require, documents};

/// The most bytes of a result, pictures not counted.
const MOST_RESULT: usize = 4 * 1024 * 1024;
/// The most characters of a failure that the model is told.
const MOST_ERROR: usize = 4_000;

/// What a client sends back.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientResult {
    /// Any JSON value.
    pub result: Value,
    /// Whether it did not work; the result then says why.
    pub is_error: bool,
}

/// The same as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct KeptResult {
    result: Value,
    is_error: bool,
    /// Links to what was too large to be kept here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<Block>,
}

/// A call that a client is offered.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientCall {
    /// The ticket under which it is answered.
    pub ticket: TicketId,
    /// Its execution.
    pub execution: ExecutionId,
    /// The tool's name.
    pub tool: String,
    /// The whole arguments, bound ones included.
    pub parameters: Value,
    /// Whether an answer is waited for.
    pub expects_response: bool,
}

/// Takes the result of a call that a client carries out.
///
/// # Errors
/// Not found: there is no such call. Gone `answer_expired`: nobody waits for it any more.
pub async fn answer(app: &App, caller: &Caller, id: ExecutionId, given: ClientResult) -> Result<Arrived, Fault> {
    let row = app.store().ticket_of(caller.org_id, id).await?;
    let row =
        row.filter(|row| row.ticket.kind == TicketKind::Client).ok_or_else(|| Fault::not_found("execution", id))?;
    // Whoever asked may answer; another's call is an operator's to answer.
    if row.ticket.user_id != caller.user_id || !caller.may(Right::Call, Scope::ToolsCall) {
        require(caller, Right::Decide, Scope::ExecutionsDecide)?;
    }
    Box::pin(take(app, row, given)).await
}

/// The same from the client that holds the conversation in which it was offered.
///
/// # Errors
/// As [`answer`].
pub(crate) async fn answer_in(
    app: &App,
    org: OrgId,
    conversation: ConversationId,
    id: TicketId,
    given: ClientResult,
) -> Result<Arrived, Fault> {
    let here = conversation.to_string();
    let row = app.store().ticket(org, id).await?;
    let row = row.filter(|row| row.ticket.kind == TicketKind::Client);
    let row = row.filter(|row| row.ticket.conversation_id.as_deref() == Some(here.as_str()));
    let row = row.ok_or_else(|| Fault::not_found("call", id))?;
    Box::pin(take(app, row, given)).await
}

async fn take(app: &App, row: TicketRow, given: ClientResult) -> Result<Arrived, Fault> {
    let ClientResult { mut result, mut is_error } = given;
    if row.ticket.state != TicketState::Open {
        // Nothing is kept of what nobody waits for.
        return match row.ticket.state {
            TicketState::Answered | TicketState::Used => Ok(Arrived::Already),
            _ => Err(too_late()),
        };
    }
    // One of the official clients writes objects as text.
    if let Value::String(text) = &result
        && text.trim_start().starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str(text)
    {
        result = value;
    }
    let ticket = &row.ticket;
    let conversation = ticket.conversation_id.as_deref().and_then(|id| id.parse().ok());
    let whose = (ticket.organization_id, ticket.execution_id, conversation);
    let links = if is_error { Vec::new() } else { documents::take_out(app, whose, &mut result).await? };
    let size = serde_json::to_string(&result).map_err(Fault::internal)?.len();
    let result = match size > MOST_RESULT {
        false => result,
        true => {
            is_error = true;
            Value::String(format!("the client's result has {size} bytes; at most {MOST_RESULT} are taken"))
        }
    };
    let kept = KeptResult { result, is_error, links };
    let kept = serde_json::to_value(kept).map_err(Fault::internal)?;
    Box::pin(callback::keep(app, row, kept)).await
}

/// What a kept result says.
pub(super) fn content(body: Value) -> Result<Content, ToolError> {
    let Ok(kept) = serde_json::from_value::<KeptResult>(body) else {
        return Err(ToolError::new(ErrorClass::UnknownError, "client_error", "the client's result cannot be read"));
    };
    if kept.is_error {
        let told = match &kept.result {
            Value::String(text) if !text.trim().is_empty() => text.clone(),
            Value::String(_) | Value::Null => "the client could not carry this out".to_owned(),
            other => other.to_string(),
        };
        let message: String = told.chars().take(MOST_ERROR).collect();
        return Err(ToolError::new(ErrorClass::UpstreamError, "client_error", message));
    }
    let data = match kept.result {
        Value::Null => None,
        other => Some(other),
    };
    Ok(Content { data, blocks: kept.links, ..Content::default() })
}

/// Tells whoever holds the conversation that there is something to carry out. Its open ticket is found there all the
/// same, so that a database that is away for a moment is no reason for an error.
pub(super) async fn offered(app: &App, work: &Work, ticket: TicketId) {
    if let Err(fault) = offer(app, work, ticket).await {
        tracing::warn!(%ticket, ?fault, "a client could not be told at once that there is something to carry out");
    }
}

/// To a conversation that is over nobody comes back.
async fn offer(app: &App, work: &Work, ticket: TicketId) -> Result<(), Fault> {
    if work.client().is_none() {
        return Ok(());
    }
    let Some(id) = work.conversation().and_then(|id| id.parse::<ConversationId>().ok()) else { return Ok(()) };
    let org = work.request.caller.org_id;
    let is_over = |row: &ConversationRow| row.conversation.state == ConversationState::Ended;
    if app.store().conversation(org, id).await?.as_ref().is_some_and(is_over) {
        if let Some(row) = app.store().ticket(org, ticket).await? {
            deserted(app, &row).await?;
        }
        return Ok(());
    }
    app.conversations().wake(id);
    Ok(())
}

/// The calls that the client of a conversation is to be offered, oldest first.
pub(crate) async fn open_calls(app: &App, org: OrgId, conversation: ConversationId) -> Result<Vec<TicketRow>, Fault> {
    Ok(app.store().client_calls(org, &conversation.to_string(), app.clock().now()).await?)
}

/// What a client is told of a call. None: the call cannot be made any more, and has been given up.
pub(crate) async fn call_of(app: &App, row: &TicketRow) -> Result<Option<ClientCall>, Fault> {
    let asked = kept::Kept::open(app, row).await?;
    let work = match resume::rebuild(app, &row.ticket, asked).await {
        Ok(work) => work,
        Err(Stop::Fault(fault)) => return Err(*fault),
        Err(Stop::Refused(error)) => {
            resume::end(app, row, TicketState::Void, State::Failed, *error).await?;
            return Ok(None);
        }
    };
    if kept::binding(&work)? != row.binding {
        resume::end(app, row, TicketState::Void, State::Failed, resume::changed_since()).await?;
        return Ok(None);
    }
    Ok(Some(ClientCall {
        ticket: row.ticket.id,
        execution: row.ticket.execution_id,
        tool: row.ticket.tool_name.clone(),
        expects_response: work.client().is_some_and(|client| client.expects_response),
        parameters: Value::Object(work.arguments),
    }))
}

/// A client was told of a call whose result nobody waits for.
pub(crate) async fn told(app: &App, id: TicketId) -> Result<(), Fault> {
    let now = app.clock().now();
    app.store().write((), move |(), tx| Box::pin(tx.end_ticket(id, TicketState::Used, now))).await?;
    Ok(())
}

/// No client has answered in time.
pub(crate) async fn unanswered(app: &App, row: &TicketRow) -> Result<(), Fault> {
    let message = "the client did not answer in time; it is not known whether it did anything";
    end(app, row, TicketState::Expired, ToolError::new(ErrorClass::TimeoutError, "client_timeout", message))
        .await
        .map(drop)
}

/// Nobody is there any more who could answer.
pub(crate) async fn deserted(app: &App, row: &TicketRow) -> Result<(), Fault> {
    let message = "the client has gone without an answer; it is not known whether it did anything";
    end(app, row, TicketState::Void, ToolError::new(ErrorClass::TimeoutError, "client_gone", message)).await.map(drop)
}

/// Somebody does not want the result any more. False: it has come already.
pub(crate) async fn cancel(app: &App, row: &TicketRow) -> Result<bool, Fault> {
    let message = "this was cancelled while the client was at it; it is not known whether it did anything";
    end(app, row, TicketState::Void, ToolError::new(ErrorClass::Cancelled, "cancelled", message)).await
}

async fn end(app: &App, row: &TicketRow, state: TicketState, error: ToolError) -> Result<bool, Fault> {
    resume::end(app, row, state, State::Failed, error).await
}

pub(super) fn too_late() -> Fault {
    Fault::new(FaultKind::Gone, "answer_expired", "this result came too late: nobody waits for it any more")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(result: Value, is_error: bool) -> Result<Content, ToolError> {
        content(serde_json::to_value(KeptResult { result, is_error, links: Vec::new() }).unwrap())
    }

    #[test]
    fn any_value_is_a_result() {
        for (given, data) in [
            (json!(3), Some(json!(3))),
            (json!({"k": [1]}), Some(json!({"k": [1]}))),
            (json!("{not json"), Some(json!("{not json"))),
            (json!("7"), Some(json!("7"))),
            (json!(false), Some(json!(false))),
            (json!(null), None),
        ] {
            assert_eq!(read(given, false).unwrap().data, data);
        }
    }

    #[test]
    fn a_failure_is_told_in_the_clients_words_and_no_longer_than_needed() {
        let told = |result| read(result, true).unwrap_err().message;
        assert_eq!(told(json!("'bad'")), "'bad'");
        assert_eq!(told(json!({"why": 1})), r#"{"why":1}"#);
        assert!(told(json!("")).contains("could not"));
        assert_eq!(told(json!("x".repeat(9_000))).len(), MOST_ERROR);
    }
}
