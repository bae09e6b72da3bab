//! What people allowed us at authorization servers, the clients that we registered there, and who is on the way.
//!
//! A grant's tokens change by compare-and-swap: whoever renews them takes the lease on the version that was read
//! ([`Store::lease_oauth_grant`]) and writes under it, or not at all. So of many servers one spends a refresh token.

use std::time::Duration;

use callwright_model::{
    Timestamp,
    id::{OauthGrantId, OrgId, TokenId, UserId},
    oauth::{Authorization, AuthorizationStatus},
};

use crate::{
    audit::AuditEntry,
    db::{Store, Tx},
    error::Result,
    params,
    value::{self, Row},
};

/// The most attempts of an organization that are under way; older ones make room.
const MAX_ATTEMPTS: i64 = 100;
/// The most clients of an organization that are remembered; older ones make room.
const MAX_CLIENTS: i64 = 500;

/// A grant with its sealed tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantRow {
    /// Its id, which stays when somebody signs in once more.
    pub id: OauthGrantId,
    /// The organization it belongs to.
    pub org_id: OrgId,
    /// What it opens.
    pub subject: String,
    /// Whose it is; empty for the organization's.
    pub holder: String,
    /// Whether somebody has to do something.
    pub status: AuthorizationStatus,
    /// Why.
    pub why: Option<String>,
    /// Why the tokens could not be renewed of late, although that may still work.
    pub trouble: Option<String>,
    /// Scopes that were asked for and are not there.
    pub missing_scopes: Vec<String>,
    /// Where tokens are renewed, and what was allowed. No secret.
    pub terms: serde_json::Value,
    /// The tokens, sealed.
    pub sealed: String,
    /// Whether there is a refresh token.
    pub is_renewable: bool,
    /// When the access token ends, if its server says so.
    pub expires_at: Option<Timestamp>,
    /// Counts up with every change of the tokens.
    pub version: i64,
    /// Who renews them now.
    pub leased_by: Option<String>,
    /// Who signed in.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// When the tokens were last changed.
    pub updated_at: Timestamp,
}

/// New tokens of a grant.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTokens {
    /// The tokens, sealed.
    pub sealed: String,
    /// Where they are renewed, and what was allowed.
    pub terms: serde_json::Value,
    /// Whether there is a refresh token.
    pub is_renewable: bool,
    /// When the access token ends.
    pub expires_at: Option<Timestamp>,
}

/// A client that we registered.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientRow {
    /// For whom.
    pub org_id: OrgId,
    /// At which authorization server.
    pub issuer: String,
    /// For which address.
    pub redirect_uri: String,
    /// Its id.
    pub client_id: String,
    /// The whole registration with its secret, sealed.
    pub sealed: String,
    /// When its secret ends.
    pub expires_at: Option<Timestamp>,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// Somebody who is on the way to an authorization server, or back from it.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptRow {
    /// The hash of what only they can show.
    pub key_hash: String,
    /// In which organization.
    pub org_id: OrgId,
    /// What is to be opened.
    pub subject: String,
    /// Who.
    pub user_id: UserId,
    /// By which token or session.
    pub token_id: TokenId,
    /// Whether that is a browser's session.
    pub by_session: bool,
    /// What is needed to go on, sealed.
    pub sealed: String,
    /// When it is too late.
    pub expires_at: Timestamp,
}

/// What was deleted and may hold live tokens, for whoever gives them back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forgotten {
    /// What was allowed.
    pub grants: Vec<GrantRow>,
    /// Who was on the way, or back from it.
    pub attempts: Vec<AttemptRow>,
}

const GRANT: &str = "id, org_id, subject, holder, status, why, trouble, missing_scopes, terms, sealed, is_renewable, \
                     expires_at, version, leased_by, created_by, created_at, updated_at";
const ATTEMPT: &str = "key_hash, org_id, subject, user_id, token_id, by_session, sealed, expires_at";

/// The columns of a grant that [`authorization`] reads, for a join under the name `g`.
pub(crate) const SHOWN: &str = "g.id, g.status, g.why, g.trouble, g.missing_scopes, g.terms, g.is_renewable, \
                                g.expires_at, g.created_by, g.created_at";

fn grant(row: &Row) -> Result<GrantRow> {
    let mut fields = row.fields("oauth_grant");
    Ok(GrantRow {
        id: fields.id("id")?,
        org_id: fields.id("org_id")?,
        subject: fields.string("subject")?,
        holder: fields.string("holder")?,
        status: fields.word("status", AuthorizationStatus::parse)?,
        why: fields.opt_string("why")?,
        trouble: fields.opt_string("trouble")?,
        missing_scopes: fields.json("missing_scopes")?,
        terms: fields.json("terms")?,
        sealed: fields.string("sealed")?,
        is_renewable: fields.flag("is_renewable")?,
        expires_at: fields.opt_time("expires_at")?,
        version: fields.int("version")?,
        leased_by: fields.opt_string("leased_by")?,
        created_by: fields.id("created_by")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

/// What is told of the grant of a joined row; none if there is no grant.
pub(crate) fn authorization(fields: &mut value::Fields<'_>) -> Result<Option<Authorization>> {
    let Some(id) = fields.opt_id("id")? else { return Ok(None) };
    let status = fields.word("status", AuthorizationStatus::parse)?;
    let why = fields.opt_string("why")?.or(fields.opt_string("trouble")?);
    let missing_scopes: Vec<String> = fields.json("missing_scopes")?;
    let terms: serde_json::Value = fields.json("terms")?;
    let text = |name: &str| terms.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    let scopes = terms.get("scopes").and_then(|scopes| serde_json::from_value(scopes.clone()).ok()).unwrap_or_default();
    Ok(Some(Authorization {
        id: Some(id),
        has_access: status == AuthorizationStatus::Connected,
        // What does not suffice, or is not renewed, is somebody's to look at while it still opens something.
        status: if why.is_none() && missing_scopes.is_empty() {
            status
        } else {
            AuthorizationStatus::NeedsAuthorization
        },
        why,
        missing_scopes,
        issuer: text("issuer"),
        client_id: text("client_id"),
        scopes,
        is_renewable: fields.flag("is_renewable")?,
        expires_at: fields.opt_time("expires_at")?,
        authorized_by: Some(fields.id("created_by")?),
        authorized_at: Some(fields.time("created_at")?),
    }))
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn attempt(row: &Row) -> Result<AttemptRow> {
    let mut fields = row.fields("oauth_attempt");
    Ok(AttemptRow {
        key_hash: fields.string("key_hash")?,
        org_id: fields.id("org_id")?,
        subject: fields.string("subject")?,
        user_id: fields.id("user_id")?,
        token_id: fields.id("token_id")?,
        by_session: fields.flag("by_session")?,
        sealed: fields.string("sealed")?,
        expires_at: fields.time("expires_at")?,
    })
}

impl Tx<'_> {
    /// Keeps what somebody allowed us, in the place of what they had allowed before, whose id stays and which is given.
    pub async fn put_oauth_grant(&mut self, row: &GrantRow) -> Result<Option<GrantRow>> {
        let sql = format!("SELECT {GRANT} FROM oauth_grant WHERE org_id = $1 AND subject = $2 AND holder = $3");
        let former = self.fetch_optional(&sql, &params![row.org_id, &row.subject, &row.holder]).await?;
        let former = former.as_ref().map(grant).transpose()?;
        let sql = "INSERT INTO oauth_grant (id, org_id, subject, holder, status, why, missing_scopes, terms, sealed, \
                   is_renewable, expires_at, version, created_by, created_at, updated_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, $13, $13) \
                   ON CONFLICT (org_id, subject, holder) DO UPDATE SET status = excluded.status, why = excluded.why, \
                   trouble = NULL, missing_scopes = excluded.missing_scopes, terms = excluded.terms, sealed = excluded.sealed, \
                   is_renewable = excluded.is_renewable, expires_at = excluded.expires_at, \
                   version = oauth_grant.version + 1, leased_by = NULL, leased_until = NULL, \
                   created_by = excluded.created_by, created_at = excluded.created_at, updated_at = excluded.updated_at";
        let params = params![
            row.id,
            row.org_id,
            &row.subject,
            &row.holder,
            row.status.as_str(),
            row.why.clone(),
            value::json(&row.missing_scopes)?,
            value::json(&row.terms)?,
            &row.sealed,
            row.is_renewable,
            row.expires_at,
            row.created_by,
            row.created_at,
        ];
        self.execute(sql, &params).await?;
        self.bump(row.org_id).await?;
        Ok(former)
    }

    /// Forgets what was allowed for `subject`, and who is on the way to allow it.
    pub async fn delete_oauth_grants(&mut self, org: OrgId, subject: &str) -> Result<Forgotten> {
        let sql = format!("DELETE FROM oauth_attempt WHERE org_id = $1 AND subject = $2 RETURNING {ATTEMPT}");
        let attempts = self.fetch_all(&sql, &params![org, subject]).await?;
        let sql = format!("DELETE FROM oauth_grant WHERE org_id = $1 AND subject = $2 RETURNING {GRANT}");
        let grants = self.fetch_all(&sql, &params![org, subject]).await?;
        self.bump(org).await?;
        Ok(Forgotten {
            grants: grants.iter().map(grant).collect::<Result<_>>()?,
            attempts: attempts.iter().map(attempt).collect::<Result<_>>()?,
        })
    }

    /// See [`Store::renew_oauth_grant`].
    async fn renew_oauth_grant(
        &mut self,
        org: OrgId,
        id: OauthGrantId,
        version: i64,
        tokens: &NewTokens,
        now: Timestamp,
    ) -> Result<bool> {
        let good = AuthorizationStatus::Connected.as_str();
        let sql = "UPDATE oauth_grant SET status = $4, why = NULL WHERE org_id = $1 AND id = $2 AND version = $3 \
                   AND status <> $4";
        let had_ended = self.execute(sql, &params![org, id, version, good]).await? > 0;
        let sql = "UPDATE oauth_grant SET sealed = $4, terms = $5, is_renewable = $6, expires_at = $7, updated_at = $8, \
                   trouble = NULL, version = version + 1, leased_by = NULL, leased_until = NULL \
                   WHERE org_id = $1 AND id = $2 AND version = $3";
        let params = params![
            org,
            id,
            version,
            &tokens.sealed,
            value::json(&tokens.terms)?,
            tokens.is_renewable,
            tokens.expires_at,
            now,
        ];
        let is_kept = self.execute(sql, &params).await? > 0;
        // Everybody has been told that it had.
        if had_ended {
            self.bump(org).await?;
        }
        Ok(is_kept)
    }

    /// Notes that a person has to sign in again, if the tokens are still those of `version`. False: they are not.
    pub async fn break_oauth_grant(
        &mut self,
        org: OrgId,
        id: OauthGrantId,
        version: i64,
        why: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "UPDATE oauth_grant SET status = $4, why = $5, leased_by = NULL, leased_until = NULL, updated_at = $6 \
                   WHERE org_id = $1 AND id = $2 AND version = $3 AND status <> $4";
        let broken = AuthorizationStatus::NeedsAuthorization.as_str();
        let is_broken = self.execute(sql, &params![org, id, version, broken, why, now]).await? > 0;
        if is_broken {
            self.bump(org).await?;
        }
        Ok(is_broken)
    }

    /// Notes that the tokens of `version` cannot be renewed for now. False: they are others by now, or it was noted before.
    pub async fn trouble_oauth_grant(
        &mut self,
        org: OrgId,
        id: OauthGrantId,
        version: i64,
        trouble: &str,
    ) -> Result<bool> {
        let sql = "UPDATE oauth_grant SET trouble = $4 WHERE org_id = $1 AND id = $2 AND version = $3 AND status = $5 \
                   AND trouble IS NULL";
        let good = AuthorizationStatus::Connected.as_str();
        let is_new = self.execute(sql, &params![org, id, version, trouble, good]).await? > 0;
        if is_new {
            self.bump(org).await?;
        }
        Ok(is_new)
    }

    /// Notes that the tokens of `version` do not suffice, and which scopes are missing. False: they are others by now, or it
    /// was noted before.
    pub async fn miss_oauth_scopes(
        &mut self,
        org: OrgId,
        id: OauthGrantId,
        version: i64,
        missing: &[String],
        why: &str,
    ) -> Result<bool> {
        let sql = "UPDATE oauth_grant SET missing_scopes = $4, why = $5 \
                   WHERE org_id = $1 AND id = $2 AND version = $3 AND (missing_scopes <> $4 OR why IS NULL)";
        let is_new = self.execute(sql, &params![org, id, version, value::json(missing)?, why]).await? > 0;
        if is_new {
            self.bump(org).await?;
        }
        Ok(is_new)
    }

    /// Notes that somebody is on the way. Gives those who made room for it.
    pub async fn add_oauth_attempt(&mut self, row: &AttemptRow) -> Result<Vec<AttemptRow>> {
        let sql = format!(
            "DELETE FROM oauth_attempt WHERE org_id = $1 AND key_hash NOT IN (SELECT key_hash FROM oauth_attempt \
             WHERE org_id = $1 ORDER BY expires_at DESC LIMIT $2) RETURNING {ATTEMPT}"
        );
        let former = self.fetch_all(&sql, &params![row.org_id, MAX_ATTEMPTS - 1]).await?;
        let sql = "INSERT INTO oauth_attempt (key_hash, org_id, subject, user_id, token_id, by_session, sealed, expires_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let params = params![
            &row.key_hash,
            row.org_id,
            &row.subject,
            row.user_id,
            row.token_id,
            row.by_session,
            &row.sealed,
            row.expires_at,
        ];
        self.execute(sql, &params).await?;
        former.iter().map(attempt).collect()
    }

    /// Keeps a client that was registered.
    pub async fn put_oauth_client(&mut self, row: &ClientRow) -> Result<()> {
        let sql = "DELETE FROM oauth_client WHERE org_id = $1 AND created_at < (SELECT MIN(created_at) FROM \
                   (SELECT created_at FROM oauth_client WHERE org_id = $1 ORDER BY created_at DESC LIMIT $2) AS latest)";
        self.execute(sql, &params![row.org_id, MAX_CLIENTS - 1]).await?;
        let sql = "INSERT INTO oauth_client (org_id, issuer, redirect_uri, client_id, sealed, expires_at, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (org_id, issuer, redirect_uri) DO UPDATE SET \
                   client_id = excluded.client_id, sealed = excluded.sealed, expires_at = excluded.expires_at, \
                   created_at = excluded.created_at";
        let params = params![
            row.org_id,
            &row.issuer,
            &row.redirect_uri,
            &row.client_id,
            &row.sealed,
            row.expires_at,
            row.created_at,
        ];
        self.execute(sql, &params).await.map(drop)
    }
}

impl Store {
    /// A grant.
    pub async fn oauth_grant(&self, org: OrgId, id: OauthGrantId) -> Result<Option<GrantRow>> {
        let sql = format!("SELECT {GRANT} FROM oauth_grant WHERE org_id = $1 AND id = $2");
        self.fetch_optional(sql, params![org, id], grant).await
    }

    /// The grant for a subject, of the organization itself or of one holder.
    pub async fn oauth_grant_for(&self, org: OrgId, subject: &str, holder: &str) -> Result<Option<GrantRow>> {
        let sql = format!("SELECT {GRANT} FROM oauth_grant WHERE org_id = $1 AND subject = $2 AND holder = $3");
        self.fetch_optional(sql, params![org, subject, holder], grant).await
    }

    /// Takes the lease on the tokens as they were read: it was nobody's then, or that one's is over by the database's clock.
    /// False: another one has it, or the tokens are others by now.
    pub async fn lease_oauth_grant(&self, row: &GrantRow, by: &str, lease: Duration) -> Result<bool> {
        let now = self.dialect().now();
        let sql = format!(
            "UPDATE oauth_grant SET leased_by = $4, leased_until = {now} + $5 WHERE org_id = $1 AND id = $2 AND version = $3 \
             AND status = $6 AND COALESCE(leased_by, '') = $7 AND (leased_by IS NULL OR leased_until < {now})"
        );
        let (good, before) = (AuthorizationStatus::Connected.as_str(), row.leased_by.clone().unwrap_or_default());
        let params = params![row.org_id, row.id, row.version, by, micros(lease), good, before];
        Ok(self.execute(sql, params).await? > 0)
    }

    /// Goes on with a lease. False: it is not one's own any more, or the tokens are others by now.
    pub async fn extend_oauth_grant(&self, row: &GrantRow, by: &str, lease: Duration) -> Result<bool> {
        let now = self.dialect().now();
        let sql = format!(
            "UPDATE oauth_grant SET leased_until = {now} + $5 WHERE org_id = $1 AND id = $2 AND version = $3 \
             AND leased_by = $4 AND status = $6"
        );
        let good = AuthorizationStatus::Connected.as_str();
        let params = params![row.org_id, row.id, row.version, by, micros(lease), good];
        Ok(self.execute(sql, params).await? > 0)
    }

    /// Gives a lease back without having changed anything.
    pub async fn release_oauth_grant(&self, row: &GrantRow, by: &str) -> Result<()> {
        let sql = "UPDATE oauth_grant SET leased_by = NULL, leased_until = NULL WHERE org_id = $1 AND id = $2 \
                   AND version = $3 AND leased_by = $4";
        self.execute(sql, params![row.org_id, row.id, row.version, by]).await.map(drop)
    }

    /// Keeps new tokens in the place of those that were read, whoever has the lease by now: what these were renewed with is
    /// spent, so that nobody else can have better ones. That somebody took them for ended meanwhile is taken back. False: the
    /// tokens are others by now, and nothing is kept.
    pub async fn renew_oauth_grant(&self, row: &GrantRow, tokens: &NewTokens, now: Timestamp) -> Result<bool> {
        let data = (row.org_id, row.id, row.version, tokens.clone(), now);
        self.write(data, |(org, id, version, tokens, now), tx| {
            Box::pin(tx.renew_oauth_grant(*org, *id, *version, tokens, *now))
        })
        .await
    }

    /// Notes that a person has to sign in again, with its audit row. False: others were faster.
    pub async fn break_oauth_grant(&self, row: &GrantRow, why: &str, entry: AuditEntry) -> Result<bool> {
        let data = (row.org_id, row.id, row.version, why.to_owned(), entry);
        self.write(data, |(org, id, version, why, entry), tx| {
            Box::pin(async move {
                let is_broken = tx.break_oauth_grant(*org, *id, *version, why, entry.at).await?;
                if is_broken {
                    tx.append_audit(entry).await?;
                }
                Ok(is_broken)
            })
        })
        .await
    }

    /// Notes that tokens are not renewed, with the audit row. False: others were faster.
    pub async fn trouble_oauth_grant(&self, row: &GrantRow, trouble: String, entry: AuditEntry) -> Result<bool> {
        let data = (row.org_id, row.id, row.version, trouble, entry);
        self.write(data, |(org, id, version, trouble, entry), tx| {
            Box::pin(async move {
                let is_new = tx.trouble_oauth_grant(*org, *id, *version, trouble).await?;
                if is_new {
                    tx.append_audit(entry).await?;
                }
                Ok(is_new)
            })
        })
        .await
    }

    /// Notes scopes that are missing, with the audit row. False: they were noted before, or the tokens are others by now.
    pub async fn miss_oauth_scopes(
        &self,
        row: &GrantRow,
        missing: Vec<String>,
        why: String,
        entry: AuditEntry,
    ) -> Result<bool> {
        let data = (row.org_id, row.id, row.version, missing, why, entry);
        self.write(data, |(org, id, version, missing, why, entry), tx| {
            Box::pin(async move {
                let is_new = tx.miss_oauth_scopes(*org, *id, *version, missing, why).await?;
                if is_new {
                    tx.append_audit(entry).await?;
                }
                Ok(is_new)
            })
        })
        .await
    }

    /// Where, and as which client, everything was allowed that an organization has. As [`GrantRow::terms`].
    pub async fn oauth_terms(&self, org: OrgId) -> Result<Vec<serde_json::Value>> {
        let sql = "SELECT terms FROM oauth_grant WHERE org_id = $1";
        self.fetch_all(sql, params![org], |row| row.fields("oauth_grant").json("terms")).await
    }

    /// Who is on the way under this hash. Anybody may ask, so nothing is written for it.
    pub async fn oauth_attempt(&self, key_hash: &str, now: Timestamp) -> Result<Option<AttemptRow>> {
        let sql = format!("SELECT {ATTEMPT} FROM oauth_attempt WHERE key_hash = $1 AND expires_at > $2");
        self.fetch_optional(sql, params![key_hash, now], attempt).await
    }

    /// Takes an attempt away, if it is not too late for it: whoever gets it goes on, once.
    pub async fn take_oauth_attempt(&self, key_hash: &str, now: Timestamp) -> Result<Option<AttemptRow>> {
        let sql = format!("DELETE FROM oauth_attempt WHERE key_hash = $1 AND expires_at > $2 RETURNING {ATTEMPT}");
        let rows = self.execute_returning(sql, params![key_hash, now]).await?;
        rows.first().map(attempt).transpose()
    }

    /// Takes the attempt of one user away, for whoever shows what was given to that user.
    pub async fn take_own_oauth_attempt(
        &self,
        org: OrgId,
        user: UserId,
        key_hash: &str,
        now: Timestamp,
    ) -> Result<Option<AttemptRow>> {
        let sql = format!(
            "DELETE FROM oauth_attempt WHERE org_id = $1 AND user_id = $2 AND key_hash = $3 AND expires_at > $4 \
             RETURNING {ATTEMPT}"
        );
        let rows = self.execute_returning(sql, params![org, user, key_hash, now]).await?;
        rows.first().map(attempt).transpose()
    }

    /// Throws attempts away that are too late, and gives them.
    pub async fn purge_oauth_attempts(&self, now: Timestamp, batch: u32) -> Result<Vec<AttemptRow>> {
        let sql = format!(
            "DELETE FROM oauth_attempt WHERE key_hash IN (SELECT key_hash FROM oauth_attempt WHERE expires_at <= $1 \
             ORDER BY expires_at LIMIT $2) RETURNING {ATTEMPT}"
        );
        let rows = self.execute_returning(sql, params![now, batch]).await?;
        rows.iter().map(attempt).collect()
    }

    /// A client that was registered at an authorization server.
    pub async fn oauth_client(&self, org: OrgId, issuer: &str, redirect_uri: &str) -> Result<Option<ClientRow>> {
        let sql = "SELECT org_id, issuer, redirect_uri, client_id, sealed, expires_at, created_at FROM oauth_client \
                   WHERE org_id = $1 AND issuer = $2 AND redirect_uri = $3";
        self.fetch_optional(sql, params![org, issuer, redirect_uri], |row| {
            let mut fields = row.fields("oauth_client");
            Ok(ClientRow {
                org_id: fields.id("org_id")?,
                issuer: fields.string("issuer")?,
                redirect_uri: fields.string("redirect_uri")?,
                client_id: fields.string("client_id")?,
                sealed: fields.string("sealed")?,
                expires_at: fields.opt_time("expires_at")?,
                created_at: fields.time("created_at")?,
            })
        })
        .await
    }

    /// Forgets a client that its authorization server does not know any more.
    pub async fn delete_oauth_client(&self, org: OrgId, issuer: &str, client_id: &str) -> Result<()> {
        let sql = "DELETE FROM oauth_client WHERE org_id = $1 AND issuer = $2 AND client_id = $3";
        self.execute(sql, params![org, issuer, client_id]).await.map(drop)
    }
}
