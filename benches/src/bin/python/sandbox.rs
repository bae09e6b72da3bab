//! Calls of the sandbox, as the server makes them.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use callwright_pybox::{Artifact, Checking, Ended, Job, Limits, Program, Sandbox, Settings};
use serde_json::{Map, Value};

use crate::{
    Failure, WORKLOADS,
    stats::{Sample, closed_loop, median, milliseconds, paced},
};

/// How long code may run that never ends.
const SHORT: Duration = Duration::from_millis(200);

/// The workloads' folder.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python")
}

pub(crate) fn source(workload: &str) -> Result<String, Failure> {
    Ok(fs::read_to_string(folder().join(format!("{workload}.py")))?)
}

/// What every workload is given.
pub(crate) fn parameters() -> Result<Map<String, Value>, Failure> {
    Ok(serde_json::from_str(&fs::read_to_string(folder().join("params.json"))?)?)
}

pub(crate) async fn compile(sandbox: &Sandbox, source: String) -> Result<Program, Failure> {
    let names = parameters()?.keys().cloned().collect();
    let imports = vec!["*".to_owned()];
    let checking = Checking { tenant: 1, source, tool: "tool".to_owned(), names, imports, ..Checking::default() };
    let checked = sandbox.check(checking).await?;
    checked.program.ok_or_else(|| format!("{:?}", checked.problems).into())
}

pub(crate) fn job(program: &Program, parameters: &Map<String, Value>, tenant: u128, wall: Duration) -> Job {
    Job {
        tenant,
        program: program.clone(),
        names: parameters.keys().cloned().collect(),
        parameters: parameters.clone(),
        context: Map::new(),
        env: BTreeMap::new(),
        imports: None,
        limits: Limits { wall, ..Limits::default() },
        until: None,
        http: None,
        printed: None,
    }
}

pub(crate) async fn call(sandbox: &Sandbox, job: Job) -> Result<Value, Failure> {
    match sandbox.run(job).await?.ended {
        Ended::Done(result) => Ok(result),
        other => Err(format!("{other:?}").into()),
    }
}

/// A sandbox with the workloads, compiled.
pub(crate) struct Room {
    sandbox: Sandbox,
    pub(crate) programs: HashMap<&'static str, Program>,
    parameters: Arc<Map<String, Value>>,
}

impl Room {
    /// With the settings that a server has by default.
    pub(crate) async fn start(dir: &Path) -> Result<Self, Failure> {
        let sandbox = Sandbox::start(&Artifact::of(dir)?, Settings::default())?;
        let mut programs = HashMap::new();
        for workload in WORKLOADS {
            programs.insert(workload, compile(&sandbox, source(workload)?).await?);
        }
        Ok(Self { sandbox, programs, parameters: Arc::new(parameters()?) })
    }

    pub(crate) async fn expect(&self, workload: &str, wanted: &Value) -> Result<(), Failure> {
        let job = job(&self.programs[workload], &self.parameters, 1, Limits::default().wall);
        let result = call(&self.sandbox, job).await?;
        if result == *wanted { Ok(()) } else { Err(format!("{workload} is wrong: {result}").into()) }
    }

    /// From the call to its answer, the wait for its turn included.
    pub(crate) async fn drive(&self, workload: &str, at_once: usize, span: Duration) -> Result<Sample, Failure> {
        closed_loop(at_once, span, self.once(workload)).await
    }

    /// The same at a fixed rate.
    pub(crate) async fn paced(&self, workload: &str, per_second: f64, span: Duration) -> Result<Sample, Failure> {
        paced(per_second, span, self.once(workload)).await
    }

    /// Makes one call. Two tenants, as one alone never gets every place.
    fn once(
        &self,
        workload: &str,
    ) -> impl Fn() -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>> + Clone + Send + 'static {
        let (sandbox, parameters) = (self.sandbox.clone(), self.parameters.clone());
        let program = self.programs[workload].clone();
        let calls = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        move || {
            let tenant = calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 2;
            let job = job(&program, &parameters, tenant as u128, Limits::default().wall);
            let sandbox = sandbox.clone();
            Box::pin(async move { call(&sandbox, job).await.map(drop) })
        }
    }

    /// How much later than asked code is stopped that never ends.
    pub(crate) async fn overshoot(&self, times: usize) -> Result<Vec<String>, Failure> {
        let mut lines = Vec::new();
        for (name, body) in [("an endless loop", "while True: pass"), ("a sleep", "import time; time.sleep(60)")] {
            let program =
                compile(&self.sandbox, format!("def execute_tool(parameters, context):\n    {body}\n")).await?;
            for at_once in [1, 8] {
                let mut late = Vec::new();
                while late.len() < times {
                    let calls = (0..at_once).map(|tenant| {
                        let (sandbox, job) = (self.sandbox.clone(), job(&program, &self.parameters, tenant, SHORT));
                        tokio::spawn(async move {
                            let began = Instant::now();
                            let report = sandbox.run(job).await?;
                            let took = milliseconds(began) - report.waited.as_secs_f64() * 1_000.0;
                            match report.ended {
                                Ended::TimedOut => Ok::<_, Failure>(took - SHORT.as_secs_f64() * 1_000.0),
                                other => Err(format!("{other:?}").into()),
                            }
                        })
                    });
                    for call in calls.collect::<Vec<_>>() {
                        late.push(call.await??);
                    }
                }
                let worst = late.iter().copied().fold(0.0, f64::max);
                lines.push(format!(
                    "{name} of 200 ms, {at_once} at once: stopped {:.1} ms late (median of {}), {worst:.1} at worst",
                    median(late.clone()),
                    late.len(),
                ));
            }
        }
        Ok(lines)
    }
}
