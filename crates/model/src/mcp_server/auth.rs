//! How we say who we are to an MCP server. Credentials are names of secrets, never the secrets.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Fault, secret::is_secret_name, tool::http::ClientAuth};

/// The most scopes, and the most characters of each text.
const MAX_SCOPES: usize = 50;
const MAX_TEXT: usize = 500;

/// How we say who we are to an MCP server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum McpAuth {
    /// Not at all.
    #[default]
    None,
    /// `Authorization: Bearer` and a secret.
    Bearer {
        /// The secret's name.
        #[schema(min_length = 1, max_length = 64)]
        secret: String,
    },
    /// A header of its own and a secret.
    Header {
        /// The header's name, for example `X-API-Key`.
        #[schema(min_length = 1, max_length = 200)]
        header: String,
        /// The secret's name.
        #[schema(min_length = 1, max_length = 64)]
        secret: String,
    },
    /// OAuth 2.0 client credentials. Without `token_url` the token server is found through the server's metadata
    /// (RFC 9728 and RFC 8414).
    ClientCredentials {
        /// The client's id.
        #[schema(min_length = 1, max_length = 500)]
        client_id: String,
        /// The name of the secret that is the client's.
        #[schema(min_length = 1, max_length = 64)]
        secret: String,
        /// Where tokens are given out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_length = 2000)]
        token_url: Option<String>,
        /// The scopes to ask for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 50)]
        scopes: Vec<String>,
        /// How the client's own credentials are sent.
        #[serde(default)]
        client_auth: ClientAuth,
    },
    /// OAuth 2.1 with a person who signs in: `POST /api/v1/mcp-servers/{name}/authorize`. Everything is found through the
    /// server's metadata; what is said here goes before what was found.
    AuthorizationCode {
        /// A client that was registered by hand. Without it we register ourselves where the authorization server allows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 500)]
        client_id: Option<String>,
        /// The name of the secret that is that client's, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 64)]
        secret: Option<String>,
        /// The scopes to ask for, in the place of those that the server names.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 50)]
        scopes: Vec<String>,
        /// How the client's own credentials are sent; follows from the metadata when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_auth: Option<ClientAuth>,
        /// The authorization server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_length = 2000)]
        issuer: Option<String>,
        /// Where people sign in, for a server without metadata; with `token_url`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_length = 2000)]
        authorization_url: Option<String>,
        /// Where tokens are given out; with `authorization_url`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_length = 2000)]
        token_url: Option<String>,
    },
}

impl McpAuth {
    /// The names of the secrets that it needs.
    pub fn secrets(&self) -> BTreeSet<String> {
        match self {
            Self::None => BTreeSet::new(),
            Self::Bearer { secret } | Self::Header { secret, .. } | Self::ClientCredentials { secret, .. } => {
                BTreeSet::from([secret.clone()])
            }
            Self::AuthorizationCode { secret, .. } => secret.iter().cloned().collect(),
        }
    }

    /// Checks the form; a fault names the field.
    pub(super) fn check(&self) -> Result<(), Fault> {
        for name in self.secrets() {
            if !is_secret_name(&name) {
                let message = "`auth.secret` must be the name of a secret (letters, digits and `_`), not its value; to hand in a value use `api_key`";
                return Err(Fault::invalid("auth.secret", message));
            }
        }
        match self {
            Self::Header { header, .. } => super::spec::check_header(header, "auth.header"),
            Self::ClientCredentials { client_id, token_url, scopes, .. } => {
                if client_id.is_empty() || client_id.len() > MAX_TEXT {
                    let message = format!("`auth.client_id` must have 1 to {MAX_TEXT} characters");
                    return Err(Fault::invalid("auth.client_id", message));
                }
                check_address("auth.token_url", token_url.as_deref())?;
                check_scopes(scopes)
            }
            Self::AuthorizationCode {
                client_id,
                secret,
                scopes,
                client_auth,
                issuer,
                authorization_url,
                token_url,
                ..
            } => {
                if client_id.as_deref().is_some_and(|id| id.is_empty() || id.len() > MAX_TEXT) {
                    let message = format!("`auth.client_id` must have 1 to {MAX_TEXT} characters");
                    return Err(Fault::invalid("auth.client_id", message));
                }
                if client_id.is_none() && (secret.is_some() || client_auth.is_some()) {
                    let message = "`auth.secret` and `auth.client_auth` are of a client that was registered by hand; give its `auth.client_id` too";
                    return Err(Fault::invalid("auth.client_id", message));
                }
                if client_auth.is_some() && secret.is_none() {
                    let message = "`auth.client_auth` says how a secret is sent; name one in `auth.secret`";
                    return Err(Fault::invalid("auth.secret", message));
                }
                if authorization_url.is_some() != token_url.is_some() {
                    let message = "`auth.authorization_url` and `auth.token_url` belong together: give both or neither";
                    return Err(Fault::invalid("auth.token_url", message));
                }
                for (field, url) in [
                    ("auth.issuer", issuer),
                    ("auth.authorization_url", authorization_url),
                    ("auth.token_url", token_url),
                ] {
                    check_address(field, url.as_deref())?;
                }
                check_scopes(scopes)
            }
            Self::None | Self::Bearer { .. } => Ok(()),
        }
    }
}

fn check_address(field: &str, url: Option<&str>) -> Result<(), Fault> {
    if url.is_some_and(|url| !super::spec::is_web_address(url)) {
        let message = format!("`{field}` must be an address such as https://example.com/oauth/token");
        return Err(Fault::invalid(field, message));
    }
    Ok(())
}

fn check_scopes(scopes: &[String]) -> Result<(), Fault> {
    if scopes.len() > MAX_SCOPES || scopes.iter().any(|scope| scope.is_empty() || scope.len() > MAX_TEXT) {
        let message = format!("`auth.scopes` may have at most {MAX_SCOPES} entries of 1 to {MAX_TEXT} characters");
        return Err(Fault::invalid("auth.scopes", message));
    }
    Ok(())
}
