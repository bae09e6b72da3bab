//! Call control: what steps of a call come to.
//!
//! A step is an execution like any other ([`clear`] decides whether it may be done); when its outcome is recorded, the
//! event is told to whoever listens on its conversation, and a webhook about it is in the outbox by the same commit. The
//! record is the truth: [`ControlEvent::of`] makes the same event of it again.

mod clear;
mod saved;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use callwright_model::{
    ControlEvent, Fault, agent::Agent, execution::Execution, id::OrgId, tool::SystemConfig, webhook::WebhookTarget,
};
use callwright_store::outbox::OutboxRow;
use tokio::sync::broadcast;

pub(crate) use clear::{Ask, clear};
pub(crate) use saved::check;

use crate::{App, outbox};

/// Events that a slow listener may fall behind before it misses some.
const BUFFER: usize = 64;
/// Where an agent's metadata say who is told of its steps.
const AGENT_WEBHOOK: &str = "control_webhook";
/// How often a conversation may be handed on before a person has spoken again.
pub(crate) const MOST_HANDOFFS: u32 = 10;

type Listeners = HashMap<(OrgId, String), broadcast::Sender<Arc<ControlEvent>>>;

/// Who listens for steps of which conversation, in this process. Lossy by design; the log is the truth.
#[derive(Default)]
pub struct Controls {
    listeners: Mutex<Listeners>,
}

impl Controls {
    fn lock(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens on a conversation from now on: whoever does so carries its steps out.
    pub fn listen(&self, org: OrgId, conversation: &str) -> broadcast::Receiver<Arc<ControlEvent>> {
        let mut listeners = self.lock();
        // Those on whom nobody listens any more are forgotten when another comes.
        listeners.retain(|_, sender| sender.receiver_count() > 0);
        let place = listeners.entry((org, conversation.to_owned()));
        place.or_insert_with(|| broadcast::Sender::new(BUFFER)).subscribe()
    }

    /// Whether anybody listens on a conversation here.
    pub fn is_heard(&self, org: OrgId, conversation: &str) -> bool {
        self.lock().get(&(org, conversation.to_owned())).is_some_and(|sender| sender.receiver_count() > 0)
    }

    /// Tells whoever listens on the event's conversation.
    pub(crate) fn publish(&self, org: OrgId, event: &ControlEvent) {
        let Some(conversation) = event.conversation_id.as_ref() else { return };
        if let Some(sender) = self.lock().get(&(org, conversation.clone())) {
            // An error means that nobody listens, which is nobody's fault.
            let _ = sender.send(Arc::new(event.clone()));
        }
    }
}

/// The webhook about an event, for the transaction in which its execution ends; none when nobody wants one.
pub(crate) async fn news(
    app: &App,
    config: &SystemConfig,
    agent: Option<&Agent>,
    execution: &Execution,
    event: &ControlEvent,
) -> Result<Option<Box<OutboxRow>>, Fault> {
    let target = match (&config.webhook, agent) {
        (Some(target), _) => Some(target.clone()),
        (None, Some(agent)) => webhook_of(agent).ok().flatten(),
        (None, None) => None,
    };
    let Some(target) = target else { return Ok(None) };
    let subject = Some(execution.id.to_string());
    let row =
        outbox::prepare(app, execution.organization_id, &target, "call.control", subject, event.to_value()).await?;
    Ok(Some(Box::new(row)))
}

/// Who is told of an agent's steps where the tool says nobody.
///
/// # Errors
/// Names the field of its metadata.
pub(crate) fn webhook_of(agent: &Agent) -> Result<Option<WebhookTarget>, Fault> {
    target_in(&agent.profile.metadata)
}

/// The same of metadata that are about to be saved.
pub(crate) fn target_in(metadata: &callwright_model::Object) -> Result<Option<WebhookTarget>, Fault> {
    let Some(said) = metadata.get(AGENT_WEBHOOK).filter(|said| !said.is_null()) else { return Ok(None) };
    let field = format!("metadata.{AGENT_WEBHOOK}");
    let target: WebhookTarget = serde_json::from_value(said.clone())
        .map_err(|error| Fault::invalid(&field, format!("`{field}` must be {{url, secret?}}: {error}")))?;
    target.check(&field)?;
    Ok(Some(target))
}

#[cfg(test)]
mod tests {
    use callwright_model::{IdSource, Object, Timestamp};
    use serde_json::json;

    use super::*;

    fn event(conversation: Option<&str>) -> ControlEvent {
        let ids = IdSource::default();
        ControlEvent {
            id: ids.next(),
            conversation_id: conversation.map(str::to_owned),
            call_sid: None,
            verified: true,
            execution_id: ids.next(),
            run_id: None,
            tool: "bye".to_owned(),
            agent_id: None,
            action: "end_call".to_owned(),
            parameters: Object::new(),
            message: None,
            created_at: Timestamp::from_micros(1),
        }
    }

    #[test]
    fn only_whoever_listens_on_the_conversation_hears() {
        let (controls, ids) = (Controls::default(), IdSource::default());
        let (org, other): (OrgId, OrgId) = (ids.next(), ids.next());
        let mut mine = controls.listen(org, "a");
        let (mut elsewhere, mut abroad) = (controls.listen(org, "b"), controls.listen(other, "a"));
        let told = event(Some("a"));
        controls.publish(org, &told);
        controls.publish(org, &event(None));
        assert_eq!(*mine.try_recv().unwrap(), told);
        assert!(mine.try_recv().is_err() && elsewhere.try_recv().is_err() && abroad.try_recv().is_err());
        assert!(controls.is_heard(org, "a"));
        drop(mine);
        assert!(!controls.is_heard(org, "a") && controls.is_heard(other, "a"));
    }

    #[test]
    fn an_agents_webhook_is_checked() {
        let metadata = |value| Object::from_iter([(AGENT_WEBHOOK.to_owned(), value)]);
        assert_eq!(target_in(&Object::new()).unwrap(), None);
        assert!(target_in(&metadata(json!({"url": "https://h/"}))).unwrap().is_some());
        for bad in [json!("https://h/"), json!({"url": "ftp://h"}), json!({"url": "https://h/", "secret": "a b"})] {
            assert!(target_in(&metadata(bad)).unwrap_err().message.contains("metadata.control_webhook"));
        }
    }
}
