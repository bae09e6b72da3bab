//! What is said on the wire, in both revisions.

use callwright_testkit::{Database, Person, on_both};
use serde_json::{Value, json};

use super::{ACCEPT, JSON, STATELESS, Session, World, messages_of, names, text};

#[test]
fn tools_are_listed_and_called_in_both_revisions() {
    on_both(|database| {
        let world = World::new(database);
        let session = Session::begin(&world.api, "/mcp", json!({}));
        assert_eq!(session.begun["protocolVersion"], "2025-11-25");
        assert_eq!(session.begun["capabilities"]["tools"]["listChanged"], true);
        let mut old = session.ask("tools/list", json!({}))["result"].clone();
        for tool in old["tools"].as_array_mut().unwrap() {
            let own = tool["name"] == "confirm_action";
            let support = tool.as_object_mut().unwrap().remove("execution").unwrap()["taskSupport"].clone();
            assert_eq!(support, if own { "forbidden" } else { "optional" });
        }
        let new = world.stateless("/mcp");
        let listed = new.result("tools/list", json!({}));
        assert_eq!(old["tools"], listed["tools"], "both see the same");
        assert_eq!(listed["resultType"], "complete");
        assert!(old.get("resultType").is_none(), "{old}");
        assert_eq!(names(&listed), ["broken", "get_weather", "hire", "pay", "refund", "confirm_action"]);
        let weather = &listed["tools"][1];
        assert_eq!((&weather["title"], &weather["annotations"]["readOnlyHint"]), (&json!("Weather"), &json!(true)));
        assert!(
            weather["inputSchema"].get("$schema").is_none() && weather["outputSchema"]["type"] == "object",
            "{weather}"
        );
        for result in
            [session.call("get_weather", json!({"city": "Paris"})), new.call("get_weather", json!({"city": "Paris"}))]
        {
            assert_eq!(result["structuredContent"], json!({"city": "Paris", "degrees": 21}));
            assert_eq!(text(&result), r#"{"city":"Paris","degrees":21}"#);
            assert_eq!(result["isError"], false);
            assert!(result["_meta"]["callwright/execution_id"].as_str().unwrap().starts_with("exec_"));
        }
    });
}

#[test]
fn an_agents_endpoint_has_its_tools_as_the_agent_has_them() {
    let world = World::new(Database::Sqlite);
    let desk = world.stateless("/mcp/agents/Desk");
    let discovered = desk.result("server/discover", json!({}));
    assert_eq!(discovered["instructions"], "The tools of the agent Desk: Knows the weather.");
    let listed = desk.result("tools/list", json!({}));
    assert_eq!(names(&listed), ["get_weather"]);
    let tool = &listed["tools"][0];
    assert_eq!(tool["description"], "Weather for guests.");
    assert!(tool["inputSchema"]["properties"].get("units").is_none(), "a bound parameter is not shown: {tool}");
    world.upstream.take();
    desk.call("get_weather", json!({"city": "Rome"}));
    assert_eq!(world.upstream.take()[0].target, "/weather?city=Rome&units=f");
    let sent = desk.call("get_weather", json!({"city": "Rome", "units": "c"}));
    assert!(sent["isError"] == true && text(&sent).contains("filled in by the server"), "{sent}");
    let error = desk.ask("tools/call", json!({"name": "pay", "arguments": {"amount": 1}})).expect(200);
    assert_eq!(error["error"]["code"], -32602, "a tool that the agent does not have is not there: {error}");
    assert_eq!(world.stateless("/mcp/agents/Nobody").ask("tools/list", json!({})).status, 404);
}

#[test]
fn what_goes_wrong_is_told_as_the_protocol_wants_it() {
    let world = World::new(Database::Sqlite);
    let session = Session::begin(&world.api, "/mcp", json!({}));
    let new = world.stateless("/mcp");
    let unknown = json!({"name": "nope", "arguments": {}});
    for error in [session.ask("tools/call", unknown.clone()), new.ask("tools/call", unknown).expect(200)] {
        assert_eq!(
            (&error["error"]["code"], &error["error"]["message"]),
            (&json!(-32602), &json!("Unknown tool: nope"))
        );
    }
    for result in [session.call("get_weather", json!({"town": 1})), new.call("get_weather", json!({"town": 1}))] {
        assert_eq!(result["isError"], true);
        assert!(text(&result).starts_with("Error: the arguments do not fit"), "{result}");
        assert!(result.get("structuredContent").is_none());
    }
    let broken = new.call("broken", json!({}));
    assert!(
        broken["isError"] == true && text(&broken).starts_with("Error: "),
        "the text says that it failed: {broken}"
    );
    // What the protocol itself refuses.
    let body = |version: &str| {
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get_weather", "arguments": {"city": "x"},
            "_meta": {"io.modelcontextprotocol/protocolVersion": version, "io.modelcontextprotocol/clientCapabilities": {}}}})
        .to_string()
        .into_bytes()
    };
    let send = |version: &str, headers: &[(&str, &str)]| {
        let all = [&[ACCEPT, JSON][..], headers].concat();
        world.api.raw("POST", "/mcp", &all, Some(body(version)))
    };
    let good = [("mcp-protocol-version", STATELESS), ("mcp-method", "tools/call"), ("mcp-name", "get_weather")];
    assert_eq!(send(STATELESS, &good).status, 200);
    let wrong = [("mcp-protocol-version", STATELESS), ("mcp-method", "tools/call"), ("mcp-name", "pay")];
    assert_eq!(send(STATELESS, &wrong).expect(400)["error"]["code"], -32020);
    let other = [("mcp-protocol-version", "2099-01-01"), ("mcp-method", "tools/call"), ("mcp-name", "get_weather")];
    assert_eq!(send("2099-01-01", &other).expect(400)["error"]["code"], -32022);
    assert_eq!(new.ask("no/such", json!({})).status, 404);
    assert_eq!(world.api.raw("POST", "/mcp", &[ACCEPT, JSON], Some(b"[]".to_vec())).status / 100, 4);
}

#[test]
fn a_call_with_a_key_acts_once() {
    on_both(|database| {
        let world = World::new(database);
        let new = world.stateless("/mcp");
        world.upstream.take();
        let call = |amount: i64| {
            new.result("tools/call", json!({"name": "pay", "arguments": {"amount": amount}, "_meta": {"callwright/idempotency_key": "order-7"}}))
        };
        let (first, second) = (call(3), call(3));
        assert_eq!(world.upstream.count(), 1);
        assert_eq!(second["_meta"]["callwright/duplicate"], true);
        assert_eq!(first["_meta"]["callwright/execution_id"], second["_meta"]["callwright/execution_id"]);
        assert!(call(4)["isError"] == true, "the key was for another amount");
        let bad = new.ask(
            "tools/call",
            json!({"name": "pay", "arguments": {"amount": 1}, "_meta": {"callwright/idempotency_key": "two words"}}),
        );
        assert_eq!(bad.expect(200)["error"]["code"], -32602);
    });
}

#[test]
fn a_key_counts_also_where_the_message_is_an_unusual_one() {
    let world = World::new(Database::Sqlite);
    world.upstream.take();
    let session = Session::begin(&world.api, "/mcp", json!({}));
    // Two headers where others send one: such a call goes by the protocol's own half.
    let version = [("mcp-protocol-version", STATELESS); 2];
    let stateless = [version[0], version[1], ("mcp-method", "tools/call"), ("mcp-name", "pay")];
    let version = [("mcp-protocol-version", "2025-11-25"); 2];
    let of_session = [version[0], version[1], ("mcp-session-id", session.id.as_str())];
    let own = json!({"io.modelcontextprotocol/protocolVersion": STATELESS,
        "io.modelcontextprotocol/clientCapabilities": {}, "callwright/idempotency_key": "order-8"});
    let plain = json!({"callwright/idempotency_key": "order-9"});
    for (headers, meta) in [(&stateless[..], own), (&of_session[..], plain)] {
        let body = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call",
            "params": {"name": "pay", "arguments": {"amount": 3}, "_meta": meta}});
        let headers = [&[ACCEPT, JSON], headers].concat();
        let call = || {
            let reply = world.api.raw("POST", "/mcp", &headers, Some(body.to_string().into_bytes()));
            super::answer_of(&reply)["result"].clone()
        };
        let (first, second) = (call(), call());
        assert_eq!(world.upstream.take().len(), 1, "{second}");
        assert_eq!(second["_meta"]["callwright/duplicate"], true, "{second}");
        assert_eq!(first["_meta"]["callwright/execution_id"], second["_meta"]["callwright/execution_id"]);
    }
}

#[test]
fn a_yes_that_cannot_be_carried_out_yet_is_no_error_and_is_carried_out_once() {
    on_both(|database| {
        let mut world = World::new(database);
        world.server.refuse("UPDATE ON ticket", "NEW.state = 'used'");
        let mut new = world.stateless("/mcp");
        new.can = json!({"elicitation": {}});
        world.upstream.take();
        let asked = new.call("refund", json!({"amount": 6}));
        let yes = || {
            let given = json!({"confirm": {"action": "accept", "content": {"confirmed": true}}});
            let params = json!({"name": "refund", "arguments": {"amount": 6}, "inputResponses": given,
                "requestState": asked["requestState"]});
            new.result("tools/call", params)
        };
        for _ in 0..2 {
            let told = yes();
            assert_eq!((&told["isError"], world.upstream.count()), (&json!(false), 0), "{told}");
            assert!(text(&told).starts_with("Pending: this was agreed to"), "{told}");
        }
        world.server.accept();
        world.upstream.wait_for(1);
        let done = callwright_testkit::eventually("its end", 10, || {
            Some(yes()).filter(|told| told["structuredContent"] == json!({"paid": true}))
        });
        assert_eq!((&done["isError"], world.upstream.count()), (&json!(false), 1), "{done}");
    });
}

#[test]
fn a_person_confirms_by_a_form_where_the_client_has_one() {
    on_both(|database| {
        let world = World::new(database);
        let mut new = world.stateless("/mcp");
        world.upstream.take();
        // A client without forms is told how its model goes on.
        let told = new.call("refund", json!({"amount": 5}));
        assert!(
            text(&told).starts_with("Pending: ") && text(&told).contains("confirm_action") && told["isError"] == false,
            "{told}"
        );
        let ticket = told["_meta"]["callwright/pending"]["ticket"].clone();
        let done = new.call("confirm_action", json!({"ticket": ticket, "confirmed": true}));
        assert_eq!((world.upstream.take().len(), &done["isError"]), (1, &json!(false)), "{done}");
        // One with forms is asked, and calls again.
        new.can = json!({"elicitation": {}});
        assert!(!names(&new.result("tools/list", json!({}))).contains(&"confirm_action".to_owned()));
        let asked = new.call("refund", json!({"amount": 6}));
        assert_eq!(asked["resultType"], "input_required");
        let form = &asked["inputRequests"]["confirm"];
        assert_eq!(
            (&form["method"], &form["params"]["message"]),
            (&json!("elicitation/create"), &json!("Pay 6 back?"))
        );
        let again = |content: Value, state: &Value| {
            let given = json!({"confirm": {"action": "accept", "content": content}});
            new.ask(
                "tools/call",
                json!({"name": "refund", "arguments": {"amount": 6}, "inputResponses": given, "requestState": state}),
            )
        };
        let forged = json!(format!("{}x", asked["requestState"].as_str().unwrap()));
        assert_eq!(again(json!({"confirmed": true}), &forged).expect(200)["error"]["code"], -32602);
        assert_eq!(world.upstream.take().len(), 0);
        let done = again(json!({"confirmed": true}), &asked["requestState"]).expect(200)["result"].clone();
        assert_eq!((world.upstream.take().len(), &done["isError"]), (1, &json!(false)), "{done}");
        let refused = again(json!({"confirmed": true}), &asked["requestState"]).expect(200);
        assert_eq!(world.upstream.take().len(), 0, "a ticket is used once: {refused}");
        // Who says no is believed.
        let asked = new.call("refund", json!({"amount": 6}));
        let no = again(json!({"confirmed": false}), &asked["requestState"]).expect(200)["result"].clone();
        assert_eq!((world.upstream.take().len(), &no["isError"]), (0, &json!(true)), "{no}");
    });
}

#[test]
fn an_approval_is_waited_for_a_while_and_then_told_as_pending() {
    let world = World::new(Database::Sqlite);
    let new = world.stateless("/mcp");
    let wait = |ms: u64| {
        new.result("tools/call", json!({"name": "hire", "arguments": {}, "_meta": {"callwright/wait_ms": ms}}))
    };
    let told = wait(0);
    assert!(text(&told).contains("an operator has to approve") && text(&told).contains("exec_"), "{told}");
    // Whoever asked may not approve, so somebody else does.
    let (api, upstream) = (Person::invite(&world.api, "boss@example.org", "admin").api, &world.upstream);
    upstream.take();
    let open = || api.get("/api/v1/approvals?state=open").expect(200)["items"].as_array().unwrap().clone();
    let before = open().len();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let ticket = callwright_testkit::eventually("a second ticket", 10, || {
                let tickets = open();
                (tickets.len() > before).then(|| tickets[0]["id"].as_str().unwrap().to_owned())
            });
            api.post(&format!("/api/v1/approvals/{ticket}/approve"), json!({})).ok();
        });
        let done = wait(10_000);
        assert_eq!((&done["isError"], upstream.count()), (&json!(false), 1), "{done}");
        assert!(text(&done).contains("paid"), "{done}");
    });
}

#[test]
fn context_is_what_the_client_says_and_never_more() {
    let world = World::new(Database::Sqlite);
    let echo = json!({"name": "echo", "kind": "http", "effect": "read", "config": {"method": "GET",
        "url": world.upstream.url("/echo?c={{ context.client.who | default('') }}&v={{ context.verified.who | default('') }}")}});
    world.api.post("/api/v1/tools", echo).expect(201);
    let token = json!({"name": "vouches", "scopes": ["mcp", "context:trust"]});
    let token = world.api.post("/api/v1/tokens", token).expect(201)["token"].as_str().unwrap().to_owned();
    let mut new = world.stateless("/mcp");
    new.api = world.api.with_token(token);
    world.upstream.take();
    new.result("tools/call", json!({"name": "echo", "arguments": {}, "_meta": {"callwright/context": {"who": "me"}}}));
    assert_eq!(world.upstream.take()[0].target, "/echo?c=me&v=");
    let log = world.api.get("/api/v1/executions?limit=1").expect(200);
    assert_eq!(log["items"][0]["channel"], "mcp", "{log}");
}

#[test]
fn python_tools_give_blocks_lines_progress_and_resources() {
    let world = World::new(Database::Sqlite);
    let code = "import logging\n\ndef execute_tool():\n    print('reading')\n    logging.warning('careful')\n    print('::progress 1/2 half')\n    \
        return {'$content': [{'type': 'text', 'text': 'hi'}, {'type': 'resource', 'resource': {'uri': 'note://1', 'text': 'kept', 'mimeType': 'text/plain'}}], 'data': {'n': 1}}\n";
    world
        .api
        .post("/api/v1/tools", json!({"name": "rich", "kind": "python", "effect": "read", "config": {"code": code}}))
        .expect(201);
    let session = Session::begin(&world.api, "/mcp", json!({}));
    let call = json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "rich", "_meta": {"progressToken": "p"}}});
    let messages = messages_of(&session.send(&call));
    let told: Vec<&Value> = messages.iter().filter(|message| message["method"] == "notifications/message").collect();
    assert_eq!((&told[0]["params"]["level"], &told[0]["params"]["data"]), (&json!("info"), &json!("reading")));
    assert_eq!((&told[1]["params"]["level"], &told[1]["params"]["data"]), (&json!("warning"), &json!("careful")));
    let progress = messages.iter().find(|message| message["method"] == "notifications/progress").unwrap();
    assert_eq!(progress["params"], json!({"progressToken": "p", "progress": 1, "total": 2, "message": "half"}));
    let result = &messages.last().unwrap()["result"];
    assert_eq!(result["structuredContent"], json!({"n": 1}));
    assert_eq!(result["content"][2]["resource"], json!({"uri": "note://1", "mimeType": "text/plain", "text": "kept"}));
    let read = callwright_testkit::eventually("the resource", 10, || {
        let answer = session.ask("resources/read", json!({"uri": "note://1"}));
        answer.get("result").cloned()
    });
    assert_eq!(read["contents"][0]["text"], "kept");
    let listed = session.ask("resources/list", json!({}))["result"].clone();
    assert_eq!(listed["resources"][0]["uri"], "note://1");
    let missing = session.ask("resources/read", json!({"uri": "note://2"}));
    assert_eq!((&missing["error"]["code"], &missing["error"]["data"]["uri"]), (&json!(-32002), &json!("note://2")));
    let quiet = session.ask("logging/setLevel", json!({"level": "error"}));
    assert!(quiet["error"].is_null(), "{quiet}");
    let messages = messages_of(&session.send(&call));
    assert!(messages.iter().all(|message| message["method"] != "notifications/message"), "{messages:?}");
}

#[test]
fn agent_templates_are_prompts() {
    let world = World::new(Database::Sqlite);
    let new = world.stateless("/mcp");
    let listed = new.result("prompts/list", json!({}));
    let names: Vec<&str> =
        listed["prompts"].as_array().unwrap().iter().map(|prompt| prompt["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"researcher") && names.len() >= 16, "{names:?}");
    let prompt = new.result("prompts/get", json!({"name": "researcher", "arguments": {"task": "Find the sources."}}));
    assert_eq!(prompt["messages"][1]["content"]["text"], "Find the sources.");
    let error = new.ask("prompts/get", json!({"name": "nobody"})).expect(200);
    assert_eq!(error["error"]["code"], -32602);
    let desk = world.stateless("/mcp/agents/Desk").result("prompts/list", json!({}));
    assert_eq!(desk["prompts"][0]["name"], "instructions");
}

#[test]
fn an_endpoint_may_offer_its_tools_by_search() {
    let world = World::new(Database::Sqlite);
    let new = world.stateless("/mcp?offer=search");
    assert_eq!(
        names(&new.result("tools/list", json!({}))),
        ["search_tools", "describe_tool", "call_tool", "confirm_action"]
    );
    let found = new.call("search_tools", json!({"query": "how is the weather"}));
    assert!(text(&found).contains("get_weather"), "{found}");
    let called = new.call("call_tool", json!({"name": "get_weather", "arguments": {"city": "Paris"}}));
    assert_eq!(called["structuredContent"], json!({"city": "Paris", "degrees": 21}));
    let wrong = new.call("call_tool", json!({"name": "get_wether", "arguments": {}}));
    assert!(wrong["isError"] == true && text(&wrong).contains("get_weather"), "{wrong}");
    let error = world.stateless("/mcp").ask("tools/call", json!({"name": "search_tools", "arguments": {}})).expect(200);
    assert_eq!(error["error"]["code"], -32602, "where it is not offered it is not there: {error}");
}
