//! The draft of a tool: at most one beside its live state.

use callwright_model::{
    id::{OrgId, ToolId},
    tool::release::Draft,
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params, value,
};

impl Tx<'_> {
    /// Saves a draft over an earlier one; it keeps the time when it was begun.
    ///
    /// # Errors
    /// Conflict `reference_missing` when the tool is not there, in that organization.
    pub async fn save_draft(&mut self, org: OrgId, draft: &Draft) -> Result<()> {
        let there = "SELECT 1 FROM tool WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL";
        if self.fetch_optional(there, &params![org, draft.tool_id]).await?.is_none() {
            return Err(Error::conflict("reference_missing", "the tool does not exist any more"));
        }
        let sql = "INSERT INTO tool_draft (tool_id, org_id, base_revision, spec, user_id, created_at, updated_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tool_id) DO UPDATE SET \
                   base_revision = excluded.base_revision, spec = excluded.spec, user_id = excluded.user_id, \
                   updated_at = excluded.updated_at";
        let params = params![
            draft.tool_id,
            org,
            draft.base_revision,
            value::json(&draft.spec)?,
            draft.user_id,
            draft.created_at,
            draft.updated_at,
        ];
        self.execute(sql, &params).await.map(drop)
    }

    /// Throws a draft away. False: there was none.
    pub async fn delete_draft(&mut self, org: OrgId, tool: ToolId) -> Result<bool> {
        let sql = "DELETE FROM tool_draft WHERE org_id = $1 AND tool_id = $2";
        Ok(self.execute(sql, &params![org, tool]).await? > 0)
    }
}

impl Store {
    /// The draft of a tool.
    pub async fn draft(&self, org: OrgId, tool: ToolId) -> Result<Option<Draft>> {
        let sql = "SELECT tool_id, base_revision, spec, user_id, created_at, updated_at FROM tool_draft \
                   WHERE org_id = $1 AND tool_id = $2";
        self.fetch_optional(sql, params![org, tool], |row| {
            let mut fields = row.fields("tool_draft");
            Ok(Draft {
                tool_id: fields.id("tool_id")?,
                base_revision: fields.int("base_revision")?,
                spec: fields.json("spec")?,
                user_id: fields.id("user_id")?,
                created_at: fields.time("created_at")?,
                updated_at: fields.time("updated_at")?,
            })
        })
        .await
    }
}
