//! `GET /agents/tools`

use axum::extract::State;
use callwright_model::{
    Fault,
    page::{MAX_LIMIT, PageRequest},
    tool::Tool,
};
use callwright_runtime::registry;
use http::Uri;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::ok;
use crate::{auth::Authed, body::Json, compat::guide::tool::category, error::ApiError, state::ServerState};

/// The most categories that are asked for at once.
const MOST_CATEGORIES: usize = 50;

/// Which tools to list.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AvailableQuery {
    /// Of these categories: `categories=a&categories=b`.
    #[param(required = false, max_items = 50)]
    categories: Vec<String>,
    /// The most items to give, 200 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl AvailableQuery {
    /// Read by hand, because one name may come several times.
    fn parse(query: &str) -> Result<Self, Fault> {
        let mut this = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let name = name.replace('\0', "");
            if value.contains('\0') {
                return Err(Fault::invalid(name, "the query contains a NUL character"));
            }
            let twice = || Fault::invalid(&name, format!("query `{name}` is given twice"));
            match name.as_str() {
                "categories" => this.categories.push(value.into_owned()),
                "limit" if this.limit.is_some() => return Err(twice()),
                "limit" => {
                    let limit = value.parse().map_err(|_| Fault::invalid("limit", "query `limit` must be a number"))?;
                    this.limit = Some(limit);
                }
                "cursor" if this.cursor.is_some() => return Err(twice()),
                "cursor" => this.cursor = Some(value.into_owned()),
                _ => {
                    let message =
                        format!("query `{name}` is not known here: it may be `categories`, `limit` or `cursor`");
                    return Err(Fault::invalid(&name, message));
                }
            }
        }
        if this.categories.len() > MOST_CATEGORIES {
            let message = format!("query `categories` may come at most {MOST_CATEGORIES} times");
            return Err(Fault::invalid("categories", message));
        }
        Ok(this)
    }
}

/// A tool that the caller may use.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::AvailableTool)]
pub(crate) struct AvailableTool {
    /// Its name.
    name: String,
    /// A word to sort by.
    category: String,
    /// What it does and when to use it.
    description: String,
    /// JSON Schema of the arguments, without those that the server fills in.
    #[schema(value_type = Object)]
    parameters_schema: Value,
}

impl From<Tool> for AvailableTool {
    fn from(tool: Tool) -> Self {
        Self {
            category: category(&tool.spec),
            parameters_schema: tool.spec.model_parameters(),
            name: tool.spec.name,
            description: tool.spec.description,
        }
    }
}

/// A page of the tools that the caller may use.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::AvailableTools)]
pub(crate) struct AvailableTools {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// The tools, by name.
    tools: Vec<AvailableTool>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The tools that you may use: your own, those that were shared with you or with everybody, and those of the agents. A
/// tool without a category counts as `general`.
#[utoipa::path(
    get,
    path = "/agents/tools",
    operation_id = "guide_available_tools",
    tag = "guide",
    params(AvailableQuery),
    responses((status = 200, description = "The tools", body = AvailableTools)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn available(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    uri: Uri,
) -> Result<Json<AvailableTools>, ApiError> {
    let query = AvailableQuery::parse(uri.query().unwrap_or_default())?;
    let page = PageRequest::parse(query.limit.or(Some(MAX_LIMIT)), query.cursor.as_deref())?;
    let found = registry::available(&state.app, &caller, query.categories, page).await?.map(AvailableTool::from);
    Ok(Json(AvailableTools { response: ok(), tools: found.items, next_cursor: found.next_cursor }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_may_come_several_times_and_nothing_else_may() {
        let query = AvailableQuery::parse("categories=a&limit=3&categories=b%20c").unwrap();
        assert_eq!((query.categories, query.limit), (vec!["a".to_owned(), "b c".to_owned()], Some(3)));
        for (text, named) in [
            ("limit=many", "limit"),
            ("limit=1&limit=2", "limit"),
            ("cursor=a&cursor=b", "cursor"),
            ("category=a", "category"),
            ("categories=%00", "categories"),
            (&"categories=a&".repeat(51), "categories"),
        ] {
            let fault = AvailableQuery::parse(text).unwrap_err();
            assert_eq!(fault.details.unwrap()["field"], named, "{text}");
        }
    }
}
