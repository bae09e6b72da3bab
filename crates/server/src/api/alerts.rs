//! `/api/v1/alerts`: rules that watch the log, and what they raised.

mod incidents;
mod rules;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(incidents::list))
        .routes(routes!(rules::list, rules::create))
        .routes(routes!(rules::get, rules::put, rules::delete))
        .routes(routes!(rules::test))
}
