//! The audit log: who changed what. Rows are only ever added, each behind the one before it in the chain of its
//! organization; see [`callwright_model::audit`].

use std::collections::BTreeMap;

use callwright_model::{
    Timestamp,
    audit::{AuditRow, Head, Link, genesis},
    id::{AuditId, OrgId, TokenId, UserId},
    page::{Page, PageRequest},
};
use serde_json::Value as Json;

use crate::{
    behind::Behind,
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_id, contains},
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
    /// Of this action; with a dot at its end, of every action that begins so.
    pub action: Option<String>,
    /// By this user.
    pub user_id: Option<UserId>,
    /// About a thing of this kind.
    pub target_kind: Option<String>,
    /// About this thing.
    pub target_id: Option<String>,
    /// Action, target or details contain this, in any letter case.
    pub text: Option<String>,
    /// At or after this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

const COLUMNS: &str = "SELECT id, org_id, user_id, token_id, action, target_kind, target_id, details, request_id, at, \
                       seq, prev_hash, hash FROM audit WHERE org_id = $1";

const INSERT: &str = "INSERT INTO audit \
    (id, org_id, user_id, token_id, action, target_kind, target_id, details, request_id, at, seq, prev_hash, hash) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

/// Numbers with a fraction are read back as what they print as only after a few rounds; the hash is over what stays.
const ROUNDS: usize = 8;

/// The row as the database will give it back: what is hashed is what can be read.
fn row_of(entry: &AuditEntry) -> Result<AuditRow> {
    let clean = |text: &str| text.replace('\0', "\u{fffd}");
    Ok(AuditRow {
        id: entry.id,
        organization_id: entry.org_id,
        at: entry.at,
        user_id: entry.user_id,
        token_id: entry.token_id,
        action: clean(&entry.action),
        target_kind: clean(&entry.target_kind),
        target_id: clean(&entry.target_id),
        details: settled(&entry.details)?,
        request_id: entry.request_id.as_deref().map(clean),
        chain: None,
    })
}

fn settled(details: &Json) -> Result<Json> {
    let wrong = |error| Error::Internal(format!("cannot write the details of an audit row: {error}"));
    let mut text = details.to_string();
    for _ in 0..ROUNDS {
        let read: Json = serde_json::from_str(&text).map_err(wrong)?;
        let again = read.to_string();
        if again == text {
            return Ok(read);
        }
        text = again;
    }
    Ok(Json::String(text))
}

fn insert_params(row: &AuditRow, link: &Link) -> Result<Vec<Value>> {
    Ok(params![
        row.id,
        row.organization_id,
        row.user_id,
        row.token_id,
        &row.action,
        &row.target_kind,
        &row.target_id,
        value::json(&row.details)?,
        row.request_id.as_deref(),
        row.at,
        link.seq,
        &link.prev_hash,
        &link.hash,
    ])
}

fn row(row: &Row) -> Result<AuditRow> {
    let mut fields = row.fields("audit");
    let mut found = AuditRow {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        user_id: fields.opt_id("user_id")?,
        token_id: fields.opt_id("token_id")?,
        action: fields.string("action")?,
        target_kind: fields.string("target_kind")?,
        target_id: fields.string("target_id")?,
        details: fields.json("details")?,
        request_id: fields.opt_string("request_id")?,
        at: fields.time("at")?,
        chain: None,
    };
    let seq = fields.int("seq")?;
    let (prev_hash, hash) = (fields.opt_string("prev_hash")?, fields.opt_string("hash")?);
    if seq != 0 {
        // Whoever alters the database may leave a hole; then no hash fits.
        let (prev_hash, hash) = (prev_hash.unwrap_or_default(), hash.unwrap_or_default());
        found.chain = Some(Link { seq, prev_hash, hash });
    }
    Ok(found)
}

fn head(row: &Row) -> Result<Head> {
    let mut fields = row.fields("audit_head");
    Ok(Head { seq: fields.int("seq")?, hash: fields.string("hash")? })
}

impl Tx<'_> {
    /// Adds a row to the audit log, in the transaction of the change that it tells of. Other rows of the organization
    /// wait until it ends.
    pub async fn append_audit(&mut self, entry: &AuditEntry) -> Result<()> {
        self.append_chain(entry.org_id, &[entry]).await
    }

    /// Adds rows of many organizations, locking each chain once and all in one order.
    pub(crate) async fn append_audits<'e>(&mut self, entries: impl Iterator<Item = &'e AuditEntry>) -> Result<()> {
        let mut chains: BTreeMap<OrgId, Vec<&AuditEntry>> = BTreeMap::new();
        for entry in entries {
            chains.entry(entry.org_id).or_default().push(entry);
        }
        for (org, entries) in chains {
            self.append_chain(org, &entries).await?;
        }
        Ok(())
    }

    async fn append_chain(&mut self, org: OrgId, entries: &[&AuditEntry]) -> Result<()> {
        let mut head = self.lock_chain(org).await?;
        let mut rows = Vec::with_capacity(entries.len());
        for entry in entries {
            let row = row_of(entry)?;
            let link = row.link(&head);
            rows.push(insert_params(&row, &link)?);
            head = Head { seq: link.seq, hash: link.hash };
        }
        self.execute_many(INSERT, &rows).await?;
        let forward = "UPDATE audit_head SET seq = $2, hash = $3 WHERE org_id = $1";
        self.execute(forward, &params![org, head.seq, head.hash]).await.map(drop)
    }

    /// The end of the chain, which nobody else moves until this transaction ends. The first time, it begins behind the
    /// rows that are older than chains.
    async fn lock_chain(&mut self, org: OrgId) -> Result<Head> {
        let select = format!("SELECT seq, hash FROM audit_head WHERE org_id = $1{}", self.dialect().for_update());
        if let Some(row) = self.fetch_optional(&select, &params![org]).await? {
            return head(&row);
        }
        let count = "SELECT COUNT(*) FROM audit WHERE org_id = $1 AND seq = 0";
        let older = self.fetch_optional(count, &params![org]).await?;
        let older = older.map_or(Ok(0), |row| row.fields("audit").int("count"))?;
        let begin = "INSERT INTO audit_head (org_id, seq, hash, unchained) VALUES ($1, 0, $2, $3) \
                     ON CONFLICT (org_id) DO NOTHING";
        self.execute(begin, &params![org, genesis(org, older), older]).await?;
        let row = self.fetch_optional(&select, &params![org]).await?;
        row.map_or_else(|| Err(Error::Internal("the audit log has no head".to_owned())), |row| head(&row))
    }
}

impl Store {
    /// Adds a row to the audit log.
    pub async fn append_audit(&self, entry: &AuditEntry) -> Result<()> {
        self.write(entry.clone(), |entry, tx| Box::pin(tx.append_audit(entry))).await
    }

    /// Adds a row to the audit log behind the answer.
    pub async fn append_audit_behind(&self, entry: AuditEntry) -> Result<()> {
        self.push_behind(Behind::Audit(Box::new(entry))).await
    }

    /// The audit log of an organization, newest first.
    pub async fn audit(&self, org: OrgId, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditRow>> {
        self.flush().await?;
        let mut query = filtered(org, filter);
        query.and("id <", after_id::<callwright_model::id::kind::Audit>(page)?).push(" ORDER BY id DESC").limit(page);
        let rows = self.fetch_query(query, row).await?;
        Ok(Page::from_rows(rows, page.limit, |row| vec![row.id.to_string()]))
    }

    /// The same in the order of the chain: first what is older than it, then its rows from the first on.
    pub async fn audit_chain(&self, org: OrgId, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditRow>> {
        self.flush().await?;
        let mut query = filtered(org, filter);
        match page.after.as_deref() {
            None => {}
            Some([seq, id]) => {
                let seq: i64 = seq.parse().map_err(|_| Error::Cursor)?;
                let id: AuditId = id.parse().map_err(|_| Error::Cursor)?;
                query.push(" AND (seq, id) > (").bind(seq).push(", ").bind(id).push(")");
            }
            Some(_) => return Err(Error::Cursor),
        }
        query.push(" ORDER BY seq, id").limit(page);
        let rows = self.fetch_query(query, row).await?;
        Ok(Page::from_rows(rows, page.limit, |row| {
            vec![row.chain.as_ref().map_or(0, |link| link.seq).to_string(), row.id.to_string()]
        }))
    }

    /// Up to `most` rows of the chain behind number `seq`; with 0, from its first row on.
    pub async fn audit_links(&self, org: OrgId, seq: i64, most: u32) -> Result<Vec<AuditRow>> {
        let sql = format!("{COLUMNS} AND seq > $2 ORDER BY seq, id LIMIT $3");
        self.fetch_all(sql, params![org, seq, most], row).await
    }

    /// How many rows of an organization are not in its chain. Only rows that are older than chains may be.
    pub async fn audit_unchained(&self, org: OrgId) -> Result<i64> {
        let sql = "SELECT COUNT(*) FROM audit WHERE org_id = $1 AND seq <= 0";
        let count = self.fetch_optional(sql, params![org], |row| row.fields("audit").int("count")).await?;
        Ok(count.unwrap_or(0))
    }

    /// The end of an organization's chain and how many rows are older than it; nothing before the first row.
    pub async fn audit_head(&self, org: OrgId) -> Result<Option<(Head, i64)>> {
        let sql = "SELECT seq, hash, unchained FROM audit_head WHERE org_id = $1";
        self.fetch_optional(sql, params![org], |row| {
            let mut fields = row.fields("audit_head");
            let head = Head { seq: fields.int("seq")?, hash: fields.string("hash")? };
            Ok((head, fields.int("unchained")?))
        })
        .await
    }
}

fn filtered(org: OrgId, filter: &AuditFilter) -> Query {
    let mut query = Query::new(COLUMNS, params![org]);
    match filter.action.as_deref() {
        Some(prefix) if prefix.ends_with('.') => {
            let pattern = contains(prefix);
            query.push(" AND action LIKE ").bind(pattern.trim_start_matches('%')).push(" ESCAPE '!'");
        }
        action => drop(query.and("action =", action)),
    }
    if let Some(text) = &filter.text {
        query
            .push(" AND LOWER(action || ' ' || target_kind || ' ' || target_id || ' ' || details) LIKE ")
            .bind(contains(text))
            .push(" ESCAPE '!'");
    }
    query
        .and("user_id =", filter.user_id)
        .and("target_kind =", filter.target_kind.as_deref())
        .and("target_id =", filter.target_id.as_deref())
        .and("at >=", filter.since)
        .and("at <", filter.until);
    query
}
