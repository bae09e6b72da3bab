//! Whether there is room for this execution now: rate limits, concurrency, the circuit breaker.
//!
//! Asked after the intent is claimed and before anything is sent; a refusal releases the claim. An open breaker
//! refuses first, so that it costs no token; a token that was taken goes back when a later limit refuses; and the
//! breaker has the last word, because waiting for a place takes time.

mod refusal;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use callwright_model::{ToolError, execution::Attempt};

use super::{answer::millis, work::Work};
use crate::{
    App,
    limits::{
        circuit::{Passing, judge},
        concurrency::{Full, Place},
        plan::{Plan, Who},
        rate::{Shortage, Token},
    },
    metering,
};

/// What an admitted execution holds until it ends.
#[derive(Default)]
pub(super) struct Pass(Option<Box<Held>>);

struct Held {
    _places: Vec<Place>,
    passings: Vec<Passing>,
    attempts: Arc<Mutex<Vec<Attempt>>>,
}

impl Pass {
    /// Of an execution that nothing can hold back.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// Gives back what was held, and tells the breaker how it went.
    pub(super) fn ended(self, error: Option<&ToolError>) {
        let Some(held) = self.0 else { return };
        let went = judge(held.attempts.lock().unwrap_or_else(PoisonError::into_inner).last(), error);
        held.passings.into_iter().for_each(|passing| passing.report(went));
    }
}

/// Whether anything could hold this execution back. If not, a write is claimed and started in one commit.
pub(super) fn applies(_app: &App, work: &Work) -> bool {
    plan(work).is_some()
}

fn plan(work: &Work) -> Option<&Plan> {
    work.found.limits.as_deref().filter(|plan| plan.holds_back())
}

/// Waits for room, within bounds.
///
/// # Errors
/// Why there is none; the model may read it.
pub(super) async fn admit(app: &App, work: &Work) -> Result<Pass, ToolError> {
    let Some(plan) = plan(work) else { return Ok(Pass::none()) };
    let outcome = walk(app, work, plan).await;
    if let Err(error) = &outcome {
        metering::refused(&error.code);
    }
    outcome.map(|held| Pass(Some(Box::new(held))))
}

async fn walk(app: &App, work: &Work, plan: &Plan) -> Result<Held, ToolError> {
    let room = app.limits();
    for breaker in &plan.breakers {
        room.circuits.look(room.epoch, breaker).map_err(|wait| refusal::open(breaker, wait))?;
    }
    let who = who(work);
    let tokens = tokens(app, plan, &who, work).await?;
    let places = places(app, plan, &who, work).await?;
    let mut passings = Vec::with_capacity(plan.breakers.len());
    for breaker in &plan.breakers {
        passings.push(room.circuits.pass(room.epoch, breaker).map_err(|wait| refusal::open(breaker, wait))?);
    }
    tokens.into_iter().for_each(Token::spend);
    Ok(Held { _places: places, passings, attempts: work.attempts.clone() })
}

/// Who asks, as limits tell callers apart.
pub(super) fn who(work: &Work) -> Who {
    Who {
        org: work.request.caller.org_id,
        tool: work.tool().tool.id,
        agent: work.found.agent.as_ref().map(|agent| agent.id),
        user: work.request.caller.user_id,
        conversation: work.context.text("conversation_id").or_else(|| work.call_id()),
    }
}

async fn tokens(app: &App, plan: &Plan, who: &Who, work: &Work) -> Result<Vec<Token>, ToolError> {
    let room = app.limits();
    let mut tokens = Vec::with_capacity(plan.rates.len());
    for rate in &plan.rates {
        let key = rate.key(who);
        let taken = room.rates.take(app.store(), room.epoch, &key, rate.shape);
        match tokio::time::timeout_at(work.deadline, taken).await.unwrap_or(Err(Shortage::Unknown)) {
            Ok(token) => tokens.push(token),
            Err(Shortage::Empty(wait)) => return Err(refusal::rate(&work.tool().tool.spec.name, rate, wait)),
            Err(Shortage::Unknown) => return Err(refusal::unknown()),
        }
    }
    Ok(tokens)
}

async fn places(app: &App, plan: &Plan, who: &Who, work: &Work) -> Result<Vec<Place>, ToolError> {
    if plan.gates.is_empty() {
        return Ok(Vec::new());
    }
    let room = app.limits();
    let mut places = Vec::with_capacity(plan.gates.len());
    let mut queued = Duration::ZERO;
    for gate in &plan.gates {
        let entered = room.gates.enter(&gate.key(who), room.epoch.now_ns(), &gate.limit, work.deadline).await;
        match entered {
            Ok((place, waited)) => {
                places.push(place);
                queued += waited;
            }
            Err(full) => {
                if full == Full::Timeout {
                    note_wait(work, work.begun.elapsed());
                }
                return Err(refusal::full(&work.tool().tool.spec.name, gate, full));
            }
        }
    }
    note_wait(work, queued);
    Ok(places)
}

fn note_wait(work: &Work, waited: Duration) {
    if !waited.is_zero() {
        metering::queued(waited.as_secs_f64());
        let _ = work.queued_ms.set(millis(waited));
    }
}
