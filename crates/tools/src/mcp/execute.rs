//! One execution: a session, a call in it, and as many more as the gate allows.

use std::time::Duration;

use callwright_guard::Redactor;
use callwright_model::{
    Content, Fault, Outcome, Timestamp, ToolError,
    execution::{Attempt, Progress},
    tool::McpConfig,
};
use rmcp::model::ProgressNotificationParam;
use tokio::time::Instant;

use super::{
    content,
    failure::Broken,
    session::{Call, Session},
};
use crate::{
    backoff::Backoff,
    executor::{ExecCx, PreparedCall},
    gate::{self, Ending, Facts, Verdict},
    http::failure::unknown,
};

/// The longest line of progress that is told.
const MAX_LINE: usize = 500;

/// Carries one call out.
pub(super) async fn run(config: &McpConfig, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Outcome, Fault> {
    let facts = Facts {
        effect: call.effect,
        repeatable: call.repeatable,
        key_honoured: false,
        consent: &call.policy.retry.retry_on_status_codes,
    };
    let mut backoff = Backoff::new(&call.policy.retry);
    let (mut sent, mut doubt, mut is_reopened) = (0u32, false, false);
    loop {
        if cx.cancel.is_cancelled() {
            return Ok(Outcome::Failed(ending(&facts, doubt, Broken::cancelled(false))));
        }
        let (started_at, begun) = (cx.clock.now(), Instant::now());
        sent += 1;
        let broken = match attempt(config, cx, call).await? {
            Ok(found) => {
                // An error of the tool is an answer: the attempt succeeded.
                note(cx, started_at, begun, None, None);
                return Ok(match found {
                    Ok(content) => Outcome::Done(content),
                    Err(error) => Outcome::Failed(error),
                });
            }
            Err(broken) => broken,
        };
        let was_lost = broken.is_lost && matches!(broken.failure, gate::Failure::NotSent(_));
        let wait = if was_lost && !is_reopened {
            // The server had forgotten the session, so nothing was done: another one, at once.
            is_reopened = true;
            Some(Duration::ZERO)
        } else {
            match gate::judge(&facts, broken.failure) {
                Verdict::Retry(rule) => backoff.next(rule, rand::random()),
                Verdict::Fail | Verdict::Unknown => None,
            }
        };
        let wait = wait.filter(|wait| Instant::now() + *wait < call.deadline);
        note(cx, started_at, begun, Some(&broken), wait);
        let Some(wait) = wait else { return Ok(Outcome::Failed(ending(&facts, doubt, broken))) };
        doubt |= gate::ending(&facts, broken.failure) == Ending::Unknown;
        if !wait.is_zero() {
            cx.ports.emit(Progress::Retrying { attempt: sent + 1, wait_ms: millis(wait), class: broken.error.class });
            tokio::select! {
                biased;
                () = cx.cancel.cancelled() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}

type Found = Result<Content, ToolError>;

/// One sending. The outermost error is our own mistake, the next one a call without a result, the innermost a tool that
/// says it failed.
async fn attempt(config: &McpConfig, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Result<Found, Broken>, Fault> {
    let lease = tokio::select! {
        biased;
        () = cx.cancel.cancelled() => return Ok(Err(Broken::cancelled(false))),
        () = tokio::time::sleep_until(call.deadline) => {
            let failed = crate::http::failure::Failed::out_of_time(false);
            return Ok(Err(Broken::without_session(failed.error)));
        }
        lease = cx.ports.mcp_session(config) => match lease? {
            Ok(lease) => lease,
            Err(error) => return Ok(Err(Broken::without_session(error))),
        },
    };
    let session: &Session = lease.session();
    let asked = Call {
        tool: &config.tool,
        arguments: call.arguments.as_ref().clone(),
        key: &call.intent_key,
        deadline: call.deadline,
        cancel: cx.cancel,
    };
    let result =
        session.call(asked, |params| cx.ports.emit(Progress::Log { line: line(&params, &session.hide()) })).await;
    Ok(result.map(|result| content::of(result, &session.hide())))
}

/// A line about progress: `2/4 halfway there`.
fn line(params: &ProgressNotificationParam, hide: &Redactor) -> String {
    let share = match params.total {
        Some(total) => format!("{}/{total}", params.progress),
        None => params.progress.to_string(),
    };
    let text = match params.message.as_deref().filter(|text| !text.is_empty()) {
        Some(message) => format!("{share} {}", hide.text(message)),
        None => share,
    };
    text.chars().take(MAX_LINE).collect()
}

/// The error to end with: what is in doubt is unknown.
fn ending(facts: &Facts<'_>, doubt: bool, broken: Broken) -> ToolError {
    let ending = if doubt { gate::ending_in_doubt(broken.failure) } else { gate::ending(facts, broken.failure) };
    match ending {
        Ending::Fail => broken.error,
        Ending::Unknown => unknown(broken.error),
    }
}

fn note(cx: &ExecCx<'_>, started_at: Timestamp, begun: Instant, broken: Option<&Broken>, waited: Option<Duration>) {
    cx.ports.attempt(Attempt {
        started_at,
        duration_ms: millis(begun.elapsed()),
        status: broken.and_then(|broken| broken.status),
        error: broken.map(|broken| broken.error.class),
        message: broken.map(|broken| broken.error.message.clone()),
        waited_ms: waited.map(millis),
    });
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
