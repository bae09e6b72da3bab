//! `calendar_manager`: the appointments of the user who calls, and their free time.
//!
//! `time` reads and writes times, `slots` finds free ones. Appointments do not overlap unless somebody said so, which is
//! made sure of in the transaction that books, behind a lock on the calendar.

mod booking;
mod slots;
mod time;

use std::time::Duration;

use callwright_model::{
    ErrorClass, Timestamp, ToolError,
    business::{CalendarEvent, EventStatus},
    id::CalendarEventId,
    page::PageRequest,
    tool::{
        BusinessConfig,
        business::{CalendarSettings, Day, WorkingHours},
    },
};
use callwright_store::calendar::Span;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Ask, Stop, given, missing, read, refuse_if_stubbed, refused};
use crate::App;

/// The most that a list gives, and what it gives when nobody says.
const MOST_LISTED: u32 = 100;
const USUALLY_LISTED: u32 = 20;
const USUAL_SLOTS: u32 = 10;
/// How far ahead a list and a search for free time look when nobody says.
const LIST_AHEAD: Duration = Duration::from_secs(30 * 24 * 3600);
const SEARCH_AHEAD: Duration = Duration::from_secs(7 * 24 * 3600);
/// The longest span that is searched for free time.
const LONGEST_SEARCH: Duration = Duration::from_secs(62 * 24 * 3600);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    CreateEvent,
    ListEvents,
    GetEvent,
    UpdateEvent,
    CancelEvent,
    FindFreeSlots,
}

impl Action {
    const fn as_str(self) -> &'static str {
        match self {
            Self::CreateEvent => "create_event",
            Self::ListEvents => "list_events",
            Self::GetEvent => "get_event",
            Self::UpdateEvent => "update_event",
            Self::CancelEvent => "cancel_event",
            Self::FindFreeSlots => "find_free_slots",
        }
    }
}

/// What the model says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    action: Action,
    event_id: Option<String>,
    title: Option<String>,
    #[serde(default, deserialize_with = "given")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    location: Option<Option<String>>,
    attendees: Option<Vec<String>>,
    start: Option<String>,
    end: Option<String>,
    duration_minutes: Option<u32>,
    time_zone: Option<String>,
    #[serde(default)]
    allow_conflict: bool,
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    include_cancelled: bool,
    working_hours: Option<WorkingHours>,
    working_days: Option<Vec<Day>>,
    buffer_minutes: Option<u32>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// Which zone times are read and shown in.
struct Zone {
    zone: TimeZone,
    name: String,
    /// Whether the model or the tool's author named it.
    is_said: bool,
}

/// Carries an action out.
pub(super) async fn run(app: &App, config: &BusinessConfig, ask: &Ask<'_>) -> Result<Value, Stop> {
    let arguments: Arguments = read(ask.arguments)?;
    let settings = config.calendar()?;
    let zone = arguments.zone(&settings)?;
    let calendar = (ask.caller.org_id, ask.caller.user_id);
    match arguments.action {
        Action::CreateEvent => booking::create(app, ask, &arguments, &zone).await,
        Action::UpdateEvent => booking::update(app, ask, &arguments, &zone).await,
        Action::CancelEvent => {
            let id = arguments.id()?;
            refuse_if_stubbed(ask)?;
            booking::cancel(app, calendar, id, &zone).await
        }
        Action::GetEvent => {
            let id = arguments.id()?;
            let event = app.store().event(calendar, id).await?.ok_or_else(|| unknown(id))?;
            Ok(json!({ "event": shown(&event, &zone) }))
        }
        Action::ListEvents => {
            let page = PageRequest::parse(Some(arguments.limit(USUALLY_LISTED)?), arguments.cursor.as_deref())?;
            let span = arguments.span(app.clock().now(), &zone, LIST_AHEAD)?;
            let found = app.store().events(calendar, span, arguments.include_cancelled, &page).await?;
            let events: Vec<Value> = found.items.iter().map(|event| shown(event, &zone)).collect();
            let mut listed = json!({
                "count": events.len(), "events": events, "from": time::shown(span.0, &zone.zone),
                "to": time::shown(span.1, &zone.zone), "time_zone": zone.name,
            });
            if let Some(cursor) = found.next_cursor {
                listed["next_cursor"] = cursor.into();
            }
            Ok(listed)
        }
        Action::FindFreeSlots => find_free_slots(app, ask, &arguments, &settings, &zone).await,
    }
}

impl Arguments {
    fn zone(&self, settings: &CalendarSettings) -> Result<Zone, ToolError> {
        let said = self.time_zone.as_deref().or(settings.time_zone.as_deref());
        let name = said.unwrap_or("UTC").trim().to_owned();
        Ok(Zone { zone: time::zone(&name)?, name, is_said: said.is_some() })
    }

    fn id(&self) -> Result<CalendarEventId, ToolError> {
        let text = self.event_id.as_deref().ok_or_else(|| missing("event_id", self.action.as_str()))?;
        text.trim().parse().map_err(|_| {
            refused(
                "invalid_argument",
                format!("`event_id`: `{text}` is no id of an appointment; `list_events` gives them"),
            )
            .with_details(json!({ "field": "event_id" }))
        })
    }

    fn limit(&self, usual: u32) -> Result<u32, ToolError> {
        let limit = self.limit.unwrap_or(usual);
        if (1..=MOST_LISTED).contains(&limit) {
            return Ok(limit);
        }
        Err(refused("invalid_argument", format!("`limit` must be between 1 and {MOST_LISTED}")))
    }

    /// From when to when is looked.
    fn span(&self, now: Timestamp, zone: &Zone, ahead: Duration) -> Result<Span, ToolError> {
        let bound = |field, text: &Option<String>, is_end| {
            text.as_deref().map(|text| time::bound(field, text, &zone.zone, is_end)).transpose()
        };
        let from = bound("from", &self.from, false)?.unwrap_or(now);
        let to = bound("to", &self.to, true)?.unwrap_or(from.plus(ahead));
        if to <= from {
            return Err(refused("invalid_argument", "`to` must be after `from`").with_details(json!({ "field": "to" })));
        }
        Ok((from, to))
    }
}

async fn find_free_slots(
    app: &App,
    ask: &Ask<'_>,
    arguments: &Arguments,
    settings: &CalendarSettings,
    zone: &Zone,
) -> Result<Value, Stop> {
    let minutes = arguments.duration_minutes.ok_or_else(|| missing("duration_minutes", "find_free_slots"))?;
    booking::check_minutes(minutes)?;
    let buffer = arguments.buffer_minutes.unwrap_or_default();
    if buffer > 240 {
        return Err(refused("invalid_argument", "`buffer_minutes` may be at most 240").into());
    }
    let now = app.clock().now();
    let (from, to) = arguments.span(now, zone, SEARCH_AHEAD)?;
    if to.since(from) > LONGEST_SEARCH {
        return Err(refused("invalid_argument", "`from` and `to` may be at most 62 days apart").into());
    }
    let hours = arguments.working_hours.as_ref().unwrap_or(&settings.working_hours);
    let days = arguments.working_days.as_ref().unwrap_or(&settings.working_days);
    // Nobody wants a slot that has begun.
    let from = from.max(now);
    let search = slots::Search {
        from: from.micros(),
        to: to.micros(),
        zone: &zone.zone,
        hours: hours.check("working_hours")?,
        days,
        minutes: minutes.into(),
        buffer: buffer.into(),
        most: arguments.limit(USUAL_SLOTS)? as usize,
    };
    let around = Duration::from_secs(u64::from(buffer) * 60);
    let busy = app.store().busy((ask.caller.org_id, ask.caller.user_id), (from.minus(around), to.plus(around))).await?;
    let busy: Vec<(i64, i64)> = busy.into_iter().map(|(from, to)| (from.micros(), to.micros())).collect();
    let show = |at: i64| time::shown(Timestamp::from_micros(at), &zone.zone);
    let found: Vec<Value> = slots::free(&search, &busy)
        .iter()
        .map(|(start, end)| json!({ "start": show(*start), "end": show(*end) }))
        .collect();
    let mut answer = json!({
        "count": found.len(), "slots": found, "duration_minutes": minutes, "time_zone": zone.name,
        "from": time::shown(from, &zone.zone), "to": time::shown(to, &zone.zone),
        "working_hours": hours, "working_days": days,
    });
    if found.is_empty() {
        answer["message"] = format!("There is no free time of {minutes} minutes in these working hours.").into();
    }
    Ok(answer)
}

fn unknown(id: CalendarEventId) -> ToolError {
    let message = format!("there is no appointment `{id}` in this calendar; `list_events` shows which there are");
    ToolError::new(ErrorClass::NotFound, "no_such_event", message)
}

/// An appointment, in the zone that was asked for, else in that in which it was made.
fn shown(event: &CalendarEvent, zone: &Zone) -> Value {
    let own = (!zone.is_said).then(|| time::zone(&event.time_zone).ok()).flatten();
    let (show, name) = match &own {
        Some(own) => (own, &event.time_zone),
        None => (&zone.zone, &zone.name),
    };
    let mut shown = json!({
        "event_id": event.id,
        "title": event.title,
        "status": event.status,
        "start": time::shown(event.starts_at, show),
        "end": time::shown(event.ends_at, show),
        "time_zone": name,
    });
    for (field, text) in [("description", &event.description), ("location", &event.location)] {
        if let Some(text) = text {
            shown[field] = text.clone().into();
        }
    }
    if !event.attendees.is_empty() {
        shown["attendees"] = json!(event.attendees);
    }
    shown
}

/// Whether an appointment still holds.
fn holds(event: &CalendarEvent) -> bool {
    event.status == EventStatus::Confirmed
}
