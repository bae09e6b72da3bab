//! The client's first frame: who it is, its dynamic variables, and what it wants to set for itself.

use callwright_runtime::conversation::Init;
use serde_json::Value;

/// What the first frame says, besides what the conversation needs to know.
#[derive(Debug, Default, PartialEq)]
pub(super) struct First {
    /// For the conversation.
    pub init: Init,
    /// Which events the client wants; all without it.
    pub events: Option<Vec<String>>,
}

/// Reads the first frame. `Err`: in words, what is wrong with it.
pub(super) fn read(frame: &Value) -> Result<First, String> {
    let overrides = &frame["conversation_config_override"];
    let agent = &overrides["agent"];
    let variables = match &frame["dynamic_variables"] {
        Value::Null => Default::default(),
        Value::Object(variables) => variables.clone(),
        _ => return Err("`dynamic_variables` must be an object".to_owned()),
    };
    let events = match &overrides["conversation"]["client_events"] {
        Value::Null => None,
        Value::Array(events) => {
            Some(events.iter().filter_map(|event| event.as_str().map(str::to_owned)).take(100).collect())
        }
        _ => return Err("`conversation_config_override.conversation.client_events` must be a list".to_owned()),
    };
    let init = Init {
        user_id: text(frame, "user_id")?,
        variables,
        prompt: text(&agent["prompt"], "prompt")?,
        first_message: text(agent, "first_message")?,
        language: text(agent, "language")?,
        source: text(&frame["source_info"], "source")?,
    };
    Ok(First { init, events })
}

fn text(value: &Value, name: &str) -> Result<Option<String>, String> {
    match &value[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.replace('\0', ""))),
        _ => Err(format!("`{name}` must be a text")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_official_clients_first_frames_are_read() {
        let python = json!({"type": "conversation_initiation_client_data", "custom_llm_extra_body": {},
            "conversation_config_override": {"text_only": true}, "dynamic_variables": {"name": "Ada"},
            "source_info": {"source": "python_sdk", "version": "2.78.0"}, "user_id": "u1"});
        let first = read(&python).unwrap();
        assert_eq!((first.init.source.as_deref(), first.init.user_id.as_deref()), (Some("python_sdk"), Some("u1")));
        assert_eq!((first.init.variables["name"].as_str(), first.events), (Some("Ada"), None));
        let js = json!({"type": "conversation_initiation_client_data", "conversation_config_override": {
            "agent": {"prompt": {"prompt": "Be brief."}, "first_message": "Hi", "language": "de"}, "tts": {},
            "conversation": {"text_only": true, "client_events": ["agent_response"]}}});
        let first = read(&js).unwrap();
        assert_eq!((first.init.prompt.as_deref(), first.init.language.as_deref()), (Some("Be brief."), Some("de")));
        assert_eq!(first.events.unwrap(), ["agent_response"]);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        assert!(read(&json!({"dynamic_variables": []})).unwrap_err().contains("dynamic_variables"));
        assert!(read(&json!({"user_id": 7})).unwrap_err().contains("user_id"));
        assert_eq!(read(&json!({"conversation_config_override": 1})).unwrap(), First::default());
    }
}
