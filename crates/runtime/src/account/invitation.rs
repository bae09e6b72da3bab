//! Invitations: made by those who govern, taken up once by whom they are for.

use std::{net::IpAddr, time::Duration};

use callwright_model::{
    Fault,
    account::{Caller, Invitation, Member, Right, Role, Scope},
    id::InvitationId,
    page::{Page, PageRequest},
    secret::SecretString,
};
use callwright_store::{account::User, audit::AuditEntry, invitation::NewInvitation};
use callwright_vault::{password, token as text};
use serde_json::json;

use super::{field, session};
use crate::{App, app::require, audit};

/// How long an invitation can be taken up.
const GOOD_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// Somebody who takes an invitation up.
#[derive(Debug, Clone)]
pub struct Accept {
    /// The invitation's text.
    pub token: SecretString,
    /// Their name; not needed by who has an account already.
    pub name: Option<String>,
    /// A new password, or that of the account they have already.
    pub password: SecretString,
    /// The client's address, to slow guessing down.
    pub client: IpAddr,
}

/// Invites an address, and gives the text to send there. An earlier invitation to the same address is void.
///
/// # Errors
/// Forbidden above the caller's own role; Conflict `already_member`.
pub async fn create(app: &App, caller: &Caller, email: &str, role: Role) -> Result<(SecretString, Invitation), Fault> {
    require(caller, Right::Govern, Scope::Admin)?;
    if role > caller.role {
        return Err(Fault::forbidden(format!(
            "you cannot invite anybody above your own role, `{}`",
            caller.role.as_str()
        )));
    }
    let email = field::email(email)?;
    if let Some(user) = app.store().user_by_email(&email).await?
        && app.store().member(caller.org_id, user.id).await?.is_some()
    {
        return Err(Fault::conflict("already_member", "that user is a member of the organization already"));
    }
    let (plain, hash) = text::generate().map_err(Fault::internal)?;
    let now = app.clock().now();
    let invitation = Invitation {
        id: app.ids().next(),
        email,
        role,
        invited_by: caller.user_id,
        expires_at: now.plus(GOOD_FOR),
        created_at: now,
    };
    let new = NewInvitation { invitation: invitation.clone(), org_id: caller.org_id, hash };
    let details = json!({ "email": invitation.email, "role": role });
    let entry = audit::entry(app, caller, "invitation.create", "invitation", invitation.id, details);
    app.store()
        .write((new, entry), |(new, entry), tx| {
            Box::pin(async move {
                tx.create_invitation(new).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    Ok((plain, invitation))
}

/// The invitations that were not taken up, oldest first; expired ones too.
pub async fn list(app: &App, caller: &Caller, page: &PageRequest) -> Result<Page<Invitation>, Fault> {
    require(caller, Right::Govern, Scope::Admin)?;
    Ok(app.store().invitations(caller.org_id, page).await?)
}

/// Withdraws an invitation.
pub async fn delete(app: &App, caller: &Caller, id: InvitationId) -> Result<(), Fault> {
    require(caller, Right::Govern, Scope::Admin)?;
    let entry = audit::entry(app, caller, "invitation.delete", "invitation", id, json!({}));
    let was_there = app
        .store()
        .write((caller.org_id, id, entry), |(org, id, entry), tx| {
            Box::pin(async move {
                let was_there = tx.delete_invitation(*org, *id).await?;
                if was_there {
                    tx.append_audit(entry).await?;
                }
                Ok(was_there)
            })
        })
        .await?;
    if was_there { Ok(()) } else { Err(Fault::not_found("invitation", id)) }
}

/// Takes an invitation up. Who has an account already shows its password: an invitation alone, which whoever made
/// it has seen too, opens nobody's account.
///
/// # Errors
/// Not found when it is not there or has expired; Unauthenticated, Limited or Conflict for an account that exists.
pub async fn accept(app: &App, request: Accept) -> Result<Member, Fault> {
    let hash = text::hash(request.token.expose());
    let now = app.clock().now();
    let found = app.store().invitation_by_hash(&hash).await?;
    let (org, invitation) = found.filter(|(_, invitation)| invitation.expires_at > now).ok_or_else(gone)?;
    let user = match app.store().user_by_email(&invitation.email).await? {
        Some(user) if user.password_hash.is_none() => {
            let message = "this address has an account without a password; set one with its token first";
            return Err(Fault::conflict("no_password", message));
        }
        Some(_) => session::check_password(app, &invitation.email, &request.password, request.client).await?,
        None => new_user(app, &invitation, &request).await?,
    };
    let entry = AuditEntry {
        id: app.ids().next(),
        org_id: org,
        user_id: Some(user.id),
        token_id: None,
        action: "invitation.accept".to_owned(),
        target_kind: "invitation".to_owned(),
        target_id: invitation.id.to_string(),
        details: json!({ "role": invitation.role }),
        request_id: None,
        at: now,
    };
    let data = (hash, user.clone(), now, entry);
    let joined = app
        .store()
        .write(data, |(hash, user, now, entry), tx| {
            Box::pin(async move {
                let joined = tx.accept_invitation(hash, user, *now).await?;
                if joined.is_some() {
                    tx.append_audit(entry).await?;
                }
                Ok(joined)
            })
        })
        .await?;
    let (_, role) = joined.ok_or_else(gone)?;
    Ok(Member { user_id: user.id, email: user.email, name: user.name, role, created_at: now })
}

async fn new_user(app: &App, invitation: &Invitation, request: &Accept) -> Result<User, Fault> {
    let name = request.name.as_deref().ok_or_else(|| Fault::invalid("name", "`name` is needed for a new account"))?;
    let name = field::name("name", name)?;
    field::new_password("password", request.password.expose())?;
    Ok(User {
        id: app.ids().next(),
        email: invitation.email.clone(),
        name,
        password_hash: Some(password::hash(request.password.expose()).await?),
        created_at: app.clock().now(),
    })
}

fn gone() -> Fault {
    Fault::not_found("invitation", "that is still good for this token")
}
