//! Tools that are not shared with everybody are granted to users one by one.

use callwright_model::{
    Timestamp,
    id::{OrgId, ToolId, UserId, kind},
    page::{Page, PageRequest},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_id},
};

/// A user's right to call one tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolGrant {
    /// The user.
    pub user_id: UserId,
    /// Their e-mail address.
    pub email: String,
    /// Who granted it.
    pub granted_by: UserId,
    /// Since when.
    pub created_at: Timestamp,
}

impl Tx<'_> {
    /// Lets a member of the tool's organization call it. Granting twice is the same as once.
    ///
    /// # Errors
    /// Conflict `not_a_member` when the user is no member there, or the tool is not that organization's.
    pub async fn grant_tool(
        &mut self,
        org: OrgId,
        tool: ToolId,
        user: UserId,
        by: UserId,
        now: Timestamp,
    ) -> Result<()> {
        let allowed = "SELECT t.id FROM tool t JOIN member m ON m.org_id = t.org_id AND m.user_id = $3 \
                       WHERE t.org_id = $1 AND t.id = $2 AND t.deleted_at IS NULL";
        if self.fetch_optional(allowed, &params![org, tool, user]).await?.is_none() {
            return Err(Error::conflict("not_a_member", "a tool can be granted to members of its organization only"));
        }
        let sql = "INSERT INTO tool_grant (tool_id, user_id, granted_by, created_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (tool_id, user_id) DO NOTHING";
        self.execute(sql, &params![tool, user, by, now]).await?;
        self.bump(org).await
    }

    /// Takes a grant back. False: there was none.
    pub async fn revoke_grant(&mut self, org: OrgId, tool: ToolId, user: UserId) -> Result<bool> {
        let sql = "DELETE FROM tool_grant WHERE user_id = $3 \
                   AND tool_id IN (SELECT id FROM tool WHERE org_id = $1 AND id = $2)";
        if self.execute(sql, &params![org, tool, user]).await? == 0 {
            return Ok(false);
        }
        self.bump(org).await?;
        Ok(true)
    }
}

impl Store {
    /// Lets a member of the tool's organization call it; see [`Tx::grant_tool`].
    ///
    /// # Errors
    /// Conflict `not_a_member`.
    pub async fn grant_tool(&self, org: OrgId, tool: ToolId, user: UserId, by: UserId, now: Timestamp) -> Result<()> {
        self.write((org, tool, user, by, now), |(org, tool, user, by, now), tx| {
            Box::pin(tx.grant_tool(*org, *tool, *user, *by, *now))
        })
        .await
    }

    /// Takes a grant back. False: there was none.
    pub async fn revoke_grant(&self, org: OrgId, tool: ToolId, user: UserId) -> Result<bool> {
        self.write((org, tool, user), |(org, tool, user), tx| Box::pin(tx.revoke_grant(*org, *tool, *user))).await
    }

    /// Who was granted a tool, oldest user first.
    pub async fn grants(&self, org: OrgId, tool: ToolId, page: &PageRequest) -> Result<Page<ToolGrant>> {
        let sql = "SELECT g.user_id, u.email, g.granted_by, g.created_at FROM tool_grant g \
                   JOIN tool t ON t.id = g.tool_id JOIN app_user u ON u.id = g.user_id \
                   WHERE t.org_id = $1 AND g.tool_id = $2";
        let mut query = Query::new(sql, params![org, tool]);
        query.and("g.user_id >", after_id::<kind::User>(page)?).push(" ORDER BY g.user_id").limit(page);
        let rows = self
            .fetch_query(query, |row| {
                let mut fields = row.fields("tool_grant");
                Ok(ToolGrant {
                    user_id: fields.id("user_id")?,
                    email: fields.string("email")?,
                    granted_by: fields.id("granted_by")?,
                    created_at: fields.time("created_at")?,
                })
            })
            .await?;
        Ok(Page::from_rows(rows, page.limit, |grant| vec![grant.user_id.to_string()]))
    }

    /// Whether a tool was granted to a user.
    pub async fn is_granted(&self, org: OrgId, tool: ToolId, user: UserId) -> Result<bool> {
        let sql = "SELECT 1 FROM tool_grant g JOIN tool t ON t.id = g.tool_id \
                   WHERE t.org_id = $1 AND g.tool_id = $2 AND g.user_id = $3";
        let found = self.fetch_optional(sql, params![org, tool, user], |row| row.fields("tool_grant").int("one"));
        Ok(found.await?.is_some())
    }

    /// Every tool of an organization that was granted to a user, for caches.
    pub async fn granted_tools(&self, org: OrgId, user: UserId) -> Result<Vec<ToolId>> {
        let sql = "SELECT g.tool_id FROM tool_grant g JOIN tool t ON t.id = g.tool_id \
                   WHERE t.org_id = $1 AND g.user_id = $2 ORDER BY g.tool_id";
        self.fetch_all(sql, params![org, user], |row| row.fields("tool_grant").id("tool_id")).await
    }
}
