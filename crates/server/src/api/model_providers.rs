//! `/api/v1/model-providers`: whoever serves models to the organization.

use axum::extract::State;
use callwright_model::{
    model_provider::{ModelProvider, ModelProviderSpec},
    page::Page,
};
use callwright_runtime::models::{self, Test};
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
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, put, delete)).routes(routes!(test))
}

/// Which model to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TestModel {
    /// The model's name; the first whole name that the provider lists when absent.
    #[serde(default)]
    model: Option<String>,
}

/// The model providers that the organization can use, by name: its own, and those of the server's environment. Names of
/// secrets and options are shown to those who may set them.
#[utoipa::path(
    get,
    path = "/api/v1/model-providers",
    operation_id = "list_model_providers",
    tag = "model-providers",
    params(PageQuery),
    responses((status = 200, description = "A page of providers", body = Page<ModelProvider>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ModelProvider>>, ApiError> {
    Ok(Json(models::list(&state.app, &caller, &page.request()?).await?))
}

/// Makes a model provider. A name that is taken is a conflict.
#[utoipa::path(
    post,
    path = "/api/v1/model-providers",
    operation_id = "create_model_provider",
    tag = "model-providers",
    request_body = ModelProviderSpec,
    responses((
        status = 201,
        description = "The provider",
        body = ModelProvider,
        headers(("Location" = String, description = "The provider's path")),
    )),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(spec): Json<ModelProviderSpec>,
) -> Result<Created<ModelProvider>, ApiError> {
    let provider = models::create(&state.app, &caller, spec).await?;
    Ok(Created { at: format!("/api/v1/model-providers/{}", provider.spec.name), made: provider })
}

/// One model provider.
#[utoipa::path(
    get,
    path = "/api/v1/model-providers/{name}",
    operation_id = "get_model_provider",
    tag = "model-providers",
    params(("name" = String, Path, description = "The provider's name")),
    responses((status = 200, description = "The provider", body = ModelProvider)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Json<ModelProvider>, ApiError> {
    Ok(Json(models::get(&state.app, &caller, &name).await?))
}

/// Brings a model provider to this state. One of the environment can only be read: that is a conflict.
#[utoipa::path(
    put,
    path = "/api/v1/model-providers/{name}",
    operation_id = "put_model_provider",
    tag = "model-providers",
    params(("name" = String, Path, description = "The provider's name")),
    request_body = ModelProviderSpec,
    responses((status = 200, description = "The provider as it is now", body = ModelProvider)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Json(spec): Json<ModelProviderSpec>,
) -> Result<Json<ModelProvider>, ApiError> {
    Ok(Json(models::put(&state.app, &caller, &name, spec).await?))
}

/// Removes a model provider. Its secret stays.
#[utoipa::path(
    delete,
    path = "/api/v1/model-providers/{name}",
    operation_id = "delete_model_provider",
    tag = "model-providers",
    params(("name" = String, Path, description = "The provider's name")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    models::delete(&state.app, &caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks a model provider something small, with its key. This is a real request that the provider may bill.
#[utoipa::path(
    post,
    path = "/api/v1/model-providers/{name}/test",
    operation_id = "test_model_provider",
    tag = "model-providers",
    params(("name" = String, Path, description = "The provider's name")),
    request_body = TestModel,
    responses((status = 200, description = "How it went", body = Test)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn test(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Json(wanted): Json<TestModel>,
) -> Result<Json<Test>, ApiError> {
    Ok(Json(models::test(&state.app, &caller, &name, wanted.model.as_deref()).await?))
}
