//! `GET /api/v1/alerts`

use axum::extract::State;
use callwright_model::{
    alert::{Incident, IncidentState},
    id::AlertRuleId,
    page::{Page, PageRequest},
};
use callwright_runtime::alert;
use callwright_store::alert::IncidentFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    state::ServerState,
};

/// Which alerts to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncidentQuery {
    /// Raised by this rule.
    rule: Option<AlertRuleId>,
    /// In this state.
    #[param(inline)]
    state: Option<IncidentState>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What alert rules have raised, newest first: one item for each time that a rule fired, with when it was over.
#[utoipa::path(
    get,
    path = "/api/v1/alerts",
    operation_id = "list_alerts",
    tag = "alerts",
    params(IncidentQuery),
    responses((status = 200, description = "A page of alerts", body = Page<Incident>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<IncidentQuery>,
) -> Result<Json<Page<Incident>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = IncidentFilter { rule: query.rule, state: query.state };
    Ok(Json(alert::incidents(&state.app, &caller, &filter, &page).await?))
}
