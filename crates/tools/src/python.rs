//! The kind `python`: a function that its author wrote, run in the sandbox of `callwright-pybox`.
//!
//! [`room`] has the sandbox and the compiled programs, [`check`] what is refused when a tool is saved, [`outbound`] the
//! requests that code sends, [`ending`] what the end of a run means to the model.

pub mod check;
mod content;
mod ending;
mod outbound;
pub mod room;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use callwright_expr::Names;
use callwright_guard::Redactor;
use callwright_model::{
    ErrorClass, Fault, Object, Outcome, ToolError,
    execution::SandboxReport,
    tool::{
        PythonConfig, ToolSpec,
        python::{DEFAULT_MEMORY_MB, DEFAULT_OUTPUT_BYTES},
    },
};
use callwright_pybox::{Checking, Ended, Job, Limits, Program, Report};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use self::outbound::Outbound;
use crate::executor::{ExecCx, Executor, PreparedCall};

pub use room::Python;

/// The most bytes of printed lines that are kept.
const LOG_BYTES: usize = 64 << 10;
/// What the executor waits beyond the caller's deadline for the sandbox to report.
const GRACE: Duration = Duration::from_millis(100);
/// The keys that every context has, whether or not anybody filled them in.
const CONTEXT: [&str; 7] =
    ["execution_id", "agent_id", "user_id", "organization_id", "conversation_id", "call_sid", "phone_number"];

/// A Python tool, as far as it can be readied without running anything.
pub struct PythonTool {
    checking: Checking,
    /// Names the compiled form of the code.
    key: room::Key,
    names: Arc<[String]>,
    imports: Option<Arc<[String]>>,
    limits: Limits,
    has_network: bool,
    secrets: BTreeSet<String>,
}

impl PythonTool {
    /// Checks the configuration's bounds. What the code itself says is checked by [`check::check`].
    ///
    /// # Errors
    /// A [`Fault`] that names the field.
    pub fn compile(config: &PythonConfig, spec: &ToolSpec, names: &Names) -> Result<Self, Fault> {
        check::bounds(config, spec, names)?;
        let has_network = config.has_network();
        let checking = check::checking(config, spec);
        let wall = Duration::from_millis(config.wall_ms().unwrap_or(spec.policy.timeout_ms).into());
        Ok(Self {
            key: room::key(&checking),
            names: checking.names.clone().into(),
            checking,
            imports: config.allowed_imports.as_ref().map(|_| check::imports(config).into()),
            limits: Limits {
                wall,
                memory_bytes: (config.memory_limit_mb.unwrap_or(DEFAULT_MEMORY_MB) as usize) << 20,
                output_bytes: config.max_output_bytes.unwrap_or(DEFAULT_OUTPUT_BYTES) as usize,
                log_bytes: LOG_BYTES,
            },
            has_network,
            secrets: config.environment_variables.iter().cloned().collect(),
        })
    }

    fn job(
        &self,
        cx: &ExecCx<'_>,
        call: &PreparedCall<'_>,
        program: Program,
        http: Option<callwright_pybox::HttpSender>,
    ) -> Job {
        let own = call.secrets.iter().filter(|(name, _)| self.secrets.contains(*name));
        let env: BTreeMap<String, String> =
            own.map(|(name, secret)| (name.clone(), secret.expose().to_owned())).collect();
        Job {
            tenant: call.org.raw(),
            program,
            names: self.names.clone(),
            parameters: call.arguments.as_ref().clone(),
            context: context(call, &env),
            env,
            imports: self.imports.clone(),
            limits: self.limits,
            until: Some(call.deadline.into_std()),
            http,
            printed: cx.ports.printed(),
        }
    }

    async fn run(&self, cx: &ExecCx<'_>, call: &PreparedCall<'_>, hide: &Redactor) -> Result<Outcome, ToolError> {
        let readied = async {
            let sandbox = cx.python.sandbox(call.deadline).await?;
            let program = cx.python.program(&sandbox, self.key, &self.checking, call.org.raw()).await?;
            Ok::<_, ToolError>((sandbox, program))
        };
        let (sandbox, program) = tokio::select! {
            biased;
            () = cx.cancel.cancelled() => return Err(cancelled("before its code ran")),
            readied = readied => readied?,
            () = tokio::time::sleep_until(call.deadline) => return Err(room::overdue()),
        };
        let (sender, mut calls) = mpsc::channel(1);
        let job = self.job(cx, call, program, self.has_network.then_some(sender));
        let mut outbound = Outbound::new(cx, call, hide);
        let began = Instant::now();
        let report = {
            let running = sandbox.run(job);
            let sending = async {
                while let Some(request) = calls.recv().await {
                    outbound.answer(request).await;
                }
                std::future::pending().await
            };
            tokio::select! {
                biased;
                () = cx.cancel.cancelled() => None,
                report = running => Some(report),
                () = sending => None,
                () = tokio::time::sleep_until(call.deadline + GRACE) => Some(Ok(late(began.elapsed()))),
            }
        };
        let report = match report {
            Some(Ok(report)) => report,
            Some(Err(error)) => return Err(outbound.in_doubt(room::unavailable(&error))),
            None => return Err(outbound.in_doubt(cancelled("while its code ran"))),
        };
        cx.ports.sandboxed(noted(&report, hide));
        match ending::read(report.ended, &self.checking.source, self.limits, report.wall, outbound.has_begun()) {
            Ok(mut result) => {
                hide.value(&mut result);
                content::read(result).map(Outcome::Done)
            }
            Err(error) => Err(outbound.after(error)),
        }
    }
}

/// Somebody stopped it.
fn cancelled(when: &str) -> ToolError {
    ToolError::new(ErrorClass::Cancelled, "cancelled", format!("the execution was cancelled {when}"))
}

/// The most bytes of an error's text.
const MAX_MESSAGE: usize = 4_000;

/// Cuts a text to size, once its secrets are hidden.
fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_MESSAGE));
    text
}

/// The names of the schema's properties.
fn properties(spec: &ToolSpec) -> Vec<String> {
    let properties = spec.parameters.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

/// What the code sees as `context`: what the caller said, over it what the server knows, and the keys that are always there.
fn context(call: &PreparedCall<'_>, env: &BTreeMap<String, String>) -> Object {
    let mut context = call.context.client.clone();
    context.extend(call.context.verified.clone());
    for key in CONTEXT {
        context.entry(key).or_insert(Value::Null);
    }
    context.entry("user_data").or_insert_with(|| json!({}));
    context.insert("execution_id".to_owned(), json!(call.execution_id));
    context.entry("correlation_id").or_insert_with(|| json!(call.execution_id));
    context.insert("idempotency_key".to_owned(), call.intent_key.clone().into());
    context.insert("verified".to_owned(), Value::Object(call.context.verified.clone()));
    context.insert("env".to_owned(), json!(env));
    context
}

/// The sandbox did not say that its time was over: it waited for a turn.
fn late(waited: Duration) -> Report {
    Report { ended: Ended::TimedOut, logs: Vec::new(), logs_omitted: 0, memory_bytes: 0, wall: Duration::ZERO, waited }
}

fn noted(report: &Report, hide: &Redactor) -> SandboxReport {
    SandboxReport {
        wall_ms: report.wall.as_secs_f64() * 1_000.0,
        waited_ms: report.waited.as_secs_f64() * 1_000.0,
        memory_bytes: report.memory_bytes as u64,
        logs: report.logs.iter().map(|line| hide.text(line)).collect(),
        logs_omitted_bytes: report.logs_omitted as u64,
    }
}

#[async_trait]
impl Executor for PythonTool {
    async fn execute(&self, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Outcome, Fault> {
        if cx.cancel.is_cancelled() {
            return Ok(Outcome::Failed(cancelled("before its code ran")));
        }
        let hide = Redactor::new(call.secrets.values());
        Ok(self.run(cx, call, &hide).await.unwrap_or_else(|mut error| {
            error.message = cut(hide.text(&error.message));
            if let Some(details) = &mut error.details {
                hide.value(details);
            }
            Outcome::Failed(error)
        }))
    }

    fn rehearse(&self, _: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Value, ToolError> {
        let names: BTreeMap<String, String> =
            self.secrets.iter().map(|name| (name.clone(), "***".to_owned())).collect();
        let mut seen = json!({
            "function": self.checking.function,
            "parameters": call.arguments,
            "context": context(call, &names),
            "network": self.has_network,
            "timeout_ms": self.limits.wall.as_millis() as u64,
            "memory_limit_mb": self.limits.memory_bytes >> 20,
        });
        Redactor::new(call.secrets.values()).value(&mut seen);
        Ok(seen)
    }

    fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }

    /// What the code answers depends on its arguments and its circumstances. Code that looks at the clock or reaches out
    /// is its author's affair: they chose to keep results.
    fn identity(&self, call: &PreparedCall<'_>) -> Option<Vec<u8>> {
        let mut verified = call.context.verified.clone();
        verified.remove("execution_id");
        serde_json::to_vec(&(&call.arguments, verified, &call.context.client)).ok()
    }
}
