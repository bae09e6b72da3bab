//! What one server holds of a bucket that several share.
//!
//! Tokens are taken out of the shared row before they are used, at most a tenth of the bucket at a time, and are
//! lost when they are not used within a second. So whatever servers do, in any time `t` all of them together let
//! through at most `burst + t * rate` and, on top of that, one lease for each server: a tenth of `burst`, at least 1.

use super::bucket::Shape;

/// How long leased tokens may be used.
const HOLD_NS: u64 = 1_000_000_000;
/// A lease used up within this time is followed by one twice its size.
const QUICK_NS: u64 = 250_000_000;

/// The tokens that this server holds.
#[derive(Debug, Clone, Default)]
pub struct Lease {
    tokens: u64,
    until_ns: u64,
    empty_until_ns: u64,
    last: u64,
    leased_at_ns: u64,
}

/// What to do for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it was there.
    Taken,
    /// Come back in this many nanoseconds: until then the shared bucket is known to be empty.
    Empty(u64),
    /// Ask the shared bucket for this many.
    Ask(u64),
}

/// The most that one server takes at once.
pub fn largest(shape: Shape) -> u64 {
    (shape.burst / 10).max(1)
}

impl Lease {
    /// Takes a token if there is one. `waiting` counts those who want one now, this one included.
    pub fn take(&mut self, shape: Shape, now_ns: u64, waiting: u64) -> Step {
        if now_ns >= self.until_ns {
            self.tokens = 0;
        }
        if self.tokens > 0 {
            self.tokens -= 1;
            return Step::Taken;
        }
        if now_ns < self.empty_until_ns {
            return Step::Empty(self.empty_until_ns - now_ns);
        }
        let is_quick = self.last > 0 && now_ns.saturating_sub(self.leased_at_ns) < QUICK_NS;
        let guess = if is_quick { self.last * 2 } else { 1 };
        Step::Ask(waiting.max(guess).clamp(1, largest(shape)))
    }

    /// Notes what the shared bucket gave. It has a further token in `wait_ns`.
    pub fn granted(&mut self, shape: Shape, now_ns: u64, tokens: u64, wait_ns: u64) {
        self.last = tokens;
        self.leased_at_ns = now_ns;
        if tokens == 0 {
            self.empty_until_ns = now_ns.saturating_add(wait_ns.max(1));
            return;
        }
        self.tokens = (self.tokens + tokens).min(largest(shape));
        self.until_ns = now_ns + HOLD_NS;
    }

    /// Puts back a token that was taken and not used, for the next one here.
    pub fn give_back(&mut self, shape: Shape, now_ns: u64) {
        if now_ns < self.until_ns && self.tokens < largest(shape) {
            self.tokens += 1;
        }
    }

    /// How many tokens may still be used.
    pub fn held(&self, now_ns: u64) -> u64 {
        if now_ns < self.until_ns { self.tokens } else { 0 }
    }

    /// Whether nothing is lost when it is forgotten.
    pub fn is_idle(&self, now_ns: u64) -> bool {
        self.held(now_ns) == 0 && now_ns >= self.empty_until_ns
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::bucket::Bucket, *};

    const SECOND: u64 = 1_000_000_000;

    /// Up to `wanted` tokens, as the shared row gives them.
    fn ask(shared: &mut Bucket, shape: Shape, now: u64, wanted: u64) -> (u64, u64) {
        for given in 0..wanted {
            if let Err(wait) = shared.take(shape, now) {
                return (given, wait);
            }
        }
        (wanted, 0)
    }

    #[test]
    fn leases_grow_under_haste_and_never_past_a_tenth() {
        let shape = Shape::new(100, 1, 100);
        let mut lease = Lease::default();
        assert_eq!(lease.take(shape, 5, 1), Step::Ask(1));
        lease.granted(shape, 5, 1, 0);
        assert_eq!(lease.take(shape, 6, 1), Step::Taken);
        assert_eq!(lease.take(shape, 7, 1), Step::Ask(2));
        assert_eq!(lease.take(shape, 7, 500), Step::Ask(10));
        lease.granted(shape, 7, 10, 0);
        assert_eq!(lease.take(shape, 8, 1), Step::Taken);
        assert_eq!(lease.take(shape, 7 + HOLD_NS, 1), Step::Ask(1), "what was not used in time is lost");
        lease.granted(shape, 9 + HOLD_NS, 0, 40);
        assert_eq!(lease.take(shape, 19 + HOLD_NS, 1), Step::Empty(30));
        assert!(!lease.is_idle(19 + HOLD_NS) && lease.is_idle(49 + HOLD_NS));
    }

    proptest! {
        /// The bound that the documentation states, for any number of servers and any order of callers.
        #[test]
        fn the_overshoot_is_one_lease_for_each_server(
            nodes in 1usize..5, requests in 1u32..200, per_seconds in 1u32..20, burst in 1u32..200,
            steps in prop::collection::vec((0u64..SECOND / 5, 0usize..5, 1u64..40), 1..300),
        ) {
            let shape = Shape::new(requests, per_seconds, burst);
            let mut shared = Bucket::default();
            let mut leases = vec![Lease::default(); nodes];
            let (mut now, mut taken) = (0u64, Vec::new());
            for (step, node, waiting) in steps {
                now += step;
                let lease = &mut leases[node % nodes];
                for left in (1..=waiting).rev() {
                    let is_taken = match lease.take(shape, now, left) {
                        Step::Taken => true,
                        Step::Empty(_) => false,
                        Step::Ask(wanted) => {
                            prop_assert!(wanted <= largest(shape));
                            let (given, wait) = ask(&mut shared, shape, now, wanted);
                            lease.granted(shape, now, given, wait);
                            lease.take(shape, now, left) == Step::Taken
                        }
                    };
                    if is_taken {
                        taken.push(now);
                    }
                }
            }
            let slack = u64::from(burst) + nodes as u64 * largest(shape);
            for (first, start) in taken.iter().enumerate() {
                let (last, end) = (taken.len() - 1, taken[taken.len() - 1]);
                prop_assert!((last - first + 1) as u64 <= slack + (end - start) / shape.interval_ns);
            }
        }
    }
}
