//! MCP servers that a person signs in for: the whole flow over the network, against an authorization server that plays by
//! the rules or breaks them.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod changes;
mod connect;
mod elsewhere;
mod provider;
mod refuse;
mod renew;
mod world;
