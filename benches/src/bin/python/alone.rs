//! What must be measured in a process of its own: the start, and memory.

use std::{
    env, fs,
    path::Path,
    time::{Duration, Instant},
};

use callwright_pybox::{Artifact, Limits, Program, Sandbox, Settings};
use serde_json::{Map, Value, json};
use tokio::process::Command;

use crate::{
    BUSINESS, Failure,
    sandbox::{Room, call, compile, job, parameters, source},
    stats::{median, milliseconds},
};

/// As many as a table of memory is about.
const SLOTS: usize = 16;
/// Until what goes on behind a call has ended.
const SETTLED: Duration = Duration::from_millis(700);
/// Makes the business workload hold its instance for a while.
const HOLD: &str = "
import time
_roll_up = execute_tool
def execute_tool(parameters, context):
    result = _roll_up(parameters, context)
    time.sleep(1.5)
    return result
";

/// Starts the processes, and says what they found.
pub(crate) async fn report(dir: &Path, room: &Room, rounds: usize) -> Result<Vec<String>, Failure> {
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), &room.programs[BUSINESS].code)?;
    let program = file.path().to_string_lossy().into_owned();
    let slots = SLOTS.to_string();
    let mut told = Vec::new();
    for _ in 0..rounds {
        let mut round = Map::new();
        for (name, arguments) in [
            ("cold", vec!["cold", &program]),
            ("none", vec!["idle", "0"]),
            ("idle", vec!["idle", &slots]),
            ("warm", vec!["warm", &program, &slots]),
        ] {
            round.insert(name.to_owned(), child(dir, &arguments).await?);
        }
        told.push(Value::Object(round));
    }
    let middle = |find: &dyn Fn(&Value) -> f64| median(told.iter().map(find).collect());
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let between = |from: &'static str, to: &'static str, kind: &'static str, count: usize| {
        let mib = |round: &Value, place: &str| round.pointer(place).map_or(f64::NAN, number) / 1_024.0;
        middle(&|round| (mib(round, &format!("{to}/{kind}")) - mib(round, &format!("{from}/{kind}"))) / count as f64)
    };
    let memory = |from, to, count| {
        format!(
            "{:.1} MiB private, {:.1} MiB resident",
            between(from, to, "private", count),
            between(from, to, "rss", count)
        )
    };
    Ok(vec![
        format!(
            "start of the sandbox: {:.1} ms; first call ({BUSINESS}): {:.1} ms; second: {:.1} ms",
            middle(&|round| number(&round["cold"]["start"])),
            middle(&|round| number(&round["cold"]["first"])),
            middle(&|round| number(&round["cold"]["second"])),
        ),
        format!("an instance that waits: {}", memory("/none", "/idle", SLOTS)),
        format!("an instance in use ({BUSINESS}): {}", memory("/warm/one", "/warm/used", SLOTS - 1)),
        format!("a warm slot: {}", memory("/warm/one", "/warm/after", SLOTS - 1)),
        format!(
            "the process: {:.0} MiB resident with no instance, {:.0} with {SLOTS} that wait, {:.0} with {SLOTS} warm slots",
            middle(&|round| number(&round["none"]["rss"])) / 1_024.0,
            middle(&|round| number(&round["idle"]["rss"])) / 1_024.0,
            middle(&|round| number(&round["warm"]["after"]["rss"])) / 1_024.0,
        ),
    ])
}

async fn child(dir: &Path, arguments: &[&str]) -> Result<Value, Failure> {
    let output = Command::new(env::current_exe()?).arg("--dir").arg(dir).args(arguments).output().await?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn read(program: &Path) -> Result<Program, Failure> {
    Ok(Program { code: fs::read(program)?.into(), function: "execute_tool".into() })
}

pub(crate) async fn cold(dir: &Path, program: &Path) -> Result<(), Failure> {
    let (program, parameters) = (read(program)?, parameters()?);
    let began = Instant::now();
    let sandbox = Sandbox::start(&Artifact::of(dir)?, Settings::default())?;
    let start = milliseconds(began);
    let mut took = Vec::new();
    for _ in 0..2 {
        let began = Instant::now();
        call(&sandbox, job(&program, &parameters, 1, Limits::default().wall)).await?;
        took.push(milliseconds(began));
    }
    println!("{}", json!({"start": start, "first": took[0], "second": took[1]}));
    Ok(())
}

pub(crate) async fn idle(dir: &Path, ready: usize) -> Result<(), Failure> {
    let _sandbox = Sandbox::start(&Artifact::of(dir)?, Settings { ready, places: SLOTS, ..Settings::default() })?;
    tokio::time::sleep(SETTLED).await;
    println!("{}", memory()?);
    Ok(())
}

/// One slot is used, then all of them at the same time.
pub(crate) async fn warm(dir: &Path, program: &Path, slots: usize) -> Result<(), Failure> {
    let (program, parameters) = (read(program)?, parameters()?);
    // A tenant alone never gets every place.
    let settings = Settings { ready: 0, places: slots * 2, ..Settings::default() };
    let sandbox = Sandbox::start(&Artifact::of(dir)?, settings)?;
    let hold = compile(&sandbox, source(BUSINESS)? + HOLD).await?;
    call(&sandbox, job(&program, &parameters, 1, Limits::default().wall)).await?;
    tokio::time::sleep(SETTLED).await;
    let one = memory()?;
    let calls: Vec<_> = (0..slots)
        .map(|tenant| {
            let (sandbox, job) = (sandbox.clone(), job(&hold, &parameters, tenant as u128, Limits::default().wall));
            tokio::spawn(async move { call(&sandbox, job).await })
        })
        .collect();
    tokio::time::sleep(SETTLED).await;
    let used = memory()?;
    for call in calls {
        call.await??;
    }
    tokio::time::sleep(SETTLED).await;
    println!("{}", json!({"one": one, "used": used, "after": memory()?}));
    Ok(())
}

/// What this process holds, in KiB: what it has written to, and all that is resident.
fn memory() -> Result<Value, Failure> {
    let text = fs::read_to_string("/proc/self/smaps_rollup")?;
    let find = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    Ok(json!({"private": find("Private_Dirty:"), "rss": find("Rss:")}))
}
