//! From a plan as written to a plan that can run. What can be refused is refused here, with the place of it.

mod agents;
mod check;
mod steps;

use callwright_expr::{Condition, Names, Template, ValueTemplate};
use callwright_model::{
    Fault,
    run::StepKind,
    schema,
    workflow::{FlowType, StepRetry, WorkflowPlan},
};

use crate::registry::compile::validator;
use check::Known;

/// The most agents of a workflow.
pub(crate) const MOST_AGENTS: usize = 50;
/// The most steps of a workflow, those in groups and the groups themselves included.
pub(crate) const MOST_STEPS: usize = 100;
/// The most items of one step.
pub(crate) const MOST_ITEMS: usize = 10_000;
/// The most bytes of a plan.
const MOST_BYTES: usize = 512 * 1024;

/// A plan that can run.
#[derive(Debug)]
pub(crate) struct Plan {
    /// How agents work together; none for steps.
    pub flow: Option<FlowType>,
    /// What is done, in order.
    pub nodes: Vec<Node>,
    /// What it comes to.
    pub output: Option<ValueTemplate>,
}

/// A step of a plan.
#[derive(Debug)]
pub(crate) struct Node {
    /// Its number, from 1; those in a group follow the group.
    pub seq: i64,
    /// Where it stands in the plan, for people.
    pub place: String,
    /// Under which its result is found.
    pub name: String,
    pub what: What,
    /// All must hold; each with its text.
    pub conditions: Vec<(String, Condition)>,
    /// It runs when no other does.
    pub is_default: bool,
    pub required: bool,
    pub exit_on_success: bool,
    pub exit_on_failure: bool,
    pub retry: StepRetry,
    /// The list whose items it runs for.
    pub foreach: Option<Template>,
    /// How many of its items run at the same time.
    pub width: usize,
}

/// What a step does.
#[derive(Debug)]
pub(crate) enum What {
    /// Calls a tool.
    Tool { tool: String, params: ValueTemplate },
    /// Runs an agent with a message.
    Agent { agent: String, params: ValueTemplate },
    /// Runs an agent in its role, on what came before.
    Role { agent: String, description: Option<String> },
    /// Does several things side by side.
    Group(Vec<Node>),
}

impl Node {
    pub(crate) fn kind(&self) -> StepKind {
        match &self.what {
            What::Tool { .. } => StepKind::Tool,
            What::Agent { .. } | What::Role { .. } => StepKind::Agent,
            What::Group(_) => StepKind::Group,
        }
    }

    /// The agent that it runs.
    pub(crate) fn agent(&self) -> Option<&str> {
        match &self.what {
            What::Agent { agent, .. } | What::Role { agent, .. } => Some(agent),
            _ => None,
        }
    }

    /// The tool that it calls.
    pub(crate) fn tool(&self) -> Option<&str> {
        match &self.what {
            What::Tool { tool, .. } => Some(tool),
            _ => None,
        }
    }

    /// The steps of a group.
    pub(crate) fn members(&self) -> &[Self] {
        match &self.what {
            What::Group(members) => members,
            _ => &[],
        }
    }
}

impl Plan {
    /// Every step that does something, those in groups included.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().flat_map(|node| match &node.what {
            What::Group(members) => members.iter().collect::<Vec<_>>(),
            _ => vec![node],
        })
    }
}

fn refused<T>(place: &str, why: impl std::fmt::Display) -> Result<T, Fault> {
    Err(fault(place, why))
}

fn fault(place: &str, why: impl std::fmt::Display) -> Fault {
    Fault::invalid(place, format!("`{place}` {why}"))
}

/// An error of an expression or a template at `place`.
fn misread(place: &str, error: &callwright_expr::Error) -> Fault {
    let inside = error.path.as_deref().unwrap_or_default().replace('/', ".");
    let place = format!("{place}{inside}");
    Fault::invalid(&place, format!("`{place}`: {}", error.message))
}

/// Checks and compiles a plan.
pub(crate) fn compile(plan: &WorkflowPlan) -> Result<Plan, Fault> {
    let bytes = serde_json::to_vec(plan).map_err(Fault::internal)?.len();
    if bytes > MOST_BYTES {
        return refused(
            "steps",
            format!("and what goes with them take {bytes} bytes; at most {MOST_BYTES} are allowed"),
        );
    }
    if plan.timeout_s.is_some_and(|seconds| !(1..=2_592_000).contains(&seconds)) {
        return refused("timeout_s", "must be between 1 and 2,592,000 (30 days)");
    }
    if let Some(parameters) = &plan.parameters {
        if let Some((pointer, message)) = schema::parameters_problems(parameters).into_iter().next() {
            return refused(&format!("parameters{}", pointer.replace('/', ".")), message);
        }
        validator(parameters, "parameters")?;
    }
    let mut known = Known::default();
    let nodes = match (plan.flow_type, plan.agents.is_empty(), plan.steps.is_empty()) {
        (Some(flow), false, true) => agents::compile(flow, &plan.agents, &mut known)?,
        (None, true, false) => steps::compile(&plan.steps, &mut known)?,
        (_, false, false) => return refused("steps", "does not go with `agents`: a workflow has one or the other"),
        (None, false, true) => {
            return refused("flow_type", "is missing: `sequential`, `parallel` or `conditional`");
        }
        (Some(_), true, false) => {
            return refused(
                "flow_type",
                "is for workflows of `agents`; steps are one after the other, and `parallel` makes a group of some",
            );
        }
        (Some(_), true, true) => return refused("agents", "is empty; say which agents work together"),
        (None, true, true) => {
            return refused("steps", "is empty; give `steps`, or `flow_type` and `agents`");
        }
    };
    let output = match &plan.output {
        None => None,
        Some(output) => {
            let template = ValueTemplate::compile(output, &names(false)).map_err(|error| misread("output", &error))?;
            known.check_templates("output", &template)?;
            Some(template)
        }
    };
    Ok(Plan { flow: plan.flow_type, nodes, output })
}

/// What templates may name.
fn names(has_items: bool) -> Names {
    let items: &[&str] = if has_items { &["item", "index"] } else { &[] };
    Names::of_document(["params", "results", "context", "input"].into_iter().chain(items.iter().copied()))
}

const ONCE: StepRetry = StepRetry { max_attempts: 1, delay_ms: 0 };

fn number(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX - 1) + 1
}

fn condition(place: &str, text: &str, known: &Known) -> Result<Condition, Fault> {
    let condition = Condition::compile(text).map_err(|error| misread(place, &error))?;
    known.check_condition(place, &condition)?;
    Ok(condition)
}

#[cfg(test)]
mod tests;
