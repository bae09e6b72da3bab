//! `POST /agents/custom/create`

use axum::extract::State;
use callwright_model::{Object, credit::Operation};
use callwright_runtime::agents::made::{self, Wish};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AgentCreated, created};
use crate::{auth::Authed, body::Json, error::ApiError, state::ServerState};

/// A new agent on a base. What is absent is as the base has it. Other fields are passed over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = guide::CustomAgent)]
pub(crate) struct CustomAgent {
    /// What to call it, 1 to 100 characters. When another has the name, a number is put behind it.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Its system instructions; those of the base come before them.
    instructions: Option<String>,
    /// The names of its tools, instead of those of the base.
    #[schema(max_items = 128)]
    tools: Option<Vec<String>>,
    /// The model; the server's `default_model` when neither you nor the base says.
    #[schema(example = "gpt-4o")]
    model: Option<String>,
    /// How freely the model writes.
    #[schema(minimum = 0, maximum = 2)]
    temperature: Option<f64>,
    /// The id of a template, or of an agent that you may run.
    #[schema(example = "financial_analyst")]
    base_template: Option<String>,
    /// Kept with it, over what the base has.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Object>,
}

/// Makes an agent on the base of a template or of another agent, as that is now.
#[utoipa::path(
    post,
    path = "/agents/custom/create",
    operation_id = "guide_create_custom_agent",
    tag = "guide",
    request_body = CustomAgent,
    responses((status = 200, description = "It was made", body = AgentCreated)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(body): Json<CustomAgent>,
) -> Result<Json<AgentCreated>, ApiError> {
    let wish = Wish {
        name: body.name,
        description: body.description,
        instructions: body.instructions.unwrap_or_default(),
        tools: body.tools,
        model: body.model,
        temperature: body.temperature,
        metadata: body.metadata.unwrap_or_default(),
        base: body.base_template.filter(|base| !base.is_empty()),
        operation: Some(Operation::AgentCustom),
    };
    Ok(created(made::make(&state.app, &caller, wish).await?))
}
