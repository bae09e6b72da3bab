//! `/api/v1/audit`: who changed what, page by page or all of it as NDJSON.

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use callwright_model::{
    Fault, Timestamp,
    account::Caller,
    id::{AuditId, TokenId, UserId},
    page::{MAX_LIMIT, Page, PageRequest},
};
use callwright_runtime::{App, account::audit_log};
use callwright_store::audit::{AuditEntry, AuditFilter};
use futures_util::{Stream, stream};
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A form in which the log can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AuditFormat {
    /// One page.
    #[default]
    Json,
    /// Everything that fits the filter, one JSON object a line.
    Ndjson,
}

/// Which rows to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct AuditQuery {
    /// Of this action, for example `tool.update`.
    action: Option<String>,
    /// By this user.
    user_id: Option<UserId>,
    /// About this thing: an id or a name.
    target_id: Option<String>,
    /// At or after this time.
    since: Option<Timestamp>,
    /// Before this time.
    until: Option<Timestamp>,
    /// `ndjson` gives everything at once.
    #[serde(default)]
    #[param(inline)]
    format: AuditFormat,
    /// The most items to give, 50 when absent. Not for `ndjson`.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Something that was changed.
#[derive(Debug, Serialize, ToSchema)]
struct AuditRow {
    /// Its id.
    id: AuditId,
    /// When.
    at: Timestamp,
    /// Who; nobody when the server did it by itself.
    user_id: Option<UserId>,
    /// With which token or session.
    token_id: Option<TokenId>,
    /// What was done, for example `tool.update`.
    action: String,
    /// The kind of thing that it was done to.
    target_kind: String,
    /// Which one: an id or a name.
    target_id: String,
    /// What else is worth knowing.
    #[schema(value_type = Object)]
    details: Value,
    /// The request that asked for it.
    request_id: Option<String>,
}

/// What was changed, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "list_audit",
    tag = "audit",
    params(AuditQuery),
    responses((
        status = 200,
        description = "A page, or with `format=ndjson` one row a line",
        content((Page<AuditRow> = "application/json"), (AuditRow = "application/x-ndjson")),
    )),
    extensions(("x-right" = json!("govern")), ("x-scope" = json!("admin"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<AuditQuery>,
) -> Result<Response, ApiError> {
    let filter = AuditFilter {
        action: query.action,
        user_id: query.user_id,
        target_id: query.target_id,
        since: query.since,
        until: query.until,
    };
    if query.format == AuditFormat::Json {
        let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
        let page = audit_log::list(&state.app, &caller, &filter, &page).await?;
        return Ok(Json(page.map(AuditRow::from)).into_response());
    }
    let page = PageRequest::parse(Some(MAX_LIMIT), query.cursor.as_deref())?;
    let first = audit_log::list(&state.app, &caller, &filter, &page).await?;
    let export = Export { app: state.app, caller, filter, next: Some(first) };
    let kind = HeaderValue::from_static("application/x-ndjson");
    let name = HeaderValue::from_static("attachment; filename=\"audit.ndjson\"");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(export.into_stream())).into_response())
}

/// An export under way: it holds one page at a time, and reads the next when the client took this one.
struct Export {
    app: App,
    caller: Caller,
    filter: AuditFilter,
    next: Option<Page<AuditEntry>>,
}

impl Export {
    fn into_stream(self) -> impl Stream<Item = Result<Bytes, Fault>> {
        stream::try_unfold(self, |mut export| async move {
            let Some(page) = export.next.take() else { return Ok(None) };
            let mut lines = Vec::new();
            for entry in page.items {
                serde_json::to_writer(&mut lines, &AuditRow::from(entry)).map_err(Fault::internal)?;
                lines.push(b'\n');
            }
            if let Some(cursor) = page.next_cursor {
                let page = PageRequest::parse(Some(MAX_LIMIT), Some(&cursor))?;
                export.next = Some(audit_log::list(&export.app, &export.caller, &export.filter, &page).await?);
            }
            Ok(Some((Bytes::from(lines), export)))
        })
    }
}

impl From<AuditEntry> for AuditRow {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            user_id: entry.user_id,
            token_id: entry.token_id,
            action: entry.action,
            target_kind: entry.target_kind,
            target_id: entry.target_id,
            details: entry.details,
            request_id: entry.request_id,
        }
    }
}
