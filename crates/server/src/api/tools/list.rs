//! `GET /api/v1/tools`

use axum::extract::State;
use callwright_model::{
    page::{Page, PageRequest},
    tool::{Kind, Tool},
};
use callwright_runtime::registry::{self, ToolFilter};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    state::ServerState,
};

/// Which tools to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToolsQuery {
    /// Part of the name, the title or the description, in any case.
    search: Option<String>,
    /// Of this category.
    category: Option<String>,
    /// Of this kind.
    #[param(inline)]
    kind: Option<Kind>,
    /// Only your own.
    #[serde(default)]
    #[param(required = false)]
    mine: bool,
    /// Only those that are, or are not, active.
    active: Option<bool>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The organization's tools, by name.
#[utoipa::path(
    get,
    path = "/api/v1/tools",
    operation_id = "list_tools",
    tag = "tools",
    params(ToolsQuery),
    responses((status = 200, description = "A page of tools", body = Page<Tool>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ToolsQuery>,
) -> Result<Json<Page<Tool>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = ToolFilter {
        search: query.search,
        category: query.category,
        kind: query.kind,
        mine: query.mine,
        active: query.active,
    };
    Ok(Json(registry::list(&state.app, &caller, filter, page).await?))
}
