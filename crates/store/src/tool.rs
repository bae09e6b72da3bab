//! Tools: the registry's rows. The definition itself is kept once, in the row of its version.

mod change;
mod draft;
mod grant;
mod version;

use callwright_model::{
    Timestamp,
    id::{OrgId, ToolId, UserId},
    page::{Page, PageRequest},
    tool::{Kind, Tool, ToolSpec},
};

pub use self::{change::Follower, grant::ToolGrant};
use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_text, contains},
    value::{Row, Value},
};

/// Which tools to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToolFilter {
    /// Name, display name or description contain this, in any letter case.
    pub search: Option<String>,
    /// Of this category.
    pub category: Option<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Made by this user.
    pub user_id: Option<UserId>,
    /// That may be called, or may not.
    pub active: Option<bool>,
    /// That this user may call: shared, made by them, or granted to them.
    pub callable_by: Option<UserId>,
    /// With `callable_by`: also what some agent may use, whoever made it.
    pub through_agents: bool,
    /// Of one of these categories, when there are any; a tool without one counts as `general`.
    pub categories: Vec<String>,
    /// That are, or are not, there to be copied.
    pub template: Option<bool>,
    /// Among these. An empty list means none.
    pub ids: Option<Vec<ToolId>>,
}

const TOOL: &str = "SELECT t.id, t.org_id, t.user_id, v.spec, t.revision, t.created_at, t.updated_at \
                    FROM tool t JOIN tool_version v ON v.tool_id = t.id AND v.revision = t.revision \
                    WHERE t.org_id = $1 AND t.deleted_at IS NULL";
/// Tools that a cache is filled with at a time.
const SLICE: u32 = 200;

pub(crate) fn tool(row: &Row) -> Result<Tool> {
    tool_fields(&mut row.fields("tool"))
}

pub(crate) fn tool_fields(fields: &mut crate::value::Fields<'_>) -> Result<Tool> {
    Ok(Tool {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        user_id: fields.id("user_id")?,
        spec: fields.json("spec")?,
        revision: fields.int("revision")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

/// What a search looks through.
fn search_text(spec: &ToolSpec) -> String {
    format!("{}\n{}\n{}", spec.name, spec.title(), spec.description).to_lowercase()
}

fn name_taken(spec: &ToolSpec) -> impl FnOnce(Error) -> Error {
    let name = spec.name.clone();
    move |error| error.unique_means("name_taken", || format!("there is a tool named `{name}` already"))
}

impl Tx<'_> {
    /// Adds a tool and its first version. `note` says why, `by` who.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn create_tool(&mut self, tool: &Tool, note: Option<&str>, by: UserId) -> Result<()> {
        let sql = "INSERT INTO tool (id, org_id, user_id, name, category, kind, active, is_shared, revision, search, \
                   created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let spec = &tool.spec;
        let params = params![
            tool.id,
            tool.organization_id,
            tool.user_id,
            &spec.name,
            spec.category.as_deref(),
            Value::word(spec.kind.as_str()),
            spec.active,
            spec.is_shared,
            tool.revision,
            search_text(spec),
            tool.created_at,
            tool.updated_at,
        ];
        self.execute(sql, &params).await.map_err(name_taken(spec))?;
        self.mark_tool(tool).await?;
        self.insert_version(tool, note, by).await?;
        self.bump(tool.organization_id).await
    }

    /// Replaces a tool, whose revision is the new one, if it still is at `expected_revision`.
    ///
    /// # Errors
    /// Conflict `name_taken`, or `revision_changed` when somebody else was faster or the tool is gone.
    pub async fn update_tool(
        &mut self,
        tool: &Tool,
        expected_revision: i64,
        note: Option<&str>,
        by: UserId,
    ) -> Result<()> {
        let sql = "UPDATE tool SET name = $4, category = $5, kind = $6, active = $7, is_shared = $8, revision = $9, \
                   search = $10, updated_at = $11 \
                   WHERE org_id = $1 AND id = $2 AND revision = $3 AND deleted_at IS NULL";
        let spec = &tool.spec;
        let params = params![
            tool.organization_id,
            tool.id,
            expected_revision,
            &spec.name,
            spec.category.as_deref(),
            Value::word(spec.kind.as_str()),
            spec.active,
            spec.is_shared,
            tool.revision,
            search_text(spec),
            tool.updated_at,
        ];
        if self.execute(sql, &params).await.map_err(name_taken(spec))? == 0 {
            return Err(Error::conflict(
                "revision_changed",
                format!("`{}` was changed by somebody else; read it again and repeat the change", spec.name),
            ));
        }
        self.mark_tool(tool).await?;
        self.insert_version(tool, note, by).await?;
        self.bump(tool.organization_id).await
    }

    /// Deletes a tool: its name is free again, grants and assignments are gone; versions stay for the log.
    /// False: it is not there.
    pub async fn delete_tool(&mut self, org: OrgId, id: ToolId, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE tool SET deleted_at = $3 WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL";
        if self.execute(sql, &params![org, id, now]).await? == 0 {
            return Ok(false);
        }
        self.execute("DELETE FROM assignment WHERE tool_id = $1", &params![id]).await?;
        self.execute("DELETE FROM tool_grant WHERE tool_id = $1", &params![id]).await?;
        self.execute("DELETE FROM tool_draft WHERE tool_id = $1", &params![id]).await?;
        self.bump(org).await?;
        Ok(true)
    }
}

impl Store {
    /// Adds a tool and its first version. `note` says why, `by` who.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn create_tool(&self, tool: &Tool, note: Option<&str>, by: UserId) -> Result<()> {
        self.write((tool.clone(), note.map(str::to_owned), by), |(tool, note, by), tx| {
            Box::pin(tx.create_tool(tool, note.as_deref(), *by))
        })
        .await
    }

    /// Replaces a tool, whose revision is the new one, if it still is at `expected_revision`.
    ///
    /// # Errors
    /// Conflict `name_taken`, or `revision_changed` when somebody else was faster or the tool is gone.
    pub async fn update_tool(&self, tool: &Tool, expected_revision: i64, note: Option<&str>, by: UserId) -> Result<()> {
        self.write((tool.clone(), expected_revision, note.map(str::to_owned), by), |(tool, expected, note, by), tx| {
            Box::pin(tx.update_tool(tool, *expected, note.as_deref(), *by))
        })
        .await
    }

    /// Deletes a tool; see [`Tx::delete_tool`]. False: it is not there.
    pub async fn delete_tool(&self, org: OrgId, id: ToolId, now: Timestamp) -> Result<bool> {
        self.write((org, id, now), |(org, id, now), tx| Box::pin(tx.delete_tool(*org, *id, *now))).await
    }

    /// The tool of that name.
    pub async fn tool_by_name(&self, org: OrgId, name: &str) -> Result<Option<Tool>> {
        self.fetch_optional(format!("{TOOL} AND t.name = $2"), params![org, name], tool).await
    }

    /// The tool of that id.
    pub async fn tool_by_id(&self, org: OrgId, id: ToolId) -> Result<Option<Tool>> {
        self.fetch_optional(format!("{TOOL} AND t.id = $2"), params![org, id], tool).await
    }

    /// Tools by name.
    pub async fn tools(&self, org: OrgId, filter: &ToolFilter, page: &PageRequest) -> Result<Page<Tool>> {
        if filter.ids.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Page { items: Vec::new(), next_cursor: None });
        }
        let mut query = Query::new(TOOL, params![org]);
        query
            .and("t.category =", filter.category.as_deref())
            .and("t.kind =", filter.kind.map(|kind| Value::word(kind.as_str())))
            .and("t.user_id =", filter.user_id)
            .and("t.active =", filter.active)
            .and("t.is_template =", filter.template)
            .and("t.name >", after_text(page)?);
        if let Some(search) = filter.search.as_deref().filter(|text| !text.trim().is_empty()) {
            query.push(" AND t.search LIKE ").bind(contains(search.trim())).push(" ESCAPE '!'");
        }
        if let Some(user) = filter.callable_by {
            query.push(" AND (t.is_shared = 1 OR t.user_id = ").bind(user);
            query.push(" OR EXISTS (SELECT 1 FROM tool_grant g WHERE g.tool_id = t.id AND g.user_id = ").bind(user);
            query.push(")");
            if filter.through_agents {
                query.push(" OR EXISTS (SELECT 1 FROM assignment a WHERE a.tool_id = t.id AND a.enabled = 1)");
            }
            query.push(")");
        }
        if !filter.categories.is_empty() {
            query.push(" AND COALESCE(t.category, 'general') IN ");
            query.bind_all(filter.categories.iter().map(Value::from));
        }
        if let Some(ids) = &filter.ids {
            query.push(" AND t.id IN ").bind_all(ids.iter().map(|id| Value::from(*id)));
        }
        query.push(" ORDER BY t.name").limit(page);
        let rows = self.fetch_query(query, tool).await?;
        Ok(Page::from_rows(rows, page.limit, |tool| vec![tool.spec.name.clone()]))
    }

    /// Every tool of an organization, to fill a cache. It is read in slices, and so may mix states of
    /// different moments; whoever keeps it must watch [`Store::changes_since`].
    pub async fn all_tools_of(&self, org: OrgId) -> Result<Vec<Tool>> {
        let mut all: Vec<Tool> = Vec::new();
        loop {
            let mut query = Query::new(TOOL, params![org]);
            query
                .and("t.name >", all.last().map(|tool| tool.spec.name.as_str()))
                .push(" ORDER BY t.name LIMIT ")
                .bind(SLICE);
            let slice = self.fetch_query(query, tool).await?;
            let is_last = slice.len() < SLICE as usize;
            all.extend(slice);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// How many tools an organization has.
    pub async fn count_tools(&self, org: OrgId) -> Result<i64> {
        let sql = "SELECT COUNT(*) FROM tool WHERE org_id = $1 AND deleted_at IS NULL";
        let count = self.fetch_optional(sql, params![org], |row| row.fields("tool").int("count")).await?;
        Ok(count.unwrap_or(0))
    }
}
