//! Whether this server's clock and the database's agree.

use callwright_model::Fault;

use super::Finding;
use crate::App;

const CHECK: &str = "database clock";
/// A difference that is worth a word, in microseconds.
const TOLERABLE_US: i64 = 1_000_000;

pub(super) async fn look(app: &App) -> Result<Vec<Finding>, Fault> {
    let before = app.clock().now();
    let there = app.store().database_time().await?;
    let after = app.clock().now();
    // The database looked at its clock somewhere between the two.
    let middle = before.micros() + (after.micros() - before.micros()) / 2;
    let skew = there.micros() - middle;
    let allowed = TOLERABLE_US + (after.micros() - before.micros());
    if skew.abs() <= allowed {
        return Ok(vec![Finding::ok(CHECK, format!("it agrees with the server's within {} ms", skew.abs() / 1000))]);
    }
    let which = if skew > 0 { "ahead of" } else { "behind" };
    let found = format!("the database's clock is {:.1} s {which} the server's", skew.abs() as f64 / 1e6);
    let why = "leases go by the database's clock, times in the log and in alerts by the servers'";
    Ok(vec![Finding::warn(CHECK, found, why, "set both by NTP: `timedatectl set-ntp true`")])
}
