//! Somebody's wish that is carried out later: kept with their rights as they were, and never more than they have then.

use callwright_model::{
    Fault,
    account::{Caller, Right, Role, Scope},
    id::{OrgId, TokenId, UserId},
};
use serde::{Deserialize, Serialize};

use crate::App;

/// A caller as they are kept, sealed, with what they asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptCaller {
    user_id: UserId,
    token_id: TokenId,
    email: String,
    role: Role,
    scopes: Vec<Scope>,
    by_session: bool,
    request_id: Option<String>,
}

impl KeptCaller {
    pub(crate) fn of(caller: &Caller) -> Self {
        Self {
            user_id: caller.user_id,
            token_id: caller.token_id,
            email: caller.email.clone(),
            role: caller.role,
            scopes: caller.scopes.clone(),
            by_session: caller.by_session,
            request_id: caller.request_id.clone(),
        }
    }

    /// Whether it is the same token, or the same person by another session.
    pub(crate) fn is_same(&self, caller: &Caller) -> bool {
        self.token_id == caller.token_id || (self.user_id == caller.user_id && self.by_session && caller.by_session)
    }

    /// Whether the context they sent counted as verified.
    pub(crate) fn is_context_trusted(&self) -> bool {
        self.scopes.contains(&Scope::ContextTrust)
    }

    /// The caller with the scopes that they asked with, for what goes on in their name.
    pub(crate) fn as_asked(&self, caller: &Caller) -> Caller {
        Caller { scopes: self.scopes.clone(), ..caller.clone() }
    }

    /// The caller again, with the lesser of the rights they had and have. The inner error says why they may not any
    /// more.
    pub(crate) async fn caller(&self, app: &App, org: OrgId) -> Result<Result<Caller, &'static str>, Fault> {
        let member = app.store().member(org, self.user_id).await?;
        let Some(member) = member.filter(|member| member.role.may(Right::Call)) else {
            return Ok(Err("who asked for this may no longer run anything here"));
        };
        if app.store().is_token_revoked(org, self.token_id).await? {
            return Ok(Err("the token that asked for this was revoked since"));
        }
        Ok(Ok(Caller {
            org_id: org,
            user_id: self.user_id,
            email: self.email.clone(),
            role: self.role.min(member.role),
            token_id: self.token_id,
            scopes: self.scopes.clone(),
            by_session: self.by_session,
            request_id: self.request_id.clone(),
        }))
    }
}
