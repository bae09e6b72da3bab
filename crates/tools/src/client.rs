//! The kind `client`: the call is handed to whoever holds the conversation. Nothing leaves from here; the corridor keeps
//! the ticket under which the client answers.

use std::collections::BTreeSet;

use async_trait::async_trait;
use callwright_model::{
    Content, Fault, Outcome, ToolError,
    tool::{ClientConfig, ToolSpec},
};
use serde_json::{Value, json};

use crate::executor::{ExecCx, Executor, PreparedCall};

/// A `client` tool, ready to be called.
#[derive(Debug, Clone)]
pub struct ClientTool {
    name: String,
    expects_response: bool,
    secrets: BTreeSet<String>,
}

impl ClientTool {
    /// Checks a tool.
    ///
    /// # Errors
    /// A [`Fault`] that names the field.
    pub fn compile(config: &ClientConfig, spec: &ToolSpec) -> Result<Self, Fault> {
        config.check()?;
        Ok(Self { name: spec.name.clone(), expects_response: config.expects_response, secrets: BTreeSet::new() })
    }
}

#[async_trait]
impl Executor for ClientTool {
    async fn execute(&self, _: &ExecCx<'_>, _: &PreparedCall<'_>) -> Result<Outcome, Fault> {
        let message = "the client was told; no result is waited for";
        Ok(Outcome::Done(Content { message: Some(message.to_owned()), ..Content::default() }))
    }

    fn rehearse(&self, _: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Value, ToolError> {
        Ok(json!({
            "client_tool_call": { "tool_name": self.name, "parameters": call.arguments },
            "expects_response": self.expects_response,
        }))
    }

    fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }
}
