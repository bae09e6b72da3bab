//! The corridor and what serves it: the registry of tools, agents, accounts, live events, recovery.
//!
//! Every entrance (REST, the plan's paths, the command line, later MCP, agents and workflows) builds a
//! [`call::CallRequest`] and awaits [`call::run`]. Rights are checked here, not in the entrances, so
//! that none of them can forget. This crate knows nothing of HTTP answers.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod account;
pub mod agent_templates;
pub mod agents;
pub mod alert;
pub mod app;
pub mod approvals;
pub mod audit;
pub mod authorizations;
mod behind;
pub mod business;
pub mod call;
pub mod cases;
pub mod control;
pub mod conversation;
pub mod credits;
pub mod doctor;
pub mod documents;
pub mod executions;
pub mod export;
mod failpoint;
pub mod features;
pub mod feedback;
pub mod hooks;
pub mod import;
pub mod inflight;
pub mod job;
pub mod legacy;
pub mod library;
pub mod limits;
pub mod live;
pub mod mail;
pub mod mcp;
pub mod metering;
pub mod models;
pub mod node;
pub mod offer;
pub mod outbox;
pub mod prompts;
pub mod proposals;
pub mod registry;
mod results;
pub mod run;
pub mod schedule;
pub mod suggest;
pub mod threads;
pub mod tickets;
pub mod workflow;

pub use app::{App, Settings};
