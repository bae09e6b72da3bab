//! Calls that take long: as tasks of the revision with sessions, and kept alive by what the client is told meanwhile.

use std::{process::Command, time::Duration};

use callwright_testkit::{Answer, Database, Options, Ran, eventually, on_both, postgres};
use serde_json::{Value, json};

use super::{
    ACCEPT, BINARY, JSON, Session, World,
    clients::{installed, python},
    listening::Listening,
    text,
};

const SLOW: &str = "import time\n\ndef execute_tool(seconds):\n    time.sleep(seconds)\n    return 'slept'\n";

/// Gives what the log hides.
const CARD: &str =
    "import time\n\ndef execute_tool(seconds=0):\n    time.sleep(seconds)\n    return {'number': '4111'}\n";

fn world(database: Database) -> World {
    with(Options::new(BINARY, database))
}

fn with(options: Options) -> World {
    let world = World::with(options);
    let seconds = json!({"type": "object", "properties": {"seconds": {"type": "number"}}, "required": ["seconds"]});
    let slow = json!({"name": "slow", "kind": "python", "effect": "read", "parameters": &seconds,
        "config": {"code": SLOW}, "policy": {"timeout_ms": 90_000}});
    world.api.post("/api/v1/tools", slow).expect(201);
    let file = json!({"name": "file", "kind": "python", "effect": "write", "parameters": seconds,
        "config": {"code": SLOW}, "policy": {"timeout_ms": 90_000}});
    world.api.post("/api/v1/tools", file).expect(201);
    let card = json!({"name": "card", "kind": "python", "effect": "read", "parameters": {"type": "object",
        "properties": {"seconds": {"type": "number"}}}, "config": {"code": CARD}, "result": {"redact": ["/number"]},
        "policy": {"timeout_ms": 90_000}});
    world.api.post("/api/v1/tools", card).expect(201);
    world
}

fn begin(session: &Session, name: &str, arguments: Value) -> Value {
    let answer = session.ask("tools/call", json!({"name": name, "arguments": arguments, "task": {"ttl": 60_000}}));
    assert!(answer["error"].is_null(), "{answer}");
    answer["result"]["task"].clone()
}

fn task(session: &Session, method: &str, id: &Value) -> Value {
    session.ask(method, json!({"taskId": id}))
}

fn task_result(session: &Session, begun: &Value) -> Value {
    task(session, "tasks/result", &begun["taskId"])["result"].clone()
}

#[test]
fn a_task_outlives_its_session_and_its_server() {
    on_both(|database| {
        let mut world = world(database);
        let session = Session::begin(&world.api, "/mcp", json!({}));
        assert_eq!(session.begun["capabilities"]["tasks"]["requests"]["tools"]["call"], json!({}));
        let hired = begin(&session, "hire", json!({}));
        assert_eq!((&hired["status"], &hired["pollInterval"]), (&json!("working"), &json!(1_000)), "{hired}");
        let id = &hired["taskId"];
        assert_eq!(task(&session, "tasks/get", id)["result"]["status"], "working");
        let slow = begin(&session, "slow", json!({"seconds": 1}));
        // However soon it ends, whoever called is given all of it.
        let quick = begin(&session, "card", json!({}));
        assert_eq!(quick["status"], "working", "{quick}");
        let number = |task: &Value| super::text(&task_result(&session, task)).contains("4111");
        assert!(number(&quick));
        let card = begin(&session, "card", json!({"seconds": 1}));

        world.server.kill9();
        world.server.restart();
        let other = Session::begin(&world.api, "/mcp", json!({}));
        assert_eq!(task(&session, "tasks/get", id)["result"]["status"], "working", "the session goes on as well");
        // An operator agrees, with a token of their own.
        let made = world.api.post("/api/v1/tokens", json!({"name": "operator"})).expect(201);
        let operator = world.api.with_token(made["token"].as_str().unwrap());
        let open = operator.get("/api/v1/approvals?state=open").expect(200);
        let ticket =
            open["items"].as_array().unwrap().iter().find(|ticket| ticket["kind"] == "approval").unwrap().clone();
        operator.post(&format!("/api/v1/approvals/{}/approve", ticket["id"].as_str().unwrap()), json!({})).ok();
        let result = task(&other, "tasks/result", id);
        assert_eq!(result["result"]["isError"], false, "{result}");
        assert_eq!(&result["result"]["_meta"]["io.modelcontextprotocol/related-task"]["taskId"], id);
        assert_eq!(task(&other, "tasks/get", id)["result"]["status"], "completed");
        // A read that was cut off is carried out again.
        let slept = task(&other, "tasks/result", &slow["taskId"]);
        assert_eq!(text(&slept["result"]), "slept", "{slept}");
        assert!(number(&card), "also then all of it is there");

        // It is its user's: for others it is not there.
        let theirs = callwright_testkit::Person::invite(&world.api, "other@example.org", "admin").api;
        let theirs = Session::begin(&theirs, "/mcp", json!({}));
        for method in ["tasks/get", "tasks/result", "tasks/cancel"] {
            assert_eq!(task(&theirs, method, id)["error"]["code"], -32602, "{method}");
            assert_eq!(task(&session, method, &json!("nonsense"))["error"]["code"], -32602, "{method}");
        }
        let listed =
            |session: &Session| session.ask("tasks/list", json!({}))["result"]["tasks"].as_array().unwrap().len();
        assert_eq!((listed(&session), listed(&theirs)), (4, 0));
        assert_eq!(task(&session, "tasks/cancel", id)["error"]["code"], -32602, "it has ended");
    });
}

#[test]
fn a_task_that_nobody_waits_for_while_it_begins_is_carried_out() {
    // Only a database that others may write to can be held up.
    if !postgres::is_available() {
        return;
    }
    let world = world(Database::Postgres);
    let session = Session::begin(&world.api, "/mcp", json!({}));
    let url = world.server.database_url().unwrap().to_owned();
    let hold = "BEGIN; LOCK TABLE ticket IN EXCLUSIVE MODE; SELECT pg_sleep(1.5); COMMIT";
    std::thread::scope(|scope| {
        scope.spawn(move || postgres::execute(&url, hold));
        std::thread::sleep(Duration::from_millis(400));
        let begun = scope.spawn(|| {
            let params = json!({"name": "slow", "arguments": {"seconds": 0}, "task": {"ttl": 60_000}});
            session.ask("tools/call", params)
        });
        std::thread::sleep(Duration::from_millis(400));
        session.tell("notifications/cancelled", json!({"requestId": 9}));
        let told = begun.join().unwrap();
        assert!(told["result"]["task"].is_null(), "it was given up before there was a task: {told}");
    });
    // What has a row has somebody who is at it.
    eventually("its end", 10, || {
        let executions = world.api.get("/api/v1/executions").expect(200);
        let mut slow = executions["items"].as_array().unwrap().iter().filter(|one| one["tool_name"] == "slow");
        slow.any(|one| one["state"] == "done").then_some(())
    });
}

#[test]
fn a_task_that_is_given_up_ends() {
    let world = world(Database::Sqlite);
    let session = Session::begin(&world.api, "/mcp", json!({}));
    let parked = begin(&session, "hire", json!({}));
    let running = begin(&session, "slow", json!({"seconds": 60}));
    for (begun, count) in [(parked, 0), (running, 0)] {
        let cancelled = task(&session, "tasks/cancel", &begun["taskId"]);
        assert_eq!(cancelled["result"]["status"], "cancelled", "{cancelled}");
        eventually("its end", 10, || {
            (task(&session, "tasks/get", &begun["taskId"])["result"]["status"] == "cancelled").then_some(())
        });
        assert_eq!(world.upstream.take().len(), count);
    }
    // A write is not waited for either.
    let filed = begin(&session, "file", json!({"seconds": 3}));
    assert_eq!(filed["status"], "working", "{filed}");
    let result = task(&session, "tasks/result", &filed["taskId"]);
    assert_eq!(text(&result["result"]), "slept", "{result}");
    let unknown = session.ask("tools/call", json!({"name": "nope", "task": {}}));
    assert_eq!(unknown["error"]["code"], -32602);
    let own = session.ask("tools/call", json!({"name": "confirm_action", "arguments": {}, "task": {}}));
    assert_eq!(own["error"]["code"], -32601);
    // Where only the model can ask the person, the result says so.
    let asked = begin(&session, "refund", json!({"amount": 3}));
    assert_eq!(asked["status"], "completed", "{asked}");
    let result = task(&session, "tasks/result", &asked["taskId"])["result"].clone();
    assert!(text(&result).contains("confirm_action"), "{result}");
}

#[test]
fn a_task_is_told_though_it_is_not_written_down() {
    on_both(|database| {
        let mut world = World::new(database);
        world.server.refuse("INSERT ON execution", "NEW.effect = 'read'");
        let session = Session::begin(&world.api, "/mcp", json!({}));
        let begun = begin(&session, "get_weather", json!({"town": 1}));
        assert_eq!(begun["status"], "failed", "{begun}");
        assert!(begun["taskId"].as_str().unwrap().starts_with("exec_"), "{begun}");
        assert!(begun["statusMessage"].as_str().unwrap().contains("do not fit"), "{begun}");
        world.server.accept();
    });
}

#[test]
fn a_person_agrees_to_a_task_of_a_conversation_and_once() {
    on_both(|database| {
        let world = World::new(database);
        let session = Session::begin(&world.api, "/mcp", json!({"elicitation": {}}));
        let call = json!({"name": "refund", "arguments": {"amount": 4}, "task": {},
            "_meta": {"callwright/context": {"conversation_id": "c1", "call_sid": "CA1"}}});
        let id = session.ask("tools/call", call)["result"]["task"]["taskId"].clone();
        let related = json!({"taskId": id});
        // Two wait for one task, and both are asked; what the second says comes too late to count.
        let waiting = [(); 2].map(|()| Listening::ask(&world.server, &session, "tasks/result", related.clone()));
        let asked: Vec<Value> = waiting.iter().map(|stream| stream.next().data).collect();
        for (asked, action) in asked.iter().zip(["accept", "decline"]) {
            let result = json!({"action": action, "content": {"confirmed": action == "accept"}});
            let taken = session.send(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": result}));
            // Where it was seen already what the other said, this is told at once to count no more.
            assert!(taken.status == 202 || (action == "decline" && taken.status == 409), "{taken:?}");
            if action == "accept" {
                world.upstream.wait_for(1);
            }
        }
        for stream in &waiting {
            let done = stream.next().data;
            assert_eq!(done["result"]["structuredContent"], json!({"paid": true}), "{done}");
        }
        assert_eq!(world.upstream.count(), 1);
    });
}

#[test]
fn a_person_is_asked_once_though_their_word_cannot_be_noted_yet() {
    let mut world = World::new(Database::Postgres);
    world.server.refuse("UPDATE ON ticket", "NEW.state = 'approved'");
    let session = Session::begin(&world.api, "/mcp", json!({"elicitation": {}}));
    let id = begin(&session, "refund", json!({"amount": 4}))["taskId"].clone();
    let waiting = Listening::ask(&world.server, &session, "tasks/result", json!({"taskId": id}));
    let asked = waiting.next().data;
    assert_eq!(asked["method"], "elicitation/create", "{asked}");
    let result = json!({"action": "accept", "content": {"confirmed": true}});
    let taken = session.send(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": result}));
    assert_eq!(taken.status, 202, "{taken:?}");
    let again = waiting.events.recv_timeout(Duration::from_secs(2));
    assert!(again.is_err() && world.upstream.count() == 0, "{again:?}");
    world.server.accept();
    let done = waiting.next().data;
    assert_eq!(done["result"]["structuredContent"], json!({"paid": true}), "{done}");
    assert_eq!(world.upstream.count(), 1);
}

#[test]
fn a_call_that_is_to_be_a_task_is_one_or_is_not_made() {
    let world = World::new(Database::Sqlite);
    let session = Session::begin(&world.api, "/mcp", json!({}));
    let begin = |headers: &[(&str, &str)], task: &str| {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"pay","arguments":{{"amount":1}},{task}}}}}"#
        );
        let headers = [headers, &[JSON, ("mcp-session-id", &session.id)]].concat();
        super::answer_of(&world.api.raw("POST", "/mcp", &headers, Some(body.into_bytes())))
    };
    // What a client takes in two lines, and a key that is said twice.
    let version = ("mcp-protocol-version", "2025-11-25");
    let lines = [("accept", "application/json"), ("accept", "text/event-stream"), version];
    let begun = [begin(&lines, r#""task":{}"#), begin(&[ACCEPT, version], r#""task":{"ttl":1},"task":{}"#)];
    for begun in begun {
        assert!(begun["result"]["task"]["taskId"].is_string(), "{begun}");
    }
    world.upstream.wait_for(2);
    let refused = begin(&[ACCEPT, version, version], r#""task":{}"#);
    assert_eq!((&refused["error"]["code"], world.upstream.count()), (&json!(-32600), 2), "{refused}");
}

#[test]
fn a_write_that_was_sent_is_not_told_as_cancelled() {
    let world = World::new(Database::Sqlite);
    let session = Session::begin(&world.api, "/mcp", json!({}));
    world.upstream.next(Answer::json(200, json!({"paid": true})).delay(Duration::from_secs(5)));
    let id = begin(&session, "pay", json!({"amount": 2}))["taskId"].clone();
    world.upstream.wait_for(1);
    let cancelled = task(&session, "tasks/cancel", &id)["result"].clone();
    let later = task(&session, "tasks/get", &id)["result"].clone();
    assert_eq!((&cancelled["status"], &later["status"]), (&json!("failed"), &json!("failed")), "{cancelled}");
    assert!(cancelled["statusMessage"].as_str().is_some_and(|said| !said.is_empty()), "{cancelled}");
}

#[test]
fn an_organization_has_a_bounded_number_of_tasks_under_way() {
    let world = with(Options::new(BINARY, Database::Sqlite).env("CALLWRIGHT_MCP_SESSIONS_MAX", "2"));
    let session = Session::begin(&world.api, "/mcp", json!({}));
    let ask = |seconds: u64| {
        session.ask("tools/call", json!({"name": "slow", "arguments": {"seconds": seconds}, "task": {}}))
    };
    let first = [ask(2), ask(2)];
    assert!(first.iter().all(|begun| begun["error"].is_null()), "{first:?}");
    assert_eq!(ask(0)["error"]["code"], -32600);
    // What waits for somebody is nothing that is under way, and an end makes room.
    eventually("a place", 10, || ask(0)["error"].is_null().then_some(()));
    for _ in 0..4 {
        let parked = || session.ask("tools/call", json!({"name": "hire", "arguments": {}, "task": {}}));
        eventually("a place", 10, || (parked()["result"]["task"]["status"] == "working").then_some(()));
    }
}

#[test]
fn the_typescript_sdk_calls_as_tasks_and_waits() {
    let Some(folder) = installed("CALLWRIGHT_TEST_MCP_NODE") else { return };
    let world = world(Database::Sqlite);
    let wish = json!({"url": format!("{}/mcp", world.server.url()), "token": world.server.token(), "folder": folder});
    let mut command = Command::new(folder.join("node_modules/.bin/node"));
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp/tasks.mjs"));
    let found = Ran::of(command, &wish.to_string()).json();
    assert_eq!((&found["support"]["slow"], &found["support"]["refund"]), (&json!("optional"), &json!("optional")));
    assert_eq!(found["slow"]["seen"], json!(["taskCreated", "working", "completed", "result"]), "{found}");
    assert_eq!(text(&found["slow"]["result"]), "slept");
    assert_eq!(found["refund"]["result"]["isError"], false, "{found}");
    assert_eq!(found["asked"], json!(["Pay 4 back?"]));
    assert!(found["broken"]["result"]["error"].as_str().unwrap().contains("failed"), "{found}");
    assert_eq!(found["listed"], json!(["failed", "completed", "completed"]), "newest first: {found}");
    assert_eq!((&found["cancelled"], &found["twice"]), (&json!("cancelled"), &json!(-32602)), "{found}");
    assert_eq!(found["patient"], "slept");
    assert!(found["progress"].as_u64().unwrap() >= 1, "{found}");
}

#[test]
fn the_python_sdk_waits_as_long_as_it_is_told_something() {
    let world = world(Database::Sqlite);
    for mode in ["legacy", "auto"] {
        let wish = json!({"kind": "patient", "mode": mode, "url": format!("{}/mcp", world.server.url()),
            "token": world.server.token()});
        let Some(found) = python(&wish) else { return };
        assert_eq!(found["text"], "slept", "{found}");
        assert!(found["progress"].as_u64().unwrap() >= 1, "{found}");
    }
}
