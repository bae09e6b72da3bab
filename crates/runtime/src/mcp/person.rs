//! Tokens that a person signs in for while we wait: for whoever tries a server out. The steps are those of the server; only
//! what is kept is kept in memory.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use callwright_guard::Guard;
use callwright_model::{ErrorClass, SystemClock, ToolError, secret::SecretString};
use callwright_tools::mcp::{Refusal, TokenSource};
use callwright_vault::oauth::{
    Access, Asked, Challenge, Client, Given, Returned, Seek, Terms, begin, discover, finish, obtain, renew,
};
use tokio::sync::Mutex;
use url::Url;

use super::{
    oauth::{OF_A_PROBE, elsewhere, is_same_place},
    probe::ProbeClient,
};

/// How often one person is asked to sign in.
const MAX_SIGN_INS: usize = 3;

/// Somebody with a browser.
#[async_trait]
pub trait Person: Send + Sync {
    /// Where they are sent back to.
    fn redirect_uri(&self) -> String;

    /// The address of a document that says who we are, if there is one.
    fn document(&self) -> Option<String>;

    /// Opens `address`, signs in, and comes back.
    ///
    /// # Errors
    /// They did not come back.
    async fn sign_in(&self, address: Url) -> Result<Returned, ToolError>;
}

/// The tokens of one server for one person.
pub(super) struct PersonTokens {
    guard: Guard,
    resource: Url,
    person: Arc<dyn Person>,
    client: Option<ProbeClient>,
    /// The authorization server, if somebody said it.
    issuer: Option<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<(Terms, Access)>,
    /// Clients that were registered, by authorization server.
    clients: HashMap<String, Client>,
    sign_ins: usize,
}

impl PersonTokens {
    pub(super) fn new(
        guard: &Guard,
        resource: &Url,
        person: Arc<dyn Person>,
        client: Option<ProbeClient>,
        issuer: Option<String>,
    ) -> Self {
        Self { guard: guard.clone(), resource: resource.clone(), person, client, issuer, state: Mutex::default() }
    }

    async fn authorize(&self, state: &mut State, challenge: &Challenge, besides: Vec<String>) -> Result<(), ToolError> {
        state.sign_ins += 1;
        if state.sign_ins > MAX_SIGN_INS {
            let message = format!("the MCP server still refuses after {MAX_SIGN_INS} sign-ins");
            return Err(ToolError::new(ErrorClass::AuthError, "needs_authorization", message));
        }
        let issuer = self.issuer.as_deref();
        let seek = Seek { resource: &self.resource, challenge: Some(challenge), issuer, endpoints: None };
        let server = discover(&self.guard, seek).await?;
        let has_secret = self.client.as_ref().is_some_and(|client| client.secret.is_some());
        if has_secret && issuer.is_none() && !is_same_place(&self.resource, &server.token_endpoint) {
            return Err(elsewhere(&server.token_endpoint, OF_A_PROBE));
        }
        let (redirect_uri, document) = (self.person.redirect_uri(), self.person.document());
        let given = self.client.as_ref().map(|client| Given {
            id: client.id.clone(),
            secret: client.secret.clone(),
            auth: client.auth,
        });
        let known = state.clients.get(&server.issuer).cloned();
        let obtained =
            obtain(&self.guard, &server, given, document.as_deref(), known, &redirect_uri, &SystemClock).await?;
        let (client, is_new) = obtained;
        if is_new {
            state.clients.insert(server.issuer.clone(), client.clone());
        }
        let asked = Asked { instead: Vec::new(), besides };
        let (pending, address) = begin(&server, client, asked, &redirect_uri)?;
        let returned = self.person.sign_in(address).await?;
        state.held = Some(finish(&self.guard, &pending, &returned).await?);
        Ok(())
    }
}

#[async_trait]
impl TokenSource for PersonTokens {
    async fn token(&self) -> Result<Option<SecretString>, ToolError> {
        Ok(self.state.lock().await.held.as_ref().map(|(_, access)| access.token()))
    }

    async fn refused(&self, refusal: &Refusal) -> Result<Option<SecretString>, ToolError> {
        let challenge = Challenge::parse(refusal.challenge.as_deref().unwrap_or_default());
        let mut state = self.state.lock().await;
        let state = &mut *state;
        if refusal.is_unauthorized {
            let sent = refusal.token.as_ref().map(SecretString::expose);
            let held = state.held.take();
            match held {
                // Another request has signed in meanwhile.
                Some((terms, access)) if sent != Some(access.token().expose()) => state.held = Some((terms, access)),
                Some((terms, access)) if access.refresh.is_some() => {
                    let secret = self.client.as_ref().and_then(|client| client.secret.as_ref());
                    match renew(&self.guard, &terms, &access, secret.filter(|_| terms.is_given)).await {
                        Ok(renewed) => state.held = Some(renewed),
                        Err(_) => self.authorize(state, &challenge, Vec::new()).await?,
                    }
                }
                _ => self.authorize(state, &challenge, Vec::new()).await?,
            }
        } else if challenge.is_insufficient_scope() {
            // What was allowed before is asked for again, so that nothing is lost.
            let before = state.held.take().map(|(terms, _)| terms);
            let before = before.map(|terms| terms.asked.into_iter().chain(terms.scopes).collect());
            self.authorize(state, &challenge, before.unwrap_or_default()).await?;
        } else {
            return Ok(None);
        }
        Ok(state.held.as_ref().map(|(_, access)| access.token()))
    }
}
