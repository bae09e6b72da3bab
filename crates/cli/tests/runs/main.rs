//! Agents at work over the native API: runs, threads, jobs, schedules, live events; on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod command;
mod jobs;
mod limits;
mod rights;
mod schedules;
mod stopped;
mod stream;
mod waiting;

use callwright_testkit::{
    Answer, Api, Database, Options, Person, Server, Upstream, on_both, people::other_organization,
};
use serde_json::{Value, json};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

/// A server with an upstream.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) upstream: Upstream,
    pub(crate) api: Api,
}

impl World {
    pub(crate) fn new(database: Database) -> Self {
        Self::with(Options::new(BINARY, database))
    }

    pub(crate) fn with(options: Options) -> Self {
        let server = Server::start(options);
        let api = server.api();
        Self { server, upstream: Upstream::start(), api }
    }

    /// A tool that asks the upstream at a path of its own name; `rest` comes over it.
    pub(crate) fn tool(&self, name: &str, rest: Value) {
        let mut tool = json!({
            "name": name, "kind": "http", "effect": "read", "parameters": {"type": "object"},
            "config": {"method": "POST", "url": self.upstream.url(&format!("/{name}"))}
        });
        for (key, value) in rest.as_object().unwrap() {
            tool[key] = value.clone();
        }
        self.api.post("/api/v1/tools", tool).expect(201);
    }

    /// An agent that plays `script`, with these tools.
    pub(crate) fn agent(&self, name: &str, script: Value, tools: &[&str]) {
        let agent = json!({"name": name, "model": "scripted", "metadata": {"script": script}});
        self.api.post("/api/v1/agents", agent).expect(201);
        for tool in tools {
            self.api.put(&format!("/api/v1/agents/{name}/tools/{tool}"), json!({})).ok();
        }
    }

    /// Runs an agent and waits until it has ended, or waits for somebody.
    #[track_caller]
    pub(crate) fn run(&self, agent: &str, rest: Value) -> Value {
        let mut wish = json!({"agent": agent, "message": "go", "wait_ms": 30000});
        for (key, value) in rest.as_object().unwrap() {
            wish[key] = value.clone();
        }
        self.api.post("/api/v1/runs", wish).ok()
    }

    /// A run as it is once it has settled.
    #[track_caller]
    pub(crate) fn settled(&self, run: &Value) -> Value {
        self.api.get(&format!("/api/v1/runs/{}?wait_ms=30000", id(run))).expect(200)
    }

    pub(crate) fn messages(&self, run: &Value) -> Vec<Value> {
        let thread = run["thread_id"].as_str().unwrap();
        let page = self.api.get(&format!("/api/v1/threads/{thread}/messages?limit=200")).expect(200);
        page["items"].as_array().unwrap().clone()
    }

    pub(crate) fn steps(&self, run: &Value) -> Vec<Value> {
        let page = self.api.get(&format!("/api/v1/runs/{}/steps?limit=200", id(run))).expect(200);
        page["items"].as_array().unwrap().clone()
    }
}

#[track_caller]
pub(crate) fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("no id in {value}")).to_owned()
}

#[track_caller]
pub(crate) fn is(run: &Value, state: &str) {
    assert_eq!(run["state"], state, "{run}");
}

/// Two tools, one after the other.
pub(crate) fn two_steps() -> Value {
    json!([
        {"say": "Let me look.", "calls": [{"name": "find", "arguments": {"what": "{{message}}"}}]},
        {"calls": [{"name": "book", "arguments": {"id": "{{results.find.id}}"}}]},
        {"say": "Booked: {{results.book.code}}"},
    ])
}

#[test]
fn a_run_with_two_tools_has_an_answer_and_a_record() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("find", json!({}));
        world.tool("book", json!({"effect": "write"}));
        world.upstream.next(Answer::json(200, json!({"id": 7}))).next(Answer::json(200, json!({"code": "B7"})));
        world.agent("Booker", two_steps(), &["find", "book"]);
        let reply = world.api.post(
            "/api/v1/agents/Booker/runs",
            json!({"message": [{"type": "text", "text": "a table"}], "metadata": {"order": 3}, "wait_ms": 30000}),
        );
        let location = reply.header("location").unwrap().to_owned();
        let run = reply.expect(200);
        assert_eq!(
            (&run["state"], &run["output"], &run["steps"]),
            (&json!("completed"), &json!("Booked: B7"), &json!(3))
        );
        assert_eq!((&run["input"], &run["metadata"]["order"]), (&json!("a table"), &json!(3)));
        assert!(run["usage"]["total_tokens"].as_u64().unwrap() > 0);
        assert_eq!(world.api.get(&location).expect(200), run);

        let asked = world.upstream.requests();
        assert_eq!((asked[0].json(), asked[1].json()), (json!({"what": "a table"}), json!({"id": 7})));
        let key = format!("{}:2:1", id(&run));
        assert_eq!(asked[1].header("idempotency-key"), Some(key.as_str()), "its place in the run");

        let roles: Vec<String> =
            world.messages(&run).iter().map(|message| message["role"].as_str().unwrap().to_owned()).collect();
        assert_eq!(roles, ["user", "assistant", "tool", "assistant", "tool", "assistant"]);
        let steps = world.steps(&run);
        let places: Vec<(i64, i64)> =
            steps.iter().map(|s| (s["seq"].as_i64().unwrap(), s["position"].as_i64().unwrap())).collect();
        assert_eq!(places, [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0)]);
        let execution = steps[3]["execution_id"].as_str().unwrap();
        let execution = world.api.get(&format!("/api/v1/executions/{execution}")).expect(200);
        assert_eq!((&execution["tool_name"], &execution["state"]), (&json!("book"), &json!("done")));
        let job = world.api.get(&format!("/api/v1/jobs/{}", run["job_id"].as_str().unwrap())).expect(200);
        assert_eq!((&job["state"], &job["kind"], &job["subject"]), (&json!("done"), &json!("run"), &run["id"]));
    });
}

#[test]
fn a_thread_goes_on_and_its_variables_with_it() {
    on_both(|database| {
        let world = World::new(database);
        world.tool(
            "find",
            json!({"config": {
                "method": "POST", "url": world.upstream.url("/find"),
                "body": {"json": {"city": "{{ context.client.city }}", "table": "{{ context.client.table }}"}}
            }}),
        );
        let script = json!([{"calls": [{"name": "find"}]}, {"say": "done"}]);
        world.agent("Host", script, &["find"]);
        let spec = json!({"title": "Dinner", "agent": "Host", "context": {"city": "Ulm", "table": 1},
            "messages": [{"role": "user", "content": [{"type": "text", "text": "earlier"}]},
                {"role": "assistant", "text": "yes"}]});
        let thread = world.api.post("/api/v1/threads", spec).expect(201);
        assert_eq!((&thread["message_count"], &thread["title"]), (&json!(2), &json!("Dinner")));
        let first = world.run("Host", json!({"thread_id": thread["id"], "context": {"table": 2}}));
        is(&first, "completed");
        assert_eq!(world.upstream.requests()[0].json(), json!({"city": "Ulm", "table": 2}), "the run's comes over it");

        let path = format!("/api/v1/threads/{}", id(&thread));
        let patched = world.api.patch(&path, json!({"context": {"city": "Bonn", "table": 3}})).expect(200);
        assert_eq!((&patched["title"], &patched["message_count"]), (&json!("Dinner"), &json!(6)));
        is(&world.run("Host", json!({"thread_id": thread["id"]})), "completed");
        assert_eq!(world.upstream.requests()[1].json(), json!({"city": "Bonn", "table": 3}));

        // The messages in pages.
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.api.get(&format!("{path}/messages?limit=3{cursor}")).expect(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["seq"].as_i64().unwrap()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, (1..=10).collect::<Vec<i64>>());
        let runs = world.api.get(&format!("/api/v1/runs?thread_id={}&user=me&agent=Host", id(&thread))).expect(200);
        assert_eq!(runs["items"].as_array().unwrap().len(), 2);
        world.api.delete(&path).expect(204);
        assert_eq!(world.api.get(&path).status, 404);
        assert_eq!(
            world.api.post("/api/v1/runs", json!({"agent": "Host", "message": "x", "thread_id": thread["id"]})).status,
            404
        );
    });
}

#[test]
fn one_run_at_a_time_works_on_a_thread_and_a_key_names_one_run() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Slow", json!([{"delay_ms": 1500, "say": "there"}]), &[]);
        let keyed = world.api.with_header("Idempotency-Key", "once");
        let wish = json!({"agent": "Slow", "message": "go"});
        let first = keyed.post("/api/v1/runs", wish.clone()).expect(202);
        let busy = world
            .api
            .post("/api/v1/runs", json!({"agent": "Slow", "message": "me too", "thread_id": first["thread_id"]}));
        assert_eq!((busy.status, busy.code()), (409, "thread_busy"));
        let thread = format!("/api/v1/threads/{}", first["thread_id"].as_str().unwrap());
        assert_eq!(world.api.delete(&thread).code(), "thread_busy");
        let again = keyed.post("/api/v1/runs", wish.clone()).expect(202);
        assert_eq!(again["id"], first["id"]);
        let other = keyed.post("/api/v1/runs", json!({"agent": "Slow", "message": "something else"}));
        assert_eq!((other.status, other.code()), (409, "idempotency_key_reused"));
        is(&world.settled(&first), "completed");
        assert_eq!(keyed.post("/api/v1/runs", wish).expect(200)["id"], first["id"]);
        // A key is its user's own.
        let person = Person::invite(&world.api, "op@example.org", "operator").api;
        let theirs = person.with_header("Idempotency-Key", "once");
        assert_ne!(
            theirs.post("/api/v1/runs", json!({"agent": "Slow", "message": "go"})).expect(202)["id"],
            first["id"]
        );
        assert_eq!(world.api.get("/api/v1/runs").expect(200)["items"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn a_run_may_have_other_tools_than_its_agent() {
    on_both(|database| {
        let world = World::new(database);
        for name in ["find", "book", "secret"] {
            world.tool(name, json!({"is_shared": name != "secret"}));
        }
        world.agent("Booker", json!([{"calls": [{"name": "book"}]}, {"say": "{{result}}"}]), &["find"]);
        let with = world.run("Booker", json!({"tools": ["find", "book"]}));
        is(&with, "completed");
        assert_eq!((world.upstream.count(), &with["output"]), (1, &json!(r#"{"ok":true}"#)));
        let without = world.run("Booker", json!({"tools": []}));
        assert!(without["output"].as_str().unwrap().contains("there is no tool `book` here"), "{without}");
        assert_eq!(world.upstream.count(), 1);

        let person = Person::invite(&world.api, "op@example.org", "operator").api;
        let refused =
            person.post("/api/v1/runs", json!({"agent": "Booker", "message": "go", "tools": ["find", "secret"]}));
        assert_eq!((refused.status, refused.code()), (403, "forbidden"));
        assert!(refused.text.contains("`secret`"), "{refused:?}");
        assert_eq!(
            person.post("/api/v1/runs", json!({"agent": "Booker", "message": "go", "tools": ["find"]})).status,
            202
        );
    });
}

#[test]
fn an_agent_that_was_not_shared_is_run_by_nobody_else() {
    on_both(|database| {
        let mut world = World::new(database);
        let mine = json!({"name": "Mine", "model": "scripted", "is_shared": false, "limits": {"max_steps": 3},
            "temperature": 0.5, "max_output_tokens": 100});
        let agent = world.api.post("/api/v1/agents", mine).expect(201);
        assert_eq!((&agent["temperature"], &agent["limits"]["max_steps"]), (&json!(0.5), &json!(3)));
        let person = Person::invite(&world.api, "op@example.org", "operator");
        let wish = json!({"message": "hello", "wait_ms": 20000});
        let path = "/api/v1/agents/Mine/runs";
        assert_eq!(person.api.post(path, wish.clone()).status, 403);
        let grants = "/api/v1/agents/Mine/grants";
        world.api.post(grants, json!({"user_ids": [person.id]})).expect(204);
        assert_eq!(world.api.get(grants).expect(200)["items"][0]["email"], "op@example.org");
        let run = person.api.post(path, wish.clone()).expect(200);
        world.api.post(grants, json!({"user_ids": [person.id], "grant_access": false})).expect(204);
        assert_eq!(person.api.post(path, wish.clone()).status, 403);
        assert!(world.api.get(grants).expect(200)["items"].as_array().unwrap().is_empty());
        // Another's thread is theirs alone, unless an administrator takes it.
        let thread = json!({"agent": "Mine", "message": "hi", "thread_id": run["thread_id"]});
        let other = Person::invite(&world.api, "op2@example.org", "builder");
        world.api.post(grants, json!({"user_ids": [other.id]})).expect(204);
        assert_eq!(other.api.post("/api/v1/runs", thread).status, 404);

        // Next door there is none of it.
        let abroad = other_organization(&mut world.server);
        for path in [
            format!("/api/v1/runs/{}", id(&run)),
            format!("/api/v1/runs/{}/steps", id(&run)),
            format!("/api/v1/runs/{}/events", id(&run)),
            format!("/api/v1/threads/{}", run["thread_id"].as_str().unwrap()),
            format!("/api/v1/threads/{}/messages", run["thread_id"].as_str().unwrap()),
            format!("/api/v1/jobs/{}", run["job_id"].as_str().unwrap()),
        ] {
            assert_eq!(abroad.get(&path).status, 404, "{path}");
        }
        for list in ["runs", "threads", "jobs", "schedules"] {
            let page = abroad.get(&format!("/api/v1/{list}")).expect(200);
            assert!(page["items"].as_array().unwrap().is_empty(), "{page}");
        }
        let filtered =
            abroad.get(&format!("/api/v1/runs?thread_id={}", run["thread_id"].as_str().unwrap())).expect(200);
        assert!(filtered["items"].as_array().unwrap().is_empty());
    });
}

#[test]
fn what_makes_no_sense_is_refused_with_its_field() {
    let world = World::new(Database::Sqlite);
    world.agent("A", json!([]), &[]);
    for (body, field) in [
        (json!({"message": "x"}), "agent"),
        (json!({"agent": "A"}), "message"),
        (json!({"agent": "A", "message": "  "}), "message"),
        (json!({"agent": "A", "message": [{"type": "song"}]}), "message"),
        (json!({"agent": "A", "message": []}), "message"),
        (json!({"agent": "A", "message": "x", "wait_ms": 120_001}), "wait_ms"),
        (json!({"agent": "A", "message": "x", "priority": 101}), "priority"),
        (json!({"agent": "A", "message": "x", "delay_s": 40_000_000}), "delay_s"),
        (json!({"agent": "A", "message": "x", "limits": {"max_steps": 0}}), "limits.max_steps"),
        (json!({"agent": "A", "message": "x", "webhook": {"url": "ftp://x"}}), "webhook.url"),
        (json!({"agent": "A", "message": "x", "context": {"a": "x".repeat(70_000)}}), "context"),
        (json!({"agent": "A", "message": "x", "thread": "y"}), "thread"),
    ] {
        let reply = world.api.post("/api/v1/runs", body.clone());
        assert_eq!((reply.status, reply.body["error"]["details"]["field"].as_str()), (422, Some(field)), "{reply:?}");
    }
    assert_eq!(world.api.post("/api/v1/agents/A/runs", json!({"agent": "B", "message": "x"})).status, 422);
    assert_eq!(world.api.get("/api/v1/runs?user=nobody").status, 422);
    assert_eq!(world.api.get("/api/v1/runs?state=asleep").status, 422);
    assert_eq!(world.api.post("/api/v1/runs", json!({"agent": "None", "message": "x"})).status, 404);
    let none = world.api.get("/api/v1/runs").expect(200);
    assert!(none["items"].as_array().unwrap().is_empty());
}
