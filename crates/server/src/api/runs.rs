//! `/api/v1/runs`: agents and workflows at work.

mod cancel;
mod events;
mod get;
mod list;
mod start;
mod steps;

use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) use list::user_id;
pub(super) use start::{MOST_WAIT, begun};

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, start::start))
        .routes(routes!(start::start_of_agent))
        .routes(routes!(get::get))
        .routes(routes!(steps::list))
        .routes(routes!(events::watch))
        .routes(routes!(cancel::cancel))
}
