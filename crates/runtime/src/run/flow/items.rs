//! Carrying one step of a workflow out, with all of its items if it has some.

use std::{collections::VecDeque, time::Duration};

use callwright_expr::Template;
use callwright_model::{
    ErrorClass, Object,
    run::{Step, StepState},
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    book::{Book, MOST_RESULTS},
    go::too_large,
    say,
    stage::{Deed, Stage, fail, message_of, render, shown_arguments, with_scope},
};
use crate::{
    run::{carry::Halt, kept::KeptFlow},
    workflow::plan::{MOST_ITEMS, Node, Plan, What},
};

/// The most rows of one run, all items of all steps together.
const MOST_ROWS: usize = 20_000;
/// Items that have ended are kept together: so many, or those of so long.
const BATCH: usize = 200;
const OFTEN: Duration = Duration::from_millis(250);

/// What became of a step.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// To be kept; the last is the step itself.
    pub fresh: Vec<Step>,
    /// Kept already.
    pub kept: Vec<Step>,
}

/// Everything that a step is carried out with.
pub(super) struct Desk<'a> {
    pub stage: &'a Stage,
    pub plan: &'a Plan,
    pub flow: &'a KeptFlow,
    pub book: &'a Book,
}

impl Desk<'_> {
    /// The row of a step as it is, or as it begins.
    pub(super) fn row(&self, node: &Node) -> Step {
        let now = self.stage.app.clock().now();
        let known = self.book.row(node.seq, 0).cloned();
        known.unwrap_or_else(|| Step::open(node.seq, 0, node.kind(), &node.name, now))
    }

    /// Carries a step out, as far as it goes. With `is_wanted` whatever its conditions say.
    pub(super) async fn leaf(&self, node: &Node, is_wanted: bool) -> Result<Rows, Halt> {
        let mut step = self.row(node);
        let is_begun =
            step.state == StepState::Waiting || step.retries > 0 || self.book.items(node.seq).next().is_some();
        if !is_begun && !is_wanted {
            match judge(node, self.book.document()) {
                Ok(None) => {}
                Ok(Some(why)) => return Ok(only(self.skipped(step, why))),
                Err(why) => return Ok(only(self.failed(step, "condition_failed", &why))),
            }
        }
        if let Some(list) = &node.foreach {
            return Box::pin(self.each(node, step, list)).await;
        }
        let deed = match self.deed(node, &Object::new()) {
            Ok(deed) => deed,
            Err(why) => return Ok(only(self.failed(step, "template_failed", &why))),
        };
        step.arguments = shown(&deed);
        Ok(only(Box::pin(self.stage.act(step, &deed, node.retry)).await?))
    }

    pub(super) fn skipped(&self, mut step: Step, why: String) -> Step {
        (step.state, step.note) = (StepState::Skipped, Some(why));
        step.ended_at = Some(self.stage.app.clock().now());
        step
    }

    fn failed(&self, mut step: Step, code: &str, why: &str) -> Step {
        fail(&mut step, ErrorClass::ValidationError, code, why);
        step.ended_at = Some(self.stage.app.clock().now());
        step
    }

    /// What is to be done, with everything filled in.
    fn deed(&self, node: &Node, item: &Object) -> Result<Deed, String> {
        let document = self.book.document();
        let filled = |params| render(params, document, item).map_err(|error| error.to_string());
        match &node.what {
            What::Tool { tool, params } => Ok(Deed::Tool { tool: tool.clone(), arguments: filled(params)? }),
            What::Agent { agent, params } => {
                let (message, context) = message_of(&filled(params)?);
                if message.trim().is_empty() {
                    return Err("its `params.message` came out empty".to_owned());
                }
                Ok(Deed::Agent { agent: agent.clone(), message, context })
            }
            What::Role { agent, description } => {
                let input = self.book.works_on(self.plan, node.seq, &self.flow.input);
                let message = say::in_role(&node.name, description.as_deref(), &self.stage.kept.context, &input);
                Ok(Deed::Agent { agent: agent.clone(), message, context: Object::new() })
            }
            What::Group(_) => Err("a group does nothing itself".to_owned()),
        }
    }

    /// Carries a step out for each item of a list, some at a time. Those that have ended are kept together.
    async fn each(&self, node: &Node, mut step: Step, list: &Template) -> Result<Rows, Halt> {
        let items = match items(list, self.book.document()) {
            Ok(items) => items,
            Err(why) => return Ok(only(self.failed(step, "foreach_failed", &why))),
        };
        if self.book.len() + items.len() > MOST_ROWS {
            let why = format!("with these {} items the run would have more than {MOST_ROWS} in all", items.len());
            return Ok(only(self.failed(step, "foreach_failed", &why)));
        }
        let mut queue = self.open_items(node, items.len());
        let (mut rows, mut lying) = (Rows::default(), 0);
        let mut failed: Vec<(i64, String)> = Vec::new();
        for item in self.book.items(node.seq).filter(|item| item.state == StepState::Failed) {
            failed.push((item.position, item.note.clone().unwrap_or_default()));
        }
        let stopping = self.stage.app.stopping();
        let mut running = FuturesUnordered::new();
        let mut kept_at = Instant::now();
        let mut bytes = self.book.bytes(node.seq);
        loop {
            // What would be too large in the end is not gathered first.
            let fits = bytes <= MOST_RESULTS;
            let goes_on = fits && !stopping.is_cancelled() && (failed.is_empty() || !node.required);
            while goes_on
                && running.len() + lying < node.width
                && let Some(position) = queue.pop_front()
            {
                let item = usize::try_from(position - 1).ok().and_then(|at| items.get(at)).cloned();
                running.push(Box::pin(self.item(node, position, item.unwrap_or_default())));
            }
            let Some(done) = running.next().await else { break };
            let done = match done {
                Ok(done) => done,
                Err(halt) => {
                    // What has ended is kept all the same.
                    self.stage.keep(std::mem::take(&mut rows.fresh), 0).await?;
                    return Err(halt);
                }
            };
            match done.state {
                StepState::Waiting => lying += 1,
                StepState::Failed => failed.push((done.position, done.note.clone().unwrap_or_default())),
                _ => {}
            }
            bytes += done.output.as_ref().map_or(0, |output| output.to_string().len());
            rows.fresh.push(done);
            if rows.fresh.len() >= BATCH || kept_at.elapsed() >= OFTEN {
                let batch = std::mem::take(&mut rows.fresh);
                self.stage.keep(batch.clone(), 0).await?;
                rows.kept.extend(batch);
                crate::failpoint!("flow.batch");
                kept_at = Instant::now();
            }
        }
        drop(running);
        if stopping.is_cancelled() && !queue.is_empty() {
            self.stage.keep(std::mem::take(&mut rows.fresh), 0).await?;
            return Err(Halt::Handed);
        }
        if bytes > MOST_RESULTS {
            self.stage.keep(std::mem::take(&mut rows.fresh), 0).await?;
            return Err(too_large());
        }
        failed.sort_unstable();
        let total = items.len();
        step.note = failed
            .first()
            .map(|(position, why)| format!("{} of {total} items failed; item {}: {why}", failed.len(), position - 1));
        match (failed.is_empty() || !node.required, lying > 0) {
            (false, _) => step.state = StepState::Failed,
            (true, true) => step.state = StepState::Waiting,
            (true, false) => step.state = StepState::Done,
        }
        if step.state.is_settled() {
            step.ended_at = Some(self.stage.app.clock().now());
        }
        step.arguments = Some(json!({ "items": total }));
        rows.fresh.push(step);
        Ok(rows)
    }

    /// The items that have not ended, those that wait for somebody first.
    fn open_items(&self, node: &Node, count: usize) -> VecDeque<i64> {
        let state = |position: i64| self.book.row(node.seq, position).map(|row| row.state);
        let all = || 1..=i64::try_from(count).unwrap_or_default();
        let waiting = all().filter(|position| state(*position) == Some(StepState::Waiting));
        let open = all().filter(|position| matches!(state(*position), None | Some(StepState::Open)));
        waiting.chain(open).collect()
    }

    async fn item(&self, node: &Node, position: i64, item: Value) -> Result<Step, Halt> {
        let now = self.stage.app.clock().now();
        let known = self.book.row(node.seq, position).cloned();
        let mut step = known.unwrap_or_else(|| Step::open(node.seq, position, node.kind(), &node.name, now));
        let names = Object::from_iter([("item".to_owned(), item), ("index".to_owned(), json!(position - 1))]);
        let deed = match self.deed(node, &names) {
            Ok(deed) => deed,
            Err(why) => return Ok(self.failed(step, "template_failed", &why)),
        };
        step.arguments = shown(&deed);
        self.stage.act(step, &deed, node.retry).await
    }
}

fn only(step: Step) -> Rows {
    Rows { fresh: vec![step], kept: Vec::new() }
}

fn shown(deed: &Deed) -> Option<Value> {
    match deed {
        Deed::Tool { arguments, .. } => shown_arguments(arguments),
        Deed::Agent { message, .. } => shown_arguments(&json!({ "message": message })),
    }
}

/// Whether all conditions of a step hold: none means yes, a text says which does not and which names were missing.
pub(super) fn judge(node: &Node, document: &Value) -> Result<Option<String>, String> {
    for (text, condition) in &node.conditions {
        let (holds, missing) = condition.holds(document).map_err(|error| format!("its condition: {error}"))?;
        if !holds {
            let mut why = format!("`{}` does not hold", text.trim());
            if !missing.is_empty() {
                why.push_str(&format!("; missing: `{}`", missing.join("`, `")));
            }
            return Ok(Some(why));
        }
    }
    Ok(None)
}

fn items(list: &Template, document: &Value) -> Result<Vec<Value>, String> {
    let value =
        with_scope(document, &Object::new(), |scope| list.render_value(scope)).map_err(|error| error.to_string())?;
    let kind = match value {
        Value::Array(items) if items.len() > MOST_ITEMS => {
            return Err(format!("`foreach` gives {} items; at most {MOST_ITEMS} are allowed", items.len()));
        }
        Value::Array(items) => return Ok(items),
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Object(_) => "an object",
    };
    Err(format!("`foreach` must give a list, and this one gives {kind}"))
}
