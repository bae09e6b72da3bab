//! Signing in, sessions and tokens: who one is, and for how long.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{thread, time::Duration};

use callwright_testkit::{
    Api, Database, Live, Options, Person, Reply, Server, on_both,
    people::{PASSWORD, join},
};
use jiff::Timestamp;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const ADA: &str = "ada@example.org";

fn server(database: Database) -> Server {
    Server::start(Options::new(BINARY, database))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn get_token(api: &Api, password: &str) -> Reply {
    api.anonymous().post("/token/get_token", json!({"email": ADA, "password": password}))
}

fn seconds_until(moment: &Value) -> i64 {
    text(moment).parse::<Timestamp>().expect("a time").as_second() - Timestamp::now().as_second()
}

#[test]
fn a_short_lived_token_comes_for_a_password_or_a_token() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        join(&api, ADA, "operator");
        let by_email = get_token(&api, PASSWORD).expect(200);
        assert_eq!(by_email.as_object().unwrap().keys().collect::<Vec<_>>(), ["response", "token", "expires_at"]);
        assert_eq!(by_email["response"], "200");
        assert!((3500..=3700).contains(&seconds_until(&by_email["expires_at"])), "{by_email}");
        let by_name =
            api.anonymous().post("/token/get_token", json!({"username": "Ada@Example.org", "password": PASSWORD}));
        for given in [&by_email, &by_name.expect(200)] {
            let me = api.with_token(text(&given["token"])).get("/api/v1/me").expect(200);
            assert_eq!((&me["email"], &me["role"]), (&json!(ADA), &json!("operator")));
        }
        // For a valid token there is a fresh one, by either header, with no body or an empty one.
        let short = text(&by_email["token"]);
        for (name, value) in [("x-token", short.clone()), ("authorization", format!("Bearer {short}"))] {
            for body in [None, Some(b"{}".to_vec())] {
                let fresh =
                    api.anonymous().raw("POST", "/token/get_token", &[(name, value.as_str())], body).expect(200);
                assert_eq!(fresh["response"], "200");
                assert_ne!(fresh["token"], json!(short));
                assert_eq!(api.with_token(text(&fresh["token"])).get("/api/v1/me").expect(200)["email"], ADA);
            }
        }
        // It is worth no more than the one that was shown, and ends no later.
        let soon = json!({"name": "soon", "role": "viewer", "scopes": ["read"], "expires_at": by_email["expires_at"]});
        let soon = api.post("/api/v1/tokens", soon).expect(201);
        thread::sleep(Duration::from_millis(1100));
        let renewed = api.with_token(text(&soon["token"])).post("/token/get_token", json!({})).expect(200);
        assert_eq!(renewed["expires_at"], soon["expires_at"]);
        let me = api.with_token(text(&renewed["token"])).get("/api/v1/me").expect(200);
        assert_eq!((&me["role"], &me["scopes"]), (&json!("viewer"), &json!(["read"])));

        let refused = |body: Value| {
            let reply = api.anonymous().post("/token/get_token", body);
            (reply.status, reply.code().to_owned(), reply.body["error"]["details"]["field"].clone())
        };
        assert_eq!(refused(json!({})).0, 401);
        assert_eq!(
            refused(json!({"email": ADA, "password": "wrong password"})),
            (401, "wrong_credentials".into(), Value::Null)
        );
        assert_eq!(
            refused(json!({"email": "no@body.org", "password": PASSWORD})),
            (401, "wrong_credentials".into(), Value::Null)
        );
        assert_eq!(refused(json!({"email": ADA})), (422, "invalid_request".into(), json!("password")));
        assert_eq!(refused(json!({"password": PASSWORD})), (422, "invalid_request".into(), json!("email")));
        assert_eq!(refused(json!({"email": ADA, "pass": PASSWORD})), (422, "invalid_request".into(), json!("pass")));
    });
}

#[test]
fn guessing_is_slowed_down_also_for_who_then_guesses_right() {
    on_both(|database| {
        let mut server = server(database);
        let api = server.api();
        join(&api, ADA, "viewer");
        join(&api, "bob@example.org", "viewer");
        let statuses: Vec<u16> = (0..5).map(|guess| get_token(&api, &format!("wrong guess {guess}")).status).collect();
        assert_eq!(statuses, [401; 5]);
        let locked = |reply: Reply| {
            assert_eq!((reply.status, reply.code()), (429, "too_many_attempts"), "{reply:?}");
            let wait: u64 = reply.header("retry-after").expect("Retry-After").parse().unwrap();
            assert!((1..=900).contains(&wait), "{wait}");
        };
        locked(get_token(&api, PASSWORD));
        locked(api.anonymous().post("/api/v1/session", json!({"email": " ADA@example.org", "password": PASSWORD})));
        // Nobody else has to wait, and whoever has a token goes on.
        api.anonymous().post("/token/get_token", json!({"email": "bob@example.org", "password": PASSWORD})).expect(200);
        api.get("/api/v1/me").expect(200);
        server.restart();
        locked(get_token(&api, PASSWORD));
    });
}

#[test]
fn a_token_is_taken_from_either_header_everywhere() {
    on_both(|database| {
        let server = server(database);
        let (api, token) = (server.api().anonymous(), server.token());
        let bearer = format!("Bearer {token}");
        let lower = format!("bearer {token}");
        for path in ["/api/v1/me", "/api/v1/tools", "/api/v1/session", "/api/organization/tools", "/api/v1/audit"] {
            for header in [("X-Token", token), ("Authorization", bearer.as_str()), ("authorization", lower.as_str())] {
                api.raw("GET", path, &[header], None).expect(200);
            }
            let none = api.get(path);
            assert_eq!((none.status, none.header("www-authenticate")), (401, Some("Bearer")));
            for header in [("X-Token", "cw_nonsense"), ("Authorization", "Bearer "), ("Authorization", "Basic dTpw")] {
                assert_eq!(api.raw("GET", path, &[header], None).status, 401, "{header:?}");
            }
        }
        for path in ["/api/v1/executions/live", "/ws/tool-executions"] {
            for header in [("X-Token", token), ("Authorization", bearer.as_str())] {
                assert!(Live::attempt(&api, path, &[header]).is_ok(), "{path} {header:?}");
            }
            assert_eq!(Live::attempt(&api, path, &[]).err(), Some(401));
            assert_eq!(
                Live::attempt(&api, &format!("{path}?token={token}"), &[]).err(),
                Some(401),
                "never in the address"
            );
        }
        assert!(!server.log().contains(token));
    });
}

/// A browser: its cookie, and the CSRF token that its page was given.
struct Browser {
    api: Api,
    set_cookie: String,
    cookie: String,
    csrf: String,
}

impl Browser {
    fn sign_in(api: &Api) -> Self {
        let reply = api.anonymous().post("/api/v1/session", json!({"email": ADA, "password": PASSWORD}));
        let set_cookie = reply.header("set-cookie").expect("a cookie").to_owned();
        let cookie = set_cookie.split(';').next().unwrap().to_owned();
        let csrf = text(&reply.expect(200)["csrf_token"]);
        Self { api: api.anonymous(), set_cookie, cookie, csrf }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Reply {
        let mut all = vec![("cookie", self.cookie.as_str()), ("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.api.raw(method, path, &all, body.map(|body| body.to_string().into_bytes()))
    }
}

#[test]
fn a_browser_session_is_guarded_against_other_sites() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        join(&api, ADA, "builder");
        let browser = Browser::sign_in(&api);
        for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
            assert!(browser.set_cookie.contains(flag), "{}", browser.set_cookie);
        }
        assert!(!browser.set_cookie.contains("Secure"), "this server is reached by plain HTTP");
        let proxied = api.anonymous().with_header("X-Forwarded-Proto", "https");
        let proxied = proxied.post("/api/v1/session", json!({"email": ADA, "password": PASSWORD}));
        assert!(proxied.header("set-cookie").unwrap().ends_with("; Secure"));

        let agent = |name: &str| Some(json!({"name": name}));
        let own = api.base();
        browser.ask("GET", "/api/v1/tools", &[], None).expect(200);
        let csrf = ("x-csrf-token", browser.csrf.as_str());
        let other = Browser::sign_in(&api);
        for (headers, code) in [
            (vec![], "csrf"),
            (vec![("x-csrf-token", "wrong")], "csrf"),
            (vec![("x-csrf-token", other.csrf.as_str())], "csrf"),
            (vec![csrf, ("origin", "https://evil.example")], "cross_site"),
            (vec![csrf, ("origin", "null")], "cross_site"),
            (vec![csrf, ("sec-fetch-site", "cross-site")], "cross_site"),
            (vec![csrf, ("sec-fetch-site", "same-site")], "cross_site"),
        ] {
            let reply = browser.ask("POST", "/api/v1/agents", &headers, agent("No"));
            assert_eq!((reply.status, reply.code()), (403, code), "{headers:?}: {reply:?}");
        }
        for method in ["PUT", "PATCH", "DELETE"] {
            assert_eq!(
                browser.ask(method, "/api/v1/organization", &[], Some(json!({}))).code(),
                match method {
                    "PUT" => "method_not_allowed",
                    _ => "csrf",
                }
            );
        }
        browser.ask("POST", "/api/v1/agents", &[csrf], agent("One")).expect(201);
        browser
            .ask("POST", "/api/v1/agents", &[csrf, ("origin", &own), ("sec-fetch-site", "same-origin")], agent("Two"))
            .expect(201);
        // A token in a header is sent by nobody's browser of itself, and goes before the cookie.
        browser.ask("POST", "/api/v1/agents", &[("x-token", server.token())], agent("Three")).expect(201);
        assert_eq!(browser.ask("GET", "/api/v1/me", &[("x-token", "cw_wrong")], None).status, 401);
        // A page that is loaded anew asks for its CSRF token again; another site's page cannot sign its visitor in.
        assert_eq!(browser.ask("GET", "/api/v1/session", &[], None).expect(200)["csrf_token"], json!(browser.csrf));
        let sign_in = json!({"email": ADA, "password": PASSWORD});
        assert_eq!(
            api.anonymous().with_header("origin", "https://evil.example").post("/api/v1/session", sign_in).status,
            403
        );
        // A WebSocket is opened by whichever page wants to, so its origin decides.
        for path in ["/api/v1/executions/live", "/ws/tool-executions"] {
            let open = |headers: &[(&str, &str)]| {
                let mut all = vec![("cookie", browser.cookie.as_str())];
                all.extend_from_slice(headers);
                Live::attempt(&browser.api, path, &all).err()
            };
            assert_eq!(open(&[("origin", &own)]), None);
            assert_eq!(open(&[("origin", "https://evil.example")]), Some(403));
            assert_eq!(open(&[]), Some(403));
        }
        // Signed out, the cookie is worth nothing at once; the other session stays.
        let out = browser.ask("DELETE", "/api/v1/session", &[csrf], None);
        assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
        out.expect(204);
        assert_eq!(browser.ask("GET", "/api/v1/me", &[], None).status, 401);
        other.ask("GET", "/api/v1/me", &[], None).expect(200);
        // An API token is no session, so it is worth nothing in the cookie.
        let forged = format!("callwright_session={}", server.token());
        assert_eq!(browser.api.raw("GET", "/api/v1/me", &[("cookie", forged.as_str())], None).status, 401);
    });
}

#[test]
fn a_token_is_shown_once_ends_when_told_and_never_exceeds_its_maker() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        let ada = Person::invite(&api, ADA, "builder");
        let make = |api: &Api, body: Value| api.post("/api/v1/tokens", body);
        let spare = make(&ada.api, json!({"name": "spare"})).expect(201);
        let (spare_text, spare_id) = (text(&spare["token"]), text(&spare["id"]));
        assert!(spare_text.starts_with("cw_") && spare_text.len() == 46);
        let listed = ada.api.get("/api/v1/tokens").text;
        assert!(
            listed.contains(&spare_id) && listed.contains(&spare_text[..10]) && !listed.contains(&spare_text[..16])
        );
        assert!(!listed.contains("hash"));

        // It ends at once when it is revoked, and by itself when its time is over.
        let spare = api.with_token(&spare_text);
        spare.get("/api/v1/me").expect(200);
        ada.api.delete(&format!("/api/v1/tokens/{spare_id}")).expect(204);
        assert_eq!(spare.get("/api/v1/me").status, 401);
        assert_eq!(ada.api.delete(&format!("/api/v1/tokens/{spare_id}")).status, 404);
        let past = make(&api, json!({"name": "past", "expires_at": "2020-01-01T00:00:00Z"}));
        assert_eq!((past.status, &past.body["error"]["details"]["field"]), (422, &json!("expires_at")));

        // Never more than its maker, in role or scope; never less careful through a token of a token.
        for role in ["admin", "owner"] {
            assert_eq!(make(&ada.api, json!({"name": "more", "role": role})).status, 403);
        }
        let viewer = make(&ada.api, json!({"name": "viewer", "role": "viewer"})).expect(201);
        let viewer = api.with_token(text(&viewer["token"]));
        assert_eq!(viewer.post("/api/v1/agents", json!({"name": "No"})).status, 403);
        assert_eq!(make(&viewer, json!({"name": "up", "role": "builder"})).status, 403);
        let narrow = make(&api, json!({"name": "narrow", "scopes": ["admin", "read"]})).expect(201);
        let narrow = api.with_token(text(&narrow["token"]));
        for scopes in [json!([]), json!(["tools:call"]), json!(["read", "tools:write"])] {
            assert_eq!(make(&narrow, json!({"name": "wide", "scopes": scopes})).status, 403, "{scopes}");
        }
        make(&narrow, json!({"name": "same", "scopes": ["read"]})).expect(201);
        assert_eq!(make(&ada.api, json!({"name": "trust", "scopes": ["context:trust"]})).status, 403);
        assert_eq!(make(&api, json!({"name": "odd", "scopes": ["everything"]})).status, 422);

        // For somebody else only as an administrator, and not above them.
        let me = text(&api.get("/api/v1/me").expect(200)["user_id"]);
        assert_eq!(make(&ada.api, json!({"name": "x", "user_id": me})).status, 403);
        assert_eq!(make(&api, json!({"name": "x", "user_id": ada.id, "role": "admin"})).status, 403);
        let for_ada = make(&api, json!({"name": "made for Ada", "user_id": ada.id})).expect(201);
        assert_eq!(for_ada["role"], "builder");
        let owners = text(&api.get("/api/v1/tokens").expect(200)["items"][0]["id"]);
        assert_eq!(ada.api.delete(&format!("/api/v1/tokens/{owners}")).status, 404, "not even told that it is there");
        api.delete(&format!("/api/v1/tokens/{}", text(&for_ada["id"]))).expect(204);
    });
}

#[test]
fn a_token_ends_when_its_time_is_over() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        let moment = Timestamp::now() + Duration::from_secs(2);
        let token = api.post("/api/v1/tokens", json!({"name": "brief", "expires_at": moment.to_string()})).expect(201);
        let brief = api.with_token(text(&token["token"]));
        brief.get("/api/v1/me").expect(200);
        thread::sleep(Duration::from_millis(2500));
        assert_eq!(brief.get("/api/v1/me").status, 401);
    });
}

#[test]
fn a_password_has_a_rule_and_changing_it_ends_other_sessions() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        let invitation = api.post("/api/v1/invitations", json!({"email": ADA, "role": "viewer"})).expect(201);
        let accept = |password: &str| {
            let body = json!({"token": invitation["token"], "name": "Ada", "password": password});
            api.anonymous().post("/api/v1/invitations/accept", body)
        };
        for bad in ["", "ninechars", &"x".repeat(257)] {
            let reply = accept(bad);
            assert_eq!((reply.status, &reply.body["error"]["details"]["field"]), (422, &json!("password")), "{bad}");
        }
        accept(PASSWORD).expect(200);
        let (browser, other) = (Browser::sign_in(&api), Browser::sign_in(&api));
        let api_token =
            browser.ask("POST", "/api/v1/tokens", &[("x-csrf-token", &browser.csrf)], Some(json!({"name": "api"})));
        let api_token = api.with_token(text(&api_token.expect(201)["token"]));
        let change = |current: Value, new: &str| {
            let body = json!({"current_password": current, "new_password": new});
            browser.ask("PUT", "/api/v1/password", &[("x-csrf-token", &browser.csrf)], Some(body))
        };
        assert_eq!(change(json!(PASSWORD), "too short").body["error"]["details"]["field"], "new_password");
        assert_eq!(change(Value::Null, "a new long password").body["error"]["details"]["field"], "current_password");
        assert_eq!(change(json!("not the password"), "a new long password").status, 403);
        change(json!(PASSWORD), "a new long password").expect(204);
        assert_eq!(other.ask("GET", "/api/v1/me", &[], None).status, 401, "other sessions end");
        browser.ask("GET", "/api/v1/me", &[], None).expect(200);
        api_token.get("/api/v1/me").expect(200);
        assert_eq!(get_token(&api, PASSWORD).status, 401);
        get_token(&api, "a new long password").expect(200);
    });
}
