//! What of a tool can only be checked with the organization's agents and workflows at hand.

use callwright_model::{
    Fault,
    account::Caller,
    tool::{Config, SystemAction, ToolSpec},
};

use crate::{App, agents, workflow};

/// Checks a tool that is about to be saved: the agents and the workflow that it names are there, and its author may run
/// them. Whoever calls the tool may be allowed more, and that is not the author's to use. A copy may name agents that are
/// not there yet, and is warned of.
///
/// # Errors
/// Invalid or forbidden, naming the field.
pub(crate) async fn check(app: &App, caller: &Caller, spec: &ToolSpec, is_copy: bool) -> Result<Vec<String>, Fault> {
    let named: Vec<(String, &str)> = match &spec.config {
        Config::Agent(config) => vec![("config.agent".to_owned(), &config.agent)],
        Config::Workflow(config) => return check_workflow(app, caller, &config.workflow, is_copy).await,
        config => match config.system().map(|system| &system.action) {
            Some(SystemAction::TransferToAiAgent { rules }) => (0..)
                .zip(rules)
                .map(|(at, rule): (usize, _)| (format!("config.rules.{at}.agent_id"), rule.agent_id.as_str()))
                .collect(),
            _ => return Ok(Vec::new()),
        },
    };
    let mut warnings = Vec::new();
    for (field, name) in named {
        match agents::find(app, caller.org_id, name).await? {
            Some(agent) if agents::may_run(app, caller, &agent).await? => {}
            Some(agent) => {
                return Err(Fault::forbidden(format!("`{field}`: the agent `{}` was not shared with you", agent.name)));
            }
            None if is_copy => {
                warnings.push(format!("`{field}` names the agent `{name}`, which is not there: calls fail until it is"))
            }
            None => {
                let message = format!("`{field}` is `{name}`, and there is no agent of that id or name");
                return Err(Fault::invalid(field, message));
            }
        }
    }
    Ok(warnings)
}

async fn check_workflow(app: &App, caller: &Caller, name: &str, is_copy: bool) -> Result<Vec<String>, Fault> {
    let field = "config.workflow";
    let Some(found) = workflow::find(app, caller.org_id, name).await? else {
        let message = format!("`{field}` is `{name}`, and there is no workflow of that id or name");
        return if is_copy {
            Ok(vec![format!("{message}: calls fail until there is")])
        } else {
            Err(Fault::invalid(field, message))
        };
    };
    workflow::usable(app, caller, &workflow::plan::compile(&found.plan)?).await.map_err(|fault| {
        Fault::forbidden(format!("`{field}`: the workflow `{}` is not yours to run: {}", found.name, fault.message))
    })?;
    Ok(Vec::new())
}
