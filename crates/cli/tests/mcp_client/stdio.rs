//! Servers that are programs: only those that the operator allows, with no environment but theirs, and never left behind.

use std::{
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use callwright_testkit::{Database, Options, eventually, on_both};
use serde_json::{Value, json};

use crate::world::{BINARY, SERVERS, World, everything, over_pipes};

fn is_alive(pid: u64) -> bool {
    // A process that nobody has reaped yet is dead all the same.
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

/// A world where the Python server may be started, and is registered.
fn world(database: Database, more: Value) -> Option<World> {
    let (python, script) = over_pipes()?;
    let python = python.to_str().unwrap().to_owned();
    let world = World::with(Options::new(BINARY, database).env("CALLWRIGHT_MCP_STDIO_COMMANDS", &python));
    world.api.put("/api/v1/secrets/TESTER_KEY", json!({"value": "a-secret-of-a-program"})).ok();
    let mut spec =
        json!({"name": "tester", "command": python, "args": [script], "env": {"MCP_TEST_KEY": "${TESTER_KEY}"}});
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let server = world.api.post(SERVERS, spec).expect(201);
    assert!(server["found"].get("error").is_none(), "{server}");
    world.adopt(json!({"all": true}));
    Some(world)
}

fn pid(world: &World) -> u64 {
    let answer = world.call("pid", json!({}));
    answer["data"]["result"].as_u64().unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn a_program_is_started_once_restarted_when_it_is_killed_and_gone_with_the_server() {
    on_both(|database| {
        let Some(mut world) = world(database, json!({})) else { return };
        let first = pid(&world);
        assert_eq!(pid(&world), first, "one process for all calls");
        assert_eq!(world.call("add", json!({"a": 1, "b": 1}))["data"], json!({"sum": 2}));
        let answer = world.call("variables", json!({}));
        let names = answer["data"]["result"].as_str().unwrap().to_owned();
        assert!(names.contains("MCP_TEST_KEY"), "{names}");
        assert!(!names.contains("CALLWRIGHT") && !names.contains("HOME") && !names.contains("PATH"), "{names}");
        let answer = world.call("leak", json!({}));
        assert!(answer.to_string().contains("[secret]"), "{answer}");

        Command::new("kill").args(["-9", &first.to_string()]).status().unwrap();
        eventually("its death", 5, || (!is_alive(first)).then_some(()));
        let deadline = Instant::now() + Duration::from_secs(10);
        let second = loop {
            let answer = world.call("pid", json!({}));
            if let Some(pid) = answer["data"]["result"].as_u64() {
                break pid;
            }
            assert!(Instant::now() < deadline, "{answer}");
            thread::sleep(Duration::from_millis(100));
        };
        assert_ne!(second, first);
        let answer = world.call("die", json!({}));
        assert_eq!(answer["state"], "unknown", "{answer}");
        eventually("its end", 5, || (!is_alive(second)).then_some(()));
        let third = eventually("another one", 10, || world.call("pid", json!({}))["data"]["result"].as_u64());
        world.server.terminate();
        assert!(!is_alive(third), "it is not left behind");
        let log = world.server.log();
        assert!(log.contains("a line of complaint") && !log.contains("a-secret-of-a-program"), "{log}");
    });
}

#[test]
fn an_idle_program_is_ended() {
    on_both(|database| {
        let Some(world) = world(database, json!({"idle_timeout_s": 1})) else { return };
        let first = pid(&world);
        eventually("its end", 10, || (!is_alive(first)).then_some(()));
        assert_ne!(pid(&world), first);
        world.api.delete(&format!("{SERVERS}/tester")).expect(204);
    });
}

#[test]
fn only_what_the_operator_allows_is_started() {
    on_both(|database| {
        let Some((node, script)) = everything() else { return };
        let node = node.to_str().unwrap().to_owned();
        let world = World::new(database);
        let spec = json!({"name": "tester", "command": node, "args": [script, "stdio"]});
        let refused = world.api.post(SERVERS, spec.clone()).expect(422);
        assert_eq!(refused["error"]["details"]["field"], "command", "{refused}");
        let world = World::with(Options::new(BINARY, database).env("CALLWRIGHT_MCP_STDIO_COMMANDS", &node));
        // Another spelling of an allowed program is another program.
        let other = format!("{}/./node", Path::new(&node).parent().unwrap().display());
        world.api.post(SERVERS, json!({"name": "other", "command": other})).expect(422);
        let server = world.api.post(SERVERS, spec).expect(201);
        assert!(server["found"].get("error").is_none(), "{server}");
        world.adopt(json!({"tools": [{"tool": "echo"}]}));
        let answer = world.call("echo", json!({"message": "hi"}));
        assert!(answer.to_string().contains("Echo: hi"), "{answer}");
    });
}
