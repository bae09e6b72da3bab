//! Answers without a network, for tests of tools.
//!
//! A guard with a [`Script`] sends nothing: each request is judged as ever (its form, its address as far as that is
//! known without asking a name server), and then the script says what becomes of it. Redirects, time limits and size
//! limits are those of a real request, so whoever sends cannot tell the difference.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::{Guard, SendErrorKind};

/// Says what becomes of each request.
pub trait Script: Send + Sync {
    /// What becomes of `request`. Called once for each hop.
    fn play(&self, request: &Sending<'_>) -> Played;
}

/// A request that would leave now.
#[derive(Debug, Clone, Copy)]
pub struct Sending<'a> {
    /// The method.
    pub method: &'a Method,
    /// Where to.
    pub url: &'a Url,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a Bytes,
}

/// What becomes of a request, and how long that takes.
#[derive(Debug, Clone)]
pub struct Played {
    /// How long nothing comes.
    pub delay: Duration,
    /// What comes then.
    pub ending: Ending,
}

/// An answer, or none.
#[derive(Debug, Clone)]
pub enum Ending {
    /// The upstream answers.
    Answer {
        /// The status.
        status: StatusCode,
        /// The headers.
        headers: HeaderMap,
        /// The body, not compressed.
        body: Bytes,
    },
    /// It does not.
    Failure {
        /// What goes wrong.
        kind: SendErrorKind,
        /// Whether the request had left by then.
        is_sent: bool,
        /// What goes wrong, in words.
        message: String,
    },
}

/// The script of a guard, if it has one.
#[derive(Clone, Default)]
pub(crate) struct Scripted(pub(crate) Option<Arc<dyn Script>>);

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "scripted" } else { "real" })
    }
}

impl Guard {
    /// A guard with the same policy that sends nothing and asks `script` instead.
    #[must_use]
    pub fn scripted(&self, script: Arc<dyn Script>) -> Self {
        Self { inner: Arc::clone(&self.inner), script: Scripted(Some(script)) }
    }
}
