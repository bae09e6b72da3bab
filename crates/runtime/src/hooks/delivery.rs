//! What came to a hook, as its maker sees it.

use std::net::IpAddr;

use callwright_model::{
    hook::{Hook, HookDelivery, HookOutcome},
    id::{ExecutionId, RunId},
};
use tokio::time::Instant;

use crate::{App, call::answer::millis};

/// How many requests of a hook are remembered.
const KEPT: u32 = 500;
/// The most characters of a text that is noted.
const MOST_TEXT: usize = 400;

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Came {
    row: HookDelivery,
    at: Instant,
}

impl Came {
    /// A request that has just come.
    pub(crate) fn now(app: &App, hook: &Hook, address: IpAddr) -> Self {
        let row = HookDelivery {
            id: app.ids().next(),
            hook_id: hook.id,
            organization_id: hook.organization_id,
            action: None,
            outcome: HookOutcome::Refused,
            idempotency_key: None,
            execution_id: None,
            run_id: None,
            error: None,
            address: Some(address.to_string()),
            duration_ms: 0.0,
            created_at: app.clock().now(),
        };
        Self { row, at: Instant::now() }
    }

    /// What it asks for.
    pub(crate) fn asks(mut self, action: Option<&str>, key: Option<&str>) -> Self {
        self.row.action = action.map(short);
        self.row.idempotency_key = key.map(short);
        self
    }

    /// How it ended.
    pub(crate) fn ended(mut self, outcome: HookOutcome) -> Self {
        self.row.outcome = outcome;
        self.row.duration_ms = millis(self.at.elapsed());
        self
    }

    /// Why.
    pub(crate) fn because(mut self, error: &str) -> Self {
        self.row.error = Some(short(error));
        self
    }

    /// What it led to.
    pub(crate) fn led_to(mut self, execution: Option<ExecutionId>, run: Option<RunId>) -> Self {
        (self.row.execution_id, self.row.run_id) = (execution, run);
        self
    }
}

fn short(text: &str) -> String {
    text.chars().take(MOST_TEXT).collect()
}

/// Notes a request behind its answer. What is forgotten with a server that dies is a line of a log.
pub(crate) fn note(app: &App, came: Came) {
    let app_then = app.clone();
    app.spawn(async move {
        let (store, hook) = (app_then.store(), came.row.hook_id);
        if let Err(error) = store.note_hook_delivery(came.row).await {
            tracing::warn!(%hook, %error, "what came to a hook could not be noted");
        }
        // Not each time: the list may be a little longer than it says.
        if rand::random::<u8>().is_multiple_of(16)
            && let Err(error) = store.trim_hook_deliveries(hook, KEPT).await
        {
            tracing::warn!(%hook, %error, "old requests of a hook could not be thrown away");
        }
    });
}
