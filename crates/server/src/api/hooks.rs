//! `/api/v1/hooks`: addresses at which others start something here.

use axum::extract::State;
use callwright_model::{
    hook::{Hook, HookDelivery},
    page::Page,
    secret::SecretString,
};
use callwright_runtime::hooks::{self, HookMade, HookSpec};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Created, Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, put, delete))
        .routes(routes!(rotate))
        .routes(routes!(deliveries))
}

/// The secret that a hook is to have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RotateHook {
    /// The new secret, where the platform has one already; a fresh one when absent.
    #[schema(format = Password, min_length = 16, max_length = 512)]
    secret: Option<String>,
}

/// The organization's hooks, newest first, without their secrets.
#[utoipa::path(
    get,
    path = "/api/v1/hooks",
    operation_id = "list_hooks",
    tag = "hooks",
    params(PageQuery),
    responses((status = 200, description = "A page of hooks", body = Page<Hook>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Hook>>, ApiError> {
    Ok(Json(hooks::list(&state.app, &caller, page.request()?).await?))
}

/// Makes a hook. Its secret is in the answer and nowhere else. What it starts is done with your rights, as they are then;
/// of a token with scopes it has `tools:call` and `agents:run`, as far as the token has them.
#[utoipa::path(
    post,
    path = "/api/v1/hooks",
    operation_id = "create_hook",
    tag = "hooks",
    request_body(content = HookSpec, example = json!({"slug": "crm-updates", "target": {"tools": ["create_lead"]}})),
    responses((
        status = 201,
        description = "The hook and its secret",
        body = HookMade,
        headers(("Location" = String, description = "The hook's path")),
    )),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(spec): Json<HookSpec>,
) -> Result<Created<HookMade>, ApiError> {
    let made = hooks::create(&state.app, &caller, spec).await?;
    Ok(Created { at: format!("/api/v1/hooks/{}", made.hook.id), made })
}

/// One hook.
#[utoipa::path(
    get,
    path = "/api/v1/hooks/{hook}",
    operation_id = "get_hook",
    tag = "hooks",
    params(("hook" = String, Path, description = "The hook's slug or id")),
    responses((status = 200, description = "The hook", body = Hook)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(hook): Path<String>,
) -> Result<Json<Hook>, ApiError> {
    Ok(Json(hooks::get(&state.app, &caller, &hook).await?))
}

/// Brings a hook to this state; from then on it acts with your rights. Its platform and its secret stay.
#[utoipa::path(
    put,
    path = "/api/v1/hooks/{hook}",
    operation_id = "put_hook",
    tag = "hooks",
    params(("hook" = String, Path, description = "The hook's slug or id")),
    request_body = HookSpec,
    responses((status = 200, description = "The hook as it is now", body = Hook)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(hook): Path<String>,
    Json(spec): Json<HookSpec>,
) -> Result<Json<Hook>, ApiError> {
    Ok(Json(hooks::put(&state.app, &caller, &hook, spec).await?))
}

/// Removes a hook. What it started goes on.
#[utoipa::path(
    delete,
    path = "/api/v1/hooks/{hook}",
    operation_id = "delete_hook",
    tag = "hooks",
    params(("hook" = String, Path, description = "The hook's slug or id")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(hook): Path<String>,
) -> Result<StatusCode, ApiError> {
    hooks::delete(&state.app, &caller, &hook).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a hook another secret. The one before is good for nothing from then on.
#[utoipa::path(
    post,
    path = "/api/v1/hooks/{hook}/rotate",
    operation_id = "rotate_hook",
    tag = "hooks",
    params(("hook" = String, Path, description = "The hook's slug or id")),
    request_body = RotateHook,
    responses((status = 200, description = "The hook and its new secret", body = HookMade)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
async fn rotate(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(hook): Path<String>,
    Json(body): Json<RotateHook>,
) -> Result<Json<HookMade>, ApiError> {
    let chosen = body.secret.map(SecretString::new);
    Ok(Json(hooks::rotate(&state.app, &caller, &hook, chosen).await?))
}

/// What came to a hook lately, newest first: at most the last 500 requests, for a week.
#[utoipa::path(
    get,
    path = "/api/v1/hooks/{hook}/deliveries",
    operation_id = "list_hook_deliveries",
    tag = "hooks",
    params(("hook" = String, Path, description = "The hook's slug or id"), PageQuery),
    responses((status = 200, description = "A page of requests", body = Page<HookDelivery>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn deliveries(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(hook): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<HookDelivery>>, ApiError> {
    Ok(Json(hooks::deliveries(&state.app, &caller, &hook, page.request()?).await?))
}
