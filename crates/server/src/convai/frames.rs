//! The frames of the protocol, in both directions.

use callwright_model::conversation::EndReason;
use callwright_runtime::conversation::Said;
use serde_json::{Value, json};

/// The most values in one frame.
const MOST_VALUES: usize = 20_000;

/// What a client sends.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Heard {
    /// The person says something.
    Message(String),
    /// Something that the agent is to know.
    Update(String),
    /// The result of a client tool.
    Result {
        /// The call.
        id: String,
        /// Any JSON value.
        result: Value,
        /// Whether it did not work.
        is_error: bool,
    },
    /// The person does something.
    Activity,
    /// It is still there.
    Pong(i64),
    /// What the person thinks of an answer.
    Feedback {
        /// The answer's number.
        event: i64,
        /// Liked, disliked, or nothing any more.
        liked: Option<bool>,
    },
    /// Files that a message refers to.
    Files(Option<String>),
    /// Sound.
    Audio,
    /// Nothing that anybody here knows.
    Unknown,
}

/// Reads a frame. `Err`: in words, what is wrong with it.
pub(super) fn read(mut frame: Value) -> Result<Heard, String> {
    let result = frame.get_mut("result").map(Value::take).unwrap_or_default();
    let frame = &frame;
    let Some(kind) = frame["type"].as_str() else {
        let is_audio = frame.get("user_audio_chunk").is_some();
        return Ok(if is_audio { Heard::Audio } else { Heard::Unknown });
    };
    let said = |value: &Value| match value {
        Value::String(text) => Ok(text.replace('\0', "")),
        _ => Err(format!("`text` of a `{kind}` must be a text")),
    };
    Ok(match kind {
        "user_message" => Heard::Message(said(&frame["text"])?),
        "contextual_update" => Heard::Update(said(&frame["text"])?),
        "user_activity" => Heard::Activity,
        "pong" => Heard::Pong(frame["event_id"].as_i64().unwrap_or_default()),
        "client_tool_result" => Heard::Result {
            id: frame["tool_call_id"].as_str().unwrap_or_default().to_owned(),
            result: without_nul(result),
            is_error: frame["is_error"].as_bool().unwrap_or_default(),
        },
        "feedback" => Heard::Feedback {
            event: frame["event_id"].as_i64().unwrap_or_default(),
            liked: match frame["score"].as_str() {
                Some("like") => Some(true),
                Some("dislike") => Some(false),
                _ => None,
            },
        },
        "multimodal_message" => {
            let text = match &frame["text"] {
                Value::Null => None,
                Value::Object(message) => Some(said(message.get("text").unwrap_or(&Value::Null))?),
                other => Some(said(other)?),
            };
            let has_files = frame.get("file").is_some_and(|file| !file.is_null())
                || frame["files"].as_array().is_some_and(|files| !files.is_empty());
            match (text, has_files) {
                (text, true) => Heard::Files(text),
                (Some(text), false) => Heard::Message(text),
                (None, false) => Heard::Unknown,
            }
        }
        "user_audio_chunk" => Heard::Audio,
        _ => Heard::Unknown,
    })
}

/// PostgreSQL cannot keep a NUL in a text, so none gets in, with either database.
fn without_nul(mut value: Value) -> Value {
    strip_nul(&mut value);
    value
}

fn strip_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|letter| letter != '\0'),
        Value::Array(items) => items.iter_mut().for_each(strip_nul),
        Value::Object(fields) => {
            if fields.keys().any(|name| name.contains('\0')) {
                *fields =
                    std::mem::take(fields).into_iter().map(|(name, field)| (name.replace('\0', ""), field)).collect();
            }
            fields.values_mut().for_each(strip_nul);
        }
        _ => {}
    }
}

/// Whether a frame holds more values than anybody has to send: each takes many times its own bytes once it is read.
pub(super) fn is_too_rich(text: &str) -> bool {
    let (mut values, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => values += 1,
            _ => {}
        }
        if values > MOST_VALUES {
            return true;
        }
    }
    false
}

/// The first frame of the server.
pub(super) fn metadata(id: &impl serde::Serialize, reconnect_token: &str) -> Value {
    json!({
        "type": "conversation_initiation_metadata",
        "conversation_initiation_metadata_event": {
            "conversation_id": id,
            "agent_output_audio_format": "pcm_16000",
            "user_input_audio_format": "pcm_16000",
            "reconnect_token": reconnect_token,
        },
    })
}

/// A ping; clients read how long the last one took.
pub(super) fn ping(event: i64, took_ms: Option<u64>) -> Value {
    json!({"type": "ping", "ping_event": {"event_id": event, "ping_ms": took_ms}})
}

/// Something went wrong.
pub(super) fn error(code: u16, kind: &str, message: &str) -> Value {
    json!({"type": "error", "error_event": {"code": code, "error_type": kind, "message": message, "reason": message}})
}

/// What the client is told; none for what is no frame.
pub(super) fn write(said: &Said, event: i64) -> Option<Value> {
    Some(match said {
        Said::Start => part("start", "", event),
        Said::Delta(text) => part("delta", text, event),
        Said::Stop => part("stop", "", event),
        Said::Response { text, event, .. } => json!({
            "type": "agent_response",
            "agent_response_event": {"agent_response": text, "event_id": event},
        }),
        Said::Call(call) => json!({
            "type": "client_tool_call",
            "client_tool_call": {
                "tool_name": call.tool, "tool_call_id": call.ticket, "parameters": call.parameters, "event_id": event,
                "expects_response": call.expects_response,
            },
        }),
        Said::ToolRequest { name, id, kind } => json!({
            "type": "agent_tool_request",
            "agent_tool_request": {"tool_name": name, "tool_call_id": id, "tool_type": kind, "event_id": event},
        }),
        Said::ToolResponse { name, id, kind, is_error } => json!({
            "type": "agent_tool_response",
            "agent_tool_response": {
                "tool_name": name, "tool_call_id": id, "tool_type": kind, "is_error": is_error, "is_called": true,
                "event_id": event,
            },
        }),
        Said::Interruption { event } => json!({"type": "interruption", "interruption_event": {"event_id": event}}),
        Said::Correction { original, corrected } => json!({
            "type": "agent_response_correction",
            "agent_response_correction_event": {
                "original_agent_response": original, "corrected_agent_response": corrected, "event_id": event,
            },
        }),
        Said::Control(step) => json!({"type": "call_control", "call_control": step}),
        Said::Problem { kind, message } => error(1011, kind, message),
        Said::Over(EndReason::MaxDurationExceeded) => {
            error(1000, "max_duration_exceeded", "the conversation has lasted as long as one may")
        }
        Said::Over(_) | Said::Taken => return None,
    })
}

fn part(kind: &str, text: &str, event: i64) -> Value {
    json!({"type": "agent_chat_response_part", "text_response_part": {"text": text, "type": kind, "event_id": event}})
}

/// Whether a client that named the events it wants is sent this one. What it cannot do without is sent always.
pub(super) fn is_wanted(frame: &Value, events: Option<&[String]>) -> bool {
    let Some(events) = events else { return true };
    match frame["type"].as_str().unwrap_or_default() {
        "conversation_initiation_metadata" | "client_tool_call" | "ping" | "error" => true,
        kind => events.iter().any(|event| event == kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_both_official_clients_are_read() {
        for (frame, heard) in [
            (json!({"type": "user_message", "text": "hi\u{0}"}), Heard::Message("hi".into())),
            (json!({"type": "contextual_update", "text": "page 2", "context_id": "c"}), Heard::Update("page 2".into())),
            (json!({"type": "user_activity"}), Heard::Activity),
            (json!({"type": "pong", "event_id": 7}), Heard::Pong(7)),
            (
                json!({"type": "client_tool_result", "tool_call_id": "t", "result": {"k": [1, "a\u{0}"]}, "is_error": false}),
                Heard::Result { id: "t".into(), result: json!({"k": [1, "a"]}), is_error: false },
            ),
            (
                json!({"type": "client_tool_result", "tool_call_id": "t", "result": 3}),
                Heard::Result { id: "t".into(), result: json!(3), is_error: false },
            ),
            (json!({"user_audio_chunk": "AAAA"}), Heard::Audio),
            (
                json!({"type": "feedback", "event_id": 2, "score": "dislike"}),
                Heard::Feedback { event: 2, liked: Some(false) },
            ),
            (json!({"type": "feedback", "event_id": 2, "score": null}), Heard::Feedback { event: 2, liked: None }),
            (
                json!({"type": "multimodal_message", "text": {"type": "user_message", "text": "look"}}),
                Heard::Message("look".into()),
            ),
            (json!({"type": "multimodal_message", "files": [{"file_id": "f"}]}), Heard::Files(None)),
            (json!({"type": "mcp_tool_approval_result"}), Heard::Unknown),
            (json!([1]), Heard::Unknown),
        ] {
            assert_eq!(read(frame.clone()), Ok(heard), "{frame}");
        }
        assert!(read(json!({"type": "user_message", "text": 7})).is_err());
    }

    #[test]
    fn a_frame_of_very_many_values_is_known_before_it_is_read() {
        let many = json!({"result": vec![json!({"": 0}); MOST_VALUES]}).to_string();
        assert!(is_too_rich(&many));
        // What stands in a text counts as one, however long it is.
        let long = json!({"result": ",[{\\\"".repeat(MOST_VALUES)}).to_string();
        assert!(!is_too_rich(&long));
    }

    #[test]
    fn a_client_is_sent_what_it_asked_for_and_what_it_needs() {
        let wants = ["agent_response".to_owned()];
        for (kind, wanted) in
            [("agent_response", true), ("client_tool_call", true), ("agent_chat_response_part", false)]
        {
            assert_eq!(is_wanted(&json!({"type": kind}), Some(&wants)), wanted);
            assert!(is_wanted(&json!({"type": kind}), None));
        }
    }
}
