//! `/api/v1/threads`: conversations that runs take forward.

mod change;
mod create;
mod list;
mod messages;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(list::get, change::patch, change::delete))
        .routes(routes!(messages::list))
}
