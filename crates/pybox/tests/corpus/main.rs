//! The corpora: programs that fight are contained, programs as people write them work.
//!
//! `tests/corpus/README.md` tells what the files say of themselves. With `CALLWRIGHT_TEST_WRITE_TABLE` set, the table in
//! `docs/sandbox-abuse.md` is written anew.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use callwright_pybox::{Ended, Report, Sandbox, Settings, Sort};
use common::{Run, canary, run, sandbox};
use serde_json::{Map, Value, json};

const ABUSE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/abuse");
const BUSINESS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/business");
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sandbox-abuse.md");
/// What every program may be given; those that need more of the world run against the whole server.
const NEEDS_SERVER: [&str; 3] = ["redirector", "private_name", "network: policy"];

struct Program {
    name: String,
    source: String,
}

impl Program {
    fn all(dir: &str) -> Vec<Self> {
        let mut programs: Vec<Self> = std::fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
            .map(|path| Self {
                name: path.file_stem().unwrap().to_string_lossy().into_owned(),
                source: std::fs::read_to_string(&path).unwrap(),
            })
            .filter(|program| program.name != "expected")
            .collect();
        programs.sort_by(|one, other| one.name.cmp(&other.name));
        assert!(programs.len() >= 48, "the corpus is in {dir}");
        programs
    }

    fn said(&self, key: &str) -> Option<&str> {
        let prefix = format!("# {key}: ");
        self.source.lines().take_while(|line| line.starts_with('#')).find_map(|line| line.strip_prefix(prefix.as_str()))
    }

    fn needs_server(&self) -> bool {
        NEEDS_SERVER.iter().any(|need| self.source.contains(need))
    }
}

/// The word of the corpus for how a call ended.
fn word(report: &Report) -> (&'static str, String) {
    match &report.ended {
        Ended::Done(result) => ("result", result.to_string()),
        Ended::Raised(raised) => {
            let word = if raised.sort == Sort::Memory { "memory" } else { "error" };
            (word, format!("{}: {}", raised.name, raised.message))
        }
        Ended::TimedOut => ("timeout", String::new()),
        Ended::OutOfMemory { .. } => ("memory", String::new()),
        Ended::Died(why) => ("trap", why.clone()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_fight_are_contained() {
    let sandbox = sandbox(Settings { ready: 1, ..Settings::default() });
    let (v4, v6) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("[::1]:0"));
    let port = v4.local_addr().unwrap().port();
    let mut victim = Command::new("sleep").arg("600").stdout(Stdio::null()).spawn().unwrap();
    let parameters = json!({"port": port, "private": format!("http://127.0.0.1:{port}/"), "victim": victim.id()});
    let parameters = parameters.as_object().unwrap();
    let (mut failed, mut rows) = (Vec::new(), BTreeMap::new());
    for program in Program::all(ABUSE) {
        if program.needs_server() {
            continue;
        }
        let times =
            if program.said("twice").is_some() || program.name.starts_with("x03") || program.name.starts_with("x04") {
                2
            } else {
                1
            };
        let mut printed = Vec::new();
        for _ in 0..times {
            let report = run(&sandbox, Run::of(&program.source, parameters)).await;
            let (ended, detail) = word(&report);
            let expected: Vec<&str> = program.said("expect").expect("`# expect:`").split(" or ").collect();
            let wanted = program.said("result").map(|result| serde_json::from_str::<Value>(result).unwrap());
            let is_right = expected.contains(&ended)
                && match (&report.ended, &wanted) {
                    (Ended::Done(result), Some(wanted)) => result == wanted,
                    _ => true,
                };
            if !is_right {
                failed.push(format!("{}: {ended} {detail}", program.name));
            }
            if report.wall.as_millis() > 2_060 + 500 {
                failed.push(format!("{}: it was stopped only after {:?}", program.name, report.wall));
            }
            if let Err(why) = canary(&sandbox).await {
                failed.push(format!("{}: the next call: {why}", program.name));
            }
            printed.push(report.logs.clone());
            rows.insert(program.name.clone(), (program.said("what").unwrap().to_owned(), ended));
        }
        if program.said("twice") == Some("logs differ") && printed[0] == printed[1] {
            failed.push(format!("{}: it printed the same twice", program.name));
        }
    }
    // Whoever connected would be in the queue, also if nobody waited for it.
    for listener in [Some(v4), v6.ok()].into_iter().flatten() {
        listener.set_nonblocking(true).unwrap();
        if let Ok((_, from)) = listener.accept() {
            failed.push(format!("somebody connected from {from}"));
        }
    }
    if victim.try_wait().unwrap().is_some() {
        failed.push("a process of the host was ended".to_owned());
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    for place in [Path::new("/tmp"), Path::new(".")].map(Path::to_path_buf).into_iter().chain(std::env::home_dir()) {
        for file in ["escape_marker", "sandbox_fill"] {
            assert!(!place.join(file).exists(), "{file} is in {}", place.display());
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    memory_is_back(&sandbox).await;
    check_table(&rows);
}

/// All that the programs took is given back.
async fn memory_is_back(sandbox: &Sandbox) {
    for _ in 0..50 {
        if sandbox.grown_bytes() == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{} bytes are still held", sandbox.grown_bytes());
}

fn check_table(rows: &BTreeMap<String, (String, &'static str)>) {
    if std::env::var_os("CALLWRIGHT_TEST_WRITE_TABLE").is_some() {
        let mut table = String::new();
        for (name, (what, ended)) in rows {
            writeln!(table, "| `{name}` | {what} | {ended} |").unwrap();
        }
        std::fs::write(format!("{TABLE}.rows"), table).unwrap();
    }
    let text = std::fs::read_to_string(TABLE).unwrap_or_default();
    let absent: Vec<_> = Program::all(ABUSE)
        .into_iter()
        .filter(|program| !text.contains(&program.name))
        .map(|program| program.name)
        .collect();
    assert!(absent.is_empty(), "docs/sandbox-abuse.md does not tell of {absent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn honest_programs_give_what_python_gives() {
    let sandbox = sandbox(Settings::default());
    let expected = PathBuf::from(BUSINESS).join("expected.json");
    let expected: Map<String, Value> = serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
    let mut failed = Vec::new();
    for program in Program::all(BUSINESS) {
        let parameters: Map<String, Value> = serde_json::from_str(program.said("parameters").unwrap_or("{}")).unwrap();
        let run_of = Run { function: program.said("function"), honest: true, ..Run::of(&program.source, &parameters) };
        let report = run(&sandbox, run_of).await;
        let wanted = expected.get(&program.name).unwrap_or_else(|| panic!("no result is expected of {}", program.name));
        match &report.ended {
            Ended::Done(result) if is_same(result, wanted) => {}
            Ended::Done(result) => failed.push(format!("{}: {result}\n    instead of {wanted}", program.name)),
            other => failed.push(format!("{}: {other:?} {:?}", program.name, report.logs)),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Numbers by value, everything else as it is.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| is_same(value, other)))
        }
        _ => one == other,
    }
}
