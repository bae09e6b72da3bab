//! What of a step can only be checked with the organization's agents at hand.

use callwright_model::{
    Fault,
    account::Caller,
    tool::{SystemAction, ToolSpec},
};

use crate::{App, agents};

/// Checks a tool that is about to be saved: the agents of its rules are there, and its author may run them. A copy may
/// name agents that are not there yet, and is warned of.
///
/// # Errors
/// Invalid or forbidden, naming the field.
pub(crate) async fn check(app: &App, caller: &Caller, spec: &ToolSpec, is_copy: bool) -> Result<Vec<String>, Fault> {
    let Some(SystemAction::TransferToAiAgent { rules }) = spec.config.system().map(|system| &system.action) else {
        return Ok(Vec::new());
    };
    let mut warnings = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        let field = format!("config.rules.{at}.agent_id");
        match agents::find(app, caller.org_id, &rule.agent_id).await? {
            Some(agent) if agents::may_run(app, caller, &agent).await? => {}
            Some(agent) => {
                return Err(Fault::forbidden(format!("`{field}`: the agent `{}` was not shared with you", agent.name)));
            }
            None if is_copy => warnings.push(format!(
                "`{field}` names the agent `{}`, which is not there: the transfer fails until it is",
                rule.agent_id
            )),
            None => {
                let message = format!("`{field}` is `{}`, and there is no agent of that id or name", rule.agent_id);
                return Err(Fault::invalid(field, message));
            }
        }
    }
    Ok(warnings)
}
