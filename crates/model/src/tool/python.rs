//! The configuration of a `python` tool: a function that its author wrote, run in a sandbox.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The function that is looked for first when the author names none.
pub const DEFAULT_FUNCTION: &str = "execute_tool";
/// The default of [`PythonConfig::memory_limit_mb`].
pub const DEFAULT_MEMORY_MB: u32 = 128;
/// The default of [`PythonConfig::max_output_bytes`].
pub const DEFAULT_OUTPUT_BYTES: u32 = 1_048_576;

/// A Python function, run in a fresh sandbox for each execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PythonConfig {
    /// The source, at most 256 KiB, with the function in it.
    pub code: String,
    /// The function to call. Without it: `execute_tool`, else the only function, else the one named like the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_name: Option<String>,
    /// The modules that the code may import; a name allows what is under it too. Without it: the standard library as far as it is safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_imports: Option<Vec<String>>,
    /// The function's own wall time in milliseconds, 10 to 600000; `policy.timeout_ms` holds besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
    /// The same in seconds, for tools that come from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_timeout: Option<f64>,
    /// The most memory that the sandbox may hold, in MiB, the interpreter's own 20 included: 32 to 512. Default 128.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_limit_mb: Option<u32>,
    /// The most bytes of the result as JSON, before it is shaped: 1 to 8388608. Default 1048576.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_bytes: Option<u32>,
    /// Names of secrets that the code may read, in `os.environ` and `context["env"]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment_variables: Vec<String>,
    /// Whether the code may send HTTP requests. Without it: `policy` when `requests` is among the allowed imports, else `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
}

/// What a sandbox may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Nothing.
    None,
    /// HTTP and HTTPS to whatever the server's outbound policy allows.
    Policy,
}

impl PythonConfig {
    /// The function's own wall time, when its author gave one.
    pub fn wall_ms(&self) -> Option<u32> {
        // A number of seconds beyond what fits is bounded here and refused when the tool is checked.
        self.timeout_ms.or(self.execution_timeout.map(|seconds| (seconds * 1_000.0).round() as u32))
    }

    /// Whether the code may send HTTP requests.
    pub fn has_network(&self) -> bool {
        match self.network {
            Some(network) => network == Network::Policy,
            None => self.allowed_imports.iter().flatten().any(|name| name == "requests"),
        }
    }
}

impl From<&str> for PythonConfig {
    fn from(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            function_name: None,
            allowed_imports: None,
            timeout_ms: None,
            execution_timeout: None,
            memory_limit_mb: None,
            max_output_bytes: None,
            environment_variables: Vec::new(),
            network: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_follows_from_requests_unless_it_is_said() {
        let mut config = PythonConfig::from("def f(): pass");
        assert!(!config.has_network());
        config.allowed_imports = Some(vec!["json".to_owned(), "requests".to_owned()]);
        assert!(config.has_network());
        config.network = Some(Network::None);
        assert!(!config.has_network());
    }

    #[test]
    fn seconds_are_read_too() {
        let config: PythonConfig = serde_json::from_str(r#"{"code": "", "execution_timeout": 2.5}"#).unwrap();
        assert_eq!(config.wall_ms(), Some(2_500));
    }
}
