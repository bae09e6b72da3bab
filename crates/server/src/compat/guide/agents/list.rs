//! `GET /agents/list`

use axum::extract::State;
use callwright_model::{
    Fault, Object, Timestamp,
    agent::Agent,
    id::{AgentId, UserId},
    page::{MAX_LIMIT, PageRequest},
};
use callwright_runtime::agents;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Authed,
    body::{Json, Query},
    compat::guide::tools::ok,
    error::ApiError,
    state::ServerState,
};

/// Which agents to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AgentQuery {
    /// Also those of others that you may run: `true` or `false`.
    #[param(required = false, value_type = bool)]
    include_shared: Option<String>,
    /// The most items to give, 200 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// An agent that the caller may run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::ListedAgent)]
pub(crate) struct ListedAgent {
    /// Its id.
    agent_id: AgentId,
    /// Its name.
    name: String,
    /// What it is for.
    description: String,
    /// Its system instructions.
    instructions: String,
    /// The model that it uses.
    model: String,
    /// How freely the model writes; `null`, as the provider likes.
    temperature: Option<f64>,
    /// The names of its tools.
    tools: Vec<String>,
    /// Whether you made it.
    is_owner: bool,
    /// Whether everybody in the organization may run it.
    is_shared: bool,
    /// The template, or the other agent, that it was made from.
    base_template: Option<String>,
    /// What is kept with it.
    #[schema(value_type = Object)]
    metadata: Object,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl ListedAgent {
    fn new(agent: Agent, tools: Vec<String>, user: UserId) -> Self {
        Self {
            agent_id: agent.id,
            name: agent.name,
            description: agent.description,
            instructions: agent.instructions,
            model: agent.model,
            temperature: agent.profile.temperature,
            tools,
            is_owner: agent.user_id == user,
            is_shared: agent.profile.is_shared,
            base_template: agent.profile.base_template,
            metadata: agent.profile.metadata,
            created_at: agent.created_at,
            updated_at: agent.updated_at,
        }
    }
}

/// A page of agents.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::AgentList)]
pub(crate) struct AgentList {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// How many there are here.
    count: usize,
    /// The agents, newest first.
    agents: Vec<ListedAgent>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The agents that you made, newest first; with `include_shared` also those of others that you may run.
#[utoipa::path(
    get,
    path = "/agents/list",
    operation_id = "guide_list_agents",
    tag = "guide",
    params(AgentQuery),
    responses((status = 200, description = "The agents", body = AgentList)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<AgentQuery>,
) -> Result<Json<AgentList>, ApiError> {
    let page = PageRequest::parse(query.limit.or(Some(MAX_LIMIT)), query.cursor.as_deref())?;
    let is_shared = boolean(query.include_shared.as_deref())?;
    let (found, mut tools) = agents::own(&state.app, &caller, is_shared, page).await?;
    let found = found.map(|agent| {
        let tools = tools.remove(&agent.id).unwrap_or_default();
        ListedAgent::new(agent, tools, caller.user_id)
    });
    Ok(Json(AgentList {
        response: ok(),
        count: found.items.len(),
        agents: found.items,
        next_cursor: found.next_cursor,
    }))
}

/// Python writes `True`.
fn boolean(text: Option<&str>) -> Result<bool, Fault> {
    match text.unwrap_or_default().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Ok(true),
        "" | "false" | "0" | "no" => Ok(false),
        _ => Err(Fault::invalid("include_shared", "query `include_shared` must be `true` or `false`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boolean_is_read_as_clients_write_it() {
        assert!(boolean(Some("True")).unwrap() && boolean(Some("1")).unwrap());
        assert!(!boolean(None).unwrap() && !boolean(Some("False")).unwrap());
        assert!(boolean(Some("perhaps")).unwrap_err().message.contains("include_shared"));
    }
}
