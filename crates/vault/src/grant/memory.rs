//! What this process remembers of a grant from one request to the next, by a clock that nobody sets.

use std::time::{Duration, Instant};

use callwright_model::{ErrorClass, ToolError, secret::SecretString};
use callwright_store::oauth::GrantRow;

use super::lease::LEASE;

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
    watched: Option<Watched>,
}

/// A token that was not accepted since, or never yet.
struct Doubt {
    token: SecretString,
    since: Instant,
}

/// A renewal that did not work, of the tokens of one version.
struct Pause {
    version: i64,
    failures: u32,
    until: Instant,
    error: ToolError,
}

/// A lease that somebody has.
struct Watched {
    version: i64,
    by: String,
    since: Instant,
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

    /// Why the tokens of `version` are not renewed for a while.
    pub(super) fn paused(&self, version: i64, now: Instant) -> Option<ToolError> {
        let pause = self.pause.as_ref().filter(|pause| pause.version == version)?;
        let left = pause.until.checked_duration_since(now).filter(|left| !left.is_zero())?;
        Some(pause.error.clone().retry_after(u64::try_from(left.as_millis()).unwrap_or(u64::MAX)))
    }

    /// The tokens of `version` could not be renewed.
    pub(super) fn failed(&mut self, version: i64, error: &ToolError, now: Instant) {
        let before = self.pause.as_ref().filter(|pause| pause.version == version);
        let failures = before.map_or(0, |pause| pause.failures.saturating_add(1));
        let longest = match error.class {
            ErrorClass::NetworkError | ErrorClass::TimeoutError => LONGEST_OUTAGE,
            _ => LONGEST_PAUSE,
        };
        let wait = FIRST_PAUSE.saturating_mul(1 << failures.min(16)).min(longest);
        self.pause = Some(Pause { version, failures, until: now + wait, error: error.clone() });
    }

    /// Whose lease on `row` is over, if somebody has one: it was seen for as long as a renewal may take. Other servers'
    /// clocks say nothing of that.
    pub(super) fn outlived(&mut self, row: &GrantRow, now: Instant) -> Option<String> {
        let Some(by) = &row.leased_by else {
            self.watched = None;
            return None;
        };
        match &self.watched {
            Some(seen) if seen.version == row.version && seen.by == *by => {
                (now.duration_since(seen.since) >= LEASE).then(|| by.clone())
            }
            _ => {
                self.watched = Some(Watched { version: row.version, by: by.clone(), since: now });
                None
            }
        }
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
        let wait = |memory: &Memory, version, now| memory.paused(version, now).and_then(|error| error.retry_after_ms);
        for expected in [500, 1_000, 2_000, 4_000] {
            memory.failed(1, &error(ErrorClass::AuthError), now);
            assert_eq!((wait(&memory, 1, now), wait(&memory, 2, now)), (Some(expected), None));
            now += Duration::from_millis(expected);
            assert_eq!(wait(&memory, 1, now), None);
        }
        for _ in 0..100 {
            memory.failed(1, &error(ErrorClass::AuthError), now);
        }
        assert_eq!(wait(&memory, 1, now), Some(300_000));
        memory.failed(1, &error(ErrorClass::NetworkError), now);
        assert_eq!(wait(&memory, 1, now), Some(5_000));
        memory.failed(2, &error(ErrorClass::NetworkError), now);
        assert_eq!(wait(&memory, 2, now), Some(500), "new tokens, a new count");
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
