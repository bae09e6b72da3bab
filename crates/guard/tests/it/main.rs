//! The guard against real sockets: what it refuses, what it sends, and what it says when things break.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub)]

mod address;
mod body;
mod dial;
mod pool;
mod redirect;
mod request;
mod script;
mod sent;
mod stream;
mod tls;
mod upstream;
