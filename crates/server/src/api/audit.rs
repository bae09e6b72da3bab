//! `/api/v1/audit`: who changed what, page by page or all of it as NDJSON; and whether that is still what was written.

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use callwright_model::{
    Fault, Timestamp,
    account::Caller,
    audit::{AuditRow, Head},
    id::UserId,
    page::{MAX_LIMIT, Page, PageRequest},
};
use callwright_runtime::{
    App,
    account::audit_log::{self, Verified},
};
use callwright_store::audit::AuditFilter;
use futures_util::{Stream, stream};
use http::{HeaderValue, header};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(export)).routes(routes!(verify))
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
    /// Of this action, for example `tool.update`; with a dot at the end, of every action that begins so: `tool.`.
    action: Option<String>,
    /// By this user.
    user_id: Option<UserId>,
    /// About a thing of this kind, for example `tool`.
    target_kind: Option<String>,
    /// About this thing: an id or a name.
    target_id: Option<String>,
    /// Action, target or details contain this, in any letter case.
    text: Option<String>,
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

/// Which rows to export.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ExportQuery {
    /// Of this action; with a dot at the end, of every action that begins so.
    action: Option<String>,
    /// By this user.
    user_id: Option<UserId>,
    /// About a thing of this kind.
    target_kind: Option<String>,
    /// About this thing: an id or a name.
    target_id: Option<String>,
    /// Action, target or details contain this, in any letter case.
    text: Option<String>,
    /// At or after this time.
    since: Option<Timestamp>,
    /// Before this time.
    until: Option<Timestamp>,
}

/// From where to verify.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct VerifyQuery {
    /// From behind this row, which was verified earlier; from the first row when absent.
    #[param(minimum = 1)]
    after_seq: Option<i64>,
    /// That row's hash.
    after_hash: Option<String>,
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
        target_kind: query.target_kind,
        target_id: query.target_id,
        text: query.text,
        since: query.since,
        until: query.until,
    };
    if query.format == AuditFormat::Json {
        let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
        let page = audit_log::list(&state.app, &caller, &filter, &page).await?;
        return Ok(Json(page).into_response());
    }
    let page = PageRequest::parse(Some(MAX_LIMIT), query.cursor.as_deref())?;
    let first = audit_log::list(&state.app, &caller, &filter, &page).await?;
    Ok(Export { app: state.app, caller, filter, is_chain: false, next: Some(first) }.into_response())
}

/// The log in the order of its chain, oldest first: what can be kept elsewhere and verified without a server.
#[utoipa::path(
    get,
    path = "/api/v1/audit/export",
    operation_id = "export_audit",
    tag = "audit",
    params(ExportQuery),
    responses((status = 200, description = "One row a line", content((AuditRow = "application/x-ndjson")))),
    extensions(("x-right" = json!("govern")), ("x-scope" = json!("admin"))),
)]
async fn export(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ApiError> {
    let filter = AuditFilter {
        action: query.action,
        user_id: query.user_id,
        target_kind: query.target_kind,
        target_id: query.target_id,
        text: query.text,
        since: query.since,
        until: query.until,
    };
    let first = audit_log::export(&state.app, &caller, &filter, &PageRequest::first(MAX_LIMIT)).await?;
    Ok(Export { app: state.app, caller, filter, is_chain: true, next: Some(first) }.into_response())
}

/// Whether the log is still what was written: every row is hashed again, and each hash compared with the next row's.
#[utoipa::path(
    get,
    path = "/api/v1/audit/verify",
    operation_id = "verify_audit",
    tag = "audit",
    params(VerifyQuery),
    responses((status = 200, description = "What was found, also when the chain is broken", body = Verified)),
    extensions(("x-right" = json!("govern")), ("x-scope" = json!("admin"))),
)]
async fn verify(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<VerifyQuery>,
) -> Result<Json<Verified>, ApiError> {
    let after = match (query.after_seq, query.after_hash) {
        (None, None) => None,
        (Some(seq), Some(hash)) if seq > 0 => Some(Head { seq, hash }),
        (Some(_), Some(_)) => return Err(Fault::invalid("after_seq", "`after_seq` counts from 1").into()),
        _ => return Err(Fault::invalid("after_hash", "`after_seq` and `after_hash` go together").into()),
    };
    Ok(Json(audit_log::verify(&state.app, &caller, after).await?))
}

/// An export under way: it holds one page at a time, and reads the next when the client took this one.
struct Export {
    app: App,
    caller: Caller,
    filter: AuditFilter,
    is_chain: bool,
    next: Option<Page<AuditRow>>,
}

impl Export {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/x-ndjson");
        let name = HeaderValue::from_static("attachment; filename=\"audit.ndjson\"");
        let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
        (headers, Body::from_stream(self.into_stream())).into_response()
    }

    fn into_stream(self) -> impl Stream<Item = Result<Bytes, Fault>> {
        stream::try_unfold(self, |mut export| async move {
            let Some(page) = export.next.take() else { return Ok(None) };
            let mut lines = Vec::new();
            for row in page.items {
                serde_json::to_writer(&mut lines, &row).map_err(Fault::internal)?;
                lines.push(b'\n');
            }
            if let Some(cursor) = page.next_cursor {
                let page = PageRequest::parse(Some(MAX_LIMIT), Some(&cursor))?;
                export.next = Some(export.page(&page).await?);
            }
            Ok(Some((Bytes::from(lines), export)))
        })
    }

    async fn page(&self, page: &PageRequest) -> Result<Page<AuditRow>, Fault> {
        if self.is_chain {
            return audit_log::export(&self.app, &self.caller, &self.filter, page).await;
        }
        audit_log::list(&self.app, &self.caller, &self.filter, page).await
    }
}
