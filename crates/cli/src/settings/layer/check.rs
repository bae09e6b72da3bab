//! The settings that the layers come to, each value checked.

use std::{collections::BTreeMap, net::IpAddr, path::PathBuf, time::Duration};

use callwright_guard::IpNet;
use callwright_model::secret::SecretString;
use callwright_runtime::{conversation::TalkSettings, credits::Prices, mail::Mail, mcp::McpSettings};
use callwright_server::McpOptions;
use url::Url;

use super::{Layer, variable_name};
use crate::{
    failure::Failure,
    settings::{LogFormat, Settings, Synchronous},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

impl Layer {
    /// The settings, each value checked.
    pub(in crate::settings) fn check(self) -> Result<Settings, Failure> {
        let (talk, mcp_server) = (self.talk()?, self.mcp_server()?);
        let listen = self.listen.unwrap_or_default();
        if !listen.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()) {
            return Err(wrong("listen", &listen, "an address and a port such as 127.0.0.1:8080"));
        }
        if let Some(url) = &self.database_url {
            check_database_url(url)?;
        }
        let data_dir = PathBuf::from(self.data_dir.unwrap_or_default());
        let places = self.python_places.unwrap_or_default();
        if places > 256 {
            return Err(wrong("python_places", &places.to_string(), "at most 256"));
        }
        let workers = self.workers.unwrap_or_default();
        if workers > 10_000 {
            return Err(wrong("workers", &workers.to_string(), "at most 10000"));
        }
        Ok(Settings {
            listen,
            is_listen_said: false,
            workers: workers as usize,
            talk,
            mcp_server,
            schedules: self.schedules.unwrap_or_default(),
            schedule_interval: Duration::from_secs(self.schedule_interval_seconds.unwrap_or_default().into()),
            public_url: web_address("public_url", self.public_url.as_deref())?,
            behind_proxy: self.behind_proxy.unwrap_or_default(),
            max_body_bytes: positive("max_body_bytes", self.max_body_bytes)? as usize,
            drain: Duration::from_secs(self.drain_seconds.unwrap_or_default().into()),
            business_tools: self.business_tools.unwrap_or_default(),
            python: self.python.unwrap_or_default(),
            python_dir: self.python_dir.map_or_else(|| data_dir.join("python"), PathBuf::from),
            python_places: places as usize,
            python_memory_bytes: (positive("python_memory_mb", self.python_memory_mb)? as usize) << 20,
            data_dir,
            database_url: self.database_url.map(SecretString::new),
            synchronous: synchronous(self.synchronous.as_deref().unwrap_or_default())?,
            retention: days(self.retention_days),
            thread_retention: days(self.thread_retention_days),
            background_thread_retention: days(self.background_thread_retention_days),
            intent_ttl: Duration::from_secs(3600) * positive("idempotency_hours", self.idempotency_hours)?,
            master_key: self.master_key.map(SecretString::new),
            bootstrap_token: self.bootstrap_token.map(SecretString::new),
            outbound_allow: networks(&self.outbound_allow.unwrap_or_default())?,
            mcp: McpSettings { commands: commands(self.mcp_stdio_commands.unwrap_or_default())? },
            ca_file: self.ca_file.map(PathBuf::from),
            mail: mail(self.smtp_url.as_deref(), self.smtp_from.as_deref())?,
            default_model: self.default_model.unwrap_or_default(),
            credits: self.credits.unwrap_or_default(),
            credit_prices: prices(&self.credit_prices.unwrap_or_default())?,
            log: self.log.unwrap_or_default(),
            log_format: log_format(self.log_format.as_deref().unwrap_or_default())?,
            otlp_endpoint: web_address("otlp_endpoint", self.otlp_endpoint.as_deref())?,
            file: None,
            models: Vec::new(),
        })
    }

    /// How conversations are bounded.
    fn talk(&self) -> Result<TalkSettings, Failure> {
        let seconds = |key: &str, value: Option<u32>| -> Result<Duration, Failure> {
            Ok(Duration::from_secs(positive(key, value)?.into()))
        };
        let megabytes = positive("document_max_mb", self.document_max_mb)?;
        if megabytes > 8 {
            return Err(wrong("document_max_mb", &megabytes.to_string(), "at most 8"));
        }
        Ok(TalkSettings {
            most: positive("conversations_max", self.conversations_max)?,
            most_public: positive("conversations_max_public", self.conversations_max_public)?,
            idle: seconds("conversation_idle_seconds", self.conversation_idle_seconds)?,
            longest: seconds("conversation_max_seconds", self.conversation_max_seconds)?,
            grace: seconds("conversation_grace_seconds", self.conversation_grace_seconds)?,
            ping: seconds("conversation_ping_seconds", self.conversation_ping_seconds)?,
            retention: days(self.conversation_retention_days),
            document_bytes: (megabytes as usize) << 20,
            document_retention: days(self.document_retention_days),
        })
    }

    /// The entrance of the Model Context Protocol.
    fn mcp_server(&self) -> Result<McpOptions, Failure> {
        let addresses = |key: &str, values: &Option<Vec<String>>| -> Result<Vec<Url>, Failure> {
            let values = values.iter().flatten();
            values.filter_map(|value| web_address(key, Some(value)).transpose()).collect()
        };
        let origins = addresses("mcp_origins", &self.mcp_origins)?;
        addresses("mcp_authorization_servers", &self.mcp_authorization_servers)?;
        Ok(McpOptions {
            sessions: positive("mcp_sessions_max", self.mcp_sessions_max)? as usize,
            session_idle: Duration::from_secs(
                positive("mcp_session_idle_seconds", self.mcp_session_idle_seconds)?.into(),
            ),
            origins: origins.iter().map(|url| url.origin().ascii_serialization()).collect(),
            // As they were written: who gives out tokens is compared letter by letter.
            authorization_servers: self.mcp_authorization_servers.clone().unwrap_or_default(),
            fixtures: None,
        })
    }
}

fn wrong(key: &str, value: &str, wanted: &str) -> Failure {
    Failure::new(format!("the setting `{key}` must be {wanted}, not `{value}`"))
        .hint(format!("it is set by `{key}` in the settings file or by {}", variable_name(key)))
}

fn positive(key: &str, value: Option<u32>) -> Result<u32, Failure> {
    value.filter(|value| *value > 0).ok_or_else(|| wrong(key, "0", "at least 1"))
}

fn days(value: Option<u32>) -> Option<Duration> {
    value.filter(|days| *days > 0).map(|days| DAY * days)
}

/// Each program as it is registered, and where it is: the first place of the search path that has it.
fn commands(names: Vec<String>) -> Result<BTreeMap<String, PathBuf>, Failure> {
    let search: Vec<PathBuf> = std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect();
    let mut found = BTreeMap::new();
    for name in names {
        let path = match name.contains('/') {
            true => Some(PathBuf::from(&name)).filter(|path| path.is_absolute()),
            false => search.iter().map(|folder| folder.join(&name)).find(|path| path.is_file()),
        };
        let path = path.ok_or_else(|| {
            wrong("mcp_stdio_commands", &name, "absolute paths, or names of programs that are on the search path")
        })?;
        found.insert(name, path);
    }
    Ok(found)
}

fn prices(texts: &[String]) -> Result<Prices, Failure> {
    Prices::with(texts.iter().map(String::as_str)).map_err(|why| {
        Failure::new(format!("the setting `credit_prices`: {why}")).hint(
            "it is set by `credit_prices` in the settings file or by CALLWRIGHT_CREDIT_PRICES, for example agent.execute=5",
        )
    })
}

/// A bare address is a network of one.
fn networks(texts: &[String]) -> Result<Vec<IpNet>, Failure> {
    texts
        .iter()
        .map(|text| {
            let address = || text.parse::<IpAddr>().map(IpNet::from);
            text.parse::<IpNet>()
                .or_else(|_| address())
                .map_err(|_| wrong("outbound_allow", text, "networks such as 10.0.0.0/8 or single addresses"))
        })
        .collect()
}

/// The URL may hold a password, so it is never repeated.
fn mail(url: Option<&str>, from: Option<&str>) -> Result<Option<Mail>, Failure> {
    let (url, from) = match (url, from) {
        (None, None) => return Ok(None),
        (Some(url), Some(from)) => (url, from),
        (Some(_), None) => return Err(Failure::new("the setting `smtp_url` needs `smtp_from`, the sender's address")),
        (None, Some(_)) => return Err(Failure::new("the setting `smtp_from` needs `smtp_url`, the server to send by")),
    };
    Mail::new(url, from).map(Some).map_err(|why| {
        Failure::new(format!("the setting `smtp_url` or `smtp_from` is wrong: {why}"))
            .hint("they are set in the settings file or by CALLWRIGHT_SMTP_URL and CALLWRIGHT_SMTP_FROM")
    })
}

fn web_address(key: &str, value: Option<&str>) -> Result<Option<Url>, Failure> {
    let Some(text) = value else { return Ok(None) };
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(Some(url)),
        _ => Err(wrong(key, text, "an http or https URL")),
    }
}

/// The value may hold a password, so it is never repeated.
fn check_database_url(url: &str) -> Result<(), Failure> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(());
    }
    Err(Failure::new("the setting `database_url` must be a URL that starts with `postgres://`")
        .hint("leave CALLWRIGHT_DATABASE_URL unset to use SQLite in the data directory"))
}

fn synchronous(value: &str) -> Result<Synchronous, Failure> {
    match value {
        "full" => Ok(Synchronous::Full),
        "normal" => Ok(Synchronous::Normal),
        _ => Err(wrong("synchronous", value, "`full` or `normal`")),
    }
}

fn log_format(value: &str) -> Result<LogFormat, Failure> {
    match value {
        "auto" => Ok(LogFormat::Auto),
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(wrong("log_format", value, "`auto`, `text` or `json`")),
    }
}
