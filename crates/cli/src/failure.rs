//! Why a command did not do what it was asked: one line for people, a hint when the cure is known, an exit code.

use std::fmt;

/// Why a command failed. Printed as `error: message`, then `hint: …`.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What happened, without a final dot.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// 1: it failed. 2: the command line makes no sense.
    pub(crate) exit_code: u8,
}

impl Failure {
    /// It was tried and failed.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit_code: 1 }
    }

    /// The command line makes no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit_code: 2, ..Self::new(message) }
    }

    /// The command has said all there is to say; only the exit code is left.
    pub(crate) fn told() -> Self {
        Self::new("")
    }

    /// The same with the cure.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Writes it to standard error.
    pub(crate) fn print(&self) {
        if !self.message.is_empty() {
            eprintln!("error: {}", self.message);
        }
        if let Some(hint) = &self.hint {
            eprintln!("hint: {hint}");
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Writing to a pipe whose reader has gone is not worth a word: `callwright … | head` is what people do.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Self::told() } else { Self::new(error.to_string()) }
    }
}
