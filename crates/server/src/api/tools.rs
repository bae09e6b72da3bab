//! `/api/v1/tools`: the registry, and calling what is in it.

mod call;
mod create;
mod definitions;
mod delete;
mod get;
mod grants;
mod limits;
mod list;
mod put;
mod rollback;
mod usage;
mod versions;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(definitions::definitions))
        .routes(routes!(get::get, put::put, delete::delete))
        .routes(routes!(versions::list))
        .routes(routes!(versions::get))
        .routes(routes!(versions::diff))
        .routes(routes!(rollback::rollback))
        .routes(routes!(grants::list))
        .routes(routes!(grants::put, grants::delete))
        .routes(routes!(usage::usage))
        .routes(routes!(limits::limits))
        .routes(routes!(call::call))
}
