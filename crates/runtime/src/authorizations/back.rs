//! Tokens that nobody uses are given back where that is offered (RFC 7009), behind the answer.

use callwright_model::{Fault, secret::SecretString};
use callwright_store::oauth::{AttemptRow, Forgotten, GrantRow};
use callwright_vault::oauth::{self, Access, Terms};

use super::{Aim, Back, Kind, Step, Way};
use crate::{App, mcp};

/// Gives back what was forgotten together with its subject. `secret` is the client's, if it was registered by hand.
pub(crate) async fn forgotten(app: &App, forgotten: Forgotten, secret: Option<&SecretString>) {
    for row in &forgotten.grants {
        match app.vault().open_grant(row).await {
            Ok((terms, access)) => revoke(app, &terms, &access, secret).await,
            Err(fault) => unreadable(&fault),
        }
    }
    for row in &forgotten.attempts {
        match opened(app, row).await {
            Ok(Some((aim, back))) => match is_in_use(app, &aim, &back.terms).await {
                Ok(true) => {}
                Ok(false) => revoke(app, &back.terms, &back.access, secret).await,
                Err(fault) => unreadable(&fault),
            },
            Ok(None) => {}
            Err(fault) => unreadable(&fault),
        }
    }
}

/// Gives back what was allowed to those whose time is over: nobody has handed their code in.
pub(crate) fn too_late(app: &App, attempts: Vec<AttemptRow>) {
    if attempts.is_empty() {
        return;
    }
    let app = app.clone();
    app.clone().spawn(async move {
        for row in &attempts {
            match opened(&app, row).await {
                Ok(Some((aim, back))) => stray(&app, &aim, &back.terms, &back.access).await,
                Ok(None) => {}
                Err(fault) => unreadable(&fault),
            }
        }
    });
}

/// Gives back what came for a sign-in that led to nothing.
pub(super) fn unused(app: &App, aim: Aim, terms: Terms, access: Access) {
    let app = app.clone();
    app.clone().spawn(async move { stray(&app, &aim, &terms, &access).await });
}

/// Gives back what was allowed before, to another client than now.
pub(super) fn former(app: &App, aim: Aim, former: GrantRow) {
    let app = app.clone();
    app.clone().spawn(async move {
        match app.vault().open_grant(&former).await {
            Ok((terms, access)) => stray(&app, &aim, &terms, &access).await,
            Err(fault) => unreadable(&fault),
        }
    });
}

/// Gives back what nothing was opened with.
async fn stray(app: &App, aim: &Aim, terms: &Terms, access: &Access) {
    match is_in_use(app, aim, terms).await {
        Ok(true) => {}
        Ok(false) => {
            let secret = match aim.kind {
                Kind::McpServer => mcp::client_secret(app, aim.org, &aim.subject, &aim.of).await,
            };
            revoke(app, terms, access, secret.as_ref()).await;
        }
        Err(fault) => unreadable(&fault),
    }
}

/// Many servers take away all that a client has as soon as one of its tokens is given back: where the same client has access
/// to anything of the organization, what is left over is let be, and ends by itself.
async fn is_in_use(app: &App, aim: &Aim, terms: &Terms) -> Result<bool, Fault> {
    let all = app.store().oauth_terms(aim.org).await?;
    let mut used = all.into_iter().filter_map(|used| serde_json::from_value::<Terms>(used).ok());
    Ok(used.any(|used| (&used.issuer, &used.client_id) == (&terms.issuer, &terms.client_id)))
}

/// What somebody is back with who has not handed in a code; none if they are still on the way.
async fn opened(app: &App, row: &AttemptRow) -> Result<Option<(Aim, Back)>, Fault> {
    let way: Way = app.vault().open_json(row.org_id, "oauth_attempt", &row.key_hash, &row.sealed).await?;
    Ok(match way.step {
        Step::Back(back) => {
            let aim = Aim { org: row.org_id, kind: way.kind, subject: row.subject.clone(), of: way.of };
            Some((aim, *back))
        }
        Step::Going(_) => None,
    })
}

/// That it did not work is no reason to keep them.
async fn revoke(app: &App, terms: &Terms, access: &Access, secret: Option<&SecretString>) {
    let secret = secret.filter(|_| terms.is_given);
    if let Err(error) = oauth::revoke(app.guard(), terms, access, secret).await {
        tracing::warn!(issuer = terms.issuer, why = error.message, "tokens could not be given back");
    }
}

fn unreadable(fault: &Fault) {
    tracing::warn!(?fault, "an authorization could not be read, and so not be given back");
}
