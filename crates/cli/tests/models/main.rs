//! Model providers of an organization and of the environment, through the real server, against a fake of each vendor.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod fake;
mod runs;

use callwright_testkit::{Answer, Api, Database, Options, Server, Upstream, on_both};
use fake::Vendor;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const PATH: &str = "/api/v1/model-providers";

fn start(database: Database) -> (Server, Api) {
    let server = Server::start(Options::new(BINARY, database));
    let api = server.api();
    api.put("/api/v1/secrets/MODEL_KEY", json!({"value": fake::KEY})).ok();
    (server, api)
}

/// A provider that is the vendor's fake.
fn add(api: &Api, vendor: &Vendor, more: Value) -> Value {
    let mut spec = json!({"name": vendor.kind, "kind": vendor.kind, "base_url": vendor.base_url(),
        "secret": "MODEL_KEY", "models": ["the-model"]});
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    api.post(PATH, spec).expect(201)
}

fn test(api: &Api, name: &str) -> Value {
    api.post(&format!("{PATH}/{name}/test"), json!({})).ok()
}

#[test]
fn every_kind_is_asked_in_its_own_form_with_its_key() {
    on_both(|database| {
        let (_server, api) = start(database);
        for kind in fake::KINDS {
            let vendor = Vendor::start(kind);
            add(&api, &vendor, json!({}));
            let answer = test(&api, kind);
            assert_eq!((&answer["ok"], &answer["model"]), (&json!(true), &json!("the-model-2026")), "{kind}: {answer}");
            assert!(answer["latency_ms"].is_u64() && answer.get("error").is_none(), "{answer}");
            assert_eq!(vendor.refusals(), Vec::<String>::new(), "{kind}");
            assert_eq!(vendor.count(), 1, "{kind}");
        }
    });
}

#[test]
fn what_goes_wrong_is_told_and_the_key_is_not() {
    on_both(|database| {
        let (server, api) = start(database);
        let vendor = Vendor::start("openai");
        add(&api, &vendor, json!({}));
        let busy = json!({"error": {"message": "slow down", "code": "rate_limit_exceeded"}});
        let echo = json!({"error": {"message": format!("Incorrect API key provided: {}", fake::KEY), "code": "invalid_api_key"}});
        for (answer, word) in [
            (Answer::json(429, busy).header("retry-after", "3"), "slow down"),
            (Answer::json(401, echo), "refuses the key"),
            (Answer::json(200, json!({"choices": []})), "not in its form|no `choices"),
            (Answer::text(200, "<html>").header("x", "y"), "not JSON"),
            (Answer::truncated(*b"{\"choices\":[]}", 5), "closed the connection"),
            (Answer::reset(), "closed the connection"),
            (Answer::redirect(307, "https://example.com/"), "sends us elsewhere"),
            (Answer::garbage(*b"\x00\x01nonsense\r\n\r\n"), "not HTTP"),
        ] {
            vendor.upstream.next(answer);
            let answer = test(&api, "openai");
            let error = answer["error"].as_str().unwrap_or_else(|| panic!("{word}: {answer}"));
            assert!(answer["ok"] == false && word.split('|').any(|word| error.contains(word)), "{word}: {answer}");
            assert!(!answer.to_string().contains(fake::KEY), "{answer}");
        }
        api.delete(&format!("{PATH}/openai")).expect(204);
        add(&api, &vendor, json!({"secret": "NOT_SET"}));
        let answer = test(&api, "openai");
        assert!(answer["error"].as_str().unwrap().contains("callwright secret set NOT_SET"), "{answer}");
        assert!(!server.log().contains(fake::KEY), "nor is it logged");
    });
}

#[test]
fn providers_are_made_changed_listed_and_removed() {
    on_both(|database| {
        let (_server, api) = start(database);
        let vendor = Vendor::start("openai_compatible");
        let made = add(&api, &vendor, json!({"name": "local", "is_default": true}));
        assert_eq!((&made["source"], &made["is_default"]), (&json!("organization"), &json!(true)));
        assert_eq!(
            api.post(PATH, json!({"name": "local", "kind": "openai", "secret": "K"})).expect(409)["error"]["code"],
            "name_taken"
        );
        let second = add(&api, &vendor, json!({"name": "second", "is_default": true, "models": ["a*"]}));
        assert_eq!(api.get(&format!("{PATH}/local")).ok()["is_default"], false, "there is one default");
        let changed =
            json!({"name": "third", "kind": "openai_compatible", "base_url": second["base_url"], "models": ["b"]});
        let changed = api.put(&format!("{PATH}/second"), changed).ok();
        assert_eq!((&changed["name"], &changed["id"], changed.get("secret")), (&json!("third"), &second["id"], None));
        api.get(&format!("{PATH}/second")).expect(404);
        let first = api.get(&format!("{PATH}?limit=1")).ok();
        let rest = api.get(&format!("{PATH}?limit=1&cursor={}", first["next_cursor"].as_str().unwrap())).ok();
        assert_eq!((&first["items"][0]["name"], &rest["items"][0]["name"]), (&json!("local"), &json!("third")));
        assert!(rest.get("next_cursor").is_none(), "{rest}");
        api.delete(&format!("{PATH}/third")).expect(204);
        api.delete(&format!("{PATH}/third")).expect(404);
        for (more, field) in [
            (json!({"name": "Bad Name"}), "name"),
            (json!({"secret": "sk-not-a-name"}), "secret"),
            (json!({"base_url": "ftp://x"}), "base_url"),
            (json!({"base_url": "http://169.254.169.254/v1"}), "base_url"),
            (json!({"options": {"headers": {"authorization": "x"}}}), "options.headers"),
            (json!({"options": {"headers": {"a b": "x"}}}), "options.headers"),
        ] {
            let mut spec = json!({"name": "x", "kind": "openai", "secret": "K"});
            spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            assert_eq!(api.post(PATH, spec).expect(422)["error"]["details"]["field"], field, "{more}");
        }
        let log = api.get("/api/v1/audit?limit=50").ok().to_string();
        for action in ["model_provider.create", "model_provider.update", "model_provider.delete"] {
            assert!(log.contains(action), "{action} is not in {log}");
        }
    });
}

#[test]
fn the_environment_serves_too_and_leads_nowhere_else() {
    on_both(|database| {
        let (openai, gemini) = (Vendor::start("openai"), Vendor::start("gemini"));
        // No network is allowed to tools; the addresses that the operator set are reached all the same.
        let options = Options::new(BINARY, database)
            .env("CALLWRIGHT_OUTBOUND_ALLOW", "")
            .env("OPENAI_BASE_URL", openai.base_url())
            .env("OPENAI_API_KEY", fake::KEY)
            .env("GEMINI_BASE_URL", gemini.base_url().replace("127.0.0.1", "localhost"))
            .env("GEMINI_API_KEY", fake::KEY);
        let server = Server::start(options);
        let api = server.api();
        let listed = api.get(PATH).ok();
        let names: Vec<_> = listed["items"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["gemini", "openai"]);
        assert_eq!(listed["items"][0]["source"], "environment");
        assert!(!listed.to_string().contains("127.0.0.1") && !listed.to_string().contains(fake::KEY), "{listed}");
        for vendor in [&openai, &gemini] {
            let answer = api.post(&format!("{PATH}/{}/test", vendor.kind), json!({"model": "the-model"})).ok();
            assert_eq!(answer["ok"], true, "{answer}");
            assert_eq!(vendor.refusals(), Vec::<String>::new());
        }
        api.delete(&format!("{PATH}/openai")).expect(409);
        let elsewhere = Upstream::start();
        openai.upstream.next(Answer::redirect(307, &elsewhere.url("/v1/chat/completions")));
        let answer = api.post(&format!("{PATH}/openai/test"), json!({"model": "the-model"})).ok();
        assert_eq!((&answer["ok"], elsewhere.connections()), (&json!(false), 0), "a key goes nowhere else");
        // Another provider at the same address is no operator's, so the rules for tools hold.
        api.put("/api/v1/secrets/K", json!({"value": "key-key"})).ok();
        let spec = json!({"name": "mine", "kind": "openai", "base_url": openai.base_url(), "secret": "K"});
        assert_eq!(api.post(PATH, spec).expect(422)["error"]["details"]["field"], "base_url");
        let ran = server.run(&["model", "list"]).expect(0);
        assert!(ran.stdout.contains("environment"), "{}", ran.stdout);
    });
}

#[test]
fn the_command_line_and_the_doctor_know_them() {
    on_both(|database| {
        let (server, api) = start(database);
        let vendor = Vendor::start("anthropic");
        let args = ["model", "add", "claude", "--kind", "anthropic", "--secret", "MODEL_KEY", "--model", "the-model"];
        let address = vendor.base_url();
        server.run(&[&args[..], &["--base-url", &address, "--default"]].concat()).expect(0);
        let ran = server.run(&["model", "test", "claude"]).expect(0);
        assert!(ran.stderr.contains("claude/the-model-2026 answers"), "{}", ran.stderr);
        let looked = |word: &str| {
            let findings = api.get("/api/v1/doctor").ok()["findings"].clone();
            let found = findings.as_array().unwrap().iter().find(|one| one["check"] == "model providers").cloned();
            let found = found.unwrap_or_else(|| panic!("{findings:#}"));
            assert!(found["found"].as_str().unwrap().contains(word), "{found}");
            found
        };
        assert_eq!(looked("takes the key")["verdict"], "ok");
        vendor.upstream.next(Answer::json(401, json!({"error": {"type": "authentication_error", "message": "no"}})));
        let found = looked("refuses the key");
        assert_eq!((&found["verdict"], &found["fix"]), (&json!("fail"), &json!("callwright secret set MODEL_KEY")));
        vendor.upstream.next(Answer::json(500, json!({})));
        let ran = server.run(&["model", "test", "claude"]).expect(1);
        assert!(ran.stderr.contains("cannot answer now"), "{}", ran.stderr);
        server.run(&["model", "remove", "claude"]).expect(0);
        let ran = server.run(&["model", "list"]).expect(0);
        assert!(ran.stderr.contains("callwright model add"), "{}", ran.stderr);
        assert_eq!(looked("scripted")["verdict"], "ok");
    });
}

#[test]
fn where_the_operator_s_provider_is_nobody_is_told() {
    on_both(|database| {
        let options = Options::new(BINARY, database)
            .env("OPENAI_API_KEY", "sk-test-123456789012")
            .env("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
        let server = Server::start(options);
        let api = server.api();
        api.post("/api/v1/agents", json!({"name": "A", "model": "gpt-5"})).expect(201);
        let wish = json!({"agent": "A", "message": "x", "limits": {"timeout_s": 4}, "wait_ms": 20_000});
        let run = api.post("/api/v1/runs", wish).expect(200);
        assert_eq!(run["state"], "failed", "{run}");
        let job = api.get(&format!("/api/v1/jobs/{}", run["job_id"].as_str().unwrap())).expect(200);
        let tested = api.post(&format!("{PATH}/openai/test"), json!({"model": "gpt-5"})).ok();
        assert!(tested["error"].as_str().unwrap().contains("could not be reached"), "{tested}");
        for told in [&run, &job, &tested] {
            assert!(!told.to_string().contains("127.0.0.1"), "{told}");
        }
        assert!(server.log().contains("127.0.0.1:9"), "the operator finds it in the log");
    });
}
