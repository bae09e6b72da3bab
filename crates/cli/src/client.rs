//! The remote commands' way to a server: JSON over HTTP, with errors that say what to do.

use std::{path::PathBuf, sync::Arc, time::Duration};

use callwright_model::page::MAX_LIMIT;
use serde_json::Value;
use ureq::{
    Agent,
    http::{HeaderMap, Request},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};
use url::Url;

use crate::failure::Failure;

/// Where a server is expected when nobody says.
pub(crate) const DEFAULT_URL: &str = "http://127.0.0.1:8080";

/// A connection to one server as one caller.
pub(crate) struct Client {
    base: Url,
    token: Option<String>,
    agent: Agent,
}

/// What the server said.
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body, `Null` when it was empty or no JSON.
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) text: String,
}

impl Client {
    /// A client of the server that `--url`, `CALLWRIGHT_URL` or the default names, with the token of
    /// `CALLWRIGHT_TOKEN` or of the data directory on this machine.
    pub(crate) fn connect(url: Option<&str>) -> Result<Self, Failure> {
        let text = url.map_or_else(|| variable("CALLWRIGHT_URL").unwrap_or(DEFAULT_URL.to_owned()), str::to_owned);
        let base = parse_base(&text)?;
        let token = variable("CALLWRIGHT_TOKEN").or_else(|| if is_local(&base) { read_admin_token() } else { None });
        let mut config = Agent::config_builder();
        if is_local(&base) {
            config = config.proxy(None);
        }
        let config = config
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(10)))
            // Longer than the longest tool: how long a call may take is the tool's own policy.
            .timeout_global(Some(Duration::from_secs(3600)))
            .user_agent(concat!("callwright/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls()?)
            .build();
        Ok(Self { base, token, agent: config.into() })
    }

    /// The server's address.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// The token that is sent.
    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// GET; anything but success is an error.
    pub(crate) fn get(&self, path: &str) -> Result<Value, Failure> {
        self.send("GET", path, None, &[]).and_then(Answer::success)
    }

    /// GET of a document that is not JSON, as it is; anything but success is an error.
    pub(crate) fn get_text(&self, path: &str) -> Result<String, Failure> {
        let answer = self.send("GET", path, None, &[])?;
        if (200..300).contains(&answer.status) { Ok(answer.text) } else { Err(answer.failure()) }
    }

    /// POST; anything but success is an error.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.send("POST", path, Some(body), &[]).and_then(Answer::success)
    }

    /// PUT; anything but success is an error.
    pub(crate) fn put(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.send("PUT", path, Some(body), &[]).and_then(Answer::success)
    }

    /// PATCH; anything but success is an error.
    pub(crate) fn patch(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.send("PATCH", path, Some(body), &[]).and_then(Answer::success)
    }

    /// DELETE; anything but success is an error.
    pub(crate) fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.send("DELETE", path, None, &[]).and_then(Answer::success)
    }

    /// Up to `most` items of a list, over as many pages as it takes.
    pub(crate) fn list(&self, path: &str, query: &[(&str, Option<&str>)], most: usize) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        while items.len() < most {
            let limit = (most - items.len()).min(MAX_LIMIT as usize).to_string();
            let mut query = query.to_vec();
            query.push(("limit", Some(&limit)));
            query.push(("cursor", cursor.as_deref()));
            let mut page = self.get(&with_query(path, &query))?;
            if let Some(Value::Array(found)) = page.get_mut("items").map(Value::take) {
                items.extend(found);
            }
            cursor = page.get("next_cursor").and_then(Value::as_str).map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        items.truncate(most);
        Ok(items)
    }

    /// GET, with the body written to `out` while it comes, however long it is.
    pub(crate) fn download(&self, path: &str, out: &mut dyn std::io::Write) -> Result<(), Failure> {
        let mut response = self.open(path, &[])?;
        std::io::copy(&mut response.body_mut().as_reader(), out)?;
        Ok(())
    }

    /// GET of server-sent events: each is given to `each`, with its id if it has one, until `each` says that it has
    /// had enough (`true`) or the stream ends (`false`).
    pub(crate) fn events(
        &self,
        path: &str,
        last: Option<&str>,
        mut each: impl FnMut(Option<&str>, &Value) -> Result<bool, Failure>,
    ) -> Result<bool, Failure> {
        let mut headers = vec![("accept", "text/event-stream")];
        headers.extend(last.map(|id| ("last-event-id", id)));
        let mut response = self.open(path, &headers)?;
        let mut lines = std::io::BufReader::new(response.body_mut().as_reader());
        let (mut id, mut line) = (None, String::new());
        loop {
            line.clear();
            // A connection that is cut is a stream that ends: whoever asks may come back.
            if !std::io::BufRead::read_line(&mut lines, &mut line).is_ok_and(|count| count > 0) {
                return Ok(false);
            }
            let line = line.trim_end();
            if let Some(text) = line.strip_prefix("id: ") {
                id = Some(text.to_owned());
            } else if let Some(text) = line.strip_prefix("data: ") {
                let data = serde_json::from_str(text).unwrap_or(Value::Null);
                if each(id.take().as_deref(), &data)? {
                    return Ok(true);
                }
            }
        }
    }

    /// GET whose body is read by the caller; anything but success is an error.
    fn open(&self, path: &str, headers: &[(&str, &str)]) -> Result<ureq::http::Response<ureq::Body>, Failure> {
        let mut request = Request::builder().method("GET").uri(format!("{}{path}", self.prefix()));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request =
            request.body(()).map_err(|error| Failure::usage(format!("the request cannot be sent: {error}")))?;
        let mut response = self.agent.run(request).map_err(|error| self.unreachable(&error))?;
        let status = response.status().as_u16();
        if !(200..300).contains(&status) {
            let text = response.body_mut().with_config().limit(1 << 20).read_to_string().unwrap_or_default();
            let headers = response.headers().clone();
            let body = serde_json::from_str(&text).unwrap_or(Value::Null);
            return Err(Answer { status, headers, body, text }.failure());
        }
        Ok(response)
    }

    /// Any request, whose answer is read by the caller while it comes; every status is an answer.
    pub(crate) fn exchange(
        &self,
        method: &str,
        path: &str,
        body: Option<String>,
        headers: &[(&str, String)],
    ) -> Result<ureq::http::Response<ureq::Body>, Failure> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.prefix()));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let unsendable = |error| Failure::usage(format!("the request cannot be sent: {error}"));
        let answer = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json");
                self.agent.run(request.body(body).map_err(unsendable)?)
            }
            None => self.agent.run(request.body(()).map_err(unsendable)?),
        };
        answer.map_err(|error| self.unreachable(&error))
    }

    /// Any request; every status is an answer. An error means that there was none.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.prefix()));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let unsendable = |error| Failure::usage(format!("the request cannot be sent: {error}"));
        let result = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json");
                self.agent.run(request.body(body.to_string()).map_err(unsendable)?)
            }
            None => self.agent.run(request.body(()).map_err(unsendable)?),
        };
        let mut response = result.map_err(|error| self.unreachable(&error))?;
        let text = response.body_mut().with_config().limit(64 << 20).read_to_string();
        let text = text.map_err(|error| self.unreachable(&error))?;
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        })
    }

    /// The base without its final slash.
    pub(crate) fn prefix(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        Failure::new(format!("no answer from {}: {error}", self.prefix()))
            .hint("start a server with `callwright serve`, or say where it is with CALLWRIGHT_URL")
    }
}

impl Answer {
    /// The body, when the status says success.
    pub(crate) fn success(self) -> Result<Value, Failure> {
        if (200..300).contains(&self.status) { Ok(self.body) } else { Err(self.failure()) }
    }

    /// The server's error in its own words, with a hint where the cure is known.
    pub(crate) fn failure(&self) -> Failure {
        let error = &self.body["error"];
        let Some(message) = error["message"].as_str() else {
            return Failure::new(format!("the server answered {} without saying why", self.status))
                .hint("is this the address of a Callwright server? `callwright doctor` looks into it");
        };
        let field = error["details"]["field"].as_str();
        let message = match field {
            Some(field) if !message.contains(field) => format!("`{field}`: {message}"),
            _ => message.to_owned(),
        };
        let failure = Failure::new(message);
        match self.status {
            401 => failure
                .hint("set CALLWRIGHT_TOKEN to a valid token; the first one is printed when the server first starts"),
            403 => failure.hint("`callwright doctor` tells what the token may do"),
            500.. => failure.hint(format!(
                "the server's log has the cause under request id {}",
                error["request_id"].as_str().unwrap_or("?")
            )),
            _ => failure,
        }
    }
}

/// A path with the parts of its query that have a value.
pub(crate) fn with_query(path: &str, query: &[(&str, Option<&str>)]) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in query {
        if let Some(value) = value {
            text.append_pair(name, value);
        }
    }
    let text = text.finish();
    if text.is_empty() { path.to_owned() } else { format!("{path}?{text}") }
}

/// A name or id as one segment of a path.
pub(crate) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// An environment variable that is set to something.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Where a server on this machine leaves the first administrator's token.
pub(crate) fn admin_token_file() -> PathBuf {
    PathBuf::from(variable("CALLWRIGHT_DATA_DIR").unwrap_or("data".to_owned())).join("admin-token")
}

fn read_admin_token() -> Option<String> {
    let text = std::fs::read_to_string(admin_token_file()).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn parse_base(text: &str) -> Result<Url, Failure> {
    let wrong = || Failure::usage(format!("`{text}` is not the address of a server; it looks like {DEFAULT_URL}"));
    let url = Url::parse(text).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || url.query().is_some() {
        return Err(wrong());
    }
    Ok(url)
}

/// Whether a server is on this machine: only then is the token of the data directory its token.
pub(crate) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// With `CALLWRIGHT_CA_FILE` the server must be certified by one of that file's authorities, else by a public one.
pub(crate) fn tls() -> Result<TlsConfig, Failure> {
    let Some(path) = variable("CALLWRIGHT_CA_FILE") else {
        return Ok(TlsConfig::builder().build());
    };
    let pem = std::fs::read(&path).map_err(|error| Failure::new(format!("`CALLWRIGHT_CA_FILE` ({path}): {error}")))?;
    let certificates: Vec<Certificate<'static>> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(Failure::new(format!("`CALLWRIGHT_CA_FILE` ({path}) holds no PEM certificate")));
    }
    Ok(TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(certificates))).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_only_this_machine_is_local() {
        assert!(is_local(&parse_base("http://127.0.0.1:8080").unwrap()));
        assert!(is_local(&parse_base("http://[::1]:8080/").unwrap()));
        assert!(!is_local(&parse_base("https://tools.example.com").unwrap()));
        for wrong in ["127.0.0.1:8080", "ftp://x", "http://x/?a=b", ""] {
            assert_eq!(parse_base(wrong).unwrap_err().exit_code, 2, "{wrong}");
        }
    }

    #[test]
    fn paths_are_encoded() {
        assert_eq!(segment("a/b c%"), "a%2Fb%20c%25");
        assert_eq!(with_query("/x", &[("a", Some("1&2")), ("b", None)]), "/x?a=1%262");
        assert_eq!(with_query("/x", &[("b", None)]), "/x");
    }
}
