//! `/api/v1/agents`: agents, and which tools they have.

mod assignments;
mod changes;
mod create;
mod delete;
mod get;
mod grants;
mod list;
mod put;
mod settings;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, put::put, delete::delete))
        .routes(routes!(assignments::list))
        .routes(routes!(changes::list))
        .routes(routes!(assignments::put, assignments::delete))
        .routes(routes!(settings::migrate))
        .routes(routes!(grants::list, grants::change))
}
