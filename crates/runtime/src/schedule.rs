//! Schedules: runs and calls that the clock starts.

pub(crate) mod clock;
mod when;
mod wish;

use callwright_model::{
    Fault, Timestamp,
    account::{Caller, Right, Scope},
    id::{JobId, ScheduleId},
    job::Job,
    page::{Page, PageRequest},
    schedule::{Schedule, ScheduleTarget},
};
use callwright_store::schedule::ScheduleRow;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{App, account::kept::KeptCaller, app::require, audit, job, run};
use when::When;

/// A schedule as its author writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSpec {
    /// Unique in the organization, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// When: five cron fields (six with seconds first), or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.
    #[schema(max_length = 200, example = "30 7 * * mon-fri")]
    pub cron: String,
    /// By which clock: the name of a time zone.
    #[serde(default = "utc")]
    #[schema(max_length = 64, example = "Europe/Berlin")]
    pub time_zone: String,
    /// Whether it starts anything.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What it starts.
    pub target: ScheduleTarget,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn yes() -> bool {
    true
}

/// Makes a schedule. What it starts is done with the caller's rights as they are then, and never more than they are now.
///
/// # Errors
/// Conflict `name_taken`, or `too_many_schedules`; whatever would refuse the run or the call itself.
pub async fn create(app: &App, caller: &Caller, spec: ScheduleSpec) -> Result<Schedule, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let next_at = check(app, caller, &spec).await?;
    let now = app.clock().now();
    let schedule = Schedule {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        name: spec.name,
        cron: spec.cron,
        time_zone: spec.time_zone,
        enabled: spec.enabled,
        target: spec.target,
        next_at,
        last_at: None,
        last_job_id: None,
        last_error: None,
        created_at: now,
        updated_at: now,
    };
    let details = audit::between(json!({ "name": schedule.name }), &(), &text_of(&schedule));
    let entry = audit::entry(app, caller, "schedule.create", "schedule", schedule.id, details);
    let row = ScheduleRow { schedule: schedule.clone(), request: seal(app, caller).await? };
    app.store().create_schedule(row, entry, app.settings().schedules).await?;
    Ok(schedule)
}

/// Brings a schedule to this state; from then on with the rights of whoever did so.
pub async fn put(app: &App, caller: &Caller, name: &str, spec: ScheduleSpec) -> Result<Schedule, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let current = found(app, caller, name).await?.schedule;
    let next_at = check(app, caller, &spec).await?;
    let before = text_of(&current);
    let schedule = Schedule {
        user_id: caller.user_id,
        name: spec.name,
        cron: spec.cron,
        time_zone: spec.time_zone,
        enabled: spec.enabled,
        target: spec.target,
        next_at,
        last_error: None,
        updated_at: app.clock().now(),
        ..current
    };
    let details = audit::between(json!({ "name": schedule.name }), &before, &text_of(&schedule));
    let entry = audit::entry(app, caller, "schedule.update", "schedule", schedule.id, details);
    let row = ScheduleRow { schedule: schedule.clone(), request: seal(app, caller).await? };
    if !app.store().update_schedule(row, entry).await? {
        return Err(Fault::not_found("schedule", name));
    }
    Ok(schedule)
}

/// The schedule of that name or id.
pub async fn get(app: &App, caller: &Caller, name: &str) -> Result<Schedule, Fault> {
    require(caller, Right::View, Scope::Read)?;
    found(app, caller, name).await.map(|row| row.schedule)
}

/// A page of schedules, by name.
pub async fn list(app: &App, caller: &Caller, page: PageRequest) -> Result<Page<Schedule>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().schedules(caller.org_id, &page).await?)
}

/// Removes a schedule. What it started goes on.
pub async fn delete(app: &App, caller: &Caller, name: &str) -> Result<(), Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let schedule = found(app, caller, name).await?.schedule;
    let details = audit::between(json!({ "name": schedule.name }), &text_of(&schedule), &());
    let entry = audit::entry(app, caller, "schedule.delete", "schedule", schedule.id, details);
    app.store().delete_schedule(caller.org_id, schedule.id, entry).await?;
    Ok(())
}

/// Starts what a schedule starts, now and once, with the caller's own rights. Its times stay as they are, and its
/// variables are the word of whoever wrote it.
pub async fn run_now(app: &App, caller: &Caller, name: &str) -> Result<Job, Fault> {
    let row = found(app, caller, name).await?;
    let starter = match kept(app, &row).await?.is_context_trusted() {
        true => caller.clone(),
        false => caller.clone().without_trust(),
    };
    let schedule = row.schedule;
    let id: JobId = if schedule.target.tool.is_some() {
        job::call::push_as(app, &starter, wish::call(&schedule.target, None)?, Some(schedule.id)).await?.id
    } else {
        run::start_as(app, &starter, wish::run(&schedule.target, None)?, Some(schedule.id), &run::Asker::default())
            .await?
            .job_id
    };
    audit::write(app, caller, "schedule.run", "schedule", schedule.id, json!({ "name": schedule.name })).await?;
    job::get(app, caller, id).await
}

async fn found(app: &App, caller: &Caller, name: &str) -> Result<ScheduleRow, Fault> {
    if let Ok(id) = name.parse::<ScheduleId>()
        && let Some(found) = app.store().schedule(caller.org_id, id).await?
    {
        return Ok(found);
    }
    let found = app.store().schedule_by_name(caller.org_id, name).await?;
    found.ok_or_else(|| Fault::not_found("schedule", name))
}

/// Checks all of it, as if it came now; gives the time when it does.
async fn check(app: &App, caller: &Caller, spec: &ScheduleSpec) -> Result<Option<Timestamp>, Fault> {
    let length = spec.name.trim().chars().count();
    if !(1..=100).contains(&length) || spec.name.len() > 400 || spec.name.chars().any(char::is_control) {
        let message = "`name` must have 1 to 100 characters, none of them a control character";
        return Err(Fault::invalid("name", message));
    }
    let when = When::parse(&spec.cron, &spec.time_zone)?;
    let next_at = when.after(app.clock().now())?;
    let least = app.settings().schedule_interval;
    if when.least_pause(next_at) < least {
        let message = format!("`cron` may come every {} s at most", least.as_secs());
        return Err(Fault::invalid("cron", message));
    }
    wish::check(&spec.target)?;
    // What cannot be started now is refused now, not in the middle of the night.
    if spec.target.tool.is_some() {
        job::call::prepare(app, caller, wish::call(&spec.target, None)?, None).await?;
    } else {
        run::prepare(app, caller, &wish::run(&spec.target, None)?, None, false, &run::Asker::default()).await?;
    }
    Ok(spec.enabled.then_some(next_at))
}

async fn seal(app: &App, caller: &Caller) -> Result<String, Fault> {
    let bytes = serde_json::to_vec(&KeptCaller::of(caller)).map_err(Fault::internal)?;
    app.vault().seal(caller.org_id, &bytes).await
}

/// With whose rights a schedule starts things.
async fn kept(app: &App, row: &ScheduleRow) -> Result<KeptCaller, Fault> {
    let bytes = app.vault().unseal(row.schedule.organization_id, &row.request).await?;
    serde_json::from_slice(&bytes).map_err(Fault::internal)
}

/// What of a schedule can be changed, for the audit log.
fn text_of(schedule: &Schedule) -> serde_json::Value {
    json!({
        "name": schedule.name,
        "cron": schedule.cron,
        "time_zone": schedule.time_zone,
        "enabled": schedule.enabled,
        "target": schedule.target,
        "user_id": schedule.user_id,
    })
}
