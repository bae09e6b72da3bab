//! What code in the sandbox may reach: what the outbound policy allows, and nothing else.

use std::net::{TcpListener, ToSocketAddrs};

use callwright_testkit::{Answer, Options, Server, Upstream, on_both};
use serde_json::{Value, json};

use crate::{BINARY, call, save, tool};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../pybox/tests/corpus/abuse");

fn reaching(name: &str, effect: &str, code: &str) -> Value {
    let mut wanted = tool(name, code);
    wanted["effect"] = json!(effect);
    wanted["parameters"] = json!({"type": "object", "properties": {"url": {"type": "string"}}});
    wanted["config"]["network"] = json!("policy");
    wanted
}

#[test]
fn requests_and_urllib_go_through_the_guard() {
    on_both(|database| {
        let upstream = Upstream::start();
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        upstream.respond(|request| match request.path() {
            path if path.starts_with("/moved") => Answer::redirect(302, "/there"),
            path if path.starts_with("/absent") => Answer::json(404, json!({"why": "gone"})),
            _ => Answer::json(200, json!({"path": request.target, "body": String::from_utf8_lossy(&request.body)}))
                .header("Set-Cookie", "a=b; Path=/"),
        });
        let code = "import requests, urllib.request, urllib.error, json\ndef execute_tool(url):\n    session = requests.Session()\n    session.headers['X-Shop'] = 'one'\n    \
                    first = session.get(url + '/a', params={'q': 'ä b'}, auth=('u', 'p'))\n    moved = session.get(url + '/moved')\n    form = requests.post(url + '/form', data={'x': '1'})\n    \
                    posted = requests.post(url + '/json', json={'n': [1]}, timeout=5)\n    absent = requests.get(url + '/absent')\n    \
                    opened = json.load(urllib.request.urlopen(urllib.request.Request(url + '/u', data=b'raw', method='PUT')))\n    \
                    try:\n        urllib.request.urlopen(url + '/absent')\n        status = None\n    except urllib.error.HTTPError as error:\n        status = error.code\n    \
                    try:\n        absent.raise_for_status()\n        raised = None\n    except requests.HTTPError as error:\n        raised = str(error)[:3]\n    \
                    return [first.json()['path'], first.cookies.get('a'), moved.json()['path'], len(moved.history), form.json()['body'], posted.json()['body'], absent.ok, opened, status, raised, first.elapsed.total_seconds() >= 0]\n";
        save(&api, reaching("go", "write", code));
        let answer = call(&api, "go", json!({"url": upstream.url("")}));
        assert_eq!(
            answer["data"],
            json!(["/a?q=%C3%A4+b", "b", "/there", 1, "x=1", "{\"n\": [1]}", false, {"path": "/u", "body": "raw"}, 404, "404", true]),
            "{answer}"
        );
        let seen = upstream.take();
        assert_eq!(seen[0].header("authorization"), Some("Basic dTpw"));
        assert_eq!(seen[0].header("x-shop"), Some("one"));
        assert_eq!(seen[1].header("cookie"), Some("a=b"));
        // Each write has a key of its own, the same whenever the code runs again under the same intent.
        let keys: Vec<_> = seen.iter().filter_map(|request| request.header("idempotency-key")).collect();
        let id = answer["execution_id"].as_str().unwrap();
        assert_eq!(keys, [id.to_owned(), format!("{id}-1"), format!("{id}-2")]);
        assert_eq!(answer["meta"]["attempts"], seen.len(), "every request is noted");
    });
}

#[test]
fn a_write_whose_end_nobody_saw_is_unknown() {
    on_both(|database| {
        let upstream = Upstream::start();
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let mut slow = reaching(
            "slow",
            "write",
            "import requests\ndef execute_tool(url):\n    requests.post(url)\n    while True: pass\n",
        );
        slow["config"]["timeout_ms"] = json!(500);
        save(&api, slow);
        let answer = call(&api, "slow", json!({"url": upstream.url("/")}));
        assert_eq!(answer["state"], "unknown", "the code was stopped after it had sent something: {answer}");
        save(
            &api,
            reaching(
                "broken",
                "write",
                "import requests\ndef execute_tool(url):\n    return requests.post(url).text\n",
            ),
        );
        upstream.next(Answer::reset());
        let answer = call(&api, "broken", json!({"url": upstream.url("/")}));
        assert_eq!(answer["state"], "unknown", "the connection broke after the request: {answer}");
        let answer = call(&api, "broken", json!({"url": "http://10.1.1.1/"}));
        assert_eq!(answer["state"], "failed", "nothing was sent, so nothing is in doubt: {answer}");
        let mut reading = reaching(
            "reading",
            "read",
            "import requests\ndef execute_tool(url):\n    requests.get(url)\n    while True: pass\n",
        );
        reading["config"]["timeout_ms"] = json!(500);
        save(&api, reading);
        assert_eq!(call(&api, "reading", json!({"url": upstream.url("/")}))["error"]["class"], "timeout_error");
    });
}

#[test]
fn a_saved_test_answers_for_the_upstream() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        save(
            &api,
            reaching(
                "weather",
                "read",
                "import requests\ndef execute_tool(url=None):\n    return requests.get('https://weather.example.com/now').json()\n",
            ),
        );
        let case = json!({"name": "warm", "arguments": {}, "stubs": [{"status": 200, "body": {"t": 21}}], "expect": {"success": true, "result": [{"path": "/t", "equals": 21}]}});
        let made = api.post("/api/v1/tools/weather/cases", case);
        assert!(made.status < 300, "{}", made.body);
        let ran = api.post("/api/v1/tools/weather/cases/run", json!({})).expect(200);
        assert!(ran.to_string().contains("\"passed\""), "{ran}");
        assert!(!ran.to_string().contains("\"failed\":1"), "{ran}");
    });
}

#[test]
fn programs_that_reach_for_what_is_private_get_nothing() {
    on_both(|database| {
        // Of this machine's addresses one is allowed, and it sends whoever asks to another.
        let redirector = Upstream::start_on("127.0.0.2");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let private = format!("http://127.0.0.1:{port}/");
        redirector.always(Answer::redirect(302, &private));
        let server = Server::start(Options::new(BINARY, database).env("CALLWRIGHT_OUTBOUND_ALLOW", "127.0.0.2/32"));
        let api = server.api();
        let name = if ("localhost", 0).to_socket_addrs().is_ok() { "localhost" } else { "127.0.0.1" };
        let arguments = json!({"port": port, "private": private, "redirector": redirector.url("/go"),
            "private_name": name, "victim": 0});
        let mut ran = 0;
        for entry in std::fs::read_dir(CORPUS).unwrap() {
            let path = entry.unwrap().path();
            let Ok(code) = std::fs::read_to_string(&path) else { continue };
            let said = |key: &str| {
                let prefix = format!("# {key}: ");
                code.lines()
                    .take_while(|line| line.starts_with('#'))
                    .find_map(|line| line.strip_prefix(prefix.as_str()).map(str::to_owned))
            };
            if !["redirector", "private_name", "network: policy"].iter().any(|need| code.contains(need)) {
                continue;
            }
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let mut wanted = tool(&stem, &code);
            wanted["config"]["timeout_ms"] = json!(8_000);
            if said("network").is_some() {
                wanted["config"]["network"] = json!("policy");
            }
            let saved = api.post("/api/v1/tools", wanted);
            if saved.status != 201 {
                // What may not even be imported is contained, too.
                assert_eq!(saved.status, 422, "{stem}: {}", saved.body);
                continue;
            }
            ran += 1;
            let answer = call(&api, &stem, arguments.clone());
            let wanted: Option<Value> = said("result").map(|result| serde_json::from_str(&result).unwrap());
            if answer["success"] == true {
                assert_eq!(Some(&answer["data"]), wanted.as_ref(), "{stem}: {answer}");
            } else {
                assert!(said("expect").unwrap() != "result", "{stem}: {answer}");
            }
        }
        assert!(ran >= 5, "only {ran} of the programs were run");
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "somebody reached the private address");
        assert!(redirector.count() > 0, "the redirect was never asked for");
    });
}
