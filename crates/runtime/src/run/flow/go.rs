//! Carrying a workflow: from what the tables say to its end, or to where it waits for others.
//!
//! Nothing is held that the tables do not hold. The plan is sealed with the request, so every carrier walks the same
//! steps; those whose rows have ended are passed over, and those that are asked again give what they gave, by their keys.

use std::sync::Arc;

use callwright_model::{
    Object,
    chat::ChatMessage,
    run::{RunError, RunState, Step, StepState},
};
use callwright_store::{job::JobRow, run::FlowEnd};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{
    book::{Book, usage_of},
    items::{Desk, Rows, judge},
    say,
    stage::Stage,
};
use crate::{
    run::{
        begun::Ground,
        carry::{Carrier, Halt, deadline_over, failed},
        finish::{self, End},
        kept::KeptFlow,
        stop::cancel_idle,
    },
    workflow::plan::{self, Node, Plan, What},
};

/// Rows of a run that are read at once; it has at most some 20,000.
const MOST_ROWS: u32 = 26_000;

/// A workflow in a carrier's hands.
struct Walk<'c> {
    carrier: &'c mut Carrier,
    stage: Stage,
    plan: &'c Plan,
    flow: &'c KeptFlow,
    book: Book,
}

/// Carries a run of a workflow.
pub(in crate::run) async fn go(carrier: &mut Carrier, job: &JobRow) -> Result<(), Halt> {
    carrier.begin(job).await?;
    let kept = carrier.kept.clone();
    let caller = Ground::caller(&carrier.app, &carrier.row, &kept).await?;
    let Some(flow) = &kept.flow else { return Err(failed("internal", "its plan is not there")) };
    let plan = plan::compile(&flow.plan).map_err(|fault| failed("internal", fault.message))?;
    let run = &carrier.row.run;
    let rows = carrier.app.store().steps(run.id, 1, MOST_ROWS).await?;
    let book = Book::new(rows, &plan, flow, &kept.context);
    let mut established = Object::new();
    for (name, value) in
        [("run_id", json!(run.id)), ("thread_id", json!(run.thread_id)), ("workflow_id", json!(run.workflow_id))]
    {
        established.insert(name.to_owned(), value);
    }
    let stage = Stage {
        app: carrier.app.clone(),
        fence: carrier.fence,
        row: Arc::new(carrier.row.clone()),
        caller,
        kept: kept.clone(),
        established: Arc::new(established),
    };
    Walk { carrier, stage, plan: &plan, flow, book }.go().await
}

impl Walk<'_> {
    async fn go(&mut self) -> Result<(), Halt> {
        let plan = self.plan;
        let mut defaults = Vec::new();
        for (at, node) in plan.nodes.iter().enumerate() {
            if !self.is_settled(node) {
                self.check()?;
                if node.is_default && !self.is_wanted(node) {
                    defaults.push(node);
                    continue;
                }
                self.step(node, plan.nodes.get(at + 1), false).await?;
            }
            if let Some(why) = self.exits(node) {
                return self.end(Some(why)).await;
            }
        }
        if !defaults.is_empty() && self.book.ran(plan) == 0 {
            for node in defaults {
                self.step(node, None, true).await?;
            }
        }
        self.end(None).await
    }

    fn is_settled(&self, node: &Node) -> bool {
        match &node.what {
            What::Group(members) => members.iter().all(|member| self.book.is_settled(member)),
            _ => self.book.is_settled(node),
        }
    }

    /// Whether a default agent has conditions of its own, and they hold.
    fn is_wanted(&self, node: &Node) -> bool {
        let is_begun = self.book.row(node.seq, 0).is_some();
        is_begun || (!node.conditions.is_empty() && matches!(judge(node, self.book.document()), Ok(None)))
    }

    /// Whether it may go on.
    fn check(&self) -> Result<(), Halt> {
        if self.carrier.stop.is_cancelled() {
            return Err(Halt::Cancelled);
        }
        if self.carrier.app.stopping().is_cancelled() {
            return Err(Halt::Handed);
        }
        if self.carrier.app.clock().now() >= self.carrier.row.run.deadline_at {
            return Err(deadline_over());
        }
        if self.book.is_too_large() {
            return Err(too_large());
        }
        Ok(())
    }

    /// Carries a step out, or the steps of a group side by side, and keeps what became of them.
    async fn step(&mut self, node: &Node, next: Option<&Node>, is_wanted: bool) -> Result<(), Halt> {
        let desk = Desk { stage: &self.stage, plan: self.plan, flow: self.flow, book: &self.book };
        let work = Box::pin(async {
            match &node.what {
                What::Group(members) => group(&desk, node, members).await,
                _ => desk.leaf(node, is_wanted).await,
            }
        });
        // The executions go on by themselves if we do not wait for them: what was begun is recorded.
        let Rows { fresh, kept } = self.carrier.unless_stopped(false, work).await??;
        crate::failpoint!("flow.acted");
        let leaves: Vec<&Node> = match &node.what {
            What::Group(members) => members.iter().collect(),
            _ => vec![node],
        };
        let state =
            |leaf: &Node| fresh.iter().find(|row| (row.seq, row.position) == (leaf.seq, 0)).map(|row| row.state);
        let ended = leaves.iter().filter(|leaf| state(leaf).is_some_and(StepState::is_settled)).count();
        let ended = u32::try_from(ended).unwrap_or(u32::MAX);
        let waits = leaves.iter().any(|leaf| state(leaf) == Some(StepState::Waiting));
        let broken = leaves.iter().find(|leaf| leaf.required && state(leaf) == Some(StepState::Failed)).map(|leaf| {
            let why =
                fresh.iter().find(|row| (row.seq, row.position) == (leaf.seq, 0)).and_then(|row| row.note.clone());
            let (seq, name) = (leaf.seq, &leaf.name);
            failed("step_failed", format!("step {seq} `{name}` failed: {}", why.unwrap_or_default()))
        });
        let run = &mut self.carrier.row.run;
        run.steps += ended;
        run.usage += usage_of(fresh.iter().chain(&kept));
        if broken.is_none() && waits {
            return Err(self.lie_down(fresh, ended).await?);
        }
        let mut rows = fresh.clone();
        if broken.is_none() {
            // What comes next is shown as such.
            rows.extend(
                next.filter(|next| !next.is_default && self.book.row(next.seq, 0).is_none())
                    .map(|next| Step::open(next.seq, 0, next.kind(), &next.name, self.stage.app.clock().now())),
            );
        }
        self.stage.keep(rows.clone(), ended).await?;
        crate::failpoint!("flow.kept");
        self.carrier.attempts = 0;
        self.carrier.tell_run();
        self.book.enter(kept);
        self.book.enter(rows);
        for leaf in leaves {
            if self.book.is_settled(leaf) {
                self.book.note_result(leaf);
            }
        }
        match broken {
            Some(halt) => Err(halt),
            None => Ok(()),
        }
    }

    /// Lies down until one of those that are waited for has ended; one may have by now.
    async fn lie_down(&mut self, rows: Vec<Step>, ended: u32) -> Result<Halt, Halt> {
        let (app, run) = (self.stage.app.clone(), self.carrier.row.run.id);
        self.stage.tell(&rows);
        let settled = self.stage.settled(rows, ended);
        let held = app.store().lay_down_flow(self.stage.fence, settled).await?;
        crate::failpoint!("flow.lain");
        self.carrier.row.run.state = RunState::Waiting;
        self.carrier.tell_run();
        if held.cancel {
            cancel_idle(&app, &self.carrier.row).await?;
        } else if app.store().has_news(run).await? && app.store().wake_run(run, app.clock().now()).await? {
            app.worker().wake();
        }
        Ok(Halt::Over)
    }

    /// Why the run is over after this step, if it is.
    fn exits(&self, node: &Node) -> Option<String> {
        let row = self.book.row(node.seq, 0)?;
        let said_no = row.output.as_ref().and_then(|output| output.get("success")) == Some(&Value::Bool(false));
        let worked = match row.state {
            StepState::Done => !said_no,
            StepState::Failed => false,
            _ => return None,
        };
        match worked {
            true if node.exit_on_success => {
                Some(format!("`{}` worked, and ends the run (`exit_on_success`)", node.name))
            }
            false if node.exit_on_failure => {
                Some(format!("`{}` did not work, and ends the run (`exit_on_failure`)", node.name))
            }
            _ => None,
        }
    }

    /// Ends the run with what it came to. What was not carried out is shown as skipped.
    async fn end(&mut self, why: Option<String>) -> Result<(), Halt> {
        let desk = Desk { stage: &self.stage, plan: self.plan, flow: self.flow, book: &self.book };
        let why = why.unwrap_or_else(|| "another was chosen".to_owned());
        let mut rows = Vec::new();
        for node in &self.plan.nodes {
            for one in std::iter::once(node).chain(node.members()) {
                if one.seq > 0 && !self.book.is_settled(one) {
                    rows.push(desk.skipped(desk.row(one), why.clone()));
                }
            }
        }
        let (output, result) = match self.book.outcome(self.plan) {
            Ok(outcome) => outcome,
            Err(why) => {
                let error = RunError { code: "output_failed".to_owned(), message: format!("its `output`: {why}") };
                return Err(Halt::Failed(error));
            }
        };
        let text = say::shown(&output);
        self.stage.tell(&rows);
        let message = ChatMessage::Assistant { text: text.clone(), tool_calls: Vec::new(), opaque: None };
        let last = FlowEnd {
            thread: self.carrier.row.run.thread_id,
            result: Some(result),
            message: Some(message),
            settled: self.stage.settled(rows, 0),
        };
        let end = End { flow: Some(Box::new(last)), ..End::new(RunState::Completed, Some(text)) };
        if finish::end(self.carrier, end).await? { Ok(()) } else { Err(Halt::Cancelled) }
    }
}

/// Carries the steps of a group out side by side; all of them are heard before anything is said of the group.
async fn group(desk: &Desk<'_>, node: &Node, members: &[Node]) -> Result<Rows, Halt> {
    let is_begun = members.iter().any(|member| desk.book.row(member.seq, 0).is_some());
    if !is_begun {
        let skipped = match judge(node, desk.book.document()) {
            Ok(None) => None,
            Ok(Some(why)) => Some(why),
            Err(why) => return Err(failed("step_failed", format!("step {} `{}` failed: {why}", node.seq, node.name))),
        };
        if let Some(why) = skipped {
            let all = members.iter().map(|member| desk.skipped(desk.row(member), format!("its group: {why}")));
            let group = desk.skipped(desk.row(node), why.clone());
            return Ok(Rows { fresh: all.chain([group]).collect(), kept: Vec::new() });
        }
    }
    let open = members.iter().filter(|member| !desk.book.is_settled(member));
    let done = join_all(open.map(|member| Box::pin(desk.leaf(member, false)))).await;
    let mut rows = Rows::default();
    for done in done {
        let done = done?;
        rows.fresh.extend(done.fresh);
        rows.kept.extend(done.kept);
    }
    if node.seq > 0 {
        let state = |state: StepState| rows.fresh.iter().any(|row| row.position == 0 && row.state == state);
        let mut step = desk.row(node);
        step.state = match (state(StepState::Failed), state(StepState::Waiting)) {
            (true, _) if members.iter().any(|member| is_broken(member, &rows.fresh)) => StepState::Failed,
            (_, true) => StepState::Waiting,
            _ => StepState::Done,
        };
        if step.state.is_settled() {
            step.ended_at = Some(desk.stage.app.clock().now());
        }
        rows.fresh.push(step);
    }
    Ok(rows)
}

fn is_broken(member: &Node, rows: &[Step]) -> bool {
    let failed = |row: &Step| (row.seq, row.position) == (member.seq, 0) && row.state == StepState::Failed;
    member.required && rows.iter().any(failed)
}

/// The results of the steps are more than one run may have.
pub(super) fn too_large() -> Halt {
    failed("too_large", "the results of its steps have more than 16 MiB in all")
}
