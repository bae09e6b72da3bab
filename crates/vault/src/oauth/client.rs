//! As whom we are known to an authorization server: a client that somebody registered by hand, the address of a document of
//! ours, or a registration of our own (RFC 7591).

use callwright_guard::{Guard, Redactor};
use callwright_model::{Clock, Timestamp, ToolError, secret::SecretString, tool::http::ClientAuth};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::{
    Discovered,
    exchange::{denied, refused},
    fetch,
};

/// What people read who are asked to let us in.
const NAME: &str = "Callwright";
const MAX_TEXT: usize = 2_000;

/// A client that was registered by hand.
#[derive(Debug, Clone)]
pub struct Given {
    /// Its id.
    pub id: String,
    /// Its secret, if it has one.
    pub secret: Option<SecretString>,
    /// How that is shown; follows from the metadata when absent.
    pub auth: Option<ClientAuth>,
}

/// As whom we are known. What is written of it is sealed by whoever keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Client {
    /// Its id.
    pub id: String,
    /// Its secret, if it has one.
    #[serde(with = "plain")]
    pub secret: Option<SecretString>,
    /// How that is shown.
    pub auth: Option<ClientAuth>,
    /// Whether somebody registered it by hand: then its secret is a secret of the organization.
    pub is_given: bool,
    /// When its secret ends.
    pub expires_at: Option<Timestamp>,
}

/// A secret in what is sealed afterwards.
pub(super) mod bare {
    use callwright_model::secret::SecretString;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(secret: &SecretString, to: S) -> Result<S::Ok, S::Error> {
        secret.expose().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
        String::deserialize(from).map(SecretString::new)
    }
}

/// The same where there may be none.
pub(super) mod plain {
    use callwright_model::secret::SecretString;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(secret: &Option<SecretString>, to: S) -> Result<S::Ok, S::Error> {
        secret.as_ref().map(SecretString::expose).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
        Option::<String>::deserialize(from).map(|text| text.map(SecretString::new))
    }
}

/// A client at an authorization server: the one that was given, a document's address where that is taken, the one that is
/// `known` from before, or a new one; then the second value is true, and it should be kept.
///
/// # Errors
/// `oauth_no_client` when somebody has to register one by hand, or why the registration failed.
pub async fn obtain(
    guard: &Guard,
    server: &Discovered,
    given: Option<Given>,
    document: Option<&str>,
    known: Option<Client>,
    redirect_uri: &str,
    clock: &dyn Clock,
) -> Result<(Client, bool), ToolError> {
    if let Some(given) = given {
        let auth = given.auth.or_else(|| method(server, given.secret.is_some()));
        let auth = auth.filter(|_| given.secret.is_some());
        return Ok((Client { id: given.id, secret: given.secret, auth, is_given: true, expires_at: None }, false));
    }
    if let Some(document) = document.filter(|_| server.takes_documents) {
        let client = Client { id: document.to_owned(), secret: None, auth: None, is_given: false, expires_at: None };
        return Ok((client, false));
    }
    if let Some(known) = known.filter(|known| known.expires_at.is_none_or(|end| end > clock.now())) {
        return Ok((known, false));
    }
    let Some(endpoint) = &server.registration_endpoint else {
        let message = format!(
            "the authorization server {} does not let clients register themselves; register one there by hand with the redirect address {redirect_uri}, and say it as `auth.client_id`",
            server.issuer
        );
        return Err(refused("oauth_no_client", message));
    };
    register(guard, server, endpoint, redirect_uri).await.map(|client| (client, true))
}

/// An answer of RFC 7591, in both directions.
#[derive(Deserialize)]
struct Registered {
    client_id: Option<String>,
    client_secret: Option<String>,
    client_secret_expires_at: Option<i64>,
    token_endpoint_auth_method: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

async fn register(guard: &Guard, server: &Discovered, endpoint: &Url, redirect_uri: &str) -> Result<Client, ToolError> {
    let mut document = described(redirect_uri);
    document["token_endpoint_auth_method"] = json!(match method(server, true) {
        Some(ClientAuth::Basic) => "client_secret_basic",
        Some(ClientAuth::Body) => "client_secret_post",
        _ => "none",
    });
    let answer = fetch::post(guard, endpoint, &document).await?;
    let status = answer.status.as_u16();
    let Ok(body) = serde_json::from_slice::<Registered>(&answer.body) else {
        let message = format!("the registration of a client (HTTP {status}) was not answered as RFC 7591 says");
        return Err(refused("oauth_registration_failed", message));
    };
    if let Some(error) = &body.error {
        let error = denied(error, body.error_description.as_deref(), &Redactor::new([]));
        let message = format!("the registration of a client failed: {}", error.message);
        return Err(refused("oauth_registration_failed", message));
    }
    let id = body.client_id.filter(|id| !id.is_empty() && id.len() <= MAX_TEXT);
    let Some(id) = id.filter(|_| answer.status.is_success()) else {
        let message = format!("the registration of a client was refused (HTTP {status})");
        return Err(refused("oauth_registration_failed", message));
    };
    let secret = body.client_secret.filter(|secret| !secret.is_empty()).map(SecretString::new);
    let auth = match body.token_endpoint_auth_method.as_deref() {
        Some("client_secret_basic") => Some(ClientAuth::Basic),
        Some("client_secret_post") => Some(ClientAuth::Body),
        Some("none") => None,
        _ => method(server, secret.is_some()),
    };
    let auth = auth.filter(|_| secret.is_some());
    let ends = body.client_secret_expires_at.filter(|seconds| *seconds > 0);
    let expires_at = ends.and_then(|seconds| seconds.checked_mul(1_000_000)).map(Timestamp::from_micros);
    Ok(Client { id, secret, auth, is_given: false, expires_at })
}

/// How a client shows who it is, by what the server takes; by default RFC 8414's default.
fn method(server: &Discovered, has_secret: bool) -> Option<ClientAuth> {
    let Some(methods) = server.auth_methods.as_ref().filter(|_| has_secret) else {
        return has_secret.then_some(ClientAuth::Basic);
    };
    let takes = |name: &str| methods.iter().any(|each| each == name);
    match () {
        () if takes("client_secret_basic") => Some(ClientAuth::Basic),
        () if takes("client_secret_post") => Some(ClientAuth::Body),
        () if takes("none") => None,
        () => Some(ClientAuth::Basic),
    }
}

/// What we say of ourselves.
fn described(redirect_uri: &str) -> Value {
    let is_loopback = Url::parse(redirect_uri).is_ok_and(|url| url.scheme() == "http");
    json!({
        "client_name": NAME,
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "application_type": if is_loopback { "native" } else { "web" },
    })
}

/// The document whose address is our id where that is taken (Client ID Metadata Documents).
pub fn metadata_document(address: &str, home: &str, redirect_uri: &str) -> Value {
    let mut document = described(redirect_uri);
    document["client_id"] = json!(address);
    document["client_uri"] = json!(home);
    document["token_endpoint_auth_method"] = json!("none");
    document
}
