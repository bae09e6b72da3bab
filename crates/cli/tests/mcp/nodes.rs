//! Sessions at several nodes, and over a restart: their id says all that another process needs.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    process::{Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use callwright_testkit::{Api, Database, Options, Server, eventually};
use serde_json::{Value, json};

use super::{ACCEPT, BINARY, JSON, Session, World, answer_of, clients::installed, names, text};

const PATIENCE: Duration = Duration::from_secs(10);

/// The same session as another server's client holds it.
fn at(server: &Server, session: &Session) -> Session {
    Session { api: server.api(), path: session.path.clone(), id: session.id.clone(), begun: Value::Null }
}

/// An event of a stream.
#[derive(Debug, Default, Clone)]
struct Event {
    id: String,
    data: Value,
}

/// The events of a stream, on a thread of its own. Dropped, it hangs up.
struct Listening {
    events: mpsc::Receiver<Event>,
    socket: TcpStream,
}

impl Listening {
    /// A request whose answer is a stream.
    fn open(server: &Server, method: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let address = server.url().replace("http://", "");
        let mut socket = TcpStream::connect(&address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut request = format!(
            "{method} /mcp HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n",
            server.token(),
            body.len()
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        write!(socket, "{request}\r\n{body}").unwrap();
        let (sender, events) = mpsc::channel();
        let reader = BufReader::new(socket.try_clone().unwrap());
        std::thread::spawn(move || {
            let mut event = Event::default();
            for line in reader.lines().map_while(Result::ok) {
                if let Some(id) = line.strip_prefix("id: ") {
                    id.clone_into(&mut event.id);
                } else if let Some(data) = line.strip_prefix("data: ") {
                    event.data = serde_json::from_str(data).unwrap_or_default();
                } else if line.is_empty()
                    && (!event.id.is_empty() || !event.data.is_null())
                    && sender.send(std::mem::take(&mut event)).is_err()
                {
                    return;
                }
            }
        });
        Self { events, socket }
    }

    /// The standing stream of a session.
    fn of(server: &Server, session: &Session, last: Option<&str>) -> Self {
        let mut headers = vec![
            ("accept", "text/event-stream"),
            ("mcp-session-id", &session.id),
            ("mcp-protocol-version", "2025-11-25"),
        ];
        headers.extend(last.map(|last| ("last-event-id", last)));
        Self::open(server, "GET", &headers, "")
    }

    #[track_caller]
    fn next(&self) -> Event {
        self.events.recv_timeout(PATIENCE).unwrap()
    }

    fn method(&self) -> String {
        self.next().data["method"].as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
    }
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
    let primed = there.next();
    assert_ne!(primed.id, told.id);
    assert_eq!(there.method(), "notifications/tools/list_changed");
    add(&world.api, "third");
    let last = there.next();
    assert_eq!(last.data["method"], "notifications/tools/list_changed", "a change that the first node made");
    drop(there);
    // Nothing has changed since: nothing is told. And only the newest stream tells.
    let old = Listening::of(&other, &session, Some(&last.id));
    let new = Listening::of(&other, &session, Some(&last.id));
    assert!(old.next().data.is_null() && new.next().data.is_null());
    std::thread::sleep(Duration::from_millis(500));
    assert!(old.events.try_recv().is_err() && new.events.try_recv().is_err());
    add(&other.api(), "fourth");
    assert_eq!(new.method(), "notifications/tools/list_changed");
    assert!(old.events.try_recv().is_err());
}

#[test]
fn a_question_may_be_answered_at_another_node() {
    let world = World::new(Database::Postgres);
    let other = world.server.beside();
    let session = Session::begin(&world.api, "/mcp", json!({"elicitation": {}}));
    let headers = [ACCEPT, JSON, ("mcp-session-id", session.id.as_str()), ("mcp-protocol-version", "2025-11-25")];
    world.upstream.take();
    for (action, confirmed, count) in [("accept", true, 1), ("decline", false, 1)] {
        let call = json!({"jsonrpc": "2.0", "id": 5, "method": "tools/call",
            "params": {"name": "refund", "arguments": {"amount": 8}}});
        let told = Listening::open(&world.server, "POST", &headers, &call.to_string());
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
    let call = json!({"jsonrpc": "2.0", "id": 6, "method": "tools/call", "params": {"name": "ask"}});
    let told = Listening::open(&world.server, "POST", &headers, &call.to_string());
    let asked = told.next().data;
    let answer =
        json!({"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "accept", "content": {"name": "Ada"}}});
    let refused = at(&other, &session).send(&answer);
    assert_eq!((refused.status, refused.code()), (409, "not_asked"), "{refused:?}");
    assert_eq!(session.send(&answer).status, 202);
    assert_eq!(text(&told.next().data["result"]), "Ada");
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
