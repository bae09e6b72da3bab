//! Every state that a tool has been in.

use callwright_model::{
    id::{OrgId, ToolId, UserId},
    page::{Page, PageRequest},
    tool::{Tool, ToolVersion},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::Query,
    value::{self, Row},
};

const VERSION: &str = "SELECT v.revision, v.version, v.spec, v.user_id, v.note, v.created_at FROM tool_version v \
                       JOIN tool t ON t.id = v.tool_id WHERE t.org_id = $1 AND v.tool_id = $2";

fn version(row: &Row) -> Result<ToolVersion> {
    let mut fields = row.fields("tool_version");
    Ok(ToolVersion {
        revision: fields.int("revision")?,
        version: fields.string("version")?,
        spec: fields.json("spec")?,
        user_id: fields.id("user_id")?,
        note: fields.opt_string("note")?,
        created_at: fields.time("created_at")?,
    })
}

impl Tx<'_> {
    pub(crate) async fn insert_version(&mut self, tool: &Tool, note: Option<&str>, by: UserId) -> Result<()> {
        let sql = "INSERT INTO tool_version (tool_id, revision, version, spec, user_id, note, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let spec = value::json(&tool.spec)?;
        let number = tool.spec.version.as_deref().unwrap_or("0.0.0");
        self.execute(sql, &params![tool.id, tool.revision, number, spec, by, note, tool.updated_at]).await.map(drop)
    }
}

impl Store {
    /// The states of a tool, newest first; of a deleted tool too.
    pub async fn versions(&self, org: OrgId, tool: ToolId, page: &PageRequest) -> Result<Page<ToolVersion>> {
        let before = match page.after.as_deref() {
            None => None,
            Some([key]) => Some(key.parse::<i64>().map_err(|_| Error::Cursor)?),
            Some(_) => return Err(Error::Cursor),
        };
        let mut query = Query::new(VERSION, params![org, tool]);
        query.and("v.revision <", before).push(" ORDER BY v.revision DESC").limit(page);
        let rows = self.fetch_query(query, version).await?;
        Ok(Page::from_rows(rows, page.limit, |version| vec![version.revision.to_string()]))
    }

    /// One state of a tool; of a deleted tool too.
    pub async fn version(&self, org: OrgId, tool: ToolId, revision: i64) -> Result<Option<ToolVersion>> {
        self.fetch_optional(format!("{VERSION} AND v.revision = $3"), params![org, tool, revision], version).await
    }

    /// The newest revisions of a tool with their version numbers, newest first; at most `most`.
    pub async fn version_numbers(&self, org: OrgId, tool: ToolId, most: u32) -> Result<Vec<(i64, String)>> {
        let sql = "SELECT v.revision, v.version FROM tool_version v JOIN tool t ON t.id = v.tool_id \
                   WHERE t.org_id = $1 AND v.tool_id = $2 ORDER BY v.revision DESC LIMIT $3";
        self.fetch_all(sql, params![org, tool, most], |row| {
            let mut fields = row.fields("tool_version");
            Ok((fields.int("revision")?, fields.string("version")?))
        })
        .await
    }
}
