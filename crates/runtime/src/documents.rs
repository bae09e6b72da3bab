//! Documents: pictures and large results, kept beside the log and shown to models as what they are.
//!
//! What a result, a thread and the log hold of one is its id. Its bytes are sealed, bounded, and thrown away in time.

mod found;

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use callwright_model::{
    Block, Fault,
    account::{Caller, Right, Scope},
    chat::{ChatMessage, Part},
    document::{Document, picture_type},
    id::{ConversationId, DocumentId, ExecutionId, OrgId},
    page::{Page, PageRequest},
};
use callwright_store::document::DocumentFilter;

pub(crate) use found::take_out;

use crate::{App, app::require};

/// The most documents of one execution.
const MOST: u32 = 32;
/// The most documents of one conversation.
const MOST_OF_CONVERSATION: i64 = 200;
/// The most bytes of them.
const MOST_BYTES: i64 = 64 << 20;
/// The same for a conversation with a stranger, and for those of an organization with all strangers.
const MOST_OF_STRANGER: i64 = 8 << 20;
const MOST_OF_STRANGERS: i64 = 1 << 30;
/// The last pictures of a thread that a model is shown; what came before is told by its name.
const MOST_SHOWN: usize = 8;

/// Something to keep.
pub(crate) struct Thing<'a> {
    pub org: OrgId,
    pub execution: ExecutionId,
    pub conversation: Option<ConversationId>,
    /// Which of the things that its execution gave.
    pub position: i64,
    pub name: String,
    pub media_type: &'a str,
    pub bytes: &'a [u8],
}

/// A page of documents, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: DocumentFilter,
    page: PageRequest,
) -> Result<Page<Document>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().documents(caller.org_id, filter, &page).await?)
}

/// One document, without its bytes.
pub async fn get(app: &App, caller: &Caller, id: DocumentId) -> Result<Document, Fault> {
    require(caller, Right::View, Scope::Read)?;
    app.store().document(caller.org_id, id).await?.ok_or_else(|| Fault::not_found("document", id))
}

/// A page of the documents that the caller's own executions gave, newest first.
///
/// # Errors
/// Forbidden without the scope `mcp` or `read`.
pub async fn own(app: &App, caller: &Caller, page: PageRequest) -> Result<Page<Document>, Fault> {
    may_see_own(caller)?;
    let filter = DocumentFilter { user_id: Some(caller.user_id), ..DocumentFilter::default() };
    Ok(app.store().documents(caller.org_id, filter, &page).await?)
}

/// One of them with its bytes, by its id, or by the address that its tool gave it: the newest of that name.
///
/// # Errors
/// Forbidden; not found.
pub async fn own_content(app: &App, caller: &Caller, name: &str) -> Result<(Document, Vec<u8>), Fault> {
    may_see_own(caller)?;
    let (id, named) = match name.parse::<DocumentId>() {
        Ok(id) => (Some(id), None),
        Err(_) => (None, Some(name.to_owned())),
    };
    let found = app.store().document_of_user(caller.org_id, caller.user_id, id, named.as_deref()).await?;
    let document = found.ok_or_else(|| Fault::not_found("document", name))?;
    let bytes = bytes(app, caller.org_id, document.id).await?.ok_or_else(|| Fault::not_found("document", name))?;
    Ok((document, bytes))
}

fn may_see_own(caller: &Caller) -> Result<(), Fault> {
    match caller.may(Right::View, Scope::Mcp) || caller.may(Right::View, Scope::Read) {
        true => Ok(()),
        false => Err(Fault::forbidden("this token lacks the scope `mcp` or `read`")),
    }
}

/// Keeps the resources that a tool gave in its result, so that they can be read again by their address.
pub(crate) async fn keep_resources(
    app: &App,
    (org, execution, conversation): (OrgId, ExecutionId, Option<ConversationId>),
    blocks: &[Block],
) -> Result<(), Fault> {
    for (position, block) in blocks.iter().enumerate() {
        let Block::Resource { uri, mime_type, text, blob } = block else { continue };
        let bytes = match (text, blob) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(blob)) => match STANDARD.decode(blob) {
                Ok(bytes) => bytes,
                Err(_) => continue,
            },
            (None, None) => continue,
        };
        let thing = Thing {
            org,
            execution,
            conversation,
            position: i64::try_from(position).unwrap_or(i64::MAX),
            name: uri.clone(),
            media_type: mime_type.as_deref().unwrap_or("text/plain"),
            bytes: &bytes,
        };
        keep(app, thing).await?;
    }
    Ok(())
}

/// A document with its bytes.
pub async fn content(app: &App, caller: &Caller, id: DocumentId) -> Result<(Document, Vec<u8>), Fault> {
    let document = get(app, caller, id).await?;
    if !may_read(app, caller, &document).await? {
        return Err(Fault::forbidden(
            "the log hides parts of what this tool gives; only whoever called it, and administrators, may read it whole",
        ));
    }
    let bytes = bytes(app, caller.org_id, id).await?.ok_or_else(|| Fault::not_found("document", id))?;
    Ok((document, bytes))
}

/// Whether a document may be read: whoever's call gave it, and administrators, read all; others what the log shows too.
async fn may_read(app: &App, caller: &Caller, document: &Document) -> Result<bool, Fault> {
    if caller.role.may(Right::Configure) {
        return Ok(true);
    }
    let Some(execution) = document.execution_id else { return Ok(false) };
    let Some(execution) = app.store().execution(caller.org_id, execution).await? else { return Ok(false) };
    if execution.user_id == Some(caller.user_id) {
        return Ok(true);
    }
    let found = app.tools().find(app, caller.org_id, &execution.tool_id.to_string(), None).await?;
    Ok(found.is_some_and(|found| found.tool.tool.spec.redact.is_empty() && !found.tool.shaper.hides()))
}

async fn bytes(app: &App, org: OrgId, id: DocumentId) -> Result<Option<Vec<u8>>, Fault> {
    match app.store().document_body(org, id).await? {
        Some(sealed) => app.vault().unseal(org, &sealed).await.map(Some),
        None => Ok(None),
    }
}

/// Keeps a thing, once for its place in its execution. None: it is too large, or there are too many.
pub(crate) async fn keep(app: &App, thing: Thing<'_>) -> Result<Option<Document>, Fault> {
    let talk = &app.settings().talk;
    if thing.bytes.len() > talk.document_bytes || thing.position >= i64::from(MOST) {
        return Ok(None);
    }
    if let Some(conversation) = thing.conversation
        && !has_room(app, thing.org, conversation, thing.bytes.len()).await?
    {
        return Ok(None);
    }
    let now = app.clock().now();
    let document = Document {
        id: app.ids().next(),
        organization_id: thing.org,
        execution_id: Some(thing.execution),
        conversation_id: thing.conversation,
        position: thing.position,
        name: thing.name,
        media_type: thing.media_type.to_owned(),
        size: i64::try_from(thing.bytes.len()).unwrap_or(i64::MAX),
        created_at: now,
        expires_at: talk.document_retention.map(|kept| now.plus(kept)),
    };
    let sealed = app.vault().seal(thing.org, thing.bytes).await?;
    if app.store().put_document(&document, &sealed).await? {
        app.tools().note(thing.org);
        return Ok(Some(document));
    }
    // Whoever was here before has kept the same.
    let kept = app.store().documents_of(thing.org, thing.execution, MOST).await?;
    Ok(kept.into_iter().find(|kept| kept.position == document.position))
}

/// Whether a conversation may keep so many bytes more.
async fn has_room(app: &App, org: OrgId, conversation: ConversationId, bytes: usize) -> Result<bool, Fault> {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    let (count, size) = app.store().documents_in(org, conversation).await?;
    if count >= MOST_OF_CONVERSATION || size.saturating_add(bytes) > MOST_BYTES {
        return Ok(false);
    }
    Ok(match app.store().documents_of_strangers(org, conversation).await? {
        None => true,
        Some(all) => size.saturating_add(bytes) <= MOST_OF_STRANGER && all.saturating_add(bytes) <= MOST_OF_STRANGERS,
    })
}

/// How a result refers to a document.
pub(crate) fn link(app: &App, document: &Document) -> Block {
    Block::ResourceLink {
        uri: app.public_address(&format!("/api/v1/documents/{}/content", document.id)),
        name: document.id.to_string(),
        mime_type: Some(document.media_type.clone()),
    }
}

/// The pictures that an execution gave, for a model.
pub(crate) async fn pictures(app: &App, org: OrgId, execution: ExecutionId) -> Result<Vec<Part>, Fault> {
    let kept = app.store().documents_of(org, execution, MOST).await?;
    Ok(kept.iter().filter_map(part).collect())
}

/// How a thread refers to a picture.
pub(crate) fn part(document: &Document) -> Option<Part> {
    let is_picture = document.media_type.starts_with("image/");
    is_picture.then(|| Part::Document { document: document.id, media_type: document.media_type.clone() })
}

/// Keeps a picture that a tool gave in its result, and refers to it. None: it is none, or cannot be kept.
pub(crate) async fn keep_picture(
    app: &App,
    (org, execution, conversation): (OrgId, ExecutionId, Option<ConversationId>),
    position: usize,
    data: &str,
) -> Result<Option<Part>, Fault> {
    let Ok(bytes) = STANDARD.decode(data) else { return Ok(None) };
    let Some(media_type) = picture_type(&bytes) else { return Ok(None) };
    let thing = Thing {
        org,
        execution,
        conversation,
        position: i64::try_from(position).unwrap_or(i64::MAX),
        name: "picture".to_owned(),
        media_type,
        bytes: &bytes,
    };
    Ok(keep(app, thing).await?.as_ref().and_then(part))
}

/// The messages with their pictures in them, the last ones at least, as a model is given them.
pub(crate) async fn shown<'a>(
    app: &App,
    org: OrgId,
    messages: &'a [ChatMessage],
) -> Result<Cow<'a, [ChatMessage]>, Fault> {
    let is_there = |message: &ChatMessage| content_of(message).iter().any(|part| matches!(part, Part::Document { .. }));
    if !messages.iter().any(is_there) {
        return Ok(Cow::Borrowed(messages));
    }
    let mut left = MOST_SHOWN;
    let mut shown = messages.to_vec();
    for message in shown.iter_mut().rev() {
        let content = match message {
            ChatMessage::User { content } | ChatMessage::Tool { content, .. } => content,
            ChatMessage::Assistant { .. } => continue,
        };
        for part in content.iter_mut().rev() {
            let Part::Document { document, media_type } = part else { continue };
            let found = match left {
                0 => None,
                _ => bytes(app, org, *document).await?,
            };
            *part = match found {
                Some(bytes) => {
                    left -= 1;
                    Part::Image { media_type: media_type.clone(), data: STANDARD.encode(bytes) }
                }
                None => Part::text(format!("[the picture {document}, which is not shown any more]")),
            };
        }
    }
    Ok(Cow::Owned(shown))
}

fn content_of(message: &ChatMessage) -> &[Part] {
    match message {
        ChatMessage::User { content } | ChatMessage::Tool { content, .. } => content,
        ChatMessage::Assistant { .. } => &[],
    }
}
