//! `/api/v1/conversations`: the log of conversations.

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use callwright_model::{
    Fault, Timestamp,
    account::Caller,
    conversation::{Conversation, ConversationState, TalkOutcome},
    id::ConversationId,
    page::{Page, PageRequest},
    run::ThreadMessage,
};
use callwright_runtime::{App, conversation};
use callwright_store::conversation::ConversationFilter;
use futures_util::{Stream, stream};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    live::filter::agent_id,
    page::PageQuery,
    state::ServerState,
};

/// The most messages that come with a conversation.
const SHOWN: u32 = 200;
/// Conversations of an export that are read at once.
const EXPORTED: u32 = 50;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(export))
        .routes(routes!(get, delete))
        .routes(routes!(messages))
}

/// Which conversations to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ConversationsQuery {
    /// With this agent: its name or id. By id also with one that is gone.
    agent: Option<String>,
    /// In this state.
    #[param(inline)]
    state: Option<ConversationState>,
    /// With this outcome.
    #[param(inline)]
    outcome: Option<TalkOutcome>,
    /// Begun at or after this time (RFC 3339).
    since: Option<Timestamp>,
    /// Begun before this time (RFC 3339).
    until: Option<Timestamp>,
    /// In which this was said, in any case. What is being said now can be searched once it is answered.
    search: Option<String>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The organization's conversations, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/conversations",
    operation_id = "list_conversations",
    tag = "conversations",
    params(ConversationsQuery),
    responses((status = 200, description = "A page of conversations", body = Page<Conversation>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ConversationsQuery>,
) -> Result<Json<Page<Conversation>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = ConversationFilter {
        agent_id: agent_id(&state.app, &caller, query.agent.as_deref()).await?,
        state: query.state,
        outcome: query.outcome,
        from: query.since,
        to: query.until,
        search: query.search.filter(|search| !search.is_empty()),
    };
    Ok(Json(conversation::list(&state.app, &caller, filter, page).await?))
}

/// Which conversations to export.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ExportQuery {
    /// With this agent: its name or id.
    agent: Option<String>,
    /// In this state.
    #[param(inline)]
    state: Option<ConversationState>,
    /// With this outcome.
    #[param(inline)]
    outcome: Option<TalkOutcome>,
    /// Begun at or after this time (RFC 3339).
    since: Option<Timestamp>,
    /// Begun before this time (RFC 3339).
    until: Option<Timestamp>,
    /// In which this was said, in any case.
    search: Option<String>,
}

/// Conversations with all that was said in them, one a line, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/export",
    operation_id = "export_conversations",
    tag = "conversations",
    params(ExportQuery),
    responses((
        status = 200,
        description = "One conversation a line, with its whole transcript",
        content((ConversationLine = "application/x-ndjson")),
    )),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn export(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ApiError> {
    let filter = ConversationFilter {
        agent_id: agent_id(&state.app, &caller, query.agent.as_deref()).await?,
        state: query.state,
        outcome: query.outcome,
        from: query.since,
        to: query.until,
        search: query.search.filter(|search| !search.is_empty()),
    };
    let first = conversation::list(&state.app, &caller, filter.clone(), PageRequest::first(EXPORTED)).await?;
    let export = Export { app: state.app, caller, filter, page: Some(first) };
    let kind = HeaderValue::from_static("application/x-ndjson");
    let name = HeaderValue::from_static("attachment; filename=\"conversations.ndjson\"");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(export.into_stream())).into_response())
}

/// A conversation with all that was said.
#[derive(Debug, Serialize, ToSchema)]
struct ConversationLine {
    #[serde(flatten)]
    conversation: Conversation,
    /// All that was said, in order.
    transcript: Vec<ThreadMessage>,
}

/// An export under way: it holds one conversation at a time, and reads the next when the client took this one.
struct Export {
    app: App,
    caller: Caller,
    filter: ConversationFilter,
    page: Option<Page<Conversation>>,
}

impl Export {
    fn into_stream(self) -> impl Stream<Item = Result<Bytes, Fault>> {
        stream::try_unfold(self, |mut export| async move {
            let Some(conversation) = export.next().await? else { return Ok(None) };
            let mut transcript = Vec::new();
            let mut page = PageRequest::first(SHOWN);
            loop {
                let more = conversation::messages(&export.app, &export.caller, conversation.id, page).await?;
                transcript.extend(more.items);
                let Some(cursor) = more.next_cursor else { break };
                page = PageRequest::parse(Some(SHOWN), Some(&cursor))?;
            }
            let mut line =
                serde_json::to_vec(&ConversationLine { conversation, transcript }).map_err(Fault::internal)?;
            line.push(b'\n');
            Ok(Some((Bytes::from(line), export)))
        })
    }

    async fn next(&mut self) -> Result<Option<Conversation>, Fault> {
        loop {
            let Some(page) = &mut self.page else { return Ok(None) };
            if !page.items.is_empty() {
                return Ok(Some(page.items.remove(0)));
            }
            self.page = match page.next_cursor.take() {
                None => None,
                Some(cursor) => {
                    let page = PageRequest::parse(Some(EXPORTED), Some(&cursor))?;
                    Some(conversation::list(&self.app, &self.caller, self.filter.clone(), page).await?)
                }
            };
        }
    }
}

/// A conversation with the beginning of what was said.
#[derive(Debug, Serialize, ToSchema)]
struct ConversationDetail {
    #[serde(flatten)]
    conversation: Conversation,
    /// The first 200 messages; `next_cursor` goes on at `/api/v1/conversations/{id}/messages`.
    transcript: Page<ThreadMessage>,
}

/// A conversation: what was said, what it used and what it cost.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}",
    operation_id = "get_conversation",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    responses((status = 200, description = "The conversation", body = ConversationDetail)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ConversationId>,
) -> Result<Json<ConversationDetail>, ApiError> {
    let conversation = conversation::get(&state.app, &caller, id).await?;
    let transcript = conversation::messages(&state.app, &caller, id, PageRequest::first(SHOWN)).await?;
    Ok(Json(ConversationDetail { conversation, transcript }))
}

/// What was said in a conversation, oldest first: what the model has seen of it, word for word.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}/messages",
    operation_id = "list_conversation_messages",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation"), PageQuery),
    responses((status = 200, description = "A page of messages", body = Page<ThreadMessage>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn messages(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ConversationId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ThreadMessage>>, ApiError> {
    Ok(Json(conversation::messages(&state.app, &caller, id, page.request()?).await?))
}

/// Deletes a conversation that has ended, with all that was said and kept in it. Its executions stay in the log.
#[utoipa::path(
    delete,
    path = "/api/v1/conversations/{id}",
    operation_id = "delete_conversation",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("decide")), ("x-scope" = json!("executions:decide"))),
)]
async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ConversationId>,
) -> Result<StatusCode, ApiError> {
    conversation::delete(&state.app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
