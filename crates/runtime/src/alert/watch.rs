//! Looks at the rules whose time has come, writes what changed, and has it told.
//!
//! Any number of servers may do this at once: a rule is taken by one of them for a few seconds, by the database's
//! clock. What a look found is written in one transaction with the incident and the notifications, and only while
//! the turn is still ours; a server that dies in between leaves a rule that another one looks at again.

use std::time::Duration;

use callwright_model::{
    Fault, Timestamp,
    alert::{AlertRule, Incident, IncidentFacts, IncidentState},
};
use callwright_store::alert::Turn;
use futures_util::{StreamExt, stream};
use tokio::time::{MissedTickBehavior, interval};

use super::{
    measure::{Reading, measure},
    notice, notify,
    step::{Change, Step, step},
};
use crate::App;

/// How often a server asks whose time has come.
const TICK: Duration = Duration::from_secs(1);
/// The most rules taken at once.
const MOST: u32 = 64;
/// How many rules are looked at side by side.
const SIDE_BY_SIDE: usize = 4;
/// How long a server that took a rule may be silent before another one takes it.
const LEASE_US: i64 = 10_000_000;
/// The least and the most time between two looks at a rule.
const PAUSE_US: (i64, i64) = (2_000_000, 15_000_000);
/// How long incidents are kept when executions are kept for ever.
const KEPT: Duration = Duration::from_secs(400 * 24 * 3600);
/// Incidents thrown away in one statement.
const BATCH: u32 = 500;

/// Runs until the application stops.
pub(crate) async fn watch(app: App) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seconds = 0u64;
    loop {
        tokio::select! {
            () = app.stopping().cancelled() => return crate::suggest::unmatched::flush(&app).await,
            _ = ticks.tick() => {}
        }
        // Without a lease of its own a server may be one that others take for dead.
        if app.node().is_alive()
            && let Err(error) = look_around(&app).await
        {
            tracing::warn!(?error, "alert rules could not be looked at");
        }
        crate::suggest::unmatched::flush(&app).await;
        if seconds.is_multiple_of(600)
            && let Err(error) = throw_away(&app).await
        {
            tracing::warn!(?error, "old incidents could not be thrown away");
        }
        seconds += 1;
    }
}

async fn look_around(app: &App) -> Result<(), Fault> {
    loop {
        let turns = app.store().take_alert_turns(MOST, LEASE_US).await?;
        let taken = turns.len();
        let mut looks = stream::iter(turns.into_iter().map(|turn| async move {
            let id = turn.row.rule.id;
            (id, look(app, turn).await)
        }))
        .buffer_unordered(SIDE_BY_SIDE);
        while let Some((id, looked)) = looks.next().await {
            if let Err(error) = looked {
                tracing::warn!(rule = %id, ?error, "an alert rule could not be looked at; it is tried again");
            }
        }
        if taken < MOST as usize {
            return Ok(());
        }
    }
}

async fn throw_away(app: &App) -> Result<(), Fault> {
    let before = app.clock().now().minus(app.settings().retention.unwrap_or(KEPT));
    app.store().purge_unmatched(before).await?;
    while app.store().purge_incidents(before, BATCH).await? == u64::from(BATCH) {}
    Ok(())
}

/// One look at one rule.
async fn look(app: &App, turn: Turn) -> Result<(), Fault> {
    crate::failpoint!("alert_taken");
    let reading = measure(app, &turn.row).await?;
    let Turn { row, number, now } = turn;
    let mut rule = row.rule;
    let Step { progress, change, tells } = step(&rule.spec, &rule.progress, &reading, now);
    let (org, id) = (rule.organization_id, rule.id);
    let open = rule.progress.incident_id;
    rule.progress = progress;
    let pause_us = (i64::from(rule.spec.condition.window_s()) * 1_000_000 / 30).clamp(PAUSE_US.0, PAUSE_US.1);
    let incident = match (change, open) {
        (None, _) => None,
        (Some(Change::Fired), _) => {
            let incident = opened(app, &rule, &reading, tells, now);
            rule.progress.incident_id = Some(incident.id);
            Some(incident)
        }
        (Some(_), None) => None,
        (Some(change), Some(open)) => {
            app.store().incident(org, open).await?.map(|incident| went_on(incident, change, tells, now))
        }
    };
    let letters = match (&incident, change) {
        (Some(incident), Some(change)) if tells => {
            notify::letters(app, &rule, &notice::of(&rule, incident, change)).await?
        }
        _ => Vec::new(),
    };
    crate::failpoint!("alert_measured");
    let progress = rule.progress.clone();
    let written = app
        .store()
        .write((progress, incident, letters), move |(progress, incident, letters), tx| {
            Box::pin(async move {
                if !tx.finish_alert_turn(id, number, progress, pause_us).await? {
                    return Ok(false);
                }
                match (change, incident) {
                    (Some(Change::Fired), Some(incident)) => tx.open_incident(org, incident).await?,
                    (Some(Change::Reminded), Some(incident)) => {
                        tx.note_incident(org, incident.id, &incident.facts).await?;
                    }
                    (Some(Change::Resolved), Some(incident)) => {
                        tx.close_incident(org, incident.id, &incident.facts, now).await?;
                    }
                    _ => {}
                }
                for letter in letters {
                    tx.push_outbox(letter).await?;
                }
                Ok(true)
            })
        })
        .await?;
    crate::failpoint!("alert_written");
    if let Some(change) = change.filter(|_| written) {
        announce(&rule.spec.name, change, &reading);
    }
    Ok(())
}

fn opened(app: &App, rule: &AlertRule, reading: &Reading, tells: bool, now: Timestamp) -> Incident {
    Incident {
        id: app.ids().next(),
        rule_id: rule.id,
        rule_name: rule.spec.name.clone(),
        state: IncidentState::Firing,
        fired_at: now,
        resolved_at: None,
        facts: IncidentFacts {
            severity: rule.spec.severity,
            value: reading.value.unwrap_or_default(),
            threshold: reading.threshold,
            unit: reading.unit.to_owned(),
            message: reading.said.clone(),
            notifications: u32::from(tells),
            ended_by: None,
        },
    }
}

fn went_on(mut incident: Incident, change: Change, tells: bool, now: Timestamp) -> Incident {
    incident.facts.notifications += u32::from(tells);
    if change == Change::Resolved {
        incident.state = IncidentState::Resolved;
        incident.resolved_at = Some(now);
    }
    incident
}

/// For the log and for Prometheus: an alert that cannot be delivered is still seen there.
fn announce(rule: &str, change: Change, reading: &Reading) {
    match change {
        Change::Fired => {
            metrics::counter!("callwright_alerts_fired_total").increment(1);
            tracing::warn!(rule, said = reading.said, "an alert rule fired");
        }
        Change::Reminded => tracing::warn!(rule, said = reading.said, "an alert rule still fires"),
        Change::Resolved => tracing::info!(rule, "an alert rule is calm again"),
    }
}
