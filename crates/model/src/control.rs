//! Steering a call: what a `system` tool did, for whoever carries the call, and what a run does after it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    Object, Timestamp,
    execution::{Execution, State},
    id::{AgentId, ControlId, ExecutionId, RunId},
    tool::Kind,
};

/// Where a step's result says that the server itself vouches for the call and the conversation.
pub const VERIFIED: &str = "verified";

/// Something that is to be done to a call, or was done to it by a driver.
///
/// Its id follows from the execution's: however often an event is told of, it is told under one id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ControlEvent {
    /// Its id.
    pub id: ControlId,
    /// The conversation, if it is part of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    /// The phone call, if it is part of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_sid: Option<String>,
    /// Whether the server itself vouches for the call and the conversation; else whoever called the tool named them.
    pub verified: bool,
    /// The execution.
    pub execution_id: ExecutionId,
    /// The run that did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// The tool.
    pub tool: String,
    /// The agent that did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// `end_call`, `transfer_to_ai_agent`, `transfer_to_number`, `language_detection`, `skip_turn` or `play_dtmf`.
    pub action: String,
    /// What belongs to the action: the number, the agent, the language, the tones.
    #[schema(value_type = Object)]
    pub parameters: Object,
    /// What the person on the line is to hear first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

impl ControlEvent {
    /// The event that a recorded execution stands for. None: it did nothing to a call.
    pub fn of(execution: &Execution) -> Option<Self> {
        if execution.kind != Kind::System || execution.state != State::Done || execution.dry_run {
            return None;
        }
        let output = execution.output.as_ref()?;
        let mut parameters = output.data.as_ref()?.as_object()?.clone();
        let action = parameters.remove("action")?.as_str()?.to_owned();
        parameters.remove("message");
        let verified = parameters.remove(VERIFIED) == Some(Value::Bool(true));
        // A run calls its tools under keys that begin with its id.
        let key = execution.intent_key.as_deref().filter(|_| execution.source == "run");
        Some(Self {
            verified,
            run_id: key.and_then(|key| key.split(':').next()?.parse().ok()),
            id: ControlId::from_raw(execution.id.raw()),
            conversation_id: execution.conversation_id.clone(),
            call_sid: execution.call_id.clone(),
            execution_id: execution.id,
            tool: execution.tool_name.clone(),
            agent_id: execution.agent_id,
            action,
            parameters,
            message: output.message.clone(),
            created_at: execution.ended_at.unwrap_or(execution.received_at),
        })
    }

    /// As an object on the wire.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// What whoever called a tool does next, besides reading its result. Part of the recorded outcome, so that a run which
/// is taken up again obeys it as well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Directive {
    /// The agent's work is over.
    End {
        /// Its last words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// Another agent goes on.
    Handoff {
        /// Which.
        agent_id: AgentId,
        /// Its name.
        agent: String,
        /// Whether it is given what was said so far.
        pass_context: bool,
        /// Whether it speaks first.
        first_message: bool,
        /// The last words of the one that goes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The agent says nothing this time.
    Skip,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn execution(patch: Value) -> Execution {
        let mut execution = json!({
            "id": "exec_00000000000000000000000001", "organization_id": "org_00000000000000000000000000",
            "tool_id": "tool_00000000000000000000000000", "tool_name": "bye", "tool_version": "1.0.0", "tool_revision": 1,
            "kind": "system", "effect": "write", "state": "done", "call_id": "CA1", "conversation_id": "c",
            "channel": "call", "source": "run", "args_hash": "h", "input": {}, "attempts": [], "dry_run": false,
            "output": {"message": "Bye", "data": {"action": "end_call", "message": "Bye", "reason": "done", "verified": true}},
            "intent_key": "run_00000000000000000000000002:1:1",
            "received_at": "2026-11-28T10:00:00Z", "ended_at": "2026-11-28T10:00:01Z",
        });
        crate::merge::merge_patch(&mut execution, &patch);
        serde_json::from_value(execution).unwrap()
    }

    #[test]
    fn an_event_follows_from_the_record_alone() {
        let event = ControlEvent::of(&execution(json!({}))).unwrap();
        assert_eq!(event.id.to_string(), "ctl_00000000000000000000000001");
        assert_eq!((event.action.as_str(), event.message.as_deref()), ("end_call", Some("Bye")));
        assert_eq!(Value::Object(event.parameters), json!({"reason": "done"}));
        assert_eq!((event.call_sid.as_deref(), event.conversation_id.as_deref()), (Some("CA1"), Some("c")));
        assert!(event.verified);
        assert_eq!(event.run_id.unwrap().to_string(), "run_00000000000000000000000002");
        let called = json!({"source": "rest", "output": {"data": {"verified": null}}});
        let called = ControlEvent::of(&execution(called)).unwrap();
        assert!(!called.verified && called.run_id.is_none(), "a key of somebody else's is no run");
        for other in
            [json!({"kind": "http"}), json!({"state": "failed"}), json!({"dry_run": true}), json!({"output": null})]
        {
            assert_eq!(ControlEvent::of(&execution(other)), None);
        }
    }
}
