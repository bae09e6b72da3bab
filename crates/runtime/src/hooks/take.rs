//! Carries out what a request to a hook asks for: a tool, an agent or a workflow.
//!
//! The answer is given at once when there is one within the hook's wait, else later at the address that the request names;
//! and where it names one, the outcome always goes there, so that whoever listens there need look nowhere else.

use std::time::Duration;

use callwright_model::{
    Fault, Object, Timestamp,
    account::Scope,
    chat::Part,
    context::Channel,
    hook::{Hook, HookOutcome, HookTarget},
    id::{DeliveryId, ThreadId},
    page::PageRequest,
    run::Run,
    webhook::WebhookTarget,
};
use callwright_store::run::RunFilter;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    HookAnswer,
    admit::Admitted,
    delivery::{self, Came},
};
use crate::{
    App, behind,
    call::{self, Aside, CallAnswer, CallRequest},
    outbox,
    run::{
        self, RunRequest, SIGNING_SECRET,
        flow::{self, WorkflowRequest},
    },
};

/// The least time for a call that is to be answered at once.
const LEAST_MS: u32 = 100;
/// The longest key.
const MOST_KEY: usize = 200;

/// What is asked for. Other fields are passed over, because platforms add their own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct HookRequest {
    /// Which of the hook's tools; not needed where there is only one. For an agent or a workflow, a word about what is
    /// wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub action: Option<String>,
    /// The tool's arguments, or what the workflow is given. An agent is told `message` of it, else all of it.
    #[schema(value_type = Object)]
    pub parameters: Object,
    /// The agent that the sender works for, as a word about the circumstances.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub agent_id: Option<String>,
    /// The conversation that it belongs to. An agent goes on with it if it is one that the hook began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub conversation_id: Option<String>,
    /// An address that is sent the outcome, signed as in Standard Webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub webhook_response_url: Option<String>,
    /// Names the intent: however often it is sent with this key, it acts once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub idempotency_key: Option<String>,
}

/// Carries a request out, and tells how it stands after the hook's wait.
///
/// # Errors
/// Invalid, with the field: an action that the hook does not serve, an address that is none. Whatever refuses the call or
/// the run itself.
pub async fn take(app: &App, admitted: &Admitted, request: HookRequest) -> Result<HookAnswer, Fault> {
    let hook = &admitted.hook;
    let came = Came::now(app, hook, admitted.address);
    let came = came.asks(request.action.as_deref(), request.idempotency_key.as_deref());
    match Box::pin(carry(app, admitted, request)).await {
        Ok(answer) => {
            let noted = came.led_to(answer.execution_id, answer.run_id).ended(answer.status);
            let error = answer.error.as_ref().map(|error| error.message.clone());
            delivery::note(
                app,
                match error {
                    Some(error) => noted.because(&error),
                    None => noted,
                },
            );
            Ok(answer.with_address(app, hook).await)
        }
        Err(fault) => {
            delivery::note(app, came.ended(HookOutcome::Refused).because(&fault.message));
            Err(fault)
        }
    }
}

async fn carry(app: &App, admitted: &Admitted, request: HookRequest) -> Result<HookAnswer, Fault> {
    check(&request)?;
    let target = &admitted.hook.rules.target;
    let webhook = webhook(app, &admitted.hook, request.webhook_response_url.as_deref()).await?;
    let mut admitted = admitted.clone();
    if admitted.trusted {
        admitted.caller.scopes.push(Scope::ContextTrust);
    }
    let key = request.idempotency_key.as_ref().map(|key| format!("hook:{}:{key}", admitted.hook.id));
    let asked = Asked { admitted, key, webhook, request, came: app.clock().now() };
    match target {
        HookTarget { workflow: Some(workflow), .. } => asked.workflow(app, workflow.clone()).await,
        HookTarget { tools, agent, .. } if !tools.is_empty() => {
            let tool = asked.tool(tools)?.to_owned();
            asked.call(app, tool, agent.clone()).await
        }
        HookTarget { agent: Some(agent), .. } => Box::pin(asked.agent(app, agent.clone())).await,
        _ => Err(Fault::invalid("target", "this hook starts nothing; its maker has to say what")),
    }
}

fn check(request: &HookRequest) -> Result<(), Fault> {
    for (field, text) in
        [("action", &request.action), ("agent_id", &request.agent_id), ("conversation_id", &request.conversation_id)]
    {
        if text.as_ref().is_some_and(|text| text.chars().count() > 200) {
            return Err(Fault::invalid(field, format!("`{field}` may have at most 200 characters")));
        }
    }
    match &request.idempotency_key {
        Some(key) if !(1..=MOST_KEY).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) => {
            let field = "idempotency_key";
            Err(Fault::invalid(field, format!("`{field}` must have 1 to {MOST_KEY} visible ASCII characters")))
        }
        _ => Ok(()),
    }
}

/// Whom to tell, and by which secret it is signed.
async fn webhook(app: &App, hook: &Hook, url: Option<&str>) -> Result<Option<WebhookTarget>, Fault> {
    let Some(url) = url.filter(|url| !url.is_empty()) else { return Ok(None) };
    let secret = match &hook.rules.response_secret {
        Some(name) => Some(name.clone()),
        None => {
            let names = app.vault().secret_names(hook.organization_id).await?;
            names.contains(SIGNING_SECRET).then(|| SIGNING_SECRET.to_owned())
        }
    };
    let target = WebhookTarget { url: url.to_owned(), secret };
    if target.check("webhook_response_url").is_err() {
        let field = "webhook_response_url";
        return Err(Fault::invalid(field, format!("`{field}` must be an http or https address of at most 2048 bytes")));
    }
    Ok(Some(target))
}

/// A request on its way.
struct Asked {
    admitted: Admitted,
    key: Option<String>,
    webhook: Option<WebhookTarget>,
    request: HookRequest,
    came: Timestamp,
}

impl Asked {
    fn wait(&self) -> Duration {
        Duration::from_millis(self.admitted.hook.rules.wait_ms.into())
    }

    /// What the request tells about the circumstances.
    fn context(&self) -> Object {
        let mut context = Object::new();
        let texts = [
            ("hook", Some(&self.admitted.hook.slug)),
            ("action", self.request.action.as_ref()),
            ("agent_id", self.request.agent_id.as_ref()),
            ("conversation_id", self.request.conversation_id.as_ref()),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                context.insert(name.to_owned(), json!(text));
            }
        }
        context
    }

    /// Which of the hook's tools is meant.
    fn tool<'a>(&self, tools: &'a [String]) -> Result<&'a str, Fault> {
        let names = || tools.join(", ");
        match (&self.request.action, tools) {
            (Some(action), _) => tools
                .iter()
                .find(|tool| *tool == action)
                .map(String::as_str)
                .ok_or_else(|| Fault::invalid("action", format!("`action` must be one of: {}", names()))),
            (None, [only]) => Ok(only),
            (None, _) => Err(Fault::invalid("action", format!("`action` is missing; it is one of: {}", names()))),
        }
    }

    async fn call(self, app: &App, tool: String, agent: Option<String>) -> Result<HookAnswer, Fault> {
        let request = CallRequest {
            caller: self.admitted.caller.clone(),
            tool,
            arguments: Value::Object(self.request.parameters.clone()),
            context: self.context(),
            established: Object::new(),
            agent,
            channel: Some(Channel::Webhook),
            dry_run: false,
            idempotency_key: self.key.clone(),
            source: "hook",
            replay_of: None,
            cursor: None,
            fresh: false,
            confirmed: false,
            approved: false,
            webhook: self.webhook.clone(),
        };
        let answer_by_ms = Some(self.admitted.hook.rules.wait_ms.max(LEAST_MS));
        let answer = call::run_with(app, request, Aside { answer_by_ms, ..Aside::default() }).await?;
        self.tell(app, &answer).await;
        Ok(HookAnswer::of_call(&answer))
    }

    /// Sends what has ended already to the address that the request names. What has a ticket is told by that. The effect
    /// has happened, so that this is no reason for an error: where it cannot be done now, it is done behind the answer.
    async fn tell(&self, app: &App, answer: &CallAnswer) {
        let Some(target) = self.webhook.clone().filter(|_| answer.state.is_final()) else { return };
        let (then, org, execution) = (app.clone(), self.admitted.caller.org_id, answer.execution_id);
        let data = json!({ "ticket": null, "answer": answer });
        behind::surely(app, "the outcome of a hook's call could not be sent", execution, move || {
            let (app, target, data) = (then.clone(), target.clone(), data.clone());
            async move {
                if app.store().ticket_of(org, execution).await?.is_some() {
                    return Ok(());
                }
                let subject = Some(execution.to_string());
                let mut row = outbox::prepare(&app, org, &target, "execution.finished", subject, data).await?;
                // One for each execution, however often it is asked for.
                row.delivery.id = DeliveryId::from_raw(execution.raw());
                app.store().write(row, |row, tx| Box::pin(tx.push_outbox(row))).await?;
                Ok(())
            }
        })
        .await;
    }

    async fn agent(self, app: &App, agent: String) -> Result<HookAnswer, Fault> {
        let thread = self.thread(app).await?;
        let metadata = Object::from_iter([("hook".to_owned(), json!(self.admitted.hook.id))]);
        let request = RunRequest {
            thread,
            metadata,
            context: self.context(),
            channel: Channel::Webhook,
            webhook: self.webhook.clone(),
            dedupe_key: self.key.clone(),
            ..RunRequest::new(agent, vec![Part::text(message(&self.request))])
        };
        let closing = app.stopping().clone();
        let run = run::start_and_wait(app, &self.admitted.caller, request, self.wait(), &closing).await?;
        Ok(HookAnswer::of_run(&run, self.came))
    }

    /// The thread to go on with: one that is this hook's and nobody else's. Whoever has the hook's secret has none of its maker's.
    async fn thread(&self, app: &App) -> Result<Option<ThreadId>, Fault> {
        let named: Option<ThreadId> = self.request.conversation_id.as_deref().and_then(|id| id.parse().ok());
        let Some(thread) = named else { return Ok(None) };
        let (caller, hook) = (&self.admitted.caller, json!(self.admitted.hook.id));
        let filter = RunFilter { thread_id: Some(thread), ..RunFilter::default() };
        let runs = app.store().runs(caller.org_id, &filter, &PageRequest::first(20)).await?.items;
        let is_own = |run: &Run| run.user_id == caller.user_id && run.metadata.get("hook") == Some(&hook);
        Ok((!runs.is_empty() && runs.iter().all(is_own)).then_some(thread))
    }

    async fn workflow(self, app: &App, workflow: String) -> Result<HookAnswer, Fault> {
        let request = WorkflowRequest {
            context: self.context(),
            channel: Channel::Webhook,
            webhook: self.webhook.clone(),
            dedupe_key: self.key.clone(),
            ..WorkflowRequest::new(workflow, Value::Object(self.request.parameters.clone()))
        };
        let caller = &self.admitted.caller;
        let begun = flow::start(app, caller, request).await?;
        let run: Run = tokio::select! {
            run = run::wait_for_begun(app, caller, begun.clone(), self.wait()) => run,
            () = app.stopping().cancelled() => begun,
        };
        Ok(HookAnswer::of_run(&run, self.came))
    }
}

/// What an agent is told.
fn message(request: &HookRequest) -> String {
    for name in ["message", "text", "input"] {
        if let Some(Value::String(text)) = request.parameters.get(name)
            && !text.trim().is_empty()
        {
            return text.clone();
        }
    }
    json!({ "action": request.action, "parameters": request.parameters }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_told_the_message_or_all_of_it() {
        let told = |value: Value| message(&serde_json::from_value(value).unwrap());
        assert_eq!(told(json!({"parameters": {"message": "Hello", "more": 1}})), "Hello");
        assert_eq!(told(json!({"parameters": {"text": "Hi", "message": " "}})), "Hi");
        assert_eq!(
            told(json!({"action": "check", "parameters": {"id": 7}})),
            r#"{"action":"check","parameters":{"id":7}}"#
        );
    }
}
