//! What goes wrong with the sandbox itself, never with the code in it.

use thiserror::Error;

/// The sandbox cannot be used.
#[derive(Debug, Error)]
pub enum Error {
    /// A file of the sandbox cannot be read or written.
    #[error("a file of the Python sandbox: {0}")]
    Io(#[from] std::io::Error),
    /// The engine refuses its settings, the artifact or an instance.
    #[error("the WebAssembly engine: {0}")]
    Engine(String),
    /// The artifact may have been written by somebody else.
    #[error("`{0}` may be written by others; it is machine code that this server would run")]
    Untrusted(String),
    /// The sandbox is being readied, or could not be.
    #[error("{0}")]
    NotReady(String),
    /// The instance ended without a word that could be understood.
    #[error("the Python sandbox: {0}")]
    Broken(String),
}

impl Error {
    pub(crate) fn engine(error: wasmtime::Error) -> Self {
        Self::Engine(format!("{error:#}"))
    }

    pub(crate) fn io(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
