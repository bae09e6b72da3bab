//! `GET /api/v1/export` and `POST /api/v1/bundles`: tools and agents as one document.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use callwright_model::{
    Fault,
    account::{Right, Scope},
};
use callwright_runtime::app::require;
use callwright_runtime::library::bundle::{self, Bundle, ImportOptions, ImportReport, OnConflict};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{self, Json, Query},
    error::{ApiError, malformed},
    state::ServerState,
};

/// The media types that mean YAML.
const YAML: [&str; 4] = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"];

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(export)).routes(routes!(import))
}

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Form {
    /// YAML, the form to keep.
    #[default]
    Yaml,
    /// The same as JSON.
    Json,
}

/// What to export.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportQuery {
    /// Names or ids of tools, separated by commas.
    tools: Option<String>,
    /// Names or ids of agents, separated by commas; they bring their tools along.
    agents: Option<String>,
    /// In which form.
    #[serde(default)]
    #[param(inline, required = false)]
    format: Form,
}

/// A bundle of the named tools and agents, or of everything. It holds no secret and no credential.
#[utoipa::path(
    get,
    path = "/api/v1/export",
    operation_id = "export_bundle",
    tag = "library",
    params(ExportQuery),
    responses((status = 200, description = "The bundle", content((Bundle = "application/yaml"), (Bundle = "application/json")))),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn export(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ApiError> {
    let (tools, agents) = (names(query.tools.as_deref()), names(query.agents.as_deref()));
    let bundle = bundle::export(&state.app, &caller, &tools, &agents).await?;
    if query.format == Form::Json {
        return Ok(Json(bundle).into_response());
    }
    let kind = HeaderValue::from_static("application/yaml");
    Ok(([(header::CONTENT_TYPE, kind)], bundle::to_yaml(&bundle)?).into_response())
}

fn names(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportQuery {
    /// Only say what would be done.
    #[serde(default)]
    #[param(required = false)]
    dry_run: bool,
    /// What to do with what is there already and differs.
    #[serde(default)]
    #[param(inline, required = false)]
    on_conflict: OnConflict,
}

/// Brings the tools and agents of a bundle, JSON or YAML, into the organization.
#[utoipa::path(
    post,
    path = "/api/v1/bundles",
    operation_id = "import_bundle",
    tag = "library",
    params(ImportQuery),
    request_body(content((Bundle = "application/json"), (Bundle = "application/yaml"))),
    responses((status = 200, description = "What was done, or with `dry_run` would be", body = ImportReport)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn import(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Result<Json<ImportReport>, ApiError> {
    // Before a body is read and parsed for somebody who may not.
    require(&caller, Right::Build, Scope::ToolsWrite)?;
    let (parts, body) = request.into_parts();
    let bundle = read(&parts.headers, &body::read(body, &state).await?)?;
    let options = ImportOptions { dry_run: query.dry_run, on_conflict: query.on_conflict };
    Ok(Json(bundle::import(&state.app, &caller, bundle, options).await?))
}

fn read(headers: &HeaderMap, bytes: &[u8]) -> Result<Bundle, Fault> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !YAML.contains(&kind.as_str()) {
        return body::parse_as_json(headers, bytes);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("the bundle is not a text in UTF-8"))?;
    let value = bundle::from_yaml(text)?;
    // Once more through the reader of JSON bodies, which names the field that is wrong.
    body::parse(&serde_json::to_vec(&value).map_err(Fault::internal)?)
}
