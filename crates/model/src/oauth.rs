//! What people allowed us at authorization servers (OAuth 2.1, the authorization code flow). Tokens are no part of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Timestamp,
    id::{OauthGrantId, UserId},
};

/// Whether somebody has to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationStatus {
    /// We have access, and renew it ourselves.
    Connected,
    /// A person has to sign in at the authorization server, for the first time or once more.
    NeedsAuthorization,
}

impl AuthorizationStatus {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NeedsAuthorization => "needs_authorization",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Connected, Self::NeedsAuthorization].into_iter().find(|status| status.as_str() == text)
    }
}

/// What we are allowed, and whether it still holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Authorization {
    /// Which one; none before the first time.
    #[serde(skip)]
    pub id: Option<OauthGrantId>,
    /// Whether there is access at all. It may be there, and not suffice for everything.
    #[serde(skip)]
    pub has_access: bool,
    /// Whether somebody has to do something.
    pub status: AuthorizationStatus,
    /// Why, and who has to do what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Scopes that the server asked for and we do not have; the next authorization asks for them. With a status of
    /// `needs_authorization`, whatever needs none of them still works.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_scopes: Vec<String>,
    /// Who gave the access: the authorization server's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// As which client we are known there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What was allowed, as far as the server says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Whether it can be renewed without a person.
    pub is_renewable: bool,
    /// When the access that we have now ends, unless it is renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Who signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorized_by: Option<UserId>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorized_at: Option<Timestamp>,
}

impl Authorization {
    /// Nobody has signed in yet.
    pub fn never(why: String) -> Self {
        Self {
            id: None,
            has_access: false,
            status: AuthorizationStatus::NeedsAuthorization,
            why: Some(why),
            missing_scopes: Vec::new(),
            issuer: None,
            client_id: None,
            scopes: Vec::new(),
            is_renewable: false,
            expires_at: None,
            authorized_by: None,
            authorized_at: None,
        }
    }

    /// Whether somebody has to sign in.
    pub fn needs_somebody(&self) -> bool {
        self.status == AuthorizationStatus::NeedsAuthorization
    }
}
