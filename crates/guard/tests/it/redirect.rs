//! Redirects: what they make of a request, and what another origin never gets to see.

use callwright_guard::{Outgoing, SendErrorKind};
use http::{HeaderValue, Method, header};

use crate::upstream::{OK, Upstream, closed_port, get, header as sent_header, local, post};

/// Redirects the first request of its path `/` and answers all others.
async fn redirecting(status: u16, location: impl Into<String>) -> Upstream {
    let location: String = location.into();
    Upstream::start(move |mut peer| {
        let location = location.clone();
        async move {
            while let Some(request) = peer.read_request().await {
                if request.split(' ').nth(1) == Some("/") {
                    let answer =
                        format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 4\r\n\r\ngone");
                    peer.write(answer).await;
                } else {
                    peer.write(OK).await;
                }
            }
        }
    })
    .await
}

fn with_json(mut request: Outgoing, method: Method) -> Outgoing {
    request.method = method;
    request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request
}

#[tokio::test]
async fn the_status_decides_about_method_and_body() {
    let cases = [
        (301, Method::POST, "GET", ""),
        (302, Method::POST, "GET", ""),
        (303, Method::POST, "GET", ""),
        (307, Method::POST, "POST", "{}"),
        (308, Method::POST, "POST", "{}"),
        (301, Method::PUT, "PUT", "{}"),
        (302, Method::PATCH, "PATCH", "{}"),
        (303, Method::PUT, "GET", ""),
        (303, Method::DELETE, "GET", ""),
        (307, Method::DELETE, "DELETE", "{}"),
    ];
    for (status, method, expected, body) in cases {
        let upstream = redirecting(status, "/next?a=1#part").await;
        let answer = local().send(with_json(post(upstream.url("/"), "{}"), method.clone())).await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.url.path()), (200, "/next"));
        let request = upstream.last_request();
        assert!(request.starts_with(&format!("{expected} /next?a=1 HTTP/1.1\r\n")), "{status} {method}: {request}");
        assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{status} {method}: {request}");
        assert_eq!(sent_header(&request, "content-type").is_some(), !body.is_empty(), "{status} {method}");
        // The body of the redirect was read, so one connection is enough.
        assert_eq!(upstream.connections(), 1);
    }
}

#[tokio::test]
async fn head_stays_head() {
    let upstream = Upstream::start(|mut peer| async move {
        peer.read_request().await;
        peer.write("HTTP/1.1 303 See Other\r\nlocation: /next\r\ncontent-length: 9\r\n\r\n").await;
        peer.read_request().await;
        peer.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n").await;
    })
    .await;
    let answer = local().send(Outgoing { method: Method::HEAD, ..get(upstream.url("/")) }).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    assert!(upstream.last_request().starts_with("HEAD /next "));
}

fn with_credentials(mut request: Outgoing) -> Outgoing {
    let headers = &mut request.headers;
    headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer hunter2"));
    headers.insert(header::COOKIE, HeaderValue::from_static("a=hunter2"));
    headers.insert(header::PROXY_AUTHORIZATION, HeaderValue::from_static("Basic hunter2"));
    headers.insert("x-api-key", HeaderValue::from_static("hunter2"));
    let mut marked = HeaderValue::from_static("hunter2");
    marked.set_sensitive(true);
    headers.insert("x-marked", marked);
    headers.insert(header::HOST, HeaderValue::from_static("virtual.example"));
    headers.insert("x-plain", HeaderValue::from_static("kept"));
    request.sensitive = vec!["x-api-key".parse().unwrap()];
    request
}

#[tokio::test]
async fn another_origin_gets_no_credentials() {
    let other = Upstream::answering(OK).await;
    let upstream = redirecting(307, other.url("/next")).await;
    local().send(with_credentials(post(upstream.url("/"), "{}"))).await.unwrap();
    assert_eq!(upstream.last_request().matches("hunter2").count(), 5);
    let request = other.last_request();
    assert!(!request.contains("hunter2"), "{request}");
    assert_eq!(sent_header(&request, "host"), Some(other.address.to_string().as_str()));
    assert_eq!(sent_header(&request, "x-plain"), Some("kept"));
}

#[tokio::test]
async fn the_same_origin_keeps_credentials() {
    let upstream = redirecting(307, "/next").await;
    local().send(with_credentials(post(upstream.url("/"), "{}"))).await.unwrap();
    let request = upstream.last_request();
    assert_eq!(request.matches("hunter2").count(), 5, "{request}");
    assert_eq!(sent_header(&request, "host"), Some("virtual.example"));
}

#[tokio::test]
async fn credentials_do_not_come_back_with_the_origin() {
    let home = Upstream::start(|mut peer| async move {
        while let Some(request) = peer.read_request().await {
            let target = request.split(' ').nth(1).unwrap().to_owned();
            match target.strip_prefix("/?to=") {
                Some(to) => {
                    peer.write(format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")).await
                }
                None => peer.write(OK).await,
            };
        }
    })
    .await;
    let away = redirecting(302, home.url("/back")).await;
    local().send(with_credentials(get(home.url(&format!("/?to={}", away.url("/")))))).await.unwrap();
    let request = home.last_request();
    assert!(request.starts_with("GET /back "));
    assert!(!request.contains("hunter2"), "{request}");
}

#[tokio::test]
async fn another_name_for_the_same_address_is_another_origin() {
    let other = Upstream::answering(OK).await;
    let upstream = redirecting(307, format!("http://localhost:{}/next", other.address.port())).await;
    let other_port = upstream.address.port() != other.address.port();
    local().send(with_credentials(get(upstream.url("/")))).await.unwrap();
    assert!(other_port && !other.last_request().contains("hunter2"));
}

#[tokio::test]
async fn every_hop_is_checked() {
    let refused = [
        ("http://10.0.0.1/", SendErrorKind::Blocked),
        ("http://169.254.169.254/latest/meta-data/", SendErrorKind::Blocked),
        ("http://[::ffff:10.0.0.1]/", SendErrorKind::Blocked),
        ("http://[::1]/", SendErrorKind::Blocked),
        ("//0xa9fea9fe/", SendErrorKind::Blocked),
        ("ftp://127.0.0.1/", SendErrorKind::Scheme),
        ("file:///etc/passwd", SendErrorKind::Scheme),
        ("http://user:secret@127.0.0.1/", SendErrorKind::Scheme),
        ("http://a..b/", SendErrorKind::Scheme),
        ("http://[:::1]/", SendErrorKind::BadResponse),
    ];
    for (location, kind) in refused {
        let upstream = redirecting(302, location).await;
        let error = local().send(get(upstream.url("/"))).await.unwrap_err();
        assert_eq!((error.kind, error.maybe_sent), (kind, true), "{location}: {error}");
        assert!(!error.message.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_hop_that_fails_was_sent_before() {
    let upstream = redirecting(307, format!("http://127.0.0.1:{}/", closed_port().await)).await;
    let error = local().send(post(upstream.url("/"), "pay")).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Connect, true));
}

#[tokio::test]
async fn the_limit_is_kept() {
    let upstream = redirecting(302, "/").await;
    let error = local().send(get(upstream.url("/"))).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::TooManyRedirects, true));
    assert_eq!(upstream.requests().len(), 4);
}

#[tokio::test]
async fn without_redirects_a_redirect_is_an_answer() {
    let upstream = redirecting(302, "/next").await;
    let answer = local().send(Outgoing { redirects: 0, ..get(upstream.url("/")) }).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (302, &b"gone"[..]));
    assert_eq!(answer.headers["location"], "/next");
}

#[tokio::test]
async fn what_leads_nowhere_is_an_answer() {
    for answer in [
        &b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n"[..],
        b"HTTP/1.1 304 Not Modified\r\nlocation: /next\r\n\r\n",
        b"HTTP/1.1 300 Multiple Choices\r\nlocation: /next\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nlocation: /next\r\ncontent-length: 0\r\n\r\n",
    ] {
        let upstream = Upstream::answering(answer).await;
        local().send(get(upstream.url("/"))).await.unwrap();
        assert_eq!(upstream.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_redirect_with_an_endless_body_is_followed() {
    let upstream = Upstream::start(|mut peer| async move {
        while let Some(request) = peer.read_request().await {
            if request.starts_with("GET /next ") {
                peer.write(OK).await;
                continue;
            }
            peer.write("HTTP/1.1 302 Found\r\nlocation: /next\r\ntransfer-encoding: chunked\r\n\r\n").await;
            while peer.write("5\r\nagain\r\n").await {}
        }
    })
    .await;
    let answer = local().send(get(upstream.url("/"))).await.unwrap();
    assert_eq!((answer.status.as_u16(), upstream.connections()), (200, 2));
}
