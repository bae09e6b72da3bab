//! Feature flags: which share of executions may use something new.

use callwright_model::{
    Timestamp,
    id::{OrgId, UserId},
};

use crate::{
    db::{Store, Tx},
    error::Result,
    params,
};

/// One flag as it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureRow {
    /// Its name.
    pub flag: String,
    /// Whose; none means every organization that has not set its own.
    pub org_id: Option<OrgId>,
    /// For how many of a hundred executions it is on.
    pub percent: i64,
    /// When it was set.
    pub updated_at: Timestamp,
}

fn scope(text: &str) -> Option<Option<OrgId>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

impl Tx<'_> {
    /// Sets a flag of an organization.
    pub async fn set_feature(
        &mut self,
        org: OrgId,
        flag: &str,
        percent: i64,
        by: UserId,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "INSERT INTO feature_flag (flag, org_id, percent, updated_by, updated_at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (flag, org_id) DO UPDATE SET percent = excluded.percent, \
                   updated_by = excluded.updated_by, updated_at = excluded.updated_at";
        self.execute(sql, &params![flag, org, percent, by, now]).await?;
        self.bump(org).await
    }

    /// Forgets what an organization set, so that what holds for all holds for it.
    pub async fn reset_feature(&mut self, org: OrgId, flag: &str) -> Result<()> {
        self.execute("DELETE FROM feature_flag WHERE flag = $1 AND org_id = $2", &params![flag, org]).await?;
        self.bump(org).await
    }
}

impl Store {
    /// The flags of an organization, and those of all.
    pub async fn features(&self, org: OrgId) -> Result<Vec<FeatureRow>> {
        let sql =
            "SELECT flag, org_id, percent, updated_at FROM feature_flag WHERE org_id IN ($1, '') ORDER BY flag, org_id";
        self.fetch_all(sql, params![org], |row| {
            let mut fields = row.fields("feature_flag");
            Ok(FeatureRow {
                flag: fields.string("flag")?,
                org_id: fields.word("org_id", scope)?,
                percent: fields.int("percent")?,
                updated_at: fields.time("updated_at")?,
            })
        })
        .await
    }
}
