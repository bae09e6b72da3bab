//! Conversations. A client's socket holds one by a word of its own; whoever takes it up writes another, and what the
//! first one writes after that changes nothing.
//!
//! One begins in `begin`, is held and ended in `hold`, handed to another agent in `heir`, and found again in `read`; what
//! it came to is counted in `tally`, and `forget` deletes it with all that was said.

mod begin;
mod forget;
mod heir;
mod hold;
mod read;
mod tally;

use callwright_model::{
    Timestamp,
    chat::Usage,
    conversation::{Conversation, ConversationState, EndReason, TalkOutcome},
    credit::Credits,
    id::ThreadId,
};

use crate::{error::Result, value::Row};

pub use begin::{Live, Room};
pub use heir::Heir;
pub use read::ConversationFilter;
pub use tally::Tally;

/// A conversation with what only the server may see of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationRow {
    /// What everybody may know of it.
    pub conversation: Conversation,
    /// Who talks and how it was begun, sealed.
    pub request: String,
    /// Which socket has it.
    pub hold: String,
    /// When a client was last there.
    pub seen_at: Timestamp,
    /// The place in the thread up to which the client was told.
    pub delivered_seq: i64,
    /// What the client wants the agent to know before its next turn.
    pub updates: Vec<String>,
    /// The name of the signed address that it used up.
    pub nonce: Option<String>,
    /// The place in the thread up to which what was said can be searched.
    pub searched_seq: i64,
    /// The threads before this one, oldest first.
    pub earlier: Vec<ThreadId>,
}

impl ConversationRow {
    /// All its threads, oldest first.
    pub fn threads(&self) -> Vec<ThreadId> {
        self.earlier.iter().copied().chain([self.conversation.thread_id]).collect()
    }
}

const COLUMNS: &str = "id, org_id, agent_id, agent_name, thread_id, earlier, user_id, is_public, request, source, \
    client_user_id, variables, state, hold, seen_at, delivered_seq, updates, nonce, end_reason, outcome, \
    prompt_tokens, completion_tokens, total_tokens, credits, message_count, tools, searched_seq, started_at, ended_at";

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

fn row(row: &Row) -> Result<ConversationRow> {
    let mut fields = row.fields("conversation");
    let id = fields.id("id")?;
    let organization_id = fields.id("org_id")?;
    let agent_id = fields.id("agent_id")?;
    let agent_name = fields.string("agent_name")?;
    let thread_id = fields.id("thread_id")?;
    let earlier = fields.json("earlier")?;
    let user_id = fields.id("user_id")?;
    let is_public = fields.flag("is_public")?;
    let request = fields.string("request")?;
    let source = fields.opt_string("source")?;
    let client_user_id = fields.opt_string("client_user_id")?;
    let dynamic_variables = fields.json("variables")?;
    let state = fields.word("state", ConversationState::parse)?;
    let hold = fields.string("hold")?;
    let seen_at = fields.time("seen_at")?;
    let delivered_seq = fields.int("delivered_seq")?;
    let updates = fields.json("updates")?;
    let nonce = fields.opt_string("nonce")?;
    let end_reason = fields.opt_word("end_reason", EndReason::parse)?;
    let outcome = fields.opt_word("outcome", TalkOutcome::parse)?;
    let usage = Usage {
        prompt_tokens: count(fields.int("prompt_tokens")?),
        completion_tokens: count(fields.int("completion_tokens")?),
        total_tokens: count(fields.int("total_tokens")?),
        cached_tokens: 0,
    };
    let credits = Credits::from_thousandths(fields.int("credits")?);
    let message_count = fields.int("message_count")?;
    let tools = fields.json("tools")?;
    let searched_seq = fields.int("searched_seq")?;
    let started_at = fields.time("started_at")?;
    let ended_at = fields.opt_time("ended_at")?;
    let conversation = Conversation {
        id,
        organization_id,
        agent_id,
        agent_name,
        thread_id,
        user_id,
        is_public,
        source,
        client_user_id,
        dynamic_variables,
        state,
        end_reason,
        outcome,
        usage,
        credits,
        message_count,
        tools,
        started_at,
        ended_at,
        duration_s: ended_at.unwrap_or(seen_at).since(started_at).as_secs(),
    };
    Ok(ConversationRow { conversation, request, hold, seen_at, delivered_seq, updates, nonce, searched_seq, earlier })
}
