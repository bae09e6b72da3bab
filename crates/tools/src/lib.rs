//! The executors that reach outside, behind one trait.
//!
//! [`executor`] is the seam that the corridor calls; [`http`] is the kind `http`, [`system`] the kind `system`, [`python`] the kind `python`, and [`business`] and [`nested`]
//! ask their ports for what lives behind the corridor; [`client`] hands the call to whoever holds the conversation; [`mcp`] calls the tools of MCP servers. [`gate`] decides what
//! may be sent again and [`backoff`] when; both are pure and serve every kind. No executor sees the
//! store: what it needs of the world is in [`executor::ExecCx`], and every byte it sends goes through the
//! outbound guard.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod backoff;
pub mod business;
pub mod client;
pub mod executor;
pub mod freshness;
pub mod gate;
pub mod http;
pub mod limits;
pub mod mcp;
pub mod nested;
pub mod python;
pub mod stub;
pub mod system;

use std::sync::Arc;

use callwright_expr::Names;
use callwright_model::{
    Fault,
    tool::{Config, ToolSpec},
};

pub use business::BusinessTool;
pub use callwright_pybox::Listener;
pub use client::ClientTool;
pub use executor::{Cleared, ControlAsk, ExecCx, Executor, OauthClient, Ports, PreparedCall};
pub use freshness::{Freshness, Validators};
pub use http::HttpTool;
pub use mcp::McpTool;
pub use nested::{NestedRun, NestedTool};
pub use python::{Python, PythonTool};
pub use system::SystemTool;

pub(crate) use http::refuse;

/// Checks and compiles a tool of any kind; see [`HttpTool::compile`].
///
/// # Errors
/// A [`Fault`] whose details name the field.
pub fn compile(spec: &ToolSpec, names: &Names) -> Result<Arc<dyn Executor>, Fault> {
    Ok(match &spec.config {
        Config::Http(_) => Arc::new(HttpTool::compile(spec, names)?),
        Config::System(config) => {
            limits::check(spec)?;
            Arc::new(SystemTool::compile(config, spec, names)?)
        }
        Config::Python(config) => {
            limits::check(spec)?;
            Arc::new(PythonTool::compile(config, spec, names)?)
        }
        Config::Business(config) => {
            limits::check(spec)?;
            Arc::new(BusinessTool::compile(config)?)
        }
        Config::Client(config) => {
            limits::check(spec)?;
            Arc::new(ClientTool::compile(config, spec)?)
        }
        Config::Agent(config) => {
            limits::check(spec)?;
            Arc::new(NestedTool::agent(config, names)?)
        }
        Config::Workflow(config) => {
            limits::check(spec)?;
            Arc::new(NestedTool::workflow(config)?)
        }
        Config::Mcp(config) => {
            limits::check(spec)?;
            Arc::new(McpTool::compile(config, spec)?)
        }
    })
}
