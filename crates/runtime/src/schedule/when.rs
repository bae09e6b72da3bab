//! When a schedule comes: a cron expression, read by the clock of a time zone.
//!
//! Five fields, or six with seconds first. Where the clocks go back, what falls into the repeated hour at a fixed time
//! comes once; where they go forward, what falls into the missing hour comes right after it.

use std::time::Duration;

use callwright_model::{Fault, Timestamp};
use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use jiff::{Zoned, tz::TimeZone};

/// How many seconds a minute has.
const SECONDS: usize = 60;
/// The most characters of an expression.
const MOST: usize = 200;

/// A cron expression and the clock that it is read by.
pub(crate) struct When {
    cron: Cron,
    zone: TimeZone,
}

impl When {
    /// Reads both.
    ///
    /// # Errors
    /// Invalid, naming the field.
    pub(crate) fn parse(cron: &str, time_zone: &str) -> Result<Self, Fault> {
        let refuse = |why: String| {
            let message = format!(
                "`cron` must be five fields such as `30 7 * * mon-fri` (six with seconds first), or `@daily` and the like: {why}"
            );
            Fault::invalid("cron", message)
        };
        if cron.chars().count() > MOST {
            return Err(refuse(format!("it has more than {MOST} characters")));
        }
        // The parser would take `x @daily` for `@daily`.
        if cron.contains('@') && !cron.trim().starts_with('@') {
            return Err(refuse("a nickname stands alone".to_owned()));
        }
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        let cron = parser.parse(cron).map_err(|error| refuse(error.to_string()))?;
        let zone = match time_zone.len() <= 64 {
            true => TimeZone::get(time_zone).ok(),
            false => None,
        };
        let zone = zone.ok_or_else(|| {
            Fault::invalid("time_zone", "`time_zone` must be the name of a time zone such as `Europe/Berlin` or `UTC`")
        })?;
        Ok(Self { cron, zone })
    }

    /// The first time after `now`.
    ///
    /// # Errors
    /// Invalid: it never comes, like the 30th of February.
    pub(crate) fn after(&self, now: Timestamp) -> Result<Timestamp, Fault> {
        let never = || Fault::invalid("cron", "`cron` names a time that never comes");
        let second = jiff::Timestamp::from_second(now.micros().div_euclid(1_000_000)).map_err(|_| never())?;
        let now = Zoned::new(second, self.zone.clone());
        let next = self.cron.find_next_occurrence(&now, false).map_err(|_| never())?;
        Ok(Timestamp::from_micros(next.timestamp().as_microsecond()))
    }
}

impl When {
    /// The least time from one coming to the next, from `first` on. Seconds are the same in every minute, so what the
    /// next minute's worth of them says holds for all.
    pub(crate) fn least_pause(&self, first: Timestamp) -> Duration {
        let (mut last, mut least) = (first, Duration::MAX);
        for _ in 0..SECONDS {
            let Ok(next) = self.after(last) else { break };
            least = least.min(next.since(last));
            last = next;
        }
        least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_pause_is_found_wherever_it_is() {
        for (cron, seconds) in [
            ("* * * * * *", 1),
            ("*/10 * * * * *", 10),
            ("0,20,40,57,58 0 0 1 1 *", 1),
            ("* * * * *", 60),
            ("59 59 23 * * *", 86_400),
        ] {
            let when = When::parse(cron, "UTC").unwrap();
            let first = when.after("2026-01-01T00:00:30Z".parse().unwrap()).unwrap();
            assert_eq!(when.least_pause(first).as_secs(), seconds, "{cron}");
        }
    }

    fn next(cron: &str, zone: &str, now: &str, count: usize) -> Vec<String> {
        let when = When::parse(cron, zone).unwrap();
        let mut now: Timestamp = now.parse().unwrap();
        (0..count)
            .map(|_| {
                now = when.after(now).unwrap();
                now.to_string().replace(".000000Z", "Z")
            })
            .collect()
    }

    #[test]
    fn times_follow_the_clock_of_the_zone() {
        assert_eq!(
            next("30 7 * * mon-fri", "Europe/Berlin", "2026-07-03T06:00:00Z", 2),
            ["2026-07-06T05:30:00Z", "2026-07-07T05:30:00Z"]
        );
        assert_eq!(next("@daily", "UTC", "2026-01-01T00:00:00.5Z", 1), ["2026-01-02T00:00:00Z"]);
        assert_eq!(next("* * * * * *", "UTC", "2026-01-01T00:00:00.9Z", 1), ["2026-01-01T00:00:01Z"]);
        assert_eq!(next("0 12 1 1 *", "Asia/Tokyo", "2026-01-01T03:00:00Z", 1), ["2027-01-01T03:00:00Z"]);
    }

    #[test]
    fn a_day_with_a_missing_hour_and_one_with_an_hour_twice_have_one_run_each() {
        // 29 March 2026: two o'clock is three. 25 October 2026: three o'clock is two again.
        assert_eq!(
            next("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2),
            ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
        );
        assert_eq!(
            next("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
        );
        assert_eq!(next("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 4).len(), 4);
        assert_eq!(
            next("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 4)[1],
            "2026-10-25T01:00:00Z",
            "every hour is every hour, also the one that comes twice"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_expression_breaks_the_parser(cron in "[-*/,#+@?LW0-9A-Za-z \\PC]{0,40}", zone in "\\PC{0,20}") {
            if let Ok(when) = When::parse(&cron, "Europe/Berlin") {
                let _ = when.after(Timestamp::from_micros(1_800_000_000_000_000));
            }
            let _ = When::parse("* * * * *", &zone);
        }

        #[test]
        fn fields_that_fit_give_times_that_come(minute in 0u8..60, hour in 0u8..24, day in 1u8..29, step in 1u8..30) {
            let now = Timestamp::from_micros(1_800_000_000_000_000);
            for cron in [format!("{minute} {hour} {day} * *"), format!("*/{step} * * * *")] {
                let next = When::parse(&cron, "America/New_York").unwrap().after(now).unwrap();
                proptest::prop_assert!(next > now && next.since(now).as_secs() < 63 * 86_400, "{}: {}", cron, next);
            }
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_its_field() {
        let field = |cron: &str, zone: &str| {
            let fault = When::parse(cron, zone).and_then(|when| when.after(Timestamp::default())).unwrap_err();
            fault.details.unwrap()["field"].as_str().unwrap().to_owned()
        };
        for cron in ["", "* * * *", "61 * * * *", "0 0 30 2 *", "x @daily", "@sometimes", &"* ".repeat(200)] {
            assert_eq!(field(cron, "UTC"), "cron", "{cron}");
        }
        for zone in ["", "Nowhere/Here", "../../etc/passwd", &"x".repeat(100)] {
            assert_eq!(field("* * * * *", zone), "time_zone", "{zone}");
        }
    }
}
