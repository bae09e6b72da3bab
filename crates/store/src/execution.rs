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

pub(crate) use self::node::alive;
pub use self::{
    ledger::{Claim, Fence, FinishExecution, LedgerRow, NewExecution, Whose},
    node::Reaped,
};
