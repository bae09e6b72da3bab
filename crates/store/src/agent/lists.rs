//! What lists of agents show beside each one.

use std::collections::HashMap;

use callwright_model::id::{AgentId, OrgId};

use crate::{db::Store, error::Result, params, query::Query, value::Value};

impl Store {
    /// The names of the tools that each of these agents may use, in the agents' order.
    pub async fn agent_tool_names(&self, org: OrgId, agents: &[AgentId]) -> Result<HashMap<AgentId, Vec<String>>> {
        let mut names: HashMap<AgentId, Vec<String>> = HashMap::new();
        if agents.is_empty() {
            return Ok(names);
        }
        let sql = "SELECT a.agent_id, t.name FROM assignment a JOIN tool t ON t.id = a.tool_id \
                   WHERE t.org_id = $1 AND t.deleted_at IS NULL AND a.enabled = 1 AND a.agent_id IN ";
        let mut query = Query::new(sql, params![org]);
        query.bind_all(agents.iter().map(|id| Value::from(*id))).push(" ORDER BY a.position, t.name");
        let rows = self
            .fetch_query(query, |row| {
                let mut fields = row.fields("assignment");
                Ok((fields.id("agent_id")?, fields.string("name")?))
            })
            .await?;
        for (agent, name) in rows {
            names.entry(agent).or_default().push(name);
        }
        Ok(names)
    }

    /// How many agents are named `start` and a number in parentheses. A little more than that does no harm.
    pub async fn agents_numbered(&self, org: OrgId, start: &str) -> Result<u32> {
        let mut pattern = String::with_capacity(start.len() + 4);
        for character in start.chars() {
            if matches!(character, '%' | '_' | '!') {
                pattern.push('!');
            }
            pattern.push(character);
        }
        pattern.push_str(" (%");
        let sql = "SELECT COUNT(*) FROM agent WHERE org_id = $1 AND name LIKE $2 ESCAPE '!'";
        let count = self.fetch_optional(sql, params![org, pattern], |row| row.fields("agent").int("count")).await?;
        Ok(count.and_then(|count| u32::try_from(count).ok()).unwrap_or_default())
    }
}
