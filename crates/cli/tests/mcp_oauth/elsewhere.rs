//! Other places: pages that are not the authorization server's, hosts that a secret would go to, redirects.

use callwright_testkit::{Answer, Database, Ran, Upstream, on_both};
use serde_json::json;

use crate::{
    provider::Provider,
    world::{FILES, World, visit},
};

const AUTHORIZE: &str = "/api/v1/mcp-servers/files/authorize";

#[test]
fn a_page_at_somebody_elses_place_is_not_opened_for_an_unsigned_answer() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::new(database);
        world.register(&theirs, json!({}));
        let page = json!({"authorization_endpoint": "http://127.0.0.9/authorize"});
        // An answer that bears its name would show it.
        theirs.state().server_metadata = page.clone();
        world.api.post(AUTHORIZE, json!({})).expect(200);
        theirs.state().server_metadata = page;
        theirs.state().server_metadata["authorization_response_iss_parameter_supported"] = json!(false);
        let refused = world.api.post(AUTHORIZE, json!({})).expect(409);
        assert_eq!(refused["error"]["details"]["reason"], "oauth_elsewhere", "{refused}");
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.contains("http://127.0.0.9/authorize") && message.contains("auth.issuer"), "{message}");
        let auth = json!({"type": "authorization_code", "issuer": theirs.issuer.url("")});
        world.api.patch(FILES, json!({"auth": auth})).expect(200);
        world.api.post(AUTHORIZE, json!({})).expect(200);
    });
}

#[test]
fn whoever_begins_is_told_where_and_for_whom_they_sign_in() {
    on_both(|database| {
        let near = Provider::start();
        let world = World::new(database);
        world.register(&near, json!({}));
        let begun = world.api.post(AUTHORIZE, json!({})).expect(200);
        assert_eq!(begun["issuer"], json!(near.issuer.url("")), "{begun}");
        assert_eq!(begun["resource"], json!(near.url()), "{begun}");
        assert_eq!(begun["scopes"], json!(["files:read", "offline_access"]), "{begun}");
        assert!(begun.get("warning").is_none(), "{begun}");
        world.api.delete(FILES).expect(204);
        let far = Provider::with(Upstream::start_on("127.0.0.2"));
        world.register(&far, json!({}));
        let begun = world.api.post(AUTHORIZE, json!({})).expect(200);
        let warning = begun["warning"].as_str().unwrap();
        assert!(warning.contains("127.0.0.2") && warning.contains("127.0.0.1"), "{warning}");
        let told = world.server.run(&["mcp-server", "authorize", "files", "--no-wait"]).ok();
        assert!(told.stderr.contains(&format!("you sign in at {} for {}", far.issuer.url(""), far.url())), "{told:?}");
        assert!(told.stderr.contains("warning: 127.0.0.2 is another place"), "{told:?}");
        assert_eq!(told.stdout.lines().count(), 1, "only the address is for pipes: {told:?}");
    });
}

#[test]
fn a_probe_sends_no_secret_elsewhere_unless_somebody_says_so() {
    let theirs = Provider::with(Upstream::start_on("127.0.0.2"));
    let world = World::new(Database::Sqlite);
    let probe = |more: &[&str]| {
        let (url, base) = (theirs.url(), ["mcp-server", "probe"]);
        let args = [&base[..], &[&url, "--client-id", "by-hand", "--client-secret-env", "THEIRS"], more].concat();
        let mut command = world.server.command(&args);
        command.env("THEIRS", "theirs-secret-by-hand");
        Ran::of(command, "").expect(1)
    };
    let to_token = || theirs.issuer.requests().iter().filter(|request| request.path() == "/token").count();
    for more in [&[][..], &["--authorize"]] {
        let ran = probe(more);
        assert!(ran.stderr.contains("another place") && ran.stderr.contains("--issuer"), "{ran:?}");
        assert_eq!(to_token(), 0, "{more:?}");
    }
    // It is asked then, and refuses a client that it does not know.
    let ran = probe(&["--issuer", &theirs.issuer.url("")]);
    assert!(ran.stderr.contains("invalid_client"), "{ran:?}");
    assert_eq!(to_token(), 1);
}

#[test]
fn tokens_and_a_secret_are_given_back_to_the_server_that_they_are_of() {
    on_both(|database| {
        let (theirs, other) = (Provider::start(), Upstream::start_on("127.0.0.2"));
        other.always(Answer::status(200));
        theirs.register_by_hand("by-hand", "theirs-secret-by-hand");
        theirs.state().server_metadata = json!({"revocation_endpoint": other.url("/revoke")});
        let world = World::new(database);
        world.api.put("/api/v1/secrets/HAND", json!({"value": "theirs-secret-by-hand"})).ok();
        let auth = json!({"type": "authorization_code", "client_id": "by-hand", "secret": "HAND"});
        world.register(&theirs, json!({"auth": auth}));
        world.sign_in();
        world.api.delete(AUTHORIZE).expect(204);
        assert_eq!(other.count(), 0, "{:?}", other.requests());
        // At its own place it is, also to one that is particular.
        theirs.state().server_metadata = json!({});
        theirs.state().wants_secret_field = true;
        world.sign_in();
        world.api.delete(AUTHORIZE).expect(204);
        assert_eq!(theirs.state().revoked, ["refresh_token", "access_token"]);
    });
}

#[test]
fn a_name_that_nobody_has_said_is_told_when_another_one_comes() {
    on_both(|database| {
        let theirs = Provider::start();
        theirs.register_by_hand("by-hand", "theirs-secret-by-hand");
        let world = World::new(database);
        world.api.put("/api/v1/secrets/HAND", json!({"value": "theirs-secret-by-hand"})).ok();
        let mut auth = json!({"type": "authorization_code", "client_id": "by-hand", "secret": "HAND",
            "authorization_url": theirs.issuer.url("/authorize"), "token_url": theirs.issuer.url("/token")});
        world.register(&theirs, json!({"auth": auth}));
        let name = "https://login.example.com/realms/one/";
        theirs.state().iss = Some(name.to_owned());
        let page = visit(&world.go(&world.api), None);
        assert!(page.status == 409 && page.text.contains(name) && page.text.contains("auth.issuer"), "{page:?}");
        auth["issuer"] = json!(name);
        world.api.patch(FILES, json!({"auth": auth})).expect(200);
        world.sign_in();
        assert_eq!(world.authorization()["issuer"], name);
    });
}

#[test]
fn redirects_are_followed_at_the_servers_own_place_only() {
    on_both(|database| {
        let (theirs, other) = (Provider::start(), Upstream::start_on("127.0.0.2"));
        other.always(Answer::status(401));
        let world = World::connected(database, &theirs);
        theirs.state().moved = Some(theirs.mcp.url("/here"));
        assert_eq!(world.call("read")["state"], "done");
        theirs.state().moved = Some(other.url("/mcp?x=1"));
        let answer = world.call("read");
        assert_eq!(answer["state"], "failed", "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(&format!("redirects to {}, which", other.url("/mcp"))), "{message}");
        assert_eq!(other.count(), 0, "{:?}", other.requests());
        assert_eq!(world.authorization()["status"], "connected");
    });
}

#[test]
fn whoever_only_looks_at_the_address_does_not_use_it_up() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::new(database);
        world.register(&theirs, json!({}));
        let back = world.go(&world.api);
        let path = &back[world.server.url().len()..];
        assert_eq!(world.api.anonymous().send("HEAD", path, None).status, 405);
        let refused = world.api.anonymous().get("/oauth/callback?state=none&code=x");
        assert_eq!((refused.status, refused.code()), (410, "authorization_expired"), "{refused:?}");
        for (name, value) in [("cache-control", "no-store"), ("referrer-policy", "no-referrer")] {
            assert_eq!(refused.header(name), Some(value));
        }
        assert_eq!(visit(&back, None).status, 200);
    });
}
