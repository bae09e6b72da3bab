//! A run hands its conversation over: the run of another agent is begun in the transaction in which it ends, so there is
//! one successor or none, whenever a server dies.

use callwright_model::{
    Fault, Object,
    agent::Agent,
    chat::{ChatMessage, Part},
    id::{AgentId, RunId},
    run::{HandedTo, Run, Thread, ThreadMessage},
};
use callwright_store::run::Handed;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Asker, RunRequest,
    carry::Carrier,
    draft::{Draft, draw_up},
    tools::Scene,
};
use crate::agents;

/// The last messages among which the person's words are looked for.
const LOOK_BACK: u32 = 200;
/// The most characters of the person's words, and of a reason, in a note.
const MOST_QUOTED: usize = 500;

/// From whom a run took its conversation over; sealed with its request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct HandedFrom {
    /// The run that ended.
    pub run: RunId,
    /// Its agent's name.
    pub agent: String,
    /// Why.
    pub reason: Option<String>,
    /// Whether the agent speaks first.
    pub first_message: bool,
    /// The words with which it does, where they are its own: then it says these, and listens.
    #[serde(default)]
    pub greeting: Option<String>,
    /// What the person said last, where the agent is to answer it and it does not stand in its messages at the end.
    pub last_words: Option<String>,
    /// How often the conversation was handed on since a person spoke.
    pub handoffs: u32,
    /// The conversation, which is the same whatever thread it goes on in.
    pub conversation: String,
}

/// To whom, and how.
pub(super) struct Successor {
    pub agent: AgentId,
    pub pass_context: bool,
    pub first_message: bool,
    pub reason: Option<String>,
}

/// All that is to be kept of the run that goes on.
pub(super) async fn next(carrier: &Carrier, scene: &Scene, to: Successor) -> Result<Handed, Fault> {
    let (app, run, kept) = (&carrier.app, carrier.run(), &carrier.kept);
    let agent = agents::runnable(app, &scene.caller, &to.agent.to_string()).await?;
    crate::models::resolve(app, run.organization_id, &agent.model).await?;
    let thread = app.store().thread(run.organization_id, run.thread_id).await?;
    let thread = thread.ok_or_else(|| Fault::not_found("thread", run.thread_id))?;
    let words = last_words(app.store().last_messages(thread.id, LOOK_BACK).await?);
    let new_thread = (!to.pass_context).then(|| successor_thread(carrier, &thread, &agent));
    let said = ChatMessage::User { content: words.clone() }.text();
    // The variables of the old thread are not vouched for by whoever writes them to the new one, but by the run.
    let mut context = kept.context.clone();
    if new_thread.is_some() && scene.caller.is_context_trusted() {
        context = thread.context.clone();
        context.extend(kept.context.clone());
    }
    let caller = kept.caller.as_asked(&scene.caller);
    let turn = crate::conversation::turn_of(app, run.organization_id, kept.conversation, &agent).await?;
    let (talk, greeting) = turn.map_or((None, None), |(talk, first)| (Some(talk), first));
    let request = RunRequest {
        context,
        metadata: metadata(run),
        channel: kept.channel,
        webhook: kept.webhook.clone(),
        news: kept.news,
        dedupe_key: Some(format!("handoff:{}:{}", run.id, run.steps)),
        talk,
        ..RunRequest::new(agent.id.to_string(), words.clone())
    };
    // What the client says of it is not the server's word.
    let named = scene.context.get("conversation_id").filter(|_| scene.caller.is_context_trusted());
    let conversation = scene.established.get("conversation_id").or(named);
    let draft = Draft {
        thread_id: new_thread.as_ref().map_or(thread.id, |thread| thread.id),
        new_thread,
        // With the context, what was said stands in the thread already.
        messages: if to.pass_context { Vec::new() } else { vec![ChatMessage::User { content: words }] },
        handed: Some(HandedFrom {
            run: run.id,
            agent: run.name().to_owned(),
            reason: to.reason,
            first_message: to.first_message,
            greeting: greeting.filter(|_| to.first_message),
            last_words: (to.pass_context && !said.is_empty()).then(|| said.chars().take(MOST_QUOTED).collect()),
            handoffs: kept.handed.as_ref().map_or(0, |handed| handed.handoffs) + 1,
            conversation: conversation.and_then(Value::as_str).map_or_else(|| thread.id.to_string(), str::to_owned),
        }),
        asked: None,
        schedule: None,
        at_once: false,
    };
    // Whoever waits for the one waits for the other.
    let asker = Asker::of_successor(&carrier.row);
    let (next, _) = draw_up(app, &caller, &agent, &request, draft, &asker).await?;
    let to = HandedTo {
        agent_id: agent.id,
        agent_name: agent.name,
        thread_id: next.row.run.thread_id,
        run_id: next.row.run.id,
    };
    Ok(Handed { to, next })
}

/// A thread with the same variables and nothing that was said.
fn successor_thread(carrier: &Carrier, old: &Thread, agent: &Agent) -> Thread {
    let now = carrier.app.clock().now();
    Thread {
        id: carrier.app.ids().next(),
        organization_id: old.organization_id,
        user_id: old.user_id,
        agent_id: Some(agent.id),
        title: old.title.clone(),
        context: old.context.clone(),
        message_count: 0,
        created_at: now,
        updated_at: now,
    }
}

/// What its caller wanted kept, and where it comes from.
fn metadata(run: &Run) -> Object {
    let mut metadata = run.metadata.clone();
    metadata.remove("learned");
    metadata.insert("handed_from".to_owned(), json!({ "run_id": run.id, "agent": run.agent_name }));
    metadata
}

fn last_words(messages: Vec<ThreadMessage>) -> Vec<Part> {
    let said = messages.into_iter().rev().find_map(|message| match message.message {
        ChatMessage::User { content } => Some(content),
        _ => None,
    });
    said.unwrap_or_default()
}

/// The messages of a run that took a conversation over: with a note before its own, which no thread keeps, that tells
/// the model what happened. Without it the model would take the other agent's words for its own last ones.
pub(super) fn introduced(from: &HandedFrom, run: RunId, messages: Vec<ThreadMessage>) -> Vec<ChatMessage> {
    let place = messages.iter().position(|message| message.run_id == Some(run)).unwrap_or(messages.len());
    let mut shown: Vec<ChatMessage> = messages.into_iter().map(|message| message.message).collect();
    shown.insert(place, ChatMessage::user(note(from)));
    shown
}

fn note(from: &HandedFrom) -> String {
    let reason = from.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| format!(" because: {}", reason.chars().take(MOST_QUOTED).collect::<String>()));
    let mut note = format!(
        "[This is no message of the person. The agent `{}` has handed this conversation over to you{}.",
        from.agent,
        reason.unwrap_or_default()
    );
    if let Some(words) = &from.last_words {
        note.push_str(&format!(" The person said last: \"{words}\"."));
    }
    note.push_str(match from.first_message {
        true => " Speak first: greet the person as who you are now, and go on with what they want.]",
        false => " Do not greet; answer what the person said last.]",
    });
    note
}

#[cfg(test)]
mod tests {
    use callwright_model::{IdSource, Timestamp};

    use super::*;

    #[test]
    fn the_note_stands_before_the_runs_own_messages() {
        let ids = IdSource::default();
        let (before, run): (RunId, RunId) = (ids.next(), ids.next());
        let message = |seq, run_id, text: &str| ThreadMessage {
            seq,
            run_id: Some(run_id),
            message: ChatMessage::user(text),
            created_at: Timestamp::from_micros(1),
        };
        let from = HandedFrom {
            run: before,
            agent: "Reception".to_owned(),
            reason: Some("wants a table".to_owned()),
            first_message: false,
            greeting: None,
            last_words: Some("a table for two".to_owned()),
            handoffs: 1,
            conversation: "c".to_owned(),
        };
        let shown = introduced(&from, run, vec![message(1, before, "a"), message(2, run, "b")]);
        assert_eq!((shown[0].text(), shown[2].text()), ("a".to_owned(), "b".to_owned()));
        let told = shown[1].text();
        assert!(told.contains("`Reception`") && told.contains("because: wants a table"), "{told}");
        assert!(told.contains("\"a table for two\"") && told.contains("Do not greet"), "{told}");
        let shown = introduced(&HandedFrom { first_message: true, ..from }, run, vec![message(1, before, "a")]);
        assert!(shown[1].text().contains("Speak first"));
    }
}
