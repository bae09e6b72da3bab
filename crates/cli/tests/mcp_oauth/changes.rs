//! What changes while somebody is on the way, or while a server is being asked.

use std::{thread, time::Duration};

use callwright_testkit::{Upstream, eventually, on_both};
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
        theirs.state().slow = Duration::from_millis(1_500);
        let coming = thread::spawn(move || visit(&back, None));
        eventually("the code was sent", 10, || {
            theirs.issuer.requests().iter().any(|request| request.path() == "/token").then_some(())
        });
        let elsewhere = Upstream::start();
        world.api.patch(FILES, json!({"url": elsewhere.url("/mcp")})).expect(200);
        let page = coming.join().unwrap();
        assert_eq!(page.status, 200, "whoever came back is known by the code only: {page:?}");
        let refused = world.api.post(&format!("{AUTHORIZE}/confirm"), json!({"code": code_of(&page)})).expect(410);
        assert_eq!(refused["error"]["code"], "subject_gone", "{refused}");
        assert_eq!(world.authorization()["status"], "needs_authorization");
        assert!(elsewhere.requests().iter().all(|request| request.header("authorization").is_none()));
        eventually("what came is given back", 10, || (theirs.state().revoked.len() == 2).then_some(()));
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
