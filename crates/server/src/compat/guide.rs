//! The agent guide: its agents, workflows and jobs (`/agents/…`, `/jobs/…`) and its tools (`/agents/tools…`).
//!
//! A thin translation like the plan's: the same registry, rights and tokens as under `/api/v1`, in the guide's form. Answers
//! carry their own status in `response`, errors are `{"response", "error"}` ([`crate::error`] writes them), a PUT changes
//! the fields that it has, and a credential that is written out goes into the vault and is shown as a mask ever after.
//! What the guide has no word for goes by our own name, so that nothing is lost on the way. `docs/guides/guide-api.md`
//! tells how the two map.

mod agent_templates;
mod agents;
mod auth;
mod credential;
mod fault;
mod implementation;
mod input;
mod jobs;
mod tool;
mod tool_type;
mod tools;
mod workflows;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(agent_templates::list))
        .routes(routes!(tools::available::available))
        .routes(routes!(tools::create::create))
        .routes(routes!(tools::list::list))
        .routes(routes!(tools::templates::list))
        .routes(routes!(tools::templates::get))
        .routes(routes!(tools::get::get, tools::update::update, tools::delete::delete))
        .routes(routes!(tools::test::test))
        .routes(routes!(tools::share::share))
        .routes(routes!(agents::create::create))
        .routes(routes!(agents::custom::create))
        .routes(routes!(agents::execute::execute))
        .routes(routes!(agents::status::status))
        .routes(routes!(agents::list::list))
        .routes(routes!(agents::share::share))
        .routes(routes!(workflows::create))
        .routes(routes!(workflows::execute))
        .routes(routes!(jobs::recent))
}
