//! The configuration of an `http` tool.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Value;
use utoipa::ToSchema;

/// An HTTP request with templates in it.
///
/// Texts may hold `${NAME}` (a secret or a call field) and `{{ expression }}`. A text that is one
/// expression and nothing else keeps the JSON type of its value in `query` and in JSON and form bodies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Any HTTP method but CONNECT and TRACE.
    #[serde(default = "post")]
    pub method: String,
    /// The address. Scheme, host and port must be literal, or come from a secret; path and query may be templates.
    pub url: String,
    /// Added to the query; a list gives the name once for each item, `null` leaves it out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    pub query: BTreeMap<String, Value>,
    /// Sent as they are; a value that renders to nothing is left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// What is sent. For a method that has a body and a tool that says nothing: the arguments as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// A body of a known form instead of `body`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(inline)]
    pub preset: Option<HttpPreset>,
    /// How we identify ourselves upstream.
    #[serde(default, skip_serializing_if = "Auth::is_none")]
    pub auth: Auth,
    /// How the upstream recognises a repeated request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency: Option<Idempotency>,
    /// The upstream only takes the request on, and sends the result later to a one-time address. `true` means that, with
    /// nothing more to say.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "callback")]
    #[schema(value_type = Option<CallbackSetting>)]
    pub callback: Option<Callback>,
    /// How many redirects to follow.
    #[serde(default = "three")]
    pub redirects: u8,
    /// The most bytes to read of an answer, after decompression. Default 4 MiB, at most 32 MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_response_bytes: Option<u32>,
    /// Statuses that mean success besides 200 to 299.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub success_status_codes: Vec<u16>,
}

/// A body of a known form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HttpPreset {
    /// For n8n, Make and Zapier: `{action, parameters, agent_id, conversation_id, execution_id}`, where `action` is the
    /// tool's name; with `callback` also `webhook_response_url`, the one-time address of the late result.
    Automation,
}

/// `true`, or what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum CallbackSetting {
    /// Whether the result comes later.
    Is(bool),
    /// How it does.
    Has(Callback),
}

fn callback<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Callback>, D::Error> {
    struct Either;

    // By hand, so that a wrong field inside is named as such.
    impl<'de> Visitor<'de> for Either {
        type Value = Option<Callback>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false or an object")
        }

        fn visit_bool<E: de::Error>(self, is_later: bool) -> Result<Self::Value, E> {
            Ok(is_later.then(Callback::default))
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            Callback::deserialize(MapAccessDeserializer::new(map)).map(Some)
        }
    }

    deserializer.deserialize_any(Either)
}

/// A result that comes later. The address stands in templates as `${callback_url}`, and in a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Callback {
    /// The header that carries the address.
    pub header: String,
    /// How long the result is waited for, in seconds: 1 to 604800.
    pub expires_s: u32,
}

impl Default for Callback {
    fn default() -> Self {
        Self { header: "X-Callback-Url".to_owned(), expires_s: 3_600 }
    }
}

/// The default of [`HttpConfig::max_response_bytes`].
pub const DEFAULT_RESPONSE_BYTES: u32 = 4 << 20;
/// The most that [`HttpConfig::max_response_bytes`] may be.
pub const MAX_RESPONSE_BYTES: u32 = 32 << 20;

fn post() -> String {
    "POST".to_owned()
}

fn three() -> u8 {
    3
}

/// What a request carries. Exactly one of the fields is given.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Body {
    /// A JSON value whose texts are templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub json: Option<Value>,
    /// Fields of an `application/x-www-form-urlencoded` body; nested values use brackets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub form: Option<BTreeMap<String, Value>>,
    /// A text, sent as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// The content type of `raw`; default `text/plain; charset=utf-8`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// True: no body at all, whatever the method.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub none: bool,
}

/// How we identify ourselves upstream.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Auth {
    /// Not at all.
    #[default]
    None,
    /// `Authorization: Bearer …`.
    Bearer {
        /// The token, usually `${NAME}`.
        token: String,
    },
    /// A key in a header or in the query. Exactly one of `header` and `query` is given; neither means the header `X-API-Key`.
    ApiKey {
        /// The key, usually `${NAME}`.
        key: String,
        /// The header's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<String>,
        /// The query parameter's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<String>,
    },
    /// `Authorization: Basic …`.
    Basic {
        /// The user's name.
        username: String,
        /// The password, usually `${NAME}`.
        password: String,
    },
    /// OAuth 2.0 client credentials (RFC 6749 section 4.4). The token is kept until shortly before it ends.
    Oauth2 {
        /// Where tokens are given out.
        token_url: String,
        /// The client's id.
        client_id: String,
        /// The client's secret, usually `${NAME}`.
        client_secret: String,
        /// The scopes to ask for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        scopes: Vec<String>,
        /// Sent as `audience`, for servers that want it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<String>,
        /// How the client's own credentials are sent.
        #[serde(default)]
        client_auth: ClientAuth,
    },
}

impl Auth {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// How an OAuth client sends its own credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// HTTP Basic.
    #[default]
    Basic,
    /// Fields of the form.
    Body,
    /// A short-lived assertion signed with a private key (RFC 7523): the secret is the key in PEM (PKCS #8), ES256 or RS256.
    PrivateKeyJwt,
}

/// How the upstream recognises a repeated request. Give `header` or `field`; neither means the header `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Idempotency {
    /// The header that carries the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The field of a JSON or form body that carries the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Whether the upstream is known to honour it: only then may a write be sent again.
    pub honoured: bool,
}
