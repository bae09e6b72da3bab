//! The official clients on connections that are slow, that lose what is sent, and that are cut off.

use std::time::Duration;

use callwright_testkit::{Api, Faults, Options, Proxy, on_both};
use serde_json::{Value, json};

use super::{BINARY, Talk, World, official};

fn line(world: &World, faults: Faults) -> Proxy {
    Proxy::start(world.server.url().trim_start_matches("http://"), faults)
}

const SLOW: Faults = Faults { delay: Duration::from_millis(60), split: 0, lose_every: 0, stall: Duration::ZERO };
/// Every piece is a few bytes; every twentieth is lost and takes a second time-out to come.
const LOSSY: Faults =
    Faults { delay: Duration::from_millis(1), split: 48, lose_every: 20, stall: Duration::from_millis(220) };

fn answers(heard: &[Value]) -> Vec<String> {
    heard.iter().filter_map(|line| line["answer"].as_str().map(str::to_owned)).collect()
}

#[test]
fn both_clients_work_on_a_slow_and_on_a_lossy_line() {
    on_both(|database| {
        let world = World::with(Options::new(BINARY, database), json!({"public": true}));
        for faults in [SLOW, LOSSY] {
            let proxy = line(&world, faults);
            let wish = json!({"base": format!("http://{}", proxy.address()), "origin": format!("ws://{}", proxy.address()),
                "agent": world.agent, "say": ["hello", "add", "both", "boom", "tell", "bye"]});
            for (which, empty) in [
                (official::python as fn(&Value) -> Option<Vec<Value>>, "Client tool: empty called successfully."),
                (official::javascript, "Client tool execution successful."),
            ] {
                let Some(heard) = which(&wish) else { return };
                let heard = answers(&heard);
                assert_eq!(heard[..3], ["you said: hello", "Let me add.", "sum 5"]);
                assert_eq!(heard[3], format!("11 and 2 and [1] and {empty}"));
                assert!(heard[4].contains("client_error") && heard[5..] == ["told", "you said: bye"], "{heard:?}");
            }
        }
    });
}

#[test]
fn a_line_that_is_cut_again_and_again_loses_nothing() {
    on_both(|database| {
        let world = World::with(Options::new(BINARY, database), json!({"public": true}));
        let proxy = line(&world, LOSSY);
        let there = Api::new(format!("http://{}", proxy.address()), None);
        let mut talk = Talk::open(&there, &format!("agent_id={}", world.agent), json!({}));
        for round in 0..5 {
            talk.say("add");
            let (_, id, _) = talk.call();
            proxy.cut();
            let query = format!("agent_id={}&conversation_id={}&reconnect_token={}", world.agent, talk.id, talk.token);
            talk = Talk::open(&there, &query, json!({}));
            assert_eq!(talk.call().1, id, "offered again, round {round}");
            talk.result(&id, json!(round), false);
            assert_eq!(talk.answer(), format!("sum {round}"));
        }
        let page = world.api.get("/api/v1/executions?tool=add&state=done").expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 5, "each call once");
        let page = world.api.get("/api/v1/runs?state=completed").expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 5);
    });
}
