//! What changes while somebody is on the way, or while a server is being asked.

use std::{thread, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use callwright_testkit::{Reply, Upstream, eventually, on_both};
use serde_json::json;

use crate::{
    provider::Provider,
    world::{FILES, World, code_of, visit},
};

const AUTHORIZE: &str = "/api/v1/mcp-servers/files/authorize";

#[test]
fn a_registration_that_is_not_known_there_any_more_is_not_used_again() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::connected(database, &theirs);
        world.api.delete(AUTHORIZE).expect(204);
        // It forgets its clients, and refuses with a page of its own: nobody comes back to tell us.
        theirs.forget_clients();
        let begun = world.api.post(AUTHORIZE, json!({})).expect(200);
        assert_eq!(visit(begun["authorize_url"].as_str().unwrap(), None).status, 400);
        world.sign_in();
        assert_eq!(world.authorization()["client_id"], "client-2");
        // One that somebody came back with is used again, also if they said no.
        let back = world.go(&world.api);
        assert_eq!(visit(&back.replace("code=", "error=access_denied&x="), None).status, 409);
        world.sign_in();
        assert_eq!(theirs.state().registrations, 2);
        // It is told at the callback as well.
        let back = world.go(&world.api);
        assert_eq!(visit(&back.replace("code=", "error=unauthorized_client&x="), None).status, 409);
        world.sign_in();
        assert_eq!(theirs.state().registrations, 3);
    });
}

#[test]
fn what_was_begun_for_one_address_is_not_kept_for_another() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::new(database);
        world.register(&theirs, json!({}));
        let back = world.go(&world.api);
        let elsewhere = Upstream::start();
        let page = while_coming(
            &theirs,
            move || visit(&back, None),
            || {
                world.api.patch(FILES, json!({"url": elsewhere.url("/mcp")})).expect(200);
            },
        );
        assert_eq!(page.status, 200, "whoever came back is known by the code only: {page:?}");
        let refused = world.api.post(&format!("{AUTHORIZE}/confirm"), json!({"code": code_of(&page)})).expect(410);
        assert_eq!(refused["error"]["code"], "subject_gone", "{refused}");
        assert_eq!(world.authorization()["status"], "needs_authorization");
        assert!(elsewhere.requests().iter().all(|request| request.header("authorization").is_none()));
        eventually("what came is given back", 10, || (theirs.state().revoked.len() == 2).then_some(()));
    });
}

/// Somebody comes back, and while the code is being redeemed something is done.
fn while_coming(theirs: &Provider, come: impl FnOnce() -> Reply + Send + 'static, meanwhile: impl FnOnce()) -> Reply {
    let codes = || theirs.issuer.requests().iter().filter(|request| request.path() == "/token").count();
    let before = codes();
    theirs.state().slow = Duration::from_millis(1_500);
    let coming = thread::spawn(come);
    eventually("the code was sent", 10, || (codes() > before).then_some(()));
    meanwhile();
    let page = coming.join().unwrap();
    theirs.state().slow = Duration::ZERO;
    page
}

#[test]
fn who_is_on_the_way_does_not_connect_what_was_disconnected() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::new(database);
        world.register(&theirs, json!({}));
        let back = world.go(&world.api);
        let page = while_coming(&theirs, move || visit(&back, None), || drop(world.api.delete(AUTHORIZE).expect(204)));
        let refused = world.api.post(&format!("{AUTHORIZE}/confirm"), json!({"code": code_of(&page)})).expect(410);
        assert_eq!(refused["error"]["code"], "subject_gone", "{refused}");
        assert_eq!(world.authorization()["status"], "needs_authorization");
        eventually("what came is given back", 10, || (theirs.state().revoked.len() == 2).then_some(()));
        // In a browser's session likewise.
        callwright_testkit::Person::invite(&world.api, "one@example.org", "admin");
        let one = world.browser("one@example.org");
        let back = world.go(&one.api);
        let page = while_coming(&theirs, move || one.visit(&back), || drop(world.api.delete(AUTHORIZE).expect(204)));
        assert_eq!(page.status, 410, "{page:?}");
        assert_eq!(world.authorization()["status"], "needs_authorization");
    });
}

#[test]
fn the_secret_of_a_new_client_is_not_shown_to_the_former_server() {
    on_both(|database| {
        let theirs = Provider::start();
        theirs.register_by_hand("former", "theirs-secret-former");
        let world = World::new(database);
        for (name, value) in [("FORMER", "theirs-secret-former"), ("LATTER", "theirs-secret-latter")] {
            world.api.put(&format!("/api/v1/secrets/{name}"), json!({"value": value})).ok();
        }
        let auth = |client: &str, secret: &str, issuer: String| json!({"type": "authorization_code", "client_id": client, "secret": secret, "issuer": issuer});
        world.register(&theirs, json!({"auth": auth("former", "FORMER", theirs.issuer.url(""))}));
        let back = world.go(&world.api);
        let other = Upstream::start();
        let page = while_coming(
            &theirs,
            move || visit(&back, None),
            || {
                world.api.patch(FILES, json!({"auth": auth("latter", "LATTER", other.url(""))})).expect(200);
            },
        );
        world.api.post(&format!("{AUTHORIZE}/confirm"), json!({"code": code_of(&page)})).expect(410);
        eventually("it was tried to give back what came", 10, || {
            theirs.issuer.requests().iter().any(|request| request.path() == "/revoke").then_some(())
        });
        thread::sleep(Duration::from_millis(300));
        for request in theirs.issuer.requests() {
            let basic = request.header("authorization").and_then(|header| header.strip_prefix("Basic "));
            let shown = STANDARD.decode(basic.unwrap_or_default()).unwrap();
            let all = format!("{}{}", String::from_utf8_lossy(&shown), request.text());
            assert!(!all.contains("theirs-secret-latter"), "{request:?}");
        }
    });
}

#[test]
fn what_another_server_is_opened_with_is_not_given_back() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::connected(database, &theirs);
        world.register(&theirs, json!({"name": "other"}));
        let other = "/api/v1/mcp-servers/other/authorize";
        let go = || {
            let begun = world.api.post(other, json!({})).expect(200);
            visit(begun["authorize_url"].as_str().unwrap(), None).header("location").unwrap().to_owned()
        };
        // Nobody hands its code in, or only when it is too late; both have the one client.
        code_of(&visit(&go(), None));
        world.api.delete(other).expect(204);
        let back = go();
        let page = while_coming(&theirs, move || visit(&back, None), || drop(world.api.delete(other).expect(204)));
        world.api.post(&format!("{other}/confirm"), json!({"code": code_of(&page)})).expect(410);
        thread::sleep(Duration::from_millis(500));
        assert_eq!(theirs.state().registrations, 1);
        assert!(theirs.state().revoked.is_empty(), "{:?}", theirs.state().revoked);
        assert_eq!(world.call("read")["state"], "done");
    });
}

#[test]
fn a_former_address_is_not_written_back_by_who_was_asking_there() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::connected(database, &theirs);
        let former = world.api.get(FILES).expect(200)["found"]["endpoint"].clone();
        assert_eq!(former, json!(theirs.url()));
        theirs.state().slow_list = Duration::from_millis(1_500);
        let asked = theirs.mcp.count();
        let api = world.api.clone();
        let asking = thread::spawn(move || api.post(&format!("{FILES}/refresh"), json!({})).expect(200));
        theirs.mcp.wait_for(asked + 1);
        let elsewhere = Upstream::start();
        world.api.patch(FILES, json!({"url": elsewhere.url("/mcp"), "auth": {"type": "none"}})).expect(200);
        asking.join().unwrap();
        thread::sleep(Duration::from_millis(1_000));
        let server = world.api.get(FILES).expect(200);
        assert_ne!(server["found"]["endpoint"], former, "{server}");
        let asked = theirs.mcp.count();
        world.api.post(&format!("{FILES}/refresh"), json!({})).expect(200);
        assert_eq!(theirs.mcp.count(), asked, "the former address is not asked any more");
    });
}

#[test]
fn what_nobody_uses_is_given_back_and_nothing_else() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::connected(database, &theirs);
        // Once more as the same client: a server may take away all that it has with one token.
        world.sign_in();
        thread::sleep(Duration::from_millis(300));
        assert!(theirs.state().revoked.is_empty());
        // As another client, the former one's access is left over.
        theirs.forget_clients();
        let begun = world.api.post(AUTHORIZE, json!({})).expect(200);
        assert_eq!(visit(begun["authorize_url"].as_str().unwrap(), None).status, 400);
        world.sign_in();
        eventually("the former client's is given back", 10, || (theirs.state().revoked.len() == 2).then_some(()));
        assert_eq!(world.call("read")["state"], "done");
        // A page whose code nobody hands in ends with the rest.
        theirs.state().revoked.clear();
        code_of(&visit(&world.go(&world.api), None));
        world.api.delete(AUTHORIZE).expect(204);
        assert_eq!(theirs.state().revoked.len(), 4);
        // What was changed is written at once, and given back behind it.
        world.sign_in();
        theirs.state().revoked.clear();
        theirs.state().slow_revocation = Duration::from_millis(800);
        let begun = std::time::Instant::now();
        world.api.delete(FILES).expect(204);
        assert!(begun.elapsed() < Duration::from_millis(700), "{:?}", begun.elapsed());
        eventually("it is given back all the same", 10, || (theirs.state().revoked.len() == 2).then_some(()));
    });
}

#[test]
fn a_code_that_is_never_handed_in_leaves_no_token_alive() {
    let Some(world) = on_postgres() else { return };
    let theirs = Provider::start();
    world.register(&theirs, json!({}));
    code_of(&visit(&world.go(&world.api), None));
    // A hundred others come after it, and the next one makes it go.
    for round in 0..7 {
        world.server.sql(&format!(
            "INSERT INTO oauth_attempt SELECT key_hash || '{round}', org_id, subject, user_id, token_id, by_session, sealed, \
             expires_at + 1 FROM oauth_attempt"
        ));
    }
    world.api.post(AUTHORIZE, json!({})).expect(200);
    eventually("it is given back", 10, || (theirs.state().revoked.len() == 2).then_some(()));
}

fn on_postgres() -> Option<World> {
    if !callwright_testkit::postgres::is_available() {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
        return None;
    }
    Some(World::new(callwright_testkit::Database::Postgres))
}
