//! Tools in other people's forms, each with a list of what the form cannot hold.

use axum::extract::State;
use callwright_model::page::Page;
use callwright_runtime::export::{self, Exported, Form};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(one)).routes(routes!(list))
}

/// In which form, and as whose.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ExportQuery {
    /// The form.
    #[serde(default)]
    #[param(inline, required = false)]
    format: Form,
    /// As this agent has it, by name or id.
    agent: Option<String>,
}

/// A tool in another form. What the form cannot hold is listed beside it.
#[utoipa::path(
    get,
    path = "/api/v1/tools/{name}/export",
    operation_id = "export_tool",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id"), ExportQuery),
    responses((status = 200, description = "The definition, and what was lost on the way", body = Exported)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn one(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(tool): Path<String>,
    Query(query): Query<ExportQuery>,
) -> Result<Json<Exported>, ApiError> {
    Ok(Json(export::tool(&state.app, &caller, &tool, query.agent.as_deref(), query.format).await?))
}

/// In which form, whose, and which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ExportsQuery {
    /// The form.
    #[serde(default)]
    #[param(inline, required = false)]
    format: Form,
    /// Only the tools that this agent may use, as it has them, by name or id. Without it: all that you may call.
    agent: Option<String>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Tools in another form, by name. What the form cannot hold of a tool is listed beside it.
#[utoipa::path(
    get,
    path = "/api/v1/export/tools",
    operation_id = "export_tools",
    tag = "tools",
    params(ExportsQuery),
    responses((status = 200, description = "A page of definitions", body = Page<Exported>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ExportsQuery>,
) -> Result<Json<Page<Exported>>, ApiError> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor }.request()?;
    Ok(Json(export::list(&state.app, &caller, query.agent.as_deref(), query.format, page).await?))
}
