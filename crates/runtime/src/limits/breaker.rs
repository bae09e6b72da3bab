//! A circuit breaker: closed while things go well, open when they do not, half open to try again.

use std::time::Duration;

use callwright_model::tool::policy::limits::Breaker as Settings;

/// The parts of a window; the oldest is forgotten as a whole.
const PARTS: usize = 10;
/// How long to wait when every probe is taken and none has come back.
const PROBING: Duration = Duration::from_secs(1);

/// How an execution went, for a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Went {
    /// The upstream answered, even if it refused.
    Well,
    /// It could not be reached, took too long, or failed.
    Badly,
    /// Nothing was sent, or somebody stopped it: that says nothing of the upstream.
    Nowhere,
}

/// Where a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Everything passes.
    Closed,
    /// Nothing does.
    Open {
        /// Until probes are let through.
        until_ns: u64,
    },
    /// Probes do.
    HalfOpen {
        /// Under way.
        probing: u32,
        /// Came back well.
        passed: u32,
    },
}

impl State {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open { .. } => "open",
            Self::HalfOpen { .. } => "half_open",
        }
    }
}

/// A breaker.
#[derive(Debug)]
pub struct Breaker {
    state: State,
    /// Counts the changes of state, so that what began before one has no say after it.
    era: u64,
    parts: [Part; PARTS],
}

#[derive(Debug, Clone, Copy, Default)]
struct Part {
    number: u64,
    well: u32,
    badly: u32,
}

/// Leave to send, to be reported on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leave {
    era: u64,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { state: State::Closed, era: 0, parts: [Part::default(); PARTS] }
    }
}

impl Breaker {
    /// Whether it would let an execution through; else how long to wait, in nanoseconds.
    pub fn look(&self, settings: &Settings, now_ns: u64) -> Result<(), u64> {
        match self.state {
            State::Closed => Ok(()),
            State::Open { until_ns } if now_ns < until_ns => Err(until_ns - now_ns),
            State::Open { .. } => Ok(()),
            State::HalfOpen { probing, passed } if probing + passed < settings.half_open_probes => Ok(()),
            State::HalfOpen { .. } => Err(nanos(PROBING)),
        }
    }

    /// Lets an execution through, or tells how long to wait.
    pub fn ask(&mut self, settings: &Settings, now_ns: u64) -> Result<Leave, u64> {
        self.look(settings, now_ns)?;
        if let State::Open { .. } = self.state {
            self.change(State::HalfOpen { probing: 0, passed: 0 });
        }
        if let State::HalfOpen { probing, .. } = &mut self.state {
            *probing += 1;
        }
        Ok(Leave { era: self.era })
    }

    /// Notes how it went. Gives the new state when it changed.
    pub fn report(&mut self, settings: &Settings, now_ns: u64, leave: Leave, went: Went) -> Option<State> {
        if leave.era != self.era {
            return None;
        }
        match &mut self.state {
            State::Closed => {
                self.count(settings, now_ns, went);
                let (well, badly) = self.counts(settings, now_ns);
                let is_enough = well + badly >= settings.minimum_requests;
                let is_too_much = f64::from(badly) >= settings.failure_ratio * f64::from(well + badly);
                (went == Went::Badly && is_enough && is_too_much).then(|| self.open(settings, now_ns))
            }
            State::HalfOpen { probing, passed } => {
                *probing = probing.saturating_sub(1);
                match went {
                    Went::Nowhere => None,
                    Went::Badly => Some(self.open(settings, now_ns)),
                    Went::Well => {
                        *passed += 1;
                        let is_well = *passed >= settings.half_open_probes;
                        is_well.then(|| {
                            self.parts = [Part::default(); PARTS];
                            self.change(State::Closed)
                        })
                    }
                }
            }
            // Everything that was let through before belongs to an earlier era.
            State::Open { .. } => None,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// How many in the window went well, and how many badly.
    pub fn counts(&self, settings: &Settings, now_ns: u64) -> (u32, u32) {
        let newest = now_ns / part_ns(settings);
        let is_recent = |part: &&Part| part.number + PARTS as u64 > newest;
        self.parts.iter().filter(is_recent).fold((0, 0), |(well, badly), part| (well + part.well, badly + part.badly))
    }

    /// Whether nothing is lost when it is forgotten.
    pub fn is_idle(&self, settings: &Settings, now_ns: u64) -> bool {
        self.state == State::Closed && self.counts(settings, now_ns) == (0, 0)
    }

    fn count(&mut self, settings: &Settings, now_ns: u64, went: Went) {
        let number = now_ns / part_ns(settings);
        let part = &mut self.parts[(number % PARTS as u64) as usize];
        if part.number != number {
            *part = Part { number, ..Part::default() };
        }
        match went {
            Went::Well => part.well = part.well.saturating_add(1),
            Went::Badly => part.badly = part.badly.saturating_add(1),
            Went::Nowhere => {}
        }
    }

    fn open(&mut self, settings: &Settings, now_ns: u64) -> State {
        let until_ns = now_ns + u64::from(settings.open_s) * 1_000_000_000;
        self.change(State::Open { until_ns })
    }

    fn change(&mut self, state: State) -> State {
        self.era += 1;
        self.state = state;
        state
    }
}

fn part_ns(settings: &Settings) -> u64 {
    (u64::from(settings.window_s) * 1_000_000_000 / PARTS as u64).max(1)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn settings() -> Settings {
        Settings { failure_ratio: 0.5, minimum_requests: 4, window_s: 10, open_s: 5, half_open_probes: 2 }
    }

    fn run(breaker: &mut Breaker, now: u64, went: Went) -> Option<State> {
        let leave = breaker.ask(&settings(), now).unwrap();
        breaker.report(&settings(), now, leave, went)
    }

    fn opened_at(now: u64) -> Breaker {
        let mut breaker = Breaker::default();
        for went in [Went::Well, Went::Badly, Went::Well] {
            assert_eq!(run(&mut breaker, now, went), None);
        }
        assert_eq!(run(&mut breaker, now, Went::Badly), Some(State::Open { until_ns: now + 5 * SECOND }));
        breaker
    }

    #[test]
    fn half_of_at_least_four_open_it() {
        let breaker = opened_at(SECOND);
        assert_eq!(breaker.look(&settings(), 2 * SECOND), Err(4 * SECOND), "the wait is exact");
        assert!(breaker.look(&settings(), 6 * SECOND).is_ok());
    }

    #[test]
    fn what_is_older_than_the_window_does_not_count() {
        let mut breaker = Breaker::default();
        for second in 1..=3 {
            run(&mut breaker, second * SECOND, Went::Badly);
        }
        assert_eq!(run(&mut breaker, 12 * SECOND, Went::Badly), None, "two of four are forgotten");
        assert!(breaker.is_idle(&settings(), 40 * SECOND));
    }

    #[test]
    fn probes_close_it_or_open_it_again() {
        let mut breaker = opened_at(0);
        let now = 5 * SECOND;
        let first = breaker.ask(&settings(), now).unwrap();
        let second = breaker.ask(&settings(), now).unwrap();
        assert!(breaker.ask(&settings(), now).is_err(), "two probes and no more");
        assert_eq!(breaker.report(&settings(), now, first, Went::Nowhere), None);
        let third = breaker.ask(&settings(), now).expect("a probe that told nothing leaves its place");
        assert_eq!(breaker.report(&settings(), now, second, Went::Well), None);
        assert_eq!(breaker.report(&settings(), now, third, Went::Well), Some(State::Closed));
        assert_eq!(breaker.counts(&settings(), now), (0, 0), "a new beginning");

        let mut breaker = opened_at(0);
        let probe = breaker.ask(&settings(), now).unwrap();
        let late = breaker.ask(&settings(), now).unwrap();
        assert!(matches!(breaker.report(&settings(), now, probe, Went::Badly), Some(State::Open { .. })));
        assert_eq!(breaker.report(&settings(), now, late, Went::Well), None, "too late to have a say");
        assert!(breaker.look(&settings(), now + SECOND).is_err());
    }

    proptest! {
        /// However calls and reports interleave: never more probes than allowed, and open means closed to all.
        #[test]
        fn it_keeps_its_promises(steps in prop::collection::vec((0u64..3 * SECOND, 0u8..4, any::<bool>()), 1..300)) {
            let settings = settings();
            let mut breaker = Breaker::default();
            let mut out: Vec<Leave> = Vec::new();
            let mut now = 0;
            for (step, what, is_first) in steps {
                now += step;
                let before = breaker.state();
                if what == 3 {
                    match breaker.ask(&settings, now) {
                        Ok(leave) => out.push(leave),
                        Err(wait) => prop_assert!(wait > 0),
                    }
                    if let State::Open { until_ns } = before {
                        prop_assert_eq!(breaker.state() == before, now < until_ns);
                    }
                } else if !out.is_empty() {
                    let leave = if is_first { out.remove(0) } else { out.pop().unwrap() };
                    let went = [Went::Well, Went::Badly, Went::Nowhere][usize::from(what)];
                    let changed = breaker.report(&settings, now, leave, went);
                    prop_assert_eq!(changed.is_some(), breaker.state().as_str() != before.as_str());
                }
                if let State::HalfOpen { probing, passed } = breaker.state() {
                    prop_assert!(probing + passed <= settings.half_open_probes);
                }
            }
        }
    }
}
