//! Signing in: browser sessions, and the short-lived tokens of `/token/get_token`.

use std::{net::IpAddr, time::Duration};

use callwright_model::{
    Fault, Timestamp,
    account::{Caller, Organization, Role, Scope, TokenKind},
    id::{OrgId, UserId},
    secret::SecretString,
};
use callwright_store::account::User;
use callwright_vault::password;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    field,
    throttle::Attempt,
    token::{self, Mint},
    unauthenticated,
};
use crate::{App, audit};

/// Who wants to sign in, and from where.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Their e-mail address.
    pub email: String,
    /// Their password.
    pub password: SecretString,
    /// Into which of their organizations; the one they joined first when absent.
    pub organization: Option<OrgId>,
    /// The client's address, to slow guessing down.
    pub client: IpAddr,
}

/// A new session or short-lived token.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who they are now.
    pub caller: Caller,
    /// The text to show from now on.
    pub token: SecretString,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// An organization as one of its members sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Membership {
    /// The organization.
    pub organization: Organization,
    /// What one is there.
    pub role: Role,
}

/// What is known about the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Me {
    /// The user.
    pub user_id: UserId,
    /// Their e-mail address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they may do here: the lesser of the token's role and the member's.
    pub role: Role,
    /// What the token may be used for; empty means all that the role allows.
    pub scopes: Vec<Scope>,
    /// Whether they can sign in with a password.
    pub has_password: bool,
    /// The organization in which they ask.
    pub organization: Organization,
    /// Every organization that they are a member of; for a token only the one in which it works.
    pub memberships: Vec<Membership>,
}

/// Begins a browser session.
///
/// # Errors
/// Unauthenticated when address and password do not fit, Limited after too many wrong attempts.
pub async fn sign_in(app: &App, request: SignIn) -> Result<SignedIn, Fault> {
    let ttl = app.settings().session_ttl;
    with_password(app, request, TokenKind::Session, "browser session", ttl).await
}

/// Gives a short-lived token for an address and a password.
///
/// # Errors
/// As [`sign_in`].
pub async fn get_token(app: &App, request: SignIn) -> Result<SignedIn, Fault> {
    let ttl = app.settings().short_token_ttl;
    with_password(app, request, TokenKind::Short, "short-lived token", ttl).await
}

/// Gives a short-lived token for one that is valid: as much as that one, and no longer when that one is an API token
/// or a session.
pub async fn renew(app: &App, caller: &Caller) -> Result<SignedIn, Fault> {
    let missing = || unauthenticated("unauthenticated", "the token is no longer there");
    let present = app.store().token(caller.org_id, caller.token_id).await?.ok_or_else(missing)?;
    let ends = app.clock().now().plus(app.settings().short_token_ttl);
    let ends = match present.expires_at {
        Some(end) if present.kind != TokenKind::Short => ends.min(end),
        _ => ends,
    };
    let mint = Mint {
        org_id: caller.org_id,
        user_id: caller.user_id,
        name: "short-lived token".to_owned(),
        kind: TokenKind::Short,
        role: caller.role,
        scopes: caller.scopes.clone(),
        expires_at: Some(ends),
    };
    issue(app, mint, caller.email.clone()).await
}

/// Ends the session or short-lived token that the caller uses. What they set going goes on.
///
/// # Errors
/// Conflict for an API token, which is ended by revoking it.
pub async fn sign_out(app: &App, caller: &Caller) -> Result<(), Fault> {
    let present = app.store().token(caller.org_id, caller.token_id).await?;
    if present.is_some_and(|token| token.kind == TokenKind::Api) {
        return Err(Fault::conflict("not_a_session", "this is an API token; revoke it instead of signing out"));
    }
    let entry = audit::entry(app, caller, "session.end", "token", caller.token_id, json!({}));
    let data = (caller.org_id, caller.token_id, app.clock().now(), entry);
    app.store()
        .write(data, |(org, token, now, entry), tx| {
            Box::pin(async move {
                tx.sign_out(*org, *token, *now).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    app.accounts().forget(caller.org_id);
    Ok(())
}

/// What is known about the caller. Needs no right: it is about themselves.
pub async fn me(app: &App, caller: &Caller) -> Result<Me, Fault> {
    let missing = || unauthenticated("unauthenticated", "the user is no longer there");
    let user = app.store().user_by_id(caller.user_id).await?.ok_or_else(missing)?;
    let mut memberships = Vec::new();
    for (org, role) in app.store().user_organizations(caller.user_id).await? {
        // An administrator can make a token for somebody else; it must not tell where else they are.
        let is_shown = org == caller.org_id || caller.by_session;
        if is_shown && let Some(organization) = app.store().organization(org).await? {
            memberships.push(Membership { organization, role });
        }
    }
    let here = memberships.iter().find(|one| one.organization.id == caller.org_id).ok_or_else(missing)?;
    Ok(Me {
        user_id: user.id,
        email: user.email,
        name: user.name,
        role: caller.role,
        scopes: caller.scopes.clone(),
        has_password: user.password_hash.is_some(),
        organization: here.organization.clone(),
        memberships,
    })
}

/// The user whom address and password fit. A stranger takes as long as a wrong password.
///
/// # Errors
/// Unauthenticated, or Limited after too many wrong attempts.
pub(super) async fn check_password(
    app: &App,
    email: &str,
    given: &SecretString,
    client: IpAddr,
) -> Result<User, Fault> {
    let attempt = Attempt::begin(app, email, client).await?;
    let user = app.store().user_by_email(email).await?;
    let stored = user.as_ref().and_then(|user| user.password_hash.as_deref());
    let fits = password::verify_or_dummy(given.expose(), stored).await?;
    match user.filter(|_| fits) {
        Some(user) => {
            attempt.succeeded(app).await?;
            Ok(user)
        }
        None => {
            attempt.failed(app).await?;
            Err(unauthenticated("wrong_credentials", "the e-mail address or the password is wrong"))
        }
    }
}

async fn with_password(
    app: &App,
    request: SignIn,
    kind: TokenKind,
    name: &str,
    ttl: Duration,
) -> Result<SignedIn, Fault> {
    // An address that is none belongs to nobody; the answer is the same.
    let email = field::email(&request.email).unwrap_or_default();
    let user = check_password(app, &email, &request.password, request.client).await?;
    let memberships = app.store().user_organizations(user.id).await?;
    let wanted = memberships.into_iter().find(|(org, _)| request.organization.is_none_or(|wanted| wanted == *org));
    let (org_id, role) = wanted.ok_or_else(|| Fault::forbidden("you are not a member of that organization"))?;
    let mint = Mint {
        org_id,
        user_id: user.id,
        name: name.to_owned(),
        kind,
        role,
        scopes: Vec::new(),
        expires_at: Some(app.clock().now().plus(ttl)),
    };
    issue(app, mint, user.email).await
}

async fn issue(app: &App, mint: Mint, email: String) -> Result<SignedIn, Fault> {
    let (plain, new) = mint.fresh(app)?;
    let caller = Caller {
        org_id: new.org_id,
        user_id: new.token.user_id,
        email,
        role: new.token.role,
        token_id: new.token.id,
        scopes: new.token.scopes.clone(),
        by_session: new.token.kind == TokenKind::Session,
        request_id: None,
    };
    let expires_at = new.token.expires_at.unwrap_or_default();
    let details = json!({ "kind": new.token.kind, "expires_at": expires_at });
    token::keep(app, &caller, "session.create", new, details).await?;
    Ok(SignedIn { caller, token: plain, expires_at })
}
