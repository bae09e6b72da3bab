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
}

impl McpAuth {
    /// The names of the secrets that it needs.
    pub fn secrets(&self) -> BTreeSet<String> {
        match self {
            Self::None => BTreeSet::new(),
            Self::Bearer { secret } | Self::Header { secret, .. } | Self::ClientCredentials { secret, .. } => {
                BTreeSet::from([secret.clone()])
            }
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
                if token_url.as_deref().is_some_and(|url| !super::spec::is_web_address(url)) {
                    let message = "`auth.token_url` must be an address such as https://example.com/oauth/token";
                    return Err(Fault::invalid("auth.token_url", message));
                }
                if scopes.len() > MAX_SCOPES || scopes.iter().any(|scope| scope.is_empty() || scope.len() > MAX_TEXT) {
                    let message =
                        format!("`auth.scopes` may have at most {MAX_SCOPES} entries of 1 to {MAX_TEXT} characters");
                    return Err(Fault::invalid("auth.scopes", message));
                }
                Ok(())
            }
            Self::None | Self::Bearer { .. } => Ok(()),
        }
    }
}
