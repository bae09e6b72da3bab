//! The sandbox of this process, once it is ready, and the programs that it has compiled.

use std::sync::Arc;

use callwright_model::{ErrorClass, Fault, ToolError};
use callwright_pybox::{Artifact, Checked, Checking, Error, Program, Sandbox, Settings, Tenant};
use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest, Sha256};
use tokio::{
    sync::{OnceCell, watch},
    time::Instant,
};

/// How many compiled programs are expected.
const PROGRAMS: usize = 1_000;
/// What they may take together, in bytes.
const MAX_PROGRAM_BYTES: u64 = 64 << 20;

/// Names a compiled program: a hash of all that decides it.
pub type Key = [u8; 32];

/// A program weighs what its code takes.
#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Program> for Bytes {
    fn weight(&self, _: &Key, program: &Program) -> u64 {
        program.code.len() as u64 + 256
    }
}

/// A cheap handle to the sandbox.
#[derive(Clone)]
pub struct Python(Arc<Room>);

struct Room {
    state: watch::Sender<State>,
    settings: Settings,
    sandbox: OnceCell<Sandbox>,
    programs: Cache<Key, Program, Bytes>,
}

/// Whether there is a sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Its machine code is being made.
    Preparing,
    /// Its machine code lies here.
    Ready(Artifact),
    /// There is none, and why.
    Absent(String),
}

impl Python {
    /// A sandbox that is being prepared.
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(Room {
            state: watch::Sender::new(State::Preparing),
            settings,
            sandbox: OnceCell::new(),
            programs: Cache::with_weighter(PROGRAMS, MAX_PROGRAM_BYTES, Bytes),
        }))
    }

    /// Tells those who wait how the preparation went.
    pub fn set(&self, state: State) {
        self.0.state.send_replace(state);
    }

    /// Whether there is a sandbox.
    pub fn state(&self) -> State {
        self.0.state.borrow().clone()
    }

    /// The sandbox; it is loaded when it is first wanted.
    ///
    /// # Errors
    /// `sandbox_error` when there is none by `deadline`.
    pub async fn sandbox(&self, deadline: Instant) -> Result<Sandbox, ToolError> {
        if let Some(sandbox) = self.0.sandbox.get() {
            return Ok(sandbox.clone());
        }
        let mut state = self.0.state.subscribe();
        let settled =
            async { state.wait_for(|state| *state != State::Preparing).await.ok().map(|state| state.clone()) };
        let state = tokio::time::timeout_at(deadline, settled).await.ok().flatten().unwrap_or(State::Preparing);
        let is_preparing = state == State::Preparing;
        let why = match state {
            State::Ready(artifact) => {
                let start = || async { Sandbox::start(&artifact, self.0.settings) };
                return self.0.sandbox.get_or_try_init(start).await.cloned().map_err(|error| unavailable(&error));
            }
            State::Preparing => "is still being prepared; this takes up to a minute after the first start".to_owned(),
            State::Absent(why) => why,
        };
        let mut error =
            ToolError::new(ErrorClass::SandboxError, "sandbox_unavailable", format!("the Python sandbox {why}"));
        error.retryable = is_preparing;
        Err(error)
    }

    /// Looks a tool's code over, and keeps what can be run.
    ///
    /// # Errors
    /// When the sandbox itself is at fault.
    pub async fn check(&self, sandbox: &Sandbox, checking: Checking) -> Result<Checked, Error> {
        let key = key(&checking);
        let checked = sandbox.check(checking).await?;
        if let Some(program) = &checked.program {
            self.0.programs.insert(key, program.clone());
        }
        Ok(checked)
    }

    /// The compiled form of a tool that was accepted.
    ///
    /// # Errors
    /// `sandbox_error` when it does not compile any more, which another version of the interpreter may bring about.
    pub async fn program(
        &self,
        sandbox: &Sandbox,
        key: Key,
        checking: &Checking,
        tenant: Tenant,
    ) -> Result<Program, ToolError> {
        if let Some(program) = self.0.programs.get(&key) {
            return Ok(program);
        }
        let checking = Checking { tenant, ..checking.clone() };
        let checked = self.check(sandbox, checking).await.map_err(|error| unavailable(&error))?;
        checked.program.ok_or_else(|| {
            let why = checked.problems.first().map_or("it does not compile", |problem| problem.message.as_str());
            ToolError::new(ErrorClass::SandboxError, "bad_code", format!("the tool's code cannot be run: {why}"))
        })
    }
}

/// What decides how code is compiled and called.
pub fn key(checking: &Checking) -> Key {
    let Checking { tenant: _, source, tool, function, names, imports } = checking;
    let mut hash = Sha256::new();
    for text in [source, tool].into_iter().chain(function).chain(names).chain(imports) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    hash.update([u8::from(function.is_some())]);
    hash.update((names.len() as u64).to_le_bytes());
    hash.finalize().into()
}

/// The time was over before anything ran.
pub(super) fn overdue() -> ToolError {
    let message = "there was no time left for this call in the Python sandbox; nothing was sent";
    ToolError::new(ErrorClass::TimeoutError, "sandbox_busy", message)
}

/// The sandbox is at fault, not the code.
pub(super) fn unavailable(error: &Error) -> ToolError {
    if let Error::NotReady(why) = error {
        return ToolError::new(ErrorClass::RateLimitError, "sandbox_busy", why).retry_after(1_000);
    }
    tracing::error!(%error, "the Python sandbox failed");
    let mut error = ToolError::new(ErrorClass::SandboxError, "sandbox_unavailable", "the Python sandbox failed");
    error.retryable = true;
    error
}

/// The same for whoever saves a tool.
pub(super) fn fault(error: ToolError) -> Fault {
    Fault::new(callwright_model::FaultKind::Unavailable, "sandbox_unavailable", error.message)
}
