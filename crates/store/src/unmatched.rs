//! Calls of tools that do not exist: how often, and with which arguments' names.

use std::collections::BTreeSet;

use callwright_model::{
    Timestamp,
    id::OrgId,
    page::{Page, PageRequest},
};

use crate::{
    db::Store,
    error::{Error, Result},
    params,
    query::Query,
    value::{self, Row},
};

/// Calls of one name that is no tool's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmatchedRow {
    /// The name that was asked for.
    pub name: String,
    /// The agent through which it was asked for, as the caller wrote it; empty without one.
    pub agent: String,
    /// How often.
    pub count: i64,
    /// The names of the last call's arguments; never their values.
    pub keys: BTreeSet<String>,
    /// When it was first asked for.
    pub first_at: Timestamp,
    /// When it was last asked for.
    pub last_at: Timestamp,
}

const UNMATCHED: &str = "SELECT name, agent, count, keys, first_at, last_at FROM unmatched_call WHERE org_id = $1";

fn unmatched(row: &Row) -> Result<UnmatchedRow> {
    let mut fields = row.fields("unmatched_call");
    Ok(UnmatchedRow {
        name: fields.string("name")?,
        agent: fields.string("agent")?,
        count: fields.int("count")?,
        keys: fields.json("keys")?,
        first_at: fields.time("first_at")?,
        last_at: fields.time("last_at")?,
    })
}

impl Store {
    /// Counts calls of a name that is no tool's.
    pub async fn add_unmatched(&self, org: OrgId, row: &UnmatchedRow) -> Result<()> {
        let sql = "INSERT INTO unmatched_call (org_id, name, agent, count, keys, first_at, last_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (org_id, name, agent) DO UPDATE SET \
                   count = unmatched_call.count + excluded.count, keys = excluded.keys, last_at = excluded.last_at";
        let params = params![org, &row.name, &row.agent, row.count, value::json(&row.keys)?, row.first_at, row.last_at];
        self.execute(sql, params).await.map(drop)
    }

    /// Keeps the `most` names that were asked for last and forgets the others.
    pub async fn trim_unmatched(&self, org: OrgId, most: u32) -> Result<u64> {
        let sql = "DELETE FROM unmatched_call WHERE org_id = $1 AND last_at < COALESCE((SELECT MIN(last_at) FROM \
                   (SELECT last_at FROM unmatched_call WHERE org_id = $1 ORDER BY last_at DESC LIMIT $2) w), 0)";
        self.execute(sql, params![org, most]).await
    }

    /// Forgets the names that nobody asked for since `before`. Gives their number.
    pub async fn purge_unmatched(&self, before: Timestamp) -> Result<u64> {
        self.execute("DELETE FROM unmatched_call WHERE last_at < $1", params![before]).await
    }

    /// Names that were asked for, by name and agent.
    pub async fn unmatched(&self, org: OrgId, page: &PageRequest) -> Result<Page<UnmatchedRow>> {
        let mut query = Query::new(UNMATCHED, params![org]);
        match page.after.as_deref() {
            None => {}
            Some([name, agent]) if !name.contains('\0') && !agent.contains('\0') => {
                query.push(" AND (name > ").bind(name).push(" OR (name = ").bind(name).push(" AND agent > ");
                query.bind(agent).push("))");
            }
            Some(_) => return Err(Error::Cursor),
        }
        query.push(" ORDER BY name, agent").limit(page);
        let rows = self.fetch_query(query, unmatched).await?;
        Ok(Page::from_rows(rows, page.limit, |row| vec![row.name.clone(), row.agent.clone()]))
    }
}
