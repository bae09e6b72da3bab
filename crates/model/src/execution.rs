//! The record of an execution: the one truth about its effect.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    Content, ErrorClass, Timestamp, ToolError,
    context::Channel,
    id::{AgentId, ExecutionId, NodeId, OrgId, TokenId, ToolId, UserId},
    tool::{Effect, Kind, speech::SpeechStage},
};

/// Where an execution stands.
///
/// ```text
/// received -> claimed -> started -> done | failed | unknown
///                |          (reads go from received to done or failed; nothing is written before)
///                +-> released   nothing was sent; the key may be used again
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Asked for.
    Received,
    /// Its intent is ours: no other execution may act on it.
    Claimed,
    /// Bytes may have left.
    Started,
    /// It worked.
    Done,
    /// It did not, and we know that it did not.
    Failed,
    /// It may or may not have worked.
    Unknown,
    /// Given up before anything was sent.
    Released,
    /// Waiting for somebody.
    Parked,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Claimed,
        Self::Started,
        Self::Done,
        Self::Failed,
        Self::Unknown,
        Self::Released,
        Self::Parked,
    ];

    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Claimed => "claimed",
            Self::Started => "started",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Released => "released",
            Self::Parked => "parked",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing more will happen by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Unknown | Self::Released)
    }
}

/// What one sending of a request came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The upstream's status, when one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorClass>,
    /// What went wrong, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// How long was waited before the next one, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited_ms: Option<u64>,
}

/// What a person decided about an unknown outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// It did happen.
    Done,
    /// It did not happen, and should not be tried again under this key.
    Failed,
    /// It did not happen, or may happen again: the key is free.
    Repeat,
}

impl Settlement {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Repeat => "repeat",
        }
    }
}

/// The `source` of executions that test cases make. They are no use of the tool.
pub const CASE_SOURCE: &str = "case";

/// An execution as the log shows it. Secrets and marked fields are hidden.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Execution {
    /// Its id.
    pub id: ExecutionId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// The tool.
    pub tool_id: ToolId,
    /// The tool's name at the time.
    pub tool_name: String,
    /// The tool's semantic version at the time.
    pub tool_version: String,
    /// The tool's revision at the time.
    pub tool_revision: i64,
    /// What carried it out.
    pub kind: Kind,
    /// What the tool does to the world.
    pub effect: Effect,
    /// Where it stands.
    pub state: State,
    /// The agent that asked, if one did.
    pub agent_id: Option<AgentId>,
    /// The user whose token or session asked.
    pub user_id: Option<UserId>,
    /// The token or session.
    pub token_id: Option<TokenId>,
    /// The phone call (`call_sid` or `call_id` of the context).
    pub call_id: Option<String>,
    /// The conversation (`conversation_id` of the context).
    pub conversation_id: Option<String>,
    /// Where the tool was used.
    pub channel: Channel,
    /// Which entrance it came through: `rest`, `cli`, `test`, `replay`…
    pub source: String,
    /// Given by the caller to have one effect only.
    pub intent_key: Option<String>,
    /// Hash of tool and arguments.
    pub args_hash: String,
    /// The arguments.
    #[schema(value_type = Object)]
    pub input: Value,
    /// The result.
    pub output: Option<Content>,
    /// The failure.
    pub error: Option<ToolError>,
    /// Every time the request was sent.
    pub attempts: Vec<Attempt>,
    /// Whether it was a rehearsal: nothing was sent.
    pub dry_run: bool,
    /// The execution that this one repeats.
    pub replay_of: Option<ExecutionId>,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// The server that carries it out.
    pub node_id: Option<NodeId>,
    /// What was decided about an unknown outcome.
    pub settled: Option<Settlement>,
    /// When it was asked for.
    pub received_at: Timestamp,
    /// When bytes first may have left.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// From asked to ended, in milliseconds.
    pub duration_ms: Option<f64>,
    /// What limits and the cache had to do with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<Passage>,
}

/// What the cache did for a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CacheUse {
    /// It had the result.
    Hit,
    /// It did not; the upstream was asked.
    Miss,
    /// An equal read was under way, and its result served both.
    Joined,
    /// The upstream failed, and an older result was given instead.
    Stale,
    /// The upstream said that the kept result still holds.
    Revalidated,
    /// The caller wanted the upstream to be asked.
    Bypass,
}

impl CacheUse {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Joined => "joined",
            Self::Stale => "stale",
            Self::Revalidated => "revalidated",
            Self::Bypass => "bypass",
        }
    }
}

/// How an execution came past limits and the cache, and what a sandbox says of it. What refused one stands in its error.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Passage {
    /// What the cache did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheUse>,
    /// How old the result was that the cache gave, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_age_ms: Option<u64>,
    /// How long it waited for a place, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_ms: Option<f64>,
    /// What the sandbox says of a Python tool's run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<SandboxReport>,
}

/// What a run in the sandbox took, and what it printed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct SandboxReport {
    /// How long the code ran, in milliseconds.
    pub wall_ms: f64,
    /// How long it waited for its turn, in milliseconds.
    pub waited_ms: f64,
    /// The most memory that it held, in bytes; the interpreter's own 20 MiB are in it.
    pub memory_bytes: u64,
    /// The lines that it printed or logged, secrets hidden; at most 64 KiB.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<String>,
    /// How many printed bytes are not kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub logs_omitted_bytes: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Something that happens while an execution runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Progress {
    /// The request is sent again after a wait.
    Retrying {
        /// Which sending this will be, from 2.
        attempt: u32,
        /// The wait before it, in milliseconds.
        wait_ms: u64,
        /// Why.
        class: ErrorClass,
    },
    /// Whoever carries the call is to act.
    Control {
        /// What to do: `action` and what belongs to it.
        #[schema(value_type = Object)]
        control: Value,
    },
    /// Part of it is done.
    Part {
        /// How much.
        done: f64,
        /// Of how much, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<f64>,
        /// What is being done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// A line for the execution's log.
    Log {
        /// The line.
        line: String,
    },
    /// Whoever carries the call is to say something.
    Speech {
        /// When in the execution.
        stage: SpeechStage,
        /// The sentence.
        say: String,
        /// Its language, when it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// For `delayed`: which stage, by its time after the beginning.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after_ms: Option<u32>,
        /// Whether the sentence should be finished before anything else is said.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        blocking: bool,
    },
}

/// A frame of the live stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// An execution was asked for, or changed its state.
    Execution {
        /// As it stands now.
        execution: Box<Execution>,
    },
    /// Something happened while it runs.
    Progress {
        /// Which.
        execution_id: ExecutionId,
        /// What.
        progress: Progress,
    },
    /// A tool that agents use was changed.
    ToolChanged {
        /// From what to what, and for whom.
        change: Box<crate::tool::release::Announcement>,
    },
}

/// Which executions to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecutionFilter {
    /// Of this tool.
    pub tool_id: Option<ToolId>,
    /// Asked for by this agent.
    pub agent_id: Option<AgentId>,
    /// Of this phone call.
    pub call_id: Option<String>,
    /// Of this conversation.
    pub conversation_id: Option<String>,
    /// Asked for by this user.
    pub user_id: Option<UserId>,
    /// In this state.
    pub state: Option<State>,
    /// Failed with this class.
    pub error_class: Option<ErrorClass>,
    /// Asked for at or after this time.
    pub since: Option<Timestamp>,
    /// Asked for before this time.
    pub until: Option<Timestamp>,
}
