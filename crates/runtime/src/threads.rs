//! Threads: conversations that runs take forward.

use callwright_model::{
    Fault, Object,
    account::{Caller, Right, Scope},
    chat::ChatMessage,
    id::{AgentId, ThreadId},
    page::{Page, PageRequest},
    run::{Thread, ThreadMessage},
};
use callwright_store::thread::ThreadFilter;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{App, agents, app::require, audit, run};

/// The most messages that a thread begins with.
const MOST_FIRST: usize = 1_000;

/// A thread as its author writes it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ThreadSpec {
    /// What to call it, at most 200 characters.
    pub title: String,
    /// The agent that it is with, by name or id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Variables that every run of it is given, at most 64 KiB. They count as verified in runs of a token that may vouch
    /// for what it sends (`context:trust`), if such a token wrote them.
    #[schema(value_type = Object)]
    pub context: Object,
    /// What was said before, for example in another system; at most 1,000 messages. Only when it is made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<ChatMessage>,
}

/// Begins a thread.
pub async fn create(app: &App, caller: &Caller, spec: ThreadSpec) -> Result<Thread, Fault> {
    require(caller, Right::Call, Scope::AgentsRun)?;
    check(&spec)?;
    let agent_id: Option<AgentId> = match &spec.agent {
        Some(agent) => Some(agents::runnable(app, caller, agent).await?.id),
        None => None,
    };
    let now = app.clock().now();
    let mut thread = Thread {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        agent_id,
        title: spec.title,
        context: spec.context,
        message_count: 0,
        created_at: now,
        updated_at: now,
    };
    let count = spec.messages.len();
    app.store().create_thread(thread.clone(), spec.messages, caller.is_context_trusted()).await?;
    thread.message_count = i64::try_from(count).unwrap_or_default();
    Ok(thread)
}

/// One thread of the organization.
pub async fn get(app: &App, caller: &Caller, id: ThreadId) -> Result<Thread, Fault> {
    let thread = app.store().thread(caller.org_id, id).await?.ok_or_else(|| Fault::not_found("thread", id))?;
    run::visible(caller, thread.user_id)?;
    Ok(thread)
}

/// A page of threads, newest first.
pub async fn list(app: &App, caller: &Caller, filter: ThreadFilter, page: PageRequest) -> Result<Page<Thread>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().threads(caller.org_id, &filter, &page).await?)
}

/// A page of a thread's messages, oldest first: what was said, word for word, and what tools were told and gave. Only
/// for whose thread it is and for administrators.
pub async fn messages(
    app: &App,
    caller: &Caller,
    id: ThreadId,
    page: PageRequest,
) -> Result<Page<ThreadMessage>, Fault> {
    let thread = get(app, caller, id).await?;
    if thread.user_id != caller.user_id && !caller.role.may(Right::Configure) {
        return Err(Fault::forbidden(
            "only whoever began this thread, and administrators, may read what is said in it",
        ));
    }
    let after = match page.after.as_deref() {
        None => 0,
        Some([key]) => key.parse().map_err(|_| Fault::invalid("cursor", "`cursor` is not one that this list gave"))?,
        Some(_) => return Err(Fault::invalid("cursor", "`cursor` is not one that this list gave")),
    };
    let rows = app.store().messages_after(thread.id, after, page.limit + 1).await?;
    Ok(Page::from_rows(rows, page.limit, |message| vec![message.seq.to_string()]))
}

/// Changes what a thread is called and its variables.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: ThreadId,
    title: Option<String>,
    context: Option<Object>,
) -> Result<Thread, Fault> {
    require(caller, Right::Call, Scope::AgentsRun)?;
    let thread = run::own_thread(app, caller, id).await?;
    let title = title.unwrap_or(thread.title);
    let new = context.clone().unwrap_or_default();
    check(&ThreadSpec { title: title.clone(), context: new, ..ThreadSpec::default() })?;
    // Its variables are as good as the word of whoever wrote them last.
    let context = context.map(|context| (context, caller.is_context_trusted()));
    app.store().update_thread(caller.org_id, id, title, context, app.clock().now()).await?;
    run::own_thread(app, caller, id).await
}

/// Deletes a thread with its messages. Its runs stay in the list, without what was said.
///
/// # Errors
/// Conflict `thread_busy`.
pub async fn delete(app: &App, caller: &Caller, id: ThreadId) -> Result<(), Fault> {
    require(caller, Right::Call, Scope::AgentsRun)?;
    let thread = run::own_thread(app, caller, id).await?;
    app.store().delete_thread(caller.org_id, id).await?;
    audit::write(app, caller, "thread.delete", "thread", id, json!({ "messages": thread.message_count })).await
}

fn check(spec: &ThreadSpec) -> Result<(), Fault> {
    if spec.title.chars().count() > 200 {
        return Err(Fault::invalid("title", "`title` may have at most 200 characters"));
    }
    if serde_json::to_string(&spec.context).map_err(Fault::internal)?.len() > agents::MOST_METADATA {
        return Err(Fault::invalid("context", "`context` may take at most 64 KiB as JSON"));
    }
    if spec.messages.len() > MOST_FIRST {
        return Err(Fault::invalid("messages", format!("`messages` may have at most {MOST_FIRST} messages")));
    }
    Ok(())
}
