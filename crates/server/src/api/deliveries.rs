//! `/api/v1/deliveries`: the log of webhooks that were sent.

use axum::extract::State;
use callwright_model::{
    id::DeliveryId,
    page::{Page, PageRequest},
    webhook::{Delivery, DeliveryState},
};
use callwright_runtime::outbox;
use callwright_store::outbox::DeliveryFilter;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(retry))
}

/// Which deliveries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DeliveriesQuery {
    /// In this state.
    #[param(inline)]
    state: Option<DeliveryState>,
    /// About this thing: the id of a ticket or an execution.
    subject: Option<String>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The organization's webhooks, newest first: each is tried for a day and kept for a week.
#[utoipa::path(
    get,
    path = "/api/v1/deliveries",
    operation_id = "list_deliveries",
    tag = "webhooks",
    params(DeliveriesQuery),
    responses((status = 200, description = "A page of deliveries", body = Page<Delivery>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Json<Page<Delivery>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = DeliveryFilter { state: query.state, subject: query.subject };
    Ok(Json(outbox::list(&state.app, &caller, filter, page).await?))
}

/// Sends a webhook again that arrived or was given up, with the same `webhook-id`.
#[utoipa::path(
    post,
    path = "/api/v1/deliveries/{id}/retry",
    operation_id = "retry_delivery",
    tag = "webhooks",
    params(("id" = DeliveryId, Path, description = "The delivery")),
    responses((status = 200, description = "The delivery as it is now", body = Delivery)),
    extensions(("x-right" = json!("decide")), ("x-scope" = json!("executions:decide"))),
)]
async fn retry(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<DeliveryId>,
) -> Result<Json<Delivery>, ApiError> {
    Ok(Json(outbox::retry(&state.app, &caller, id).await?))
}
