//! Every route on one page.

use axum::Router;
use callwright_model::{Fault, FaultKind};
use callwright_runtime::App;
use http::{Method, Uri};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    api, approval_page, callbacks, compat, convai,
    edge::EdgeLayer,
    error::ApiError,
    health, hooks, live, mcp, metrics, oauth_page, openapi, platforms,
    state::{ServerOptions, ServerState},
};

/// The whole server as a service, for tests and for [`crate::serve`].
pub fn router(app: App, options: ServerOptions) -> Router {
    build(ServerState::new(app, options))
}

pub(crate) fn build(state: ServerState) -> Router {
    finish(state, api())
}

/// What a process that only works answers.
pub(crate) fn build_health(state: ServerState) -> Router {
    let routes = OpenApiRouter::with_openapi(openapi::empty()).merge(health::routes()).merge(metrics::routes());
    finish(state, routes)
}

fn finish(state: ServerState, routes: OpenApiRouter<ServerState>) -> Router {
    let edge = EdgeLayer::new(state.app.ids().clone());
    Router::from(routes).fallback(no_route).method_not_allowed_fallback(wrong_method).with_state(state).layer(edge)
}

/// Every route with its description.
pub(crate) fn api() -> OpenApiRouter<ServerState> {
    OpenApiRouter::with_openapi(openapi::empty())
        .merge(health::routes())
        .merge(metrics::routes())
        .merge(openapi::routes())
        .merge(api::routes())
        .merge(live::routes())
        .merge(callbacks::routes())
        .merge(hooks::routes())
        .merge(platforms::routes())
        .merge(convai::routes())
        .merge(mcp::routes())
        .merge(approval_page::routes())
        .merge(oauth_page::routes())
        .merge(compat::routes())
}

async fn no_route(uri: Uri) -> ApiError {
    Fault::new(FaultKind::NotFound, "route_not_found", format!("there is nothing at `{}`", shown(uri.path()))).into()
}

async fn wrong_method(method: Method, uri: Uri) -> ApiError {
    let message =
        format!("`{}` does not take {}; `Allow` says what it takes", shown(uri.path()), shown(method.as_str()));
    Fault::new(FaultKind::Invalid, "method_not_allowed", message).into()
}

/// At most the beginning of what a client wrote.
fn shown(text: &str) -> &str {
    text.get(..200).unwrap_or(text)
}
