//! Executions under way in this process: who may join them, and how to stop them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use callwright_model::id::{ExecutionId, OrgId};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::call::CallAnswer;

/// What a joined execution came to; `None` while it runs.
pub type Ended = Option<Arc<CallAnswer>>;

/// Executions under way.
#[derive(Default)]
pub struct Inflight {
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    running: HashMap<ExecutionId, (OrgId, CancellationToken)>,
    slots: HashMap<String, Leader>,
}

struct Leader {
    args_hash: String,
    ended: watch::Receiver<Ended>,
}

/// What asking for a slot came to.
pub enum Entry {
    /// Nobody in this process acts on this intent: we do. Joiners wait for the sender.
    Lead(watch::Sender<Ended>),
    /// Somebody does, with the same arguments.
    Join(watch::Receiver<Ended>),
    /// Somebody does, with other arguments.
    Differs,
}

impl Inflight {
    /// Notes an execution so that it can be cancelled.
    pub fn enter(&self, org: OrgId, id: ExecutionId, cancel: CancellationToken) {
        self.lock().running.insert(id, (org, cancel));
    }

    /// Forgets an execution.
    pub fn leave(&self, id: ExecutionId) {
        self.lock().running.remove(&id);
    }

    /// Asks a running execution of `org` to stop. False when none such runs here.
    pub fn cancel(&self, org: OrgId, id: ExecutionId) -> bool {
        self.lock().running.get(&id).filter(|(owner, _)| *owner == org).inspect(|(_, token)| token.cancel()).is_some()
    }

    /// Whether an execution of `org` is under way here.
    pub fn runs(&self, org: OrgId, id: ExecutionId) -> bool {
        self.lock().running.get(&id).is_some_and(|(owner, _)| *owner == org)
    }

    /// Becomes the leader of `slot`, or joins the one there is.
    pub fn claim_slot(&self, slot: &str, args_hash: &str) -> Entry {
        let mut table = self.lock();
        if let Some(leader) = table.slots.get(slot) {
            return if leader.args_hash == args_hash { Entry::Join(leader.ended.clone()) } else { Entry::Differs };
        }
        let (sender, ended) = watch::channel(None);
        table.slots.insert(slot.to_owned(), Leader { args_hash: args_hash.to_owned(), ended });
        Entry::Lead(sender)
    }

    /// Gives up a slot; the sender's last value is what joiners see.
    pub fn free_slot(&self, slot: &str) {
        self.lock().slots.remove(slot);
    }

    /// How many executions are under way here.
    pub fn len(&self) -> usize {
        self.lock().running.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
