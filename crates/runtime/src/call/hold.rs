//! Unsettled unknown outcomes: the same call is held until a person has looked.
//!
//! On SQLite this process is the only one, so a set in memory answers almost every time without a query.
//! On PostgreSQL another node may have just made an outcome unknown, so the database is always asked.

use std::{
    collections::HashSet,
    sync::{PoisonError, RwLock},
};

use callwright_model::{ErrorClass, Fault, ToolError, id::ToolId};
use callwright_store::execution::Whose;
use serde_json::json;

use super::work::{Stop, Work};
use crate::App;

/// What is held.
#[derive(Default)]
pub struct Holds {
    known: RwLock<HashSet<(ToolId, String)>>,
}

impl Holds {
    /// Reads what is unsettled from the database.
    pub(crate) async fn load(&self, app: &App) -> Result<(), Fault> {
        let rows = app.store().unsettled_unknowns().await?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = rows.into_iter().collect();
        Ok(())
    }

    /// Notes an outcome that has become unknown.
    pub(crate) fn insert(&self, tool: ToolId, args_hash: String) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert((tool, args_hash));
    }

    fn may_hold(&self, app: &App, tool: ToolId, args_hash: &str) -> bool {
        if app.is_clustered() {
            return true;
        }
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        !known.is_empty() && known.contains(&(tool, args_hash.to_owned()))
    }
}

/// Refuses a write whose twin in the same conversation, or of the same user, has an unknown outcome.
pub(super) async fn check(app: &App, work: &Work) -> Result<(), Stop> {
    let tool = work.tool().tool.id;
    if !app.holds().may_hold(app, tool, &work.args_hash) {
        return Ok(());
    }
    let caller = &work.request.caller;
    let (conversation, call) = (work.context.text("conversation_id"), work.call_id());
    // A bot serves many people under one user: where the conversation is known, it tells whose wish this is.
    let user_id = (conversation.is_none() && call.is_none()).then_some(caller.user_id);
    let whose = Whose { conversation_id: conversation.as_deref(), call_id: call.as_deref(), user_id };
    let unsettled =
        app.store().unsettled_unknown(caller.org_id, tool, &work.args_hash, whose).await.map_err(Fault::from)?;
    let Some(id) = unsettled else { return Ok(()) };
    let message = format!(
        "the same call was made before and nobody knows whether it went through (execution {id}); it is held until an operator settles that one"
    );
    let error = ToolError::new(ErrorClass::ApprovalRequired, "held_unknown", message)
        .with_details(json!({ "unknown_execution_id": id }));
    Err(error.into())
}
