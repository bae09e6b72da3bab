//! The end of a run: kept in one step with the news of it.

use callwright_model::{
    Fault,
    run::{Run, RunError, RunState},
};
use callwright_store::{
    outbox::OutboxRow,
    run::{FlowEnd, Handed, Settled, Turn},
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

/// How a run ends.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub state: RunState,
    /// The answer.
    pub output: Option<String>,
    /// Why there is none.
    pub error: Option<RunError>,
    /// The last answer of the model.
    pub turn: Option<Turn>,
    /// What became of its tools, when the run ends behind them.
    pub settled: Option<Settled>,
    /// Who goes on with the conversation.
    pub handed: Option<Box<Handed>>,
    /// What a workflow came to.
    pub flow: Option<Box<FlowEnd>>,
}

impl End {
    pub(super) fn new(state: RunState, output: Option<String>) -> Self {
        Self { state, output, error: None, turn: None, settled: None, handed: None, flow: None }
    }

    pub(super) fn failed(error: RunError) -> Self {
        Self { error: Some(error), ..Self::new(RunState::Failed, None) }
    }
}

/// Ends a run that is carried. False: it was to complete, but somebody wants it to stop.
pub(super) async fn end(carrier: &mut Carrier, end: End) -> Result<bool, Fault> {
    let app = carrier.app.clone();
    let now = app.clock().now();
    let flow = end.flow.as_ref();
    let message = match &end.turn {
        Some(turn) => Some(turn.message.clone()),
        None => flow.and_then(|flow| flow.message.clone()),
    };
    carrier.row.run.result = flow.and_then(|flow| flow.result.clone());
    let state = end.state;
    let added = end.settled.as_ref().map_or(0, |settled| settled.messages.len());
    let run = &mut carrier.row.run;
    (run.state, run.output, run.error) = (end.state, end.output.clone(), end.error.clone());
    run.handed_to = end.handed.as_ref().map(|handed| handed.to.clone());
    (run.ended_at, run.updated_at) = (Some(now), now);
    let mut ending = carrier.ending(end, now);
    let run = &carrier.row.run;
    ending.news = news(&app, run, &carrier.kept).await?;
    let kept = app.store().end_run(carrier.fence, ending).await;
    crate::failpoint!("run.ended");
    if !kept? {
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
    if added > 0 && app.runs().is_watched(carrier.run().id) {
        carrier.tell_last_messages(added).await;
    }
    carrier.tell_run();
    metering::run_ended(carrier.run());
    family::ended(&app, &carrier.row).await;
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
