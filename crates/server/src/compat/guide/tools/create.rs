//! `POST /agents/tools/create`

use axum::{extract::State, response::Response};
use callwright_model::Object;
use callwright_runtime::registry;

use super::{Saved, saved};
use crate::{
    auth::Authed,
    body::Json,
    compat::guide::input::{self, ToolInput},
    error::ApiError,
    state::ServerState,
};

/// Makes a tool. A name that is taken is a conflict. A credential that is written out goes into the vault, which only
/// administrators may do; a secret that is named may be set later.
#[utoipa::path(
    post,
    path = "/agents/tools/create",
    operation_id = "guide_create_tool",
    tag = "guide",
    request_body = ToolInput,
    responses(
        (status = 200, description = "It was made", body = Saved),
        (status = 202, description = "Somebody else has to agree first; there is no tool yet", body = Saved),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(body): Json<Object>,
) -> Result<Response, ApiError> {
    let app = &state.app;
    let taken = app.vault().secret_names(caller.org_id).await?;
    let (spec, own) = input::create(body, &taken)?;
    let told = input::told(&spec);
    Ok(saved(registry::create_with(app, &caller, spec, own).await.map_err(told)?))
}
