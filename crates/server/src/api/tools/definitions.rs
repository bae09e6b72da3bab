//! `GET /api/v1/tools/definitions`

use axum::extract::State;
use callwright_model::definition::{Definitions, Format};
use callwright_runtime::registry;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    state::ServerState,
};

/// Whose tools, and in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DefinitionsQuery {
    /// The agent, by name or id. Without it: all tools that you may call.
    agent: Option<String>,
    /// The model provider's form.
    #[serde(default)]
    #[param(inline, required = false)]
    format: Format,
}

/// The tools in the form that a model wants. What a provider cannot express is left out and named in a warning.
#[utoipa::path(
    get,
    path = "/api/v1/tools/definitions",
    operation_id = "define_tools",
    tag = "tools",
    params(DefinitionsQuery),
    responses((status = 200, description = "The definitions, and what was lost on the way", body = Definitions)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn definitions(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<DefinitionsQuery>,
) -> Result<Json<Definitions>, ApiError> {
    Ok(Json(registry::definitions(&state.app, &caller, query.agent.as_deref(), query.format).await?))
}
