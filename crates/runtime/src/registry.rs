//! The registry: tools, their versions, who may call them, and their form for each model provider.
//!
//! `compile` turns a tool into something that can run, and is where a bad tool is refused; `cache` keeps
//! compiled tools; `write`, `draft`, `read`, `sharing` and `define` are what the entrances call. `save` carries a change
//! out, `bump` says what it means for callers, and `follow` whom it reaches.

pub mod bump;
pub mod cache;
pub mod compile;
pub(crate) mod define;
pub(crate) mod diff;
pub mod draft;
pub(crate) mod follow;
mod own;
pub(crate) mod read;
pub(crate) mod save;
mod sharing;
pub(crate) mod write;

pub use compile::CompiledTool;
pub use define::{Listing, definitions, listing};
pub use diff::{Change, changes};
pub use own::{OwnSecret, create_with, own_secrets, update_with};
pub(crate) use read::find;
pub use read::{ToolFilter, diff, get, get_to_change, list, usage, version, versions};
pub use save::Saving;
pub(crate) use sharing::check_shared;
pub use sharing::{Grant, available, grant, grants, may_call, revoke, share};
pub use write::{Action, Upserted, create, delete, put, rollback, save};
pub(crate) use write::{How, copy};
