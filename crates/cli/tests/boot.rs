//! How the server starts, refuses to start, and stops.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::Command,
    time::{Duration, Instant},
};

use callwright_testkit::{Answer, Database, Options, Ran, Server, Upstream, eventually, on_both};
use serde_json::json;

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn options(database: Database) -> Options {
    Options::new(BINARY, database)
}

fn tool(url: &str) -> serde_json::Value {
    json!({
        "name": "slots", "kind": "http", "effect": "read",
        "parameters": {"type": "object", "properties": {}, "additionalProperties": false},
        "config": {"method": "GET", "url": url},
    })
}

/// One line of error, no panic, exit code 1.
#[track_caller]
fn refused(ran: &Ran, part: &str) {
    assert_eq!(ran.code, 1, "{ran:?}");
    let errors: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{ran:?}");
    assert!(errors[0].contains(part), "{part:?} is not in {ran:?}");
    assert!(!ran.stderr.contains("panicked"), "{ran:?}");
}

#[test]
fn the_first_start_prints_a_token_that_works_and_later_ones_do_not() {
    on_both(|database| {
        let mut server = Server::start(options(database).env("CALLWRIGHT_BOOTSTRAP_TOKEN", ""));
        let printed = server.stdout();
        let token =
            printed.lines().find_map(|line| line.strip_prefix("Administrator token (shown only now): ")).unwrap();
        assert!(token.starts_with("cw_") && token.len() == 46, "{printed}");
        let line = printed.lines().find(|line| line.trim_start().starts_with("curl ")).unwrap();
        let out =
            Command::new("sh").args(["-c", &format!("{line} -sS -o /dev/null -w '%{{http_code}}'")]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&out.stdout), "200", "{line}");

        let file = server.data_dir().join("admin-token");
        assert_eq!(fs::read_to_string(&file).unwrap().trim(), token);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let key = fs::metadata(server.data_dir().join("master.key")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
        let api = server.api().with_token(token);
        api.post("/api/v1/tools", tool("https://example.com/")).expect(201);
        assert!(!server.log().contains(token), "the token is in the log");

        server.restart();
        let printed = server.stdout()[printed.len()..].to_owned();
        assert!(!printed.contains(token) && printed.contains("admin-token"), "{printed}");
        assert_eq!(api.get("/api/v1/tools/slots").expect(200)["name"], "slots");
        // A command on the same machine finds the token by itself.
        let mut list = server.command(&["tool", "list"]);
        list.env_remove("CALLWRIGHT_TOKEN");
        assert!(Ran::of(list, "").ok().stdout.contains("slots"));
    });
}

#[test]
fn data_survives_a_kill_and_an_orderly_stop() {
    on_both(|database| {
        let mut server = Server::start(options(database));
        server.api().post("/api/v1/tools", tool("https://example.com/")).expect(201);
        server.kill9();
        server.restart();
        server.api().get("/api/v1/tools/slots").expect(200);
        assert_eq!(server.terminate().code(), Some(0));
        server.restart();
        server.api().get("/api/v1/tools/slots").expect(200);
    });
}

#[test]
fn another_master_key_is_refused() {
    on_both(|database| {
        let key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        let mut server = Server::start(options(database).env("CALLWRIGHT_MASTER_KEY", key));
        server.terminate();
        let other = key.replace("00", "ff");
        server.set_env("CALLWRIGHT_MASTER_KEY", other.clone());
        let ran = server.run(&["serve"]);
        refused(&ran, "master key");
        assert!(!ran.stderr.contains(&other), "{ran:?}");
        server.set_env("CALLWRIGHT_MASTER_KEY", "short");
        refused(&server.run(&["serve"]), "32 bytes");
        server.set_env("CALLWRIGHT_MASTER_KEY", key);
        server.restart();
    });
}

#[test]
fn a_lost_master_key_is_told_and_not_replaced() {
    on_both(|database| {
        let mut server = Server::start(options(database));
        server.terminate();
        let (file, kept) = (server.data_dir().join("master.key"), server.folder().join("kept.key"));
        fs::rename(&file, &kept).unwrap();
        refused(&server.run(&["serve"]), "master key is missing");
        assert!(!file.exists());
        fs::rename(&kept, &file).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        refused(&server.run(&["serve"]), "read by others");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        server.restart();
    });
}

#[test]
fn one_server_at_a_time_holds_a_data_directory() {
    let server = Server::start(options(Database::Sqlite));
    refused(&server.run(&["serve"]), "in use");
    server.api().get("/readyz").expect(200);
}

#[test]
fn servers_may_share_a_postgresql_database() {
    if !callwright_testkit::postgres::is_available() {
        return;
    }
    let key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    let one = Server::start(options(Database::Postgres).env("CALLWRIGHT_MASTER_KEY", key));
    let two = Server::start(
        options(Database::Sqlite)
            .env("CALLWRIGHT_MASTER_KEY", key)
            .env("CALLWRIGHT_DATABASE_URL", one.database_url().unwrap())
            .env("CALLWRIGHT_BOOTSTRAP_TOKEN", one.token()),
    );
    one.api().post("/api/v1/tools", tool("https://example.com/")).expect(201);
    two.api().with_token(one.token()).get("/api/v1/tools/slots").expect(200);
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let server = Server::prepare(options(Database::Sqlite));
    let with = |name: &str, value: &str| {
        let mut command = server.command(&["serve"]);
        command.env(name, value);
        Ran::of(command, "")
    };
    refused(&with("CALLWRIGHT_LISTNE", "127.0.0.1:0"), "CALLWRIGHT_LISTNE");
    refused(&with("CALLWRIGHT_LISTEN", "nowhere"), "`listen`");
    refused(&with("CALLWRIGHT_LISTEN", "203.0.113.7:80"), "203.0.113.7:80");
    refused(&with("CALLWRIGHT_RETENTION_DAYS", "many"), "CALLWRIGHT_RETENTION_DAYS");
    refused(&with("CALLWRIGHT_OUTBOUND_ALLOW", "10.0.0.0/99"), "outbound_allow");
    refused(&with("CALLWRIGHT_DATABASE_URL", "mysql://root:geheim@127.0.0.1/x"), "database_url");
    refused(&with("CALLWRIGHT_LOG", "loud,,=="), "`log`");
    refused(&with("CALLWRIGHT_CA_FILE", "/does/not/exist.pem"), "ca_file");
    refused(&with("CALLWRIGHT_DATA_DIR", "/proc/nowhere"), "data directory");
    refused(&with("CALLWRIGHT_CONFIG", "missing.toml"), "missing.toml");

    fs::write(server.folder().join("callwright.toml"), "listen = \"127.0.0.1:0\"\nretention = 3\n").unwrap();
    let ran = server.run(&["serve"]);
    refused(&ran, "callwright.toml, line 2");
    assert!(ran.stderr.contains("retention"), "{ran:?}");
}

#[test]
fn a_database_that_does_not_answer_is_named_without_its_password() {
    let server = Server::prepare(options(Database::Sqlite));
    let mut command = server.command(&["serve"]);
    command.env("CALLWRIGHT_DATABASE_URL", "postgres://user:geheim@127.0.0.1:1/none");
    let began = Instant::now();
    let ran = Ran::of(command, "");
    refused(&ran, "database");
    assert!(!ran.stderr.contains("geheim"), "{ran:?}");
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_taken_port_is_told_and_costs_no_token() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let server = Server::prepare(options(Database::Sqlite).env("CALLWRIGHT_BOOTSTRAP_TOKEN", ""));
    let mut command = server.command(&["serve"]);
    command.env("CALLWRIGHT_LISTEN", &address);
    refused(&Ran::of(command, ""), &address);
    drop(holder);
    // Had the refused start made the organization, its token would be lost.
    let server = {
        let mut server = server;
        server.restart();
        server
    };
    assert!(server.stdout().contains("Administrator token"));
}

#[test]
fn the_file_and_the_environment_set_the_same_things() {
    let mut server = Server::prepare(options(Database::Sqlite).env("CALLWRIGHT_DATA_DIR", ""));
    let text = "data_dir = \"elsewhere\"\nlog = \"debug\"\nlog_format = \"json\"\n";
    fs::write(server.folder().join("callwright.toml"), text).unwrap();
    server.restart();
    assert!(server.folder().join("elsewhere/callwright.db").exists());
    let first = server.log().lines().next().unwrap_or_default().to_owned();
    serde_json::from_str::<serde_json::Value>(&first).expect("log lines are JSON");
}

#[test]
fn the_printed_settings_can_be_used_as_they_are_and_help_lists_them() {
    let server = Server::prepare(options(Database::Sqlite));
    let printed = server.run(&["serve", "--print-config"]).ok().stdout;
    fs::write(server.folder().join("callwright.toml"), &printed).unwrap();
    server.run(&["migrate"]).ok();
    let help = server.run(&["serve", "--help"]).ok().stdout;
    for name in
        ["CALLWRIGHT_LISTEN", "CALLWRIGHT_MASTER_KEY", "OTEL_EXPORTER_OTLP_ENDPOINT", "CALLWRIGHT_OUTBOUND_ALLOW"]
    {
        assert!(help.contains(name), "{help}");
    }
}

#[test]
fn migrate_prepares_a_database_for_serve() {
    on_both(|database| {
        let mut server = Server::prepare(options(database));
        server.run(&["migrate"]).ok();
        server.run(&["migrate"]).ok();
        server.restart();
        server.api().get("/readyz").expect(200);
    });
}

#[test]
fn stopping_finishes_what_is_under_way() {
    on_both(|database| {
        let upstream = Upstream::start();
        upstream.always(Answer::json(200, json!({"slots": 3})).delay(Duration::from_millis(1500)));
        let mut server = Server::start(options(database));
        let api = server.api();
        api.post("/api/v1/tools", tool(&upstream.url("/"))).expect(201);
        let call = std::thread::spawn({
            let api = api.clone();
            move || api.post("/api/v1/tools/slots/call", json!({"arguments": {}}))
        });
        upstream.wait_for(1);
        assert_eq!(server.terminate().code(), Some(0));
        let answer = call.join().unwrap().expect(200);
        assert_eq!(answer["data"], json!({"slots": 3}));
        server.restart();
        let id = answer["execution_id"].as_str().unwrap().to_owned();
        assert_eq!(api.get(&format!("/api/v1/executions/{id}")).expect(200)["state"], "done");
    });
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    let upstream = Upstream::start();
    upstream.always(Answer::never());
    let mut server = Server::start(options(Database::Sqlite).env("CALLWRIGHT_DRAIN_SECONDS", "1"));
    let api = server.api();
    api.post("/api/v1/tools", tool(&upstream.url("/"))).expect(201);
    std::thread::spawn(move || api.attempt("POST", "/api/v1/tools/slots/call", &[], Some(b"{}".to_vec())));
    upstream.wait_for(1);
    let began = Instant::now();
    assert_eq!(server.terminate().code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn spans_go_to_the_operators_collector() {
    let collector = Upstream::start();
    collector.always(Answer::status(200));
    let upstream = Upstream::start();
    let mut server = Server::start(
        options(Database::Sqlite)
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url(""))
            // The collector is the operator's own: the guard has no say in it.
            .env("CALLWRIGHT_OUTBOUND_ALLOW", format!("{}/32", upstream.address().ip())),
    );
    server.api().post("/api/v1/tools", tool(&upstream.url("/"))).expect(201);
    server.api().post("/api/v1/tools/slots/call", json!({})).expect(200);
    server.terminate();
    let sent = collector.requests();
    assert!(!sent.is_empty(), "no spans were sent:\n{}", server.log());
    assert_eq!(sent[0].path(), "/v1/traces");
    assert_eq!(sent[0].header("content-type"), Some("application/x-protobuf"));
    assert!(sent.iter().any(|request| request.text().contains("callwright")));
}

#[test]
fn a_collector_that_is_down_does_not_hold_the_server_up() {
    let mut server = Server::start(options(Database::Sqlite).env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"));
    server.api().get("/readyz").expect(200);
    assert_eq!(server.terminate().code(), Some(0));
}

#[test]
fn figures_are_shown() {
    let server = Server::start(options(Database::Sqlite));
    server.api().get("/api/v1/tools").expect(200);
    eventually("a figure of HTTP", 5, || {
        let text = server.api().get("/metrics").text;
        text.contains("callwright_http_requests_total").then_some(())
    });
}
