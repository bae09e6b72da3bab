//! A case made of a recorded execution.
//!
//! The log keeps the result as the model got it, not the upstream's raw answer, which may hold what nobody wanted to
//! keep. Where the tool does not change its answers the two are the same, and the stub is exact. Where it does, the
//! stub holds the result and a warning says that the author has to put the upstream's own answer in its place.

use std::collections::BTreeMap;

use callwright_model::{
    ErrorClass, Fault, Object,
    account::Caller,
    case::{Case, CaseSpec, Check, Expect, Stub, StubFault, Upstream},
    execution::{Attempt, Execution, State},
    id::ExecutionId,
    tool::{ResultSpec, ToolSpec},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{App, executions::recorded_arguments, registry};

/// How to make a case of an execution.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FromExecution {
    /// What to call it; named after the execution when absent.
    pub name: Option<String>,
    /// Whether the upstream is stubbed with what is recorded; otherwise it is the real one.
    pub stub: bool,
    /// Other arguments than the recorded ones: needed where parts of these are hidden.
    #[schema(value_type = Option<Object>)]
    pub arguments: Option<Object>,
    /// The context; the recorded call and conversation when absent.
    #[schema(value_type = Option<Object>)]
    pub context: Option<Object>,
}

impl Default for FromExecution {
    fn default() -> Self {
        Self { name: None, stub: true, arguments: None, context: None }
    }
}

/// A case that was made of an execution.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MadeCase {
    /// The case.
    pub case: Case,
    /// What the log could not tell, and what to do about it.
    pub warnings: Vec<String>,
}

/// Saves a case that makes the same call and expects the same outcome.
pub async fn from_execution(
    app: &App,
    caller: &Caller,
    id: ExecutionId,
    wish: FromExecution,
) -> Result<MadeCase, Fault> {
    use callwright_model::account::{Right, Scope};
    crate::app::require(caller, Right::Build, Scope::ToolsWrite)?;
    let execution = app.store().execution(caller.org_id, id).await?.ok_or_else(|| Fault::not_found("execution", id))?;
    let tool = registry::find(app, caller, &execution.tool_id.to_string()).await?;
    if !execution.state.is_final() {
        return Err(Fault::conflict("not_ended", "the execution has not ended; there is no outcome to expect yet"));
    }
    if execution.dry_run || execution.state == State::Released {
        return Err(Fault::conflict(
            "nothing_sent",
            "nothing was sent in this execution; it shows no outcome to expect",
        ));
    }
    let mut warnings = Vec::new();
    let spec = spec(&execution, &tool.spec, wish, &mut warnings)?;
    let case = super::create(app, caller, &tool.id.to_string(), spec).await?;
    Ok(MadeCase { case, warnings })
}

fn spec(
    execution: &Execution,
    tool: &ToolSpec,
    wish: FromExecution,
    warnings: &mut Vec<String>,
) -> Result<CaseSpec, Fault> {
    let arguments = match wish.arguments {
        Some(arguments) => arguments,
        None => recorded_arguments(execution, tool)?,
    };
    let context = wish.context.unwrap_or_else(|| {
        let mut context = Object::new();
        context.extend(execution.call_id.clone().map(|id| ("call_sid".to_owned(), json!(id))));
        context.extend(execution.conversation_id.clone().map(|id| ("conversation_id".to_owned(), json!(id))));
        context
    });
    if !tool.bound.is_empty() {
        warnings.push(
            "the log keeps only the call and the conversation of the context; put into `context` what `bound` reads"
                .to_owned(),
        );
    }
    if execution.tool_version != tool.version.as_deref().unwrap_or("1.0.0") {
        warnings.push(format!("the execution is of version {}; the tool has changed since", execution.tool_version));
    }
    let stubs = if wish.stub { stubs(execution, &tool.result, warnings) } else { Vec::new() };
    Ok(CaseSpec {
        name: wish.name.unwrap_or_else(|| format!("from {}", execution.id)),
        description: Some(format!("made of the execution {} of {}", execution.id, execution.received_at)),
        arguments,
        context,
        agent: execution.agent_id.map(|agent| agent.to_string()),
        upstream: if wish.stub { Upstream::Stub } else { Upstream::Real },
        secrets: BTreeMap::new(),
        stubs,
        expect: expect(execution, wish.stub, warnings),
    })
}

/// What the upstream did, as far as the log tells: one stub for each sending.
fn stubs(execution: &Execution, result: &ResultSpec, warnings: &mut Vec<String>) -> Vec<Stub> {
    let attempts = &execution.attempts;
    let last = attempts.len().saturating_sub(1);
    attempts.iter().enumerate().map(|(at, attempt)| stub(execution, result, attempt, at == last, warnings)).collect()
}

fn stub(
    execution: &Execution,
    result: &ResultSpec,
    attempt: &Attempt,
    is_last: bool,
    warnings: &mut Vec<String>,
) -> Stub {
    let Some(status) = attempt.status else {
        let code = execution.error.as_ref().filter(|_| is_last).map_or("", |error| error.code.as_str());
        let fault = match (attempt.error, code) {
            (_, "dns_failed") => StubFault::Dns,
            (_, "connect_failed" | "tls_failed" | "connect_timeout") => StubFault::Connect,
            (Some(ErrorClass::TimeoutError), _) => StubFault::Timeout,
            _ if attempt.message.as_deref().is_some_and(|text| text.contains("refused")) => StubFault::Connect,
            _ => StubFault::Reset,
        };
        return Stub { fault: Some(fault), ..Stub::default() };
    };
    let body = if is_last { body(execution, result, warnings) } else { None };
    Stub { status: Some(status), body, ..Stub::default() }
}

fn body(execution: &Execution, result: &ResultSpec, warnings: &mut Vec<String>) -> Option<Value> {
    let Some(content) = &execution.output else {
        let told = execution.error.as_ref().and_then(|error| error.details.as_ref());
        let body = told.and_then(|details| details.get("body")).and_then(Value::as_str)?;
        return Some(serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned())));
    };
    let is_exact =
        result.success.is_none() && result.message.is_none() && result.data.is_none() && result.map.is_none();
    if !is_exact {
        warnings.push(
            "the tool maps its answers and the log has only the result; put the upstream's own answer into the last stub's `body`"
                .to_owned(),
        );
    }
    if content.truncated.is_some() {
        warnings.push("the result was cut; the last stub's `body` has only its beginning".to_owned());
    }
    if let Some(data) = &content.data {
        return Some(data.clone());
    }
    content.blocks.iter().find_map(|block| match block {
        callwright_model::Block::Text { text } => Some(Value::String(text.clone())),
        _ => None,
    })
}

fn expect(execution: &Execution, is_stubbed: bool, warnings: &mut Vec<String>) -> Expect {
    let error = execution.error.as_ref();
    let mut expect = Expect {
        success: Some(execution.state == State::Done),
        error_class: error.map(|error| error.class),
        error_code: error.map(|error| error.code.clone()),
        attempts: is_stubbed.then(|| u32::try_from(execution.attempts.len()).unwrap_or(u32::MAX)),
        ..Expect::default()
    };
    let content = execution.output.as_ref().filter(|content| content.truncated.is_none());
    if let Some(data) = content.and_then(|content| content.data.as_ref()) {
        if data.to_string().contains("[redacted]") {
            warnings
                .push("parts of the recorded result are hidden, so it is not expected; add checks by hand".to_owned());
        } else {
            expect.result.push(Check { path: String::new(), equals: Some(data.clone()), ..Check::default() });
        }
    }
    expect
}
