//! `/agents/tools/templates`: the bodies that `create` takes, to begin with.

use std::collections::BTreeSet;

use axum::extract::State;
use callwright_model::{
    page::{MAX_LIMIT, PageRequest},
    tool::ToolSpec,
};
use callwright_runtime::library::template::{self, Template, TemplateFilter, TemplateSource};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ok;
use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    compat::guide::{tool::ToolBody, tool_type::ToolType},
    error::ApiError,
    state::ServerState,
};

/// Which templates to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplatesQuery {
    /// Of this category.
    category: Option<String>,
    /// The most items to give, 200 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A template in the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::ListedTemplate)]
pub(crate) struct ListedTemplate {
    /// What `/agents/tools/templates/{name}` is asked for.
    name: String,
    /// What people call it.
    title: String,
    /// What it is for.
    description: String,
    /// A word to sort by.
    category: String,
    /// What carries the tool out.
    tool_type: ToolType,
    /// The secrets that the tool needs.
    required_secrets: Vec<String>,
    /// Where it comes from.
    source: TemplateSource,
}

impl From<Template> for ListedTemplate {
    fn from(template: Template) -> Self {
        Self {
            tool_type: ToolType::of(&template.example),
            name: template.id,
            title: template.title,
            description: template.description,
            category: template.category,
            required_secrets: template.secrets,
            source: template.source,
        }
    }
}

/// A page of templates.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::TemplateList)]
pub(crate) struct TemplateList {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// How many there are here.
    count: usize,
    /// The templates: those of the program, then the organization's own.
    templates: Vec<ListedTemplate>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A template: what `create` takes. `response` and `required_secrets` may be sent with it and say nothing there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::Template)]
pub(crate) struct TemplateBody {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// The tool, with defaults and examples for what differs from one to the next.
    #[serde(flatten)]
    tool: ToolBody,
    /// The secrets that it names. They may be set after the tool was made.
    required_secrets: Vec<String>,
}

/// The templates: those of the program, then the organization's own.
#[utoipa::path(
    get,
    path = "/agents/tools/templates",
    operation_id = "guide_list_templates",
    tag = "guide",
    params(TemplatesQuery),
    responses((status = 200, description = "The templates", body = TemplateList)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<TemplatesQuery>,
) -> Result<Json<TemplateList>, ApiError> {
    let page = PageRequest::parse(query.limit.or(Some(MAX_LIMIT)), query.cursor.as_deref())?;
    let filter = TemplateFilter { category: query.category, ..TemplateFilter::default() };
    let found = template::list(&state.app, &caller, filter, page).await?.map(ListedTemplate::from);
    let count = found.items.len();
    Ok(Json(TemplateList { response: ok(), count, templates: found.items, next_cursor: found.next_cursor }))
}

/// One template, as `create` takes it: change what should differ, at least `name`, and send it there.
#[utoipa::path(
    get,
    path = "/agents/tools/templates/{name}",
    operation_id = "guide_get_template",
    tag = "guide",
    params(("name" = String, Path, description = "The template's name; for one of the organization its name or id")),
    responses((status = 200, description = "The template", body = TemplateBody)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Json<TemplateBody>, ApiError> {
    let template = template::get(&state.app, &caller, &name).await?;
    // The guide's tools are their maker's own until they are shared.
    let switches =
        ToolSpec { is_template: false, is_public: false, is_shared: false, version: None, ..template.example };
    let tool = ToolBody::new(&switches, &BTreeSet::new());
    Ok(Json(TemplateBody { response: ok(), tool, required_secrets: template.secrets }))
}
