//! What a waiting execution goes on with: the request, sealed in its ticket.

use callwright_model::{
    Fault, Object, Timestamp,
    account::{Caller, Role, Scope},
    context::Channel,
    id::{AgentId, ExecutionId, TokenId, UserId},
    ticket::Ticket,
    webhook::WebhookTarget,
};
use callwright_store::ticket::TicketRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{CallRequest, bind::hex, work::Work};
use crate::App;

/// A request as it is kept. What the server establishes by itself is established anew when it goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    user_id: UserId,
    token_id: TokenId,
    email: String,
    role: Role,
    scopes: Vec<Scope>,
    by_session: bool,
    request_id: Option<String>,
    agent: Option<AgentId>,
    pub(super) arguments: Value,
    context: Object,
    #[serde(default)]
    established: Object,
    channel: Channel,
    key: Option<String>,
    source: String,
    replay_of: Option<ExecutionId>,
    confirmed: bool,
    approved: bool,
    pub(super) received_at: Timestamp,
    pub(super) webhook: Option<WebhookTarget>,
}

/// The entrances, so that a kept name is a fixed one again.
const SOURCES: [&str; 9] = ["rest", "plan", "replay", "case", "mcp", "run", "workflow", "hook", "job"];

impl Kept {
    pub(super) fn of(work: &Work) -> Self {
        let request = &work.request;
        let caller = &request.caller;
        Self {
            user_id: caller.user_id,
            token_id: caller.token_id,
            email: caller.email.clone(),
            role: caller.role,
            scopes: caller.scopes.clone(),
            by_session: caller.by_session,
            request_id: caller.request_id.clone(),
            agent: work.found.agent.as_ref().map(|agent| agent.id),
            arguments: Value::Object(work.asked()),
            context: request.context.clone(),
            established: request.established.clone(),
            channel: work.channel,
            key: request.idempotency_key.clone(),
            source: request.source.to_owned(),
            replay_of: request.replay_of,
            confirmed: request.confirmed,
            approved: request.approved,
            received_at: work.received_at,
            webhook: request.webhook.clone(),
        }
    }

    /// Seals it for the organization.
    pub(super) async fn seal(&self, app: &App, ticket: &Ticket) -> Result<String, Fault> {
        let bytes = serde_json::to_vec(self).map_err(Fault::internal)?;
        app.vault().seal(ticket.organization_id, &bytes).await
    }

    /// Opens what a ticket keeps.
    pub(super) async fn open(app: &App, row: &TicketRow) -> Result<Self, Fault> {
        let bytes = app.vault().unseal(row.ticket.organization_id, &row.request).await?;
        serde_json::from_slice(&bytes).map_err(Fault::internal)
    }

    /// The request again, as a caller with this role.
    pub(super) fn request(&self, ticket: &Ticket, role: Role) -> CallRequest {
        CallRequest {
            caller: Caller {
                org_id: ticket.organization_id,
                user_id: self.user_id,
                email: self.email.clone(),
                role: self.role.min(role),
                token_id: self.token_id,
                scopes: self.scopes.clone(),
                by_session: self.by_session,
                request_id: self.request_id.clone(),
            },
            tool: ticket.tool_id.to_string(),
            arguments: self.arguments.clone(),
            context: self.context.clone(),
            established: self.established.clone(),
            agent: self.agent.map(|agent| agent.to_string()),
            channel: Some(self.channel),
            dry_run: false,
            idempotency_key: self.key.clone(),
            source: SOURCES.into_iter().find(|source| *source == self.source).unwrap_or("rest"),
            replay_of: self.replay_of,
            cursor: None,
            fresh: false,
            confirmed: self.confirmed,
            approved: self.approved,
            webhook: self.webhook.clone(),
        }
    }

    pub(super) fn user_id(&self) -> UserId {
        self.user_id
    }

    pub(super) fn token_id(&self) -> TokenId {
        self.token_id
    }

    pub(super) fn agent(&self) -> Option<AgentId> {
        self.agent
    }

    /// What was agreed to so far.
    pub(super) fn agreed(&mut self, confirmed: bool, approved: bool) {
        self.confirmed |= confirmed;
        self.approved |= approved;
    }
}

/// The hash of the tool as it is for this call, the agent's overrides included, and of the whole arguments: what
/// somebody agrees to, and nothing else.
pub(super) fn binding(work: &Work) -> Result<String, Fault> {
    let mut hasher = Sha256::new();
    // What it is called, who may see it and whether it is in use are asked anew; they are not part of what was agreed to.
    let mut spec = work.tool().tool.spec.clone();
    (spec.active, spec.is_shared, spec.is_public, spec.is_template) = (true, true, false, false);
    spec.name.clear();
    hasher.update(serde_json::to_vec(&spec).map_err(Fault::internal)?);
    hasher.update([0]);
    hasher.update(work.args_hash.as_bytes());
    Ok(hex(&hasher.finalize()))
}
