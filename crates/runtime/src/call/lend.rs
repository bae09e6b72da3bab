//! Secrets, decrypted for this execution only.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use callwright_guard::Redactor;
use callwright_model::{
    ErrorClass, ToolError,
    id::{TokenId, ToolId},
};
use callwright_vault::LendError;
use serde_json::json;
use tokio::time::Instant;

use super::work::{Stop, Work};
use crate::{App, audit};

/// Lending the same tool's secrets to the same token is written to the audit log once in this time; each
/// execution is in the log by itself.
const NOTED_AGAIN_AFTER: Duration = Duration::from_secs(60);
/// Past this many pairs in memory all are forgotten, and noted again.
const MOST_NOTED: usize = 10_000;

/// Which lendings were noted lately.
#[derive(Default)]
pub struct Lendings {
    noted: Mutex<HashMap<(ToolId, TokenId), Instant>>,
}

impl Lendings {
    fn is_due(&self, tool: ToolId, token: TokenId) -> bool {
        let now = Instant::now();
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.get(&(tool, token)).is_some_and(|at| now.duration_since(*at) < NOTED_AGAIN_AFTER) {
            return false;
        }
        if noted.len() >= MOST_NOTED {
            noted.clear();
        }
        noted.insert((tool, token), now);
        true
    }
}

pub(super) async fn secrets(app: &App, work: &mut Work) -> Result<(), Stop> {
    if work.tool().secrets.is_empty() {
        return Ok(());
    }
    let agent = work.found.agent.as_ref().map(|agent| agent.id);
    // What a test case plays is not lent.
    let fakes = work.aside.trial.as_ref().map(|trial| trial.fakes.clone()).unwrap_or_default();
    let mut needed = work.found.tool.secrets.clone();
    needed.retain(|name| !fakes.contains_key(name));
    if needed.is_empty() {
        work.secrets = fakes;
        return Ok(());
    }
    match app.vault().lend(work.request.caller.org_id, agent, &needed).await {
        Ok(secrets) => {
            if let Some(stub) = work.stub() {
                stub.stubs.hide(Redactor::new(secrets.values()));
            }
            work.secrets = secrets;
            work.secrets.extend(fakes);
        }
        Err(LendError::Missing(name)) => {
            let message =
                format!("the secret `{name}` that this tool needs is not set; an administrator has to set it");
            return Err(ToolError::new(ErrorClass::AuthError, "secret_missing", message).into());
        }
        Err(LendError::Fault(fault)) => return Err(fault.into()),
    }
    note(app, work).await;
    Ok(())
}

async fn note(app: &App, work: &Work) {
    let (tool, caller) = (&work.tool().tool, &work.request.caller);
    if !app.lendings().is_due(tool.id, caller.token_id) {
        return;
    }
    let details = json!({ "tool": tool.spec.name, "secrets": work.tool().secrets, "execution_id": work.id });
    let entry = audit::entry(app, caller, "secret.lend", "tool", tool.id, details);
    if let Err(error) = app.store().append_audit_behind(entry).await {
        tracing::error!(%error, "a lending could not be written to the audit log");
    }
}
