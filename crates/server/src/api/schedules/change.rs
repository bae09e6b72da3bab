//! `/api/v1/schedules`: made, changed, deleted, and run at once.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::{job::Job, schedule::Schedule};
use callwright_runtime::schedule::{self, ScheduleSpec};
use http::StatusCode;

use crate::{
    auth::Authed,
    body::{Created, Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Makes a schedule: a run of an agent, or a call of a tool, that the clock starts. It is done with your rights as they
/// are then, so a token with scopes also needs the one to run agents or to call tools. What was missed while no server
/// was there is made up for once.
#[utoipa::path(
    post,
    path = "/api/v1/schedules",
    operation_id = "create_schedule",
    tag = "schedules",
    request_body(content = ScheduleSpec, example = json!({
        "name": "Morning report", "cron": "30 7 * * mon-fri", "time_zone": "Europe/Berlin",
        "target": {"agent": "Reporter", "message": "What happened yesterday?"},
    })),
    responses((
        status = 201,
        description = "The schedule",
        body = Schedule,
        headers(("Location" = String, description = "The schedule's path")),
    )),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(spec): Json<ScheduleSpec>,
) -> Result<Created<Schedule>, ApiError> {
    let schedule = schedule::create(&state.app, &caller, spec).await?;
    Ok(Created { at: format!("/api/v1/schedules/{}", schedule.id), made: schedule })
}

/// Brings a schedule to this state; from then on it does what it does with your rights.
#[utoipa::path(
    put,
    path = "/api/v1/schedules/{schedule}",
    operation_id = "put_schedule",
    tag = "schedules",
    params(("schedule" = String, Path, description = "The schedule's name or id")),
    request_body = ScheduleSpec,
    responses((status = 200, description = "The schedule as it is now", body = Schedule)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Json(spec): Json<ScheduleSpec>,
) -> Result<Json<Schedule>, ApiError> {
    Ok(Json(schedule::put(&state.app, &caller, &name, spec).await?))
}

/// Removes a schedule. What it started goes on.
#[utoipa::path(
    delete,
    path = "/api/v1/schedules/{schedule}",
    operation_id = "delete_schedule",
    tag = "schedules",
    params(("schedule" = String, Path, description = "The schedule's name or id")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    schedule::delete(&state.app, &caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Starts what a schedule starts, now and once, with your own rights. Its times stay as they are. A token with scopes
/// needs `agents:run` for a run, `tools:call` for a call.
#[utoipa::path(
    post,
    path = "/api/v1/schedules/{schedule}/run",
    operation_id = "run_schedule",
    tag = "schedules",
    params(("schedule" = String, Path, description = "The schedule's name or id")),
    responses((status = 202, description = "The job that was started", body = Job)),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run"))),
)]
pub(crate) async fn run(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let job = schedule::run_now(&state.app, &caller, &name).await?;
    Ok((StatusCode::ACCEPTED, Json(job)).into_response())
}
