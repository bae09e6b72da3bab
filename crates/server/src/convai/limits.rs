//! What a client of the socket may send.

use std::time::Duration;

use tokio::time::Instant;

/// The most bytes of one message: a picture of 8 MiB in base64, with what stands around it.
pub(super) const MAX_MESSAGE: usize = 12 * 1024 * 1024;
/// The same of somebody whom nobody knows.
pub(super) const MAX_OF_STRANGER: usize = 2 * 1024 * 1024;
/// Frames in [`FRAMES_PER`]; sound comes in some four pieces a second.
const MOST_FRAMES: u32 = 400;
const FRAMES_PER: Duration = Duration::from_secs(10);
/// Messages of the person in [`SAID_PER`].
const MOST_SAID: u32 = 60;
const SAID_PER: Duration = Duration::from_secs(60);

/// Counts within windows that follow each other.
#[derive(Debug)]
pub(super) struct Counter {
    most: u32,
    per: Duration,
    count: u32,
    since: Instant,
}

impl Counter {
    fn new(most: u32, per: Duration) -> Self {
        Self { most, per, count: 0, since: Instant::now() }
    }

    /// Of frames.
    pub(super) fn of_frames() -> Self {
        Self::new(MOST_FRAMES, FRAMES_PER)
    }

    /// Of what the person says.
    pub(super) fn of_words() -> Self {
        Self::new(MOST_SAID, SAID_PER)
    }

    /// Counts one more. False: that is too many.
    pub(super) fn one_more(&mut self) -> bool {
        if self.since.elapsed() >= self.per {
            (self.count, self.since) = (0, Instant::now());
        }
        self.count = self.count.saturating_add(1);
        self.count <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_are_too_many_until_the_window_is_over() {
        let per = Duration::from_millis(200);
        let mut counter = Counter::new(2, per);
        assert!(counter.one_more() && counter.one_more() && !counter.one_more());
        std::thread::sleep(per);
        assert!(counter.one_more());
    }
}
