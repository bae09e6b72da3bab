//! What is refused: answers that nobody asked for, of others, or of another server; addresses that may not be reached.

use callwright_testkit::{Options, Person, on_both};
use serde_json::json;

use crate::{
    provider::Provider,
    world::{BINARY, FILES, World, visit},
};

#[test]
fn a_state_is_good_once_for_whoever_began_and_nobody_else() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::new(database);
        world.register(&theirs, json!({}));
        for email in ["one@example.org", "two@example.org"] {
            Person::invite(&world.api, email, "admin");
        }
        let (one, two) = (world.browser("one@example.org"), world.browser("two@example.org"));
        // Nobody began it.
        let page = one.visit(&format!("{}/oauth/callback?state=made-up&code=x", world.server.url()));
        assert_eq!(page.status, 410, "{page:?}");
        assert_eq!(visit(&format!("{}/oauth/callback", world.server.url()), None).status, 422);
        // Another person's session, and another session of the same person.
        for wrong in [&two, &world.browser("one@example.org")] {
            let back = world.go(&one.api);
            let page = wrong.visit(&back);
            assert!(page.status == 403 && page.text.contains("somebody else"), "{page:?}");
            assert_eq!(one.visit(&back).status, 410, "it is used up all the same");
        }
        assert_eq!(world.authorization()["status"], "needs_authorization");
        assert!(theirs.issuer.requests().iter().all(|request| request.path() != "/token"), "no code was used");
        // The right one, once.
        let back = world.go(&one.api);
        assert_eq!(one.visit(&back).status, 200);
        assert_eq!(one.visit(&back).status, 410);
        assert_eq!(world.authorization()["status"], "connected");
        // A machine is answered in JSON.
        let path = back.split_once("/oauth").unwrap().1;
        let gone = world.api.anonymous().get(&format!("/oauth{path}")).expect(410);
        assert_eq!(gone["error"]["code"], "authorization_expired", "{gone}");
    });
}

#[test]
fn only_administrators_sign_in_and_a_state_ends_with_the_server() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::new(database);
        world.register(&theirs, json!({}));
        let builder = Person::invite(&world.api, "builder@example.org", "builder").api;
        builder.post(&format!("{FILES}/authorize"), json!({})).expect(403);
        builder.delete(&format!("{FILES}/authorize")).expect(403);
        let back = world.go(&world.api);
        world.api.delete(FILES).expect(204);
        assert_eq!(visit(&back, None).status, 410);
        // One that nobody signs in for says so.
        world.register(&theirs, json!({"auth": {"type": "none"}}));
        let refused = world.api.post(&format!("{FILES}/authorize"), json!({})).expect(409);
        assert_eq!(refused["error"]["code"], "not_authorization_code", "{refused}");
    });
}

#[test]
fn answers_and_metadata_of_another_server_are_not_used() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::new(database);
        world.register(&theirs, json!({}));
        // An answer of another one, or a name that is only nearly the same.
        let slash = format!("{}/", theirs.issuer.url(""));
        for iss in ["https://evil.example.com", &slash] {
            theirs.state().iss = Some(iss.to_owned());
            let page = visit(&world.go(&world.api), None);
            assert!(page.status == 409 && page.text.contains("another authorization server"), "{page:?}");
        }
        theirs.state().iss = None;
        let back = world.go(&world.api);
        let without = back.split("&iss=").next().unwrap();
        let page = visit(without, None);
        assert_eq!(page.status, 409, "it always says its name: {page:?}");
        assert!(theirs.issuer.requests().iter().all(|request| request.path() != "/token"), "no code was sent anywhere");
        // The person says no.
        let back = world.go(&world.api);
        let no = back.replace("code=", "error=access_denied&x=");
        let page = visit(&no, None);
        assert!(page.status == 409 && page.text.contains("access_denied"), "{page:?}");

        let authorize = format!("{FILES}/authorize");
        theirs.state().resource_metadata = json!({"resource": "https://evil.example.com/mcp"});
        let refused = world.api.post(&authorize, json!({})).expect(409);
        assert_eq!(refused["error"]["details"]["reason"], "oauth_resource_mismatch", "{refused}");
        theirs.state().resource_metadata = json!({});
        for (metadata, reason) in [
            (json!({"issuer": "https://evil.example.com"}), "oauth_issuer_mismatch"),
            (json!({"authorization_endpoint": "javascript:alert(1)"}), "oauth_bad_metadata"),
            (json!({"code_challenge_methods_supported": null}), "oauth_no_pkce"),
            (json!({"registration_endpoint": null, "token_endpoint_auth_methods_supported": null}), "oauth_no_client"),
        ] {
            let registered = world.api.post(&authorize, json!({})).status;
            assert_eq!(registered, 200);
            theirs.state().server_metadata = metadata.clone();
            if reason == "oauth_no_client" {
                // The client that is known already is of the address that people come back to.
                theirs.state().server_metadata["issuer"] = json!(slash);
            }
            let refused = world.api.post(&authorize, json!({})).expect(409);
            assert_eq!(refused["error"]["details"]["reason"], reason, "{metadata}: {refused}");
            theirs.state().server_metadata = json!({});
        }
        // An address that was changed takes nothing along.
        world.sign_in();
        assert_eq!(world.authorization()["status"], "connected");
        let elsewhere = theirs.mcp.url("/other");
        world.api.patch(FILES, json!({"url": elsewhere})).expect(200);
        assert_eq!(world.authorization()["status"], "needs_authorization");
        assert!(
            theirs
                .mcp
                .requests()
                .iter()
                .filter(|request| request.path() == "/other")
                .all(|request| { request.header("authorization").is_none() })
        );
    });
}

#[test]
fn addresses_in_metadata_pass_the_guard() {
    on_both(|database| {
        let theirs = Provider::start();
        let options = Options::new(BINARY, database).env("CALLWRIGHT_OUTBOUND_ALLOW", "127.0.0.1/32");
        let world = World::with(options);
        world.register(&theirs, json!({}));
        let authorize = format!("{FILES}/authorize");
        let refused = |what: &str| {
            let refused = world.api.post(&authorize, json!({})).expect(409);
            assert_eq!(refused["error"]["details"]["reason"], "outbound_blocked", "{what}: {refused}");
        };
        for place in ["http://169.254.169.254/latest", "http://10.0.0.1/", "http://[::1]:1/", "http://127.0.0.9/"] {
            theirs.state().resource_metadata = json!({"authorization_servers": [place]});
            refused(place);
        }
        theirs.state().resource_metadata = json!({});
        for field in ["authorization_endpoint", "token_endpoint", "registration_endpoint", "revocation_endpoint"] {
            theirs.state().server_metadata = json!({field: "http://169.254.169.254/x"});
            refused(field);
        }
        // A name is judged by where it leads.
        theirs.state().server_metadata = json!({});
        theirs.state().resource_metadata = json!({"authorization_servers": ["http://localhost.localdomain:1/"]});
        let reply = world.api.post(&authorize, json!({}));
        assert!(reply.status == 409 || reply.status == 503, "{reply:?}");
    });
}
