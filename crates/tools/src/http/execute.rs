//! Sending, and sending again as the gate allows, until there is an answer or an end.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use callwright_guard::{Answer, Redactor};
use callwright_model::{
    Outcome, Timestamp, ToolError,
    execution::{Attempt, Progress},
    secret::SecretString,
};
use http::{StatusCode, header};
use tokio::time::Instant;

use super::{
    auth::bearer,
    compile::Plan,
    failure::{Failed, unknown},
    oauth,
    request::Request,
    response,
};
use crate::{
    backoff::Backoff,
    executor::{ExecCx, PreparedCall},
    freshness::Freshness,
    gate::{self, Ending, Facts, Failure, Verdict},
};

/// The guard keeps the deadline; should it not, we do, this much later.
const GRACE: Duration = Duration::from_millis(250);

/// Carries one call out.
pub(crate) async fn run(plan: &Plan, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Outcome {
    if cx.cancel.is_cancelled() {
        return Outcome::Failed(Failed::cancelled(false, "nothing had been sent").error);
    }
    let mut request = match plan.render(call) {
        Ok(request) => request,
        Err(error) => return Outcome::Failed(hidden(error, &Redactor::new(call.secrets.values()))),
    };
    let validators = cx.ports.validators();
    let is_conditional = validators.as_ref().is_some_and(|validators| !validators.is_empty());
    validators.iter().for_each(|validators| validators.apply(&mut request.headers));
    let mut run = Run::new(plan, cx, call, request);
    run.is_heard = validators.is_some();
    run.is_conditional = is_conditional;
    match run.carry_out().await {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Failed(hidden(error, &run.hide)),
    }
}

/// One execution under way.
struct Run<'a> {
    plan: &'a Plan,
    cx: &'a ExecCx<'a>,
    call: &'a PreparedCall<'a>,
    facts: Facts<'a>,
    request: Request,
    /// The token in the request.
    token: Option<SecretString>,
    /// A token that the upstream has refused.
    stale: Option<SecretString>,
    hide: Redactor,
    backoff: Backoff<'a>,
    /// How many times the request was sent.
    sent: u32,
    /// Whether an earlier sending may have acted.
    doubt: bool,
    /// Whether a refused token has been replaced.
    renewed: bool,
    /// Whether somebody wants to hear how long the answer is good.
    is_heard: bool,
    /// Whether we asked if a kept answer still holds: then 304 is a good answer.
    is_conditional: bool,
}

/// What follows a sending that did not succeed.
enum Next {
    /// Send again at once, with a new token.
    Renew,
    /// Wait, then send again.
    Wait(Duration),
    /// That was it.
    Stop,
}

impl<'a> Run<'a> {
    fn new(plan: &'a Plan, cx: &'a ExecCx<'a>, call: &'a PreparedCall<'a>, request: Request) -> Self {
        let facts = Facts {
            effect: call.effect,
            repeatable: call.repeatable,
            key_honoured: plan.key_honoured,
            consent: &call.policy.retry.retry_on_status_codes,
        };
        let hide = redactor(call, &request, None);
        let backoff = Backoff::new(&call.policy.retry);
        Self {
            plan,
            cx,
            call,
            facts,
            request,
            token: None,
            stale: None,
            hide,
            backoff,
            sent: 0,
            doubt: false,
            renewed: false,
            is_heard: false,
            is_conditional: false,
        }
    }

    async fn carry_out(&mut self) -> Result<Outcome, ToolError> {
        loop {
            let started_at = self.cx.clock.now();
            let begun = Instant::now();
            let failed = match self.attempt().await {
                Ok(answer) => {
                    self.note(started_at, begun, Some(answer.status.as_u16()), None, None);
                    if self.is_heard {
                        let not_modified = answer.status == StatusCode::NOT_MODIFIED;
                        self.cx.ports.heard(Freshness::of(&answer.headers, not_modified));
                    }
                    return Ok(Outcome::Done(response::content(&self.plan.method, &answer, &self.hide)));
                }
                Err(failed) => failed,
            };
            let (next, failed) = self.next(failed);
            let waited = if let Next::Wait(wait) = next { Some(wait) } else { None };
            self.note(started_at, begun, failed.status, Some(&failed.error), waited);
            match next {
                Next::Stop => return Err(self.ending(failed)),
                Next::Renew => {}
                Next::Wait(wait) => self.wait(wait, &failed).await?,
            }
        }
    }

    async fn attempt(&mut self) -> Result<Answer, Failed> {
        self.sent += 1;
        if self.request.oauth.is_some() && self.token.is_none() {
            self.authorize().await.map_err(Failed::without_token)?;
        }
        self.send().await
    }

    /// Gets a token and puts it into the request.
    async fn authorize(&mut self) -> Result<(), ToolError> {
        if let Some(token) = oauth::token(self.cx, self.call, &self.request, self.stale.take()).await? {
            self.request.headers.insert(header::AUTHORIZATION, bearer(&token)?);
            self.hide = redactor(self.call, &self.request, Some(&token));
            self.token = Some(token);
        }
        Ok(())
    }

    async fn send(&self) -> Result<Answer, Failed> {
        let outgoing = self.request.outgoing(self.plan, self.call);
        let left = AtomicBool::new(false);
        let sent = tokio::select! {
            biased;
            () = self.cx.cancel.cancelled() => {
                let left = left.load(Ordering::Relaxed);
                let when = if left { "the request had been sent" } else { "nothing had been sent" };
                return Err(Failed::cancelled(left, when));
            }
            sent = self.cx.guard.send_watched(outgoing, &left) => sent,
            () = tokio::time::sleep_until(self.call.deadline + GRACE) => {
                return Err(Failed::out_of_time(left.load(Ordering::Relaxed)));
            }
        };
        let answer = sent.map_err(|error| Failed::from_send(&error, &self.hide))?;
        let is_confirmed = self.is_conditional && answer.status == StatusCode::NOT_MODIFIED;
        if is_confirmed || answer.status.is_success() || self.plan.success.contains(&answer.status.as_u16()) {
            return Ok(answer);
        }
        Err(Failed::from_answer(&answer, self.cx.clock.now(), &self.hide))
    }

    /// Decides what follows, and notes the doubt that the sending leaves.
    fn next(&mut self, mut failed: Failed) -> (Next, Failed) {
        let unauthorized = matches!(failed.failure, Failure::Status { code: 401, .. });
        if unauthorized && self.token.is_some() && !self.renewed {
            // The token may have been revoked before its time. A 401 was received, so nothing was done.
            self.renewed = true;
            self.stale = self.token.take();
            return (Next::Renew, failed);
        }
        let Verdict::Retry(rule) = gate::judge(&self.facts, failed.failure) else { return (Next::Stop, failed) };
        let Some(pause) = self.backoff.next(rule, rand::random()) else { return (Next::Stop, failed) };
        let wait = failed.retry_after.unwrap_or(pause);
        let longest = Duration::from_millis(self.call.policy.retry.max_delay_ms.into());
        if wait > longest || Instant::now() + wait >= self.call.deadline {
            // Waiting would take longer than anybody waits for us: let the caller come back.
            if failed.error.retryable {
                failed.error.retry_after_ms = Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
            }
            return (Next::Stop, failed);
        }
        self.doubt |= gate::ending(&self.facts, failed.failure) == Ending::Unknown;
        (Next::Wait(wait), failed)
    }

    async fn wait(&self, wait: Duration, failed: &Failed) -> Result<(), ToolError> {
        self.cx.ports.emit(Progress::Retrying {
            attempt: self.sent + 1,
            wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            class: failed.error.class,
        });
        tokio::select! {
            biased;
            () = self.cx.cancel.cancelled() => Err(self.ending(Failed::cancelled(self.doubt, "it waited to send again"))),
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }

    /// The error to end with: what is in doubt is unknown, whatever the last sending came to.
    fn ending(&self, failed: Failed) -> ToolError {
        let ending =
            if self.doubt { gate::ending_in_doubt(failed.failure) } else { gate::ending(&self.facts, failed.failure) };
        match ending {
            Ending::Fail => failed.error,
            Ending::Unknown => unknown(failed.error),
        }
    }

    fn note(
        &self,
        started_at: Timestamp,
        begun: Instant,
        status: Option<u16>,
        error: Option<&ToolError>,
        waited: Option<Duration>,
    ) {
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.cx.ports.attempt(Attempt {
            started_at,
            duration_ms: millis(begun.elapsed()),
            status,
            error: error.map(|error| error.class),
            message: error.map(|error| self.hide.text(&error.message)),
            waited_ms: waited.map(millis),
        });
    }
}

/// The error without the secrets.
fn hidden(mut error: ToolError, hide: &Redactor) -> ToolError {
    error.message = hide.text(&error.message);
    if let Some(details) = &mut error.details {
        hide.value(details);
    }
    error
}

fn redactor(call: &PreparedCall<'_>, request: &Request, token: Option<&SecretString>) -> Redactor {
    // What is hidden of a request is mostly a secret itself; looking for it twice costs time for nothing.
    let is_lent = |text: &str| call.secrets.values().any(|secret| secret.expose() == text);
    let own = request.hide.iter().filter(|hidden| !is_lent(hidden.expose()));
    Redactor::new(call.secrets.values().chain(own).chain(token))
}
