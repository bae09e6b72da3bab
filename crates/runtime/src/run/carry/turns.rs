//! The loop of an agent: the model answers, its tools are called, and so on until there is nothing left to call.

use std::{sync::Arc, time::Duration};

use callwright_model::{
    Object,
    account::Caller,
    chat::ChatMessage,
    id::ThreadId,
    run::{RunState, Thread},
};
use callwright_store::{job::JobRow, run::Settled};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Carrier, Halt, deadline_over, failed};
use crate::{
    models::{self, Chosen},
    run::{
        begun::Ground,
        finish::{self, End},
        reach,
        tools::Scene,
    },
};

/// How often it is looked whether whoever asked for the run still may.
const LOOK_AT_RIGHTS: Duration = Duration::from_secs(5);

impl Carrier {
    /// To the end, or to where it does not go on. Without a `ground` the tables are read.
    pub(super) async fn go(&mut self, job: &JobRow, ground: Option<Ground>) -> Result<(), Halt> {
        self.begin(job).await?;
        let ground = match ground {
            Some(ground) => ground,
            None => Ground::find(&self.app, &self.row, &self.kept).await?,
        };
        let Ground { caller, thread, chosen, messages } = ground;
        let (scene, definitions) = self.scene(job, caller, thread, &chosen).await?;
        match messages {
            // There is nothing else yet.
            Some(messages) => self.messages = messages,
            None => self.load().await?,
        }
        if self.greet().await? {
            return Ok(());
        }
        let mut looked = Instant::now();
        loop {
            self.check().await?;
            if looked.elapsed() > LOOK_AT_RIGHTS {
                Ground::caller(&self.app, &self.row, &self.kept).await?;
                looked = Instant::now();
            }
            let is_over = match self.asked() {
                Some(calls) => self.tools(&scene, &calls).await?,
                None => self.turn(&scene, &chosen, &definitions).await?,
            };
            if is_over {
                return Ok(());
            }
        }
    }

    /// Says the words with which the agent begins a conversation, where it has taken one over and is to speak first; then
    /// it listens. True: that was all.
    async fn greet(&mut self) -> Result<bool, Halt> {
        let greeting = self.kept.handed.as_ref().and_then(|handed| handed.greeting.clone());
        let Some(words) = greeting.filter(|_| self.row.run.steps == 0) else { return Ok(false) };
        self.check().await?;
        let settled = Settled {
            run: self.row.run.id,
            thread: self.row.run.thread_id,
            steps: Vec::new(),
            messages: vec![ChatMessage::Assistant { text: words.clone(), tool_calls: Vec::new(), opaque: None }],
            now: self.app.clock().now(),
        };
        let end = End { settled: Some(settled), ..End::new(RunState::Completed, Some(words)) };
        if finish::end(self, end).await? { Ok(true) } else { Err(Halt::Cancelled) }
    }

    /// With what the run's tools are called, and how they are described to its model.
    async fn scene(
        &self,
        job: &JobRow,
        caller: Caller,
        mut thread: Thread,
        chosen: &Chosen,
    ) -> Result<(Scene, Vec<Value>), Halt> {
        let (caller, mut established) = self.vouched_for(caller, &mut thread).await?;
        let mut context = thread.context;
        context.extend(self.kept.context.clone());
        self.name_places(thread.id, &context, &mut established);
        let Some(agent) = self.kept.agent else { return Err(failed("internal", "its agent is not known")) };
        let reach = reach::of(&self.app, &caller, &self.kept).await?;
        let format = models::format_of(chosen);
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
        Ok((scene, offered.definitions))
    }

    /// What of the context is verified although the rest is not, and the caller as one who vouches for no more than that.
    async fn vouched_for(&self, mut caller: Caller, thread: &mut Thread) -> Result<(Caller, Object), Halt> {
        let mut established = Object::new();
        if caller.is_context_trusted() && !thread.context.is_empty() {
            // Read together: the thread's variables may have been written anew since the thread was looked at.
            let (context, is_trusted) = self.app.store().context_of_thread(thread.id).await?.unwrap_or_default();
            thread.context = context;
            if !is_trusted {
                // Whoever runs on the thread vouches for what they send now, not for what somebody else wrote before.
                established.extend(self.kept.context.clone());
                caller = caller.without_trust();
            }
        }
        if let Some(vouched) = self.kept.vouched.as_ref().filter(|_| caller.is_context_trusted()) {
            established.extend(vouched.clone());
            caller = caller.without_trust();
        }
        Ok((caller, established))
    }

    /// Says of which run, thread and conversation a call is, which the server knows by itself.
    fn name_places(&self, thread: ThreadId, context: &Object, established: &mut Object) {
        established.insert("run_id".to_owned(), json!(self.row.run.id));
        established.insert("thread_id".to_owned(), json!(thread));
        if let Some(conversation) = self.kept.conversation {
            established.insert("conversation_id".to_owned(), json!(conversation));
        } else if !context.contains_key("conversation_id") {
            let conversation = self.kept.handed.as_ref().map(|handed| json!(handed.conversation));
            established.insert("conversation_id".to_owned(), conversation.unwrap_or_else(|| json!(thread)));
        }
        if let Some(handed) = &self.kept.handed {
            established.insert("handoffs".to_owned(), json!(handed.handoffs));
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
}
