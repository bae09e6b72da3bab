//! What is asked of an instance, and what comes back.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Error, admission::Tenant, http::HttpSender, limits::Limits, marshal, printed::Listener};

/// A tool's code, checked and compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The compiled form, for the interpreter that compiled it and no other.
    pub code: Arc<[u8]>,
    /// The function that is called.
    pub function: Arc<str>,
}

/// One call of a program.
pub struct Job {
    /// Whose call it is: tenants take turns.
    pub tenant: Tenant,
    /// What is run.
    pub program: Program,
    /// The properties of the tool's schema, which decide how its function is called.
    pub names: Arc<[String]>,
    /// The arguments.
    pub parameters: Map<String, Value>,
    /// The circumstances, as the code sees them.
    pub context: Map<String, Value>,
    /// What `os.environ` holds.
    pub env: BTreeMap<String, String>,
    /// The modules that the code may import; `None` for whatever there is.
    pub imports: Option<Arc<[String]>>,
    /// What it may use.
    pub limits: Limits,
    /// When it must have ended, whenever its turn comes.
    pub until: Option<Instant>,
    /// Where its HTTP requests go; without it there are none.
    pub http: Option<HttpSender>,
    /// Told each line that it prints.
    pub printed: Option<Listener>,
}

/// What came of a call.
#[derive(Debug)]
pub struct Report {
    /// How it ended.
    pub ended: Ended,
    /// What it printed.
    pub logs: Vec<String>,
    /// How many printed bytes were left out.
    pub logs_omitted: usize,
    /// The most linear memory that it held.
    pub memory_bytes: usize,
    /// From the moment that its instance began.
    pub wall: Duration,
    /// How long it waited for its turn.
    pub waited: Duration,
}

/// How a call ended.
#[derive(Debug, PartialEq)]
pub enum Ended {
    /// With a result.
    Done(Value),
    /// The code raised an exception.
    Raised(Raised),
    /// Its time was over.
    TimedOut,
    /// It wanted more memory than it may have.
    OutOfMemory {
        /// It was within its own limit, but all sandboxes together were not.
        is_shared: bool,
    },
    /// The instance died: a limit of the engine, or a fault of the interpreter.
    Died(String),
}

/// An exception that reached the end.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Raised {
    /// What sort of end it is.
    #[serde(rename = "kind")]
    pub sort: Sort,
    /// The exception's type.
    #[serde(rename = "type")]
    pub name: String,
    /// Its text.
    pub message: String,
    /// The lines of the tool's own code that led there, outermost first.
    #[serde(default)]
    pub frames: Vec<(u32, String)>,
    /// How many more there were in between.
    #[serde(default)]
    pub omitted: u32,
    /// Where a syntax error is.
    #[serde(default)]
    pub line: Option<u32>,
}

/// The most lines of a traceback.
const MAX_FRAMES: usize = 24;
/// The most bytes of an exception's text: what is shown is cut further, once secrets are hidden.
const MAX_TEXT: usize = 80_000;
/// The most bytes of a name.
const MAX_NAME: usize = 200;

impl Raised {
    /// Within bounds, whoever wrote it.
    pub(crate) fn bounded(mut self) -> Self {
        cut(&mut self.name, MAX_NAME);
        cut(&mut self.message, MAX_TEXT);
        self.frames.truncate(MAX_FRAMES);
        self.frames.iter_mut().for_each(|(_, function)| cut(function, MAX_NAME));
        self
    }
}

/// Cuts a text to at most `most` bytes, between two characters.
pub(crate) fn cut(text: &mut String, most: usize) {
    text.truncate(text.floor_char_boundary(most));
}

/// What sort of exception it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// A ValueError: meant for whoever called.
    Value,
    /// Any other.
    Exception,
    /// The result has no form in JSON, or is too large.
    Result,
    /// A MemoryError.
    Memory,
    /// The function cannot be called with what the schema describes.
    Signature,
    /// `sys.exit`.
    Exit,
    /// The code does not compile.
    Syntax,
}

/// What is looked at when a tool is saved.
#[derive(Debug, Clone, Default)]
pub struct Checking {
    /// Whose tool it is.
    pub tenant: Tenant,
    /// The source.
    pub source: String,
    /// The tool's name.
    pub tool: String,
    /// The function that its author named.
    pub function: Option<String>,
    /// The properties of the tool's schema.
    pub names: Vec<String>,
    /// The modules that it may import; `*` for whatever there is.
    pub imports: Vec<String>,
}

/// What was found.
#[derive(Debug)]
pub struct Checked {
    /// Why it cannot be saved; empty when it can.
    pub problems: Vec<Problem>,
    /// What its author may want to know.
    pub warnings: Vec<String>,
    /// What can be run.
    pub program: Option<Program>,
}

/// Why a tool cannot be saved.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// `code` or `function_name`.
    pub field: String,
    /// A sentence.
    pub message: String,
    /// The line of the code, from 1.
    #[serde(default)]
    pub line: Option<u32>,
    /// The column, from 1.
    #[serde(default)]
    pub column: Option<u32>,
}

/// The call as the instance reads it; a run has its `parameters` and `context` besides.
#[derive(Serialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub(crate) enum Request<'a> {
    Run {
        function: &'a str,
        names: &'a [String],
        env: &'a BTreeMap<String, String>,
        imports: Option<&'a [String]>,
        apart: &'a [&'a str],
        output_bytes: usize,
        log_bytes: usize,
    },
    Check {
        tool: &'a str,
        function: Option<&'a str>,
        names: &'a [String],
        imports: &'a [String],
        available: &'a [&'a str],
        apart: &'a [&'a str],
        env: Map<String, Value>,
        log_bytes: usize,
    },
    Compile {
        env: Map<String, Value>,
        log_bytes: usize,
    },
}

impl Request<'_> {
    /// The bytes of it, together with `more`.
    pub(crate) fn write(&self, more: impl IntoIterator<Item = (&'static str, Value)>) -> Result<Vec<u8>, Error> {
        let mut request = serde_json::to_value(self).map_err(|error| Error::Broken(error.to_string()))?;
        for (name, value) in more {
            request[name] = value;
        }
        marshal::to_vec(&request)
    }
}

/// What the instance answers. Whatever it is, it was written by code that nobody trusts.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Checked {
        #[serde(rename = "kind")]
        _kind: Only,
        problems: Vec<Problem>,
        #[serde(default)]
        warnings: Vec<String>,
        function: Option<String>,
        code: Option<String>,
    },
    Raised(Raised),
}

/// The one word `checked`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Only {
    Checked,
}
