//! Where imported tools came from, and what was generated when they were.

use callwright_model::{
    Timestamp,
    id::{OrgId, ToolId, UserId},
    page::{Page, PageRequest},
};
use serde_json::Value as Json;

use crate::{
    db::{Store, Tx},
    error::Result,
    params,
    query::{Query, after_id},
    value::{self, Row},
};

/// The origin of one tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// The organization.
    pub org_id: OrgId,
    /// What was imported: an address, or a name.
    pub source: String,
    /// The operation of it.
    pub operation: String,
    /// The tool that was made of it.
    pub tool_id: ToolId,
    /// The format of the source.
    pub format: String,
    /// The hash of what was generated last.
    pub hash: String,
    /// What was generated last, less what was not taken over.
    pub generated: Json,
    /// Who imported it last.
    pub user_id: UserId,
    /// When it was imported first.
    pub created_at: Timestamp,
    /// When it was imported last.
    pub updated_at: Timestamp,
}

/// An origin without what was generated, with the tool's present name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginHead {
    /// The tool.
    pub tool_id: ToolId,
    /// Its name now.
    pub tool_name: String,
    /// What was imported.
    pub source: String,
    /// The operation of it.
    pub operation: String,
    /// The format of the source.
    pub format: String,
    /// The hash of what was generated last.
    pub hash: String,
    /// When it was imported first.
    pub created_at: Timestamp,
    /// When it was imported last.
    pub updated_at: Timestamp,
}

const HEAD: &str = "SELECT o.tool_id, t.name, o.source, o.operation, o.format, o.hash, o.created_at, o.updated_at \
                    FROM import_origin o JOIN tool t ON t.id = o.tool_id \
                    WHERE o.org_id = $1 AND t.org_id = $1 AND t.deleted_at IS NULL";
/// The most origins of one source; more operations than that no document may have.
const MOST: u32 = 20_000;

fn head(row: &Row) -> Result<OriginHead> {
    let mut fields = row.fields("import_origin");
    Ok(OriginHead {
        tool_id: fields.id("tool_id")?,
        tool_name: fields.string("name")?,
        source: fields.string("source")?,
        operation: fields.string("operation")?,
        format: fields.string("format")?,
        hash: fields.string("hash")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

impl Tx<'_> {
    /// Notes where a tool came from, in the place of what was noted for that operation before.
    pub async fn upsert_origin(&mut self, origin: &Origin) -> Result<()> {
        let sql = "INSERT INTO import_origin (org_id, source, operation, tool_id, format, hash, generated, user_id, \
                   created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
                   ON CONFLICT (org_id, source, operation) DO UPDATE SET tool_id = excluded.tool_id, \
                   format = excluded.format, hash = excluded.hash, generated = excluded.generated, \
                   user_id = excluded.user_id, updated_at = excluded.updated_at";
        let params = params![
            origin.org_id,
            &origin.source,
            &origin.operation,
            origin.tool_id,
            &origin.format,
            &origin.hash,
            value::json(&origin.generated)?,
            origin.user_id,
            origin.created_at,
            origin.updated_at,
        ];
        self.execute(sql, &params).await.map(drop)
    }
}

impl Store {
    /// Notes where a tool came from, in the place of what was noted for that operation before.
    pub async fn upsert_origin(&self, origin: &Origin) -> Result<()> {
        self.write(origin.clone(), |origin, tx| Box::pin(tx.upsert_origin(origin))).await
    }

    /// What is noted of an operation; nothing when its tool was deleted.
    pub async fn origin(&self, org: OrgId, source: &str, operation: &str) -> Result<Option<Origin>> {
        let sql = "SELECT o.org_id, o.source, o.operation, o.tool_id, o.format, o.hash, o.generated, o.user_id, \
                   o.created_at, o.updated_at FROM import_origin o JOIN tool t ON t.id = o.tool_id \
                   WHERE o.org_id = $1 AND t.org_id = $1 AND t.deleted_at IS NULL AND o.source = $2 \
                   AND o.operation = $3";
        self.fetch_optional(sql, params![org, source, operation], |row| {
            let mut fields = row.fields("import_origin");
            Ok(Origin {
                org_id: fields.id("org_id")?,
                source: fields.string("source")?,
                operation: fields.string("operation")?,
                tool_id: fields.id("tool_id")?,
                format: fields.string("format")?,
                hash: fields.string("hash")?,
                generated: fields.json("generated")?,
                user_id: fields.id("user_id")?,
                created_at: fields.time("created_at")?,
                updated_at: fields.time("updated_at")?,
            })
        })
        .await
    }

    /// The origins of one source whose tools are still there.
    pub async fn origins_of(&self, org: OrgId, source: &str) -> Result<Vec<OriginHead>> {
        let mut query = Query::new(HEAD, params![org]);
        query.and("o.source =", Some(source)).push(" ORDER BY o.operation LIMIT ").bind(MOST);
        self.fetch_query(query, head).await
    }

    /// Imported tools, oldest tool first.
    pub async fn origins(&self, org: OrgId, source: Option<&str>, page: &PageRequest) -> Result<Page<OriginHead>> {
        let mut query = Query::new(HEAD, params![org]);
        let after = after_id::<callwright_model::id::kind::Tool>(page)?;
        query.and("o.source =", source).and("o.tool_id >", after).push(" ORDER BY o.tool_id").limit(page);
        let rows = self.fetch_query(query, head).await?;
        Ok(Page::from_rows(rows, page.limit, |row| vec![row.tool_id.to_string()]))
    }
}
