//! The sandbox: ready instances, their turns, and a runtime of their own.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use base64::Engine as _;
use serde_json::{Map, Value};
use tokio::{runtime::Runtime, task::JoinHandle};
use wasmtime::{Engine, Store, Trap, UpdateDeadline};

use crate::{
    Artifact, Error,
    admission::{Admission, Place},
    artifact,
    bindings::{Sandbox as Guest, SandboxPre},
    engine::{self, Ticker},
    instance::{self, State},
    job::{Answer, Checked, Checking, Ended, Job, Program, Report, Request, cut},
    library::Library,
    limits::{Budget, Limits, Refused},
    modules,
};

/// What a call gets beyond its time to be stopped from outside, when it waits for the host.
const GRACE: Duration = Duration::from_millis(20);
/// What a check may use; the code is only read, not run.
const CHECK: Limits =
    Limits { wall: Duration::from_secs(10), memory_bytes: 256 << 20, output_bytes: 16 << 20, log_bytes: 4 << 10 };
/// The most bytes that an instance hands over at once. Our own Python does it in pieces of 4 MiB at most.
const MAX_COPIED: usize = 8 << 20;
/// The most bytes of a compiled program.
const MAX_PROGRAM: usize = 2 << 20;
/// The most problems or warnings that are told of.
const MAX_TOLD: usize = 20;
/// The most bytes of one of them.
const MAX_SENTENCE: usize = 1_000;
/// How deep a result may be nested: as `DEPTH` in `guest/values.py`.
const MAX_DEPTH: usize = 100;
/// What the host calls.
const ENTRY: &str = "_run()";

/// How much is run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The most calls at once; further ones wait for their turn.
    pub places: usize,
    /// The instances that are kept ready.
    pub ready: usize,
    /// The threads that run them.
    pub threads: usize,
    /// What all instances together may grow by, in bytes.
    pub memory_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self { places: cores * 4, ready: cores * 2, threads: cores, memory_bytes: 1 << 30 }
    }
}

/// A cheap handle to the sandbox.
#[derive(Clone)]
pub struct Sandbox(Arc<Rooms>);

struct Rooms {
    inner: Arc<Inner>,
    /// Of their own, so that code which never rests takes no time from those who serve requests.
    runtime: Option<Runtime>,
}

struct Inner {
    engine: Engine,
    guest: SandboxPre<State>,
    library: Arc<Library>,
    budget: Budget,
    ticker: Ticker,
    admission: Admission,
    ready: Mutex<Vec<Instance>>,
    want: usize,
}

/// An instance that nothing has run in.
struct Instance {
    store: Store<State>,
    guest: Guest,
}

impl Sandbox {
    /// Loads what [`crate::prepare`] has made.
    ///
    /// # Errors
    /// When it is not there, may have been changed by others, or the machine has not enough address space.
    pub fn start(artifact: &Artifact, settings: Settings) -> Result<Self, Error> {
        // Those that are being cleared away and those that are ready need a place, too.
        let slots = (settings.places * 2 + settings.ready + 4) as u32;
        let engine = engine::engine(slots)?;
        let (component, library) = artifact::load(&engine, artifact)?;
        let linker = instance::linker(&engine).map_err(Error::engine)?;
        let pre = linker.instantiate_pre(&component).map_err(Error::engine)?;
        let inner = Arc::new(Inner {
            ticker: Ticker::start(engine.clone())?,
            guest: SandboxPre::new(pre).map_err(Error::engine)?,
            library: Arc::new(library),
            budget: Budget::new(settings.memory_bytes),
            admission: Admission::new(settings.places),
            ready: Mutex::new(Vec::new()),
            want: settings.ready,
            engine,
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(settings.threads.max(1))
            .thread_name("python")
            .enable_time()
            .build()?;
        runtime.spawn(refill(inner.clone()));
        Ok(Self(Arc::new(Rooms { inner, runtime: Some(runtime) })))
    }

    /// Prepares in `dir` what is missing, and starts; for tests and tools that can wait.
    ///
    /// # Errors
    /// As [`Self::start`] and [`crate::prepare`].
    pub fn prepare_and_start(dir: &Path, settings: Settings) -> Result<Self, Error> {
        Self::start(&artifact::prepare(dir)?, settings)
    }

    /// Runs a call in a fresh instance, once it is its turn. Dropped, it is stopped.
    ///
    /// # Errors
    /// Only when the sandbox itself is at fault, or too many wait for it: [`Error::NotReady`].
    pub async fn run(&self, mut job: Job) -> Result<Report, Error> {
        let began = Instant::now();
        let place = self.enter(job.tenant).await?;
        let waited = began.elapsed();
        let given = [
            ("parameters", Value::Object(std::mem::take(&mut job.parameters))),
            ("context", Value::Object(std::mem::take(&mut job.context))),
        ];
        let request = Request::Run {
            function: &job.program.function,
            names: &job.names,
            env: &job.env,
            imports: job.imports.as_deref(),
            apart: modules::NETWORK,
            output_bytes: job.limits.output_bytes,
            log_bytes: job.limits.log_bytes,
        };
        let request = request.write(given)?;
        let mut raw = self.begin(place, request, job.program.code.clone(), &job).await?;
        let ended = match raw.answer.take() {
            Some(bytes) => understand(&bytes, raw.refused),
            None => raw.ended(),
        };
        Ok(Report {
            ended,
            logs: raw.logs,
            logs_omitted: raw.logs_omitted,
            memory_bytes: raw.memory_bytes,
            wall: raw.wall,
            waited,
        })
    }

    /// Looks a tool's code over and compiles it. The code is not run.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn check(&self, checking: Checking) -> Result<Checked, Error> {
        let place = self.enter(checking.tenant).await?;
        let request = Request::Check {
            tool: &checking.tool,
            function: checking.function.as_deref(),
            names: &checking.names,
            imports: &checking.imports,
            available: if checking.imports.iter().any(|name| name == "*") { &["*"] } else { modules::all() },
            apart: modules::NETWORK,
            env: Map::new(),
            log_bytes: CHECK.log_bytes,
        };
        let request = request.write([])?;
        let job = nothing(checking.tenant);
        let source: Arc<[u8]> = checking.source.into_bytes().into();
        let raw = self.begin(place, request, source, &job).await?;
        let Some(answer) = raw.answer.as_deref() else {
            if raw.refused == Some(Refused::Shared) {
                let why = "all Python calls together have the memory that they may have; try again shortly";
                return Err(Error::NotReady(why.to_owned()));
            }
            return Ok(Checked::refused(match raw.ended() {
                Ended::TimedOut => "takes too long to read; make it smaller",
                Ended::OutOfMemory { .. } => "takes too much memory to read; make it smaller",
                _ => "cannot be read: it is nested too deeply",
            }));
        };
        match serde_json::from_slice(answer).map_err(|error| Error::Broken(error.to_string()))? {
            // What all together may have is a matter of the moment, and nothing is wrong with the code.
            _ if raw.refused == Some(Refused::Shared) => Err(Error::NotReady(
                "all Python calls together have the memory that they may have; try again shortly".to_owned(),
            )),
            Answer::Checked { code: Some(code), .. } if code.len() / 4 * 3 > MAX_PROGRAM => {
                Ok(Checked::refused("is too large once it is compiled (2 MiB); keep data out of it"))
            }
            Answer::Checked { mut problems, mut warnings, function, code, .. } => {
                problems.truncate(MAX_TOLD);
                problems.iter_mut().for_each(|problem| cut(&mut problem.message, MAX_SENTENCE));
                warnings.truncate(MAX_TOLD);
                warnings.iter_mut().for_each(|warning| cut(warning, MAX_SENTENCE));
                let code = code.and_then(|code| base64::prelude::BASE64_STANDARD.decode(code).ok());
                let program = match (code, function) {
                    (Some(code), Some(function)) => Some(Program { code: code.into(), function: function.into() }),
                    _ => None,
                };
                Ok(Checked { problems, warnings, program })
            }
            Answer::Raised(raised) => {
                let raised = raised.bounded();
                Ok(Checked::refused(&format!("cannot be read: {} {}", raised.name, raised.message)))
            }
        }
    }

    /// Compiles modules of the library, given as JSON (`{name: source}`); for the builder.
    ///
    /// # Errors
    /// When one does not compile.
    pub async fn compile(&self, sources: Vec<u8>) -> Result<Vec<u8>, Error> {
        let place = self.enter(0).await?;
        let request = Request::Compile { env: Map::new(), log_bytes: CHECK.log_bytes };
        let request = request.write([])?;
        let raw = self.begin(place, request, sources.into(), &nothing(0)).await?;
        raw.answer.ok_or_else(|| Error::Broken(format!("{:?}", raw.died)))
    }

    /// What all instances together have grown by, in bytes.
    pub fn grown_bytes(&self) -> usize {
        self.0.inner.budget.taken()
    }

    async fn enter(&self, tenant: crate::Tenant) -> Result<Place, Error> {
        let full = "too many Python calls are waiting for their turn; try again shortly";
        self.0.inner.admission.enter(tenant).await.map_err(|_| Error::NotReady(full.to_owned()))
    }

    async fn begin(&self, place: Place, request: Vec<u8>, code: Arc<[u8]>, job: &Job) -> Result<Raw, Error> {
        let Some(runtime) = &self.0.runtime else { return Err(Error::NotReady("the sandbox has stopped".to_owned())) };
        let (mut limits, http, printed) = (job.limits, job.http.clone(), job.printed.clone());
        if let Some(until) = job.until {
            limits.wall = limits.wall.min(until.saturating_duration_since(Instant::now()));
        }
        let (inner, tenant) = (self.0.inner.clone(), job.tenant);
        let running = runtime.spawn(async move {
            let mut instance = inner.take().await?;
            let state = instance.store.data_mut();
            state.channels.begin(request, code, http, limits.output_bytes);
            state.growth.limit(limits.memory_bytes, tenant);
            lock(&state.printed).begin(limits.log_bytes, printed);
            let raw = instance.run(&inner.ticker, limits).await;
            // Clearing away and making a new one is nothing that the caller waits for.
            tokio::spawn(async move {
                drop(instance);
                drop(place);
                refill(inner).await;
            });
            Ok(raw)
        });
        let mut running = Stop(running);
        (&mut running.0).await.map_err(|error| Error::Broken(error.to_string()))?
    }
}

impl Drop for Rooms {
    fn drop(&mut self) {
        // Waiting for it here could block those who serve requests.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Stops a task with whoever waits for it.
struct Stop<T>(JoinHandle<T>);

impl<T> Drop for Stop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A call of nothing, for what is only looked at.
fn nothing(tenant: crate::Tenant) -> Job {
    Job {
        tenant,
        program: Program { code: Arc::from([]), function: Arc::from("") },
        names: Arc::from([]),
        parameters: Map::new(),
        context: Map::new(),
        env: std::collections::BTreeMap::new(),
        imports: None,
        limits: CHECK,
        until: None,
        http: None,
        printed: None,
    }
}

async fn refill(inner: Arc<Inner>) {
    while lock(&inner.ready).len() < inner.want {
        match inner.instantiate().await {
            Ok(instance) => {
                let mut ready = lock(&inner.ready);
                if ready.len() < inner.want {
                    ready.push(instance);
                }
            }
            // The next call says what is wrong.
            Err(error) => {
                tracing::warn!(%error, "no Python instance could be made ready");
                return;
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    async fn take(&self) -> Result<Instance, Error> {
        let ready = lock(&self.ready).pop();
        match ready {
            Some(instance) => Ok(instance),
            None => self.instantiate().await,
        }
    }

    async fn instantiate(&self) -> Result<Instance, Error> {
        let mut store = Store::new(&self.engine, State::new(self.library.clone(), self.budget.clone()));
        store.limiter(|state| &mut state.growth);
        store.set_epoch_deadline(u64::MAX / 2);
        // What one call of the host may copy out: copying cannot be interrupted.
        store.set_hostcall_fuel(MAX_COPIED);
        let guest = self.guest.instantiate_async(&mut store).await.map_err(Error::engine)?;
        Ok(Instance { store, guest })
    }
}

/// What is left of a call when its instance has gone.
struct Raw {
    answer: Option<Vec<u8>>,
    died: Option<Died>,
    refused: Option<Refused>,
    logs: Vec<String>,
    logs_omitted: usize,
    memory_bytes: usize,
    wall: Duration,
}

#[derive(Debug)]
enum Died {
    Overtime,
    Trap(String),
}

impl Raw {
    /// How it ended, there being no answer.
    fn ended(&self) -> Ended {
        match (&self.died, self.refused) {
            (Some(Died::Overtime), _) => Ended::TimedOut,
            (_, Some(refused)) => Ended::OutOfMemory { is_shared: refused == Refused::Shared },
            (Some(Died::Trap(why)), None) => Ended::Died(why.clone()),
            (None, None) => Ended::Died("it ended without a result".to_owned()),
        }
    }
}

impl Instance {
    async fn run(&mut self, ticker: &Ticker, limits: Limits) -> Raw {
        let began = Instant::now();
        let deadline = began + limits.wall;
        self.store.set_epoch_deadline(1);
        self.store.epoch_deadline_callback(move |_| {
            Ok(if Instant::now() >= deadline { UpdateDeadline::Interrupt } else { UpdateDeadline::Yield(1) })
        });
        let running = ticker.run();
        let guest = &self.guest;
        let call = self.store.run_concurrent(async |accessor| guest.call_execute(accessor, ENTRY.to_owned()).await);
        let died = match tokio::time::timeout_at((deadline + GRACE).into(), call).await {
            Err(_) => Some(Died::Overtime),
            Ok(Ok(Ok(Ok(_)))) => None,
            Ok(Ok(Ok(Err(raised)))) => Some(Died::Trap(raised)),
            Ok(Ok(Err(error)) | Err(error)) => Some(Died::of(&error)),
        };
        drop(running);
        let wall = began.elapsed();
        let state = self.store.data_mut();
        let (logs, logs_omitted) = lock(&state.printed).take();
        // An instance that was stopped after it had given its result is late all the same.
        let answer = state.channels.take_result().filter(|_| died.is_none());
        let (refused, memory_bytes) = (state.growth.refused, state.growth.peak());
        Raw { answer, died, refused, logs, logs_omitted, memory_bytes, wall }
    }
}

impl Died {
    fn of(error: &wasmtime::Error) -> Self {
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => Self::Overtime,
            Some(trap) => Self::Trap(trap.to_string()),
            None => Self::Trap("it asked for what the sandbox does not have".to_owned()),
        }
    }
}

/// Reads what the instance wrote.
fn understand(bytes: &[u8], refused: Option<Refused>) -> Ended {
    const PREFIX: &[u8] = br#"{"kind":"done","result":"#;
    if let Some(result) = bytes.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(b"}")) {
        return match serde_json::from_slice::<Value>(result) {
            // Our own Python keeps to this; code can write past it, and what is nested deeper could not be read back from
            // the log, which wraps it once more.
            Ok(result) if is_deeper(&result, MAX_DEPTH) => {
                Ended::Died(format!("its result is nested more than {MAX_DEPTH} deep"))
            }
            Ok(result) => Ended::Done(result),
            Err(error) => Ended::Died(format!("its result cannot be read: {error}")),
        };
    }
    match serde_json::from_slice::<Answer>(bytes) {
        Ok(Answer::Raised(raised)) if raised.sort == crate::Sort::Memory => {
            Ended::OutOfMemory { is_shared: refused == Some(Refused::Shared) }
        }
        Ok(Answer::Raised(raised)) => Ended::Raised(raised.bounded()),
        _ => Ended::Died("its answer cannot be read".to_owned()),
    }
}

/// Whether a value has more than `most` levels of lists and objects.
fn is_deeper(value: &Value, most: usize) -> bool {
    match value {
        Value::Array(items) => most == 0 || items.iter().any(|item| is_deeper(item, most - 1)),
        Value::Object(fields) => most == 0 || fields.values().any(|item| is_deeper(item, most - 1)),
        _ => false,
    }
}

impl Checked {
    fn refused(why: &str) -> Self {
        let problem = crate::Problem { field: "code".to_owned(), message: why.to_owned(), line: None, column: None };
        Self { problems: vec![problem], warnings: Vec::new(), program: None }
    }
}
