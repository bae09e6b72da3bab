//! `/api/v1/executions`: the log, and what a person may do with an execution.

mod answer;
mod cancel;
mod get;
mod list;
mod replay;
mod result;
mod settle;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(get::get))
        .routes(routes!(answer::answer))
        .routes(routes!(result::result, result::answer))
        .routes(routes!(replay::replay))
        .routes(routes!(settle::settle))
        .routes(routes!(cancel::cancel))
}
