//! The requests that code in the sandbox sends: through the outbound guard like all others, and remembered as far as they
//! may have acted.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use callwright_guard::{Answer, Outgoing, Redactor};
use callwright_model::{ToolError, execution::Attempt, tool::Effect};
use callwright_pybox::{HttpAnswer, HttpCall, HttpRefused, HttpRequest};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use url::Url;

use crate::{
    executor::{ExecCx, PreparedCall},
    gate::Failure,
    http::failure::{Failed, unknown},
};

/// The most bytes of an answer, after decompression.
const MAX_ANSWER: usize = 8 << 20;
/// The most requests that one execution sends.
const MAX_REQUESTS: u32 = 100;

/// The requests of one execution.
pub(super) struct Outbound<'a> {
    cx: &'a ExecCx<'a>,
    call: &'a PreparedCall<'a>,
    hide: &'a Redactor,
    sent: u32,
    /// The writes that were sent, in the order in which they first were, and whether they were answered.
    writes: Vec<Write>,
    /// The write under way.
    last: Option<usize>,
    /// A request that may change something has left, or may have.
    has_acted: bool,
    /// Of one of these it is not known whether it did.
    is_in_doubt: bool,
}

/// A write that the code has sent.
struct Write {
    /// Of method, address and body.
    hash: [u8; 32],
    is_answered: bool,
}

impl<'a> Outbound<'a> {
    pub(super) fn new(cx: &'a ExecCx<'a>, call: &'a PreparedCall<'a>, hide: &'a Redactor) -> Self {
        Self { cx, call, hide, sent: 0, writes: Vec::new(), last: None, has_acted: false, is_in_doubt: false }
    }

    /// Whether the code has sent anything, and so has surely begun.
    pub(super) fn has_begun(&self) -> bool {
        self.sent > 0
    }

    /// Carries one request out.
    pub(super) async fn answer(&mut self, call: HttpCall) {
        let answer = match call.parse() {
            Ok(request) => self.send(request).await,
            Err(refused) => Err(refused),
        };
        call.answer(answer);
    }

    async fn send(&mut self, request: HttpRequest) -> Result<HttpAnswer, HttpRefused> {
        self.sent += 1;
        self.last = None;
        if self.sent > MAX_REQUESTS {
            return Err(refuse("too_many_requests", format!("one execution may send {MAX_REQUESTS} requests")));
        }
        let is_safe = matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        let outgoing = self.outgoing(request, is_safe)?;
        let (started_at, begun) = (self.cx.clock.now(), Instant::now());
        let left = AtomicBool::new(false);
        let mut watch = Watch { outbound: self, left: &left, is_safe, is_over: false };
        let sent = watch.outbound.cx.guard.send_watched(outgoing, &left).await;
        watch.is_over = true;
        drop(watch);
        match sent {
            Ok(answer) => {
                self.has_acted |= !is_safe;
                if let Some(write) = self.last.take().and_then(|at| self.writes.get_mut(at)) {
                    write.is_answered = true;
                }
                self.note(started_at, begun, Some(answer.status), None);
                Ok(told(answer))
            }
            Err(error) => {
                let failed = Failed::from_send(&error, self.hide);
                let may_have_acted = !is_safe && matches!(failed.failure, Failure::MaybeSent(_));
                self.has_acted |= may_have_acted;
                self.is_in_doubt |= may_have_acted;
                self.note(started_at, begun, None, Some(&failed.error));
                let is_late = failed.error.class == callwright_model::ErrorClass::TimeoutError;
                let code = if is_late { "timeout" } else { failed.error.code.as_str() };
                Err(refuse(code, failed.error.message))
            }
        }
    }

    fn outgoing(&mut self, request: HttpRequest, is_safe: bool) -> Result<Outgoing, HttpRefused> {
        let bad = |what: &str, why: String| refuse("bad_request", format!("the {what}: {why}"));
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|error| bad("method", error.to_string()))?;
        let url = Url::parse(&request.url).map_err(|error| bad("address", error.to_string()))?;
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers {
            let name =
                HeaderName::from_bytes(name.as_bytes()).map_err(|error| bad("header's name", error.to_string()))?;
            let value =
                HeaderValue::from_bytes(value.as_bytes()).map_err(|error| bad("header's value", error.to_string()))?;
            headers.append(name, value);
        }
        // The guard says itself what it can unpack.
        headers.remove(http::header::ACCEPT_ENCODING);
        if !is_safe {
            let key = self.key(&method, &url, &request.body);
            if let Ok(key) = HeaderValue::from_str(&key) {
                headers.entry("idempotency-key").or_insert(key);
            }
        }
        let policy = &self.call.policy;
        let wanted = request.timeout_ms.map(Duration::from_millis);
        let read = Duration::from_millis(policy.read_timeout_ms.into());
        Ok(Outgoing {
            method,
            url,
            headers,
            body: request.body.into(),
            connect_timeout: Duration::from_millis(policy.connect_timeout_ms.into()),
            read_timeout: wanted.unwrap_or(read),
            deadline: wanted.map_or(self.call.deadline, |wanted| self.call.deadline.min(Instant::now() + wanted)),
            // `requests` follows them itself, one request each: every hop comes by here.
            redirects: 0,
            max_bytes: MAX_ANSWER,
            sensitive: Vec::new(),
        })
    }

    /// The key of a write: the intent's, with a number after the first. Code that runs again under the same intent sends
    /// the same requests in the same order; and one that sends again what nobody answered does so under the same key.
    fn key(&mut self, method: &Method, url: &Url, body: &[u8]) -> String {
        let mut hash = Sha256::new();
        for part in [method.as_str().as_bytes(), url.as_str().as_bytes(), body] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let hash = hash.finalize().into();
        let open = self.writes.iter().position(|write| write.hash == hash && !write.is_answered);
        let at = open.unwrap_or_else(|| {
            self.writes.push(Write { hash, is_answered: false });
            self.writes.len() - 1
        });
        self.last = Some(at);
        if at == 0 { self.call.intent_key.clone() } else { format!("{}-{at}", self.call.intent_key) }
    }

    fn note(
        &self,
        started_at: callwright_model::Timestamp,
        begun: Instant,
        status: Option<StatusCode>,
        error: Option<&ToolError>,
    ) {
        self.cx.ports.attempt(Attempt {
            started_at,
            duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            status: status.map(|status| status.as_u16()),
            error: error.map(|error| error.class),
            message: error.map(|error| self.hide.text(&error.message)),
            waited_ms: None,
        });
    }

    /// The error of code that was stopped from outside: what it has sent may have acted.
    pub(super) fn in_doubt(&self, error: ToolError) -> ToolError {
        if self.has_acted && self.is_write() { unknown(error) } else { error }
    }

    /// The error of code that ended, by itself or not.
    pub(super) fn after(&self, error: ToolError) -> ToolError {
        let was_stopped = matches!(
            error.code.as_str(),
            "timeout" | "sandbox_busy" | "memory_limit" | "memory_pool" | "sandbox_died" | "bad_result"
        );
        if was_stopped || (self.is_in_doubt && self.is_write()) { self.in_doubt(error) } else { error }
    }

    fn is_write(&self) -> bool {
        self.call.effect != Effect::Read && !self.call.repeatable
    }
}

/// Notes what a request may have done although nobody waited for its end.
struct Watch<'a, 'b> {
    outbound: &'a mut Outbound<'b>,
    left: &'a AtomicBool,
    is_safe: bool,
    is_over: bool,
}

impl Drop for Watch<'_, '_> {
    fn drop(&mut self) {
        if !self.is_over && !self.is_safe && self.left.load(Ordering::Relaxed) {
            self.outbound.has_acted = true;
            self.outbound.is_in_doubt = true;
        }
    }
}

fn told(answer: Answer) -> HttpAnswer {
    let headers = answer.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    HttpAnswer {
        status: answer.status.as_u16(),
        reason: answer.status.canonical_reason().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: answer.body.into(),
    }
}

fn refuse(code: &str, message: String) -> HttpRefused {
    HttpRefused { code: code.to_owned(), message }
}
