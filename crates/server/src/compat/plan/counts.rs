//! What the plan counts of a tool: its executions and the assistants that have it, for a whole page at once.

use std::collections::HashMap;

use callwright_model::{
    Fault,
    id::{OrgId, ToolId},
};
use callwright_runtime::App;
use callwright_store::execution::ToolTotal;

use super::tool::Counts;

/// The counts of some tools.
pub(crate) struct CountsOf {
    executions: HashMap<ToolId, ToolTotal>,
    assistants: HashMap<ToolId, i64>,
}

/// The counts of `tools`, which the caller may see.
pub(crate) async fn of(app: &App, org: OrgId, tools: &[ToolId]) -> Result<CountsOf, Fault> {
    Ok(CountsOf {
        executions: app.store().execution_counts(org, tools).await?,
        assistants: app.store().assistant_count(org, tools).await?,
    })
}

impl CountsOf {
    /// The counts of one of them.
    pub(crate) fn get(&self, tool: ToolId) -> Counts {
        let executed = self.executions.get(&tool);
        Counts {
            execution_count: executed.map_or(0, |total| total.count),
            last_executed_at: executed.map(|total| total.last_used_at),
            assistant_count: self.assistants.get(&tool).copied().unwrap_or_default(),
        }
    }
}
