//! Whether somebody has to agree first.
//!
//! Tickets, which carry such a question and resume the execution, are not built yet; until they are, a
//! tool that asks for consent is held back, never let through.

use callwright_model::{ErrorClass, ToolError};

use super::work::{Stop, Work};

pub(super) fn consent(work: &Work) -> Result<(), Stop> {
    let policy = work.policy();
    if work.request.dry_run {
        return Ok(());
    }
    if policy.approval {
        return Err(held(
            "approval_required",
            "an operator must approve this call, and this version cannot ask for approval yet",
        ));
    }
    if policy.confirm && !work.request.confirmed {
        return Err(held(
            "confirmation_required",
            "the person on the line must confirm this call, and this version cannot ask for confirmation yet",
        ));
    }
    Ok(())
}

fn held(code: &str, message: &str) -> Stop {
    ToolError::new(ErrorClass::ApprovalRequired, code, format!("{message}; nothing was sent")).into()
}
