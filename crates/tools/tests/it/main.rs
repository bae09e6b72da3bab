//! The kind `http` against a real upstream on this machine.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub)]

mod answers;
mod auth;
mod requests;
mod retries;
mod saving;
mod upstream;
mod world;
