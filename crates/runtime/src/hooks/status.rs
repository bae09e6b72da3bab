//! How something stands that a hook started: at an address that tells nothing else, and that nobody else can make.

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind, Timestamp,
    hook::Hook,
    id::{ExecutionId, HookId, RunId},
};
use serde::{Deserialize, Serialize};

use super::HookAnswer;
use crate::{App, call};

/// How long an address is good.
const LASTS: Duration = Duration::from_secs(24 * 3600);
/// The longest text that is looked at.
const LONGEST: usize = 2_048;

/// What stands in an address, sealed with the organization's key.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    /// Says that it is one: other things are sealed with the same key.
    status_of_hook: HookId,
    execution: Option<ExecutionId>,
    run: Option<RunId>,
    until: Timestamp,
}

/// The address at which it is told how an execution or a run stands.
pub(super) async fn address(
    app: &App,
    hook: &Hook,
    execution: Option<ExecutionId>,
    run: Option<RunId>,
) -> Result<String, Fault> {
    let place = Place { status_of_hook: hook.id, execution, run, until: app.clock().now().plus(LASTS) };
    let bytes = serde_json::to_vec(&place).map_err(Fault::internal)?;
    let sealed = app.vault().seal(hook.organization_id, &bytes).await?;
    Ok(app.public_address(&format!("/hooks/{}/status?key={sealed}", hook.id)))
}

/// How something stands.
///
/// # Errors
/// Not found for an address that was never given out, or whose hook is gone; gone when its time is over.
pub async fn look(app: &App, hook: &str, key: &str) -> Result<HookAnswer, Fault> {
    let id: HookId = hook.parse().map_err(|_| unknown())?;
    let hook = app.store().any_hook(id).await?.ok_or_else(unknown)?.hook;
    if key.len() > LONGEST {
        return Err(unknown());
    }
    let org = hook.organization_id;
    let bytes = match app.vault().unseal(org, key).await {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind == FaultKind::Unavailable => return Err(fault),
        Err(_) => return Err(unknown()),
    };
    let place: Place = serde_json::from_slice(&bytes).map_err(|_| unknown())?;
    if place.status_of_hook != id {
        return Err(unknown());
    }
    if place.until <= app.clock().now() {
        let message = "this address has served its time: it is good for a day";
        return Err(Fault::new(FaultKind::Gone, "status_expired", message));
    }
    let answer = match (place.execution, place.run) {
        (Some(execution), _) => {
            let row = app.store().ledger_row_by_id(org, execution).await?.ok_or_else(unknown)?;
            HookAnswer::of_call(&call::outcome::answer(app, row, true).await?)
        }
        (None, Some(run)) => {
            let run = app.store().run(org, run).await?.ok_or_else(unknown)?.run;
            HookAnswer::of_run(&run, run.created_at)
        }
        (None, None) => return Err(unknown()),
    };
    Ok(answer.with_address(app, &hook).await)
}

fn unknown() -> Fault {
    Fault::new(FaultKind::NotFound, "not_found", "there is nothing at this address, or it is on record no longer")
}
