//! Organizations, members, roles, rights and tokens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Timestamp,
    id::{InvitationId, OrgId, TokenId, UserId},
};

/// What a member is in an organization. Later roles include the rights of earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees.
    Viewer,
    /// Calls tools and decides approvals.
    Operator,
    /// Makes tools and agents.
    Builder,
    /// Manages members, secrets and settings.
    Admin,
    /// Owns the organization.
    Owner,
}

impl Role {
    /// Every role, least first.
    pub const ALL: [Self; 5] = [Self::Viewer, Self::Operator, Self::Builder, Self::Admin, Self::Owner];

    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Builder => "builder",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether a member of this role holds `right`.
    pub fn may(self, right: Right) -> bool {
        self >= right.least_role()
    }
}

/// A thing that one may be allowed to do (DESIGN section 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// See tools, agents and executions.
    View,
    /// Call tools and run agents.
    Call,
    /// Decide approvals, settle unknown outcomes, replay, cancel.
    Decide,
    /// Create and change tools and agents, test, import.
    Build,
    /// Secrets, outbound policy, publishing.
    Configure,
    /// Members, roles, tokens of others, audit.
    Govern,
    /// Delete or hand over the organization, rotate the master key.
    Own,
}

impl Right {
    /// Every right, as the columns of the table in DESIGN section 10.
    pub const ALL: [Self; 7] =
        [Self::View, Self::Call, Self::Decide, Self::Build, Self::Configure, Self::Govern, Self::Own];

    /// The name used in the API's description (`x-right`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Call => "call",
            Self::Decide => "decide",
            Self::Build => "build",
            Self::Configure => "configure",
            Self::Govern => "govern",
            Self::Own => "own",
        }
    }

    /// Reads that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.as_str() == text)
    }

    /// The least role that holds it.
    pub const fn least_role(self) -> Role {
        match self {
            Self::View => Role::Viewer,
            Self::Call | Self::Decide => Role::Operator,
            Self::Build => Role::Builder,
            Self::Configure | Self::Govern => Role::Admin,
            Self::Own => Role::Owner,
        }
    }
}

/// What a token may be used for, when it is not for everything that its role allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// Read tools, agents and executions.
    #[serde(rename = "read")]
    Read,
    /// Call tools.
    #[serde(rename = "tools:call")]
    ToolsCall,
    /// Create and change tools and assignments.
    #[serde(rename = "tools:write")]
    ToolsWrite,
    /// Create and change agents.
    #[serde(rename = "agents:write")]
    AgentsWrite,
    /// Run agents.
    #[serde(rename = "agents:run")]
    AgentsRun,
    /// Settle, replay and cancel executions.
    #[serde(rename = "executions:decide")]
    ExecutionsDecide,
    /// Use the MCP endpoints.
    #[serde(rename = "mcp")]
    Mcp,
    /// Secrets, members, tokens, audit.
    #[serde(rename = "admin")]
    Admin,
    /// The context that the token's holder sends counts as verified: for a backend that itself knows who is on the line.
    #[serde(rename = "context:trust")]
    ContextTrust,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 9] = [
        Self::Read,
        Self::ToolsCall,
        Self::ToolsWrite,
        Self::AgentsWrite,
        Self::AgentsRun,
        Self::ExecutionsDecide,
        Self::Mcp,
        Self::Admin,
        Self::ContextTrust,
    ];

    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ToolsCall => "tools:call",
            Self::ToolsWrite => "tools:write",
            Self::AgentsWrite => "agents:write",
            Self::AgentsRun => "agents:run",
            Self::ExecutionsDecide => "executions:decide",
            Self::Mcp => "mcp",
            Self::Admin => "admin",
            Self::ContextTrust => "context:trust",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

/// Who is asking: established by the server from a token or a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The organization in which they ask.
    pub org_id: OrgId,
    /// The user.
    pub user_id: UserId,
    /// Their e-mail address.
    pub email: String,
    /// The lesser of the token's role and the member's role.
    pub role: Role,
    /// The token or session.
    pub token_id: TokenId,
    /// Empty: everything that the role allows (but never [`Scope::ContextTrust`], which must be named).
    pub scopes: Vec<Scope>,
    /// Whether a browser session's cookie, not a token, identified them.
    pub by_session: bool,
    /// The request with which they ask, for the logs.
    pub request_id: Option<String>,
}

impl Caller {
    /// Whether role and scopes both allow `right` through `scope`.
    pub fn may(&self, right: Right, scope: Scope) -> bool {
        self.role.may(right) && (self.scopes.is_empty() || self.scopes.contains(&scope))
    }

    /// Whether the context they send counts as verified.
    pub fn is_context_trusted(&self) -> bool {
        self.scopes.contains(&Scope::ContextTrust)
    }

    /// The same caller, whose context does not count as verified: for what others wrote before.
    #[must_use]
    pub fn without_trust(mut self) -> Self {
        // No scopes at all would mean every scope; a token that may only vouch may do nothing else anyway.
        if self.scopes.len() > 1 {
            self.scopes.retain(|scope| *scope != Scope::ContextTrust);
        }
        self
    }
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Organization {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A user as a member of one organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// The user's id.
    pub user_id: UserId,
    /// Their e-mail address, lower case.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they are here.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
}

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Made by a person for a program.
    Api,
    /// Short-lived, from `/token/get_token`.
    Short,
    /// A browser session, carried by a cookie.
    Session,
}

impl TokenKind {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Short => "short",
            Self::Session => "session",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Api, Self::Short, Self::Session].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A token without its text, which is shown once when it is made and never again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub user_id: UserId,
    /// A name to know it by.
    pub name: String,
    /// What it is for.
    pub kind: TokenKind,
    /// The first characters of its text, to tell tokens apart.
    pub prefix: String,
    /// Its role, no higher than the user's.
    pub role: Role,
    /// What it may be used for; empty means all that the role allows.
    pub scopes: Vec<Scope>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An invitation that has not been taken up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Whom it invites.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// Who invited them.
    pub invited_by: UserId,
    /// Until when it can be taken up.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}
