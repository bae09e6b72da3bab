//! Who follows a tool, and what of its changes reached them.

use callwright_model::{
    Timestamp,
    id::{AgentId, OrgId, ToolId},
    page::{Page, PageRequest},
    tool::release::{Level, Pin, ToolChange},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::Query,
    value::{self, Row, Value},
};

/// The most agents of a tool that are looked at.
const MOST_FOLLOWERS: i64 = 10_000;

/// An agent that has a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follower {
    /// The agent.
    pub id: AgentId,
    /// Its name.
    pub name: String,
    /// Which state of the tool it has.
    pub pin: Option<Pin>,
}

fn change(row: &Row) -> Result<ToolChange> {
    let mut fields = row.fields("tool_change");
    Ok(ToolChange {
        tool_id: fields.id("tool_id")?,
        tool: fields.string("tool_name")?,
        from_revision: fields.int("from_revision")?,
        revision: fields.int("revision")?,
        from_version: fields.string("from_version")?,
        to_version: fields.string("to_version")?,
        level: fields.word("level", Level::parse)?,
        because: fields.json("because")?,
        user_id: fields.id("user_id")?,
        at: fields.time("at")?,
    })
}

impl Tx<'_> {
    /// Notes for each of `agents` that a change reached it. An agent that has gone meanwhile is left out.
    pub async fn announce_change(&mut self, agents: &[AgentId], change: &ToolChange) -> Result<()> {
        let sql = "INSERT INTO tool_change (agent_id, tool_id, revision, from_revision, tool_name, from_version, \
                   to_version, level, because, user_id, at) SELECT id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 \
                   FROM agent WHERE id = $1";
        let mut rows = Vec::with_capacity(agents.len());
        for agent in agents {
            rows.push(params![
                *agent,
                change.tool_id,
                change.revision,
                change.from_revision,
                &change.tool,
                &change.from_version,
                &change.to_version,
                Value::word(change.level.as_str()),
                value::json(&change.because)?,
                change.user_id,
                change.at,
            ]);
        }
        self.execute_many(sql, &rows).await
    }
}

impl Store {
    /// The agents that have a tool and may use it, by name; at most ten thousand.
    pub async fn followers(&self, org: OrgId, tool: ToolId) -> Result<Vec<Follower>> {
        let sql = "SELECT g.id, g.name, a.pin FROM assignment a JOIN agent g ON g.id = a.agent_id \
                   WHERE g.org_id = $1 AND a.tool_id = $2 AND a.enabled = 1 ORDER BY g.name LIMIT $3";
        self.fetch_all(sql, params![org, tool, MOST_FOLLOWERS], |row| {
            let mut fields = row.fields("assignment");
            Ok(Follower { id: fields.id("id")?, name: fields.string("name")?, pin: fields.opt_json("pin")? })
        })
        .await
    }

    /// The changes that reached an agent at or after `since`, newest first.
    pub async fn tool_changes(
        &self,
        org: OrgId,
        agent: AgentId,
        since: Option<Timestamp>,
        page: &PageRequest,
    ) -> Result<Page<ToolChange>> {
        let sql = "SELECT c.tool_id, c.tool_name, c.from_revision, c.revision, c.from_version, c.to_version, c.level, \
                   c.because, c.user_id, c.at FROM tool_change c JOIN agent g ON g.id = c.agent_id \
                   WHERE g.org_id = $1 AND c.agent_id = $2";
        let mut query = Query::new(sql, params![org, agent]);
        query.and("c.at >=", since);
        match page.after.as_deref() {
            None => {}
            Some([at, tool, revision]) => {
                let number = |text: &str| text.parse::<i64>().map_err(|_| Error::Cursor);
                let tool: ToolId = tool.parse().map_err(|_| Error::Cursor)?;
                query.push(" AND (c.at, c.tool_id, c.revision) < (").bind(number(at)?).push(", ").bind(tool);
                query.push(", ").bind(number(revision)?).push(")");
            }
            Some(_) => return Err(Error::Cursor),
        }
        query.push(" ORDER BY c.at DESC, c.tool_id DESC, c.revision DESC").limit(page);
        let rows = self.fetch_query(query, change).await?;
        Ok(Page::from_rows(rows, page.limit, |row| {
            vec![row.at.micros().to_string(), row.tool_id.to_string(), row.revision.to_string()]
        }))
    }
}
