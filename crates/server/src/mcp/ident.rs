//! What the id of a session says, so that any node of the installation can take the session up: whose it is, where it was
//! begun, and what its client can do. It is sealed with the organization's key; nobody can make one up or change it.

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind, Timestamp,
    account::Caller,
    id::{ExecutionId, OrgId, RequestId, TicketId, TokenId},
};
use callwright_runtime::App;
use serde::{Serialize, de::DeserializeOwned};

use super::{Endpoint, session::Can};

/// How long after its beginning a session may be taken up.
const LASTS: Duration = Duration::from_secs(30 * 24 * 3_600);
/// The longest text that is looked at.
const LONGEST: usize = 2_048;
/// What the sealed texts are; other things are sealed with the same key.
const SESSION: &str = "mcp_session";
const QUESTION: &str = "mcp_question";
/// What ids of our questions begin with.
const ASKED: &str = "callwright-";

/// The form in which a session's id is sealed: short, because it comes with every request.
type Sealed = (String, RequestId, TokenId, Option<String>, String, u8, i64);
/// The form of a question's id.
type SealedQuestion = (String, RequestId, TicketId, ExecutionId, RequestId);

/// What the id of a session says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ident {
    /// Is in no other session's.
    pub nonce: RequestId,
    token: TokenId,
    agent: Option<String>,
    /// The revision that its client asked for.
    pub version: String,
    /// What its client can do.
    pub can: Can,
    begun: Timestamp,
}

impl Ident {
    /// Of a session that begins now.
    pub(super) fn new(app: &App, caller: &Caller, endpoint: &Endpoint, version: &str, can: Can) -> Self {
        Self {
            nonce: app.ids().next(),
            token: caller.token_id,
            agent: endpoint.agent().map(str::to_owned),
            version: version.to_owned(),
            can,
            begun: app.clock().now(),
        }
    }

    /// One of a token, for tests.
    #[cfg(test)]
    pub(super) fn sample(ids: &callwright_model::IdSource, token: TokenId) -> Self {
        let version = super::gate::NEWEST.to_owned();
        Self { nonce: ids.next(), token, agent: None, version, can: Can::default(), begun: Timestamp::from_micros(0) }
    }

    /// The id: visible ASCII, some three hundred letters.
    ///
    /// # Errors
    /// When the organization's key cannot be had.
    pub(super) async fn seal(&self, app: &App, org: OrgId) -> Result<String, Fault> {
        let (agent, version) = (self.agent.clone(), self.version.clone());
        let sealed: Sealed =
            (SESSION.to_owned(), self.nonce, self.token, agent, version, self.can.bits(), self.begun.micros());
        seal(app, org, &sealed).await
    }

    /// What an id says; none when it is no id of a session of this token at this endpoint, or too old.
    ///
    /// # Errors
    /// When the organization's key cannot be had.
    pub(super) async fn open(app: &App, id: &str, caller: &Caller, endpoint: &Endpoint) -> Result<Option<Self>, Fault> {
        let Some(sealed) = open::<Sealed>(app, caller.org_id, id).await? else { return Ok(None) };
        let (kind, nonce, token, agent, version, can, begun) = sealed;
        let begun = Timestamp::from_micros(begun);
        let is_theirs = kind == SESSION && token == caller.token_id && agent.as_deref() == endpoint.agent();
        if !is_theirs || begun.plus(LASTS) < app.clock().now() {
            return Ok(None);
        }
        Ok(Some(Self { nonce, token, agent, version, can: Can::of_bits(can), begun }))
    }
}

/// Whether something is the id of a question of ours.
pub(super) fn is_question(id: &str) -> bool {
    id.starts_with(ASKED)
}

/// The id of a question to the client of a session. One whose answer any node can carry out says which ticket it is for,
/// and of which execution.
///
/// # Errors
/// When the organization's key cannot be had.
pub(super) async fn question(
    app: &App,
    org: OrgId,
    session: RequestId,
    about: Option<(TicketId, ExecutionId)>,
) -> Result<String, Fault> {
    let nonce: RequestId = app.ids().next();
    let Some((ticket, execution)) = about else { return Ok(format!("{ASKED}{nonce}")) };
    let sealed: SealedQuestion = (QUESTION.to_owned(), session, ticket, execution, nonce);
    Ok(format!("{ASKED}{}", seal(app, org, &sealed).await?))
}

/// The ticket that a question of this session was about, and its execution; none when its answer is nothing for another
/// node.
///
/// # Errors
/// When the organization's key cannot be had.
pub(super) async fn about(
    app: &App,
    org: OrgId,
    session: RequestId,
    id: &str,
) -> Result<Option<(TicketId, ExecutionId)>, Fault> {
    let Some(sealed) = id.strip_prefix(ASKED) else { return Ok(None) };
    let opened = open::<SealedQuestion>(app, org, sealed).await?;
    let opened = opened.filter(|(kind, of, ..)| kind == QUESTION && *of == session);
    Ok(opened.map(|(_, _, ticket, execution, _)| (ticket, execution)))
}

async fn seal<T: Serialize>(app: &App, org: OrgId, sealed: &T) -> Result<String, Fault> {
    let bytes = serde_json::to_vec(sealed).map_err(Fault::internal)?;
    app.vault().seal(org, &bytes).await
}

async fn open<T: DeserializeOwned>(app: &App, org: OrgId, text: &str) -> Result<Option<T>, Fault> {
    if text.len() > LONGEST {
        return Ok(None);
    }
    match app.vault().unseal(org, text).await {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(fault) if fault.kind == FaultKind::Unavailable => Err(fault),
        Err(_) => Ok(None),
    }
}
