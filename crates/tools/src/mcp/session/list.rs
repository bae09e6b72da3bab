//! What a server offers, page by page, and without the tools that cannot be used.

use std::time::Duration;

use callwright_guard::Redactor;
use callwright_model::{ToolError, mcp_server::McpDefinition};
use rmcp::model::{PaginatedRequestParams, Tool};
use serde_json::Value;

use super::Session;
use crate::mcp::failure;

/// The most tools that are read of one server, and the most pages.
const MAX_TOOLS: usize = 1_000;
const MAX_PAGES: usize = 100;
/// The longest description, and the most bytes of a whole definition.
const MAX_DESCRIPTION: usize = 8_000;
const MAX_DEFINITION: usize = 256 << 10;

/// A server's tools.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listed {
    /// In the server's order.
    pub tools: Vec<McpDefinition>,
    /// Tools that cannot be used, with the reason.
    pub refused: Vec<String>,
}

impl Session {
    /// The server's tools, page by page.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub async fn list(&self, limit: Duration) -> Result<Listed, ToolError> {
        match tokio::time::timeout(limit, self.pages()).await {
            Ok(listed) => listed,
            Err(_) => Err(failure::listing_too_slow()),
        }
    }

    async fn pages(&self) -> Result<Listed, ToolError> {
        let mut listed = Listed::default();
        let mut cursor = None;
        for _ in 0..MAX_PAGES {
            let params = PaginatedRequestParams::default().with_cursor(cursor);
            let page = self.peer.list_tools(Some(params)).await.map_err(|error| {
                if failure::is_lost(&error) {
                    self.lose();
                }
                failure::of_call(&error, &self.hide()).error
            })?;
            let hide = self.hide();
            for tool in page.tools {
                match definition(&tool, &hide) {
                    Ok(_) if listed.tools.len() >= MAX_TOOLS => {
                        listed.refused.push(format!("more than {MAX_TOOLS} tools: the rest is left out"));
                        return Ok(listed);
                    }
                    Ok(definition) if listed.tools.iter().any(|other| other.name == definition.name) => {
                        listed.refused.push(format!("`{}` is listed twice", definition.name));
                    }
                    Ok(definition) => listed.tools.push(definition),
                    Err(why) => listed.refused.push(why),
                }
            }
            listed.refused.truncate(50);
            cursor = page.next_cursor.filter(|cursor| !cursor.is_empty());
            if cursor.is_none() {
                break;
            }
        }
        Ok(listed)
    }
}

/// A tool as its server defines it.
fn definition(tool: &Tool, hide: &Redactor) -> Result<McpDefinition, String> {
    let name = hide.text(&tool.name);
    let shown: String = name.chars().take(80).collect();
    if name.is_empty() || name.chars().count() > callwright_model::tool::mcp::MAX_UPSTREAM_NAME {
        return Err(format!("`{shown}` is not a name of 1 to 128 characters"));
    }
    let description = tool.description.as_deref().map(|text| hide.text(text));
    if description.as_ref().is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
        return Err(format!("`{shown}` has a description of more than {MAX_DESCRIPTION} characters"));
    }
    let mut input_schema = Value::Object((*tool.input_schema).clone());
    hide.value(&mut input_schema);
    let definition = McpDefinition {
        name,
        title: tool.title.as_deref().map(|text| hide.text(text).chars().take(200).collect()),
        description,
        input_schema,
        output_schema: tool.output_schema.as_ref().map(|schema| Value::Object((**schema).clone())),
        annotations: tool.annotations.as_ref().and_then(|hints| serde_json::to_value(hints).ok()),
    };
    match serde_json::to_string(&definition).map(|text| text.len()) {
        Ok(length) if length <= MAX_DEFINITION => Ok(definition),
        _ => Err(format!("the definition of `{shown}` is larger than {MAX_DEFINITION} bytes")),
    }
}
