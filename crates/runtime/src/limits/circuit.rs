//! The breakers of this server: one for each tool, and one for each host that an organization's tools call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callwright_model::{ErrorClass, ToolError, execution::Attempt};

use super::{
    Epoch,
    breaker::{Breaker, Leave, State, Went},
    plan::BreakerPlan,
    table::{Idle, Table},
};
use crate::metering;

/// Every breaker.
#[derive(Default)]
pub struct Circuits(Table<Circuit>);

struct Circuit {
    breaker: Mutex<Breaker>,
    settings: callwright_model::tool::policy::limits::Breaker,
}

/// Leave to send through one breaker. Dropped without a report, it says nothing of the upstream.
pub struct Passing {
    circuit: Arc<Circuit>,
    epoch: Epoch,
    leave: Option<Leave>,
    plan: BreakerPlan,
}

impl Circuits {
    /// Whether `plan`'s breaker would let an execution through; else how long to wait, in nanoseconds.
    pub fn look(&self, epoch: Epoch, plan: &BreakerPlan) -> Result<(), u64> {
        match self.0.find(&plan.key) {
            Some(circuit) => circuit.lock().look(&plan.settings, epoch.now_ns()),
            None => Ok(()),
        }
    }

    /// Lets an execution through, or tells how long to wait, in nanoseconds.
    pub fn pass(&self, epoch: Epoch, plan: &BreakerPlan) -> Result<Passing, u64> {
        let now = epoch.now_ns();
        let settings = plan.settings;
        let circuit = self.0.get(&plan.key, now, || Circuit { breaker: Mutex::default(), settings });
        let (before, leave, after) = {
            let mut breaker = circuit.lock();
            let before = breaker.state();
            let leave = breaker.ask(&settings, now)?;
            (before, leave, breaker.state())
        };
        if before.as_str() != after.as_str() {
            note(plan, after);
        }
        Ok(Passing { circuit, epoch, leave: Some(leave), plan: plan.clone() })
    }

    /// Where the breaker stands, and how many in its window went well and badly.
    pub fn state(&self, epoch: Epoch, plan: &BreakerPlan) -> (State, u32, u32) {
        let Some(circuit) = self.0.find(&plan.key) else { return (State::Closed, 0, 0) };
        let breaker = circuit.lock();
        let (well, badly) = breaker.counts(&plan.settings, epoch.now_ns());
        (breaker.state(), well, badly)
    }

    /// Forgets what is closed and quiet.
    pub fn sweep(&self, now_ns: u64) {
        self.0.sweep(now_ns);
    }
}

impl Circuit {
    fn lock(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idle for Circuit {
    fn is_idle(&self, now_ns: u64) -> bool {
        self.lock().is_idle(&self.settings, now_ns)
    }
}

impl Passing {
    /// Tells the breaker how it went.
    pub fn report(mut self, went: Went) {
        self.tell(went);
    }

    fn tell(&mut self, went: Went) {
        let Some(leave) = self.leave.take() else { return };
        let changed = self.circuit.lock().report(&self.plan.settings, self.epoch.now_ns(), leave, went);
        if let Some(state) = changed {
            note(&self.plan, state);
        }
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        self.tell(Went::Nowhere);
    }
}

fn note(plan: &BreakerPlan, state: State) {
    metering::breaker_changed(plan.of.as_str(), state.as_str());
    tracing::warn!(breaker = plan.of.as_str(), name = plan.name, state = state.as_str(), "a circuit breaker changed");
}

/// What an execution says of its upstream. The last sending counts: a write in doubt has lost its own class by now.
pub fn judge(last: Option<&Attempt>, error: Option<&ToolError>) -> Went {
    let Some(error) = error else { return Went::Well };
    let is_of_the_upstream = |class: ErrorClass| matches!(class, ErrorClass::NetworkError | ErrorClass::TimeoutError);
    if error.code == "deadline" {
        return Went::Badly;
    }
    match last {
        Some(Attempt { status: Some(500..), .. }) => Went::Badly,
        Some(Attempt { status: Some(_), .. }) => Went::Well,
        Some(Attempt { error: Some(class), .. }) if is_of_the_upstream(*class) => Went::Badly,
        None if is_of_the_upstream(error.class) => Went::Badly,
        _ => Went::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::Timestamp;

    use super::*;

    fn attempt(status: Option<u16>, error: Option<ErrorClass>) -> Attempt {
        let started_at = Timestamp::from_micros(0);
        Attempt { started_at, duration_ms: 1, status, error, message: None, waited_ms: None }
    }

    #[test]
    fn only_the_upstreams_own_failures_count() {
        let error = |class, code: &str| ToolError::new(class, code, "");
        let unknown = error(ErrorClass::OutcomeUnknown, "connection_reset");
        for (last, error, went) in [
            (Some(attempt(Some(200), None)), None, Went::Well),
            (Some(attempt(Some(503), Some(ErrorClass::UpstreamError))), Some(unknown.clone()), Went::Badly),
            (Some(attempt(None, Some(ErrorClass::NetworkError))), Some(unknown), Went::Badly),
            (
                Some(attempt(Some(408), Some(ErrorClass::TimeoutError))),
                Some(error(ErrorClass::TimeoutError, "http_408")),
                Went::Well,
            ),
            (Some(attempt(Some(422), None)), Some(error(ErrorClass::ValidationError, "http_422")), Went::Well),
            (
                Some(attempt(None, Some(ErrorClass::Cancelled))),
                Some(error(ErrorClass::Cancelled, "cancelled")),
                Went::Nowhere,
            ),
            (None, Some(error(ErrorClass::ValidationError, "request_unfilled")), Went::Nowhere),
            (None, Some(error(ErrorClass::OutcomeUnknown, "deadline")), Went::Badly),
        ] {
            assert_eq!(judge(last.as_ref(), error.as_ref()), went, "{last:?} {error:?}");
        }
    }
}
