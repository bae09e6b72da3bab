//! Tokens and sessions, kept as hashes.

use callwright_model::{
    Timestamp,
    account::{Role, Scope, Token, TokenKind},
    id::{OrgId, TokenId, UserId, kind},
    page::{Page, PageRequest},
};

use crate::{
    db::{Store, Tx},
    error::Result,
    params,
    query::{Query, after_id},
    value::{self, Fields, Row, Value},
};

/// A token to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct NewToken {
    /// What is shown of it.
    pub token: Token,
    /// The organization in which it works.
    pub org_id: OrgId,
    /// The hash of its text.
    pub hash: String,
}

/// A token as it is found by its hash: with what is needed to know the caller.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenRow {
    /// What is shown of it.
    pub token: Token,
    /// The organization in which it works.
    pub org_id: OrgId,
    /// The hash of its text, to be compared in constant time.
    pub hash: String,
    /// The user's e-mail address.
    pub email: String,
    /// What the user is in the organization now.
    pub member_role: Role,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

const TOKEN: &str = "t.id, t.user_id, t.name, t.kind, t.prefix, t.role, t.scopes, t.expires_at, t.last_used_at, \
                     t.created_at";

fn token(fields: &mut Fields<'_>) -> Result<Token> {
    Ok(Token {
        id: fields.id("id")?,
        user_id: fields.id("user_id")?,
        name: fields.string("name")?,
        kind: fields.word("kind", TokenKind::parse)?,
        prefix: fields.string("prefix")?,
        role: fields.word("role", Role::parse)?,
        scopes: fields.json::<Vec<Scope>>("scopes")?,
        expires_at: fields.opt_time("expires_at")?,
        last_used_at: fields.opt_time("last_used_at")?,
        created_at: fields.time("created_at")?,
    })
}

fn token_row(row: &Row) -> Result<TokenRow> {
    let mut fields = row.fields("token");
    Ok(TokenRow {
        token: token(&mut fields)?,
        org_id: fields.id("org_id")?,
        hash: fields.string("hash")?,
        revoked_at: fields.opt_time("revoked_at")?,
        email: fields.string("email")?,
        member_role: fields.word("member_role", Role::parse)?,
    })
}

impl Tx<'_> {
    /// Keeps a new token.
    pub async fn create_token(&mut self, new: &NewToken) -> Result<()> {
        let sql = "INSERT INTO token (id, org_id, user_id, name, kind, prefix, hash, role, scopes, expires_at, \
                   last_used_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let token = &new.token;
        let params = params![
            token.id,
            new.org_id,
            token.user_id,
            &token.name,
            Value::word(token.kind.as_str()),
            &token.prefix,
            &new.hash,
            Value::word(token.role.as_str()),
            value::json(&token.scopes)?,
            token.expires_at,
            token.last_used_at,
            token.created_at,
        ];
        self.execute(sql, &params).await.map(drop)
    }

    /// Ends a token, and with it what goes on in its name; also that of one that was signed out of. False: it was not
    /// there, or was revoked already.
    pub async fn revoke_token(&mut self, org: OrgId, id: TokenId, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE token SET revoked_at = COALESCE(revoked_at, $3), signed_out = 0 WHERE org_id = $1 \
                   AND id = $2 AND (revoked_at IS NULL OR signed_out = 1)";
        if self.execute(sql, &params![org, id, now]).await? == 0 {
            return Ok(false);
        }
        self.bump(org).await?;
        Ok(true)
    }

    /// Ends a token because its user leaves. What goes on in its name does. False: it was not there, or ended already.
    pub async fn sign_out(&mut self, org: OrgId, id: TokenId, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE token SET revoked_at = $3, signed_out = 1 WHERE org_id = $1 AND id = $2 \
                   AND revoked_at IS NULL";
        if self.execute(sql, &params![org, id, now]).await? == 0 {
            return Ok(false);
        }
        self.bump(org).await?;
        Ok(true)
    }

    /// Ends all tokens of a user in an organization, for example after a new password. Gives their number.
    pub async fn revoke_tokens_of(&mut self, org: OrgId, user: UserId, now: Timestamp) -> Result<u64> {
        let sql = "UPDATE token SET revoked_at = COALESCE(revoked_at, $3), signed_out = 0 WHERE org_id = $1 \
                   AND user_id = $2 AND (revoked_at IS NULL OR signed_out = 1)";
        let revoked = self.execute(sql, &params![org, user, now]).await?;
        self.bump(org).await?;
        Ok(revoked)
    }
}

impl Store {
    /// Keeps a new token.
    pub async fn create_token(&self, new: &NewToken) -> Result<()> {
        self.write(new.clone(), |new, tx| Box::pin(tx.create_token(new))).await
    }

    /// The token with that hash, whatever its state, if its user is still a member.
    pub async fn token_by_hash(&self, hash: &str) -> Result<Option<TokenRow>> {
        let sql = format!(
            "SELECT {TOKEN}, t.org_id, t.hash, t.revoked_at, u.email, m.role FROM token t \
             JOIN app_user u ON u.id = t.user_id \
             JOIN member m ON m.org_id = t.org_id AND m.user_id = t.user_id WHERE t.hash = $1"
        );
        self.fetch_optional(sql, params![hash], token_row).await
    }

    /// The tokens and sessions of an organization, or of one user there, that were not revoked; oldest first.
    pub async fn tokens(&self, org: OrgId, user: Option<UserId>, page: &PageRequest) -> Result<Page<Token>> {
        let sql = format!("SELECT {TOKEN} FROM token t WHERE t.org_id = $1 AND t.revoked_at IS NULL");
        let mut query = Query::new(sql, params![org]);
        query.and("t.user_id =", user).and("t.id >", after_id::<kind::Token>(page)?).push(" ORDER BY t.id").limit(page);
        let rows = self.fetch_query(query, |row| token(&mut row.fields("token"))).await?;
        Ok(Page::from_rows(rows, page.limit, |token| vec![token.id.to_string()]))
    }

    /// Whether a token or session was revoked. One that expired was not, nor one that somebody signed out of: those may
    /// be gone from the table, the revoked ones stay.
    pub async fn is_token_revoked(&self, org: OrgId, id: TokenId) -> Result<bool> {
        let sql = "SELECT 1 FROM token WHERE org_id = $1 AND id = $2 AND revoked_at IS NOT NULL AND signed_out = 0";
        Ok(self.fetch_optional(sql, params![org, id], |row| row.fields("token").int("one")).await?.is_some())
    }

    /// A user's sessions and short-lived tokens that were not revoked, in every organization; at most `most`.
    pub async fn sessions_of(&self, user: UserId, most: u32) -> Result<Vec<(OrgId, TokenId)>> {
        let sql = "SELECT org_id, id FROM token WHERE user_id = $1 AND kind <> 'api' \
                   AND (revoked_at IS NULL OR signed_out = 1) ORDER BY org_id, id LIMIT $2";
        self.fetch_all(sql, params![user, i64::from(most)], |row| {
            let mut fields = row.fields("token");
            Ok((fields.id("org_id")?, fields.id("id")?))
        })
        .await
    }

    /// The token of that id, revoked or not.
    pub async fn token(&self, org: OrgId, id: TokenId) -> Result<Option<Token>> {
        let sql = format!("SELECT {TOKEN} FROM token t WHERE t.org_id = $1 AND t.id = $2");
        self.fetch_optional(sql, params![org, id], |row| token(&mut row.fields("token"))).await
    }

    /// Ends a token. False: it was not there, or ended already.
    pub async fn revoke_token(&self, org: OrgId, id: TokenId, now: Timestamp) -> Result<bool> {
        self.write((org, id, now), |(org, id, now), tx| Box::pin(tx.revoke_token(*org, *id, *now))).await
    }

    /// Ends all tokens of a user in an organization. Gives their number.
    pub async fn revoke_tokens_of(&self, org: OrgId, user: UserId, now: Timestamp) -> Result<u64> {
        self.write((org, user, now), |(org, user, now), tx| Box::pin(tx.revoke_tokens_of(*org, *user, *now))).await
    }

    /// Notes when tokens were last used. Call it for many at once, now and then.
    pub async fn touch_tokens(&self, used: &[(TokenId, Timestamp)]) -> Result<()> {
        let mut used = used.to_vec();
        // In one order, so that two servers that touch the same tokens cannot lock each other out.
        used.sort_unstable();
        let rows: Vec<Vec<Value>> = used.into_iter().map(|(id, at)| params![id, at]).collect();
        self.write(rows, |rows, tx| {
            let sql = "UPDATE token SET last_used_at = $2 \
                       WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
            Box::pin(tx.execute_many(sql, rows))
        })
        .await
    }

    /// Deletes tokens that ended by themselves before `before`. Gives their number. A revoked one stays for good: a
    /// schedule, a run or a ticket may name it, however long it lives, and its absence would say that all is well.
    pub async fn purge_expired_tokens(&self, before: Timestamp) -> Result<u64> {
        let sql = "DELETE FROM token WHERE expires_at IS NOT NULL AND expires_at < $1 \
                   AND (revoked_at IS NULL OR signed_out = 1)";
        self.execute(sql, params![before]).await
    }
}
