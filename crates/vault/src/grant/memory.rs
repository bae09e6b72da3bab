//! What this process remembers of a grant from one request to the next, by a clock that nobody sets.

use std::time::{Duration, Instant};

use callwright_model::{ErrorClass, ToolError, secret::SecretString};

/// After a renewal that did not work, the token server is not asked for so long; doubled each time, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause where the token server refuses: somebody has to do something.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// The longest pause where it cannot be reached: it may be back at any moment.
const LONGEST_OUTAGE: Duration = Duration::from_secs(5);

#[derive(Default)]
pub(super) struct Memory {
    doubt: Option<Doubt>,
    pause: Option<Pause>,
}

/// A token that was not accepted since, or never yet.
struct Doubt {
    token: SecretString,
    since: Instant,
}

/// A renewal that did not work.
struct Pause {
    of: Attempt,
    failures: u32,
    until: Instant,
    error: ToolError,
}

/// What was renewed with what: the version of the tokens, and the client's secret where somebody gave one. Another secret
/// may be what mends it.
#[derive(Clone)]
pub(super) struct Attempt {
    pub(super) version: i64,
    pub(super) secret: Option<SecretString>,
}

impl PartialEq for Attempt {
    fn eq(&self, other: &Self) -> bool {
        let secrets = [self, other].map(|attempt| attempt.secret.as_ref().map(SecretString::expose));
        self.version == other.version && secrets[0] == secrets[1]
    }
}

impl Memory {
    /// A token came in the place of one that was refused.
    pub(super) fn replaced(&mut self, token: &SecretString, now: Instant) {
        self.doubt = Some(Doubt { token: token.clone(), since: now });
    }

    /// The server has let somebody in with `token`.
    pub(super) fn accepted(&mut self, token: &SecretString) {
        self.doubt.take_if(|doubt| doubt.token.expose() == token.expose());
    }

    /// For how long `token` has not been accepted, if that is in doubt.
    pub(super) fn doubted(&self, token: &SecretString, now: Instant) -> Option<Duration> {
        let doubt = self.doubt.as_ref().filter(|doubt| doubt.token.expose() == token.expose())?;
        Some(now.duration_since(doubt.since))
    }

    /// The server refuses `token`: for how long already.
    pub(super) fn refused(&mut self, token: &SecretString, now: Instant) -> Duration {
        self.doubted(token, now).unwrap_or_else(|| {
            self.replaced(token, now);
            Duration::ZERO
        })
    }

    /// Why nothing is renewed for a while.
    pub(super) fn paused(&self, of: &Attempt, now: Instant) -> Option<ToolError> {
        let pause = self.pause.as_ref().filter(|pause| pause.of == *of)?;
        let left = pause.until.checked_duration_since(now).filter(|left| !left.is_zero())?;
        Some(pause.error.clone().retry_after(u64::try_from(left.as_millis()).unwrap_or(u64::MAX)))
    }

    /// A renewal did not work.
    pub(super) fn failed(&mut self, of: &Attempt, error: &ToolError, now: Instant) {
        let before = self.pause.as_ref().filter(|pause| pause.of == *of);
        let failures = before.map_or(0, |pause| pause.failures.saturating_add(1));
        let longest = match error.class {
            ErrorClass::NetworkError | ErrorClass::TimeoutError => LONGEST_OUTAGE,
            _ => LONGEST_PAUSE,
        };
        let wait = FIRST_PAUSE.saturating_mul(1 << failures.min(16)).min(longest);
        self.pause = Some(Pause { of: of.clone(), failures, until: now + wait, error: error.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(class: ErrorClass) -> ToolError {
        ToolError::new(class, "no", "no")
    }

    #[test]
    fn a_pause_doubles_and_belongs_to_what_could_not_be_renewed() {
        let (mut memory, mut now) = (Memory::default(), Instant::now());
        let attempt = |version, secret: &str| Attempt { version, secret: Some(SecretString::new(secret)) };
        let (one, two, mended) = (attempt(1, "a"), attempt(2, "a"), attempt(1, "b"));
        let wait = |memory: &Memory, of, now| memory.paused(of, now).and_then(|error| error.retry_after_ms);
        for expected in [500, 1_000, 2_000, 4_000] {
            memory.failed(&one, &error(ErrorClass::AuthError), now);
            assert_eq!((wait(&memory, &one, now), wait(&memory, &two, now)), (Some(expected), None));
            assert_eq!(wait(&memory, &mended, now), None, "whoever gives another secret need not wait");
            now += Duration::from_millis(expected);
            assert_eq!(wait(&memory, &one, now), None);
        }
        for _ in 0..100 {
            memory.failed(&one, &error(ErrorClass::AuthError), now);
        }
        assert_eq!(wait(&memory, &one, now), Some(300_000));
        memory.failed(&one, &error(ErrorClass::NetworkError), now);
        assert_eq!(wait(&memory, &one, now), Some(5_000));
        memory.failed(&two, &error(ErrorClass::NetworkError), now);
        assert_eq!(wait(&memory, &two, now), Some(500), "new tokens, a new count");
    }

    #[test]
    fn a_token_is_in_doubt_until_it_is_accepted() {
        let (one, other) = (SecretString::new("one"), SecretString::new("other"));
        let (mut memory, now) = (Memory::default(), Instant::now());
        assert_eq!(memory.refused(&one, now), Duration::ZERO);
        memory.accepted(&other);
        let later = now + Duration::from_secs(5);
        assert_eq!(memory.refused(&one, later), Duration::from_secs(5));
        memory.accepted(&one);
        assert_eq!(memory.doubted(&one, later), None);
        assert_eq!(memory.refused(&one, later), Duration::ZERO);
    }
}
