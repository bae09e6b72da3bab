//! The MCP client against real servers: the Python library's and the reference server.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod calls;
mod conformance;
mod definitions;
mod servers;
mod stdio;
mod world;
