//! Clients that people use, unchanged against a running server; their versions are pinned in `scripts/mcp`.

use std::{path::PathBuf, process::Command};

use callwright_testkit::{Database, Ran, on_both};
use serde_json::{Value, json};

use super::World;

/// Where `make test` has put the clients; without them these tests are left out, but not under CI.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os(name).map(PathBuf::from);
    assert!(path.is_some() || std::env::var_os("CI").is_none(), "`make test` installs what {name} names");
    if path.is_none() {
        eprintln!("{name} is not set: left out (`make test` installs the clients)");
    }
    path
}

pub(crate) fn python(wish: &Value) -> Option<Value> {
    let mut command = Command::new(installed("CALLWRIGHT_TEST_MCP_CLIENTS")?);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp/client.py"));
    Some(Ran::of(command, &wish.to_string()).json())
}

fn wish(world: &World, kind: &str, path: &str) -> Value {
    json!({"kind": kind, "url": format!("{}{path}", world.server.url()), "token": world.server.token()})
}

const WEATHER: &str = r#"{"city":"Paris","degrees":21}"#;

#[test]
fn the_python_sdk_speaks_both_revisions() {
    on_both(|database| {
        for (mode, version, elicit) in
            [("auto", "2026-07-28", true), ("legacy", "2025-11-25", true), ("legacy", "2025-11-25", false)]
        {
            let world = World::new(database);
            let mut wish = wish(&world, "sdk", "/mcp");
            wish["mode"] = json!(mode);
            wish["elicit"] = json!(elicit);
            let Some(found) = python(&wish) else { return };
            assert_eq!(found["version"], version, "{found}");
            assert_eq!(found["structured"], json!({"city": "Paris", "degrees": 21}));
            assert_eq!((&found["text"], &found["bad"][0]), (&json!(WEATHER), &json!(true)));
            assert!(found["unknown"].as_str().unwrap().contains("Unknown tool: nope"), "{found}");
            assert!(found["instructions"].as_str().unwrap().contains("Callwright"), "{found}");
            let has_tool = found["tools"].as_array().unwrap().contains(&json!("confirm_action"));
            assert_eq!(has_tool, !elicit, "{found}");
            if elicit {
                assert_eq!((&found["asked"], &found["refund"][0]), (&json!(["Pay 4 back?"]), &json!(false)), "{found}");
            }
        }
    });
}

#[test]
fn the_typescript_sdk_lists_calls_confirms_and_hears_of_changes() {
    let world = World::new(Database::Sqlite);
    let Some(folder) = installed("CALLWRIGHT_TEST_MCP_NODE") else { return };
    let mut wish = wish(&world, "sdk", "/mcp");
    wish["folder"] = json!(folder);
    let mut command = Command::new(folder.join("node_modules/.bin/node"));
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp/client.mjs"));
    let found = Ran::of(command, &wish.to_string()).json();
    assert_eq!((&found["server"], &found["structured"]["degrees"]), (&json!("callwright"), &json!(21)));
    assert_eq!((&found["bad"], &found["unknown"]), (&json!(true), &json!(-32602)));
    assert_eq!((&found["asked"], &found["refund"]), (&json!(["Pay 4 back?"]), &json!(false)));
    assert_eq!(found["changed"], true, "{found}");
}

#[test]
fn pipecats_client_runs_unchanged() {
    let world = World::new(Database::Sqlite);
    let Some(found) = python(&wish(&world, "pipecat", "/mcp")) else { return };
    assert_eq!(found["required"], json!(["city"]));
    let results: Vec<&str> =
        found["results"].as_array().unwrap().iter().map(|result| result.as_str().unwrap()).collect();
    assert_eq!(results[0], WEATHER);
    // It does not pass `isError` on, so the text says it.
    assert!(results[1].starts_with("Error: the arguments do not fit"), "{results:?}");
    assert!(results[2].starts_with("Error: "), "{results:?}");
}

#[test]
fn livekits_client_runs_unchanged() {
    let world = World::new(Database::Sqlite);
    let Some(found) = python(&wish(&world, "livekit", "/mcp")) else { return };
    assert!(found["good"].to_string().contains("21"), "{found}");
    assert!(found["bad"].as_str().unwrap().starts_with("Error: "), "{found}");
    assert!(found["schema"]["parameters"].get("$schema").is_none(), "{found}");
}
