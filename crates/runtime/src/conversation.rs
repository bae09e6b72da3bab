//! Conversations: live sessions of voice and chat clients with an agent.
//!
//! A conversation is a row and a thread; every message of the person is an ordinary run on that thread. The socket that
//! holds one keeps nothing that the tables do not: it may break off at any moment, on any server, and the client goes on
//! where it was told to the end.

mod begin;
mod hub;
mod log;
mod session;
mod signed;
mod sweep;
mod variables;
mod whose;

use std::{net::IpAddr, time::Duration};

use callwright_model::{
    Fault, FaultKind, Object,
    account::Caller,
    agent::Agent,
    conversation::ConversationState,
    id::{AgentId, ConversationId, OrgId},
};
use callwright_store::conversation::{ConversationRow, Live, Room};

pub use begin::{Init, Refusal};
pub use hub::Conversations;
pub use log::{delete, get, list, messages};
pub use session::{Said, Session};
pub use signed::address;
pub(crate) use sweep::sweep;
pub(crate) use variables::fill;

use crate::{App, agents, app::not_ready, run::Talk};
use whose::Kept;

/// Conversations that one address may begin with public agents in a minute.
const MOST_BEGUN: i64 = 20;
/// How often one address may come back within [`WINDOW`]; many may be behind it.
const MOST_BACK: i64 = 120;
/// Over how long they are counted.
const WINDOW: Duration = Duration::from_secs(60);

/// How conversations are bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TalkSettings {
    /// Live conversations of one organization.
    pub most: u32,
    /// Live conversations of one public agent with people whom nobody knows.
    pub most_public: u32,
    /// How long nobody may say anything.
    pub idle: Duration,
    /// How long one may last.
    pub longest: Duration,
    /// How long a client that went away may take to come back.
    pub grace: Duration,
    /// How often a client is asked whether it is still there.
    pub ping: Duration,
    /// How long one is kept after its end; `None` keeps it for ever.
    pub retention: Option<Duration>,
    /// The most bytes of a document: a picture, or a large result.
    pub document_bytes: usize,
    /// How long one is kept; `None` keeps it for ever.
    pub document_retention: Option<Duration>,
}

impl Admission {
    /// Whether anybody knows who comes.
    pub fn is_known(&self) -> bool {
        self.caller.is_some() || self.back.as_ref().is_some_and(|(row, _)| !row.conversation.is_public)
    }
}

impl Default for TalkSettings {
    fn default() -> Self {
        Self {
            most: 1_000,
            most_public: 100,
            idle: Duration::from_secs(600),
            longest: Duration::from_secs(3_600),
            grace: Duration::from_secs(120),
            ping: Duration::from_secs(20),
            retention: Some(Duration::from_secs(90 * 24 * 3_600)),
            document_bytes: 8 << 20,
            document_retention: Some(Duration::from_secs(30 * 24 * 3_600)),
        }
    }
}

/// Who comes to the socket, and with what.
#[derive(Debug, Clone)]
pub struct Entrance {
    /// The agent: its id, or for somebody with a token its name.
    pub agent: String,
    /// From a signed address.
    pub signature: Option<String>,
    /// Whoever has shown a token.
    pub caller: Option<Caller>,
    /// From where.
    pub address: IpAddr,
    /// The conversation to go on with.
    pub back: Option<ConversationId>,
    /// The word by which a client comes back to it.
    pub back_token: Option<String>,
    /// The client, as it names itself.
    pub source: Option<String>,
}

/// Somebody who may talk to an agent.
pub struct Admission {
    app: App,
    agent: Agent,
    /// Nobody knows who talks to a public agent.
    caller: Option<Caller>,
    nonce: Option<String>,
    back: Option<(ConversationRow, Kept)>,
    source: Option<String>,
}

/// Lets somebody in, or refuses before there is a conversation.
///
/// # Errors
/// Unauthenticated: the agent is not public and nothing says who asks. Limited: too many conversations. Gone
/// `conversation_ended`: there is nothing to come back to.
pub async fn admit(app: &App, entrance: Entrance) -> Result<Admission, Fault> {
    if !app.is_ready() {
        return Err(not_ready());
    }
    if let (Some(id), Some(token)) = (entrance.back, &entrance.back_token) {
        return come_back(app, &entrance, id, token).await;
    }
    let (agent, caller, nonce) = match (&entrance.signature, &entrance.caller) {
        (Some(sealed), _) => {
            let opened = signed::open(app, &entrance.agent, sealed).await?;
            (opened.agent, Some(opened.caller), Some(opened.nonce))
        }
        (None, Some(caller)) => {
            let caller = signed::untrusted(caller)?;
            (agents::runnable(app, &caller, &entrance.agent).await?, Some(caller), None)
        }
        (None, None) => (public(app, &entrance.agent).await?, None, None),
    };
    let back = match entrance.back {
        None => None,
        Some(id) => {
            let caller = caller.as_ref().ok_or_else(nothing_to_come_back_with)?;
            let row = app.store().conversation(agent.organization_id, id).await?;
            let row = row.filter(|row| row.conversation.user_id == caller.user_id && !row.conversation.is_public);
            // A signed address is good for the one conversation that it began.
            let row = row.filter(|row| nonce.is_none() || nonce == row.nonce);
            let (row, kept) = live(app, row.ok_or_else(|| Fault::not_found("conversation", id))?).await?;
            if nonce.is_none() && !kept.is_of(caller) {
                return Err(nothing_to_come_back_with());
            }
            Some((row, kept))
        }
    };
    if back.is_none() {
        check_room(app, &agent, caller.is_none(), entrance.address).await?;
    }
    Ok(Admission { app: app.clone(), agent, caller, nonce, back, source: entrance.source })
}

/// Whoever has the word that a conversation began with goes on with it, on whatever socket.
async fn come_back(app: &App, entrance: &Entrance, id: ConversationId, token: &str) -> Result<Admission, Fault> {
    let key = format!("back:{}", place_of(entrance.address));
    if app.store().record_failure(&key, app.clock().now(), WINDOW).await? > MOST_BACK {
        let message = "this address came back to conversations too often; wait a minute";
        return Err(Fault::new(FaultKind::Limited, "too_many_conversations", message)
            .with_details(serde_json::json!({ "retry_after_ms": WINDOW.as_millis() as u64 })));
    }
    let agent: AgentId = entrance.agent.parse().map_err(|_| nothing_to_come_back_with())?;
    let agent = app.store().any_agent(agent).await?.ok_or_else(nothing_to_come_back_with)?;
    let row = app.store().conversation(agent.organization_id, id).await?.ok_or_else(nothing_to_come_back_with)?;
    let kept = Kept::open(app, &row).await?;
    if !callwright_vault::token::constant_time_eq(&kept.reconnect, token) {
        return Err(nothing_to_come_back_with());
    }
    let back = live(app, row).await?;
    Ok(Admission {
        app: app.clone(),
        agent,
        caller: None,
        nonce: None,
        back: Some(back),
        source: entrance.source.clone(),
    })
}

async fn live(app: &App, row: ConversationRow) -> Result<(ConversationRow, Kept), Fault> {
    if row.conversation.state == ConversationState::Ended {
        return Err(Fault::new(FaultKind::Gone, "conversation_ended", "this conversation has ended; begin a new one"));
    }
    let kept = Kept::open(app, &row).await?;
    // Whoever may not talk any more is told nothing of it either.
    kept.caller(app, &row).await?;
    Ok((row, kept))
}

fn nothing_to_come_back_with() -> Fault {
    let message = "to go on with a conversation, show the `reconnect_token` that it was given, or the token or the signed address that began it";
    signed::unauthenticated("unauthenticated", message)
}

async fn public(app: &App, agent: &str) -> Result<Agent, Fault> {
    let found = match agent.parse::<AgentId>() {
        Ok(id) => app.store().any_agent(id).await?,
        Err(_) => None,
    };
    // One that is not there and one that is not public are told alike.
    found.filter(|agent| agent.profile.public).ok_or_else(|| {
        let message = "there is no public agent of this id; for any other, connect to a signed address (`GET /v1/convai/conversation/get-signed-url`) or send a token";
        signed::unauthenticated("unauthenticated", message)
    })
}

/// An address as somebody has it: a household has a whole /64.
pub fn place_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}", address.to_bits() >> 64),
    }
}

async fn check_room(app: &App, agent: &Agent, is_public: bool, address: IpAddr) -> Result<(), Fault> {
    if is_public {
        let key = format!("talk:{}", place_of(address));
        if app.store().record_failure(&key, app.clock().now(), WINDOW).await? > MOST_BEGUN {
            let message = "too many conversations from this address; wait a minute before the next one";
            return Err(Fault::new(FaultKind::Limited, "too_many_conversations", message)
                .with_details(serde_json::json!({ "retry_after_ms": WINDOW.as_millis() as u64 })));
        }
    }
    let live = app.store().live_conversations(agent.organization_id, agent.id).await?;
    if !room(app, is_public).holds(&live) {
        let message = "there are as many conversations as there may be; try again later";
        return Err(Fault::new(FaultKind::Limited, "too_many_conversations", message)
            .with_details(serde_json::json!({ "retry_after_ms": 10_000 })));
    }
    Ok(())
}

/// How many conversations there may be. Strangers take at most half of the places.
fn room(app: &App, is_public: bool) -> Room {
    let talk = &app.settings().talk;
    let (all, of_agent) = (u64::from(talk.most), u64::from(talk.most_public));
    Room { all, public: is_public.then_some(Live { all, public: (all / 2).max(1), of_agent }) }
}

/// What an agent is told in a conversation: its instructions, with the variables filled in. What the client set for
/// itself and what was said first belong to the agent that it began with.
fn instructions(agent: &Agent, kept: &Kept, variables: &Object) -> String {
    let is_first = agent.id == kept.agent;
    let base = kept.prompt.as_deref().filter(|_| is_first).unwrap_or(&agent.instructions);
    let (mut text, _) = variables::fill(base, variables);
    if let Some(language) = kept.language.as_ref().or(agent.profile.language.as_ref()) {
        text.push_str(&format!("\n\nSpeak the language `{language}`, unless you are asked for another one."));
    }
    if let Some(first) = kept.first_message.as_ref().filter(|_| is_first) {
        text.push_str(&format!("\n\nYou have begun the conversation with these words: {first}"));
    }
    text
}

/// What a turn of another agent brings along that takes a conversation over, and with what words that agent begins one.
pub(crate) async fn turn_of(
    app: &App,
    org: OrgId,
    conversation: Option<ConversationId>,
    agent: &Agent,
) -> Result<Option<(Talk, Option<String>)>, Fault> {
    let Some(id) = conversation else { return Ok(None) };
    let Some(row) = app.store().conversation(org, id).await? else { return Ok(None) };
    let kept = Kept::open(app, &row).await?;
    let values = variables::all(&row.conversation.dynamic_variables, id, agent.id, app.clock().now());
    let first = agent.profile.first_message.as_deref().map(|first| variables::fill(first, &values));
    // Words with gaps are not said; the model finds others.
    let first = first.filter(|(first, missing)| missing.is_empty() && !first.trim().is_empty()).map(|(first, _)| first);
    Ok(Some((Talk { id, instructions: instructions(agent, &kept, &values), before: Vec::new() }, first)))
}
