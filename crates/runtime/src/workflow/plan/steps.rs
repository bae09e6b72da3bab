//! Steps over tools and agents, one after the other or in groups.

use callwright_expr::{Template, ValueTemplate};
use callwright_model::{Fault, tool::is_tool_name, workflow::WorkflowStep};
use serde_json::Value;

use super::{MOST_STEPS, Node, ONCE, What, check::Known, condition, misread, names, number, refused};

/// The items of a step that run at the same time, unless its author says otherwise.
const WIDTH: u32 = 8;
const MOST_WIDTH: u32 = 64;

/// Checks and compiles the steps of a workflow.
pub(super) fn compile(steps: &[WorkflowStep], known: &mut Known) -> Result<Vec<Node>, Fault> {
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
