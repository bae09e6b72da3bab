//! Messages of the protocol as far as we read and write them ourselves. Everything else is read and written by `rmcp`.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use callwright_model::Object;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Value, json};

/// Not now, or not so.
pub(super) const INVALID_REQUEST: i32 = -32600;
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
/// What the client wants to be told of progress by.
pub(super) const META_PROGRESS: &str = "progressToken";
/// What names the intent, as `Idempotency-Key` does it by REST.
pub(super) const META_KEY: &str = "callwright/idempotency_key";
/// What the client says of the circumstances.
pub(super) const META_CONTEXT: &str = "callwright/context";
/// How long to wait for somebody else, in milliseconds.
pub(super) const META_WAIT: &str = "callwright/wait_ms";
pub(super) const META_SERVER: &str = "io.modelcontextprotocol/serverInfo";

/// The revision without `initialize` and sessions.
pub(super) const STATELESS: &str = "2026-07-28";

/// A message as it comes in, looked at before anybody decides who answers it.
#[derive(Debug)]
pub(super) struct Message {
    pub id: Option<Value>,
    pub method: Option<String>,
    pub params: Params,
    pub result: Option<Value>,
    pub error: Option<Value>,
}

/// The parameters of a message.
#[derive(Debug, Clone)]
pub(super) enum Params {
    /// Of `tools/call`, where they have the form that they should have.
    Call(Box<CallParams>),
    /// All others.
    Other(Value),
}

/// As much as says who reads the rest.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Whole<P> {
    jsonrpc: String,
    id: Option<Value>,
    method: Option<String>,
    params: Option<P>,
    result: Option<Value>,
    error: Option<Value>,
}

impl<P: Into<Params>> Whole<P> {
    fn message(self) -> Option<Message> {
        let Self { jsonrpc, id, method, params, result, error } = self;
        let params = params.map_or_else(|| Params::Other(json!({})), P::into);
        (jsonrpc == "2.0").then_some(Message { id, method, params, result, error })
    }
}

impl From<Box<CallParams>> for Params {
    fn from(params: Box<CallParams>) -> Self {
        Self::Call(params)
    }
}

impl From<Value> for Params {
    fn from(params: Value) -> Self {
        Self::Other(params)
    }
}

impl Message {
    /// Reads one; none when it is no single message, which `rmcp` then says in its own words.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let head: Head<'_> = serde_json::from_slice(body).ok()?;
        // The way of every call: nobody builds a tree of what is read into its form at once.
        if head.method.as_deref() == Some("tools/call")
            && let Ok(whole) = serde_json::from_slice::<Whole<Box<CallParams>>>(body)
        {
            return whole.message();
        }
        serde_json::from_slice::<Whole<Value>>(body).ok()?.message()
    }

    /// A field of the parameters, of any message but `tools/call`.
    pub(super) fn param(&self, name: &str) -> Option<&Value> {
        match &self.params {
            Params::Call(_) => None,
            Params::Other(params) => params.get(name),
        }
    }

    /// Whether a call is to be a task.
    pub(super) fn is_task(&self) -> bool {
        match &self.params {
            Params::Call(params) => params.task.as_ref().is_some_and(Value::is_object),
            // What was said twice, of which the last counts.
            Params::Other(params) => params.get("task").is_some_and(Value::is_object),
        }
    }

    /// Whether it asks for `method` and wants an answer.
    pub(super) fn asks(&self, method: &str) -> bool {
        self.method.as_deref() == Some(method) && matches!(self.id, Some(Value::String(_) | Value::Number(_)))
    }
}

/// The parameters of `tools/call`.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CallParams {
    pub name: String,
    #[serde(default)]
    pub arguments: Value,
    #[serde(default, rename = "_meta")]
    pub meta: Meta,
    /// What the client was asked for, in the revision without sessions.
    #[serde(default)]
    pub input_responses: Option<Object>,
    #[serde(default)]
    pub request_state: Option<String>,
    /// That the call is to be a task, in the revision of 2025-11-25.
    #[serde(default)]
    pub task: Option<Value>,
}

/// What of `_meta` means something to us; the rest is passed over.
#[derive(Debug, Default, Clone)]
pub(super) struct Meta(Vec<(&'static str, Value)>);

impl Meta {
    /// The names that mean something.
    const NAMES: [&str; 7] =
        [META_PROGRESS, META_VERSION, META_CAPABILITIES, META_LOG_LEVEL, META_KEY, META_CONTEXT, META_WAIT];

    /// What stands under `name`, which is one of ours.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// Takes over what means something of another; it counts for more.
    pub(super) fn extend(&mut self, others: Object) {
        for (name, value) in others {
            if let Some(name) = Self::own(&name) {
                self.put(name, value);
            }
        }
    }

    fn own(name: &str) -> Option<&'static str> {
        Self::NAMES.into_iter().find(|own| *own == name)
    }

    fn put(&mut self, name: &'static str, value: Value) {
        match self.0.iter_mut().find(|(own, _)| *own == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }
}

impl<'de> Deserialize<'de> for Meta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Meta;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Meta, A::Error> {
                let mut meta = Meta::default();
                while let Some(Name(name)) = map.next_key()? {
                    match name {
                        Some(name) => meta.put(name, map.next_value()?),
                        None => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(meta)
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// A name of [`Meta`], if it is one.
struct Name(Option<&'static str>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Name, E> {
                Ok(Name(Meta::own(text)))
            }
        }

        deserializer.deserialize_str(Text)
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
    fn a_call_is_read_into_its_form_and_what_does_not_fit_is_kept_as_it_is() {
        let read = |params: Value| {
            let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
            Message::read(message.to_string().as_bytes()).unwrap().params
        };
        let params = json!({
            "name": "a", "arguments": {"x": [1, 2.5, "y"]}, "task": {"ttl": 1}, "unknown": true,
            "_meta": {"progressToken": 1, "other/one": {"deep": [1]}, META_KEY: "k"}
        });
        let Params::Call(call) = read(params) else { panic!("it fits") };
        assert_eq!((call.name.as_str(), &call.arguments), ("a", &json!({"x": [1, 2.5, "y"]})));
        assert_eq!((call.meta.get(META_PROGRESS), call.meta.get(META_KEY)), (Some(&json!(1)), Some(&json!("k"))));
        assert_eq!((call.meta.0.len(), call.task.is_some()), (2, true));
        for params in [json!({}), json!({"name": 1}), json!({"name": "a", "_meta": 1}), json!([]), json!("x")] {
            let Params::Other(kept) = read(params.clone()) else { panic!("{params} does not fit") };
            assert_eq!(kept, params);
        }
    }

    #[test]
    fn of_what_is_said_twice_the_last_counts() {
        let mut meta: Meta = serde_json::from_str(r#"{"callwright/wait_ms": 1, "callwright/wait_ms": 2}"#).unwrap();
        assert_eq!(meta.get(META_WAIT), Some(&json!(2)));
        meta.extend(Object::from_iter([(META_WAIT.to_owned(), json!(3)), ("x".to_owned(), json!(1))]));
        assert_eq!((meta.get(META_WAIT), meta.0.len()), (Some(&json!(3)), 1));
    }

    #[test]
    fn an_answer_has_a_result_or_an_error() {
        assert_eq!(answer(&json!("a"), Ok(json!({}))), r#"{"jsonrpc":"2.0","id":"a","result":{}}"#);
        let error = answer::<Value>(&json!(1), Err(RpcError::new(INVALID_PARAMS, "no")));
        assert_eq!(error, r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}"#);
    }
}
