//! The authorization code flow with PKCE (OAuth 2.1): the address that a person opens, what they come back with, and the
//! tokens for it. Who waits in between, and where, is the caller's business.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callwright_guard::{Guard, Redactor};
use callwright_model::{ToolError, secret::SecretString, tool::http::ClientAuth};
use http::StatusCode;
use rand::{TryRng, rngs::SysRng};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    Client, Discovered, Granted,
    client::{bare, plain},
    discover::is_scope,
    exchange::{self, Asker, denied, refused},
};
use crate::token::constant_time_eq;

const OFFLINE: &str = "offline_access";
const MAX_SCOPES: usize = 100;
/// The most of an address that is scopes.
const MAX_SCOPE_TEXT: usize = 4_000;
const MAX_RETURNED: usize = 8_000;

/// Which scopes are asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// In the place of those that the resource names.
    pub instead: Vec<String>,
    /// Besides them: what was allowed before, and what turned out to be missing.
    pub besides: Vec<String>,
}

/// Somebody is on the way to an authorization server. What is written of it is sealed by whoever keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pending {
    /// What they must come back with.
    #[serde(with = "bare")]
    pub state: SecretString,
    #[serde(with = "bare")]
    verifier: SecretString,
    redirect_uri: String,
    sends_iss: bool,
    #[serde(default)]
    is_assumed: bool,
    /// As whom.
    pub client: Client,
    /// Where to, and for what.
    pub terms: Terms,
}

/// What somebody comes back with.
#[derive(Clone, Default)]
pub struct Returned {
    /// Which of those on the way they are.
    pub state: Option<String>,
    /// What tokens are given for.
    pub code: Option<String>,
    /// Who sent them back (RFC 9207).
    pub iss: Option<String>,
    /// That nothing was allowed.
    pub error: Option<String>,
    /// Why.
    pub error_description: Option<String>,
}

impl Returned {
    /// Reads the query that a browser was sent back with. Of a name that stands there twice, nothing is believed.
    pub fn of_query(query: &str) -> Self {
        let mut returned = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let field = match &*name {
                "state" => &mut returned.state,
                "code" => &mut returned.code,
                "iss" => &mut returned.iss,
                "error" => &mut returned.error,
                "error_description" => &mut returned.error_description,
                _ => continue,
            };
            match field {
                None => *field = Some(value.into_owned()),
                Some(_) => return Self::default(),
            }
        }
        returned
    }
}

/// Where tokens are renewed, and what was allowed. There is no secret in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The authorization server.
    pub issuer: String,
    /// For which resource.
    pub resource: String,
    /// Where tokens are given out.
    pub token_endpoint: String,
    /// Where they are given back.
    #[serde(default)]
    pub revocation_endpoint: Option<String>,
    /// As which client.
    pub client_id: String,
    /// How the client's secret is shown.
    #[serde(default)]
    pub client_auth: Option<ClientAuth>,
    /// Whether the client's secret is one of the organization's.
    #[serde(default)]
    pub is_given: bool,
    /// What is allowed; what was asked for, until the server says.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What was asked for.
    #[serde(default)]
    pub asked: Vec<String>,
}

impl Terms {
    /// Whether we registered the client ourselves, so that its authorization server may forget it: it was not registered by
    /// hand, and its id is not the address of a document of ours.
    pub fn is_registered(&self) -> bool {
        !self.is_given && !self.client_id.starts_with("https://")
    }
}

/// What was given. What is written of it is sealed by whoever keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Access {
    /// The access token.
    #[serde(with = "plain")]
    token: Option<SecretString>,
    /// What it is renewed with.
    #[serde(with = "plain")]
    pub refresh: Option<SecretString>,
    /// The secret of a client that we registered ourselves.
    #[serde(with = "plain")]
    pub client_secret: Option<SecretString>,
    /// How long the access token lives, counted from when it came.
    #[serde(skip)]
    pub lifetime: Option<Duration>,
}

impl Access {
    /// The access token.
    pub fn token(&self) -> SecretString {
        self.token.clone().unwrap_or_else(|| SecretString::new(""))
    }
}

/// 256 random bits as text.
pub(super) fn random() -> Result<String, ToolError> {
    let mut bytes = [0; 32];
    SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|_| refused("no_randomness", "the operating system gives no random numbers"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The address that a person opens to let `client` in.
///
/// # Errors
/// The server has no place where people sign in, or no PKCE.
pub fn begin(
    server: &Discovered,
    client: Client,
    asked: Asked,
    redirect_uri: &str,
) -> Result<(Pending, Url), ToolError> {
    let Some(mut address) = server.authorization_endpoint.clone() else {
        let message = "the authorization server's metadata has no `authorization_endpoint`: nobody can sign in there";
        return Err(refused("oauth_not_discovered", message));
    };
    if !server.has_pkce {
        let message = "the authorization server does not say that it has PKCE (`code_challenge_methods_supported` with `S256`), without which a code can be stolen; if it has, say `auth.authorization_url` and `auth.token_url`";
        return Err(refused("oauth_no_pkce", message));
    }
    let scopes = scopes(server, asked);
    let (state, verifier) = (SecretString::new(random()?), SecretString::new(random()?));
    {
        let mut query = address.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", state.expose())
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose())))
            .append_pair("code_challenge_method", "S256")
            .append_pair("resource", &server.resource);
        if !scopes.is_empty() {
            query.append_pair("scope", &scopes.join(" "));
        }
        if scopes.iter().any(|scope| scope == OFFLINE) {
            // OpenID Connect gives lasting access only to whoever was asked.
            query.append_pair("prompt", "consent");
        }
    }
    let terms = Terms {
        issuer: server.issuer.clone(),
        resource: server.resource.clone(),
        token_endpoint: server.token_endpoint.as_str().to_owned(),
        revocation_endpoint: server.revocation_endpoint.as_ref().map(|url| url.as_str().to_owned()),
        client_id: client.id.clone(),
        client_auth: client.auth,
        is_given: client.is_given,
        scopes: scopes.clone(),
        asked: scopes,
    };
    let (sends_iss, is_assumed, redirect_uri) = (server.sends_iss, server.is_assumed, redirect_uri.to_owned());
    Ok((Pending { state, verifier, redirect_uri, sends_iss, is_assumed, client, terms }, address))
}

fn scopes(server: &Discovered, asked: Asked) -> Vec<String> {
    // What turned out to be missing stands last, and is what somebody signs in for: the rest makes room for it.
    let mut besides = each_once(asked.besides);
    besides.reverse();
    let taken = fit(&mut besides, MAX_SCOPES - 1, MAX_SCOPE_TEXT);
    besides.reverse();
    let mut scopes = each_once(if asked.instead.is_empty() { server.scopes.clone() } else { asked.instead });
    scopes.retain(|scope| !besides.contains(scope));
    fit(&mut scopes, MAX_SCOPES - 1 - besides.len(), MAX_SCOPE_TEXT - taken);
    scopes.extend(besides);
    // No scope at all means the server's own choice, which a scope of ours would take away.
    if server.offers_offline && !scopes.is_empty() && !scopes.iter().any(|scope| scope == OFFLINE) {
        scopes.push(OFFLINE.to_owned());
    }
    scopes
}

/// Keeps of the first so many as there is room for, and tells how much they take.
fn fit(scopes: &mut Vec<String>, most: usize, room: usize) -> usize {
    let mut taken = 0;
    let fits = scopes.iter().take(most).take_while(|scope| {
        let is_fit = taken + scope.len() < room;
        taken += if is_fit { scope.len() + 1 } else { 0 };
        is_fit
    });
    let count = fits.count();
    scopes.truncate(count);
    taken
}

fn each_once(scopes: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for scope in scopes {
        if !once.contains(&scope) {
            once.push(scope);
        }
    }
    once
}

/// Takes what somebody came back with, and has tokens given for it.
///
/// # Errors
/// They did not come from where they were sent, nothing was allowed, or no token is given.
pub async fn finish(guard: &Guard, pending: &Pending, returned: &Returned) -> Result<(Terms, Access), ToolError> {
    if !returned.state.as_deref().is_some_and(|state| constant_time_eq(state, pending.state.expose())) {
        return Err(refused("oauth_state", "this is not the answer to what was asked"));
    }
    // Compared as it is written, and before anything else of the answer is believed (RFC 9207).
    match &returned.iss {
        Some(iss) if *iss != pending.terms.issuer => return Err(mismatch(pending, iss)),
        None if pending.sends_iss => {
            let message = "the answer does not say which authorization server it is of, although that one always does; it is not used";
            return Err(refused("oauth_issuer_mismatch", message));
        }
        _ => {}
    }
    if let Some(error) = &returned.error {
        return Err(denied(error, returned.error_description.as_deref(), &Redactor::new([])));
    }
    let code = returned.code.as_deref().filter(|code| !code.is_empty() && code.len() <= MAX_RETURNED);
    let code = SecretString::new(code.ok_or_else(|| refused("oauth_bad_answer", "the answer has no code"))?);
    let verifier = &pending.verifier;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.expose()),
        ("redirect_uri", &pending.redirect_uri),
        ("code_verifier", verifier.expose()),
        ("resource", &pending.terms.resource),
    ];
    let asker = asker(&pending.terms, pending.client.secret.as_ref());
    let granted = exchange::ask(guard, &pending.terms.token_endpoint, &asker, &fields, &[&code, verifier]).await?;
    let mut terms = pending.terms.clone();
    let own_secret = pending.client.secret.clone().filter(|_| !pending.client.is_given);
    let access = accept(&mut terms, granted, None, own_secret);
    Ok((terms, access))
}

/// The answer bears another name than the one that was asked.
fn mismatch(pending: &Pending, iss: &str) -> ToolError {
    let name: String = iss.chars().filter(char::is_ascii_graphic).take(200).collect();
    let asked = &pending.terms.issuer;
    let message = match pending.is_assumed {
        true => format!(
            "the answer bears the name `{name}`, and {asked} was taken for the authorization server's, which nobody has said; if `{name}` is right, say it as `auth.issuer`"
        ),
        false => format!(
            "the answer is of another authorization server (`{name}`) than the one that was asked ({asked}); it is not used"
        ),
    };
    refused("oauth_issuer_mismatch", message)
}

/// Has a new access token given for `refresh`, and perhaps another one of those. `secret` is the client's.
///
/// # Errors
/// `oauth_invalid_grant` when a person has to sign in again; otherwise why it did not work this time.
pub async fn renew(
    guard: &Guard,
    terms: &Terms,
    access: &Access,
    secret: Option<&SecretString>,
) -> Result<(Terms, Access), ToolError> {
    let Some(refresh) = &access.refresh else {
        return Err(refused("oauth_invalid_grant", "there is nothing to renew the access with"));
    };
    let fields =
        [("grant_type", "refresh_token"), ("refresh_token", refresh.expose()), ("resource", terms.resource.as_str())];
    let asker = asker(terms, secret.or(access.client_secret.as_ref()));
    let granted = exchange::ask(guard, &terms.token_endpoint, &asker, &fields, &[refresh]).await?;
    let mut terms = terms.clone();
    let access = accept(&mut terms, granted, Some(refresh.clone()), access.client_secret.clone());
    Ok((terms, access))
}

/// Gives tokens back (RFC 7009), where that is offered.
///
/// # Errors
/// Why it did not work.
pub async fn revoke(
    guard: &Guard,
    terms: &Terms,
    access: &Access,
    secret: Option<&SecretString>,
) -> Result<(), ToolError> {
    let Some(endpoint) = &terms.revocation_endpoint else { return Ok(()) };
    let asker = asker(terms, secret.or(access.client_secret.as_ref()));
    let tokens = [(access.refresh.clone(), "refresh_token"), (access.token.clone(), "access_token")];
    for (token, hint) in tokens {
        let Some(token) = token else { continue };
        let fields = [("token", token.expose()), ("token_type_hint", hint), ("client_secret", "")];
        let mut answer = exchange::post(guard, endpoint, &asker, &fields[..2]).await?;
        if answer.status == StatusCode::BAD_REQUEST && asker.auth == Some(ClientAuth::Basic) {
            // Servers made with the Python SDK (2.3) miss the field in the form where the secret is in the header.
            answer = exchange::post(guard, endpoint, &asker, &fields).await?;
        }
        if !answer.status.is_success() {
            let message =
                format!("the authorization server does not take the tokens back (HTTP {})", answer.status.as_u16());
            return Err(refused("oauth_not_revoked", message));
        }
    }
    Ok(())
}

fn asker<'a>(terms: &'a Terms, secret: Option<&'a SecretString>) -> Asker<'a> {
    Asker { id: &terms.client_id, secret, auth: terms.client_auth, audience: &terms.issuer, is_named: true }
}

fn accept(
    terms: &mut Terms,
    granted: Granted,
    refresh: Option<SecretString>,
    client_secret: Option<SecretString>,
) -> Access {
    if let Some(scope) = &granted.scope {
        let scopes = scope.split_ascii_whitespace().filter(|scope| is_scope(scope));
        terms.scopes = scopes.take(MAX_SCOPES).map(str::to_owned).collect();
    }
    Access {
        token: Some(granted.token),
        refresh: granted.refresh.or(refresh),
        client_secret,
        lifetime: granted.lifetime,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(scopes: Vec<String>) -> Discovered {
        let url: Url = "https://as.example/".parse().unwrap();
        Discovered {
            issuer: "https://as.example".to_owned(),
            is_assumed: false,
            resource: "https://h/mcp".to_owned(),
            scopes,
            authorization_endpoint: Some(url.clone()),
            token_endpoint: url,
            registration_endpoint: None,
            revocation_endpoint: None,
            auth_methods: None,
            offers_offline: true,
            sends_iss: false,
            takes_documents: false,
            has_pkce: true,
        }
    }

    fn many(what: &str, count: usize) -> Vec<String> {
        (0..count).map(|each| format!("{what}{each}")).collect()
    }

    #[test]
    fn what_is_missing_is_asked_for_however_much_there_is() {
        let asked =
            |base: Vec<String>, besides: Vec<String>| scopes(&server(base), Asked { instead: Vec::new(), besides });
        let few = asked(many("a", 2), [many("a", 2), many("b", 1)].concat());
        assert_eq!(few, ["a0", "a1", "b0", OFFLINE]);
        for besides in [vec!["missing".to_owned()], [many("b", 150), vec!["missing".to_owned()]].concat()] {
            let all = asked(many("a", 100), besides);
            assert_eq!((all.len(), &*all[98], &*all[99]), (100, "missing", OFFLINE), "{all:?}");
        }
        // One that is listed far behind.
        let all = asked(many("a", 100), vec!["a99".to_owned()]);
        assert_eq!((all.len(), &*all[98], &*all[99]), (100, "a99", OFFLINE));
        // Long ones are fewer.
        let long = many(&"x".repeat(400), 50);
        let all = asked(long.clone(), [long.clone(), vec!["missing".to_owned()]].concat());
        assert!(all.join(" ").len() < MAX_SCOPE_TEXT + 20 && all.contains(&"missing".to_owned()), "{}", all.len());
        assert!(asked(Vec::new(), Vec::new()).is_empty());
    }

    #[test]
    fn what_is_no_scope_is_not_allowed() {
        let client = Client { id: "c".to_owned(), secret: None, auth: None, is_given: false, expires_at: None };
        let (pending, _) = begin(&server(Vec::new()), client, Asked::default(), "https://h/").unwrap();
        let scope = format!("files:read \u{e9} {} files:write", "x".repeat(501));
        let token = SecretString::new("token");
        let granted = Granted { token, lifetime: None, refresh: None, scope: Some(scope) };
        let mut terms = pending.terms;
        accept(&mut terms, granted, None, None);
        assert_eq!(terms.scopes, ["files:read", "files:write"]);
    }

    #[test]
    fn whoever_is_on_the_way_does_not_print_how_they_are_known() {
        let client = Client { id: "c".to_owned(), secret: None, auth: None, is_given: false, expires_at: None };
        let redirect_uri = "https://callwright.example/oauth/callback";
        let (pending, address) = begin(&server(Vec::new()), client, Asked::default(), redirect_uri).unwrap();
        let shown = format!("{pending:?}");
        for secret in [&pending.state, &pending.verifier] {
            assert!(secret.expose().len() == 43 && !shown.contains(secret.expose()), "{shown}");
        }
        assert!(address.query().is_some_and(|query| query.contains(pending.state.expose())));
        // What is sealed is what it was.
        let sealed: Pending = serde_json::from_value(serde_json::to_value(&pending).unwrap()).unwrap();
        assert_eq!(sealed.verifier.expose(), pending.verifier.expose());
    }
}
