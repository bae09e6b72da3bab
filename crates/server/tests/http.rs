//! The server over a real socket: what every request passes on its way in and out, and what is refused there.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use callwright_guard::{Guard, Options as GuardOptions};
use callwright_model::{IdSource, SystemClock};
use callwright_runtime::{App, Settings, account};
use callwright_server::ServerOptions;
use callwright_store::{Options, Store, Synchronous};
use callwright_tools::Python;
use callwright_vault::{MasterKey, Vault};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

const TOKEN: &str = "a-token-that-somebody-chose";
const PASSWORD: &str = "correct horse battery";

struct Place {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    _folder: TempDir,
}

impl Place {
    async fn new() -> Self {
        let options = ServerOptions {
            body_timeout: Duration::from_millis(300),
            header_timeout: Duration::from_millis(500),
            drain: Duration::from_secs(5),
            ..ServerOptions::default()
        };
        Self::with(options).await
    }

    async fn with(options: ServerOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().to_owned();
        let store = Store::open(Options { url: None, data_dir, synchronous: Synchronous::Normal }).await.unwrap();
        let clock = Arc::new(SystemClock);
        let guard = Guard::new(GuardOptions::default()).unwrap();
        let key = MasterKey::parse(&"11".repeat(32)).unwrap();
        let ids = IdSource::new(clock.clone());
        let vault = Vault::open(store.clone(), guard.clone(), key, clock.clone(), ids).await.unwrap();
        let app = App::start(Settings::default(), store, vault, guard, Python::new(Default::default()), clock).await.unwrap();
        account::bootstrap(&app, Some(TOKEN)).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(callwright_server::serve(listener, app, options, async {
            let _ = stopped.await;
        }));
        Self { address, stop, serving, _folder: folder }
    }

    #[expect(clippy::disallowed_methods, reason = "the test is the client here, and this machine the server")]
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn send(&self, head: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let mut text = format!("{head} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        if !body.is_empty() {
            text.push_str("Content-Type: application/json\r\n");
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        Reply::read(&mut stream).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(&format!("GET {path}"), &[("X-Token", TOKEN)], None).await
    }

    async fn sign_in(&self) -> (String, String) {
        let new = json!({"new_password": PASSWORD});
        assert_eq!(self.send("PUT /api/v1/password", &[("X-Token", TOKEN)], Some(&new)).await.status, 204);
        let credentials = json!({"email": "admin@localhost", "password": PASSWORD});
        let reply = self.send("POST /api/v1/session", &[], Some(&credentials)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let cookie = reply.header("set-cookie").unwrap();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure"), "this is not https: {cookie}");
        assert!(!reply.body.contains("cw_"), "the session's text is in the cookie alone");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        (cookie, reply.json()["csrf_token"].as_str().unwrap().to_owned())
    }
}

#[derive(Debug)]
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Reply {
    async fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A server that refuses a body early may reset the connection after its answer.
        let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut bytes)).await.expect("an answer");
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer but {text:?}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_lowercase(), v.to_owned()));
        Self { status, headers: headers.collect(), body: body.to_owned() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    #[track_caller]
    fn refused(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        let error = &self.json()["error"];
        assert_eq!(error["code"], code, "{self:?}");
        assert_eq!(error["request_id"].as_str(), self.header("x-request-id"));
        error.clone()
    }
}

#[tokio::test]
async fn a_request_keeps_its_name_and_gets_one_if_it_has_none() {
    let place = Place::new().await;
    let reply = place.send("GET /healthz", &[("X-Request-Id", "mine-1")], None).await;
    assert_eq!((reply.status, reply.header("x-request-id")), (200, Some("mine-1")));
    let reply = place.send("GET /nowhere", &[("X-Request-Id", "two words")], None).await;
    let error = reply.refused(404, "route_not_found");
    assert!(error["request_id"].as_str().unwrap().starts_with("req_"));
    assert_eq!(place.send("GET /healthz", &[], None).await.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let place = Place::new().await;
    let reply = place.send("DELETE /api/v1/members", &[("X-Token", TOKEN)], None).await;
    reply.refused(405, "method_not_allowed");
    assert_eq!(reply.header("allow"), Some("GET,HEAD"));
}

#[tokio::test]
async fn who_shows_nothing_or_nonsense_is_not_let_in() {
    let place = Place::new().await;
    for headers in [
        &[][..],
        &[("X-Token", "nonsense")],
        &[("Authorization", "Bearer nonsense")],
        &[("Cookie", "callwright_session=x")],
    ] {
        let reply = place.send("GET /api/v1/me", headers, None).await;
        reply.refused(401, "unauthenticated");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    }
    for headers in [("X-Token", TOKEN.to_owned()), ("Authorization", format!("Bearer {TOKEN}"))] {
        let reply = place.send("GET /api/v1/me", &[(headers.0, &headers.1)], None).await;
        assert_eq!((reply.status, &reply.json()["role"]), (200, &json!("owner")));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn a_session_is_good_for_reading_and_with_its_csrf_token_for_writing() {
    let place = Place::new().await;
    let (cookie, csrf) = place.sign_in().await;
    let cookie = ("Cookie", cookie.as_str());
    let shown = place.send("GET /api/v1/session", &[cookie], None).await;
    assert_eq!(shown.json()["csrf_token"], csrf);
    let name = json!({"name": "Engines"});
    let rename = "PATCH /api/v1/organization";
    place.send(rename, &[cookie], Some(&name)).await.refused(403, "csrf");
    place.send(rename, &[cookie, ("X-CSRF-Token", "wrong")], Some(&name)).await.refused(403, "csrf");
    let csrf = ("X-CSRF-Token", csrf.as_str());
    place
        .send(rename, &[cookie, csrf, ("Origin", "https://evil.example")], Some(&name))
        .await
        .refused(403, "cross_site");
    place.send(rename, &[cookie, csrf, ("Origin", "null")], Some(&name)).await.refused(403, "cross_site");
    place.send(rename, &[cookie, csrf, ("Sec-Fetch-Site", "cross-site")], Some(&name)).await.refused(403, "cross_site");
    let own = format!("http://{}", place.address);
    assert_eq!(place.send(rename, &[cookie, csrf, ("Origin", &own)], Some(&name)).await.status, 200);
    let gone = place.send("DELETE /api/v1/session", &[cookie, csrf], None).await;
    assert_eq!(gone.status, 204);
    assert!(gone.header("set-cookie").unwrap().contains("Max-Age=0"));
    place.send("GET /api/v1/me", &[cookie], None).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn another_site_cannot_sign_its_visitor_in() {
    let place = Place::new().await;
    let credentials = json!({"email": "admin@localhost", "password": PASSWORD});
    let reply = place.send("POST /api/v1/session", &[("Origin", "https://evil.example")], Some(&credentials)).await;
    reply.refused(403, "cross_site");
}

#[tokio::test]
async fn a_short_lived_token_comes_for_a_password_or_for_a_token() {
    let place = Place::new().await;
    place.sign_in().await;
    for key in ["email", "username"] {
        let credentials = json!({key: "Admin@localhost", "password": PASSWORD});
        let reply = place.send("POST /token/get_token", &[], Some(&credentials)).await;
        assert_eq!((reply.status, &reply.json()["response"]), (200, &json!("200")));
        let token = reply.json()["token"].as_str().unwrap().to_owned();
        let renewed = place.send("POST /token/get_token", &[("X-Token", &token)], None).await;
        assert_eq!(renewed.status, 200, "{renewed:?}");
        assert_ne!(renewed.json()["token"], token);
    }
    let wrong = json!({"email": "admin@localhost", "password": "wrong password"});
    place.send("POST /token/get_token", &[], Some(&wrong)).await.refused(401, "wrong_credentials");
    place.send("POST /token/get_token", &[], None).await.refused(401, "unauthenticated");
    let half = json!({"email": "admin@localhost"});
    let error = place.send("POST /token/get_token", &[("X-Token", TOKEN)], Some(&half)).await;
    assert_eq!(error.refused(422, "invalid_request")["details"]["field"], "password");
}

#[tokio::test]
async fn who_guesses_too_often_is_told_when_to_come_back() {
    let place = Place::new().await;
    let wrong = json!({"email": "nobody@example.org", "password": "wrong password"});
    for _ in 0..5 {
        place.send("POST /api/v1/session", &[], Some(&wrong)).await.refused(401, "wrong_credentials");
    }
    let reply = place.send("POST /api/v1/session", &[], Some(&wrong)).await;
    reply.refused(429, "too_many_attempts");
    assert_eq!(reply.header("retry-after"), Some("30"));
}

#[tokio::test]
async fn a_bad_body_is_refused_with_the_name_of_the_field() {
    let place = Place::new().await;
    let post = async |body: Value| place.send("POST /api/v1/tokens", &[("X-Token", TOKEN)], Some(&body)).await;
    for (body, field) in [
        (json!({}), "name"),
        (json!({"name": 3}), "name"),
        (json!({"name": "x", "more": 1}), "more"),
        (json!({"name": "x", "scopes": ["everything"]}), "scopes[0]"),
        (json!({"name": "x", "expires_at": "yesterday"}), "expires_at"),
        (json!({"name": " "}), "name"),
        (json!({"name": "x\u{0}"}), "name"),
        (json!([]), ""),
    ] {
        let error = post(body.clone()).await.refused(422, "invalid_request");
        assert_eq!(error["details"]["field"], field, "{body}");
    }
    for path in
        ["/api/v1/tokens?limit=0", "/api/v1/tokens?limit=x", "/api/v1/tokens?other=1", "/api/v1/tokens?cursor=x"]
    {
        place.get(path).await.refused(422, "invalid_request");
    }
    place.send("DELETE /api/v1/tokens/%00", &[("X-Token", TOKEN)], None).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_body_that_is_too_large_or_no_json_or_never_ends_is_refused() {
    let place = Place::new().await;
    let start = format!("POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nX-Token: {TOKEN}\r\nConnection: close\r\n");
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
    for (rest, status, code) in [
        ("Content-Length: 100000000\r\n\r\n".to_owned(), 413, "body_too_large"),
        (format!("Transfer-Encoding: chunked\r\n\r\n{}", chunk.repeat(80)), 413, "body_too_large"),
        ("Content-Length: 100\r\n\r\n{\"name\":".to_owned(), 408, "request_timeout"),
        ("Content-Length: 3\r\n\r\n{x}".to_owned(), 400, "malformed_request"),
        ("Content-Length: 0\r\n\r\n".to_owned(), 400, "malformed_request"),
        ("Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}".to_owned(), 415, "unsupported_media_type"),
    ] {
        let mut stream = place.connect().await;
        let _ = stream.write_all(format!("{start}{rest}").as_bytes()).await;
        Reply::read(&mut stream).await.refused(status, code);
    }
}

#[tokio::test]
async fn a_head_that_is_slow_or_too_long_costs_its_connection() {
    let place = Place::new().await;
    let mut slow = place.connect().await;
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost:").await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), slow.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the connection is still open");
    let mut long = place.connect().await;
    let head = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(100_000));
    let _ = long.write_all(head.as_bytes()).await;
    assert_eq!(Reply::read(&mut long).await.status, 431);
}

#[tokio::test]
async fn a_stopping_server_finishes_what_it_has_begun() {
    let place = Place::with(ServerOptions { drain: Duration::from_secs(5), ..ServerOptions::default() }).await;
    let body = json!({"name": "late"}).to_string();
    let mut idle = place.connect().await;
    let mut busy = place.connect().await;
    let head = format!(
        "POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nX-Token: {TOKEN}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    busy.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    place.stop.send(()).unwrap();
    let mut nothing = Vec::new();
    tokio::time::timeout(Duration::from_secs(2), idle.read_to_end(&mut nothing)).await.expect("closed").unwrap();
    busy.write_all(body.as_bytes()).await.unwrap();
    assert_eq!(Reply::read(&mut busy).await.status, 201);
    tokio::time::timeout(Duration::from_secs(5), place.serving).await.expect("stopped").unwrap();
}

#[tokio::test]
async fn a_stopping_server_does_not_wait_for_ever() {
    let place = Place::with(ServerOptions { drain: Duration::from_millis(300), ..ServerOptions::default() }).await;
    let mut stuck = place.connect().await;
    let head = format!("POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nX-Token: {TOKEN}\r\nContent-Length: 10\r\n\r\n");
    stuck.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    place.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), place.serving).await.expect("stopped").unwrap();
}

#[tokio::test]
async fn the_audit_log_comes_by_pages_or_line_by_line() {
    let place = Place::new().await;
    for name in ["a", "b", "c"] {
        let reply = place.send("POST /api/v1/tokens", &[("X-Token", TOKEN)], Some(&json!({"name": name}))).await;
        assert_eq!(reply.status, 201);
        assert!(reply.json()["token"].as_str().unwrap().starts_with("cw_"));
        assert_eq!(reply.json()["name"], name);
    }
    let page = place.get("/api/v1/audit?action=token.create&limit=2").await.json();
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    let next = page["next_cursor"].as_str().unwrap();
    let rest = place.get(&format!("/api/v1/audit?action=token.create&limit=2&cursor={next}")).await.json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    let all = place.get("/api/v1/audit?action=token.create&format=ndjson").await;
    assert_eq!(all.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(all.body.matches("\"action\":\"token.create\"").count(), 3);
    let listed = place.get("/api/v1/tokens").await;
    assert!(!listed.body.contains("\"token\":"), "a list never shows texts: {listed:?}");
}

#[tokio::test]
async fn the_document_is_there_and_the_server_says_how_it_is() {
    let place = Place::new().await;
    let document = place.get("/openapi.json").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/api/v1/tokens"]["post"]["responses"]["422"].is_object());
    assert_eq!(place.get("/readyz").await.status, 200);
    place.get("/metrics").await.refused(404, "not_found");
}
