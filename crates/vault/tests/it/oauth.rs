//! Access tokens: one request for many callers, kept, replaced in time, and errors that say what to do.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use callwright_model::{ErrorClass, ToolError, secret::SecretString, tool::http::ClientAuth};
use callwright_vault::OauthRequest;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::world::{World, secret};

/// A token server that counts what it is asked.
pub struct TokenServer {
    pub url: String,
    /// How long it takes, in milliseconds.
    pub delay: Arc<AtomicU64>,
    count: Arc<AtomicUsize>,
    requests: Arc<std::sync::Mutex<Vec<String>>>,
}

impl TokenServer {
    /// Each answer has this status and the body for its number.
    async fn start(status: u16, body: fn(usize) -> String) -> Self {
        Self::answering(move |number| (status, body(number))).await
    }

    /// What it answers is made when it is asked.
    pub async fn answering(answer: impl Fn(usize) -> (u16, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let delay = Arc::new(AtomicU64::new(30));
        let server = Self { url, delay, count: Arc::default(), requests: Arc::default() };
        let (count, requests, delay) = (server.count.clone(), server.requests.clone(), server.delay.clone());
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (count, requests, delay) = (count.clone(), requests.clone(), delay.clone());
                let answer = answer.clone();
                tokio::spawn(async move {
                    let mut buffer = vec![0; 16 << 10];
                    let mut length = 0;
                    // These requests are small: head and body come in one or two pieces.
                    while !is_whole(&buffer[..length]) {
                        match stream.read(&mut buffer[length..]).await {
                            Ok(0) | Err(_) => return,
                            Ok(more) => length += more,
                        }
                    }
                    requests.lock().unwrap().push(String::from_utf8_lossy(&buffer[..length]).into_owned());
                    let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                    let (status, body) = answer(number);
                    tokio::time::sleep(Duration::from_millis(delay.load(Ordering::SeqCst))).await;
                    let head =
                        format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
                    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                });
            }
        });
        server
    }

    pub fn asked(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    fn last(&self) -> String {
        self.requests.lock().unwrap().last().unwrap().clone()
    }

    /// The forms that it was sent.
    pub fn forms(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests.iter().map(|request| request.split_once("\r\n\r\n").unwrap().1.to_owned()).collect()
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

fn token(number: usize) -> String {
    json!({"access_token": format!("token-{number}"), "token_type": "Bearer", "expires_in": 3600}).to_string()
}

fn request(world: &World, server: &TokenServer) -> OauthRequest {
    OauthRequest {
        org: world.org,
        token_url: server.url.clone(),
        client_id: "client".to_owned(),
        client_secret: secret("cs-hunter22"),
        scopes: vec!["read".to_owned(), "write".to_owned()],
        audience: None,
        client_auth: ClientAuth::Basic,
        issuer: None,
    }
}

async fn get(world: &World, server: &TokenServer, stale: Option<&SecretString>) -> SecretString {
    world.vault.oauth_token(request(world, server), stale).await.unwrap()
}

async fn refused(world: &World, status: u16, body: fn(usize) -> String) -> ToolError {
    let server = TokenServer::start(status, body).await;
    world.vault.oauth_token(request(world, &server), None).await.unwrap_err()
}

#[tokio::test]
async fn a_hundred_callers_make_one_request() {
    let world = World::new().await;
    let server = TokenServer::start(200, token).await;
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let (vault, request) = (world.vault.clone(), request(&world, &server));
            tokio::spawn(async move { vault.oauth_token(request, None).await.unwrap() })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().expose(), "token-1");
    }
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn a_caller_who_leaves_does_not_stop_the_request() {
    let world = World::new().await;
    let server = TokenServer::start(200, token).await;
    let impatient = world.vault.oauth_token(request(&world, &server), None);
    assert!(tokio::time::timeout(Duration::from_millis(5), impatient).await.is_err());
    assert_eq!(get(&world, &server, None).await.expose(), "token-1");
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn a_token_is_replaced_a_minute_before_it_ends() {
    let world = World::new().await;
    let server = TokenServer::start(200, token).await;
    get(&world, &server, None).await;
    world.clock.advance(Duration::from_secs(3539));
    assert_eq!(get(&world, &server, None).await.expose(), "token-1");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(get(&world, &server, None).await.expose(), "token-2");

    let short =
        TokenServer::start(200, |n| json!({"access_token": format!("t{n}"), "expires_in": "40"}).to_string()).await;
    get(&world, &short, None).await;
    world.clock.advance(Duration::from_secs(19));
    assert_eq!(get(&world, &short, None).await.expose(), "t1");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(get(&world, &short, None).await.expose(), "t2");
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_for_all_who_hold_it() {
    let world = World::new().await;
    let server = TokenServer::start(200, token).await;
    let first = get(&world, &server, None).await;
    let (left, right) = tokio::join!(get(&world, &server, Some(&first)), get(&world, &server, Some(&first)));
    assert_eq!((left.expose(), right.expose()), ("token-2", "token-2"));
    // One who comes late with the old token is given the new one.
    assert_eq!(get(&world, &server, Some(&first)).await.expose(), "token-2");
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn clients_and_organizations_do_not_share_tokens() {
    let world = World::new().await;
    let server = TokenServer::start(200, token).await;
    let base = request(&world, &server);
    let mut tokens = std::collections::BTreeSet::new();
    for request in [
        base.clone(),
        OauthRequest { org: world.other, ..base.clone() },
        OauthRequest { client_id: "another".to_owned(), ..base.clone() },
        OauthRequest { client_secret: secret("another"), ..base.clone() },
        OauthRequest { scopes: vec![], ..base.clone() },
        OauthRequest { audience: Some(String::new()), ..base.clone() },
        OauthRequest { client_auth: ClientAuth::Body, ..base.clone() },
        base,
    ] {
        tokens.insert(world.vault.oauth_token(request, None).await.unwrap().expose().to_owned());
    }
    assert_eq!((tokens.len(), server.asked()), (7, 7));
}

#[tokio::test]
async fn the_request_is_that_of_rfc_6749() {
    let world = World::new().await;
    let server = TokenServer::start(200, token).await;
    get(&world, &server, None).await;
    let sent = server.last();
    assert!(sent.starts_with("POST /token HTTP/1.1\r\n"), "{sent}");
    assert!(sent.to_lowercase().contains("authorization: basic y2xpzw50omnzlwh1bnrlcjiy\r\n"), "{sent}");
    assert!(sent.ends_with("\r\n\r\ngrant_type=client_credentials&scope=read+write"), "{sent}");
    let body = OauthRequest {
        client_auth: ClientAuth::Body,
        audience: Some("https://api".to_owned()),
        scopes: vec![],
        ..request(&world, &server)
    };
    world.vault.oauth_token(body, None).await.unwrap();
    let sent = server.last();
    assert!(!sent.to_lowercase().contains("authorization"), "{sent}");
    let form = "grant_type=client_credentials&audience=https%3A%2F%2Fapi&client_id=client&client_secret=cs-hunter22";
    assert!(sent.ends_with(form), "{sent}");
}

#[tokio::test]
async fn refusals_say_what_to_look_at_and_hide_the_secret() {
    let world = World::new().await;
    let invalid = |_| json!({"error": "invalid_client", "error_description": "bad secret cs-hunter22"}).to_string();
    for status in [400, 401, 200] {
        let error = refused(&world, status, invalid).await;
        assert_eq!((error.class, error.code.as_str()), (ErrorClass::AuthError, "oauth_invalid_client"));
        assert!(error.message.contains("client_secret") && !error.message.contains("hunter22"), "{}", error.message);
    }
    let scope = refused(&world, 400, |_| json!({"error": "invalid_scope"}).to_string()).await;
    assert_eq!(scope.code, "oauth_invalid_scope");
    for (status, body, code) in [
        (200, (|_| "{}".to_owned()) as fn(usize) -> String, "oauth_bad_answer"),
        (200, |_| "<html>".to_owned(), "oauth_bad_answer"),
        (200, |_| json!({"access_token": "a\nb"}).to_string(), "oauth_bad_answer"),
        (200, |_| json!({"access_token": "x", "token_type": "mac"}).to_string(), "oauth_token_type"),
        (403, |_| "{}".to_owned(), "oauth_refused"),
        (302, |_| "{}".to_owned(), "oauth_refused"),
        (400, |_| json!({"error": "Some <odd> text"}).to_string(), "oauth_refused"),
    ] {
        let error = refused(&world, status, body).await;
        assert_eq!((error.class, error.code.as_str()), (ErrorClass::AuthError, code), "{}", error.message);
    }
}

#[tokio::test]
async fn a_server_that_cannot_answer_is_a_network_error_and_asked_again_next_time() {
    let world = World::new().await;
    let error = refused(&world, 503, |_| String::new()).await;
    assert_eq!((error.class, error.retryable), (ErrorClass::NetworkError, true));
    let flaky = |number| if number == 1 { "{".to_owned() } else { token(number) };
    let server = TokenServer::start(200, flaky).await;
    assert!(world.vault.oauth_token(request(&world, &server), None).await.is_err());
    assert_eq!(get(&world, &server, None).await.expose(), "token-2");

    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", closed.local_addr().unwrap());
    drop(closed);
    let nowhere = OauthRequest { token_url: url, ..request(&world, &server) };
    let error = world.vault.oauth_token(nowhere, None).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (ErrorClass::NetworkError, "token_server_unreachable"));
    let blocked = OauthRequest { token_url: "http://10.0.0.1/".to_owned(), ..request(&world, &server) };
    assert_eq!(world.vault.oauth_token(blocked, None).await.unwrap_err().class, ErrorClass::PermissionError);
    let silly = OauthRequest { token_url: "no url".to_owned(), ..request(&world, &server) };
    assert_eq!(world.vault.oauth_token(silly, None).await.unwrap_err().code, "token_url_invalid");
}

#[tokio::test]
async fn a_request_does_not_print_its_secret() {
    let world = World::new().await;
    let server = TokenServer::start(200, token).await;
    let shown: Value = json!(format!("{:?}", request(&world, &server)));
    assert!(!shown.to_string().contains("hunter22"), "{shown}");
}
