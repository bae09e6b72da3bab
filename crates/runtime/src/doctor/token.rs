//! Until when the caller's token lasts, and what it does not allow.

use std::time::Duration;

use callwright_model::{
    Fault,
    account::{Caller, Right, TokenKind},
};

use super::Finding;
use crate::App;

/// A token that ends sooner than this is told in time.
const SOON: Duration = Duration::from_secs(7 * 24 * 3600);

pub(super) async fn look(app: &App, caller: &Caller) -> Result<Vec<Finding>, Fault> {
    let mut findings = vec![permissions(caller)];
    let now = app.clock().now();
    let Some(token) = app.store().token(caller.org_id, caller.token_id).await? else { return Ok(findings) };
    findings.push(match token.expires_at {
        None => Finding::ok("token expiry", "this token does not end by itself"),
        // Those that are short-lived by nature are renewed by whoever uses them.
        Some(at) if token.kind == TokenKind::Api && at.since(now) < SOON => {
            let found = format!("this token ends at {at}");
            let why = "everything that uses it is refused from then on";
            Finding::warn("token expiry", found, why, "callwright token create NAME, and put the new one in its place")
        }
        Some(at) => Finding::ok("token expiry", format!("this token ends at {at}")),
    });
    Ok(findings)
}

fn permissions(caller: &Caller) -> Finding {
    let words = |right: &Right| match right {
        Right::View => "see tools and executions",
        Right::Call => "call tools",
        Right::Decide => "approve, settle, replay",
        Right::Build => "make and change tools",
        Right::Configure => "set secrets, publish",
        Right::Govern => "manage members and tokens, read the audit log",
        Right::Own => "hand over or delete the organization",
    };
    let lacking: Vec<&str> = Right::ALL.iter().filter(|right| !caller.role.may(**right)).map(words).collect();
    let role = caller.role.as_str();
    let mut found = match lacking.as_slice() {
        [] => format!("{role}: everything"),
        lacking => format!("{role}: everything but {}", lacking.join("; ")),
    };
    if !caller.scopes.is_empty() {
        let scopes: Vec<&str> = caller.scopes.iter().map(|scope| scope.as_str()).collect();
        found.push_str(&format!(", and only for {}", scopes.join(", ")));
    }
    Finding::ok("permissions", found)
}
