//! `GET /api/v1/tools/{name}/limits`

use axum::extract::State;
use callwright_runtime::limits::{self, LimitStatus};

use crate::{
    api::limits::Whose,
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

/// How a tool stands with its limits now, as the caller would meet them: calls left, places taken, breakers, cache.
/// Places and breakers are those of the server that answers.
#[utoipa::path(
    get,
    path = "/api/v1/tools/{name}/limits",
    operation_id = "get_tool_limits",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id"), Whose),
    responses((status = 200, description = "Every limit that applies, with what is left of it", body = LimitStatus)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn limits(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Query(whose): Query<Whose>,
) -> Result<Json<LimitStatus>, ApiError> {
    Ok(Json(limits::status(&state.app, &caller, &name, whose.agent.as_deref()).await?))
}
