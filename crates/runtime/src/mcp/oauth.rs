//! Access tokens for MCP servers: by client credentials ([`ClientTokens`]), or of a grant that a person gave
//! ([`GrantTokens`]). Where the token server is not said, it is found through the server's metadata.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use callwright_guard::Guard;
use callwright_model::{
    ErrorClass, SystemClock, ToolError,
    id::{McpServerId, OrgId},
    mcp_server::{McpAuth, McpServer},
    secret::SecretString,
    tool::http::ClientAuth,
};
use callwright_tools::mcp::{Refusal, TokenSource};
use callwright_vault::{
    GrantAsk, OauthRequest, Refused, Tokens,
    oauth::{Challenge, Seek, discover},
};
use url::Url;

use super::{probe::ProbeClient, refresh};
use crate::App;

/// How whoever tries a server out names its authorization server.
pub(super) const OF_A_PROBE: &str = "--issuer";

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
    /// The authorization server, if somebody said it.
    issuer: Option<String>,
    found: OnceLock<Found>,
}

/// Where tokens are given out, and by whom.
#[derive(Clone)]
struct Found {
    token_url: String,
    issuer: Option<String>,
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
            issuer: None,
            found: OnceLock::new(),
        }
    }

    /// The same without a vault, for whoever tries a server out.
    pub(super) fn alone(
        guard: &Guard,
        resource: &Url,
        client: &ProbeClient,
        secret: SecretString,
        issuer: Option<String>,
    ) -> Self {
        Self {
            guard: guard.clone(),
            asker: Asker::Alone(Tokens::new(guard.clone(), Arc::new(SystemClock))),
            org: OrgId::from_raw(0),
            resource: resource.clone(),
            client_id: client.id.clone(),
            secret,
            scopes: Vec::new(),
            client_auth: client.auth.unwrap_or_default(),
            said: None,
            issuer,
            found: OnceLock::new(),
        }
    }

    async fn found(&self) -> Result<Found, ToolError> {
        if let Some(url) = &self.said {
            return Ok(Found { token_url: url.clone(), issuer: None });
        }
        if let Some(found) = self.found.get() {
            return Ok(found.clone());
        }
        let issuer = self.issuer.as_deref();
        let seek = Seek { resource: &self.resource, challenge: None, issuer, endpoints: None };
        let server = discover(&self.guard, seek).await?;
        // The server says who is given the secret. To another place than its own it goes only when somebody says so.
        if issuer.is_none() && !is_same_place(&self.resource, &server.token_endpoint) {
            let field = match self.asker {
                Asker::Vault(_) => "auth.token_url",
                Asker::Alone(_) => OF_A_PROBE,
            };
            return Err(elsewhere(&server.token_endpoint, field));
        }
        let found = Found { token_url: server.token_endpoint.into(), issuer: Some(server.issuer) };
        Ok(self.found.get_or_init(|| found).clone())
    }

    async fn ask(&self, stale: Option<&SecretString>) -> Result<SecretString, ToolError> {
        let Found { token_url, issuer } = self.found().await?;
        let request = OauthRequest {
            org: self.org,
            token_url,
            client_id: self.client_id.clone(),
            client_secret: self.secret.clone(),
            scopes: self.scopes.clone(),
            audience: None,
            client_auth: self.client_auth,
            issuer,
        };
        match &self.asker {
            Asker::Vault(app) => app.vault().oauth_token(request, stale).await,
            Asker::Alone(tokens) => tokens.get(request, stale).await,
        }
    }
}

/// Whether an address has the scheme and the host of the server, whatever its port.
pub(super) fn is_same_place(resource: &Url, url: &Url) -> bool {
    (url.scheme(), url.host_str()) == (resource.scheme(), resource.host_str())
}

/// A secret would go to a place that nobody but the MCP server has named.
pub(super) fn elsewhere(url: &Url, field: &str) -> ToolError {
    let message = format!(
        "the MCP server has its tokens given out at {url}, which is another place than its own; if that is right, say it with `{field}`"
    );
    ToolError::new(ErrorClass::AuthError, "oauth_elsewhere", message)
}

#[async_trait]
impl TokenSource for ClientTokens {
    async fn token(&self) -> Result<Option<SecretString>, ToolError> {
        self.ask(None).await.map(Some)
    }

    async fn refused(&self, refusal: &Refusal) -> Result<Option<SecretString>, ToolError> {
        if !refusal.is_unauthorized || refusal.before > 0 {
            return Ok(None);
        }
        self.ask(refusal.token.as_ref()).await.map(Some)
    }
}

/// The tokens of a grant, kept in the vault.
pub(super) struct GrantTokens {
    pub(super) app: App,
    pub(super) server: McpServerId,
    pub(super) ask: GrantAsk,
}

impl GrantTokens {
    async fn get(&self, stale: Option<&Refused>) -> Result<Option<SecretString>, ToolError> {
        self.app.vault().grant_token(&self.ask, stale).await.map(Some).inspect_err(|error| {
            if error.code == "needs_authorization" {
                // What is known of the server says otherwise.
                self.app.mcp().forget(self.ask.org);
            }
            // Whether it is this one tool's refusal, or anything's, its list will show.
            if error.code == "access_refused" && stale.is_some_and(|stale| stale.is_of_one) {
                refresh::in_background(&self.app, self.ask.org, self.server);
            }
        })
    }
}

#[async_trait]
impl TokenSource for GrantTokens {
    async fn token(&self) -> Result<Option<SecretString>, ToolError> {
        self.get(None).await
    }

    async fn refused(&self, refusal: &Refusal) -> Result<Option<SecretString>, ToolError> {
        if refusal.is_unauthorized {
            let Some(token) = refusal.token.clone().filter(|_| refusal.before == 0) else { return Ok(None) };
            return self.get(Some(&Refused { token, is_of_one: refusal.is_of_one })).await;
        }
        let challenge = Challenge::parse(refusal.challenge.as_deref().unwrap_or_default());
        if !challenge.is_insufficient_scope() {
            return Ok(None);
        }
        let missing = challenge.scopes.unwrap_or_default();
        let noted = self.app.vault().note_missing_scopes(&self.ask, refusal.token.as_ref(), &missing).await;
        self.app.mcp().forget(self.ask.org);
        Err(noted.unwrap_or_else(|fault| {
            tracing::error!(?fault, "missing scopes could not be noted");
            ToolError::new(ErrorClass::AuthError, "needs_authorization", "the server wants more scopes than we have")
        }))
    }

    fn accepted(&self, token: &SecretString) {
        self.app.vault().grant_token_accepted(self.ask.id, token);
    }
}
