//! Calls as tasks, in the revision of 2025-11-25: a call that takes minutes is answered at once, and its client asks later,
//! from any node and after a restart.
//!
//! A task is an execution: its id is the execution's, and it is its user's. `rmcp` knows tasks of the next revision only.

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind, Timestamp, ToolError,
    execution::{Execution, State},
    id::ExecutionId,
    page::PageRequest,
    ticket::TicketKind,
    tool::{Effect, Kind},
};
use callwright_runtime::call::{self, Aside, CONFIRM_TOOL, CallAnswer, aside::watcher};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Era,
    ask::{self, Asking, Given, Reply},
    call::{Call, MOST_ROUNDS, internal, refused},
    place::Place,
    result::ToolResult,
    tell::Out,
    tool,
    wire::{INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, Message, RpcError},
};

/// What of `_meta` says which task a result belongs to.
const RELATED: &str = "io.modelcontextprotocol/related-task";
/// How often a client should ask, in milliseconds.
const POLL_MS: u32 = 1_000;
/// How long one look for the end waits.
const LOOK_MS: u32 = 10_000;
/// How long it is waited for a database that is away.
const AWAY: Duration = Duration::from_secs(20);
/// How often it is looked whether it is back.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// Tasks on one page.
const PAGE: u32 = 50;

/// What a client wants with tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Call a tool, and not wait for it.
    Begin,
    /// How one goes.
    Get(String),
    /// Its end.
    Result(String),
    /// Give it up.
    Cancel(String),
    /// All of them, from a place on.
    List(Option<String>),
}

/// What the server says it can do with tasks.
pub(super) fn capability() -> Value {
    json!({"list": {}, "cancel": {}, "requests": {"tools": {"call": {}}}})
}

impl Wanted {
    /// What a message is about, if it is about tasks.
    pub(super) fn of(message: &Message) -> Option<Self> {
        let text = |name: &str| message.param(name).and_then(Value::as_str).map(str::to_owned);
        let id = || text("taskId").unwrap_or_default();
        let wanted = [
            ("tools/call", message.is_task().then_some(Self::Begin)),
            ("tasks/get", Some(Self::Get(id()))),
            ("tasks/result", Some(Self::Result(id()))),
            ("tasks/cancel", Some(Self::Cancel(id()))),
            ("tasks/list", Some(Self::List(text("cursor")))),
        ];
        wanted.into_iter().find(|(method, _)| message.asks(method)).and_then(|(_, wanted)| wanted)
    }
}

impl Call {
    /// Does with tasks what is wanted. One begins in a `place`, if there is one left.
    pub(super) async fn task(
        self,
        wanted: Wanted,
        place: Option<Place>,
        out: Out,
        asking: Asking,
    ) -> Result<Value, RpcError> {
        let done = match wanted {
            Wanted::Begin => self.begin(place).await,
            Wanted::Get(id) => self.get(&id).await,
            Wanted::Result(id) => self.result(&id, &out, &asking).await,
            Wanted::Cancel(id) => self.cancel(&id).await,
            Wanted::List(cursor) => self.list(cursor.as_deref()).await,
        };
        done.map_err(|refused| *refused)
    }

    async fn begin(&self, place: Option<Place>) -> Result<Value, Box<RpcError>> {
        let listing = tool::offer(&self.app, &self.who).await.map_err(|fault| Box::new(internal(&fault)))?;
        if self.params.name == CONFIRM_TOOL || listing.view.is_some() {
            return Err(refused(METHOD_NOT_FOUND, "this function is not called as a task"));
        }
        if self.kind().await?.is_none() {
            let name = self.params.name.get(..128).unwrap_or(&self.params.name);
            return Err(refused(INVALID_PARAMS, format!("Unknown tool: {name}")));
        }
        let Some(place) = place else {
            let why = "your organization has as many tasks under way as it may; wait for the end of one";
            return Err(refused(INVALID_REQUEST, why));
        };
        let (watcher, mut frames) = watcher();
        // It is answered at once; a read has a row of its own then, which outlives this process.
        let aside = Aside { answer_by_ms: Some(0), watcher: Some(watcher), ..Aside::default() };
        let mut request = self.request(&Given::default())?;
        request.arguments = self.params.arguments.clone();
        // Whoever is answered at once could begin without end: the place is taken as long as somebody carries the task out.
        self.app.spawn(async move {
            let _place = place;
            while frames.recv().await.is_some() {}
        });
        let answer = call::run_with(&self.app, request, aside).await.map_err(failed)?;
        // It has begun, and an error would have it begun again.
        let task = match self.written(answer.execution_id).await {
            Ok(execution) => self.told(&execution, Some(&answer)),
            Err(fault) => {
                tracing::warn!(execution = %answer.execution_id, ?fault, "a task is told without its row");
                self.told_of(&answer)
            }
        };
        Ok(json!({ "task": task }))
    }

    /// The execution, as soon as it is written down: what has ended at once is, behind its answer.
    async fn written(&self, id: ExecutionId) -> Result<Execution, Fault> {
        let pause = Duration::from_millis(20);
        let mut tries = 100;
        loop {
            match call::own(&self.app, &self.who.caller, id).await {
                Err(fault) if fault.kind == FaultKind::NotFound && tries > 0 => tokio::time::sleep(pause).await,
                other => return other,
            }
            tries -= 1;
        }
    }

    async fn get(&self, id: &str) -> Result<Value, Box<RpcError>> {
        let (execution, answer) = self.found(id).await?;
        Ok(self.told(&execution, Some(&answer)))
    }

    async fn found(&self, id: &str) -> Result<(Execution, CallAnswer), Box<RpcError>> {
        let id = read(id)?;
        // In this order: what is told of the end is not older than the end.
        let answer = self.seen(id, 0).await?;
        Ok((self.own(id).await?, answer))
    }

    async fn own(&self, id: ExecutionId) -> Result<Execution, Box<RpcError>> {
        patiently(|| call::own(&self.app, &self.who.caller, id)).await
    }

    async fn seen(&self, id: ExecutionId, wait_ms: u32) -> Result<CallAnswer, Box<RpcError>> {
        patiently(|| call::outcome(&self.app, &self.who.caller, id, wait_ms)).await
    }

    /// Waits for the end. A person whose agreement it needs is asked here, where the client can ask.
    async fn result(&self, id: &str, out: &Out, asking: &Asking) -> Result<Value, Box<RpcError>> {
        let id = read(id)?;
        self.own(id).await?;
        let mut given = Given::default();
        loop {
            let wait = if self.can.elicit { 0 } else { LOOK_MS };
            let answer = self.seen(id, wait).await?;
            if let Some(wish) = ask::wish(&answer, Kind::System, self.can)
                && given.round < MOST_ROUNDS
                && let Reply::Given(next) = ask::ask(self, &answer, wish, &given, Some(out), asking).await?
                && let Some(said) = next.said
            {
                given = *next;
                // The same word may be passed on again; the person is not asked for it again.
                patiently(|| Box::pin(self.pass_on(&said))).await?;
                continue;
            }
            if self.is_over(&answer) {
                let result = serde_json::to_value(ToolResult::of(answer, Era::Session));
                let mut result = result.map_err(|error| Box::new(internal(&Fault::internal(error))))?;
                result["_meta"][RELATED] = json!({ "taskId": id });
                return Ok(result);
            }
            if wait == 0 {
                self.seen(id, LOOK_MS).await?;
            }
        }
    }

    async fn cancel(&self, id: &str) -> Result<Value, Box<RpcError>> {
        let has_ended = || refused(INVALID_PARAMS, "this task has ended, and cannot be cancelled");
        let before = self.found(id).await?.1;
        if self.is_over(&before) {
            return Err(has_ended());
        }
        let id = read(id)?;
        call::give_up(&self.app, &self.who.caller, id).await.map_err(failed)?;
        // A running one ends in a moment; it counts as cancelled from now on.
        let answer = self.seen(id, 2_000).await?;
        let execution = self.own(id).await?;
        let mut task = self.told(&execution, Some(&answer));
        match execution.state {
            // It was faster.
            State::Done => return Err(has_ended()),
            // Nobody knows whether it was: that is what is told, now and later.
            State::Unknown => {}
            // It was sent already, and how it ends is told then.
            State::Started if execution.effect != Effect::Read => {}
            State::Failed | State::Released if task["status"] != "cancelled" => return Err(has_ended()),
            _ => task["status"] = json!("cancelled"),
        }
        Ok(task)
    }

    async fn list(&self, cursor: Option<&str>) -> Result<Value, Box<RpcError>> {
        let page = PageRequest::parse(Some(PAGE), cursor).map_err(failed)?;
        let page = call::own_page(&self.app, &self.who.caller, page).await.map_err(failed)?;
        let own = page.items.iter().filter(|execution| execution.source == "mcp");
        let mut list = json!({"tasks": own.map(|execution| self.told(execution, None)).collect::<Vec<_>>()});
        if let Some(next) = page.next_cursor {
            list["nextCursor"] = json!(next);
        }
        Ok(list)
    }

    /// Whether nothing more comes: also where a person must agree whom only the model can ask.
    fn is_over(&self, answer: &CallAnswer) -> bool {
        let asks = answer.pending.as_ref().is_some_and(|pending| pending.kind == TicketKind::Confirmation);
        answer.state.is_final() || (asks && !self.can.elicit)
    }

    /// A task in the protocol's form.
    fn told(&self, execution: &Execution, answer: Option<&CallAnswer>) -> Value {
        let last = execution.ended_at.or(execution.started_at).unwrap_or(execution.received_at);
        let times = (execution.received_at, last);
        self.form(execution.id, times, (execution.state, execution.error.as_ref()), answer)
    }

    /// The same of an execution of which nothing is known but the answer to its call.
    fn told_of(&self, answer: &CallAnswer) -> Value {
        let (now, error) = (self.app.clock().now(), answer.error.as_ref());
        // What it came to will be written down, and told then.
        let state = match error {
            Some(error) if error.code == "not_recorded" => State::Started,
            _ => answer.state,
        };
        self.form(answer.execution_id, (now, now), (state, error), Some(answer))
    }

    fn form(
        &self,
        id: ExecutionId,
        (created, updated): (Timestamp, Timestamp),
        (state, error): (State, Option<&ToolError>),
        answer: Option<&CallAnswer>,
    ) -> Value {
        let is_asking = answer.and_then(|answer| answer.pending.as_ref());
        let is_asking = is_asking.is_some_and(|pending| pending.kind == TicketKind::Confirmation);
        let is_cancelled = error.is_some_and(|error| error.class.as_str() == "cancelled");
        let status = match state {
            State::Done => "completed",
            State::Failed | State::Released | State::Unknown if is_cancelled => "cancelled",
            State::Failed | State::Released | State::Unknown => "failed",
            _ if is_asking && self.can.elicit => "input_required",
            // The result says what the model is to ask.
            _ if is_asking => "completed",
            _ => "working",
        };
        let ttl = self.app.settings().retention.map(|kept| u64::try_from(kept.as_millis()).unwrap_or(u64::MAX));
        let mut task = json!({
            "taskId": id,
            "status": status,
            "createdAt": created,
            "lastUpdatedAt": updated,
            "ttl": ttl,
            "pollInterval": POLL_MS,
        });
        let said = error.map(|error| error.message.clone());
        let said = said.or_else(|| answer.and_then(|answer| answer.message.clone()));
        if let Some(said) = said.filter(|_| status != "completed") {
            task["statusMessage"] = json!(said);
        }
        task
    }
}

/// What `look` gives. A database that is away for a moment is waited for: told of as an error, the call would be made again.
async fn patiently<T, F>(look: impl Fn() -> F) -> Result<T, Box<RpcError>>
where
    F: Future<Output = Result<T, Fault>>,
{
    let until = Instant::now() + AWAY;
    loop {
        match look().await {
            Err(fault) if fault.kind == FaultKind::Unavailable && Instant::now() < until => {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            other => return other.map_err(failed),
        }
    }
}

fn read(id: &str) -> Result<ExecutionId, Box<RpcError>> {
    id.parse().map_err(|_| refused(INVALID_PARAMS, "there is no such task of yours"))
}

fn failed(fault: Fault) -> Box<RpcError> {
    match fault.kind {
        FaultKind::Internal | FaultKind::Unavailable => Box::new(internal(&fault)),
        FaultKind::NotFound => refused(INVALID_PARAMS, "there is no such task of yours"),
        _ => refused(INVALID_PARAMS, fault.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_message_wants_with_tasks() {
        let wanted = |method: &str, params: Value| {
            let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
            Wanted::of(&Message::read(body.as_bytes()).unwrap())
        };
        assert_eq!(wanted("tools/call", json!({"name": "a"})), None);
        assert_eq!(wanted("tools/call", json!({"name": "a", "task": {"ttl": 1}})), Some(Wanted::Begin));
        assert_eq!(wanted("tasks/get", json!({"taskId": "x"})), Some(Wanted::Get("x".to_owned())));
        assert_eq!(wanted("tasks/result", json!({})), Some(Wanted::Result(String::new())));
        assert_eq!(wanted("tasks/list", Value::Null), Some(Wanted::List(None)));
        assert_eq!(wanted("tools/list", Value::Null), None);
    }
}
