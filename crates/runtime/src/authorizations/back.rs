//! Tokens that nobody uses are given back where that is offered (RFC 7009), behind the answer.

use callwright_model::{Fault, id::OrgId, secret::SecretString};
use callwright_store::oauth::{AttemptRow, Forgotten, GrantRow};
use callwright_vault::oauth::{self, Access, Terms};

use super::{Back, Kind, Step, Way};
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
            Ok(Some((_, back))) => revoke(app, &back.terms, &back.access, secret).await,
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
                Ok(Some((kind, back))) => stray(&app, row.org_id, kind, &row.subject, &back.terms, &back.access).await,
                Ok(None) => {}
                Err(fault) => unreadable(&fault),
            }
        }
    });
}

/// Gives back what came for a sign-in that led to nothing.
pub(super) fn unused(app: &App, org: OrgId, kind: Kind, subject: String, terms: Terms, access: Access) {
    let app = app.clone();
    app.clone().spawn(async move { stray(&app, org, kind, &subject, &terms, &access).await });
}

/// Gives back what was allowed before, to another client than now.
pub(super) fn former(app: &App, kind: Kind, former: GrantRow, now: &Terms) {
    let (app, now) = (app.clone(), now.clone());
    app.clone().spawn(async move {
        match app.vault().open_grant(&former).await {
            Ok((terms, access)) if !is_same_client(&terms, &now) => {
                let secret = client_secret(&app, former.org_id, kind, &former.subject).await;
                revoke(&app, &terms, &access, secret.as_ref()).await;
            }
            Ok(_) => {}
            Err(fault) => unreadable(&fault),
        }
    });
}

/// Many servers take away all that a client has as soon as one of its tokens is given back: where the same client has
/// access to the same thing, what is left over is let be, and ends by itself.
async fn stray(app: &App, org: OrgId, kind: Kind, subject: &str, terms: &Terms, access: &Access) {
    let in_use = async {
        let Some(row) = app.store().oauth_grant_for(org, subject, "").await? else { return Ok(false) };
        let (used, _) = app.vault().open_grant(&row).await?;
        Ok::<_, Fault>(is_same_client(&used, terms))
    };
    match in_use.await {
        Ok(true) => {}
        Ok(false) => {
            let secret = client_secret(app, org, kind, subject).await;
            revoke(app, terms, access, secret.as_ref()).await;
        }
        Err(fault) => unreadable(&fault),
    }
}

fn is_same_client(one: &Terms, other: &Terms) -> bool {
    (&one.issuer, &one.client_id) == (&other.issuer, &other.client_id)
}

async fn client_secret(app: &App, org: OrgId, kind: Kind, subject: &str) -> Option<SecretString> {
    match kind {
        Kind::McpServer => mcp::client_secret(app, org, subject).await,
    }
}

/// What somebody is back with who has not handed in a code; none if they are still on the way.
async fn opened(app: &App, row: &AttemptRow) -> Result<Option<(Kind, Back)>, Fault> {
    let way: Way = app.vault().open_json(row.org_id, "oauth_attempt", &row.key_hash, &row.sealed).await?;
    Ok(match way.step {
        Step::Back(back) => Some((way.kind, *back)),
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
