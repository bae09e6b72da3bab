//! Carrying a run: from what the tables say to its end, or to where somebody else has to do something.
//!
//! A carrier holds nothing that the tables do not: it may die at any moment, and the next one begins here again. An
//! answer of the model is kept before anything that it asks for is done; each tool is an execution under a key of its
//! place in the run, so that doing it again gives the outcome of the first time; the end is kept in one step with the
//! news of it. Every write is fenced by the job's epoch, so a carrier that was taken for dead changes nothing.

use std::{sync::Arc, time::Duration};

use callwright_llm::{Reply, Stop};
use callwright_model::{
    Fault, Object, Timestamp,
    chat::{ChatMessage, ToolCall},
    job::JobState,
    run::{Run, RunError, RunEvent, RunKind, RunState, Step, StepKind, StepState, ThreadMessage},
};
use callwright_store::{
    job::{Held, JobFence, JobRow},
    run::{Ending, RunRow, Settled, Turn},
};
use serde_json::{Value, json};
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    Begun,
    begun::Ground,
    cut,
    finish::{self, End},
    flow, handoff, history,
    history::Repeats,
    kept::Kept,
    reach,
    tools::{self, Done, Scene, Went},
    turn::{self, Asked},
};
use crate::{App, documents, job::worker::Left, models::Chosen};

/// Steps of a run that are read at once; a run has at most 200 answers with at most 128 tools each.
const MOST_STEPS: u32 = 26_000;
/// How often a run may be tried without getting anywhere because its model does not answer.
const MODEL_ATTEMPTS: i64 = 8;
/// How often it is looked whether whoever asked for the run still may.
const LOOK_AT_RIGHTS: Duration = Duration::from_secs(5);
/// How often a carrier asks whether somebody on another node wants the run to stop.
const LOOK: Duration = Duration::from_millis(500);

/// A run in a carrier's hands.
pub(super) struct Carrier {
    pub app: App,
    pub fence: JobFence,
    pub row: RunRow,
    pub kept: Arc<Kept>,
    pub stop: CancellationToken,
    pub attempts: i64,
    messages: Vec<ChatMessage>,
    steps: Vec<Step>,
    repeats: Repeats,
    deadline: Instant,
    /// What became of the last tools is being kept, while the model is asked already.
    settling: Option<JoinHandle<callwright_store::Result<Held>>>,
}

/// Why a carrier does not go on.
pub(super) enum Halt {
    /// The run has ended, or lies down; what had to be kept is kept.
    Over,
    /// It is somebody else's.
    Lost,
    /// The process stops; another goes on with it.
    Handed,
    /// Not now: again after this long.
    Later(String, Duration),
    /// The run ends with this.
    Failed(RunError),
    /// Somebody wants it to stop.
    Cancelled,
    /// Our own fault.
    Fault(Fault),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        if fault.code == "fenced" { Self::Lost } else { Self::Fault(fault) }
    }
}

impl From<callwright_store::Error> for Halt {
    fn from(error: callwright_store::Error) -> Self {
        Fault::from(error).into()
    }
}

pub(super) fn failed(code: &str, message: impl Into<String>) -> Halt {
    Halt::Failed(RunError { code: code.to_owned(), message: message.into() })
}

/// Carries the run of a job as far as it goes.
pub(crate) async fn carry(app: &App, job: &JobRow, begun: Option<Box<Begun>>) -> Left {
    let fence = JobFence { job: job.job.id, epoch: job.job.epoch };
    let (row, kept, ground) = match begun.map(|begun| *begun) {
        Some(Begun { row, kept, caller, thread, chosen, messages }) => {
            (row, kept, Some(Ground { caller, thread, chosen, messages }))
        }
        None => match read(app, job).await {
            Ok((row, kept)) => (row, kept, None),
            Err(left) => return left,
        },
    };
    let entered = app.runs().enter(row.run.id);
    let (stop, kept) = (entered.stop.clone(), Arc::new(kept));
    let left = row.run.deadline_at.since(app.clock().now());
    let mut carrier = Carrier {
        app: app.clone(),
        fence,
        row,
        kept,
        stop,
        attempts: job.job.attempts,
        messages: Vec::new(),
        steps: Vec::new(),
        repeats: Repeats::new(),
        deadline: Instant::now() + left,
        settling: None,
    };
    let carried = match carrier.row.run.kind {
        RunKind::Agent => Box::pin(carrier.go(job, ground)).await,
        RunKind::Workflow => Box::pin(flow::go(&mut carrier, job)).await,
    };
    let halt = match carried {
        Ok(()) => return Left::Settled,
        Err(halt) => halt,
    };
    match carrier.halt(halt).await {
        Ok(Left::Again(why, pause)) => carrier.again(job, why, pause),
        Ok(left) => left,
        Err(fault) if fault.code == "fenced" => Left::Settled,
        Err(fault) => {
            tracing::warn!(run = %carrier.row.run.id, ?fault, "how a run ended could not be kept");
            Left::Again(fault.message, None)
        }
    }
}

/// Ends a run that nobody can go on with, for what was asked cannot be read any more.
async fn give_up(app: &App, job: &JobRow, row: &RunRow) -> Result<(), Fault> {
    let fence = JobFence { job: job.job.id, epoch: job.job.epoch };
    let now = app.clock().now();
    let message = format!("it was tried {} times, but its request cannot be read", job.job.max_attempts);
    let ending = Ending {
        run: row.run.id,
        state: RunState::Failed,
        output: None,
        error: Some(RunError { code: "died".to_owned(), message }),
        job: JobState::Dead,
        turn: None,
        settled: None,
        handed: None,
        flow: None,
        news: None,
        let_go: Some(crate::call::resume::run_over()),
        now,
    };
    app.store().end_run(fence, ending).await?;
    Ok(())
}

/// The run of a job, and what it goes on with.
async fn read(app: &App, job: &JobRow) -> Result<(RunRow, Kept), Left> {
    let row = match app.store().run_of_job(job.job.organization_id, job.job.id).await {
        Ok(Some(row)) if !row.run.state.is_final() => row,
        Ok(_) => return Err(Left::Ended(JobState::Done, None)),
        Err(error) => return Err(Left::Again(error.to_string(), None)),
    };
    match Kept::open(app, &row).await {
        Ok(kept) => Ok((row, kept)),
        Err(_) if job.job.attempts > job.job.max_attempts => match give_up(app, job, &row).await {
            Ok(()) => Err(Left::Settled),
            Err(fault) => Err(Left::Again(fault.message, None)),
        },
        Err(fault) => Err(Left::Again(fault.message, None)),
    }
}

impl Carrier {
    /// Takes the run up.
    pub(super) async fn begin(&mut self, job: &JobRow) -> Result<(), Halt> {
        if job.job.attempts > job.job.max_attempts {
            let attempts = job.job.max_attempts;
            let why = job.job.error.clone().map(|why| format!(": {why}")).unwrap_or_default();
            return Err(failed("died", format!("it was tried {attempts} times and got nowhere{why}")));
        }
        // One that was begun by whoever asked for it is taken up already.
        if self.fence.epoch > 1 || self.row.run.state != RunState::Running {
            let now = self.app.clock().now();
            let held = self.app.store().take_up_run(self.fence, self.row.run.id, now).await?;
            if held.cancel {
                return Err(Halt::Cancelled);
            }
            self.row.run.state = RunState::Running;
            self.row.run.started_at.get_or_insert(now);
        }
        self.tell_run();
        if self.app.clock().now() >= self.row.run.deadline_at {
            return Err(deadline_over());
        }
        Ok(())
    }

    /// To the end, or to where it does not go on. Without a `ground` the tables are read.
    async fn go(&mut self, job: &JobRow, ground: Option<Ground>) -> Result<(), Halt> {
        self.begin(job).await?;
        let ground = match ground {
            Some(ground) => ground,
            None => Ground::find(&self.app, &self.row, &self.kept).await?,
        };
        let Ground { mut caller, thread, chosen, messages } = ground;
        let mut established = Object::new();
        if caller.is_context_trusted()
            && !thread.context.is_empty()
            && !self.app.store().is_thread_trusted(thread.id).await?
        {
            // Whoever runs on the thread vouches for what they send now, not for what somebody else wrote before.
            established.extend(self.kept.context.clone());
            caller = caller.without_trust();
        }
        if let Some(vouched) = self.kept.vouched.as_ref().filter(|_| caller.is_context_trusted()) {
            established.extend(vouched.clone());
            caller = caller.without_trust();
        }
        let mut context = thread.context;
        context.extend(self.kept.context.clone());
        established.insert("run_id".to_owned(), json!(self.row.run.id));
        established.insert("thread_id".to_owned(), json!(thread.id));
        if let Some(conversation) = self.kept.conversation {
            established.insert("conversation_id".to_owned(), json!(conversation));
        } else if !context.contains_key("conversation_id") {
            let conversation = self.kept.handed.as_ref().map(|handed| json!(handed.conversation));
            established.insert("conversation_id".to_owned(), conversation.unwrap_or_else(|| json!(thread.id)));
        }
        if let Some(handed) = &self.kept.handed {
            established.insert("handoffs".to_owned(), json!(handed.handoffs));
        }
        let Some(agent) = self.kept.agent else { return Err(failed("internal", "its agent is not known")) };
        let reach = reach::of(&self.app, &caller, &self.kept).await?;
        let format = crate::models::format_of(&chosen);
        let offered = reach::offered(&self.app, &caller, agent, &reach, format).await?;
        let scene = Scene {
            app: self.app.clone(),
            run: self.row.run.id,
            caller,
            kept: self.kept.clone(),
            reach: Arc::new(reach),
            view: offered.view,
            context: Arc::new(context),
            established: Arc::new(established),
            // What a schedule or another run asks for is asked by nobody who could agree to anything.
            has_person: job.job.schedule_id.is_none() && self.row.run.parent_id.is_none(),
        };
        match messages {
            // There is nothing else yet.
            Some(messages) => self.messages = messages,
            None => self.load().await?,
        }
        let mut looked = Instant::now();
        loop {
            self.check().await?;
            if looked.elapsed() > LOOK_AT_RIGHTS {
                Ground::caller(&self.app, &self.row, &self.kept).await?;
                looked = Instant::now();
            }
            match self.asked() {
                Some(calls) => {
                    if self.tools(&scene, &calls).await? {
                        return Ok(());
                    }
                }
                None => {
                    if self.turn(&scene, &chosen, &offered.definitions).await? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// What the tables say.
    async fn load(&mut self) -> Result<(), Halt> {
        let (run, thread) = (self.row.run.id, self.row.run.thread_id);
        let messages = self.app.store().last_messages(thread, history::MOST_MESSAGES).await?;
        // A long run has more answers than that; what it was asked is never left out.
        let asked = match messages.iter().any(|message| message.run_id == Some(run) && message.message.is_user()) {
            true => None,
            false => self.app.store().first_message_of_run(thread, run).await?.map(|message| message.message),
        };
        let messages = cut::known(&self.app, self.row.run.organization_id, run, messages).await?;
        let messages = match &self.kept.handed {
            Some(from) => handoff::introduced(from, run, messages),
            None => messages.into_iter().map(|message| message.message).collect(),
        };
        self.messages = history::shown(messages, asked);
        self.steps = self.app.store().steps(run, 1, MOST_STEPS).await?;
        for step in self.steps.iter().filter(|step| step.kind == StepKind::Tool && step.state.is_settled()) {
            let arguments = step.arguments.as_ref().map(Value::to_string).unwrap_or_default();
            *self.repeats.entry((step.name.clone(), arguments)).or_default() += 1;
        }
        Ok(())
    }

    /// The calls of the last answer, while they are not answered.
    fn asked(&self) -> Option<Vec<ToolCall>> {
        match self.messages.last() {
            Some(ChatMessage::Assistant { tool_calls, .. }) if !tool_calls.is_empty() => Some(tool_calls.clone()),
            _ => None,
        }
    }

    /// Whether it may go on.
    async fn check(&self) -> Result<(), Halt> {
        let run = &self.row.run;
        if self.stop.is_cancelled() {
            return Err(Halt::Cancelled);
        }
        if self.app.stopping().is_cancelled() {
            return Err(Halt::Handed);
        }
        if self.app.clock().now() >= run.deadline_at {
            return Err(deadline_over());
        }
        if self.asked().is_none() && run.steps >= run.limits.max_steps {
            let most = run.limits.max_steps;
            return Err(failed("step_limit", format!("it had no answer after {most} steps (`limits.max_steps`)")));
        }
        if let Some(most) = run.limits.max_tokens
            && run.usage.total_tokens >= most
        {
            let used = run.usage.total_tokens;
            return Err(failed(
                "token_limit",
                format!("it used {used} tokens, of {most} allowed (`limits.max_tokens`)"),
            ));
        }
        Ok(())
    }

    /// Awaits `work`, unless somebody wants the run to stop, its time is over, or (where `leave` says so) the process
    /// stops.
    pub(super) async fn unless_stopped<T>(&self, leave: bool, work: impl Future<Output = T>) -> Result<T, Halt> {
        tokio::pin!(work);
        let stopping = self.app.stopping();
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                () = self.stop.cancelled() => return Err(Halt::Cancelled),
                () = stopping.cancelled(), if leave => return Err(Halt::Handed),
                () = tokio::time::sleep_until(self.deadline) => return Err(deadline_over()),
                () = tokio::time::sleep(LOOK), if self.app.is_clustered() => {
                    match self.app.store().job_held(self.fence).await {
                        Ok(Some(held)) if held.cancel => return Err(Halt::Cancelled),
                        Ok(None) => return Err(Halt::Lost),
                        // What the database does not tell now it tells with the next write.
                        Ok(Some(_)) | Err(_) => {}
                    }
                }
            }
        }
    }

    /// Asks the model. True: that was the end.
    async fn turn(&mut self, scene: &Scene, chosen: &Chosen, tools: &[Value]) -> Result<bool, Halt> {
        if history::is_too_long(&self.messages) {
            let asked = self.messages.iter().rfind(|message| message.is_user()).cloned();
            self.messages = history::shown(std::mem::take(&mut self.messages), asked);
        }
        let began = self.app.clock().now();
        let org = self.row.run.organization_id;
        let messages = documents::shown(&self.app, org, &self.messages).await?;
        let ask = turn::ask(scene, chosen, &messages, tools, self.deadline);
        let reply = match self.unless_stopped(true, ask).await?? {
            Asked::Reply(reply) => *reply,
            // The model's time is the run's: it may say first that it is over.
            Asked::Later(..) | Asked::Never(_) if Instant::now() >= self.deadline => return Err(deadline_over()),
            Asked::Later(error, pause) if self.attempts < MODEL_ATTEMPTS => {
                return Err(Halt::Later(error.message, pause));
            }
            Asked::Later(error, _) | Asked::Never(error) => return Err(failed("model_error", error.message)),
        };
        self.settled().await?;
        crate::failpoint!("run.answered");
        if reply.stop == Stop::Refused && reply.message.text().is_empty() {
            return Err(failed("model_error", "the model, or its provider, refused to answer"));
        }
        let turn = self.written(reply, began);
        self.row.run.steps += 1;
        self.row.run.usage += turn.usage;
        let calls = match &turn.message {
            ChatMessage::Assistant { tool_calls, .. } => tool_calls.len(),
            _ => 0,
        };
        if calls == 0 {
            let output = turn.message.text();
            let end = End { turn: Some(turn), ..End::new(RunState::Completed, Some(output)) };
            return if finish::end(self, end).await? { Ok(true) } else { Err(Halt::Cancelled) };
        }
        let (message, steps, now) = (turn.message.clone(), turn.steps.clone(), turn.now);
        let (held, seq) = self.app.store().append_turn(self.fence, turn).await?;
        self.attempts = 0;
        crate::failpoint!("run.kept");
        self.tell_message(seq, &message, now);
        for step in &steps {
            self.tell_step(step);
        }
        self.tell_run();
        self.messages.push(message);
        self.steps.extend(steps);
        if held.cancel { Err(Halt::Cancelled) } else { Ok(false) }
    }

    fn written(&self, reply: Reply, began: Timestamp) -> Turn {
        let now = self.app.clock().now();
        let seq = i64::from(self.row.run.steps) + 1;
        let message = history::with_ids(reply.message, seq);
        let name = if reply.model.is_empty() { self.row.run.model.clone() } else { reply.model };
        let mut steps = vec![Step {
            state: StepState::Done,
            usage: Some(reply.usage),
            ended_at: Some(now),
            ..Step::open(seq, 0, StepKind::Model, name, began)
        }];
        if let ChatMessage::Assistant { tool_calls, .. } = &message {
            steps.extend(tools::planned(tool_calls, seq, now));
        }
        let (run, thread) = (self.row.run.id, self.row.run.thread_id);
        Turn { run, thread, steps, message, usage: reply.usage, now }
    }

    /// Carries the calls of the last answer out. True: one of them ended the run.
    async fn tools(&mut self, scene: &Scene, calls: &[ToolCall]) -> Result<bool, Halt> {
        let seq = i64::from(self.row.run.steps);
        let mine = |step: &Step| step.seq == seq && step.kind == StepKind::Tool;
        let steps = self.steps_of(calls);
        let mut repeats = std::mem::take(&mut self.repeats);
        // The executions go on by themselves if we do not wait for them: what was begun is recorded.
        let went = self.unless_stopped(false, tools::go(scene, calls, steps, &mut repeats)).await;
        self.repeats = repeats;
        let (done, waits) = match went?? {
            Went::Ended(done) => (done, false),
            Went::Wait(done) => (done, true),
            Went::Broke(done, fault) => return Err(self.keep_ended(seq, done, fault).await?),
            Went::Loop(tool) => {
                return Err(failed(
                    "loop_detected",
                    format!("the model kept calling `{tool}` with the same arguments"),
                ));
            }
        };
        crate::failpoint!("run.acted");
        let now = self.app.clock().now();
        let steps: Vec<Step> = done.iter().map(|done| done.step.clone()).collect();
        let directive = tools::directive(&done);
        for step in &steps {
            self.tell_step(step);
        }
        let messages = if waits { Vec::new() } else { results(calls, done) };
        let settled = Settled {
            run: self.row.run.id,
            thread: self.row.run.thread_id,
            steps: steps.clone(),
            messages: messages.clone(),
            now,
        };
        if waits {
            return Err(self.lie_down(settled).await?);
        }
        if let Some(directive) = directive {
            self.obey(scene, directive, settled).await?;
            return Ok(true);
        }
        // The executions are on record: were this lost, the next carrier would be given the same. So the model need not
        // wait for it, only what is kept next.
        let (app, fence) = (self.app.clone(), self.fence);
        self.settling = Some(tokio::spawn(async move { app.store().settle_steps(fence, settled).await }));
        self.attempts = 0;
        if self.app.runs().is_watched(self.row.run.id) {
            self.settled().await?;
            self.tell_last_messages(messages.len()).await;
        }
        self.steps.retain(|step| !mine(step));
        self.steps.extend(steps);
        self.messages.extend(messages);
        Ok(false)
    }

    /// Waits until what became of the last tools is kept.
    async fn settled(&mut self) -> Result<(), Halt> {
        let Some(settling) = self.settling.take() else { return Ok(()) };
        let held = settling.await.map_err(Fault::internal)??;
        if held.cancel { Err(Halt::Cancelled) } else { Ok(()) }
    }

    /// Keeps what became of those calls that have ended, although another could not be made: they are not made again.
    async fn keep_ended(&mut self, seq: i64, done: Vec<Done>, fault: Fault) -> Result<Halt, Halt> {
        let is_new = |step: &Step| {
            let same = |known: &&Step| known.seq == seq && known.position == step.position;
            step.state.is_settled() && !self.steps.iter().find(same).is_some_and(|known| known.state.is_settled())
        };
        let steps: Vec<Step> = done.into_iter().map(|done| done.step).filter(is_new).collect();
        if !steps.is_empty() {
            let (run, thread) = (self.row.run.id, self.row.run.thread_id);
            let settled = Settled { run, thread, steps, messages: Vec::new(), now: self.app.clock().now() };
            self.app.store().settle_steps(self.fence, settled).await?;
        }
        Ok(fault.into())
    }

    /// When it is tried again: not later than its time is over.
    fn again(&self, job: &JobRow, why: String, pause: Option<Duration>) -> Left {
        let usual = crate::job::worker::wait(job.job.attempts, rand::random());
        let left = self.row.run.deadline_at.since(self.app.clock().now());
        Left::Later(why, pause.unwrap_or_default().max(usual).min(left))
    }

    /// Lies down until those who are waited for have done their part; they may have by now.
    async fn lie_down(&mut self, settled: Settled) -> Result<Halt, Halt> {
        let held = self.app.store().lay_down_run(self.fence, settled).await?;
        self.row.run.state = RunState::Waiting;
        self.tell_run();
        if held.cancel {
            super::cancel_idle(&self.app, &self.row).await?;
            return Ok(Halt::Over);
        }
        for execution in self.app.store().awaited(self.row.run.id).await? {
            let found = self.app.store().execution(self.row.run.organization_id, execution).await?;
            if found.is_none_or(|found| found.state.is_final()) {
                crate::job::worker::wake(&self.app, execution).await;
            }
        }
        Ok(Halt::Over)
    }

    /// Keeps why it does not go on, and tells what becomes of the job.
    async fn halt(&mut self, halt: Halt) -> Result<Left, Fault> {
        if let Err(Halt::Lost) = self.settled().await {
            return Ok(Left::Settled);
        }
        match halt {
            Halt::Over | Halt::Lost => Ok(Left::Settled),
            Halt::Handed => Ok(Left::Handed),
            Halt::Later(why, pause) => Ok(Left::Again(why, Some(pause))),
            Halt::Fault(fault) if fault.kind == callwright_model::FaultKind::Unavailable => {
                if self.app.stopping().is_cancelled() { Ok(Left::Handed) } else { Ok(Left::Again(fault.message, None)) }
            }
            Halt::Fault(fault) => {
                tracing::error!(run = %self.row.run.id, ?fault, "a run broke");
                Ok(Left::Again(fault.message, None))
            }
            Halt::Failed(error) => {
                let settled = self.cut_off().await;
                finish::end(self, End { settled, ..End::failed(error) }).await?;
                Ok(Left::Settled)
            }
            Halt::Cancelled => {
                let settled = self.cut_off().await;
                finish::end(self, End { settled, ..End::new(RunState::Cancelled, None) }).await?;
                Ok(Left::Settled)
            }
        }
    }

    /// What became of the calls of the last answer, if the run ends in the middle of them.
    async fn cut_off(&self) -> Option<Settled> {
        let calls = self.asked()?;
        match cut::settled(self, &calls, self.steps_of(&calls)).await {
            Ok(settled) => Some(settled),
            Err(fault) => {
                // It ends all the same; the ledger has what became of them.
                tracing::warn!(run = %self.row.run.id, ?fault, "what a stopped run had begun could not be looked up");
                None
            }
        }
    }

    /// The steps of the last answer's calls, as they stand.
    fn steps_of(&self, calls: &[ToolCall]) -> Vec<Step> {
        let seq = i64::from(self.row.run.steps);
        let mine = |step: &&Step| step.seq == seq && step.kind == StepKind::Tool;
        let steps: Vec<Step> = self.steps.iter().filter(mine).cloned().collect();
        if steps.len() == calls.len() { steps } else { tools::planned(calls, seq, self.app.clock().now()) }
    }

    pub(super) fn run(&self) -> &Run {
        &self.row.run
    }

    /// What the model has seen, the last answer at the end.
    pub(super) fn messages(&self) -> &[ChatMessage] {
        &self.messages
    }

    pub(super) fn tell_run(&self) {
        super::tell_run(&self.app, &self.row.run);
    }

    pub(super) fn tell_message(&self, seq: i64, message: &ChatMessage, now: Timestamp) {
        let runs = self.app.runs();
        if runs.is_watched(self.row.run.id) {
            let message =
                ThreadMessage { seq, run_id: Some(self.row.run.id), message: message.clone(), created_at: now };
            runs.tell(self.row.run.id, RunEvent::Message { message: Box::new(message) });
        }
    }

    pub(super) async fn tell_last_messages(&self, count: usize) {
        let most = u32::try_from(count).unwrap_or(u32::MAX);
        let Ok(last) = self.app.store().last_messages(self.row.run.thread_id, most).await else { return };
        for message in last {
            self.app.runs().tell(self.row.run.id, RunEvent::Message { message: Box::new(message) });
        }
    }

    pub(super) fn tell_step(&self, step: &Step) {
        let runs = self.app.runs();
        if runs.is_watched(self.row.run.id) {
            runs.tell(self.row.run.id, RunEvent::Step { step: Box::new(step.clone()) });
        }
    }

    /// What is kept at the end.
    pub(super) fn ending(&self, end: End, now: Timestamp) -> Ending {
        let End { state, output, error, turn, settled, handed, flow } = end;
        let is_dead = error.as_ref().is_some_and(|error| matches!(error.code.as_str(), "died" | "model_error"));
        let job = match state {
            RunState::Cancelled => JobState::Cancelled,
            _ if is_dead => JobState::Dead,
            _ => JobState::Done,
        };
        let let_go = (state != RunState::Completed).then(crate::call::resume::run_over);
        Ending { run: self.row.run.id, state, output, error, job, turn, settled, handed, flow, news: None, let_go, now }
    }
}

pub(super) fn deadline_over() -> Halt {
    failed("deadline", "timeout: its time was over (`limits.timeout_s`)")
}

fn results(calls: &[ToolCall], done: Vec<Done>) -> Vec<ChatMessage> {
    calls
        .iter()
        .zip(done)
        .map(|(call, done)| ChatMessage::Tool {
            tool_call_id: call.id.clone(),
            name: call.name.clone(),
            content: done.parts.unwrap_or_default(),
            is_error: done.step.state == StepState::Failed,
        })
        .collect()
}
