//! Waiting until a run has ended or lies down.

use std::time::Duration;

use callwright_model::{
    Fault,
    account::Caller,
    id::RunId,
    run::{Run, RunState},
};
use tokio::{sync::oneshot, time::Instant};

use super::{read::get, shown};
use crate::App;

/// The longest that somebody waits for a run.
const MOST_WAIT: Duration = Duration::from_secs(120);
/// How often whoever waits for a run looks at the tables.
const LOOK: Duration = Duration::from_millis(500);

/// Gives a run once it has ended or lies down.
pub(super) type Settled = oneshot::Receiver<Run>;

/// Waits until a run has ended or lies down, at most `wait`; and gives it as it is then.
pub async fn wait(app: &App, caller: &Caller, id: RunId, wait: Duration) -> Result<Run, Fault> {
    // Asked for before the row is read, so that nothing falls between.
    let settled = app.runs().when_settled(id);
    let run = get(app, caller, id).await?;
    let run = until_settled(app, caller, run, settled, wait).await?;
    shown::run(app, run.user_id == caller.user_id, run).await
}

/// The same for a run that was begun just now, for whoever asked for it.
pub async fn wait_for_begun(app: &App, caller: &Caller, begun: Run, time: Duration) -> Run {
    wait(app, caller, begun.id, time).await.unwrap_or_else(|fault| as_begun(begun, &fault))
}

/// A run of which no more can be said now than that it has begun: an error would have it begun again.
pub(super) fn as_begun(run: Run, fault: &Fault) -> Run {
    tracing::warn!(run = %run.id, ?fault, "it could not be seen how a run goes on that has just begun");
    run
}

/// The same for a run that is at hand. Another process may carry it, so the tables are looked at as well.
pub(super) async fn until_settled(
    app: &App,
    caller: &Caller,
    mut run: Run,
    mut settled: Settled,
    wait: Duration,
) -> Result<Run, Fault> {
    let (id, until) = (run.id, Instant::now() + wait.min(MOST_WAIT));
    loop {
        let is_settled = match run.state {
            // A run that waits for others that are at work will go on without anybody's doing.
            RunState::Waiting => app.store().is_idle(id).await?,
            state => state.is_final(),
        };
        if is_settled || Instant::now() >= until {
            return Ok(run);
        }
        match tokio::time::timeout_at(until.min(Instant::now() + LOOK), &mut settled).await {
            Ok(Ok(told)) => (run, settled) = (told, app.runs().when_settled(id)),
            Ok(Err(_)) => settled = app.runs().when_settled(id),
            Err(_) => run = get(app, caller, id).await?,
        }
    }
}
