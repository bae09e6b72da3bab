//! From a plan as written to a plan that can run. What can be refused is refused here, with the place of it.

mod check;

use callwright_expr::{Condition, Names, Template, ValueTemplate};
use callwright_model::{
    Fault,
    run::StepKind,
    schema,
    tool::is_tool_name,
    workflow::{FlowType, StepRetry, WorkflowAgent, WorkflowPlan, WorkflowStep},
};
use serde_json::Value;

use crate::registry::compile::validator;
use check::Known;

/// The most agents of a workflow.
pub(crate) const MOST_AGENTS: usize = 50;
/// The most steps of a workflow, those in groups and the groups themselves included.
pub(crate) const MOST_STEPS: usize = 100;
/// The most items of one step.
pub(crate) const MOST_ITEMS: usize = 10_000;
/// The items of a step that run at the same time, unless its author says otherwise.
const WIDTH: u32 = 8;
const MOST_WIDTH: u32 = 64;
const MOST_CONDITIONS: usize = 20;
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
        (Some(flow), false, true) => agents(flow, &plan.agents, &mut known)?,
        (None, true, false) => steps(&plan.steps, &mut known)?,
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

fn agents(flow: FlowType, agents: &[WorkflowAgent], known: &mut Known) -> Result<Vec<Node>, Fault> {
    if agents.len() > MOST_AGENTS {
        return refused("agents", format!("may name at most {MOST_AGENTS} agents"));
    }
    let mut nodes = Vec::with_capacity(agents.len());
    for (at, agent) in agents.iter().enumerate() {
        let place = format!("agents.{at}");
        for (field, text, most) in [("agent_id", &agent.agent_id, 200), ("role", &agent.role, 200)] {
            if text.trim().is_empty() || text.chars().count() > most {
                return refused(&format!("{place}.{field}"), format!("must have 1 to {most} characters"));
            }
        }
        if agent.description.as_ref().is_some_and(|text| text.chars().count() > 8_192) {
            return refused(&format!("{place}.description"), "may have at most 8192 characters");
        }
        if flow != FlowType::Conditional && (agent.default || !agent.conditions.is_empty()) {
            let field = if agent.default { "default" } else { "conditions" };
            return refused(
                &format!("{place}.{field}"),
                "counts only in a workflow whose `flow_type` is `conditional`",
            );
        }
        if agent.conditions.len() > MOST_CONDITIONS {
            return refused(&format!("{place}.conditions"), format!("may have at most {MOST_CONDITIONS} conditions"));
        }
        let mut conditions = Vec::with_capacity(agent.conditions.len());
        for (at, text) in agent.conditions.iter().enumerate() {
            conditions.push((text.clone(), condition(&format!("{place}.conditions.{at}"), text, known)?));
        }
        known.add(&format!("{place}.role"), &agent.role)?;
        nodes.push(Node {
            seq: number(at),
            place,
            name: agent.role.clone(),
            what: What::Role { agent: agent.agent_id.clone(), description: agent.description.clone() },
            conditions,
            is_default: agent.default,
            required: true,
            exit_on_success: false,
            exit_on_failure: false,
            retry: ONCE,
            foreach: None,
            width: 1,
        });
    }
    if flow == FlowType::Parallel {
        // A group that nobody wrote has no number, and is not shown.
        return Ok(vec![together(nodes)]);
    }
    Ok(nodes)
}

fn together(nodes: Vec<Node>) -> Node {
    Node {
        seq: 0,
        place: "agents".to_owned(),
        name: String::new(),
        what: What::Group(nodes),
        conditions: Vec::new(),
        is_default: false,
        required: true,
        exit_on_success: false,
        exit_on_failure: false,
        retry: ONCE,
        foreach: None,
        width: 1,
    }
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

fn steps(steps: &[WorkflowStep], known: &mut Known) -> Result<Vec<Node>, Fault> {
    let count: usize = steps.iter().map(|step| 1 + step.parallel.as_ref().map_or(0, Vec::len)).sum();
    if count > MOST_STEPS {
        return refused(
            "steps",
            format!("has {count} steps, those in groups included; at most {MOST_STEPS} are allowed"),
        );
    }
    known.announce(steps);
    let mut nodes: Vec<Node> = Vec::with_capacity(steps.len());
    let mut next = 1;
    for (at, written) in steps.iter().enumerate() {
        let place = format!("steps.{at}");
        let node = match &written.parallel {
            None => step(&place, next, written, known)?,
            Some(members) => group(&place, next, written, members, known)?,
        };
        next += 1 + i64::try_from(node.members().len()).unwrap_or_default();
        // Only from here on may others name it: those of a group do not see each other.
        match &node.what {
            What::Group(members) => {
                for (at, member) in members.iter().enumerate() {
                    known.add(&format!("{place}.parallel.{at}"), &member.name)?;
                }
            }
            _ => known.add(&place, &node.name)?,
        }
        nodes.push(node);
    }
    Ok(nodes)
}

fn group(
    place: &str,
    seq: i64,
    written: &WorkflowStep,
    members: &[WorkflowStep],
    known: &Known,
) -> Result<Node, Fault> {
    for (field, is_said) in [
        ("tool", written.tool.is_some()),
        ("agent", written.agent.is_some()),
        ("params", !written.params.is_empty()),
        ("required", !written.required),
        ("exit_on_success", written.exit_on_success),
        ("exit_on_failure", written.exit_on_failure),
        ("retry", written.retry.is_some()),
        ("foreach", written.foreach.is_some()),
        ("concurrency", written.concurrency.is_some()),
    ] {
        if is_said {
            return refused(
                &format!("{place}.{field}"),
                "does not go with `parallel`; say it of the steps in the group",
            );
        }
    }
    if members.is_empty() {
        return refused(&format!("{place}.parallel"), "is empty; a group has at least one step");
    }
    let mut nodes = Vec::with_capacity(members.len());
    for (at, member) in members.iter().enumerate() {
        let place = format!("{place}.parallel.{at}");
        if member.parallel.is_some() {
            return refused(&format!("{place}.parallel"), "cannot stand in a group; put its steps into the group");
        }
        for (field, is_said) in
            [("exit_on_success", member.exit_on_success), ("exit_on_failure", member.exit_on_failure)]
        {
            if is_said {
                return refused(
                    &format!("{place}.{field}"),
                    "cannot end what runs beside it; put a step with a condition behind the group",
                );
            }
        }
        nodes.push(step(&place, seq + number(at), member, known)?);
    }
    let name = match &written.name {
        Some(name) => name.clone(),
        None => format!("group_{seq}"),
    };
    let conditions = match &written.condition {
        None => Vec::new(),
        Some(text) => vec![(text.clone(), condition(&format!("{place}.condition"), text, known)?)],
    };
    Ok(Node {
        seq,
        place: place.to_owned(),
        name,
        what: What::Group(nodes),
        conditions,
        is_default: false,
        required: true,
        exit_on_success: false,
        exit_on_failure: false,
        retry: ONCE,
        foreach: None,
        width: 1,
    })
}

fn step(place: &str, seq: i64, written: &WorkflowStep, known: &Known) -> Result<Node, Fault> {
    let name = name_of(place, written)?;
    let has_items = written.foreach.is_some();
    let params = Value::Object(written.params.clone());
    let params_place = format!("{place}.params");
    let params = ValueTemplate::compile(&params, &names(has_items)).map_err(|error| misread(&params_place, &error))?;
    known.check_templates(&params_place, &params)?;
    let what = match (&written.tool, &written.agent) {
        (Some(tool), None) => What::Tool { tool: tool.clone(), params },
        (None, Some(agent)) => {
            for key in written.params.keys() {
                if key != "message" && key != "context" {
                    return refused(
                        &format!("{params_place}.{key}"),
                        "is unknown: an agent is given `message` and `context`",
                    );
                }
            }
            if !written.params.contains_key("message") {
                return refused(&format!("{params_place}.message"), "is missing: what is said to the agent");
            }
            What::Agent { agent: agent.clone(), params }
        }
        (Some(_), Some(_)) => return refused(place, "has both `tool` and `agent`; give one"),
        (None, None) => return refused(place, "does nothing; give `tool`, `agent` or `parallel`"),
    };
    let conditions = match &written.condition {
        None => Vec::new(),
        Some(text) => vec![(text.clone(), condition(&format!("{place}.condition"), text, known)?)],
    };
    let foreach = match &written.foreach {
        None => None,
        Some(text) => Some(list(&format!("{place}.foreach"), text, known)?),
    };
    let retry = written.retry.unwrap_or(ONCE);
    if !(1..=10).contains(&retry.max_attempts) {
        return refused(&format!("{place}.retry.max_attempts"), "must be between 1 and 10");
    }
    if retry.delay_ms > 60_000 {
        return refused(&format!("{place}.retry.delay_ms"), "may be at most 60,000");
    }
    let width = written.concurrency.unwrap_or(WIDTH);
    if !(1..=MOST_WIDTH).contains(&width) {
        return refused(&format!("{place}.concurrency"), format!("must be between 1 and {MOST_WIDTH}"));
    }
    if written.concurrency.is_some() && !has_items {
        return refused(&format!("{place}.concurrency"), "goes with `foreach` only");
    }
    Ok(Node {
        seq,
        place: place.to_owned(),
        name,
        what,
        conditions,
        is_default: false,
        required: written.required,
        exit_on_success: written.exit_on_success,
        exit_on_failure: written.exit_on_failure,
        retry,
        foreach,
        width: width as usize,
    })
}

fn list(place: &str, text: &str, known: &Known) -> Result<Template, Fault> {
    let text = text.trim();
    let text = if text.starts_with("{{") { text.to_owned() } else { format!("{{{{ {text} }}}}") };
    let template = Template::compile(&text, &names(false)).map_err(|error| misread(place, &error))?;
    if !template.is_expression() {
        return refused(place, "must be one expression that gives a list, such as `results.lookup.rows`");
    }
    for reads in template.reads() {
        known.check(place, &reads)?;
    }
    Ok(template)
}

/// Under which the result of a step is found.
fn name_of(place: &str, written: &WorkflowStep) -> Result<String, Fault> {
    let (name, field) = match (&written.name, &written.tool, &written.agent) {
        (Some(name), ..) => (name, "name"),
        (None, Some(tool), _) => (tool, "tool"),
        (None, None, Some(agent)) => (agent, "agent"),
        (None, None, None) => return refused(place, "does nothing; give `tool`, `agent` or `parallel`"),
    };
    if is_tool_name(name) {
        return Ok(name.clone());
    }
    match field {
        "name" => refused(
            &format!("{place}.name"),
            "must be 1 to 64 letters, digits, `_` or `-` and start with a letter or `_`",
        ),
        field => refused(&format!("{place}.name"), format!("is needed: `{field}` is no name for the result of a step")),
    }
}

#[cfg(test)]
mod tests;
