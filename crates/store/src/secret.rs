//! Secrets and the keys that seal them. Only sealed text comes here; `vault` alone can open it.

use callwright_model::{
    Timestamp,
    id::{AgentId, DataKeyId, McpServerId, OrgId, SecretId, ToolId, UserId},
    page::{Page, PageRequest},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_text},
    value::{Row, Value},
};

/// A sealed secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRow {
    /// Its id.
    pub id: SecretId,
    /// The organization it belongs to.
    pub org_id: OrgId,
    /// The agent it belongs to; none means the whole organization.
    pub agent_id: Option<AgentId>,
    /// Its name, unique for the agent or the organization.
    pub name: String,
    /// Its sealed value.
    pub sealed: String,
    /// Counts up with every new value, from 1.
    pub version: i64,
    /// Who set it last.
    pub created_by: UserId,
    /// When it was first set.
    pub created_at: Timestamp,
    /// When it was last set.
    pub updated_at: Timestamp,
}

/// A secret without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretSummary {
    /// Its id.
    pub id: SecretId,
    /// The agent it belongs to; none means the whole organization.
    pub agent_id: Option<AgentId>,
    /// Its name.
    pub name: String,
    /// Counts up with every new value, from 1.
    pub version: i64,
    /// Who set it last.
    pub created_by: UserId,
    /// When it was first set.
    pub created_at: Timestamp,
    /// When it was last set.
    pub updated_at: Timestamp,
}

/// The key that seals an organization's secrets, itself wrapped by the master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataKeyRow {
    /// Its id.
    pub id: DataKeyId,
    /// The organization.
    pub org_id: OrgId,
    /// The wrapped key.
    pub wrapped: String,
    /// When it was made.
    pub created_at: Timestamp,
}

const SECRET: &str = "id, org_id, agent_id, name, sealed, version, created_by, created_at, updated_at";
const SUMMARY: &str = "id, agent_id, name, version, created_by, created_at, updated_at";
const DATA_KEY: &str = "SELECT id, org_id, wrapped, created_at FROM data_key";

/// The empty text stands for the whole organization.
fn scope(agent: Option<AgentId>) -> Value {
    agent.map_or(Value::word(""), Value::from)
}

fn agent_of(text: &str) -> Option<Option<AgentId>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

fn secret(row: &Row) -> Result<SecretRow> {
    let mut fields = row.fields("secret");
    Ok(SecretRow {
        id: fields.id("id")?,
        org_id: fields.id("org_id")?,
        agent_id: fields.word("agent_id", agent_of)?,
        name: fields.string("name")?,
        sealed: fields.string("sealed")?,
        version: fields.int("version")?,
        created_by: fields.id("created_by")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn summary(row: &Row) -> Result<SecretSummary> {
    let mut fields = row.fields("secret");
    Ok(SecretSummary {
        id: fields.id("id")?,
        agent_id: fields.word("agent_id", agent_of)?,
        name: fields.string("name")?,
        version: fields.int("version")?,
        created_by: fields.id("created_by")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn data_key(row: &Row) -> Result<DataKeyRow> {
    let mut fields = row.fields("data_key");
    Ok(DataKeyRow {
        id: fields.id("id")?,
        org_id: fields.id("org_id")?,
        wrapped: fields.string("wrapped")?,
        created_at: fields.time("created_at")?,
    })
}

impl Tx<'_> {
    /// Keeps a secret's new value. A secret of that scope and name keeps its id and the time when it was
    /// first set, and its version goes up; the row as it stands then is given back.
    pub async fn upsert_secret(&mut self, row: &SecretRow) -> Result<SecretRow> {
        let sql = format!(
            "INSERT INTO secret ({SECRET}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (org_id, agent_id, name) DO UPDATE SET sealed = excluded.sealed, \
             version = secret.version + 1, created_by = excluded.created_by, updated_at = excluded.updated_at \
             RETURNING {SECRET}"
        );
        let params = params![
            row.id,
            row.org_id,
            scope(row.agent_id),
            &row.name,
            &row.sealed,
            row.version,
            row.created_by,
            row.created_at,
            row.updated_at,
        ];
        let kept = self.fetch_optional(&sql, &params).await?;
        self.bump(row.org_id).await?;
        kept.as_ref().map_or_else(|| Ok(row.clone()), secret)
    }

    /// Keeps the value of a secret that comes with a tool: a new one, or a new value of the tool's own.
    ///
    /// # Errors
    /// Conflict `secret_taken` when the organization has a secret of that name that is not the tool's own.
    pub async fn put_tool_secret(&mut self, row: &SecretRow, tool: ToolId) -> Result<()> {
        self.put_own_secret(row, tool.into(), "tool").await
    }

    /// The same of a secret that comes with an MCP server.
    ///
    /// # Errors
    /// As for [`Tx::put_tool_secret`].
    pub async fn put_mcp_secret(&mut self, row: &SecretRow, server: McpServerId) -> Result<()> {
        self.put_own_secret(row, server.into(), "MCP server").await
    }

    async fn put_own_secret(&mut self, row: &SecretRow, owner: Value, what: &str) -> Result<()> {
        let sql = format!(
            "INSERT INTO secret ({SECRET}, tool_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT (org_id, agent_id, name) DO UPDATE SET sealed = excluded.sealed, \
             version = secret.version + 1, created_by = excluded.created_by, updated_at = excluded.updated_at \
             WHERE secret.tool_id = excluded.tool_id"
        );
        let params = params![
            row.id,
            row.org_id,
            scope(row.agent_id),
            &row.name,
            &row.sealed,
            row.version,
            row.created_by,
            row.created_at,
            row.updated_at,
            owner,
        ];
        if self.execute(&sql, &params).await? == 0 {
            let message = format!("there is a secret `{}` already that is not this {what}'s own", row.name);
            return Err(Error::conflict("secret_taken", message));
        }
        self.bump(row.org_id).await
    }

    /// Deletes a secret. False: it is not there.
    pub async fn delete_secret(&mut self, org: OrgId, agent: Option<AgentId>, name: &str) -> Result<bool> {
        let sql = "DELETE FROM secret WHERE org_id = $1 AND agent_id = $2 AND name = $3";
        if self.execute(sql, &params![org, scope(agent), name]).await? == 0 {
            return Ok(false);
        }
        self.bump(org).await?;
        Ok(true)
    }

    /// Keeps `key` unless its organization has one; gives the one that it has then.
    pub async fn insert_data_key_if_absent(&mut self, key: &DataKeyRow) -> Result<DataKeyRow> {
        let sql = "INSERT INTO data_key (id, org_id, wrapped, created_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (org_id) DO NOTHING";
        self.execute(sql, &params![key.id, key.org_id, &key.wrapped, key.created_at]).await?;
        let winner = self.fetch_optional(&format!("{DATA_KEY} WHERE org_id = $1"), &params![key.org_id]).await?;
        winner.as_ref().map_or_else(|| Ok(key.clone()), data_key)
    }

    /// Puts a newly wrapped form in the place of `old`. False: it was wrapped anew by somebody else.
    pub async fn rewrap_data_key(&mut self, id: DataKeyId, old: &str, new: &str) -> Result<bool> {
        let sql = "UPDATE data_key SET wrapped = $3 WHERE id = $1 AND wrapped = $2";
        Ok(self.execute(sql, &params![id, old, new]).await? > 0)
    }

    /// Keeps a value of the installation under `name`, whatever was there.
    pub async fn set_setting(&mut self, name: &str, value: &str) -> Result<()> {
        let sql = "INSERT INTO setting (name, value) VALUES ($1, $2) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.execute(sql, &params![name, value]).await.map(drop)
    }

    /// Keeps a value of the installation unless there is one; gives the one that is there then.
    pub async fn set_setting_if_absent(&mut self, name: &str, value: &str) -> Result<String> {
        let sql = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        self.execute(sql, &params![name, value]).await?;
        let row = self.fetch_optional("SELECT value FROM setting WHERE name = $1", &params![name]).await?;
        row.map_or_else(|| Ok(value.to_owned()), |row| row.fields("setting").string("value"))
    }
}

impl Store {
    /// Keeps a secret's new value; see [`Tx::upsert_secret`].
    pub async fn upsert_secret(&self, row: &SecretRow) -> Result<SecretRow> {
        self.write(row.clone(), |row, tx| Box::pin(tx.upsert_secret(row))).await
    }

    /// Every sealed secret of an organization and its agents, for the vault's cache.
    pub async fn secret_rows(&self, org: OrgId) -> Result<Vec<SecretRow>> {
        let sql = format!("SELECT {SECRET} FROM secret WHERE org_id = $1 ORDER BY agent_id, name");
        self.fetch_all(sql, params![org], secret).await
    }

    /// The secrets of an agent, or of the organization itself, by name.
    pub async fn secrets(&self, org: OrgId, agent: Option<AgentId>, page: &PageRequest) -> Result<Page<SecretSummary>> {
        let sql = format!("SELECT {SUMMARY} FROM secret WHERE org_id = $1 AND agent_id = $2");
        let mut query = Query::new(sql, params![org, scope(agent)]);
        query.and("name >", after_text(page)?).push(" ORDER BY name").limit(page);
        let rows = self.fetch_query(query, summary).await?;
        Ok(Page::from_rows(rows, page.limit, |secret| vec![secret.name.clone()]))
    }

    /// The names of the secrets that came with a tool.
    pub async fn secrets_of_tool(&self, org: OrgId, tool: ToolId) -> Result<Vec<String>> {
        let sql = "SELECT name FROM secret WHERE org_id = $1 AND tool_id = $2 AND agent_id = '' ORDER BY name";
        self.fetch_all(sql, params![org, tool], |row| row.fields("secret").string("name")).await
    }

    /// Deletes a secret. False: it is not there.
    pub async fn delete_secret(&self, org: OrgId, agent: Option<AgentId>, name: &str) -> Result<bool> {
        self.write((org, agent, name.to_owned()), |(org, agent, name), tx| {
            Box::pin(tx.delete_secret(*org, *agent, name))
        })
        .await
    }

    /// Keeps `key` unless its organization has one; gives the one that it has then.
    pub async fn insert_data_key_if_absent(&self, key: &DataKeyRow) -> Result<DataKeyRow> {
        self.write(key.clone(), |key, tx| Box::pin(tx.insert_data_key_if_absent(key))).await
    }

    /// The key of an organization.
    pub async fn data_key(&self, org: OrgId) -> Result<Option<DataKeyRow>> {
        self.fetch_optional(format!("{DATA_KEY} WHERE org_id = $1"), params![org], data_key).await
    }

    /// A slice of all keys after `after`, to wrap them anew under another master key.
    pub async fn data_keys(&self, after: Option<DataKeyId>, limit: u32) -> Result<Vec<DataKeyRow>> {
        let mut query = Query::new(format!("{DATA_KEY} WHERE 1 = 1"), Vec::new());
        query.and("id >", after).push(" ORDER BY id LIMIT ").bind(limit);
        self.fetch_query(query, data_key).await
    }

    /// Puts a newly wrapped form in the place of `old`. False: it was wrapped anew by somebody else.
    pub async fn rewrap_data_key(&self, id: DataKeyId, old: &str, new: &str) -> Result<bool> {
        self.write((id, old.to_owned(), new.to_owned()), |(id, old, new), tx| {
            Box::pin(tx.rewrap_data_key(*id, old, new))
        })
        .await
    }

    /// A value of the installation, for example the check of the master key.
    pub async fn setting(&self, name: &str) -> Result<Option<String>> {
        let sql = "SELECT value FROM setting WHERE name = $1";
        self.fetch_optional(sql, params![name], |row| row.fields("setting").string("value")).await
    }

    /// Keeps a value of the installation under `name`, whatever was there.
    pub async fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        self.write((name.to_owned(), value.to_owned()), |(name, value), tx| Box::pin(tx.set_setting(name, value))).await
    }

    /// Keeps a value of the installation unless there is one; gives the one that is there then.
    pub async fn set_setting_if_absent(&self, name: &str, value: &str) -> Result<String> {
        self.write((name.to_owned(), value.to_owned()), |(name, value), tx| {
            Box::pin(tx.set_setting_if_absent(name, value))
        })
        .await
    }
}
