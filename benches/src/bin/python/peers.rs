//! What the sandbox is compared with: a process of its own for each call, and RestrictedPython, which is no sandbox.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::process::Command;

use crate::{
    Failure,
    sandbox::{self, folder},
    stats::{Sample, closed_loop},
};

/// What follows a workload's source in a process of its own.
const MAIN: &str = "\nimport json, sys\nprint(json.dumps(execute_tool(json.loads(sys.argv[1]), {})))\n";

/// `python3 -I -S -c`, once for each call.
pub(crate) struct Plain {
    python: Arc<Path>,
    parameters: Arc<str>,
}

impl Plain {
    pub(crate) fn new(python: &Path) -> Result<Self, Failure> {
        let parameters = Value::Object(sandbox::parameters()?).to_string();
        Ok(Self { python: python.into(), parameters: parameters.into() })
    }

    /// What the workload gives.
    pub(crate) async fn result(&self, workload: &str) -> Result<Value, Failure> {
        let code = sandbox::source(workload)? + MAIN;
        Ok(serde_json::from_slice(&call(&self.python, &code, &self.parameters).await?)?)
    }

    pub(crate) async fn drive(&self, workload: &str, at_once: usize, span: Duration) -> Result<Sample, Failure> {
        let (python, parameters) = (self.python.clone(), self.parameters.clone());
        let code: Arc<str> = (sandbox::source(workload)? + MAIN).into();
        let call = move || {
            let (python, code, parameters) = (python.clone(), code.clone(), parameters.clone());
            async move { call(&python, &code, &parameters).await.map(drop) }
        };
        closed_loop(at_once, span, call).await
    }
}

async fn call(python: &Path, code: &str, parameters: &str) -> Result<Vec<u8>, Failure> {
    let output = Command::new(python).args(["-I", "-S", "-c", code, parameters]).output().await?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(output.stdout)
}

/// One process that calls again and again; it says itself how long each call took.
pub(crate) struct Restricted {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Restricted {
    pub(crate) fn start(python: &PathBuf) -> Result<Self, Failure> {
        let mut child = std::process::Command::new(python)
            .arg(folder().join("restricted.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().ok_or("the child has no input")?;
        let output = BufReader::new(child.stdout.take().ok_or("the child has no output")?);
        Ok(Self { child, input, output })
    }

    pub(crate) fn expect(&mut self, workload: &str, wanted: &Value) -> Result<(), Failure> {
        let told = self.ask(workload, Duration::ZERO)?;
        if told["result"] == *wanted { Ok(()) } else { Err(format!("{workload} is wrong: {told}").into()) }
    }

    pub(crate) fn drive(&mut self, workload: &str, span: Duration) -> Result<Sample, Failure> {
        let began = Instant::now();
        let told = self.ask(workload, span)?;
        Sample::of(serde_json::from_value(told["took"].clone())?, began.elapsed())
    }

    fn ask(&mut self, workload: &str, span: Duration) -> Result<Value, Failure> {
        writeln!(self.input, "{}", json!({"workload": workload, "seconds": span.as_secs_f64()}))?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Restricted {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
