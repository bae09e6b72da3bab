//! A token bucket as one number: the time at which it will be full again.

/// How fast a bucket fills, and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// The time in which it gains one token, in nanoseconds; rounded up, so never too generous.
    pub interval_ns: u64,
    /// The most tokens that it holds.
    pub burst: u64,
}

impl Shape {
    /// The shape of `requests` in `per_seconds` with `burst` at once.
    pub fn new(requests: u32, per_seconds: u32, burst: u32) -> Self {
        let interval_ns = (u64::from(per_seconds) * 1_000_000_000).div_ceil(u64::from(requests.max(1)));
        Self { interval_ns: interval_ns.max(1), burst: u64::from(burst.max(1)) }
    }

    /// How long an empty bucket takes to fill.
    pub fn depth_ns(self) -> u64 {
        self.interval_ns.saturating_mul(self.burst)
    }

    /// The tokens in a bucket that will be full in `debt_ns`.
    pub fn left(self, debt_ns: u64) -> u64 {
        self.depth_ns().saturating_sub(debt_ns) / self.interval_ns
    }
}

/// A bucket. A new one is full.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bucket {
    full_at_ns: u64,
}

impl Bucket {
    /// Takes one token.
    ///
    /// # Errors
    /// The nanoseconds until there is one.
    pub fn take(&mut self, shape: Shape, now_ns: u64) -> Result<(), u64> {
        let full_at = self.full_at_ns.max(now_ns).saturating_add(shape.interval_ns);
        let over = (full_at - now_ns).saturating_sub(shape.depth_ns());
        if over > 0 {
            return Err(over);
        }
        self.full_at_ns = full_at;
        Ok(())
    }

    /// Puts back a token that was taken and not used.
    pub fn give_back(&mut self, shape: Shape) {
        self.full_at_ns = self.full_at_ns.saturating_sub(shape.interval_ns);
    }

    /// How long until it is full.
    pub fn debt_ns(&self, now_ns: u64) -> u64 {
        self.full_at_ns.saturating_sub(now_ns)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_burst_then_the_rate() {
        let shape = Shape::new(10, 60, 3);
        let mut bucket = Bucket::default();
        assert!((0..3).all(|_| bucket.take(shape, SECOND).is_ok()));
        assert_eq!(bucket.take(shape, SECOND), Err(6 * SECOND));
        assert_eq!(bucket.take(shape, 7 * SECOND - 1), Err(1));
        assert_eq!(bucket.take(shape, 7 * SECOND), Ok(()));
        bucket.give_back(shape);
        assert_eq!(shape.left(bucket.debt_ns(7 * SECOND)), 1);
    }

    proptest! {
        /// In any window, no more than the burst and what flows in meanwhile; and the wait that is told is exact.
        #[test]
        fn never_more_than_burst_and_rate(
            requests in 1u32..50, per_seconds in 1u32..100, burst in 1u32..50,
            steps in prop::collection::vec(0u64..5 * SECOND, 1..200),
        ) {
            let shape = Shape::new(requests, per_seconds, burst);
            let mut bucket = Bucket::default();
            let mut now = 0;
            let mut taken: Vec<u64> = Vec::new();
            for step in steps {
                now += step;
                match bucket.take(shape, now) {
                    Ok(()) => taken.push(now),
                    Err(wait) => {
                        let mut other = bucket;
                        prop_assert!(other.take(shape, now + wait).is_ok());
                        let mut early = bucket;
                        prop_assert!(early.take(shape, now + wait - 1).is_err());
                    }
                }
            }
            for (first, start) in taken.iter().enumerate() {
                for (last, end) in taken.iter().enumerate().skip(first) {
                    let count = (last - first + 1) as u64;
                    prop_assert!(count <= u64::from(burst) + (end - start) / shape.interval_ns);
                }
            }
        }
    }
}
