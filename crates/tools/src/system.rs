//! The kind `system`: a step of the call. What comes of it is a control event for whoever carries the call; only with a
//! driver does anything leave from here.

mod check;
mod step;
mod twilio;
mod twiml;

use std::collections::BTreeSet;

use async_trait::async_trait;
use callwright_expr::Names;
use callwright_model::{
    Content, Directive, Fault, Outcome, ToolError,
    context::CallContext,
    control::VERIFIED,
    tool::{SystemConfig, ToolSpec, system::Driver},
};
use serde_json::{Value, json};

use crate::executor::{Cleared, ExecCx, Executor, PreparedCall};
use step::{Act, Step};
use twilio::Twilio;

/// A `system` tool, ready to be called.
#[derive(Debug, Clone)]
pub struct SystemTool {
    config: SystemConfig,
    twilio: Option<Twilio>,
    secrets: BTreeSet<String>,
}

impl SystemTool {
    /// Checks a tool.
    ///
    /// # Errors
    /// A [`Fault`] that names the field.
    pub fn compile(config: &SystemConfig, spec: &ToolSpec, names: &Names) -> Result<Self, Fault> {
        check::check(config, spec)?;
        let twilio = match &config.driver {
            Some(driver @ Driver::Twilio { .. }) => Some(Twilio::compile(driver, spec, names)?),
            None => None,
        };
        let secrets = twilio.as_ref().map(Twilio::secrets).unwrap_or_default();
        Ok(Self { config: config.clone(), twilio, secrets })
    }

    async fn carry_out(&self, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Result<Content, ToolError>, Fault> {
        let step = match Step::of(&self.config, call) {
            Ok(step) => step,
            Err(error) => return Ok(Err(error)),
        };
        let is_vouched_for = is_vouched_for(&call.context);
        let is_carried = self.twilio.is_some() || self.config.webhook.is_some();
        let cleared = match cx.ports.control(&step.ask(is_carried), call).await? {
            Ok(cleared) => cleared,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(twilio) = &self.twilio
            && let Err(error) = twilio.act(cx, call, &step).await?
        {
            return Ok(Err(error));
        }
        Ok(Ok(content(step, cleared, is_vouched_for)))
    }
}

/// Whether the server itself established each of the names that say which call and conversation it is about. One that
/// the caller sent could be somebody else's.
fn is_vouched_for(context: &CallContext) -> bool {
    let names = ["call_sid", "call_id", "conversation_id"];
    let is_known = |name: &str| context.verified.contains_key(name);
    names.iter().any(|name| is_known(name))
        && names.iter().all(|name| is_known(name) || !context.client.contains_key(*name))
}

/// What is recorded and told: the step, and what whoever called does next.
fn content(step: Step<'_>, cleared: Cleared, is_vouched_for: bool) -> Content {
    let directive = match (&step.act, &cleared.agent) {
        (Act::End, _) => Some(Directive::End { message: step.message.clone() }),
        (Act::Agent(rule), Some((id, name))) => Some(Directive::Handoff {
            agent_id: *id,
            agent: name.clone(),
            pass_context: rule.pass_context,
            first_message: rule.enable_first_message,
            message: step.message.clone(),
            reason: step.reason.clone(),
        }),
        (Act::Skip { .. }, _) => Some(Directive::Skip),
        _ => None,
    };
    let message = step.message.clone();
    let mut data = step.into_data();
    if is_vouched_for && let Some(fields) = data.as_object_mut() {
        fields.insert(VERIFIED.to_owned(), Value::Bool(true));
    }
    if let (Some((id, name)), Some(fields)) = (&cleared.agent, data.as_object_mut()) {
        fields.insert("agent_id".to_owned(), json!(id));
        fields.insert("agent".to_owned(), json!(name));
    }
    Content { message, directive, ..Content::json(data) }
}

#[async_trait]
impl Executor for SystemTool {
    async fn execute(&self, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Outcome, Fault> {
        Ok(match self.carry_out(cx, call).await? {
            Ok(content) => Outcome::Done(content),
            Err(error) => Outcome::Failed(error),
        })
    }

    fn rehearse(&self, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Value, ToolError> {
        let step = Step::of(&self.config, call)?;
        let requests = self.twilio.as_ref().map(|twilio| twilio.rehearse(cx, call, &step)).transpose()?;
        let mut shown = step.into_data();
        if let (Some(requests), Some(fields)) = (requests, shown.as_object_mut()) {
            fields.insert("requests".to_owned(), requests);
        }
        Ok(shown)
    }

    fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }

    fn base_url(&self) -> Option<&url::Url> {
        self.twilio.as_ref().and_then(Twilio::base_url)
    }
}
