//! `/api/v1/workflows`: fixed plans of steps over tools or agents.

mod create;
mod delete;
mod get;
mod list;
mod put;
mod run;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, put::put, delete::delete))
        .routes(routes!(run::start))
}
