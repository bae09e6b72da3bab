//! The configuration of a `python_function`: the plan's words for what our kind `python` takes. They are ours but for how
//! a number of seconds is written.

use callwright_model::{Fault, tool::PythonConfig};
use serde_json::Number;

use super::{
    configuration::{Configuration, ToolType},
    fields::Fields,
};

/// Reads the plan's form.
pub(super) fn parse(fields: &mut Fields) -> Result<Configuration, Fault> {
    Ok(Configuration {
        code: Some(fields.require("code", "it is the source, with the function in it")?),
        function_name: fields.take("function_name")?,
        allowed_imports: fields.take("allowed_imports")?,
        execution_timeout: fields.take("execution_timeout")?,
        timeout_ms: fields.take("timeout_ms")?,
        memory_limit_mb: fields.take("memory_limit_mb")?,
        environment_variables: fields.take("environment_variables")?.unwrap_or_default(),
        max_output_bytes: fields.take("max_output_bytes")?,
        network: fields.take("network")?,
        ..Configuration::bare(ToolType::PythonFunction)
    })
}

/// The plan's form of ours.
pub(super) fn show(config: &PythonConfig) -> Configuration {
    Configuration {
        code: Some(config.code.clone()),
        function_name: config.function_name.clone(),
        allowed_imports: config.allowed_imports.clone(),
        execution_timeout: config.execution_timeout.and_then(seconds),
        timeout_ms: config.timeout_ms,
        memory_limit_mb: config.memory_limit_mb,
        environment_variables: config.environment_variables.clone(),
        max_output_bytes: config.max_output_bytes,
        network: config.network,
        ..Configuration::bare(ToolType::PythonFunction)
    }
}

/// Our form.
pub(super) fn to_config(configuration: Configuration) -> PythonConfig {
    PythonConfig {
        code: configuration.code.unwrap_or_default(),
        function_name: configuration.function_name,
        allowed_imports: configuration.allowed_imports,
        timeout_ms: configuration.timeout_ms,
        execution_timeout: configuration.execution_timeout.and_then(|seconds| seconds.as_f64()),
        memory_limit_mb: configuration.memory_limit_mb,
        max_output_bytes: configuration.max_output_bytes,
        environment_variables: configuration.environment_variables,
        network: configuration.network,
    }
}

/// Whole seconds as a whole number.
fn seconds(seconds: f64) -> Option<Number> {
    if seconds.fract() == 0.0 && (0.0..=1e9).contains(&seconds) {
        return Some(Number::from(seconds as u64));
    }
    Number::from_f64(seconds)
}
