//! Which tool, in which state, as which agent has it.

use callwright_model::Fault;

use super::CallRequest;
use crate::{App, registry::cache::Found};

pub(super) async fn resolve(app: &App, request: &CallRequest) -> Result<Found, Fault> {
    let found = app.tools().find(app, request.caller.org_id, &request.tool, request.agent.as_deref()).await?;
    found.ok_or_else(|| {
        app.unmatched().note(app, request);
        Fault::not_found("tool", &request.tool)
    })
}
