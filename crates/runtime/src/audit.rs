//! The audit log: who changed what, from what to what.

pub(crate) mod change;

use callwright_model::{Fault, account::Caller};
use callwright_store::audit::AuditEntry;
use serde_json::Value;

pub use self::change::between;
use crate::App;

/// An entry for something that `caller` did to `target_id`, to be written with the change itself.
pub fn entry(
    app: &App,
    caller: &Caller,
    action: &'static str,
    target_kind: &'static str,
    target_id: impl ToString,
    details: Value,
) -> AuditEntry {
    AuditEntry {
        id: app.ids().next(),
        org_id: caller.org_id,
        user_id: Some(caller.user_id),
        token_id: Some(caller.token_id),
        action: action.to_owned(),
        target_kind: target_kind.to_owned(),
        target_id: target_id.to_string(),
        details,
        request_id: caller.request_id.clone(),
        at: app.clock().now(),
    }
}

/// Writes an entry for a change that has no transaction of its own to write it in.
pub async fn write(
    app: &App,
    caller: &Caller,
    action: &'static str,
    target_kind: &'static str,
    target_id: impl ToString,
    details: Value,
) -> Result<(), Fault> {
    app.store().append_audit(&entry(app, caller, action, target_kind, target_id, details)).await.map_err(Fault::from)
}
