//! The settings of `serve`, from the embedded default file, a file of the operator's and the environment.
//!
//! Later layers win. A key that nobody knows and a value that makes no sense are refused by name, wherever they
//! stand. What each key means is told in `config/default.toml`, which is both the lowest layer and the manual.

mod layer;
mod models;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use callwright_guard::IpNet;
use callwright_model::secret::SecretString;
use callwright_runtime::{conversation::TalkSettings, credits::Prices, mail::Mail, mcp::McpSettings};
use callwright_server::McpOptions;
use url::Url;

use crate::{client::variable, failure::Failure};
use layer::Layer;
pub(crate) use models::ModelEnvironment;

/// The default file, which is the manual.
pub(crate) const DEFAULTS: &str = include_str!("../../../config/default.toml");
/// Read by itself when it is in the working directory.
const FILE_NAME: &str = "callwright.toml";

/// What the operator has set.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Address and port to listen on.
    pub(crate) listen: String,
    /// Whether somebody said so, and it is not the default.
    pub(crate) is_listen_said: bool,
    /// Where people reach the server.
    pub(crate) public_url: Option<Url>,
    /// Whether a proxy sets `X-Forwarded-For`.
    pub(crate) behind_proxy: bool,
    /// The most bytes of a request's body.
    pub(crate) max_body_bytes: usize,
    /// How long a stopping server waits.
    pub(crate) drain: Duration,
    /// The folder for all that is kept.
    pub(crate) data_dir: PathBuf,
    /// A PostgreSQL database instead of SQLite.
    pub(crate) database_url: Option<SecretString>,
    /// What SQLite does before it says that something is written.
    pub(crate) synchronous: Synchronous,
    /// How long executions are kept; `None` for ever.
    pub(crate) retention: Option<Duration>,
    pub(crate) thread_retention: Option<Duration>,
    pub(crate) background_thread_retention: Option<Duration>,
    /// How long an `Idempotency-Key` is remembered.
    pub(crate) intent_ttl: Duration,
    /// The key that encrypts secrets.
    pub(crate) master_key: Option<SecretString>,
    /// The first administrator's token.
    pub(crate) bootstrap_token: Option<SecretString>,
    /// Networks that tools may reach besides public addresses.
    pub(crate) outbound_allow: Vec<IpNet>,
    /// What the operator allows of MCP servers.
    pub(crate) mcp: McpSettings,
    /// More trusted authorities.
    pub(crate) ca_file: Option<PathBuf>,
    /// The SMTP server that sends e-mail.
    pub(crate) mail: Option<Mail>,
    /// Model providers of the environment.
    pub(crate) models: Vec<ModelEnvironment>,
    /// Whether every organization is given the business tools.
    pub(crate) business_tools: bool,
    /// Whether Python tools can run.
    pub(crate) python: bool,
    /// Where the sandbox's machine code is kept.
    pub(crate) python_dir: PathBuf,
    /// How many Python calls run at once; 0: four for each core.
    pub(crate) python_places: usize,
    /// What all sandboxes together may grow by.
    pub(crate) python_memory_bytes: usize,
    /// How conversations are bounded.
    pub(crate) talk: TalkSettings,
    /// The entrance of the Model Context Protocol.
    pub(crate) mcp_server: McpOptions,
    /// How many jobs this process carries at once.
    pub(crate) workers: usize,
    /// How many schedules an organization may have.
    pub(crate) schedules: u32,
    /// The least time from one coming of a schedule to the next.
    pub(crate) schedule_interval: Duration,
    /// The model of an agent whose maker names none.
    pub(crate) default_model: String,
    /// Whether operations are paid for with credits.
    pub(crate) credits: bool,
    /// What they cost then.
    pub(crate) credit_prices: Prices,
    /// What is logged.
    pub(crate) log: String,
    /// How it is logged.
    pub(crate) log_format: LogFormat,
    /// Where spans go.
    pub(crate) otlp_endpoint: Option<Url>,
    /// The file that was read, if any.
    pub(crate) file: Option<PathBuf>,
}

/// What SQLite does before it says that something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Synchronous {
    /// It is on the disk.
    Full,
    /// It is with the operating system.
    Normal,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Settings {
    /// Reads `file` (or the one that the environment names, or the one in the working directory) and the environment.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, Failure> {
        let named = file.map(Path::to_path_buf).or_else(|| variable("CALLWRIGHT_CONFIG").map(PathBuf::from));
        let file = named.or_else(|| Some(PathBuf::from(FILE_NAME)).filter(|path| path.exists()));
        let mut layer = Layer::from_toml(DEFAULTS, "the built-in defaults")?;
        let mut is_listen_said = false;
        if let Some(path) = &file {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::new(format!("settings file {}: {error}", path.display())))?;
            let said = Layer::from_toml(&text, &path.display().to_string())?;
            is_listen_said = said.says_listen();
            layer = said.over(layer);
        }
        let environment: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .collect();
        let said = Layer::from_environment(&environment)?;
        is_listen_said |= said.says_listen();
        let mut settings = said.over(layer).check()?;
        (settings.file, settings.is_listen_said) = (file, is_listen_said);
        settings.models = models::providers(&environment)?;
        Ok(settings)
    }

    /// Where the master key is kept when it is not set.
    pub(crate) fn master_key_file(&self) -> PathBuf {
        self.data_dir.join("master.key")
    }

    /// Where the generated first token is left.
    pub(crate) fn admin_token_file(&self) -> PathBuf {
        self.data_dir.join("admin-token")
    }
}

/// Every setting for `serve --help`: the environment variable, and the sentence that the default file begins with.
pub(crate) fn manual() -> String {
    let mut text =
        String::from("Settings (environment variable, default; `--print-config` prints the whole manual):\n\n");
    let mut about = String::new();
    for line in DEFAULTS.lines() {
        let commented = line.strip_prefix("# ").unwrap_or(line);
        match key_of(commented) {
            Some((key, value)) => {
                let is_set = !line.starts_with('#');
                let name = layer::variable_name(key);
                let default = if is_set { format!("[default: {value}]") } else { "[not set]".to_owned() };
                text.push_str(&format!("  {name} {default}\n      {}\n", first_sentence(&about)));
                about.clear();
            }
            None if line.is_empty() || line.starts_with("# ---") => about.clear(),
            None => {
                about.push_str(commented);
                about.push(' ');
            }
        }
    }
    text
}

fn key_of(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(" = ")?;
    key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_').then_some((key, value))
}

fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_in_the_manual() {
        let manual = manual();
        for (variable, _) in layer::KEYS {
            assert!(manual.contains(variable), "{variable} is missing from config/default.toml");
        }
    }
}
