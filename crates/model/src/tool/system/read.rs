//! Reading the configuration of a `system` tool as guides write it.

use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error};
use serde_json::{Value, json};

use super::{SystemAction, SystemConfig};
use crate::Object;

/// What a step may say besides what every step may.
fn own_fields(action: &str) -> Option<&'static [&'static str]> {
    Some(match action {
        "end_call" => &["message"],
        "transfer_to_ai_agent" | "transfer_to_agent" => &["rules", "transfers"],
        "transfer_to_number" => &["rules"],
        "language_detection" => &["supported_languages", "detection_threshold", "switch_message"],
        "skip_turn" => &["trigger_silence_duration", "max_skips"],
        "play_dtmf" | "play_keypad_touch_tone" => &["pause_ms"],
        _ => return None,
    })
}

/// What every step may say.
const COMMON: [&str; 6] = ["action", "trigger_phrases", "webhook", "driver", "enabled", "confirmation_required"];

impl<'de> Deserialize<'de> for SystemConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(Object::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

fn read(mut fields: Object) -> Result<SystemConfig, String> {
    if let Some(kind) = fields.remove("tool_type") {
        let action = fields.entry("action").or_insert_with(|| kind.clone());
        if *action != kind {
            return Err(format!("`action` is {action}, but `tool_type` is {kind}"));
        }
    }
    let action = match fields.get("action") {
        Some(Value::String(action)) => action.clone(),
        Some(_) => return Err("`action` must be a text".to_owned()),
        None => return Err("missing field `action`".to_owned()),
    };
    let Some(own) = own_fields(&action) else {
        return Err(format!(
            "`action` is `{}`; it must be one of `end_call`, `transfer_to_ai_agent`, `transfer_to_number`, `language_detection`, `skip_turn`, `play_dtmf`",
            action.chars().take(64).collect::<String>()
        ));
    };
    if action == "transfer_to_number" {
        spread(&mut fields);
    }
    if let Some(field) = fields.keys().find(|field| !own.contains(&field.as_str()) && !COMMON.contains(&field.as_str()))
    {
        let known = own.iter().chain(&COMMON).map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
        return Err(format!("unknown field `{}`, expected one of {known}", field.chars().take(64).collect::<String>()));
    }
    Ok(SystemConfig {
        trigger_phrases: take(&mut fields, "trigger_phrases")?.unwrap_or_default(),
        webhook: take(&mut fields, "webhook")?,
        driver: take(&mut fields, "driver")?,
        enabled: take(&mut fields, "enabled")?,
        confirmation_required: take(&mut fields, "confirmation_required")?,
        action: serde_json::from_value::<SystemAction>(Value::Object(fields)).map_err(|error| error.to_string())?,
    })
}

/// What is said of all rules at once is said of each that says nothing itself.
fn spread(fields: &mut Object) {
    for name in ["transfer_mode", "play_hold_music"] {
        let Some(said) = fields.remove(name).filter(|said| !said.is_null()) else { continue };
        for rule in fields.get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(rule) = rule.as_object_mut() {
                rule.entry(name).or_insert_with(|| json!(said));
            }
        }
    }
}

fn take<T: DeserializeOwned>(fields: &mut Object, name: &str) -> Result<Option<T>, String> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => serde_json::from_value(value).map(Some).map_err(|error| format!("`{name}`: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::system::TransferMode;

    fn config(value: Value) -> Result<SystemConfig, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn the_guides_words_and_the_aliases_mean_the_same() {
        let ours = config(json!({"action": "end_call", "message": "Bye", "trigger_phrases": ["bye"]})).unwrap();
        let theirs = json!({"tool_type": "end_call", "message": "Bye", "trigger_phrases": ["bye"]});
        assert_eq!(config(theirs).unwrap(), ours);
        let written = serde_json::to_value(&ours).unwrap();
        assert_eq!(written, json!({"action": "end_call", "message": "Bye", "trigger_phrases": ["bye"]}));
        let tones = config(json!({"action": "play_keypad_touch_tone"})).unwrap();
        assert_eq!(tones.action.as_str(), "play_dtmf");
        let rule = json!({"agent_id": "a", "condition": "c", "enable_transferred_agent_first_message": true});
        let moved = config(json!({"action": "transfer_to_agent", "transfers": [rule]})).unwrap();
        let SystemAction::TransferToAiAgent { rules } = &moved.action else { panic!("{moved:?}") };
        assert!(rules[0].enable_first_message && rules[0].pass_context);
        assert_eq!(config(serde_json::to_value(&moved).unwrap()).unwrap(), moved);
    }

    #[test]
    fn what_is_said_of_all_rules_is_said_of_each() {
        let numbers = json!({"tool_type": "transfer_to_number", "transfer_mode": "warm", "play_hold_music": true,
            "rules": [{"phone_number": "+123"}, {"phone_number": "+456", "transfer_mode": "cold"}]});
        let config = config(numbers).unwrap();
        let SystemAction::TransferToNumber { rules } = &config.action else { panic!("{config:?}") };
        assert_eq!((rules[0].transfer_mode, rules[1].transfer_mode), (TransferMode::Warm, TransferMode::Cold));
        assert!(rules.iter().all(|rule| rule.play_hold_music));
    }

    #[test]
    fn slips_are_told_by_their_field() {
        for (bad, why) in [
            (json!({}), "missing field `action`"),
            (json!({"action": "sing"}), "must be one of `end_call`"),
            (json!({"action": "end_call", "tool_type": "skip_turn"}), "`tool_type` is"),
            (json!({"action": "end_call", "mesage": "x"}), "unknown field `mesage`"),
            (json!({"action": "end_call", "enabled": "yes"}), "`enabled`: invalid type"),
            (json!({"action": "end_call", "driver": {"type": "carrier"}}), "`driver`: unknown variant"),
            (json!({"action": "transfer_to_number"}), "missing field `rules`"),
        ] {
            let error = config(bad).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
