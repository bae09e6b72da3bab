//! What a carrier knows of a run before its first step: handed on by whoever began it here, or read from the tables.

use callwright_model::{FaultKind, account::Caller, chat::ChatMessage, run::Thread};
use callwright_store::run::RunRow;

use super::{
    carry::{Halt, failed},
    kept::Kept,
};
use crate::{
    App, agents,
    models::{self, Chosen},
};

/// A run that was begun a moment ago by this process, which has checked and read all this for it.
pub(crate) struct Begun {
    pub row: RunRow,
    pub kept: Kept,
    pub caller: Caller,
    pub thread: Thread,
    pub chosen: Chosen,
    /// All messages of the thread, where it is new.
    pub messages: Option<Vec<ChatMessage>>,
}

/// With whose rights a run goes on, on which thread and with which model.
pub(super) struct Ground {
    pub caller: Caller,
    pub thread: Thread,
    pub chosen: Chosen,
    pub messages: Option<Vec<ChatMessage>>,
}

impl Ground {
    /// As the tables say now.
    pub(super) async fn find(app: &App, row: &RunRow, kept: &Kept) -> Result<Self, Halt> {
        let org = row.run.organization_id;
        let caller = Self::caller(app, row, kept).await?;
        let thread = app.store().thread(org, row.run.thread_id).await?;
        let Some(thread) = thread else { return Err(failed("not_allowed", "its thread was deleted")) };
        let chosen = match models::resolve(app, org, &row.run.model).await {
            Ok(chosen) => chosen,
            Err(fault) if fault.kind == FaultKind::Invalid => return Err(failed("model_error", fault.message)),
            Err(fault) => return Err(fault.into()),
        };
        Ok(Self { caller, thread, chosen, messages: None })
    }

    /// Whoever asked for the run, if they still may run this agent.
    pub(super) async fn caller(app: &App, row: &RunRow, kept: &Kept) -> Result<Caller, Halt> {
        let org = row.run.organization_id;
        let caller = match kept.caller.caller(app, org).await? {
            Ok(caller) => caller,
            Err(why) => return Err(failed("not_allowed", why)),
        };
        // A workflow asks for its agents one by one.
        let Some(agent) = kept.agent else { return Ok(caller) };
        let Some(agent) = app.store().agent_by_id(org, agent).await? else {
            return Err(failed("not_allowed", "its agent was deleted"));
        };
        if !agents::may_run(app, &caller, &agent).await? {
            return Err(failed("not_allowed", "its agent is not shared any more with whoever asked for this"));
        }
        Ok(caller)
    }
}
