//! Executions: the record that the log shows, and the ledger that gives each intent one effect.
//!
//! `ledger` claims and finishes, `node` finds what dead servers left behind, `query` lists, `usage` counts,
//! `retention` forgets. This file knows how a row is written and read.

mod ledger;
mod node;
mod query;
mod retention;
mod row;
pub(crate) mod usage;

/// The tickets whose execution is carried out again by itself when its server dies: a late one that is waited for,
/// and one that was agreed to.
pub(crate) const RERUN: &str = "((ticket.kind IN ('late', 'run') AND ticket.state = 'open') OR (ticket.kind IN ('approval', 'confirmation') AND ticket.state = 'used'))";

pub(crate) use self::node::alive;
pub use self::usage::ToolTotal;
pub use self::{
    ledger::{Claim, Fence, FinishExecution, LedgerRow, NewExecution, Whose},
    node::Reaped,
};
