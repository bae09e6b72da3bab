//! `GET /agents/tools/list`

use axum::extract::State;
use callwright_model::page::{MAX_LIMIT, PageRequest};
use callwright_runtime::registry::{self, ToolFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ok;
use crate::{
    auth::Authed,
    body::{Json, Query},
    compat::guide::tool::ListedTool,
    error::ApiError,
    state::ServerState,
};

/// Which tools to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Only your own.
    #[serde(default)]
    #[param(required = false)]
    created_by_me: bool,
    /// The most items to give, 200 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of tools.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::ToolList)]
pub(crate) struct ToolList {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// How many there are here.
    count: usize,
    /// The tools, by name.
    tools: Vec<ListedTool>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The organization's tools, by name.
#[utoipa::path(
    get,
    path = "/agents/tools/list",
    operation_id = "guide_list_tools",
    tag = "guide",
    params(ListQuery),
    responses((status = 200, description = "The tools", body = ToolList)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ListQuery>,
) -> Result<Json<ToolList>, ApiError> {
    let page = PageRequest::parse(query.limit.or(Some(MAX_LIMIT)), query.cursor.as_deref())?;
    let filter = ToolFilter { mine: query.created_by_me, ..ToolFilter::default() };
    let found = registry::list(&state.app, &caller, filter, page).await?;
    let ids: Vec<_> = found.items.iter().map(|tool| tool.id).collect();
    let totals =
        state.app.store().execution_counts(caller.org_id, &ids).await.map_err(callwright_model::Fault::from)?;
    let row = |tool: callwright_model::tool::Tool| {
        let total = totals.get(&tool.id);
        ListedTool::new(tool, total)
    };
    let found = found.map(row);
    Ok(Json(ToolList { response: ok(), count: found.items.len(), tools: found.items, next_cursor: found.next_cursor }))
}
