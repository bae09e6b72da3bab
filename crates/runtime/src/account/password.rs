//! One's own password.

use std::net::IpAddr;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    id::{OrgId, TokenId, UserId},
    secret::SecretString,
};
use callwright_vault::password;
use serde_json::json;

use super::{session, unauthenticated};
use crate::{App, app::require, audit};

/// The most sessions that end at once.
const MOST_SESSIONS: u32 = 10_000;

/// Sets the caller's own password. Their other sessions and short-lived tokens end, everywhere, and with them what they
/// set going, also those that were signed out of a while ago; API tokens stay.
///
/// # Errors
/// Unauthenticated when the `current` password is wrong, Invalid when it is missing or the `new` one is too short.
pub async fn change(
    app: &App,
    caller: &Caller,
    current: Option<&SecretString>,
    new: &SecretString,
    client: IpAddr,
) -> Result<(), Fault> {
    require(caller, Right::View, Scope::Admin)?;
    super::field::new_password("new_password", new.expose())?;
    let missing = || unauthenticated("unauthenticated", "the user is no longer there");
    let user = app.store().user_by_id(caller.user_id).await?.ok_or_else(missing)?;
    if user.password_hash.is_some() {
        let current = current
            .ok_or_else(|| Fault::invalid("current_password", "`current_password` is needed to set another one"))?;
        session::check_password(app, &user.email, current, client)
            .await
            .map_err(|fault| if fault.code == "wrong_credentials" { wrong_password() } else { fault })?;
    } else {
        check_whole(app, caller).await?;
    }
    let hash = password::hash(new.expose()).await?;
    let ending = other_sessions(app, caller).await?;
    let entry = audit::entry(app, caller, "password.change", "user", caller.user_id, json!({ "ended": ending.len() }));
    let data: (UserId, String, Vec<(OrgId, TokenId)>, _, _) = (caller.user_id, hash, ending, app.clock().now(), entry);
    app.store()
        .write(data, |(user, hash, ending, now, entry), tx| {
            Box::pin(async move {
                tx.set_password(*user, hash).await?;
                for (org, token) in ending {
                    tx.revoke_token(*org, *token, *now).await?;
                }
                tx.append_audit(entry).await
            })
        })
        .await?;
    app.accounts().forget_user(caller.user_id);
    Ok(())
}

/// A first password opens everything that the user may do, so the token that sets it must be worth as much.
async fn check_whole(app: &App, caller: &Caller) -> Result<(), Fault> {
    let memberships = app.store().user_organizations(caller.user_id).await?;
    if memberships == [(caller.org_id, caller.role)] {
        return Ok(());
    }
    Err(Fault::forbidden("this token may do less than its user, so it cannot set the user's first password"))
}

fn wrong_password() -> Fault {
    Fault::forbidden("`current_password` is wrong").with_details(json!({ "field": "current_password" }))
}

async fn other_sessions(app: &App, caller: &Caller) -> Result<Vec<(OrgId, TokenId)>, Fault> {
    let mut found = app.store().sessions_of(caller.user_id, MOST_SESSIONS).await?;
    found.retain(|(_, token)| *token != caller.token_id);
    Ok(found)
}
