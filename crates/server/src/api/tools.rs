//! `/api/v1/tools`: the registry, and calling what is in it.

mod call;
mod create;
mod definitions;
mod delete;
mod draft;
mod get;
mod grants;
mod limits;
mod list;
mod put;
mod rollback;
mod test;
mod usage;
mod versions;

use axum::response::{IntoResponse, Response};
use callwright_runtime::registry::{Action, Upserted};
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{body::Json, state::ServerState};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(definitions::definitions))
        .routes(routes!(get::get, put::put, delete::delete))
        .routes(routes!(versions::list))
        .routes(routes!(versions::get))
        .routes(routes!(versions::diff))
        .routes(routes!(rollback::rollback))
        .routes(routes!(draft::get, draft::put, draft::delete))
        .routes(routes!(draft::publish))
        .routes(routes!(grants::list))
        .routes(routes!(grants::put, grants::delete))
        .routes(routes!(usage::usage))
        .routes(routes!(limits::limits))
        .routes(routes!(call::call))
        .routes(routes!(test::test))
}

/// The answer to a save: 202 when somebody has to agree first.
fn saved(upserted: Upserted) -> Response {
    let status = if upserted.action == Action::Proposed { StatusCode::ACCEPTED } else { StatusCode::OK };
    (status, Json(upserted)).into_response()
}
