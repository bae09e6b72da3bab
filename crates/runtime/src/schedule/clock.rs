//! The clock: every node looks once a second for what has come, and one of them starts it.

use std::time::Duration;

use callwright_model::{Fault, FaultKind, Timestamp, schedule::Schedule};
use callwright_store::schedule::{ScheduleRow, Started, Tick};
use tokio::time::{MissedTickBehavior, interval};

use super::{kept, when::When, wish};
use crate::{
    App, job,
    run::{self, Prepared},
};

/// Schedules that are read at once.
const BATCH: u32 = 100;
/// How often that is done in one second.
const BATCHES: usize = 10;

/// Starts what has come, for as long as the application runs.
pub(crate) async fn watch(app: App) {
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopping().cancelled() => return,
            _ = ticks.tick() => {}
        }
        if !app.is_ready() {
            continue;
        }
        for _ in 0..BATCHES {
            match app.store().due_schedules(app.clock().now(), BATCH).await {
                Ok(due) => {
                    let is_last = due.len() < BATCH as usize;
                    for row in due {
                        start(&app, &row).await;
                    }
                    if is_last {
                        break;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "schedules could not be looked at");
                    break;
                }
            }
        }
    }
}

async fn start(app: &App, row: &ScheduleRow) {
    let schedule = &row.schedule;
    let Some(due) = schedule.next_at else { return };
    let now = app.clock().now();
    // From now on, not from when it was due: what was missed while nobody looked is made up for once. One that was
    // written when it might come more often comes as often as it may now.
    let pause = app.settings().schedule_interval.saturating_sub(Duration::from_secs(1));
    let from = now.max(due.plus(pause));
    let next = When::parse(&schedule.cron, &schedule.time_zone).and_then(|when| when.after(from)).ok();
    let tick = Tick { id: schedule.id, due, next, now };
    let done = match started(app, row, due).await {
        Ok(started) => app.store().start_schedule(tick.clone(), started).await.map_err(Fault::from),
        Err(fault) => Err(fault),
    };
    let id = schedule.id;
    match done {
        Ok(true) => app.worker().wake(),
        Ok(false) => {}
        Err(fault) if fault.kind == FaultKind::Unavailable => {
            tracing::warn!(schedule = %id, ?fault, "a schedule could not be carried out now");
        }
        Err(fault) => {
            tracing::info!(schedule = %id, ?fault, "a schedule could start nothing");
            if let Err(error) = app.store().skip_schedule(tick, fault.message).await {
                tracing::warn!(schedule = %id, %error, "why a schedule started nothing could not be kept");
            }
        }
    }
}

/// What is to be started, with the rights that whoever wrote the schedule has by now.
async fn started(app: &App, row: &ScheduleRow, due: Timestamp) -> Result<Started, Fault> {
    let schedule: &Schedule = &row.schedule;
    let caller = kept(app, row).await?.caller(app, schedule.organization_id).await?.map_err(Fault::forbidden)?;
    // One job for each time that has come, whoever starts it.
    let key = Some(format!("{}:{}", schedule.id, due.micros()));
    if schedule.target.tool.is_some() {
        let wish = wish::call(&schedule.target, key)?;
        let (job, _) = job::call::prepare(app, &caller, wish, Some(schedule.id)).await?;
        return Ok(Started::Call(Box::new(job)));
    }
    let wish = wish::run(&schedule.target, key)?;
    match run::prepare(app, &caller, &wish, Some(schedule.id), false, &run::Asker::default()).await? {
        Prepared::New(new, _) => Ok(Started::Run(new)),
        Prepared::Known(run) => Err(Fault::conflict("job_exists", format!("{} was started for this time", run.id))),
    }
}
