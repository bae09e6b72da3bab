//! The clock: what it starts, once, with whose rights, and what it makes up for.

use std::time::Duration;

use callwright_testkit::{Database, Options, Person, Server, eventually, on_both, postgres};
use serde_json::{Value, json};

use super::{World, id};

fn schedule(name: &str, cron: &str, target: Value) -> Value {
    json!({"name": name, "cron": cron, "target": target})
}

fn started(world: &World) -> Vec<Value> {
    let page = world.api.get("/api/v1/jobs?limit=200").expect(200);
    page["items"].as_array().unwrap().iter().filter(|job| job["schedule_id"].is_string()).cloned().collect()
}

#[test]
fn the_clock_starts_runs_and_calls() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("ping", json!({"effect": "write"}));
        world.agent("Reporter", json!([{"say": "reported: {{message}}"}]), &[]);
        let target = json!({"agent": "Reporter", "message": "daily"});
        let made = world.api.post("/api/v1/schedules", schedule("report", "* * * * * *", target)).expect(201);
        assert!(made["next_at"].is_string(), "{made}");
        let target = json!({"tool": "ping", "arguments": {"n": 1}});
        world.api.post("/api/v1/schedules", schedule("ping", "* * * * * *", target)).expect(201);
        let run = eventually("the clock starts a run", 15, || {
            let page = world.api.get("/api/v1/runs?agent=Reporter&state=completed").expect(200);
            page["items"].get(1).cloned()
        });
        assert_eq!(run["output"], "reported: daily");
        world.upstream.wait_for(2);
        let seen = world.api.get("/api/v1/schedules/report").expect(200);
        assert!(seen["last_job_id"].is_string() && seen.get("last_error").is_none(), "{seen}");
        let jobs = started(&world);
        assert!(jobs.iter().any(|job| job["schedule_id"] == made["id"]), "{jobs:?}");

        // Switched off it starts nothing more; by hand it does.
        let mut off = schedule("report", "* * * * * *", json!({"agent": "Reporter", "message": "by hand"}));
        off["enabled"] = json!(false);
        let put = world.api.put("/api/v1/schedules/report", off).expect(200);
        assert!(put.get("next_at").is_none(), "{put}");
        world.api.delete("/api/v1/schedules/ping").expect(204);
        assert_eq!(world.api.get("/api/v1/schedules/ping").status, 404);
        std::thread::sleep(Duration::from_millis(1200));
        let count = started(&world).len();
        std::thread::sleep(Duration::from_millis(2500));
        assert_eq!(started(&world).len(), count);
        let job = world.api.post("/api/v1/schedules/report/run", json!({})).expect(202);
        assert_eq!((&job["schedule_id"], &job["kind"]), (&made["id"], &json!("run")));
        eventually("it runs", 10, || {
            let page = world.api.get("/api/v1/runs?state=completed").expect(200);
            (page["items"][0]["input"] == "by hand").then_some(())
        });
    });
}

#[test]
fn what_was_missed_is_made_up_for_once() {
    on_both(|database| {
        let mut world = World::new(database);
        world.agent("Reporter", json!([{"say": "reported"}]), &[]);
        let target = json!({"agent": "Reporter", "message": "now"});
        let spec = schedule("report", "0 0 1 1 *", target);
        world.api.post("/api/v1/schedules", spec).expect(201);
        world.server.terminate();
        // As if many of its times had passed while nobody was there.
        world.server.sql("UPDATE schedule SET next_at = 1000000");
        world.server.restart();
        eventually("it is made up for", 10, || (started(&world).len() == 1).then_some(()));
        std::thread::sleep(Duration::from_millis(2500));
        assert_eq!(started(&world).len(), 1);
        let seen = world.api.get("/api/v1/schedules/report").expect(200);
        assert!(seen["next_at"].as_str().unwrap().contains("-01-01T00:00:00"), "{seen}");
    });
}

#[test]
fn two_servers_start_one_thing_once() {
    if !postgres::is_available() {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
        return;
    }
    let world = World::with(Options::new(super::BINARY, Database::Postgres));
    let beside: Server = world.server.beside();
    world.tool("ping", json!({"effect": "write"}));
    let target = json!({"tool": "ping"});
    let made = world.api.post("/api/v1/schedules", schedule("ping", "* * * * * *", target)).expect(201);
    std::thread::sleep(Duration::from_millis(5300));
    world.api.delete("/api/v1/schedules/ping").expect(204);
    drop(beside);
    let jobs = started(&world);
    let count = jobs.len();
    assert!((3..=6).contains(&count), "{count}: {jobs:?}");
    assert!(jobs.iter().all(|job| job["schedule_id"] == made["id"]));
    eventually("each is carried out", 10, || (world.upstream.count() == count).then_some(()));
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(world.upstream.count(), count, "none of them twice");
}

#[test]
fn a_schedule_whose_author_lost_the_right_says_so() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Reporter", json!([{"say": "reported"}]), &[]);
        let author = Person::invite(&world.api, "author@example.org", "builder");
        let target = json!({"agent": "Reporter", "message": "go"});
        author.api.post("/api/v1/schedules", schedule("theirs", "* * * * * *", target)).expect(201);
        eventually("it starts", 10, || (!started(&world).is_empty()).then_some(()));
        world.api.put(&format!("/api/v1/members/{}", author.id), json!({"role": "viewer"})).expect(200);
        let seen = eventually("it says why not", 10, || {
            let seen = world.api.get("/api/v1/schedules/theirs").expect(200);
            seen["last_error"].is_string().then_some(seen)
        });
        assert!(seen["last_error"].as_str().unwrap().contains("may no longer run anything"), "{seen}");
        // Whoever takes it over runs it with their own rights.
        let mine = schedule("theirs", "* * * * * *", json!({"agent": "Reporter", "message": "go"}));
        world.api.put("/api/v1/schedules/theirs", mine).expect(200);
        let count = started(&world).len();
        eventually("it starts again", 10, || (started(&world).len() > count).then_some(()));
        assert!(world.api.get("/api/v1/schedules/theirs").expect(200).get("last_error").is_none());
    });
}

#[test]
fn a_schedule_that_makes_no_sense_is_refused_with_its_field() {
    let world = World::new(Database::Sqlite);
    world.tool("ping", json!({}));
    world.agent("Reporter", json!([]), &[]);
    let run = json!({"agent": "Reporter", "message": "x"});
    let with = |field: &str, value: Value| {
        let mut spec = schedule("s", "@daily", run.clone());
        spec[field] = value;
        spec
    };
    for (spec, field) in [
        (with("cron", json!("every day")), "cron"),
        (with("cron", json!("0 0 30 2 *")), "cron"),
        (with("time_zone", json!("Nowhere/Here")), "time_zone"),
        (with("name", json!(" ")), "name"),
        (with("target", json!({})), "target"),
        (with("target", json!({"agent": "Reporter"})), "target.message"),
        (with("target", json!({"tool": "ping", "message": "x"})), "target.message"),
        (with("target", json!({"agent": "Reporter", "message": "x", "arguments": {}})), "target.arguments"),
    ] {
        let reply = world.api.post("/api/v1/schedules", spec);
        assert_eq!((reply.status, reply.body["error"]["details"]["field"].as_str()), (422, Some(field)), "{reply:?}");
    }
    assert_eq!(world.api.post("/api/v1/schedules", with("target", json!({"tool": "none"}))).status, 404);
    let made = world.api.post("/api/v1/schedules", schedule("s", "@daily", run.clone())).expect(201);
    assert_eq!(world.api.post("/api/v1/schedules", schedule("s", "@daily", run)).code(), "name_taken");
    assert_eq!(world.api.get(&format!("/api/v1/schedules/{}", id(&made))).expect(200)["name"], "s");
    let scoped = world.api.post("/api/v1/tokens", json!({"name": "t", "scopes": ["agents:write"]})).expect(201);
    let scoped = world.api.with_token(scoped["token"].as_str().unwrap());
    let wish = schedule("t", "@daily", json!({"agent": "Reporter", "message": "x"}));
    assert_eq!(scoped.post("/api/v1/schedules", wish).status, 403, "who may not run it may not have the clock run it");
    assert_eq!(world.api.get("/api/v1/schedules").expect(200)["items"].as_array().unwrap().len(), 1);
}

#[test]
fn there_are_so_many_schedules_and_they_come_so_often() {
    on_both(|database| {
        let options = Options::new(super::BINARY, database).env("CALLWRIGHT_SCHEDULES", "2");
        let world = World::with(options.env("CALLWRIGHT_SCHEDULE_INTERVAL_SECONDS", ""));
        world.agent("Reporter", json!([{"say": "reported"}]), &[]);
        let target = json!({"agent": "Reporter", "message": "x"});
        for cron in ["* * * * * *", "*/9 * * * * *", "0,1 * * * * *"] {
            let refused = world.api.post("/api/v1/schedules", schedule("often", cron, target.clone()));
            assert_eq!(
                (refused.status, &refused.body["error"]["details"]["field"]),
                (422, &json!("cron")),
                "{refused:?}"
            );
            assert!(refused.text.contains("10 s"), "{refused:?}");
        }
        for name in ["one", "two"] {
            world.api.post("/api/v1/schedules", schedule(name, "*/10 * * * * *", target.clone())).expect(201);
        }
        let refused = world.api.post("/api/v1/schedules", schedule("three", "@daily", target.clone()));
        assert_eq!((refused.status, refused.code()), (409, "too_many_schedules"));
        world.api.delete("/api/v1/schedules/one").expect(204);
        world.api.post("/api/v1/schedules", schedule("three", "@daily", target)).expect(201);
    });
}
