//! `/api/v1/tokens`: API tokens and sessions.

use axum::extract::State;
use callwright_model::{
    account::Token,
    id::TokenId,
    page::{Page, PageRequest},
};
use callwright_runtime::account::token::{self, CreateToken};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// Which tokens to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TokenQuery {
    /// Everybody's instead of one's own; needs the right `govern`.
    #[serde(default)]
    all: bool,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A new token with its text.
#[derive(Serialize, ToSchema)]
struct TokenMade {
    /// The text, shown this once.
    token: String,
    /// What is known of it from now on.
    #[serde(flatten)]
    about: Token,
}

/// The tokens and sessions that were not revoked, oldest first. Their texts are not shown.
#[utoipa::path(
    get,
    path = "/api/v1/tokens",
    operation_id = "list_tokens",
    tag = "tokens",
    params(TokenQuery),
    responses((status = 200, description = "A page of tokens", body = Page<Token>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("admin"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<TokenQuery>,
) -> Result<Json<Page<Token>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(Json(token::list(&state.app, &caller, query.all, &page).await?))
}

/// Make a token. Its text is in the answer and nowhere else.
#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    operation_id = "create_token",
    tag = "tokens",
    request_body = CreateToken,
    responses((status = 201, description = "The token", body = TokenMade)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("admin"))),
)]
async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(request): Json<CreateToken>,
) -> Result<(StatusCode, Json<TokenMade>), ApiError> {
    let (text, about) = token::create(&state.app, &caller, request).await?;
    Ok((StatusCode::CREATED, Json(TokenMade { token: text.expose().to_owned(), about })))
}

/// Revoke a token or session: one's own, or anybody's with the right `govern`. It ends at once.
#[utoipa::path(
    delete,
    path = "/api/v1/tokens/{id}",
    operation_id = "revoke_token",
    tag = "tokens",
    params(("id" = TokenId, Path, description = "The token's id")),
    responses((status = 204, description = "Revoked")),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("admin"))),
)]
async fn revoke(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<TokenId>,
) -> Result<StatusCode, ApiError> {
    token::revoke(&state.app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
