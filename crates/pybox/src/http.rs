//! Requests that code in an instance sends: handed to whoever carries the call out, who has the outbound guard.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::{mpsc, oneshot};

/// Carries requests out of an instance, one at a time.
pub type HttpSender = mpsc::Sender<HttpCall>;

/// A request that waits for its answer.
pub struct HttpCall {
    /// As the instance wrote it.
    pub(crate) request: Vec<u8>,
    /// Where the answer goes.
    pub(crate) answer: oneshot::Sender<Vec<u8>>,
}

/// A request of the code's.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpRequest {
    /// The method, as it was written.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// In the order in which they were set.
    pub headers: Vec<(String, String)>,
    /// How long the code wants to wait at most, in milliseconds.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
    /// What is sent.
    #[serde(skip)]
    pub body: Vec<u8>,
}

/// An answer to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// Its words.
    pub reason: String,
    /// In the order of the answer.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    #[serde(skip)]
    pub body: Vec<u8>,
}

/// Why there is none. `timeout` becomes `requests.Timeout`, all others `requests.ConnectionError`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRefused {
    /// A word.
    pub code: String,
    /// A sentence.
    pub message: String,
}

impl HttpCall {
    /// The request.
    ///
    /// # Errors
    /// What is wrong with it, as the answer that it should get.
    pub fn parse(&self) -> Result<HttpRequest, HttpRefused> {
        let refuse = |message: &str| HttpRefused { code: "bad_request".to_owned(), message: message.to_owned() };
        let end = self.request.iter().position(|byte| *byte == b'\n').ok_or_else(|| refuse("the request has no head"))?;
        let (head, body) = self.request.split_at(end);
        let mut request: HttpRequest =
            serde_json::from_slice(head).map_err(|error| refuse(&format!("the request cannot be read: {error}")))?;
        request.body = body[1..].to_vec();
        Ok(request)
    }

    /// Gives the code its answer.
    pub fn answer(self, answer: Result<HttpAnswer, HttpRefused>) {
        let bytes = match answer {
            Ok(answer) => {
                let mut bytes = serde_json::to_vec(&answer).unwrap_or_default();
                bytes.push(b'\n');
                bytes.extend_from_slice(&answer.body);
                bytes
            }
            Err(why) => refused(&why.code, &why.message),
        };
        // Nobody waits any more when the instance has ended.
        let _ = self.answer.send(bytes);
    }
}

/// What the code reads when there is no answer.
pub(crate) fn refused(code: &str, message: &str) -> Vec<u8> {
    let told: Map<String, Value> =
        BTreeMap::from([("code", code), ("message", message)]).into_iter().map(|(k, v)| (k.to_owned(), v.into())).collect();
    let mut bytes = Value::Object(told).to_string().into_bytes();
    bytes.push(b'\n');
    bytes
}
