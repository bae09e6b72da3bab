//! Too deep, too large, too slow.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use callwright_testkit::{Api, Database, on_both};
use serde_json::{Value, json};

use crate::{assert_untouched, field, server, tool};

#[test]
fn a_schema_bomb_does_not_go_off() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        // Each definition names the one before it ten times: 10^12 values when written out.
        let mut fan_out = json!({"d0": {"type": "string"}});
        for level in 1..12 {
            let one = json!({"$ref": format!("#/$defs/d{}", level - 1)});
            fan_out[format!("d{level}")] = json!({"type": "object", "properties":
                (0..10).map(|n| (format!("p{n}"), one.clone())).collect::<serde_json::Map<_, _>>()});
        }
        let mut chain = json!({"c0": {"type": "string"}});
        for level in 1..500 {
            chain[format!("c{level}")] = json!({"$ref": format!("#/$defs/c{}", level - 1)});
        }
        let mut deep = json!({"type": "string"});
        for _ in 0..30 {
            deep = json!({"type": "object", "properties": {"d": deep}});
        }
        let many: Vec<String> = (0..20_000).map(|n| format!("value {n}")).collect();
        let of = |properties: Value, defs: Value| json!({"type": "object", "properties": properties, "$defs": defs});
        for (what, schema) in [
            ("fan-out", of(json!({"a": {"$ref": "#/$defs/d11"}}), fan_out)),
            ("a chain", of(json!({"a": {"$ref": "#/$defs/c499"}}), chain)),
            ("deep nesting", of(json!({"a": deep}), json!({}))),
            ("many values", of(json!({"a": {"enum": many}}), json!({}))),
            ("a long pattern", of(json!({"a": {"pattern": "a?".repeat(2000)}}), json!({}))),
            ("a pattern that multiplies", of(json!({"a": {"pattern": "((((a{99}){99}){99}){99})"}}), json!({}))),
        ] {
            let begun = Instant::now();
            let mut tool = tool();
            tool["parameters"] = schema;
            let reply = api.post("/api/v1/tools", tool);
            assert_eq!(reply.status, 422, "{what}: {}", &reply.text[..reply.text.len().min(500)]);
            assert!(field(&reply).starts_with("parameters"), "{what}: {reply:?}");
            assert!(begun.elapsed() < Duration::from_secs(3), "{what} took {:?}", begun.elapsed());
        }
        // JSON that nests too deep to be read at all.
        let nested = format!("{{\"parameters\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let reply = api.raw("POST", "/api/v1/tools", &[], Some(nested.into_bytes()));
        assert_eq!((reply.status, reply.code()), (400, "malformed_request"), "{reply:?}");
        assert_untouched(&api);
        assert!(server.memory_mib() < 200, "{} MiB", server.memory_mib());
        // One that leads round in a circle says nothing, and is not followed for ever.
        let mut circle = tool();
        circle["parameters"] =
            of(json!({"a": {"$ref": "#/$defs/l"}}), json!({"l": {"anyOf": [{"$ref": "#/$defs/l"}]}}));
        api.post("/api/v1/tools", circle).expect(201);
        api.post("/api/v1/tools/t/call", json!({"arguments": {"a": 1}, "dry_run": true})).expect(200);
        api.get("/readyz").expect(200);
    });
}

#[test]
fn a_body_that_cannot_be_read_is_400_413_or_415() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        let send =
            |kind: &str, body: &[u8]| api.raw("POST", "/api/v1/agents", &[("content-type", kind)], Some(body.to_vec()));
        for body in [
            &b""[..],
            b"{",
            b"nonsense",
            b"{\"name\": }",
            b"{\"name\": \"a\"} trailing",
            b"{\"name\": \"\xff\xfe\"}",
            b"\x1f\x8b\x08",
        ] {
            let reply = send("application/json", body);
            assert_eq!((reply.status, reply.code()), (400, "malformed_request"), "{reply:?}");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "jsonish"] {
            let reply = send(kind, b"{\"name\": \"a\"}");
            assert_eq!((reply.status, reply.code()), (415, "unsupported_media_type"), "{reply:?}");
        }
        let nul = send("application/json", b"{\"name\": \"a\\u0000b\"}");
        assert_eq!((nul.status, field(&nul)), (422, "name"));
        let twice = send("application/json", b"{\"name\": \"a\", \"name\": \"b\"}");
        assert_eq!((twice.status, field(&twice)), (422, "name"));
        // Too large: told before it is read, and while it is.
        let large = vec![b' '; 100 << 20];
        let reply = send("application/json", &large);
        assert_eq!((reply.status, reply.code()), (413, "body_too_large"));
        assert_eq!(reply.body["error"]["details"]["max_bytes"], 2 << 20);
        let chunked = chunked(&api, "/api/v1/agents", 100 << 20);
        assert!(chunked.starts_with("HTTP/1.1 413 "), "{chunked}");
        let token = api.raw("POST", "/token/get_token", &[], Some(large));
        assert_eq!(token.status, 413, "also where no token is needed: {token:?}");
        assert_untouched(&api);
        assert!(server.memory_mib() < 200, "{} MiB", server.memory_mib());
    });
}

#[test]
fn a_body_that_nobody_reads_costs_no_connection() {
    let server = server(Database::Sqlite);
    let api = server.api();
    let stranger = api.with_token("cw_wrong");
    for (caller, path, status) in [(&stranger, "/api/v1/agents", "401"), (&api, "/api/v1/nothing", "404")] {
        let mut stream = open(caller, "POST", path, "Content-Length: 13\r\n");
        assert!(answer(&mut stream).starts_with(&format!("HTTP/1.1 {status} ")), "answered before the body came");
        thread::sleep(Duration::from_millis(100));
        stream.write_all(b"{\"name\": \"a\"}GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let next = answer(&mut stream);
        assert!(next.starts_with("HTTP/1.1 200 "), "{path}: {next}");
    }
    // Who waits to be asked for the body is told at once, and does not send it.
    let mut stream = open(&stranger, "POST", "/api/v1/agents", "Content-Length: 104857600\r\nExpect: 100-continue\r\n");
    assert!(answer(&mut stream).starts_with("HTTP/1.1 401 "));
    assert_untouched(&api);
}

#[test]
fn a_body_that_never_ends_is_not_waited_for() {
    // The database plays no part, and the wait is long.
    let server = server(Database::Sqlite);
    let api = server.api();
    let begun = Instant::now();
    let mut streams: Vec<TcpStream> =
        (0..50).map(|_| open(&api, "POST", "/api/v1/agents", "Content-Length: 1000\r\n")).collect();
    while begun.elapsed() < Duration::from_secs(60) {
        // One byte every half second: slow, but never silent.
        let left = streams.iter_mut().filter_map(|stream| stream.write_all(b" ").ok()).count();
        api.get("/readyz").expect(200);
        streams[0].set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        let mut answer = [0; 4096];
        if let Ok(length) = streams[0].read(&mut answer) {
            let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
            assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("request_timeout"), "{answer} of {left}");
            assert!(begun.elapsed() > Duration::from_secs(20), "a slow client is given some time");
            assert_untouched(&api);
            return;
        }
    }
    panic!("the server still waits");
}

/// Writes the head of a request as the administrator, and leaves the body to the test.
fn open(api: &Api, method: &str, path: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(api.base().trim_start_matches("http://")).unwrap();
    let token = api.token().unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nX-Token: {token}\r\nContent-Type: application/json\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// What can be read now.
fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 8192];
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let length = stream.read(&mut bytes).unwrap_or(0);
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

/// Sends `size` blanks in chunks, reading all the while; gives the beginning of the answer.
fn chunked(api: &Api, path: &str, size: usize) -> String {
    let mut stream = open(api, "POST", path, "Transfer-Encoding: chunked\r\n");
    let mut reader = stream.try_clone().unwrap();
    let reading = thread::spawn(move || answer(&mut reader));
    let mut chunk = b"10000\r\n".to_vec();
    chunk.resize(chunk.len() + 0x10000, b' ');
    chunk.extend_from_slice(b"\r\n");
    for _ in 0..size / 0x10000 {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    reading.join().unwrap()
}
