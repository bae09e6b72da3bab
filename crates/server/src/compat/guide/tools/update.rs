//! `PUT /agents/tools/{name}`

use axum::{extract::State, response::Response};
use callwright_model::Object;
use callwright_runtime::registry;

use super::{Saved, saved};
use crate::{
    auth::Authed,
    body::{Json, Path},
    compat::guide::input::{self, ToolInput},
    error::ApiError,
    state::ServerState,
};

/// Changes a tool: the fields that are given, also inside `implementation`. It counts at once.
#[utoipa::path(
    put,
    path = "/agents/tools/{name}",
    operation_id = "guide_update_tool",
    tag = "guide",
    params(("name" = String, Path, description = "The tool's name or id")),
    request_body = ToolInput,
    responses(
        (status = 200, description = "It was changed, or was like that already", body = Saved),
        (status = 202, description = "Somebody else has to agree first; the tool is as it was", body = Saved),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn update(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Json(body): Json<Object>,
) -> Result<Response, ApiError> {
    let app = &state.app;
    let current = registry::get_to_change(app, &caller, &name).await?;
    let taken = app.vault().secret_names(caller.org_id).await?;
    let own = registry::own_secrets(app, &caller, current.id).await?;
    let (spec, new) = input::update(body, &current, &taken, &own)?;
    let told = input::told(&spec);
    Ok(saved(registry::update_with(app, &caller, current.id, spec, new).await.map_err(told)?))
}
