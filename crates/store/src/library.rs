//! Tools that other organizations may see, and where copied tools came from.

use callwright_model::{
    Timestamp,
    id::{InstallId, OrgId, ToolId, UserId},
    page::{Page, PageRequest},
    tool::{Kind, Tool, ToolSpec},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_id, contains},
    tool::tool_fields,
    value::{self, Fields, Row, Value},
};

/// What a tool was copied from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A public tool of another organization; the source's id is that tool's.
    Library,
    /// A template: its slug, or the id of a template of the own organization.
    Template,
    /// A bundle; the source's id is the tool's name in it.
    Bundle,
    /// An agent's `tools_settings`; the source's id is the agent's and the setting's name.
    Settings,
}

impl Source {
    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Template => "template",
            Self::Bundle => "bundle",
            Self::Settings => "settings",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Library, Self::Template, Self::Bundle, Self::Settings].into_iter().find(|one| one.as_str() == text)
    }
}

/// Where a tool came from.
#[derive(Debug, Clone, PartialEq)]
pub struct InstallRow {
    /// Its id.
    pub id: InstallId,
    /// The organization that has the copy.
    pub org_id: OrgId,
    /// The copy.
    pub tool_id: ToolId,
    /// What it was copied from.
    pub source: Source,
    /// Which one; see [`Source`].
    pub source_id: String,
    /// Whose it was, when it was another organization's.
    pub source_org_id: Option<OrgId>,
    /// The source's semantic version at that time.
    pub source_version: String,
    /// The source's revision at that time.
    pub source_revision: i64,
    /// SHA-256 of what was taken over, in hexadecimal digits.
    pub sha256: String,
    /// What was taken over.
    pub base: ToolSpec,
    /// Who took it.
    pub installed_by: UserId,
    /// When.
    pub installed_at: Timestamp,
    /// When it last followed its source.
    pub updated_at: Timestamp,
}

/// A tool that other organizations may see.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicTool {
    /// The tool.
    pub tool: Tool,
    /// What its organization is called.
    pub publisher: String,
    /// How many copies there are.
    pub installs: i64,
}

/// Which public tools to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PublicFilter {
    /// Name, display name or description contain this, in any letter case.
    pub search: Option<String>,
    /// Of this category.
    pub category: Option<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
}

const PUBLIC: &str = "SELECT t.id, t.org_id, t.user_id, v.spec, t.revision, t.created_at, t.updated_at, o.name, \
                      (SELECT COUNT(*) FROM library_install i JOIN tool c ON c.id = i.tool_id \
                       WHERE i.source_id = t.id AND i.source = 'library' AND c.deleted_at IS NULL) \
                      FROM tool t JOIN tool_version v ON v.tool_id = t.id AND v.revision = t.revision \
                      JOIN organization o ON o.id = t.org_id \
                      WHERE t.is_public = 1 AND t.deleted_at IS NULL AND t.org_id <> $1";
const INSTALL: &str = "SELECT i.id, i.org_id, i.tool_id, i.source, i.source_id, i.source_org_id, i.source_version, \
                       i.source_revision, i.sha256, i.base, i.installed_by, i.installed_at, i.updated_at \
                       FROM library_install i JOIN tool t ON t.id = i.tool_id \
                       WHERE i.org_id = $1 AND t.deleted_at IS NULL";

fn public_tool(row: &Row) -> Result<PublicTool> {
    let mut fields = row.fields("tool");
    let tool = tool_fields(&mut fields)?;
    Ok(PublicTool { tool, publisher: fields.string("publisher")?, installs: fields.int("installs")? })
}

fn install_fields(fields: &mut Fields<'_>) -> Result<InstallRow> {
    Ok(InstallRow {
        id: fields.id("id")?,
        org_id: fields.id("org_id")?,
        tool_id: fields.id("tool_id")?,
        source: fields.word("source", Source::parse)?,
        source_id: fields.string("source_id")?,
        source_org_id: fields.opt_id("source_org_id")?,
        source_version: fields.string("source_version")?,
        source_revision: fields.int("source_revision")?,
        sha256: fields.string("sha256")?,
        base: fields.json("base")?,
        installed_by: fields.id("installed_by")?,
        installed_at: fields.time("installed_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn install(row: &Row) -> Result<InstallRow> {
    install_fields(&mut row.fields("library_install"))
}

impl Tx<'_> {
    /// Notes in the tool's row whether others may see it and whether it is there to be copied.
    pub(crate) async fn mark_tool(&mut self, tool: &Tool) -> Result<()> {
        let sql = "UPDATE tool SET is_public = $3, is_template = $4 WHERE org_id = $1 AND id = $2";
        let params = params![tool.organization_id, tool.id, tool.spec.is_public, tool.spec.is_template];
        self.execute(sql, &params).await.map(drop)
    }

    /// Notes where a tool came from; a later note about the same tool takes the place of an earlier one and keeps its
    /// id and the time of the first.
    pub async fn put_install(&mut self, row: &InstallRow) -> Result<()> {
        let sql = "INSERT INTO library_install (id, org_id, tool_id, source, source_id, source_org_id, source_version, \
                   source_revision, sha256, base, installed_by, installed_at, updated_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
                   ON CONFLICT (tool_id) DO UPDATE SET source = excluded.source, source_id = excluded.source_id, \
                   source_org_id = excluded.source_org_id, source_version = excluded.source_version, \
                   source_revision = excluded.source_revision, sha256 = excluded.sha256, base = excluded.base, \
                   updated_at = excluded.updated_at";
        let params = params![
            row.id,
            row.org_id,
            row.tool_id,
            Value::word(row.source.as_str()),
            &row.source_id,
            row.source_org_id,
            &row.source_version,
            row.source_revision,
            &row.sha256,
            value::json(&row.base)?,
            row.installed_by,
            row.installed_at,
            row.updated_at,
        ];
        self.execute(sql, &params).await.map(drop)
    }
}

impl Store {
    /// Notes where a tool came from; see [`Tx::put_install`].
    pub async fn put_install(&self, row: &InstallRow) -> Result<()> {
        self.write(row.clone(), |row, tx| Box::pin(tx.put_install(row))).await
    }

    /// Public tools of other organizations than `org`, by name.
    pub async fn public_tools(
        &self,
        org: OrgId,
        filter: &PublicFilter,
        page: &PageRequest,
    ) -> Result<Page<PublicTool>> {
        let mut query = Query::new(PUBLIC, params![org]);
        query
            .and("t.category =", filter.category.as_deref())
            .and("t.kind =", filter.kind.map(|kind| Value::word(kind.as_str())));
        if let Some(search) = filter.search.as_deref().filter(|text| !text.trim().is_empty()) {
            query.push(" AND t.search LIKE ").bind(contains(search.trim())).push(" ESCAPE '!'");
        }
        // Two organizations may have tools of the same name.
        match page.after.as_deref() {
            None => {}
            Some([name, id]) if !name.contains('\0') => {
                let id: ToolId = id.parse().map_err(|_| Error::Cursor)?;
                query.push(" AND (t.name > ").bind(name.clone()).push(" OR (t.name = ").bind(name.clone());
                query.push(" AND t.id > ").bind(id).push("))");
            }
            Some(_) => return Err(Error::Cursor),
        }
        query.push(" ORDER BY t.name, t.id").limit(page);
        let rows = self.fetch_query(query, public_tool).await?;
        Ok(Page::from_rows(rows, page.limit, |row| vec![row.tool.spec.name.clone(), row.tool.id.to_string()]))
    }

    /// One public tool of another organization than `org`.
    pub async fn public_tool(&self, org: OrgId, id: ToolId) -> Result<Option<PublicTool>> {
        self.fetch_optional(format!("{PUBLIC} AND t.id = $2"), params![org, id], public_tool).await
    }

    /// Where an organization's tools came from, oldest first. Deleted tools are left out.
    pub async fn installs(&self, org: OrgId, source: Option<Source>, page: &PageRequest) -> Result<Page<InstallRow>> {
        let mut query = Query::new(INSTALL, params![org]);
        query
            .and("i.source =", source.map(|source| Value::word(source.as_str())))
            .and("i.id >", after_id::<callwright_model::id::kind::Install>(page)?)
            .push(" ORDER BY i.id")
            .limit(page);
        let rows = self.fetch_query(query, install).await?;
        Ok(Page::from_rows(rows, page.limit, |row| vec![row.id.to_string()]))
    }

    /// Where a tool came from.
    pub async fn install_of(&self, org: OrgId, tool: ToolId) -> Result<Option<InstallRow>> {
        self.fetch_optional(format!("{INSTALL} AND i.tool_id = $2"), params![org, tool], install).await
    }

    /// The same by the note's own id.
    pub async fn install(&self, org: OrgId, id: InstallId) -> Result<Option<InstallRow>> {
        self.fetch_optional(format!("{INSTALL} AND i.id = $2"), params![org, id], install).await
    }

    /// The organization's newest copy of a source.
    pub async fn install_from(&self, org: OrgId, source: Source, source_id: &str) -> Result<Option<InstallRow>> {
        let sql = format!("{INSTALL} AND i.source = $2 AND i.source_id = $3 ORDER BY i.id DESC LIMIT 1");
        self.fetch_optional(sql, params![org, Value::word(source.as_str()), source_id], install).await
    }
}
