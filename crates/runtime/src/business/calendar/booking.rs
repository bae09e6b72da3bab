//! Making, moving and calling off appointments.

use std::time::Duration;

use callwright_model::{
    Timestamp, ToolError,
    business::{CalendarEvent, EventStatus},
    id::CalendarEventId,
};
use callwright_store::calendar::{Calendar, Span};
use serde_json::{Value, json};

use super::{Arguments, Zone, holds, shown, time, unknown};
use crate::{
    App,
    business::{Ask, Stop, at_most, missing, refuse_if_stubbed, refused, trimmed},
};

/// The most appointments of one calendar.
const MOST_EVENTS: i64 = 50_000;
/// The longest appointment.
const LONGEST: Duration = Duration::from_secs(31 * 24 * 3600);
const MOST_ATTENDEES: usize = 50;

/// What came of wanting a time.
enum Booked {
    /// It is taken now.
    Done(Box<CalendarEvent>),
    /// Something else holds it.
    InTheWay(Vec<CalendarEvent>),
    /// There is no such appointment.
    Missing,
    /// It was called off.
    Cancelled,
}

/// Checks how long an appointment is to be.
pub(super) fn check_minutes(minutes: u32) -> Result<(), ToolError> {
    if (5..=1_440).contains(&minutes) {
        return Ok(());
    }
    Err(refused("invalid_argument", "`duration_minutes` must be between 5 and 1440")
        .with_details(json!({ "field": "duration_minutes" })))
}

/// Makes an appointment, once for its execution.
pub(super) async fn create(app: &App, ask: &Ask<'_>, arguments: &Arguments, zone: &Zone) -> Result<Value, Stop> {
    let calendar = (ask.caller.org_id, ask.caller.user_id);
    let now = app.clock().now();
    let title = arguments.title.as_deref().ok_or_else(|| missing("title", "create_event"))?;
    let start = arguments.start.as_deref().ok_or_else(|| missing("start", "create_event"))?;
    let start = time::at("start", start, &zone.zone)?;
    let end = end(arguments, zone, start)?.ok_or_else(|| missing("end", "create_event"))?;
    let mut event = CalendarEvent {
        id: app.ids().next(),
        organization_id: calendar.0,
        user_id: calendar.1,
        title: title.to_owned(),
        description: None,
        location: None,
        attendees: Vec::new(),
        starts_at: start,
        ends_at: end,
        time_zone: zone.name.clone(),
        status: EventStatus::default(),
        execution_id: ask.execution,
        created_at: now,
        updated_at: now,
    };
    check_span((start, end))?;
    apply(arguments, &mut event)?;
    refuse_if_stubbed(ask)?;
    let may_overlap = arguments.allow_conflict;
    let booked = app
        .store()
        .write(event, move |event, tx| {
            Box::pin(async move {
                tx.lock_calendar(calendar).await?;
                if let Some(made) = tx.event_of(calendar, event.execution_id).await? {
                    return Ok(Booked::Done(Box::new(made)));
                }
                if !may_overlap {
                    let others = tx.events_in_the_way(calendar, (event.starts_at, event.ends_at), event.id).await?;
                    if !others.is_empty() {
                        return Ok(Booked::InTheWay(others));
                    }
                }
                tx.create_event(event, MOST_EVENTS).await?;
                Ok(Booked::Done(Box::new(event.clone())))
            })
        })
        .await?;
    told(booked, zone, None, "Booked")
}

/// Changes an appointment. One that is moved keeps its length unless that is said too.
pub(super) async fn update(app: &App, ask: &Ask<'_>, arguments: &Arguments, zone: &Zone) -> Result<Value, Stop> {
    let id = arguments.id()?;
    let calendar = (ask.caller.org_id, ask.caller.user_id);
    let now = app.clock().now();
    let start = arguments.start.as_deref().map(|text| time::at("start", text, &zone.zone)).transpose()?;
    // Read here for its faults; what it comes to depends on what is there.
    let current = app.store().event(calendar, id).await?.ok_or_else(|| unknown(id))?;
    let mut wanted = current.clone();
    apply(arguments, &mut wanted)?;
    let is_moved = start.is_some() || arguments.end.is_some() || arguments.duration_minutes.is_some();
    if is_moved {
        wanted.starts_at = start.unwrap_or(current.starts_at);
        let length = current.ends_at.since(current.starts_at);
        wanted.ends_at = end(arguments, zone, wanted.starts_at)?.unwrap_or(wanted.starts_at.plus(length));
        check_span((wanted.starts_at, wanted.ends_at))?;
        if zone.is_said {
            wanted.time_zone.clone_from(&zone.name);
        }
    }
    let says_more = arguments.title.is_some()
        || arguments.description.is_some()
        || arguments.location.is_some()
        || arguments.attendees.is_some();
    if !is_moved && !says_more {
        let message = "`update_event` changes nothing: give at least one of `title`, `description`, `location`, `attendees`, `start`, `end`, `duration_minutes`";
        return Err(refused("missing_argument", message).into());
    }
    refuse_if_stubbed(ask)?;
    wanted.updated_at = now;
    let (may_overlap, read_at) = (arguments.allow_conflict, current.updated_at);
    let booked = app
        .store()
        .write(wanted, move |wanted, tx| {
            Box::pin(async move {
                tx.lock_calendar(calendar).await?;
                let Some(current) = tx.event_to_change(calendar, id).await? else { return Ok(Booked::Missing) };
                if !holds(&current) {
                    return Ok(Booked::Cancelled);
                }
                if current.updated_at != read_at {
                    return Err(callwright_store::Error::conflict(
                        "event_changed",
                        "the appointment was changed by somebody else just now; read it again and repeat the change",
                    ));
                }
                if is_moved && !may_overlap {
                    let others = tx.events_in_the_way(calendar, (wanted.starts_at, wanted.ends_at), id).await?;
                    if !others.is_empty() {
                        return Ok(Booked::InTheWay(others));
                    }
                }
                tx.update_event(wanted).await?;
                Ok(Booked::Done(Box::new(wanted.clone())))
            })
        })
        .await?;
    told(booked, zone, Some(id), "Changed")
}

/// Calls an appointment off. One that was called off already stays so.
pub(super) async fn cancel(app: &App, calendar: Calendar, id: CalendarEventId, zone: &Zone) -> Result<Value, Stop> {
    let now = app.clock().now();
    let booked = app
        .store()
        .write((), move |(), tx| {
            Box::pin(async move {
                tx.lock_calendar(calendar).await?;
                let Some(mut event) = tx.event_to_change(calendar, id).await? else { return Ok(Booked::Missing) };
                if holds(&event) {
                    event.status = EventStatus::Cancelled;
                    event.updated_at = now;
                    tx.update_event(&event).await?;
                }
                Ok(Booked::Done(Box::new(event)))
            })
        })
        .await?;
    told(booked, zone, Some(id), "Cancelled")
}

fn told(booked: Booked, zone: &Zone, id: Option<CalendarEventId>, what: &str) -> Result<Value, Stop> {
    match (booked, id) {
        (Booked::Done(event), _) => {
            let message = format!("{what} the appointment \"{}\".", event.title);
            Ok(json!({ "event": shown(&event, zone), "message": message }))
        }
        (Booked::InTheWay(others), _) => {
            let others: Vec<Value> = others.iter().map(|event| shown(event, zone)).collect();
            let message = format!(
                "the time overlaps {} other appointment{}, so nothing was booked; choose another time with `find_free_slots`, or say `allow_conflict` if the person wants both",
                others.len(),
                if others.len() == 1 { "" } else { "s" }
            );
            Err(refused("conflict", message).with_details(json!({ "conflicts": others })).into())
        }
        (Booked::Cancelled, _) => {
            Err(refused("event_cancelled", "the appointment was cancelled; make a new one instead").into())
        }
        (Booked::Missing, Some(id)) => Err(unknown(id).into()),
        (Booked::Missing, None) => Err(refused("no_such_event", "there is no such appointment").into()),
    }
}

/// When it ends, when that is said.
fn end(arguments: &Arguments, zone: &Zone, start: Timestamp) -> Result<Option<Timestamp>, ToolError> {
    match (arguments.end.as_deref(), arguments.duration_minutes) {
        (Some(_), Some(_)) => {
            Err(refused("invalid_argument", "`end` and `duration_minutes` say the same thing; give one of them"))
        }
        (Some(text), None) => time::at("end", text, &zone.zone).map(Some),
        (None, Some(minutes)) => {
            check_minutes(minutes)?;
            Ok(Some(start.plus(Duration::from_secs(u64::from(minutes) * 60))))
        }
        (None, None) => Ok(None),
    }
}

fn check_span((start, end): Span) -> Result<(), ToolError> {
    let why = if end <= start {
        "`end` must be after `start`"
    } else if end.since(start) > LONGEST {
        "an appointment may be at most 31 days long"
    } else {
        return Ok(());
    };
    Err(refused("invalid_argument", why).with_details(json!({ "field": "end" })))
}

/// What is said of an appointment besides its time.
fn apply(arguments: &Arguments, event: &mut CalendarEvent) -> Result<(), ToolError> {
    if let Some(title) = &arguments.title {
        at_most("title", title, 200)?;
        event.title = trimmed(title).ok_or_else(|| refused("invalid_argument", "`title` is empty"))?;
    }
    for (field, said, kept, most) in [
        ("description", &arguments.description, &mut event.description, 4_000),
        ("location", &arguments.location, &mut event.location, 500),
    ] {
        if let Some(text) = said {
            text.iter().try_for_each(|text| at_most(field, text, most))?;
            *kept = text.as_deref().and_then(trimmed);
        }
    }
    if let Some(attendees) = &arguments.attendees {
        if attendees.len() > MOST_ATTENDEES {
            return Err(refused("too_long", format!("`attendees` may have at most {MOST_ATTENDEES}")));
        }
        attendees.iter().try_for_each(|one| at_most("attendees", one, 200))?;
        event.attendees = attendees.iter().filter_map(|one| trimmed(one)).collect();
    }
    Ok(())
}
