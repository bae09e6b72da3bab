//! Times as a model says and reads them: with an offset, or on the clock of a zone.

use callwright_model::{Timestamp, ToolError};
use jiff::{
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};
use serde_json::json;

use crate::business::refused;

fn wrong(field: &str, message: String) -> ToolError {
    refused("invalid_argument", message).with_details(json!({ "field": field }))
}

/// The zone of that name.
pub(super) fn zone(name: &str) -> Result<TimeZone, ToolError> {
    TimeZone::get(name).map_err(|_| {
        wrong("time_zone", format!("`time_zone`: `{name}` is no time zone; say one such as Europe/Berlin or UTC"))
    })
}

/// A time: with an offset, or on the clock of `zone`.
pub(super) fn at(field: &str, text: &str, zone: &TimeZone) -> Result<Timestamp, ToolError> {
    let text = text.trim();
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp::from_micros(at.as_microsecond()));
    }
    let clock = (text.len() > 10).then(|| text.parse::<DateTime>().ok()).flatten().ok_or_else(|| {
        wrong(
            field,
            format!("`{field}` must be a time such as 2026-12-01T09:00 or 2026-12-01T09:00:00+01:00, not `{text}`"),
        )
    })?;
    on_the_clock(field, clock, zone)
}

/// Where a span begins or ends: a time, or a date, which means its beginning, or its end for the end of a span.
pub(super) fn bound(field: &str, text: &str, zone: &TimeZone, is_end: bool) -> Result<Timestamp, ToolError> {
    let Some(date) = (text.trim().len() == 10).then(|| text.trim().parse::<Date>().ok()).flatten() else {
        return at(field, text, zone);
    };
    let date = if is_end { date.tomorrow() } else { Ok(date) };
    let start = date.and_then(|date| date.to_zoned(zone.clone()));
    let start = start.map_err(|_| wrong(field, format!("`{field}`: `{text}` is out of range")))?;
    Ok(Timestamp::from_micros(start.timestamp().as_microsecond()))
}

/// In autumn some times are there twice, of which the first is meant. In spring some are not there at all.
fn on_the_clock(field: &str, clock: DateTime, zone: &TimeZone) -> Result<Timestamp, ToolError> {
    let ambiguous = zone.to_ambiguous_zoned(clock);
    if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
        let name = zone.iana_name().unwrap_or("that zone");
        return Err(wrong(
            field,
            format!("`{field}`: there is no {clock} in {name}, because the clock is put forward then"),
        ));
    }
    let at = ambiguous.compatible().map_err(|_| wrong(field, format!("`{field}` is out of range")))?;
    Ok(Timestamp::from_micros(at.timestamp().as_microsecond()))
}

/// An instant as the clock of `zone` shows it, with its offset.
pub(super) fn shown(at: Timestamp, zone: &TimeZone) -> String {
    match jiff::Timestamp::from_microsecond(at.micros()) {
        Ok(at) => at.display_with_offset(zone.to_offset(at)).to_string(),
        Err(_) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let zone = zone("Europe/Berlin").unwrap();
        at("start", text, &zone).map(|at| shown(at, &zone)).map_err(|error| error.message)
    }

    #[test]
    fn a_time_is_on_the_clock_of_the_zone_unless_it_has_an_offset() {
        assert_eq!(read("2026-12-01T09:00").unwrap(), "2026-12-01T09:00:00+01:00");
        assert_eq!(read("2026-07-01 09:00:30").unwrap(), "2026-07-01T09:00:30+02:00");
        assert_eq!(read("2026-12-01T09:00:00Z").unwrap(), "2026-12-01T10:00:00+01:00");
        assert_eq!(read("2026-12-01T09:00:00-05:00").unwrap(), "2026-12-01T15:00:00+01:00");
        assert_eq!(read("2026-10-25T02:30").unwrap(), "2026-10-25T02:30:00+02:00", "the first of the two");
        assert!(read("2026-03-29T02:30").unwrap_err().contains("put forward"));
        for wrong in ["2026-12-01", "nine", "2026-12-01T25:00", ""] {
            assert!(read(wrong).unwrap_err().contains("`start`"), "{wrong}");
        }
        assert!(super::zone("Mars/Base").is_err());
    }

    #[test]
    fn a_date_bounds_its_whole_day_also_a_short_one() {
        let zone = zone("Europe/Berlin").unwrap();
        let bounds = |text: &str| [false, true].map(|is_end| shown(bound("from", text, &zone, is_end).unwrap(), &zone));
        assert_eq!(bounds("2026-03-29"), ["2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"]);
    }
}
