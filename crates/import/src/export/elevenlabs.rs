//! A tool as the API of ElevenLabs takes it: `{"tool_config": …}`.

mod schema;
pub(in crate::export) use schema::is_required;
mod webhook;

use callwright_model::tool::{
    ClientConfig, Config, SystemAction, ToolSpec,
    system::{NumberRule, TransferMode},
};
use serde_json::{Map, Value, json};

use super::{Lost, lost::Losses};

/// What begins the names of labels that keep fields of theirs.
pub(crate) const LABEL: &str = "elevenlabs/";
/// What the platform is called in sentences.
pub(super) const NAME: &str = "a tool of ElevenLabs";
/// Fields that are held, whatever the kind.
const HELD: [&str; 4] = ["description", "config", "parameters", "bound"];

/// A definition, and what it does not hold.
pub(super) fn write(spec: &ToolSpec, here: &str) -> (Value, Vec<Lost>) {
    let mut losses = Losses::default();
    let mut held = HELD.to_vec();
    let mut config = match &spec.config {
        // What a preset makes of a call only this server knows.
        Config::Http(http) if http.preset.is_none() => webhook::http(spec, http, &mut held, &mut losses),
        Config::Client(client) => self::client(spec, client, &mut losses),
        Config::System(system) => {
            // Its parameters follow from what it does.
            let config = self::system(&system.action, &mut losses);
            let told = [
                ("config.trigger_phrases", !system.trigger_phrases.is_empty()),
                ("config.webhook", system.webhook.is_some()),
                ("config.driver", system.driver.is_some()),
            ];
            for (field, _) in told.into_iter().filter(|(_, is_there)| *is_there) {
                losses.add(field, format!("{NAME} has no place for it"));
            }
            config
        }
        // What runs in this server is reached by its own address.
        _ => webhook::ours(spec, here, &mut held, &mut losses),
    };
    config.insert("name".to_owned(), json!(spec.name));
    if !spec.description.is_empty() || spec.config.system().is_none() {
        config.insert("description".to_owned(), json!(spec.told()));
    }
    if let Config::System(_) = &spec.config {
        config.insert("description".to_owned(), json!(spec.description));
    }
    for (label, text) in &spec.labels {
        let Some(place) = label.strip_prefix(LABEL) else { continue };
        let Ok(value) = serde_json::from_str::<Value>(text) else { continue };
        let target = match place.strip_prefix("api_schema.") {
            Some(field) => config.get_mut("api_schema").and_then(Value::as_object_mut).map(|inner| (inner, field)),
            None => Some((&mut config, place)),
        };
        // What the tool itself says now counts.
        if let Some((target, field)) = target {
            target.entry(field).or_insert(value);
        }
    }
    if spec.labels.keys().all(|label| label.starts_with(LABEL)) {
        held.push("labels");
    }
    losses.rest(spec, &held, NAME);
    (json!({ "tool_config": config }), losses.into_list())
}

fn client(spec: &ToolSpec, client: &ClientConfig, losses: &mut Losses) -> Map<String, Value> {
    let mut config = Map::new();
    config.insert("type".to_owned(), json!("client"));
    let names: Vec<(String, String)> = schema::names(spec).map(|name| (name.clone(), name.clone())).collect();
    if !names.is_empty() {
        config.insert("parameters".to_owned(), schema::object(spec, &names, losses));
    }
    if client.expects_response {
        config.insert("expects_response".to_owned(), json!(true));
    }
    if client.timeout_s != ClientConfig::default().timeout_s {
        config.insert("response_timeout_secs".to_owned(), json!(client.timeout_s));
    }
    config
}

fn system(action: &SystemAction, losses: &mut Losses) -> Map<String, Value> {
    let lose =
        |field: &str, losses: &mut Losses| losses.add(format!("config.{field}"), format!("{NAME} has no place for it"));
    let params = match action {
        SystemAction::EndCall { message } => {
            if message.is_some() {
                lose("message", losses);
            }
            json!({"system_tool_type": "end_call"})
        }
        SystemAction::LanguageDetection { supported_languages, detection_threshold, switch_message } => {
            for (field, is_there) in [
                ("supported_languages", !supported_languages.is_empty()),
                ("detection_threshold", detection_threshold.is_some()),
                ("switch_message", switch_message.is_some()),
            ] {
                if is_there {
                    lose(field, losses);
                }
            }
            json!({"system_tool_type": "language_detection"})
        }
        SystemAction::SkipTurn { trigger_silence_duration, max_skips } => {
            if max_skips.is_some() {
                lose("max_skips", losses);
            }
            let mut params = json!({"system_tool_type": "skip_turn"});
            if let Some(seconds) = trigger_silence_duration {
                params["wait_timeout_secs"] = json!(seconds);
            }
            params
        }
        SystemAction::PlayDtmf { pause_ms } => {
            if pause_ms.is_some() {
                lose("pause_ms", losses);
            }
            json!({"system_tool_type": "play_keypad_touch_tone"})
        }
        SystemAction::TransferToAiAgent { rules } => {
            let transfers: Vec<Value> = rules
                .iter()
                .enumerate()
                .map(|(at, rule)| {
                    if !rule.pass_context {
                        lose(&format!("rules.{at}.pass_context"), losses);
                    }
                    let mut transfer = json!({"agent_id": rule.agent_id, "condition": rule.condition});
                    if let Some(message) = &rule.transfer_message {
                        transfer["transfer_message"] = json!(message);
                    }
                    if rule.enable_first_message {
                        transfer["enable_transferred_agent_first_message"] = json!(true);
                    }
                    transfer
                })
                .collect();
            json!({"system_tool_type": "transfer_to_agent", "transfers": transfers})
        }
        SystemAction::TransferToNumber { rules } => {
            let transfers: Vec<Value> = rules.iter().enumerate().map(|(at, rule)| number(at, rule, losses)).collect();
            json!({"system_tool_type": "transfer_to_number", "transfers": transfers})
        }
    };
    let mut config = Map::new();
    config.insert("type".to_owned(), json!("system"));
    config.insert("params".to_owned(), params);
    config
}

fn number(at: usize, rule: &NumberRule, losses: &mut Losses) -> Value {
    for (field, is_there) in
        [("transfer_message", rule.transfer_message.is_some()), ("play_hold_music", rule.play_hold_music)]
    {
        if is_there {
            losses.add(format!("config.rules.{at}.{field}"), format!("{NAME} has no place for it"));
        }
    }
    let to = match rule.phone_number.starts_with("sip:") {
        true => json!({"type": "sip_uri", "sip_uri": rule.phone_number}),
        false => json!({"type": "phone", "phone_number": rule.phone_number}),
    };
    let way = if rule.transfer_mode == TransferMode::Warm { "conference" } else { "blind" };
    json!({"condition": rule.condition, "transfer_destination": to, "transfer_type": way})
}
