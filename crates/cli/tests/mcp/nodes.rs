//! Sessions at several nodes, and over a restart: their id says all that another process needs.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::Duration,
};

use callwright_testkit::{Api, Database, Options, Server, eventually, on_both};
use serde_json::{Value, json};

use super::{ACCEPT, BINARY, JSON, Session, World, answer_of, clients::installed, listening::Listening, names, text};

/// The same session as another server's client holds it.
fn at(server: &Server, session: &Session) -> Session {
    Session { api: server.api(), path: session.path.clone(), id: session.id.clone(), begun: Value::Null }
}

fn add(api: &Api, name: &str) {
    api.post("/api/v1/tools", json!({"name": name, "kind": "http", "config": {"url": "https://example.com"}}))
        .expect(201);
}

#[test]
fn a_session_goes_on_at_any_node() {
    let world = World::new(Database::Postgres);
    let other = world.server.beside();
    let session = Session::begin(&world.api, "/mcp", json!({"elicitation": {}}));
    assert!(session.id.len() < 500 && session.id.bytes().all(|b| b.is_ascii_graphic()), "{}", session.id);
    let there = at(&other, &session);
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    for _ in 0..3 {
        for session in [&there, &session] {
            let called = session.call("get_weather", json!({"city": "Paris"}));
            assert_eq!(called["structuredContent"]["degrees"], 21);
            let list = session.ask("tools/list", json!({}))["result"].clone();
            // What its client can do is known there as well: it is asked itself.
            assert!(
                names(&list).contains(&"refund".to_owned()) && !names(&list).contains(&"confirm_action".to_owned())
            );
            assert_eq!(answer_of(&session.send(&ping))["result"], json!({}));
            session.ask("logging/setLevel", json!({"level": "error"}));
        }
    }
    // A call first of all, which does not go by the protocol's own half of a session.
    let fresh = Session::begin(&world.api, "/mcp", json!({}));
    assert_eq!(at(&other, &fresh).call("get_weather", json!({"city": "Paris"}))["isError"], false);

    // There as here it is its token's, at its endpoint, and nobody can make one up.
    let made = world.api.post("/api/v1/tokens", json!({"name": "another", "scopes": ["mcp"]})).expect(201);
    let theirs = other.api().with_token(made["token"].as_str().unwrap());
    let fresh = Session::begin(&world.api, "/mcp", json!({}));
    let mut forged = fresh.id.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    for (api, path, id) in
        [(&theirs, "/mcp", &fresh.id), (&there.api, "/mcp/agents/Desk", &fresh.id), (&there.api, "/mcp", &forged)]
    {
        let stolen = Session { api: api.clone(), path: path.to_owned(), id: id.clone(), begun: Value::Null };
        assert_eq!(stolen.send(&ping).status, 404, "{path}");
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get_weather"}});
        assert_eq!(stolen.send(&call).status, 404, "{path}");
    }

    // What has ended does not come back where it was ended.
    let headers = [("mcp-session-id", session.id.as_str())];
    assert_eq!(other.api().raw("DELETE", "/mcp", &headers, None).status, 200);
    assert_eq!((there.send(&ping).status, other.api().raw("DELETE", "/mcp", &headers, None).status), (404, 404));
}

#[test]
fn what_changed_meanwhile_is_told_at_another_node() {
    let world = World::new(Database::Postgres);
    let other = world.server.beside();
    let session = Session::begin(&world.api, "/mcp", json!({}));
    let here = Listening::of(&world.server, &session, None);
    let begun = here.next();
    assert!(!begun.id.is_empty() && begun.data.is_null(), "{begun:?}");
    add(&world.api, "first");
    let told = here.next();
    assert_eq!(told.data["method"], "notifications/tools/list_changed");
    drop(here);
    // Nobody listens, and the other node is the one to come back to.
    add(&world.api, "second");
    eventually("the change at the other node", 10, || {
        names(&at(&other, &session).ask("tools/list", json!({}))["result"]).contains(&"second".to_owned()).then_some(())
    });
    let there = Listening::of(&other, &session, Some(&told.id));
    // The first event does not say yet that the change was told: a client that loses the line now is told it again.
    assert_eq!(there.next().id, told.id);
    drop(there);
    let there = Listening::of(&other, &session, Some(&told.id));
    assert_eq!(there.next().id, told.id);
    let second = there.next();
    assert_eq!(second.data["method"], "notifications/tools/list_changed");
    assert_ne!(second.id, told.id);
    add(&world.api, "third");
    let last = there.next();
    assert_eq!(last.data["method"], "notifications/tools/list_changed", "a change that the first node made");
    drop(there);
    // Nothing has changed since: nothing is told. And only the newest stream tells.
    let old = Listening::of(&other, &session, Some(&last.id));
    assert!(old.next().data.is_null());
    let new = Listening::of(&other, &session, Some(&last.id));
    assert!(new.next().data.is_null());
    std::thread::sleep(Duration::from_millis(500));
    assert!(old.events.try_recv().is_err() && new.events.try_recv().is_err());
    add(&other.api(), "fourth");
    let fourth = new.next();
    assert_eq!(fourth.data["method"], "notifications/tools/list_changed");
    assert!(old.events.try_recv().is_err());
    drop((old, new));
    // Of several changes only the last says that all of them were told.
    let code = "def execute_tool():\n    return {'$content': [{'type': 'resource', 'resource': {'uri': 'note://1', 'text': 'x'}}]}\n";
    let note = json!({"name": "note", "kind": "python", "effect": "read", "config": {"code": code}});
    world.api.post("/api/v1/tools", note).expect(201);
    eventually("the tool at the other node", 10, || {
        names(&at(&other, &session).ask("tools/list", json!({}))["result"]).contains(&"note".to_owned()).then_some(())
    });
    assert_eq!(at(&other, &session).call("note", json!({}))["isError"], false);
    let there = Listening::of(&other, &session, Some(&fourth.id));
    assert_eq!(there.next().id, fourth.id);
    let [tools, resources] = [there.next(), there.next()];
    assert_eq!((&tools.data["method"], tools.id.as_str()), (&json!("notifications/tools/list_changed"), ""));
    assert_eq!(resources.data["method"], "notifications/resources/list_changed");
    let again = Listening::of(&other, &session, Some(&resources.id));
    assert!(again.next().data.is_null() && again.events.recv_timeout(Duration::from_millis(500)).is_err());
}

#[test]
fn a_question_may_be_answered_at_another_node() {
    let world = World::new(Database::Postgres);
    let other = world.server.beside();
    let session = Session::begin(&world.api, "/mcp", json!({"elicitation": {}}));
    world.upstream.take();
    for (action, confirmed, count) in [("accept", true, 1), ("decline", false, 1)] {
        // The question belongs to the conversation that the call named; the answer need not name it.
        let call = json!({"name": "refund", "arguments": {"amount": 8},
            "_meta": {"callwright/context": {"conversation_id": "c1", "call_sid": "CA1"}}});
        let told = Listening::ask(&world.server, &session, "tools/call", call);
        let asked = told.next().data;
        assert_eq!(asked["method"], "elicitation/create", "{asked}");
        let answer = json!({"jsonrpc": "2.0", "id": asked["id"], "result": {"action": action, "content": {"confirmed": confirmed}}});
        let taken = at(&other, &session).send(&answer);
        assert_eq!(taken.status, 202, "{taken:?}");
        let done = told.next().data;
        assert_eq!((done["id"].clone(), &done["result"]["isError"]), (json!(5), &json!(!confirmed)), "{done}");
        assert_eq!(world.upstream.count(), count, "{done}");
        // A second answer is nobody's, and another session's is none of this one.
        let stranger = Session::begin(&world.api, "/mcp", json!({"elicitation": {}}));
        let refused = stranger.send(&answer);
        assert_eq!((refused.status, refused.code()), (409, "not_asked"));
    }
    // What a tool asks is for the node where it runs; elsewhere it is refused, and never taken for another's answer.
    let code = "def execute_tool(context):\n    answer = (context.get('input_responses') or {}).get('who')\n    \
                if answer is None:\n        return {'$input_required': {'requests': {'who': {'method': 'elicitation/create', \
                'params': {'message': 'Who?', 'requestedSchema': {'type': 'object', 'properties': {}}}}}}}\n    \
                return answer['content']['name']\n";
    world
        .api
        .post("/api/v1/tools", json!({"name": "ask", "kind": "python", "effect": "read", "config": {"code": code}}))
        .expect(201);
    let told = Listening::ask(&world.server, &session, "tools/call", json!({"name": "ask"}));
    let asked = told.next().data;
    let answer =
        json!({"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "accept", "content": {"name": "Ada"}}});
    let refused = at(&other, &session).send(&answer);
    assert_eq!((refused.status, refused.code()), (409, "not_asked"), "{refused:?}");
    assert_eq!(session.send(&answer).status, 202);
    assert_eq!(text(&told.next().data["result"]), "Ada");
}

#[test]
fn a_yes_counts_though_the_call_that_asked_has_gone() {
    on_both(|database| {
        let world = World::new(database);
        let session = Session::begin(&world.api, "/mcp", json!({"elicitation": {}}));
        world.upstream.take();
        let call = json!({"name": "refund", "arguments": {"amount": 8}});
        let told = Listening::ask(&world.server, &session, "tools/call", call);
        let asked = told.next().data;
        assert_eq!(asked["method"], "elicitation/create", "{asked}");
        drop(told);
        // Until the server has seen that.
        std::thread::sleep(Duration::from_millis(1_000));
        let result = json!({"action": "accept", "content": {"confirmed": true}});
        let answer = json!({"jsonrpc": "2.0", "id": asked["id"], "result": result});
        assert_eq!(session.send(&answer).status, 202);
        world.upstream.wait_for(1);
        // The same word again is told what came of it.
        assert_eq!((session.send(&answer).status, world.upstream.count()), (202, 1));
    });
}

#[test]
fn a_yes_at_another_node_is_told_as_it_goes_on() {
    let world = World::new(Database::Postgres);
    let other = world.server.beside();
    let session = Session::begin(&world.api, "/mcp", json!({"elicitation": {}}));
    let both = json!({"name": "fire", "kind": "http", "effect": "write", "policy": {"confirm": true, "approval": true},
        "config": {"method": "POST", "url": world.upstream.url("/fire")}});
    world.api.post("/api/v1/tools", both).expect(201);
    world.upstream.take();
    let answer = |asked: &Value| {
        let result = json!({"action": "accept", "content": {"confirmed": true}});
        at(&other, &session).send(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": result}))
    };
    // Somebody else must agree as well: that is told, and not waited for until the client's patience ends.
    let told = Listening::ask(&world.server, &session, "tools/call", json!({"name": "fire"}));
    assert_eq!(answer(&told.next().data).status, 202);
    let pending = told.next().data["result"].clone();
    assert_eq!((&pending["isError"], world.upstream.count()), (&json!(false), 0), "{pending}");
    assert!(text(&pending).contains("waits for an operator's approval"), "{pending}");
    // What takes a while is waited for, as it would be at the node that asked.
    world.upstream.next(callwright_testkit::Answer::json(200, json!({"paid": "late"})).delay(Duration::from_secs(3)));
    let told =
        Listening::ask(&world.server, &session, "tools/call", json!({"name": "refund", "arguments": {"amount": 9}}));
    assert_eq!(answer(&told.next().data).status, 202);
    let done = told.next().data["result"].clone();
    assert_eq!((&done["structuredContent"], world.upstream.count()), (&json!({"paid": "late"}), 1), "{done}");
    // A yes that comes too late is told so.
    let told =
        Listening::ask(&world.server, &session, "tools/call", json!({"name": "refund", "arguments": {"amount": 10}}));
    let asked = told.next().data;
    let log = world.api.get("/api/v1/executions?state=parked&tool=refund").expect(200);
    let id = log["items"][0]["id"].as_str().unwrap().to_owned();
    world.api.post(&format!("/api/v1/executions/{id}/cancel"), json!({})).ok();
    let refused = answer(&asked);
    assert_eq!((refused.status, refused.code()), (409, "ticket_void"), "{refused:?}");
    let ended = told.next().data["result"].clone();
    assert!(ended["isError"] == true && world.upstream.count() == 1, "{ended}");
}

#[test]
fn a_burst_of_beginnings_makes_no_more_sessions_than_there_may_be() {
    let options = Options::new(BINARY, Database::Sqlite).env("CALLWRIGHT_MCP_SESSIONS_MAX", "3");
    let world = World::with(options);
    let params =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let body = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}).to_string();
    let begin = || world.api.raw("POST", "/mcp", &[ACCEPT, JSON], Some(body.clone().into_bytes()));
    let mut begun: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..24).map(|_| scope.spawn(begin)).collect();
        all.into_iter().map(|each| each.join().unwrap()).collect()
    });
    begun.retain(|reply| {
        reply.status == 200 || {
            assert_eq!(reply.code(), "too_many_sessions");
            false
        }
    });
    assert_eq!(begun.len(), 3);
    // A place comes back when its session ends, or when its client was never told its id.
    let id = begun[0].header("mcp-session-id").unwrap();
    assert_eq!(world.api.raw("DELETE", "/mcp", &[("mcp-session-id", id)], None).status, 200);
    let bad = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": 7}}).to_string();
    for _ in 0..5 {
        let refused = world.api.raw("POST", "/mcp", &[ACCEPT, JSON], Some(bad.clone().into_bytes()));
        assert!(refused.header("mcp-session-id").is_none(), "{refused:?}");
    }
    eventually("the place that came back", 5, || (begin().status == 200).then_some(()));
    assert_eq!(begin().status, 429);
}

/// A client at work, which is told when to go on.
struct AtWork {
    child: std::process::Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl AtWork {
    fn start(mut command: Command, wish: &Value) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        writeln!(child.stdin.as_mut().unwrap(), "{wish}").unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// What it says next.
    fn said(&mut self) -> Value {
        let line = self.lines.next().expect("the client ended early").unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn go_on(&mut self) {
        writeln!(self.child.stdin.as_mut().unwrap(), "go").unwrap();
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client's session goes on though its server is killed and started again.
fn goes_on(command: Command, mut wish: Value) {
    let mut world = World::new(Database::Sqlite);
    let address = world.server.url().replace("http://", "");
    world.server.set_env("CALLWRIGHT_LISTEN", &address);
    wish["url"] = json!(format!("{}/mcp", world.server.url()));
    wish["token"] = json!(world.server.token());
    let mut client = AtWork::start(command, &wish);
    let before = client.said();
    assert_eq!(before["degrees"], 21, "{before}");
    world.server.kill9();
    world.server.restart();
    client.go_on();
    let after = client.said();
    assert_eq!((&after["degrees"], &after["refund"]), (&json!(21), &json!(false)), "{after}");
    assert!(after["tools"].as_u64().unwrap() > 3, "{after}");
    assert_eq!(after["session"], before["session"], "it began no other");
    add(&world.api, "added");
    client.go_on();
    assert_eq!(client.said()["changed"], true, "the stream of changes goes on");
}

#[test]
fn the_python_sdk_goes_on_after_a_kill() {
    let Some(python) = installed("CALLWRIGHT_TEST_MCP_CLIENTS") else { return };
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp/restart.py"));
    goes_on(command, json!({}));
}

#[test]
fn the_typescript_sdk_goes_on_after_a_kill() {
    let Some(folder) = installed("CALLWRIGHT_TEST_MCP_NODE") else { return };
    let mut command = Command::new(folder.join("node_modules/.bin/node"));
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp/restart.mjs"));
    goes_on(command, json!({"folder": folder}));
}
