//! People sign in at authorization servers and let us in: begun here, come back from there, kept, given back.
//!
//! What is opened by it (now: an MCP server) has its own module, which says what to ask for; here is what is the same for
//! all. Whoever comes back is not believed to be the one who began: a browser's session of that very person shows it, or a
//! short code that the page shows and that they must hand in where they began. Without that, somebody could have others
//! sign in for an organization that is not theirs.

pub(crate) mod back;
mod code;

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind, Timestamp, ToolError,
    account::{Caller, Right, Scope},
    id::{McpServerId, OrgId},
};
use callwright_store::oauth::AttemptRow;
use callwright_vault::{
    grant::NewGrant,
    oauth::{self, Access, Asked, Discovered, Given, Pending, Terms},
    token,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;
use utoipa::ToSchema;

use self::code::{code, code_hash};
use crate::{App, app::require, audit, mcp};

pub use callwright_vault::oauth::Returned;

/// How long somebody may be on the way, and then have to hand in a code.
const PATIENCE: Duration = Duration::from_secs(600);
/// Where they come back to.
const CALLBACK: &str = "/oauth/callback";
/// Where we say who we are, for authorization servers that look there.
pub const CLIENT_DOCUMENT: &str = "/oauth/client-metadata.json";
/// 256 random bits as text.
const STATE_LENGTH: usize = 43;

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
    /// The authorization server: who they sign in with.
    #[schema(max_length = 2000)]
    pub issuer: String,
    /// Who is sent what they allow.
    #[schema(max_length = 2000)]
    pub resource: String,
    /// What they are asked to allow; the authorization server's own choice when empty.
    #[schema(max_items = 100)]
    pub scopes: Vec<String>,
    /// What they should look at before they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 8000)]
    pub warning: Option<String>,
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
    /// What it was begun for; see [`Opening::of`]. Earlier versions did not say: those are for nothing.
    #[serde(default)]
    of: String,
    step: Step,
}

/// What somebody signs in for.
#[derive(Debug, Clone)]
struct Aim {
    org: OrgId,
    kind: Kind,
    /// Its id.
    subject: String,
    /// See [`Opening::of`].
    of: String,
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
    /// When what they signed in for was last changed, as they came back.
    #[serde(default)]
    seen: Option<Timestamp>,
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
    let known_id = known.as_ref().map(|known| known.id.clone());
    let document = document_address(app);
    let obtained =
        oauth::obtain(app.guard(), server, opening.given, document.as_deref(), known, &redirect_uri, app.clock());
    let (client, _) = obtained.await.map_err(failed)?;
    let (pending, address) = oauth::begin(server, client, opening.asked, &redirect_uri).map_err(failed)?;
    // Whoever goes takes the registration along, and whoever comes back brings it back. One that is not known there any more
    // ends at a page of theirs, of which we hear nothing: the next one goes as somebody new.
    if known_id.as_ref() == Some(&pending.client.id) {
        app.store().delete_oauth_client(org, &server.issuer, &pending.client.id).await?;
    }
    let key_hash = token::hash(pending.state.expose());
    let expires_at = app.clock().now().plus(PATIENCE);
    let Terms { issuer, resource, asked: scopes, .. } = pending.terms.clone();
    let warning = warning(&issuer, &resource);
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
    let evicted = app.store().write(attempt, |attempt, tx| Box::pin(tx.add_oauth_attempt(attempt))).await?;
    back::too_late(app, evicted);
    Ok(AuthorizationBegun { authorize_url: address.into(), expires_at, issuer, resource, scopes, warning })
}

/// Anybody's server can name anybody's authorization server, and many of those do not ask for whom their tokens are.
fn warning(issuer: &str, resource: &str) -> Option<String> {
    let (at, of) = (Url::parse(issuer).ok()?, Url::parse(resource).ok()?);
    (!oauth::is_near(&at, &of)).then(|| {
        format!(
            "{} is another place than {}, and what is allowed there is sent to {}: go on only if the two belong together",
            at.host_str().unwrap_or_default(),
            of.host_str().unwrap_or_default(),
            of.host_str().unwrap_or_default()
        )
    })
}

/// Somebody comes back from an authorization server; `who` is the browser's session, if it has one.
pub async fn returned(app: &App, who: Option<Caller>, returned: Returned) -> Result<Arrival, Fault> {
    let Some(state) = returned.state.as_deref().filter(|state| !state.is_empty()) else {
        return Err(Fault::invalid(
            "state",
            "this address is where authorization servers send people back to; `state` is missing",
        ));
    };
    // Anybody may ask this: what nobody has begun is not looked for with a write.
    let (key_hash, now) = (token::hash(state), app.clock().now());
    if state.len() != STATE_LENGTH {
        return Err(too_late());
    }
    let attempt = app.store().oauth_attempt(&key_hash, now).await?.ok_or_else(too_late)?;
    let org = attempt.org_id;
    let Way { kind, name, of, step } = app.vault().open_json(org, "oauth_attempt", &key_hash, &attempt.sealed).await?;
    let aim = Aim { org, kind, subject: attempt.subject.clone(), of };
    // Looked at first, and held when what comes is kept: what is changed or disconnected from here on is not connected.
    let seen = seen(app, &aim).await?;
    let attempt = app.store().take_oauth_attempt(&key_hash, now).await?.ok_or_else(too_late)?;
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
    let seen = seen.ok_or_else(gone)?;
    let finished = oauth::finish(app.guard(), &pending, &returned).await;
    if finished.as_ref().map_or_else(|error| error.code == "oauth_access_denied", |_| true) {
        keep_client(app, org, &pending).await;
    }
    let (terms, access) = finished.map_err(failed)?;
    let arrived = match who {
        Some(who) => {
            let connected = connect(app, &who, &aim, seen, &terms, &access).await;
            connected.map(|()| Arrival::Connected { name })
        }
        None => wait_for_code(app, attempt, name, (&aim, seen), &terms, &access).await,
    };
    if arrived.is_err() {
        back::unused(app, aim, terms, access);
    }
    arrived
}

/// When the aim was last changed, if it is still what was meant.
async fn seen(app: &App, aim: &Aim) -> Result<Option<Timestamp>, Fault> {
    match aim.kind {
        Kind::McpServer => mcp::seen(app, aim.org, &aim.subject, &aim.of).await,
    }
}

/// They know our client there, since they have sent somebody back with an answer of their own.
async fn keep_client(app: &App, org: OrgId, pending: &Pending) {
    let (issuer, redirect_uri) = (&pending.terms.issuer, app.public_address(CALLBACK));
    if !pending.terms.is_registered() {
        return;
    }
    if let Err(fault) = app.vault().keep_oauth_client(org, issuer, &redirect_uri, &pending.client).await {
        tracing::warn!(?fault, "a registration could not be kept; the next sign-in makes another one");
    }
}

/// Whoever came back is not known: what they bring is kept until the code for it is handed in.
async fn wait_for_code(
    app: &App,
    attempt: AttemptRow,
    name: String,
    (aim, seen): (&Aim, Timestamp),
    terms: &Terms,
    access: &Access,
) -> Result<Arrival, Fault> {
    let code = code()?;
    let key_hash = code_hash(&attempt.subject, &code);
    let (lifetime, came_at, seen) = (access.lifetime, app.clock().now(), Some(seen));
    let step = Step::Back(Box::new(Back { terms: terms.clone(), access: access.clone(), lifetime, came_at, seen }));
    let way = Way { kind: aim.kind, name: name.clone(), of: aim.of.clone(), step };
    let sealed = app.vault().seal_json(attempt.org_id, "oauth_attempt", &key_hash, &way).await?;
    let expires_at = app.clock().now().plus(PATIENCE);
    let attempt = AttemptRow { key_hash, sealed, expires_at, ..attempt };
    let evicted = app.store().write(attempt, |attempt, tx| Box::pin(tx.add_oauth_attempt(attempt))).await?;
    back::too_late(app, evicted);
    Ok(Arrival::ToConfirm { name, code })
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
    let Back { terms, mut access, lifetime, came_at, seen } = *back;
    let aim = Aim { org: attempt.org_id, kind: way.kind, subject: attempt.subject, of: way.of };
    // It has been living since it came, and not since it was confirmed.
    access.lifetime = lifetime.map(|lifetime| lifetime.saturating_sub(now.since(came_at)));
    let connected = match seen {
        Some(seen) => connect(app, caller, &aim, seen, &terms, &access).await,
        None => Err(gone()),
    };
    if connected.is_err() {
        back::unused(app, aim, terms, access);
    }
    connected
}

/// Keeps what was allowed, if the aim is as it was `seen`, and goes to work with it. Where that fails, whoever called gives
/// it back.
async fn connect(
    app: &App,
    caller: &Caller,
    aim: &Aim,
    seen: Timestamp,
    terms: &Terms,
    access: &Access,
) -> Result<(), Fault> {
    let (org, subject, details) = (aim.org, &aim.subject, json!({ "issuer": terms.issuer, "scopes": terms.scopes }));
    let (by, holder, subject_of) = (caller.user_id, String::new(), subject.clone());
    let new = NewGrant { org, subject: subject_of, holder, by, terms: terms.clone(), access: access.clone() };
    let row = app.vault().seal_grant(&new).await?;
    let entry = match aim.kind {
        Kind::McpServer => audit::entry(app, caller, "mcp_server.authorize", "mcp_server", subject, details),
    };
    let server: McpServerId = match aim.kind {
        Kind::McpServer => subject.parse().map_err(|_| gone())?,
    };
    let former = app
        .store()
        .write((row, entry), move |(row, entry), tx| {
            Box::pin(async move {
                // Also what changes it at this very moment comes before or after, and then deletes the grant.
                if !tx.hold_mcp_server(org, server, seen).await? {
                    return Ok(None);
                }
                let former = tx.put_oauth_grant(row).await?;
                tx.append_audit(entry).await?;
                Ok(Some(former))
            })
        })
        .await?
        .ok_or_else(gone)?;
    app.vault().invalidate(org);
    if let Some(former) = former {
        back::former(app, aim.clone(), former);
    }
    match aim.kind {
        Kind::McpServer => mcp::authorized(app, org, subject),
    }
    Ok(())
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

fn gone() -> Fault {
    let message = "what was to be connected is not there any more, or was changed meanwhile; authorize again";
    Fault::new(FaultKind::Gone, "subject_gone", message)
}

fn too_late() -> Fault {
    let message = "nobody is on the way with this `state`: it was used already, or more than ten minutes have passed; authorize again";
    Fault::new(FaultKind::Gone, "authorization_expired", message)
}
