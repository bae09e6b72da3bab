//! Members, invitations and roles; the audit log of all of it; secrets.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use callwright_testkit::{
    Api, Database, Options, Person, Reply, Server, Upstream, eventually, on_both,
    people::{PASSWORD, join},
};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const ADA: &str = "ada@example.org";

fn server(database: Database) -> Server {
    Server::start(Options::new(BINARY, database))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn invite(api: &Api, email: &str, role: &str) -> Reply {
    api.post("/api/v1/invitations", json!({"email": email, "role": role}))
}

fn accept(api: &Api, token: &Value) -> Reply {
    let body = json!({"token": token, "name": "Somebody", "password": PASSWORD});
    api.anonymous().post("/api/v1/invitations/accept", body)
}

#[test]
fn an_invitation_is_good_once_for_seven_days_and_up_to_the_inviters_role() {
    on_both(|database| {
        let mut server = server(database);
        let api = server.api();
        let admin = Person::invite(&api, "admin@example.org", "admin");
        assert_eq!(invite(&admin.api, ADA, "owner").status, 403);
        assert_eq!(invite(&admin.api, "not an address", "viewer").body["error"]["details"]["field"], "email");
        assert_eq!(invite(&admin.api, ADA, "king").body["error"]["details"]["field"], "role");
        let invitation = invite(&admin.api, " Ada@Example.org ", "admin").expect(201);
        assert_eq!(invitation["email"], ADA);
        let listed = admin.api.get("/api/v1/invitations");
        assert!(listed.text.contains(ADA) && !listed.text.contains(&text(&invitation["token"])[..12]), "{listed:?}");

        let member = accept(&api, &invitation["token"]).expect(200);
        assert_eq!((&member["email"], &member["role"]), (&json!(ADA), &json!("admin")));
        assert_eq!(accept(&api, &invitation["token"]).status, 404, "single use");
        assert_eq!(invite(&api, ADA, "viewer").code(), "already_member");
        assert_eq!(admin.api.get("/api/v1/invitations").expect(200)["items"], json!([]));

        let withdrawn = invite(&api, "late@example.org", "viewer").expect(201);
        api.delete(&format!("/api/v1/invitations/{}", text(&withdrawn["id"]))).expect(204);
        assert_eq!(accept(&api, &withdrawn["token"]).status, 404, "withdrawn");
        let expired = invite(&api, "late@example.org", "viewer").expect(201);
        let left = text(&expired["expires_at"]).parse::<jiff::Timestamp>().unwrap() - jiff::Timestamp::now();
        assert!((6 * 24..=7 * 24).contains(&(left.get_seconds() / 3600)), "{left}");
        server.terminate();
        server.sql("UPDATE invitation SET expires_at = 1");
        server.restart();
        assert_eq!(accept(&api, &expired["token"]).status, 404, "expired");
        assert_eq!(accept(&api, &json!("cw_nobody_sent_this")).status, 404);
        let members = api.get("/api/v1/members").expect(200);
        assert_eq!(members["items"].as_array().unwrap().len(), 3, "nobody came in by the way: {members}");
    });
}

#[test]
fn a_role_counts_at_once_and_nobody_rises_above_who_raises_them() {
    on_both(|database| {
        let server = server(database);
        let owner = server.api();
        let admin = Person::invite(&owner, "admin@example.org", "admin");
        let ada = Person::invite(&owner, ADA, "viewer");
        let me = text(&owner.get("/api/v1/me").expect(200)["user_id"]);
        let set = |api: &Api, id: &str, role: &str| api.put(&format!("/api/v1/members/{id}"), json!({"role": role}));
        let make = |name: &str| ada.api.post("/api/v1/agents", json!({"name": name})).status;

        // Ada's token was made when she was a viewer and stays one; a new sign-in has the new role.
        assert_eq!(make("a"), 403);
        assert_eq!(set(&admin.api, &ada.id, "builder").expect(200)["role"], "builder");
        assert_eq!(make("b"), 403);
        let short = owner.anonymous().post("/token/get_token", json!({"email": ADA, "password": PASSWORD})).expect(200);
        let risen = owner.with_token(text(&short["token"]));
        risen.post("/api/v1/agents", json!({"name": "c"})).expect(201);
        set(&admin.api, &ada.id, "operator").expect(200);
        assert_eq!(risen.post("/api/v1/agents", json!({"name": "d"})).status, 403, "lowered at once");
        assert_eq!(risen.get("/api/v1/me").expect(200)["role"], "operator");

        for (api, id, role) in
            [(&admin.api, &ada.id, "owner"), (&admin.api, &me, "viewer"), (&admin.api, &admin.id, "owner")]
        {
            assert_eq!(set(api, id, role).status, 403, "{role}");
        }
        assert_eq!(admin.api.delete(&format!("/api/v1/members/{me}")).status, 403);
        // There is always an owner.
        assert_eq!(set(&owner, &me, "admin").code(), "last_owner");
        assert_eq!(owner.delete(&format!("/api/v1/members/{me}")).code(), "last_owner");
        set(&owner, &ada.id, "owner").expect(200);
        set(&owner, &ada.id, "viewer").expect(200);
        // Handing over makes one owner and one admin.
        owner.post("/api/v1/organization/transfer", json!({"user_id": admin.id})).expect(204);
        assert_eq!(owner.get("/api/v1/me").expect(200)["role"], "admin");
        assert_eq!(owner.post("/api/v1/organization/transfer", json!({"user_id": ada.id})).status, 403);
        // A member who is removed is out at once.
        ada.api.get("/api/v1/me").expect(200);
        owner.delete(&format!("/api/v1/members/{}", ada.id)).expect(204);
        assert_eq!((ada.api.get("/api/v1/me").status, risen.get("/api/v1/me").status), (401, 401));
        let gone = owner.anonymous().post("/token/get_token", json!({"email": ADA, "password": PASSWORD}));
        assert_eq!(gone.status, 403, "{gone:?}");
    });
}

#[test]
fn whatever_changes_leaves_a_row_without_anything_secret() {
    on_both(|database| {
        let server = server(database);
        let api = server.api().with_header("X-Request-Id", "the-request");
        let admin = Person::invite(&api, "admin@example.org", "admin");
        let invitation = invite(&admin.api, ADA, "viewer").expect(201);
        let withdrawn = invite(&admin.api, "late@example.org", "viewer").expect(201);
        let ada = text(&accept(&api, &invitation["token"]).expect(200)["user_id"]);
        admin.api.delete(&format!("/api/v1/invitations/{}", text(&withdrawn["id"]))).expect(204);
        let short = api.anonymous().post("/token/get_token", json!({"email": ADA, "password": PASSWORD})).expect(200);
        let hers = api.with_token(text(&short["token"]));
        let change = json!({"current_password": PASSWORD, "new_password": "another good one"});
        hers.put("/api/v1/password", change).expect(204);
        hers.delete("/api/v1/session").expect(204);
        let token = admin.api.post("/api/v1/tokens", json!({"name": "spare"})).expect(201);
        admin.api.delete(&format!("/api/v1/tokens/{}", text(&token["id"]))).expect(204);
        admin.api.put("/api/v1/secrets/KEY", json!({"value": "the-secret-value"})).ok();
        admin.api.delete("/api/v1/secrets/KEY").expect(204);
        admin.api.patch("/api/v1/organization", json!({"name": "Renamed"})).expect(200);
        admin.api.put(&format!("/api/v1/members/{ada}"), json!({"role": "operator"})).expect(200);
        admin.api.delete(&format!("/api/v1/members/{ada}")).expect(204);
        api.post("/api/v1/organization/transfer", json!({"user_id": admin.id})).expect(204);

        for (action, target) in [
            ("organization.create", None),
            ("invitation.create", Some(&invitation["id"])),
            ("invitation.accept", Some(&invitation["id"])),
            ("invitation.delete", Some(&withdrawn["id"])),
            ("session.create", None),
            ("password.change", Some(&json!(ada))),
            ("session.end", None),
            ("token.create", Some(&token["id"])),
            ("token.revoke", Some(&token["id"])),
            ("secret.set", Some(&json!("KEY"))),
            ("secret.delete", Some(&json!("KEY"))),
            ("organization.rename", None),
            ("member.set_role", Some(&json!(ada))),
            ("member.remove", Some(&json!(ada))),
            ("organization.transfer", None),
        ] {
            let page = api.get(&format!("/api/v1/audit?action={action}")).expect(200);
            let rows = page["items"].as_array().unwrap();
            let row = rows.iter().find(|row| target.is_none_or(|target| row["target_id"] == *target));
            let row = row.unwrap_or_else(|| panic!("no row for {action}: {page}"));
            assert!(row["at"].is_string() && row["user_id"].is_string(), "{row}");
        }
        let mine = api.get("/api/v1/audit?action=organization.transfer").expect(200);
        assert_eq!(mine["items"][0]["request_id"], "the-request", "{mine}");
        let whole = api.get("/api/v1/audit?format=ndjson").text;
        assert!(whole.lines().count() >= 15);
        let secret = [PASSWORD, "another good one", "the-secret-value", server.token()];
        let given = [&invitation["token"], &withdrawn["token"], &short["token"], &token["token"]].map(text);
        for hidden in secret.iter().copied().chain(given.iter().map(String::as_str)) {
            assert!(!whole.contains(hidden), "the audit log shows {hidden}");
            assert!(!server.log().contains(hidden), "the log shows {hidden}");
        }
        // It goes page by page, and only for those who govern.
        let page = api.get("/api/v1/audit?limit=3").expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 3);
        let next = api.get(&format!("/api/v1/audit?limit=3&cursor={}", text(&page["next_cursor"]))).expect(200);
        assert!(
            text(&next["items"][0]["id"]) < text(&page["items"][2]["id"]),
            "newest first, without a gap or a double"
        );
    });
}

#[test]
fn a_secret_goes_in_and_never_comes_out() {
    on_both(|database| {
        let (mut server, upstream) = (server(database), Upstream::start());
        let api = server.api();
        let put = |name: &str, body: Value| api.put(&format!("/api/v1/secrets/{name}"), body);
        let first = put("KEY", json!({"value": "plain-text-of-the-organization"})).ok();
        assert_eq!((&first["name"], &first["version"]), (&json!("KEY"), &json!(1)));
        assert_eq!(put("KEY", json!({"value": "plain-text-of-the-organization-2"})).ok()["version"], 2);
        let agent = text(&api.post("/api/v1/agents", json!({"name": "Desk"})).expect(201)["id"]);
        put("KEY", json!({"value": "plain-text-of-the-agent", "agent": "Desk"})).ok();
        put("ONLY_HERS", json!({"value": "plain-text-of-hers-only", "agent": agent})).ok();
        for (bad, field) in [("1KEY", "name"), ("a-b", "name"), (&"K".repeat(65), "name")] {
            let reply = put(bad, json!({"value": "x"}));
            assert_eq!((reply.status, &reply.body["error"]["details"]["field"]), (422, &json!(field)), "{reply:?}");
        }
        assert_eq!(put("KEY", json!({"value": ""})).body["error"]["details"]["field"], "value");
        assert_eq!(put("KEY", json!({"value": "x", "agent": "Nobody"})).status, 404);

        let names = |path: &str| {
            let reply = api.get(path);
            assert!(!reply.text.contains("plain-text"), "{reply:?}");
            let items = reply.expect(200)["items"].clone();
            items.as_array().unwrap().iter().map(|item| text(&item["name"])).collect::<Vec<_>>()
        };
        assert_eq!(names("/api/v1/secrets"), ["KEY"]);
        assert_eq!(names("/api/v1/secrets?agent=Desk"), ["KEY", "ONLY_HERS"]);
        assert_eq!(api.get("/api/v1/secrets/KEY").status, 405);

        // The agent's own value wins; a value that only an agent has is missing elsewhere.
        let tool = |name: &str, key: &str| {
            let config =
                json!({"method": "GET", "url": upstream.url("/"), "headers": {"X-Key": format!("${{{key}}}")}});
            api.post("/api/v1/tools", json!({"name": name, "kind": "http", "effect": "read", "config": config}))
                .expect(201);
            api.put(&format!("/api/v1/agents/Desk/tools/{name}"), json!({})).ok();
        };
        tool("keyed", "KEY");
        tool("hers", "ONLY_HERS");
        let call = |name: &str, body: Value| api.post(&format!("/api/v1/tools/{name}/call"), body).expect(200);
        let key = || upstream.take()[0].header("x-key").map(str::to_owned);
        call("keyed", json!({}));
        assert_eq!(key().as_deref(), Some("plain-text-of-the-organization-2"));
        call("keyed", json!({"agent": "Desk"}));
        assert_eq!(key().as_deref(), Some("plain-text-of-the-agent"));
        call("hers", json!({"agent": "Desk"}));
        assert_eq!(key().as_deref(), Some("plain-text-of-hers-only"));
        let missing = call("hers", json!({}));
        assert_eq!(
            (&missing["success"], missing["error"]["message"].as_str().unwrap().contains("ONLY_HERS")),
            (&json!(false), true)
        );

        // Deleted, it is gone for the agent, and then for everybody; the tool says what it lacks.
        api.delete("/api/v1/secrets/KEY?agent=Desk").expect(204);
        call("keyed", json!({"agent": "Desk"}));
        assert_eq!(key().as_deref(), Some("plain-text-of-the-organization-2"));
        api.delete("/api/v1/secrets/KEY").expect(204);
        assert_eq!(api.delete("/api/v1/secrets/KEY").status, 404);
        let lacking = call("keyed", json!({}));
        assert!(lacking["error"]["message"].as_str().unwrap().contains("KEY"), "{lacking}");
        assert_eq!(upstream.count(), 0);
        let lent = eventually("lendings are noted", 5, || {
            let rows = api.get("/api/v1/audit?action=secret.lend").expect(200);
            (rows["items"].as_array().unwrap().len() >= 2).then(|| rows.to_string())
        });
        assert!(lent.contains("ONLY_HERS") && !lent.contains("plain-text"));

        // Nothing of it lies open on the disk.
        put("KEY", json!({"value": "plain-text-at-rest"})).ok();
        join(&api, ADA, "viewer");
        server.terminate();
        if database == Database::Sqlite {
            for file in std::fs::read_dir(server.data_dir()).unwrap() {
                let bytes = std::fs::read(file.unwrap().path()).unwrap();
                for hidden in ["plain-text", PASSWORD, server.token()] {
                    assert!(!bytes.windows(hidden.len()).any(|part| part == hidden.as_bytes()), "{hidden} lies open");
                }
            }
        } else {
            let url = server.database_url().unwrap();
            let rows = callwright_testkit::postgres::execute(url, "SELECT sealed FROM secret");
            assert!(!rows.is_empty() && !format!("{rows:?}").contains("plain-text"));
        }
        server.restart();
        call("keyed", json!({}));
        assert_eq!(key().as_deref(), Some("plain-text-at-rest"));
    });
}
