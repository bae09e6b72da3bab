//! An administrator signs in for an MCP server, or takes that back.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use callwright_guard::{Guard, Outgoing};
use callwright_model::{
    Fault, Timestamp, ToolError,
    account::{Caller, Right, Scope},
    id::{McpServerId, OrgId},
    mcp_server::{McpAuth, McpServer},
    secret::SecretString,
};
use callwright_store::oauth::Forgotten;
use callwright_tools::mcp::beside;
use callwright_vault::{
    GrantAsk, LendError,
    oauth::{Asked, Challenge, Discovered, Given, Seek, discover},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use tokio::{task::JoinHandle, time::Instant};
use url::Url;
use utoipa::ToSchema;

use super::{
    oauth::{elsewhere, is_same_place},
    refresh, servers, upstream,
};
use crate::{
    App,
    app::require,
    audit,
    authorizations::{self, AuthorizationBegun, Kind, Opening, back, failed},
};

/// How long a server may take to refuse a request without a token.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The code of the page that a sign-in ended with.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmAuthorization {
    /// As the page shows it.
    #[schema(min_length = 8, max_length = 20)]
    pub code: String,
}

/// Finds the authorization server of an MCP server and prepares a sign-in there.
pub async fn authorize(app: &App, caller: &Caller, name: &str) -> Result<AuthorizationBegun, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let server = servers::find(app, caller, name).await?;
    let McpAuth::AuthorizationCode { client_id, scopes, client_auth, issuer, authorization_url, token_url, .. } =
        &server.spec.auth
    else {
        let message = format!(
            "nobody signs in for the MCP server `{}`: its `auth` is of another type; change it to {{\"type\": \"authorization_code\"}} first",
            server.spec.name
        );
        return Err(Fault::conflict("not_authorization_code", message));
    };
    let secrets = lend(app, &server).await?;
    let headers = upstream::headers(&server.spec, &secrets).map_err(failed)?;
    let (resource, challenge) = knock(app.guard(), &server, &headers).await?;
    let seek = Seek {
        resource: &resource,
        challenge: challenge.as_ref(),
        issuer: issuer.as_deref(),
        endpoints: authorization_url.as_deref().zip(token_url.as_deref()),
    };
    let mut found = discover(app.guard(), seek).await.map_err(failed)?;
    let secret = own_secret(&server, &secrets);
    check_place(&server.spec.auth, &resource, &mut found, secret.as_ref()).map_err(failed)?;
    let besides = accumulated(app, &server).await?;
    let opening = Opening {
        subject: server.id.to_string(),
        kind: Kind::McpServer,
        name: server.spec.name.clone(),
        of: place_of(&server),
        given: client_id.clone().map(|id| Given { id, secret, auth: *client_auth }),
        asked: Asked { instead: scopes.clone(), besides },
        server: found,
    };
    let begun = authorizations::begin(app, caller, opening).await?;
    let details = json!({ "name": server.spec.name });
    audit::write(app, caller, "mcp_server.begin_authorization", "mcp_server", server.id, details).await?;
    Ok(begun)
}

/// Hands in the code of the page that a sign-in ended with.
pub async fn confirm(app: &App, caller: &Caller, name: &str, wish: &ConfirmAuthorization) -> Result<McpServer, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let server = servers::find(app, caller, name).await?;
    authorizations::confirm(app, caller, &server.id.to_string(), &wish.code).await?;
    servers::find(app, caller, name).await
}

/// Gives tokens back where that is offered, and forgets them.
pub async fn disconnect(app: &App, caller: &Caller, name: &str) -> Result<(), Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let server = servers::find(app, caller, name).await?;
    let (org, id, now) = (caller.org_id, server.id, app.clock().now());
    let entry =
        audit::entry(app, caller, "mcp_server.disconnect", "mcp_server", id, json!({ "name": server.spec.name }));
    let forgotten = app
        .store()
        .write(entry, move |entry, tx| {
            Box::pin(async move {
                // Who is back already and has no attempt any more sees that it is for nothing.
                tx.touch_mcp_server(org, id, now).await?;
                let forgotten = tx.delete_oauth_grants(org, &id.to_string()).await?;
                if !forgotten.grants.is_empty() {
                    tx.append_audit(entry).await?;
                }
                Ok(forgotten)
            })
        })
        .await?;
    app.vault().invalidate(org);
    app.mcp().forget(org);
    app.mcp().sessions.close_server(id);
    // Whoever asks for it is told when it is done; that they hang up does not stop it.
    let _ = give_back(app, server, forgotten).await;
    Ok(())
}

/// Gives the tokens of a server back, as it was when they were forgotten.
pub(super) fn give_back(app: &App, server: McpServer, forgotten: Forgotten) -> JoinHandle<()> {
    let app = app.clone();
    app.clone().spawn(async move {
        if forgotten == Forgotten::default() {
            return;
        }
        let secret = lend(&app, &server).await.ok().and_then(|secrets| own_secret(&server, &secrets));
        back::forgotten(&app, forgotten, secret.as_ref()).await;
    })
}

/// The secret of the client that somebody registered by hand for a server, if that is still the one of the sign-in: another
/// one's may be of another authorization server.
pub(crate) async fn client_secret(app: &App, org: OrgId, subject: &str, of: &str) -> Option<SecretString> {
    let server = app.store().mcp_server_by_id(org, subject.parse().ok()?).await.ok()??;
    if place_of(&server) != of {
        return None;
    }
    let secrets = lend(app, &server).await.ok()?;
    own_secret(&server, &secrets)
}

/// When the server that somebody signs in for was last changed, if it is still the one that they meant.
pub(crate) async fn seen(app: &App, org: OrgId, subject: &str, of: &str) -> Result<Option<Timestamp>, Fault> {
    let Ok(id) = subject.parse::<McpServerId>() else { return Ok(None) };
    let server = app
        .store()
        .mcp_server_by_id(org, id)
        .await?
        .filter(|server| matches!(server.spec.auth, McpAuth::AuthorizationCode { .. }) && place_of(server) == of);
    Ok(server.map(|server| server.updated_at))
}

/// For what somebody signs in: what they allow at one place is not shown to another.
fn place_of(server: &McpServer) -> String {
    let auth = serde_json::to_value(&server.spec.auth).map(|mut auth| {
        // Other scopes are no other place.
        auth.as_object_mut().map(|auth| auth.swap_remove("scopes"));
        auth
    });
    let place = serde_json::json!([server.spec.url, auth.unwrap_or_default(), server.created_at]);
    callwright_vault::token::hash(&place.to_string())
}

/// Somebody has signed in: the server is asked what it offers.
pub(crate) fn authorized(app: &App, org: OrgId, subject: &str) {
    let Ok(id) = subject.parse::<McpServerId>() else { return };
    app.mcp().forget(org);
    app.mcp().sessions.close_server(id);
    refresh::in_background(app, org, id);
}

/// Whose tokens a server is spoken to with; none if nobody has signed in.
pub(super) fn grant_of(server: &McpServer, secrets: &BTreeMap<String, SecretString>) -> Result<GrantAsk, ToolError> {
    let name = &server.spec.name;
    let what = format!("the MCP server `{name}`");
    let remedy = format!("an administrator has to run `callwright mcp-server authorize {name}`");
    let authorization = server.found.authorization.as_ref();
    match authorization.and_then(|authorization| Some((authorization.id?, authorization.has_access))) {
        Some((id, true)) => Ok(GrantAsk {
            org: server.organization_id,
            id,
            what,
            remedy,
            kind: "mcp_server",
            secret: own_secret(server, secrets),
        }),
        _ => {
            let why = authorization.and_then(|authorization| authorization.why.clone()).unwrap_or(remedy);
            let message = format!("{what} needs authorization: {why}");
            let mut error = ToolError::new(callwright_model::ErrorClass::AuthError, "needs_authorization", message);
            error.require_human = true;
            Err(error)
        }
    }
}

fn own_secret(server: &McpServer, secrets: &BTreeMap<String, SecretString>) -> Option<SecretString> {
    let McpAuth::AuthorizationCode { secret: Some(name), .. } = &server.spec.auth else { return None };
    secrets.get(name).cloned()
}

async fn lend(app: &App, server: &McpServer) -> Result<BTreeMap<String, SecretString>, Fault> {
    match app.vault().lend(server.organization_id, None, &server.spec.secrets()).await {
        Ok(secrets) => Ok(secrets),
        Err(LendError::Missing(name)) => {
            let message = format!("the secret `{name}` that this MCP server needs is not set; set it first");
            Err(Fault::conflict("secret_missing", message))
        }
        Err(LendError::Fault(fault)) => Err(fault),
    }
}

/// A secret of ours goes only to the server's own host, or to where an administrator says.
fn check_place(
    auth: &McpAuth,
    resource: &Url,
    found: &mut Discovered,
    secret: Option<&SecretString>,
) -> Result<(), ToolError> {
    let McpAuth::AuthorizationCode { issuer, token_url, .. } = auth else { return Ok(()) };
    if secret.is_none() || issuer.is_some() || token_url.is_some() {
        return Ok(());
    }
    if !is_same_place(resource, &found.token_endpoint) {
        return Err(elsewhere(&found.token_endpoint, "auth.issuer"));
    }
    // It is sent the secret as well. Tokens that are not given back end by themselves.
    found.revocation_endpoint.take_if(|url| !is_same_place(resource, url));
    Ok(())
}

/// What turned out to be missing is asked for besides what was asked for before, so that nothing is lost by it.
async fn accumulated(app: &App, server: &McpServer) -> Result<Vec<String>, Fault> {
    let row = app.store().oauth_grant_for(server.organization_id, &server.id.to_string(), "").await?;
    let Some(row) = row.filter(|row| !row.missing_scopes.is_empty()) else { return Ok(Vec::new()) };
    let (terms, _) = app.vault().open_grant(&row).await?;
    Ok(terms.asked.into_iter().chain(terms.scopes).chain(row.missing_scopes).collect())
}

/// Asks a server for something without a token, to hear what it wants: at its address, or beside it.
async fn knock(guard: &Guard, server: &McpServer, headers: &HeaderMap) -> Result<(Url, Option<Challenge>), Fault> {
    let url = upstream::endpoint(server)
        .ok_or_else(|| Fault::conflict("mcp_server_unusable", "the server's address is none"))?;
    let other = beside(&url).filter(|_| server.found.endpoint.is_none());
    for place in [url.clone()].into_iter().chain(other) {
        if let Some(challenge) = challenge(guard, &place, headers).await.map_err(failed)? {
            return Ok((place, Some(challenge)));
        }
    }
    Ok((url, None))
}

async fn challenge(guard: &Guard, url: &Url, headers: &HeaderMap) -> Result<Option<Challenge>, ToolError> {
    let mut headers = headers.clone();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HeaderName::from_static("mcp-method"), HeaderValue::from_static("tools/list"));
    let outgoing = Outgoing {
        method: Method::POST,
        url: url.clone(),
        sensitive: headers.keys().cloned().collect(),
        headers,
        body: Bytes::from_static(br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#),
        connect_timeout: TIMEOUT,
        read_timeout: TIMEOUT,
        deadline: Instant::now() + TIMEOUT,
        redirects: 3,
        max_bytes: 256 << 10,
    };
    // Only the head is wanted, and a stream has no end.
    let answer = guard.open(outgoing).await.map_err(|error| {
        let class = match error.kind {
            callwright_guard::SendErrorKind::Blocked => callwright_model::ErrorClass::PermissionError,
            _ => callwright_model::ErrorClass::NetworkError,
        };
        ToolError::new(class, "mcp_unreachable", format!("the MCP server could not be asked: {}", error.message))
    })?;
    if answer.status != StatusCode::UNAUTHORIZED {
        return Ok(None);
    }
    let said: Vec<_> = answer
        .headers
        .get_all(header::WWW_AUTHENTICATE)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    Ok(Some(Challenge::parse(&said.join(", "))))
}
