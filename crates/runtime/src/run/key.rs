//! One run for all requests with the same key: a caller who does not know whether they were heard asks again.

use callwright_model::{Fault, account::Caller, agent::Agent, run::Run};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{RunRequest, kept::Kept};
use crate::App;

/// What is asked for, in short, when it is asked for under a key.
pub(super) fn fingerprint(agent: &Agent, request: &RunRequest) -> Result<Option<String>, Fault> {
    if request.dedupe_key.is_none() {
        return Ok(None);
    }
    let asked = json!({
        "agent": agent.id,
        "message": request.message,
        "thread": request.thread,
        "tools": request.tools,
        "context": request.context,
        "metadata": request.metadata,
        "limits": request.limits,
        "channel": request.channel,
        "webhook": request.webhook,
        "news": request.news,
        "delay_ms": u64::try_from(request.delay.as_millis()).unwrap_or(u64::MAX),
        "priority": request.priority,
    });
    digest(&asked).map(Some)
}

/// What is asked for, in short.
pub(super) fn digest(asked: &serde_json::Value) -> Result<String, Fault> {
    let digest = Sha256::digest(serde_json::to_vec(asked).map_err(Fault::internal)?);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The run that was asked for under this key before.
///
/// # Errors
/// Conflict `idempotency_key_reused`: something else was asked for under it.
pub(super) async fn find(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    asked: Option<&str>,
) -> Result<Option<Run>, Fault> {
    let Some(key) = key else { return Ok(None) };
    let Some(found) = app.store().run_by_key(caller.org_id, key).await? else { return Ok(None) };
    if found.run.user_id != caller.user_id || Kept::open(app, &found).await?.asked.as_deref() != asked {
        return Err(Fault::conflict(
            "idempotency_key_reused",
            "this key was used before for another run; use a new key for a new intent",
        ));
    }
    Ok(Some(found.run))
}
