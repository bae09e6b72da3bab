//! An agent's `tools_settings`: the plan's older form, in which ending and transferring a call were switches of the
//! agent and not tools.
//!
//! This module reads that form and says which tools it means. Turning them into real ones is `runtime::legacy`'s.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::tool::{
    Config, Effect, Kind, SystemAction, SystemConfig, ToolSpec,
    system::{NumberRule, TransferMode},
};

/// The name of the tool that ends a call.
pub const END_CALL: &str = "endCall";
/// The name of the tool that transfers a call.
pub const TRANSFER_CALL: &str = "transferCall";

/// The plan's older settings of an agent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolsSettings {
    /// Which of `endCall` and `transferCall` the agent has; absent leaves it to their own switches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled_tools: Option<Vec<String>>,
    /// How a call is ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_call: Option<EndCallSettings>,
    /// How a call is transferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_call: Option<TransferCallSettings>,
    /// Further tools: names of tools that there are, or whole tools. They count when the settings are migrated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Value>)]
    pub custom_tools: Vec<Value>,
}

/// How a call is ended.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndCallSettings {
    /// Whether the agent may do it; absent means yes when `enabled_tools` has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// When, in words for the model.
    #[serde(default)]
    pub scenarios: Vec<String>,
    /// Said first.
    #[serde(default)]
    pub custom_message: Option<String>,
}

/// How a call is transferred.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferCallSettings {
    /// Whether the agent may do it; absent means yes when `enabled_tools` has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// When, in words for the model.
    #[serde(default)]
    pub scenarios: Vec<String>,
    /// Whereto; without any number the agent cannot transfer.
    #[serde(default)]
    pub transfer_numbers: Vec<TransferNumber>,
    /// Said first.
    #[serde(default)]
    pub custom_message: Option<String>,
}

/// A number to transfer to: the number alone, or with the condition under which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum TransferNumber {
    /// The number alone.
    Plain(String),
    /// With more about it.
    Described(DescribedNumber),
}

/// A number to transfer to, with more about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribedNumber {
    /// The number.
    #[serde(alias = "phone_number")]
    pub number: String,
    /// What it is called, for example `Sales`.
    #[serde(default, alias = "label", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When, in words for the model.
    #[serde(default, alias = "scenario", alias = "description", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

impl TransferNumber {
    fn rule(&self, message: Option<&str>) -> NumberRule {
        let (number, condition) = match self {
            Self::Plain(number) => (number, String::new()),
            Self::Described(more) => {
                let parts: Vec<&str> =
                    [&more.name, &more.condition].into_iter().flatten().map(String::as_str).collect();
                (&more.number, parts.join(": "))
            }
        };
        NumberRule {
            phone_number: number.clone(),
            condition,
            transfer_message: message.map(str::to_owned),
            transfer_mode: TransferMode::Cold,
            play_hold_music: false,
        }
    }
}

impl ToolsSettings {
    /// The tools that these settings switch on, named [`END_CALL`] and [`TRANSFER_CALL`].
    pub fn tools(&self) -> Vec<ToolSpec> {
        self.end_call_tool().into_iter().chain(self.transfer_call_tool()).collect()
    }

    /// Whether the settings ask for a transfer without a number to transfer to.
    pub fn lacks_numbers(&self) -> bool {
        let section = self.transfer_call.as_ref();
        self.has(TRANSFER_CALL, section.map(|section| section.enabled))
            && section.is_none_or(|section| section.transfer_numbers.is_empty())
    }

    /// A tool is on when `enabled_tools` does not leave it out and its own switch does not say no. With neither of the
    /// two it is off.
    fn has(&self, name: &str, section: Option<Option<bool>>) -> bool {
        let listed = self.enabled_tools.as_ref().map(|names| names.iter().any(|one| one == name));
        match (listed, section) {
            (Some(listed), Some(switch)) => listed && switch.unwrap_or(true),
            (Some(listed), None) => listed,
            (None, Some(switch)) => switch.unwrap_or(false),
            (None, None) => false,
        }
    }

    fn end_call_tool(&self) -> Option<ToolSpec> {
        let section = self.end_call.as_ref();
        if !self.has(END_CALL, section.map(|section| section.enabled)) {
            return None;
        }
        let section = section.cloned().unwrap_or_default();
        let config = SystemAction::EndCall { message: said(section.custom_message) };
        Some(tool(END_CALL, "End call", describe("Ends the call.", &section.scenarios), config.into()))
    }

    fn transfer_call_tool(&self) -> Option<ToolSpec> {
        let section = self.transfer_call.as_ref()?;
        if section.transfer_numbers.is_empty() || !self.has(TRANSFER_CALL, Some(section.enabled)) {
            return None;
        }
        let message = said(section.custom_message.clone());
        let rules: Vec<_> = section.transfer_numbers.iter().map(|number| number.rule(message.as_deref())).collect();
        let config = SystemAction::TransferToNumber { rules };
        let description = describe("Transfers the call to a person.", &section.scenarios);
        Some(tool(TRANSFER_CALL, "Transfer call", description, config.into()))
    }
}

fn said(message: Option<String>) -> Option<String> {
    message.filter(|text| !text.trim().is_empty())
}

fn describe(what: &str, scenarios: &[String]) -> String {
    let scenarios: Vec<&str> = scenarios.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    if scenarios.is_empty() { what.to_owned() } else { format!("{what} Use when: {}", scenarios.join("; ")) }
}

fn tool(name: &str, title: &str, description: String, config: SystemConfig) -> ToolSpec {
    ToolSpec {
        name: name.to_owned(),
        display_name: Some(title.to_owned()),
        description,
        category: Some("call".to_owned()),
        kind: Kind::System,
        effect: Effect::Write,
        repeatable: false,
        parameters: config.parameters(),
        bound: Default::default(),
        config: Config::System(config),
        result: Default::default(),
        policy: Default::default(),
        fallback: None,
        speech: None,
        redact: Vec::new(),
        active: true,
        is_shared: true,
        is_public: false,
        is_template: false,
        labels: Default::default(),
        version: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(settings: Value) -> Vec<String> {
        let settings: ToolsSettings = serde_json::from_value(settings).unwrap();
        settings.tools().into_iter().map(|tool| tool.name).collect()
    }

    #[test]
    fn the_plans_default_switches_everything_off() {
        let default = json!({"enabled_tools": ["endCall", "transferCall"],
            "end_call": {"enabled": false, "scenarios": [], "custom_message": null},
            "transfer_call": {"enabled": false, "scenarios": [], "transfer_numbers": [], "custom_message": null},
            "custom_tools": []});
        assert!(names(default).is_empty());
    }

    #[test]
    fn both_switches_count_where_both_are_there() {
        assert_eq!(names(json!({"enabled_tools": ["endCall"]})), [END_CALL]);
        assert_eq!(names(json!({"end_call": {"enabled": true}})), [END_CALL]);
        assert_eq!(names(json!({"enabled_tools": [], "end_call": {"enabled": true}})), Vec::<String>::new());
        let transfer =
            json!({"enabled_tools": ["transferCall"], "transfer_call": {"transfer_numbers": ["+61411234567"]}});
        assert_eq!(names(transfer), [TRANSFER_CALL]);
        assert_eq!(names(json!({"enabled_tools": ["transferCall"]})), Vec::<String>::new());
    }

    #[test]
    fn scenarios_numbers_and_messages_find_their_place() {
        let settings: ToolsSettings = serde_json::from_value(json!({
            "end_call": {"enabled": true, "scenarios": ["the caller says goodbye", " "], "custom_message": "Bye"},
            "transfer_call": {"enabled": true, "scenarios": ["asks for a person"], "custom_message": "One moment",
                "transfer_numbers": ["+61411234567", {"phone_number": "+61411234568", "name": "Sales", "condition": "wants to buy"}]}
        })).unwrap();
        let tools = settings.tools();
        assert_eq!(tools[0].description, "Ends the call. Use when: the caller says goodbye");
        assert_eq!(serde_json::to_value(&tools[0].config).unwrap(), json!({"action": "end_call", "message": "Bye"}));
        let rules = serde_json::to_value(&tools[1].config).unwrap()["rules"].clone();
        assert_eq!(rules[1]["condition"], "Sales: wants to buy");
        assert_eq!(rules[0]["transfer_message"], "One moment");
        assert_eq!(tools[1].parameters["required"], json!(["phone_number"]));
    }
}
