//! One step, as it is to be done: the configuration and the model's arguments together.

use callwright_model::{
    ErrorClass, Object, ToolError,
    tool::{
        SystemAction, SystemConfig,
        system::{AgentRule, NumberRule, is_dtmf},
    },
};
use serde_json::{Value, json};

use super::check::is_dialable;
use crate::executor::{ControlAsk, PreparedCall};

/// What is done.
#[derive(Debug, Clone)]
pub(super) enum Act<'a> {
    End,
    Agent(&'a AgentRule),
    Number(&'a NumberRule),
    Language,
    Skip { most: Option<u32> },
    Tones { digits: String, pause_ms: u32 },
}

/// One step.
#[derive(Debug, Clone)]
pub(super) struct Step<'a> {
    action: &'static str,
    pub(super) act: Act<'a>,
    /// Said first.
    pub(super) message: Option<String>,
    /// Why, as the model says.
    pub(super) reason: Option<String>,
    data: Object,
}

impl<'a> Step<'a> {
    /// What `call` asks for.
    ///
    /// # Errors
    /// What the configuration does not allow, for the model to read.
    pub(super) fn of(config: &'a SystemConfig, call: &PreparedCall<'_>) -> Result<Self, ToolError> {
        let said = |name: &str| call.arguments.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        let (act, message, data) = match &config.action {
            SystemAction::EndCall { message } => (Act::End, said("message").or(message.as_deref()), json!({})),
            SystemAction::TransferToAiAgent { rules } => {
                let wanted = said("agent");
                let rule = match wanted {
                    None => rules.first(),
                    Some(wanted) => rules.iter().find(|rule| rule.agent_id == wanted),
                };
                let rule = rule.ok_or_else(|| not_a_rule("agent_not_allowed", "agents"))?;
                let data = json!({
                    "agent_id": rule.agent_id, "enable_first_message": rule.enable_first_message,
                    "pass_context": rule.pass_context,
                });
                (Act::Agent(rule), rule.transfer_message.as_deref(), data)
            }
            SystemAction::TransferToNumber { rules } => {
                let wanted = said("phone_number");
                // Only the rules' own numbers, whatever schema the arguments passed.
                let rule = match wanted {
                    None => rules.first(),
                    Some(wanted) => rules.iter().find(|rule| rule.phone_number == wanted),
                };
                let rule = rule.filter(|rule| is_dialable(&rule.phone_number));
                let rule = rule.ok_or_else(|| not_a_rule("number_not_allowed", "numbers"))?;
                let data = json!({
                    "phone_number": rule.phone_number, "transfer_mode": rule.transfer_mode,
                    "play_hold_music": rule.play_hold_music, "summary": said("summary"),
                });
                (Act::Number(rule), rule.transfer_message.as_deref(), data)
            }
            SystemAction::LanguageDetection { supported_languages, detection_threshold, switch_message } => {
                return Self::language(
                    config,
                    call,
                    supported_languages,
                    *detection_threshold,
                    switch_message.as_deref(),
                );
            }
            SystemAction::SkipTurn { max_skips, .. } => {
                (Act::Skip { most: *max_skips }, None, json!({ "max_skips": max_skips }))
            }
            SystemAction::PlayDtmf { pause_ms } => {
                let digits = said("dtmf_tones").filter(|text| is_dtmf(text)).ok_or_else(|| {
                    refused(
                        "invalid_tones",
                        "`dtmf_tones` must be 1 to 64 of the keys 0-9, * and #, with `w` and `W` for pauses",
                    )
                })?;
                let data = json!({ "dtmf_tones": digits, "pause_ms": pause_ms });
                (Act::Tones { digits: digits.to_owned(), pause_ms: pause_ms.unwrap_or_default() }, None, data)
            }
        };
        Ok(Self::new(config, act, message.map(str::to_owned), said("reason"), data))
    }

    fn language(
        config: &'a SystemConfig,
        call: &PreparedCall<'_>,
        supported: &[String],
        threshold: Option<f64>,
        switch_message: Option<&str>,
    ) -> Result<Self, ToolError> {
        let said = |name: &str| call.arguments.get(name).and_then(Value::as_str);
        let language = said("language").map(str::trim).unwrap_or_default();
        let is_known = supported.is_empty() || supported.iter().any(|code| code == language);
        if language.is_empty() || language.chars().count() > 35 || !is_known {
            let list = supported.join(", ");
            return Err(refused("language_not_supported", format!("`language` must be one of {list}")));
        }
        let confidence = call.arguments.get("confidence").and_then(Value::as_f64);
        if let (Some(least), Some(confidence)) = (threshold, confidence)
            && confidence < least
        {
            let message = format!(
                "{confidence} is not sure enough, at least {least} is asked for; go on in the language of before"
            );
            return Err(refused("not_sure_enough", message));
        }
        let message = switch_message.map(|message| message.replace("{language}", language));
        let data = json!({ "language": language, "confidence": confidence });
        Ok(Self::new(config, Act::Language, message, said("reason"), data))
    }

    fn new(config: &'a SystemConfig, act: Act<'a>, message: Option<String>, reason: Option<&str>, data: Value) -> Self {
        let mut data = match data {
            Value::Object(data) => data,
            _ => Object::new(),
        };
        data.retain(|_, value| !value.is_null());
        Self { action: config.action.as_str(), act, message, reason: reason.map(str::to_owned), data }
    }

    /// What has to be cleared with whoever knows the conversation.
    pub(super) fn ask(&self, is_carried: bool) -> ControlAsk<'_> {
        let (agent, max_skips) = match &self.act {
            Act::Agent(rule) => (Some(rule.agent_id.as_str()), None),
            Act::Skip { most } => (None, *most),
            _ => (None, None),
        };
        ControlAsk { action: self.action, agent, max_skips, is_carried }
    }

    /// The step as an object with its `action`.
    pub(super) fn into_data(mut self) -> Value {
        for (name, value) in [("message", self.message), ("reason", self.reason)] {
            if let Some(value) = value {
                self.data.insert(name.to_owned(), Value::String(value));
            }
        }
        self.data.insert("action".to_owned(), self.action.into());
        Value::Object(self.data)
    }
}

fn not_a_rule(code: &str, what: &str) -> ToolError {
    refused(code, format!("this is none of the {what} that the tool's rules name; nothing was done"))
}

fn refused(code: &str, message: impl Into<String>) -> ToolError {
    ToolError::new(ErrorClass::ValidationError, code, message)
}
