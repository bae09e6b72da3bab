//! What is left to do once an effect has happened.
//!
//! None of it may turn the answer into an error: whoever is told of an error asks again, and without a key that acts a
//! second time. So it is tried again for a while, and what cannot be done then is logged.

use std::{fmt::Display, time::Duration};

use callwright_model::{Fault, FaultKind};
use tokio::time::Instant;

use crate::App;

/// The first wait before something is tried again.
const FIRST: Duration = Duration::from_millis(50);
/// The longest wait while somebody waits for the answer.
const LONGEST: Duration = Duration::from_millis(500);
/// The longest wait while nobody does.
const LONGEST_BEHIND: Duration = Duration::from_secs(15);
/// How long something is tried while nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// What `work` gives, tried again until `until` while the database is away. None: it is done without; `what` is logged.
pub(crate) async fn tried<T, W>(what: &str, subject: impl Display, until: Instant, work: impl Fn() -> W) -> Option<T>
where
    W: Future<Output = Result<T, Fault>>,
{
    let mut wait = FIRST;
    loop {
        match work().await {
            Ok(given) => return Some(given),
            Err(fault) if fault.kind == FaultKind::Unavailable && Instant::now() + wait < until => {
                tracing::warn!(%subject, ?fault, "{what}: not yet");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST);
            }
            Err(fault) => {
                tracing::error!(%subject, ?fault, "{what}: not done");
                return None;
            }
        }
    }
}

/// Does `work`, which may be done more than once; where it cannot be done now it is tried again behind the answer, for
/// an hour at most and as long as this server runs.
pub(crate) async fn surely<W>(
    app: &App,
    what: &'static str,
    subject: impl Display,
    work: impl Fn() -> W + Send + Sync + 'static,
) where
    W: Future<Output = Result<(), Fault>> + Send,
{
    let Err(fault) = work().await else { return };
    let subject = subject.to_string();
    tracing::warn!(%subject, ?fault, "{what}: not yet, it is tried again");
    let stopping = app.stopping().clone();
    app.spawn(async move {
        let give_up = Instant::now() + PATIENCE;
        let mut wait = FIRST;
        loop {
            let is_last = tokio::select! {
                () = tokio::time::sleep(wait) => Instant::now() >= give_up,
                // Once more before the end.
                () = stopping.cancelled() => true,
            };
            match work().await {
                Ok(()) => return,
                Err(fault) if is_last => {
                    tracing::error!(%subject, ?fault, "{what}: given up");
                    return;
                }
                Err(_) => wait = (wait * 2).min(LONGEST_BEHIND),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn a_database_that_is_away_is_waited_for_and_a_mistake_is_not() {
        let until = Instant::now() + Duration::from_millis(700);
        let count = Cell::new(0);
        let away = || Fault::new(FaultKind::Unavailable, "unavailable", "away");
        let third = tried("test", 1, until, || async {
            count.set(count.get() + 1);
            if count.get() < 3 { Err(away()) } else { Ok(count.get()) }
        });
        assert_eq!(third.await, Some(3));
        let asked = Cell::new(0);
        let never = tried::<(), _>("test", 1, until, || async {
            asked.set(asked.get() + 1);
            Err(away())
        });
        assert_eq!(never.await, None);
        assert!(asked.get() > 1 && Instant::now() <= until, "more than once, and not for ever");
        let asked = Cell::new(0);
        let wrong = tried::<(), _>("test", 1, Instant::now() + Duration::from_secs(60), || async {
            asked.set(asked.get() + 1);
            Err(Fault::internal("no"))
        });
        assert_eq!((wrong.await, asked.get()), (None, 1));
    }
}
