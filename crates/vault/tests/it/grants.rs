//! Grants: renewed once and written down whatever happens meanwhile, ended by a refusal and by nothing else.

use std::{
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use callwright_model::{Clock, ErrorClass, oauth::AuthorizationStatus, secret::SecretString};
use callwright_store::{
    Options, Store, Synchronous,
    audit::AuditEntry,
    oauth::{GrantRow, NewTokens},
};
use callwright_vault::{
    GrantAsk, Refused,
    grant::NewGrant,
    oauth::{Access, Terms},
};
use serde_json::{Value, json};

use crate::{
    oauth::TokenServer,
    world::{World, secret},
};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
const SECOND: Duration = Duration::from_secs(1);

/// A grant whose access token is `access-0`.
struct Grant {
    world: World,
    server: TokenServer,
    ask: GrantAsk,
}

/// `access-1`, `access-2`…, each with a refresh token of its own.
fn renewed(number: usize) -> (u16, String) {
    let body = json!({"access_token": format!("access-{number}"), "refresh_token": format!("refresh-{number}"),
        "token_type": "Bearer", "expires_in": 3600});
    (200, body.to_string())
}

fn says(status: u16, body: Value) -> impl Fn(usize) -> (u16, String) + Send + Sync + 'static {
    move |_| (status, body.to_string())
}

impl Grant {
    /// With a refresh token, and for an hour.
    async fn new(answer: impl Fn(usize) -> (u16, String) + Send + Sync + 'static) -> Self {
        Self::with(answer, Some("refresh-0"), Some(HOUR), |_| {}).await
    }

    async fn with(
        answer: impl Fn(usize) -> (u16, String) + Send + Sync + 'static,
        refresh: Option<&str>,
        lifetime: Option<Duration>,
        change: impl FnOnce(&mut Terms),
    ) -> Self {
        let (world, server) = (World::new().await, TokenServer::answering(answer).await);
        let mut terms = Terms {
            issuer: "https://as.example".to_owned(),
            resource: "https://mcp.example/mcp".to_owned(),
            token_endpoint: server.url.clone(),
            revocation_endpoint: None,
            client_id: "client".to_owned(),
            client_auth: None,
            is_given: false,
            scopes: vec![],
            asked: vec![],
        };
        change(&mut terms);
        let access = json!({"token": "access-0", "refresh": refresh, "client_secret": null});
        let mut access: Access = serde_json::from_value(access).unwrap();
        access.lifetime = lifetime;
        let (subject, holder) = ("mcp_1".to_owned(), String::new());
        let new = NewGrant { org: world.org, subject, holder, by: world.user, terms, access };
        let row = world.vault.seal_grant(&new).await.unwrap();
        let ask = GrantAsk {
            org: world.org,
            id: row.id,
            what: "the MCP server `files`".to_owned(),
            remedy: "an administrator has to sign in".to_owned(),
            kind: "mcp_server",
            secret: None,
        };
        let put = world.store.write(row, |row, tx| Box::pin(async move { tx.put_oauth_grant(row).await.map(drop) }));
        put.await.unwrap();
        Self { world, server, ask }
    }

    async fn row(&self) -> GrantRow {
        self.world.store.oauth_grant(self.ask.org, self.ask.id).await.unwrap().unwrap()
    }

    async fn status(&self) -> AuthorizationStatus {
        self.row().await.status
    }

    /// The token, or the code of the error.
    async fn token(&self, stale: Option<&str>) -> String {
        self.ask(stale.map(|token| Refused { token: SecretString::new(token), is_of_one: false })).await
    }

    async fn ask(&self, stale: Option<Refused>) -> String {
        match self.world.vault.grant_token(&self.ask, stale.as_ref()).await {
            Ok(token) => token.expose().to_owned(),
            Err(error) => error.code,
        }
    }

    /// Another server has the lease until so many seconds from now, by the database's clock.
    async fn leased(&self, seconds: i64) -> GrantRow {
        assert!(self.world.store.lease_oauth_grant(&self.row().await, "another", HOUR).await.unwrap());
        self.until(seconds);
        self.row().await
    }

    fn until(&self, seconds: i64) {
        let file = rusqlite::Connection::open(self.world.dir.path().join("callwright.db")).unwrap();
        let sql = "UPDATE oauth_grant SET leased_until = (CAST(unixepoch('subsec') AS INTEGER) + ?1) * 1000000";
        assert_eq!(file.execute(sql, [seconds]).unwrap(), 1);
    }

    fn accepted(&self, token: &str) {
        self.world.vault.grant_token_accepted(self.ask.id, &secret(token));
    }

    /// The same while a renewal is under way: `meanwhile` is done before its answer comes.
    async fn renewing(&self, meanwhile: impl Future<Output = ()>) -> String {
        self.server.delay.store(400, Ordering::SeqCst);
        self.world.clock.advance(2 * HOUR);
        let after = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            meanwhile.await;
        };
        tokio::join!(self.token(None), after).0
    }
}

#[tokio::test]
async fn without_a_refresh_token_access_lives_for_as_long_as_its_server_says() {
    let grant = Grant::with(renewed, None, Some(60 * DAY), |_| {}).await;
    for _ in 0..59 {
        grant.world.clock.advance(DAY);
        assert_eq!(grant.token(None).await, "access-0");
    }
    // By our clock it ends now, which may be wrong: only its server says so.
    grant.world.clock.advance(2 * DAY);
    assert_eq!(grant.token(None).await, "access-0");
    assert_eq!(grant.status().await, AuthorizationStatus::Connected);
    assert_eq!(grant.token(Some("access-0")).await, "needs_authorization");
    assert_eq!(grant.status().await, AuthorizationStatus::NeedsAuthorization);
    assert_eq!(grant.server.asked(), 0);
}

#[tokio::test]
async fn one_refusal_of_what_cannot_be_renewed_ends_nothing() {
    for lifetime in [None, Some(60 * DAY)] {
        let grant = Grant::with(renewed, None, lifetime, |_| {}).await;
        for _ in 0..3 {
            assert_eq!(grant.token(Some("access-0")).await, "access_refused");
            assert_eq!(grant.token(None).await, "access-0", "others go on with it");
        }
        grant.world.clock.advance(61 * SECOND);
        grant.accepted("access-0");
        assert_eq!(grant.token(Some("access-0")).await, "access_refused", "it was good meanwhile");
        assert_eq!(grant.status().await, AuthorizationStatus::Connected);
        grant.world.clock.advance(59 * SECOND);
        assert_eq!(grant.token(Some("access-0")).await, "access_refused");
        grant.world.clock.advance(SECOND);
        assert_eq!(grant.token(Some("access-0")).await, "needs_authorization");
        assert_eq!(grant.status().await, AuthorizationStatus::NeedsAuthorization);
    }
}

#[tokio::test]
async fn what_one_tool_refuses_ends_nothing_however_often() {
    let grant = Grant::with(renewed, None, None, |_| {}).await;
    for _ in 0..5 {
        let refused = Refused { token: secret("access-0"), is_of_one: true };
        assert_eq!(grant.ask(Some(refused)).await, "access_refused");
        grant.world.clock.advance(120 * SECOND);
    }
    assert_eq!(grant.token(Some("access-0")).await, "access_refused", "and is no doubt of the others");
    assert_eq!(grant.status().await, AuthorizationStatus::Connected);
}

#[tokio::test]
async fn a_server_that_refuses_everything_costs_one_renewal_in_a_while() {
    let grant = Grant::new(renewed).await;
    assert_eq!(grant.token(Some("access-0")).await, "access-1");
    for _ in 0..5 {
        assert_eq!(grant.token(Some("access-1")).await, "access_refused");
        assert_eq!(grant.token(None).await, "access-1");
    }
    assert_eq!(grant.server.asked(), 1);
    grant.world.clock.advance(31 * SECOND);
    assert_eq!(grant.token(Some("access-1")).await, "access-2");
    // One that was good once is renewed at once.
    grant.accepted("access-2");
    assert_eq!(grant.token(Some("access-2")).await, "access-3");
    assert_eq!(grant.server.asked(), 3);
}

#[tokio::test]
async fn what_came_is_written_down_although_the_database_is_away() {
    let (path, moves) = (Arc::new(OnceLock::<PathBuf>::new()), Duration::from_secs(2));
    let shared = path.clone();
    let grant = Grant::new(move |number| {
        // It goes away once the refresh token is spent.
        let path = shared.get().unwrap().clone();
        let sql = move |text: &str| rusqlite::Connection::open(&path).unwrap().execute_batch(text).unwrap();
        sql("ALTER TABLE oauth_grant RENAME TO away");
        std::thread::spawn(move || {
            std::thread::sleep(moves);
            sql("ALTER TABLE away RENAME TO oauth_grant");
        });
        renewed(number)
    })
    .await;
    path.set(grant.world.dir.path().join("callwright.db")).unwrap();
    grant.world.clock.advance(2 * HOUR);
    let began = Instant::now();
    assert_eq!(grant.token(None).await, "access-1");
    assert!(began.elapsed() >= moves, "{:?}", began.elapsed());
    assert_eq!((grant.row().await.version, grant.server.asked()), (2, 1));
}

#[tokio::test]
async fn a_vault_that_closes_waits_for_what_was_spent_and_spends_no_more() {
    let grant = Grant::new(renewed).await;
    grant.server.delay.store(300, Ordering::SeqCst);
    grant.world.clock.advance(2 * HOUR);
    // Nobody waits for it any more.
    assert!(tokio::time::timeout(Duration::from_millis(100), grant.token(None)).await.is_err());
    grant.world.vault.close().await;
    assert_eq!((grant.row().await.version, grant.server.asked()), (2, 1));
    assert_eq!(grant.token(None).await, "access-1", "what is held is given out");
    assert_eq!(grant.token(Some("access-1")).await, "token_unavailable");
    assert_eq!(grant.server.asked(), 1);
}

#[tokio::test]
async fn a_refusal_in_other_words_ends_it_too() {
    for error in ["invalid_grant", "bad_refresh_token", "invalid_refresh_token", "token_expired"] {
        let grant = Grant::new(says(200, json!({"error": error}))).await;
        grant.world.clock.advance(2 * HOUR);
        for _ in 0..3 {
            assert_eq!(grant.token(None).await, "needs_authorization", "{error}");
        }
        let row = grant.row().await;
        assert_eq!(row.status, AuthorizationStatus::NeedsAuthorization);
        assert!(row.why.as_ref().is_some_and(|why| why.contains(error)), "{row:?}");
        assert_eq!(grant.server.asked(), 1, "nobody is asked again");
    }
}

#[tokio::test]
async fn a_refusal_that_may_pass_is_noted_until_it_does() {
    let is_mended = Arc::new(AtomicBool::new(false));
    let shared = is_mended.clone();
    let grant = Grant::new(move |number| match shared.load(Ordering::SeqCst) {
        true => renewed(number),
        false => (400, json!({"error": "invalid_request", "error_description": "what?"}).to_string()),
    })
    .await;
    // While the access lives, nobody is bothered.
    grant.world.clock.advance(HOUR - 30 * SECOND);
    assert_eq!(grant.token(None).await, "access-0");
    assert_eq!((grant.row().await.trouble, grant.server.asked()), (None, 1));
    grant.world.clock.advance(HOUR);
    assert_eq!(grant.token(None).await, "oauth_invalid_request");
    let row = grant.row().await;
    let trouble = row.trouble.unwrap();
    assert_eq!(row.status, AuthorizationStatus::Connected);
    assert!(trouble.contains("invalid_request") && trouble.ends_with("an administrator has to sign in"), "{trouble}");
    // It is not asked again for each call, but it is asked again.
    let error = grant.world.vault.grant_token(&grant.ask, None).await.unwrap_err();
    assert_eq!((&*error.code, error.class), ("oauth_invalid_request", ErrorClass::AuthError));
    assert!(error.retry_after_ms.is_some_and(|wait| (1..=1_000).contains(&wait)), "{error:?}");
    assert_eq!(grant.server.asked(), 2);
    grant.world.clock.advance(2 * SECOND);
    assert_eq!(grant.token(None).await, "oauth_invalid_request");
    assert_eq!((grant.server.asked(), grant.row().await.trouble), (3, Some(trouble)));
    is_mended.store(true, Ordering::SeqCst);
    grant.world.clock.advance(10 * SECOND);
    assert_eq!(grant.token(None).await, "access-4");
    assert_eq!(grant.row().await.trouble, None);
}

#[tokio::test]
async fn a_client_that_nobody_registered_cannot_be_gone() {
    let document = "https://callwright.example/oauth/client-metadata.json";
    for (client, is_given, code, status) in [
        ("client", false, "needs_authorization", AuthorizationStatus::NeedsAuthorization),
        ("client", true, "oauth_invalid_client", AuthorizationStatus::Connected),
        (document, false, "oauth_invalid_client", AuthorizationStatus::Connected),
    ] {
        let change = |terms: &mut Terms| (terms.client_id, terms.is_given) = (client.to_owned(), is_given);
        let answer = says(401, json!({"error": "invalid_client"}));
        let grant = Grant::with(answer, Some("refresh-0"), Some(HOUR), change).await;
        grant.world.clock.advance(2 * HOUR);
        assert_eq!(grant.token(None).await, code, "{client}");
        assert_eq!(grant.status().await, status, "{client}");
    }
}

#[tokio::test]
async fn whoever_disconnects_during_a_renewal_is_let_out() {
    let grant = Grant::with(renewed, Some("refresh-0"), Some(HOUR), |terms| {
        terms.revocation_endpoint = Some(terms.token_endpoint.clone());
    })
    .await;
    let (store, org) = (grant.world.store.clone(), grant.ask.org);
    let disconnect = async {
        let gone =
            store.write(org, |org, tx| Box::pin(async move { tx.delete_oauth_grants(*org, "mcp_1").await.map(drop) }));
        gone.await.unwrap();
    };
    assert_eq!(grant.renewing(disconnect).await, "needs_authorization");
    grant.world.vault.close().await;
    let asked = grant.server.forms();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked[1].contains("token=refresh-1&token_type_hint=refresh_token"), "{asked:?}");
    assert!(asked[2].contains("token=access-1&token_type_hint=access_token"), "{asked:?}");
}

#[tokio::test]
async fn who_signs_in_during_a_renewal_keeps_what_was_allowed() {
    let grant = Grant::with(renewed, Some("refresh-0"), Some(HOUR), |terms| {
        terms.revocation_endpoint = Some(terms.token_endpoint.clone());
    })
    .await;
    let row = GrantRow { expires_at: None, ..grant.row().await };
    let store = grant.world.store.clone();
    let again = async {
        store.write(row, |row, tx| Box::pin(async move { tx.put_oauth_grant(row).await.map(drop) })).await.unwrap();
    };
    assert_eq!(grant.renewing(again).await, "access-0", "what they signed in for, and not what was renewed");
    grant.world.vault.close().await;
    assert_eq!(grant.server.asked(), 1, "nothing is given back");
}

#[tokio::test]
async fn new_tokens_count_although_another_server_took_the_grant_for_ended() {
    let grant = Grant::new(renewed).await;
    let (store, row) = (grant.world.store.clone(), grant.row().await);
    let entry = AuditEntry {
        id: grant.world.ids.next(),
        org_id: grant.ask.org,
        user_id: None,
        token_id: None,
        action: "mcp_server.needs_authorization".to_owned(),
        target_kind: "mcp_server".to_owned(),
        target_id: "mcp_1".to_owned(),
        details: json!({}),
        request_id: None,
        at: row.created_at,
    };
    let ended = async { assert!(store.break_oauth_grant(&row, "it was spent", entry).await.unwrap()) };
    let told = async || store.changes_since(0).await.unwrap().iter().map(|(_, seq)| *seq).max();
    let mut before = None;
    let noted = async {
        ended.await;
        before = told().await;
    };
    assert_eq!(grant.renewing(noted).await, "access-1");
    let row = grant.row().await;
    assert_eq!((row.status, row.why, row.version), (AuthorizationStatus::Connected, None, 2));
    // All servers were told that it had ended.
    assert!(told().await > before, "{before:?}");
}

#[tokio::test]
async fn a_lease_is_over_by_the_databases_clock_and_is_outlasted() {
    let grant = Grant::new(renewed).await;
    // Our clock says that it was over long ago.
    grant.world.clock.advance(HOUR - 30 * SECOND);
    grant.leased(30).await;
    assert_eq!((grant.token(None).await.as_str(), grant.server.asked()), ("access-0", 0), "what lives is used");
    let refused = grant.token(Some("access-0"));
    assert!(tokio::time::timeout(SECOND, refused).await.is_err());
    assert_eq!(grant.server.asked(), 0);
    // It is over, and nobody comes to write anything.
    let began = Instant::now();
    grant.until(-1);
    assert_eq!((grant.token(Some("access-0")).await.as_str(), grant.server.asked()), ("access-1", 1));
    assert!(began.elapsed() >= 9 * SECOND, "{:?}", began.elapsed());
}

#[tokio::test]
async fn who_was_kept_from_writing_for_longer_than_a_lease_comes_first() {
    let grant = Grant::new(renewed).await;
    grant.world.clock.advance(2 * HOUR);
    let row = grant.leased(-5).await;
    let theirs = async {
        tokio::time::sleep(4 * SECOND).await;
        let access: Access =
            serde_json::from_value(json!({"token": "access-9", "refresh": "refresh-9", "client_secret": null}))
                .unwrap();
        let new = NewGrant {
            org: grant.ask.org,
            subject: row.subject.clone(),
            holder: String::new(),
            by: grant.world.user,
            terms: serde_json::from_value(row.terms.clone()).unwrap(),
            access,
        };
        let sealed = grant.world.vault.seal_grant(&new).await.unwrap().sealed;
        let tokens = NewTokens { sealed, terms: row.terms.clone(), is_renewable: true, expires_at: None };
        assert!(grant.world.store.renew_oauth_grant(&row, &tokens, grant.world.clock.now()).await.unwrap());
    };
    assert_eq!(tokio::join!(grant.token(None), theirs).0, "access-9");
    assert_eq!(grant.server.asked(), 0, "what they had spent was not spent again");
}

#[tokio::test]
async fn a_process_that_has_the_database_alone_waits_for_no_former_one() {
    let grant = Grant::new(renewed).await;
    grant.leased(60).await;
    grant.world.store.close().await.unwrap();
    let data_dir = grant.world.dir.path().to_owned();
    let store = Store::open(Options { url: None, data_dir, synchronous: Synchronous::Normal }).await.unwrap();
    assert_eq!(store.oauth_grant(grant.ask.org, grant.ask.id).await.unwrap().unwrap().leased_by, None);
}

#[tokio::test]
async fn missing_scopes_are_noted_of_the_token_that_did_not_suffice() {
    let grant = Grant::new(renewed).await;
    let vault = &grant.world.vault;
    let note = async |token: &str, missing: &[&str]| {
        let missing: Vec<String> = missing.iter().map(|scope| (*scope).to_owned()).collect();
        let error = vault.note_missing_scopes(&grant.ask, Some(&secret(token)), &missing).await.unwrap();
        assert_eq!(error.code, "needs_authorization");
        let row = grant.row().await;
        (row.missing_scopes, row.why.is_some())
    };
    let list = |scopes: &[&str]| scopes.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>();
    assert_eq!(note("an earlier one", &["files:write"]).await, (list(&[]), false));
    assert_eq!(note("access-0", &[]).await, (list(&[]), true), "which they are is not said");
    assert_eq!(note("access-0", &["files:write"]).await, (list(&["files:write"]), true));
    assert_eq!(note("access-0", &["files:admin"]).await, (list(&["files:write", "files:admin"]), true));
    // A renewal brings no scopes.
    grant.world.clock.advance(2 * HOUR);
    assert_eq!(grant.token(None).await, "access-1");
    let row = grant.row().await;
    assert_eq!((row.missing_scopes.len(), row.why.is_some(), row.status), (2, true, AuthorizationStatus::Connected));
}
