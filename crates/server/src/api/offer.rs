//! `/api/v1/offer`: finding tools by what they are for, for runtimes that do not give their model all of them.

use axum::extract::State;
use callwright_model::definition::{Definitions, Format};
use callwright_runtime::offer::{self, Described, Found};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(search)).routes(routes!(describe)).routes(routes!(functions))
}

/// What is looked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfferSearch {
    /// What somebody wants to do, in a few words.
    #[schema(min_length = 1, max_length = 1000)]
    query: String,
    /// Only among this agent's tools, by name or id. Without it: all tools that you may call.
    agent: Option<String>,
    /// The most tools to give, 5 when absent.
    #[schema(minimum = 1, maximum = 20)]
    limit: Option<u8>,
    /// About how many tokens the answer may take before a model, 1,000 when absent. The best tool is always given.
    #[schema(minimum = 1, maximum = 100_000)]
    max_tokens: Option<u32>,
}

/// The tools that fit a wish, the best first, each in one line.
#[utoipa::path(
    post,
    path = "/api/v1/offer/search",
    operation_id = "search_tools",
    tag = "tools",
    request_body = OfferSearch,
    responses((status = 200, description = "The tools that fit", body = Found)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn search(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(body): Json<OfferSearch>,
) -> Result<Json<Found>, ApiError> {
    let limit = bounded("limit", body.limit.map(u32::from), 20)?.unwrap_or(offer::USUAL_HITS);
    let tokens = bounded("max_tokens", body.max_tokens, 100_000)?.unwrap_or(offer::USUAL_TOKENS);
    let found = offer::search(&state.app, &caller, body.agent.as_deref(), &body.query, (limit, tokens)).await?;
    Ok(Json(found))
}

fn bounded(field: &str, value: Option<u32>, most: u32) -> Result<Option<usize>, ApiError> {
    match value {
        Some(value) if !(1..=most).contains(&value) => {
            let message = format!("`{field}` must be between 1 and {most}");
            Err(callwright_model::Fault::invalid(field, message).into())
        }
        value => Ok(value.and_then(|value| usize::try_from(value).ok())),
    }
}

/// Which tool.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfferDescribe {
    /// The tool's name.
    #[schema(min_length = 1, max_length = 128)]
    name: String,
    /// As this agent has it, by name or id.
    agent: Option<String>,
}

/// How a tool is called: what it does, and the schema of its arguments. Of a name that is not there the nearest are told.
#[utoipa::path(
    post,
    path = "/api/v1/offer/describe",
    operation_id = "describe_tool",
    tag = "tools",
    request_body = OfferDescribe,
    responses((status = 200, description = "How it is called", body = Described)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn describe(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(body): Json<OfferDescribe>,
) -> Result<Json<Described>, ApiError> {
    Ok(Json(offer::describe(&state.app, &caller, body.agent.as_deref(), &body.name).await?))
}

/// Whose tools, and in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct OfferQuery {
    /// The agent, by name or id. Without it: all tools that you may call.
    agent: Option<String>,
    /// The model provider's form.
    #[serde(default)]
    #[param(inline, required = false)]
    format: Format,
}

/// The three functions `search_tools`, `describe_tool` and `call_tool` in the form that a model wants. A runtime answers
/// the first two with `/api/v1/offer/search` and `/api/v1/offer/describe`, the third with a call of the tool named in it.
#[utoipa::path(
    get,
    path = "/api/v1/offer/definitions",
    operation_id = "define_offer",
    tag = "tools",
    params(OfferQuery),
    responses((status = 200, description = "The definitions", body = Definitions)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn functions(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<OfferQuery>,
) -> Result<Json<Definitions>, ApiError> {
    Ok(Json(offer::definitions(&state.app, &caller, query.agent.as_deref(), query.format).await?))
}
