//! The relay between lines and requests.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use ureq::{Body, http::Response};

use crate::client::Client;

const SESSION: &str = "mcp-session-id";
const VERSION: &str = "mcp-protocol-version";
/// Where a message of the revision without sessions says which it is.
const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// Requests that are under way at once.
const MOST: usize = 64;
/// How long a stream that broke off rests before it is opened again.
const REST: Duration = Duration::from_secs(1);
/// How long what is under way may take once the client has closed its end.
const FAREWELL: Duration = Duration::from_secs(5);
/// The code of an answer that the server did not give.
const NO_ANSWER: i32 = -32000;

/// A relay. Cheap to clone.
#[derive(Clone)]
pub(super) struct Relay(Arc<Shared>);

struct Shared {
    client: Client,
    path: String,
    write: Box<dyn Fn(&str) + Send + Sync>,
    state: Mutex<State>,
    fewer: Condvar,
}

#[derive(Default)]
struct State {
    /// The session, once it has begun.
    session: Option<String>,
    /// How often one has begun; streams of older ones end themselves.
    generation: u64,
    /// The revision that was agreed on.
    version: Option<String>,
    /// How the client began, so that it can be done again.
    begun: Option<Value>,
    /// Ids that wait for an answer.
    waiting: BTreeSet<String>,
    /// Ids that the client gave up.
    given_up: BTreeSet<String>,
    has_ended: bool,
}

impl Relay {
    pub(super) fn new(client: Client, path: String, write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        let state = Mutex::default();
        Self(Arc::new(Shared { client, path, write: Box::new(write), state, fewer: Condvar::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes a message of the client on.
    pub(super) fn take(&self, line: String) {
        let Ok(message) = serde_json::from_str::<Value>(&line) else {
            let error = json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "this is not JSON"}});
            return (self.0.write)(&error.to_string());
        };
        let method = message.get("method").and_then(Value::as_str).unwrap_or_default().to_owned();
        if method == "notifications/cancelled" {
            self.give_up(&message);
        }
        match method.as_str() {
            // What follows needs the session, so it waits for it.
            "initialize" => {
                {
                    let mut state = self.state();
                    state.begun = Some(message.clone());
                    (state.session, state.version) = (None, None);
                }
                self.carry(&message);
            }
            "notifications/initialized" => {
                self.carry(&message);
                let (relay, generation) = (self.clone(), self.state().generation);
                thread::spawn(move || relay.listen(generation));
            }
            // Notifications keep their order.
            _ if message.get("id").is_none() => self.carry(&message),
            _ => self.aside(message),
        }
    }

    /// Carries a request out beside the others.
    fn aside(&self, message: Value) {
        if message.get("method").is_some() {
            let mut state = self.state();
            while state.waiting.len() >= MOST {
                state = self.0.fewer.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.waiting.insert(id_of(&message));
        }
        let relay = self.clone();
        thread::spawn(move || {
            relay.carry(&message);
            let mut state = relay.state();
            let id = id_of(&message);
            state.waiting.remove(&id);
            state.given_up.remove(&id);
            relay.0.fewer.notify_all();
        });
    }

    /// In the revision without sessions a request is given up by hanging up, which its own thread does.
    fn give_up(&self, message: &Value) {
        let id = message.pointer("/params/requestId").map(Value::to_string).unwrap_or_default();
        let mut state = self.state();
        if state.waiting.contains(&id) {
            state.given_up.insert(id);
        }
    }

    fn is_given_up(&self, id: &str) -> bool {
        self.state().given_up.contains(id)
    }

    /// Sends a message and writes what comes back.
    fn carry(&self, message: &Value) {
        match self.post(message) {
            Ok(response) => self.answer(message, response),
            Err(why) => self.fail(message, &why),
        }
    }

    fn post(&self, message: &Value) -> Result<Response<Body>, String> {
        let generation = self.state().generation;
        let mut response = self.send(message)?;
        let is_lost =
            response.status() == 404 && self.state().session.is_some() && stateless_version(message).is_none();
        if is_lost && self.begin_again(generation) {
            response = self.send(message)?;
        }
        Ok(response)
    }

    fn send(&self, message: &Value) -> Result<Response<Body>, String> {
        let mut headers = vec![("accept", "application/json, text/event-stream".to_owned())];
        match stateless_version(message) {
            Some(version) => {
                headers.push((VERSION, version.to_owned()));
                let method = message.get("method").and_then(Value::as_str).unwrap_or_default();
                headers.push(("mcp-method", method.to_owned()));
                if let Some(name) = name_of(method, message) {
                    headers.push(("mcp-name", header_text(name)));
                }
            }
            None => headers.extend(self.session_headers()),
        }
        let exchange = self.0.client.exchange("POST", &self.0.path, Some(message.to_string()), &headers);
        exchange.map_err(|failure| failure.to_string())
    }

    fn session_headers(&self) -> Vec<(&'static str, String)> {
        let state = self.state();
        let session = state.session.clone().map(|session| (SESSION, session));
        session.into_iter().chain(state.version.clone().map(|version| (VERSION, version))).collect()
    }

    fn answer(&self, message: &Value, mut response: Response<Body>) {
        if let Some(session) = response.headers().get(SESSION).and_then(|session| session.to_str().ok()) {
            let mut state = self.state();
            state.session = Some(session.to_owned());
            state.generation += 1;
        }
        let status = response.status().as_u16();
        let is_stream = is_stream(&response);
        if is_stream && status == 200 {
            let id = id_of(message);
            let mut answered = false;
            self.stream(response, None, |data| {
                let own = data.get("id").map(Value::to_string);
                answered |= data.get("method").is_none() && own.as_deref() == Some(id.as_str());
                self.note_version(message, data);
                !self.is_given_up(&id)
            });
            if !answered && message.get("id").is_some() && !self.is_given_up(&id) {
                self.fail(message, "the connection broke off before the answer");
            }
            return;
        }
        let text = response.body_mut().with_config().limit(64 << 20).read_to_string().unwrap_or_default();
        match serde_json::from_str::<Value>(&text) {
            // An answer of the protocol, whatever the status.
            Ok(data) if data.get("jsonrpc").is_some() => {
                self.note_version(message, &data);
                self.write(&data, &id_of(message));
            }
            Ok(data) if status >= 400 => {
                let said = data.pointer("/error/message").and_then(Value::as_str).unwrap_or("no reason was given");
                self.fail(message, &format!("the server answered {status}: {said}"));
            }
            _ if status >= 400 => self.fail(message, &format!("the server answered {status}")),
            _ => {}
        }
    }

    fn note_version(&self, message: &Value, answer: &Value) {
        if message.get("method").and_then(Value::as_str) == Some("initialize")
            && let Some(version) = answer.pointer("/result/protocolVersion").and_then(Value::as_str)
        {
            self.state().version = Some(version.to_owned());
        }
    }

    fn write(&self, data: &Value, id: &str) {
        let is_answer = data.get("method").is_none();
        if !(is_answer && self.is_given_up(id)) {
            (self.0.write)(&data.to_string());
        }
    }

    /// Says that there is no answer, to whoever waits for one.
    fn fail(&self, message: &Value, why: &str) {
        eprintln!("{why}");
        let (Some(id), true) = (message.get("id"), message.get("method").is_some()) else { return };
        let error = json!({"jsonrpc": "2.0", "id": id, "error": {"code": NO_ANSWER, "message": why}});
        self.write(&error, &id.to_string());
    }

    /// Writes the messages of a stream until it ends or `each` has had enough; the id of the last event.
    fn stream(
        &self,
        mut response: Response<Body>,
        last: Option<String>,
        mut each: impl FnMut(&Value) -> bool,
    ) -> Option<String> {
        let mut last = last;
        let mut lines = BufReader::new(response.body_mut().as_reader());
        let (mut line, mut data) = (String::new(), String::new());
        loop {
            line.clear();
            // A connection that is cut is a stream that ends.
            if !lines.read_line(&mut line).is_ok_and(|count| count > 0) {
                return last;
            }
            let text = line.trim_end_matches(['\n', '\r']);
            if let Some(id) = text.strip_prefix("id:") {
                last = Some(id.trim().to_owned());
            } else if let Some(more) = text.strip_prefix("data:") {
                data.push_str(more.strip_prefix(' ').unwrap_or(more));
            } else if text.is_empty() && !data.is_empty() {
                let message: Value = serde_json::from_str(&data).unwrap_or_default();
                data.clear();
                if message.is_object() {
                    if !each(&message) {
                        return last;
                    }
                    (self.0.write)(&message.to_string());
                }
            } else if !each(&Value::Null) {
                return last;
            }
        }
    }

    /// Begins a session as the client began it, unless somebody has done so already.
    fn begin_again(&self, generation: u64) -> bool {
        let begun = {
            let mut state = self.state();
            if state.generation != generation {
                return state.session.is_some();
            }
            state.generation += 1;
            (state.session, state.version) = (None, None);
            state.begun.clone()
        };
        let Some(mut begun) = begun else { return false };
        eprintln!("the server does not know the session any more; a new one is begun");
        begun["id"] = json!("callwright-mcp-again");
        let Ok(mut response) = self.send(&begun) else { return false };
        let session = response.headers().get(SESSION).and_then(|session| session.to_str().ok()).map(str::to_owned);
        let Some(session) = session else { return false };
        // Its answer is nothing that the client waits for.
        let text = response.body_mut().with_config().limit(1 << 20).read_to_string().unwrap_or_default();
        let answer =
            text.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data:").unwrap_or(line)).ok());
        let mut version = answer.filter_map(|answer: Value| {
            answer.pointer("/result/protocolVersion").and_then(Value::as_str).map(str::to_owned)
        });
        let version = version.next_back();
        let generation = {
            let mut state = self.state();
            (state.session, state.version) = (Some(session), version);
            state.generation += 1;
            state.generation
        };
        let _ = self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        let relay = self.clone();
        thread::spawn(move || relay.listen(generation));
        true
    }

    /// Writes what the server says of its own accord, as long as the session lasts.
    fn listen(&self, generation: u64) {
        let mut last: Option<String> = None;
        loop {
            let is_current = {
                let state = self.state();
                !state.has_ended && state.generation == generation && state.session.is_some()
            };
            if !is_current {
                return;
            }
            let mut headers = self.session_headers();
            headers.push(("accept", "text/event-stream".to_owned()));
            headers.extend(last.clone().map(|id| ("last-event-id", id)));
            match self.0.client.exchange("GET", &self.0.path, None, &headers) {
                Ok(response) if response.status() == 200 && is_stream(&response) => {
                    last = self.stream(response, last, |_| !self.state().has_ended);
                }
                Ok(response) if response.status() == 404 => {
                    self.begin_again(generation);
                    return;
                }
                // It has no such stream.
                Ok(response) if response.status() == 405 => return,
                Ok(_) | Err(_) => {}
            }
            thread::sleep(REST);
        }
    }

    /// The client has closed its end: what is under way is finished, then the session.
    pub(super) fn end(&self) {
        let until = Instant::now() + FAREWELL;
        let mut state = self.state();
        while !state.waiting.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            (state, _) = self.0.fewer.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
        state.has_ended = true;
        let has_session = state.session.is_some();
        drop(state);
        if has_session {
            let _ = self.0.client.exchange("DELETE", &self.0.path, None, &self.session_headers());
        }
    }
}

fn id_of(message: &Value) -> String {
    message.get("id").map(Value::to_string).unwrap_or_default()
}

fn is_stream(response: &Response<Body>) -> bool {
    let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/event-stream")
}

/// The revision that a message names for itself.
fn stateless_version(message: &Value) -> Option<&str> {
    message.get("params")?.get("_meta")?.get(META_VERSION)?.as_str()
}

/// What a message is about, where the protocol wants that in a header.
fn name_of<'a>(method: &str, message: &'a Value) -> Option<&'a str> {
    let field = match method {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        _ => return None,
    };
    message.get("params")?.get(field)?.as_str()
}

/// A text as a header can carry it.
fn header_text(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
        && text.trim() == text
        && !(text.starts_with("=?base64?") && text.ends_with("?="));
    if is_plain { text.to_owned() } else { format!("=?base64?{}?=", STANDARD.encode(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_header_can_carry_is_encoded() {
        assert_eq!(header_text("add_two"), "add_two");
        assert_eq!(header_text("größe"), "=?base64?Z3LDtsOfZQ==?=");
    }

    #[test]
    fn a_message_says_which_revision_it_is_of_and_what_it_is_about() {
        let message =
            json!({"method": "resources/read", "params": {"uri": "x:y", "_meta": {META_VERSION: "2026-07-28"}}});
        assert_eq!(stateless_version(&message), Some("2026-07-28"));
        assert_eq!(name_of("resources/read", &message), Some("x:y"));
        assert_eq!((stateless_version(&json!({"params": {}})), name_of("ping", &message)), (None, None));
    }
}
