//! A blocking HTTP client that speaks JSON and never treats a status as an error.

use std::{
    fmt,
    sync::{Arc, RwLock},
    time::Duration,
};

use serde_json::Value;
use ureq::http::{HeaderMap, Request};

/// A client of one server as one caller. Clones share connections, and follow the server when it restarts.
#[derive(Clone)]
pub struct Api {
    base: Arc<RwLock<String>>,
    token: Option<String>,
    headers: Vec<(String, String)>,
    agent: ureq::Agent,
}

/// What a server answered.
#[derive(Clone)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; `Null` when it is empty or not JSON.
    pub body: Value,
    /// The body as it came.
    pub text: String,
    asked: String,
}

impl Api {
    /// A client of the server at `base` (for example `http://127.0.0.1:8080`).
    pub fn new(base: impl Into<String>, token: Option<String>) -> Self {
        Self::following(Arc::new(RwLock::new(base.into())), token)
    }

    pub(crate) fn following(base: Arc<RwLock<String>>, token: Option<String>) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(60)))
            .proxy(None)
            .build();
        Self { base, token, headers: Vec::new(), agent: config.into() }
    }

    /// The same client with another token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The same client without a token.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The same client, sending one more header each time.
    #[must_use]
    pub fn with_header(&self, name: &str, value: impl Into<String>) -> Self {
        let mut api = self.clone();
        api.headers.push((name.to_owned(), value.into()));
        api
    }

    /// The token it sends.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Where the server is, without a final slash.
    pub fn base(&self) -> String {
        self.base.read().expect("the base URL").clone()
    }

    /// GET.
    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None)
    }

    /// DELETE.
    pub fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, None)
    }

    /// POST with a JSON body.
    pub fn post(&self, path: &str, body: Value) -> Reply {
        self.send("POST", path, Some(body))
    }

    /// PUT with a JSON body.
    pub fn put(&self, path: &str, body: Value) -> Reply {
        self.send("PUT", path, Some(body))
    }

    /// PATCH with a JSON body.
    pub fn patch(&self, path: &str, body: Value) -> Reply {
        self.send("PATCH", path, Some(body))
    }

    /// Any method, with a JSON body or none.
    pub fn send(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        match body {
            None => self.raw(method, path, &[], None),
            Some(body) => {
                self.raw(method, path, &[("content-type", "application/json")], Some(body.to_string().into_bytes()))
            }
        }
    }

    /// Any method with any headers and body. Panics when no answer comes; see [`Api::attempt`].
    pub fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Reply {
        match self.attempt(method, path, headers, body) {
            Ok(reply) => reply,
            Err(error) => panic!("{method} {path} got no answer: {error}"),
        }
    }

    /// The same, giving back why no answer came: for servers that are killed under way.
    pub fn attempt(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Reply, ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base()));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = match body {
            Some(body) => self.agent.run(request.body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let bytes = response.body_mut().with_config().limit(256 << 20).read_to_vec()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
            asked: format!("{method} {path}"),
        })
    }
}

impl Reply {
    /// The body, when the status is `status`; panics with the whole answer when it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.body
    }

    /// The body, when the status is 200 to 299.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The code of a native error (`error.code`), or an empty text.
    pub fn code(&self) -> &str {
        self.body.pointer("/error/code").and_then(Value::as_str).unwrap_or_default()
    }

    /// The path and query of the next page, from the `Link` header.
    pub fn next_page(&self) -> Option<String> {
        let link = self.header("link")?;
        let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
        let url = next.split('<').nth(1)?.split('>').next()?;
        match url.find("://") {
            Some(at) => url[at + 3..].find('/').map(|slash| url[at + 3 + slash..].to_owned()),
            None => Some(url.to_owned()),
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {}: {}", self.asked, self.status, self.text)
    }
}
