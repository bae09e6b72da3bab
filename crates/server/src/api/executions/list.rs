//! `GET /api/v1/executions`

use axum::extract::State;
use callwright_model::{
    ErrorClass, Timestamp,
    execution::{Execution, ExecutionFilter, State as Stands},
    id::UserId,
    page::{Page, PageRequest},
};
use callwright_runtime::executions;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    live::filter::{agent_id, tool_id},
    state::ServerState,
};

/// Which executions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExecutionsQuery {
    /// Of this tool: its name or id. By id also of one that is gone.
    tool: Option<String>,
    /// Asked for by this agent: its name or id. By id also by one that is gone.
    agent: Option<String>,
    /// Of this phone call.
    call_id: Option<String>,
    /// Of this conversation.
    conversation_id: Option<String>,
    /// Asked for by this user.
    user: Option<UserId>,
    /// In this state.
    #[param(inline)]
    state: Option<Stands>,
    /// Failed with this class of error.
    #[param(inline)]
    error_class: Option<ErrorClass>,
    /// Asked for at or after this time (RFC 3339).
    since: Option<Timestamp>,
    /// Asked for before this time (RFC 3339).
    until: Option<Timestamp>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The organization's executions, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/executions",
    operation_id = "list_executions",
    tag = "executions",
    params(ExecutionsQuery),
    responses((status = 200, description = "A page of executions", body = Page<Execution>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ExecutionsQuery>,
) -> Result<Json<Page<Execution>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = ExecutionFilter {
        tool_id: tool_id(&state.app, &caller, query.tool.as_deref()).await?,
        agent_id: agent_id(&state.app, &caller, query.agent.as_deref()).await?,
        call_id: query.call_id,
        conversation_id: query.conversation_id,
        user_id: query.user,
        state: query.state,
        error_class: query.error_class,
        since: query.since,
        until: query.until,
    };
    Ok(Json(executions::list(&state.app, &caller, filter, page).await?))
}
