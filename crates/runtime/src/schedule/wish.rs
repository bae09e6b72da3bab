//! The target of a schedule as a wish for a run or for a call.

use std::time::Duration;

use callwright_model::{Fault, context::Channel, schedule::ScheduleTarget};
use serde_json::Value;

use crate::{job::call::CallJob, run::RunRequest};

/// How often a call that a schedule makes is tried.
const ATTEMPTS: i64 = 5;

/// Refuses a target that is neither a run nor a call, or both.
pub(super) fn check(target: &ScheduleTarget) -> Result<(), Fault> {
    let foreign: &[(&str, bool)] = match (&target.tool, &target.agent) {
        (Some(_), _) => &[
            ("message", target.message.is_some()),
            ("thread_id", target.thread_id.is_some()),
            ("tools", target.tools.is_some()),
        ],
        (None, Some(_)) => &[("arguments", target.arguments.is_some())],
        (None, None) => {
            let message = "`target` must name an `agent` with its `message`, or a `tool`";
            return Err(Fault::invalid("target", message));
        }
    };
    if let Some((field, _)) = foreign.iter().find(|(_, is_there)| *is_there) {
        let what = if target.tool.is_some() { "a call of a tool" } else { "a run of an agent" };
        let field = format!("target.{field}");
        return Err(Fault::invalid(&field, format!("`{field}` does not belong to {what}")));
    }
    if target.tool.is_none() && target.message.is_none() {
        return Err(Fault::invalid("target.message", "`target.message` is missing: what the agent is told"));
    }
    Ok(())
}

/// The run that a target wishes for.
pub(super) fn run(target: &ScheduleTarget, key: Option<String>) -> Result<RunRequest, Fault> {
    check(target)?;
    let (Some(agent), Some(message)) = (target.agent.clone(), target.message.clone()) else {
        return Err(Fault::invalid("target", "`target` is no run of an agent"));
    };
    Ok(RunRequest {
        thread: target.thread_id,
        tools: target.tools.clone(),
        context: target.context.clone(),
        dedupe_key: key,
        ..RunRequest::new(agent, message.parts())
    })
}

/// The call that a target wishes for.
pub(super) fn call(target: &ScheduleTarget, key: Option<String>) -> Result<CallJob, Fault> {
    check(target)?;
    let Some(tool) = target.tool.clone() else {
        return Err(Fault::invalid("target", "`target` is no call of a tool"));
    };
    Ok(CallJob {
        tool,
        arguments: Value::Object(target.arguments.clone().unwrap_or_default()),
        context: target.context.clone(),
        agent: target.agent.clone(),
        channel: Channel::Webhook,
        delay: Duration::ZERO,
        priority: 0,
        max_attempts: ATTEMPTS,
        webhook: None,
        dedupe_key: key,
    })
}
