//! How we identify ourselves, and that nothing of it comes back.

use std::time::Duration;

use callwright_model::{ErrorClass, ToolError, tool::http::ClientAuth};
use serde_json::{Value, json};

use crate::{
    upstream::{Step, Upstream, json as reply, status},
    world::World,
};

fn with_auth(upstream: &Upstream, auth: Value) -> Value {
    json!({"method": "GET", "url": upstream.url("/?a=1"), "auth": auth})
}

fn oauth() -> Value {
    json!({
        "type": "oauth2",
        "token_url": "https://id.example.com/token",
        "client_id": "client",
        "client_secret": "${CLIENT_SECRET}",
        "scopes": ["read", "{{ parameters.scope }}"],
        "audience": "api",
        "client_auth": "body",
    })
}

#[tokio::test]
async fn every_kind_of_auth() {
    let upstream = Upstream::start([]).await;
    for auth in [
        json!({"type": "none"}),
        json!({"type": "bearer", "token": "${API_KEY}"}),
        json!({"type": "api_key", "key": "${API_KEY}"}),
        json!({"type": "api_key", "key": "k-${API_KEY}", "header": "X-Own"}),
        json!({"type": "api_key", "key": "${API_KEY}", "query": "api key"}),
        json!({"type": "basic", "username": "${USERNAME}", "password": "${PASSWORD}"}),
        json!({"type": "basic", "username": "${API_KEY}", "password": ""}),
    ] {
        World::new(with_auth(&upstream, auth)).done().await;
    }
    let seen = upstream.seen();
    let authorization: Vec<_> = seen.iter().map(|s| s.header("authorization")).collect();
    let expected = [
        None,
        Some("Bearer sk-hunter22"),
        None,
        None,
        None,
        Some("Basic YWRhOnBhc3M6d29yZC8r"),
        Some("Basic c2staHVudGVyMjI6"),
    ];
    assert_eq!(authorization, expected);
    assert_eq!(seen[2].header("x-api-key"), Some("sk-hunter22"));
    assert_eq!(seen[3].header("x-own"), Some("k-sk-hunter22"));
    assert_eq!(seen[4].target, "/?a=1&api%20key=sk-hunter22");
}

#[tokio::test]
async fn an_empty_or_broken_credential_is_never_sent() {
    let upstream = Upstream::start([]).await;
    for (auth, word) in [
        (json!({"type": "bearer", "token": "${call_sid}"}), "is empty"),
        (json!({"type": "api_key", "key": "{{ parameters.blank }}"}), "is empty"),
        (json!({"type": "bearer", "token": "{{ parameters.lines }}"}), "line break"),
        (json!({"type": "basic", "username": "{{ parameters.colon }}", "password": "x"}), "colon"),
    ] {
        let world = World::new(with_auth(&upstream, auth));
        let error = world.given(json!({"blank": " ", "lines": "a\nb", "colon": "a:b"})).failed().await;
        assert_eq!((error.class, error.code.as_str()), (ErrorClass::AuthError, "credential_unusable"));
        assert!(error.message.contains(word), "{}", error.message);
    }
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn a_token_is_asked_for_by_its_client() {
    let upstream = Upstream::start([]).await;
    let world = World::new(with_auth(&upstream, oauth())).given(json!({"scope": "write"}));
    world.notes.tokens.lock().unwrap().push_back(Ok("token-1"));
    world.done().await;
    assert_eq!(upstream.one().header("authorization"), Some("Bearer token-1"));
    let (client, stale) = world.notes.asked.lock().unwrap().pop().unwrap();
    assert_eq!(client.token_url, "https://id.example.com/token");
    assert_eq!((client.client_id.as_str(), client.client_secret.expose()), ("client", "cs-hunter33"));
    assert_eq!((client.scopes, client.audience.as_deref()), (vec!["read".to_owned(), "write".to_owned()], Some("api")));
    assert_eq!((client.client_auth, stale), (ClientAuth::Body, None));
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_even_for_a_write() {
    let upstream = Upstream::start([status(401)]).await;
    let world = World::patched(with_auth(&upstream, oauth()), json!({"effect": "write"})).given(json!({"scope": "w"}));
    world.notes.tokens.lock().unwrap().extend([Ok("token-1"), Ok("token-2")]);
    world.done().await;
    let sent: Vec<_> = upstream.seen().iter().map(|s| s.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(sent, ["Bearer token-1", "Bearer token-2"]);
    assert_eq!(world.notes.asked.lock().unwrap()[1].1.as_deref(), Some("token-1"));
    assert_eq!(world.attempts()[0].status, Some(401));

    let upstream = Upstream::start([status(401), status(401)]).await;
    let world = World::new(with_auth(&upstream, oauth())).given(json!({"scope": "w"}));
    world.notes.tokens.lock().unwrap().extend([Ok("token-1"), Ok("token-2")]);
    let error = world.failed().await;
    assert_eq!((error.class, error.code.as_str()), (ErrorClass::AuthError, "http_401"));
    assert_eq!(upstream.seen().len(), 2);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let upstream = Upstream::start([]).await;
    let world = World::new(with_auth(&upstream, oauth())).given(json!({"scope": "w"}));
    let refused = ToolError::new(ErrorClass::AuthError, "oauth_invalid_client", "no: cs-hunter33");
    world.notes.tokens.lock().unwrap().push_back(Err(refused));
    let error = world.failed().await;
    assert_eq!((error.code.as_str(), error.message.as_str()), ("oauth_invalid_client", "no: [secret]"));
    assert!(upstream.seen().is_empty());

    // A token server that cannot be reached may be asked again: nothing was sent to the upstream.
    let world = World::patched(with_auth(&upstream, oauth()), json!({"effect": "write"})).given(json!({"scope": "w"}));
    let unreachable = ToolError::new(ErrorClass::NetworkError, "token_server_unreachable", "refused");
    world.notes.tokens.lock().unwrap().extend([Err(unreachable), Ok("token-1")]);
    world.done().await;
    assert_eq!(upstream.one().header("authorization"), Some("Bearer token-1"));
}

#[tokio::test]
async fn no_secret_comes_back() {
    let echo = |code| {
        let body = json!({
            "bearer": "Bearer token-1",
            "key": "sk-hunter22",
            "encoded": "pass%3Aword%2F%2B",
            "basic": "YWRhOnBhc3M6d29yZC8r",
        });
        match reply(&body) {
            Step::Reply(_, headers, body) => Step::Reply(code, headers, body),
            other => other,
        }
    };
    let upstream = Upstream::start([echo(200), echo(400), echo(500)]).await;
    let basic = json!({"type": "basic", "username": "${USERNAME}", "password": "${PASSWORD}"});
    let config = json!({"method": "GET", "url": upstream.url("/"), "headers": {"X-Key": "${API_KEY}"}, "auth": basic});
    let done = World::new(config.clone()).done().await;
    let hidden = json!({"bearer": "Bearer token-1", "key": "[secret]", "encoded": "[secret]"});
    let data = done.data.unwrap();
    assert_eq!((&data["key"], &data["encoded"]), (&hidden["key"], &hidden["encoded"]));
    for _ in 0..2 {
        let world = World::new(config.clone());
        let told = format!("{:?} {:?}", world.failed().await, world.attempts());
        for secret in ["hunter22", "pass%3Aword", "YWRhOnBhc3M6d29yZC8r"] {
            assert!(!told.contains(secret) && !data.to_string().contains(secret), "{told} {data}");
        }
    }

    let upstream = Upstream::start([echo(403)]).await;
    let world = World::new(with_auth(&upstream, oauth())).given(json!({"scope": "w"}));
    world.notes.tokens.lock().unwrap().push_back(Ok("token-1"));
    let error = world.failed().await;
    assert_eq!(error.class, ErrorClass::AuthError);
    assert!(!format!("{error:?}").contains("token-1"), "{error:?}");
}

#[tokio::test]
async fn waiting_for_a_token_ends_with_the_callers_patience() {
    struct Never;
    #[async_trait::async_trait]
    impl callwright_tools::Ports for Never {
        fn emit(&self, _: callwright_model::execution::Progress) {}
        fn attempt(&self, _: callwright_model::execution::Attempt) {}
        async fn oauth_token(
            &self,
            _: callwright_tools::OauthClient,
            _: Option<callwright_model::secret::SecretString>,
        ) -> Result<callwright_model::secret::SecretString, ToolError> {
            std::future::pending().await
        }
    }
    let upstream = Upstream::start([]).await;
    let world =
        World::new(with_auth(&upstream, oauth())).given(json!({"scope": "w"})).within(Duration::from_millis(100));
    let guard = crate::world::guard();
    let clock = callwright_model::SystemClock;
    let cx = callwright_tools::ExecCx { guard: &guard, python: &callwright_tools::Python::new(Default::default()), clock: &clock, ports: &Never, cancel: &world.cancel };
    let outcome = callwright_tools::Executor::execute(&world.tool(), &cx, &world.call()).await.unwrap();
    let callwright_model::Outcome::Failed(error) = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.class, ErrorClass::TimeoutError);
    assert!(upstream.seen().is_empty());
}
