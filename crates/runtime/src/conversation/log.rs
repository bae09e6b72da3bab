//! The log of conversations.

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    chat::{ChatMessage, Part},
    conversation::Conversation,
    id::ConversationId,
    page::{Page, PageRequest},
    run::ThreadMessage,
};
use callwright_store::conversation::ConversationFilter;
use serde_json::json;

use crate::{App, app::require, audit, call::shape::HIDDEN};

/// A page of conversations, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: ConversationFilter,
    page: PageRequest,
) -> Result<Page<Conversation>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().conversations(caller.org_id, &filter, &page).await?)
}

/// One conversation.
pub async fn get(app: &App, caller: &Caller, id: ConversationId) -> Result<Conversation, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let row = app.store().conversation(caller.org_id, id).await?;
    Ok(row.ok_or_else(|| Fault::not_found("conversation", id))?.conversation)
}

/// A page of what was said, oldest first. What tools were told and gave is shown to whoever the conversation works for
/// and to administrators; others find in the log of executions what it does not hide.
pub async fn messages(
    app: &App,
    caller: &Caller,
    id: ConversationId,
    page: PageRequest,
) -> Result<Page<ThreadMessage>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let row = app.store().conversation(caller.org_id, id).await?.ok_or_else(|| Fault::not_found("conversation", id))?;
    let wrong = || Fault::invalid("cursor", "`cursor` is not one that this list gave");
    let (first, mut after) = match page.after.as_deref() {
        None => (0, 0),
        Some([thread, seq]) => {
            (thread.parse::<usize>().map_err(|_| wrong())?, seq.parse::<i64>().map_err(|_| wrong())?)
        }
        Some(_) => return Err(wrong()),
    };
    let mut found: Vec<(usize, ThreadMessage)> = Vec::new();
    let wanted = page.limit as usize + 1;
    for (place, thread) in row.threads().into_iter().enumerate().skip(first) {
        let most = u32::try_from(wanted - found.len()).unwrap_or(u32::MAX);
        let more = app.store().messages_after(thread, after, most).await?;
        found.extend(more.into_iter().map(|message| (place, message)));
        if found.len() >= wanted {
            break;
        }
        after = 0;
    }
    if row.conversation.user_id != caller.user_id && !caller.role.may(Right::Configure) {
        found.iter_mut().for_each(|(_, message)| hide(&mut message.message));
    }
    let page = Page::from_rows(found, page.limit, |(place, message)| vec![place.to_string(), message.seq.to_string()]);
    Ok(page.map(|(_, message)| message))
}

fn hide(message: &mut ChatMessage) {
    match message {
        ChatMessage::User { .. } => {}
        ChatMessage::Assistant { tool_calls, opaque, .. } => {
            *opaque = None;
            tool_calls.iter_mut().for_each(|call| call.arguments = json!(HIDDEN));
        }
        ChatMessage::Tool { content, .. } => *content = vec![Part::text(HIDDEN)],
    }
}

/// Deletes a conversation that is over, with all that was said and kept.
///
/// # Errors
/// Conflict `conversation_live`, and `thread_busy` while a run is at work on it.
pub async fn delete(app: &App, caller: &Caller, id: ConversationId) -> Result<(), Fault> {
    require(caller, Right::Decide, Scope::ExecutionsDecide)?;
    if !app.store().delete_conversation(caller.org_id, id).await? {
        return Err(Fault::not_found("conversation", id));
    }
    audit::write(app, caller, "conversation.delete", "conversation", id, json!({})).await
}
