//! `/api/v1/documents`: pictures and large results that tools gave.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::{
    document::Document,
    id::{ConversationId, DocumentId, ExecutionId},
    page::{Page, PageRequest},
};
use callwright_runtime::documents;
use callwright_store::document::DocumentFilter;
use http::{HeaderValue, header};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(content))
}

/// Which documents to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DocumentsQuery {
    /// Given by this execution.
    execution_id: Option<ExecutionId>,
    /// Given in this conversation.
    conversation_id: Option<ConversationId>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The organization's documents, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/documents",
    operation_id = "list_documents",
    tag = "documents",
    params(DocumentsQuery),
    responses((status = 200, description = "A page of documents", body = Page<Document>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<DocumentsQuery>,
) -> Result<Json<Page<Document>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter =
        DocumentFilter { execution_id: query.execution_id, conversation_id: query.conversation_id, user_id: None };
    Ok(Json(documents::list(&state.app, &caller, filter, page).await?))
}

/// What is known of a document.
#[utoipa::path(
    get,
    path = "/api/v1/documents/{id}",
    operation_id = "get_document",
    tag = "documents",
    params(("id" = DocumentId, Path, description = "The document")),
    responses((status = 200, description = "The document, without its bytes", body = Document)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<DocumentId>,
) -> Result<Json<Document>, ApiError> {
    Ok(Json(documents::get(&state.app, &caller, id).await?))
}

/// The bytes of a document. A picture may be looked at; anything else is for downloading, whatever it says that it is.
#[utoipa::path(
    get,
    path = "/api/v1/documents/{id}/content",
    operation_id = "get_document_content",
    tag = "documents",
    params(("id" = DocumentId, Path, description = "The document")),
    responses((status = 200, description = "The bytes", content((Vec<u8> = "application/octet-stream"), (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/gif"), (Vec<u8> = "image/webp")))),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn content(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<DocumentId>,
) -> Result<Response, ApiError> {
    let (document, bytes) = documents::content(&state.app, &caller, id).await?;
    let kind = picture(&document.media_type).unwrap_or("application/octet-stream");
    let place = if kind.starts_with("image/") { "inline" } else { "attachment" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(place)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // Opened by itself it is a page of ours: nothing in it may run.
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((headers, bytes).into_response())
}

/// The media type as it may be sent: those of pictures that were known by their bytes.
fn picture(media_type: &str) -> Option<&'static str> {
    ["image/png", "image/jpeg", "image/gif", "image/webp"].into_iter().find(|known| *known == media_type)
}
