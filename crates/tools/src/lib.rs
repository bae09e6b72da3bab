//! The executors that reach outside, behind one trait.
//!
//! [`executor`] is the seam that the corridor calls; [`http`] is the kind `http`. [`gate`] decides what
//! may be sent again and [`backoff`] when; both are pure and serve every kind. No executor sees the
//! store: what it needs of the world is in [`executor::ExecCx`], and every byte it sends goes through the
//! outbound guard.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod backoff;
pub mod executor;
pub mod gate;
pub mod http;
pub mod limits;

pub use executor::{ExecCx, Executor, OauthClient, Ports, PreparedCall};
pub use http::HttpTool;
