//! What is refused when a tool is saved, and what the guide's words become.

use callwright_testkit::{Database, on_both};
use serde_json::json;

use super::World;

#[test]
fn slips_are_refused_with_their_field() {
    let world = World::new(Database::Sqlite);
    let twilio =
        json!({"type": "twilio", "account_sid": "${TWILIO_ACCOUNT_SID}", "auth_token": "${TWILIO_AUTH_TOKEN}"});
    let with = |field: &str, value: serde_json::Value| {
        let mut driver = twilio.clone();
        driver[field] = value;
        json!({"action": "end_call", "driver": driver})
    };
    let number = |number: &str| json!({"action": "transfer_to_number", "rules": [{"phone_number": "+61411234567"}, {"phone_number": number}]});
    for (config, field) in [
        (number("0411 234 567"), "config.rules.1.phone_number"),
        (number("+61 411 234 567"), "config.rules.1.phone_number"),
        (number("reception"), "config.rules.1.phone_number"),
        (number("sip:nobody"), "config.rules.1.phone_number"),
        (json!({"action": "transfer_to_number", "rules": []}), "config.rules"),
        (json!({"action": "language_detection", "detection_threshold": 1.5}), "config.detection_threshold"),
        (
            json!({"action": "language_detection", "supported_languages": ["en", "not a code"]}),
            "config.supported_languages.1",
        ),
        (json!({"action": "skip_turn", "max_skips": 0}), "config.max_skips"),
        (json!({"action": "skip_turn", "trigger_silence_duration": -1}), "config.trigger_silence_duration"),
        (json!({"action": "play_dtmf", "pause_ms": 60_000}), "config.pause_ms"),
        (json!({"action": "end_call", "message": "x".repeat(2_001)}), "config.message"),
        (json!({"action": "end_call", "trigger_phrases": vec!["x"; 51]}), "config.trigger_phrases"),
        (json!({"action": "end_call", "webhook": {"url": "ftp://x"}}), "config.webhook.url"),
        (json!({"action": "end_call", "mesage": "x"}), "config.mesage"),
        (json!({"action": "sing"}), "config"),
        (with("auth_token", json!("written out")), "config.driver.auth_token"),
        (with("account_sid", json!("AC1/../x")), "config.driver.account_sid"),
        (with("base_url", json!("ftp://x")), "config.driver.base_url"),
        (with("from", json!("0411")), "config.driver.from"),
        (with("type", json!("carrier")), "config"),
        (with("base_url", json!("https://api.twilio.com")), "config.driver"),
        (json!({"action": "skip_turn", "driver": twilio}), "config.driver"),
    ] {
        let reply = world.api.post("/api/v1/tools", json!({"name": "t", "kind": "system", "config": config}));
        let refused = reply.body["error"]["details"]["field"].as_str();
        assert_eq!((reply.status, refused), (422, Some(field)), "{config} {reply:?}");
    }
    for (rest, field) in [(json!({"effect": "read"}), "effect"), (json!({"result": {"map": "a"}}), "result")] {
        let mut tool = json!({"name": "t", "kind": "system", "config": {"action": "end_call"}});
        for (key, value) in rest.as_object().unwrap() {
            tool[key] = value.clone();
        }
        let reply = world.api.post("/api/v1/tools", tool);
        assert_eq!((reply.status, reply.body["error"]["details"]["field"].as_str()), (422, Some(field)), "{reply:?}");
    }
}

#[test]
fn the_guides_options_are_taken_as_it_writes_them() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Booking", json!([]), &[]);
        let whole = json!({"tool_type": "transfer_to_number", "enabled": false, "confirmation_required": true,
            "trigger_phrases": ["a human"], "transfer_mode": "warm", "play_hold_music": true,
            "rules": [{"phone_number": "+61411234567", "condition": "urgent"}, {"phone_number": "+61411234568", "transfer_mode": "cold"}]});
        world.tool("person", whole, json!({}));
        let saved = world.api.get("/api/v1/tools/person").expect(200);
        assert_eq!((&saved["active"], &saved["policy"]["confirm"]), (&json!(false), &json!(true)), "{saved}");
        assert_eq!(saved["config"]["rules"][0]["transfer_mode"], "warm");
        assert_eq!(
            (&saved["config"]["rules"][1]["transfer_mode"], &saved["config"]["rules"][1]["play_hold_music"]),
            (&json!("cold"), &json!(true))
        );
        assert_eq!(saved["config"].get("enabled"), None);
        world.agent("Desk", json!([]), &["person"]);
        let none = world.api.get("/api/v1/tools/definitions?agent=Desk").expect(200);
        assert_eq!(none["tools"], json!([]), "what is switched off is hidden");

        // What a model may say follows from the configuration, also after a change.
        let patch = json!({"name": "person", "kind": "system", "parameters": saved["parameters"],
            "config": {"action": "transfer_to_number", "rules": [{"phone_number": "+61411234569"}, {"phone_number": "+61411234567", "condition": "urgent"}]}});
        world.api.put("/api/v1/tools/person", patch.clone()).expect(200);
        let definitions = world.api.get("/api/v1/tools/definitions?agent=Desk").expect(200);
        let number = &definitions["tools"][0]["function"]["parameters"]["properties"]["phone_number"];
        assert_eq!(number["enum"], json!(["+61411234569", "+61411234567"]));
        assert!(number["description"].as_str().unwrap().contains("+61411234567: urgent"));
        let same = world.api.put("/api/v1/tools/person", patch).expect(200);
        assert_eq!(same["action"], "unchanged", "{same}");
        // An assignment's rules are its model's choice.
        let other = json!({"overrides": {"config": {"rules": [{"phone_number": "+61411234500"}]}}});
        world.api.put("/api/v1/agents/Desk/tools/person", other).ok();
        let definitions = world.api.get("/api/v1/tools/definitions?agent=Desk").expect(200);
        let number = &definitions["tools"][0]["function"]["parameters"]["properties"]["phone_number"];
        assert_eq!(number["enum"], json!(["+61411234500"]));
    });
}
