//! Other people's forms of what we do: each a thin translation in a room of its own, over the same runtime.

mod guide;
mod plan;

pub(crate) use plan::tool_of_plan as plan_tool;

use utoipa_axum::router::OpenApiRouter;

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    plan::routes().merge(guide::routes())
}
