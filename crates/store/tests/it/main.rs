//! What the store promises, tried on SQLite and, when `CALLWRIGHT_TEST_POSTGRES` names a server where
//! databases may be created, on PostgreSQL too.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[macro_use]
mod support;

mod account;
mod behind;
mod engine;
mod ledger;
mod limits;
mod log;
mod mcp;
mod postgres;
mod queue;
mod races;
mod registry;
mod scale;
mod sqlite;
