//! Access tokens for MCP servers by client credentials. Where the token server is not said, it is found as RFC 9728 and
//! RFC 8414 say: the server's metadata names who gives out tokens, whose metadata names the address.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use callwright_guard::{Guard, Outgoing};
use callwright_model::{
    ErrorClass, SystemClock, ToolError,
    id::OrgId,
    mcp_server::{McpAuth, McpServer},
    secret::SecretString,
    tool::http::ClientAuth,
};
use callwright_tools::mcp::TokenSource;
use callwright_vault::{OauthRequest, Tokens};
use http::{HeaderMap, HeaderValue, Method, header};
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;

use crate::App;

const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_METADATA: usize = 256 << 10;

/// Who asks a token server, and keeps what it gives.
enum Asker {
    /// The server's vault.
    Vault(App),
    /// Nobody but this one.
    Alone(Tokens),
}

/// Where the tokens of one server come from.
pub(super) struct ClientTokens {
    guard: Guard,
    asker: Asker,
    org: OrgId,
    resource: Url,
    client_id: String,
    secret: SecretString,
    scopes: Vec<String>,
    client_auth: ClientAuth,
    said: Option<String>,
    found: OnceLock<String>,
}

/// What a protected resource says of itself (RFC 9728).
#[derive(Deserialize)]
struct ResourceMetadata {
    #[serde(default)]
    authorization_servers: Vec<String>,
}

/// What an authorization server says of itself (RFC 8414).
#[derive(Deserialize)]
struct ServerMetadata {
    issuer: Option<String>,
    token_endpoint: Option<String>,
}

impl ClientTokens {
    pub(super) fn new(app: &App, server: &McpServer, resource: &Url, secret: SecretString) -> Self {
        let (client_id, token_url, scopes, client_auth) = match &server.spec.auth {
            McpAuth::ClientCredentials { client_id, token_url, scopes, client_auth, .. } => {
                (client_id.clone(), token_url.clone(), scopes.clone(), *client_auth)
            }
            _ => Default::default(),
        };
        Self {
            guard: app.guard().clone(),
            asker: Asker::Vault(app.clone()),
            org: server.organization_id,
            resource: resource.clone(),
            client_id,
            secret,
            scopes,
            client_auth,
            said: token_url,
            found: OnceLock::new(),
        }
    }

    /// The same without a vault, for whoever tries a server out.
    pub(super) fn alone(guard: &Guard, resource: &Url, client_id: String, secret: SecretString) -> Self {
        Self {
            guard: guard.clone(),
            asker: Asker::Alone(Tokens::new(guard.clone(), Arc::new(SystemClock))),
            org: OrgId::from_raw(0),
            resource: resource.clone(),
            client_id,
            secret,
            scopes: Vec::new(),
            client_auth: ClientAuth::Basic,
            said: None,
            found: OnceLock::new(),
        }
    }

    async fn token_url(&self) -> Result<String, ToolError> {
        if let Some(url) = self.said.as_ref().or_else(|| self.found.get()) {
            return Ok(url.clone());
        }
        let url = self.discover().await?;
        // The server says who is given the secret. To another place than its own it goes only when an administrator says so.
        if matches!(self.asker, Asker::Vault(_)) && !is_same_place(&self.resource, &url) {
            let message = format!(
                "the MCP server has its tokens given out at {url}, which is another place than its own; if that is right, say it with `auth.token_url`"
            );
            return Err(ToolError::new(ErrorClass::AuthError, "oauth_elsewhere", message));
        }
        Ok(self.found.get_or_init(|| url).clone())
    }

    async fn discover(&self) -> Result<String, ToolError> {
        let mut issuer = None;
        for place in well_known(&self.resource, "oauth-protected-resource") {
            if let Some(metadata) = self.get::<ResourceMetadata>(&place).await? {
                issuer = metadata.authorization_servers.into_iter().next();
                break;
            }
        }
        // Servers of the first version that had authorization are their own authorization server.
        let issuer = issuer.unwrap_or_else(|| self.resource.origin().ascii_serialization());
        let issuer = Url::parse(&issuer).map_err(|_| unknown("names an authorization server that is no address"))?;
        let mut places = well_known(&issuer, "oauth-authorization-server");
        places.extend(well_known(&issuer, "openid-configuration"));
        let mut beneath = issuer.clone();
        beneath.set_path(&format!("{}/.well-known/openid-configuration", issuer.path().trim_end_matches('/')));
        places.push(beneath);
        for place in places {
            let Some(metadata) = self.get::<ServerMetadata>(&place).await? else { continue };
            let is_same = metadata
                .issuer
                .as_deref()
                .is_none_or(|said| said.trim_end_matches('/') == issuer.as_str().trim_end_matches('/'));
            if !is_same {
                return Err(unknown("has an authorization server whose metadata names another issuer"));
            }
            return metadata
                .token_endpoint
                .ok_or_else(|| unknown("has an authorization server without `token_endpoint`"));
        }
        let mut usual = issuer;
        usual.set_path("/token");
        Ok(usual.into())
    }

    /// A JSON document, if it is there.
    async fn get<T: for<'de> Deserialize<'de>>(&self, url: &Url) -> Result<Option<T>, ToolError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let outgoing = Outgoing {
            method: Method::GET,
            url: url.clone(),
            headers,
            body: Bytes::new(),
            connect_timeout: TIMEOUT,
            read_timeout: TIMEOUT,
            deadline: Instant::now() + TIMEOUT,
            redirects: 3,
            max_bytes: MAX_METADATA,
            sensitive: Vec::new(),
        };
        match self.guard.send(outgoing).await {
            Ok(answer) if answer.status.is_success() => Ok(serde_json::from_slice(&answer.body).ok()),
            Ok(_) => Ok(None),
            Err(error) => Err(ToolError::new(ErrorClass::NetworkError, "oauth_metadata_unreachable", error.message)),
        }
    }
}

/// Whether an address has the scheme and the host of the server, whatever its port.
fn is_same_place(resource: &Url, url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| (url.scheme(), url.host_str()) == (resource.scheme(), resource.host_str()))
}

/// The places of a well-known document of `url`: with its path behind, and without.
fn well_known(url: &Url, name: &str) -> Vec<Url> {
    let path = url.path().trim_end_matches('/');
    let place = |path: String| {
        let mut place = url.clone();
        place.set_path(&path);
        place.set_query(None);
        place.set_fragment(None);
        place
    };
    let mut places = Vec::new();
    if !path.is_empty() {
        places.push(place(format!("/.well-known/{name}{path}")));
    }
    places.push(place(format!("/.well-known/{name}")));
    places
}

fn unknown(what: &str) -> ToolError {
    let message = format!("the MCP server {what}; say `auth.token_url`");
    ToolError::new(ErrorClass::AuthError, "oauth_not_discovered", message)
}

#[async_trait]
impl TokenSource for ClientTokens {
    async fn token(&self, stale: Option<&SecretString>) -> Result<SecretString, ToolError> {
        let request = OauthRequest {
            org: self.org,
            token_url: self.token_url().await?,
            client_id: self.client_id.clone(),
            client_secret: self.secret.clone(),
            scopes: self.scopes.clone(),
            audience: None,
            client_auth: self.client_auth,
        };
        match &self.asker {
            Asker::Vault(app) => app.vault().oauth_token(request, stale).await,
            Asker::Alone(tokens) => tokens.get(request, stale).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_looked_for_with_the_path_and_without() {
        let places = |text: &str| -> Vec<String> {
            let url = text.parse().unwrap();
            well_known(&url, "oauth-protected-resource").into_iter().map(String::from).collect()
        };
        assert_eq!(
            places("https://h/public/mcp?x=1"),
            [
                "https://h/.well-known/oauth-protected-resource/public/mcp",
                "https://h/.well-known/oauth-protected-resource"
            ]
        );
        assert_eq!(places("https://h/"), ["https://h/.well-known/oauth-protected-resource"]);
    }
}
