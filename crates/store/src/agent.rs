//! Agents, and the tools assigned to them.

mod lists;

use std::collections::HashMap;

use callwright_model::{
    Timestamp,
    agent::{Agent, AgentProfile, Assignment},
    id::{AgentId, OrgId, ToolId, UserId},
    page::{Page, PageRequest},
    tool::Tool,
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_id, after_text},
    tool::tool_fields,
    value::{self, Fields, Row, Value},
};

const AGENT: &str = "SELECT id, org_id, user_id, name, description, instructions, model, profile, \
                     is_shared, tools_settings, created_at, updated_at FROM agent WHERE org_id = $1";
const ASSIGNMENT: &str = "a.agent_id, a.tool_id, a.enabled, a.overrides, a.position, a.pin, a.created_at, \
                          a.updated_at";

fn agent(row: &Row) -> Result<Agent> {
    let mut fields = row.fields("agent");
    Ok(Agent {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        user_id: fields.id("user_id")?,
        name: fields.string("name")?,
        description: fields.string("description")?,
        instructions: fields.string("instructions")?,
        model: fields.string("model")?,
        profile: profile(&mut fields)?,
        tools_settings: fields.opt_json("tools_settings")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn profile(fields: &mut Fields<'_>) -> Result<AgentProfile> {
    let kept: Option<AgentProfile> = fields.opt_json("profile")?;
    Ok(AgentProfile { is_shared: fields.flag("is_shared")?, ..kept.unwrap_or_default() })
}

fn assignment(fields: &mut Fields<'_>) -> Result<Assignment> {
    Ok(Assignment {
        agent_id: fields.id("agent_id")?,
        tool_id: fields.id("tool_id")?,
        enabled: fields.flag("enabled")?,
        overrides: fields.json("overrides")?,
        position: fields.int("position")?,
        pin: fields.opt_json("pin")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn name_taken(agent: &Agent) -> impl FnOnce(Error) -> Error {
    let name = agent.name.clone();
    move |error| error.unique_means("name_taken", || format!("there is an agent named `{name}` already"))
}

impl Tx<'_> {
    /// Adds an agent.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn create_agent(&mut self, agent: &Agent) -> Result<()> {
        let sql = "INSERT INTO agent (id, org_id, user_id, name, description, instructions, model, \
                   profile, is_shared, tools_settings, created_at, updated_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let params = params![
            agent.id,
            agent.organization_id,
            agent.user_id,
            &agent.name,
            &agent.description,
            &agent.instructions,
            &agent.model,
            value::json(&agent.profile)?,
            agent.profile.is_shared,
            value::opt_json(agent.tools_settings.as_ref())?,
            agent.created_at,
            agent.updated_at,
        ];
        self.execute(sql, &params).await.map_err(name_taken(agent))?;
        self.bump(agent.organization_id).await
    }

    /// Replaces an agent. False: it is not there.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn update_agent(&mut self, agent: &Agent) -> Result<bool> {
        let sql = "UPDATE agent SET name = $3, description = $4, instructions = $5, model = $6, \
                   profile = $7, is_shared = $8, tools_settings = $9, updated_at = $10 \
                   WHERE org_id = $1 AND id = $2";
        let params = params![
            agent.organization_id,
            agent.id,
            &agent.name,
            &agent.description,
            &agent.instructions,
            &agent.model,
            value::json(&agent.profile)?,
            agent.profile.is_shared,
            value::opt_json(agent.tools_settings.as_ref())?,
            agent.updated_at,
        ];
        if self.execute(sql, &params).await.map_err(name_taken(agent))? == 0 {
            return Ok(false);
        }
        self.bump(agent.organization_id).await?;
        Ok(true)
    }

    /// Deletes an agent with its assignments and its secrets. False: it is not there.
    pub async fn delete_agent(&mut self, org: OrgId, id: AgentId) -> Result<bool> {
        if self.execute("DELETE FROM agent WHERE org_id = $1 AND id = $2", &params![org, id]).await? == 0 {
            return Ok(false);
        }
        self.execute("DELETE FROM secret WHERE org_id = $1 AND agent_id = $2", &params![org, id]).await?;
        self.execute("DELETE FROM limit_setting WHERE org_id = $1 AND agent_id = $2", &params![org, id]).await?;
        self.execute("DELETE FROM agent_grant WHERE org_id = $1 AND agent_id = $2", &params![org, id]).await?;
        self.execute("DELETE FROM feedback WHERE org_id = $1 AND agent_id = $2", &params![org, id]).await?;
        self.execute("DELETE FROM agent_draft WHERE org_id = $1 AND agent_id = $2", &params![org, id]).await?;
        self.bump(org).await?;
        Ok(true)
    }

    /// Assigns a tool to an agent, or changes the assignment; it keeps the time when it was made.
    ///
    /// # Errors
    /// Conflict `reference_missing` when agent or tool are not there, in that organization.
    pub async fn upsert_assignment(&mut self, org: OrgId, assignment: &Assignment) -> Result<()> {
        let both = "SELECT 1 FROM agent a JOIN tool t ON t.org_id = a.org_id \
                    WHERE a.org_id = $1 AND a.id = $2 AND t.id = $3 AND t.deleted_at IS NULL";
        let ids = params![org, assignment.agent_id, assignment.tool_id];
        if self.fetch_optional(both, &ids).await?.is_none() {
            return Err(Error::conflict("reference_missing", "the agent or the tool does not exist any more"));
        }
        let sql = "INSERT INTO assignment (agent_id, tool_id, enabled, overrides, position, pin, created_at, \
                   updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (agent_id, tool_id) DO UPDATE SET \
                   enabled = excluded.enabled, overrides = excluded.overrides, position = excluded.position, \
                   pin = excluded.pin, updated_at = excluded.updated_at";
        let params = params![
            assignment.agent_id,
            assignment.tool_id,
            assignment.enabled,
            value::json(&assignment.overrides)?,
            assignment.position,
            value::opt_json(assignment.pin.as_ref())?,
            assignment.created_at,
            assignment.updated_at,
        ];
        self.execute(sql, &params).await?;
        self.bump(org).await
    }

    /// Takes a tool from an agent. False: it was not assigned.
    pub async fn delete_assignment(&mut self, org: OrgId, agent: AgentId, tool: ToolId) -> Result<bool> {
        let sql = "DELETE FROM assignment WHERE tool_id = $3 \
                   AND agent_id IN (SELECT id FROM agent WHERE org_id = $1 AND id = $2)";
        if self.execute(sql, &params![org, agent, tool]).await? == 0 {
            return Ok(false);
        }
        self.bump(org).await?;
        Ok(true)
    }
}

impl Store {
    /// Adds an agent.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn create_agent(&self, agent: &Agent) -> Result<()> {
        self.write(agent.clone(), |agent, tx| Box::pin(tx.create_agent(agent))).await
    }

    /// Replaces an agent. False: it is not there.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn update_agent(&self, agent: &Agent) -> Result<bool> {
        self.write(agent.clone(), |agent, tx| Box::pin(tx.update_agent(agent))).await
    }

    /// Deletes an agent with its assignments and its secrets. False: it is not there.
    pub async fn delete_agent(&self, org: OrgId, id: AgentId) -> Result<bool> {
        self.write((org, id), |(org, id), tx| Box::pin(tx.delete_agent(*org, *id))).await
    }

    /// The agent of that id.
    pub async fn agent_by_id(&self, org: OrgId, id: AgentId) -> Result<Option<Agent>> {
        self.fetch_optional(format!("{AGENT} AND id = $2"), params![org, id], agent).await
    }

    /// The agent of that id, whoever's it is: for those who know nothing else of it.
    pub async fn any_agent(&self, id: AgentId) -> Result<Option<Agent>> {
        let sql = AGENT.replace("org_id = $1", "id = $1");
        self.fetch_optional(sql, params![id], agent).await
    }

    /// The agent of that name.
    pub async fn agent_by_name(&self, org: OrgId, name: &str) -> Result<Option<Agent>> {
        self.fetch_optional(format!("{AGENT} AND name = $2"), params![org, name], agent).await
    }

    /// Shares an agent with a user, or stops doing so.
    pub async fn grant_agent(
        &self,
        org: OrgId,
        agent: AgentId,
        user: UserId,
        is_granted: bool,
        now: Timestamp,
    ) -> Result<()> {
        if !is_granted {
            let sql = "DELETE FROM agent_grant WHERE org_id = $1 AND agent_id = $2 AND user_id = $3";
            return self.execute(sql, params![org, agent, user]).await.map(drop);
        }
        let sql = "INSERT INTO agent_grant (agent_id, user_id, org_id, created_at) VALUES ($2, $3, $1, $4) \
                   ON CONFLICT DO NOTHING";
        self.execute(sql, params![org, agent, user, now]).await.map(drop)
    }

    /// Whether an agent was shared with a user by name.
    pub async fn is_agent_granted(&self, org: OrgId, agent: AgentId, user: UserId) -> Result<bool> {
        let sql = "SELECT 1 FROM agent_grant WHERE org_id = $1 AND agent_id = $2 AND user_id = $3";
        let row =
            self.fetch_optional(sql, params![org, agent, user], |row| row.fields("agent_grant").int("one")).await?;
        Ok(row.is_some())
    }

    /// With whom an agent was shared.
    pub async fn agent_grants(&self, org: OrgId, agent: AgentId) -> Result<Vec<UserId>> {
        let sql = "SELECT user_id FROM agent_grant WHERE org_id = $1 AND agent_id = $2 ORDER BY user_id";
        self.fetch_all(sql, params![org, agent], |row| row.fields("agent_grant").id("user_id")).await
    }

    /// The same, a page of it, with their addresses and since when.
    pub async fn page_of_agent_grants(
        &self,
        org: OrgId,
        agent: AgentId,
        page: &PageRequest,
    ) -> Result<Page<(UserId, String, Timestamp)>> {
        let sql = "SELECT g.user_id, u.email, g.created_at FROM agent_grant g JOIN app_user u ON u.id = g.user_id \
                   WHERE g.org_id = $1 AND g.agent_id = $2";
        let mut query = Query::new(sql, params![org, agent]);
        query.and("g.user_id >", after_id::<callwright_model::id::kind::User>(page)?);
        query.push(" ORDER BY g.user_id").limit(page);
        let rows = self
            .fetch_query(query, |row| {
                let mut fields = row.fields("agent_grant");
                Ok((fields.id("user_id")?, fields.string("email")?, fields.time("created_at")?))
            })
            .await?;
        Ok(Page::from_rows(rows, page.limit, |(user, ..)| vec![user.to_string()]))
    }

    /// The agents that a user made, and with `shared` also those of others that the user may run; newest first.
    pub async fn agents_of(&self, org: OrgId, user: UserId, shared: bool, page: &PageRequest) -> Result<Page<Agent>> {
        let mut query = Query::new(AGENT, params![org]);
        query.push(" AND (user_id = ").bind(user);
        if shared {
            query.push(" OR is_shared = 1 OR id IN ");
            query.push("(SELECT agent_id FROM agent_grant WHERE org_id = $1 AND user_id = ").bind(user).push(")");
        }
        query.push(")").and("id <", after_id::<callwright_model::id::kind::Agent>(page)?);
        query.push(" ORDER BY id DESC").limit(page);
        let rows = self.fetch_query(query, agent).await?;
        Ok(Page::from_rows(rows, page.limit, |agent| vec![agent.id.to_string()]))
    }

    /// Agents by name.
    pub async fn agents(&self, org: OrgId, page: &PageRequest) -> Result<Page<Agent>> {
        let mut query = Query::new(AGENT, params![org]);
        query.and("name >", after_text(page)?).push(" ORDER BY name").limit(page);
        let rows = self.fetch_query(query, agent).await?;
        Ok(Page::from_rows(rows, page.limit, |agent| vec![agent.name.clone()]))
    }

    /// Assigns a tool to an agent, or changes the assignment; it keeps the time when it was made.
    ///
    /// # Errors
    /// Conflict `reference_missing` when agent or tool are not there, in that organization.
    pub async fn upsert_assignment(&self, org: OrgId, assignment: &Assignment) -> Result<()> {
        self.write((org, assignment.clone()), |(org, assignment), tx| Box::pin(tx.upsert_assignment(*org, assignment)))
            .await
    }

    /// Takes a tool from an agent. False: it was not assigned.
    pub async fn delete_assignment(&self, org: OrgId, agent: AgentId, tool: ToolId) -> Result<bool> {
        self.write((org, agent, tool), |(org, agent, tool), tx| Box::pin(tx.delete_assignment(*org, *agent, *tool)))
            .await
    }

    /// A tool as an agent has it.
    pub async fn assignment(&self, org: OrgId, agent: AgentId, tool: ToolId) -> Result<Option<Assignment>> {
        let sql = format!(
            "SELECT {ASSIGNMENT} FROM assignment a JOIN agent g ON g.id = a.agent_id \
             WHERE g.org_id = $1 AND a.agent_id = $2 AND a.tool_id = $3"
        );
        self.fetch_optional(sql, params![org, agent, tool], |row| assignment(&mut row.fields("assignment"))).await
    }

    /// Every tool that an agent has, by position and name.
    pub async fn assignments(&self, org: OrgId, agent: AgentId) -> Result<Vec<(Assignment, Tool)>> {
        let sql = format!(
            "SELECT {ASSIGNMENT}, t.id, t.org_id, t.user_id, v.spec, t.revision, t.created_at, t.updated_at \
             FROM assignment a JOIN tool t ON t.id = a.tool_id \
             JOIN tool_version v ON v.tool_id = t.id AND v.revision = t.revision \
             WHERE t.org_id = $1 AND a.agent_id = $2 AND t.deleted_at IS NULL ORDER BY a.position, t.name"
        );
        self.fetch_all(sql, params![org, agent], |row| {
            let mut fields = row.fields("assignment");
            Ok((assignment(&mut fields)?, tool_fields(&mut fields)?))
        })
        .await
    }

    /// How many agents have each of these tools. Tools that no agent has are left out.
    pub async fn assistant_count(&self, org: OrgId, tools: &[ToolId]) -> Result<HashMap<ToolId, i64>> {
        if tools.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = "SELECT a.tool_id, COUNT(*) FROM assignment a JOIN tool t ON t.id = a.tool_id \
                   WHERE t.org_id = $1 AND a.tool_id IN ";
        let mut query = Query::new(sql, params![org]);
        query.bind_all(tools.iter().map(|id| Value::from(*id))).push(" GROUP BY a.tool_id");
        let rows = self
            .fetch_query(query, |row| {
                let mut fields = row.fields("assignment");
                Ok((fields.id("tool_id")?, fields.int("count")?))
            })
            .await?;
        Ok(rows.into_iter().collect())
    }
}
