//! The native API under `/api/v1`, one file for each collection.

mod account;
mod agent_templates;
mod agents;
mod alerts;
mod approvals;
mod audit;
mod bundles;
mod cases;
mod conversations;
mod credits;
mod deliveries;
mod doctor;
mod documents;
mod executions;
mod exports;
mod features;
mod feedback;
mod hooks;
mod imports;
mod invitations;
mod jobs;
mod library;
mod limits;
mod mcp_servers;
mod members;
mod model_providers;
mod offer;
mod organization;
mod proposals;
mod runs;
mod schedules;
mod secrets;
mod session;
mod suggestions;
mod templates;
mod threads;
mod tokens;
mod tools;
mod workflows;

use utoipa_axum::router::OpenApiRouter;

use crate::state::ServerState;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .merge(session::routes())
        .merge(account::routes())
        .merge(tokens::routes())
        .merge(organization::routes())
        .merge(members::routes())
        .merge(invitations::routes())
        .merge(tools::routes())
        .merge(offer::routes())
        .merge(exports::routes())
        .merge(agents::routes())
        .merge(runs::routes())
        .merge(workflows::routes())
        .merge(threads::routes())
        .merge(conversations::routes())
        .merge(documents::routes())
        .merge(jobs::routes())
        .merge(schedules::routes())
        .merge(hooks::routes())
        .merge(agent_templates::routes())
        .merge(imports::routes())
        .merge(executions::routes())
        .merge(approvals::routes())
        .merge(deliveries::routes())
        .merge(secrets::routes())
        .merge(model_providers::routes())
        .merge(mcp_servers::routes())
        .merge(limits::routes())
        .merge(audit::routes())
        .merge(alerts::routes())
        .merge(doctor::routes())
        .merge(suggestions::routes())
        .merge(cases::routes())
        .merge(templates::routes())
        .merge(library::routes())
        .merge(bundles::routes())
        .merge(features::routes())
        .merge(credits::routes())
        .merge(feedback::routes())
        .merge(proposals::routes())
}
