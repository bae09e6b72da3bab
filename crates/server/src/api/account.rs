//! `/api/v1/password`: one's own.

use axum::extract::State;
use callwright_model::secret::SecretString;
use callwright_runtime::account::password;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{Authed, ClientAddr},
    body::Json,
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(change))
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangePassword {
    /// The password until now; not needed by who has none.
    #[schema(format = Password)]
    current_password: Option<String>,
    /// The password from now on.
    #[schema(format = Password, min_length = 10, max_length = 256)]
    new_password: String,
}

/// Set one's own password. All other sessions and short-lived tokens of one's own end.
#[utoipa::path(
    put,
    path = "/api/v1/password",
    operation_id = "change_password",
    tag = "session",
    request_body = ChangePassword,
    responses((status = 204, description = "Changed")),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("admin"))),
)]
async fn change(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    ClientAddr(client): ClientAddr,
    Json(request): Json<ChangePassword>,
) -> Result<StatusCode, ApiError> {
    let current = request.current_password.map(SecretString::new);
    let new = SecretString::new(request.new_password);
    password::change(&state.app, &caller, current.as_ref(), &new, client).await?;
    Ok(StatusCode::NO_CONTENT)
}
