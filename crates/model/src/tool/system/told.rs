//! What a model is told of a `system` tool: its arguments and its description follow from the configuration.

use serde_json::{Value, json};

use super::{SystemAction, SystemConfig};
use crate::Object;

/// The most characters of trigger phrases that a model is told.
const MOST_TRIGGERS: usize = 400;

impl SystemConfig {
    /// What the model has to say: the JSON Schema of the arguments.
    pub fn parameters(&self) -> Value {
        let (properties, required) = self.action.arguments();
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    }

    /// The same with the further properties of `given`, for values that the server fills in.
    pub(crate) fn parameters_over(&self, given: &Value) -> Value {
        let mut ours = self.parameters();
        let Some(given) = given.as_object() else { return given.clone() };
        let Some(more) = given.get("properties").and_then(Value::as_object) else { return ours };
        let is_own = |name: &str| self.action.owns(name);
        let further: Object = more
            .iter()
            .filter(|(name, _)| !is_own(name))
            .map(|(name, schema)| (name.clone(), schema.clone()))
            .collect();
        if let Some(properties) = ours.get_mut("properties").and_then(Value::as_object_mut) {
            properties.extend(further.clone());
        }
        let wanted = given.get("required").and_then(Value::as_array).into_iter().flatten();
        let wanted = wanted.filter(|name| name.as_str().is_some_and(|name| further.contains_key(name)));
        if let Some(required) = ours.get_mut("required").and_then(Value::as_array_mut) {
            required.extend(wanted.cloned());
        }
        ours
    }

    /// The description: the author's words, or our own, and what the configuration says of when and how.
    pub fn told(&self, said: &str, asks_first: bool) -> String {
        let mut text =
            if said.trim().is_empty() { self.action.describe().to_owned() } else { said.trim_end().to_owned() };
        let mut left = MOST_TRIGGERS;
        let phrases: Vec<String> = self
            .trigger_phrases
            .iter()
            .map(|phrase| phrase.trim())
            .take_while(|phrase| {
                let length = phrase.chars().count() + 4;
                let fits = length <= left;
                left = left.saturating_sub(length);
                fits
            })
            .map(|phrase| format!("\"{phrase}\""))
            .collect();
        if !phrases.is_empty() {
            text.push_str(&format!(" People who want it say for example: {}.", phrases.join(", ")));
        }
        match &self.action {
            SystemAction::LanguageDetection { detection_threshold: Some(threshold), .. } => {
                text.push_str(&format!(" Use it only when you are at least {:.0} % sure.", threshold * 100.0));
            }
            SystemAction::SkipTurn { trigger_silence_duration, max_skips } => {
                if let Some(seconds) = trigger_silence_duration {
                    text.push_str(&format!(" A silence of {seconds} seconds is no reason to speak yet."));
                }
                if let Some(most) = max_skips {
                    text.push_str(&format!(" At most {most} times in a row."));
                }
            }
            _ => {}
        }
        if asks_first {
            text.push_str(" The person is asked first whether it shall be done.");
        }
        text
    }
}

impl SystemAction {
    /// What it is for, where the author said nothing.
    pub const fn describe(&self) -> &'static str {
        match self {
            Self::EndCall { .. } => "Ends the conversation. Use when it has come to its natural end.",
            Self::TransferToAiAgent { .. } => {
                "Hands the conversation over to another agent. Use when the condition of one of them is met."
            }
            Self::TransferToNumber { .. } => {
                "Transfers the call to a person. Use when the condition of one of the numbers is met."
            }
            Self::LanguageDetection { .. } => {
                "Goes on in another language. Use when the person speaks, or asks for, another language."
            }
            Self::SkipTurn { .. } => {
                "Says nothing for one turn. Use when the person needs time or has not finished speaking."
            }
            Self::PlayDtmf { .. } => "Presses telephone keys. Use to get through a telephone menu.",
        }
    }

    fn arguments(&self) -> (Value, Vec<&'static str>) {
        let reason = json!({"type": "string", "description": "Why, in a few words", "maxLength": 500});
        match self {
            Self::EndCall { .. } => {
                let message = json!({"type": "string", "description": "A farewell to say first", "maxLength": 2000});
                (json!({"reason": reason, "message": message}), vec![])
            }
            Self::TransferToAiAgent { rules } => {
                let rules: Vec<_> =
                    rules.iter().map(|rule| (rule.agent_id.as_str(), rule.condition.as_str())).collect();
                let agent = destination("The agent to transfer to", &rules);
                (json!({"agent": agent, "reason": reason}), chosen("agent", &rules))
            }
            Self::TransferToNumber { rules } => {
                let rules: Vec<_> =
                    rules.iter().map(|rule| (rule.phone_number.as_str(), rule.condition.as_str())).collect();
                let number = destination("The number to transfer to", &rules);
                let summary = json!({"type": "string", "maxLength": 1000,
                    "description": "Who calls and what they want; said to the person who takes over"});
                let properties = json!({"phone_number": number, "reason": reason, "summary": summary});
                (properties, chosen("phone_number", &rules))
            }
            Self::LanguageDetection { supported_languages, .. } => {
                let mut language =
                    json!({"type": "string", "description": "The code of the language to go on in", "maxLength": 35});
                if !supported_languages.is_empty() {
                    language["enum"] = json!(supported_languages);
                }
                let sure =
                    json!({"type": "number", "minimum": 0, "maximum": 1, "description": "How sure you are, 0 to 1"});
                (json!({"language": language, "reason": reason, "confidence": sure}), vec!["language"])
            }
            Self::SkipTurn { .. } => (json!({"reason": reason}), vec![]),
            Self::PlayDtmf { .. } => {
                let keys = json!({"type": "string", "pattern": "^[0-9*#wW]{1,64}$",
                    "description": "The keys to press: 0-9, * and #; `w` waits half a second, `W` a second"});
                (json!({"dtmf_tones": keys, "reason": reason}), vec!["dtmf_tones"])
            }
        }
    }

    /// Whether an argument of that name is the step's own; those of earlier versions are nobody's any more.
    fn owns(&self, name: &str) -> bool {
        let names: &[&str] = match self {
            Self::EndCall { .. } => &["reason", "message"],
            Self::TransferToAiAgent { .. } => &["reason", "agent", "agent_id"],
            Self::TransferToNumber { .. } => &["reason", "phone_number", "summary"],
            Self::LanguageDetection { .. } => &["reason", "language", "confidence"],
            Self::SkipTurn { .. } => &["reason"],
            Self::PlayDtmf { .. } => &["reason", "dtmf_tones", "digits"],
        };
        names.contains(&name)
    }
}

/// Where there is nothing to choose, the model need not say what.
fn chosen(name: &'static str, rules: &[(&str, &str)]) -> Vec<&'static str> {
    if rules.len() > 1 { vec![name] } else { Vec::new() }
}

/// A choice among destinations, with the condition of each for the model to read.
fn destination(what: &str, rules: &[(&str, &str)]) -> Value {
    let mut choices: Vec<&str> = Vec::with_capacity(rules.len());
    for (to, _) in rules {
        if !choices.contains(to) {
            choices.push(to);
        }
    }
    let when: Vec<String> = rules
        .iter()
        .filter(|(_, condition)| !condition.is_empty())
        .map(|(to, condition)| format!("{to}: {condition}"))
        .collect();
    let description = if when.is_empty() { what.to_owned() } else { format!("{what}. {}", when.join("; ")) };
    json!({"type": "string", "enum": choices, "description": description})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(value: Value) -> SystemConfig {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn rules_become_a_choice_with_their_conditions() {
        let moved = config(json!({"action": "transfer_to_ai_agent", "rules": [
            {"agent_id": "Booking", "condition": "wants an appointment"}, {"agent_id": "Sales", "condition": "wants to buy"}]}));
        let parameters = moved.parameters();
        let agent = &parameters["properties"]["agent"];
        assert_eq!(agent["enum"], json!(["Booking", "Sales"]));
        assert!(agent["description"].as_str().unwrap().contains("Sales: wants to buy"), "{agent}");
        assert_eq!(parameters["required"], json!(["agent"]));
        let one = config(
            json!({"action": "transfer_to_number", "rules": [{"phone_number": "+123"}, {"phone_number": "+123"}]}),
        );
        assert_eq!(one.parameters()["properties"]["phone_number"]["enum"], json!(["+123"]), "a choice has no twins");
    }

    #[test]
    fn phrases_thresholds_and_questions_are_told() {
        let bye = config(json!({"action": "end_call", "trigger_phrases": ["goodbye", "bye"]}));
        assert_eq!(
            bye.told("Ends it.", true),
            "Ends it. People who want it say for example: \"goodbye\", \"bye\". The person is asked first whether it shall be done."
        );
        assert!(bye.told("  ", false).starts_with("Ends the conversation."));
        let many = config(json!({"action": "end_call", "trigger_phrases": vec!["x".repeat(90); 50]}));
        assert!(many.told("", false).len() < 600, "bounded");
        let sure = config(json!({"action": "language_detection", "detection_threshold": 0.8}));
        assert!(sure.told("", false).contains("80 % sure"));
        let skip = config(json!({"action": "skip_turn", "trigger_silence_duration": 2.0, "max_skips": 3}));
        assert!(skip.told("", false).ends_with("2 seconds is no reason to speak yet. At most 3 times in a row."));
    }

    #[test]
    fn further_properties_stay_and_old_ones_go() {
        let tones = config(json!({"action": "play_dtmf"}));
        let given = json!({"type": "object", "required": ["digits", "call"],
            "properties": {"digits": {"type": "string"}, "call": {"type": "string"}, "reason": {"type": "number"}}});
        let parameters = tones.parameters_over(&given);
        assert_eq!(parameters["required"], json!(["dtmf_tones", "call"]));
        let properties = parameters["properties"].as_object().unwrap();
        assert!(!properties.contains_key("digits") && properties["reason"]["type"] == "string");
        assert_eq!(tones.parameters_over(&json!("x")), json!("x"), "what is no schema is refused as what it is");
    }
}
