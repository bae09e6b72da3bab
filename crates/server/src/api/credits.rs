//! `/api/v1/credits`: what operations cost, what there is, and the ledger.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::{
    credit::{CreditEntry, Credits},
    page::Page,
};
use callwright_runtime::credits::{self, CreditAccount};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(entries)).routes(routes!(grant))
}

/// What your organization has, and what operations cost. Nothing is charged unless the operator switched that on.
#[utoipa::path(
    get,
    path = "/api/v1/credits",
    operation_id = "get_credits",
    tag = "credits",
    responses((
        status = 200,
        description = "Balance and prices",
        body = CreditAccount,
        example = json!({"enabled": true, "balance": 42.5, "prices": {"agent.execute": 5, "tool.test": 0.5}}),
    )),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn show(
    State(state): State<ServerState>,
    Authed(caller): Authed,
) -> Result<Json<CreditAccount>, ApiError> {
    Ok(Json(credits::account(&state.app, &caller).await?))
}

/// The ledger, newest first: every charge, refund and grant, with what there was after it.
#[utoipa::path(
    get,
    path = "/api/v1/credits/entries",
    operation_id = "list_credit_entries",
    tag = "credits",
    params(PageQuery),
    responses((status = 200, description = "A page of the ledger", body = Page<CreditEntry>)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
pub(crate) async fn entries(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<CreditEntry>>, ApiError> {
    Ok(Json(credits::entries(&state.app, &caller, page.request()?).await?))
}

/// Credits to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantCredits {
    /// How many; less than nothing takes some away.
    amount: Credits,
    /// Why, at most 500 characters.
    #[schema(max_length = 500)]
    note: Option<String>,
}

/// Adds credits, or takes some away; never more than there are.
#[utoipa::path(
    post,
    path = "/api/v1/credits/grants",
    operation_id = "grant_credits",
    tag = "credits",
    request_body(content = GrantCredits, example = json!({"amount": 100, "note": "November"})),
    responses((status = 201, description = "The line of the ledger", body = CreditEntry)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
pub(crate) async fn grant(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(body): Json<GrantCredits>,
) -> Result<Response, ApiError> {
    let entry = credits::grant(&state.app, &caller, body.amount, body.note).await?;
    Ok((StatusCode::CREATED, Json(entry)).into_response())
}
