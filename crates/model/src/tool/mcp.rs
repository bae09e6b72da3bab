//! The configuration of an `mcp` tool: which tool of which registered MCP server it stands for, and the definition that
//! somebody agreed to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::Fault;

/// The longest name of a tool upstream.
pub const MAX_UPSTREAM_NAME: usize = 128;

/// A tool of a registered MCP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct McpConfig {
    /// The name of the registered server. The guide's name is `server_name`.
    #[serde(alias = "server_name")]
    #[schema(min_length = 1, max_length = 64)]
    pub server: String,
    /// The tool's name there. The guide's name is `tool_name`.
    #[serde(alias = "tool_name")]
    #[schema(min_length = 1, max_length = 128)]
    pub tool: String,
    /// The hash of the definition that was agreed to: calls are refused while the server shows another one. Filled in
    /// when the tool is saved, if the server's tools are known then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 71, max_length = 71)]
    pub definition: Option<String>,
}

impl McpConfig {
    /// Checks the form; a fault names the field.
    pub fn check(&self) -> Result<(), Fault> {
        if !crate::mcp_server::is_server_name(&self.server) {
            return Err(Fault::invalid("config.server", "`config.server` must be the name of a registered MCP server"));
        }
        if self.tool.is_empty() || self.tool.chars().count() > MAX_UPSTREAM_NAME {
            let message = format!("`config.tool` must have 1 to {MAX_UPSTREAM_NAME} characters");
            return Err(Fault::invalid("config.tool", message));
        }
        if self.definition.as_deref().is_some_and(|hash| !is_hash(hash)) {
            let message = "`config.definition` must be `sha256:` and 64 hexadecimal digits, as `GET …/tools` shows it";
            return Err(Fault::invalid("config.definition", message));
        }
        Ok(())
    }

    /// What stands for the parameters until the server's own are known.
    pub fn open_parameters() -> Value {
        json!({"type": "object"})
    }
}

/// Whether `text` is the hash of a definition.
fn is_hash(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_of_the_fields_are_read_and_bad_values_are_named() {
        let guide: McpConfig = serde_json::from_value(json!({"server_name": "s", "tool_name": "t"})).unwrap();
        let own: McpConfig = serde_json::from_value(json!({"server": "s", "tool": "t"})).unwrap();
        assert_eq!(guide, own);
        own.check().unwrap();
        let hash = format!("sha256:{}", "0".repeat(64));
        McpConfig { definition: Some(hash), ..own.clone() }.check().unwrap();
        for (bad, field) in [
            (McpConfig { server: "a b".into(), ..own.clone() }, "config.server"),
            (McpConfig { tool: String::new(), ..own.clone() }, "config.tool"),
            (McpConfig { tool: "x".repeat(129), ..own.clone() }, "config.tool"),
            (McpConfig { definition: Some("sha256:00".into()), ..own }, "config.definition"),
        ] {
            assert_eq!(bad.check().unwrap_err().details.unwrap()["field"], field);
        }
    }
}
