//! The configuration of a tool, by its kind.

use serde::{
    Deserialize, Serialize,
    de::{DeserializeSeed, Deserializer},
};
use utoipa::ToSchema;

use super::{
    AgentConfig, BusinessConfig, ClientConfig, HttpConfig, Kind, McpConfig, PythonConfig, SystemConfig, WorkflowConfig,
};

/// The configuration of a tool, by its kind.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Config {
    /// Of an `http` tool.
    Http(Box<HttpConfig>),
    /// Of a `system` tool.
    System(SystemConfig),
    /// Of a `python` tool.
    Python(Box<PythonConfig>),
    /// Of a `business` tool.
    Business(BusinessConfig),
    /// Of a `client` tool.
    Client(ClientConfig),
    /// Of an `agent` tool.
    Agent(AgentConfig),
    /// Of a `workflow` tool.
    Workflow(WorkflowConfig),
    /// Of an `mcp` tool.
    Mcp(McpConfig),
}

impl Config {
    /// The kind it is for.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Http(_) => Kind::Http,
            Self::System(_) => Kind::System,
            Self::Python(_) => Kind::Python,
            Self::Business(_) => Kind::Business,
            Self::Client(_) => Kind::Client,
            Self::Agent(_) => Kind::Agent,
            Self::Workflow(_) => Kind::Workflow,
            Self::Mcp(_) => Kind::Mcp,
        }
    }

    /// The request of an `http` tool.
    pub fn http(&self) -> Option<&HttpConfig> {
        match self {
            Self::Http(config) => Some(config),
            _ => None,
        }
    }

    /// The request of an `http` tool, to change it.
    pub fn http_mut(&mut self) -> Option<&mut HttpConfig> {
        match self {
            Self::Http(config) => Some(config),
            _ => None,
        }
    }

    /// The step of a `system` tool.
    pub fn system(&self) -> Option<&SystemConfig> {
        match self {
            Self::System(config) => Some(config),
            _ => None,
        }
    }

    /// The function of a `python` tool.
    pub fn python(&self) -> Option<&PythonConfig> {
        match self {
            Self::Python(config) => Some(config),
            _ => None,
        }
    }

    /// The function of a `business` tool.
    pub fn business(&self) -> Option<&BusinessConfig> {
        match self {
            Self::Business(config) => Some(config),
            _ => None,
        }
    }

    /// How a `client` tool is waited for.
    pub fn client(&self) -> Option<&ClientConfig> {
        match self {
            Self::Client(config) => Some(config),
            _ => None,
        }
    }

    /// Which tool of which MCP server an `mcp` tool stands for.
    pub fn mcp(&self) -> Option<&McpConfig> {
        match self {
            Self::Mcp(config) => Some(config),
            _ => None,
        }
    }

    /// The same, to change it.
    pub fn mcp_mut(&mut self) -> Option<&mut McpConfig> {
        match self {
            Self::Mcp(config) => Some(config),
            _ => None,
        }
    }

    /// Whether a call is a run of its own, whose end answers it.
    pub fn is_nested(&self) -> bool {
        matches!(self, Self::Agent(_) | Self::Workflow(_))
    }

    /// Whether the upstream recognises a repeated request by its key. The program's own tables know an execution by its
    /// id, so what is written there is written once however often it is sent.
    pub fn is_key_honoured(&self) -> bool {
        match self {
            Self::Business(config) => return config.function.is_kept_here(),
            // Without a driver nothing leaves: the event has one id, and the webhook goes out once.
            Self::System(config) => return config.driver.is_none(),
            Self::Http(_) | Self::Python(_) | Self::Client(_) | Self::Agent(_) | Self::Workflow(_) | Self::Mcp(_) => {}
        }
        self.http().and_then(|config| config.idempotency.as_ref()).is_some_and(|idempotency| idempotency.honoured)
    }
}

impl From<HttpConfig> for Config {
    fn from(config: HttpConfig) -> Self {
        Self::Http(Box::new(config))
    }
}

/// Reads the configuration of a kind.
pub(super) struct ConfigOf(pub(super) Kind);

impl<'de> DeserializeSeed<'de> for ConfigOf {
    type Value = Config;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Config, D::Error> {
        match self.0 {
            Kind::Http => HttpConfig::deserialize(deserializer).map(Config::from),
            Kind::System => SystemConfig::deserialize(deserializer).map(Config::System),
            Kind::Python => PythonConfig::deserialize(deserializer).map(|config| Config::Python(Box::new(config))),
            Kind::Business => BusinessConfig::deserialize(deserializer).map(Config::Business),
            Kind::Client => ClientConfig::deserialize(deserializer).map(Config::Client),
            Kind::Agent => AgentConfig::deserialize(deserializer).map(Config::Agent),
            Kind::Workflow => WorkflowConfig::deserialize(deserializer).map(Config::Workflow),
            Kind::Mcp => McpConfig::deserialize(deserializer).map(Config::Mcp),
        }
    }
}
