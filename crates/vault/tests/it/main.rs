//! The vault over a real database and against a real token server on this machine.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub)]

mod grants;
mod oauth;
mod sealing;
mod secrets;
mod world;
