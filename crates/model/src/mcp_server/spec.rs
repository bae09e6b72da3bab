//! What is said of an MCP server when it is registered or changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::McpAuth;
use crate::{
    Fault,
    secret::{SecretString, is_secret_name},
};

const MAX_ARGS: usize = 50;
const MAX_PAIRS: usize = 30;
const MAX_TEXT: usize = 2_000;
const MAX_CAPABILITIES: usize = 50;
/// Headers that the transport or the credentials set.
const OWN_HEADERS: [&str; 14] = [
    "authorization",
    "host",
    "connection",
    "content-length",
    "content-type",
    "transfer-encoding",
    "accept",
    "accept-encoding",
    "upgrade",
    "te",
    "trailer",
    "mcp-session-id",
    "mcp-protocol-version",
    "last-event-id",
];

/// How a server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum McpTransport {
    /// Streamable HTTP.
    StreamableHttp,
    /// A child process that is spoken to over its standard input and output.
    Stdio,
}

/// Which era of the protocol is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum McpProtocol {
    /// The server is asked (`server/discover`), and `initialize` is what follows if it does not know that.
    #[default]
    Auto,
    /// Sessions, as up to 2025-11-25.
    Initialize,
    /// No sessions, as from 2026-07-28.
    Stateless,
}

/// A key that was handed in.
#[derive(Debug, Clone)]
pub struct ApiKey(pub SecretString);

impl PartialEq for ApiKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose() == other.0.expose()
    }
}

impl Eq for ApiKey {}

impl<'de> Deserialize<'de> for ApiKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(SecretString::new(text)))
    }
}

/// What is said of an MCP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct McpServerSpec {
    /// A name, unique in the organization; tools name the server by it.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
    pub name: String,
    /// Its address. Where this one does not speak MCP, `{url}/mcp` is tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000)]
    pub url: Option<String>,
    /// The program that is the server, with `stdio`. The operator allows each by the setting `mcp_stdio_commands`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000)]
    pub command: Option<String>,
    /// Its arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub args: Vec<String>,
    /// Its environment, and nothing else of ours; `${NAME}` in a value is a secret.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// How it is reached; follows from `url` or `command` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<McpTransport>,
    /// How we say who we are.
    #[serde(default)]
    pub auth: McpAuth,
    /// A key in plain, sent as `Authorization: Bearer`. It goes into the vault under a name of its own, `auth` names it
    /// from then on, and it is never shown again.
    #[serde(default, skip_serializing)]
    #[schema(value_type = Option<String>, write_only, min_length = 1, max_length = 65536)]
    pub api_key: Option<ApiKey>,
    /// More headers of every request; `${NAME}` in a value is a secret.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Words about what it can do. The server does nothing by them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub capabilities: Vec<String>,
    /// Whether its tools may be called.
    #[serde(default = "yes")]
    pub is_enabled: bool,
    /// Which era of the protocol is spoken.
    #[serde(default)]
    pub protocol: McpProtocol,
    /// How long connecting may take, the handshake included, in milliseconds.
    #[serde(default = "connect_timeout_ms")]
    #[schema(minimum = 100, maximum = 120000)]
    pub connect_timeout_ms: u32,
    /// How long a session without calls is kept, in seconds.
    #[serde(default = "idle_timeout_s")]
    #[schema(minimum = 1, maximum = 86400)]
    pub idle_timeout_s: u32,
    /// The most bytes of one answer.
    #[serde(default = "max_response_bytes")]
    #[schema(minimum = 1024, maximum = 67108864)]
    pub max_response_bytes: u32,
    /// The most calls at once; more wait.
    #[serde(default = "max_concurrency")]
    #[schema(minimum = 1, maximum = 256)]
    pub max_concurrency: u32,
}

fn yes() -> bool {
    true
}
fn connect_timeout_ms() -> u32 {
    15_000
}
fn idle_timeout_s() -> u32 {
    300
}
fn max_response_bytes() -> u32 {
    4 << 20
}
fn max_concurrency() -> u32 {
    32
}

/// Whether `name` may name a server: it is a part of a path.
pub fn is_server_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// Whether `text` begins as an address of the web does.
pub(super) fn is_web_address(text: &str) -> bool {
    text.len() <= MAX_TEXT
        && ["https://", "http://"].iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}

/// The names of the secrets in a text with `${NAME}` in it.
pub fn placeholders(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        rest = &rest[at + 2..];
        if let Some((name, after)) = rest.split_once('}')
            && is_secret_name(name)
        {
            names.insert(name.to_owned());
            rest = after;
        }
    }
    names
}

pub(super) fn check_header(name: &str, field: &str) -> Result<(), Fault> {
    let is_token = !name.is_empty()
        && name.len() <= 200
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
    if !is_token {
        return Err(Fault::invalid(field, format!("`{field}`: `{name}` is not the name of a header")));
    }
    if OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
        let message = format!("`{field}`: `{name}` cannot be set here; credentials belong into `auth` or `api_key`");
        return Err(Fault::invalid(field, message));
    }
    Ok(())
}

impl McpServerSpec {
    /// How it is reached.
    pub fn transport(&self) -> McpTransport {
        match self.transport {
            Some(transport) => transport,
            None if self.url.is_none() && self.command.is_some() => McpTransport::Stdio,
            None => McpTransport::StreamableHttp,
        }
    }

    /// The names of the secrets that reaching it needs.
    pub fn secrets(&self) -> BTreeSet<String> {
        let mut names = self.auth.secrets();
        let texts = self.headers.values().chain(self.env.values());
        names.extend(texts.flat_map(|text| placeholders(text)));
        names
    }

    /// Refuses what makes no sense; a fault names the field.
    pub fn check(&self) -> Result<(), Fault> {
        if !is_server_name(&self.name) {
            let message =
                "`name` must be 1 to 64 letters, digits, `_`, `-` or `.` and start with a letter, a digit or `_`";
            return Err(Fault::invalid("name", message));
        }
        match self.transport() {
            McpTransport::StreamableHttp => self.check_http()?,
            McpTransport::Stdio => self.check_stdio()?,
        }
        self.auth.check()?;
        for (name, value) in &self.headers {
            check_header(name, "headers")?;
            check_text(value, "headers")?;
        }
        if self.headers.len() > MAX_PAIRS {
            return Err(Fault::invalid("headers", format!("`headers` may have at most {MAX_PAIRS} entries")));
        }
        if self.capabilities.len() > MAX_CAPABILITIES || self.capabilities.iter().any(|word| word.len() > 200) {
            let message = format!("`capabilities` may have at most {MAX_CAPABILITIES} entries of 200 bytes each");
            return Err(Fault::invalid("capabilities", message));
        }
        for (field, value, least, most) in [
            ("connect_timeout_ms", self.connect_timeout_ms, 100, 120_000),
            ("idle_timeout_s", self.idle_timeout_s, 1, 86_400),
            ("max_response_bytes", self.max_response_bytes, 1_024, 64 << 20),
            ("max_concurrency", self.max_concurrency, 1, 256),
        ] {
            if !(least..=most).contains(&value) {
                let message = format!("`{field}` is {value}; it must be between {least} and {most}");
                return Err(Fault::invalid(field, message));
            }
        }
        Ok(())
    }

    fn check_http(&self) -> Result<(), Fault> {
        let url = self.url.as_deref().unwrap_or_default();
        if !is_web_address(url) {
            let message = "`url` must be the server's address, such as https://mcp.example.com/mcp (or give `command` for a server that is a program)";
            return Err(Fault::invalid("url", message));
        }
        if self.command.is_some() || !self.args.is_empty() || !self.env.is_empty() {
            return Err(Fault::invalid("command", "`command`, `args` and `env` are for the transport `stdio`"));
        }
        Ok(())
    }

    fn check_stdio(&self) -> Result<(), Fault> {
        let command = self.command.as_deref().unwrap_or_default();
        if command.is_empty() || command.contains('\0') || command.len() > MAX_TEXT {
            return Err(Fault::invalid("command", "`command` must be the program to start"));
        }
        if self.url.is_some() || !self.headers.is_empty() || self.auth != McpAuth::None {
            let message = "`url`, `headers`, `auth` and `api_key` are for the transport `streamable_http`; a program is given credentials by `env`";
            return Err(Fault::invalid("url", message));
        }
        if self.args.len() > MAX_ARGS {
            return Err(Fault::invalid("args", format!("`args` may have at most {MAX_ARGS} entries")));
        }
        self.args.iter().try_for_each(|text| check_text(text, "args"))?;
        if self.env.len() > MAX_PAIRS {
            return Err(Fault::invalid("env", format!("`env` may have at most {MAX_PAIRS} entries")));
        }
        for (name, value) in &self.env {
            if !is_secret_name(name) {
                return Err(Fault::invalid("env", format!("`env`: `{name}` is not the name of a variable")));
            }
            if !may_be_set(name, value) {
                let message = match name.as_str() {
                    "PATH" => {
                        "`env`: `PATH` may name the folders of the system only, such as /usr/local/bin:/usr/bin:/bin"
                            .to_owned()
                    }
                    _ => format!(
                        "`env`: `{name}` tells interpreters and loaders what code to run; it cannot be set here"
                    ),
                };
                return Err(Fault::invalid("env", message));
            }
            check_text(value, "env")?;
        }
        Ok(())
    }
}

/// Whether a variable may be given to a program. The operator allowed that program, and not whatever its interpreter or
/// its loader can be told to run instead.
pub fn may_be_set(name: &str, value: &str) -> bool {
    const FOLDERS: [&str; 6] = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    if name == "PATH" {
        return value.split(':').all(|folder| FOLDERS.contains(&folder));
    }
    const BEGINNINGS: [&str; 16] = [
        "LD_",
        "DYLD_",
        "NODE_",
        "NPM_CONFIG_",
        "PYTHON",
        "PERL",
        "RUBY",
        "JAVA_",
        "JDK_",
        "_JAVA",
        "BASH_",
        "GIT_",
        "GCONV",
        "GLIBC_",
        "DENO_",
        "BUN_",
    ];
    const NAMES: [&str; 10] =
        ["ENV", "SHELLOPTS", "PS4", "IFS", "PATH", "HOME", "SHELL", "CLASSPATH", "LUA_PATH", "PHPRC"];
    let name = name.to_ascii_uppercase();
    !BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) && !NAMES.contains(&name.as_str())
}

fn check_text(text: &str, field: &str) -> Result<(), Fault> {
    if text.len() > MAX_TEXT || text.chars().any(|c| c == '\0' || c == '\r' || c == '\n') {
        let message = format!("`{field}`: a value may have at most {MAX_TEXT} bytes in one line");
        return Err(Fault::invalid(field, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn spec(more: Value) -> McpServerSpec {
        let mut value = json!({"name": "crm", "url": "https://mcp.example.com/bi"});
        crate::merge::merge_patch(&mut value, &more);
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn no_variable_makes_a_program_run_something_else() {
        for (name, value, may) in [
            ("API_KEY", "${KEY}", true),
            ("PATH", "/usr/local/bin:/usr/bin:/bin", true),
            ("PATH", "/tmp:/bin", false),
            ("PATH", "", false),
            ("Path", "/bin", false),
            ("NODE_OPTIONS", "--import=data:text/javascript,1", false),
            ("LD_PRELOAD", "/tmp/x.so", false),
            ("pythonpath", "/tmp", false),
            ("BASH_ENV", "/tmp/x", false),
        ] {
            assert_eq!(may_be_set(name, value), may, "{name}={value}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_field() {
        spec(json!({})).check().unwrap();
        spec(json!({"url": null, "command": "npx", "args": ["x"], "env": {"KEY": "${KEY}"}})).check().unwrap();
        for (more, field) in [
            (json!({"name": "a/b"}), "name"),
            (json!({"url": "ftp://x"}), "url"),
            (json!({"url": null}), "url"),
            (json!({"command": "x"}), "command"),
            (json!({"transport": "stdio"}), "command"),
            (json!({"url": "https://x", "command": "x", "transport": "stdio"}), "url"),
            (json!({"headers": {"Authorization": "x"}}), "headers"),
            (json!({"headers": {"X-A": "a\nb"}}), "headers"),
            (json!({"auth": {"type": "bearer", "secret": "sk-1"}}), "auth.secret"),
            (json!({"auth": {"type": "header", "header": "Host", "secret": "S"}}), "auth.header"),
            (json!({"connect_timeout_ms": 1}), "connect_timeout_ms"),
        ] {
            let fault = spec(more.clone()).check().unwrap_err();
            assert_eq!(fault.details.unwrap()["field"], field, "{more}");
        }
    }

    #[test]
    fn the_secrets_are_those_of_credentials_headers_and_environment() {
        let spec =
            spec(json!({"auth": {"type": "bearer", "secret": "A"}, "headers": {"X-B": "b ${B} ${not one} ${C}"}}));
        assert_eq!(spec.secrets(), ["A", "B", "C"].map(str::to_owned).into());
    }
}
