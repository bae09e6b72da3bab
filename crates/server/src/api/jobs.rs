//! `/api/v1/jobs`: durable background work.

mod act;
mod list;
mod push;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, push::push))
        .routes(routes!(list::get))
        .routes(routes!(act::cancel))
        .routes(routes!(act::retry))
}
