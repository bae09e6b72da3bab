//! Whole runs through a provider's form: what the model is told, what it calls, and what becomes of a run whose provider
//! is away.

use callwright_testkit::{Answer, Api, Database, Options, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

use super::{BINARY, PATH, fake};

struct World {
    _server: Server,
    api: Api,
    vendor: Upstream,
}

/// A server whose agent `Helper` is served by an OpenAI-compatible vendor.
fn world(database: Database, agent: Value) -> World {
    let server = Server::start(Options::new(BINARY, database));
    let (api, vendor) = (server.api(), Upstream::start());
    api.put("/api/v1/secrets/MODEL_KEY", json!({"value": fake::KEY})).ok();
    let provider = json!({"name": "vendor", "kind": "openai_compatible", "base_url": vendor.url("/v1"),
        "secret": "MODEL_KEY", "models": ["the-model"]});
    api.post(PATH, provider).expect(201);
    let mut body = json!({"name": "Helper", "model": "vendor/the-model", "instructions": "You help."});
    body.as_object_mut().unwrap().extend(agent.as_object().unwrap().clone());
    api.post("/api/v1/agents", body).expect(201);
    World { _server: server, api, vendor }
}

fn says(text: &str) -> Answer {
    Answer::json(
        200,
        json!({"model": "the-model", "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
            "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": text}}]}),
    )
}

fn calls(tool: &str, arguments: &Value) -> Answer {
    let call = json!({"id": "call_a", "type": "function",
        "function": {"name": tool, "arguments": arguments.to_string()}});
    Answer::json(
        200,
        json!({"model": "the-model", "choices": [{"finish_reason": "tool_calls",
            "message": {"role": "assistant", "content": null, "tool_calls": [call]}}]}),
    )
}

fn run(api: &Api, rest: Value) -> Value {
    let mut wish = json!({"agent": "Helper", "message": "What is the weather?", "wait_ms": 30000});
    wish.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    api.post("/api/v1/runs", wish).ok()
}

#[test]
fn a_run_goes_through_the_vendors_form_and_back() {
    on_both(|database| {
        let world = world(database, json!({}));
        let upstream = Upstream::start();
        let tool = json!({"name": "weather", "kind": "http", "effect": "read", "description": "Tells the weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
            "config": {"method": "POST", "url": upstream.url("/weather")}});
        world.api.post("/api/v1/tools", tool).expect(201);
        world.api.put("/api/v1/agents/Helper/tools/weather", json!({})).ok();
        upstream.next(Answer::json(200, json!({"degrees": 21})));
        world.vendor.next(calls("weather", &json!({"city": "Paris"}))).next(says("It is 21 degrees."));
        let ended = run(&world.api, json!({}));
        assert_eq!((&ended["state"], &ended["output"]), (&json!("completed"), &json!("It is 21 degrees.")), "{ended}");
        assert_eq!(ended["usage"]["total_tokens"], 7);
        let asked: Vec<Value> = world.vendor.requests().iter().map(|request| request.json()).collect();
        assert_eq!(asked[0]["messages"][0], json!({"role": "system", "content": "You help."}));
        assert_eq!(asked[0]["tools"][0]["function"]["name"], "weather");
        let last = asked[1]["messages"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["role"], &last["tool_call_id"]), (&json!("tool"), &json!("call_a")));
        assert_eq!(serde_json::from_str::<Value>(last["content"].as_str().unwrap()).unwrap(), json!({"degrees": 21}));
        assert_eq!(upstream.requests()[0].json(), json!({"city": "Paris"}));
    });
}

#[test]
fn a_provider_that_is_away_for_a_moment_costs_no_run_and_one_that_refuses_ends_it() {
    on_both(|database| {
        let world = world(database, json!({}));
        world.vendor.next(Answer::reset()).next(Answer::json(503, json!({}))).next(says("Here again."));
        let ended = run(&world.api, json!({}));
        assert_eq!((&ended["output"], world.vendor.count()), (&json!("Here again."), 3), "{ended}");
        // Longer than one attempt is patient: the run is put back, and goes on by itself.
        for _ in 0..3 {
            world.vendor.next(Answer::json(503, json!({})));
        }
        world.vendor.next(says("After a while."));
        let begun = run(&world.api, json!({"wait_ms": 0}));
        let ended = eventually("the run goes on", 30, || {
            let path = format!("/api/v1/runs/{}", begun["id"].as_str().unwrap());
            let run = world.api.get(&path).expect(200);
            (run["state"] == "completed").then_some(run)
        });
        assert_eq!(ended["output"], "After a while.");
        let no = json!({"error": {"message": "there is no such model", "code": "model_not_found"}});
        world.vendor.next(Answer::json(404, no));
        let ended = run(&world.api, json!({}));
        assert_eq!((&ended["state"], &ended["error"]["code"]), (&json!("failed"), &json!("model_error")), "{ended}");
        assert!(ended["error"]["message"].as_str().unwrap().contains("no such model"), "{ended}");
        // What a refusal took is paid all the same.
        let refused = json!({"model": "the-model", "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
            "choices": [{"finish_reason": "content_filter", "message": {"role": "assistant", "content": ""}}]});
        world.vendor.next(Answer::json(200, refused));
        let ended = run(&world.api, json!({}));
        assert_eq!((&ended["state"], &ended["error"]["code"]), (&json!("failed"), &json!("model_error")), "{ended}");
        assert_eq!((&ended["usage"]["total_tokens"], &ended["steps"]), (&json!(7), &json!(0)), "{ended}");
        // Nobody is there at all: it ends with its time, and says why where it knows.
        world.vendor.always(Answer::reset());
        let ended = run(&world.api, json!({"limits": {"timeout_s": 3}}));
        let code = ended["error"]["code"].as_str().unwrap();
        assert!(ended["state"] == "failed" && ["deadline", "model_error"].contains(&code), "{ended}");
    });
}

#[test]
fn what_was_learned_reaches_the_model_as_something_that_was_said() {
    on_both(|database| {
        let world = world(database, json!({"learning_enabled": true}));
        world.vendor.always(says("21 degrees."));
        let first = run(&world.api, json!({}));
        let path = format!("/api/v1/runs/{}/feedback", first["id"].as_str().unwrap());
        world.api.post(&path, json!({"rating": -1, "correction": "Say it in Fahrenheit"})).ok();
        let second = run(&world.api, json!({}));
        assert_eq!(second["metadata"]["learned"]["count"], 1, "{second}");
        let asked: Vec<Value> = world.vendor.requests().iter().map(|request| request.json()).collect();
        let told = |at: usize| asked[at]["messages"][0]["content"].as_str().unwrap().to_owned();
        assert_eq!(told(0), "You help.");
        assert!(told(1).starts_with("You help.") && told(1).contains("Say it in Fahrenheit"), "{}", told(1));
        assert_eq!(asked[1]["messages"].as_array().unwrap().len(), 2, "the rest is as ever");
    });
}
