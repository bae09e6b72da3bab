//! The upstream of a test case: what it does with each request, and what it was asked.

use std::{
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use callwright_guard::{
    Guard, Redactor, SendErrorKind,
    script::{Ending, Played, Script, Sending},
};
use callwright_model::{
    ErrorClass, Fault, Object, ToolError,
    case::{Stub, StubFault, StubMatch},
    secret::SecretString,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use url::Url;

use crate::{OauthClient, refuse};

/// The most stubs of a case.
const MOST_STUBS: usize = 50;
/// The longest that a stub may take to answer, in milliseconds.
const MOST_DELAY_MS: u32 = 60_000;
/// The requests that are remembered.
const MOST_REMEMBERED: usize = 20;
/// The most bytes of a body that is remembered.
const MOST_BODY: usize = 16 * 1024;
const HIDDEN: &str = "[secret]";

/// A stubbed upstream.
pub struct Stubs {
    plays: Vec<Play>,
    state: Mutex<State>,
    hide: OnceLock<Redactor>,
}

struct Play {
    matches: StubMatch,
    played: Played,
    repeat: bool,
}

#[derive(Default)]
struct State {
    /// Which stubs have answered.
    used: Vec<bool>,
    requests: Vec<Value>,
    unanswered: Vec<String>,
}

impl Stubs {
    /// Checks and prepares the stubs of a case.
    ///
    /// # Errors
    /// A [`Fault`] that names the field, for example `stubs[0].status`.
    pub fn compile(stubs: &[Stub]) -> Result<Self, Fault> {
        if stubs.len() > MOST_STUBS {
            return refuse("stubs", format!("has {} stubs; give at most {MOST_STUBS}", stubs.len()));
        }
        let plays = stubs.iter().enumerate().map(|(at, stub)| play(&format!("stubs[{at}]"), stub));
        let plays = plays.collect::<Result<Vec<_>, Fault>>()?;
        let state = State { used: vec![false; plays.len()], ..State::default() };
        Ok(Self { plays, state: Mutex::new(state), hide: OnceLock::new() })
    }

    /// Hides real secrets in what is remembered and matched from now on, and whatever stands in a header of credentials.
    pub fn hide(&self, redactor: Redactor) {
        // A second call would hide the same: the secrets of an execution are lent once.
        let _ = self.hide.set(redactor);
    }

    /// The requests so far: `method`, `url`, `path`, `query`, `headers`, `body`.
    pub fn requests(&self) -> Vec<Value> {
        self.state().requests.clone()
    }

    /// The requests for which there was no stub.
    pub fn unanswered(&self) -> Vec<String> {
        self.state().unanswered.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Script for Stubs {
    fn play(&self, sending: &Sending<'_>) -> Played {
        let request = seen(sending, self.hide.get());
        let mut state = self.state();
        let found = self.plays.iter().enumerate().find(|(at, play)| {
            (play.repeat || !state.used.get(*at).copied().unwrap_or(true)) && fits(&play.matches, &request)
        });
        let played = match found {
            Some((at, play)) => {
                if let Some(used) = state.used.get_mut(at) {
                    *used = true;
                }
                play.played.clone()
            }
            None => {
                let which = format!("{} {}", text(&request, "method"), text(&request, "url"));
                if state.unanswered.len() < MOST_REMEMBERED {
                    state.unanswered.push(which.clone());
                }
                let message = format!("the test case has no stub left for {which}");
                // Not a kind that is sent again: the next sending would find no stub either.
                failure(SendErrorKind::BadResponse, false, message, 0)
            }
        };
        if state.requests.len() < MOST_REMEMBERED {
            state.requests.push(request);
        }
        played
    }
}

/// The access token of a stubbed execution. The token server's address is judged, and nobody is asked.
///
/// # Errors
/// When the address would be refused.
pub fn access_token(guard: &Guard, client: &OauthClient, is_renewed: bool) -> Result<SecretString, ToolError> {
    let why = match Url::parse(&client.token_url) {
        Ok(url) => guard.check_url(&url).err(),
        Err(_) => Some("`token_url` is not an address".to_owned()),
    };
    if let Some(why) = why {
        let message = format!("the token server could not be asked: {why}");
        return Err(ToolError::new(ErrorClass::PermissionError, "outbound_blocked", message));
    }
    let text = if is_renewed { "stubbed-access-token-2" } else { "stubbed-access-token" };
    Ok(SecretString::new(text.to_owned()))
}

fn play(field: &str, stub: &Stub) -> Result<Play, Fault> {
    if stub.delay_ms > MOST_DELAY_MS {
        return refuse(&format!("{field}.delay_ms"), format!("is {}; give at most {MOST_DELAY_MS}", stub.delay_ms));
    }
    if let Some(method) = &stub.matches.method
        && Method::from_bytes(method.as_bytes()).is_err()
    {
        return refuse(&format!("{field}.match.method"), "is not an HTTP method");
    }
    let played = match stub.fault {
        Some(fault) => {
            if stub.status.is_some() || stub.body.is_some() || !stub.headers.is_empty() {
                return refuse(&format!("{field}.fault"), "cannot stand beside `status`, `headers` or `body`");
            }
            fail(fault, stub.delay_ms)
        }
        None => answer(field, stub)?,
    };
    Ok(Play { matches: stub.matches.clone(), played, repeat: stub.repeat })
}

fn answer(field: &str, stub: &Stub) -> Result<Played, Fault> {
    let status = stub.status.unwrap_or(200);
    let Some(status) = StatusCode::from_u16(status).ok().filter(|_| (200..=599).contains(&status)) else {
        return refuse(&format!("{field}.status"), format!("is {status}; it must be between 200 and 599"));
    };
    let mut headers = HeaderMap::new();
    for (name, value) in &stub.headers {
        let place = format!("{field}.headers.{name}");
        let Ok(key) = HeaderName::from_bytes(name.as_bytes()) else { return refuse(&place, "is not a header's name") };
        let Ok(value) = HeaderValue::from_str(value) else { return refuse(&place, "is not a header's value") };
        headers.append(key, value);
    }
    let (kind, body) = match &stub.body {
        None => (None, Bytes::new()),
        Some(Value::String(text)) => (Some("text/plain; charset=utf-8"), Bytes::from(text.clone())),
        Some(json) => (Some("application/json"), Bytes::from(json.to_string())),
    };
    if let Some(kind) = kind {
        headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
    }
    Ok(Played { delay: Duration::from_millis(stub.delay_ms.into()), ending: Ending::Answer { status, headers, body } })
}

fn fail(fault: StubFault, delay_ms: u32) -> Played {
    let (kind, is_sent, message) = match fault {
        StubFault::Reset => (SendErrorKind::Reset, true, "the upstream closed the connection before it answered"),
        StubFault::Timeout => (SendErrorKind::ReadTimeout, true, "the upstream sent nothing in time"),
        StubFault::Dns => (SendErrorKind::Dns, false, "the upstream's name does not resolve"),
        StubFault::Connect => (SendErrorKind::Connect, false, "the upstream refused the connection"),
    };
    failure(kind, is_sent, message.to_owned(), delay_ms)
}

fn failure(kind: SendErrorKind, is_sent: bool, message: String, delay_ms: u32) -> Played {
    let ending = Ending::Failure { kind, is_sent, message };
    Played { delay: Duration::from_millis(delay_ms.into()), ending }
}

/// The request as a document, without the secrets.
fn seen(sending: &Sending<'_>, hide: Option<&Redactor>) -> Value {
    let mut headers = Object::new();
    for (name, value) in sending.headers {
        let shown = match hide {
            Some(_) if value.is_sensitive() => HIDDEN.to_owned(),
            _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        };
        match headers.get_mut(name.as_str()) {
            Some(Value::String(before)) => *before = format!("{before}, {shown}"),
            _ => _ = headers.insert(name.as_str().to_owned(), Value::String(shown)),
        }
    }
    let mut query = Object::new();
    for (name, value) in sending.url.query_pairs() {
        let value = Value::String(value.into_owned());
        match query.get_mut(&*name) {
            Some(Value::Array(values)) => values.push(value),
            Some(before) => *before = json!([before.clone(), value]),
            None => _ = query.insert(name.into_owned(), value),
        }
    }
    let mut request = json!({
        "method": sending.method.as_str(),
        "url": sending.url.as_str(),
        "path": sending.url.path(),
        "query": query,
        "headers": headers,
        "body": body_of(sending.body),
    });
    if let Some(hide) = hide {
        hide.value(&mut request);
    }
    request
}

fn body_of(body: &Bytes) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    if body.len() > MOST_BODY {
        return Value::String(format!("{}…", String::from_utf8_lossy(&body[..MOST_BODY])));
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn fits(wanted: &StubMatch, request: &Value) -> bool {
    let method = wanted.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(text(request, "method")));
    let url = wanted.url.as_ref().is_none_or(|pattern| fits_url(pattern, text(request, "url")));
    method && url && wanted.body.as_ref().is_none_or(|body| holds(&request["body"], body))
}

/// A pattern that begins with a slash is about the path; the query counts when the pattern has one.
fn fits_url(pattern: &str, url: &str) -> bool {
    let whole = if pattern.contains('?') { url } else { url.split('?').next().unwrap_or_default() };
    if !pattern.starts_with('/') {
        return is_like(pattern.as_bytes(), whole.as_bytes());
    }
    let after_scheme = whole.find("://").map_or(0, |at| at + 3);
    let path = whole[after_scheme..].find('/').map_or("/", |at| &whole[after_scheme + at..]);
    is_like(pattern.as_bytes(), path.as_bytes())
}

/// Whether `text` is `pattern`, in which each `*` stands for any characters.
fn is_like(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, t));
            p += 1;
        } else if pattern.get(p) == text.get(t) {
            (p, t) = (p + 1, t + 1);
        } else if let Some((at, taken)) = star {
            star = Some((at, taken + 1));
            (p, t) = (at + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// Whether `whole` has at least what `part` has: the text, the fields, the items.
pub fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::String(whole), Value::String(part)) => whole.contains(part.as_str()),
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(name, part)| whole.get(name).is_some_and(|whole| same_or_holds(whole, part)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            part.iter().all(|part| whole.iter().any(|whole| same_or_holds(whole, part)))
        }
        (Value::Array(whole), part) => whole.iter().any(|whole| same_or_holds(whole, part)),
        (whole, part) => same(whole, part),
    }
}

fn same_or_holds(whole: &Value, part: &Value) -> bool {
    match part {
        Value::Object(_) | Value::Array(_) => holds(whole, part),
        _ => same(whole, part),
    }
}

/// Whether two values are equal; `1` and `1.0` are.
pub fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_about_the_path_or_the_whole_url() {
        let url = "https://api.example.com/v1/slots/7?day=mon";
        for pattern in ["/v1/slots/7", "/v1/*", "*", "https://api.example.com/*", "/v1/*?day=mon", "/*/7", "*slots*"] {
            assert!(fits_url(pattern, url), "{pattern}");
        }
        for pattern in ["/v1/slots", "/v1/slots/7?day=tue", "http://*", "/v1/*/8", ""] {
            assert!(!fits_url(pattern, url), "{pattern}");
        }
    }

    #[test]
    fn a_part_is_held_and_more_does_no_harm() {
        let whole = json!({"a": {"b": 1, "c": [1, {"d": 2, "e": 3}]}, "t": "hello world"});
        for part in [json!({}), json!({"a": {"b": 1.0}}), json!({"a": {"c": [{"d": 2}]}}), json!({"a": {"c": 1}})] {
            assert!(holds(&whole, &part), "{part}");
        }
        for part in [json!({"a": 1}), json!({"a": {"c": [{"d": 3}]}}), json!({"t": "hello"}), json!([1])] {
            assert!(!holds(&whole, &part), "{part}");
        }
    }

    #[test]
    fn what_cannot_be_played_is_refused_with_its_field() {
        for (stub, field) in [
            (json!({"status": 101}), "stubs[0].status"),
            (json!({"status": 600}), "stubs[0].status"),
            (json!({"headers": {"a b": "x"}}), "stubs[0].headers.a b"),
            (json!({"headers": {"a": "x\n"}}), "stubs[0].headers.a"),
            (json!({"fault": "reset", "body": {}}), "stubs[0].fault"),
            (json!({"delay_ms": 60_001}), "stubs[0].delay_ms"),
            (json!({"match": {"method": "G T"}}), "stubs[0].match.method"),
        ] {
            let stub: Stub = serde_json::from_value(stub).unwrap();
            let fault = Stubs::compile(&[stub]).err().expect("it is refused");
            assert_eq!(fault.details.unwrap()["field"], field);
        }
    }
}
