//! A corridor of paper around one tool.

use std::{
    borrow::Cow,
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use callwright_expr::Names;
use callwright_guard::{Guard, Options};
use callwright_model::{
    Content, Fault, IdSource, Object, Outcome, SystemClock, ToolError,
    context::CallContext,
    execution::{Attempt, Progress},
    merge::merge_patch,
    secret::SecretString,
    tool::{ToolSpec, Trust},
};
use callwright_tools::{ExecCx, Executor, HttpTool, OauthClient, Ports, PreparedCall};
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Every secret of these tests and its value.
pub const SECRETS: [(&str, &str); 4] =
    [("API_KEY", "sk-hunter22"), ("USERNAME", "ada"), ("PASSWORD", "pass:word/+"), ("CLIENT_SECRET", "cs-hunter33")];

#[derive(Default)]
pub struct Notes {
    pub attempts: Mutex<Vec<Attempt>>,
    pub progress: Mutex<Vec<Progress>>,
    /// Tokens to give out, in this order.
    pub tokens: Mutex<VecDeque<Result<&'static str, ToolError>>>,
    /// What was asked for: the client, and the stale token.
    pub asked: Mutex<Vec<(OauthClient, Option<String>)>>,
}

#[async_trait]
impl Ports for Notes {
    fn emit(&self, progress: Progress) {
        self.progress.lock().unwrap().push(progress);
    }

    fn attempt(&self, attempt: Attempt) {
        self.attempts.lock().unwrap().push(attempt);
    }

    async fn oauth_token(&self, client: OauthClient, stale: Option<SecretString>) -> Result<SecretString, ToolError> {
        self.asked.lock().unwrap().push((client, stale.map(|stale| stale.expose().to_owned())));
        let next = self.tokens.lock().unwrap().pop_front().expect("a token in the script");
        next.map(SecretString::new)
    }
}

pub struct World {
    pub spec: ToolSpec,
    pub arguments: Value,
    pub context: CallContext,
    pub timeout: Duration,
    pub notes: Notes,
    pub cancel: CancellationToken,
}

/// A spec for `config`, with retries that take no time; `patch` is merged into it.
pub fn spec(config: Value, patch: Value) -> ToolSpec {
    let quick = json!({"attempts": 2, "base_ms": 1});
    let mut spec = json!({
        "name": "tool",
        "kind": "http",
        "effect": "read",
        "config": config,
        "policy": {"retry": {"network": quick, "rate_limit": quick, "timeout": quick}},
    });
    merge_patch(&mut spec, &patch);
    serde_json::from_value(spec).unwrap()
}

pub fn names() -> Names {
    let secrets = SECRETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    Names { secrets, trust: Trust::Verified, ..Names::default() }
}

pub fn compile(config: Value, patch: Value) -> Result<HttpTool, Fault> {
    HttpTool::compile(&spec(config, patch), &names())
}

impl World {
    pub fn new(config: Value) -> Self {
        Self::patched(config, json!({}))
    }

    /// A tool whose spec is patched.
    pub fn patched(config: Value, patch: Value) -> Self {
        Self {
            spec: spec(config, patch),
            arguments: json!({}),
            context: CallContext::default(),
            timeout: Duration::from_secs(10),
            notes: Notes::default(),
            cancel: CancellationToken::new(),
        }
    }

    pub fn given(mut self, arguments: Value) -> Self {
        self.arguments = arguments;
        self
    }

    pub fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    pub fn tool(&self) -> HttpTool {
        HttpTool::compile(&self.spec, &names()).unwrap_or_else(|fault| panic!("{fault:?}"))
    }

    pub fn call(&self) -> PreparedCall<'_> {
        let secrets: BTreeMap<String, SecretString> =
            SECRETS.iter().map(|(name, value)| ((*name).to_owned(), SecretString::new(*value))).collect();
        PreparedCall {
            execution_id: IdSource::new(Arc::new(SystemClock)).next(),
            arguments: Cow::Borrowed(self.arguments.as_object().unwrap()),
            org: IdSource::new(Arc::new(SystemClock)).next(),
            context: Cow::Borrowed(&self.context),
            secrets: Cow::Owned(secrets),
            extra: json!({"execution_id": "exec_1", "idempotency_key": "key-1", "now": "2026-11-21T10:00:00Z"})
                .as_object()
                .unwrap()
                .clone(),
            intent_key: "key-1".to_owned(),
            policy: Cow::Borrowed(&self.spec.policy),
            effect: self.spec.effect,
            repeatable: self.spec.repeatable,
            deadline: Instant::now() + self.timeout,
        }
    }

    pub async fn run(&self) -> Outcome {
        let guard = guard();
        let cx = ExecCx {
            guard: &guard,
            python: &callwright_tools::Python::new(Default::default()),
            clock: &SystemClock,
            ports: &self.notes,
            cancel: &self.cancel,
        };
        self.tool().execute(&cx, &self.call()).await.unwrap()
    }

    pub async fn done(&self) -> Content {
        match self.run().await {
            Outcome::Done(content) => content,
            Outcome::Failed(error) => panic!("{error:?}"),
        }
    }

    pub async fn failed(&self) -> ToolError {
        match self.run().await {
            Outcome::Failed(error) => error,
            Outcome::Done(content) => panic!("{content:?}"),
        }
    }

    pub fn rehearse(&self) -> Result<Value, ToolError> {
        let guard = guard();
        let cx = ExecCx {
            guard: &guard,
            python: &callwright_tools::Python::new(Default::default()),
            clock: &SystemClock,
            ports: &self.notes,
            cancel: &self.cancel,
        };
        let call = PreparedCall { secrets: Cow::Owned(BTreeMap::new()), ..self.call() };
        self.tool().rehearse(&cx, &call)
    }

    /// The waits that were announced.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.notes.attempts.lock().unwrap().clone()
    }
}

pub fn guard() -> Guard {
    Guard::new(Options { allow: vec!["127.0.0.0/8".parse().unwrap()], ..Options::default() }).unwrap()
}

pub fn object(value: Value) -> Object {
    value.as_object().unwrap().clone()
}
