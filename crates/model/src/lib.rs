//! The vocabulary of Callwright: ids, entities, states, errors and wire types.
//!
//! This crate is pure. It opens no socket and no file, reads no clock of its own accord and holds no
//! cache; everything above it speaks in these words. The words themselves are explained in
//! `docs/ARCHITECTURE.md`; in short: a *tool* is a named thing with a JSON Schema, an *execution* is
//! one invocation of it with its record, an *agent* binds tools to a model, a *secret* is a named
//! encrypted value.

pub mod account;
pub mod agent;
pub mod alert;
pub mod audit;
pub mod business;
pub mod case;
pub mod chat;
pub mod context;
pub mod control;
pub mod conversation;
pub mod credit;
pub mod definition;
pub mod document;
pub mod error;
pub mod execution;
pub mod fault;
pub mod feedback;
pub mod hook;
pub mod id;
pub mod job;
pub mod legacy;
pub mod mcp_server;
pub mod merge;
pub mod model_provider;
pub mod oauth;
pub mod outcome;
pub mod page;
pub mod proposal;
pub mod run;
pub mod schedule;
pub mod schema;
pub mod secret;
pub mod ticket;
pub mod time;
pub mod tool;
pub mod webhook;
pub mod workflow;

pub use control::{ControlEvent, Directive};
pub use error::{ErrorClass, ToolError};
pub use fault::{Fault, FaultKind};
pub use id::{Id, IdSource};
pub use outcome::{Block, Content, Outcome};
pub use time::{Clock, SystemClock, Timestamp};

/// A JSON object, in the order its author wrote it.
pub type Object = serde_json::Map<String, serde_json::Value>;
