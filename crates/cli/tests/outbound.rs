//! The outbound guard, through the whole server: whatever a tool's author writes, what is not allowed sees no
//! connection.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::TcpStream;

use callwright_testkit::{Answer, Api, Database, Options, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

/// A server that may reach public addresses only, or `allow` as well.
fn server(database: Database, allow: &str) -> Server {
    Server::start(Options::new(BINARY, database).env("CALLWRIGHT_OUTBOUND_ALLOW", allow))
}

/// Listens on every address of this machine, so that no way in goes unseen.
fn everywhere() -> (Upstream, u16) {
    let has_ipv6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    let upstream = Upstream::start_on(if has_ipv6 { "::" } else { "0.0.0.0" });
    let port = upstream.address().port();
    (upstream, port)
}

fn tool(name: &str, url: &str) -> Value {
    let never = json!({"attempts": 0, "base_ms": 1});
    json!({"name": name, "kind": "http", "effect": "read", "config": {"method": "GET", "url": url},
        "policy": {"timeout_ms": 3000, "connect_timeout_ms": 2000,
            "retry": {"network": never, "timeout": never, "rate_limit": never}}})
}

fn call(api: &Api, name: &str) -> Value {
    api.post(&format!("/api/v1/tools/{name}/call"), json!({})).expect(200)
}

/// The outcome is a refusal of ours that does not tell what stands in the address.
fn assert_refused(what: &str, answer: &Value) {
    let error = &answer["error"];
    assert_eq!(
        (&error["class"], &error["code"]),
        (&json!("permission_error"), &json!("outbound_blocked")),
        "{what}: {answer}"
    );
    assert_eq!((&answer["success"], &error["retryable"]), (&json!(false), &json!(false)));
    assert!(!answer.to_string().contains("the-query-key"), "{what}: {answer}");
}

#[test]
fn no_spelling_of_a_refused_address_gets_through() {
    on_both(|database| {
        let (upstream, port) = everywhere();
        let server = server(database, "");
        let api = server.api();
        let mut hosts: Vec<String> = [
            // Loopback and "this network", in every spelling that some resolver takes.
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "0",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0x7f.0x0.0x0.0x1",
            "017700000001",
            "0177.0.0.1",
            "0177.1",
            "00000177.0.0.1",
            "127.0.0.1.",
            "%31%32%37.0.0.1",
            "127.0.0.%31",
            "\u{ff11}27.0.0.1",
            "127\u{3002}0\u{3002}0\u{3002}1",
            "localhost",
            "LocalHost",
            "localhost.",
            "a.localhost",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[::ffff:0:127.0.0.1]",
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b:1::127.0.0.1]",
            "[2002:7f00:1::]",
            "[2001::7f00:1]",
            "[fe80::1]",
            "[fec0::1]",
            // Private, link-local, metadata, and what else is nobody's business.
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "169.254.170.2",
            "0xa9fea9fe",
            "2852039166",
            "[::ffff:169.254.169.254]",
            "[fd00:ec2::254]",
            "[fc00::1]",
            "168.63.129.16",
            "192.0.0.192",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "[ff02::1]",
            "[100::1]",
            "[2001:db8::1]",
        ]
        .map(str::to_owned)
        .into();
        // Names that a real resolver takes to loopback.
        let known = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
        let local = known.lines().filter(|line| line.starts_with("127.") || line.starts_with("::1"));
        hosts.extend(local.flat_map(|line| line.split_whitespace().skip(1)).map(str::to_owned));
        let mut saved = 0;
        for (index, host) in hosts.iter().enumerate() {
            let name = format!("t{index}");
            let reply = api.post("/api/v1/tools", tool(&name, &format!("http://{host}:{port}/p?key=the-query-key")));
            if reply.status == 422 {
                assert_eq!(reply.body["error"]["details"]["field"], "config.url", "{host}: {reply:?}");
                continue;
            }
            saved += 1;
            reply.expect(201);
            assert_refused(host, &call(&api, &name));
        }
        assert!(saved > 40, "only {saved} could be saved: the guard was hardly asked");
        // TLS and the default ports make no difference, nor does a write.
        for (index, url) in ["https://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "https://localhost:1/"]
            .into_iter()
            .enumerate()
        {
            let mut tool = tool(&format!("w{index}"), url);
            tool["config"]["method"] = json!("POST");
            tool["effect"] = json!("write");
            api.post("/api/v1/tools", tool).expect(201);
            let answer = call(&api, &format!("w{index}"));
            assert_refused(url, &answer);
            assert_eq!(answer["state"], "failed", "nothing was sent, and that is known");
        }
        assert_eq!(upstream.connections(), 0);
        TcpStream::connect(("127.0.0.1", port)).unwrap();
        eventually("a connection would have been seen", 5, || (upstream.connections() == 1).then_some(()));
    });
}

#[test]
fn addresses_that_are_none_are_refused_when_they_are_saved() {
    on_both(|database| {
        let server = server(database, "");
        let api = server.api();
        for url in [
            "file:///etc/passwd",
            "gopher://127.0.0.1:6379/_x",
            "ftp://example.com/",
            "dict://x/",
            "unix:/run/docker.sock",
            "javascript:alert(1)",
            "data:text/plain,x",
            "//example.com/",
            "/path",
            "",
            "http://",
            "http:///path",
            "http://[::1",
            "http://user:pass@example.com/",
            "http://127.0.0.1@example.com/",
            "http://example.com:99999/",
            "http://exa mple.com/",
            "http://example.com\\@127.0.0.1/",
            "http://256.256.256.256/",
            "http://1.2.3.4.5/",
        ] {
            let reply = api.post("/api/v1/tools", tool("t", url));
            assert_eq!(
                (reply.status, &reply.body["error"]["details"]["field"]),
                (422, &json!("config.url")),
                "{url}: {reply:?}"
            );
        }
        assert_eq!(api.get("/api/v1/tools").expect(200)["items"], json!([]));
    });
}

#[test]
fn no_way_round_leads_to_a_refused_address() {
    on_both(|database| {
        let (upstream, port) = everywhere();
        let server = server(database, "");
        let api = server.api();
        let target = format!("http://127.0.0.1:{port}");
        // By a secret.
        for (name, value) in [("BASE", target.clone()), ("HOST", format!("127.0.0.1:{port}"))] {
            api.put(&format!("/api/v1/secrets/{name}"), json!({"value": value})).ok();
        }
        for (name, url) in [("base", "${BASE}/x"), ("host", "http://${HOST}/x")] {
            api.post("/api/v1/tools", tool(name, url)).expect(201);
            assert_refused(url, &call(&api, name));
        }
        // By an agent's override, and by the plan's.
        api.post("/api/v1/tools", tool("public", "https://203.0.114.1/")).expect(201);
        api.post("/api/v1/agents", json!({"name": "Desk"})).expect(201);
        let overrides = json!({"overrides": {"config": {"url": target}}});
        api.put("/api/v1/agents/Desk/tools/public", overrides).ok();
        let through = || api.post("/api/v1/tools/public/call", json!({"agent": "Desk"})).expect(200);
        assert_refused("an override", &through());
        let agent = api.get("/api/v1/agents/Desk").expect(200)["id"].as_str().unwrap().to_owned();
        let custom = json!({"custom_configuration": {"url": format!("{target}/plan")}});
        api.put(&format!("/api/assistants/{agent}/tools/public/configure"), custom).expect(200);
        assert_refused("the plan's override", &through());
        // By the server that gives tokens out.
        api.put("/api/v1/secrets/KEY", json!({"value": "a-client-secret"})).ok();
        let mut oauth = tool("oauth", "https://203.0.114.1/");
        oauth["config"]["auth"] = json!({"type": "oauth2", "token_url": format!("{target}/token"), "client_id": "c", "client_secret": "${KEY}"});
        api.post("/api/v1/tools", oauth).expect(201);
        let answer = call(&api, "oauth");
        assert_eq!(answer["success"], false, "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains("outbound policy"), "{answer}");
        // By a trial, a replay and the plan's test button.
        let id = call(&api, "base")["execution_id"].as_str().unwrap().to_owned();
        eventually("it is written", 5, || (api.get(&format!("/api/v1/executions/{id}")).status == 200).then_some(()));
        assert_refused("a replay", &api.post(&format!("/api/v1/executions/{id}/replay"), json!({})).expect(200));
        let tried = api.post("/api/organization/tools/base/test", json!({})).expect(200);
        assert_eq!(tried["error"]["code"], "outbound_blocked", "{tried}");
        let dry = api.post("/api/v1/tools/base/call", json!({"dry_run": true})).expect(200);
        assert_eq!(dry["success"], true, "a rehearsal sends nothing: {dry}");
        assert_eq!(upstream.connections(), 0);
    });
}

#[test]
fn an_allowed_host_cannot_send_us_to_a_refused_one() {
    on_both(|database| {
        let (refused, port) = everywhere();
        let allowed = Upstream::start_on("127.0.0.2");
        let server = server(database, "127.0.0.2/32");
        let api = server.api();
        let mut hop = tool("hop", &allowed.url("/start"));
        hop["config"]["redirects"] = json!(5);
        api.post("/api/v1/tools", hop).expect(201);
        assert_eq!(call(&api, "hop")["success"], true, "the allowed host itself is reached");
        for host in [
            "127.0.0.1",
            "localhost",
            "2130706433",
            "0x7f.1",
            "0.0.0.0",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::7f00:1]",
        ] {
            for status in [301, 302, 303, 307, 308] {
                allowed.next(Answer::redirect(status, &format!("http://{host}:{port}/secret?key=the-query-key")));
                assert_refused(host, &call(&api, "hop"));
            }
        }
        // Not on the second hop either, nor by an address without a scheme.
        allowed.next(Answer::redirect(302, "/next")).next(Answer::redirect(302, &format!("//127.0.0.1:{port}/")));
        assert_refused("two hops", &call(&api, "hop"));
        // An allowed IPv4 network covers its IPv4-mapped form, and nothing beside it.
        for (name, host, is_allowed) in
            [("mapped", "[::ffff:127.0.0.2]", true), ("other", "127.0.0.3", false), ("loopback6", "[::1]", false)]
        {
            api.post("/api/v1/tools", tool(name, &format!("http://{host}:{}/", allowed.address().port()))).expect(201);
            assert_eq!(call(&api, name)["success"], is_allowed, "{host}");
        }
        assert_eq!(refused.connections(), 0);
    });
}
