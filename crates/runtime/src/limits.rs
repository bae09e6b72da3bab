//! What holds executions back: rate limits, places, circuit breakers.
//!
//! [`bucket`], [`lease`] and [`breaker`] are pure: they are told the time. [`rate`], [`concurrency`] and
//! [`circuit`] keep them for this server. [`plan`] says which of them a tool has to pass; it is made when the tool
//! is loaded, so that a tool without limits pays nothing. `call::admit` walks the plan. See docs/guides/limits.md.

pub mod breaker;
pub mod bucket;
pub mod circuit;
pub mod concurrency;
pub mod lease;
pub mod plan;
pub mod rate;
mod setting;
mod status;
mod table;

use tokio::time::Instant;

pub use setting::{get, set};
pub use status::{BreakerStatus, CacheStatus, ConcurrencyStatus, LimitStatus, RateStatus, status};

/// Where this server's own clock begins.
#[derive(Debug, Clone, Copy)]
pub struct Epoch(Instant);

/// The state of everything that holds executions back in this server.
pub struct Room {
    /// When it began.
    pub epoch: Epoch,
    /// Rate limits.
    pub rates: rate::Rates,
    /// Places.
    pub gates: concurrency::Gates,
    /// Breakers.
    pub circuits: circuit::Circuits,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            epoch: Epoch::begin(),
            rates: rate::Rates::default(),
            gates: concurrency::Gates::default(),
            circuits: circuit::Circuits::default(),
        }
    }
}

impl Room {
    /// Forgets what says nothing any more.
    pub(crate) fn sweep(&self) {
        let now = self.epoch.now_ns();
        self.rates.sweep(now);
        self.gates.sweep(now);
        self.circuits.sweep(now);
    }
}
