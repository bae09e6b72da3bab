//! What a key stands for, where it stands in the ledger, and how long it is remembered.

use std::time::Duration;

use callwright_model::{
    Fault,
    id::{OrgId, ToolId},
    tool::Effect,
};
use sha2::{Digest, Sha256};

use crate::{
    App,
    call::{bind::hex, work::Work},
};

/// A key of a run or a job is remembered as long as somebody may go on with it.
const OWN_KEY_TTL: Duration = Duration::from_secs(400 * 24 * 3600);

/// Where the key stands in the ledger: one for each organization, tool and key.
pub(in crate::call) fn slot(work: &Work, key: &str) -> String {
    // A draft's outcome is no outcome of the live tool.
    let draft: &[u8] = if work.request.source == "draft" { b"\0draft" } else { b"" };
    // The ids of runs and jobs are no secret: whoever sends one as a key names something else.
    let own: &[u8] = if work.request.has_own_key() { b"\0own" } else { b"" };
    slot_of(work.request.caller.org_id, work.tool().tool.id, key, &[draft, own])
}

/// The same for the key that a run gives to one of its calls.
pub(crate) fn slot_of_run(org: OrgId, tool: ToolId, key: &str) -> String {
    slot_of(org, tool, key, &[b"\0own"])
}

fn slot_of(org: OrgId, tool: ToolId, key: &str, rest: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(org.raw().to_be_bytes());
    hasher.update(tool.raw().to_be_bytes());
    hasher.update(key.as_bytes());
    rest.iter().for_each(|part| hasher.update(part));
    hex(&hasher.finalize())
}

/// How long a key is remembered.
pub(in crate::call) fn ttl(app: &App, work: &Work) -> Duration {
    let usual = app.settings().intent_ttl;
    if work.request.has_own_key() { usual.max(OWN_KEY_TTL) } else { usual }
}

/// Whether a node that takes this over may send again: only what does no harm twice.
pub(in crate::call) fn is_resendable(work: &Work) -> bool {
    let spec = &work.tool().tool.spec;
    // A client is offered a call by its ticket, however often a server begins with it.
    spec.effect == Effect::Read
        || spec.config.client().is_some()
        || spec.repeatable
        // Asked for again, it is the same run.
        || spec.config.is_nested()
        || (spec.config.is_key_honoured() && work.request.idempotency_key.is_some())
}

pub(super) fn key_reused(key: &str) -> Fault {
    Fault::conflict(
        "idempotency_key_reused",
        format!("the Idempotency-Key `{key}` was used before with other arguments; use a new key for a new intent"),
    )
}
