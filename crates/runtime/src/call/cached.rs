//! Reads whose results are kept, or joined.
//!
//! Everything up to here has been done as for any read: the caller is authorized, the arguments are valid and whole.
//! What is kept is looked for before limits are asked, so a hit costs the upstream nothing. Whoever asks the upstream
//! does so in a task of its own, which goes on for the others when its own caller hangs up.

mod exchange;
mod keeping;

use std::{pin::pin, sync::Arc, time::Duration};

use callwright_model::{ErrorClass, Fault, Timestamp, ToolError, execution::CacheUse};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub(super) use exchange::Exchange;

use super::{
    CallAnswer, admit, claim,
    execute::{self, Leave},
    record,
    shape::Shaped,
    speech,
    work::Work,
};
use crate::{
    App,
    limits::plan::CachePlan,
    metering,
    results::{
        Kept, Key,
        flight::{Entry, Hearing, Landed, Seat},
    },
};

/// What whoever asks gets beyond the deadline to come back by itself.
const GRACE: Duration = Duration::from_secs(1);

/// Carries a read out whose results are kept or joined.
pub(super) async fn read(app: &App, work: Box<Work>, plan: &CachePlan) -> Result<CallAnswer, Fault> {
    record::begun(app, &work);
    let work = Arc::<Work>::from(work);
    let unfinished = record::Unfinished::new(app, &work);
    let outcome = match speech::during(app, &work, pin!(obtain(app, &work, plan))).await {
        Ok(outcome) => outcome,
        // Its caller may have been answered already; then somebody asks the row for the outcome.
        Err(fault) if work.late.is_some() => {
            tracing::error!(execution = %work.id, ?fault, "an executor broke");
            Err(claim::broken(&work))
        }
        Err(fault) => return Err(fault),
    };
    let answer = execute::ended(app, &work, outcome).await;
    unfinished.ended();
    Ok(answer)
}

async fn obtain(app: &App, work: &Arc<Work>, plan: &CachePlan) -> Result<Result<Shaped, ToolError>, Fault> {
    let landed = match key(app, work, plan) {
        // What cannot be told apart is not kept.
        None => fetch(app, work, plan, None, None).await?,
        Some(key) if work.request.fresh => fetch(app, work, plan, Some(key), None).await?,
        Some(key) => find_or_fetch(app, work, plan, key).await?,
    };
    note(work, &landed);
    Ok(match landed.outcome {
        Ok(shaped) => Ok(Arc::try_unwrap(shaped).unwrap_or_else(|shaped| Shaped::clone(&shaped))),
        Err(error) => Err(error),
    })
}

fn note(work: &Work, landed: &Landed) {
    let age = match landed.how {
        CacheUse::Hit | CacheUse::Stale | CacheUse::Revalidated => {
            Some(u64::try_from(landed.given_at.elapsed().as_millis()).unwrap_or(u64::MAX))
        }
        CacheUse::Miss | CacheUse::Joined | CacheUse::Bypass => None,
    };
    metering::cached(landed.how.as_str());
    let _ = work.cache.set((landed.how, age));
}

async fn find_or_fetch(app: &App, work: &Arc<Work>, plan: &CachePlan, key: Key) -> Result<Landed, Fault> {
    let who = admit::who(work);
    loop {
        let old = plan.cache.and_then(|_| app.results().find(&key));
        if let Some(kept) = &old
            && Instant::now() < kept.fresh_until
        {
            return Ok(keeping::landed(kept, CacheUse::Hit));
        }
        match app.results().flights.enter(key, &who) {
            Entry::Lead(seat, hearing) => {
                let task = lead(app.clone(), work.clone(), plan.clone(), key, old, seat);
                app.spawn(task.in_current_span());
                return match hear(work, hearing, None).await {
                    Heard::Landed(landed) => Ok(*landed),
                    Heard::Late => Ok(late(CacheUse::Miss)),
                    Heard::Nothing => Err(Fault::internal("a read broke down; its own line in the log says why")),
                };
            }
            Entry::Join(leader, hearing) => {
                let cancel = CancellationToken::new();
                app.inflight().enter(work.request.caller.org_id, work.id, cancel.clone());
                let _leave = Leave(app, work.id);
                match hear(work, hearing, Some(&cancel)).await {
                    // A limit that refused another, and a person who stopped another's execution, say nothing of us.
                    Heard::Landed(landed) if landed.is_refusal && leader != who => {}
                    Heard::Landed(landed) if was_stopped(&landed) && !cancel.is_cancelled() => {}
                    Heard::Landed(landed) => return Ok(joined(*landed)),
                    Heard::Late => return Ok(late(CacheUse::Joined)),
                    Heard::Nothing => {}
                }
            }
        }
    }
}

fn was_stopped(landed: &Landed) -> bool {
    landed.outcome.as_ref().is_err_and(|error| error.class == ErrorClass::Cancelled)
}

fn joined(landed: Landed) -> Landed {
    match landed.how {
        CacheUse::Stale => landed,
        _ => Landed { how: CacheUse::Joined, ..landed },
    }
}

enum Heard {
    Landed(Box<Landed>),
    /// Whoever asked broke down.
    Nothing,
    Late,
}

async fn hear(work: &Work, mut hearing: Hearing, cancel: Option<&CancellationToken>) -> Heard {
    let cancelled = async {
        match cancel {
            Some(cancel) => cancel.cancelled().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        () = cancelled => {
            let message = "the execution was cancelled when it waited for an equal one that was under way";
            let error = ToolError::new(ErrorClass::Cancelled, "cancelled", message);
            Heard::Landed(Box::new(failed(error, CacheUse::Joined)))
        }
        heard = hearing.wait_for(Option::is_some) => match heard {
            Ok(landed) => match landed.as_deref() {
                Some(landed) => Heard::Landed(Box::new(landed.clone())),
                None => Heard::Nothing,
            },
            Err(_) => Heard::Nothing,
        },
        () = tokio::time::sleep_until(work.deadline + GRACE) => Heard::Late,
    }
}

fn late(how: CacheUse) -> Landed {
    failed(ToolError::new(ErrorClass::TimeoutError, "deadline", "the tool did not answer in time"), how)
}

fn failed(error: ToolError, how: CacheUse) -> Landed {
    Landed { outcome: Err(error), how, given_at: Instant::now(), is_refusal: false }
}

/// Asks the upstream for everybody who waits.
async fn lead(app: App, work: Arc<Work>, plan: CachePlan, key: Key, old: Option<Arc<Kept>>, mut seat: Seat) {
    let landed = tokio::select! {
        landed = fetch(&app, &work, &plan, Some(key), old) => landed,
        () = seat.deserted() => return,
    };
    match landed {
        Ok(landed) => seat.land(landed),
        Err(fault) => tracing::error!(execution = %work.id, ?fault, "a read broke down"),
    }
}

/// Asks the upstream, within the limits, and keeps the answer as far as it may be kept.
async fn fetch(
    app: &App,
    work: &Work,
    plan: &CachePlan,
    key: Option<Key>,
    old: Option<Arc<Kept>>,
) -> Result<Landed, Fault> {
    let how = if work.request.fresh { CacheUse::Bypass } else { CacheUse::Miss };
    let pass = match admit::admit(app, work).await {
        Ok(pass) => pass,
        Err(error) => {
            let refused = Landed { is_refusal: true, ..failed(error, how) };
            return Ok(keeping::or_stale(refused, old.as_deref()));
        }
    };
    let exchange = plan.cache.filter(|cache| cache.respect_http).map(|_| Exchange::new(old.as_deref()));
    let outcome = execute::run(app, work, exchange.as_ref()).await?;
    pass.ended(outcome.as_ref().err());
    let mut told = exchange.map(Exchange::into_told).unwrap_or_default();
    if let Some(old) = old.as_ref().filter(|_| told.not_modified && told.validators.is_empty()) {
        told.validators = old.validators.clone();
    }
    let now = Instant::now();
    let (shaped, how) = match (outcome, old) {
        (Ok(_), Some(old)) if told.not_modified => (old.shaped.clone(), CacheUse::Revalidated),
        (Ok(shaped), _) => (Arc::new(shaped), how),
        (Err(error), old) => return Ok(keeping::or_stale(failed(error, how), old.as_deref())),
    };
    if let (Some(cache), Some(key)) = (plan.cache, key) {
        match keeping::kept(cache, shaped.clone(), &told, now) {
            Some(kept) => app.results().keep(key, Arc::new(kept)),
            None => app.results().forget(&key),
        }
    }
    Ok(Landed { outcome: Ok(shaped), how, given_at: now, is_refusal: false })
}

/// Equal for equal questions of those who may hear the same answer.
fn key(app: &App, work: &Work, plan: &CachePlan) -> Option<Key> {
    let mut call = execute::prepared(app, work);
    // What differs from call to call without being part of the question.
    for extra in [&mut call.extra, &mut call.context.to_mut().verified] {
        for name in ["execution_id", "idempotency_key"] {
            extra.entry(name).and_modify(|value| *value = Value::String("-".to_owned()));
        }
    }
    call.extra.insert("now".to_owned(), json!(Timestamp::from_micros(0)));
    let question = work.tool().executor.identity(&call)?;
    let caller = &work.request.caller;
    let mut hasher = Sha256::new();
    hasher.update(caller.org_id.raw().to_be_bytes());
    let is_shared = plan.cache.is_some_and(|cache| cache.shared);
    hasher.update(if is_shared { [0; 16] } else { caller.user_id.raw().to_be_bytes() });
    hasher.update(Sha256::digest(&plan.variant));
    hasher.update(&work.args_hash);
    hasher.update(Sha256::digest(question));
    Some(hasher.finalize().into())
}
