//! Pictures and large results of client tools, and runs with pictures beside a tool that waits.

use base64::{Engine, engine::general_purpose::STANDARD};
use callwright_testkit::{Answer, Upstream, eventually, on_both};
use serde_json::{Value, json};

use super::{Talk, World};

/// Something that is a PNG as far as its first bytes go.
fn png(fill: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.resize(3_000, fill);
    bytes
}

/// A model that is shown things: an OpenAI-compatible server that calls these tools and then says what it sees; and at
/// `/photo.png` a picture.
pub(super) fn seeing(upstream: &Upstream, world: &World, names: &[&str]) -> String {
    let provider = json!({"name": "eyes", "kind": "openai", "base_url": upstream.url("/v1"), "secret": "EYES_KEY"});
    world.api.put("/api/v1/secrets/EYES_KEY", json!({"value": "k"})).ok();
    world.api.post("/api/v1/model-providers", provider).expect(201);
    let agent = json!({"name": "Seer", "model": "eyes/gpt-4o"});
    let id = world.api.post("/api/v1/agents", agent).expect(201)["id"].as_str().unwrap().to_owned();
    let calls: Vec<Value> = (0..)
        .zip(names)
        .map(|(at, name)| {
            json!({"index": at, "id": format!("c{at}"), "type": "function", "function": {"name": name, "arguments": "{}"}})
        })
        .collect();
    upstream.respond(move |request| {
        if request.path() == "/photo.png" {
            return Answer::body(200, "image/png", png(9));
        }
        let asked = request.json();
        let is_first = asked["messages"].as_array().unwrap().last().unwrap()["role"] == "user"
            && !asked.to_string().contains("tool_call_id");
        let (delta, reason) = match is_first {
            true => (json!({"role": "assistant", "content": null, "tool_calls": calls}), "tool_calls"),
            false => (json!({"role": "assistant", "content": "I see it."}), "stop"),
        };
        let usage = json!({"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10});
        if asked["stream"] != true {
            let choice = json!({"index": 0, "finish_reason": reason, "message": delta});
            return Answer::json(200, json!({"id": "x", "model": "gpt-4o", "choices": [choice], "usage": usage}));
        }
        let chunk = |choices: Value| json!({"id": "x", "model": "gpt-4o", "choices": choices, "usage": usage});
        let lines: String = [
            chunk(json!([{"index": 0, "delta": delta, "finish_reason": null}])),
            chunk(json!([{"index": 0, "delta": {}, "finish_reason": reason}])),
        ]
        .iter()
        .map(|chunk| format!("data: {chunk}\n\n"))
        .collect();
        Answer::body(200, "text/event-stream", format!("{lines}data: [DONE]\n\n"))
    });
    id
}

/// What the model was asked last.
pub(super) fn asked(upstream: &Upstream) -> String {
    let requests = upstream.requests();
    requests.iter().rev().find(|request| request.path().starts_with("/v1")).unwrap().text()
}

#[test]
fn a_picture_of_a_client_is_shown_to_the_model_and_kept_out_of_the_log() {
    on_both(|database| {
        let world = World::new(database);
        let upstream = Upstream::start();
        let agent = seeing(&upstream, &world, &["obj"]);
        world.api.put("/api/v1/agents/Seer/tools/obj", json!({})).ok();
        let mut talk = Talk::open(&world.api, &format!("agent_id={agent}"), json!({}));
        talk.say("what do you see?");
        let (_, id, _) = talk.call();
        let data = STANDARD.encode(png(7));
        talk.result(&id, json!({"screenshot": format!("data:image/jpeg;base64,{data}"), "title": "a page"}), false);
        assert_eq!(talk.answer(), "I see it.");

        let page = world.api.get(&format!("/api/v1/documents?conversation_id={}", talk.id)).expect(200);
        let document = &page["items"][0];
        assert_eq!((&document["media_type"], &document["size"]), (&json!("image/png"), &json!(3_000)), "{page}");
        let path = format!("/api/v1/documents/{}/content", document["id"].as_str().unwrap());
        let reply = world.api.get(&path);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("image/png")));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert!(reply.header("content-security-policy").unwrap().contains("sandbox"));

        // The model was given the picture, the log and the thread only its id.
        let asked = asked(&upstream);
        assert!(asked.contains(&format!("data:image/png;base64,{data}")), "the model saw it");
        assert_eq!(asked.matches(&data[..60]).count(), 1, "and not as text");
        let execution = world.api.get("/api/v1/executions?tool=obj").expect(200)["items"][0].clone();
        for kept in [
            execution.to_string(),
            world.api.get(&format!("/api/v1/conversations/{}/messages", talk.id)).expect(200).to_string(),
        ] {
            assert!(!kept.contains(&data[..60]), "{kept}");
            assert!(kept.contains(document["id"].as_str().unwrap()), "{kept}");
        }
        assert_eq!(execution["output"]["data"]["title"], "a page");
        // A picture is no file of somebody else.
        let abroad = world.api.anonymous();
        assert_eq!(abroad.get(&path).status, 401);
    });
}

#[test]
fn a_picture_beside_a_tool_that_waits_is_not_lost() {
    on_both(|database| {
        let world = World::new(database);
        let upstream = Upstream::start();
        let photo = json!({"name": "photo", "kind": "http", "effect": "read", "parameters": {"type": "object"},
            "config": {"method": "GET", "url": upstream.url("/photo.png")}});
        world.api.post("/api/v1/tools", photo).expect(201);
        let agent = seeing(&upstream, &world, &["photo", "obj"]);
        for tool in ["photo", "obj"] {
            world.api.put(&format!("/api/v1/agents/Seer/tools/{tool}"), json!({})).ok();
        }
        let mut talk = Talk::open(&world.api, &format!("agent_id={agent}"), json!({}));
        talk.say("look");
        let (_, id, _) = talk.call();
        // The run lies down meanwhile.
        eventually("the run waits", 10, || {
            let page = world.api.get("/api/v1/runs?state=waiting").expect(200);
            (page["items"].as_array().unwrap().len() == 1).then_some(())
        });
        talk.result(&id, json!("fine"), false);
        assert_eq!(talk.answer(), "I see it.");
        let data = STANDARD.encode(png(9));
        assert!(asked(&upstream).contains(&data), "the model saw the picture of the tool that had ended");
    });
}

#[test]
fn a_large_result_is_cut_with_a_link_to_all_of_it() {
    on_both(|database| {
        let world = World::new(database);
        let mut talk = world.talk();
        talk.say("both");
        let mut whole = String::new();
        for _ in 0..4 {
            let (name, id, _) = talk.call();
            match name.as_str() {
                "obj" => {
                    whole = "lorem ipsum ".repeat(5_000);
                    talk.result(&id, json!(whole), false);
                }
                _ => talk.result(&id, json!(1), false),
            }
        }
        talk.answer();
        let page = world.api.get(&format!("/api/v1/documents?conversation_id={}", talk.id)).expect(200);
        let document = &page["items"][0];
        assert_eq!((&document["media_type"], &document["size"]), (&json!("text/plain"), &json!(60_000)));
        let reply = world.api.get(&format!("/api/v1/documents/{}/content", document["id"].as_str().unwrap()));
        assert_eq!((reply.header("content-disposition"), reply.text == whole), (Some("attachment"), true));
        assert_eq!(reply.header("content-type"), Some("application/octet-stream"));
        let execution = world.api.get("/api/v1/executions?tool=obj").expect(200)["items"][0].clone();
        assert!(execution["output"].to_string().len() < 20_000);
        assert_eq!(execution["output"]["blocks"].as_array().unwrap().last().unwrap()["name"], document["id"]);
        // Thrown away with the conversation.
        let id = talk.id.clone();
        talk.live.close();
        eventually("it is deleted", 10, || {
            (world.api.delete(&format!("/api/v1/conversations/{id}")).status == 204).then_some(())
        });
        assert_eq!(world.api.get(&format!("/api/v1/documents/{}", document["id"].as_str().unwrap())).status, 404);
    });
}
