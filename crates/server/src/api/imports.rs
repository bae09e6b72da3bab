//! `/api/v1/imports`: tools from OpenAPI documents, Postman collections, curl lines and other descriptions.
//!
//! Documents are larger than other bodies, so these two routes take more; who may not import is refused before the
//! body is read.

use axum::extract::{Request, State};
use callwright_model::{account::Caller, page::Page};
use callwright_runtime::import::{self, ImportReport, ImportSpec, ImportedTool};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Query, parse_as_json, read_up_to},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

/// The least that the bodies of these routes may have, in bytes: a document of 10 MiB, quoted as a JSON text.
const MAX_BODY_BYTES: usize = 16 << 20;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list, apply)).routes(routes!(preview))
}

async fn spec(state: &ServerState, caller: &Caller, request: Request) -> Result<ImportSpec, ApiError> {
    import::allow(caller)?;
    let (parts, body) = request.into_parts();
    let limit = state.options.max_body_bytes.max(MAX_BODY_BYTES);
    let bytes = read_up_to(body, state, limit).await?;
    Ok(parse_as_json(&parts.headers, &bytes)?)
}

/// Which imported tools to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportsQuery {
    /// Only those of this source.
    source: Option<String>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The tools that were imported, with where each came from.
#[utoipa::path(
    get,
    path = "/api/v1/imports",
    operation_id = "list_imports",
    tag = "imports",
    params(ImportsQuery),
    responses((status = 200, description = "A page of imported tools", body = Page<ImportedTool>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ImportsQuery>,
) -> Result<Json<Page<ImportedTool>>, ApiError> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor }.request()?;
    Ok(Json(import::list(&state.app, &caller, query.source.as_deref(), page).await?))
}

/// Imports: makes new tools and brings imported ones up to date. What was changed here since stays, and where the
/// source changed the same field that is a conflict: `take` decides. A tool whose operation is gone is reported and
/// stays. Bodies may have 16 MiB.
#[utoipa::path(
    post,
    path = "/api/v1/imports",
    operation_id = "apply_import",
    tag = "imports",
    request_body = ImportSpec,
    responses((status = 200, description = "What was done with each operation", body = ImportReport)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
async fn apply(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    request: Request,
) -> Result<Json<ImportReport>, ApiError> {
    let spec = spec(&state, &caller, request).await?;
    Ok(Json(import::apply(&state.app, &caller, spec).await?))
}

/// What importing would do: the tools with their costs, warnings and differences. Nothing is saved. Bodies may have
/// 16 MiB.
#[utoipa::path(
    post,
    path = "/api/v1/imports/preview",
    operation_id = "preview_import",
    tag = "imports",
    request_body = ImportSpec,
    responses((status = 200, description = "What would be done with each operation", body = ImportReport)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
async fn preview(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    request: Request,
) -> Result<Json<ImportReport>, ApiError> {
    let spec = spec(&state, &caller, request).await?;
    Ok(Json(import::preview(&state.app, &caller, spec).await?))
}
