//! Feedback: kept once for each user and run, summed up, learned from, and made into drafts that a person decides about.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use callwright_testkit::{Api, Database, Options, Person, Server, eventually, on_both, people::other_organization};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn agent(api: &Api, rest: Value) -> String {
    let mut body = json!({"name": "Helper", "instructions": "Be kind.\nBe brief.", "model": "scripted"});
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    text(&api.post("/api/v1/agents", body).expect(201)["id"])
}

/// Runs an agent to its end; gives the job's line in the list of recent ones.
fn run(api: &Api, agent: &str, message: &str) -> Value {
    let job = api.post("/agents/execute", json!({"agent_id": agent, "message": message})).expect(200)["job_id"].clone();
    eventually("the run has ended", 20, || {
        let jobs = api.get("/jobs/status/recent").expect(200)["jobs"].as_array().unwrap().clone();
        jobs.into_iter().find(|one| one["id"] == job && one["completed_at"].is_string())
    })
}

fn rate(api: &Api, run: &Value, body: Value) -> callwright_testkit::Reply {
    api.post(&format!("/api/v1/runs/{}/feedback", text(&run["run_id"])), body)
}

#[test]
fn a_run_is_rated_once_by_each_and_the_report_sums_it_up() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let other = Person::invite(&api, "other@example.org", "operator").api;
        let id = agent(&api, json!({}));
        let report = || api.get(&format!("/api/v1/agents/{id}/feedback")).expect(200);
        assert_eq!(report()["summary"], json!({"count": 0, "liked": 0, "disliked": 0, "weeks": []}));
        let (one, two) = (run(&api, &id, "one"), run(&api, &id, "two"));
        let first = rate(&api, &one, json!({"rating": -1, "comment": "Too long"})).expect(200);
        assert_eq!((&first["scale"], &first["rating"]), (&json!("thumbs"), &json!(-1)));
        let again = rate(&api, &one, json!({"rating": 4, "correction": "Shorter"})).expect(200);
        assert_eq!((&again["id"], &again["created_at"]), (&first["id"], &first["created_at"]), "in its place");
        assert_eq!((&again["scale"], again.get("comment")), (&json!("stars"), None));
        rate(&other, &one, json!({"rating": 1, "scale": "stars", "comment": "Bad"})).expect(200);
        rate(&api, &two, json!({"rating": 1})).expect(200);
        let summary = report()["summary"].clone();
        assert_eq!((&summary["count"], &summary["liked"], &summary["disliked"]), (&json!(3), &json!(2), &json!(1)));
        // Four stars are 0.5, one star is -1, a thumb up is 1.
        assert!((summary["average"].as_f64().unwrap() - 0.5 / 3.0).abs() < 1e-9, "{summary}");
        let weeks = summary["weeks"].as_array().unwrap();
        assert_eq!(weeks.iter().map(|week| week["count"].as_i64().unwrap()).sum::<i64>(), 3);
        assert!(text(&weeks[0]["week"]).contains("T00:00:00"), "{summary}");
        let page = api.get(&format!("/api/v1/agents/{id}/feedback?limit=2")).expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 2);
        assert_eq!(page["items"][0]["run_id"], two["run_id"], "newest first");
        let cursor = text(&page["next_cursor"]);
        let rest = api.get(&format!("/api/v1/agents/{id}/feedback?limit=2&cursor={cursor}")).expect(200);
        assert_eq!((&rest["items"][0]["id"], rest.get("next_cursor")), (&first["id"], None));
        for (body, field) in [
            (json!({"rating": 0}), "rating"),
            (json!({"rating": 6}), "rating"),
            (json!({"rating": -1, "scale": "stars"}), "rating"),
            (json!({"rating": 1, "comment": "x".repeat(4_001)}), "comment"),
            (json!({"rating": 1, "correction": "x".repeat(4_001)}), "correction"),
            (json!({"comment": "x"}), "rating"),
        ] {
            let refused = rate(&api, &one, body);
            assert_eq!(refused.status, 422, "{refused:?}");
            assert_eq!(refused.body["error"]["details"]["field"], field);
        }
        let path = format!("/api/v1/runs/{}/feedback", text(&one["run_id"]));
        api.delete(&path).expect(204);
        api.delete(&path).expect(404);
        assert_eq!(report()["summary"]["count"], 2, "only one's own");
        let viewer = Person::invite(&api, "viewer@example.org", "viewer").api;
        assert_eq!(rate(&viewer, &one, json!({"rating": 1})).status, 403);
    });
}

#[test]
fn another_organization_sees_and_rates_nothing() {
    on_both(|database| {
        let mut server = Server::start(Options::new(BINARY, database));
        let stranger = other_organization(&mut server);
        let api = server.api();
        let id = agent(&api, json!({}));
        let one = run(&api, &id, "one");
        rate(&stranger, &one, json!({"rating": 1})).expect(404);
        stranger.get(&format!("/api/v1/agents/{id}/feedback")).expect(404);
        assert_eq!(api.get(&format!("/api/v1/agents/{id}/feedback")).expect(200)["summary"]["count"], 0);
    });
}

/// What a model was told of instructions shows in what the run is said to have learned; the scripted model repeats only
/// the user's words, so the kept run is looked at.
fn learned(api: &Api, id: &str, watcher: &Api) -> Option<Value> {
    let job = api.post("/agents/execute", json!({"agent_id": id, "message": "m"})).expect(200)["job_id"].clone();
    eventually("the run has ended", 20, || {
        let jobs = api.get("/jobs/status/recent").expect(200)["jobs"].as_array().unwrap().clone();
        jobs.into_iter().find(|one| one["id"] == job && one["completed_at"].is_string())
    });
    let list = watcher.get("/jobs/status/recent").expect(200);
    list["jobs"].as_array().unwrap().iter().find(|one| one["id"] == job).map(|one| one["learned"].clone())
}

#[test]
fn an_agent_that_learns_is_told_what_its_user_said_and_nobody_else() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let other = Person::invite(&api, "other@example.org", "operator").api;
        let id = agent(&api, json!({"learning_enabled": true}));
        let plain = agent(&api, json!({"name": "Plain"}));
        assert_eq!(learned(&api, &id, &api), Some(Value::Null));
        let one = run(&api, &id, "one");
        let said = rate(&api, &one, json!({"rating": -1, "correction": "In euros"})).expect(200);
        let quiet = run(&api, &id, "two");
        rate(&api, &quiet, json!({"rating": 1})).expect(200);
        assert_eq!(learned(&api, &id, &api), Some(json!(1)), "only what was said in words");
        assert_eq!(learned(&other, &id, &other), Some(Value::Null), "another's words are not for this one");
        rate(&api, &run(&api, &plain, "one"), json!({"rating": 1, "comment": "Good"})).expect(200);
        assert_eq!(learned(&api, &plain, &api), Some(Value::Null), "unless it is to learn");
        for n in 0..12 {
            rate(&api, &run(&api, &id, "more"), json!({"rating": 5, "comment": format!("Comment {n}")})).expect(200);
        }
        assert_eq!(learned(&api, &id, &api), Some(json!(10)), "bounded");
        assert!(text(&said["id"]).starts_with("fb_"));
        api.delete(&format!("/api/v1/runs/{}/feedback", text(&one["run_id"]))).expect(204);
    });
}

#[test]
fn a_draft_is_proposed_by_the_agents_model_and_decided_by_a_person() {
    on_both(|database: Database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let better = json!({"instructions": "Be kind.\nBe very brief.", "reasoning": "Answers were too long."});
        let script = json!([
            {"when": "improve the instructions from the feedback", "turns": [{"say": format!("```json\n{better}\n```")}]},
            {"turns": [{"say": "A long answer."}]}
        ]);
        let id = agent(&api, json!({"metadata": {"script": script}}));
        let improve = || api.post(&format!("/api/v1/agents/{id}/improve"), json!({}));
        let refused = improve();
        assert_eq!((refused.status, refused.code()), (409, "no_feedback"));
        let one = run(&api, &id, "Hello");
        let said = rate(&api, &one, json!({"rating": -1, "comment": "Too long"})).expect(200);
        let first = improve().expect(201);
        let draft = &first["draft"];
        assert_eq!((&draft["instructions"], &draft["state"]), (&better["instructions"], &json!("open")));
        assert_eq!((&draft["reasoning"], &draft["feedback"]), (&better["reasoning"], &json!([said["id"]])));
        let diff = text(&first["diff"]);
        assert!(
            diff.contains("-Be brief.") && diff.contains("+Be very brief.") && diff.contains(" Be kind."),
            "{diff}"
        );
        let instructions = || api.get(&format!("/api/v1/agents/{id}")).expect(200)["instructions"].clone();
        assert_eq!(instructions(), "Be kind.\nBe brief.", "nothing changes by itself");
        let second = improve().expect(201);
        let path = |view: &Value| format!("/api/v1/agents/{id}/drafts/{}", text(&view["draft"]["id"]));
        let third = improve().expect(201);
        let rejected = api.post(&format!("{}/reject", path(&third)), json!({})).expect(200);
        assert_eq!(rejected["draft"]["state"], "rejected");
        let operator = Person::invite(&api, "operator@example.org", "operator").api;
        assert_eq!(operator.post(&format!("{}/accept", path(&first)), json!({})).status, 403);
        let accepted = api.post(&format!("{}/accept", path(&first)), json!({})).expect(200);
        assert_eq!(accepted["draft"]["state"], "accepted");
        assert!(text(&accepted["draft"]["decided_by"]).starts_with("user_"));
        assert_eq!(instructions(), better["instructions"]);
        for (view, code) in [(&first, "draft_decided"), (&third, "draft_decided"), (&second, "draft_stale")] {
            let refused = api.post(&format!("{}/accept", path(view)), json!({}));
            assert_eq!((refused.status, refused.code()), (409, code), "{refused:?}");
        }
        let shown = api.get(&path(&second)).expect(200);
        assert_eq!((&shown["is_outdated"], &shown["draft"]["state"]), (&json!(true), &json!("open")));
        let page = api.get(&format!("/api/v1/agents/{id}/drafts?limit=2")).expect(200);
        assert_eq!(page["items"][0]["id"], third["draft"]["id"], "newest first");
        assert!(page["next_cursor"].is_string());
        let log = api.get("/api/v1/audit?limit=50").expect(200).to_string();
        for action in ["agent.improve", "agent.draft_accept", "agent.draft_reject"] {
            assert!(log.contains(action), "{action}");
        }
        // It would change nothing now: the model says the same again.
        let refused = improve();
        assert_eq!((refused.status, refused.code()), (409, "no_proposal"));
        // A model that fails is told of.
        let broken = agent(
            &api,
            json!({"name": "Broken", "metadata": {"script": [
            {"when": "improve the instructions", "turns": [{"fail": {"kind": "auth", "message": "no key"}}]},
            {"turns": [{"say": "x"}]}]}}),
        );
        rate(&api, &run(&api, &broken, "m"), json!({"rating": 1})).expect(200);
        let refused = api.post(&format!("/api/v1/agents/{broken}/improve"), json!({}));
        assert_eq!((refused.status, refused.code()), (503, "model_failed"));
        assert!(refused.text.contains("no key"));
    });
}

#[test]
fn runs_of_an_agent_that_was_not_shared_are_not_rated_by_others() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let other = Person::invite(&api, "other@example.org", "operator");
        let id = agent(&api, json!({"is_shared": false}));
        let one = run(&api, &id, "one");
        let refused = rate(&other.api, &one, json!({"rating": -1, "correction": "Give everything away"}));
        assert_eq!((refused.status, refused.code()), (403, "forbidden"), "{refused:?}");
        // Nor by a token that may not see other people's runs.
        let grants = format!("/api/v1/agents/{id}/grants");
        api.post(&grants, json!({"user_ids": [other.id]})).expect(204);
        let narrow = other.api.post("/api/v1/tokens", json!({"name": "n", "scopes": ["agents:run"]})).expect(201);
        let narrow = api.with_token(text(&narrow["token"]));
        assert_eq!(rate(&narrow, &one, json!({"rating": 1})).status, 403);
        rate(&other.api, &one, json!({"rating": 1})).expect(200);
        rate(&api, &one, json!({"rating": 1})).expect(200);
    });
}
