//! Ending conversations: by their sockets, and those that nobody has come back to.

use callwright_model::{
    Fault, Timestamp,
    chat::ChatMessage,
    conversation::EndReason,
    id::{ConversationId, OrgId},
    run::ThreadMessage,
};
use callwright_store::conversation::{ConversationRow, Tally};

use crate::{App, call::client};

/// Conversations seen to in one round.
const BATCH: u32 = 100;
/// Messages read at once.
const MESSAGES: u32 = 200;

/// Ends conversations whose client went away and did not come back in time. Their runs go on.
pub(crate) async fn sweep(app: &App, now: Timestamp) -> Result<(), Fault> {
    let talk = &app.settings().talk;
    let before = now.minus(talk.grace + super::session::SEEN_EVERY);
    for row in app.store().forsaken_conversations(before, BATCH).await? {
        let reason = match now.since(row.conversation.started_at) > talk.longest {
            true => EndReason::MaxDurationExceeded,
            false => EndReason::ClientGone,
        };
        // Whoever comes back meanwhile has another hold.
        end(app, &row, reason).await?;
    }
    // Called for after the goodbye, or between it and the end of a server.
    for call in app.store().deserted_calls(BATCH).await? {
        client::deserted(app, &call).await?;
    }
    Ok(())
}

/// Ends a conversation as the one that holds it by `row.hold`. False: it was over, or is another's.
pub(super) async fn end(app: &App, row: &ConversationRow, reason: EndReason) -> Result<bool, Fault> {
    let (org, id) = (row.conversation.organization_id, row.conversation.id);
    if !app.store().end_conversation(id, Some(&row.hold), reason, app.clock().now()).await? {
        return Ok(false);
    }
    app.conversations().wake(id);
    // Nobody is there who could answer: what waits for the client goes on without.
    for call in client::open_calls(app, org, id).await? {
        client::deserted(app, &call).await?;
    }
    tally(app, org, id).await?;
    Ok(true)
}

/// Brings what a conversation has come to up to date.
pub(super) async fn tally(app: &App, org: OrgId, id: ConversationId) -> Result<(), Fault> {
    let Some(row) = app.store().conversation(org, id).await? else { return Ok(()) };
    let (thread, from_seq) = (row.conversation.thread_id, row.searched_seq);
    let new = app.store().messages_after(thread, from_seq, MESSAGES).await?;
    let tally = Tally { said: words(&new), searched_seq: new.last().map_or(from_seq, |message| message.seq), from_seq };
    Ok(app.store().tally_conversation(row, tally).await?)
}

/// What was said, as it is searched.
fn words(messages: &[ThreadMessage]) -> String {
    let mut said = String::new();
    // What tools gave the log may hide.
    for message in messages.iter().filter(|message| !matches!(message.message, ChatMessage::Tool { .. })) {
        let text = message.message.text();
        if !text.is_empty() {
            said.push_str(&text.to_lowercase());
            said.push('\n');
        }
    }
    said
}
