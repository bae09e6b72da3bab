//! Servers that die and clients that come back.

use callwright_testkit::{Database, Live, Options, eventually, on_both, postgres};
use serde_json::json;

use super::{BINARY, Talk, World};

/// Goes on with a conversation on another socket.
fn back(world: &World, talk: &Talk) -> Talk {
    let query = format!("agent_id={}&conversation_id={}&reconnect_token={}", world.agent, talk.id, talk.token);
    let again = Talk::open(&world.api.anonymous(), &query, json!({}));
    assert_eq!(again.id, talk.id);
    again
}

#[test]
fn a_server_killed_in_the_middle_of_a_conversation_loses_nothing_of_it() {
    on_both(|database| {
        let mut world = World::new(database);
        let mut talk = world.talk();
        talk.say("hello");
        assert_eq!(talk.answer(), "you said: hello");
        talk.say("add");
        assert_eq!(talk.answer(), "Let me add.");
        let (_, id, _) = talk.call();
        world.server.kill9();
        world.server.restart();
        let mut talk = back(&world, &talk);
        // The call is offered again, under the same id, and answered once.
        let (name, again, parameters) = talk.call();
        assert_eq!((name.as_str(), &again, &parameters), ("add", &id, &json!({"a": 2, "b": 3})));
        talk.result(&again, json!(5), false);
        assert_eq!(talk.answer(), "sum 5");
        talk.say("and now");
        assert_eq!(talk.answer(), "you said: and now");
        let page = world.api.get("/api/v1/executions?tool=add").expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn an_answer_that_came_while_nobody_listened_is_told_to_whoever_comes_back() {
    on_both(|database| {
        let world = World::new(database);
        let mut talk = world.talk();
        talk.say("add");
        assert_eq!(talk.answer(), "Let me add.");
        let (_, call, _) = talk.call();
        let (id, token) = (talk.id.clone(), talk.token.clone());
        // Cut off without a goodbye; somebody answers meanwhile.
        drop(talk);
        let execution = world.api.get("/api/v1/executions?tool=add").expect(200)["items"][0]["id"].clone();
        let path = format!("/api/v1/executions/{}/result", execution.as_str().unwrap());
        world.api.post(&path, json!({"result": 6})).expect(200);
        eventually("the run ends", 10, || {
            let page = world.api.get("/api/v1/runs?state=completed").expect(200);
            (page["items"].as_array().unwrap().len() == 1).then_some(())
        });
        let query = format!("agent_id={}&conversation_id={id}", world.agent);
        let nobody = world.api.anonymous();
        let path = |query: &str| format!("/v1/convai/conversation?{query}");
        assert_eq!(Live::attempt(&nobody, &path(&query), &[]).err(), Some(401));
        assert_eq!(Live::attempt(&nobody, &path(&format!("{query}&reconnect_token={token}x")), &[]).err(), Some(401));
        let mut talk = Talk::open(&nobody, &format!("{query}&reconnect_token={token}"), json!({}));
        assert_eq!(talk.answer(), "sum 6");
        // Whoever began it comes back with their own token as well; the one before is told.
        let mut second = Talk::open(&world.api, &query, json!({}));
        assert_eq!(talk.live.closed(), 1008);
        second.say("hello");
        // What was told a moment ago may be told once more: it is noted behind the frame.
        let said = second.answer();
        let said = if said == "sum 6" { second.answer() } else { said };
        assert_eq!(said, "you said: hello");
        second.live.close();
        let ended = eventually("it has ended", 10, || {
            (world.logged(&id)["state"] == "ended").then(|| Live::attempt(&world.api, &path(&query), &[]).err())
        });
        assert_eq!((ended, call.is_empty()), (Some(410), false));
    });
}

#[test]
fn a_client_that_never_comes_back_leaves_a_conversation_that_ends() {
    on_both(|database| {
        let options = Options::new(BINARY, database)
            .env("CALLWRIGHT_CONVERSATION_GRACE_SECONDS", "1")
            .env("CALLWRIGHT_CONVERSATION_PING_SECONDS", "1");
        let world = World::with(options, json!({}));
        let mut talk = world.talk();
        talk.say("add");
        talk.call();
        let id = talk.id.clone();
        drop(talk);
        let ended = eventually("it ends", 40, || {
            let logged = world.logged(&id);
            (logged["state"] == "ended").then_some(logged)
        });
        assert_eq!(ended["end_reason"], "client_gone");
        // Its run was told that the client has gone, and went on to its end.
        let run = eventually("its run ends", 10, || {
            let page = world.api.get("/api/v1/runs?state=completed").expect(200);
            page["items"].as_array().unwrap().first().cloned()
        });
        assert!(run["output"].as_str().unwrap().starts_with("sum "), "{run}");
        let page = world.api.get("/api/v1/executions?tool=add").expect(200);
        assert_eq!(page["items"][0]["error"]["class"], "timeout_error");
    });
}

#[test]
fn another_server_goes_on_with_a_conversation() {
    if !postgres::is_available() {
        return;
    }
    let mut world = World::new(Database::Postgres);
    let second = world.server.beside();
    let mut talk = world.talk();
    talk.say("add");
    talk.answer();
    let (_, id, _) = talk.call();
    // The socket goes to the second server while the first one carries the run.
    let query = format!("agent_id={}&conversation_id={}&reconnect_token={}", world.agent, talk.id, talk.token);
    let mut there = Talk::open(&second.api().anonymous(), &query, json!({}));
    assert_eq!(talk.live.closed(), 1008, "another connection has it");
    assert_eq!(there.call().1, id);
    there.result(&id, json!(5), false);
    assert_eq!(there.answer(), "sum 5");
    there.say("never");
    there.call();
    world.server.kill9();
    let told = there.answer();
    assert!(told.contains("client_timeout"), "{told}");
    there.say("hello");
    assert_eq!(there.answer(), "you said: hello");
}
