//! `/api/v1/alerts/rules`: made, changed, tried and deleted.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::{
    alert::{AlertRule, AlertRuleSpec},
    id::AlertRuleId,
    page::Page,
};
use callwright_runtime::alert::{self, TestReport};
use http::StatusCode;

use crate::{
    auth::Authed,
    body::{Created, Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

/// The organization's alert rules, by name. A webhook's path is shown only to those who may change rules.
#[utoipa::path(
    get,
    path = "/api/v1/alerts/rules",
    operation_id = "list_alert_rules",
    tag = "alerts",
    params(PageQuery),
    responses((status = 200, description = "A page of rules, each with where it stands", body = Page<AlertRule>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<AlertRule>>, ApiError> {
    Ok(Json(alert::list(&state.app, &caller, &page.request()?).await?))
}

/// Makes an alert rule. A name that is taken is a conflict.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/rules",
    operation_id = "create_alert_rule",
    tag = "alerts",
    request_body = AlertRuleSpec,
    responses((
        status = 201,
        description = "The rule",
        body = AlertRule,
        headers(("Location" = String, description = "The rule's path")),
    )),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(spec): Json<AlertRuleSpec>,
) -> Result<Created<AlertRule>, ApiError> {
    let rule = alert::create(&state.app, &caller, spec).await?;
    Ok(Created { at: format!("/api/v1/alerts/rules/{}", rule.id), made: rule })
}

/// One alert rule, with where it stands.
#[utoipa::path(
    get,
    path = "/api/v1/alerts/rules/{id}",
    operation_id = "get_alert_rule",
    tag = "alerts",
    params(("id" = AlertRuleId, Path, description = "The rule's id")),
    responses((status = 200, description = "The rule", body = AlertRule)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<AlertRuleId>,
) -> Result<Json<AlertRule>, ApiError> {
    Ok(Json(alert::get(&state.app, &caller, id).await?))
}

/// Brings an alert rule to this state. When it watches something else now, it begins anew.
#[utoipa::path(
    put,
    path = "/api/v1/alerts/rules/{id}",
    operation_id = "put_alert_rule",
    tag = "alerts",
    params(("id" = AlertRuleId, Path, description = "The rule's id")),
    request_body = AlertRuleSpec,
    responses((status = 200, description = "The rule as it is now", body = AlertRule)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<AlertRuleId>,
    Json(spec): Json<AlertRuleSpec>,
) -> Result<Json<AlertRule>, ApiError> {
    Ok(Json(alert::put(&state.app, &caller, id, spec).await?))
}

/// Removes an alert rule. What it raised stays in the history.
#[utoipa::path(
    delete,
    path = "/api/v1/alerts/rules/{id}",
    operation_id = "delete_alert_rule",
    tag = "alerts",
    params(("id" = AlertRuleId, Path, description = "The rule's id")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<AlertRuleId>,
) -> Result<StatusCode, ApiError> {
    alert::delete(&state.app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends every target of an alert rule a notification that says that it is only a test.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/rules/{id}/test",
    operation_id = "test_alert_rule",
    tag = "alerts",
    params(("id" = AlertRuleId, Path, description = "The rule's id")),
    responses((status = 202, description = "It is on its way", body = TestReport)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn test(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<AlertRuleId>,
) -> Result<Response, ApiError> {
    let report = alert::test(&state.app, &caller, id).await?;
    Ok((StatusCode::ACCEPTED, Json(report)).into_response())
}
