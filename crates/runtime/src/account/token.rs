//! API tokens: made, listed, revoked. The text of a token is given once, when it is made.

use callwright_model::{
    Fault, Timestamp,
    account::{Caller, Right, Role, Scope, Token, TokenKind},
    id::{OrgId, TokenId, UserId},
    page::{Page, PageRequest},
    secret::SecretString,
};
use callwright_store::token::NewToken;
use callwright_vault::token as text;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::field;
use crate::{App, audit};

/// An API token to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    /// A name to know it by.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Its role, at most your own; your own when absent.
    pub role: Option<Role>,
    /// What it may be used for; empty means all that the role allows. `context:trust` needs an admin.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// When it ends by itself; never when absent.
    pub expires_at: Option<Timestamp>,
    /// Whose it is to be, for administrators; your own when absent.
    pub user_id: Option<UserId>,
}

/// What a token is made of.
pub(super) struct Mint {
    pub(super) org_id: OrgId,
    pub(super) user_id: UserId,
    pub(super) name: String,
    pub(super) kind: TokenKind,
    pub(super) role: Role,
    pub(super) scopes: Vec<Scope>,
    pub(super) expires_at: Option<Timestamp>,
}

impl Mint {
    /// A token with a fresh text, not yet kept.
    pub(super) fn fresh(self, app: &App) -> Result<(SecretString, NewToken), Fault> {
        let (plain, hash) = text::generate().map_err(Fault::internal)?;
        let new = self.with_text(app, plain.expose(), hash);
        Ok((plain, new))
    }

    /// A token with a text that somebody chose.
    pub(super) fn with_text(self, app: &App, plain: &str, hash: String) -> NewToken {
        let token = Token {
            id: app.ids().next(),
            user_id: self.user_id,
            name: self.name,
            kind: self.kind,
            prefix: shown(plain),
            role: self.role,
            scopes: self.scopes,
            expires_at: self.expires_at,
            last_used_at: None,
            created_at: app.clock().now(),
        };
        NewToken { token, org_id: self.org_id, hash }
    }
}

/// The beginning of a text, and of a short one less, so that it stays secret.
fn shown(plain: &str) -> String {
    text::shown_prefix(plain).chars().take(plain.chars().count() / 4).collect()
}

/// Makes an API token and gives its text, this once.
///
/// # Errors
/// Forbidden when it would be more than the caller is.
pub async fn create(app: &App, caller: &Caller, request: CreateToken) -> Result<(SecretString, Token), Fault> {
    let own = request.user_id.is_none_or(|user| user == caller.user_id);
    require(caller, if own { Right::View } else { Right::Govern })?;
    let owner = request.user_id.unwrap_or(caller.user_id);
    let member = app.store().member(caller.org_id, owner).await?.ok_or_else(|| Fault::not_found("member", owner))?;
    if !own && member.role > caller.role {
        return Err(Fault::forbidden("you cannot make a token for somebody above your own role"));
    }
    let role = request.role.unwrap_or(caller.role.min(member.role));
    check_role(role, caller, member.role)?;
    check_scopes(caller, role, &request.scopes)?;
    if request.expires_at.is_some_and(|at| at <= app.clock().now()) {
        return Err(Fault::invalid("expires_at", "`expires_at` must be in the future"));
    }
    let mint = Mint {
        org_id: caller.org_id,
        user_id: owner,
        name: field::name("name", &request.name)?,
        kind: TokenKind::Api,
        role,
        scopes: without_doubles(request.scopes),
        expires_at: request.expires_at,
    };
    let (plain, new) = mint.fresh(app)?;
    let token = new.token.clone();
    let details = json!({ "name": token.name, "role": role, "scopes": token.scopes, "user_id": owner });
    let details = audit::between(details, &(), &seen(&token));
    keep(app, caller, "token.create", new, details).await?;
    Ok((plain, token))
}

/// The tokens of the caller, or of everybody in the organization. Revoked ones are left out.
pub async fn list(app: &App, caller: &Caller, everybody: bool, page: &PageRequest) -> Result<Page<Token>, Fault> {
    require(caller, if everybody { Right::Govern } else { Right::View })?;
    let user = if everybody { None } else { Some(caller.user_id) };
    Ok(app.store().tokens(caller.org_id, user, page).await?)
}

/// Ends a token at once: one's own, or anybody's with [`Right::Govern`].
pub async fn revoke(app: &App, caller: &Caller, id: TokenId) -> Result<(), Fault> {
    require(caller, Right::View)?;
    let missing = || Fault::not_found("token", id);
    let token = app.store().token(caller.org_id, id).await?.ok_or_else(missing)?;
    if token.user_id != caller.user_id {
        // Who may not govern is not told that the token exists.
        if !caller.may(Right::Govern, Scope::Admin) {
            return Err(missing());
        }
        let owner = app.store().member(caller.org_id, token.user_id).await?;
        if owner.is_some_and(|owner| owner.role > caller.role) {
            return Err(Fault::forbidden("you cannot revoke a token of somebody above your own role"));
        }
    }
    let details = audit::between(json!({ "name": token.name, "user_id": token.user_id }), &seen(&token), &());
    let entry = audit::entry(app, caller, "token.revoke", "token", id, details);
    let (org, now) = (caller.org_id, app.clock().now());
    let was_there = app
        .store()
        .write((org, id, now, entry), |(org, id, now, entry), tx| {
            Box::pin(async move {
                let was_there = tx.revoke_token(*org, *id, *now).await?;
                if was_there {
                    tx.append_audit(entry).await?;
                }
                Ok(was_there)
            })
        })
        .await?;
    app.accounts().forget(caller.org_id);
    if was_there { Ok(()) } else { Err(missing()) }
}

/// What is told of a token in the audit log; never any of its text.
fn seen(token: &Token) -> serde_json::Value {
    json!({ "role": token.role, "scopes": token.scopes, "user_id": token.user_id, "expires_at": token.expires_at })
}

/// Keeps a new token together with its row in the audit log.
pub(super) async fn keep(
    app: &App,
    caller: &Caller,
    action: &'static str,
    new: NewToken,
    details: serde_json::Value,
) -> Result<(), Fault> {
    let entry = audit::entry(app, caller, action, "token", new.token.id, details);
    app.store()
        .write((new, entry), |(new, entry), tx| {
            Box::pin(async move {
                tx.create_token(new).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    Ok(())
}

fn require(caller: &Caller, right: Right) -> Result<(), Fault> {
    crate::app::require(caller, right, Scope::Admin)
}

fn check_role(role: Role, caller: &Caller, member: Role) -> Result<(), Fault> {
    let most = caller.role.min(member);
    if role <= most {
        return Ok(());
    }
    Err(Fault::forbidden(format!("the token's role can be at most `{}`", most.as_str())))
}

fn check_scopes(caller: &Caller, role: Role, scopes: &[Scope]) -> Result<(), Fault> {
    if !caller.scopes.is_empty() {
        if scopes.is_empty() {
            return Err(Fault::forbidden("a token with scopes cannot make one without; name its `scopes`"));
        }
        if let Some(more) = scopes.iter().find(|scope| !caller.scopes.contains(scope)) {
            return Err(Fault::forbidden(format!("your own token lacks the scope `{}`", more.as_str())));
        }
    }
    if scopes.contains(&Scope::ContextTrust) && (caller.role < Role::Admin || role < Role::Operator) {
        return Err(Fault::forbidden("only an admin can make a token with the scope `context:trust`"));
    }
    Ok(())
}

fn without_doubles(scopes: Vec<Scope>) -> Vec<Scope> {
    Scope::ALL.into_iter().filter(|scope| scopes.contains(scope)).collect()
}

#[cfg(test)]
mod tests {
    use callwright_model::IdSource;

    use super::*;

    fn caller(role: Role, scopes: &[Scope]) -> Caller {
        let ids = IdSource::default();
        Caller {
            org_id: ids.next(),
            user_id: ids.next(),
            email: "a@b".to_owned(),
            role,
            token_id: ids.next(),
            scopes: scopes.to_vec(),
            by_session: false,
            request_id: None,
        }
    }

    #[test]
    fn a_token_never_makes_more_than_it_is() {
        let scoped = caller(Role::Owner, &[Scope::Admin, Scope::Read]);
        assert!(check_scopes(&scoped, Role::Owner, &[Scope::Read]).is_ok());
        assert!(check_scopes(&scoped, Role::Owner, &[]).is_err());
        assert!(check_scopes(&scoped, Role::Owner, &[Scope::Read, Scope::Mcp]).is_err());
        let whole = caller(Role::Builder, &[]);
        assert!(check_scopes(&whole, Role::Builder, &[]).is_ok());
        assert!(check_role(Role::Admin, &whole, Role::Owner).is_err());
        assert!(check_role(Role::Builder, &whole, Role::Owner).is_ok());
        assert!(check_role(Role::Builder, &caller(Role::Owner, &[]), Role::Viewer).is_err());
    }

    #[test]
    fn only_an_admin_makes_the_context_of_others_trusted() {
        assert!(check_scopes(&caller(Role::Builder, &[]), Role::Builder, &[Scope::ContextTrust]).is_err());
        assert!(check_scopes(&caller(Role::Admin, &[]), Role::Operator, &[Scope::ContextTrust]).is_ok());
    }

    #[test]
    fn what_is_shown_of_a_short_text_does_not_give_it_away() {
        assert_eq!(shown("cw_0123456789012345678901234567890123456789012"), "cw_0123456");
        assert_eq!(shown("hunter2x"), "hu");
        assert_eq!(shown("abc"), "");
    }
}
