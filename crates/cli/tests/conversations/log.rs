//! The log: listed, searched, exported, deleted, and from the command line.

use callwright_testkit::{Database, Options, eventually, on_both};
use serde_json::{Value, json};

use super::{BINARY, Talk, World};

fn ended(world: &World, talk: Talk) -> String {
    let id = talk.id.clone();
    talk.live.close();
    eventually("the conversation ends", 10, || (world.logged(&id)["state"] == "ended").then_some(()));
    id
}

#[test]
fn conversations_are_listed_searched_exported_and_deleted() {
    on_both(|database| {
        let mut world = World::with(Options::new(BINARY, database), json!({"first_message": "Good day!"}));
        world.server.set_env("CALLWRIGHT_CREDITS", "true");
        world.server.restart();
        world.api.post("/api/v1/credits/grants", json!({"amount": 1000, "note": "test"})).ok();
        let mut first = world.talk();
        first.answer();
        first.say("Where is ÄRGER and 100% of it?");
        first.answer();
        let first = ended(&world, first);
        let mut second = world.talk();
        second.answer();
        second.say("fail");
        second.until("error");
        let second = ended(&world, second);
        let live = world.talk();

        let ids = |query: &str| -> Vec<String> {
            let page = world.api.get(&format!("/api/v1/conversations?{query}")).expect(200);
            page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids(""), [live.id.clone(), second.clone(), first.clone()]);
        assert_eq!(ids("state=live"), std::slice::from_ref(&live.id));
        assert_eq!((ids("outcome=success"), ids("outcome=failure")), (vec![first.clone()], vec![second.clone()]));
        assert_eq!(
            ids("search=%C3%A4rger%20and%20100%25"),
            std::slice::from_ref(&first),
            "in any case, and `%` is a sign like others"
        );
        assert_eq!(ids("search=100_").len(), 0);
        assert_eq!((ids("agent=Helper").len(), ids("since=2100-01-01T00:00:00Z").len()), (3, 0));
        let page = world.api.get("/api/v1/conversations?limit=2").expect(200);
        let rest = ids(&format!("limit=2&cursor={}", page["next_cursor"].as_str().unwrap()));
        assert_eq!(rest, std::slice::from_ref(&first));
        assert_eq!(world.api.get("/api/v1/conversations?state=asleep").status, 422);

        let shown = world.logged(&first);
        let told = shown["transcript"]["items"].as_array().unwrap();
        assert_eq!((told.len(), &told[0]["text"]), (3, &json!("Good day!")), "{shown}");
        assert_ne!(shown["credits"], json!(0), "its run was paid for");
        assert!(shown["duration_s"].is_u64() && shown["message_count"] == 3, "{shown}");

        let reply = world.api.get("/api/v1/conversations/export?state=ended");
        assert_eq!(reply.header("content-type"), Some("application/x-ndjson"));
        let lines: Vec<Value> = reply.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!((&lines[1]["id"], lines[1]["transcript"].as_array().unwrap().len()), (&json!(first), 3));

        assert_eq!(world.api.delete(&format!("/api/v1/conversations/{}", live.id)).code(), "conversation_live");
        world.api.delete(&format!("/api/v1/conversations/{second}")).expect(204);
        assert_eq!(world.api.get(&format!("/api/v1/conversations/{second}")).status, 404);
        let thread = lines[0]["thread_id"].as_str().unwrap();
        assert_eq!(world.api.get(&format!("/api/v1/threads/{thread}")).status, 404);
    });
}

#[test]
fn the_command_line_reads_the_log() {
    let world = World::new(Database::Sqlite);
    let mut talk = world.talk();
    talk.say("hello");
    talk.answer();
    let id = ended(&world, talk);
    let listed = world.server.run(&["conversation", "list"]).ok();
    assert!(listed.stdout.contains(&id) && listed.stdout.contains("success"), "{}", listed.stdout);
    let shown = world.server.run(&["conversation", "show", &id]).ok();
    assert!(shown.stdout.contains("assistant: you said: hello"), "{}", shown.stdout);
    let json = world.server.run(&["conversation", "show", &id, "--json"]).json();
    assert_eq!((&json["id"], json["transcript"].as_array().unwrap().len()), (&json!(id), 2));
    let exported = world.server.run(&["conversation", "export", "--search", "hello"]).ok();
    assert_eq!(serde_json::from_str::<Value>(exported.stdout.trim()).unwrap()["id"], id);
    world.server.run(&["conversation", "delete", &id]).ok();
    assert!(!world.server.run(&["conversation", "list"]).ok().stdout.contains(&id));
}
