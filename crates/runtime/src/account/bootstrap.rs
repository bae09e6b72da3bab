//! The first start: an organization, its owner, and a token to begin with.

use callwright_model::{
    Fault,
    account::{Caller, Organization, Role, TokenKind},
    secret::SecretString,
};
use callwright_store::{account::User, token::NewToken};
use callwright_vault::token as text;
use serde_json::json;

use super::token::Mint;
use crate::{App, audit, business::seed};

/// The address of the first owner, who has no password until one is set with the first token.
const ADMIN: &str = "admin@localhost";
/// The setting that chooses the first token's text.
const SETTING: &str = "CALLWRIGHT_BOOTSTRAP_TOKEN";
/// A chosen text shorter than this can be guessed.
const LEAST_CHARS: usize = 20;

/// What a start found or made.
#[derive(Debug)]
pub struct Bootstrap {
    /// Whether this was the first start.
    pub created: bool,
    /// The administrator's token, when it was made up here: shown once.
    pub token: Option<SecretString>,
}

/// Makes what a fresh installation needs. With a `token` that somebody chose, makes sure that it is valid.
///
/// # Errors
/// Invalid when the chosen text cannot be a token; Conflict when it cannot be made valid.
pub async fn bootstrap(app: &App, token: Option<&str>) -> Result<Bootstrap, Fault> {
    let token = token.map(str::trim).filter(|token| !token.is_empty());
    if let Some(token) = token {
        check(token)?;
    }
    if app.store().count_organizations().await? == 0 {
        match create(app, token).await {
            // Another server of the same database was faster.
            Err(fault) if fault.code == "email_taken" => {}
            created => {
                let created = created?;
                give_tools(app).await?;
                return Ok(created);
            }
        }
    }
    if let Some(token) = token {
        ensure(app, token).await?;
    }
    give_tools(app).await?;
    Ok(Bootstrap { created: false, token: None })
}

/// Gives all organizations the business tools that they were not given yet, unless the operator does not want that.
async fn give_tools(app: &App) -> Result<(), Fault> {
    if app.settings().business_tools { seed::all(app).await } else { Ok(()) }
}

fn check(token: &str) -> Result<(), Fault> {
    if token.len() > 256 || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Fault::invalid(SETTING, format!("`{SETTING}` must be at most 256 visible ASCII characters")));
    }
    if token.len() < LEAST_CHARS {
        tracing::warn!("`{SETTING}` is shorter than {LEAST_CHARS} characters and can be guessed");
    }
    Ok(())
}

async fn create(app: &App, chosen: Option<&str>) -> Result<Bootstrap, Fault> {
    let now = app.clock().now();
    let organization = Organization { id: app.ids().next(), name: "Default".to_owned(), created_at: now };
    let user = User {
        id: app.ids().next(),
        email: ADMIN.to_owned(),
        name: "Administrator".to_owned(),
        password_hash: None,
        created_at: now,
    };
    let mint = administrator(&organization, &user);
    let (made_up, new) = match chosen {
        Some(plain) => (None, mint.with_text(app, plain, text::hash(plain))),
        None => mint.fresh(app).map(|(plain, new)| (Some(plain), new))?,
    };
    let entry = audit::entry(app, &caller(&new), "organization.create", "organization", organization.id, json!({}));
    app.store()
        .write((organization, user, new, entry), |(organization, user, new, entry), tx| {
            Box::pin(async move {
                tx.create_user(user).await?;
                tx.create_organization(organization).await?;
                tx.add_member(organization.id, user.id, Role::Owner, user.created_at).await?;
                tx.create_token(new).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    Ok(Bootstrap { created: true, token: made_up })
}

/// Makes the chosen text valid when it is not yet, because another one was chosen before.
async fn ensure(app: &App, chosen: &str) -> Result<(), Fault> {
    if super::authenticate(app, chosen).await.is_ok() {
        return Ok(());
    }
    let user = app.store().user_by_email(ADMIN).await?.ok_or_else(nobody)?;
    let (org, role) = app.store().user_organizations(user.id).await?.into_iter().next().ok_or_else(nobody)?;
    let organization = app.store().organization(org).await?.ok_or_else(nobody)?;
    let mint = Mint { role, ..administrator(&organization, &user) };
    let new = mint.with_text(app, chosen, text::hash(chosen));
    let (caller, details) = (caller(&new), json!({ "by": SETTING }));
    super::token::keep(app, &caller, "token.create", new, details).await.map_err(|fault| {
        // The only thing about a fresh row that can be there already is the hash of the text.
        if fault.code == "already_exists" { ended() } else { fault }
    })
}

fn nobody() -> Fault {
    let message = format!("`{SETTING}` cannot be made valid: `{ADMIN}` is not a member of any organization; unset it");
    Fault::conflict("no_administrator", message)
}

fn ended() -> Fault {
    Fault::conflict("bootstrap_token_revoked", format!("the token in `{SETTING}` was revoked; choose another text"))
}

fn administrator(organization: &Organization, user: &User) -> Mint {
    Mint {
        org_id: organization.id,
        user_id: user.id,
        name: "bootstrap".to_owned(),
        kind: TokenKind::Api,
        role: Role::Owner,
        scopes: Vec::new(),
        expires_at: None,
    }
}

fn caller(new: &NewToken) -> Caller {
    Caller {
        org_id: new.org_id,
        user_id: new.token.user_id,
        email: ADMIN.to_owned(),
        role: new.token.role,
        token_id: new.token.id,
        scopes: Vec::new(),
        by_session: false,
        request_id: None,
    }
}
