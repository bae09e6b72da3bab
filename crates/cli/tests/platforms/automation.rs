//! Tools that start workflows elsewhere: n8n, Make and Zapier, with an answer at once or a late one.

use callwright_testkit::{Answer, Options, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

use super::{BINARY, World};

fn preset(world: &World, path: &str, more: Value) -> Value {
    let mut config = json!({"method": "POST", "url": world.upstream.url(path), "preset": "automation"});
    for (name, value) in more.as_object().unwrap() {
        config[name] = value.clone();
    }
    json!({ "config": config })
}

#[test]
fn the_preset_sends_what_is_to_be_done_and_for_whom() {
    on_both(|database| {
        let world = World::new(database);
        world.api.put("/api/v1/secrets/N8N_TOKEN", json!({"value": "n8n-secret"})).expect(200);
        let auth = json!({"auth": {"type": "api_key", "key": "${N8N_TOKEN}", "header": "X-N8N-Key"}});
        let order = json!({"order": {"type": "string"}});
        world.tool("check_order", "write", order.clone(), preset(&world, "/webhook/x", auth));
        let agent = world.api.post("/api/v1/agents", json!({"name": "Desk"})).expect(201)["id"].clone();
        world.api.put("/api/v1/agents/Desk/tools/check_order", json!({})).ok();
        world.upstream.next(Answer::json(200, json!({"status": "shipped"})));
        let body = json!({"arguments": {"order": "A-1"}, "agent": "Desk", "context": {"conversation_id": "c-1"}});
        let answer =
            world.api.with_header("Idempotency-Key", "k-1").post("/api/v1/tools/check_order/call", body).expect(200);
        assert_eq!(answer["data"], json!({"status": "shipped"}));
        let sent = &world.upstream.requests()[0];
        assert_eq!(
            sent.json(),
            json!({"action": "check_order", "parameters": {"order": "A-1"}, "agent_id": agent,
                "conversation_id": "c-1", "execution_id": answer["execution_id"]})
        );
        assert_eq!((sent.header("x-n8n-key"), sent.header("idempotency-key")), (Some("n8n-secret"), Some("k-1")));
        let bare = world.api.post("/api/v1/tools/check_order/call", json!({})).expect(200);
        let sent = world.upstream.requests()[1].json();
        assert_eq!((&sent["agent_id"], &sent["parameters"]), (&Value::Null, &json!({})));
        assert_eq!(sent["execution_id"], bare["execution_id"]);
        assert!(sent.get("webhook_response_url").is_none());

        // What the preset and something else would both say is refused by name.
        let field = |config: Value| {
            let mut tool = json!({"name": "wrong", "kind": "http", "config": {"url": "https://example.com", "preset": "automation"}});
            for (name, value) in config.as_object().unwrap() {
                tool["config"][name] = value.clone();
            }
            let reply = world.api.post("/api/v1/tools", tool);
            assert_eq!(reply.status, 422, "{reply:?}");
            reply.body["error"]["details"]["field"].as_str().unwrap().to_owned()
        };
        assert_eq!(field(json!({"body": {"json": {}}})), "config.body");
        assert_eq!(field(json!({"method": "GET"})), "config.method");
        assert_eq!(field(json!({"preset": "magic"})), "config.preset");
        assert_eq!(field(json!({"callback": {"expires": 1}})), "config.callback.expires");
        assert_eq!(field(json!({"idempotency": {"field": "action"}})), "config.idempotency.field");
    });
}

#[test]
fn a_late_answer_comes_to_the_address_that_was_sent_and_a_run_goes_on() {
    on_both(|database| {
        let mut world = World::new(database);
        let order = json!({"order": {"type": "string"}});
        let mut late = preset(&world, "/catch", json!({"callback": true}));
        late["policy"] = json!({"timeout_ms": 1500});
        world.tool("zap", "write", order, late);
        world.upstream.always(Answer::json(200, json!({"status": "success", "id": "attempt-1"})));
        let script =
            json!([{"calls": [{"name": "zap", "arguments": {"order": "A-1"}}]}, {"say": "It says {{results.zap}}"}]);
        world
            .api
            .post("/api/v1/agents", json!({"name": "Desk", "model": "scripted", "metadata": {"script": script}}))
            .expect(201);
        world.api.put("/api/v1/agents/Desk/tools/zap", json!({})).ok();
        let run = world.api.post("/api/v1/runs", json!({"agent": "Desk", "message": "go"})).expect(202);
        let path = format!("/api/v1/runs/{}", run["id"].as_str().unwrap());
        let sent = world.upstream.wait_for(1)[0].json();
        let address = sent["webhook_response_url"].as_str().unwrap();
        let callback = address[address.find("/callbacks/").unwrap()..].to_owned();
        eventually("the run lies waiting", 20, || {
            (world.api.get(&path).expect(200)["state"] == "waiting").then_some(())
        });
        // The address outlives the server that gave it out.
        world.server.restart();
        let taken = world.api.anonymous().post(&callback, json!({"lead": 7})).expect(200);
        assert_eq!(taken["status"], "received");
        eventually("the run goes on", 20, || {
            let run = world.api.get(&path).expect(200);
            (run["state"] == "completed").then(|| assert_eq!(run["output"], "It says {\"lead\":7}"))
        });
        assert_eq!(world.api.anonymous().post(&callback, json!({"lead": 8})).expect(200)["status"], "already_received");
        assert_eq!(world.upstream.count(), 1, "started once");
    });
}

#[test]
fn the_templates_make_tools_that_work() {
    on_both(|database| {
        let n8n = Upstream::start();
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        for (name, value) in
            [("N8N_TOKEN", "word"), ("MAKE_WEBHOOK_KEY", "key"), ("ZAPIER_HOOK", n8n.url("/catch").as_str())]
        {
            api.put(&format!("/api/v1/secrets/{name}"), json!({ "value": value })).expect(200);
        }
        for (template, url, header) in [
            ("n8n_workflow", Some("/hook"), Some(("authorization", "Bearer word"))),
            ("make_scenario", Some("/hook"), Some(("x-make-apikey", "key"))),
            ("zapier_zap", None, None),
        ] {
            let mut args = vec![
                "template".to_owned(),
                "use".into(),
                template.into(),
                "--set".into(),
                "purpose=Looks it up.".into(),
            ];
            if let Some(path) = url {
                args.extend(["--set".into(), format!("url={}", n8n.url(path)), "--set".into(), "effect=read".into()]);
            }
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            server.run(&args).ok();
            let tool = api.get(&format!("/api/v1/tools/{template}")).expect(200);
            let body = json!({"arguments": {"order_number": "A-17"}});
            n8n.take();
            let call = || api.post(&format!("/api/v1/tools/{template}/call"), body.clone()).expect(200);
            if template == "zapier_zap" {
                assert_eq!(tool["config"]["callback"]["expires_s"], 3600);
                std::thread::scope(|scope| {
                    let calling = scope.spawn(call);
                    let sent = n8n.wait_for(1)[0].json();
                    let address = sent["webhook_response_url"].as_str().unwrap().to_owned();
                    let path = address[address.find("/callbacks/").unwrap()..].to_owned();
                    api.anonymous().post(&path, json!({"lead": 7})).expect(200);
                    assert_eq!(calling.join().unwrap()["data"], json!({"lead": 7}));
                });
                assert_eq!(n8n.requests()[0].path(), "/catch");
            } else {
                assert_eq!(call()["success"], true);
                let (name, value) = header.unwrap();
                assert_eq!(n8n.requests()[0].header(name), Some(value));
            }
            let sent = n8n.requests()[0].json();
            assert_eq!((&sent["action"], &sent["parameters"]["order_number"]), (&json!(template), &json!("A-17")));
        }
    });
}
