//! `/api/v1/suggestions`: what could be better about tools, and parameters guessed from a sample.

use axum::extract::State;
use callwright_model::page::Page;
use callwright_runtime::suggest::{
    self, ToolSuggestions, UnmatchedCall,
    sample::{Guess, Sample},
};
use serde::Deserialize;
use utoipa::ToSchema;
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
        .routes(routes!(list))
        .routes(routes!(of_tool))
        .routes(routes!(unmatched))
        .routes(routes!(parameters))
}

/// A sample request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SampleBody {
    /// The request.
    sample: Sample,
}

/// What could be better about the organization's tools, by name. Tools about which there is nothing to say are left
/// out, so a page may have fewer items than asked for.
#[utoipa::path(
    get,
    path = "/api/v1/suggestions",
    operation_id = "list_suggestions",
    tag = "suggestions",
    params(PageQuery),
    responses((status = 200, description = "A page of tools with suggestions", body = Page<ToolSuggestions>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ToolSuggestions>>, ApiError> {
    Ok(Json(suggest::of_all(&state.app, &caller, page.request()?).await?))
}

/// What could be better about one tool, what its log says included.
#[utoipa::path(
    get,
    path = "/api/v1/tools/{name}/suggestions",
    operation_id = "tool_suggestions",
    tag = "suggestions",
    params(("name" = String, Path, description = "The tool's name or id")),
    responses((status = 200, description = "The suggestions, the weightiest first", body = ToolSuggestions)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn of_tool(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(tool): Path<String>,
) -> Result<Json<ToolSuggestions>, ApiError> {
    Ok(Json(suggest::of_tool(&state.app, &caller, &tool).await?))
}

/// Tools that were called and do not exist, by name, each with the tools that may have been meant.
#[utoipa::path(
    get,
    path = "/api/v1/suggestions/unmatched",
    operation_id = "list_unmatched_calls",
    tag = "suggestions",
    params(PageQuery),
    responses((status = 200, description = "A page of names", body = Page<UnmatchedCall>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn unmatched(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<UnmatchedCall>>, ApiError> {
    Ok(Json(suggest::unmatched_calls(&state.app, &caller, &page.request()?).await?))
}

/// Guesses the parameters and the configuration of a tool from one request. Nothing is sent and nothing is kept.
#[utoipa::path(
    post,
    path = "/api/v1/suggestions/parameters",
    operation_id = "guess_parameters",
    tag = "suggestions",
    request_body = SampleBody,
    responses((status = 200, description = "The guess", body = Guess)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn parameters(Authed(caller): Authed, Json(body): Json<SampleBody>) -> Result<Json<Guess>, ApiError> {
    Ok(Json(suggest::parameters(&caller, &body.sample)?))
}
