//! A request whose answers come from a script.

use std::sync::atomic::{AtomicBool, Ordering};

use http::StatusCode;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Answer, Trip};
use crate::{
    Guard, SendErrorKind,
    body::too_large,
    error::Failure,
    hop::deadline_failure,
    script::{Ending, Script, Sending},
};

impl Guard {
    /// As [`Guard::fetch`], without a byte that leaves.
    pub(crate) async fn pretend(
        &self,
        script: &dyn Script,
        trip: &mut Trip,
        sent: &AtomicBool,
    ) -> Result<Answer, Failure> {
        loop {
            let request = trip.request()?;
            // A name is not resolved, which would be a byte that leaves; everything else is judged.
            self.check_url(&trip.url).map_err(|message| Failure::new(SendErrorKind::Blocked, message))?;
            if Instant::now() >= trip.limits.deadline {
                return Err(deadline_failure());
            }
            let (method, headers, body) = (request.method(), request.headers(), &trip.body);
            let played = script.play(&Sending { method, url: &trip.url, headers, body });
            if !matches!(played.ending, Ending::Failure { is_sent: false, .. }) {
                sent.store(true, Ordering::Relaxed);
            }
            if timeout_at(trip.limits.next_read(), sleep(played.delay)).await.is_err() {
                return Err(trip.limits.read_failure());
            }
            let (status, headers, body) = match played.ending {
                Ending::Answer { status, headers, body } => (status, headers, body),
                Ending::Failure { kind, message, .. } => return Err(Failure::new(kind, message)),
            };
            if let Some(next) = trip.redirect(status, &headers)? {
                trip.go_to(next, status);
                continue;
            }
            if status == StatusCode::SWITCHING_PROTOCOLS {
                return Err(Failure::new(SendErrorKind::BadResponse, "the upstream switches to another protocol"));
            }
            if body.len() > trip.max_bytes {
                return Err(too_large(trip.max_bytes));
            }
            return Ok(Answer { status, headers, body, url: trip.url.clone() });
        }
    }
}
