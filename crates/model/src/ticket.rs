//! Tickets: one mechanism for everything that an execution waits for.
//!
//! A ticket is durable, bound to the tool as it was and to the whole arguments, good for one use, and it expires.
//! What it holds up is resumed by one function of the runtime.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    Timestamp,
    account::Role,
    id::{AgentId, ExecutionId, OrgId, TicketId, TokenId, ToolId, UserId},
};

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketKind {
    /// An operator has to agree.
    Approval,
    /// The person on the line has to agree.
    Confirmation,
    /// The upstream sends the result later, to a one-time address.
    Callback,
    /// The caller was answered in time; the execution finishes behind.
    Late,
    /// Whoever holds the conversation carries the call out and sends the result.
    Client,
    /// The run of an agent or a workflow ends.
    Run,
}

impl TicketKind {
    const ALL: [Self; 6] = [Self::Approval, Self::Confirmation, Self::Callback, Self::Late, Self::Client, Self::Run];

    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Confirmation => "confirmation",
            Self::Callback => "callback",
            Self::Late => "late",
            Self::Client => "client",
            Self::Run => "run",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Where a ticket stands. It only ever moves on.
///
/// ```text
/// open -> approved -> used          an operator or the person on the line agreed, and the execution goes on
/// open -> answered -> used          the upstream sent the result, and it was recorded
/// open -> denied | expired | void   void: nothing is waited for any more
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// It waits.
    Open,
    /// It was agreed to, and the execution is about to go on.
    Approved,
    /// What it waited for has come, and is about to be recorded.
    Answered,
    /// It has served.
    Used,
    /// It was refused.
    Denied,
    /// Nobody came in time.
    Expired,
    /// Nothing is waited for any more: the execution ended, was cancelled, or is not what was agreed to.
    Void,
}

impl TicketState {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::Open, Self::Approved, Self::Answered, Self::Used, Self::Denied, Self::Expired, Self::Void];

    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Answered => "answered",
            Self::Used => "used",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Void => "void",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Who may decide a ticket, and how many of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TicketRule {
    /// How many different people have to agree.
    pub count: u8,
    /// The least role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Only these people, by e-mail address; empty means whoever has the role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    /// Whether the user whose token asked may not decide. The token itself never may.
    #[serde(default)]
    pub four_eyes: bool,
    /// Hashes of the secrets of one-time links, one for each that was sent out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(ignore)]
    pub links: Vec<String>,
}

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Whether they agreed.
    pub approve: bool,
    /// Who: a user, or nobody known when a signed link was used.
    pub user_id: Option<UserId>,
    /// Which of the signed links was used, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<u8>,
    /// What they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether they changed the arguments; what others had agreed to before is then void.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// When.
    pub at: Timestamp,
}

/// What a person who decides may see. Hidden fields are hidden.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Shown {
    /// The arguments, bound ones included.
    #[schema(value_type = Object)]
    pub arguments: Value,
    /// What the person is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// What the tool is called.
    pub title: String,
    /// What the tool does.
    pub description: String,
    /// The tool's semantic version.
    pub version: String,
    /// What the tool does to the world.
    pub effect: String,
}

/// A ticket, as whoever decides it sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// The execution that waits.
    pub execution_id: ExecutionId,
    /// What is waited for.
    pub kind: TicketKind,
    /// Where it stands.
    pub state: TicketState,
    /// The tool.
    pub tool_id: ToolId,
    /// The tool's name when it was asked for.
    pub tool_name: String,
    /// The tool's revision when it was asked for; the execution goes on with this one.
    pub revision: i64,
    /// The agent through which it was asked for.
    pub agent_id: Option<AgentId>,
    /// Whose token asked.
    pub user_id: UserId,
    /// The token.
    pub token_id: TokenId,
    /// The conversation.
    pub conversation_id: Option<String>,
    /// The phone call.
    pub call_id: Option<String>,
    /// What is to be done.
    pub shown: Shown,
    /// Who may decide.
    pub rule: TicketRule,
    /// What was decided so far.
    pub decisions: Vec<Decision>,
    /// When it expires.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts the changes. Whoever decides may name the one that they have seen.
    pub revised: i64,
}

impl Ticket {
    /// The decisions about what is asked now: those before an edit do not count any more.
    pub fn standing(&self) -> &[Decision] {
        let from = self.decisions.iter().rposition(|decision| decision.edited).unwrap_or(0);
        self.decisions.get(from..).unwrap_or_default()
    }

    /// How many agreed to what is asked now.
    pub fn approvals(&self) -> usize {
        self.standing().iter().filter(|decision| decision.approve).count()
    }
}

/// Something that an execution waits for, as the caller is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pending {
    /// The ticket.
    pub ticket: TicketId,
    /// What is waited for.
    pub kind: TicketKind,
    /// What to ask the person on the line, for a confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// A sentence for the person on the line.
    pub spoken: String,
    /// Until when it waits.
    pub expires_at: Timestamp,
    /// Where the outcome can be asked for.
    pub poll: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_voids_what_was_agreed_before() {
        let decision = |approve, edited| Decision {
            approve,
            user_id: None,
            link: None,
            note: None,
            edited,
            at: Timestamp::from_micros(0),
        };
        let ids = crate::IdSource::default();
        let mut ticket = Ticket {
            id: ids.next(),
            organization_id: ids.next(),
            execution_id: ids.next(),
            kind: TicketKind::Approval,
            state: TicketState::Open,
            tool_id: ids.next(),
            tool_name: String::new(),
            revision: 1,
            agent_id: None,
            user_id: ids.next(),
            token_id: ids.next(),
            conversation_id: None,
            call_id: None,
            shown: Shown::default(),
            rule: TicketRule { count: 2, role: None, users: Vec::new(), four_eyes: false, links: Vec::new() },
            decisions: vec![decision(true, false)],
            expires_at: Timestamp::from_micros(0),
            created_at: Timestamp::from_micros(0),
            updated_at: Timestamp::from_micros(0),
            revised: 1,
        };
        assert_eq!(ticket.approvals(), 1);
        ticket.decisions.push(decision(true, true));
        assert_eq!(ticket.approvals(), 1, "only the edit itself");
        ticket.decisions.push(decision(true, false));
        assert_eq!(ticket.approvals(), 2);
    }
}
