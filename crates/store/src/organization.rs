//! Organizations: the tenants that everything else belongs to.

use callwright_model::{
    account::{Organization, Role},
    id::{OrgId, UserId},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    value::{Row, Value},
};

/// Rows deleted in one transaction, so that others need not wait long.
const SLICE: i64 = 2_000;

fn organization(row: &Row) -> Result<Organization> {
    let mut fields = row.fields("organization");
    Ok(Organization { id: fields.id("id")?, name: fields.string("name")?, created_at: fields.time("created_at")? })
}

impl Tx<'_> {
    /// Adds an organization.
    pub async fn create_organization(&mut self, organization: &Organization) -> Result<()> {
        let sql = "INSERT INTO organization (id, name, created_at) VALUES ($1, $2, $3)";
        self.execute(sql, &params![organization.id, &organization.name, organization.created_at]).await.map(drop)
    }

    /// Gives an organization another name. False: it is not there.
    pub async fn rename_organization(&mut self, org: OrgId, name: &str) -> Result<bool> {
        let sql = "UPDATE organization SET name = $2 WHERE id = $1";
        Ok(self.execute(sql, &params![org, name]).await? > 0)
    }

    /// Makes `to` the owner and `from`, the owner until now, an admin.
    ///
    /// # Errors
    /// Conflict when `from` is not an owner or `to` not a member.
    pub async fn transfer_organization(&mut self, org: OrgId, from: UserId, to: UserId) -> Result<()> {
        self.lock_organization(org).await?;
        let set = "UPDATE member SET role = $3 WHERE org_id = $1 AND user_id = $2";
        if from == to || self.member_role(org, from).await? != Some(Role::Owner) {
            return Err(Error::conflict(
                "not_owner",
                "only an owner can hand the organization over, and to somebody else",
            ));
        }
        if self.execute(set, &params![org, to, Value::word(Role::Owner.as_str())]).await? == 0 {
            return Err(Error::conflict("not_a_member", "the new owner must be a member of the organization first"));
        }
        self.execute(set, &params![org, from, Value::word(Role::Admin.as_str())]).await?;
        self.bump(org).await
    }

    /// Makes other transactions that take this lock on `org` wait until this one ends.
    pub(crate) async fn lock_organization(&mut self, org: OrgId) -> Result<()> {
        let sql = format!("SELECT id FROM organization WHERE id = $1{}", self.dialect().for_update());
        self.fetch_optional(&sql, &params![org]).await.map(drop)
    }
}

/// Small tables whose rows go with their organization and with nothing else.
const OWN_TABLES: [&str; 9] = [
    "feature_flag",
    "credit_balance",
    "credit_entry",
    "feedback",
    "agent_draft",
    "agent_grant",
    "model_provider",
    "builtin_tool",
    "hook",
];

impl Store {
    /// Adds an organization.
    pub async fn create_organization(&self, organization: &Organization) -> Result<()> {
        self.write(organization.clone(), |organization, tx| Box::pin(tx.create_organization(organization))).await
    }

    /// The organization of that id.
    pub async fn organization(&self, org: OrgId) -> Result<Option<Organization>> {
        let sql = "SELECT id, name, created_at FROM organization WHERE id = $1";
        self.fetch_optional(sql, params![org], organization).await
    }

    /// Gives an organization another name. False: it is not there.
    pub async fn rename_organization(&self, org: OrgId, name: &str) -> Result<bool> {
        self.write((org, name.to_owned()), |(org, name), tx| Box::pin(tx.rename_organization(*org, name))).await
    }

    /// How many organizations there are; none means a fresh installation.
    pub async fn count_organizations(&self) -> Result<i64> {
        let sql = "SELECT COUNT(*) FROM organization";
        let count = self.fetch_optional(sql, Vec::new(), |row| row.fields("organization").int("count")).await?;
        Ok(count.unwrap_or(0))
    }

    /// Makes `to` the owner and `from`, the owner until now, an admin.
    ///
    /// # Errors
    /// Conflict when `from` is not an owner or `to` not a member.
    pub async fn transfer_organization(&self, org: OrgId, from: UserId, to: UserId) -> Result<()> {
        self.write((org, from, to), |(org, from, to), tx| Box::pin(tx.transfer_organization(*org, *from, *to))).await
    }

    /// Deletes an organization and everything that belongs to it. First its members and tokens go, then the
    /// log of executions in slices, then the rest, and last the audit log, which the database lets go of only when
    /// its organization has gone; a crash in between leaves what nobody can see, and the call can be made again.
    /// False: it was not there.
    pub async fn delete_organization(&self, org: OrgId) -> Result<bool> {
        self.write(org, |org, tx| {
            Box::pin(async move {
                tx.execute("DELETE FROM token WHERE org_id = $1", &params![*org]).await?;
                tx.execute("DELETE FROM invitation WHERE org_id = $1", &params![*org]).await?;
                tx.execute("DELETE FROM member WHERE org_id = $1", &params![*org]).await?;
                tx.bump(*org).await
            })
        })
        .await?;
        self.flush().await?;
        self.delete_slices(org, "execution", "id").await?;
        self.delete_slices(org, "execution_result", "execution_id").await?;
        let of_runs = "DELETE FROM step WHERE run_id IN (SELECT id FROM run WHERE org_id = $1)";
        self.execute(of_runs, params![org]).await?;
        let of_threads = "DELETE FROM message WHERE thread_id IN (SELECT id FROM thread WHERE org_id = $1)";
        self.execute(of_threads, params![org]).await?;
        let tables =
            ["run", "job", "thread", "schedule", "ticket", "outbox", "task", "calendar_event", "hook_delivery"];
        for table in tables {
            self.delete_slices(org, table, "id").await?;
        }
        let was_there = self
            .write(org, |org, tx| {
                Box::pin(async move {
                    for totals in ["tool_usage", "tool_total"] {
                        let sql =
                            format!("DELETE FROM {totals} WHERE tool_id IN (SELECT id FROM tool WHERE org_id = $1)");
                        tx.execute(&sql, &params![*org]).await?;
                    }
                    for table in OWN_TABLES {
                        tx.execute(&format!("DELETE FROM {table} WHERE org_id = $1"), &params![*org]).await?;
                    }
                    Ok(tx.execute("DELETE FROM organization WHERE id = $1", &params![*org]).await? > 0)
                })
            })
            .await?;
        self.delete_slices(org, "audit", "id").await?;
        Ok(was_there)
    }

    async fn delete_slices(&self, org: OrgId, table: &str, key: &str) -> Result<()> {
        let sql =
            format!("DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE org_id = $1 LIMIT {SLICE})");
        while self.execute(sql.clone(), params![org]).await? > 0 {}
        Ok(())
    }
}
