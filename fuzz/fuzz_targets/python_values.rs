//! The bridge between the host and Python. Every JSON value that goes in as a parameter or as context comes back as it
//! was; whatever an instance writes where its result or a request belongs, the host has a word for how it ended; and
//! whatever a server answers to a request, the code that asked gets that or an exception.
//!
//! One sandbox serves the whole run. Its machine code lies in `CALLWRIGHT_PYTHON_DIR`, or in a folder of its own.

#![no_main]

use std::{collections::BTreeMap, env, sync::LazyLock, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use callwright_pybox::{
    Checking, Ended, HttpAnswer, HttpCall, HttpRefused, HttpRequest, Job, Limits, Program, Sandbox, Settings, Sort,
};
use libfuzzer_sys::{
    arbitrary::{Arbitrary, Result, Unstructured},
    fuzz_target,
};
use serde_json::{Map, Value, json};
use tokio::{runtime::Runtime, sync::mpsc};

/// Gives back what it is given, and integers of any size.
const ECHO: &str = r#"
def execute_tool(parameters, context):
    numbers = [int(digits) for digits in context["digits"]]
    return {"parameters": parameters, "context": context["given"], "numbers": numbers}
"#;

/// Does with the host's channels what it is told, whether or not that makes sense.
const CHANNELS: &str = r#"
import base64, _eryx

def execute_tool(parameters, context):
    done = []
    for name, number, text in parameters["steps"]:
        data = base64.b64decode(text)
        try:
            if name == "open":
                done.append(_eryx._eryx_tcp_connect(data.decode("utf-8", "replace"), 0, 0))
            elif name == "write":
                done.append(_eryx._eryx_tcp_write(number, data, 0))
            elif name == "read":
                kind, value = _eryx._eryx_tcp_read(int(data or b"0"), number, 0)
                done.append((kind, len(value)))
            else:
                done.append(_eryx._eryx_tcp_close(number))
        except Exception as error:
            done.append(type(error).__name__)
    return done
"#;

/// Sends a request the way honest code does.
const FETCH: &str = r#"
import base64, requests

def execute_tool(parameters, context):
    body = base64.b64decode(parameters["body"])
    response = requests.request(parameters["method"], parameters["url"], headers=dict(parameters["headers"]), data=body)
    response.headers.items(), response.cookies.items(), response.encoding
    return [response.status_code, base64.b64encode(response.content).decode()]
"#;

/// How deep a result may be nested.
const MAX_DEPTH: usize = 100;
/// The most digits of an integer; the interpreter itself reads up to 4,300.
const MAX_DIGITS: usize = 300;
/// What is around a result.
const DONE: &[u8] = br#"{"kind":"done","result":"#;
/// With axum's feature `raw_value`, serde_json takes an object with this first key for something else. The fuzzer learns
/// the word from serde_json's own comparison.
const RAW: &str = "$serde_json::private";

struct Room {
    runtime: Runtime,
    sandbox: Sandbox,
    echo: Program,
    channels: Program,
    fetch: Program,
}

static ROOM: LazyLock<Room> = LazyLock::new(|| {
    let dir = env::var_os("CALLWRIGHT_PYTHON_DIR").map(Into::into);
    let dir = dir.unwrap_or_else(|| env::temp_dir().join("callwright-fuzz-python"));
    let settings = Settings { places: 2, ready: 2, threads: 1, memory_bytes: 1 << 30 };
    let sandbox = Sandbox::prepare_and_start(&dir, settings).expect("the sandbox starts");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be built");
    let compile = |source: &str| {
        let imports = vec!["*".to_owned()];
        let checking = Checking { source: source.to_owned(), tool: "tool".to_owned(), imports, ..Checking::default() };
        let checked = runtime.block_on(sandbox.check(checking)).expect("the sandbox checks");
        checked.program.unwrap_or_else(|| panic!("{:?}", checked.problems))
    };
    let (echo, channels, fetch) = (compile(ECHO), compile(CHANNELS), compile(FETCH));
    Room { runtime, sandbox, echo, channels, fetch }
});

fuzz_target!(|data: &[u8]| {
    if data.windows(RAW.len()).any(|part| part == RAW.as_bytes()) {
        return;
    }
    let mut bytes = Unstructured::new(data);
    // An input that is too short for what it begins proves nothing.
    let _ = match bytes.int_in_range(0..=3) {
        Ok(0 | 1) => values_come_back(&mut bytes),
        Ok(2) => any_bytes_have_an_end(&mut bytes),
        _ => any_answer_arrives(&mut bytes),
    };
});

fn values_come_back(bytes: &mut Unstructured) -> Result<()> {
    let (parameters, given) = (object(bytes, 0)?, object(bytes, 0)?);
    let digits: Vec<String> = (0..bytes.int_in_range(0..=3)?).map(|_| digits(bytes)).collect::<Result<_>>()?;
    let numbers: Vec<Value> = digits.iter().map(|digits| number(digits)).collect();
    let wanted = json!({"parameters": parameters, "context": given, "numbers": numbers});
    let Value::Object(context) = json!({"given": given, "digits": digits}) else { return Ok(()) };
    let ended = run(&ROOM.echo, parameters, context, |_| Err(refusal("none", "nobody asked")));
    match ended {
        Ended::Done(result) => assert_eq!(result, wanted),
        Ended::Raised(raised) => {
            assert!(raised.sort == Sort::Result && depth(&wanted) > MAX_DEPTH, "{raised:?} {wanted}")
        }
        other => panic!("{other:?} {wanted}"),
    }
    Ok(())
}

fn any_bytes_have_an_end(bytes: &mut Unstructured) -> Result<()> {
    let mut steps = Vec::new();
    for _ in 0..bytes.int_in_range(1..=6)? {
        let text = |data: &[u8]| BASE64_STANDARD.encode(data);
        let handle = bytes.int_in_range(0..=2_i64)?;
        match bytes.int_in_range(0..=5)? {
            0 => steps.push(json!(["open", 0, text(channel(bytes)?.as_bytes())])),
            1 => steps.push(json!(["write", handle, text(&written(bytes)?)])),
            2 => steps.push(json!(["read", u32::arbitrary(bytes)?, text(handle.to_string().as_bytes())])),
            3 => steps.push(json!(["close", if bytes.ratio(1, 4)? { i64::arbitrary(bytes)? } else { handle }, ""])),
            whole => {
                let name = if whole == 4 { "result" } else { "http" };
                steps.push(json!(["open", 0, text(name.as_bytes())]));
                steps.push(json!(["write", 0, text(&written(bytes)?)]));
                steps.push(json!(["read", u32::MAX, ""]));
                steps.push(json!(["close", 0, ""]));
            }
        }
    }
    let parameters = Map::from_iter([("steps".to_owned(), Value::Array(steps))]);
    let ended = run(&ROOM.channels, parameters, Map::new(), |request| {
        Ok(HttpAnswer { status: 200, reason: request.method, headers: request.headers, body: request.body })
    });
    assert_ne!(ended, Ended::TimedOut);
    if let Ended::Done(result) = ended {
        let told = serde_json::to_vec(&result).expect("a value can be written");
        assert_eq!(
            serde_json::from_slice::<Value>(&told).ok(),
            Some(result),
            "a result must be readable once it is stored"
        );
    }
    Ok(())
}

fn any_answer_arrives(bytes: &mut Unstructured) -> Result<()> {
    let method = if bool::arbitrary(bytes)? { "POST".to_owned() } else { text(bytes)? };
    let url = if bool::arbitrary(bytes)? { "https://api.example/v1".to_owned() } else { text(bytes)? };
    let body = Vec::<u8>::arbitrary(bytes)?;
    let parameters =
        json!({"method": method, "url": url, "headers": headers(bytes)?, "body": BASE64_STANDARD.encode(&body)});
    let Value::Object(parameters) = parameters else { return Ok(()) };
    let answer = HttpAnswer {
        status: u16::arbitrary(bytes)?,
        reason: text(bytes)?,
        headers: headers(bytes)?,
        body: Vec::arbitrary(bytes)?,
    };
    let answer = if bytes.ratio(1, 8)? { Err(refusal(&text(bytes)?, &text(bytes)?)) } else { Ok(answer) };
    match run(&ROOM.fetch, parameters, Map::new(), |_| answer.clone()) {
        Ended::Done(result) => match answer {
            Ok(answer) => assert_eq!(result, json!([answer.status, BASE64_STANDARD.encode(&answer.body)])),
            Err(why) => panic!("{result} in spite of {why:?}"),
        },
        Ended::Raised(_) => {}
        other => panic!("{other:?}"),
    }
    Ok(())
}

/// One call in a fresh instance; its requests are answered by `answer`.
fn run(
    program: &Program,
    parameters: Map<String, Value>,
    context: Map<String, Value>,
    mut answer: impl FnMut(HttpRequest) -> std::result::Result<HttpAnswer, HttpRefused>,
) -> Ended {
    let (sender, mut asked) = mpsc::channel::<HttpCall>(1);
    let job = Job {
        tenant: 1,
        program: program.clone(),
        // No names, or a property called `parameters` would be given by its name.
        names: [].into(),
        parameters,
        context,
        env: BTreeMap::new(),
        imports: None,
        limits: Limits { wall: Duration::from_secs(30), ..Limits::default() },
        until: None,
        http: Some(sender),
        printed: None,
    };
    ROOM.runtime.block_on(async {
        let mut running = Box::pin(ROOM.sandbox.run(job));
        let report = loop {
            tokio::select! {
                report = &mut running => break report,
                Some(call) = asked.recv() => {
                    let answered = call.parse().and_then(&mut answer);
                    call.answer(answered);
                }
            }
        };
        report.expect("the sandbox itself is never at fault").ended
    })
}

fn refusal(code: &str, message: &str) -> HttpRefused {
    HttpRefused { code: code.to_owned(), message: message.to_owned() }
}

fn headers(bytes: &mut Unstructured) -> Result<Vec<(String, String)>> {
    let known = ["Content-Type", "Location", "Set-Cookie", "Content-Encoding", "Content-Length"];
    let pair = |bytes: &mut Unstructured| {
        let name = if bool::arbitrary(bytes)? { (*bytes.choose(&known)?).to_owned() } else { text(bytes)? };
        Ok((name, text(bytes)?))
    };
    (0..bytes.int_in_range(0..=3)?).map(|_| pair(bytes)).collect()
}

fn channel(bytes: &mut Unstructured) -> Result<String> {
    let known = ["result", "http", "call", "code", "tzlist", "tz:Europe/Berlin", "lib:difflib"];
    if bytes.ratio(1, 4)? { text(bytes) } else { Ok((*bytes.choose(&known)?).to_owned()) }
}

/// Bytes as they are, or in the form of an answer or a request.
fn written(bytes: &mut Unstructured) -> Result<Vec<u8>> {
    let form = bytes.int_in_range(0..=4)?;
    let whole = match form {
        0 => return Vec::arbitrary(bytes),
        1 => [DONE, &Vec::<u8>::arbitrary(bytes)?, b"}"].concat(),
        2 => [DONE, value(bytes, 0)?.to_string().as_bytes(), b"}"].concat(),
        3 => {
            let sorts = ["value", "exception", "result", "memory", "signature", "exit", "syntax", "checked", "done"];
            let frames = json!([[u32::arbitrary(bytes)?, text(bytes)?], value(bytes, 90)?]);
            let (sort, name, message) = (bytes.choose(&sorts)?, text(bytes)?, text(bytes)?);
            json!({"kind": sort, "type": name, "message": message, "frames": frames}).to_string().into_bytes()
        }
        _ => {
            let head = json!({"method": text(bytes)?, "url": text(bytes)?, "headers": headers(bytes)?, "timeout_ms": value(bytes, 90)?});
            [head.to_string().as_bytes(), b"\n", &Vec::<u8>::arbitrary(bytes)?].concat()
        }
    };
    // Whole, or cut off somewhere.
    let end = if bytes.ratio(1, 8)? { bytes.int_in_range(0..=whole.len())? } else { whole.len() };
    Ok(whole[..end].to_vec())
}

fn object(bytes: &mut Unstructured, depth: usize) -> Result<Map<String, Value>> {
    (0..bytes.int_in_range(0..=4)?).map(|_| Ok((text(bytes)?, value(bytes, depth + 1)?))).collect()
}

fn value(bytes: &mut Unstructured, depth: usize) -> Result<Value> {
    let numbers = [
        json!(0),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(i64::MAX),
        json!(1e308),
        json!(5e-324),
        json!(-0.0),
    ];
    Ok(match bytes.int_in_range(0..=if depth < MAX_DEPTH { 9 } else { 6 })? {
        0 => Value::Null,
        1 => bool::arbitrary(bytes)?.into(),
        2 => i64::arbitrary(bytes)?.into(),
        3 => u64::arbitrary(bytes)?.into(),
        // What is not finite has no form in JSON and becomes null.
        4 => f64::arbitrary(bytes)?.into(),
        5 => bytes.choose(&numbers)?.clone(),
        6 => text(bytes)?.into(),
        7 => (0..bytes.int_in_range(0..=4)?).map(|_| value(bytes, depth + 1)).collect::<Result<Vec<_>>>()?.into(),
        8 => object(bytes, depth)?.into(),
        _ => {
            let more = bytes.int_in_range(1..=MAX_DEPTH + 2 - depth)?;
            (0..more).try_fold(value(bytes, depth + more)?, |inner, _| Ok(json!([inner])))?
        }
    })
}

fn text(bytes: &mut Unstructured) -> Result<String> {
    let length = bytes.int_in_range(0..=40)?;
    Ok(String::from_utf8_lossy(bytes.bytes(length.min(bytes.len()))?).into_owned())
}

fn digits(bytes: &mut Unstructured) -> Result<String> {
    let count = bytes.int_in_range(1..=MAX_DIGITS)?.min(bytes.len().max(1));
    let sign = if bool::arbitrary(bytes)? { "-" } else { "" };
    let digits = (0..count).map(|_| Ok(char::from(bytes.int_in_range(b'0'..=b'9')?))).collect::<Result<String>>()?;
    Ok(format!("{sign}{digits}"))
}

/// What becomes of an integer: a number within 64 bits, and a text beyond.
fn number(digits: &str) -> Value {
    let plain = digits.trim_start_matches('-').trim_start_matches('0');
    let sign = if digits.starts_with('-') { "-" } else { "" };
    if plain.is_empty() {
        return 0.into();
    }
    let whole = format!("{sign}{plain}");
    match (whole.parse::<i64>(), whole.parse::<u64>()) {
        (Ok(number), _) => number.into(),
        (_, Ok(number)) => number.into(),
        _ => whole.into(),
    }
}

/// How deep lists and objects lie in each other.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
