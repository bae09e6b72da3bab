//! `POST /agents/create`

use axum::extract::State;
use callwright_model::Object;
use callwright_runtime::agents::made::{self, Wish};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AgentCreated, created};
use crate::{auth::Authed, body::Json, error::ApiError, state::ServerState};

/// A new agent. Other fields are passed over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = guide::NewAgent)]
pub(crate) struct NewAgent {
    /// What to call it, 1 to 100 characters. When another has the name, a number is put behind it.
    name: String,
    /// Its system instructions.
    instructions: Option<String>,
    /// The names of its tools. Each must be one that you may use.
    #[schema(max_items = 128)]
    tools: Option<Vec<String>>,
    /// The model; the server's `default_model` unless said.
    #[schema(example = "gpt-4o")]
    model: Option<String>,
    /// How freely the model writes.
    #[schema(minimum = 0, maximum = 2)]
    temperature: Option<f64>,
    /// Kept with it. With `learning_enabled: true` it brings what you liked or corrected into your later runs.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Object>,
}

/// Makes an agent with its tools. It is yours alone until you share it. Its model may be one that no provider serves
/// yet.
#[utoipa::path(
    post,
    path = "/agents/create",
    operation_id = "guide_create_agent",
    tag = "guide",
    request_body = NewAgent,
    responses((status = 200, description = "It was made", body = AgentCreated)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(body): Json<NewAgent>,
) -> Result<Json<AgentCreated>, ApiError> {
    let wish = Wish {
        name: body.name,
        instructions: body.instructions.unwrap_or_default(),
        tools: body.tools,
        model: body.model,
        temperature: body.temperature,
        metadata: body.metadata.unwrap_or_default(),
        ..Wish::default()
    };
    Ok(created(made::make(&state.app, &caller, wish).await?))
}
