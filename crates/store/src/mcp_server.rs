//! Registered MCP servers, and how they define their tools.

use std::collections::BTreeMap;

use callwright_model::{
    Timestamp,
    id::{McpServerId, OrgId},
    mcp_server::{McpAuth, McpDefinition, McpFound, McpServer},
    oauth::Authorization,
    page::{Page, PageRequest},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    oauth::{self, Forgotten, SHOWN},
    params,
    query::{Query, after_text},
    value::{self, Row},
};

const SERVER: &str = "s.id, s.org_id, s.created_by, s.spec, s.found, s.created_at, s.updated_at";
/// A server with what somebody allowed us there.
const FROM: &str = "mcp_server s LEFT JOIN oauth_grant g ON g.org_id = s.org_id AND g.subject = s.id AND g.holder = ''";
const DEFINITION: &str = "hash, definition, is_current, first_seen_at, changed_at";

/// The most servers that an organization may have.
pub const MAX_SERVERS: i64 = 100;
/// The most definitions of a server that are current.
pub const MAX_DEFINITIONS: usize = 1_000;
/// The most definitions of a server that are kept after they were current.
const MAX_FORMER: i64 = 2_000;

/// A definition as it was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenDefinition {
    /// Its hash.
    pub hash: String,
    /// The definition.
    pub definition: McpDefinition,
    /// Whether the server shows it now.
    pub is_current: bool,
    /// When this definition was first seen.
    pub first_seen_at: Timestamp,
    /// When it became current last.
    pub changed_at: Timestamp,
}

fn server(row: &Row) -> Result<McpServer> {
    let mut fields = row.fields("mcp_server");
    let mut server = McpServer {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        created_by: fields.id("created_by")?,
        spec: fields.json("spec")?,
        found: fields.json("found")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    };
    let authorization = oauth::authorization(&mut fields)?;
    if matches!(server.spec.auth, McpAuth::AuthorizationCode { .. }) {
        let name = &server.spec.name;
        server.found.authorization = Some(authorization.unwrap_or_else(|| Authorization::never(never(name))));
    }
    Ok(server)
}

fn never(name: &str) -> String {
    format!("nobody has signed in yet: an administrator has to run `callwright mcp-server authorize {name}`")
}

/// What was found without what is kept elsewhere.
fn kept(found: &McpFound) -> Result<value::Value> {
    value::json(&McpFound { authorization: None, ..found.clone() })
}

fn definition(row: &Row) -> Result<SeenDefinition> {
    let mut fields = row.fields("mcp_definition");
    Ok(SeenDefinition {
        hash: fields.string("hash")?,
        definition: fields.json("definition")?,
        is_current: fields.flag("is_current")?,
        first_seen_at: fields.time("first_seen_at")?,
        changed_at: fields.time("changed_at")?,
    })
}

impl Tx<'_> {
    /// Adds a server, unless the organization has [`MAX_SERVERS`] already: then false.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn create_mcp_server(&mut self, row: &McpServer) -> Result<bool> {
        let org = row.organization_id;
        let count = self.fetch_optional("SELECT COUNT(*) FROM mcp_server WHERE org_id = $1", &params![org]).await?;
        if count.map_or(Ok(0), |row| row.fields("mcp_server").int("count"))? >= MAX_SERVERS {
            return Ok(false);
        }
        let sql = "INSERT INTO mcp_server (id, org_id, name, spec, found, created_by, created_at, updated_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let params = params![
            row.id,
            org,
            &row.spec.name,
            value::json(&row.spec)?,
            kept(&row.found)?,
            row.created_by,
            row.created_at,
            row.updated_at,
        ];
        self.execute(sql, &params).await.map_err(|error: Error| {
            let name = &row.spec.name;
            error.unique_means("name_taken", || format!("there is an MCP server named `{name}` already"))
        })?;
        self.bump(org).await?;
        Ok(true)
    }

    /// Brings a server to another state from the one that it had at `seen`, its last change. False: it is not there, or was
    /// changed since.
    pub async fn update_mcp_server(&mut self, row: &McpServer, seen: Timestamp) -> Result<bool> {
        let sql = "UPDATE mcp_server SET spec = $3, found = $4, updated_at = $5 WHERE org_id = $1 AND id = $2 \
                   AND updated_at = $6";
        let (spec, found) = (value::json(&row.spec)?, kept(&row.found)?);
        let params = params![row.organization_id, row.id, spec, found, row.updated_at, seen];
        let is_there = self.execute(sql, &params).await? > 0;
        self.bump(row.organization_id).await?;
        Ok(is_there)
    }

    /// Keeps others from changing a server until the transaction ends. False: it is not there, or was changed after `seen`.
    pub async fn hold_mcp_server(&mut self, org: OrgId, id: McpServerId, seen: Timestamp) -> Result<bool> {
        let sql = "UPDATE mcp_server SET updated_at = $3 WHERE org_id = $1 AND id = $2 AND updated_at = $3";
        Ok(self.execute(sql, &params![org, id, seen]).await? > 0)
    }

    /// Has a server count as changed: what was seen of it before is not what is there now.
    pub async fn touch_mcp_server(&mut self, org: OrgId, id: McpServerId, now: Timestamp) -> Result<()> {
        let sql = "UPDATE mcp_server SET updated_at = CASE WHEN updated_at < $3 THEN $3 ELSE updated_at + 1 END \
                   WHERE org_id = $1 AND id = $2";
        self.execute(sql, &params![org, id, now]).await.map(drop)
    }

    /// Removes a server with its definitions, the secrets that came with it and what somebody allowed us there, which is
    /// given. None: it is not there.
    pub async fn delete_mcp_server(&mut self, org: OrgId, id: McpServerId) -> Result<Option<Forgotten>> {
        // As everywhere: the server first, then what belongs to it.
        let sql = "UPDATE mcp_server SET name = name WHERE org_id = $1 AND id = $2";
        self.execute(sql, &params![org, id]).await?;
        let forgotten = self.delete_oauth_grants(org, &id.to_string()).await?;
        self.execute("DELETE FROM mcp_definition WHERE org_id = $1 AND server_id = $2", &params![org, id]).await?;
        self.execute("DELETE FROM secret WHERE org_id = $1 AND tool_id = $2", &params![org, id]).await?;
        let is_gone =
            self.execute("DELETE FROM mcp_server WHERE org_id = $1 AND id = $2", &params![org, id]).await? > 0;
        self.bump(org).await?;
        Ok(is_gone.then_some(forgotten))
    }

    /// Keeps what was found out about a server as it was at `seen`, its last change. False: it is not there, or is another
    /// now, perhaps at another address.
    pub async fn put_mcp_found(
        &mut self,
        org: OrgId,
        id: McpServerId,
        seen: Timestamp,
        found: &McpFound,
    ) -> Result<bool> {
        let sql = "UPDATE mcp_server SET found = $3 WHERE org_id = $1 AND id = $2 AND updated_at = $4";
        Ok(self.execute(sql, &params![org, id, kept(found)?, seen]).await? > 0)
    }

    /// Makes `seen` the current definitions of a server. True: some tool is defined in another way than before, is new or
    /// is not offered any more.
    pub async fn put_mcp_definitions(
        &mut self,
        org: OrgId,
        id: McpServerId,
        seen: &[McpDefinition],
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "SELECT name, hash FROM mcp_definition WHERE org_id = $1 AND server_id = $2 AND is_current = 1";
        let mut before = BTreeMap::new();
        for row in self.fetch_all(sql, &params![org, id]).await? {
            let mut fields = row.fields("mcp_definition");
            before.insert(fields.string("name")?, fields.string("hash")?);
        }
        let mut has_changed = false;
        for definition in seen.iter().take(MAX_DEFINITIONS) {
            let hash = definition.hash();
            let former = before.remove(&definition.name);
            if former.as_ref() == Some(&hash) {
                continue;
            }
            has_changed = true;
            if former.is_some() {
                self.retire(id, &definition.name).await?;
            }
            let sql = "INSERT INTO mcp_definition (org_id, server_id, name, hash, definition, is_current, first_seen_at, \
                       changed_at) VALUES ($1, $2, $3, $4, $5, 1, $6, $6) \
                       ON CONFLICT (server_id, name, hash) DO UPDATE SET is_current = 1, changed_at = excluded.changed_at";
            let params = params![org, id, &definition.name, hash, value::json(definition)?, now];
            self.execute(sql, &params).await?;
        }
        for name in before.keys() {
            has_changed = true;
            self.retire(id, name).await?;
        }
        if has_changed {
            let sql = "DELETE FROM mcp_definition WHERE server_id = $1 AND is_current = 0 AND changed_at < \
                       (SELECT MIN(changed_at) FROM (SELECT changed_at FROM mcp_definition WHERE server_id = $1 \
                       AND is_current = 0 ORDER BY changed_at DESC LIMIT $2) AS latest)";
            self.execute(sql, &params![id, MAX_FORMER]).await?;
            self.bump(org).await?;
        }
        Ok(has_changed)
    }

    async fn retire(&mut self, id: McpServerId, name: &str) -> Result<()> {
        let sql = "UPDATE mcp_definition SET is_current = 0 WHERE server_id = $1 AND name = $2 AND is_current = 1";
        self.execute(sql, &params![id, name]).await.map(drop)
    }
}

impl Store {
    /// A server by its name.
    pub async fn mcp_server(&self, org: OrgId, name: &str) -> Result<Option<McpServer>> {
        let sql = format!("SELECT {SERVER}, {SHOWN} FROM {FROM} WHERE s.org_id = $1 AND s.name = $2");
        self.fetch_optional(sql, params![org, name], server).await
    }

    /// A server by its id.
    pub async fn mcp_server_by_id(&self, org: OrgId, id: McpServerId) -> Result<Option<McpServer>> {
        let sql = format!("SELECT {SERVER}, {SHOWN} FROM {FROM} WHERE s.org_id = $1 AND s.id = $2");
        self.fetch_optional(sql, params![org, id], server).await
    }

    /// The servers of an organization, by name.
    pub async fn mcp_servers(&self, org: OrgId, page: &PageRequest) -> Result<Page<McpServer>> {
        let sql = format!("SELECT {SERVER}, {SHOWN} FROM {FROM} WHERE s.org_id = $1");
        let mut query = Query::new(sql, params![org]);
        query.and("s.name >", after_text(page)?).push(" ORDER BY s.name").limit(page);
        let rows = self.fetch_query(query, server).await?;
        Ok(Page::from_rows(rows, page.limit, |server| vec![server.spec.name.clone()]))
    }

    /// The definitions that a server shows now, by name; there are at most [`MAX_DEFINITIONS`].
    pub async fn mcp_definitions(&self, org: OrgId, id: McpServerId) -> Result<Vec<SeenDefinition>> {
        let sql = format!(
            "SELECT {DEFINITION} FROM mcp_definition WHERE org_id = $1 AND server_id = $2 AND is_current = 1 \
             ORDER BY name LIMIT {MAX_DEFINITIONS}"
        );
        self.fetch_all(sql, params![org, id], definition).await
    }

    /// The hashes of the definitions that a server shows now, by the tool's name.
    pub async fn mcp_hashes(&self, org: OrgId, id: McpServerId) -> Result<Vec<(String, String)>> {
        let sql = "SELECT name, hash FROM mcp_definition WHERE org_id = $1 AND server_id = $2 AND is_current = 1";
        self.fetch_all(sql, params![org, id], |row| {
            let mut fields = row.fields("mcp_definition");
            Ok((fields.string("name")?, fields.string("hash")?))
        })
        .await
    }

    /// How a server defines one tool now.
    pub async fn mcp_definition(&self, org: OrgId, id: McpServerId, name: &str) -> Result<Option<SeenDefinition>> {
        let sql = format!(
            "SELECT {DEFINITION} FROM mcp_definition WHERE org_id = $1 AND server_id = $2 AND name = $3 AND is_current = 1"
        );
        self.fetch_optional(sql, params![org, id, name], definition).await
    }

    /// A definition by its hash, whether it is current or not.
    pub async fn mcp_definition_at(
        &self,
        org: OrgId,
        id: McpServerId,
        name: &str,
        hash: &str,
    ) -> Result<Option<SeenDefinition>> {
        let sql = format!(
            "SELECT {DEFINITION} FROM mcp_definition WHERE org_id = $1 AND server_id = $2 AND name = $3 AND hash = $4"
        );
        self.fetch_optional(sql, params![org, id, name, hash], definition).await
    }
}
