//! The paths and the words of the tool calling plan: `/api/organization/tools`, `/api/assistants/…`,
//! `/api/calls/…` and `/ws/tool-executions`.
//!
//! A thin translation: everything is done by the runtime, with the same rights. What differs is the form.
//! Lists are bare arrays with the cursor in a `Link` header; a tool, an assignment and a log row have the
//! plan's fields; a PUT changes the fields that it has. `docs/guides/plan-api.md` tells how the two map.

mod assignment;
mod assignments;
mod authentication;
pub(super) mod configuration;
mod counts;
mod custom;
mod definition;
mod executions;
pub(super) mod fault;
pub(super) mod fields;
mod function;
mod library;
mod log;
#[cfg(test)]
mod round_trip;
mod tool;
mod tools;

use callwright_model::{Fault, Object, account::Caller, tool::ToolSpec};
use callwright_runtime::App;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

/// Our form of a tool that somebody wrote in the plan's.
pub(crate) async fn tool_of_plan(app: &App, caller: &Caller, body: Object) -> Result<ToolSpec, Fault> {
    let secrets = app.vault().secret_names(caller.org_id).await?;
    tool::ToolInput::parse(body)?.create(&secrets)
}

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(tools::list::list, tools::create::create))
        .routes(routes!(tools::get::get, tools::update::update, tools::delete::delete))
        .routes(routes!(tools::test::test))
        .routes(routes!(executions::of_tool))
        .routes(routes!(assignments::list::list))
        .routes(routes!(assignments::assign::assign))
        .routes(routes!(assignments::configure::configure))
        .routes(routes!(assignments::unassign::unassign))
        .routes(routes!(executions::of_assistant))
        .routes(routes!(executions::of_call))
        .routes(routes!(executions::live))
        .routes(routes!(library::public))
        .routes(routes!(library::templates))
        .routes(routes!(library::tool_templates))
        .routes(routes!(library::tool_template))
        .routes(routes!(library::create))
        .routes(routes!(library::assign))
}
