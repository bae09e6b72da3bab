//! What a server tells about itself: whether it is there, ready, of our age and of our time, and who we are to it.

use callwright_model::{Clock, SystemClock, Timestamp};
use serde_json::Value;

use super::{Check, Report, Verdict};
use crate::{
    client::{Answer, Client, admin_token_file},
    failure::Failure,
    output::text,
};

/// A difference of clocks that is worth a word, in seconds: tokens and limits go by the server's clock.
const TOLERABLE_SKEW: i64 = 5;

/// Examines the server; true when one answers.
pub(super) fn examine(client: &Client, report: &mut Report) -> bool {
    let health = match client.send("GET", "/healthz", None, &[]) {
        Ok(answer) => answer,
        Err(failure) => {
            report.fail("server", failure);
            return false;
        }
    };
    let version = text(&health.body, "version");
    if health.status != 200 || version.is_empty() {
        let message = format!("{} answers, but not as a Callwright server would", client.prefix());
        report.fail("server", Failure::new(message).hint("is CALLWRIGHT_URL right?"));
        return false;
    }
    report.ok("server", format!("{} answers", client.prefix()));
    if version == env!("CARGO_PKG_VERSION") {
        report.ok("server version", version);
    } else {
        report.warn("server version", version, "it differs from this program's; use the same on both sides");
    }
    ready(client, report);
    clock(&health, report);
    if token(client, report) {
        itself(client, report);
    }
    true
}

fn ready(client: &Client, report: &mut Report) {
    match client.get("/readyz") {
        Ok(_) => report.ok("readiness", "ready for work; its database answers"),
        Err(failure) => report.fail("readiness", failure),
    }
}

fn clock(health: &Answer, report: &mut Report) {
    let date = health.headers.get("date").and_then(|value| value.to_str().ok());
    let Some(there) = date.and_then(parse_date) else {
        return report.warn("clock", "the server does not tell its time", "is there a proxy that removes `Date`?");
    };
    let skew = (SystemClock.now().micros() - there.micros()) / 1_000_000;
    if skew.abs() <= TOLERABLE_SKEW {
        report.ok("clock", "the server's clock agrees with this machine's");
    } else {
        let which = if skew > 0 { "behind" } else { "ahead of" };
        let found = format!("the server's clock is {} s {which} this machine's", skew.abs());
        report.warn("clock", found, "set both clocks by NTP; tokens end, and limits count, by the server's clock");
    }
}

pub(super) fn parse_date(text: &str) -> Option<Timestamp> {
    let time = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Timestamp::from_micros(time.as_microsecond()))
}

/// What the server knows of itself. Older ones do not have that address.
fn itself(client: &Client, report: &mut Report) {
    let diagnosis = match client.send("GET", "/api/v1/doctor", None, &[]) {
        Ok(answer) if answer.status == 404 => return,
        Ok(answer) => answer.success(),
        Err(failure) => Err(failure),
    };
    let diagnosis = match diagnosis {
        Ok(diagnosis) => diagnosis,
        Err(failure) => return report.fail("diagnosis", failure),
    };
    for finding in diagnosis["findings"].as_array().into_iter().flatten() {
        let verdict = match finding["verdict"].as_str() {
            Some("ok") => Verdict::Ok,
            Some("warn") => Verdict::Warn,
            _ => Verdict::Fail,
        };
        let optional = |field| finding[field].as_str().map(str::to_owned);
        report.0.push(Check {
            name: text(finding, "check").into(),
            verdict,
            found: text(finding, "found"),
            why: optional("why"),
            hint: optional("fix"),
        });
    }
    let left_out: Vec<&str> =
        diagnosis["left_out"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !left_out.is_empty() {
        report.ok("left out", format!("only administrators are told: {}", left_out.join(", ")));
    }
}

/// True when the server knows us.
fn token(client: &Client, report: &mut Report) -> bool {
    if client.token().is_none() {
        let hint = format!(
            "set CALLWRIGHT_TOKEN; the first token is printed when the server first starts, and left in {}",
            admin_token_file().display()
        );
        report.fail("token", Failure::new("there is none").hint(hint));
        return false;
    }
    let me = match client.get("/api/v1/me") {
        Ok(me) => me,
        Err(failure) => {
            report.fail("token", failure);
            return false;
        }
    };
    let role = text(&me, "role");
    let scopes: Vec<&str> = me["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let limits = if scopes.is_empty() { String::new() } else { format!(", only for {}", scopes.join(", ")) };
    let found = format!("{} is {role} of `{}`{limits}", text(&me, "email"), text(&me["organization"], "name"));
    match role.as_str() {
        "viewer" => report.warn("token", found, "a viewer may look but not call; ask an admin for a higher role"),
        _ => report.ok("token", found),
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_answer_is_read() {
        let time = parse_date("Sat, 21 Nov 2026 10:20:30 GMT").unwrap();
        assert_eq!(time.to_string(), "2026-11-21T10:20:30.000000Z");
        assert!(parse_date("yesterday").is_none());
    }
}
