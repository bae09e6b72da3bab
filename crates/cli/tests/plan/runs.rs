//! Trying tools, the log, assistants and the socket.

use callwright_testkit::{Answer, Live, eventually, on_both};
use serde_json::{Value, json};

use crate::{LOG_FIELDS, TOOL_FIELDS, TOOLS, World, assert_fields, field, rows, text};

#[test]
fn a_person_tries_a_tool_and_the_log_tells_how_it_went() {
    on_both(|database| {
        let world = World::new(database);
        let (api, tool) = (world.api(), world.made());
        let path = format!("{TOOLS}/{}", text(&tool["id"]));
        let test = |body: Value| api.post(&format!("{path}/test"), body).expect(200);
        let upstream = &world.upstream;
        upstream.next(Answer::json(200, json!({"success": true, "message": "Found it", "data": {"hits": 2}})));
        let context = json!({"call_sid": "CA77", "phone_number": "+4930123"});
        let done = test(json!({"parameters": {"query": "opening hours"}, "context": context}));
        assert_eq!(
            (&done["success"], &done["status"], &done["message"]),
            (&json!(true), &json!("success"), &json!("Found it"))
        );
        assert_eq!(done["data"], json!({"hits": 2}));
        let request = upstream.take().remove(0);
        assert_eq!((request.method.as_str(), request.path()), ("POST", "/webhook"));
        assert_eq!(request.header("authorization"), Some("Bearer key-from-the-vault"));
        assert_eq!(request.headers.iter().filter(|(name, _)| name == "authorization").count(), 1);
        let body = json!({"call_sid": "CA77", "phone_number": "+4930123", "parameters": {"query": "opening hours"}});
        assert_eq!(request.json(), body);

        // What goes wrong has the plan's words; `unknown` is ours, for what may have happened.
        upstream.next(Answer::json(200, json!({"success": false, "message": "no such thing"})));
        let failed = test(json!({"parameters": {"query": "x"}}));
        assert_eq!(
            (&failed["success"], &failed["status"], &failed["message"]),
            (&json!(false), &json!("error"), &json!("no such thing"))
        );
        upstream.next(Answer::status(404));
        assert_eq!(test(json!({"parameters": {"query": "y"}}))["error"]["code"], "http_404");
        upstream.next(Answer::reset());
        assert_eq!(test(json!({"parameters": {"query": "z"}}))["status"], "unknown");
        assert_eq!(test(json!({"parameters": {}}))["error"]["class"], "validation_error");
        upstream.take();
        let dry = test(json!({"parameters": {"query": "q"}, "dry_run": true}));
        assert_eq!((&dry["success"], upstream.count()), (&json!(true), 0));
        assert!(
            dry["data"].to_string().contains("/webhook") && !dry.to_string().contains("key-from-the-vault"),
            "{dry}"
        );
        // The person who presses the button is the one who would be asked.
        api.put(&path, json!({"require_confirmation": true})).expect(200);
        assert_eq!(
            test(json!({"parameters": {"query": "q"}}))["status"],
            "error",
            "the default answer has no `success`"
        );
        let asked =
            api.post("/api/v1/tools/search_knowledge_base/call", json!({"arguments": {"query": "q"}})).expect(200);
        assert_eq!(asked["error"]["class"], "approval_required", "{asked}");

        let logs = format!("{path}/logs");
        let log = eventually("everything is written", 5, || {
            let log = rows(api.get(&logs).expect(200));
            (log.len() == 8).then_some(log)
        });
        log.iter().for_each(|row| assert_fields(row, &LOG_FIELDS));
        let first = log.last().unwrap();
        assert_eq!(first["execution_id"], done["execution_id"]);
        assert_eq!(
            (&first["status"], &first["call_id"], &first["trigger_context"]),
            (&json!("success"), &json!("CA77"), &json!("test"))
        );
        assert_eq!(first["input_parameters"], json!({"query": "opening hours"}));
        assert_eq!(first["output_result"], json!({"message": "Found it", "data": {"hits": 2}}));
        assert_eq!(
            (&first["retry_count"], &first["assistant_id"], &first["error_code"]),
            (&json!(0), &Value::Null, &Value::Null)
        );
        assert!(first["completed_at"].is_string() && first["duration_ms"].is_u64() && first["user_id"].is_string());
        assert_eq!((&log[5]["status"], &log[5]["error_code"]), (&json!("error"), &json!("http_404")));
        let pages = api.get(&format!("{logs}?limit=5"));
        let rest = rows(api.get(&pages.next_page().expect("a second page")).expect(200));
        assert_eq!((rows(pages.body).len(), rest.len()), (5, 3));
        let counted = eventually("it is counted, but for the rehearsal and for what waits", 5, || {
            let tool = api.get(&path).expect(200);
            (tool["execution_count"] == 6).then_some(tool)
        });
        assert!(counted["last_executed_at"].is_string());
    });
}

#[test]
fn an_assistant_has_tools_in_its_own_order_and_way() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let (one, two) = (world.get("one", "POST"), world.get("two", "GET"));
        let agent = text(&api.post("/api/v1/agents", json!({"name": "Reception"})).expect(201)["id"]);
        let tools = format!("/api/assistants/{agent}/tools");
        let path = |tool: &Value, verb: &str| format!("{tools}/{}/{verb}", text(&tool["id"]));

        let assigned = api.send("POST", &path(&one, "assign"), None).expect(201);
        assert_fields(
            &assigned,
            &[
                "assistant_id",
                "tool_id",
                "enabled",
                "custom_configuration",
                "execution_order",
                "created_at",
                "updated_at",
                "tool",
            ],
        );
        assert_eq!((&assigned["assistant_id"], &assigned["tool_id"]), (&json!(agent), &one["id"]));
        assert_eq!(
            (&assigned["enabled"], &assigned["custom_configuration"], &assigned["execution_order"]),
            (&json!(true), &json!({}), &json!(0))
        );
        assert_fields(&assigned["tool"], &TOOL_FIELDS);
        api.send("POST", &path(&one, "assign"), None).expect(200);
        let custom = json!({"timeout": 5, "headers": {"X-Lang": "de"}, "url": world.upstream.url("/german")});
        let body = json!({"custom_configuration": custom, "execution_order": -1});
        assert_eq!(api.post(&path(&two, "assign"), body).expect(201)["custom_configuration"], custom);
        let order: Vec<String> =
            rows(api.get(&tools).expect(200)).iter().map(|row| text(&row["tool"]["name"])).collect();
        assert_eq!(order, ["two", "one"]);
        assert_eq!(api.get(&format!("{TOOLS}/one")).expect(200)["assistant_count"], 1);

        // The override counts through the assistant only, and configuring leaves what it does not name.
        let call = |tool: &str, body: Value| api.post(&format!("/api/v1/tools/{tool}/call"), body).expect(200);
        call("two", json!({"agent": "Reception", "context": {"call_sid": "CA1"}}));
        call("two", json!({}));
        let sent = world.upstream.take();
        assert_eq!((sent[0].path(), sent[0].header("x-lang")), ("/german", Some("de")));
        assert_eq!((sent[1].path(), sent[1].header("x-lang")), ("/", None));
        let off = api.put(&path(&two, "configure"), json!({"enabled": false})).expect(200);
        assert_eq!(
            (&off["enabled"], &off["custom_configuration"], &off["execution_order"]),
            (&json!(false), &custom, &json!(-1))
        );
        assert_eq!(
            call("two", json!({"agent": "Reception", "context": {"call_sid": "CA1"}}))["error"]["code"],
            "not_assigned"
        );
        let bad = api.put(&path(&two, "configure"), json!({"custom_configuration": {"colour": 1}}));
        assert_eq!(field(&bad), (422, "custom_configuration.colour".to_owned()));

        // By assistant and by call.
        for list in [format!("/api/assistants/{agent}/tool-executions"), "/api/calls/CA1/tool-executions".to_owned()] {
            let found = eventually("both are written", 5, || {
                let found = rows(api.get(&list).expect(200));
                (found.len() == 2).then_some(found)
            });
            found.iter().for_each(|row| assert_fields(row, &LOG_FIELDS));
            assert_eq!((&found[1]["assistant_id"], &found[1]["status"]), (&json!(agent), &json!("success")));
            assert_eq!((&found[1]["trigger_context"], &found[1]["call_id"]), (&json!("call"), &json!("CA1")));
            let page = api.get(&format!("{list}?limit=1"));
            assert_eq!(rows(api.get(&page.next_page().unwrap()).expect(200))[0], found[1]);
        }
        assert_eq!(rows(api.get("/api/calls/CA-none/tool-executions").expect(200)), Vec::<Value>::new());

        api.delete(&path(&two, "unassign")).expect(204);
        assert_eq!(api.delete(&path(&two, "unassign")).status, 404);
        assert_eq!(api.put(&path(&two, "configure"), json!({})).status, 404);
        assert_eq!(rows(api.get(&tools).expect(200)).len(), 1);
        assert_eq!(api.get("/api/assistants/asst_nobody/tools").status, 404);
    });
}

#[test]
fn the_plans_socket_gives_a_row_for_each_step_of_an_execution() {
    on_both(|database| {
        let world = World::new(database);
        let tool = world.get("write", "POST");
        let mut page = Live::open(&world.api(), "/ws/tool-executions");
        let body = json!({"context": {"call_sid": "CA5"}, "channel": "call"});
        let answer = world.api().post("/api/v1/tools/write/call", body).expect(200);
        let begun = page.read().expect("a frame");
        assert_fields(&begun, &LOG_FIELDS);
        assert_eq!((&begun["status"], &begun["completed_at"]), (&json!("pending"), &Value::Null));
        let ended = page.until(|row| row["status"] != "pending");
        assert_fields(&ended, &LOG_FIELDS);
        assert_eq!((&ended["execution_id"], &ended["tool_id"]), (&answer["execution_id"], &tool["id"]));
        assert_eq!((&ended["status"], &ended["call_id"]), (&json!("success"), &json!("CA5")));
    });
}
