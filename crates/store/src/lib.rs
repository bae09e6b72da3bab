//! All SQL of Callwright: one truth in SQLite (embedded) or PostgreSQL (many servers), behind typed functions.
//!
//! [`Store`] is the handle. Writes go through [`Store::write`], a closure over a [`Tx`]; every function
//! that changes something also exists on [`Tx`], so that a change and its audit row can share one
//! transaction. Each aggregate has a file of its own; the two drivers are `sqlite` and `postgres`, and
//! nothing else knows which one is in use except [`dialect`]. Why these drivers: `docs/adr/0002-store-drivers.md`.
//!
//! The store refuses to know what things mean: it does not check rights, decrypt, or decide what may be
//! sent again. Every function but a few of the housekeeping is scoped by organization.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod account;
pub mod agent;
pub mod alert;
pub mod audit;
mod behind;
pub mod builtin;
pub mod calendar;
pub mod case;
pub mod change;
pub mod conversation;
pub mod credit;
mod db;
mod dialect;
pub mod document;
pub mod error;
pub mod execution;
pub mod feature;
pub mod feedback;
pub mod health;
pub mod hook;
pub mod import;
pub mod invitation;
pub mod job;
pub mod library;
pub mod limits;
pub mod mcp_server;
mod migrate;
pub mod model_provider;
pub mod oauth;
pub mod organization;
pub mod outbox;
mod postgres;
pub mod proposal;
mod query;
pub mod run;
pub mod schedule;
pub mod secret;
mod sqlite;
pub mod task;
pub mod thread;
pub mod throttle;
pub mod ticket;
pub mod token;
pub mod tool;
pub mod unmatched;
pub mod value;
pub mod workflow;

pub use db::{BoxFuture, Options, Store, Synchronous, Tx};
pub use error::{Error, Result};
pub use value::{Row, Value};
