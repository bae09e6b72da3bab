//! Hooks, and what came to them lately.

use callwright_model::{
    Timestamp,
    hook::{Hook, HookDelivery, HookOutcome, HookPlatform},
    id::{HookId, OrgId},
    page::{Page, PageRequest},
};

use crate::{
    audit::AuditEntry,
    db::Store,
    error::{Error, Result},
    params,
    query::{Query, after_id},
    value::{self, Row, Value},
};

/// A hook with what nobody is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct HookRow {
    /// What its organization may know of it.
    pub hook: Hook,
    /// With whose rights it starts things; sealed.
    pub request: String,
    /// The hash of a secret that is sent as it is.
    pub secret_hash: Option<String>,
    /// The secret that signs; sealed.
    pub secret: Option<String>,
}

/// The new secret of a hook.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSecret {
    /// Its hash, if it is sent as it is.
    pub hash: Option<String>,
    /// The secret sealed, if it signs.
    pub sealed: Option<String>,
    /// Its beginning.
    pub hint: String,
}

const COLUMNS: &str = "id, org_id, user_id, slug, platform, enabled, rules, request, secret_hash, secret, secret_hint, \
                       created_at, updated_at, rotated_at";
const DELIVERY: &str = "id, hook_id, org_id, action, outcome, intent_key, execution_id, run_id, error, address, \
                        duration_us, created_at";

fn row(row: &Row) -> Result<HookRow> {
    let mut fields = row.fields("hook");
    let id = fields.id("id")?;
    let organization_id = fields.id("org_id")?;
    let user_id = fields.id("user_id")?;
    let slug = fields.string("slug")?;
    let platform = fields.word("platform", HookPlatform::parse)?;
    let enabled = fields.flag("enabled")?;
    let rules = fields.json("rules")?;
    let request = fields.string("request")?;
    let secret_hash = fields.opt_string("secret_hash")?;
    let secret = fields.opt_string("secret")?;
    let hook = Hook {
        id,
        organization_id,
        user_id,
        slug,
        platform,
        enabled,
        rules,
        secret_hint: fields.string("secret_hint")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
        rotated_at: fields.time("rotated_at")?,
    };
    Ok(HookRow { hook, request, secret_hash, secret })
}

fn delivery(row: &Row) -> Result<HookDelivery> {
    let mut fields = row.fields("hook_delivery");
    Ok(HookDelivery {
        id: fields.id("id")?,
        hook_id: fields.id("hook_id")?,
        organization_id: fields.id("org_id")?,
        action: fields.opt_string("action")?,
        outcome: fields.word("outcome", HookOutcome::parse)?,
        idempotency_key: fields.opt_string("intent_key")?,
        execution_id: fields.opt_id("execution_id")?,
        run_id: fields.opt_id("run_id")?,
        error: fields.opt_string("error")?,
        address: fields.opt_string("address")?,
        duration_ms: fields.int("duration_us")? as f64 / 1_000.0,
        created_at: fields.time("created_at")?,
    })
}

fn taken(hook: &Hook) -> impl FnOnce(Error) -> Error {
    let slug = hook.slug.clone();
    // Of a secret that somebody chose it is not told that another hook has it: only that it cannot be.
    move |error| {
        error.unique_means("slug_taken", || {
            format!("the slug `{slug}`, or a secret that you chose, cannot be used; choose another one")
        })
    }
}

impl Store {
    /// Adds a hook, if its organization has fewer than `most`.
    ///
    /// # Errors
    /// Conflict `slug_taken`, or `too_many_hooks`.
    pub async fn create_hook(&self, new: HookRow, entry: AuditEntry, most: u32) -> Result<()> {
        self.write((new, entry), move |(new, entry), tx| {
            Box::pin(async move {
                let it = &new.hook;
                let count = "SELECT COUNT(*) AS count FROM hook WHERE org_id = $1";
                let there = tx.fetch_optional(count, &params![it.organization_id]).await?;
                if there.map(|row| row.fields("hook").int("count")).transpose()?.unwrap_or_default() >= most.into() {
                    let message = format!("there are {most} hooks already, which is as many as there may be");
                    return Err(Error::conflict("too_many_hooks", message));
                }
                let sql = "INSERT INTO hook (id, org_id, user_id, slug, platform, enabled, rules, request, \
                           secret_hash, secret, secret_hint, created_at, updated_at, rotated_at) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $12)";
                let params = params![
                    it.id,
                    it.organization_id,
                    it.user_id,
                    &it.slug,
                    Value::word(it.platform.as_str()),
                    it.enabled,
                    value::json(&it.rules)?,
                    &new.request,
                    new.secret_hash.as_deref(),
                    new.secret.as_deref(),
                    &it.secret_hint,
                    it.created_at,
                ];
                tx.execute(sql, &params).await.map_err(taken(it))?;
                tx.append_audit(entry).await
            })
        })
        .await
    }

    /// Replaces what a person may change of a hook. False: it is not there.
    ///
    /// # Errors
    /// Conflict `slug_taken`.
    pub async fn update_hook(&self, new: HookRow, entry: AuditEntry) -> Result<bool> {
        self.write((new, entry), |(new, entry), tx| {
            Box::pin(async move {
                let it = &new.hook;
                let sql = "UPDATE hook SET user_id = $3, slug = $4, enabled = $5, rules = $6, request = $7, \
                           updated_at = $8 WHERE org_id = $1 AND id = $2";
                let params = params![
                    it.organization_id,
                    it.id,
                    it.user_id,
                    &it.slug,
                    it.enabled,
                    value::json(&it.rules)?,
                    &new.request,
                    it.updated_at,
                ];
                if tx.execute(sql, &params).await.map_err(taken(it))? == 0 {
                    return Ok(false);
                }
                tx.append_audit(entry).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Gives a hook another secret; the one before is good for nothing from then on. False: it is not there.
    ///
    /// # Errors
    /// Conflict `slug_taken`: the secret cannot be used.
    pub async fn rotate_hook(&self, hook: Hook, request: String, new: NewSecret, entry: AuditEntry) -> Result<bool> {
        self.write((hook, request, new, entry), |(hook, request, new, entry), tx| {
            Box::pin(async move {
                let sql = "UPDATE hook SET secret_hash = $3, secret = $4, secret_hint = $5, rotated_at = $6, \
                           user_id = $7, request = $8 WHERE org_id = $1 AND id = $2";
                let (hash, sealed) = (new.hash.as_deref(), new.sealed.as_deref());
                let params = params![
                    hook.organization_id,
                    hook.id,
                    hash,
                    sealed,
                    &new.hint,
                    hook.rotated_at,
                    hook.user_id,
                    request.as_str(),
                ];
                if tx.execute(sql, &params).await.map_err(taken(hook))? == 0 {
                    return Ok(false);
                }
                tx.append_audit(entry).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Removes a hook and what is known of its requests. False: it is not there.
    pub async fn delete_hook(&self, org: OrgId, id: HookId, entry: AuditEntry) -> Result<bool> {
        self.write((org, id, entry), |(org, id, entry), tx| {
            Box::pin(async move {
                let (org, id) = (*org, *id);
                if tx.execute("DELETE FROM hook WHERE org_id = $1 AND id = $2", &params![org, id]).await? == 0 {
                    return Ok(false);
                }
                tx.execute("DELETE FROM hook_delivery WHERE org_id = $1 AND hook_id = $2", &params![org, id]).await?;
                tx.append_audit(entry).await?;
                Ok(true)
            })
        })
        .await
    }

    /// The hook of that id.
    pub async fn hook(&self, org: OrgId, id: HookId) -> Result<Option<HookRow>> {
        let sql = format!("SELECT {COLUMNS} FROM hook WHERE org_id = $1 AND id = $2");
        self.fetch_optional(sql, params![org, id], row).await
    }

    /// The hook of that slug, if it is the organization's.
    pub async fn hook_by_slug(&self, org: OrgId, slug: &str) -> Result<Option<HookRow>> {
        let sql = format!("SELECT {COLUMNS} FROM hook WHERE org_id = $1 AND slug = $2");
        self.fetch_optional(sql, params![org, slug], row).await
    }

    /// The hook of any organization with that id, for a request that has only its address to show.
    pub async fn any_hook(&self, id: HookId) -> Result<Option<HookRow>> {
        self.fetch_optional(format!("SELECT {COLUMNS} FROM hook WHERE id = $1"), params![id], row).await
    }

    /// The hook of any organization with that slug.
    pub async fn any_hook_by_slug(&self, slug: &str) -> Result<Option<HookRow>> {
        self.fetch_optional(format!("SELECT {COLUMNS} FROM hook WHERE slug = $1"), params![slug], row).await
    }

    /// The hook of any organization whose secret has that hash.
    pub async fn any_hook_by_secret(&self, hash: &str) -> Result<Option<HookRow>> {
        self.fetch_optional(format!("SELECT {COLUMNS} FROM hook WHERE secret_hash = $1"), params![hash], row).await
    }

    /// The hooks of an organization, newest first.
    pub async fn hooks(&self, org: OrgId, page: &PageRequest) -> Result<Page<Hook>> {
        let mut query = Query::new(format!("SELECT {COLUMNS} FROM hook WHERE org_id = $1"), params![org]);
        query.and("id <", after_id::<callwright_model::id::kind::Hook>(page)?).push(" ORDER BY id DESC").limit(page);
        let rows = self.fetch_query(query, |found| row(found).map(|row| row.hook)).await?;
        Ok(Page::from_rows(rows, page.limit, |hook| vec![hook.id.to_string()]))
    }

    /// Notes a request, unless its hook is gone.
    pub async fn note_hook_delivery(&self, new: HookDelivery) -> Result<()> {
        let sql = format!(
            "INSERT INTO hook_delivery ({DELIVERY}) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), \
             CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), \
             CAST($9 AS TEXT), CAST($10 AS TEXT), CAST($11 AS BIGINT), CAST($12 AS BIGINT) \
             WHERE EXISTS (SELECT 1 FROM hook WHERE id = $2 AND org_id = $3)"
        );
        let params = params![
            new.id,
            new.hook_id,
            new.organization_id,
            new.action.as_deref(),
            Value::word(new.outcome.as_str()),
            new.idempotency_key.as_deref(),
            new.execution_id,
            new.run_id,
            new.error.as_deref(),
            new.address.as_deref(),
            (new.duration_ms * 1_000.0) as i64,
            new.created_at,
        ];
        self.execute(sql, params).await.map(drop)
    }

    /// Throws away all but the newest `most` requests of a hook.
    pub async fn trim_hook_deliveries(&self, hook: HookId, most: u32) -> Result<u64> {
        let sql = "DELETE FROM hook_delivery WHERE hook_id = $1 AND id < COALESCE((SELECT id FROM hook_delivery \
                   WHERE hook_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2), '')";
        self.execute(sql, params![hook, i64::from(most.max(1)) - 1]).await
    }

    /// What came to a hook, newest first.
    pub async fn hook_deliveries(&self, org: OrgId, hook: HookId, page: &PageRequest) -> Result<Page<HookDelivery>> {
        let sql = format!("SELECT {DELIVERY} FROM hook_delivery WHERE org_id = $1 AND hook_id = $2");
        let mut query = Query::new(sql, params![org, hook]);
        query
            .and("id <", after_id::<callwright_model::id::kind::HookDelivery>(page)?)
            .push(" ORDER BY id DESC")
            .limit(page);
        let rows = self.fetch_query(query, delivery).await?;
        Ok(Page::from_rows(rows, page.limit, |delivery: &HookDelivery| vec![delivery.id.to_string()]))
    }

    /// Throws requests away that came before `before`.
    pub async fn purge_hook_deliveries(&self, before: Timestamp, most: u32) -> Result<u64> {
        let sql = "DELETE FROM hook_delivery WHERE id IN (SELECT id FROM hook_delivery WHERE created_at < $1 LIMIT $2)";
        self.execute(sql, params![before, i64::from(most)]).await
    }
}
