//! `GET /agents/templates`: the agents to begin with.

use axum::extract::State;
use callwright_model::page::{MAX_LIMIT, PageRequest};
use callwright_runtime::agent_templates::{self, AgentTemplate};
use serde::Serialize;
use utoipa::ToSchema;

use super::tools::ok;
use crate::{auth::Authed, body::Json, error::ApiError, state::ServerState};

/// A template in the guide's form.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::AgentTemplate)]
pub(crate) struct GuideTemplate {
    /// What `base_template` is given.
    id: String,
    /// What people call it.
    name: String,
    /// The part it plays.
    role: String,
    /// What it is for.
    description: String,
    /// The tools that it works with.
    default_tools: Vec<String>,
    /// The model it was written for.
    model: String,
    /// How freely the model chooses its words.
    temperature: f64,
    /// What it is good at.
    use_cases: Vec<String>,
}

impl From<AgentTemplate> for GuideTemplate {
    fn from(template: AgentTemplate) -> Self {
        Self {
            id: template.id,
            name: template.name,
            role: template.role,
            description: template.description,
            default_tools: template.default_tools,
            model: template.model,
            temperature: template.temperature,
            use_cases: template.use_cases,
        }
    }
}

/// All templates.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::AgentTemplateList)]
pub(crate) struct GuideTemplates {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// The templates, by id.
    templates: Vec<GuideTemplate>,
}

/// The agents to begin with.
#[utoipa::path(
    get,
    path = "/agents/templates",
    operation_id = "guide_list_agent_templates",
    tag = "guide",
    responses((status = 200, description = "The templates", body = GuideTemplates)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
) -> Result<Json<GuideTemplates>, ApiError> {
    let found = agent_templates::list(&state.app, &caller, &PageRequest::first(MAX_LIMIT))?;
    Ok(Json(GuideTemplates { response: ok(), templates: found.items.into_iter().map(GuideTemplate::from).collect() }))
}
