//! Runs and their steps. What a carrier writes is fenced by its job: see [`crate::job`].
//!
//! A run begins in `begin`, goes on in `turn` (of an agent) or `flow` (of a workflow) and ends in `end`, each in one
//! transaction with all that belongs to it. `read` finds runs and steps, and `again` those that go on once more.

mod again;
mod begin;
mod end;
mod flow;
mod read;
mod row;
mod turn;

use callwright_model::{
    id::{ExecutionId, RunId},
    run::Run,
};

pub use begin::NewRun;
pub use end::{Ending, Handed};
pub use flow::{FlowEnd, FlowSettled, Within};
pub use read::RunFilter;
pub use turn::{Settled, Turn};

/// A run with what only its carrier needs.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// What everybody may know of it.
    pub run: Run,
    /// Who asked, as which agent, with which tools and context; sealed by the vault.
    pub request: String,
    /// The first of the runs above it, if there are any.
    pub root_id: Option<RunId>,
    /// The execution of a tool that its end answers.
    pub asked_by: Option<ExecutionId>,
}
