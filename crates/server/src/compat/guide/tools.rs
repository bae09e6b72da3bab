//! The routes.

pub(super) mod available;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod list;
pub(super) mod share;
pub(super) mod templates;
pub(super) mod test;
pub(super) mod update;

use axum::response::{IntoResponse, Response};
use callwright_model::id::{ProposalId, ToolId};
use callwright_runtime::registry::{Action, Upserted};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::body::Json;

/// What every answer of the guide begins with.
pub(super) fn ok() -> String {
    StatusCode::OK.as_str().to_owned()
}

/// A tool was saved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::Saved)]
pub(crate) struct Saved {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// What was done.
    message: String,
    /// The tool's name.
    tool_name: String,
    /// The tool's id; absent while there is no tool yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_id: Option<ToolId>,
    /// What somebody else has to agree to first.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal_id: Option<ProposalId>,
    /// What works but may surprise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// The answer for a tool that was saved, or will be when somebody else agrees.
pub(super) fn saved(upserted: Upserted) -> Response {
    let name = upserted.tool.spec.name;
    let (status, done) = match upserted.action {
        Action::Created => (StatusCode::OK, "was created"),
        Action::Updated => (StatusCode::OK, "was updated"),
        Action::Unchanged => (StatusCode::OK, "is as it was"),
        Action::Proposed => (StatusCode::ACCEPTED, "is proposed: another person has to agree first"),
    };
    let is_there = status == StatusCode::OK;
    let saved = Saved {
        response: status.as_str().to_owned(),
        message: format!("Tool `{name}` {done}"),
        tool_name: name,
        tool_id: is_there.then_some(upserted.tool.id),
        proposal_id: upserted.proposal.map(|proposal| proposal.id),
        warnings: upserted.warnings,
    };
    (status, Json(saved)).into_response()
}

/// Something was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::Done)]
pub(crate) struct Done {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// What was done.
    message: String,
}

impl Done {
    pub(super) fn new(message: String) -> Json<Self> {
        Json(Self { response: ok(), message })
    }
}
