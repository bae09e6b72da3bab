//! `/api/v1/approvals`: what executions wait for, and deciding it.

use axum::extract::State;
use callwright_model::{
    Object,
    id::{ExecutionId, TicketId},
    page::{Page, PageRequest},
    ticket::{Ticket, TicketKind, TicketState},
};
use callwright_runtime::approvals::{self, Verdict};
use callwright_store::ticket::TicketFilter;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(approve)).routes(routes!(deny))
}

/// Which tickets to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ApprovalsQuery {
    /// In this state; `open` is what waits for somebody.
    #[param(inline)]
    state: Option<TicketState>,
    /// Of this kind; `approval` is what an operator can decide.
    #[param(inline)]
    kind: Option<TicketKind>,
    /// Of the tool with this name.
    tool: Option<String>,
    /// Of this execution.
    execution: Option<ExecutionId>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Agreement, or agreement to something else.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct Approve {
    /// Why, for the audit log and the model.
    note: Option<String>,
    /// Other arguments than those that were asked for (without bound ones). What others agreed to before is then void.
    #[schema(value_type = Option<Object>)]
    arguments: Option<Object>,
}

/// A refusal.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct Deny {
    /// Why, for the audit log and the model.
    note: Option<String>,
}

/// What executions wait for, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/approvals",
    operation_id = "list_approvals",
    tag = "approvals",
    params(ApprovalsQuery),
    responses((status = 200, description = "A page of tickets", body = Page<Ticket>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ApprovalsQuery>,
) -> Result<Json<Page<Ticket>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = TicketFilter { state: query.state, kind: query.kind, tool: query.tool, execution_id: query.execution };
    Ok(Json(approvals::list(&state.app, &caller, filter, page).await?))
}

/// One ticket.
#[utoipa::path(
    get,
    path = "/api/v1/approvals/{id}",
    operation_id = "get_approval",
    tag = "approvals",
    params(("id" = TicketId, Path, description = "The ticket")),
    responses((status = 200, description = "The ticket", body = Ticket)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<TicketId>,
) -> Result<Json<Ticket>, ApiError> {
    Ok(Json(approvals::get(&state.app, &caller, id).await?))
}

/// Agrees. Once enough people have, the execution goes on by itself, once. The token that asked may not agree.
#[utoipa::path(
    post,
    path = "/api/v1/approvals/{id}/approve",
    operation_id = "approve",
    tag = "approvals",
    params(("id" = TicketId, Path, description = "The ticket")),
    request_body = Approve,
    responses((status = 200, description = "The ticket as it is now", body = Ticket)),
    extensions(("x-right" = json!("decide")), ("x-scope" = json!("executions:decide"))),
)]
async fn approve(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<TicketId>,
    Json(body): Json<Approve>,
) -> Result<Json<Ticket>, ApiError> {
    let verdict = Verdict { approve: true, note: body.note, arguments: body.arguments };
    Ok(Json(approvals::decide(&state.app, &caller, id, verdict).await?))
}

/// Refuses. Nothing is done, and the model is told.
#[utoipa::path(
    post,
    path = "/api/v1/approvals/{id}/deny",
    operation_id = "deny",
    tag = "approvals",
    params(("id" = TicketId, Path, description = "The ticket")),
    request_body = Deny,
    responses((status = 200, description = "The ticket as it is now", body = Ticket)),
    extensions(("x-right" = json!("decide")), ("x-scope" = json!("executions:decide"))),
)]
async fn deny(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<TicketId>,
    Json(body): Json<Deny>,
) -> Result<Json<Ticket>, ApiError> {
    let verdict = Verdict { approve: false, note: body.note, arguments: None };
    Ok(Json(approvals::decide(&state.app, &caller, id, verdict).await?))
}
