//! Model providers: a thread's messages in, a model's answer out, whoever serves it.
//!
//! Each provider's form is written and read by types of our own, and every byte goes through the outbound guard. Nothing
//! here knows the store, the vault, or an organization: whoever calls brings the address and the key. Nothing is tried
//! again here either, but a request whose temperature the model refuses; an error says whether that could help
//! ([`ModelError::is_retryable`]).
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod complete;
mod draft;
mod endpoint;
mod error;
mod failure;
mod reply;
mod request;
pub mod scripted;
mod sse;
#[cfg(test)]
mod tests;
mod thread;
mod wire;

pub use complete::{complete, probe};
pub use endpoint::{Azure, Endpoint, Form};
pub use error::{ErrorKind, ModelError};
pub use failure::without_address;
pub use reply::{Event, Events, Reply, Stop};
pub use request::Request;
pub use scripted::{scripted, scripted_delay};
