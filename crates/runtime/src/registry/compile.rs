//! From a tool as written to a tool that can run. Everything that can be refused is refused here, when
//! the tool is saved, with the path of the field; at call time nothing is compiled.

use std::{collections::BTreeSet, sync::Arc};

use callwright_expr::{Names, Template, ValueTemplate};
use callwright_model::{
    Fault, Object,
    context::CALL_FIELDS,
    schema,
    secret::is_secret_name,
    tool::{Tool, ToolSpec, Trust, is_tool_name},
};
use callwright_tools::Executor;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use crate::call::{CONFIRM_TOOL, confirm, shape::Shaper, speech::Sentences};

/// The most labels of one tool.
const MOST_LABELS: usize = 32;

/// A tool that can run.
pub struct CompiledTool {
    /// The tool as the registry keeps it.
    pub tool: Tool,
    /// What carries it out.
    pub executor: Arc<dyn Executor>,
    /// Checks what the model sends.
    pub model_schema: Validator,
    /// Checks the arguments with the bound ones merged in; `None` when nothing is bound.
    pub full_schema: Option<Validator>,
    /// Values for arguments that are absent.
    pub defaults: Vec<(String, Value)>,
    /// Arguments that the server fills in.
    pub bound: Vec<BoundValue>,
    /// Makes a result of an answer.
    pub shaper: Shaper,
    /// What the person on the line is asked, when the tool has words of its own for it.
    pub question: Option<Template>,
    /// The secrets that an execution needs.
    pub secrets: BTreeSet<String>,
    /// The semantic version.
    pub version: String,
    /// What a voice runtime says meanwhile.
    pub speech: Option<Sentences>,
}

/// A compiled bound argument.
pub struct BoundValue {
    /// The argument.
    pub name: String,
    /// What it becomes.
    pub template: ValueTemplate,
    /// Which part of the context it may read.
    pub trust: Trust,
}

/// Compiles `tool` with the secrets that exist. `secrets` is `None` for a tool that was accepted earlier: every
/// name in it that is not a call field is then taken for a secret, and one that has gone since is reported by
/// the execution.
pub fn compile(tool: Tool, secrets: Option<&BTreeSet<String>>) -> Result<CompiledTool, Fault> {
    let spec = &tool.spec;
    check_plain_fields(spec)?;
    let secrets = match secrets {
        Some(known) => known.clone(),
        None => names_in(spec)?,
    };
    let names = Names { secrets: secrets.clone(), trust: Trust::Client, ..Names::default() };
    let executor = callwright_tools::compile(spec, &names)?;
    let bound = compile_bound(spec, &secrets)?;
    let model_schema = validator(&spec.model_parameters(), "parameters")?;
    let full_schema = if bound.is_empty() { None } else { Some(validator(&spec.parameters, "parameters")?) };
    let shaper = Shaper::compile(&spec.result)?;
    let question = confirm::compile(spec)?;
    let mut needed = executor.secrets().clone();
    for value in &bound {
        needed.extend(value.template.secrets().iter().cloned());
    }
    let defaults = defaults(spec);
    let version = spec.version.clone().unwrap_or_else(|| "1.0.0".to_owned());
    let speech = spec.speech.as_ref().map(Sentences::compile).transpose()?;
    Ok(CompiledTool {
        executor,
        model_schema,
        full_schema,
        defaults,
        bound,
        shaper,
        question,
        secrets: needed,
        version,
        speech,
        tool,
    })
}

/// A validator that fetches nothing and whose patterns cannot run away.
pub fn validator(schema: &Value, field: &str) -> Result<Validator, Fault> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex().size_limit(1 << 20))
        .offline()
        .build(schema)
        .map_err(|error| {
            let path = error.instance_path().to_string();
            refused(field, &path, format!("this is not valid JSON Schema: {error}"))
        })
}

/// A fault of what is at a JSON pointer inside `field`, with the pointer as a path with dots.
fn refused(field: &str, pointer: &str, message: impl std::fmt::Display) -> Fault {
    let inside = pointer.replace('/', ".").replace("~1", "/").replace("~0", "~");
    let field = format!("{field}{inside}");
    Fault::invalid(&field, format!("`{field}`: {message}"))
}

fn check_plain_fields(spec: &ToolSpec) -> Result<(), Fault> {
    if !is_tool_name(&spec.name) {
        return Err(Fault::invalid(
            "name",
            "`name` must be 1 to 64 letters, digits, `_` or `-` and start with a letter or `_`, so that every model provider takes it",
        ));
    }
    if spec.name == CONFIRM_TOOL {
        return Err(Fault::invalid("name", format!("`{CONFIRM_TOOL}` is the server's own tool; choose another name")));
    }
    for (field, text, most) in [
        ("display_name", spec.display_name.as_deref().unwrap_or(""), 200),
        ("description", spec.description.as_str(), 8_192),
        ("category", spec.category.as_deref().unwrap_or(""), 64),
    ] {
        if text.chars().count() > most {
            return Err(Fault::invalid(field, format!("`{field}` may have at most {most} characters")));
        }
    }
    check_labels(spec)?;
    if let Some(version) = &spec.version
        && semver::Version::parse(version).is_err()
    {
        return Err(Fault::invalid(
            "version",
            format!("`version` must be a semantic version such as 1.2.0, not `{version}`"),
        ));
    }
    if let Some((path, message)) = schema::parameters_problems(&spec.parameters).into_iter().next() {
        return Err(refused("parameters", &path, message));
    }
    if let Some(result_schema) = &spec.result.schema
        && let Some((path, message)) = schema::problems_of(result_schema).into_iter().next()
    {
        return Err(refused("result.schema", &path, message));
    }
    for (name, bound) in &spec.bound {
        let declared =
            spec.parameters.pointer("/properties").and_then(Value::as_object).is_some_and(|p| p.contains_key(name));
        if !declared {
            return Err(Fault::invalid(
                format!("bound.{name}"),
                format!("`bound.{name}` names a parameter that `parameters.properties` does not have; add it there"),
            ));
        }
        if bound.value().is_null() {
            return Err(Fault::invalid(format!("bound.{name}"), format!("`bound.{name}` has no value")));
        }
    }
    Ok(())
}

fn check_labels(spec: &ToolSpec) -> Result<(), Fault> {
    if spec.labels.len() > MOST_LABELS {
        return Err(Fault::invalid("labels", format!("`labels` may have at most {MOST_LABELS} entries")));
    }
    for (name, word) in &spec.labels {
        let is_name = (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/'));
        if !is_name || word.chars().count() > 256 {
            return Err(Fault::invalid(
                "labels",
                "`labels` must have names of 1 to 64 letters, digits, `_`, `-`, `.` or `/`, and words of at most 256 characters",
            ));
        }
    }
    Ok(())
}

fn compile_bound(spec: &ToolSpec, secrets: &BTreeSet<String>) -> Result<Vec<BoundValue>, Fault> {
    spec.bound
        .iter()
        .map(|(name, bound)| {
            let names = Names { secrets: secrets.clone(), trust: bound.trust(), ..Names::default() };
            let template = ValueTemplate::compile(bound.value(), &names).map_err(|error| {
                refused(&format!("bound.{name}"), error.path.as_deref().unwrap_or_default(), error.message)
            })?;
            Ok(BoundValue { name: name.clone(), template, trust: bound.trust() })
        })
        .collect()
}

fn defaults(spec: &ToolSpec) -> Vec<(String, Value)> {
    let Some(properties) = spec.parameters.get("properties").and_then(Value::as_object) else { return Vec::new() };
    properties
        .iter()
        .filter(|(name, _)| !spec.bound.contains_key(*name))
        .filter_map(|(name, schema)| Some((name.clone(), schema.get("default")?.clone())))
        .collect()
}

/// The secrets that an execution of the tool needs, whether they exist or not. A text that only looks as if it named
/// one does not count.
pub(crate) fn secret_names(tool: &Tool) -> BTreeSet<String> {
    compile(tool.clone(), None).map(|compiled| compiled.secrets).unwrap_or_default()
}

/// Every `${NAME}` in the tool that can only be a secret.
pub(crate) fn names_in(spec: &ToolSpec) -> Result<BTreeSet<String>, Fault> {
    let text = serde_json::to_string(spec).map_err(Fault::internal)?;
    let mut names = BTreeSet::new();
    for (marker, ends) in [("${", '}'), ("secret.", '\0'), ("env.", '\0')] {
        let mut rest = text.as_str();
        while let Some(at) = rest.find(marker) {
            rest = &rest[at + marker.len()..];
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let closed = ends == '\0' || rest[name.len()..].starts_with(ends);
            if closed && is_secret_name(&name) && !CALL_FIELDS.contains(&name.as_str()) {
                names.insert(name);
            }
        }
    }
    // Code is no template; it names its secrets in a list.
    names.extend(spec.config.python().into_iter().flat_map(|python| python.environment_variables.iter().cloned()));
    Ok(names)
}

/// The tool with an agent's overrides merged in.
pub fn with_overrides(tool: &Tool, overrides: &Object) -> Result<Tool, Fault> {
    if overrides.is_empty() {
        return Ok(tool.clone());
    }
    if let Some(field) = overrides.keys().find(|key| !callwright_model::agent::OVERRIDABLE.contains(&key.as_str())) {
        let allowed = callwright_model::agent::OVERRIDABLE.join("`, `");
        return Err(Fault::invalid(
            format!("overrides.{field}"),
            format!("`overrides.{field}` cannot be overridden; an assignment may override `{allowed}`"),
        ));
    }
    let mut spec = serde_json::to_value(&tool.spec).map_err(Fault::internal)?;
    callwright_model::merge::merge_patch(&mut spec, &Value::Object(overrides.clone()));
    let spec: ToolSpec = serde_json::from_value(spec)
        .map_err(|error| Fault::invalid("overrides", format!("with these overrides the tool is not valid: {error}")))?;
    Ok(Tool { spec, ..tool.clone() })
}
