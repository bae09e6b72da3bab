//! Signed addresses: whoever has one may begin one conversation, for a quarter of an hour, with the rights of whoever
//! asked for it.
//!
//! What stands in the address is sealed with the organization's key, so it can neither be made nor changed by anybody
//! else; and the token that it was made with is looked at again when it is used.

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind, Timestamp,
    account::{Caller, Right, Scope},
    agent::Agent,
    id::{AgentId, RequestId},
};
use serde::{Deserialize, Serialize};

use crate::{App, account::kept::KeptCaller, agents, app::require};

/// How long an address is good.
const LASTS: Duration = Duration::from_secs(15 * 60);
/// The longest text that is looked at.
const LONGEST: usize = 4_096;

/// What stands in an address.
#[derive(Debug, Serialize, Deserialize)]
struct Signature {
    /// Says that it is one: other things are sealed with the same key.
    conversation_with: AgentId,
    caller: KeptCaller,
    nonce: RequestId,
    until: Timestamp,
}

/// An address that was opened.
pub(super) struct Opened {
    pub agent: Agent,
    pub caller: Caller,
    pub nonce: String,
}

/// An address at which one conversation with an agent may be begun: path and query.
///
/// # Errors
/// As [`agents::runnable`].
pub async fn address(app: &App, caller: &Caller, agent: &str) -> Result<String, Fault> {
    let agent = agents::runnable(app, caller, agent).await?;
    let signature = Signature {
        conversation_with: agent.id,
        caller: KeptCaller::of(&untrusted(caller)?),
        nonce: app.ids().next(),
        until: app.clock().now().plus(LASTS),
    };
    let bytes = serde_json::to_vec(&signature).map_err(Fault::internal)?;
    let sealed = app.vault().seal(caller.org_id, &bytes).await?;
    let path = format!("/v1/convai/conversation?agent_id={}&conversation_signature={sealed}", agent.id);
    let address = app.public_address(&path);
    // `http` becomes `ws`, `https` becomes `wss`.
    Ok(address.strip_prefix("http").map_or(address.clone(), |rest| format!("ws{rest}")))
}

/// What a client says about itself is never taken for verified, whoever lent it their token.
pub(super) fn untrusted(caller: &Caller) -> Result<Caller, Fault> {
    // First of all: a token whose only scope were taken away would have them all.
    require(caller, Right::Call, Scope::AgentsRun)?;
    let mut caller = caller.clone();
    caller.scopes.retain(|scope| *scope != Scope::ContextTrust);
    Ok(caller)
}

/// Opens what stands in an address. `agent` is the one that the address names.
pub(super) async fn open(app: &App, agent: &str, sealed: &str) -> Result<Opened, Fault> {
    let id: AgentId = agent.parse().map_err(|_| not_valid())?;
    if sealed.len() > LONGEST {
        return Err(not_valid());
    }
    let agent = app.store().any_agent(id).await?.ok_or_else(not_valid)?;
    let org = agent.organization_id;
    let bytes = match app.vault().unseal(org, sealed).await {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind == FaultKind::Unavailable => return Err(fault),
        Err(_) => return Err(not_valid()),
    };
    let signature: Signature = serde_json::from_slice(&bytes).map_err(|_| not_valid())?;
    if signature.conversation_with != id {
        return Err(not_valid());
    }
    if signature.until <= app.clock().now() {
        return Err(unauthenticated("address_expired", "this signed address has expired; get another one"));
    }
    let caller = match signature.caller.caller(app, org).await? {
        Ok(caller) => caller,
        Err(why) => return Err(unauthenticated("unauthenticated", why)),
    };
    let agent = agents::runnable(app, &caller, &id.to_string()).await?;
    Ok(Opened { agent, caller, nonce: signature.nonce.to_string() })
}

fn not_valid() -> Fault {
    unauthenticated("unauthenticated", "this signed address is not valid")
}

pub(super) fn unauthenticated(code: &'static str, message: &str) -> Fault {
    Fault::new(FaultKind::Unauthenticated, code, message)
}
