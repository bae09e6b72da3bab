//! Runs untrusted Python.
//!
//! CPython, compiled to WebAssembly and frozen after its modules were imported, runs under Wasmtime in our own process: a
//! fresh instance for each call, dropped after it. An instance has no file, no environment, no socket, no process; it has
//! its memory, the time, random bytes, and the [channels](channel) to the host. [`Sandbox`] is the way in, [`prepare`]
//! readies the machine code, `snapshot/` in this folder has the builder and our own Python inside.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod admission;
mod artifact;
mod bindings;
mod channel;
mod engine;
mod error;
mod http;
mod instance;
mod job;
mod library;
mod limits;
mod marshal;
pub mod modules;
mod printed;
mod sandbox;

pub use admission::Tenant;
pub use artifact::{Artifact, prepare, prepare_bytes};
pub use engine::MAX_MEMORY_BYTES;
pub use error::Error;
pub use http::{HttpAnswer, HttpCall, HttpRefused, HttpRequest, HttpSender};
pub use job::{Checked, Checking, Ended, Job, Problem, Program, Raised, Report, Sort};
pub use library::pack;
pub use limits::Limits;
pub use printed::Listener;
pub use sandbox::{Sandbox, Settings};
