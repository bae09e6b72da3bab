//! A step that is an agent: a run of its own, found again by its place.

use std::time::Duration;

use callwright_model::{
    ErrorClass, Fault, Object,
    chat::Part,
    run::{Run, RunState, Step, StepState},
};
use serde_json::{Value, json};

use super::stage::{Stage, fail, is_ours};
use crate::run::{Above, Asker, RunRequest, carry::Halt};

impl Stage {
    /// Runs an agent, or looks how its run stands.
    pub(super) async fn child(
        &self,
        step: &mut Step,
        agent: &str,
        message: &str,
        context: &Object,
    ) -> Result<Option<Duration>, Halt> {
        let known = match step.child_run_id {
            Some(id) => self.app.store().run(self.caller.org_id, id).await?.map(|row| row.run),
            None => None,
        };
        let run = match known {
            Some(run) => run,
            None => match self.start(step, agent, message, context).await {
                Ok(run) => run,
                Err(fault) if is_ours(&fault) || fault.code == "fenced" => return Err(fault.into()),
                Err(fault) => {
                    fail(step, ErrorClass::PermissionError, fault.code, &fault.message);
                    return Ok(None);
                }
            },
        };
        step.child_run_id = Some(run.id);
        match run.state {
            RunState::Queued | RunState::Running | RunState::Waiting => step.state = StepState::Waiting,
            // Another agent goes on with it, and what that one says is the answer.
            RunState::Completed if run.handed_to.is_some() => {
                step.child_run_id = run.handed_to.map(|next| next.run_id);
                step.state = StepState::Waiting;
            }
            RunState::Completed => {
                let said = run.output.clone().unwrap_or_default();
                step.state = StepState::Done;
                step.note = None;
                step.usage = Some(run.usage);
                // An agent that answers in JSON can be read by its fields.
                let data =
                    serde_json::from_str::<Value>(said.trim()).ok().filter(|data| data.is_object() || data.is_array());
                step.output = Some(json!({ "output": said, "data": data, "run_id": run.id, "agent_id": run.agent_id }));
            }
            RunState::Failed | RunState::Cancelled => {
                let error = run.error.clone();
                let (code, message) = match &error {
                    Some(error) => (error.code.as_str(), error.message.as_str()),
                    None => ("cancelled", "its run was cancelled"),
                };
                fail(step, ErrorClass::UpstreamError, code, message);
                step.usage = Some(run.usage);
                if run.state == RunState::Failed && !self.app.store().has_acted(run.id).await? {
                    return Ok(Some(Duration::ZERO));
                }
            }
        }
        Ok(None)
    }

    async fn start(&self, step: &Step, agent: &str, message: &str, context: &Object) -> Result<Run, Fault> {
        let key = format!("flow:{}:{}:{}:{}", self.run().id, step.seq, step.position, step.retries);
        if let Some(found) = self.app.store().run_by_key(self.caller.org_id, &key).await? {
            return Ok(found.run);
        }
        // Whoever asked for the workflow vouches for what they sent, not for what its author or its results say.
        let mut all = context.clone();
        all.extend(self.kept.context.clone());
        let is_theirs = context.keys().all(|name| self.kept.context.contains_key(name));
        let request = RunRequest {
            context: all,
            vouched: (!is_theirs).then(|| self.kept.context.clone()),
            channel: self.kept.channel,
            metadata: Object::from_iter([
                ("workflow_run".to_owned(), json!(self.run().id)),
                ("workflow_step".to_owned(), json!(step.name)),
            ]),
            dedupe_key: Some(key),
            ..RunRequest::new(agent, vec![Part::text(message)])
        };
        let asker = Asker { run: Some(Above::of(&self.row, Some(self.fence))), execution: None };
        let run = Box::pin(crate::run::start_as(&self.app, &self.caller, request, None, &asker)).await?;
        crate::failpoint!("flow.child");
        Ok(run)
    }
}
