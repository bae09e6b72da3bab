//! Python tools, from the outside: what is refused when they are saved, how they run, what they may reach, and that
//! neither code that fights nor a dying server does harm.

mod network;
mod save;

use std::thread;
use std::time::Duration;

use callwright_testkit::{
    Answer, Api, Live, Options, Server, Upstream, eventually, on_both,
    people::{Person, other_organization},
};
use serde_json::{Value, json};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

/// A Python tool with parameters that take anything.
pub(crate) fn tool(name: &str, code: &str) -> Value {
    json!({"name": name, "description": "Does it.", "kind": "python", "effect": "read",
        "parameters": {"type": "object", "properties": {}}, "config": {"code": code}})
}

#[track_caller]
pub(crate) fn save(api: &Api, tool: Value) -> Value {
    api.post("/api/v1/tools", tool).ok()
}

#[track_caller]
pub(crate) fn call(api: &Api, name: &str, arguments: Value) -> Value {
    api.post(&format!("/api/v1/tools/{name}/call"), json!({"arguments": arguments})).expect(200)
}

#[test]
fn a_function_runs_and_what_it_prints_is_kept() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let code = "import logging\nfrom decimal import Decimal\n\ndef execute_tool(parameters, context):\n    print('counting', len(parameters['items']))\n    \
                    logging.getLogger('shop').warning('%s items', len(parameters['items']))\n    total = sum(Decimal(str(i)) for i in parameters['items'])\n    \
                    return {'total': total, 'org': context['organization_id'], 'call': context['call_sid'], 'mine': context['mine']}\n";
        let mut wanted = tool("count", code);
        wanted["parameters"] = json!({"type": "object", "properties": {"items": {"type": "array"}, "never": {"type": "string"}}, "required": ["items"]});
        let saved = save(&api, wanted);
        assert!(saved["warnings"].to_string().contains("never reads the parameter `never`"), "{saved}");
        let mut live = Live::open(&api, "/api/v1/executions/live");
        let body = json!({"arguments": {"items": [1.25, 2]}, "context": {"mine": "x"}});
        let answer = api.post("/api/v1/tools/count/call", body).expect(200);
        assert_eq!(answer["data"]["total"], "3.25", "{answer}");
        assert_eq!(answer["data"]["mine"], "x");
        assert!(answer["data"]["org"].as_str().unwrap().starts_with("org_"));
        assert_eq!(answer["data"]["call"], Value::Null);
        let logs = json!(["counting 2", "WARNING shop: 2 items"]);
        assert_eq!(answer["meta"]["passage"]["sandbox"]["logs"], logs);
        let line = live.until(|frame| frame.to_string().contains("counting 2"));
        assert!(line.to_string().contains("\"log\""), "{line}");
        let id = answer["execution_id"].as_str().unwrap();
        eventually("it is recorded", 10, || {
            let row = api.get(&format!("/api/v1/executions/{id}"));
            (row.status == 200 && row.body["passage"]["sandbox"]["logs"] == logs).then_some(())
        });
        let trial = api
            .post("/api/v1/tools/count/test", json!({"parameters": {"items": [1]}, "context": {"mine": 1}}))
            .expect(200);
        assert_eq!((trial["success"].clone(), trial["result"]["total"].clone()), (json!(true), json!("1")), "{trial}");
        assert_eq!(trial["logs"][0], "counting 1");
        assert!(trial["memory_bytes"].as_u64().unwrap() > 1 << 20 && trial["execution_time_ms"].is_number(), "{trial}");
    });
}

#[test]
fn what_goes_wrong_in_the_code_is_told_to_the_model() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database).env("CALLWRIGHT_PYTHON_PLACES", "2"));
        let api = server.api();
        let code = "import time, sys\nclass TooSmall(ValueError):\n    pass\n\ndef fail(how):\n    if how == 'value': raise ValueError('give a date after 2020')\n    \
                    if how == 'own': raise TooSmall('at least 3')\n    if how == 'key': return {}['absent']\n    if how == 'sleep': time.sleep(60)\n    if how == 'loop':\n        while True: pass\n    \
                    if how == 'memory': return len([bytearray(1 << 20) for _ in range(300)])\n    if how == 'class': return {'a': [object()]}\n    if how == 'large': return 'x' * 5000\n    if how == 'exit': sys.exit(3)\n    \
                    if how == 'deep': return eval('(' * 150 + '1' + ')' * 150)\n    if how == 'recursion': return fail(how)\n    return how\n\ndef execute_tool(parameters):\n    return fail(parameters['how'])\n";
        let mut wanted = tool("fail", code);
        wanted["parameters"] = json!({"type": "object", "properties": {"how": {"type": "string"}}});
        wanted["config"]["timeout_ms"] = json!(1_000);
        wanted["config"]["max_output_bytes"] = json!(4_000);
        save(&api, wanted);
        for (how, class, code, says) in [
            ("value", "validation_error", "value_error", "give a date after 2020"),
            ("own", "validation_error", "value_error", "at least 3"),
            ("key", "sandbox_error", "exception", "KeyError: 'absent' (line 8, in fail:"),
            ("sleep", "timeout_error", "timeout", "the code was stopped after"),
            ("loop", "timeout_error", "timeout", "the code was stopped after"),
            ("memory", "sandbox_error", "memory_limit", "128 MB"),
            ("class", "sandbox_error", "bad_result", "a value of the type object has no form in JSON at result.a[0]"),
            ("large", "sandbox_error", "bad_result", "at most 4000"),
            ("exit", "sandbox_error", "exited", "sys.exit"),
            ("recursion", "sandbox_error", "exception", "RecursionError"),
        ] {
            let answer = call(&api, "fail", json!({"how": how}));
            let error = &answer["error"];
            assert_eq!((&error["class"], &error["code"]), (&json!(class), &json!(code)), "{how}: {answer}");
            assert!(error["message"].as_str().unwrap().contains(says), "{how}: {error}");
            assert_eq!(call(&api, "fail", json!({"how": "fine"}))["data"], "fine", "after {how}");
        }
    });
}

#[test]
fn a_secret_reaches_the_code_and_nobody_else() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let code = "import os\ndef execute_tool(parameters, context):\n    print('it is', os.environ['SHOP_KEY'])\n    return {'same': os.getenv('SHOP_KEY') == context['env']['SHOP_KEY'], \
                    'others': sorted(os.environ), 'length': len(os.environ['SHOP_KEY']), 'key': os.environ['SHOP_KEY'], 'absent': os.getenv('OTHER_KEY')}\n";
        let mut wanted = tool("keyed", code);
        wanted["config"]["environment_variables"] = json!(["SHOP_KEY"]);
        let refused = api.post("/api/v1/tools", wanted.clone()).expect(422);
        assert_eq!(refused["error"]["details"]["field"], "config.environment_variables.0", "{refused}");
        for name in ["SHOP_KEY", "OTHER_KEY"] {
            api.put(&format!("/api/v1/secrets/{name}"), json!({"value": format!("geheim-{name}")})).ok();
        }
        save(&api, wanted);
        let answer = call(&api, "keyed", json!({}));
        let data = &answer["data"];
        assert_eq!(
            (&data["same"], &data["others"], &data["length"]),
            (&json!(true), &json!(["SHOP_KEY"]), &json!(15)),
            "{answer}"
        );
        assert!(!answer.to_string().contains("geheim"), "{answer}");
        let id = answer["execution_id"].as_str().unwrap();
        eventually("it is recorded without the secret", 10, || {
            let row = api.get(&format!("/api/v1/executions/{id}"));
            (row.status == 200).then(|| assert!(!row.body.to_string().contains("geheim"), "{}", row.body))
        });
        let rehearsed = api.post("/api/v1/tools/keyed/call", json!({"dry_run": true})).expect(200);
        assert!(!rehearsed.to_string().contains("geheim"), "{rehearsed}");
    });
}

#[test]
fn nobody_waits_for_the_endless_loops_of_another_organization() {
    on_both(|database| {
        let mut server = Server::start(Options::new(BINARY, database).env("CALLWRIGHT_PYTHON_PLACES", "2"));
        let other = other_organization(&mut server);
        let api = server.api();
        let mut endless = tool("endless", "def execute_tool(parameters):\n    while True: pass\n");
        endless["config"]["timeout_ms"] = json!(1_500);
        save(&api, endless);
        save(&other, tool("quick", "def execute_tool(parameters):\n    return 'here'\n"));
        let calls: Vec<_> = (0..6)
            .map(|_| {
                let api = api.clone();
                thread::spawn(move || call(&api, "endless", json!({})))
            })
            .collect();
        thread::sleep(Duration::from_millis(500));
        for _ in 0..5 {
            assert_eq!(call(&other, "quick", json!({}))["data"], "here");
        }
        assert!(calls.iter().any(|call| !call.is_finished()), "the loops were over before the others were served");
        for call in calls {
            let answer = call.join().unwrap();
            assert!(answer["error"]["class"] == "timeout_error", "{answer}");
        }
    });
}

#[test]
fn a_write_that_was_under_way_when_the_server_died_is_unknown() {
    on_both(|database| {
        let upstream = Upstream::start();
        let mut server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let mut wanted = tool(
            "pay",
            "import requests\ndef execute_tool(parameters):\n    requests.post(parameters['url'], json={'amount': 5})\n    return 'paid'\n",
        );
        wanted["effect"] = json!("write");
        wanted["parameters"] = json!({"type": "object", "properties": {"url": {"type": "string"}}});
        wanted["config"]["network"] = json!("policy");
        save(&api, wanted);
        upstream.always(Answer::never());
        let arguments = json!({"arguments": {"url": upstream.url("/charges")}, "context": {"conversation_id": "c1"}});
        let (again, body) = (api.clone(), arguments.clone());
        let calling = thread::spawn(move || {
            again
                .attempt(
                    "POST",
                    "/api/v1/tools/pay/call",
                    &[("Idempotency-Key", "order-1")],
                    Some(body.to_string().into_bytes()),
                )
                .is_ok()
        });
        upstream.wait_for(1);
        server.kill9();
        let _ = calling.join();
        upstream.always(Answer::json(200, json!({})));
        server.restart();
        let rows = eventually("the dead server's write is settled", 20, || {
            let rows = api.get("/api/v1/executions?state=unknown").expect(200);
            (!rows["items"].as_array().unwrap().is_empty()).then_some(rows)
        });
        assert_eq!(rows["items"][0]["tool_name"], "pay", "{rows}");
        let answer = api.raw(
            "POST",
            "/api/v1/tools/pay/call",
            &[("Idempotency-Key", "order-1")],
            Some(arguments.to_string().into_bytes()),
        );
        assert_ne!(answer.body["success"], true, "{}", answer.body);
        assert_eq!(upstream.count(), 1, "nothing was charged twice");
    });
}

#[test]
fn the_kind_can_be_switched_off_for_the_server_and_for_an_organization() {
    on_both(|database| {
        let mut server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        save(&api, tool("one", "def execute_tool(parameters):\n    return 1\n"));
        let viewer = Person::invite(&api, "v@example.com", "viewer").api;
        viewer.post("/api/v1/tools/one/test", json!({})).expect(403);
        let operator = Person::invite(&api, "o@example.com", "operator").api;
        operator.post("/api/v1/tools/one/test", json!({})).expect(403);
        assert_eq!(call(&operator, "one", json!({}))["data"], 1);
        api.put("/api/v1/features", json!({"kind.python": 0})).ok();
        assert_ne!(api.post("/api/v1/tools/one/call", json!({})).body["success"], true);
        api.put("/api/v1/features", json!({"kind.python": null})).ok();
        server.set_env("CALLWRIGHT_PYTHON", "false");
        server.restart();
        let answer = call(&api, "one", json!({}));
        assert_eq!(answer["error"]["code"], "sandbox_unavailable", "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains("switched off"), "{answer}");
        let refused = api.post("/api/v1/tools", tool("two", "def f(): pass")).expect(503);
        assert_eq!(refused["error"]["code"], "sandbox_unavailable");
    });
}

#[test]
fn what_code_writes_past_the_runner_is_bounded() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        // The runner's own modules are there for whoever looks; what is written with them is checked outside.
        let code = "import sys, json\ndef execute_tool(how):\n    channel = sys.modules['_callwright.channel']\n    if how == 'frames':\n        \
                    told = {'kind': 'exception', 'type': 'T' * 5000, 'message': 'm' * 500000, 'frames': [[1, 'f']] * 50000}\n        channel.write('result', json.dumps(told).encode())\n    \
                    if how == 'junk':\n        channel.write('result', b'\\xff{\"kind\"')\n    if how == 'deep':\n        channel.write('result', b'{\"kind\":\"done\",\"result\":' + b'[' * 120 + b']' * 120 + b'}')\n    if how == 'held':\n        kept = []\n        import _eryx\n        for _ in range(60):\n            \
                    kind, handle = _eryx._eryx_tcp_connect('result', 0, 0)\n            kept.append([_eryx._eryx_tcp_write(handle, b'x' * 1000000, 0)[0] for _ in range(7)])\n        return 20 <= sum(1 for row in kept for one in row if one == 0) <= 33\n    return 1\n";
        let mut wanted = tool("past", code);
        wanted["parameters"] = json!({"type": "object", "properties": {"how": {"type": "string"}}});
        wanted["config"]["max_output_bytes"] = json!(8 << 20);
        let refused = api.post("/api/v1/tools", wanted.clone()).expect(422);
        assert!(refused.to_string().contains("_eryx"), "{refused}");
        wanted["config"]["code"] = json!(code.replace("import _eryx", "_eryx = sys.modules['_eryx']"));
        save(&api, wanted);
        let answer = api.post("/api/v1/tools/past/call", json!({"arguments": {"how": "frames"}})).expect(200);
        assert_eq!(answer["error"]["code"], "exception", "the first result counts");
        assert!(answer.to_string().len() < 20_000, "{} bytes", answer.to_string().len());
        assert_eq!(call(&api, "past", json!({"how": "junk"}))["error"]["code"], "sandbox_died");
        let deep = call(&api, "past", json!({"how": "deep"}));
        assert_eq!(deep["error"]["code"], "sandbox_died", "what could not be read back is no result: {deep}");
        assert_eq!(call(&api, "past", json!({"how": "held"}))["data"], true);
        assert_eq!(call(&api, "past", json!({"how": "fine"}))["data"], 1);
    });
}
