//! `POST /agents/execute`

use axum::extract::State;
use callwright_model::{
    Fault, Object,
    account::Caller,
    chat::Part,
    id::JobId,
    run::{Run, RunKind},
    webhook::WebhookTarget,
};
use callwright_runtime::{
    App,
    run::{self, NewsForm, RunRequest, SIGNING_SECRET},
};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::Authed,
    body::Json,
    compat::{guide::tools::ok, plan::fault::rename},
    error::ApiError,
    header::idempotency_key,
    state::ServerState,
};

/// What an agent is to do. Other fields are passed over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = guide::Execute)]
pub(crate) struct Execute {
    /// The agent.
    agent_id: String,
    /// What is said to it.
    message: String,
    /// The thread to go on with, from the result of a run; a new one without it.
    thread_id: Option<String>,
    /// The names of the tools of this run, instead of the agent's; none of them with `[]`.
    #[schema(max_items = 128)]
    tools: Option<Vec<String>>,
    /// Variables of this run, which its tools may read.
    #[schema(value_type = Option<Object>)]
    context: Option<Object>,
    /// An address that is sent the status when the run has ended, signed with the secret `WEBHOOK_SIGNING_SECRET` if
    /// there is one.
    webhook_url: Option<String>,
}

/// A run was begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::Started)]
pub(crate) struct Started {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// The job that carries the run.
    job_id: JobId,
    /// What was done.
    #[schema(example = "Agent execution started")]
    message: String,
    /// Where to ask how it stands.
    status_url: String,
    /// `agent_execution`, or `workflow_execution`.
    #[schema(example = "agent_execution")]
    model: String,
    /// Always 0: nothing has been used yet.
    prompt_tokens: u64,
    /// Always 0.
    completion_tokens: u64,
    /// Always 0.
    total_tokens: u64,
}

/// Begins a run of an agent. It goes on by itself, and through a restart of the server.
#[utoipa::path(
    post,
    path = "/agents/execute",
    operation_id = "guide_execute_agent",
    tag = "guide",
    params(("Idempotency-Key" = Option<String>, Header, description = "One run for all requests with this key")),
    request_body = Execute,
    responses((status = 200, description = "It was begun", body = Started)),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run"))),
)]
pub(crate) async fn execute(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    headers: HeaderMap,
    Json(body): Json<Execute>,
) -> Result<Json<Started>, ApiError> {
    let app = &state.app;
    let mut request = RunRequest::new(body.agent_id, vec![Part::text(body.message)]);
    request.thread = match body.thread_id.filter(|id| !id.is_empty()) {
        None => None,
        Some(id) => {
            let shown: String = id.chars().take(80).collect();
            Some(id.parse().map_err(|_| Fault::not_found("thread", shown))?)
        }
    };
    request.tools = body.tools;
    request.dedupe_key = idempotency_key(&headers)?.map(|key| format!("guide:{}:{key}", caller.user_id));
    request.context = body.context.unwrap_or_default();
    request.news = NewsForm::Guide;
    request.webhook = webhook(app, &caller, body.webhook_url).await?;
    let run = run::start(app, &caller, request).await.map_err(|fault| rename(fault, guides))?;
    Ok(Json(Started::new(&run)))
}

/// Whom to tell of the end, with a signature if there is a secret for it.
pub(in crate::compat::guide) async fn webhook(
    app: &App,
    caller: &Caller,
    url: Option<String>,
) -> Result<Option<WebhookTarget>, Fault> {
    let Some(url) = url.filter(|url| !url.is_empty()) else { return Ok(None) };
    let is_signed = app.vault().secret_names(caller.org_id).await?.contains(SIGNING_SECRET);
    Ok(Some(WebhookTarget { url, secret: is_signed.then(|| SIGNING_SECRET.to_owned()) }))
}

impl Started {
    pub(in crate::compat::guide) fn new(run: &Run) -> Self {
        let (message, model) = match run.kind {
            RunKind::Agent => ("Agent execution started", "agent_execution"),
            RunKind::Workflow => ("Workflow execution started", "workflow_execution"),
        };
        Self {
            response: ok(),
            job_id: run.job_id,
            message: message.to_owned(),
            status_url: format!("/agents/status/{}", run.job_id),
            model: model.to_owned(),
            prompt_tokens: 0,
            completion_tokens: 0,
            total_tokens: 0,
        }
    }
}

/// The guide's name of a field of ours.
pub(in crate::compat::guide) fn guides(field: &str) -> String {
    if field.starts_with("webhook") { "webhook_url".to_owned() } else { field.to_owned() }
}
