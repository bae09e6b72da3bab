//! `/approvals/{ticket}/{secret}`: the page behind a signed link.
//!
//! Mail scanners and chat previews follow links, so looking decides nothing: deciding is a POST of the form on the
//! page. Whoever has the link may decide once; no script, nothing from elsewhere, and the address is not passed on.

use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use callwright_model::{
    Fault,
    id::TicketId,
    ticket::{Ticket, TicketState},
};
use callwright_runtime::approvals::{self, Verdict};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    body::{self, Json, Path},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(show, decide))
}

/// A decision by a signed link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LinkDecision {
    /// `approve` or `deny`.
    decision: Choice,
    /// Why.
    #[serde(default)]
    note: Option<String>,
    /// The ticket's `revised` that was looked at.
    #[serde(default)]
    revised: Option<i64>,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Choice {
    /// Yes.
    Approve,
    /// No.
    Deny,
}

/// The page behind a signed link: what is asked, and two buttons. It decides nothing by itself.
#[utoipa::path(
    get,
    path = "/approvals/{ticket}/{secret}",
    operation_id = "show_approval_link",
    tag = "approvals",
    params(
        ("ticket" = TicketId, Path, description = "The ticket"),
        ("secret" = String, Path, description = "What makes the link hard to guess"),
    ),
    responses((status = 200, description = "A page for people", body = String, content_type = "text/html")),
    extensions(("x-right" = json!("public"))),
)]
async fn show(
    State(state): State<ServerState>,
    Path((ticket, secret)): Path<(TicketId, String)>,
) -> Result<Response, ApiError> {
    let (ticket, link) = approvals::by_link(&state.app, ticket, &secret).await?;
    let used = ticket.standing().iter().any(|decision| decision.link == Some(link));
    Ok(page(&ticket, ticket.state == TicketState::Open && !used, None))
}

/// Decides by a signed link, which is good for one decision. Takes JSON, or the form of the page.
#[utoipa::path(
    post,
    path = "/approvals/{ticket}/{secret}",
    operation_id = "decide_by_link",
    tag = "approvals",
    params(
        ("ticket" = TicketId, Path, description = "The ticket"),
        ("secret" = String, Path, description = "What makes the link hard to guess"),
    ),
    request_body = LinkDecision,
    responses((status = 200, description = "The ticket as it is now; as a page for whoever sent the form", body = Ticket)),
    extensions(("x-right" = json!("public"))),
)]
async fn decide(
    State(state): State<ServerState>,
    Path((ticket, secret)): Path<(TicketId, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    // First, so that nobody without the link learns anything, nor has a body read for them.
    approvals::by_link(&state.app, ticket, &secret).await?;
    let bytes = body::read(body, &state).await?;
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let said: LinkDecision = if is_form {
        serde_urlencoded::from_bytes(&bytes).map_err(|error| Fault::invalid("decision", error.to_string()))?
    } else {
        body::parse_as_json(&headers, &bytes)?
    };
    let approve = said.decision == Choice::Approve;
    let note = said.note.filter(|note| !note.trim().is_empty());
    let verdict = Verdict { approve, note, arguments: None, revised: said.revised };
    match approvals::decide_by_link(&state.app, ticket, &secret, verdict).await {
        Ok(ticket) if is_form => {
            let left = usize::from(ticket.rule.count).saturating_sub(ticket.approvals());
            let said = match (approve, left) {
                (false, _) => "You denied it. Nothing is done.".to_owned(),
                (true, 0) => "You approved it. It is carried out now.".to_owned(),
                (true, left) => format!("You approved it. {left} more must agree."),
            };
            Ok(page(&ticket, false, Some(&said)))
        }
        Ok(ticket) => Ok(Json(ticket).into_response()),
        Err(fault) => Err(fault.into()),
    }
}

fn page(ticket: &Ticket, is_open: bool, said: Option<&str>) -> Response {
    let shown = &ticket.shown;
    let arguments = serde_json::to_string_pretty(&shown.arguments).unwrap_or_default();
    let state = said.map_or_else(
        || if is_open { String::new() } else { format!("This request is {}.", ticket.state.as_str()) },
        str::to_owned,
    );
    let form = if is_open {
        format!(
            "<form method=post><input type=hidden name=revised value={}><label>Note <input name=note maxlength=1000></label>\
             <p><button name=decision value=approve class=yes>Approve</button> \
             <button name=decision value=deny>Deny</button></p></form>",
            ticket.revised
        )
    } else {
        String::new()
    };
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Approval: {title}</title><style>body{{font:16px/1.5 system-ui,sans-serif;background:#0d1117;color:#e6edf3;\
         max-width:42rem;margin:2rem auto;padding:0 1rem}}pre{{background:#161b22;padding:1rem;overflow:auto;border-radius:6px}}\
         button{{font:inherit;padding:.5rem 1.2rem;border:0;border-radius:6px;background:#30363d;color:#e6edf3}}\
         .yes{{background:#238636}}input{{font:inherit;width:100%;box-sizing:border-box;padding:.4rem;background:#161b22;\
         color:inherit;border:1px solid #30363d;border-radius:6px}}small{{color:#8b949e}}</style>\
         <h1>{title}</h1><p>{description}</p><p><small>tool <b>{tool}</b> {version}, {effect}; ticket {id}; until {until}</small></p>\
         <pre>{arguments}</pre><p role=status><b>{state}</b></p>{form}</html>",
        title = escape(&shown.title),
        description = escape(&shown.description),
        tool = escape(&ticket.tool_name),
        version = escape(&shown.version),
        effect = escape(&shown.effect),
        id = ticket.id,
        until = ticket.expires_at,
        arguments = escape(&arguments),
        state = escape(&state),
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            ),
        ),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::OK, headers, html).into_response()
}

pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_wrote_stays_text() {
        assert_eq!(escape("<script>'\"&"), "&lt;script&gt;&#39;&quot;&amp;");
    }
}
