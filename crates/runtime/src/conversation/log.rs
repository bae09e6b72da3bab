//! The log of conversations.

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    conversation::Conversation,
    id::ConversationId,
    page::{Page, PageRequest},
    run::ThreadMessage,
};
use callwright_store::conversation::ConversationFilter;
use serde_json::json;

use crate::{App, app::require, audit};

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

/// A page of what was said, oldest first.
pub async fn messages(
    app: &App,
    caller: &Caller,
    id: ConversationId,
    page: PageRequest,
) -> Result<Page<ThreadMessage>, Fault> {
    let conversation = get(app, caller, id).await?;
    let after = match page.after.as_deref() {
        None => 0,
        Some([key]) => key.parse().map_err(|_| Fault::invalid("cursor", "`cursor` is not one that this list gave"))?,
        Some(_) => return Err(Fault::invalid("cursor", "`cursor` is not one that this list gave")),
    };
    let rows = app.store().messages_after(conversation.thread_id, after, page.limit + 1).await?;
    Ok(Page::from_rows(rows, page.limit, |message| vec![message.seq.to_string()]))
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
