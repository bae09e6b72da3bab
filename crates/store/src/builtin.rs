//! The tools that come with the program, and which organizations were given them.

use callwright_model::{
    Timestamp,
    id::{OrgId, UserId},
    tool::Tool,
};

use crate::{
    db::{Store, Tx},
    error::Result,
    params,
    query::Query,
    value::Value,
};

impl Tx<'_> {
    /// Gives an organization a tool that comes with the program. False: it was given it before, or has one of that name.
    pub async fn give_builtin(&mut self, tool: &Tool, note: &str, now: Timestamp) -> Result<bool> {
        let (org, name) = (tool.organization_id, &tool.spec.name);
        let first = "INSERT INTO builtin_tool (org_id, name, created_at) VALUES ($1, $2, $3) \
                     ON CONFLICT (org_id, name) DO NOTHING";
        if self.execute(first, &params![org, name, now]).await? == 0 {
            return Ok(false);
        }
        let own = "SELECT 1 FROM tool WHERE org_id = $1 AND name = $2 AND deleted_at IS NULL";
        if self.fetch_optional(own, &params![org, name]).await?.is_some() {
            return Ok(false);
        }
        self.create_tool(tool, Some(note), tool.user_id).await?;
        Ok(true)
    }
}

impl Store {
    /// Organizations after `after` that were not given all of `names` yet, each with its first owner, at most `most`.
    pub async fn without_builtins(
        &self,
        names: &[&'static str],
        after: Option<OrgId>,
        most: u32,
    ) -> Result<Vec<(OrgId, UserId)>> {
        let mut query = Query::new(
            "SELECT o.id, (SELECT m.user_id FROM member m WHERE m.org_id = o.id AND m.role = 'owner' \
             ORDER BY m.created_at, m.user_id LIMIT 1) FROM organization o \
             WHERE EXISTS (SELECT 1 FROM member m WHERE m.org_id = o.id AND m.role = 'owner')",
            Vec::new(),
        );
        query.and("o.id >", after).push(" AND ").bind(names.len() as i64);
        query.push(" > (SELECT COUNT(*) FROM builtin_tool b WHERE b.org_id = o.id AND b.name IN ");
        query.bind_all(names.iter().copied().map(Value::word)).push(") ORDER BY o.id LIMIT ").bind(most);
        self.fetch_query(query, |row| {
            let mut fields = row.fields("organization");
            Ok((fields.id("id")?, fields.id("user_id")?))
        })
        .await
    }

    /// Which of the tools that come with the program an organization was given.
    pub async fn builtins_of(&self, org: OrgId) -> Result<Vec<String>> {
        let sql = "SELECT name FROM builtin_tool WHERE org_id = $1 ORDER BY name";
        self.fetch_all(sql, params![org], |row| row.fields("builtin_tool").string("name")).await
    }
}
