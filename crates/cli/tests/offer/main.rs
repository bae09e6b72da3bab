//! Tools that are offered by search: an agent with three hundred of them, whose model is given three functions; and the
//! same over REST, where each caller finds what is theirs.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use callwright_testkit::{
    Answer, Api, Database, Options, Person, Server, Upstream, eventually, on_both, people::other_organization,
};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const MANY: usize = 300;

/// A server with an agent `Clerk` of many tools, whose model is a fake of a vendor.
struct World {
    server: Server,
    api: Api,
    vendor: Upstream,
    upstream: Upstream,
}

impl World {
    fn new(database: Database, agent: Value) -> Self {
        let server = Server::start(Options::new(BINARY, database));
        let (api, vendor, upstream) = (server.api(), Upstream::start(), Upstream::start());
        api.put("/api/v1/secrets/MODEL_KEY", json!({"value": "sk-fake"})).ok();
        let provider = json!({"name": "vendor", "kind": "openai_compatible", "base_url": vendor.url("/v1"),
            "secret": "MODEL_KEY", "models": ["the-model"]});
        api.post("/api/v1/model-providers", provider).expect(201);
        let mut body = json!({"name": "Clerk", "model": "vendor/the-model"});
        body.as_object_mut().unwrap().extend(agent.as_object().unwrap().clone());
        api.post("/api/v1/agents", body).expect(201);
        Self { server, api, vendor, upstream }
    }

    /// Makes a tool of this name and gives it to the agent.
    fn tool(&self, name: &str, rest: Value) {
        let mut tool = json!({"name": name, "kind": "http", "effect": "read", "parameters": {"type": "object"},
            "config": {"method": "POST", "url": self.upstream.url(&format!("/{name}"))}});
        tool.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        self.api.post("/api/v1/tools", tool).expect(201);
        self.api.put(&format!("/api/v1/agents/Clerk/tools/{name}"), json!({})).ok();
    }

    /// Three hundred tools by one bundle of requests, and one that matters.
    fn stock(&self) {
        for at in 0..MANY {
            let (noun, verb) = (NOUNS[at % NOUNS.len()], VERBS[at / NOUNS.len() % VERBS.len()]);
            let name = format!("{verb}_{noun}_{at:03}");
            self.tool(
                &name,
                json!({"description": format!("To {verb} a {noun} of the warehouse."), "category": "warehouse"}),
            );
        }
        self.tool(
            "refund_payment",
            json!({"effect": "write", "category": "billing", "description": "Gives the money of a payment back. Say why.",
                "bound": {"shop": 7}, "parameters": {"type": "object", "required": ["payment", "shop"], "properties": {
                    "payment": {"type": "string"}, "reason": {"type": "string"}, "shop": {"type": "integer"}}}}),
        );
    }

    fn run(&self, rest: Value) -> Value {
        let mut wish = json!({"agent": "Clerk", "message": "Refund pay_1", "wait_ms": 30000});
        wish.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        self.api.post("/api/v1/runs", wish).ok()
    }

    fn steps(&self, run: &Value) -> Vec<Value> {
        let path = format!("/api/v1/runs/{}/steps?limit=200", run["id"].as_str().unwrap());
        self.api.get(&path).expect(200)["items"].as_array().unwrap().clone()
    }

    /// What the model was told last of the functions that it called.
    fn told(&self) -> Value {
        let asked = self.vendor.requests().last().unwrap().json();
        let last = asked["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned();
        serde_json::from_str(&last).unwrap_or(json!(last))
    }
}

const NOUNS: [&str; 20] = [
    "pallet", "shelf", "forklift", "box", "label", "crate", "truck", "dock", "scale", "lane", "bin", "ramp", "gate",
    "cart", "rack", "tray", "drum", "sack", "barrel", "parcel",
];
const VERBS: [&str; 15] = [
    "move", "count", "weigh", "clean", "paint", "lock", "unlock", "inspect", "repair", "measure", "stack", "scan",
    "seal", "load", "tag",
];

fn says(text: &str) -> Answer {
    answer(json!({"role": "assistant", "content": text}), "stop")
}

fn calls(name: &str, arguments: Value) -> Answer {
    let call =
        json!({"id": "call_a", "type": "function", "function": {"name": name, "arguments": arguments.to_string()}});
    answer(json!({"role": "assistant", "content": null, "tool_calls": [call]}), "tool_calls")
}

fn answer(message: Value, reason: &str) -> Answer {
    Answer::json(
        200,
        json!({"model": "the-model", "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
            "choices": [{"finish_reason": reason, "message": message}]}),
    )
}

fn names(request: &Value) -> Vec<String> {
    let tools = request["tools"].as_array().unwrap();
    tools.iter().map(|tool| tool["function"]["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_agent_of_three_hundred_tools_searches_describes_and_calls() {
    on_both(|database| {
        let world = World::new(database, json!({"tool_offer": "auto"}));
        world.stock();
        world.tool(
            "hang_up",
            json!({"kind": "system", "effect": "write", "config": {"action": "end_call"}, "parameters": {}}),
        );
        world.upstream.next(Answer::json(200, json!({"refunded": true})));
        world
            .vendor
            .next(calls("search_tools", json!({"query": "give money back to a customer"})))
            .next(calls("describe_tool", json!({"name": "refund_payment"})))
            .next(calls("call_tool", json!({"name": "refund_payment", "arguments": {"payment": "pay_1"}})))
            .next(says("Done."));
        let ended = world.run(json!({}));
        assert_eq!((&ended["state"], &ended["output"]), (&json!("completed"), &json!("Done.")), "{ended}");

        let asked: Vec<Value> = world.vendor.requests().iter().map(|request| request.json()).collect();
        assert_eq!(
            names(&asked[0]),
            ["search_tools", "describe_tool", "call_tool", "hang_up"],
            "steps of the call stay"
        );
        assert!(
            asked[0]["tools"].to_string().contains("302 tools, among them warehouse, billing"),
            "{}",
            asked[0]["tools"]
        );
        let told = |at: usize| -> Value {
            let messages = asked[at]["messages"].as_array().unwrap();
            serde_json::from_str(messages.last().unwrap()["content"].as_str().unwrap()).unwrap()
        };
        assert_eq!(told(1)["tools"][0]["name"], "refund_payment", "{}", told(1));
        assert_eq!(told(1)["tools"][0]["parameters"], "payment*, reason");
        assert!(told(1).to_string().len() < 4_100, "the answer keeps to its budget");
        let described = told(2);
        assert!(described["parameters"]["properties"].get("shop").is_none(), "what is bound stays hidden: {described}");
        assert_eq!(told(3), json!({"refunded": true}));

        // It was the inner tool, in every respect.
        assert_eq!(world.upstream.requests()[0].json(), json!({"payment": "pay_1", "shop": 7}));
        let key = format!("{}:3:1", ended["id"].as_str().unwrap());
        assert_eq!(world.upstream.requests()[0].header("idempotency-key"), Some(key.as_str()), "its place in the run");
        let steps = world.steps(&ended);
        let step = steps.iter().find(|step| step["name"] == "call_tool").unwrap();
        assert_eq!(step["arguments"]["name"], "refund_payment", "the step tells both");
        let execution = step["execution_id"].as_str().unwrap();
        let execution = world.api.get(&format!("/api/v1/executions/{execution}")).expect(200);
        assert_eq!(
            (&execution["tool_name"], &execution["state"], &execution["source"]),
            (&json!("refund_payment"), &json!("done"), &json!("run"))
        );
        // What only looked has no execution.
        assert!(steps.iter().filter(|step| step["name"] == "search_tools").all(|step| step["execution_id"].is_null()));
    });
}

#[test]
fn auto_gives_all_of_few_and_search_is_obeyed() {
    on_both(|database| {
        let world = World::new(database, json!({"tool_offer": "auto"}));
        world.tool("weather", json!({"description": "Tells the weather"}));
        world.vendor.always(says("Hello."));
        world.run(json!({}));
        assert_eq!(names(&world.vendor.requests()[0].json()), ["weather"]);
        let put = |rest: Value| {
            let mut body = json!({"name": "Clerk", "model": "vendor/the-model"});
            body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            world.api.put("/api/v1/agents/Clerk", body)
        };
        put(json!({"tool_offer": "search"})).ok();
        world.run(json!({}));
        assert_eq!(names(&world.vendor.requests()[1].json()), ["search_tools", "describe_tool", "call_tool"]);
        // Only those of the run are found, when its caller says which.
        world.tool("secondary", json!({"description": "Tells the weather of tomorrow"}));
        world.vendor.next(calls("search_tools", json!({"query": "weather"}))).next(says("x"));
        world.run(json!({"tools": ["weather"]}));
        let told = world.told();
        assert_eq!(
            (told["tools"].as_array().unwrap().len(), &told["tools"][0]["name"]),
            (1, &json!("weather")),
            "{told}"
        );
        // A budget that the list does not fit into.
        put(json!({"tool_offer": "auto", "tool_budget": 100})).ok();
        world.tool("long", json!({"description": "Tells ".repeat(200)}));
        let before = world.vendor.count();
        world.run(json!({}));
        assert_eq!(names(&world.vendor.requests()[before].json())[0], "search_tools");
        assert_eq!(world.api.get("/api/v1/agents/Clerk").expect(200)["tool_budget"], 100);
        let refused = put(json!({"tool_budget": 5}));
        assert!(refused.status == 422 && refused.text.contains("tool_budget"), "{}", refused.text);
        let refused = put(json!({"tool_offer": "some"}));
        assert!(refused.status == 422 && refused.text.contains("tool_offer"), "{}", refused.text);
    });
}

#[test]
fn a_write_through_call_tool_acts_once_and_its_approval_is_waited_for() {
    on_both(|database| {
        let world = World::new(database, json!({"tool_offer": "search"}));
        world.tool("pay_out", json!({"effect": "write", "policy": {"approval": true}}));
        world.upstream.always(Answer::json(200, json!({"paid": 1})));
        world
            .vendor
            .next(calls("call_tool", json!({"name": "pay_out", "arguments": {"to": "Ann"}})))
            .next(says("Paid."));
        let run = world.run(json!({"wait_ms": 30000}));
        assert_eq!(run["state"], "waiting", "{run}");
        assert_eq!(world.upstream.count(), 0);
        let tickets = world.api.get("/api/v1/approvals").expect(200);
        let ticket = &tickets["items"][0];
        assert_eq!(ticket["tool_name"], "pay_out", "{ticket}");
        let boss = Person::invite(&world.server.api(), "boss@example.org", "operator").api;
        boss.post(&format!("/api/v1/approvals/{}/approve", ticket["id"].as_str().unwrap()), json!({})).ok();
        let path = format!("/api/v1/runs/{}", run["id"].as_str().unwrap());
        let ended = eventually("the run goes on", 20, || {
            let run = world.api.get(&path).expect(200);
            (run["state"] == "completed").then_some(run)
        });
        assert_eq!((&ended["state"], &ended["output"]), (&json!("completed"), &json!("Paid.")), "{ended}");
        assert_eq!(world.upstream.count(), 1, "once");
        assert_eq!(world.upstream.requests()[0].json(), json!({"to": "Ann"}));
    });
}

#[test]
fn what_is_not_there_is_told_with_the_nearest_and_loops_end() {
    on_both(|database| {
        let world = World::new(database, json!({"tool_offer": "search"}));
        world.tool("weather_report", json!({"description": "Tells the weather"}));
        world
            .api
            .post(
                "/api/v1/tools",
                json!({"name": "other", "kind": "http", "config": {"url": world.upstream.url("/o")}}),
            )
            .expect(201);
        world.vendor.next(calls("call_tool", json!({"name": "report_weather"}))).next(says("x"));
        world.run(json!({}));
        assert!(world.told().to_string().contains("nearest are `weather_report`"), "{}", world.told());
        // A tool that the agent does not have is not there.
        world.vendor.next(calls("call_tool", json!({"name": "other"}))).next(says("x"));
        world.run(json!({}));
        assert!(world.told().to_string().contains("there is no tool `other`"), "{}", world.told());
        assert_eq!(world.upstream.count(), 0);
        world.vendor.always(calls("search_tools", json!({"query": "weather"})));
        let ended = world.run(json!({}));
        assert_eq!((&ended["state"], &ended["error"]["code"]), (&json!("failed"), &json!("loop_detected")), "{ended}");
    });
}

#[test]
fn over_rest_each_caller_finds_what_they_may_call() {
    on_both(|database| {
        let mut server = Server::start(Options::new(BINARY, database));
        let other = other_organization(&mut server);
        let api = server.api();
        let (ann, bob) =
            (Person::invite(&api, "ann@example.org", "builder"), Person::invite(&api, "bob@example.org", "operator"));
        let tool = |name: &str, told: &str, shared: bool| {
            json!({"name": name, "kind": "http", "description": told, "is_shared": shared, "config": {"url": "https://example.com"},
                "parameters": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}})
        };
        ann.api.post("/api/v1/tools", tool("cancel_order", "Cancels an order.", true)).expect(201);
        ann.api.post("/api/v1/tools", tool("cancel_contract", "Cancels a contract.", false)).expect(201);
        let found = |api: &Api, query: &str| -> Vec<String> {
            let found = api.post("/api/v1/offer/search", json!({"query": query})).expect(200);
            found["tools"].as_array().unwrap().iter().map(|hit| hit["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(found(&ann.api, "cancelling contracts"), ["cancel_contract", "cancel_order"]);
        assert_eq!(found(&bob.api, "cancelling contracts"), ["cancel_order"]);
        assert_eq!(found(&other, "cancel"), Vec::<String>::new());
        let describe = |api: &Api, name: &str| api.post("/api/v1/offer/describe", json!({"name": name}));
        assert_eq!(describe(&ann.api, "cancel_contract").expect(200)["parameters"]["required"], json!(["id"]));
        let hidden = describe(&bob.api, "cancel_contract");
        assert_eq!((hidden.status, hidden.code()), (404, "tool_not_found"), "{}", hidden.text);
        assert!(!hidden.text.contains("`cancel_contract`, "), "{}", hidden.text);
        // A grant counts at once, and so does its end.
        let grant = format!("/api/v1/tools/cancel_contract/grants/{}", bob.id);
        ann.api.put(&grant, json!({})).expect(204);
        assert_eq!(found(&bob.api, "cancelling contracts"), ["cancel_contract", "cancel_order"]);
        ann.api.delete(&grant).expect(204);
        assert_eq!(found(&bob.api, "cancelling contracts"), ["cancel_order"]);
        // A change is found by its new words, and a tool that is switched off is not.
        ann.api.put("/api/v1/tools/cancel_order", tool("cancel_order", "Voids a purchase slip.", true)).ok();
        assert_eq!(found(&bob.api, "slip"), ["cancel_order"]);
        let mut off = tool("cancel_order", "Voids a purchase slip.", true);
        off["active"] = json!(false);
        ann.api.put("/api/v1/tools/cancel_order", off).ok();
        assert_eq!(found(&bob.api, "slip"), Vec::<String>::new());
        for (body, field) in [
            (json!({"query": ""}), "query"),
            (json!({"query": "x", "limit": 0}), "limit"),
            (json!({"query": "x", "limit": 21}), "limit"),
            (json!({"query": "x", "max_tokens": 0}), "max_tokens"),
        ] {
            let refused = api.post("/api/v1/offer/search", body.clone());
            assert!(refused.status == 422 && refused.text.contains(field), "{body}: {}", refused.text);
        }
        let three = api.get("/api/v1/offer/definitions?format=anthropic").expect(200);
        assert_eq!(three["tools"][2]["name"], "call_tool");
        assert!(three["estimated_tokens"].as_u64().unwrap() < 600, "{three}");
    });
}
