//! Users and their membership in organizations. An organization never loses its last owner.

use callwright_model::{
    Timestamp,
    account::{Member, Role},
    id::{OrgId, UserId, kind},
    page::{Page, PageRequest},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_id},
    value::{Row, Value},
};

/// A person who can sign in. One person may be a member of several organizations.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their e-mail address; kept and compared in lower case.
    pub email: String,
    /// Their name.
    pub name: String,
    /// argon2id, in PHC form; absent for users who only have tokens.
    pub password_hash: Option<String>,
    /// When they were made.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).finish_non_exhaustive()
    }
}

const USER: &str = "SELECT id, email, name, password_hash, created_at FROM app_user";
const MEMBER: &str = "SELECT m.user_id, u.email, u.name, m.role, m.created_at \
                      FROM member m JOIN app_user u ON u.id = m.user_id WHERE m.org_id = $1";

fn user(row: &Row) -> Result<User> {
    let mut fields = row.fields("app_user");
    Ok(User {
        id: fields.id("id")?,
        email: fields.string("email")?,
        name: fields.string("name")?,
        password_hash: fields.opt_string("password_hash")?,
        created_at: fields.time("created_at")?,
    })
}

fn member(row: &Row) -> Result<Member> {
    let mut fields = row.fields("member");
    Ok(Member {
        user_id: fields.id("user_id")?,
        email: fields.string("email")?,
        name: fields.string("name")?,
        role: fields.word("role", Role::parse)?,
        created_at: fields.time("created_at")?,
    })
}

impl Tx<'_> {
    /// Adds a user.
    ///
    /// # Errors
    /// Conflict `email_taken` when the address belongs to somebody else.
    pub async fn create_user(&mut self, user: &User) -> Result<()> {
        let sql = "INSERT INTO app_user (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)";
        let params =
            params![user.id, user.email.to_lowercase(), &user.name, user.password_hash.as_deref(), user.created_at];
        self.execute(sql, &params).await.map(drop).map_err(|error| {
            error.unique_means("email_taken", || "there is a user with that e-mail address already".to_owned())
        })
    }

    /// Sets a user's password. False: no such user.
    pub async fn set_password(&mut self, user: UserId, password_hash: &str) -> Result<bool> {
        let sql = "UPDATE app_user SET password_hash = $2 WHERE id = $1";
        Ok(self.execute(sql, &params![user, password_hash]).await? > 0)
    }

    /// Makes `user` a member of `org`.
    ///
    /// # Errors
    /// Conflict `already_member`.
    pub async fn add_member(&mut self, org: OrgId, user: UserId, role: Role, now: Timestamp) -> Result<()> {
        let sql = "INSERT INTO member (org_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)";
        self.execute(sql, &params![org, user, Value::word(role.as_str()), now]).await.map_err(|error| {
            error.unique_means("already_member", || "that user is a member of the organization already".to_owned())
        })?;
        self.bump(org).await
    }

    /// Gives a member another role. False: not a member.
    ///
    /// # Errors
    /// Conflict `last_owner` when the organization would have no owner.
    pub async fn set_role(&mut self, org: OrgId, user: UserId, role: Role) -> Result<bool> {
        self.lock_organization(org).await?;
        let Some(present) = self.member_role(org, user).await? else {
            return Ok(false);
        };
        if present == Role::Owner && role != Role::Owner {
            self.require_another_owner(org, user).await?;
        }
        let sql = "UPDATE member SET role = $3 WHERE org_id = $1 AND user_id = $2";
        self.execute(sql, &params![org, user, Value::word(role.as_str())]).await?;
        self.bump(org).await?;
        Ok(true)
    }

    /// Ends a membership, with the member's tokens and grants there. False: not a member.
    ///
    /// # Errors
    /// Conflict `last_owner` when the organization would have no owner.
    pub async fn remove_member(&mut self, org: OrgId, user: UserId, now: Timestamp) -> Result<bool> {
        self.lock_organization(org).await?;
        let Some(present) = self.member_role(org, user).await? else {
            return Ok(false);
        };
        if present == Role::Owner {
            self.require_another_owner(org, user).await?;
        }
        self.execute("DELETE FROM member WHERE org_id = $1 AND user_id = $2", &params![org, user]).await?;
        let revoke = "UPDATE token SET revoked_at = COALESCE(revoked_at, $3), signed_out = 0 WHERE org_id = $1 \
                      AND user_id = $2 AND (revoked_at IS NULL OR signed_out = 1)";
        self.execute(revoke, &params![org, user, now]).await?;
        let ungrant =
            "DELETE FROM tool_grant WHERE user_id = $2 AND tool_id IN (SELECT id FROM tool WHERE org_id = $1)";
        self.execute(ungrant, &params![org, user]).await?;
        self.bump(org).await?;
        Ok(true)
    }

    pub(crate) async fn member_role(&mut self, org: OrgId, user: UserId) -> Result<Option<Role>> {
        let sql = "SELECT role FROM member WHERE org_id = $1 AND user_id = $2";
        let row = self.fetch_optional(sql, &params![org, user]).await?;
        row.map(|row| row.fields("member").word("role", Role::parse)).transpose()
    }

    async fn require_another_owner(&mut self, org: OrgId, user: UserId) -> Result<()> {
        let sql = "SELECT user_id FROM member WHERE org_id = $1 AND user_id <> $2 AND role = 'owner' LIMIT 1";
        match self.fetch_optional(sql, &params![org, user]).await? {
            Some(_) => Ok(()),
            None => Err(Error::conflict(
                "last_owner",
                "an organization must have an owner; make somebody else an owner first",
            )),
        }
    }
}

impl Store {
    /// Adds a user.
    ///
    /// # Errors
    /// Conflict `email_taken` when the address belongs to somebody else.
    pub async fn create_user(&self, user: &User) -> Result<()> {
        self.write(user.clone(), |user, tx| Box::pin(tx.create_user(user))).await
    }

    /// The user with that e-mail address, in any letter case.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        self.fetch_optional(format!("{USER} WHERE email = $1"), params![email.to_lowercase()], user).await
    }

    /// The user of that id.
    pub async fn user_by_id(&self, id: UserId) -> Result<Option<User>> {
        self.fetch_optional(format!("{USER} WHERE id = $1"), params![id], user).await
    }

    /// Sets a user's password. False: no such user.
    pub async fn set_password(&self, user: UserId, password_hash: &str) -> Result<bool> {
        self.write((user, password_hash.to_owned()), |(user, hash), tx| Box::pin(tx.set_password(*user, hash))).await
    }

    /// Makes `user` a member of `org`.
    ///
    /// # Errors
    /// Conflict `already_member`.
    pub async fn add_member(&self, org: OrgId, user: UserId, role: Role, now: Timestamp) -> Result<()> {
        self.write((org, user, role, now), |(org, user, role, now), tx| {
            Box::pin(tx.add_member(*org, *user, *role, *now))
        })
        .await
    }

    /// The user as a member of `org`.
    pub async fn member(&self, org: OrgId, user: UserId) -> Result<Option<Member>> {
        self.fetch_optional(format!("{MEMBER} AND m.user_id = $2"), params![org, user], member).await
    }

    /// The members of an organization, oldest user first.
    pub async fn members(&self, org: OrgId, page: &PageRequest) -> Result<Page<Member>> {
        let mut query = Query::new(MEMBER, params![org]);
        query.and("m.user_id >", after_id::<kind::User>(page)?).push(" ORDER BY m.user_id").limit(page);
        let rows = self.fetch_query(query, member).await?;
        Ok(Page::from_rows(rows, page.limit, |member| vec![member.user_id.to_string()]))
    }

    /// Gives a member another role. False: not a member.
    ///
    /// # Errors
    /// Conflict `last_owner` when the organization would have no owner.
    pub async fn set_role(&self, org: OrgId, user: UserId, role: Role) -> Result<bool> {
        self.write((org, user, role), |(org, user, role), tx| Box::pin(tx.set_role(*org, *user, *role))).await
    }

    /// Ends a membership, with the member's tokens and grants there. False: not a member.
    ///
    /// # Errors
    /// Conflict `last_owner` when the organization would have no owner.
    pub async fn remove_member(&self, org: OrgId, user: UserId, now: Timestamp) -> Result<bool> {
        self.write((org, user, now), |(org, user, now), tx| Box::pin(tx.remove_member(*org, *user, *now))).await
    }

    /// The organizations that a user is a member of, oldest first, with their role there.
    pub async fn user_organizations(&self, user: UserId) -> Result<Vec<(OrgId, Role)>> {
        let sql = "SELECT org_id, role FROM member WHERE user_id = $1 ORDER BY org_id";
        self.fetch_all(sql, params![user], |row| {
            let mut fields = row.fields("member");
            Ok((fields.id("org_id")?, fields.word("role", Role::parse)?))
        })
        .await
    }
}
