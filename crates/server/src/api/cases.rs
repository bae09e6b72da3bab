//! `/api/v1/tools/{name}/cases`: the test cases of tools.

mod create;
mod delete;
mod get;
mod list;
mod put;
mod recorded;
mod run;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_all))
        .routes(routes!(list::list, create::create))
        .routes(routes!(run::run))
        .routes(routes!(get::get, put::put, delete::delete))
        .routes(routes!(recorded::from_execution))
}
