//! The end of a run: kept in one step with the news of it.

use callwright_model::{
    Fault,
    chat::ChatMessage,
    run::{Run, RunError, RunState},
};
use callwright_store::{
    outbox::OutboxRow,
    run::{FlowEnd, Turn},
};
use serde_json::json;

use super::{
    carry::Carrier,
    family,
    kept::{Kept, NewsForm},
    status,
};
use crate::{App, metering, outbox};

/// The secret that signs the guide's webhooks, for which nobody can name one.
pub const SIGNING_SECRET: &str = "WEBHOOK_SIGNING_SECRET";

/// What is kept with the end of a run.
pub(super) enum Last {
    /// Only that it has ended.
    Nothing,
    /// The last answer of the model.
    Turn(Box<Turn>),
    /// What a workflow came to.
    Flow(Box<FlowEnd>),
}

impl Last {
    fn message(&self) -> Option<ChatMessage> {
        match self {
            Self::Nothing => None,
            Self::Turn(turn) => Some(turn.message.clone()),
            Self::Flow(end) => end.message.clone(),
        }
    }
}

/// Ends a run that is carried.
pub(super) async fn end(
    carrier: &mut Carrier,
    state: RunState,
    output: Option<String>,
    error: Option<RunError>,
    last: Last,
) -> Result<(), Fault> {
    let app = carrier.app.clone();
    let now = app.clock().now();
    let message = last.message();
    let mut ending = carrier.ending(state, output.clone(), error.clone(), last, now);
    carrier.row.run.result = ending.flow.as_ref().and_then(|flow| flow.result.clone());
    let run = &mut carrier.row.run;
    (run.state, run.output, run.error) = (state, output, error);
    (run.ended_at, run.updated_at) = (Some(now), now);
    ending.news = news(&app, run, &carrier.kept).await?;
    let kept = app.store().end_run(carrier.fence, ending).await;
    crate::failpoint!("run.ended");
    kept?;
    if let Some(message) = message
        && app.runs().is_watched(carrier.run().id)
        && let Ok(last) = app.store().last_messages(carrier.run().thread_id, 1).await
        && let Some(last) = last.into_iter().next()
    {
        carrier.tell_message(last.seq, &message, now);
    }
    carrier.tell_run();
    metering::run_ended(carrier.run());
    family::ended(&app, &carrier.row).await;
    Ok(())
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
