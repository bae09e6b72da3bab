//! With whose rights a conversation works, and what of it only the server knows. Sealed in its row.

use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right, Role, Scope},
    id::{AgentId, TokenId},
};
use callwright_store::conversation::ConversationRow;
use serde::{Deserialize, Serialize};

use crate::{App, account::kept::KeptCaller};

/// What only the server knows of a conversation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Who talks; nobody knows with a public agent.
    pub caller: Option<KeptCaller>,
    /// The agent that it began with.
    pub agent: AgentId,
    /// The word by which a client comes back.
    pub reconnect: String,
    /// Instead of the agent's instructions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// What was said first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_message: Option<String>,
    /// Instead of the agent's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

impl Kept {
    pub(super) async fn seal(&self, app: &App, org: callwright_model::id::OrgId) -> Result<String, Fault> {
        let bytes = serde_json::to_vec(self).map_err(Fault::internal)?;
        app.vault().seal(org, &bytes).await
    }

    pub(super) async fn open(app: &App, row: &ConversationRow) -> Result<Self, Fault> {
        let bytes = app.vault().unseal(row.conversation.organization_id, &row.request).await?;
        serde_json::from_slice(&bytes).map_err(Fault::internal)
    }

    /// Whether this caller may take it up by a token: with the one that began it, signed in as the same user, or as an
    /// administrator.
    pub(super) fn is_of(&self, caller: &Caller) -> bool {
        caller.role.may(Right::Configure) || self.caller.as_ref().is_some_and(|kept| kept.is_same(caller))
    }

    /// As whom the agent works now: never with more rights than at the beginning.
    ///
    /// # Errors
    /// Forbidden: whoever talked may not any more.
    pub(super) async fn caller(&self, app: &App, row: &ConversationRow) -> Result<Caller, Fault> {
        let org = row.conversation.organization_id;
        let not_any_more = |why: &str| Fault::new(FaultKind::Forbidden, "not_allowed", why);
        if let Some(kept) = &self.caller {
            return kept.caller(app, org).await?.map_err(not_any_more);
        }
        let agent = app.store().agent_by_id(org, self.agent).await?.filter(|agent| agent.profile.public);
        let agent = agent.ok_or_else(|| not_any_more("this agent does not talk to everybody any more"))?;
        let owner = app.store().member(org, agent.user_id).await?.filter(|member| member.role.may(Right::Call));
        let owner = owner.ok_or_else(|| not_any_more("whoever made this agent is not here any more"))?;
        Ok(Caller {
            org_id: org,
            user_id: agent.user_id,
            email: owner.email,
            // Enough to run the agent with its own tools, and for nothing else.
            role: owner.role.min(Role::Operator),
            // No token stands behind it; the conversation itself does.
            token_id: TokenId::from_raw(row.conversation.id.raw()),
            scopes: vec![Scope::AgentsRun],
            by_session: false,
            request_id: None,
        })
    }
}
