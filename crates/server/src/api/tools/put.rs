//! `PUT /api/v1/tools/{name}`

use axum::{extract::State, response::Response};
use callwright_model::tool::ToolSpec;
use callwright_runtime::registry::{self, Saving, Upserted};
use serde::Deserialize;
use utoipa::IntoParams;

use super::saved;
use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

/// How to save a tool.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutQuery {
    /// Only say what would change.
    #[serde(default)]
    #[param(required = false)]
    dry_run: bool,
    /// Refuse a major change that agents would have at once, instead of warning of it.
    #[serde(default)]
    #[param(required = false)]
    refuse_breaking: bool,
    /// Why, for the history.
    note: Option<String>,
}

/// Makes the tool, or brings it to this state. Saying the same again changes nothing and makes no revision.
#[utoipa::path(
    put,
    path = "/api/v1/tools/{name}",
    operation_id = "put_tool",
    tag = "tools",
    params(
        ("name" = String, Path, description = "The tool's name or id; a new tool's `name` must be the same"),
        PutQuery,
    ),
    request_body = ToolSpec,
    responses(
        (status = 200, description = "What was done, or with `dry_run` would be", body = Upserted),
        (status = 202, description = "Somebody else has to agree first; nothing changed", body = Upserted),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Query(query): Query<PutQuery>,
    Json(spec): Json<ToolSpec>,
) -> Result<Response, ApiError> {
    let saving = Saving { dry_run: query.dry_run, note: query.note, refuse_breaking: query.refuse_breaking };
    Ok(saved(registry::save(&state.app, &caller, &name, spec, saving).await?))
}
