//! `POST /api/v1/agents/{agent}/tools-settings`: real tools of the plan's older settings.

use axum::extract::State;
use callwright_model::account::Caller;
use callwright_model::{Fault, legacy::ToolsSettings};
use callwright_runtime::{
    App,
    legacy::{self, Custom, Migration},
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    auth::Authed,
    body::{Json, Path},
    compat,
    error::ApiError,
    state::ServerState,
};

/// Settings to migrate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MigrateSettings {
    /// The settings; absent means those that the agent carries.
    tools_settings: Option<ToolsSettings>,
    /// Only say what would be done.
    #[serde(default)]
    dry_run: bool,
}

/// Makes tools of an agent's `tools_settings` and assigns them; the agent then carries none. Doing it again changes
/// nothing.
#[utoipa::path(
    post,
    path = "/api/v1/agents/{agent}/tools-settings",
    operation_id = "migrate_tools_settings",
    tag = "agents",
    params(("agent" = String, Path, description = "The agent's name or id")),
    request_body = MigrateSettings,
    responses((status = 200, description = "What was done, or with `dry_run` would be", body = Migration)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn migrate(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
    Json(request): Json<MigrateSettings>,
) -> Result<Json<Migration>, ApiError> {
    let settings = match request.tools_settings {
        Some(settings) => Some(settings),
        None => legacy::carried(&state.app, &caller, &agent).await?,
    };
    let custom = custom(&state.app, &caller, settings.as_ref()).await?;
    Ok(Json(legacy::migrate(&state.app, &caller, &agent, settings, custom, request.dry_run).await?))
}

/// A custom tool is the name of one, a tool in our form (it has a `kind`), or one in the plan's.
async fn custom(app: &App, caller: &Caller, settings: Option<&ToolsSettings>) -> Result<Vec<Custom>, Fault> {
    let mut found = Vec::new();
    for (at, tool) in settings.iter().flat_map(|settings| &settings.custom_tools).enumerate() {
        let field = format!("tools_settings.custom_tools.{at}");
        found.push(match tool {
            Value::String(name) => Custom::Named(name.clone()),
            Value::Object(fields) if fields.contains_key("kind") => {
                let spec = serde_json::from_value(tool.clone());
                Custom::Whole(Box::new(spec.map_err(|error| Fault::invalid(&field, format!("`{field}`: {error}")))?))
            }
            Value::Object(fields) => {
                let spec = compat::plan_tool(app, caller, fields.clone()).await;
                Custom::Whole(Box::new(spec.map_err(|mut fault| {
                    fault.message = format!("`{field}`: {}", fault.message);
                    fault
                })?))
            }
            _ => return Err(Fault::invalid(&field, format!("`{field}` must be the name of a tool or a tool"))),
        });
    }
    Ok(found)
}
