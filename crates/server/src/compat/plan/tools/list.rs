//! `GET /api/organization/tools`

use axum::{extract::State, response::Response};
use callwright_model::{
    page::{Page, PageRequest},
    tool::Kind,
};
use callwright_runtime::registry::{self, ToolFilter};
use http::Uri;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Authed,
    body::Query,
    compat::plan::{configuration::ToolType, counts, tool::PlanTool},
    error::ApiError,
    page::bare_list,
    state::ServerState,
};

/// Which tools to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanToolsQuery {
    /// Part of the name, the title or the description, in any case.
    search: Option<String>,
    /// Of this type.
    #[param(inline)]
    tool_type: Option<ToolType>,
    /// Only those that are, or are not, active.
    is_active: Option<bool>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// Where to go on: from the `Link` header of the page before.
    cursor: Option<String>,
}

/// The organization's tools, by name.
#[utoipa::path(
    get,
    path = "/api/organization/tools",
    operation_id = "plan_list_tools",
    tag = "plan",
    params(PlanToolsQuery),
    responses((
        status = 200,
        description = "The tools",
        body = Vec<PlanTool>,
        headers(("Link" = Option<String>, description = "The next page, `rel=\"next\"`; absent on the last")),
    )),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<PlanToolsQuery>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let kind = match query.tool_type {
        None => None,
        Some(ToolType::Endpoint) => Some(Kind::Http),
        Some(ToolType::System) => Some(Kind::System),
        Some(ToolType::Business) => Some(Kind::Business),
        Some(ToolType::Client) => Some(Kind::Client),
        Some(ToolType::Agent) => Some(Kind::Agent),
        Some(ToolType::Workflow) => Some(Kind::Workflow),
        Some(ToolType::Mcp) => Some(Kind::Mcp),
        Some(ToolType::PythonFunction) => Some(Kind::Python),
        // This build can hold none of these.
        Some(ToolType::Lambda) => {
            return Ok(bare_list(Page::<PlanTool> { items: Vec::new(), next_cursor: None }, &uri));
        }
    };
    let filter = ToolFilter { search: query.search, kind, active: query.is_active, ..ToolFilter::default() };
    let tools = registry::list(&state.app, &caller, filter, page).await?;
    let ids: Vec<_> = tools.items.iter().map(|tool| tool.id).collect();
    let counts = counts::of(&state.app, caller.org_id, &ids).await?;
    Ok(bare_list(tools.map(|tool| PlanTool::new(counts.get(tool.id), tool)), &uri))
}
