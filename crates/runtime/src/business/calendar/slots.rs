//! Free time: what working hours leave beside appointments, on the clock of a place.

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

use callwright_model::tool::business::Day;

const MINUTE: i64 = 60_000_000;

/// What is looked for. Instants are microseconds.
#[derive(Debug, Clone)]
pub(super) struct Search<'a> {
    /// From this instant.
    pub from: i64,
    /// Before this one.
    pub to: i64,
    /// Whose clock the working hours are on.
    pub zone: &'a TimeZone,
    /// Minutes since midnight, begin and end.
    pub hours: (i16, i16),
    /// The days on which people work.
    pub days: &'a [Day],
    /// How long each slot has to be, in minutes.
    pub minutes: i64,
    /// What is to stay free on both sides of an appointment, in minutes.
    pub buffer: i64,
    /// At most so many slots.
    pub most: usize,
}

/// The free slots, earliest first, none overlapping another. `busy` is sorted by its beginnings.
pub(super) fn free(search: &Search<'_>, busy: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    let local = |at: i64| Timestamp::from_microsecond(at).ok().map(|at| at.to_zoned(search.zone.clone()).date());
    let (Some(mut date), Some(last)) = (local(search.from), local(search.to)) else { return found };
    // A slot begins on the quarter of an hour where its length allows it, counted from the begin of work.
    let step = MINUTE * if search.minutes % 15 == 0 { 15 } else { 5 };
    let (length, buffer) = (search.minutes * MINUTE, search.buffer * MINUTE);
    while date <= last && found.len() < search.most {
        if search.days.contains(&Day::from(date.weekday()))
            && let (Some(opens), Some(closes)) =
                (minute(date, search.hours.0, search.zone), minute(date, search.hours.1, search.zone))
        {
            let closes = closes.min(search.to);
            let align = |at: i64| opens + (at - opens).max(0).div_euclid(step) * step;
            let up = |at: i64| if align(at) < at { align(at) + step } else { align(at) };
            let mut start = up(opens.max(search.from));
            while start + length <= closes && found.len() < search.most {
                let in_the_way = busy.iter().filter(|(begin, end)| {
                    begin.saturating_sub(buffer) < start + length && end.saturating_add(buffer) > start
                });
                match in_the_way.map(|(_, end)| end.saturating_add(buffer)).max() {
                    Some(end) => start = up(end),
                    None => {
                        found.push((start, start + length));
                        start = up(start + length);
                    }
                }
            }
        }
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    found
}

/// The instant of a minute of a day. One that the clock leaves out in spring is the one after the gap.
fn minute(date: Date, minutes: i16, zone: &TimeZone) -> Option<i64> {
    let clock = date.at(0, 0, 0, 0).checked_add(Span::new().minutes(minutes)).ok()?;
    let at = zone.to_ambiguous_zoned(clock).compatible().ok()?;
    Some(at.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: [Day; 5] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri];
    const ALL: [Day; 7] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn found(
        zone: &str,
        (from, to): (&str, &str),
        change: impl FnOnce(&mut Search<'_>),
        busy: &[(&str, &str)],
    ) -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        let mut search = Search {
            from: at(from),
            to: at(to),
            zone: &zone,
            hours: (9 * 60, 17 * 60),
            days: &WEEK,
            minutes: 60,
            buffer: 0,
            most: 100,
        };
        change(&mut search);
        let busy: Vec<_> = busy.iter().map(|(begin, end)| (at(begin), at(end))).collect();
        let slots = free(&search, &busy);
        for pair in slots.windows(2) {
            assert!(pair[0].1 <= pair[1].0, "slots do not overlap");
        }
        slots.iter().map(|(start, _)| Timestamp::from_microsecond(*start).unwrap().to_string()).collect()
    }

    #[test]
    fn a_working_day_is_divided_around_what_is_booked() {
        // Tuesday 2026-12-01, in winter one hour ahead of UTC.
        let day = ("2026-12-01T00:00:00+01:00", "2026-12-02T00:00:00+01:00");
        let whole = found("Europe/Berlin", day, |_| {}, &[]);
        assert_eq!(
            (whole.len(), whole[0].as_str(), whole[7].as_str()),
            (8, "2026-12-01T08:00:00Z", "2026-12-01T15:00:00Z")
        );
        let booked = [
            ("2026-12-01T09:30:00+01:00", "2026-12-01T10:07:00+01:00"),
            ("2026-12-01T12:00:00+01:00", "2026-12-01T16:30:00+01:00"),
        ];
        assert_eq!(
            found("Europe/Berlin", day, |_| {}, &booked),
            ["2026-12-01T09:15:00Z"],
            "10:15 to 11:15, then noon is taken"
        );
        let buffered = found("Europe/Berlin", day, |search| (search.buffer, search.minutes) = (30, 45), &booked);
        assert_eq!(buffered, ["2026-12-01T09:45:00Z"], "half an hour is left on both sides");
        let short = found("Europe/Berlin", day, |search| (search.minutes, search.most) = (20, 3), &booked);
        assert_eq!(short, ["2026-12-01T08:00:00Z", "2026-12-01T09:10:00Z", "2026-12-01T09:30:00Z"]);
    }

    #[test]
    fn an_appointment_that_lies_around_another_blocks_all_of_its_time() {
        let day = ("2026-12-01T08:00:00Z", "2026-12-01T18:00:00Z");
        let nested =
            [("2026-12-01T09:00:00Z", "2026-12-01T16:00:00Z"), ("2026-12-01T10:00:00Z", "2026-12-01T10:30:00Z")];
        assert_eq!(found("UTC", day, |_| {}, &nested), ["2026-12-01T16:00:00Z"]);
    }

    #[test]
    fn weekends_and_the_time_before_from_are_left_out() {
        // Friday 16:20 to Monday 10:00.
        let span = ("2026-12-04T16:20:00Z", "2026-12-07T10:00:00Z");
        assert_eq!(
            found("UTC", span, |search| search.minutes = 30, &[]),
            ["2026-12-04T16:30:00Z", "2026-12-07T09:00:00Z", "2026-12-07T09:30:00Z"]
        );
    }

    #[test]
    fn working_hours_stay_on_the_clock_when_it_is_put_forward_and_back() {
        let nine = |from: &str, to: &str| {
            found("Europe/Berlin", (from, to), |search| (search.minutes, search.days) = (480, &ALL), &[])
        };
        let spring = nine("2026-03-28T00:00:00Z", "2026-03-30T20:00:00Z");
        assert_eq!(spring, ["2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z", "2026-03-30T07:00:00Z"]);
        let autumn = nine("2026-10-24T00:00:00Z", "2026-10-26T20:00:00Z");
        assert_eq!(autumn, ["2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z", "2026-10-26T08:00:00Z"]);
        // The nights: one has no time between 2:00 and 3:00, the other has it twice.
        let night = |from: &str, to: &str| {
            found("Europe/Berlin", (from, to), |search| (search.hours, search.days) = ((60, 240), &ALL), &[])
        };
        assert_eq!(
            night("2026-03-28T23:00:00Z", "2026-03-29T10:00:00Z"),
            ["2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"]
        );
        assert_eq!(night("2026-10-24T22:00:00Z", "2026-10-25T10:00:00Z").len(), 4, "1:00, 2:00, 2:00 again, 3:00");
    }

    #[test]
    fn a_zone_of_half_hours_and_a_day_to_its_end() {
        let kolkata =
            found("Asia/Kolkata", ("2026-12-01T00:00:00Z", "2026-12-01T12:00:00Z"), |search| search.most = 1, &[]);
        assert_eq!(kolkata, ["2026-12-01T03:30:00Z"]);
        let late = found(
            "UTC",
            ("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"),
            |search| search.hours = (22 * 60, 24 * 60),
            &[],
        );
        assert_eq!(late, ["2026-12-01T22:00:00Z", "2026-12-01T23:00:00Z"]);
    }
}
