//! Runs: an agent takes a thread forward until it has an answer, or a workflow until its plan is done. Asked for here,
//! carried by a job.
//!
//! A run is wished for in `request`, checked and begun in `begin`, written down by `draft`; `carry` takes it forward as
//! the worker's job. `read` shows it, `wait` waits for it, `stop` and `overdue` end one that nobody carries. What a run
//! knows of itself is sealed in `kept`; those who asked for it and those it asked for are in `family`; who watches it
//! is told by `hub` and `watch`. Runs of workflows are in `flow`.

mod begin;
mod begun;
mod carry;
mod cut;
mod draft;
pub(crate) mod family;
mod finish;
pub mod flow;
mod handoff;
mod history;
mod hub;
mod kept;
mod key;
mod obey;
mod overdue;
pub(crate) mod reach;
mod read;
mod request;
mod shown;
pub mod status;
mod stop;
mod tools;
mod turn;
mod wait;
pub mod watch;
mod wish;

pub(crate) use begin::{prepare, start_as, start_watched};
pub use begin::{start, start_and_wait};
pub(crate) use begun::Begun;
pub(crate) use carry::carry;
pub(crate) use draft::Prepared;
pub(crate) use family::{Above, Asker};
pub use finish::SIGNING_SECRET;
pub(crate) use hub::News;
pub use hub::Runs;
pub use kept::NewsForm;
pub(crate) use overdue::end_overdue;
pub use read::{get, list, of_job, status, steps};
pub(crate) use read::{own_thread, visible};
pub use request::{RunRequest, Talk};
pub use stop::cancel;
pub(crate) use stop::{stop, stop_and_wait};
pub(crate) use tools::is_parallel;
pub use wait::{wait, wait_for_begun};
