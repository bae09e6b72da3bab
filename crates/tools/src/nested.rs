//! The kinds `agent` and `workflow`: a call is a run of its own. Nothing leaves from here; the executor says what is to be
//! run, and its port begins it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use callwright_expr::{Names, Scope, Template};
use callwright_model::{
    ErrorClass, Fault, Outcome, ToolError,
    tool::{AgentConfig, Trust, WorkflowConfig},
};
use serde_json::{Value, json};

use crate::{
    executor::{ExecCx, Executor, PreparedCall},
    refuse,
};

/// A run that a call asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum NestedRun {
    /// Of an agent.
    Agent {
        /// Its name or id.
        agent: String,
        /// What is said to it.
        message: String,
    },
    /// Of a workflow.
    Workflow {
        /// Its name or id.
        workflow: String,
        /// What it is given.
        input: Value,
    },
}

/// An agent or a workflow, ready to be called as a tool.
#[derive(Debug, Clone)]
pub struct NestedTool {
    target: Target,
    secrets: BTreeSet<String>,
}

#[derive(Debug, Clone)]
enum Target {
    Agent { agent: String, input: Option<Template> },
    Workflow { workflow: String },
}

impl NestedTool {
    /// Checks a tool that is an agent.
    ///
    /// # Errors
    /// A [`Fault`] that names the field.
    pub fn agent(config: &AgentConfig, names: &Names) -> Result<Self, Fault> {
        named("config.agent", &config.agent)?;
        // What is said to a model is kept in its thread: no secret goes there.
        let names = Names { secrets: BTreeSet::new(), trust: Trust::Client, ..names.clone() };
        let input = match &config.input {
            None => None,
            Some(text) => Some(
                Template::compile(text, &names)
                    .map_err(|error| Fault::invalid("config.input", format!("`config.input`: {}", error.message)))?,
            ),
        };
        Ok(Self { target: Target::Agent { agent: config.agent.clone(), input }, secrets: BTreeSet::new() })
    }

    /// Checks a tool that is a workflow.
    ///
    /// # Errors
    /// A [`Fault`] that names the field.
    pub fn workflow(config: &WorkflowConfig) -> Result<Self, Fault> {
        named("config.workflow", &config.workflow)?;
        Ok(Self { target: Target::Workflow { workflow: config.workflow.clone() }, secrets: BTreeSet::new() })
    }

    fn run(&self, call: &PreparedCall<'_>) -> Result<NestedRun, ToolError> {
        match &self.target {
            Target::Workflow { workflow } => Ok(NestedRun::Workflow {
                workflow: workflow.clone(),
                input: Value::Object(call.arguments.as_ref().clone()),
            }),
            Target::Agent { agent, input } => {
                let message = match (input, call.arguments.get("message")) {
                    (Some(input), _) => {
                        let scope = Scope {
                            parameters: &call.arguments,
                            context: &call.context,
                            trust: Trust::Client,
                            secrets: &call.secrets,
                            extra: &call.extra,
                        };
                        input.render(&scope).map_err(|error| {
                            ToolError::new(ErrorClass::ValidationError, "template", error.to_string())
                        })?
                    }
                    (None, Some(Value::String(message))) => message.clone(),
                    (None, _) => Value::Object(call.arguments.as_ref().clone()).to_string(),
                };
                Ok(NestedRun::Agent { agent: agent.clone(), message })
            }
        }
    }
}

fn named(field: &str, name: &str) -> Result<(), Fault> {
    if name.trim().is_empty() || name.chars().count() > 200 {
        return refuse(field, "must be a name or an id, 1 to 200 characters");
    }
    Ok(())
}

#[async_trait]
impl Executor for NestedTool {
    async fn execute(&self, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Outcome, Fault> {
        match self.run(call) {
            Ok(run) => cx.ports.begin_run(run).await,
            Err(error) => Ok(Outcome::Failed(error)),
        }
    }

    fn rehearse(&self, _: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Value, ToolError> {
        Ok(match self.run(call)? {
            NestedRun::Agent { agent, message } => json!({ "agent": agent, "message": message }),
            NestedRun::Workflow { workflow, input } => json!({ "workflow": workflow, "input": input }),
        })
    }

    fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }
}
