//! The kind `system`: a control event for whoever carries the call. Nothing leaves.

use std::collections::BTreeSet;

use async_trait::async_trait;
use callwright_model::{
    Content, Fault, Outcome, ToolError,
    execution::Progress,
    tool::{SystemConfig, ToolSpec},
};
use serde_json::{Value, json};

use crate::{
    executor::{ExecCx, Executor, PreparedCall},
    refuse,
};

/// The most rules that one transfer may have.
const MAX_RULES: usize = 50;

/// A `system` tool, ready to be called.
#[derive(Debug, Clone)]
pub struct SystemTool {
    config: SystemConfig,
    secrets: BTreeSet<String>,
}

impl SystemTool {
    /// Checks a tool.
    ///
    /// # Errors
    /// A [`Fault`] that names the field.
    pub fn compile(config: &SystemConfig, _: &ToolSpec) -> Result<Self, Fault> {
        match config {
            SystemConfig::TransferToAiAgent { rules } => {
                count(rules.len())?;
                if let Some(at) = rules.iter().position(|rule| rule.agent_id.trim().is_empty()) {
                    return refuse(&format!("config.rules.{at}.agent_id"), "is empty; say which agent takes over");
                }
            }
            SystemConfig::TransferToNumber { rules } => {
                count(rules.len())?;
                if let Some(at) = rules.iter().position(|rule| !is_dialable(&rule.phone_number)) {
                    let why = "is not a telephone number; write it like `+61411234567`, or a `sip:` address";
                    return refuse(&format!("config.rules.{at}.phone_number"), why);
                }
            }
            SystemConfig::LanguageDetection { detection_threshold: Some(threshold), .. }
                if !(0.0..=1.0).contains(threshold) =>
            {
                return refuse("config.detection_threshold", "must be between 0 and 1");
            }
            _ => {}
        }
        Ok(Self { config: config.clone(), secrets: BTreeSet::new() })
    }

    /// What is to be done, as an object with its `action`.
    fn control(&self, call: &PreparedCall) -> Value {
        let said = |name: &str| call.arguments.get(name).and_then(Value::as_str);
        let mut control = match &self.config {
            SystemConfig::EndCall { message, .. } => json!({"message": said("message").or(message.as_deref())}),
            SystemConfig::TransferToAiAgent { rules } => {
                let rule = rules.iter().find(|rule| Some(rule.agent_id.as_str()) == said("agent_id"));
                let rule = rule.or_else(|| rules.first().filter(|_| said("agent_id").is_none()));
                json!({
                    "agent_id": rule.map(|rule| &rule.agent_id), "message": rule.and_then(|rule| rule.transfer_message.as_ref()),
                    "enable_first_message": rule.is_some_and(|rule| rule.enable_first_message),
                    "pass_context": rule.is_none_or(|rule| rule.pass_context),
                })
            }
            SystemConfig::TransferToNumber { rules } => {
                let rule = rules.iter().find(|rule| Some(rule.phone_number.as_str()) == said("phone_number"));
                let rule = rule.or_else(|| rules.first().filter(|_| said("phone_number").is_none()));
                json!({
                    "phone_number": rule.map(|rule| &rule.phone_number),
                    "message": rule.and_then(|rule| rule.transfer_message.as_ref()),
                    "transfer_mode": rule.map(|rule| rule.transfer_mode), "play_hold_music": rule.is_some_and(|rule| rule.play_hold_music),
                })
            }
            SystemConfig::LanguageDetection { switch_message, .. } => {
                let language = said("language").unwrap_or_default();
                let message = switch_message.as_ref().map(|message| message.replace("{language}", language));
                json!({"language": language, "message": message})
            }
            SystemConfig::SkipTurn { max_skips, .. } => json!({"max_skips": max_skips}),
            SystemConfig::PlayDtmf { pause_ms } => json!({"digits": said("digits"), "pause_ms": pause_ms}),
        };
        if let Some(fields) = control.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
            fields.insert("action".to_owned(), self.config.action().into());
            if let Some(reason) = said("reason") {
                fields.insert("reason".to_owned(), reason.into());
            }
        }
        control
    }
}

fn count(rules: usize) -> Result<(), Fault> {
    if (1..=MAX_RULES).contains(&rules) {
        return Ok(());
    }
    refuse("config.rules", format!("has {rules} rules; give 1 to {MAX_RULES}"))
}

fn is_dialable(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.starts_with("sip:")
        || ((3..=15).contains(&digits) && text.bytes().all(|b| b.is_ascii_digit() || b" +-().".contains(&b)))
}

#[async_trait]
impl Executor for SystemTool {
    async fn execute(&self, cx: &ExecCx<'_>, call: &PreparedCall) -> Result<Outcome, Fault> {
        let control = self.control(call);
        cx.ports.emit(Progress::Control { control: control.clone() });
        let message = control.get("message").and_then(Value::as_str).map(str::to_owned);
        Ok(Outcome::Done(Content { message, ..Content::json(control) }))
    }

    fn rehearse(&self, _: &ExecCx<'_>, call: &PreparedCall) -> Result<Value, ToolError> {
        Ok(self.control(call))
    }

    fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }
}
