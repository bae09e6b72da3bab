//! One layer of settings: what a file or the environment says, and nothing where it is silent. What all layers come to is
//! checked in `check`.

mod check;

use serde::Deserialize;

use crate::failure::Failure;

/// Environment variables and the keys they stand for.
pub(super) const KEYS: [(&str, &str); 46] = [
    ("CALLWRIGHT_LISTEN", "listen"),
    ("CALLWRIGHT_PUBLIC_URL", "public_url"),
    ("CALLWRIGHT_BEHIND_PROXY", "behind_proxy"),
    ("CALLWRIGHT_MAX_BODY_BYTES", "max_body_bytes"),
    ("CALLWRIGHT_DRAIN_SECONDS", "drain_seconds"),
    ("CALLWRIGHT_DATA_DIR", "data_dir"),
    ("CALLWRIGHT_DATABASE_URL", "database_url"),
    ("CALLWRIGHT_SYNCHRONOUS", "synchronous"),
    ("CALLWRIGHT_RETENTION_DAYS", "retention_days"),
    ("CALLWRIGHT_THREAD_RETENTION_DAYS", "thread_retention_days"),
    ("CALLWRIGHT_BACKGROUND_THREAD_RETENTION_DAYS", "background_thread_retention_days"),
    ("CALLWRIGHT_IDEMPOTENCY_HOURS", "idempotency_hours"),
    ("CALLWRIGHT_MASTER_KEY", "master_key"),
    ("CALLWRIGHT_BOOTSTRAP_TOKEN", "bootstrap_token"),
    ("CALLWRIGHT_OUTBOUND_ALLOW", "outbound_allow"),
    ("CALLWRIGHT_CA_FILE", "ca_file"),
    ("CALLWRIGHT_MCP_STDIO_COMMANDS", "mcp_stdio_commands"),
    ("CALLWRIGHT_SMTP_URL", "smtp_url"),
    ("CALLWRIGHT_SMTP_FROM", "smtp_from"),
    ("CALLWRIGHT_BUSINESS_TOOLS", "business_tools"),
    ("CALLWRIGHT_PYTHON", "python"),
    ("CALLWRIGHT_PYTHON_DIR", "python_dir"),
    ("CALLWRIGHT_PYTHON_PLACES", "python_places"),
    ("CALLWRIGHT_PYTHON_MEMORY_MB", "python_memory_mb"),
    ("CALLWRIGHT_WORKERS", "workers"),
    ("CALLWRIGHT_CONVERSATIONS_MAX", "conversations_max"),
    ("CALLWRIGHT_CONVERSATIONS_MAX_PUBLIC", "conversations_max_public"),
    ("CALLWRIGHT_CONVERSATION_IDLE_SECONDS", "conversation_idle_seconds"),
    ("CALLWRIGHT_CONVERSATION_MAX_SECONDS", "conversation_max_seconds"),
    ("CALLWRIGHT_CONVERSATION_GRACE_SECONDS", "conversation_grace_seconds"),
    ("CALLWRIGHT_CONVERSATION_PING_SECONDS", "conversation_ping_seconds"),
    ("CALLWRIGHT_CONVERSATION_RETENTION_DAYS", "conversation_retention_days"),
    ("CALLWRIGHT_DOCUMENT_MAX_MB", "document_max_mb"),
    ("CALLWRIGHT_DOCUMENT_RETENTION_DAYS", "document_retention_days"),
    ("CALLWRIGHT_SCHEDULES", "schedules"),
    ("CALLWRIGHT_SCHEDULE_INTERVAL_SECONDS", "schedule_interval_seconds"),
    ("CALLWRIGHT_MCP_SESSIONS_MAX", "mcp_sessions_max"),
    ("CALLWRIGHT_MCP_SESSION_IDLE_SECONDS", "mcp_session_idle_seconds"),
    ("CALLWRIGHT_MCP_ORIGINS", "mcp_origins"),
    ("CALLWRIGHT_MCP_AUTHORIZATION_SERVERS", "mcp_authorization_servers"),
    ("CALLWRIGHT_DEFAULT_MODEL", "default_model"),
    ("CALLWRIGHT_CREDITS", "credits"),
    ("CALLWRIGHT_CREDIT_PRICES", "credit_prices"),
    ("CALLWRIGHT_LOG", "log"),
    ("CALLWRIGHT_LOG_FORMAT", "log_format"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "otlp_endpoint"),
];

/// Variables with our prefix that are not settings of the server.
const OTHERS: [&str; 5] =
    ["CALLWRIGHT_CONFIG", "CALLWRIGHT_URL", "CALLWRIGHT_TOKEN", "CALLWRIGHT_PORT", "CALLWRIGHT_FIXTURES"];
/// Kubernetes announces a service called `callwright` to every container with these; tests set the last.
const FOREIGN: [&str; 3] = ["CALLWRIGHT_SERVICE_", "CALLWRIGHT_PORT_", "CALLWRIGHT_TEST_"];

/// What one source says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Layer {
    listen: Option<String>,
    public_url: Option<String>,
    behind_proxy: Option<bool>,
    max_body_bytes: Option<u32>,
    drain_seconds: Option<u32>,
    data_dir: Option<String>,
    database_url: Option<String>,
    synchronous: Option<String>,
    retention_days: Option<u32>,
    thread_retention_days: Option<u32>,
    background_thread_retention_days: Option<u32>,
    idempotency_hours: Option<u32>,
    master_key: Option<String>,
    bootstrap_token: Option<String>,
    outbound_allow: Option<Vec<String>>,
    mcp_stdio_commands: Option<Vec<String>>,
    ca_file: Option<String>,
    smtp_url: Option<String>,
    smtp_from: Option<String>,
    business_tools: Option<bool>,
    python: Option<bool>,
    python_dir: Option<String>,
    python_places: Option<u32>,
    python_memory_mb: Option<u32>,
    workers: Option<u32>,
    conversations_max: Option<u32>,
    conversations_max_public: Option<u32>,
    conversation_idle_seconds: Option<u32>,
    conversation_max_seconds: Option<u32>,
    conversation_grace_seconds: Option<u32>,
    conversation_ping_seconds: Option<u32>,
    conversation_retention_days: Option<u32>,
    document_max_mb: Option<u32>,
    document_retention_days: Option<u32>,
    schedules: Option<u32>,
    schedule_interval_seconds: Option<u32>,
    mcp_sessions_max: Option<u32>,
    mcp_session_idle_seconds: Option<u32>,
    mcp_origins: Option<Vec<String>>,
    mcp_authorization_servers: Option<Vec<String>>,
    default_model: Option<String>,
    credits: Option<bool>,
    credit_prices: Option<Vec<String>>,
    log: Option<String>,
    log_format: Option<String>,
    otlp_endpoint: Option<String>,
}

/// The environment variable of a key.
pub(super) fn variable_name(key: &str) -> &'static str {
    KEYS.into_iter().find(|(_, known)| *known == key).map_or("?", |(name, _)| name)
}

impl Layer {
    /// What a TOML text says; `source` names it in errors.
    pub(super) fn from_toml(text: &str, source: &str) -> Result<Self, Failure> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            // The message alone: the error's own display quotes the line, which may hold a secret.
            let key = text.lines().nth(line - 1).and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
            let message = error.message().trim_end_matches('\n').replace('\n', "; ");
            match key {
                Some(key) if !message.contains(key) => {
                    Failure::new(format!("{source}, line {line}, `{key}`: {message}"))
                }
                _ => Failure::new(format!("{source}, line {line}: {message}")),
            }
            .hint("`callwright serve --print-config` prints every setting with what it means")
        })
    }

    /// What the environment says. Empty variables say nothing.
    pub(super) fn from_environment(variables: &[(String, String)]) -> Result<Self, Failure> {
        let mut layer = Self::default();
        for (name, value) in variables {
            let value = value.trim();
            match KEYS.into_iter().find(|(known, _)| known == name) {
                Some(_) if value.is_empty() => {}
                Some((_, key)) => layer.set(key, name, value)?,
                None if is_foreign(name) => {}
                None => {
                    return Err(Failure::new(format!("`{name}` is not a setting")).hint(
                        "`callwright serve --help` lists every setting; unset this one if it is not meant for us",
                    ));
                }
            }
        }
        Ok(layer)
    }

    fn set(&mut self, key: &str, name: &str, value: &str) -> Result<(), Failure> {
        let text = || Some(value.to_owned());
        match key {
            "listen" => self.listen = text(),
            "public_url" => self.public_url = text(),
            "behind_proxy" => self.behind_proxy = Some(boolean(name, value)?),
            "max_body_bytes" => self.max_body_bytes = Some(number(name, value)?),
            "drain_seconds" => self.drain_seconds = Some(number(name, value)?),
            "data_dir" => self.data_dir = text(),
            "database_url" => self.database_url = text(),
            "synchronous" => self.synchronous = text(),
            "retention_days" => self.retention_days = Some(number(name, value)?),
            "thread_retention_days" => self.thread_retention_days = Some(number(name, value)?),
            "background_thread_retention_days" => {
                self.background_thread_retention_days = Some(number(name, value)?);
            }
            "idempotency_hours" => self.idempotency_hours = Some(number(name, value)?),
            "master_key" => self.master_key = text(),
            "bootstrap_token" => self.bootstrap_token = text(),
            "outbound_allow" => self.outbound_allow = Some(list(value)),
            "mcp_stdio_commands" => self.mcp_stdio_commands = Some(list(value)),
            "ca_file" => self.ca_file = text(),
            "smtp_url" => self.smtp_url = text(),
            "smtp_from" => self.smtp_from = text(),
            "business_tools" => self.business_tools = Some(boolean(name, value)?),
            "python" => self.python = Some(boolean(name, value)?),
            "python_dir" => self.python_dir = text(),
            "python_places" => self.python_places = Some(number(name, value)?),
            "python_memory_mb" => self.python_memory_mb = Some(number(name, value)?),
            "workers" => self.workers = Some(number(name, value)?),
            "conversations_max" => self.conversations_max = Some(number(name, value)?),
            "conversations_max_public" => self.conversations_max_public = Some(number(name, value)?),
            "conversation_idle_seconds" => self.conversation_idle_seconds = Some(number(name, value)?),
            "conversation_max_seconds" => self.conversation_max_seconds = Some(number(name, value)?),
            "conversation_grace_seconds" => self.conversation_grace_seconds = Some(number(name, value)?),
            "conversation_ping_seconds" => self.conversation_ping_seconds = Some(number(name, value)?),
            "conversation_retention_days" => self.conversation_retention_days = Some(number(name, value)?),
            "document_max_mb" => self.document_max_mb = Some(number(name, value)?),
            "document_retention_days" => self.document_retention_days = Some(number(name, value)?),
            "schedules" => self.schedules = Some(number(name, value)?),
            "schedule_interval_seconds" => self.schedule_interval_seconds = Some(number(name, value)?),
            "mcp_sessions_max" => self.mcp_sessions_max = Some(number(name, value)?),
            "mcp_session_idle_seconds" => self.mcp_session_idle_seconds = Some(number(name, value)?),
            "mcp_origins" => self.mcp_origins = Some(list(value)),
            "mcp_authorization_servers" => self.mcp_authorization_servers = Some(list(value)),
            "default_model" => self.default_model = text(),
            "credits" => self.credits = Some(boolean(name, value)?),
            "credit_prices" => self.credit_prices = Some(list(value)),
            "log" => self.log = text(),
            "log_format" => self.log_format = text(),
            _ => self.otlp_endpoint = text(),
        }
        Ok(())
    }

    /// Whether it says where to listen.
    pub(super) fn says_listen(&self) -> bool {
        self.listen.is_some()
    }

    /// This layer where it speaks, `below` where it is silent.
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            listen: self.listen.or(below.listen),
            public_url: self.public_url.or(below.public_url),
            behind_proxy: self.behind_proxy.or(below.behind_proxy),
            max_body_bytes: self.max_body_bytes.or(below.max_body_bytes),
            drain_seconds: self.drain_seconds.or(below.drain_seconds),
            data_dir: self.data_dir.or(below.data_dir),
            database_url: self.database_url.or(below.database_url),
            synchronous: self.synchronous.or(below.synchronous),
            retention_days: self.retention_days.or(below.retention_days),
            thread_retention_days: self.thread_retention_days.or(below.thread_retention_days),
            background_thread_retention_days: self
                .background_thread_retention_days
                .or(below.background_thread_retention_days),
            idempotency_hours: self.idempotency_hours.or(below.idempotency_hours),
            master_key: self.master_key.or(below.master_key),
            bootstrap_token: self.bootstrap_token.or(below.bootstrap_token),
            outbound_allow: self.outbound_allow.or(below.outbound_allow),
            mcp_stdio_commands: self.mcp_stdio_commands.or(below.mcp_stdio_commands),
            ca_file: self.ca_file.or(below.ca_file),
            smtp_url: self.smtp_url.or(below.smtp_url),
            smtp_from: self.smtp_from.or(below.smtp_from),
            business_tools: self.business_tools.or(below.business_tools),
            python: self.python.or(below.python),
            python_dir: self.python_dir.or(below.python_dir),
            python_places: self.python_places.or(below.python_places),
            python_memory_mb: self.python_memory_mb.or(below.python_memory_mb),
            workers: self.workers.or(below.workers),
            conversations_max: self.conversations_max.or(below.conversations_max),
            conversations_max_public: self.conversations_max_public.or(below.conversations_max_public),
            conversation_idle_seconds: self.conversation_idle_seconds.or(below.conversation_idle_seconds),
            conversation_max_seconds: self.conversation_max_seconds.or(below.conversation_max_seconds),
            conversation_grace_seconds: self.conversation_grace_seconds.or(below.conversation_grace_seconds),
            conversation_ping_seconds: self.conversation_ping_seconds.or(below.conversation_ping_seconds),
            conversation_retention_days: self.conversation_retention_days.or(below.conversation_retention_days),
            document_max_mb: self.document_max_mb.or(below.document_max_mb),
            document_retention_days: self.document_retention_days.or(below.document_retention_days),
            schedules: self.schedules.or(below.schedules),
            schedule_interval_seconds: self.schedule_interval_seconds.or(below.schedule_interval_seconds),
            mcp_sessions_max: self.mcp_sessions_max.or(below.mcp_sessions_max),
            mcp_session_idle_seconds: self.mcp_session_idle_seconds.or(below.mcp_session_idle_seconds),
            mcp_origins: self.mcp_origins.or(below.mcp_origins),
            mcp_authorization_servers: self.mcp_authorization_servers.or(below.mcp_authorization_servers),
            default_model: self.default_model.or(below.default_model),
            credits: self.credits.or(below.credits),
            credit_prices: self.credit_prices.or(below.credit_prices),
            log: self.log.or(below.log),
            log_format: self.log_format.or(below.log_format),
            otlp_endpoint: self.otlp_endpoint.or(below.otlp_endpoint),
        }
    }
}

fn is_foreign(name: &str) -> bool {
    !name.starts_with("CALLWRIGHT_") || OTHERS.contains(&name) || FOREIGN.iter().any(|prefix| name.starts_with(prefix))
}

fn boolean(name: &str, value: &str) -> Result<bool, Failure> {
    match value {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(Failure::new(format!("`{name}` must be true or false, not `{value}`"))),
    }
}

fn number(name: &str, value: &str) -> Result<u32, Failure> {
    value.replace('_', "").parse().map_err(|_| Failure::new(format!("`{name}` must be a whole number, not `{value}`")))
}

/// Several values in one variable, separated by commas.
fn list(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::settings::{DEFAULTS, Settings};

    fn environment(pairs: &[(&str, &str)]) -> Result<Settings, Failure> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Layer::from_environment(&pairs)?.over(Layer::from_toml(DEFAULTS, "defaults")?).check()
    }

    #[test]
    fn the_defaults_stand_and_the_environment_wins() {
        let settings = environment(&[]).unwrap();
        assert_eq!((settings.listen.as_str(), settings.data_dir.to_str()), ("127.0.0.1:8080", Some("data")));
        assert_eq!(settings.retention, Some(Duration::from_secs(90 * 24 * 3600)));
        let settings = environment(&[
            ("CALLWRIGHT_LISTEN", "[::1]:0"),
            ("CALLWRIGHT_RETENTION_DAYS", "0"),
            ("CALLWRIGHT_OUTBOUND_ALLOW", "10.0.0.0/8, 192.168.7.1,"),
            ("CALLWRIGHT_BOOTSTRAP_TOKEN", "12345"),
            ("CALLWRIGHT_LOG", ""),
            ("CALLWRIGHT_SERVICE_HOST", "10.0.0.1"),
            ("CALLWRIGHT_PORT", "tcp://10.0.0.1:8080"),
        ])
        .unwrap();
        assert_eq!(settings.listen, "[::1]:0");
        assert_eq!(settings.retention, None);
        let allowed: Vec<String> = settings.outbound_allow.iter().map(ToString::to_string).collect();
        assert_eq!(allowed, ["10.0.0.0/8", "192.168.7.1/32"]);
        assert_eq!(settings.bootstrap_token.unwrap().expose(), "12345");
        assert_eq!(settings.log, "info");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (name, value, key) in [
            ("CALLWRIGHT_LISTEN", "8080", "listen"),
            ("CALLWRIGHT_DATABASE_URL", "mysql://u:geheim@h/d", "database_url"),
            ("CALLWRIGHT_RETENTION_DAYS", "ninety", "CALLWRIGHT_RETENTION_DAYS"),
            ("CALLWRIGHT_BEHIND_PROXY", "perhaps", "CALLWRIGHT_BEHIND_PROXY"),
            ("CALLWRIGHT_MAX_BODY_BYTES", "0", "max_body_bytes"),
            ("CALLWRIGHT_PUBLIC_URL", "tools.example.com", "public_url"),
            ("CALLWRIGHT_SYNCHRONOUS", "off", "synchronous"),
            ("CALLWRIGHT_LOG_FORMAT", "xml", "log_format"),
            ("CALLWRIGHT_OUTBOUND_ALLOW", "10.0.0.0/8,intranet", "outbound_allow"),
            ("CALLWRIGHT_LISTNE", "127.0.0.1:1", "CALLWRIGHT_LISTNE"),
        ] {
            let message = environment(&[(name, value)]).unwrap_err().message;
            assert!(message.contains(key), "{message}");
            assert!(!message.contains("geheim"), "{message}");
        }
    }

    #[test]
    fn a_file_is_strict_and_does_not_give_its_secrets_away() {
        let failure = Layer::from_toml("listen = \"a:1\"\nmaster_kye = \"geheim\"\n", "x.toml").unwrap_err();
        assert!(failure.message.starts_with("x.toml, line 2"), "{failure}");
        assert!(failure.message.contains("master_kye") && !failure.message.contains("geheim"), "{failure}");
        let failure = Layer::from_toml("retention_days = \"geheim\"\n", "x.toml").unwrap_err();
        assert!(failure.message.contains("retention_days"), "{failure}");
        let failure = Layer::from_toml("listen = [\n", "x.toml").unwrap_err();
        assert!(failure.message.starts_with("x.toml, line"), "{failure}");
    }
}
