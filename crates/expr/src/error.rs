//! Why a template, a condition or a projection was refused or could not be rendered.

use std::fmt;

use callwright_model::Fault;

/// What went wrong, for the author of the text.
///
/// The message never holds the value of a secret: where a text reads one, details that could quote it
/// are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Where in a [`ValueTemplate`](crate::ValueTemplate), as a JSON pointer.
    pub path: Option<String>,
    /// What kind of mistake it is.
    pub kind: ErrorKind,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// The kinds of mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The text does not follow the grammar.
    Syntax,
    /// It names something that does not exist.
    UnknownName,
    /// It names something that is both a secret and a call field.
    Collision,
    /// It names something that this text may not read, or uses a feature that is not offered.
    Refused,
    /// A value that it needs is not there.
    Undefined,
    /// It, its intermediate values or its result are too large.
    TooLarge,
    /// An operation did not work out: a wrong type, a division by zero, an unusable value.
    Evaluation,
    /// A condition gave something other than true or false.
    NotBoolean,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { path: None, kind, message: message.into() }
    }

    /// The same error, found at `path` (a JSON pointer); an inner path is appended to it.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        let inner = self.path.take().unwrap_or_default();
        self.path = Some(format!("{path}{inner}"));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_deref() {
            Some(path) if !path.is_empty() => write!(f, "at `{path}`: {}", self.message),
            _ => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let field = error.path.as_deref().unwrap_or_default().trim_start_matches('/').replace('/', ".");
        Self::invalid(field, error.to_string())
    }
}
