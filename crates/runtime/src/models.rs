//! Models: who serves them (`provider`), which one a name means (`choose`), and one request to it (`ask`).
//!
//! An organization has providers of its own, whose keys are its secrets. The operator may set some for everybody in the
//! server's environment; their addresses may be local, so each such address has a guard of its own.

mod ask;
mod choose;
mod environment;
mod provider;

pub use self::{
    ask::{Test, complete, test},
    choose::{Chosen, format_of, resolve},
    environment::Builtin,
    provider::{create, delete, get, list, put},
};
pub(crate) use ask::probe;
pub(crate) use provider::all;
