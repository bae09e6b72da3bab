//! TLS: certificates are verified by name, and nothing is sent before they are.

use std::{sync::Arc, time::Duration};

use callwright_guard::{Guard, Options, Outgoing, SendErrorKind};
use rcgen::{CertificateParams, Issuer, KeyPair};
use tokio::time::Instant;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring},
};

use crate::upstream::{OK, Peer, Upstream, get, header, hold, local, local_options, post};

/// An authority, and an acceptor with its certificate for `names`.
fn identity(names: &[&str]) -> (String, TlsAcceptor) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let issuer = Issuer::from_params(&authority, &authority_key);
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    (root.pem(), TlsAcceptor::from(Arc::new(config)))
}

/// Answers over TLS with `answer`.
async fn secure(acceptor: TlsAcceptor, answer: String) -> Upstream {
    Upstream::start(move |mut peer: Peer| {
        let (acceptor, answer) = (acceptor.clone(), answer.clone());
        async move {
            let Ok(stream) = acceptor.accept(peer.stream).await else { return };
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
            peer.stream = Box::new(stream);
            while peer.read_request().await.is_some() {
                peer.write(&answer).await;
            }
        }
    })
    .await
}

fn trusting(root: &str) -> Guard {
    Guard::new(Options { extra_roots_pem: Some(root.as_bytes().to_vec()), ..local_options() }).unwrap()
}

fn ok() -> String {
    String::from_utf8(OK.to_vec()).unwrap()
}

#[tokio::test]
async fn speaks_http_over_tls() {
    let (root, acceptor) = identity(&["localhost", "127.0.0.1"]);
    let upstream = secure(acceptor, ok()).await;
    let guard = trusting(&root);
    let port = upstream.address.port();
    for host in ["localhost", "127.0.0.1", "localhost."] {
        for _ in 0..2 {
            let answer = guard.send(post(format!("https://{host}:{port}/"), "x")).await.unwrap();
            assert_eq!(answer.body, "ok");
        }
        assert_eq!(header(&upstream.last_request(), "host"), Some(format!("{host}:{port}").as_str()));
    }
    assert_eq!((upstream.connections(), upstream.requests().len()), (3, 6));
}

#[tokio::test]
async fn nothing_is_sent_without_a_valid_certificate() {
    let (root, acceptor) = identity(&["other.example"]);
    let upstream = secure(acceptor, ok()).await;
    let url = format!("https://localhost:{}/?key=hunter2", upstream.address.port());
    for guard in [trusting(&root), local()] {
        let error = guard.send(post(&url, "pay")).await.unwrap_err();
        assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Tls, false));
        assert!(error.message.contains("certificate") && !error.message.contains("hunter2"), "{error}");
    }
    assert_eq!(upstream.requests().len(), 0);
}

#[tokio::test]
async fn nothing_is_sent_to_what_does_not_speak_tls() {
    let upstream = Upstream::start(|mut peer| async move {
        peer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    let error = local().send(post(format!("https://{}/", upstream.address), "pay")).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Tls, false));

    let silent = Upstream::start(hold).await;
    let url = format!("https://{}/", silent.address);
    let brief = Duration::from_millis(100);
    let error = local().send(Outgoing { connect_timeout: brief, ..post(&url, "pay") }).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::ConnectTimeout, false));
    let error = local().send(Outgoing { deadline: Instant::now() + brief, ..post(&url, "pay") }).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::DeadlineExceeded, false));
}

#[tokio::test]
async fn a_connection_cut_after_the_request_may_have_acted() {
    let (root, acceptor) = identity(&["localhost"]);
    let upstream = secure(acceptor, String::new()).await;
    let request = Outgoing {
        read_timeout: Duration::from_millis(100),
        ..post(format!("https://localhost:{}/", upstream.address.port()), "pay")
    };
    let error = trusting(&root).send(request).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::ReadTimeout, true));
}

#[tokio::test]
async fn a_secure_connection_closed_while_it_rested_is_replaced() {
    let (root, acceptor) = identity(&["localhost"]);
    let upstream = Upstream::start(move |mut peer: Peer| {
        let acceptor = acceptor.clone();
        async move {
            peer.stream = Box::new(acceptor.accept(peer.stream).await.unwrap());
            peer.read_request().await;
            peer.write(OK).await;
        }
    })
    .await;
    let guard = trusting(&root);
    for _ in 0..3 {
        guard.send(post(format!("https://localhost:{}/", upstream.address.port()), "pay")).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!((upstream.connections(), upstream.requests().len()), (3, 3));
}

#[tokio::test]
async fn a_redirect_to_plain_http_is_refused() {
    let plain = Upstream::answering(OK).await;
    let (root, acceptor) = identity(&["localhost"]);
    let answer = format!("HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", plain.url("/"));
    let upstream = secure(acceptor, answer).await;
    let error = trusting(&root).send(get(format!("https://localhost:{}/", upstream.address.port()))).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Scheme, true));
    assert_eq!(plain.connections(), 0);
}

#[test]
fn roots_must_be_certificates() {
    for pem in ["", "not a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let options = Options { extra_roots_pem: Some(pem.as_bytes().to_vec()), ..Options::default() };
        assert!(Guard::new(options).is_err(), "{pem}");
    }
}
