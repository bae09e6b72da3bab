//! Whether the tool can be lived with on a call, and whether a write can be tried again safely.

use callwright_model::{
    context::Channel,
    tool::{Config, Effect, ToolSpec},
};
use serde_json::{Value, json};

use super::finding::{Findings, Weight};

/// Longer than this nobody waits in silence on the phone, in milliseconds.
const PATIENCE_MS: u32 = 10_000;

/// Looks at time limits and keys.
pub(super) fn examine(spec: &ToolSpec, found: &mut Findings) {
    let Config::Http(config) = &spec.config else { return };
    let is_write = spec.effect != Effect::Read;
    let is_honoured = config.idempotency.as_ref().is_some_and(|key| key.honoured);
    if is_write && !spec.repeatable && !is_honoured {
        let message = "when the answer to this write is lost nobody knows whether it happened, and a person has to find \
                       out; if the upstream recognises a repeated key, say so with `idempotency: {honoured: true}`";
        found.add(Weight::Info, "write_without_key", "config.idempotency", message);
    }
    let contexts = &spec.policy.allowed_contexts;
    let is_on_calls = contexts.is_empty() || contexts.contains(&Channel::Call);
    // Read as JSON, so that a tool that speaks while it works is recognised whatever form that takes.
    let speaks = serde_json::to_value(spec).is_ok_and(|spec| !matches!(spec["speech"], Value::Null));
    let timeout_ms = spec.policy.timeout_ms;
    if is_on_calls && timeout_ms > PATIENCE_MS && spec.policy.answer_by_ms.is_none() && !speaks {
        let message = format!(
            "on a call somebody may wait {} s in silence; answer by a time and finish behind, or allow less time",
            timeout_ms / 1000
        );
        let fix = json!({"policy": {"answer_by_ms": 8000}});
        found.add_fix(Weight::Info, "silent_for_long", "policy.timeout_ms", message, fix);
    }
    if spec.policy.read_timeout_ms > timeout_ms {
        let message = format!(
            "`read_timeout_ms` ({}) is longer than the whole time, `timeout_ms` ({timeout_ms}), and so never counts",
            spec.policy.read_timeout_ms
        );
        let fix = json!({"policy": {"read_timeout_ms": timeout_ms}});
        found.add_fix(Weight::Info, "read_timeout_idle", "policy.read_timeout_ms", message, fix);
    }
}
