//! The commands, against a real server.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
};

use callwright_testkit::{Answer, Database, Options, Ran, Server, Upstream, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn start(database: Database) -> Server {
    Server::start(Options::new(BINARY, database))
}

fn weather(url: &str, description: &str) -> String {
    format!(
        "name: weather\ndescription: {description}\nkind: http\neffect: read\n\
         parameters:\n  type: object\n  properties:\n    city: {{type: string}}\n    days: {{type: integer}}\n  \
         required: [city]\n  additionalProperties: false\n\
         config:\n  method: GET\n  url: {url}\n  query: {{city: \"{{{{ parameters.city }}}}\"}}\n"
    )
}

fn write(server: &Server, name: &str, text: &str) {
    let path = server.folder().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn apply_weather(server: &Server, upstream: &Upstream) {
    write(server, "weather.yaml", &weather(&upstream.url("/weather"), "The weather"));
    server.run(&["apply", "-f", "weather.yaml"]).ok();
}

#[test]
fn applying_creates_then_does_nothing_then_updates() {
    on_both(|database| {
        let server = start(database);
        write(&server, "weather.yaml", &weather("https://example.com/weather", "The weather"));
        let rehearsed = server.run(&["apply", "-f", "weather.yaml", "--dry-run"]).ok();
        assert!(rehearsed.stdout.starts_with("would create weather"), "{rehearsed:?}");
        server.api().get("/api/v1/tools/weather").expect(404);

        let created = server.run(&["apply", "-f", "weather.yaml", "--note", "first"]).ok();
        assert!(created.stdout.starts_with("created"), "{created:?}");
        let again = server.run(&["apply", "-f", "weather.yaml"]).ok();
        assert!(again.stdout.starts_with("unchanged"), "{again:?}");
        assert_eq!(server.api().get("/api/v1/tools/weather").expect(200)["revision"], 1);

        write(&server, "weather.yaml", &weather("https://example.org/weather", "The weather of tomorrow"));
        let rehearsed = server.run(&["apply", "-f", "weather.yaml", "--dry-run"]).ok();
        assert!(rehearsed.stdout.starts_with("would update weather"), "{rehearsed:?}");
        for part in
            ["config.url", "- \"https://example.com/weather\"", "+ \"https://example.org/weather\"", "description"]
        {
            assert!(rehearsed.stdout.contains(part), "{part}: {rehearsed:?}");
        }
        assert_eq!(server.api().get("/api/v1/tools/weather").expect(200)["revision"], 1);
        let applied = server.run(&["apply", "-f", "weather.yaml", "--json"]).json();
        assert_eq!((&applied[0]["action"], &applied[0]["name"]), (&json!("updated"), &json!("weather")));
        assert_eq!(server.api().get("/api/v1/tools/weather").expect(200)["revision"], 2);

        let history = server.run(&["tool", "versions", "weather"]).ok().stdout;
        assert!(history.contains("first"), "{history}");
        let diff = server.run(&["tool", "diff", "weather", "1", "2"]).ok().stdout;
        assert!(diff.contains("config.url"), "{diff}");
        server.run(&["tool", "rollback", "weather", "1"]).ok();
        let tool = server.run(&["tool", "get", "weather"]).json();
        assert_eq!(tool["config"]["url"], "https://example.com/weather");
    });
}

#[test]
fn a_folder_standard_input_and_json_are_applied_too() {
    let server = start(Database::Sqlite);
    let one = weather("https://example.com/", "One").replace("name: weather", "name: one");
    let two = weather("https://example.com/", "Two").replace("name: weather", "name: two");
    write(&server, "tools/a.yaml", &format!("{one}---\n{two}"));
    let three = json!({"name": "three", "kind": "http", "config": {"url": "https://example.com/"}});
    write(&server, "tools/deeper/c.json", &three.to_string());
    let applied = server.run(&["apply", "-f", "tools"]).ok().stdout;
    let names: Vec<&str> = applied.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(names, ["one", "two", "three"], "{applied}");
    let four = weather("https://example.com/", "Four").replace("name: weather", "name: four");
    server.run_with(&["apply", "-f", "-"], &four).ok();
    let listed = server.run(&["tool", "list"]).ok().stdout;
    assert_eq!(listed.lines().count(), 5, "{listed}");
}

#[test]
fn every_mistake_in_the_files_is_told_with_file_and_field_and_nothing_is_applied() {
    let server = start(Database::Sqlite);
    write(&server, "tools/good.yaml", &weather("https://example.com/", "Good"));
    write(&server, "tools/x-broken.yaml", "name: [\n");
    write(&server, "tools/x-nameless.yaml", "kind: http\n");
    let ran = server.run(&["apply", "-f", "tools"]).expect(1);
    for part in ["x-broken.yaml", "x-nameless.yaml: `name`", "nothing was applied"] {
        assert!(ran.stderr.contains(part), "{part}: {ran:?}");
    }
    fs::remove_file(server.folder().join("tools/x-broken.yaml")).unwrap();
    fs::remove_file(server.folder().join("tools/x-nameless.yaml")).unwrap();

    let unknown = weather("https://example.com/", "Bad").replace("name: weather", "name: bad1\ncolour: green");
    let template = weather("https://example.com/${NO_SUCH_SECRET}", "Bad").replace("name: weather", "name: bad2");
    write(&server, "tools/y.yaml", &format!("{unknown}---\n{template}"));
    let ran = server.run(&["apply", "-f", "tools"]).expect(1);
    for part in
        ["y.yaml, document 1: bad1: ", "colour", "y.yaml, document 2: bad2: ", "config.url", "nothing was applied"]
    {
        assert!(ran.stderr.contains(part), "{part}: {ran:?}");
    }
    assert_eq!(ran.stdout, "");
    server.api().get("/api/v1/tools/weather").expect(404);
}

#[test]
fn a_tool_is_called_and_its_execution_is_found() {
    on_both(|database| {
        let server = start(database);
        let upstream = Upstream::start();
        apply_weather(&server, &upstream);
        upstream.next(Answer::json(200, json!({"sky": "blue", "days": [1, 2]})));
        let called = server.run(&["tool", "call", "weather", "--arg", "city=São Paulo", "--arg", "days=2"]).ok();
        assert_eq!(serde_json::from_str::<Value>(&called.stdout).unwrap(), json!({"sky": "blue", "days": [1, 2]}));
        let id = called.stderr.split_whitespace().find(|word| word.starts_with("exec_")).unwrap().to_owned();
        assert_eq!(upstream.requests()[0].query(), "city=S%C3%A3o%20Paulo");

        let shown = server.run(&["executions", "show", &id]).json();
        assert_eq!(shown["input"], json!({"city": "São Paulo", "days": 2}));
        assert_eq!(shown["state"], "done");
        let listed = server.run(&["executions", "list", "--tool", "weather", "--state", "done"]).ok().stdout;
        assert!(listed.contains(&id) && listed.contains("1x"), "{listed}");
        let none = server.run(&["executions", "list", "--state", "failed"]).ok();
        assert_eq!((none.stdout.as_str(), none.stderr.trim()), ("", "no executions"));
        let usage = server.run(&["tool", "usage", "weather", "--json"]).json();
        assert_eq!(usage["count"], 1);

        let replayed = server.run(&["executions", "replay", &id, "--json"]).json();
        assert_eq!(replayed["success"], true);
        let rehearsed = server.run(&["tool", "call", "weather", "--arg", "city=Rome", "--dry-run"]).ok();
        assert!(rehearsed.stdout.contains("city=Rome"), "{rehearsed:?}");
        assert_eq!(upstream.count(), 2);
    });
}

#[test]
fn a_tool_that_fails_is_a_command_that_fails() {
    let server = start(Database::Sqlite);
    let upstream = Upstream::start();
    apply_weather(&server, &upstream);
    upstream.always(Answer::json(404, json!({"error": "no such city"})));
    let ran = server.run(&["tool", "call", "weather", "--arg", "city=Atlantis"]).expect(1);
    assert!(ran.stderr.starts_with("error: not_found: "), "{ran:?}");
    assert!(ran.stderr.contains("hint: callwright executions show exec_"), "{ran:?}");
    let ran = server.run(&["tool", "call", "weather", "--arg", "days=soon"]).expect(1);
    assert!(ran.stderr.contains("city") || ran.stderr.contains("days"), "{ran:?}");
    let ran = server.run(&["tool", "call", "nonesuch"]).expect(1);
    assert!(ran.stderr.contains("there is no tool `nonesuch`"), "{ran:?}");
    let ran = server.run(&["tool", "call", "weather", "--json", "--arg", "city=Atlantis"]).expect(1);
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap()["error"]["class"], "not_found");
}

#[test]
fn one_key_has_one_effect() {
    let server = start(Database::Sqlite);
    let upstream = Upstream::start();
    let text = weather(&upstream.url("/"), "Book")
        .replace("effect: read", "effect: write")
        .replace("method: GET", "method: POST");
    write(&server, "book.yaml", &text);
    server.run(&["apply", "-f", "book.yaml"]).ok();
    let call = ["tool", "call", "weather", "--arg", "city=Rome", "--idempotency-key", "trip-1"];
    server.run(&call).ok();
    let again = server.run(&call).ok();
    assert!(again.stderr.contains("earlier call with this key"), "{again:?}");
    assert_eq!(upstream.count(), 1);
    assert_eq!(upstream.requests()[0].header("idempotency-key"), Some("trip-1"));
}

#[test]
fn executions_are_followed_live() {
    on_both(|database| {
        let server = start(database);
        let upstream = Upstream::start();
        apply_weather(&server, &upstream);
        let mut follow = server
            .command(&["executions", "follow", "--tool", "weather", "--count", "1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut talk = BufReader::new(follow.stderr.take().unwrap()).lines();
        assert!(talk.next().unwrap().unwrap().starts_with("following http://"));
        server.run(&["tool", "call", "weather", "--arg", "city=Rome"]).ok();
        let output = follow.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success());
        assert!(text.lines().last().is_some_and(|line| line.contains("weather  done")), "{text}");
    });
}

#[test]
fn following_goes_on_when_the_server_comes_back() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let upstream = Upstream::start();
    let mut server =
        Server::start(Options::new(BINARY, Database::Sqlite).env("CALLWRIGHT_LISTEN", format!("127.0.0.1:{port}")));
    apply_weather(&server, &upstream);
    let mut follow = server
        .command(&["executions", "follow", "--count", "1", "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut talk = BufReader::new(follow.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(talk.any(|line| line.starts_with("following")));
    server.kill9();
    assert!(talk.any(|line| line.contains("connecting again")));
    server.restart();
    assert!(talk.any(|line| line.starts_with("following")));
    server.run(&["tool", "call", "weather", "--arg", "city=Rome"]).ok();
    let output = follow.wait_with_output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"done\""));
}

#[test]
fn secrets_go_in_and_never_come_out() {
    on_both(|database| {
        let server = start(database);
        let upstream = Upstream::start();
        let ran = server.run_with(&["secret", "set", "WEATHER_KEY", "--value-stdin"], "s3cr3t-value\n").ok();
        assert!(!ran.stdout.contains("s3cr3t") && !ran.stderr.contains("s3cr3t"), "{ran:?}");
        let text = weather(&upstream.url("/"), "With a key") + "  headers: {X-Key: \"${WEATHER_KEY}\"}\n";
        write(&server, "weather.yaml", &text);
        server.run(&["apply", "-f", "weather.yaml"]).ok();
        let called = server.run(&["tool", "call", "weather", "--arg", "city=Rome", "--json"]).ok();
        assert_eq!(upstream.requests()[0].header("x-key"), Some("s3cr3t-value"));
        let listed = server.run(&["secret", "list"]).ok();
        assert!(listed.stdout.contains("WEATHER_KEY"), "{listed:?}");
        let id = serde_json::from_str::<Value>(&called.stdout).unwrap()["execution_id"].as_str().unwrap().to_owned();
        let shown = server.run(&["executions", "show", &id, "--json"]).ok();
        for text in [&listed.stdout, &called.stdout, &shown.stdout, &server.log(), &server.stdout()] {
            assert!(!text.contains("s3cr3t-value"), "{text}");
        }
        let mut from_env = server.command(&["secret", "set", "WEATHER_KEY", "--from-env", "MY_KEY"]);
        from_env.env("MY_KEY", "another-value");
        Ran::of(from_env, "").ok();
        server.run(&["tool", "call", "weather", "--arg", "city=Rome"]).ok();
        assert_eq!(upstream.requests()[1].header("x-key"), Some("another-value"));
        server.run(&["secret", "delete", "WEATHER_KEY"]).ok();
        assert!(!server.run(&["secret", "list"]).ok().stdout.contains("WEATHER_KEY"));
    });
}

#[test]
fn agents_have_tools_with_overrides() {
    let server = start(Database::Sqlite);
    let upstream = Upstream::start();
    apply_weather(&server, &upstream);
    server.run(&["agent", "create", "Reception", "--model", "gpt-5-mini"]).ok();
    let overrides = r#"{"description": "Only for Rome"}"#;
    server.run(&["agent", "assign", "Reception", "weather", "--overrides", overrides, "--position", "3"]).ok();
    let shown = server.run(&["agent", "get", "Reception"]).ok().stdout;
    assert!(shown.contains("weather") && shown.contains("Only for Rome"), "{shown}");
    let definitions = server.run(&["tool", "definitions", "--agent", "Reception", "--format", "anthropic"]).json();
    assert_eq!(definitions[0]["name"], "weather");
    assert_eq!(definitions[0]["description"], "Only for Rome");
    server.run(&["agent", "unassign", "Reception", "weather"]).ok();
    assert_eq!(server.run(&["agent", "list", "--json"]).json().as_array().map(Vec::len), Some(1));
    server.run(&["agent", "delete", "Reception"]).ok();
}

#[test]
fn tokens_are_made_listed_and_revoked() {
    let server = start(Database::Sqlite);
    let made = server.run(&["token", "create", "ci", "--role", "operator", "--scope", "tools:call"]).ok().stdout;
    let token = made.trim();
    assert!(token.starts_with("cw_"), "{made}");
    let listed = server.run(&["token", "list", "--json"]).json();
    let row = listed.as_array().unwrap().iter().find(|row| row["name"] == "ci").unwrap();
    assert_eq!((&row["role"], &row["scopes"]), (&json!("operator"), &json!(["tools:call"])));
    assert!(!listed.to_string().contains(token));
    server.api().with_token(token).get("/api/v1/tools").expect(403);
    server.run(&["token", "revoke", row["id"].as_str().unwrap()]).ok();
    server.api().with_token(token).get("/api/v1/tools").expect(401);
}

#[test]
fn members_are_invited_and_sign_in() {
    let server = start(Database::Sqlite);
    let invitation = server.run(&["member", "invite", "Ann@Example.com", "--role", "builder"]).ok().stdout;
    let body = json!({"token": invitation.trim(), "name": "Ann", "password": "correct horse battery"});
    server.api().anonymous().post("/api/v1/invitations/accept", body).ok();
    let members = server.run(&["member", "list"]).ok().stdout;
    assert!(members.contains("ann@example.com") && members.contains("builder"), "{members}");
    let token = server.run_with(&["login", "ann@example.com"], "correct horse battery\n").ok().stdout;
    let me = server.api().with_token(token.trim()).get("/api/v1/me").expect(200);
    assert_eq!((&me["email"], &me["role"]), (&json!("ann@example.com"), &json!("builder")));
    let ran = server.run_with(&["login", "ann@example.com"], "wrong\n").expect(1);
    assert!(ran.stderr.contains("error: "), "{ran:?}");
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    on_both(|database| {
        let mut server = start(database);
        let healthy = server.run(&["doctor"]).ok().stdout;
        for part in
            ["ok    server", "ok    readiness", "ok    token", "ok    data directory", "ok    database", "ok    clock"]
        {
            assert!(healthy.contains(part), "{part}: {healthy}");
        }
        let mut wrong = server.command(&["doctor", "--json"]);
        wrong.env("CALLWRIGHT_TOKEN", "cw_wrong");
        let ran = Ran::of(wrong, "").expect(1);
        let checks: Value = serde_json::from_str(&ran.stdout).unwrap();
        let token = checks.as_array().unwrap().iter().find(|check| check["check"] == "token").unwrap();
        assert_eq!(token["verdict"], "fail");
        assert!(token["hint"].as_str().unwrap().contains("CALLWRIGHT_TOKEN"));

        server.terminate();
        let down = server.run(&["doctor"]).expect(1);
        assert!(down.stdout.contains("fail  server") && down.stdout.contains("callwright serve"), "{down:?}");
        assert!(down.stdout.contains("ok    master key      it opens"), "{down:?}");
        server.set_env("CALLWRIGHT_MASTER_KEY", "ff".repeat(32));
        let ran = server.run(&["doctor"]).expect(1);
        assert!(ran.stdout.contains("fail  master key"), "{ran:?}");
        server.set_env("CALLWRIGHT_LISTEN", "nonsense");
        let ran = server.run(&["doctor"]).expect(1);
        assert!(ran.stdout.contains("fail  settings"), "{ran:?}");
    });
}

#[test]
fn a_command_line_that_makes_no_sense_exits_with_2() {
    let server = Server::prepare(Options::new(BINARY, Database::Sqlite));
    for args in [
        &["fly"][..],
        &["tool", "call"],
        &["tool", "call", "x", "--arg", "novalue"],
        &["tool", "call", "x", "--args-json", "[1]"],
        &["tool", "definitions", "--format", "cobol"],
        &["executions", "settle", "exec_x", "perhaps"],
        &["apply"],
        &["tool", "list", "--url", "not a url"],
    ] {
        let ran = server.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert_eq!(ran.stdout, "", "{args:?}");
    }
    let ran = server.run(&["tool", "list", "--url", "http://127.0.0.1:1"]).expect(1);
    assert!(ran.stderr.contains("no answer from http://127.0.0.1:1"), "{ran:?}");
    assert!(ran.stderr.contains("hint: "), "{ran:?}");
}

#[test]
fn a_pipe_that_closes_early_is_no_error() {
    let server = start(Database::Sqlite);
    apply_weather(&server, &Upstream::start());
    let mut list = server.command(&["tool", "list"]);
    let mut child = list.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn versions_are_told() {
    let server = start(Database::Sqlite);
    let ran = server.run(&["version"]).ok().stdout;
    assert!(ran.contains("callwright ") && ran.contains("server "), "{ran}");
    assert!(server.run(&["--version"]).ok().stdout.starts_with("callwright "));
}
