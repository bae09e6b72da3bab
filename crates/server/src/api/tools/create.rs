//! `POST /api/v1/tools`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::tool::ToolSpec;
use callwright_runtime::registry::{self, Action, Upserted};
use serde::Deserialize;
use utoipa::IntoParams;

use super::saved;
use crate::{
    auth::Authed,
    body::{Created, Json, Query},
    error::ApiError,
    state::ServerState,
};

/// How to make a tool.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateQuery {
    /// Why, for the history.
    note: Option<String>,
}

/// Makes a tool. A name that is taken is a conflict; to make or change, use PUT.
#[utoipa::path(
    post,
    path = "/api/v1/tools",
    operation_id = "create_tool",
    tag = "tools",
    params(CreateQuery),
    request_body = ToolSpec,
    responses(
        (
            status = 201,
            description = "The tool, and what may surprise about it",
            body = Upserted,
            headers(("Location" = String, description = "The tool's path")),
        ),
        (status = 202, description = "Somebody else has to agree first; there is no tool yet", body = Upserted),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<CreateQuery>,
    Json(spec): Json<ToolSpec>,
) -> Result<Response, ApiError> {
    let created = registry::create(&state.app, &caller, spec, query.note).await?;
    if created.action == Action::Proposed {
        return Ok(saved(created));
    }
    let at = format!("/api/v1/tools/{}", created.tool.id);
    Ok(Created { at, made: created }.into_response())
}
