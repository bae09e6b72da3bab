//! What is refused when a Python tool is saved.

use std::time::Duration;

use callwright_expr::Names;
use callwright_model::{
    Fault,
    id::OrgId,
    secret::is_secret_name,
    tool::{PythonConfig, ToolSpec, python::Network},
};
use callwright_pybox::{Checking, Problem, modules};
use tokio::time::Instant;

use super::{properties, room};
use crate::{
    limits::{MAX_TIMEOUT_MS, between},
    python::Python,
    refuse,
};

/// The longest source.
pub const MAX_CODE_BYTES: usize = 256 << 10;
/// The most modules that a tool lists.
const MAX_IMPORTS: usize = 200;
/// The most secrets that a tool reads.
const MAX_VARIABLES: usize = 50;
/// How long saving waits for a sandbox that is being prepared.
const WAIT: Duration = Duration::from_secs(90);

/// Checks what can be checked without running anything.
pub(super) fn bounds(config: &PythonConfig, spec: &ToolSpec, names: &Names) -> Result<(), Fault> {
    if config.code.trim().is_empty() {
        return refuse("config.code", "is empty; begin with `def execute_tool(parameters, context):`");
    }
    if config.code.len() > MAX_CODE_BYTES {
        return refuse("config.code", format!("has {} bytes; at most {MAX_CODE_BYTES} are taken", config.code.len()));
    }
    if config.timeout_ms.is_some() && config.execution_timeout.is_some() {
        return refuse("config.execution_timeout", "says the same as `config.timeout_ms`; keep one of them");
    }
    if config.execution_timeout.is_some_and(|seconds| !seconds.is_finite() || seconds <= 0.0) {
        return refuse("config.execution_timeout", "must be a number of seconds above 0");
    }
    let field =
        if config.timeout_ms.is_some() { "config.timeout_ms" } else { "config.execution_timeout (as milliseconds)" };
    config.wall_ms().iter().try_for_each(|ms| between(field, *ms, 10, MAX_TIMEOUT_MS))?;
    config.memory_limit_mb.iter().try_for_each(|mb| between("config.memory_limit_mb", *mb, 32, 512))?;
    config.max_output_bytes.iter().try_for_each(|bytes| between("config.max_output_bytes", *bytes, 1, 8 << 20))?;
    if let Some(imports) = &config.allowed_imports {
        listed(config, imports)?;
    }
    if config.environment_variables.len() > MAX_VARIABLES {
        return refuse("config.environment_variables", format!("has more than {MAX_VARIABLES} names"));
    }
    for (at, name) in config.environment_variables.iter().enumerate() {
        let field = format!("config.environment_variables.{at}");
        if !is_secret_name(name) {
            return refuse(&field, format!("`{name}` is no name of a secret: letters, digits and `_`"));
        }
        if !names.secrets.contains(name) {
            return refuse(
                &field,
                format!("there is no secret `{name}`; set it first, for example with `callwright secret set {name}`"),
            );
        }
    }
    if !spec.policy.retry.retry_on_status_codes.is_empty() {
        return refuse(
            "policy.retry.retry_on_status_codes",
            "is for requests; the code itself decides what to send again",
        );
    }
    Ok(())
}

fn listed(config: &PythonConfig, imports: &[String]) -> Result<(), Fault> {
    if imports.len() > MAX_IMPORTS {
        return refuse("config.allowed_imports", format!("has more than {MAX_IMPORTS} names"));
    }
    for (at, name) in imports.iter().enumerate() {
        let field = format!("config.allowed_imports.{at}");
        let is_there =
            |all: &&str| *all == name || all.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'));
        if !modules::all().iter().any(is_there) {
            return refuse(&field, absent(name));
        }
        if modules::is_network(name) && config.network == Some(Network::None) {
            return refuse(&field, format!("`{name}` needs the network, and `config.network` is `none`"));
        }
    }
    Ok(())
}

fn absent(name: &str) -> String {
    let top = name.split('.').next().unwrap_or(name);
    match modules::instead(top) {
        Some(hint) => format!("`{name}` is not available in the sandbox: {hint}"),
        None => format!("there is no module `{name}` in the sandbox; it has the standard library and `requests`"),
    }
}

/// The modules that the code may import.
pub(super) fn imports(config: &PythonConfig) -> Vec<String> {
    let has_network = config.has_network();
    match &config.allowed_imports {
        None => modules::default(has_network),
        Some(listed) => {
            let more = ["requests", "urllib.request"].into_iter().filter(|_| has_network).map(str::to_owned);
            listed.iter().cloned().chain(more).collect()
        }
    }
}

/// What the sandbox is asked about a tool's code.
pub(super) fn checking(config: &PythonConfig, spec: &ToolSpec) -> Checking {
    Checking {
        tenant: 0,
        source: config.code.clone(),
        tool: spec.name.clone(),
        function: config.function_name.clone(),
        names: properties(spec),
        imports: imports(config),
    }
}

/// Has the sandbox look a tool's code over: syntax, imports, the function and its signature. Gives what the author may
/// want to know.
///
/// # Errors
/// A [`Fault`] that names the field, with line and column in its details; or says that there is no sandbox.
pub async fn check(python: &Python, org: OrgId, spec: &ToolSpec) -> Result<Vec<String>, Fault> {
    let Some(config) = spec.config.python() else { return Ok(Vec::new()) };
    let sandbox = python.sandbox(Instant::now() + WAIT).await.map_err(room::fault)?;
    let checking = Checking { tenant: org.raw(), ..checking(config, spec) };
    let checked = match tokio::time::timeout(WAIT, python.check(&sandbox, checking)).await {
        Ok(checked) => checked.map_err(|error| room::fault(room::unavailable(&error)))?,
        Err(_) => return Err(room::fault(room::overdue())),
    };
    match checked.problems.as_slice() {
        [] => Ok(checked.warnings),
        problems => Err(refused(problems)),
    }
}

fn refused(problems: &[Problem]) -> Fault {
    let said = |problem: &Problem| match problem.line {
        Some(line) => format!("line {line}: {}", problem.message),
        None => problem.message.clone(),
    };
    let first = &problems[0];
    let field = format!("config.{}", first.field);
    let mut message = format!("`{field}` {}", said(first));
    for problem in &problems[1..] {
        message.push_str("; ");
        message.push_str(&said(problem));
    }
    let listed: Vec<_> = problems
        .iter()
        .map(|problem| {
            serde_json::json!({"field": format!("config.{}", problem.field), "message": problem.message,
                "line": problem.line, "column": problem.column})
        })
        .collect();
    let mut fault = Fault::invalid(&field, message);
    if let Some(details) = fault.details.as_mut().and_then(|details| details.as_object_mut()) {
        details.insert("problems".to_owned(), listed.into());
        details.extend(first.line.map(|line| ("line".to_owned(), line.into())));
        details.extend(first.column.map(|column| ("column".to_owned(), column.into())));
    }
    fault
}
