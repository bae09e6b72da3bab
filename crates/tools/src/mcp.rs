//! The kind `mcp`: a tool of a registered MCP server, called in a session that outlives the call.
//!
//! The protocol itself is `rmcp`'s; what is ours is around it: every byte of HTTP goes through the outbound guard
//! ([`http`]), a program is started with nothing of ours in its environment and killed with all its children
//! ([`stdio`]), sessions are kept and bounded ([`pool`]), and what went wrong is told to the retry gate ([`failure`]).
//! Which server a name means, and whether its tool is still the one that was agreed to, is known behind the corridor:
//! the executor asks its port for a session.

mod content;
mod events;
mod execute;
mod failure;
mod handler;
mod http;
mod pool;
mod session;
mod stdio;
mod upstream;

use std::collections::BTreeSet;

use async_trait::async_trait;
use callwright_model::{
    Fault, Outcome, ToolError,
    tool::{McpConfig, ToolSpec},
};
use serde_json::{Value, json};

use crate::executor::{ExecCx, Executor, PreparedCall};

pub use pool::{Key, Lease, Sessions};
pub use session::{Listed, Opened, Session, beside};
pub use upstream::{Reach, Refusal, TokenSource, Upstream};

/// Where the idempotency key of a call stands in its `_meta`.
pub const KEY_IN_META: &str = "callwright/idempotency-key";

/// An `mcp` tool, ready to be called.
#[derive(Debug, Clone)]
pub struct McpTool {
    config: McpConfig,
    secrets: BTreeSet<String>,
}

impl McpTool {
    /// Checks a tool.
    ///
    /// # Errors
    /// A [`Fault`] that names the field.
    pub fn compile(config: &McpConfig, _: &ToolSpec) -> Result<Self, Fault> {
        config.check()?;
        Ok(Self { config: config.clone(), secrets: BTreeSet::new() })
    }
}

#[async_trait]
impl Executor for McpTool {
    async fn execute(&self, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Outcome, Fault> {
        execute::run(&self.config, cx, call).await
    }

    fn rehearse(&self, _: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Value, ToolError> {
        Ok(json!({
            "server": self.config.server,
            "method": "tools/call",
            "params": { "name": self.config.tool, "arguments": call.arguments, "_meta": { KEY_IN_META: call.intent_key } },
        }))
    }

    fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }

    fn identity(&self, call: &PreparedCall<'_>) -> Option<Vec<u8>> {
        serde_json::to_vec(&(&self.config, &call.arguments)).ok()
    }
}
