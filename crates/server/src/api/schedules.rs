//! `/api/v1/schedules`: runs and calls that the clock starts.

mod change;
mod list;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, change::create))
        .routes(routes!(list::get, change::put, change::delete))
        .routes(routes!(change::run))
}
