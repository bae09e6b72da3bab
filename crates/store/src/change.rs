//! A number that goes up with every change to an organization, so that other servers drop what they cached.

use callwright_model::id::OrgId;

use crate::{
    db::{Store, Tx},
    error::Result,
    params,
};

impl Tx<'_> {
    /// Notes that something in `org` changed. Functions of this crate that change what is cached (tools,
    /// agents, secrets, members, tokens) do it themselves. Call it last: others wait for the counter until the commit.
    pub async fn bump(&mut self, org: OrgId) -> Result<()> {
        let next = "UPDATE change_counter SET seq = seq + 1 WHERE id = 1 RETURNING seq";
        let Some(row) = self.fetch_optional(next, &[]).await? else {
            return Ok(());
        };
        let seq = row.fields("change_counter").int("seq")?;
        let note = "INSERT INTO org_change (org_id, seq) VALUES ($1, $2) \
                    ON CONFLICT (org_id) DO UPDATE SET seq = excluded.seq";
        self.execute(note, &params![org, seq]).await.map(drop)
    }
}

impl Store {
    /// Notes that something in `org` changed.
    pub async fn bump(&self, org: OrgId) -> Result<()> {
        self.write(org, |org, tx| Box::pin(tx.bump(*org))).await
    }

    /// The organizations that changed after `seq`, each with its number, lowest first. The last number is
    /// the `seq` of the next call; begin with [`Store::change_seq`].
    pub async fn changes_since(&self, seq: i64) -> Result<Vec<(OrgId, i64)>> {
        let sql = "SELECT org_id, seq FROM org_change WHERE seq > $1 ORDER BY seq";
        self.fetch_all(sql, params![seq], |row| {
            let mut fields = row.fields("org_change");
            Ok((fields.id("org_id")?, fields.int("seq")?))
        })
        .await
    }

    /// The number of the latest change.
    pub async fn change_seq(&self) -> Result<i64> {
        let sql = "SELECT seq FROM change_counter WHERE id = 1";
        let seq = self.fetch_optional(sql, Vec::new(), |row| row.fields("change_counter").int("seq")).await?;
        Ok(seq.unwrap_or(0))
    }
}
