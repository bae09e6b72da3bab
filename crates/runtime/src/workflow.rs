//! Workflows: fixed plans of steps over tools or agents. How their runs are carried is in [`crate::run`].

pub(crate) mod plan;

use callwright_model::{
    Fault, Object,
    account::{Caller, Right, Scope},
    credit::Operation,
    id::OrgId,
    page::{Page, PageRequest},
    workflow::{FlowType, Workflow, WorkflowAgent, WorkflowPlan, WorkflowStep},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{App, agents, app::require, audit, credits, registry};
use plan::Plan;

/// A workflow as its author writes it: `flow_type` and `agents`, or `steps`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowSpec {
    /// Unique in the organization, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 8192)]
    pub description: String,
    /// How its agents work together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow_type: Option<FlowType>,
    /// Its agents, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub agents: Vec<WorkflowAgent>,
    /// Its steps, in order; at most 100, those in groups included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub steps: Vec<WorkflowStep>,
    /// The JSON Schema of what its runs are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub parameters: Option<Object>,
    /// What its runs come to: a value whose texts are templates. Without it, the results of all steps by their names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub output: Option<Value>,
    /// The most seconds that a run takes, the time it waits for others included; a day unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 2592000)]
    pub timeout_s: Option<u32>,
    /// The revision that was seen; when the workflow was changed since, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub revision: Option<i64>,
}

impl WorkflowSpec {
    fn plan(&self) -> WorkflowPlan {
        WorkflowPlan {
            flow_type: self.flow_type,
            agents: self.agents.clone(),
            steps: self.steps.clone(),
            parameters: self.parameters.clone().map(Value::Object),
            output: self.output.clone(),
            timeout_s: self.timeout_s,
        }
    }
}

/// Makes a workflow.
///
/// # Errors
/// Conflict `name_taken`. Invalid, with the place: a step that names what is not there, or not the caller's to use.
pub async fn create(app: &App, caller: &Caller, spec: WorkflowSpec) -> Result<Workflow, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    if spec.revision.is_some() {
        return Err(Fault::invalid("revision", "`revision` is for changes; a new workflow has none yet"));
    }
    let plan = check(app, caller, &spec).await?;
    let now = app.clock().now();
    let workflow = Workflow {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        name: spec.name,
        description: spec.description,
        plan,
        revision: 1,
        created_at: now,
        updated_at: now,
    };
    let details = audit::between(json!({ "name": workflow.name }), &(), &text_of(&workflow));
    let entry = audit::entry(app, caller, "workflow.create", "workflow", workflow.id, details);
    let charge = credits::charge(app, caller, Operation::WorkflowCreate, workflow.id);
    app.store().create_workflow(workflow.clone(), entry, charge).await?;
    Ok(workflow)
}

/// Makes the workflow `name`, or brings it to this state. Runs under way go on as they began.
///
/// # Errors
/// As [`create`]; conflict `changed_meanwhile` when it is not at the revision that was seen.
pub async fn put(app: &App, caller: &Caller, name: &str, spec: WorkflowSpec) -> Result<Workflow, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let Some(current) = find(app, caller.org_id, name).await? else {
        if spec.name != name {
            return Err(Fault::invalid("name", format!("`name` is `{}` but the address says `{name}`", spec.name)));
        }
        return create(app, caller, spec).await;
    };
    if spec.revision.is_some_and(|seen| seen != current.revision) {
        return Err(changed(&current));
    }
    let plan = check(app, caller, &spec).await?;
    let before = text_of(&current);
    let workflow = Workflow {
        name: spec.name,
        description: spec.description,
        plan,
        revision: current.revision + 1,
        updated_at: app.clock().now(),
        ..current.clone()
    };
    let details = audit::between(json!({ "name": workflow.name }), &before, &text_of(&workflow));
    let entry = audit::entry(app, caller, "workflow.update", "workflow", workflow.id, details);
    match app.store().update_workflow(workflow.clone(), entry).await? {
        true => Ok(workflow),
        false => Err(changed(&current)),
    }
}

fn changed(current: &Workflow) -> Fault {
    let message = format!("`{}` was changed meanwhile; look at it again", current.name);
    Fault::conflict("changed_meanwhile", message).with_details(json!({ "revision": current.revision }))
}

/// The workflow of that name or id.
pub async fn get(app: &App, caller: &Caller, workflow: &str) -> Result<Workflow, Fault> {
    require(caller, Right::View, Scope::Read)?;
    found(app, caller.org_id, workflow).await
}

/// A page of workflows, by name.
pub async fn list(app: &App, caller: &Caller, page: PageRequest) -> Result<Page<Workflow>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().workflows(caller.org_id, &page).await?)
}

/// Deletes a workflow. Its runs stay in the log, and those under way go on.
pub async fn delete(app: &App, caller: &Caller, workflow: &str) -> Result<(), Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let workflow = found(app, caller.org_id, workflow).await?;
    let details = audit::between(json!({ "name": workflow.name }), &text_of(&workflow), &());
    let entry = audit::entry(app, caller, "workflow.delete", "workflow", workflow.id, details);
    match app.store().delete_workflow(caller.org_id, workflow.id, entry).await? {
        true => Ok(()),
        false => Err(Fault::not_found("workflow", workflow.id)),
    }
}

/// Looks a workflow up by id or name.
pub(crate) async fn find(app: &App, org: OrgId, workflow: &str) -> Result<Option<Workflow>, Fault> {
    if let Ok(id) = workflow.parse()
        && let Some(found) = app.store().workflow_by_id(org, id).await?
    {
        return Ok(Some(found));
    }
    Ok(app.store().workflow_by_name(org, workflow).await?)
}

pub(crate) async fn found(app: &App, org: OrgId, workflow: &str) -> Result<Workflow, Fault> {
    find(app, org, workflow).await?.ok_or_else(|| Fault::not_found("workflow", workflow))
}

/// What of a workflow can be changed, for the audit log.
fn text_of(workflow: &Workflow) -> Value {
    json!({ "name": workflow.name, "description": workflow.description, "plan": workflow.plan })
}

async fn check(app: &App, caller: &Caller, spec: &WorkflowSpec) -> Result<WorkflowPlan, Fault> {
    let length = spec.name.trim().chars().count();
    if !(1..=100).contains(&length) || spec.name.chars().any(char::is_control) {
        return Err(Fault::invalid("name", "`name` must have 1 to 100 characters, none of them a control character"));
    }
    if spec.description.chars().count() > 8_192 {
        return Err(Fault::invalid("description", "`description` may have at most 8192 characters"));
    }
    let plan = spec.plan();
    usable(app, caller, &plan::compile(&plan)?).await?;
    Ok(plan)
}

/// Refuses a plan whose tools and agents are not there, or not the caller's to use.
pub(crate) async fn usable(app: &App, caller: &Caller, plan: &Plan) -> Result<(), Fault> {
    for node in plan.leaves() {
        // One that is not there and one that was not shared are told alike: names are nobody else's business.
        if let Some(name) = node.tool() {
            let found = app.tools().find(app, caller.org_id, name, None).await?;
            let may = match &found {
                Some(found) => {
                    !found.tool.tool.spec.is_template && registry::may_call(app, caller, &found.tool.tool).await?
                }
                None => false,
            };
            if !may {
                let place = format!("{}.tool", node.place);
                let why = format!("`{place}`: there is no tool `{name}`, or it was not shared with you");
                return Err(Fault::invalid(&place, why));
            }
        }
        if let Some(name) = node.agent() {
            let may = match agents::find(app, caller.org_id, name).await? {
                Some(agent) => agents::may_run(app, caller, &agent).await?,
                None => false,
            };
            if !may {
                let field = if node.place.starts_with("agents.") { "agent_id" } else { "agent" };
                let place = format!("{}.{field}", node.place);
                let why = format!("`{place}`: there is no agent `{name}`, or it was not shared with you");
                return Err(Fault::invalid(&place, why));
            }
        }
    }
    Ok(())
}
