//! Who gets in, and whose a session is.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::mpsc,
    time::Duration,
};

use callwright_testkit::{Database, Options, Person, eventually, on_both};
use serde_json::{Value, json};

use super::{ACCEPT, BINARY, JSON, STATELESS, Session, World, answer_of, messages_of};

#[test]
fn without_a_token_a_client_is_told_where_tokens_are_from() {
    let options =
        Options::new(BINARY, Database::Sqlite).env("CALLWRIGHT_MCP_AUTHORIZATION_SERVERS", "https://login.example.com");
    let world = World::with(options);
    let nobody = world.api.anonymous();
    let base = world.server.url();
    for (path, metadata) in [("/mcp", "/mcp"), ("/mcp/agents/My%20Desk", "/mcp/agents/My%20Desk")] {
        let refused = nobody.raw("POST", path, &[ACCEPT, JSON], Some(b"{}".to_vec()));
        assert_eq!(refused.status, 401);
        let address = format!("{base}/.well-known/oauth-protected-resource{metadata}");
        assert_eq!(
            refused.header("www-authenticate"),
            Some(format!("Bearer resource_metadata=\"{address}\"").as_str())
        );
        let told = nobody.get(address.strip_prefix(&base).unwrap()).expect(200);
        assert_eq!((&told["resource"], &told["scopes_supported"]), (&json!(format!("{base}{path}")), &json!(["mcp"])));
        assert_eq!(told["authorization_servers"], json!(["https://login.example.com"]));
    }
    let told = nobody.get("/.well-known/oauth-protected-resource").expect(200);
    assert_eq!(told["resource"], json!(format!("{base}/mcp")));
    let token = world.api.post("/api/v1/tokens", json!({"name": "reads", "scopes": ["read"]})).expect(201);
    let reader = world.api.with_token(token["token"].as_str().unwrap());
    let refused = reader.raw("POST", "/mcp", &[ACCEPT, JSON], Some(b"{}".to_vec()));
    assert_eq!(refused.status, 403);
    assert!(refused.header("www-authenticate").unwrap().contains("insufficient_scope"), "{refused:?}");
}

#[test]
fn a_page_that_leads_here_by_another_name_is_refused() {
    let world = World::new(Database::Sqlite);
    let ask = |headers: &[(&str, &str)]| {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25",
            "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}});
        let all = [&[ACCEPT, JSON][..], headers].concat();
        world.api.raw("POST", "/mcp", &all, Some(body.to_string().into_bytes())).status
    };
    assert_eq!(ask(&[]), 200);
    assert_eq!(ask(&[("host", "evil.example.com")]), 403);
    assert_eq!(ask(&[("origin", "http://evil.example.com")]), 403);
    let own = world.server.url();
    assert_eq!(ask(&[("origin", &own)]), 200);
}

#[test]
fn a_session_belongs_to_the_token_that_began_it() {
    on_both(|database| {
        let world = World::new(database);
        let made = world.api.post("/api/v1/tokens", json!({"name": "mine", "scopes": ["mcp"]})).expect(201);
        let mine = world.api.with_token(made["token"].as_str().unwrap());
        let session = Session::begin(&mine, "/mcp", json!({}));
        let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
        assert_eq!(session.send(&list).status, 200);
        let theirs = Person::invite(&world.api, "other@example.org", "admin").api;
        for (api, path) in [(&theirs, "/mcp"), (&world.api, "/mcp"), (&mine, "/mcp/agents/Desk")] {
            let stolen =
                Session { api: api.clone(), path: path.to_owned(), id: session.id.clone(), begun: Value::Null };
            assert_eq!(stolen.send(&list).status, 404, "{path}");
            assert_eq!(
                stolen
                    .send(
                        &json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get_weather"}})
                    )
                    .status,
                404
            );
        }
        let id = made["id"].as_str().or(made["token_id"].as_str()).map(str::to_owned);
        let id = id.unwrap_or_else(|| made["details"]["id"].as_str().unwrap_or_default().to_owned());
        let ended = Session::begin(&mine, "/mcp", json!({}));
        let headers = [("mcp-session-id", ended.id.as_str())];
        assert_eq!(mine.raw("DELETE", "/mcp", &headers, None).status, 200);
        assert_eq!(ended.send(&list).status, 404, "it has ended");
        world.api.delete(&format!("/api/v1/tokens/{id}")).ok();
        assert_eq!(session.send(&list).status, 401, "the token was revoked");
    });
}

#[test]
fn an_organization_has_a_bounded_number_of_sessions() {
    let options = Options::new(BINARY, Database::Sqlite).env("CALLWRIGHT_MCP_SESSIONS_MAX", "2");
    let world = World::with(options);
    let _held = [Session::begin(&world.api, "/mcp", json!({})), Session::begin(&world.api, "/mcp", json!({}))];
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25",
        "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}});
    let refused = world.api.raw("POST", "/mcp", &[ACCEPT, JSON], Some(body.to_string().into_bytes()));
    assert_eq!((refused.status, refused.code()), (429, "too_many_sessions"), "both were used just now");
}

/// The events of a stream, line by line, on a thread of its own.
fn listen(world: &World, method: &str, headers: &[(&str, &str)], body: &str) -> mpsc::Receiver<Value> {
    let address = world.server.url().replace("http://", "");
    let mut socket = TcpStream::connect(&address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut request = format!(
        "{method} /mcp HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n",
        world.server.token(),
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    write!(socket, "{request}\r\n{body}").unwrap();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(socket).lines().map_while(Result::ok) {
            let data = line.strip_prefix("data: ").and_then(|data| serde_json::from_str(data).ok());
            if data.is_some_and(|data: Value| sender.send(data).is_err()) {
                return;
            }
        }
    });
    receiver
}

#[test]
fn a_changed_list_is_told_in_both_revisions() {
    let world = World::new(Database::Sqlite);
    let session = Session::begin(&world.api, "/mcp", json!({}));
    let old = listen(&world, "GET", &[("accept", "text/event-stream"), ("mcp-session-id", &session.id)], "");
    let params = json!({"notifications": {"toolsListChanged": true}, "_meta": {"io.modelcontextprotocol/protocolVersion": STATELESS,
        "io.modelcontextprotocol/clientCapabilities": {}}});
    let body = json!({"jsonrpc": "2.0", "id": "s", "method": "subscriptions/listen", "params": params}).to_string();
    let headers = [ACCEPT, JSON, ("mcp-protocol-version", STATELESS), ("mcp-method", "subscriptions/listen")];
    let new = listen(&world, "POST", &headers, &body);
    let patience = Duration::from_secs(10);
    assert_eq!(new.recv_timeout(patience).unwrap()["method"], "notifications/subscriptions/acknowledged");
    // A secret is no news of the tools.
    world.api.put("/api/v1/secrets/SOME", json!({"value": "s3cret"})).ok();
    std::thread::sleep(Duration::from_millis(300));
    assert!(new.try_recv().is_err() && old.try_recv().is_err());
    world
        .api
        .post("/api/v1/tools", json!({"name": "added", "kind": "http", "config": {"url": "https://example.com"}}))
        .expect(201);
    for told in [old, new] {
        assert_eq!(told.recv_timeout(patience).unwrap()["method"], "notifications/tools/list_changed");
    }
}

#[test]
fn an_organization_listens_a_bounded_number_of_times() {
    let options = Options::new(BINARY, Database::Sqlite).env("CALLWRIGHT_MCP_SESSIONS_MAX", "2");
    let world = World::with(options);
    let params = json!({"notifications": {"toolsListChanged": true}, "_meta": {"io.modelcontextprotocol/protocolVersion": STATELESS,
        "io.modelcontextprotocol/clientCapabilities": {}}});
    let body = json!({"jsonrpc": "2.0", "id": "s", "method": "subscriptions/listen", "params": params}).to_string();
    let headers = [ACCEPT, JSON, ("mcp-protocol-version", STATELESS), ("mcp-method", "subscriptions/listen")];
    let patience = Duration::from_secs(10);
    let acknowledged = || {
        let stream = listen(&world, "POST", &headers, &body);
        let first = stream.recv_timeout(patience).expect("a first word");
        assert_eq!(first["method"], "notifications/subscriptions/acknowledged", "{first}");
        stream
    };
    let held = [acknowledged(), acknowledged()];
    // One too many is told so.
    let third = listen(&world, "POST", &headers, &body);
    let mut told = std::iter::from_fn(|| third.recv_timeout(patience).ok());
    let error = told.find(|message| message.get("error").is_some()).expect("a word of why");
    assert!(error["error"]["message"].as_str().is_some_and(|why| why.contains("as often as it may")), "{error}");
    for stream in &held {
        assert!(stream.try_recv().is_err(), "those that were there first go on");
    }
}

#[test]
fn a_call_that_its_client_gives_up_ends() {
    let world = World::new(Database::Sqlite);
    let slow = "import time\n\ndef execute_tool():\n    time.sleep(20)\n    return 1\n";
    world
        .api
        .post("/api/v1/tools", json!({"name": "slow", "kind": "python", "effect": "read", "config": {"code": slow}}))
        .expect(201);
    let session = Session::begin(&world.api, "/mcp", json!({}));
    let begun = std::time::Instant::now();
    std::thread::scope(|scope| {
        let call = scope.spawn(|| {
            session.send(&json!({"jsonrpc": "2.0", "id": "c", "method": "tools/call", "params": {"name": "slow"}}))
        });
        std::thread::sleep(Duration::from_millis(1_500));
        session.tell("notifications/cancelled", json!({"requestId": "c", "reason": "enough"}));
        let answer = answer_of(&call.join().unwrap());
        assert_eq!(answer["error"]["code"], -32800, "{answer}");
    });
    assert!(begun.elapsed() < Duration::from_secs(10));
    let state = eventually("the execution's end", 10, || {
        let log = world.api.get("/api/v1/executions?limit=1").expect(200);
        log["items"][0]["error"]["class"].as_str().map(str::to_owned)
    });
    assert_eq!(state, "cancelled");
}

#[test]
fn the_person_is_asked_in_the_middle_of_a_call_of_a_session() {
    let world = World::new(Database::Sqlite);
    let session = Session::begin(&world.api, "/mcp", json!({"elicitation": {}}));
    world.upstream.take();
    let call = json!({"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": "refund", "arguments": {"amount": 8}}}).to_string();
    let headers = [ACCEPT, JSON, ("mcp-session-id", session.id.as_str()), ("mcp-protocol-version", "2025-11-25")];
    let told = listen(&world, "POST", &headers, &call);
    let asked = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!((&asked["method"], &asked["params"]["message"]), (&json!("elicitation/create"), &json!("Pay 8 back?")));
    let answer =
        json!({"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "accept", "content": {"confirmed": true}}});
    let taken = session.send(&answer);
    assert_eq!(taken.status, 202, "{taken:?}");
    let done = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!((&done["result"]["isError"], world.upstream.count()), (&json!(false), 1), "{done}");
    assert!(messages_of(&session.send(&json!({"jsonrpc": "2.0", "id": 6, "method": "ping"})))[0]["result"].is_object());
}

#[test]
fn a_session_whose_client_comes_back_is_not_put_aside_under_it() {
    let options = Options::new(BINARY, Database::Sqlite)
        .env("CALLWRIGHT_MCP_SESSION_IDLE_SECONDS", "1")
        .env("CALLWRIGHT_MCP_SESSIONS_MAX", "1");
    let world = World::with(options);
    let session = Session::begin(&world.api, "/mcp", json!({}));
    let body = json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "pay", "arguments": {"amount": 1}}});
    let (address, body) = (world.server.url().replace("http://", ""), body.to_string());
    // Its request comes in slowly, and sessions are looked through meanwhile.
    let mut socket = TcpStream::connect(&address).unwrap();
    write!(
        socket,
        "POST /mcp HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\nconnection: close\r\n\
         content-type: application/json\r\naccept: application/json, text/event-stream\r\nmcp-session-id: {}\r\n\
         content-length: {}\r\n\r\n",
        world.server.token(),
        session.id,
        body.len()
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(3_500));
    socket.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("paid") && world.upstream.count() == 1, "{answer}");
    // Then nobody uses it: it makes room for another, and is ended all the same though there is none for it.
    let params =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let begin = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}).to_string().into_bytes();
    let other = eventually("a place", 10, || {
        let reply = world.api.raw("POST", "/mcp", &[ACCEPT, JSON], Some(begin.clone()));
        reply.header("mcp-session-id").map(str::to_owned)
    });
    let end = |id: &str| world.api.raw("DELETE", "/mcp", &[("mcp-session-id", id)], None).status;
    assert_eq!([end(&session.id), end(&session.id), end(&other)], [200, 404, 200]);
    assert_eq!(session.send(&json!({"jsonrpc": "2.0", "id": 1, "method": "ping"})).status, 404);
}

#[test]
fn a_resource_that_changes_right_after_it_is_watched_is_told() {
    let world = World::new(Database::Sqlite);
    let code = "def execute_tool():\n    return {'$content': [{'type': 'resource', 'resource': {'uri': 'note://1', 'text': 'x'}}]}\n";
    let note = json!({"name": "note", "kind": "python", "effect": "read", "config": {"code": code}});
    world.api.post("/api/v1/tools", note).expect(201);
    let session = Session::begin(&world.api, "/mcp", json!({}));
    session.call("note", json!({}));
    let told = listen(&world, "GET", &[("accept", "text/event-stream"), ("mcp-session-id", &session.id)], "");
    std::thread::sleep(Duration::from_millis(500));
    assert!(session.ask("resources/subscribe", json!({"uri": "note://1"}))["error"].is_null());
    assert!(told.try_recv().is_err());
    session.call("note", json!({}));
    let updated = std::iter::from_fn(|| told.recv_timeout(Duration::from_secs(5)).ok())
        .find(|message| message["method"] == "notifications/resources/updated");
    assert_eq!(updated.expect("a word of it")["params"]["uri"], "note://1");
}
