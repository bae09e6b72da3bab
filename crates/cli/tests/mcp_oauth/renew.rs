//! Tokens are renewed: in time, once, and never twice with the same refresh token.

use std::{thread, time::Duration};

use callwright_model::Timestamp;
use callwright_testkit::{Answer, Api, Database, eventually, on_both, postgres};
use serde_json::{Value, json};

use crate::{
    provider::{Provider, SECRET},
    world::{FILES, World, call},
};

/// Calls by each of `apis`, `each` at once.
fn at_once(apis: &[Api], each: usize) -> Vec<Value> {
    let calls: Vec<_> = apis
        .iter()
        .flat_map(|api| (0..each).map(|_| api.clone()))
        .map(|api| thread::spawn(move || call(&api, "read")))
        .collect();
    calls.into_iter().map(|call| call.join().unwrap()).collect()
}

#[test]
fn twenty_callers_with_a_refused_token_make_one_renewal() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::connected(database, &theirs);
        theirs.state().slow = Duration::from_millis(800);
        theirs.expire();
        for answer in at_once(std::slice::from_ref(&world.api), 20) {
            assert_eq!(answer["state"], "done", "{answer}");
        }
        assert_eq!(theirs.renewals(), (1, 0));
        // The next one is given with the token that came with it.
        theirs.expire();
        assert_eq!(world.call("read")["state"], "done");
        assert_eq!(theirs.renewals(), (2, 0));
    });
}

#[test]
fn a_token_is_renewed_before_it_ends() {
    on_both(|database| {
        let theirs = Provider::start();
        theirs.state().lifetime = Duration::from_secs(4);
        let world = World::connected(database, &theirs);
        let refused = theirs.state().refused;
        for _ in 0..6 {
            assert_eq!(world.call("read")["state"], "done");
            thread::sleep(Duration::from_millis(1_000));
        }
        assert_eq!(theirs.state().refused, refused, "no token was sent that had ended");
        let refreshes = theirs.state().refreshes;
        assert!((2..=4).contains(&refreshes), "{refreshes}");
        assert_eq!(theirs.state().reused, 0);
    });
}

#[test]
fn two_servers_on_one_database_make_one_renewal() {
    if !postgres::is_available() {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
        return;
    }
    let theirs = Provider::start();
    let world = World::connected(Database::Postgres, &theirs);
    let second = world.server.beside();
    let apis = [world.api.clone(), second.api()];
    assert_eq!(call(&apis[1], "read")["state"], "done");
    for round in 1..=3 {
        theirs.state().slow = Duration::from_millis(600);
        theirs.expire();
        for answer in at_once(&apis, 8) {
            assert_eq!(answer["state"], "done", "{answer}");
        }
        assert_eq!(theirs.renewals(), (round, 0));
    }
    // What one server is told, the other knows.
    world.api.delete(&format!("{FILES}/authorize")).expect(204);
    eventually("the other server has forgotten it too", 5, || {
        (call(&apis[1], "read")["error"]["code"] == "needs_authorization").then_some(())
    });
}

#[test]
fn what_is_written_down_survives_a_restart() {
    on_both(|database| {
        let theirs = Provider::start();
        let mut world = World::connected(database, &theirs);
        theirs.expire();
        assert_eq!(world.call("read")["state"], "done");
        world.server.kill9();
        world.server.restart();
        theirs.expire();
        assert_eq!(world.call("read")["state"], "done");
        assert_eq!(theirs.renewals(), (2, 0));
    });
}

#[test]
fn a_refused_renewal_ends_it_and_a_broken_one_does_not() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::connected(database, &theirs);
        theirs.expire();
        for refusal in [Answer::status(503), Answer::reset()] {
            theirs.state().refusal = Some(refusal);
            let answer = world.call("read");
            assert_eq!(answer["state"], "failed", "{answer}");
            assert_ne!(answer["error"]["code"], "needs_authorization", "{answer}");
            assert_eq!(world.authorization()["status"], "connected");
        }
        let description = "the user is gone <b>theirs-secret-x";
        let body = json!({"error": "invalid_grant", "error_description": description});
        theirs.state().refusal = Some(Answer::json(400, body));
        // A session that could not be opened is tried again after a while.
        let answer = eventually("the refusal is told", 40, || {
            let answer = world.call("read");
            (answer["error"]["code"] == "needs_authorization").then_some(answer)
        });
        assert_eq!(answer["error"]["class"], "auth_error", "{answer}");
        assert_eq!(answer["error"]["require_human"], true, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains("invalid_grant") && message.contains("mcp-server authorize files"), "{message}");
        let authorization = world.authorization();
        assert_eq!(authorization["status"], "needs_authorization", "{authorization}");
        assert!(authorization["why"].as_str().unwrap().contains("invalid_grant"), "{authorization}");
        // Nobody is asked again, and it is seen everywhere.
        let (refreshes, refused) = theirs.asked();
        for _ in 0..3 {
            assert_eq!(world.call("read")["error"]["code"], "needs_authorization");
        }
        assert_eq!(theirs.asked(), (refreshes, refused));
        let audit = world.api.get("/api/v1/audit?limit=200").expect(200).to_string();
        assert_eq!(audit.matches("mcp_server.needs_authorization").count(), 1, "{audit}");
        let list = world.server.run(&["mcp-server", "list"]).ok();
        assert!(list.stdout.contains("needs authorization"), "{list:?}");
        let doctor = world.server.run(&["doctor"]);
        assert!(doctor.stdout.contains("callwright mcp-server authorize files"), "{doctor:?}");
        // A person makes it good.
        theirs.state().refusal = None;
        world.sign_in();
        assert_eq!(world.call("read")["state"], "done");
    });
}

#[test]
fn without_a_refresh_token_somebody_signs_in_again() {
    on_both(|database| {
        let theirs = Provider::start();
        theirs.state().renews = false;
        let world = World::connected(database, &theirs);
        assert_eq!(world.authorization()["is_renewable"], false);
        // Something in front of it refuses for a moment, which ends nothing.
        theirs.state().refuses = true;
        let answer = world.call("read");
        assert_eq!(answer["error"]["code"], "access_refused", "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains("mcp-server authorize files"), "{answer}");
        assert_eq!(world.authorization()["status"], "connected");
        theirs.state().refuses = false;
        eventually("the access is as good as before", 40, || (world.call("read")["state"] == "done").then_some(()));
        // One tool's refusal is looked into, and says nothing of the rest.
        let lists = || theirs.mcp.requests().iter().filter(|request| request.text().contains("tools/list")).count();
        let before = lists();
        theirs.state().refuses_calls = true;
        assert_eq!(world.call("read")["error"]["code"], "access_refused");
        eventually("the list is read", 10, || (lists() > before).then_some(()));
        assert_eq!(world.authorization()["status"], "connected");
        theirs.state().refuses_calls = false;
        assert_eq!(world.call("read")["state"], "done");
        // One whose time is over, by its server's own word, has ended.
        theirs.state().lifetime = Duration::from_secs(2);
        world.sign_in();
        eventually("somebody has to sign in", 40, || {
            (world.call("read")["error"]["code"] == "needs_authorization").then_some(())
        });
        assert_eq!(world.authorization()["status"], "needs_authorization");
        assert_eq!(theirs.state().refreshes, 0);
    });
}

#[test]
fn a_renewal_that_is_refused_for_now_is_told_until_one_works() {
    on_both(|database| {
        let theirs = Provider::start();
        let world = World::connected(database, &theirs);
        theirs.expire();
        theirs.state().refusal = Some(Answer::json(400, json!({"error": "invalid_request"})));
        let answer = world.call("read");
        assert_eq!(answer["error"]["code"], "oauth_invalid_request", "{answer}");
        let authorization = world.authorization();
        assert_eq!(authorization["status"], "needs_authorization", "{authorization}");
        let why = authorization["why"].as_str().unwrap();
        assert!(why.contains("could not be renewed since 20") && why.contains("mcp-server authorize files"), "{why}");
        let doctor = world.server.run(&["doctor"]);
        assert!(doctor.stdout.contains("could not be renewed since"), "{doctor:?}");
        let audit = world.api.get("/api/v1/audit?limit=200").expect(200).to_string();
        assert_eq!(audit.matches("mcp_server.needs_authorization").count(), 1, "{audit}");
        theirs.state().refusal = None;
        eventually("it is renewed", 40, || (world.call("read")["state"] == "done").then_some(()));
        let authorization = world.authorization();
        assert_eq!(authorization["status"], "connected", "{authorization}");
        assert!(authorization.get("why").is_none(), "{authorization}");
    });
}

#[test]
fn no_token_is_renewed_for_a_farewell() {
    on_both(|database| {
        let theirs = Provider::start();
        (theirs.state().has_sessions, theirs.state().lifetime) = (true, Duration::from_secs(2));
        let mut world = World::connected(database, &theirs);
        assert_eq!(world.call("read")["state"], "done");
        thread::sleep(Duration::from_millis(2_100));
        let refreshes = theirs.state().refreshes;
        assert!(world.server.terminate().success());
        let requests = theirs.mcp.requests();
        let farewells: Vec<_> = requests.iter().filter(|request| request.method == "DELETE").collect();
        assert!(!farewells.is_empty() && farewells.iter().all(|request| request.header("authorization").is_some()));
        assert_eq!(theirs.state().refreshes, refreshes);
    });
}

#[test]
fn a_server_that_stops_writes_down_what_it_has_spent() {
    on_both(|database| {
        let theirs = Provider::start();
        let mut world = World::connected(database, &theirs);
        let mut spec = world.api.get("/api/v1/tools/read").expect(200);
        for field in ["id", "organization_id", "user_id", "revision", "created_at", "updated_at", "version"] {
            spec.as_object_mut().unwrap().remove(field);
        }
        spec["policy"] = json!({"timeout_ms": 400, "retry": {"timeout": {"attempts": 0, "base_ms": 1}}});
        world.api.put("/api/v1/tools/read", spec).ok();
        theirs.state().slow = Duration::from_millis(1_500);
        theirs.expire();
        // Whoever asked for it has gone when its answer comes.
        let answer = world.call("read");
        assert_eq!(answer["error"]["class"], "timeout_error", "{answer}");
        assert!(world.server.terminate().success());
        world.server.restart();
        assert_eq!(world.call("read")["state"], "done");
        assert_eq!(theirs.renewals(), (1, 0));
    });
}

#[test]
fn what_a_dead_server_has_left_is_taken_over() {
    // With SQLite the same is tested in the vault.
    if !postgres::is_available() {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
        return;
    }
    let theirs = Provider::start();
    let world = World::connected(Database::Postgres, &theirs);
    theirs.expire();
    world.server.sql("UPDATE oauth_grant SET leased_by = 'gone', leased_until = 1");
    eventually("it is renewed", 40, || (world.call("read")["state"] == "done").then_some(()));
    assert_eq!(theirs.renewals(), (1, 0));
}

#[test]
fn what_came_is_kept_although_the_database_was_away() {
    // With SQLite the same is tested in the vault.
    if !postgres::is_available() {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
        return;
    }
    let theirs = Provider::start();
    let world = World::connected(Database::Postgres, &theirs);
    theirs.state().slow = Duration::from_millis(600);
    theirs.expire();
    let api = world.api.clone();
    let waiting = thread::spawn(move || call(&api, "read"));
    eventually("the refresh token is spent", 5, || (theirs.state().refreshes == 1).then_some(()));
    world.server.sql("ALTER TABLE oauth_grant RENAME TO away");
    thread::sleep(Duration::from_millis(2_500));
    world.server.sql("ALTER TABLE away RENAME TO oauth_grant");
    let answer = waiting.join().unwrap();
    assert_eq!(answer["state"], "done", "{answer}");
    theirs.expire();
    assert_eq!(world.call("read")["state"], "done");
    assert_eq!(theirs.renewals(), (2, 0));
}

#[test]
fn missing_scopes_are_told_and_asked_for_the_next_time() {
    on_both(|database| {
        let theirs = Provider::start();
        theirs.state().write_scope = "files:write";
        let world = World::connected(database, &theirs);
        let answer = world.call("write");
        assert_eq!(answer["error"]["code"], "needs_authorization", "{answer}");
        assert_eq!(answer["error"]["details"]["missing_scopes"], json!(["files:write"]), "{answer}");
        let authorization = world.authorization();
        assert_eq!(authorization["status"], "needs_authorization", "{authorization}");
        assert_eq!(authorization["missing_scopes"], json!(["files:write"]), "{authorization}");
        // What was allowed goes on.
        assert_eq!(world.call("read")["state"], "done");
        assert_eq!(theirs.state().refreshes, 0, "a token that is good is not renewed for it");
        world.sign_in();
        assert_eq!(theirs.state().asked_scopes[1], "files:read offline_access files:write");
        let authorization = world.authorization();
        assert_eq!(authorization["status"], "connected", "{authorization}");
        assert!(authorization.get("missing_scopes").is_none(), "{authorization}");
        assert_eq!(world.call("write")["state"], "done");
    });
}

#[test]
fn a_token_that_comes_back_as_a_scope_is_told_to_nobody() {
    on_both(|database| {
        let theirs = Provider::start();
        theirs.state().write_scope = "files:write";
        theirs.state().echoes = true;
        let mut world = World::connected(database, &theirs);
        let answer = world.call("write");
        assert_eq!(answer["error"]["code"], "needs_authorization", "{answer}");
        let execution = world.api.get("/api/v1/executions?limit=5").expect(200).to_string();
        let server = world.api.get(FILES).expect(200).to_string();
        let audit = world.api.get("/api/v1/audit?limit=200").expect(200).to_string();
        let begun = world.api.post(&format!("{FILES}/authorize"), json!({})).expect(200).to_string();
        let (log, stored) = (world.server.log(), world.stored());
        for (what, text) in [
            ("answer", answer.to_string().as_str()),
            ("execution", execution.as_str()),
            ("server", server.as_str()),
            ("audit", audit.as_str()),
            ("next sign-in", begun.as_str()),
            ("log", log.as_str()),
            ("database", stored.as_str()),
        ] {
            assert!(!text.contains(SECRET), "a token in the {what}: {text}");
        }
        assert_eq!(world.call("read")["state"], "done");
    });
}

#[test]
fn how_long_the_access_lives_is_told_as_its_server_says_it() {
    on_both(|database| {
        let theirs = Provider::start();
        theirs.state().renews = false;
        theirs.state().lifetime = Duration::from_secs(60 * 24 * 3600);
        let world = World::connected(database, &theirs);
        let authorization = world.authorization();
        let at = |name: &str| authorization[name].as_str().unwrap().parse::<Timestamp>().unwrap();
        let lives = at("expires_at").since(at("authorized_at"));
        assert!(lives.abs_diff(theirs.state().lifetime) < Duration::from_secs(60), "{authorization}");
        assert_eq!(authorization["is_renewable"], false);
    });
}
