//! Members of every role, and an organization next door.

use serde_json::json;

use crate::{Api, Server};

/// The password of everybody who is invited here.
pub const PASSWORD: &str = "correct horse battery";

/// A member of an organization.
#[derive(Clone)]
pub struct Person {
    /// The user's id.
    pub id: String,
    /// The e-mail address; the password is [`PASSWORD`].
    pub email: String,
    /// A client with an API token of their own, which has their role and no scopes.
    pub api: Api,
}

impl Person {
    /// Invites `email` as `admin`, takes the invitation up, signs in, and makes an API token.
    #[track_caller]
    pub fn invite(admin: &Api, email: &str, role: &str) -> Self {
        let id = join(admin, email, role);
        let anybody = admin.anonymous();
        let short = anybody.post("/token/get_token", json!({"email": email, "password": PASSWORD})).expect(200);
        let short = admin.with_token(short["token"].as_str().expect("a token"));
        let token = short.post("/api/v1/tokens", json!({"name": "test"})).expect(201);
        let api = admin.with_token(token["token"].as_str().expect("a token"));
        Self { id, email: email.to_owned(), api }
    }
}

/// Invites `email` and takes the invitation up; gives the user's id.
#[track_caller]
pub fn join(admin: &Api, email: &str, role: &str) -> String {
    let invitation = admin.post("/api/v1/invitations", json!({"email": email, "role": role})).expect(201);
    let accept = json!({"token": invitation["token"], "name": email, "password": PASSWORD});
    let member = admin.anonymous().post("/api/v1/invitations/accept", accept).expect(200);
    member["user_id"].as_str().expect("an id").to_owned()
}

/// Makes another organization in the same database, and gives a client as its owner. There is no way to do that over
/// the API yet, so it is written into the database, for which the server is stopped and started again.
#[track_caller]
pub fn other_organization(server: &mut Server) -> Api {
    let api = server.api();
    // A token that nobody has used yet becomes that of the other owner.
    let token = api.post("/api/v1/tokens", json!({"name": "other"})).expect(201);
    let id = token["id"].as_str().expect("an id");
    let digits = id.trim_start_matches("tok_");
    let (org, user) = (format!("org_{digits}"), format!("user_{digits}"));
    server.terminate();
    for statement in [
        format!("INSERT INTO organization (id, name, created_at) VALUES ('{org}', 'Other', 1)"),
        format!(
            "INSERT INTO app_user (id, email, name, created_at) VALUES ('{user}', 'other@example.org', 'Other', 1)"
        ),
        format!("INSERT INTO member (org_id, user_id, role, created_at) VALUES ('{org}', '{user}', 'owner', 1)"),
        format!("UPDATE token SET org_id = '{org}', user_id = '{user}' WHERE id = '{id}'"),
    ] {
        server.sql(&statement);
    }
    server.restart();
    api.with_token(token["token"].as_str().expect("a token"))
}
