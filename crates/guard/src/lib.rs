//! The border to the outside: every outbound byte of Callwright passes through here.
//!
//! A [`Guard`] resolves a name, refuses the addresses that must not be reached (private, loopback,
//! link-local, cloud metadata and the like), connects to exactly the addresses it checked, and sends
//! HTTP/1.1 requests over them with redirects, time limits and size limits of its own. Drivers that
//! do not speak HTTP use [`Guard::dial`]. Nothing here knows tools, secrets' names or the store.
//!
//! A request that fails says whether any byte of it may have reached the upstream
//! ([`SendError::maybe_sent`]). That decides whether a write may be repeated, so the guard keeps its
//! own connections instead of a client that sends in a task of its own: see `client.rs` and `wire.rs`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod address;
mod body;
mod client;
mod dial;
mod error;
mod guard;
mod hop;
pub mod host;
mod pool;
pub mod redact;
pub mod relay;
pub mod resolve;
pub mod script;
mod send;
mod stream;
mod tls;
mod wire;

pub use error::{DialError, DialErrorKind, Error, SendError, SendErrorKind};
pub use guard::{Guard, Options};
pub use ipnet::IpNet;
pub use redact::Redactor;
pub use resolve::{Resolve, SystemResolver};
pub use send::{Answer, Outgoing};
pub use stream::Streamed;
