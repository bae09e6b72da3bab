//! The kind `business`: a function that comes with the program and lives behind the corridor, on the organization's own
//! tables. Nothing leaves from here; the executor asks its port.

use std::collections::BTreeSet;

use async_trait::async_trait;
use callwright_model::{Fault, Outcome, ToolError, tool::BusinessConfig};
use serde_json::{Value, json};

use crate::executor::{ExecCx, Executor, PreparedCall};

/// A `business` tool, ready to be called.
#[derive(Debug, Clone)]
pub struct BusinessTool {
    config: BusinessConfig,
    secrets: BTreeSet<String>,
}

impl BusinessTool {
    /// Checks a tool.
    ///
    /// # Errors
    /// A [`Fault`] that names the field.
    pub fn compile(config: &BusinessConfig) -> Result<Self, Fault> {
        config.check()?;
        Ok(Self { config: config.clone(), secrets: BTreeSet::new() })
    }
}

#[async_trait]
impl Executor for BusinessTool {
    async fn execute(&self, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Outcome, Fault> {
        cx.ports.business(&self.config, call).await
    }

    fn rehearse(&self, _: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Value, ToolError> {
        Ok(json!({
            "function": self.config.function,
            "settings": self.config.settings,
            "arguments": call.arguments,
        }))
    }

    fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }
}
