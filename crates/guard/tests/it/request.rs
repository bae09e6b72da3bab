//! What a request looks like on the wire, and which are refused before there is one.

use callwright_guard::{Guard, Options, Outgoing, SendErrorKind};
use http::{HeaderValue, Method};
use url::Url;

use crate::upstream::{OK, Upstream, get, header, local, post};

#[tokio::test]
async fn the_target_is_sent_as_it_is_written() {
    let upstream = Upstream::answering(OK).await;
    let cases = [
        ("", "/"),
        ("/a%20b/c%2Fd", "/a%20b/c%2Fd"),
        ("/a b?q=x y&z=%26#part", "/a%20b?q=x%20y&z=%26"),
        ("/ü?ü=é", "/%C3%BC?%C3%BC=%C3%A9"),
        ("/a/../b/./c", "/b/c"),
        ("/{x}|^`'\"?{x}|^`'\"", "/%7Bx%7D|^%60'%22?{x}|^`%27%22"),
        ("?only=query", "/?only=query"),
    ];
    for (path, target) in cases {
        local().send(get(upstream.url(path))).await.unwrap();
        let request = upstream.last_request();
        assert_eq!(request.split(' ').nth(1), Some(target), "{path}");
    }
}

#[tokio::test]
async fn the_guard_names_host_agent_and_length() {
    let upstream = Upstream::answering(OK).await;
    local().send(post(upstream.url("/"), "body")).await.unwrap();
    let request = upstream.last_request();
    assert_eq!(header(&request, "host"), Some(upstream.address.to_string().as_str()));
    assert_eq!(header(&request, "content-length"), Some("4"));
    assert!(header(&request, "user-agent").unwrap().starts_with("Callwright/"));
    assert_eq!(request.matches("content-length").count(), 1);

    local().send(post(upstream.url("/"), "")).await.unwrap();
    assert_eq!(header(&upstream.last_request(), "content-length"), Some("0"));
    local().send(get(upstream.url("/"))).await.unwrap();
    assert_eq!(header(&upstream.last_request(), "content-length"), None);
    let get_with_body = Outgoing { method: Method::GET, ..post(upstream.url("/"), "body") };
    local().send(get_with_body).await.unwrap();
    assert!(upstream.last_request().ends_with("\r\n\r\nbody"));
}

#[tokio::test]
async fn headers_of_the_connection_are_ours() {
    let upstream = Upstream::answering(OK).await;
    let mut request = post(upstream.url("/"), "body");
    let foreign = [
        ("connection", "upgrade, close"),
        ("content-length", "999"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "websocket"),
        ("expect", "100-continue"),
        ("te", "trailers"),
        ("trailer", "x"),
        ("keep-alive", "timeout=1"),
        ("proxy-connection", "close"),
        ("accept-encoding", "br"),
        ("x-mine", "kept"),
        ("user-agent", "mine"),
    ];
    for (name, value) in foreign {
        request.headers.append(name, HeaderValue::from_static(value));
    }
    local().send(request).await.unwrap();
    let request = upstream.last_request();
    for name in
        ["connection", "transfer-encoding", "upgrade", "expect", "te", "trailer", "keep-alive", "proxy-connection"]
    {
        assert_eq!(header(&request, name), None, "{name}");
    }
    assert_eq!(header(&request, "content-length"), Some("4"));
    assert_eq!(header(&request, "accept-encoding"), Some("gzip"));
    assert_eq!((header(&request, "x-mine"), header(&request, "user-agent")), (Some("kept"), Some("mine")));
}

#[tokio::test]
async fn other_schemes_and_credentials_are_refused() {
    for url in [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://user@127.0.0.1/",
        "http://:pw@127.0.0.1/",
    ] {
        let error = local().send(get(url)).await.unwrap_err();
        assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Scheme, false), "{url}");
        assert!(!error.message.contains("pw"), "{error}");
    }
    let connect = Outgoing { method: Method::CONNECT, ..get("http://127.0.0.1/") };
    assert_eq!(local().send(connect).await.unwrap_err().kind, SendErrorKind::Scheme);
}

#[test]
fn a_url_can_be_checked_before_it_is_used() {
    let guard = Guard::new(Options::default()).unwrap();
    let check = |url: &str| guard.check_url(&Url::parse(url).unwrap());
    for fine in
        ["https://api.example.com/v1?x=1", "http://8.8.8.8/", "http://[2606:4700::1111]:8080/", "https://intranet/"]
    {
        check(fine).unwrap();
    }
    let refused = [
        ("ftp://example.com/", "only http and https"),
        ("http://me:secret@example.com/", "user name or a password"),
        ("http://127.0.0.1/?key=secret", "`127.0.0.1` is a loopback address"),
        ("http://0x7f.1/", "loopback"),
        ("http://2852039166/", "`169.254.169.254` is a link-local address"),
        ("http://[::ffff:10.0.0.1]/", "a private address"),
        ("http://localhost:8080/", "this machine"),
        ("http://api.LOCALHOST./", "this machine"),
        ("http://a..b/", "empty label"),
        (&format!("http://{}.com/", "a".repeat(64)), "63 characters"),
        (&format!("http://{}com/", "abcdefg.".repeat(40)), "253 characters"),
    ];
    for (url, why) in refused {
        let message = check(url).unwrap_err();
        assert!(message.contains(why), "{url}: {message}");
        assert!(!message.contains("secret"), "{message}");
    }
    local().check_url(&Url::parse("http://localhost/").unwrap()).unwrap();
    local().check_url(&Url::parse("http://127.0.0.1/").unwrap()).unwrap();
}
