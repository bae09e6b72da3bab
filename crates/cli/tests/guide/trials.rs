//! Trying tools out.

use callwright_testkit::{Answer, on_both};
use serde_json::json;

use crate::{KEY, TOOLS, World, ok, refused, text};

#[test]
fn a_trial_says_what_came_of_it() {
    on_both(|database| {
        let world = World::new(database);
        let (api, upstream) = (world.api(), &world.upstream);
        ok(api.post(&format!("{TOOLS}/create"), world.slack()));
        let path = format!("{TOOLS}/slack_notification/test");
        upstream.next(Answer::json(200, json!({"posted": true})));
        let context = json!({"test_mode": true, "user_notes": "Only a trial"});
        let parameters =
            json!({"channel": "#general", "message": "Hello", "priority": "medium", "include_timestamp": true});
        let done = ok(api.post(&path, json!({"parameters": parameters, "context": context})));
        assert_eq!(done["result"], json!({"posted": true}));
        assert!(done["execution_time_ms"].as_f64().unwrap() > 0.0 && done["logs"] == json!([]));
        assert!(text(&done["execution_id"]).starts_with("exec_"));
        let request = upstream.take().remove(0);
        assert_eq!((request.method.as_str(), request.path(), request.json()), ("POST", "/services/hook", parameters));

        // A sentence or a text is a result too.
        upstream.next(Answer::text(200, "ok"));
        assert_eq!(ok(api.post(&path, json!({"parameters": {"channel": "c", "message": "m"}})))["result"], "ok");
        upstream.take();
        // What goes wrong is 400 with the reason, and nothing is sent for arguments that do not fit.
        let failed = api.post(&path, json!({"parameters": {"channel": "c"}})).expect(400);
        assert_eq!((&failed["response"], upstream.count()), (&json!("400"), 0));
        assert!(text(&failed["error"]).contains("message"), "{failed}");
        upstream.next(Answer::json(500, json!({"why": "broken"})));
        let failed = api.post(&path, json!({"parameters": {"channel": "c", "message": "m"}})).expect(400);
        assert_eq!(failed["error_details"]["code"], "http_500", "{failed}");
        assert!(failed["execution_time_ms"].is_f64() && failed.get("result").is_none());
        refused(api.post(&format!("{TOOLS}/none/test"), json!({"parameters": {}})), 404);
        // The person who presses the button is the one who would be asked; an approval is somebody else's.
        ok(api.put(&format!("{TOOLS}/slack_notification"), json!({"policy": {"confirm": true}})));
        ok(api.post(&path, json!({"parameters": {"channel": "c", "message": "m"}})));
        ok(api.put(&format!("{TOOLS}/slack_notification"), json!({"policy": {"approval": true}})));
        let waiting = api.post(&path, json!({"parameters": {"channel": "c", "message": "m"}})).expect(202);
        assert_eq!(waiting["response"], "202");
        assert!(text(&waiting["ticket"]).starts_with("tick_"), "{waiting}");
    });
}

#[test]
fn a_webhook_that_calls_back_is_waited_for() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let mut tool = world.slack();
        tool["implementation"]["callback_required"] = json!(true);
        ok(api.post(&format!("{TOOLS}/create"), tool));
        let shown = ok(api.get(&format!("{TOOLS}/slack_notification")));
        assert_eq!(shown["tool"]["implementation"]["callback_required"], true);
        let parameters = json!({"channel": "c", "message": "m"});
        let path = format!("{TOOLS}/slack_notification/test");
        let waiting = api.post(&path, json!({"parameters": parameters})).expect(202);
        let address = world.upstream.take()[0].header("x-callback-url").unwrap().to_owned();
        let local = address.split_once("/callbacks/").unwrap().1;
        let anyone = world.server.api().anonymous();
        anyone.post(&format!("/callbacks/{local}"), json!({"delivered": 3})).ok();
        let execution = text(&waiting["execution_id"]);
        let row = callwright_testkit::eventually("the callback is recorded", 5, || {
            let row = world.server.api().get(&format!("/api/v1/executions/{execution}")).expect(200);
            (row["state"] == "done").then_some(row)
        });
        assert_eq!(row["output"]["data"], json!({"delivered": 3}));
    });
}

#[test]
fn a_key_in_an_answer_is_hidden() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        ok(api.post(&format!("{TOOLS}/create"), world.weather()));
        world.upstream.next(Answer::json(200, json!({"echo": format!("appid={KEY}")})));
        let path = format!("{TOOLS}/weather_lookup/test");
        let done = ok(api.post(&path, json!({"parameters": {"location": "Oslo"}})));
        assert!(!done.to_string().contains(KEY), "{done}");
    });
}
