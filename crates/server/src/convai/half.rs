//! A message that has not come whole: a client may cut one into fragments and never send the last, and all of it lies in
//! memory meanwhile. It has a time and a bound.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::limits::{MAX_MESSAGE, MAX_OF_STRANGER};
use crate::meter::Meter;

/// The most of one of a stranger from whom nothing large is expected. More than any message that is taken, so that a
/// client whose message is too large is told so.
const MOST_OF_STRANGER: usize = 512 * 1024;
/// How long one of a stranger may take to come whole, and one of somebody known, on a bad line.
const PATIENCE_FOR_STRANGER: Duration = Duration::from_secs(45);
const PATIENCE: Duration = Duration::from_secs(300);
/// So much is no message: pieces of frames that are on their way.
const NOTHING: u64 = 2 * 1024;
/// What stands before the content of a control frame.
const CONTROL_HEAD: u64 = 6;

/// Watches over what has not come whole.
#[derive(Debug)]
pub(super) struct Half {
    meter: Arc<Meter>,
    is_known: bool,
    /// What had been read when the last message was whole.
    whole_at: u64,
    since: Option<Instant>,
}

impl Half {
    pub(super) fn new(meter: Arc<Meter>, is_known: bool) -> Self {
        let whole_at = meter.read();
        Self { meter, is_known, whole_at, since: None }
    }

    /// A message has come whole.
    pub(super) fn whole(&mut self) {
        self.whole_at = self.meter.read();
        self.since = None;
    }

    /// A control frame has come, which may stand between two fragments.
    pub(super) fn control(&mut self, content: usize) {
        self.whole_at = self.whole_at.saturating_add(content as u64 + CONTROL_HEAD).min(self.meter.read());
    }

    /// Completes when there is too much of it. `large`: something large is expected.
    pub(super) async fn too_much(&self, large: bool) {
        let most = match (self.is_known, large) {
            (true, _) => MAX_MESSAGE,
            (false, true) => MAX_OF_STRANGER,
            (false, false) => MOST_OF_STRANGER,
        };
        // Frames have heads, at least one each.
        let most = most as u64 + most as u64 / 8;
        self.meter.past(self.whole_at.saturating_add(most)).await;
    }

    /// Whether it has taken too long; asked now and then.
    pub(super) fn is_late(&mut self) -> bool {
        if self.meter.read().saturating_sub(self.whole_at) <= NOTHING {
            self.since = None;
            return false;
        }
        let patience = if self.is_known { PATIENCE } else { PATIENCE_FOR_STRANGER };
        self.since.get_or_insert_with(Instant::now).elapsed() >= patience
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn of_stranger() -> (Arc<Meter>, Half) {
        let meter = Arc::new(Meter::default());
        meter.more(700);
        (meter.clone(), Half::new(meter, false))
    }

    #[test]
    fn half_a_message_of_a_stranger_has_a_bound() {
        let (meter, mut half) = of_stranger();
        meter.more(MOST_OF_STRANGER);
        assert!(half.too_much(false).now_or_never().is_none());
        meter.more(MOST_OF_STRANGER);
        assert!(half.too_much(false).now_or_never().is_some());
        assert!(half.too_much(true).now_or_never().is_none(), "a result is expected");
        half.whole();
        assert!(half.too_much(false).now_or_never().is_none());
    }

    #[test]
    fn half_a_message_has_a_time_that_control_frames_do_not_renew() {
        let (meter, mut half) = of_stranger();
        assert!(!half.is_late() && half.since.is_none());
        meter.more(131);
        half.control(125);
        assert_eq!(half.whole_at, 831);
        meter.more(10_000);
        assert!(!half.is_late());
        let begun = half.since.unwrap();
        meter.more(131);
        half.control(125);
        assert!(!half.is_late() && half.since == Some(begun));
        half.since = Instant::now().checked_sub(PATIENCE_FOR_STRANGER);
        assert!(half.since.is_none() || half.is_late());
        half.is_known = true;
        assert!(!half.is_late());
        half.whole();
        assert!(!half.is_late() && half.since.is_none());
    }
}
