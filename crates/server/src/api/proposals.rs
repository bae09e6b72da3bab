//! `/api/v1/proposals`: changes that wait for the agreement of another person; and `/api/v1/organization/publishing`,
//! which says when they are needed.

use axum::extract::State;
use callwright_model::{
    id::{ProposalId, UserId},
    page::{Page, PageRequest},
    proposal::{Proposal, ProposalState, Publishing},
};
use callwright_runtime::{
    proposals::{self, ProposalFilter, ProposalView},
    registry::Upserted,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    live::filter::tool_id,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(approve))
        .routes(routes!(reject))
        .routes(routes!(withdraw))
        .routes(routes!(show_publishing, set_publishing))
}

/// Which proposals to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ProposalsQuery {
    /// In this state.
    #[param(inline)]
    state: Option<ProposalState>,
    /// About this tool: its name or id.
    tool: Option<String>,
    /// Made by this user.
    user_id: Option<UserId>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What to say about a decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecisionBody {
    /// Why.
    note: Option<String>,
}

/// Changes that wait for somebody, or waited, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/proposals",
    operation_id = "list_proposals",
    tag = "proposals",
    params(ProposalsQuery),
    responses((status = 200, description = "A page of proposals", body = Page<Proposal>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ProposalsQuery>,
) -> Result<Json<Page<Proposal>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = ProposalFilter {
        state: query.state,
        tool_id: tool_id(&state.app, &caller, query.tool.as_deref()).await?,
        user_id: query.user_id,
    };
    Ok(Json(proposals::list(&state.app, &caller, &filter, &page).await?))
}

/// One proposal, with what it would change.
#[utoipa::path(
    get,
    path = "/api/v1/proposals/{id}",
    operation_id = "get_proposal",
    tag = "proposals",
    params(("id" = ProposalId, Path, description = "The proposal's id")),
    responses((status = 200, description = "The proposal and its diff", body = ProposalView)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ProposalId>,
) -> Result<Json<ProposalView>, ApiError> {
    Ok(Json(proposals::get(&state.app, &caller, id).await?))
}

/// Agrees to a proposal and carries it out; not for who made it. When the tool was changed meanwhile it is a conflict,
/// and the proposal is `stale`.
#[utoipa::path(
    post,
    path = "/api/v1/proposals/{id}/approve",
    operation_id = "approve_proposal",
    tag = "proposals",
    params(("id" = ProposalId, Path, description = "The proposal's id")),
    request_body = DecisionBody,
    responses((status = 200, description = "What was done", body = Upserted)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn approve(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ProposalId>,
    Json(body): Json<DecisionBody>,
) -> Result<Json<Upserted>, ApiError> {
    Ok(Json(proposals::approve(&state.app, &caller, id, body.note).await?))
}

/// Refuses a proposal; not for who made it, who can withdraw it.
#[utoipa::path(
    post,
    path = "/api/v1/proposals/{id}/reject",
    operation_id = "reject_proposal",
    tag = "proposals",
    params(("id" = ProposalId, Path, description = "The proposal's id")),
    request_body = DecisionBody,
    responses((status = 200, description = "The proposal as it is now", body = Proposal)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn reject(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ProposalId>,
    Json(body): Json<DecisionBody>,
) -> Result<Json<Proposal>, ApiError> {
    Ok(Json(proposals::reject(&state.app, &caller, id, body.note).await?))
}

/// Takes one's own proposal back.
#[utoipa::path(
    post,
    path = "/api/v1/proposals/{id}/withdraw",
    operation_id = "withdraw_proposal",
    tag = "proposals",
    params(("id" = ProposalId, Path, description = "The proposal's id")),
    responses((status = 200, description = "The proposal as it is now", body = Proposal)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
async fn withdraw(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ProposalId>,
) -> Result<Json<Proposal>, ApiError> {
    Ok(Json(proposals::withdraw(&state.app, &caller, id).await?))
}

/// What the organization demands before a tool is made public or destructive.
#[utoipa::path(
    get,
    path = "/api/v1/organization/publishing",
    operation_id = "get_publishing",
    tag = "organization",
    responses((status = 200, description = "The setting", body = Publishing)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn show_publishing(
    State(state): State<ServerState>,
    Authed(caller): Authed,
) -> Result<Json<Publishing>, ApiError> {
    Ok(Json(proposals::publishing(&state.app, &caller).await?))
}

/// Sets it. `four_eyes: false` after `true` takes an owner.
#[utoipa::path(
    put,
    path = "/api/v1/organization/publishing",
    operation_id = "set_publishing",
    tag = "organization",
    request_body = Publishing,
    responses((status = 200, description = "The setting as it is now", body = Publishing)),
    extensions(("x-right" = json!("govern")), ("x-scope" = json!("admin"))),
)]
async fn set_publishing(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(publishing): Json<Publishing>,
) -> Result<Json<Publishing>, ApiError> {
    Ok(Json(proposals::set_publishing(&state.app, &caller, publishing).await?))
}
