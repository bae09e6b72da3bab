//! `POST /agents/workflow/create` and `POST /agents/workflow/execute`

use axum::extract::State;
use callwright_model::{
    Object,
    id::WorkflowId,
    workflow::{FlowType, WorkflowAgent},
};
use callwright_runtime::{
    run::{
        NewsForm,
        flow::{self, WorkflowRequest},
    },
    workflow::{self, WorkflowSpec},
};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::agents::execute::{Started, guides, webhook};
use crate::{
    auth::Authed,
    body::Json,
    compat::{guide::tools::ok, plan::fault::rename},
    error::ApiError,
    header::idempotency_key,
    state::ServerState,
};

/// A new workflow. Other fields are passed over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = guide::NewWorkflow)]
pub(crate) struct NewWorkflow {
    /// What to call it, 1 to 100 characters; unique in the organization.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// How its agents work together.
    flow_type: FlowType,
    /// Its agents, in order.
    #[schema(min_items = 1, max_items = 50)]
    agents: Vec<Part>,
}

/// An agent's part in a workflow. Other fields are passed over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = guide::WorkflowPart)]
pub(crate) struct Part {
    /// The agent.
    agent_id: String,
    /// What it is here for.
    role: String,
    /// What exactly it is to do.
    description: Option<String>,
    /// In a conditional workflow: expressions over the context and `results`, all of which must hold.
    conditions: Option<Vec<String>>,
    /// In a conditional workflow: it works when no other does.
    default: Option<bool>,
}

/// A workflow was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::WorkflowCreated)]
pub(crate) struct WorkflowCreated {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// The workflow.
    workflow_id: WorkflowId,
    /// What was done.
    #[schema(example = "Workflow created successfully")]
    message: String,
}

/// Makes a workflow of agents.
#[utoipa::path(
    post,
    path = "/agents/workflow/create",
    operation_id = "guide_create_workflow",
    tag = "guide",
    request_body = NewWorkflow,
    responses((status = 200, description = "It was made", body = WorkflowCreated)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(body): Json<NewWorkflow>,
) -> Result<Json<WorkflowCreated>, ApiError> {
    let part = |part: Part| WorkflowAgent {
        agent_id: part.agent_id,
        role: part.role,
        description: part.description,
        conditions: part.conditions.unwrap_or_default(),
        default: part.default.unwrap_or_default(),
    };
    let spec = WorkflowSpec {
        name: body.name,
        description: body.description.unwrap_or_default(),
        flow_type: Some(body.flow_type),
        agents: body.agents.into_iter().map(part).collect(),
        ..WorkflowSpec::default()
    };
    let workflow = workflow::create(&state.app, &caller, spec).await?;
    Ok(Json(WorkflowCreated {
        response: ok(),
        workflow_id: workflow.id,
        message: "Workflow created successfully".to_owned(),
    }))
}

/// What a workflow is to work on. Other fields are passed over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = guide::ExecuteWorkflow)]
pub(crate) struct ExecuteWorkflow {
    /// The workflow.
    workflow_id: String,
    /// What it is given: a text, or an object for a workflow of steps.
    #[schema(value_type = Option<Value>)]
    initial_input: Option<Value>,
    /// Variables that its conditions, agents and tools may read.
    #[schema(value_type = Option<Object>)]
    context: Option<Object>,
    /// An address that is sent the status when the run has ended, signed with the secret `WEBHOOK_SIGNING_SECRET` if
    /// there is one.
    webhook_url: Option<String>,
}

/// Begins a run of a workflow. It goes on by itself, and through a restart of the server.
#[utoipa::path(
    post,
    path = "/agents/workflow/execute",
    operation_id = "guide_execute_workflow",
    tag = "guide",
    params(("Idempotency-Key" = Option<String>, Header, description = "One run for all requests with this key")),
    request_body = ExecuteWorkflow,
    responses((status = 200, description = "It was begun", body = Started)),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run"))),
)]
pub(crate) async fn execute(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    headers: HeaderMap,
    Json(body): Json<ExecuteWorkflow>,
) -> Result<Json<Started>, ApiError> {
    let app = &state.app;
    let mut request = WorkflowRequest::new(body.workflow_id, body.initial_input.unwrap_or_default());
    request.dedupe_key = idempotency_key(&headers)?.map(|key| format!("guide-flow:{}:{key}", caller.user_id));
    request.context = body.context.unwrap_or_default();
    request.news = NewsForm::Guide;
    request.webhook = webhook(app, &caller, body.webhook_url).await?;
    let run = flow::start(app, &caller, request).await.map_err(|fault| {
        rename(fault, |field| if field == "input" { "initial_input".to_owned() } else { guides(field) })
    })?;
    Ok(Json(Started::new(&run)))
}
