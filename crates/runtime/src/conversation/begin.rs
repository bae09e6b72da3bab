//! Beginning a conversation, or going on with one.

use callwright_model::{
    Fault, FaultKind, Object,
    agent::{Agent, Overridden},
    chat::{ChatMessage, Usage},
    conversation::{Conversation, ConversationState},
    credit::Credits,
    id::{ConversationId, OrgId},
    run::Thread,
};
use callwright_store::conversation::ConversationRow;

use super::{Admission, session::Session, variables, whose::Kept};
use crate::{App, account::kept::KeptCaller, agents};

/// The most characters of a prompt that a client sends.
const MOST_PROMPT: usize = 65_536;
/// The most characters of a first message.
const MOST_FIRST: usize = 8_000;
/// The most characters of a name that a client gives.
const MOST_NAME: usize = 200;

/// What a client says of itself when it has connected. Nobody has checked it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Init {
    /// The user, as the client names them.
    pub user_id: Option<String>,
    /// Dynamic variables.
    pub variables: Object,
    /// Instead of the agent's instructions.
    pub prompt: Option<String>,
    /// Instead of the agent's first message.
    pub first_message: Option<String>,
    /// Instead of the agent's language.
    pub language: Option<String>,
    /// The client, as it names itself.
    pub source: Option<String>,
}

/// Why a conversation did not begin.
#[derive(Debug)]
pub enum Refusal {
    /// Something in what the client sent; the name is the protocol's.
    Said(&'static str, String),
    /// Anything else.
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault.kind {
            FaultKind::Invalid => Self::Said("invalid_message", fault.message),
            _ => Self::Fault(fault),
        }
    }
}

impl From<callwright_store::Error> for Refusal {
    fn from(error: callwright_store::Error) -> Self {
        Fault::from(error).into()
    }
}

impl Admission {
    /// Begins the conversation, or goes on with the one that the client has come back to.
    pub async fn begin(self, init: Init) -> Result<Session, Refusal> {
        match self.back.clone() {
            Some((row, kept)) => Ok(go_on(&self.app, row, kept).await?),
            None => self.begin_new(init).await,
        }
    }

    async fn begin_new(self, init: Init) -> Result<Session, Refusal> {
        let Self { app, agent, caller, nonce, source, .. } = self;
        let (org, now) = (agent.organization_id, app.clock().now());
        let id: ConversationId = app.ids().next();
        check_init(&agent, &init)?;
        let values = variables::all(&init.variables, id, agent.id, now);
        let prompt = init.prompt.as_deref().unwrap_or(&agent.instructions);
        let first = init.first_message.clone().or_else(|| agent.profile.first_message.clone());
        let (first, mut missing) = variables::fill(first.as_deref().unwrap_or_default(), &values);
        missing.extend(variables::fill(prompt, &values).1);
        if !missing.is_empty() {
            let names = missing.into_iter().collect::<Vec<_>>().join("`, `");
            let message = format!("the agent needs dynamic variables that were not sent: `{names}`");
            return Err(Refusal::Said("missing_dynamic_variable", message));
        }
        let first = Some(first).filter(|first| !first.trim().is_empty());
        let (reconnect, _) = callwright_vault::token::generate().map_err(Fault::internal)?;
        let kept = Kept {
            caller: caller.as_ref().map(KeptCaller::of),
            agent: agent.id,
            reconnect: reconnect.expose().to_owned(),
            prompt: init.prompt,
            first_message: first.clone(),
            language: init.language,
        };
        let user_id = caller.as_ref().map_or(agent.user_id, |caller| caller.user_id);
        let name = |text: Option<String>| text.map(|text| text.chars().take(MOST_NAME).collect::<String>());
        let conversation = Conversation {
            id,
            organization_id: org,
            agent_id: agent.id,
            agent_name: agent.name.clone(),
            thread_id: app.ids().next(),
            user_id,
            is_public: caller.is_none(),
            source: name(init.source.or(source)),
            client_user_id: name(init.user_id),
            dynamic_variables: init.variables.clone(),
            state: ConversationState::Live,
            end_reason: None,
            outcome: None,
            usage: Usage::default(),
            credits: Credits::from_thousandths(0),
            message_count: 0,
            tools: Vec::new(),
            started_at: now,
            ended_at: None,
            duration_s: 0,
        };
        let thread = Thread {
            id: conversation.thread_id,
            organization_id: org,
            user_id,
            agent_id: Some(agent.id),
            title: format!("Conversation with {}", agent.name).chars().take(MOST_NAME).collect(),
            context: init.variables,
            message_count: 0,
            created_at: now,
            updated_at: now,
        };
        let row = ConversationRow {
            request: kept.seal(&app, org).await?,
            hold: new_hold(&app),
            seen_at: now,
            delivered_seq: 0,
            updates: Vec::new(),
            nonce,
            searched_seq: 0,
            earlier: Vec::new(),
            conversation,
        };
        let said = first.map(|text| ChatMessage::Assistant { text, tool_calls: Vec::new(), opaque: None });
        let room = super::room(&app, row.conversation.is_public);
        app.store().begin_conversation(row.clone(), thread, said.into_iter().collect(), room).await?;
        Ok(Session::new(&app, row, kept))
    }
}

fn new_hold(app: &App) -> String {
    let id: callwright_model::id::RequestId = app.ids().next();
    id.to_string()
}

async fn go_on(app: &App, mut row: ConversationRow, kept: Kept) -> Result<Session, Fault> {
    let (org, id): (OrgId, _) = (row.conversation.organization_id, row.conversation.id);
    row.hold = new_hold(app);
    if !app.store().hold_conversation(org, id, &row.hold, app.clock().now()).await? {
        return Err(Fault::new(FaultKind::Gone, "conversation_ended", "this conversation has just ended"));
    }
    // As it is now that nobody else has it.
    let hold = row.hold.clone();
    let row = app.store().conversation(org, id).await?.unwrap_or(row);
    Ok(Session::new(app, ConversationRow { hold, ..row }, kept))
}

/// Refuses what a client may not set for itself.
fn check_init(agent: &Agent, init: &Init) -> Result<(), Refusal> {
    variables::check(&init.variables)?;
    for (said, what, most) in [
        (&init.prompt, Overridden::Prompt, MOST_PROMPT),
        (&init.first_message, Overridden::FirstMessage, MOST_FIRST),
        (&init.language, Overridden::Language, MOST_NAME),
    ] {
        let Some(text) = said else { continue };
        let name = what.as_str();
        if !agent.profile.overrides.contains(&what) {
            let message =
                format!("this agent does not let its clients set `{name}`; its `overrides` say what they may");
            return Err(Refusal::Said("override_error", message));
        }
        if text.chars().count() > most {
            let message = format!("`{name}` may have at most {most} characters");
            return Err(Refusal::Said("override_error", message));
        }
    }
    match init.language.as_deref().is_none_or(agents::is_language) {
        true => Ok(()),
        false => {
            Err(Refusal::Said("override_error", "`language` must be the tag of a language, such as `en`".to_owned()))
        }
    }
}
