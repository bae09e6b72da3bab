//! What is known of a workflow at work: the rows of its steps, and the document that templates and conditions read.

use std::collections::BTreeMap;

use callwright_model::{
    Object,
    chat::Usage,
    run::{Step, StepState},
    workflow::{FlowType, WorkflowResult},
};
use serde_json::{Value, json};

use super::say;
use crate::{
    run::kept::KeptFlow,
    workflow::plan::{Node, Plan, What},
};

/// The most bytes of the results of one run, all steps together.
pub(super) const MOST_RESULTS: usize = 16 * 1024 * 1024;
/// The most bytes of what a workflow comes to.
const MOST_RESULT: usize = 1024 * 1024;
/// The most characters of what one step said, in the guide's form.
const MOST_SAID: usize = 32_000;

/// The rows of the steps of a run, and what follows from them.
#[derive(Debug)]
pub(super) struct Book {
    rows: BTreeMap<(i64, i64), Step>,
    /// The context's keys, and over them `params`, `input`, `context` and `results`.
    document: Value,
    /// Bytes of results so far.
    size: usize,
}

impl Book {
    pub(super) fn new(rows: Vec<Step>, plan: &Plan, flow: &KeptFlow, context: &Object) -> Self {
        let mut document = context.clone();
        document.insert("params".to_owned(), Value::Object(flow.params.clone()));
        document.insert("input".to_owned(), flow.input.clone());
        document.insert("context".to_owned(), Value::Object(context.clone()));
        document.insert("results".to_owned(), Value::Object(Object::new()));
        let rows = rows.into_iter().map(|row| ((row.seq, row.position), row)).collect();
        let mut book = Self { rows, document: Value::Object(document), size: 0 };
        for node in plan.leaves() {
            if book.is_settled(node) {
                book.note_result(node);
            }
        }
        book
    }

    pub(super) fn row(&self, seq: i64, position: i64) -> Option<&Step> {
        self.rows.get(&(seq, position))
    }

    /// The rows of the items of a step, in order.
    pub(super) fn items(&self, seq: i64) -> impl Iterator<Item = &Step> {
        self.rows.range((seq, 1)..=(seq, i64::MAX)).map(|(_, row)| row)
    }

    pub(super) fn is_settled(&self, node: &Node) -> bool {
        self.row(node.seq, 0).is_some_and(|row| row.state.is_settled())
    }

    /// Takes rows in that were kept.
    pub(super) fn enter(&mut self, rows: impl IntoIterator<Item = Step>) {
        self.rows.extend(rows.into_iter().map(|row| ((row.seq, row.position), row)));
    }

    /// From here on the result of a step that has ended is found under its name.
    pub(super) fn note_result(&mut self, node: &Node) {
        let result = self.result(node);
        self.size += result.to_string().len();
        if let Some(results) = self.document.get_mut("results").and_then(Value::as_object_mut) {
            results.insert(node.name.clone(), result);
        }
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Bytes of the results so far, those of the items of a step that has not ended included.
    pub(super) fn bytes(&self, step: i64) -> usize {
        let of = |item: &Step| item.output.as_ref().map_or(0, |output| output.to_string().len());
        self.size + self.items(step).map(of).sum::<usize>()
    }

    /// Whether the results are more than one run may have.
    pub(super) fn is_too_large(&self) -> bool {
        self.size > MOST_RESULTS
    }

    fn result(&self, node: &Node) -> Value {
        let Some(row) = self.row(node.seq, 0) else { return Value::Null };
        if row.state == StepState::Skipped {
            return Value::Null;
        }
        if node.foreach.is_some() && row.output.is_none() {
            return self.items(node.seq).map(|item| item.output.clone().unwrap_or_default()).collect();
        }
        row.output.clone().unwrap_or_default()
    }

    /// What templates and conditions read.
    pub(super) fn document(&self) -> &Value {
        &self.document
    }

    /// What an agent works on in its role: what the workflow was given, or what the one before it made of that.
    pub(super) fn works_on(&self, plan: &Plan, seq: i64, input: &Value) -> String {
        let input = say::shown(input);
        let mut before: Vec<(&str, String)> = plan
            .leaves()
            .filter(|node| node.seq < seq)
            .filter_map(|node| Some((node.name.as_str(), self.said(node)?)))
            .collect();
        match plan.flow {
            Some(FlowType::Sequential) => before.pop().map_or(input, |(_, said)| said),
            Some(FlowType::Conditional) if !before.is_empty() => {
                format!("{input}\n\nWhat others have said about it:\n\n{}", say::gathered(before))
            }
            _ => input,
        }
    }

    /// What a step that worked said.
    fn said(&self, node: &Node) -> Option<String> {
        let row = self.row(node.seq, 0)?;
        if row.state != StepState::Done {
            return None;
        }
        match (&node.what, row.output.as_ref().and_then(|output| output.get("output"))) {
            (What::Agent { .. } | What::Role { .. }, Some(said)) => Some(say::shown(said)),
            _ => Some(say::shown(&self.result(node))),
        }
    }

    /// How many of the steps were carried out.
    pub(super) fn ran(&self, plan: &Plan) -> usize {
        let ran = |node: &&Node| {
            self.row(node.seq, 0).is_some_and(|row| matches!(row.state, StepState::Done | StepState::Failed))
        };
        plan.leaves().filter(ran).count()
    }

    /// What a workflow of agents comes to.
    fn words(&self, plan: &Plan, flow: FlowType) -> String {
        let mut said: Vec<(&str, String)> =
            plan.leaves().filter_map(|node| Some((node.name.as_str(), self.said(node)?))).collect();
        match (flow, said.len()) {
            (_, 0) => "no agent was needed: nobody's conditions held, and there is no default".to_owned(),
            (FlowType::Sequential, _) | (FlowType::Conditional, 1) => {
                said.pop().map(|(_, said)| said).unwrap_or_default()
            }
            _ => say::gathered(said),
        }
    }

    /// What it comes to: as a value, and with its steps in the guide's form.
    ///
    /// # Errors
    /// The author's own `output` cannot be made.
    pub(super) fn outcome(&self, plan: &Plan) -> Result<(Value, Value), String> {
        let output = match (&plan.output, plan.flow) {
            (Some(template), _) => {
                super::stage::render(template, &self.document, &Object::new()).map_err(|error| error.to_string())?
            }
            (None, Some(flow)) => Value::String(self.words(plan, flow)),
            (None, None) => self.document.get("results").cloned().unwrap_or_default(),
        };
        let bytes = output.to_string().len();
        let output = match (bytes > MOST_RESULT, plan.output.is_some()) {
            (false, _) => output,
            (true, true) => return Err(format!("it has {bytes} bytes; at most {MOST_RESULT} are kept")),
            (true, false) => json!({
                "cut": format!("all results together have {bytes} bytes; say with `output` which of them matter"),
            }),
        };
        let result = json!({ "output": output, "workflow_results": self.told(plan) });
        Ok((output, result))
    }

    fn told(&self, plan: &Plan) -> Vec<WorkflowResult> {
        let told = |node: &Node| {
            let row = self.row(node.seq, 0)?;
            let output = match row.state {
                StepState::Done => self.said(node)?,
                StepState::Failed => row.note.clone().unwrap_or_default(),
                _ => return None,
            };
            let agent = row.output.as_ref().and_then(|output| output.get("agent_id")?.as_str().map(str::to_owned));
            Some(WorkflowResult {
                step: node.seq,
                role: node.name.clone(),
                agent_id: agent.or_else(|| node.agent().map(str::to_owned)),
                tool: node.tool().map(str::to_owned),
                output: output.chars().take(MOST_SAID).collect(),
            })
        };
        plan.leaves().filter_map(told).collect()
    }
}

/// The tokens of steps.
pub(super) fn usage_of<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Usage {
    let mut usage = Usage::default();
    for step in steps {
        if let Some(used) = step.usage.filter(|_| step.state.is_settled()) {
            usage += used;
        }
    }
    usage
}
