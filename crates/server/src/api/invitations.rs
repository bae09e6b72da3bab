//! `/api/v1/invitations`: how somebody new comes in.

use axum::extract::State;
use callwright_model::{
    account::{Invitation, Member, Role},
    id::InvitationId,
    page::Page,
    secret::SecretString,
};
use callwright_runtime::account::invitation::{self, Accept};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{self, Authed, ClientAddr},
    body::{Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(delete)).routes(routes!(accept))
}

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Invite {
    /// Their e-mail address.
    #[schema(max_length = 254)]
    email: String,
    /// What they will be, at most one's own role.
    role: Role,
}

/// An invitation with its text.
#[derive(Serialize, ToSchema)]
struct InvitationMade {
    /// The text to send to the address; shown this once.
    token: String,
    /// What is known of it from now on.
    #[serde(flatten)]
    about: Invitation,
}

/// An invitation that is taken up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptInvitation {
    /// The text of the invitation.
    token: String,
    /// One's name; not needed by who has an account already.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// A new password, or that of the account one has already.
    #[schema(format = Password, min_length = 10, max_length = 256)]
    password: String,
}

/// The invitations that were not taken up, oldest first; expired ones too.
#[utoipa::path(
    get,
    path = "/api/v1/invitations",
    operation_id = "list_invitations",
    tag = "members",
    params(PageQuery),
    responses((status = 200, description = "A page of invitations", body = Page<Invitation>)),
    extensions(("x-right" = json!("govern")), ("x-scope" = json!("admin"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Invitation>>, ApiError> {
    Ok(Json(invitation::list(&state.app, &caller, &query.request()?).await?))
}

/// Invite an e-mail address. Send the text in the answer there; it is good for seven days.
#[utoipa::path(
    post,
    path = "/api/v1/invitations",
    operation_id = "create_invitation",
    tag = "members",
    request_body = Invite,
    responses((status = 201, description = "The invitation", body = InvitationMade)),
    extensions(("x-right" = json!("govern")), ("x-scope" = json!("admin"))),
)]
async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(request): Json<Invite>,
) -> Result<(StatusCode, Json<InvitationMade>), ApiError> {
    let (text, about) = invitation::create(&state.app, &caller, &request.email, request.role).await?;
    Ok((StatusCode::CREATED, Json(InvitationMade { token: text.expose().to_owned(), about })))
}

/// Withdraw an invitation.
#[utoipa::path(
    delete,
    path = "/api/v1/invitations/{id}",
    operation_id = "delete_invitation",
    tag = "members",
    params(("id" = InvitationId, Path, description = "The invitation's id")),
    responses((status = 204, description = "Withdrawn")),
    extensions(("x-right" = json!("govern")), ("x-scope" = json!("admin"))),
)]
async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<InvitationId>,
) -> Result<StatusCode, ApiError> {
    invitation::delete(&state.app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take an invitation up: makes the account, or joins with the one that the address has. Then sign in.
#[utoipa::path(
    post,
    path = "/api/v1/invitations/accept",
    operation_id = "accept_invitation",
    tag = "members",
    request_body = AcceptInvitation,
    responses(
        (status = 200, description = "What one is now", body = Member),
        (status = 401, description = "The account's password is wrong", body = crate::error::ErrorBody),
    ),
    extensions(("x-right" = json!("public"))),
)]
async fn accept(
    State(state): State<ServerState>,
    ClientAddr(client): ClientAddr,
    headers: HeaderMap,
    Json(request): Json<AcceptInvitation>,
) -> Result<Json<Member>, ApiError> {
    auth::check_origin(&headers, &state)?;
    let accept = Accept {
        token: SecretString::new(request.token),
        name: request.name,
        password: SecretString::new(request.password),
        client,
    };
    Ok(Json(invitation::accept(&state.app, accept).await?))
}
