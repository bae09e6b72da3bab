//! The registry: tools, their versions, who may call them, and their form for each model provider.
//!
//! `compile` turns a tool into something that can run, and is where a bad tool is refused; `cache` keeps
//! compiled tools; `write`, `read`, `sharing` and `define` are what the entrances call.

pub mod cache;
pub mod compile;
mod define;
mod diff;
pub(crate) mod read;
mod sharing;
mod write;

pub use compile::CompiledTool;
pub use define::definitions;
pub use diff::{Change, changes};
pub(crate) use read::find;
pub use read::{ToolFilter, diff, get, get_to_change, list, usage, version, versions};
pub use sharing::{Grant, grant, grants, may_call, revoke};
pub use write::{Action, Upserted, create, delete, put, rollback};
pub(crate) use write::{How, copy};
