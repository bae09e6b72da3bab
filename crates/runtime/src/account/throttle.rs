//! Slows guessing down: who guesses wrong too often has to wait, each time longer.
//!
//! An account is counted before the password is looked at, so that many guesses at once gain nothing.
//! An address is counted only when a guess was wrong, and may be wrong more often: many people can share one.

use std::{net::IpAddr, time::Duration};

use callwright_model::{Fault, FaultKind};
use callwright_vault::token::hash;

use crate::App;

/// Wrong guesses are forgotten when there was none for this long.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Wrong guesses for one account before it has to wait.
const ACCOUNT_LIMIT: i64 = 5;
/// Wrong guesses from one address before it has to wait.
const ADDRESS_LIMIT: i64 = 20;
/// The first wait; each further wrong guess doubles it, up to [`WINDOW`].
const FIRST_WAIT: Duration = Duration::from_secs(30);

/// A guess that was let through and counted.
pub(super) struct Attempt {
    account: String,
    address: String,
}

impl Attempt {
    /// Lets one guess at the account of `email` through, or refuses it while the account or the address must wait.
    ///
    /// # Errors
    /// Limited, with `retry_after_ms`.
    pub(super) async fn begin(app: &App, email: &str, client: IpAddr) -> Result<Self, Fault> {
        let attempt = Self { account: format!("account:{}", hash(email)), address: address_key(client) };
        refuse_while_locked(app, &attempt.account, ACCOUNT_LIMIT).await?;
        refuse_while_locked(app, &attempt.address, ADDRESS_LIMIT).await?;
        let count = record(app, &attempt.account, WINDOW).await?;
        // Of several guesses at once only the one that sets the lock goes on.
        if count >= ACCOUNT_LIMIT && lock(app, &attempt.account, wait(count, ACCOUNT_LIMIT)).await? > 1 {
            return Err(must_wait(wait(count, ACCOUNT_LIMIT)));
        }
        Ok(attempt)
    }

    /// The guess was right: the account's count is gone. The address's stays, or one account of one's own would buy guesses.
    pub(super) async fn succeeded(self, app: &App) -> Result<(), Fault> {
        app.store().clear_failures(&self.account).await?;
        app.store().clear_failures(&lock_key(&self.account)).await?;
        Ok(())
    }

    /// The guess was wrong.
    pub(super) async fn failed(self, app: &App) -> Result<(), Fault> {
        let count = record(app, &self.address, WINDOW).await?;
        if count >= ADDRESS_LIMIT {
            lock(app, &self.address, wait(count, ADDRESS_LIMIT)).await?;
        }
        Ok(())
    }
}

async fn refuse_while_locked(app: &App, key: &str, limit: i64) -> Result<(), Fault> {
    let now = app.clock().now();
    if app.store().failures(&lock_key(key), now).await? == 0 {
        return Ok(());
    }
    let count = app.store().failures(key, now).await?;
    Err(must_wait(wait(count, limit)))
}

async fn record(app: &App, key: &str, window: Duration) -> Result<i64, Fault> {
    Ok(app.store().record_failure(key, app.clock().now(), window).await?)
}

/// Makes `key` wait, and tells how often it was told so during this wait.
async fn lock(app: &App, key: &str, wait: Duration) -> Result<i64, Fault> {
    record(app, &lock_key(key), wait).await
}

fn lock_key(key: &str) -> String {
    format!("lock:{key}")
}

/// A household or a host has a whole /64 of IPv6.
fn address_key(client: IpAddr) -> String {
    match client {
        IpAddr::V4(address) => format!("address:{address}"),
        IpAddr::V6(address) => format!("address:{:x}", address.to_bits() >> 64),
    }
}

/// How long to wait after `count` wrong guesses.
fn wait(count: i64, limit: i64) -> Duration {
    let doublings = (count - limit).clamp(0, 16);
    FIRST_WAIT.saturating_mul(1 << doublings).min(WINDOW)
}

fn must_wait(wait: Duration) -> Fault {
    let message = format!("too many wrong attempts; wait {} s before the next one", wait.as_secs());
    Fault::new(FaultKind::Limited, "too_many_attempts", message)
        .with_details(serde_json::json!({ "retry_after_ms": wait.as_millis() as u64 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_guess_costs_twice_as_long_up_to_the_window() {
        let waits: Vec<u64> = (5..=12).map(|count| wait(count, ACCOUNT_LIMIT).as_secs()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(wait(i64::MAX, ACCOUNT_LIMIT), WINDOW);
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_ne!(key("10.0.0.1"), key("10.0.0.2"));
    }
}
