//! The end of a run: kept in one step with the news of it.

use callwright_model::{
    Fault,
    run::{Run, RunError, RunState},
};
use callwright_store::{outbox::OutboxRow, run::Turn};
use serde_json::json;

use super::{
    carry::Carrier,
    kept::{Kept, NewsForm},
    status,
};
use crate::{App, metering, outbox};

/// The secret that signs the guide's webhooks, for which nobody can name one.
pub const SIGNING_SECRET: &str = "WEBHOOK_SIGNING_SECRET";

/// Ends a run that is carried. False: it was to complete, but somebody wants it to stop.
pub(super) async fn end(
    carrier: &mut Carrier,
    state: RunState,
    output: Option<String>,
    error: Option<RunError>,
    turn: Option<Turn>,
) -> Result<bool, Fault> {
    let app = carrier.app.clone();
    let now = app.clock().now();
    let message = turn.as_ref().map(|turn| turn.message.clone());
    let mut ending = carrier.ending(state, output.clone(), error.clone(), turn, now);
    let run = &mut carrier.row.run;
    (run.state, run.output, run.error) = (state, output, error);
    (run.ended_at, run.updated_at) = (Some(now), now);
    ending.news = news(&app, run, &carrier.kept).await?;
    let last = app.store().end_run(carrier.fence, ending).await;
    crate::failpoint!("run.ended");
    if !last? {
        return Ok(false);
    }
    if state != RunState::Completed {
        app.tickets().changed();
    }
    if let Some(message) = message
        && app.runs().is_watched(carrier.run().id)
        && let Ok(last) = app.store().last_messages(carrier.run().thread_id, 1).await
        && let Some(last) = last.into_iter().next()
    {
        carrier.tell_message(last.seq, &message, now);
    }
    carrier.tell_run();
    metering::run_ended(carrier.run());
    Ok(true)
}

/// The webhook that tells of the end, if its caller wants one.
pub(super) async fn news(app: &App, run: &Run, kept: &Kept) -> Result<Option<OutboxRow>, Fault> {
    let Some(target) = &kept.webhook else { return Ok(None) };
    let subject = Some(run.id.to_string());
    let org = run.organization_id;
    let row = match kept.news {
        NewsForm::Native => outbox::prepare(app, org, target, "run.finished", subject, json!(run)).await?,
        NewsForm::Guide => {
            let body = json!(status::of(run, run.updated_at, None));
            outbox::prepare_body(app, org, target, "run.finished", subject, body).await?
        }
    };
    Ok(Some(row))
}
