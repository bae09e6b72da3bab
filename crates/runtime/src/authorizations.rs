//! People sign in at authorization servers and let us in: begun here, come back from there, kept, given back.
//!
//! What is opened by it (now: an MCP server) has its own module, which says what to ask for; here is what is the same for
//! all. Whoever comes back is not believed to be the one who began: a browser's session of that very person shows it, or a
//! short code that the page shows and that they must hand in where they began. Without that, somebody could have others
//! sign in for an organization that is not theirs.

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind, Timestamp, ToolError,
    account::{Caller, Right, Scope},
};
use callwright_store::oauth::{AttemptRow, GrantRow};
use callwright_vault::{
    grant::NewGrant,
    oauth::{self, Access, Asked, Discovered, Given, Pending, Terms},
    token,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

pub use callwright_vault::oauth::Returned;

use crate::{App, app::require, audit, mcp};

/// How long somebody may be on the way, and then have to hand in a code.
const PATIENCE: Duration = Duration::from_secs(600);
/// Where they come back to.
const CALLBACK: &str = "/oauth/callback";
/// Where we say who we are, for authorization servers that look there.
pub const CLIENT_DOCUMENT: &str = "/oauth/client-metadata.json";
/// The letters of a code; none looks like another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKMNPQRSTUVWXYZ234567890";

/// What somebody is to sign in for.
pub(crate) struct Opening {
    /// What it opens: an id.
    pub(crate) subject: String,
    /// What kind of thing that is.
    pub(crate) kind: Kind,
    /// What people call it.
    pub(crate) name: String,
    /// A hash of what makes it that thing: once it is another, the sign-in is for nothing.
    pub(crate) of: String,
    /// Where.
    pub(crate) server: Discovered,
    /// As whom, if somebody registered a client by hand.
    pub(crate) given: Option<Given>,
    /// For what.
    pub(crate) asked: Asked,
}

/// What can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// An MCP server.
    McpServer,
}

/// An address to be opened in a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuthorizationBegun {
    /// The authorization server's page, where a person signs in.
    #[schema(max_length = 20000)]
    pub authorize_url: String,
    /// Until when they must have come back.
    pub expires_at: Timestamp,
}

/// What became of somebody who came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// We are let in.
    Connected {
        /// To what.
        name: String,
    },
    /// We are let in as soon as this code was handed in where they began.
    ToConfirm {
        /// To what.
        name: String,
        /// The code.
        code: String,
    },
}

/// What is needed to go on.
#[derive(Serialize, Deserialize)]
struct Way {
    kind: Kind,
    name: String,
    /// What it was begun for; see [`Opening::of`].
    of: String,
    step: Step,
}

#[derive(Serialize, Deserialize)]
enum Step {
    /// On the way there.
    Going(Box<Pending>),
    /// Back, and not yet known to be the right person.
    Back(Box<Back>),
}

/// What was allowed to whoever came back.
#[derive(Serialize, Deserialize)]
struct Back {
    terms: Terms,
    access: Access,
    /// How long the access token lives from when it came.
    lifetime: Option<Duration>,
    came_at: Timestamp,
}

/// The document that says who we are; none where this server has no `https` address.
pub fn client_document(app: &App) -> Option<serde_json::Value> {
    let address = document_address(app)?;
    Some(oauth::metadata_document(&address, &app.settings().public_url, &app.public_address(CALLBACK)))
}

fn document_address(app: &App) -> Option<String> {
    app.settings().public_url.starts_with("https://").then(|| app.public_address(CLIENT_DOCUMENT))
}

/// Prepares a sign-in.
pub(crate) async fn begin(app: &App, caller: &Caller, opening: Opening) -> Result<AuthorizationBegun, Fault> {
    let (org, redirect_uri) = (caller.org_id, app.public_address(CALLBACK));
    let server = &opening.server;
    let known = app.vault().oauth_client(org, &server.issuer, &redirect_uri).await?;
    let document = document_address(app);
    let obtained =
        oauth::obtain(app.guard(), server, opening.given, document.as_deref(), known, &redirect_uri, app.clock());
    let (client, is_new) = obtained.await.map_err(failed)?;
    if is_new {
        app.vault().keep_oauth_client(org, &server.issuer, &redirect_uri, &client).await?;
    }
    let (pending, address) = oauth::begin(server, client, opening.asked, &redirect_uri).map_err(failed)?;
    let key_hash = token::hash(pending.state.expose());
    let expires_at = app.clock().now().plus(PATIENCE);
    let (kind, name, of) = (opening.kind, opening.name, opening.of);
    let way = Way { kind, name, of, step: Step::Going(Box::new(pending)) };
    let attempt = AttemptRow {
        org_id: org,
        subject: opening.subject,
        user_id: caller.user_id,
        token_id: caller.token_id,
        by_session: caller.by_session,
        sealed: app.vault().seal_json(org, "oauth_attempt", &key_hash, &way).await?,
        key_hash,
        expires_at,
    };
    app.store().write(attempt, |attempt, tx| Box::pin(tx.add_oauth_attempt(attempt))).await?;
    Ok(AuthorizationBegun { authorize_url: address.into(), expires_at })
}

/// Somebody comes back from an authorization server; `who` is the browser's session, if it has one.
pub async fn returned(app: &App, who: Option<Caller>, returned: Returned) -> Result<Arrival, Fault> {
    let Some(state) = returned.state.as_deref().filter(|state| !state.is_empty()) else {
        return Err(Fault::invalid(
            "state",
            "this address is where authorization servers send people back to; `state` is missing",
        ));
    };
    let key_hash = token::hash(state);
    let attempt = app.store().take_oauth_attempt(&key_hash, app.clock().now()).await?.ok_or_else(too_late)?;
    let org = attempt.org_id;
    let Way { kind, name, of, step } = app.vault().open_json(org, "oauth_attempt", &key_hash, &attempt.sealed).await?;
    // Shown the code of a page, nobody is sent anywhere.
    let Step::Going(pending) = step else { return Err(too_late()) };
    if let Some(who) = &who {
        let is_same = who.org_id == org
            && who.user_id == attempt.user_id
            && (!attempt.by_session || who.token_id == attempt.token_id);
        if !is_same {
            let message = "this was begun by somebody else, or in another session; nothing was connected";
            return Err(Fault::new(FaultKind::Forbidden, "authorization_of_another", message));
        }
        require(who, Right::Configure, Scope::Admin)?;
    }
    let finished = oauth::finish(app.guard(), &pending, &returned).await;
    if let Err(error) = &finished
        && error.code == "oauth_invalid_client"
        && !pending.client.is_given
    {
        // The registration is not known there any more: the next attempt makes another one.
        app.store().delete_oauth_client(org, &pending.terms.issuer, &pending.client.id).await?;
    }
    let (terms, access) = finished.map_err(failed)?;
    match who {
        Some(who) => {
            connect(app, &who, (kind, &of), &attempt.subject, terms, access).await?;
            Ok(Arrival::Connected { name })
        }
        None => {
            let code = code()?;
            let key_hash = code_hash(&attempt.subject, &code);
            let (lifetime, came_at) = (access.lifetime, app.clock().now());
            let step = Step::Back(Box::new(Back { terms, access, lifetime, came_at }));
            let way = Way { kind, name: name.clone(), of, step };
            let sealed = app.vault().seal_json(org, "oauth_attempt", &key_hash, &way).await?;
            let expires_at = app.clock().now().plus(PATIENCE);
            let attempt = AttemptRow { key_hash, sealed, expires_at, ..attempt };
            app.store().write(attempt, |attempt, tx| Box::pin(tx.add_oauth_attempt(attempt))).await?;
            Ok(Arrival::ToConfirm { name, code })
        }
    }
}

/// Whoever began hands in the code that the page showed. The caller's right was checked.
pub(crate) async fn confirm(app: &App, caller: &Caller, subject: &str, code: &str) -> Result<(), Fault> {
    let key_hash = code_hash(subject, code);
    let now = app.clock().now();
    let attempt = app.store().take_own_oauth_attempt(caller.org_id, caller.user_id, &key_hash, now).await?;
    let wrong = || Fault::invalid("code", "this is not the code of a page that is still waiting; authorize again");
    let attempt = attempt.ok_or_else(wrong)?;
    let way = app.vault().open_json::<Way>(attempt.org_id, "oauth_attempt", &key_hash, &attempt.sealed).await?;
    let Step::Back(back) = way.step else { return Err(wrong()) };
    let Back { terms, mut access, lifetime, came_at } = *back;
    // It has been living since it came, and not since it was confirmed.
    access.lifetime = lifetime.map(|lifetime| lifetime.saturating_sub(now.since(came_at)));
    connect(app, caller, (way.kind, &way.of), &attempt.subject, terms, access).await
}

/// Keeps what was allowed, and goes to work with it.
async fn connect(
    app: &App,
    caller: &Caller,
    (kind, of): (Kind, &str),
    subject: &str,
    terms: Terms,
    access: Access,
) -> Result<(), Fault> {
    let (org, details) = (caller.org_id, json!({ "issuer": terms.issuer, "scopes": terms.scopes }));
    let new = NewGrant { org, subject: subject.to_owned(), holder: String::new(), by: caller.user_id, terms, access };
    let row = app.vault().seal_grant(&new).await?;
    let entry = match kind {
        Kind::McpServer => audit::entry(app, caller, "mcp_server.authorize", "mcp_server", subject, details),
    };
    let is_there = match kind {
        Kind::McpServer => mcp::is_there(app, org, subject, of).await?,
    };
    if !is_there {
        give_back(app, &row, None).await;
        return Err(Fault::new(
            FaultKind::Gone,
            "subject_gone",
            "what was to be connected is not there any more, or was changed meanwhile; authorize again",
        ));
    }
    app.store()
        .write((row, entry), |(row, entry), tx| {
            Box::pin(async move {
                tx.put_oauth_grant(row).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    app.vault().invalidate(org);
    match kind {
        Kind::McpServer => mcp::authorized(app, org, subject),
    }
    Ok(())
}

/// Gives a grant's tokens back where that is offered. That it did not work is no reason to keep them.
pub(crate) async fn give_back(app: &App, row: &GrantRow, secret: Option<callwright_model::secret::SecretString>) {
    let (terms, access) = match app.vault().open_grant(row).await {
        Ok(opened) => opened,
        Err(fault) => {
            tracing::warn!(?fault, "an authorization could not be read, and so not be given back");
            return;
        }
    };
    let secret = secret.filter(|_| terms.is_given);
    if let Err(error) = oauth::revoke(app.guard(), &terms, &access, secret.as_ref()).await {
        tracing::warn!(issuer = terms.issuer, why = error.message, "tokens could not be given back");
    }
}

/// What went wrong between us and others, for whoever asked. Others' words in it are bounded.
pub(crate) fn failed(error: ToolError) -> Fault {
    use callwright_model::ErrorClass as Class;
    let (kind, code) = match error.class {
        Class::NetworkError | Class::TimeoutError => (FaultKind::Unavailable, "authorization_server_unreachable"),
        _ => (FaultKind::Conflict, "authorization_failed"),
    };
    Fault::new(kind, code, error.message).with_details(json!({ "reason": error.code }))
}

fn too_late() -> Fault {
    let message = "nobody is on the way with this `state`: it was used already, or more than ten minutes have passed; authorize again";
    Fault::new(FaultKind::Gone, "authorization_expired", message)
}

/// Eight letters in two groups.
fn code() -> Result<String, Fault> {
    let (random, _) = token::generate().map_err(Fault::internal)?;
    let digest = token::hash(random.expose());
    let letters: Vec<char> = digest
        .as_bytes()
        .chunks(2)
        .take(8)
        .map(|pair| char::from(LETTERS[pair.iter().fold(0, |sum, byte| sum * 16 + hex(*byte)) % LETTERS.len()]))
        .collect();
    Ok(format!("{}-{}", letters[..4].iter().collect::<String>(), letters[4..].iter().collect::<String>()))
}

fn hex(digit: u8) -> usize {
    usize::from(if digit.is_ascii_digit() { digit - b'0' } else { digit - b'a' + 10 })
}

/// Under what a code is kept, however it is typed.
fn code_hash(subject: &str, code: &str) -> String {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    token::hash(&format!("callwright authorization\n{subject}\n{}", letters.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_short_and_may_be_typed_in_any_way() {
        let code = code().unwrap();
        assert_eq!(code.len(), 9, "{code}");
        assert_ne!(code, super::code().unwrap());
        let typed = format!(" {} ", code.replace('-', " ").to_ascii_lowercase());
        assert_eq!(code_hash("mcp_1", &code), code_hash("mcp_1", &typed));
        assert_ne!(code_hash("mcp_1", &code), code_hash("mcp_2", &code));
    }
}
