//! The execution log by tool, by assistant and by call, and live.

use axum::{extract::State, response::Response};
use callwright_model::{
    account::Caller,
    execution::{Event, ExecutionFilter},
};
use callwright_runtime::{agents, executions, live::LiveEvent, registry};
use http::{HeaderMap, Uri};

use super::log::LogRow;
use crate::{
    auth::Authed,
    body::{Path, Query},
    error::{ApiError, ErrorBody},
    live::{Upgrade, watch},
    page::{PageQuery, bare_list},
    state::ServerState,
};

/// The executions of a tool, newest first.
#[utoipa::path(
    get,
    path = "/api/organization/tools/{id}/logs",
    operation_id = "plan_list_tool_logs",
    tag = "plan",
    params(("id" = String, Path, description = "The tool's id or name"), PageQuery),
    responses((
        status = 200,
        description = "The log",
        body = Vec<LogRow>,
        headers(("Link" = Option<String>, description = "The next page, `rel=\"next\"`; absent on the last")),
    )),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn of_tool(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let tool = registry::get(&state.app, &caller, &id).await?;
    let filter = ExecutionFilter { tool_id: Some(tool.id), ..ExecutionFilter::default() };
    list(&state, &caller, filter, &page, &uri).await
}

/// The executions that an assistant asked for, newest first.
#[utoipa::path(
    get,
    path = "/api/assistants/{id}/tool-executions",
    operation_id = "plan_list_assistant_executions",
    tag = "plan",
    params(("id" = String, Path, description = "The assistant's id or name"), PageQuery),
    responses((
        status = 200,
        description = "The log",
        body = Vec<LogRow>,
        headers(("Link" = Option<String>, description = "The next page, `rel=\"next\"`; absent on the last")),
    )),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn of_assistant(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let agent = agents::get(&state.app, &caller, &id).await?;
    let filter = ExecutionFilter { agent_id: Some(agent.id), ..ExecutionFilter::default() };
    list(&state, &caller, filter, &page, &uri).await
}

/// The executions of a phone call, newest first. A call that nobody has heard of has none.
#[utoipa::path(
    get,
    path = "/api/calls/{call_id}/tool-executions",
    operation_id = "plan_list_call_executions",
    tag = "plan",
    params(("call_id" = String, Path, description = "The call: `call_sid` or `call_id` of the context"), PageQuery),
    responses((
        status = 200,
        description = "The log",
        body = Vec<LogRow>,
        headers(("Link" = Option<String>, description = "The next page, `rel=\"next\"`; absent on the last")),
    )),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn of_call(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(call_id): Path<String>,
    Query(page): Query<PageQuery>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let filter = ExecutionFilter { call_id: Some(call_id), ..ExecutionFilter::default() };
    list(&state, &caller, filter, &page, &uri).await
}

/// Watches the organization's executions over a WebSocket: one log row a frame, each time an execution begins, changes
/// or ends. A browser is known by its session cookie, which counts only with the server's own `Origin`; others send
/// `X-Token` or `Authorization: Bearer`.
#[utoipa::path(
    get,
    path = "/ws/tool-executions",
    operation_id = "plan_watch_executions",
    tag = "plan",
    responses(
        (status = 101, description = "The WebSocket is open; its frames are of this form", body = LogRow),
        (status = 400, description = "This needs a WebSocket handshake", body = ErrorBody),
    ),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read")), ("x-websocket" = json!(true))),
)]
pub(crate) async fn live(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, ApiError> {
    watch(state, caller, &headers, upgrade, |event| match event {
        LiveEvent::Event(event) => match &*event {
            Event::Execution { execution } => serde_json::to_string(&LogRow::from((**execution).clone())).ok(),
            // The plan's pages know rows and nothing else.
            Event::Progress { .. } | Event::ToolChanged { .. } => None,
        },
        LiveEvent::Missed(_) => None,
    })
}

async fn list(
    state: &ServerState,
    caller: &Caller,
    filter: ExecutionFilter,
    page: &PageQuery,
    uri: &Uri,
) -> Result<Response, ApiError> {
    let executions = executions::list(&state.app, caller, filter, page.request()?).await?;
    Ok(bare_list(executions.map(LogRow::from), uri))
}
