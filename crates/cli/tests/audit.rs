//! The audit log: what was before and after, what is never in it, searching, and a chain that shows every change of it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{collections::BTreeSet, fs};

use callwright_testkit::{Api, Database, Options, Person, Server, Upstream, on_both, people::other_organization};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const VERIFY: &str = "/api/v1/audit/verify";

fn server(database: Database) -> Server {
    Server::start(Options::new(BINARY, database))
}

/// Leaves `count` rows.
fn busy(api: &Api, count: usize) {
    for n in 0..count {
        api.put("/api/v1/agents/Desk", json!({"name": "Desk", "description": format!("state {n}")})).expect(200);
    }
}

fn rows(api: &Api) -> Vec<Value> {
    api.get("/api/v1/audit/export").text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn row(api: &Api, action: &str) -> Value {
    api.get(&format!("/api/v1/audit?action={action}")).expect(200)["items"][0].clone()
}

/// The SQL that takes the guards off, as somebody who may do everything in the database would.
fn unguarded(database: Database, statement: &str) -> String {
    let names = [
        "audit_no_update ON audit",
        "audit_no_delete ON audit",
        "audit_head_forward ON audit_head",
        "audit_head_stays ON audit_head",
    ];
    let drops = names.map(|name| match database {
        Database::Sqlite => format!("DROP TRIGGER IF EXISTS {};", name.split(' ').next().unwrap()),
        Database::Postgres => format!("DROP TRIGGER IF EXISTS {name};"),
    });
    format!("{}{statement}", drops.concat())
}

/// Stops the server, as SQLite wants, runs the statement, and starts it again.
fn tamper(server: &mut Server, database: Database, statement: &str) {
    server.terminate();
    for statement in unguarded(database, statement).split_inclusive(';').filter(|one| !one.trim().is_empty()) {
        server.sql(statement);
    }
    server.restart();
}

#[test]
fn a_row_tells_before_and_after_and_never_a_secret() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        let change = |row: &Value, path: &str| {
            let changes = row["details"]["changes"].as_array().unwrap();
            let found = changes.iter().find(|change| change["path"] == path);
            found.unwrap_or_else(|| panic!("no `{path}` in {row}")).clone()
        };
        let tool = |url: &str, token: &str| {
            json!({"name": "t", "kind": "http", "effect": "read",
                "config": {"url": url, "auth": {"type": "bearer", "token": token}, "headers": {"X-Custom": token}}})
        };
        api.put("/api/v1/secrets/KEY", json!({"value": "the-secret-value"})).ok();
        api.put("/api/v1/secrets/KEY", json!({"value": "the-secret-value-2"})).ok();
        assert_eq!(change(&row(&api, "secret.set"), "version"), json!({"path": "version", "from": 1, "to": 2}));
        api.put("/api/v1/tools/t", tool("https://example.com/a", "sk-live-literal")).expect(200);
        api.put("/api/v1/tools/t", tool("https://example.com/b?api_key=sk-live-query", "${KEY}")).expect(200);
        let updated = row(&api, "tool.update");
        assert_eq!(
            change(&updated, "config.auth.token"),
            json!({"path": "config.auth.token", "from": "[hidden]", "to": "${KEY}"})
        );
        assert_eq!(change(&updated, "config.url")["from"], "https://example.com/a");
        assert_eq!(change(&row(&api, "tool.create"), "name"), json!({"path": "name", "to": "t"}));
        busy(&api, 2);
        assert_eq!(
            change(&row(&api, "agent.update"), "description"),
            json!({"path": "description", "from": "state 0", "to": "state 1"})
        );
        api.put("/api/v1/agents/Desk/tools/t", json!({})).expect(200);
        api.put("/api/v1/agents/Desk/tools/t", json!({"enabled": false, "pin": 1})).expect(200);
        let assigned = row(&api, "agent.assign");
        assert_eq!(change(&assigned, "enabled"), json!({"path": "enabled", "from": true, "to": false}));
        assert_eq!(change(&assigned, "pin")["to"], 1);
        let ada = Person::invite(&api, "ada@example.org", "viewer");
        api.put(&format!("/api/v1/members/{}", ada.id), json!({"role": "operator"})).expect(200);
        assert_eq!(
            change(&row(&api, "member.set_role"), "role"),
            json!({"path": "role", "from": "viewer", "to": "operator"})
        );
        api.patch("/api/v1/organization", json!({"name": "Renamed"})).expect(200);
        assert_eq!(change(&row(&api, "organization.rename"), "name")["to"], "Renamed");
        api.put("/api/v1/organization/publishing", json!({"four_eyes": true})).expect(200);
        assert_eq!(change(&row(&api, "organization.publishing"), "four_eyes")["from"], false);
        let token = api.post("/api/v1/tokens", json!({"name": "spare", "role": "viewer"})).expect(201);
        assert_eq!(change(&row(&api, "token.create"), "role")["to"], "viewer");
        api.delete("/api/v1/tools/t").expect(204);
        assert_eq!(change(&row(&api, "tool.delete"), "name")["from"], "t");
        let log = api.get("/api/v1/audit/export").text;
        for secret in ["the-secret-value", "sk-live", token["token"].as_str().unwrap(), server.token()] {
            assert!(!log.contains(secret), "{secret} in the log:\n{log}");
        }
        // A tool that is huge does not make the log huge.
        let properties: serde_json::Map<String, Value> = (0..400)
            .map(|n| (format!("property_{n}"), json!({"type": "string", "description": "x".repeat(200)})))
            .collect();
        let mut huge = tool("https://example.com", "${KEY}");
        huge["parameters"] = json!({"type": "object", "properties": properties});
        api.post("/api/v1/tools", huge).expect(201);
        assert!(row(&api, "tool.create").to_string().len() < 20_000);
    });
}

#[test]
fn the_log_is_searched_by_what_who_where_and_when() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        let admin = Person::invite(&api, "admin@example.org", "admin");
        busy(&admin.api, 3);
        api.put("/api/v1/agents/Other", json!({"name": "Other", "description": "A Needle in 100%"})).expect(200);
        let count = |query: &str| {
            api.get(&format!("/api/v1/audit?limit=200&{query}")).expect(200)["items"].as_array().unwrap().len()
        };
        assert_eq!((count("action=agent.create"), count("action=agent."), count("action=agent")), (2, 4, 0));
        assert_eq!(count(&format!("action=agent.&user_id={}", admin.id)), 3);
        assert_eq!((count("text=nEEdle"), count("text=100%25"), count("text=state+_")), (1, 1, 0));
        assert_eq!((count("target_kind=agent"), count("target_kind=agent&text=needle")), (4, 1));
        let first = row(&api, "agent.create");
        let at = first["at"].as_str().unwrap();
        assert_eq!(
            (count(&format!("action=agent.create&since={at}")), count(&format!("action=agent.create&until={at}"))),
            (1, 1)
        );
        let listed = server.run(&["audit", "list", "--action", "agent.", "--user", &admin.id]).ok().stdout;
        assert_eq!(listed.lines().count(), 4, "{listed}");
        assert!(listed.contains("agent.update") && listed.contains("description"), "{listed}");
        assert_eq!(api.get("/api/v1/audit/export?action=agent.").text.lines().count(), 4);
        assert_eq!(admin.api.get(&format!("{VERIFY}?after_seq=1")).status, 422);
    });
}

#[test]
fn a_chain_is_whole_under_many_writers_and_each_organization_has_its_own() {
    on_both(|database| {
        let mut server = server(database);
        let other = other_organization(&mut server);
        let api = server.api();
        let upstream = Upstream::start();
        api.put("/api/v1/secrets/KEY", json!({"value": "the-secret-value"})).ok();
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let (api, upstream) = (if writer % 4 == 3 { other.clone() } else { api.clone() }, &upstream);
                scope.spawn(move || {
                    for n in 0..12 {
                        let agent = format!("agent_{writer}_{n}");
                        api.post("/api/v1/agents", json!({"name": agent})).expect(201);
                        if writer < 3 && n == 0 {
                            // Lent secrets are noted behind the answer.
                            let name = format!("lend_{writer}");
                            let tool = json!({"name": name, "kind": "http", "effect": "read",
                                "config": {"method": "GET", "url": upstream.url("/"), "headers": {"X-Key": "${KEY}"}}});
                            api.post("/api/v1/tools", tool).expect(201);
                            api.post(&format!("/api/v1/tools/{name}/call"), json!({})).expect(200);
                        }
                    }
                });
            }
        });
        for (api, agents, lends) in [(&api, 72, 3), (&other, 24, 0)] {
            let verified = api.get(VERIFY).expect(200);
            assert_eq!(
                (&verified["ok"], &verified["complete"], &verified["unchained"]),
                (&json!(true), &json!(true), &json!(0)),
                "{verified}"
            );
            let rows = rows(api);
            let seqs: Vec<i64> = rows.iter().map(|row| row["chain"]["seq"].as_i64().unwrap()).collect();
            assert_eq!(seqs, (1..=rows.len() as i64).collect::<Vec<_>>(), "no gap, in order");
            assert_eq!(verified["rows"], rows.len());
            let of = |action: &str| rows.iter().filter(|row| row["action"] == action).count();
            assert_eq!((of("agent.create"), of("secret.lend")), (agents, lends));
            assert_eq!(
                rows.iter()
                    .map(|row| &row["organization_id"])
                    .collect::<Vec<_>>()
                    .iter()
                    .map(|id| id.to_string())
                    .collect::<BTreeSet<_>>()
                    .len(),
                1
            );
        }
        // From behind a row that was verified earlier.
        let tenth = rows(&api)[9]["chain"].clone();
        let path = format!("{VERIFY}?after_seq=10&after_hash={}", tenth["hash"].as_str().unwrap());
        let rest = api.get(&path).expect(200);
        assert_eq!((&rest["ok"], rest["rows"].as_u64().unwrap() + 10), (&json!(true), rows(&api).len() as u64));
        let wrong = api.get(&format!("{VERIFY}?after_seq=10&after_hash=00")).expect(200);
        assert_eq!((&wrong["ok"], &wrong["broken"]["seq"]), (&json!(false), &json!(11)));
    });
}

#[test]
fn the_database_refuses_to_change_the_log_until_the_organization_has_gone() {
    on_both(|database| {
        let mut server = server(database);
        let api = server.api();
        busy(&api, 3);
        server.terminate();
        for statement in [
            "UPDATE audit SET action = 'nothing'",
            "DELETE FROM audit",
            "UPDATE audit_head SET seq = 1",
            "UPDATE audit_head SET unchained = 5, seq = seq + 1",
            "DELETE FROM audit_head",
        ] {
            let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| server.sql(statement)));
            assert!(refused.is_err(), "{statement}");
        }
        server.restart();
        assert_eq!(api.get(VERIFY).expect(200)["ok"], true);
        let name = api.get("/api/v1/organization").expect(200)["name"].clone();
        let id = api.get("/api/v1/organization").expect(200)["id"].as_str().unwrap().to_owned();
        api.send("DELETE", "/api/v1/organization", Some(json!({"name": name}))).expect(204);
        server.terminate();
        // A row of that organization can be written again only when its old ones have gone: the numbers are unique.
        for seq in 1..=4 {
            server.sql(&format!(
                "INSERT INTO audit (id, org_id, action, target_kind, target_id, details, at, seq) \
                 VALUES ('audit_x{seq}', '{id}', 'x', 'x', 'x', '{{}}', 1, {seq})"
            ));
        }
    });
}

#[test]
fn whatever_is_done_to_the_log_is_found_and_named() {
    on_both(|database| {
        for (what, statement, seq, damage) in [
            ("altered", "UPDATE audit SET action = 'agent.delete' WHERE seq = 4;", 4, "altered"),
            (
                "altered deep inside",
                "UPDATE audit SET details = REPLACE(details, 'state 1', 'state 9') WHERE seq = 4;",
                4,
                "altered",
            ),
            ("another person", "UPDATE audit SET user_id = NULL WHERE seq = 4;", 4, "altered"),
            ("another time", "UPDATE audit SET at = at + 1 WHERE seq = 4;", 4, "altered"),
            ("removed", "DELETE FROM audit WHERE seq = 4;", 4, "removed"),
            ("the first removed", "DELETE FROM audit WHERE seq = 1;", 1, "removed"),
            (
                "removed and closed up",
                "DELETE FROM audit WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5;",
                4,
                "altered",
            ),
            (
                "two swapped",
                "UPDATE audit SET seq = 900 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 900;",
                4,
                "altered",
            ),
            (
                "put in outside",
                "INSERT INTO audit (id, org_id, action, target_kind, target_id, details, at) \
                SELECT 'audit_00000000000000000000000001', org_id, 'x', 'x', 'x', '{}', 1 FROM audit WHERE seq = 1;",
                0,
                "misplaced",
            ),
            (
                "put in behind",
                "INSERT INTO audit (id, org_id, action, target_kind, target_id, details, at, seq, prev_hash, hash) \
                SELECT 'audit_00000000000000000000000001', org_id, 'x', 'x', 'x', '{}', 1, 9, hash, hash FROM audit WHERE seq = 8;",
                9,
                "altered",
            ),
            ("the end cut off", "DELETE FROM audit WHERE seq >= 7;", 7, "cut"),
            ("the head taken away", "DELETE FROM audit_head;", 1, "cut"),
        ] {
            let mut server = server(database);
            let api = server.api();
            // With the row of the organization itself there are eight.
            busy(&api, 7);
            let before = rows(&api);
            assert_eq!(before.len(), 8);
            tamper(&mut server, database, statement);
            let found = api.get(VERIFY).expect(200);
            assert_eq!(found["ok"], false, "{what}: {found}");
            assert_eq!(
                (&found["broken"]["seq"], &found["broken"]["damage"]),
                (&json!(seq), &json!(damage)),
                "{what}: {found}"
            );
            let ran = server.run(&["audit", "verify"]).expect(1);
            assert!(ran.stderr.contains(&format!("broken at row {seq}")), "{what}: {}", ran.stderr);
        }
    });
}

#[test]
fn an_end_cut_off_with_its_head_shows_by_a_head_that_was_kept() {
    on_both(|database| {
        let mut server = server(database);
        let api = server.api();
        busy(&api, 7);
        let kept = server.run(&["audit", "verify"]).ok().stdout;
        let head = kept.lines().find_map(|line| line.strip_prefix("head ")).unwrap().to_owned();
        assert!(head.starts_with("8:"), "{kept}");
        busy(&api, 2);
        server.run(&["audit", "verify", "--head", &head]).ok();
        let fifth = rows(&api)[4]["chain"]["hash"].as_str().unwrap().to_owned();
        let cut = format!("DELETE FROM audit WHERE seq > 5; UPDATE audit_head SET seq = 5, hash = '{fifth}';");
        tamper(&mut server, database, &cut);
        server.run(&["audit", "verify"]).ok();
        let ran = server.run(&["audit", "verify", "--head", &head]).expect(1);
        assert!(ran.stderr.contains("broken at row 6"), "{}", ran.stderr);
        assert_eq!(server.run(&["audit", "verify", "--head", "nonsense"]).code, 2);
    });
}

#[test]
fn an_export_is_verified_without_a_server() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        // A fraction, a NUL and a name that is no ASCII come back as they were hashed.
        let odd = json!({"name": "odd", "kind": "http", "effect": "read", "description": "ä\u{1f600}\u{7f}",
            "config": {"url": "https://example.com"}, "parameters": {"type": "object", "properties":
                {"n": {"type": "number", "default": 0.1, "maximum": 1.7976931348623157e308, "minimum": 1e-323}}}});
        api.post("/api/v1/tools", odd).expect(201);
        busy(&api, 250);
        let file = server.folder().join("export.ndjson");
        let path = file.to_str().unwrap();
        server.run(&["audit", "export", "--output", path]).ok();
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(text, server.run(&["audit", "export"]).ok().stdout);
        assert_eq!(text.lines().count(), 252, "over more than one page");
        let online = server.run(&["audit", "verify"]).ok().stdout;
        let verify = |args: &[&str]| server.run(&[&["audit", "verify", "--file", path], args].concat());
        assert_eq!(verify(&[]).ok().stdout, online);
        let head = online.lines().find_map(|line| line.strip_prefix("head ")).unwrap();
        verify(&["--head", head]).ok();
        let write = |lines: &[&str]| fs::write(&file, lines.join("\n")).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        write(&lines[..200]);
        verify(&[]).ok();
        assert!(verify(&["--head", head]).expect(1).stderr.contains("row 201"), "the end is missing");
        write(&lines[100..]);
        assert!(verify(&["--head", head]).ok().stderr.contains("begins with row 101"));
        lines.swap(40, 41);
        write(&lines);
        assert!(verify(&[]).expect(1).stderr.contains("row 41"));
        let altered = text.replace("state 77\"", "state 78\"");
        fs::write(&file, altered).unwrap();
        assert!(verify(&[]).expect(1).stderr.contains("broken at row 80"), "its creation, the tool, then 78 states");
        fs::write(&file, "not a row").unwrap();
        assert!(verify(&[]).expect(1).stderr.contains("line 1"));
    });
}

#[test]
fn rows_from_before_the_chain_are_told_apart() {
    on_both(|database| {
        let mut server = server(database);
        let api = server.api();
        busy(&api, 5);
        // As the tables were before the chain: no numbers, no hashes, no heads.
        tamper(
            &mut server,
            database,
            "UPDATE audit SET seq = 0, prev_hash = NULL, hash = NULL; DELETE FROM audit_head;",
        );
        let empty = api.get(VERIFY).expect(200);
        assert_eq!((&empty["ok"], &empty["rows"], &empty["unchained"]), (&json!(true), &json!(0), &json!(6)));
        busy(&api, 2);
        let begun = api.get(VERIFY).expect(200);
        assert_eq!(
            (&begun["ok"], &begun["rows"], &begun["unchained"]),
            (&json!(true), &json!(2), &json!(6)),
            "{begun}"
        );
        let rows = rows(&api);
        assert!(rows[..6].iter().all(|row| row["chain"].is_null()));
        assert_eq!(rows[6]["chain"]["seq"], 1);
        let file = server.folder().join("export.ndjson");
        server.run(&["audit", "export", "-o", file.to_str().unwrap()]).ok();
        let verified = server.run(&["audit", "verify", "--file", file.to_str().unwrap()]).ok();
        assert!(verified.stderr.contains("6 rows are older"), "{}", verified.stderr);
        tamper(&mut server, database, "DELETE FROM audit WHERE seq = 0 AND action = 'agent.create';");
        let found = api.get(VERIFY).expect(200);
        assert_eq!((&found["ok"], &found["broken"]["damage"]), (&json!(false), &json!("removed")));
    });
}
