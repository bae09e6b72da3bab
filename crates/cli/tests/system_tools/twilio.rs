//! The driver for Twilio, against a server that keeps to the recorded contract and, where it is installed, the vendor
//! emulator.

use std::{
    collections::BTreeMap,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use callwright_testkit::{Answer, Api, Recorded, eventually, on_both};
use serde_json::{Value, json};

use super::{CALL, World, call, is, run, text};

const ACCOUNT: &str = "AC00000000000000000000000000000000";
const TOKEN: &str = "twilio_test_auth_token";

fn secrets(api: &Api) {
    api.put("/api/v1/secrets/TWILIO_ACCOUNT_SID", json!({"value": ACCOUNT})).ok();
    api.put("/api/v1/secrets/TWILIO_AUTH_TOKEN", json!({"value": TOKEN})).ok();
}

fn driver(base: &str, rest: Value) -> Value {
    let mut driver = json!({"type": "twilio", "account_sid": "${TWILIO_ACCOUNT_SID}", "auth_token": "${TWILIO_AUTH_TOKEN}", "base_url": base});
    for (key, value) in rest.as_object().unwrap() {
        driver[key] = value.clone();
    }
    driver
}

/// The fields of a form.
fn form(request: &Recorded) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        let (bytes, mut out, mut at) = (text.replace('+', " ").into_bytes(), Vec::new(), 0);
        while at < bytes.len() {
            if bytes[at] == b'%' {
                out.push(u8::from_str_radix(std::str::from_utf8(&bytes[at + 1..at + 3]).unwrap(), 16).unwrap());
                at += 3;
            } else {
                out.push(bytes[at]);
                at += 1;
            }
        }
        String::from_utf8(out).unwrap()
    };
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    request
        .text()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// Twilio's answer to an update, or to a call that was made, as its description of the API has it.
fn called(sid: &str, status: u16) -> Answer {
    Answer::json(
        status,
        json!({"sid": sid, "account_sid": ACCOUNT, "status": "in-progress", "api_version": "2010-04-01"}),
    )
}

fn refusal(status: u16, code: u32, message: &str) -> Answer {
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    Answer::json(status, json!({"code": code, "message": message, "more_info": more, "status": status}))
}

#[test]
fn a_call_is_ended_transferred_and_played_to() {
    on_both(|database| {
        let world = World::new(database);
        secrets(&world.api);
        let (twilio, api) = (&world.hooks, world.trusted());
        let base = twilio.url("");
        world.tool("bye", json!({"action": "end_call", "driver": driver(&base, json!({}))}), json!({}));
        let rules = json!([{"phone_number": "+61411234567", "condition": "urgent", "transfer_message": "One <moment> & \"so\""}]);
        world.tool(
            "cold",
            json!({"action": "transfer_to_number", "rules": rules, "driver": driver(&base, json!({}))}),
            json!({}),
        );
        world.tool(
            "tones",
            json!({"action": "play_dtmf", "driver": driver(&base, json!({"resume_url": "https://h/next?a=1&b=2"}))}),
            json!({}),
        );
        let post = |tool: &str, arguments: Value| {
            let body = json!({"arguments": arguments, "context": {"call_sid": CALL}});
            let answer = api.post(&format!("/api/v1/tools/{tool}/call"), body).expect(200);
            assert_eq!(answer["success"], true, "{answer}");
            twilio.take().remove(0)
        };
        twilio.always(called(CALL, 200));
        let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json");
        let said = post("bye", json!({"message": "Good <bye/> & \"thanks\""}));
        assert_eq!((said.method.as_str(), said.path()), ("POST", path.as_str()));
        let basic = format!("Basic {}", STANDARD.encode(format!("{ACCOUNT}:{TOKEN}")));
        assert_eq!(said.header("authorization"), Some(basic.as_str()));
        assert!(
            form(&said)["Twiml"]
                .ends_with("<Response><Say>Good &lt;bye/&gt; &amp; &quot;thanks&quot;</Say><Hangup/></Response>")
        );
        assert_eq!(form(&post("bye", json!({}))), BTreeMap::from([("Status".to_owned(), "completed".to_owned())]));
        let moved = form(&post("cold", json!({})));
        assert!(moved["Twiml"].ends_with("<Say>One &lt;moment&gt; &amp; &quot;so&quot;</Say><Dial><Number>+61411234567</Number></Dial></Response>"), "{moved:?}");
        let played = form(&post("tones", json!({"dtmf_tones": "1W#"})));
        assert!(
            played["Twiml"]
                .ends_with("<Play digits=\"1ww#\"/><Redirect>https://h/next?a=1&amp;b=2</Redirect></Response>"),
            "{played:?}"
        );

        // In a run, and what a rehearsal shows.
        world.agent(
            "Host",
            json!([{"calls": [call("bye", json!({"message": "Bye"}))]}, {"say": "never said"}]),
            &["bye"],
        );
        let ended = run(&api, "Host", json!({"context": {"call_sid": CALL}}));
        assert_eq!((&ended["state"], &ended["output"], twilio.take().len()), (&json!("completed"), &json!("Bye"), 1));
        let rehearsed =
            api.post("/api/v1/tools/bye/call", json!({"context": {"call_sid": CALL}, "dry_run": true})).expect(200);
        let shown = rehearsed["meta"]["request"].to_string();
        assert!(shown.contains(CALL) && !shown.contains(TOKEN), "{shown}");
        assert_eq!(twilio.count(), 0);
    });
}

#[test]
fn a_warm_transfer_calls_the_person_first_and_lets_them_go_when_the_caller_is_gone() {
    on_both(|database| {
        let world = World::new(database);
        secrets(&world.api);
        let (twilio, api) = (&world.hooks, world.trusted());
        let rules = json!([{"phone_number": "+61411234567", "transfer_mode": "warm", "play_hold_music": true, "transfer_message": "One moment."}]);
        let config =
            json!({"action": "transfer_to_number", "rules": rules, "driver": driver(&twilio.url(""), json!({}))});
        world.tool("warm", config, json!({}));
        let post = |context: Value| {
            let body = json!({"arguments": {"summary": "Ada, a <leak>"}, "context": context});
            api.post("/api/v1/tools/warm/call", body).expect(200)
        };
        let unknown = post(json!({"call_sid": CALL}));
        assert_eq!((&unknown["error"]["code"], twilio.count()), (&json!("no_caller_id"), 0));
        let on_call = json!({"call_sid": CALL, "to_number": "+61299990000"});
        let leg = "CAffffffffffffffffffffffffffffffff";
        twilio.next(called(leg, 201)).next(called(CALL, 200));
        assert_eq!(post(on_call.clone())["success"], true);
        let sent = twilio.take();
        let (person, caller) = (form(&sent[0]), form(&sent[1]));
        assert_eq!(sent[0].path(), format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json"));
        assert_eq!((person["To"].as_str(), person["From"].as_str()), ("+61411234567", "+61299990000"));
        assert!(
            person["Twiml"].contains("<Say>Ada, a &lt;leak&gt;</Say><Dial><Conference startConferenceOnEnter=\"true\""),
            "{person:?}"
        );
        assert!(
            caller["Twiml"].contains("<Say>One moment.</Say><Dial><Conference startConferenceOnEnter=\"false\""),
            "{caller:?}"
        );
        let room = |twiml: &str| twiml.split("\">").last().unwrap().split("</Conference>").next().unwrap().to_owned();
        assert_eq!(room(&person["Twiml"]), room(&caller["Twiml"]), "they meet");

        // The caller has hung up meanwhile: the person is let go.
        twilio
            .next(called(leg, 201))
            .next(refusal(400, 21220, "Call is not in-progress. Cannot redirect."))
            .next(called(leg, 200));
        let gone = post(on_call.clone());
        assert_eq!(gone["error"]["code"], "call_not_in_progress", "{gone}");
        let sent = twilio.take();
        assert_eq!(sent[2].path(), format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/{leg}.json"));
        assert_eq!(form(&sent[2])["Status"], "completed");
        // The person cannot be called: nothing happens to the caller.
        twilio.next(refusal(400, 21210, "'From' phone number not verified"));
        assert_eq!(post(on_call)["error"]["code"], "no_caller_id");
        assert_eq!(twilio.take().len(), 1);
    });
}

#[test]
fn what_twilio_refuses_is_told_and_what_nobody_knows_is_never_sent_twice() {
    on_both(|database| {
        let world = World::new(database);
        secrets(&world.api);
        let (twilio, api) = (&world.hooks, world.trusted());
        let config = json!({"action": "end_call", "driver": driver(&twilio.url(""), json!({}))});
        let policy = json!({"policy": {"timeout_ms": 1500, "read_timeout_ms": 700, "retry": {"timeout": {"attempts": 2, "base_ms": 10}}}});
        world.tool("bye", config, policy);
        let post =
            |call_sid: &str| api.post("/api/v1/tools/bye/call", json!({"context": {"call_sid": call_sid}})).expect(200);
        twilio.next(refusal(404, 20404, "The requested resource was not found"));
        let unknown = post(CALL);
        assert_eq!(
            (&unknown["error"]["code"], &unknown["error"]["class"]),
            (&json!("call_not_found"), &json!("not_found"))
        );
        twilio.next(refusal(400, 21220, "Call is not in-progress. Cannot redirect."));
        assert_eq!(post(CALL)["error"]["code"], "call_not_in_progress");
        twilio.next(refusal(401, 20003, "Authenticate"));
        let refused = post(CALL);
        assert_eq!(refused["error"]["class"], "auth_error");
        assert!(!refused.to_string().contains(TOKEN));
        assert_eq!(twilio.take().len(), 3);

        // Somebody who only says which call it is steers none, and neither does one who makes a path of it.
        let claimed = world.api.post("/api/v1/tools/bye/call", json!({"context": {"call_sid": CALL}})).expect(200);
        assert_eq!(claimed["error"]["code"], "call_unknown");
        for bad in ["CA1", "../Calls", "CA0123456789abcdef0123456789abcdeg", "CA0123456789abcdef0123456789abcdef/x"] {
            assert_eq!(post(bad)["error"]["code"], "call_unknown", "{bad}");
        }
        assert_eq!(twilio.count(), 0);

        twilio.always(Answer::never());
        world.agent(
            "Host",
            json!([{"calls": [call("bye", json!({"message": "Bye"}))]}, {"say": "{{result}}"}]),
            &["bye"],
        );
        let run = run(&api, "Host", json!({"context": {"call_sid": CALL}}));
        is(&run, "completed");
        assert!(text(&run["output"]).contains("outcome_unknown"), "the run does not end as if it were done: {run}");
        assert_eq!(twilio.count(), 1, "not sent again");
    });
}

struct Emulator {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn emulator() -> Option<Emulator> {
    let (Ok(node), Ok(emulate)) = (std::env::var("CALLWRIGHT_TEST_NODE"), std::env::var("CALLWRIGHT_TEST_EMULATE"))
    else {
        assert!(std::env::var_os("CI").is_none(), "`make test` installs the emulator and names it");
        eprintln!("the emulator is not installed: left out (`make test` installs it)");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let seed = format!(
        "twilio:\n  account: {{sid: {ACCOUNT}, auth_token: {TOKEN}, friendly_name: Test}}\n  phone_numbers:\n    - {{phone_number: \"+15551234567\", friendly_name: Voice}}\n"
    );
    std::fs::write(folder.path().join("seed.yaml"), seed).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(node)
        .arg(emulate)
        .args(["start", "--service", "twilio", "--seed", "seed.yaml", "--port", &port.to_string()])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("node starts");
    let emulator = Emulator { child, port, _folder: folder };
    eventually("the emulator listens", 30, || TcpStream::connect(("127.0.0.1", port)).ok());
    Some(emulator)
}

#[test]
fn the_vendor_emulator_understands_it() {
    let Some(emulator) = emulator() else { return };
    on_both(|database| {
        let world = World::new(database);
        secrets(&world.api);
        let base = format!("http://127.0.0.1:{}", emulator.port);
        let twilio = Api::new(&base, None);
        let basic = format!("Basic {}", STANDARD.encode(format!("{ACCOUNT}:{TOKEN}")));
        let calls = format!("/2010-04-01/Accounts/{ACCOUNT}/Calls");
        let headers = [("authorization", basic.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let form = b"To=%2B15550001111&From=%2B15551234567&Twiml=%3CResponse%2F%3E".to_vec();
        let made = twilio.raw("POST", &format!("{calls}.json"), &headers, Some(form)).expect(201);
        let sid = text(&made["sid"]);
        let api = world.trusted();
        let rules = json!([{"phone_number": "+15550002222", "transfer_mode": "warm"}]);
        let from = json!({"from": "+15551234567"});
        world.tool(
            "person",
            json!({"action": "transfer_to_number", "rules": rules, "driver": driver(&base, from)}),
            json!({}),
        );
        world.tool("bye", json!({"action": "end_call", "driver": driver(&base, json!({}))}), json!({}));
        let post = |tool: &str, sid: &str| {
            api.post(&format!("/api/v1/tools/{tool}/call"), json!({"context": {"call_sid": sid}})).expect(200)
        };
        let moved = post("person", &sid);
        assert_eq!(moved["success"], true, "{moved}");
        let listed = twilio.raw("GET", &format!("{calls}.json"), &headers[..1], None).expect(200);
        let to = |call: &Value| text(&call["to"]);
        assert!(listed["calls"].as_array().unwrap().iter().any(|call| to(call) == "+15550002222"), "{listed}");
        let ended = post("bye", &sid);
        assert_eq!(ended["success"], true, "{ended}");
        let after = twilio.raw("GET", &format!("{calls}/{sid}.json"), &headers[..1], None).expect(200);
        assert_eq!(after["status"], "completed");
        assert_eq!(post("bye", CALL)["error"]["code"], "call_not_found");
    });
}

#[test]
fn the_requests_are_those_of_the_recorded_contract() {
    // Twilio's own description of its API, when it lies beside this project.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs/twilio.json");
    let Ok(description) = std::fs::read_to_string(folder) else { return };
    let description: Value = serde_json::from_str(&description).unwrap();
    let fields = |path: &str| {
        let form = &description["paths"][path]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"];
        form["schema"]["properties"].as_object().unwrap_or_else(|| panic!("no {path}")).clone()
    };
    let update = fields("/2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json");
    assert!(update.contains_key("Twiml") && update.contains_key("Status"));
    let create = fields("/2010-04-01/Accounts/{AccountSid}/Calls.json");
    for field in ["To", "From", "Timeout", "Twiml"] {
        assert!(create.contains_key(field), "{field}");
    }
}
