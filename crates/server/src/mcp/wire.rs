//! Messages of the protocol as far as we read and write them ourselves. Everything else is read and written by `rmcp`.

use bytes::Bytes;
use callwright_model::Object;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a method's name or its parameters are wrong with.
pub(super) const INVALID_PARAMS: i32 = -32602;
/// There is no such method, or not for this.
pub(super) const METHOD_NOT_FOUND: i32 = -32601;
/// Our own mistake, or a part of us that is away.
pub(super) const INTERNAL_ERROR: i32 = -32603;
/// The client gave the request up.
pub(super) const CANCELLED: i32 = -32800;

/// Keys of `_meta` that the protocol defines.
pub(super) const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
pub(super) const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
pub(super) const META_LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
pub(super) const META_SERVER: &str = "io.modelcontextprotocol/serverInfo";

/// The revision without `initialize` and sessions.
pub(super) const STATELESS: &str = "2026-07-28";

/// A message as it comes in, looked at before anybody decides who answers it.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub jsonrpc: String,
    pub id: Option<Value>,
    pub method: Option<String>,
    #[serde(default = "no_params")]
    pub params: Value,
    pub result: Option<Value>,
    pub error: Option<Value>,
}

fn no_params() -> Value {
    json!({})
}

impl Message {
    /// Reads one; none when it is no single message, which `rmcp` then says in its own words.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok().filter(|message: &Self| message.jsonrpc == "2.0")
    }

    /// Whether it asks for `method` and wants an answer.
    pub(super) fn asks(&self, method: &str) -> bool {
        self.method.as_deref() == Some(method) && matches!(self.id, Some(Value::String(_) | Value::Number(_)))
    }
}

/// The parameters of `tools/call`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CallParams {
    pub name: String,
    #[serde(default)]
    pub arguments: Value,
    #[serde(default, rename = "_meta")]
    pub meta: Object,
    /// What the client was asked for, in the revision without sessions.
    #[serde(default)]
    pub input_responses: Option<Object>,
    #[serde(default)]
    pub request_state: Option<String>,
}

impl CallParams {
    /// Reads them from what was read of the message already.
    pub(super) fn read(params: Value) -> Result<Self, serde_json::Error> {
        let is_plain = params.get("name").is_some_and(Value::is_string)
            && params.get("_meta").is_none_or(Value::is_object)
            && params.get("inputResponses").is_none()
            && params.get("requestState").is_none();
        match params {
            // The usual ones are taken over as they are.
            Value::Object(mut params) if is_plain => {
                let mut take = |name: &str| params.swap_remove(name).unwrap_or_default();
                let (name, arguments, meta) = (take("name"), take("arguments"), take("_meta"));
                Ok(Self {
                    name: if let Value::String(name) = name { name } else { String::new() },
                    arguments,
                    meta: if let Value::Object(meta) = meta { meta } else { Object::new() },
                    input_responses: None,
                    request_state: None,
                })
            }
            params => serde_json::from_value(params),
        }
    }
}

/// A fault as the protocol has it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct RpcError {
    pub code: i32,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl RpcError {
    pub(super) fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }
}

#[derive(Serialize)]
struct Answer<'a, T> {
    jsonrpc: &'static str,
    id: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<RpcError>,
}

/// The answer to the request `id`.
pub(super) fn answer<T: Serialize>(id: &Value, ended: Result<T, RpcError>) -> Bytes {
    let (result, error) = match ended {
        Ok(result) => (Some(result), None),
        Err(error) => (None, Some(error)),
    };
    let answer = Answer { jsonrpc: "2.0", id, result, error };
    serde_json::to_vec(&answer).unwrap_or_default().into()
}

/// A notification to the client.
pub(super) fn notification(method: &str, params: &Value) -> Bytes {
    serde_json::to_vec(&json!({"jsonrpc": "2.0", "method": method, "params": params})).unwrap_or_default().into()
}

/// A request to the client.
pub(super) fn request(id: &str, method: &str, params: &Value) -> Bytes {
    serde_json::to_vec(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
        .unwrap_or_default()
        .into()
}

/// What we say we are.
#[derive(Debug, Serialize)]
pub(super) struct ServerInfo {
    name: &'static str,
    title: &'static str,
    version: &'static str,
}

/// What we say we are.
pub(super) const SERVER_INFO: ServerInfo =
    ServerInfo { name: "callwright", title: "Callwright", version: env!("CARGO_PKG_VERSION") };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_single_messages_are_read() {
        assert!(Message::read(b"[]").is_none() && Message::read(b"{}").is_none() && Message::read(b"x").is_none());
        assert!(Message::read(br#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#).is_none());
        let message =
            Message::read(br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}"#).unwrap();
        assert!(message.asks("tools/call") && !message.asks("ping"));
        let told = Message::read(br#"{"jsonrpc":"2.0","method":"tools/call"}"#).unwrap();
        assert!(!told.asks("tools/call"), "a notification wants no answer");
    }

    #[test]
    fn parameters_are_the_same_whichever_way_they_are_read() {
        for params in [
            json!({"name": "a"}),
            json!({"name": "a", "arguments": {"x": [1, 2.5, "y"]}, "_meta": {"progressToken": 1}}),
            json!({"name": "a", "arguments": null, "_meta": {}}),
            json!({"name": "a", "requestState": "s", "inputResponses": {"c": 1}, "unknown": true}),
            json!({"name": "a", "task": {"ttl": 1}}),
        ] {
            let whole: CallParams = serde_json::from_value(params.clone()).unwrap();
            assert_eq!(format!("{:?}", CallParams::read(params).unwrap()), format!("{whole:?}"));
        }
        for params in [json!({}), json!({"name": 1}), json!({"name": "a", "_meta": 1}), json!([]), json!(null)] {
            CallParams::read(params).unwrap_err();
        }
    }

    #[test]
    fn an_answer_has_a_result_or_an_error() {
        assert_eq!(answer(&json!("a"), Ok(json!({}))), r#"{"jsonrpc":"2.0","id":"a","result":{}}"#);
        let error = answer::<Value>(&json!(1), Err(RpcError::new(INVALID_PARAMS, "no")));
        assert_eq!(error, r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}"#);
    }
}
