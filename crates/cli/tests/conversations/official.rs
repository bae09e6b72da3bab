//! The official Python and JavaScript clients, unchanged.

use std::{path::PathBuf, process::Command};

use callwright_testkit::{Options, Ran, on_both};
use serde_json::{Value, json};

use super::{BINARY, Talk, World};

/// Where `make test` has put the clients; without them these tests are left out, but not under CI.
fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os(name).map(PathBuf::from);
    assert!(path.is_some() || std::env::var_os("CI").is_none(), "`make test` installs what {name} names");
    if path.is_none() {
        eprintln!("{name} is not set: left out (`make test` installs the clients)");
    }
    path
}

/// What a client printed, line by line.
struct Heard(Vec<Value>);

impl Heard {
    fn of(command: Command, wish: &Value) -> Self {
        let ran = Ran::of(command, &wish.to_string()).ok();
        Self(ran.stdout.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect())
    }

    fn all(&self, name: &str) -> Vec<Value> {
        self.0.iter().filter_map(|line| line.get(name).cloned()).collect()
    }

    fn answers(&self) -> Vec<String> {
        self.all("answer").iter().map(|answer| answer.as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) fn python(wish: &Value) -> Option<Vec<Value>> {
    let mut command = Command::new(installed("CALLWRIGHT_TEST_ELEVENLABS_PYTHON")?);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conversations/client.py"));
    Some(Heard::of(command, wish).0)
}

pub(crate) fn javascript(wish: &Value) -> Option<Vec<Value>> {
    let folder = installed("CALLWRIGHT_TEST_ELEVENLABS_JS")?;
    let mut wish = wish.clone();
    let package = folder.join("node_modules/@elevenlabs/client");
    // As the pinned version's manifest says for Node.
    wish["package"] = json!(format!("file://{}", package.join("dist/index.js").display()));
    let mut command = Command::new(folder.join("node_modules/.bin/node"));
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conversations/client.mjs"));
    Some(Heard::of(command, &wish).0)
}

/// What both clients say and hear alike.
fn talk_all() -> Value {
    json!(["hello", "add", "both", "boom", "nope", "never", "tell", "bye"])
}

#[track_caller]
fn check(heard: &Heard, empty: &str, bad: &str, unknown: &str) {
    let answers = heard.answers();
    let expected = ["you said: hello", "Let me add.", "sum 5"];
    assert_eq!(answers[..3], expected, "{answers:?}");
    assert_eq!(answers[3], format!("11 and 2 and [1] and {empty}"));
    assert!(answers[4].contains(bad) && answers[4].contains("client_error"), "{}", answers[4]);
    assert!(answers[5].contains(unknown), "{}", answers[5]);
    assert!(answers[6].contains("timeout_error"), "{}", answers[6]);
    assert_eq!(answers[7..], ["told", "you said: bye"]);
}

#[test]
fn the_python_client_runs_unchanged() {
    on_both(|database| {
        let options = Options::new(BINARY, database).env("CALLWRIGHT_CONVERSATION_PING_SECONDS", "1");
        let world = World::with(options, json!({"first_message": "Hello {{ name }}!"}));
        let wish = json!({"base": world.server.url(), "agent": world.agent, "key": world.api.token(),
            "variables": {"name": "Ada"}, "say": [{"hear": true}, {"update": "it rains"}, "hello", "add"]});
        let Some(heard) = python(&wish).map(Heard) else { return };
        assert_eq!(heard.answers(), ["Hello Ada!", "you said: hello", "Let me add.", "sum 5"]);
        assert_eq!(heard.all("twice"), [json!("Tool 'add' is already registered")]);
        let id = heard.all("id")[0].as_str().unwrap().to_owned();
        let logged = world.logged(&id);
        assert_eq!((&logged["source"], &logged["client_user_id"]), (&json!("python_sdk"), &json!("somebody")));
        assert_eq!(logged["end_reason"], "client");
    });
}

#[test]
fn the_python_clients_tools_run_unchanged() {
    on_both(|database| {
        let options = Options::new(BINARY, database);
        let world = World::with(options, json!({"public": true}));
        for asynchronous in [false, true] {
            let wish = json!({"base": world.server.url(), "agent": world.agent, "say": talk_all(),
                "asynchronous": asynchronous});
            let Some(heard) = python(&wish).map(Heard) else { return };
            check(&heard, "Client tool: empty called successfully.", "'bad'", "Tool 'nope' is not registered");
            let told = heard.all("told");
            assert_eq!((told.len(), &told[0]["page"]), (1, &json!(7)), "{told:?}");
            assert_eq!(heard.all("called").len(), 2, "each call once");
        }
    });
}

#[test]
fn the_javascript_client_runs_unchanged() {
    on_both(|database| {
        let world = World::with(Options::new(BINARY, database), json!({"public": true}));
        let origin = world.server.url().replacen("http", "ws", 1);
        let wish = json!({"origin": origin, "agent": world.agent, "say": talk_all()});
        let Some(heard) = javascript(&wish).map(Heard) else { return };
        check(&heard, "Client tool execution successful.", "Client tool execution failed", "is not defined on client");
        assert_eq!(heard.all("told"), [json!({"page": 7})]);
        let id = heard.all("id")[0].as_str().unwrap().to_owned();
        let logged = world.logged(&id);
        assert_eq!((&logged["source"], &logged["end_reason"]), (&json!("js_sdk"), &json!("client")));
    });
}

#[test]
fn both_clients_use_signed_addresses_and_come_back() {
    on_both(|database| {
        let world = World::new(database);
        let signed = || {
            let path = format!("/v1/convai/conversation/get-signed-url?agent_id={}", world.agent);
            world.api.get(&path).expect(200)["signed_url"].clone()
        };
        let wish = json!({"signed": signed(), "say": ["add"]});
        let Some(heard) = javascript(&wish).map(Heard) else { return };
        assert_eq!(heard.answers(), ["Let me add.", "sum 5"]);
        let wish = json!({"base": world.server.url(), "agent": world.agent, "key": world.api.token(), "say": ["add"]});
        let Some(heard) = python(&wish).map(Heard) else { return };
        assert_eq!(heard.answers(), ["Let me add.", "sum 5"]);

        // A client that was cut off in the middle of a tool is followed by an official one, which goes on.
        for which in [javascript as fn(&Value) -> Option<Vec<Value>>, python] {
            let mut talk = world.talk();
            talk.say("add");
            talk.call();
            let query = format!("agent_id={}&conversation_id={}&reconnect_token={}", world.agent, talk.id, talk.token);
            drop::<Talk>(talk);
            let base = world.server.url();
            let address = format!("{}/v1/convai/conversation?{query}", base.replacen("http", "ws", 1));
            let wish = json!({"signed": address, "on_prem": address, "base": base, "agent": world.agent,
                "say": [{"hear": true}, "hi"]});
            // The call that nobody has answered is offered again, and this client's tool answers it.
            let heard = which(&wish).map(Heard).unwrap();
            assert_eq!(heard.answers(), ["sum 5", "you said: hi"], "{:?}", heard.0);
        }
    });
}
