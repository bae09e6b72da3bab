//! `/api/v1/templates`: tools with blanks, and making tools of them.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::page::{Page, PageRequest};
use callwright_runtime::library::{
    Copied,
    template::{self, CloneTemplate, Template, TemplateFilter, TemplateSource},
};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Created, Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(clone))
}

/// Which templates to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplatesQuery {
    /// Part of the id, the title, the description or a tag, in any case.
    search: Option<String>,
    /// Of this category.
    category: Option<String>,
    /// Of the program, or of the organization.
    #[param(inline)]
    source: Option<TemplateSource>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The templates of the program by id, then those of the organization by name.
#[utoipa::path(
    get,
    path = "/api/v1/templates",
    operation_id = "list_templates",
    tag = "library",
    params(TemplatesQuery),
    responses((status = 200, description = "A page of templates", body = Page<Template>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<TemplatesQuery>,
) -> Result<Json<Page<Template>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = TemplateFilter { search: query.search, category: query.category, source: query.source };
    Ok(Json(template::list(&state.app, &caller, filter, page).await?))
}

/// One template.
#[utoipa::path(
    get,
    path = "/api/v1/templates/{id}",
    operation_id = "get_template",
    tag = "library",
    params(("id" = String, Path, description = "The template's id; for one of the organization also its name")),
    responses((status = 200, description = "The template", body = Template)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
) -> Result<Json<Template>, ApiError> {
    Ok(Json(template::get(&state.app, &caller, &id).await?))
}

/// Makes a tool of a template. Secrets that it names may be set later; `missing_secrets` says which.
#[utoipa::path(
    post,
    path = "/api/v1/templates/{id}/clone",
    operation_id = "clone_template",
    tag = "library",
    params(("id" = String, Path, description = "The template's id; for one of the organization also its name")),
    request_body = CloneTemplate,
    responses(
        (
            status = 201,
            description = "The tool, and what is left to do",
            body = Copied,
            headers(("Location" = String, description = "The tool's path")),
        ),
        (status = 202, description = "Another person has to agree first: see `proposal`", body = Copied),
        (status = 200, description = "With `dry_run`: the tool as it would be", body = Copied),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn clone(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
    Json(request): Json<CloneTemplate>,
) -> Result<Response, ApiError> {
    let dry_run = request.dry_run;
    Ok(copied(template::clone(&state.app, &caller, &id, request).await?, dry_run))
}

/// The answer for a tool that was made, or would be.
pub(super) fn copied(copied: Copied, dry_run: bool) -> Response {
    if dry_run {
        return Json(copied).into_response();
    }
    if copied.proposal.is_some() {
        return (StatusCode::ACCEPTED, Json(copied)).into_response();
    }
    let at = format!("/api/v1/tools/{}", copied.tool.id);
    Created { at, made: copied }.into_response()
}
