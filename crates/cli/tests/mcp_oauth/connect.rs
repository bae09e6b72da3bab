//! Connecting: a person signs in, and nobody else in their place.

use callwright_testkit::{Options, Person, Upstream, eventually, on_both};
use serde_json::json;

use crate::{
    provider::{Provider, SECRET},
    world::{BINARY, FILES, SERVERS, World, code_of, visit},
};

#[test]
fn whoever_signs_in_with_a_session_is_connected_at_once() {
    on_both(|database| {
        let theirs = Provider::start();
        let mut world = World::new(database);
        let server = world.register(&theirs, json!({}));
        let authorization = &server["found"]["authorization"];
        assert_eq!(authorization["status"], "needs_authorization", "{server}");
        assert!(authorization["why"].as_str().unwrap().contains("mcp-server authorize files"), "{server}");
        Person::invite(&world.api, "admin@example.org", "admin");
        let browser = world.browser("admin@example.org");
        let page = browser.visit(&world.go(&browser.api));
        assert!(page.status == 200 && page.text.contains("Connected"), "{page:?}");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        let authorization = world.authorization();
        assert_eq!(authorization["status"], "connected", "{authorization}");
        assert_eq!(authorization["issuer"], json!(theirs.issuer.url("")));
        assert_eq!((&authorization["client_id"], &authorization["is_renewable"]), (&json!("client-1"), &json!(true)));
        // The scope of the challenge, and lasting access.
        assert_eq!(theirs.state().asked_scopes, ["files:read offline_access"]);
        eventually("the server is asked what it offers", 10, || {
            (world.api.get(FILES).expect(200)["found"]["tools"] == 2).then_some(())
        });
        world.adopt();
        let answer = world.call("read");
        assert_eq!((&answer["state"], &answer["content"][0]["text"]), (&json!("done"), &json!("done with [secret]")));
        assert!(!answer.to_string().contains(SECRET), "{answer}");
        let list = world.server.run(&["mcp-server", "list"]).ok();
        assert!(list.stdout.contains("files") && list.stdout.contains("ok"), "{list:?}");
        let shown = world.server.run(&["mcp-server", "show", "files"]).ok();
        let access = format!("access by {} for files:read offline_access, renewed by itself", theirs.issuer.url(""));
        assert!(shown.stderr.contains(&access), "{shown:?}");
        let probed = world.server.run(&["mcp-server", "probe", &theirs.url()]).expect(1);
        assert!(probed.stderr.contains("--authorize"), "{probed:?}");

        let audit = world.api.get("/api/v1/audit?limit=200").expect(200).to_string();
        assert!(audit.contains("mcp_server.authorize"), "{audit}");
        let (log, stored) = (world.server.log(), world.stored());
        for (what, text) in [
            ("page", page.text.as_str()),
            ("audit", audit.as_str()),
            ("log", log.as_str()),
            ("database", stored.as_str()),
            ("answers", &world.api.get(SERVERS).expect(200).to_string()),
        ] {
            assert!(!text.contains(SECRET), "a secret in the {what}");
        }
        assert!(stored.contains("client-1"), "it was looked at the right place");
        // Given back where that is offered, and forgotten.
        world.api.delete(&format!("{FILES}/authorize")).expect(204);
        assert_eq!(theirs.state().revoked, ["refresh_token", "access_token"]);
        assert_eq!(world.authorization()["status"], "needs_authorization");
        let answer = world.call("read");
        assert_eq!(answer["error"]["code"], "needs_authorization", "{answer}");
        assert_eq!(answer["error"]["class"], "auth_error");
        assert_eq!(answer["error"]["require_human"], true);
        // The registration is kept for the next time.
        world.sign_in();
        assert_eq!(theirs.state().registrations, 1);
    });
}

#[test]
fn whoever_has_only_a_token_hands_in_the_code_of_the_page() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::new(database);
        world.register(&theirs, json!({}));
        let page = visit(&world.go(&world.api), None);
        let code = code_of(&page);
        assert_eq!(world.authorization()["status"], "needs_authorization", "nothing is connected before");
        let confirm = format!("{FILES}/authorize/confirm");
        let refused = world.api.post(&confirm, json!({"code": "AAAA-AAAA"})).expect(422);
        assert_eq!(refused["error"]["details"]["field"], "code", "{refused}");
        // Another administrator, shown or told the code, cannot use it.
        let other = Person::invite(&world.api, "other@example.org", "admin").api;
        other.post(&confirm, json!({"code": code})).expect(422);
        let server = world.api.post(&confirm, json!({"code": code.to_lowercase()})).expect(200);
        assert_eq!(server["found"]["authorization"]["status"], "connected", "{server}");
        world.api.post(&confirm, json!({"code": code})).expect(422);
        assert!(!world.server.log().contains(&code));
    });
}

#[test]
fn the_command_line_waits_and_takes_the_code() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::new(database);
        let ran = world.server.run(&["mcp-server", "add", "files", &theirs.url(), "--oauth"]).ok();
        assert!(ran.stderr.contains("mcp-server authorize files"), "{ran:?}");
        let ran = world.server.run(&["mcp-server", "authorize", "files", "--timeout-seconds", "1"]).expect(1);
        assert!(ran.stderr.contains("nobody has signed in for files within 1 s"), "{ran:?}");
        let address = world.server.run(&["mcp-server", "authorize", "files", "--no-wait"]).ok().stdout;
        let back = visit(address.trim(), None).header("location").unwrap().to_owned();
        let code = code_of(&visit(&back, None));
        let ran = world.server.run(&["mcp-server", "authorize", "files", "--code", &code]).ok();
        assert!(ran.stderr.contains("connected to files"), "{ran:?}");
        let ran = world.server.run(&["mcp-server", "disconnect", "files"]).ok();
        assert!(ran.stderr.contains("disconnected"), "{ran:?}");
        let doctor = world.server.run(&["doctor"]);
        assert!(doctor.stdout.contains("`files` needs authorization"), "{doctor:?}");
    });
}

#[test]
fn a_client_that_was_registered_by_hand_is_used_and_its_secret_goes_nowhere_else() {
    on_both(|database| {
        let theirs = Provider::with(Upstream::start_on("127.0.0.2"));
        theirs.register_by_hand("by-hand", "theirs-secret-by-hand");
        let world = World::new(database);
        world.api.put("/api/v1/secrets/HAND", json!({"value": "theirs-secret-by-hand"})).ok();
        let auth = json!({"type": "authorization_code", "client_id": "by-hand", "secret": "HAND"});
        world.register(&theirs, json!({"auth": auth}));
        let refused = world.api.post(&format!("{FILES}/authorize"), json!({})).expect(409);
        assert_eq!(refused["error"]["details"]["reason"], "oauth_elsewhere", "{refused}");
        assert!(refused["error"]["message"].as_str().unwrap().contains("auth.issuer"), "{refused}");
        let mut auth = auth;
        auth["issuer"] = json!(theirs.issuer.url(""));
        world.api.patch(FILES, json!({"auth": auth})).expect(200);
        world.sign_in();
        assert_eq!(theirs.state().registrations, 0);
        theirs.expire();
        world.adopt();
        assert_eq!(theirs.state().refreshes, 1, "renewed with the secret of the organization");
        // The client is the organization's too where an agent has a secret of that name.
        let agent = json!({"name": "Desk", "instructions": "Be kind", "model": "gpt-5-mini"});
        world.api.post("/api/v1/agents", agent).expect(201);
        world.api.put("/api/v1/agents/Desk/tools/read", json!({})).ok();
        world.api.put("/api/v1/secrets/HAND", json!({"value": "the agent's own", "agent": "Desk"})).ok();
        theirs.expire();
        let answer = world.api.post("/api/v1/tools/read/call", json!({"agent": "Desk"})).expect(200);
        assert_eq!(answer["state"], "done", "{answer}");
        assert_eq!(theirs.state().refreshes, 2);
    });
}

#[test]
fn client_credentials_are_not_sent_elsewhere_either() {
    on_both(|database| {
        let theirs = Provider::with(Upstream::start_on("127.0.0.2"));
        let world = World::new(database);
        world.api.put("/api/v1/secrets/HAND", json!({"value": "theirs-secret-by-hand"})).ok();
        let auth = json!({"type": "client_credentials", "client_id": "by-hand", "secret": "HAND"});
        let server = world.register(&theirs, json!({"auth": auth}));
        let error = server["found"]["error"].as_str().unwrap();
        assert!(error.contains("another place") && error.contains(&theirs.issuer.url("/token")), "{error}");
        assert!(theirs.issuer.requests().iter().all(|request| request.path() != "/token"));
        let mut auth = auth;
        auth["token_url"] = json!(theirs.issuer.url("/token"));
        world.api.patch(FILES, json!({"auth": auth})).expect(200);
        assert!(theirs.issuer.requests().iter().any(|request| request.path() == "/token"));
    });
}

#[test]
fn who_we_are_is_told_where_there_is_an_https_address() {
    let options = Options::new(BINARY, callwright_testkit::Database::Sqlite);
    let world = World::with(options.env("CALLWRIGHT_PUBLIC_URL", "https://tools.example.com"));
    let document = world.api.anonymous().get("/oauth/client-metadata.json").expect(200);
    assert_eq!(document["client_id"], "https://tools.example.com/oauth/client-metadata.json", "{document}");
    assert_eq!(document["redirect_uris"], json!(["https://tools.example.com/oauth/callback"]));
    assert_eq!(document["token_endpoint_auth_method"], "none");
    // It is used where it is taken.
    let theirs = Provider::start();
    theirs.state().server_metadata = json!({"client_id_metadata_document_supported": true});
    world.register(&theirs, json!({}));
    let begun = world.api.post(&format!("{FILES}/authorize"), json!({})).expect(200);
    let address = begun["authorize_url"].as_str().unwrap();
    assert!(address.contains("client_id=https%3A%2F%2Ftools.example.com%2Foauth%2Fclient-metadata.json"), "{address}");
    assert_eq!(theirs.state().registrations, 0);
}
