//! Invitations: good once, for one address, until they expire.

use callwright_model::{
    Timestamp,
    account::{Invitation, Role},
    id::{InvitationId, OrgId, kind},
    page::{Page, PageRequest},
};

use crate::{
    account::User,
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_id},
    value::{Fields, Value},
};

/// An invitation to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct NewInvitation {
    /// What is shown of it.
    pub invitation: Invitation,
    /// The organization that it invites to.
    pub org_id: OrgId,
    /// The hash of its text.
    pub hash: String,
}

const INVITATION: &str = "id, email, role, invited_by, expires_at, created_at";

fn invitation(fields: &mut Fields<'_>) -> Result<Invitation> {
    Ok(Invitation {
        id: fields.id("id")?,
        email: fields.string("email")?,
        role: fields.word("role", Role::parse)?,
        invited_by: fields.id("invited_by")?,
        expires_at: fields.time("expires_at")?,
        created_at: fields.time("created_at")?,
    })
}

impl Tx<'_> {
    /// Keeps an invitation; an earlier one to the same address is void.
    pub async fn create_invitation(&mut self, new: &NewInvitation) -> Result<()> {
        let invitation = &new.invitation;
        let email = invitation.email.to_lowercase();
        let void = "DELETE FROM invitation WHERE org_id = $1 AND email = $2";
        self.execute(void, &params![new.org_id, &email]).await?;
        let sql = "INSERT INTO invitation (id, org_id, email, role, hash, invited_by, expires_at, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let params = params![
            invitation.id,
            new.org_id,
            email,
            Value::word(invitation.role.as_str()),
            &new.hash,
            invitation.invited_by,
            invitation.expires_at,
            invitation.created_at,
        ];
        self.execute(sql, &params).await.map(drop)
    }

    /// Takes an invitation up: it is gone, and `user` is a member. A user who is not there yet is made;
    /// for one who is, only the id counts. None: no such invitation, or it expired.
    ///
    /// # Errors
    /// Conflict `invitation_for_other` when it is for another address, `email_taken` when the address belongs
    /// to another user, `already_member`.
    pub async fn accept_invitation(
        &mut self,
        hash: &str,
        user: &User,
        now: Timestamp,
    ) -> Result<Option<(OrgId, Role)>> {
        let sql = format!("DELETE FROM invitation WHERE hash = $1 AND expires_at > $2 RETURNING {INVITATION}, org_id");
        let Some(row) = self.fetch_optional(&sql, &params![hash, now]).await? else {
            return Ok(None);
        };
        let mut fields = row.fields("invitation");
        let invitation = invitation(&mut fields)?;
        let org = fields.id("org_id")?;
        let known = self.fetch_optional("SELECT email FROM app_user WHERE id = $1", &params![user.id]).await?;
        let email = match &known {
            Some(row) => row.fields("app_user").string("email")?,
            None => user.email.to_lowercase(),
        };
        if invitation.email != email {
            return Err(Error::conflict("invitation_for_other", "the invitation is for another e-mail address"));
        }
        if known.is_none() {
            self.create_user(user).await?;
        }
        self.add_member(org, user.id, invitation.role, now).await?;
        Ok(Some((org, invitation.role)))
    }

    /// Withdraws an invitation. False: it is not there.
    pub async fn delete_invitation(&mut self, org: OrgId, id: InvitationId) -> Result<bool> {
        let sql = "DELETE FROM invitation WHERE org_id = $1 AND id = $2";
        Ok(self.execute(sql, &params![org, id]).await? > 0)
    }
}

impl Store {
    /// Keeps an invitation; an earlier one to the same address is void.
    pub async fn create_invitation(&self, new: &NewInvitation) -> Result<()> {
        self.write(new.clone(), |new, tx| Box::pin(tx.create_invitation(new))).await
    }

    /// The invitations of an organization that have not been taken up, oldest first; expired ones too.
    pub async fn invitations(&self, org: OrgId, page: &PageRequest) -> Result<Page<Invitation>> {
        let mut query = Query::new(format!("SELECT {INVITATION} FROM invitation WHERE org_id = $1"), params![org]);
        query.and("id >", after_id::<kind::Grant>(page)?).push(" ORDER BY id").limit(page);
        let rows = self.fetch_query(query, |row| invitation(&mut row.fields("invitation"))).await?;
        Ok(Page::from_rows(rows, page.limit, |invitation| vec![invitation.id.to_string()]))
    }

    /// The invitation with that hash, with its organization; also when it expired.
    pub async fn invitation_by_hash(&self, hash: &str) -> Result<Option<(OrgId, Invitation)>> {
        let sql = format!("SELECT {INVITATION}, org_id FROM invitation WHERE hash = $1");
        self.fetch_optional(sql, params![hash], |row| {
            let mut fields = row.fields("invitation");
            let invitation = invitation(&mut fields)?;
            Ok((fields.id("org_id")?, invitation))
        })
        .await
    }

    /// Takes an invitation up; see [`Tx::accept_invitation`].
    ///
    /// # Errors
    /// Conflict `invitation_for_other`, `email_taken` or `already_member`.
    pub async fn accept_invitation(&self, hash: &str, user: &User, now: Timestamp) -> Result<Option<(OrgId, Role)>> {
        self.write((hash.to_owned(), user.clone(), now), |(hash, user, now), tx| {
            Box::pin(tx.accept_invitation(hash, user, *now))
        })
        .await
    }

    /// Withdraws an invitation. False: it is not there.
    pub async fn delete_invitation(&self, org: OrgId, id: InvitationId) -> Result<bool> {
        self.write((org, id), |(org, id), tx| Box::pin(tx.delete_invitation(*org, *id))).await
    }
}
