//! The audit log: who changed what. Rows are only ever added.

use callwright_model::{
    Timestamp,
    id::{AuditId, OrgId, TokenId, UserId},
    page::{Page, PageRequest},
};
use serde_json::Value as Json;

use crate::{
    db::{Store, Tx},
    error::Result,
    params,
    query::{Query, after_id},
    value::{self, Row, Value},
};

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditId,
    /// The organization it belongs to.
    pub org_id: OrgId,
    /// Who did it; nobody when the server did it by itself.
    pub user_id: Option<UserId>,
    /// With which token or session.
    pub token_id: Option<TokenId>,
    /// What was done, for example `tool.update`.
    pub action: String,
    /// The kind of thing that it was done to, for example `tool`.
    pub target_kind: String,
    /// Which one: an id or a name.
    pub target_id: String,
    /// What else is worth knowing. Never a secret.
    pub details: Json,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Which rows of the audit log to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AuditFilter {
    /// Of this action.
    pub action: Option<String>,
    /// By this user.
    pub user_id: Option<UserId>,
    /// About this thing.
    pub target_id: Option<String>,
    /// At or after this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

const INSERT: &str = "INSERT INTO audit \
    (id, org_id, user_id, token_id, action, target_kind, target_id, details, request_id, at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

fn insert_params(entry: &AuditEntry) -> Result<Vec<Value>> {
    Ok(params![
        entry.id,
        entry.org_id,
        entry.user_id,
        entry.token_id,
        &entry.action,
        &entry.target_kind,
        &entry.target_id,
        value::json(&entry.details)?,
        entry.request_id.as_deref(),
        entry.at,
    ])
}

fn entry(row: &Row) -> Result<AuditEntry> {
    let mut fields = row.fields("audit");
    Ok(AuditEntry {
        id: fields.id("id")?,
        org_id: fields.id("org_id")?,
        user_id: fields.opt_id("user_id")?,
        token_id: fields.opt_id("token_id")?,
        action: fields.string("action")?,
        target_kind: fields.string("target_kind")?,
        target_id: fields.string("target_id")?,
        details: fields.json("details")?,
        request_id: fields.opt_string("request_id")?,
        at: fields.time("at")?,
    })
}

impl Tx<'_> {
    /// Adds a row to the audit log, in the transaction of the change that it tells of.
    pub async fn append_audit(&mut self, entry: &AuditEntry) -> Result<()> {
        self.execute(INSERT, &insert_params(entry)?).await.map(drop)
    }
}

impl Store {
    /// Adds a row to the audit log.
    pub async fn append_audit(&self, entry: &AuditEntry) -> Result<()> {
        self.execute(INSERT, insert_params(entry)?).await.map(drop)
    }

    /// Adds a row to the audit log behind the answer.
    pub async fn append_audit_behind(&self, entry: AuditEntry) -> Result<()> {
        self.write_behind(entry, |entry, tx| Box::pin(tx.append_audit(entry))).await
    }

    /// The audit log of an organization, newest first.
    pub async fn audit(&self, org: OrgId, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>> {
        self.flush().await?;
        let columns = "SELECT id, org_id, user_id, token_id, action, target_kind, target_id, details, request_id, at \
                       FROM audit WHERE org_id = $1";
        let mut query = Query::new(columns, params![org]);
        query
            .and("action =", filter.action.as_deref())
            .and("user_id =", filter.user_id)
            .and("target_id =", filter.target_id.as_deref())
            .and("at >=", filter.since)
            .and("at <", filter.until)
            .and("id <", after_id::<callwright_model::id::kind::Audit>(page)?)
            .push(" ORDER BY id DESC")
            .limit(page);
        let rows = self.fetch_query(query, entry).await?;
        Ok(Page::from_rows(rows, page.limit, |entry| vec![entry.id.to_string()]))
    }
}
