//! `/api/v1/library`: public tools of other organizations, and the copies that this one has.

use axum::{extract::State, response::Response};
use callwright_model::{
    page::{Page, PageRequest},
    tool::Kind,
};
use callwright_runtime::library::{
    Copied,
    follow::{self, InstallSource, InstalledTool, UpdateInstalled, Updated},
    public::{self, InstallTool, LibraryFilter, LibraryTool},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::templates::copied;
use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(installed))
        .routes(routes!(update))
        .routes(routes!(get))
        .routes(routes!(install))
}

/// Which public tools to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LibraryQuery {
    /// Part of the name, the title or the description, in any case.
    search: Option<String>,
    /// Of this category.
    category: Option<String>,
    /// Of this kind.
    #[param(inline)]
    kind: Option<Kind>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Public tools of other organizations, by name.
#[utoipa::path(
    get,
    path = "/api/v1/library",
    operation_id = "list_library",
    tag = "library",
    params(LibraryQuery),
    responses((status = 200, description = "A page of tools, without their definitions", body = Page<LibraryTool>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<LibraryQuery>,
) -> Result<Json<Page<LibraryTool>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = LibraryFilter { search: query.search, category: query.category, kind: query.kind };
    Ok(Json(public::list(&state.app, &caller, filter, page).await?))
}

/// One public tool of another organization, as a copy gets it: with the names of its secrets and without credentials.
#[utoipa::path(
    get,
    path = "/api/v1/library/{id}",
    operation_id = "get_library_tool",
    tag = "library",
    params(("id" = String, Path, description = "The tool's id")),
    responses((status = 200, description = "The tool", body = LibraryTool)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
) -> Result<Json<LibraryTool>, ApiError> {
    Ok(Json(public::get(&state.app, &caller, &id).await?))
}

/// Takes a copy of a public tool. Where it came from is kept with it.
#[utoipa::path(
    post,
    path = "/api/v1/library/{id}/install",
    operation_id = "install_library_tool",
    tag = "library",
    params(("id" = String, Path, description = "The tool's id")),
    request_body = InstallTool,
    responses(
        (
            status = 201,
            description = "The copy, and what is left to do",
            body = Copied,
            headers(("Location" = String, description = "The copy's path")),
        ),
        (status = 202, description = "Another person has to agree first: see `proposal`", body = Copied),
        (status = 200, description = "With `dry_run`: the copy as it would be", body = Copied),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn install(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
    Json(request): Json<InstallTool>,
) -> Result<Response, ApiError> {
    let dry_run = request.dry_run;
    Ok(copied(public::install(&state.app, &caller, &id, request).await?, dry_run))
}

/// Which copies to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct InstalledQuery {
    /// That came from there.
    #[param(inline)]
    source: Option<InstallSource>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The organization's tools that came from the library, a template, a bundle or an agent's settings, oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/library/installed",
    operation_id = "list_installed",
    tag = "library",
    params(InstalledQuery),
    responses((status = 200, description = "A page of copies; `update` tells that the source has news", body = Page<InstalledTool>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn installed(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<InstalledQuery>,
) -> Result<Json<Page<InstalledTool>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(Json(follow::list(&state.app, &caller, query.source, page).await?))
}

/// Brings a copy up to date with its source. Edits that were made to the copy stay.
#[utoipa::path(
    post,
    path = "/api/v1/library/installed/{id}/update",
    operation_id = "update_installed",
    tag = "library",
    params(("id" = String, Path, description = "The copy: its name or id, or the id of the note about it (`inst_…`)")),
    request_body = UpdateInstalled,
    responses((status = 200, description = "What was done, or with `dry_run` would be", body = Updated)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn update(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
    Json(request): Json<UpdateInstalled>,
) -> Result<Json<Updated>, ApiError> {
    Ok(Json(follow::update(&state.app, &caller, &id, request).await?))
}
