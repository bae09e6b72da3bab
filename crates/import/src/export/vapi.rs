//! A tool as the API of Vapi takes it.
//!
//! A function whose server is this one: whatever the tool is, Vapi calls it here, and everything that stands around it
//! (bound values, approvals, retries) goes on counting. A tool that came from Vapi goes back to its own server, and a
//! plain request can be written as one that Vapi sends itself.

mod messages;
mod request;

use callwright_model::tool::{
    Config, SystemAction, ToolSpec,
    system::{NumberRule, TransferMode},
};
use serde_json::{Map, Value, json};

use super::{Lost, lost::Losses};

/// What begins the names of labels that keep fields of theirs.
pub(crate) const LABEL: &str = "vapi/";
/// What the platform is called in sentences.
const NAME: &str = "a tool of Vapi";

/// The body of a request in Vapi's own envelope, for the function `name`.
pub(crate) fn envelope(name: &str) -> Value {
    json!({"message": {"type": "tool-calls", "toolCallList": [{
        "id": "${execution_id}", "type": "function", "function": {"name": name, "arguments": "{{ parameters }}"}
    }]}})
}

/// A definition, and what it does not hold. `as_request`: a plain request, where the tool is one.
pub(super) fn write(spec: &ToolSpec, here: &str, as_request: bool) -> (Value, Vec<Lost>) {
    let mut losses = Losses::default();
    let mut held = vec!["description", "parameters", "speech"];
    let mut tool = match &spec.config {
        Config::System(system) => {
            held.extend(["config", "effect"]);
            for (field, is_there) in [
                ("config.trigger_phrases", !system.trigger_phrases.is_empty()),
                ("config.webhook", system.webhook.is_some()),
                ("config.driver", system.driver.is_some()),
            ] {
                if is_there {
                    losses.add(field, format!("{NAME} has no place for it"));
                }
            }
            let mut tool = step(&system.action, &mut losses);
            let usual = match tool["type"].as_str() {
                Some("endCall") => "end_call",
                Some("dtmf") => "play_dtmf",
                _ if matches!(system.action, SystemAction::TransferToNumber { .. }) => "transfer_to_number",
                _ => "transfer_to_agent",
            };
            if spec.name != usual || !spec.description.is_empty() {
                tool.insert("function".to_owned(), named(spec, None));
            }
            tool
        }
        Config::Http(http) if as_request && http.preset.is_none() => {
            request::api_request(spec, http, &mut held, &mut losses)
        }
        Config::Http(http) if http.body.as_ref().and_then(|body| body.json.as_ref()).is_some_and(is_envelope) => {
            request::own_server(spec, http, &mut held, &mut losses)
        }
        _ => request::function(spec, here, &mut held, &mut losses),
    };
    if let Some(speech) = &spec.speech {
        let said = messages::write(speech, &mut losses);
        if !said.is_empty() {
            tool.insert("messages".to_owned(), Value::Array(said));
        }
    }
    for (label, text) in &spec.labels {
        let Some(field) = label.strip_prefix(LABEL) else { continue };
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            tool.entry(field).or_insert(value);
        }
    }
    if spec.labels.keys().all(|label| label.starts_with(LABEL)) {
        held.push("labels");
    }
    losses.rest(spec, &held, NAME);
    (Value::Object(tool), losses.into_list())
}

/// Whether a body is the envelope of some function.
fn is_envelope(json: &Value) -> bool {
    let name = json.pointer("/message/toolCallList/0/function/name").and_then(Value::as_str);
    name.is_some_and(|name| *json == envelope(name))
}

/// The name and words of a function, with a schema where it has one.
fn named(spec: &ToolSpec, parameters: Option<Value>) -> Value {
    let mut function = Map::new();
    function.insert("name".to_owned(), json!(spec.name));
    if !spec.description.is_empty() {
        function.insert("description".to_owned(), json!(spec.description));
    }
    if let Some(parameters) = parameters {
        function.insert("parameters".to_owned(), parameters);
    }
    Value::Object(function)
}

fn step(action: &SystemAction, losses: &mut Losses) -> Map<String, Value> {
    let lose =
        |field: &str, losses: &mut Losses| losses.add(format!("config.{field}"), format!("{NAME} has no place for it"));
    let step = match action {
        SystemAction::EndCall { message } => {
            if message.is_some() {
                lose("message", losses);
            }
            json!({"type": "endCall"})
        }
        SystemAction::PlayDtmf { pause_ms } => {
            if pause_ms.is_some() {
                lose("pause_ms", losses);
            }
            json!({"type": "dtmf"})
        }
        SystemAction::TransferToNumber { rules } => {
            let to: Vec<Value> = rules.iter().enumerate().map(|(at, rule)| number(at, rule, losses)).collect();
            json!({"type": "transferCall", "destinations": to})
        }
        SystemAction::TransferToAiAgent { rules } => {
            let mut to = Vec::new();
            for (at, rule) in rules.iter().enumerate() {
                for (field, is_there) in
                    [("pass_context", !rule.pass_context), ("enable_first_message", rule.enable_first_message)]
                {
                    if is_there {
                        lose(&format!("rules.{at}.{field}"), losses);
                    }
                }
                let mut one = json!({"type": "assistant", "assistantName": rule.agent_id});
                if !rule.condition.is_empty() {
                    one["description"] = json!(rule.condition);
                }
                if let Some(message) = &rule.transfer_message {
                    one["message"] = json!(message);
                }
                to.push(one);
            }
            json!({"type": "handoff", "destinations": to})
        }
        SystemAction::LanguageDetection { .. } | SystemAction::SkipTurn { .. } => {
            losses.add(
                "config",
                format!("Vapi has no tool for `{}`; it calls this server, which cannot do it there", action.as_str()),
            );
            json!({"type": "function"})
        }
    };
    match step {
        Value::Object(step) => step,
        _ => Map::new(),
    }
}

fn number(at: usize, rule: &NumberRule, losses: &mut Losses) -> Value {
    if rule.play_hold_music {
        losses.add(format!("config.rules.{at}.play_hold_music"), format!("{NAME} has no place for it"));
    }
    let mut to = match rule.phone_number.starts_with("sip:") {
        true => json!({"type": "sip", "sipUri": rule.phone_number}),
        false => json!({"type": "number", "number": rule.phone_number}),
    };
    if !rule.condition.is_empty() {
        to["description"] = json!(rule.condition);
    }
    if let Some(message) = &rule.transfer_message {
        to["message"] = json!(message);
    }
    let mode = match rule.transfer_mode {
        TransferMode::Warm => "warm-transfer-say-summary",
        TransferMode::Cold => "blind-transfer",
    };
    to["transferPlan"] = json!({ "mode": mode });
    to
}
