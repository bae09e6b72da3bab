//! The HTTP entrance: REST, the plan's paths, live events, health and metrics.
//!
//! It authenticates, reads and writes HTTP, and calls `runtime`; it decides nothing about rights, tools
//! or executions. A fault becomes a status in [`error`] and nowhere else. Every route stands in
//! [`router`], every answer passes [`edge`](crate::edge) on its way out.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod api;
mod approval_page;
pub mod auth;
pub mod body;
mod callbacks;
mod compat;
mod convai;
mod edge;
pub mod error;
mod events;
mod header;
mod health;
mod hooks;
mod linger;
mod live;
mod mcp;
mod meter;
pub mod metrics;
mod oauth_page;
pub mod openapi;
pub mod page;
mod platforms;
pub mod request_id;
mod router;
pub mod serve;
pub mod state;
mod strict;

pub use openapi::{RouteInfo, route_table};
pub use router::router;
pub use serve::{serve, serve_health};
pub use state::{McpOptions, ServerOptions, ServerState};
