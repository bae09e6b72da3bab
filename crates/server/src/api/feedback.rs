//! Feedback: on runs, summed up for an agent, and what its model proposes from it.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::{
    feedback::{AgentDraft, Feedback},
    id::{AgentDraftId, RunId},
    page::Page,
};
use callwright_runtime::feedback::{
    self, FeedbackReport, FeedbackSpec,
    improve::{self, AgentDraftView},
};
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(give, take_back))
        .routes(routes!(report))
        .routes(routes!(propose))
        .routes(routes!(drafts))
        .routes(routes!(draft))
        .routes(routes!(accept))
        .routes(routes!(reject))
}

/// Says what you think of a run. Said again, it takes the place of what you said before. An agent with
/// `learning_enabled` is told your comments and corrections in your own later runs.
#[utoipa::path(
    post,
    path = "/api/v1/runs/{run}/feedback",
    operation_id = "give_feedback",
    tag = "feedback",
    params(("run" = RunId, Path, description = "The run's id")),
    request_body(content = FeedbackSpec, example = json!({"rating": -1, "correction": "In euros, please"})),
    responses((status = 200, description = "What is kept", body = Feedback)),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run"))),
)]
pub(crate) async fn give(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(run): Path<RunId>,
    Json(body): Json<FeedbackSpec>,
) -> Result<Json<Feedback>, ApiError> {
    Ok(Json(feedback::give(&state.app, &caller, run, body).await?))
}

/// Forgets what you said of a run. Later runs learn nothing from it any more.
#[utoipa::path(
    delete,
    path = "/api/v1/runs/{run}/feedback",
    operation_id = "delete_feedback",
    tag = "feedback",
    params(("run" = RunId, Path, description = "The run's id")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run"))),
)]
pub(crate) async fn take_back(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(run): Path<RunId>,
) -> Result<StatusCode, ApiError> {
    feedback::take_back(&state.app, &caller, run).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What people think of an agent's runs: all of it in figures and by weeks, and one by one, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/agents/{agent}/feedback",
    operation_id = "agent_feedback",
    tag = "feedback",
    params(("agent" = String, Path, description = "The agent's name or id"), PageQuery),
    responses((status = 200, description = "The report, with a page of feedback", body = FeedbackReport)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn report(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<FeedbackReport>, ApiError> {
    Ok(Json(feedback::report(&state.app, &caller, &agent, page.request()?).await?))
}

/// Has the agent's own model propose changed instructions from the feedback. They are kept as a draft and change nothing
/// until a person accepts it.
#[utoipa::path(
    post,
    path = "/api/v1/agents/{agent}/improve",
    operation_id = "improve_agent",
    tag = "feedback",
    params(("agent" = String, Path, description = "The agent's name or id")),
    responses((status = 201, description = "The draft, with what it would change", body = AgentDraftView)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn propose(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
) -> Result<Response, ApiError> {
    let draft = improve::improve(&state.app, &caller, &agent).await?;
    Ok((StatusCode::CREATED, Json(draft)).into_response())
}

/// Proposed instructions of an agent, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/agents/{agent}/drafts",
    operation_id = "list_agent_drafts",
    tag = "feedback",
    params(("agent" = String, Path, description = "The agent's name or id"), PageQuery),
    responses((status = 200, description = "A page of drafts", body = Page<AgentDraft>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn drafts(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<AgentDraft>>, ApiError> {
    Ok(Json(improve::list(&state.app, &caller, &agent, page.request()?).await?))
}

/// One draft, with what it would change.
#[utoipa::path(
    get,
    path = "/api/v1/agents/{agent}/drafts/{draft}",
    operation_id = "get_agent_draft",
    tag = "feedback",
    params(
        ("agent" = String, Path, description = "The agent's name or id"),
        ("draft" = AgentDraftId, Path, description = "The draft's id"),
    ),
    responses((status = 200, description = "The draft", body = AgentDraftView)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn draft(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((agent, draft)): Path<(String, AgentDraftId)>,
) -> Result<Json<AgentDraftView>, ApiError> {
    Ok(Json(improve::get(&state.app, &caller, &agent, draft).await?))
}

/// Makes the proposed instructions those of the agent. A draft whose base was changed meanwhile is a conflict.
#[utoipa::path(
    post,
    path = "/api/v1/agents/{agent}/drafts/{draft}/accept",
    operation_id = "accept_agent_draft",
    tag = "feedback",
    params(
        ("agent" = String, Path, description = "The agent's name or id"),
        ("draft" = AgentDraftId, Path, description = "The draft's id"),
    ),
    responses((status = 200, description = "The draft", body = AgentDraftView)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn accept(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((agent, draft)): Path<(String, AgentDraftId)>,
) -> Result<Json<AgentDraftView>, ApiError> {
    Ok(Json(improve::accept(&state.app, &caller, &agent, draft).await?))
}

/// Puts a draft aside.
#[utoipa::path(
    post,
    path = "/api/v1/agents/{agent}/drafts/{draft}/reject",
    operation_id = "reject_agent_draft",
    tag = "feedback",
    params(
        ("agent" = String, Path, description = "The agent's name or id"),
        ("draft" = AgentDraftId, Path, description = "The draft's id"),
    ),
    responses((status = 200, description = "The draft", body = AgentDraftView)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn reject(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((agent, draft)): Path<(String, AgentDraftId)>,
) -> Result<Json<AgentDraftView>, ApiError> {
    Ok(Json(improve::reject(&state.app, &caller, &agent, draft).await?))
}
