//! A tool in the plan's words, and its way into the registry and out of it.

use std::collections::BTreeSet;

use callwright_model::{
    Fault, Object, Timestamp,
    context::Channel,
    id::{OrgId, ToolId, UserId},
    tool::{Config, Effect, Policy, Tool, ToolSpec},
};
use serde::Serialize;
use serde_json::{Number, json};
use utoipa::ToSchema;

use super::{
    configuration::{Configuration, ToolType, effect_of},
    definition::{Function, FunctionDefinition, set_parameters},
    fields::Fields,
    function,
};

/// The fields that the server sets.
const READ_ONLY: [&str; 8] = [
    "id",
    "execution_count",
    "last_executed_at",
    "assistant_count",
    "organization_id",
    "user_id",
    "created_at",
    "updated_at",
];

/// The most seconds that `timeout_seconds` may be.
const MAX_SECONDS: f64 = 600.0;
const MAX_ATTEMPTS: u8 = 10;

/// A tool in the plan's words.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = plan::Tool)]
pub(crate) struct PlanTool {
    /// Its id.
    pub id: ToolId,
    /// Unique in the organization.
    pub name: String,
    /// What people call it.
    pub display_name: String,
    /// What it does and when to use it.
    pub description: String,
    /// What carries it out.
    pub tool_type: ToolType,
    /// How it is carried out.
    pub configuration: Configuration,
    /// What a model is told about it.
    pub function_definition: FunctionDefinition,
    /// Whether it may be called.
    pub is_active: bool,
    /// Whether the person on the line must agree first.
    pub require_confirmation: bool,
    /// Where it may be used; empty means anywhere.
    pub allowed_contexts: Vec<Channel>,
    /// The caller's whole wait, retries included.
    #[schema(value_type = f64)]
    pub timeout_seconds: Number,
    /// How many times a failed request is sent again, where that is safe.
    pub retry_attempts: u8,
    /// Its semantic version.
    pub version: String,
    /// Whether other organizations may see and copy it.
    pub is_public: bool,
    /// Whether it is meant to be copied rather than called.
    pub is_template: bool,
    /// What calling it does to the world, when that is not what its method says (GET reads, everything else writes).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// How often it was executed.
    pub execution_count: i64,
    /// When it was last executed.
    pub last_executed_at: Option<Timestamp>,
    /// How many assistants have it.
    pub assistant_count: i64,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// Who made it.
    pub user_id: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What the registry does not keep with a tool but the plan shows there.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Counts {
    pub execution_count: i64,
    pub last_executed_at: Option<Timestamp>,
    pub assistant_count: i64,
}

impl PlanTool {
    /// The plan's form of ours.
    pub(crate) fn new(counts: Counts, tool: Tool) -> Self {
        let spec = &tool.spec;
        Self {
            id: tool.id,
            name: spec.name.clone(),
            display_name: spec.title().to_owned(),
            description: spec.description.clone(),
            tool_type: ToolType::of(spec.kind),
            configuration: Configuration::of(spec),
            function_definition: FunctionDefinition::from_spec(spec),
            is_active: spec.active,
            require_confirmation: !spec.policy.confirm.is_no(),
            allowed_contexts: spec.policy.allowed_contexts.clone(),
            timeout_seconds: seconds(spec.policy.timeout_ms),
            retry_attempts: shown_attempts(&spec.policy),
            version: spec.version.clone().unwrap_or_else(|| "1.0.0".to_owned()),
            is_public: spec.is_public,
            is_template: spec.is_template,
            effect: Some(spec.effect)
                .filter(|effect| Some(*effect) != spec.config.http().map(|http| effect_of(&http.method))),
            execution_count: counts.execution_count,
            last_executed_at: counts.last_executed_at,
            assistant_count: counts.assistant_count,
            organization_id: tool.organization_id,
            user_id: tool.user_id,
            created_at: tool.created_at,
            updated_at: tool.updated_at,
        }
    }
}

/// A tool as the plan's clients send it. Every field may be absent; what a new tool needs is `name` and
/// `configuration`.
#[derive(Debug, Default, ToSchema)]
#[schema(as = plan::ToolInput)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the fields that the server sets are described and not read")]
pub(crate) struct ToolInput {
    /// Unique in the organization; may also stand in `function_definition`.
    name: Option<String>,
    /// What people call it; the name when absent.
    display_name: Option<String>,
    /// What it does and when to use it; may also stand in `function_definition`.
    description: Option<String>,
    /// What carries it out: `endpoint` or `python_function`. `lambda` is not in this build.
    tool_type: Option<ToolType>,
    /// How it is carried out. Given, it replaces the whole.
    configuration: Option<Configuration>,
    /// Name, description and parameters in OpenAI's form.
    #[schema(value_type = Option<FunctionDefinition>)]
    function_definition: Function,
    /// Whether it may be called. Default true.
    is_active: Option<bool>,
    /// Whether the person on the line must agree first. Default false.
    require_confirmation: Option<bool>,
    /// Where it may be used; empty means anywhere.
    allowed_contexts: Option<Vec<Channel>>,
    /// The caller's whole wait, 0.1 to 600 seconds. Default 30.
    #[schema(minimum = 0.1, maximum = 600.0)]
    timeout_seconds: Option<f64>,
    /// How many times a failed request is sent again, where that is safe; 0 to 10. Default 3.
    #[schema(maximum = 10)]
    retry_attempts: Option<u8>,
    /// A semantic version for this state of the tool. Without it, or with the present one, the number goes up by itself.
    version: Option<String>,
    /// Whether other organizations may see and copy it. Default false.
    is_public: Option<bool>,
    /// Whether it is meant to be copied rather than called. Default false.
    is_template: Option<bool>,
    /// What calling it does to the world, when that is not what its method says (GET reads, everything else writes).
    effect: Option<Effect>,
    /// Set by the server. This field and those below may be sent back with the rest of a tool, and change nothing.
    #[schema(read_only, value_type = Option<ToolId>)]
    id: (),
    /// Set by the server.
    #[schema(read_only, value_type = Option<i64>)]
    execution_count: (),
    /// Set by the server.
    #[schema(read_only, value_type = Option<Timestamp>)]
    last_executed_at: (),
    /// Set by the server.
    #[schema(read_only, value_type = Option<i64>)]
    assistant_count: (),
    /// Set by the server.
    #[schema(read_only, value_type = Option<OrgId>)]
    organization_id: (),
    /// Set by the server.
    #[schema(read_only, value_type = Option<UserId>)]
    user_id: (),
    /// Set by the server.
    #[schema(read_only, value_type = Option<Timestamp>)]
    created_at: (),
    /// Set by the server.
    #[schema(read_only, value_type = Option<Timestamp>)]
    updated_at: (),
}

impl ToolInput {
    /// Reads the plan's form.
    pub(crate) fn parse(body: Object) -> Result<Self, Fault> {
        let mut fields = Fields::new("", body);
        fields.ignore(&READ_ONLY);
        let tool_type = fields.take::<ToolType>("tool_type")?;
        // First, because the configurations of the other types have other fields.
        if let Some(tool_type) = tool_type {
            tool_type.check("tool_type")?;
        }
        let this = Self {
            tool_type,
            name: fields.take("name")?,
            display_name: fields.take("display_name")?,
            description: fields.take("description")?,
            configuration: fields
                .object("configuration")?
                .map(|configuration| Configuration::parse(configuration, tool_type))
                .transpose()?,
            function_definition: match fields.object("function_definition")? {
                Some(definition) => FunctionDefinition::parse(definition)?,
                None => Function::default(),
            },
            is_active: fields.take("is_active")?,
            require_confirmation: fields.take("require_confirmation")?,
            allowed_contexts: fields.take("allowed_contexts")?,
            timeout_seconds: fields.take("timeout_seconds")?,
            retry_attempts: fields.take("retry_attempts")?,
            version: fields.take("version")?,
            is_public: fields.take("is_public")?,
            is_template: fields.take("is_template")?,
            effect: fields.take("effect")?,
            ..Self::default()
        };
        fields.finish()?;
        Ok(this)
    }

    /// A new tool. `secrets` are the names that exist.
    pub(crate) fn create(self, secrets: &BTreeSet<String>) -> Result<ToolSpec, Fault> {
        if self.name.is_none() && self.function_definition.name.is_none() {
            return Err(Fault::invalid("name", "`name` is missing: say what the tool is called"));
        }
        if self.configuration.is_none() {
            return Err(Fault::invalid("configuration", "`configuration` is missing: say how the tool is carried out"));
        }
        let configuration = self.configuration.as_ref();
        let blank = match configuration {
            Some(Configuration { system: Some(system), .. }) => json!({"name": "", "kind": "system", "config": system}),
            Some(Configuration { business: Some(business), .. }) => {
                json!({"name": "", "kind": "business", "config": business, "effect": business.function.effect()})
            }
            Some(Configuration { kind: ToolType::Client, .. }) => json!({"name": "", "kind": "client", "config": {}}),
            Some(Configuration { agent: Some(agent), .. }) => json!({"name": "", "kind": "agent", "config": agent}),
            Some(Configuration { workflow: Some(workflow), .. }) => {
                json!({"name": "", "kind": "workflow", "config": workflow})
            }
            Some(Configuration { mcp: Some(mcp), .. }) => json!({"name": "", "kind": "mcp", "config": mcp}),
            Some(Configuration { kind: ToolType::PythonFunction, .. }) => {
                json!({"name": "", "kind": "python", "config": {"code": ""}})
            }
            _ => json!({"name": "", "kind": "http", "config": {"url": ""}}),
        };
        let mut blank: ToolSpec = serde_json::from_value(blank).map_err(Fault::internal)?;
        // The plan knows one time limit only, so the wait for an answer may take all of it.
        blank.policy.read_timeout_ms = blank.policy.timeout_ms;
        self.apply(&blank, secrets)
    }

    /// `current` with what this says; what it does not say stays. Where two fields say the same thing (a name and the
    /// function's name), the one that changes something wins.
    pub(crate) fn apply(self, current: &ToolSpec, secrets: &BTreeSet<String>) -> Result<ToolSpec, Fault> {
        let mut spec = current.clone();
        let definition = self.function_definition;
        let name = ("name", self.name, definition.name);
        spec.name = changed(name, &current.name)?;
        let description = ("description", self.description.filter(|text| !text.is_empty()), definition.description);
        spec.description = changed(description, &current.description)?;
        if let Some(title) = self.display_name.filter(|title| !title.is_empty() && title != current.title()) {
            spec.display_name = Some(title);
        }
        if let Some(parameters) = definition.parameters {
            set_parameters(&mut spec, parameters);
        }
        if let Some(configuration) = self.configuration {
            match (configuration.kind, &mut spec.config) {
                (ToolType::Endpoint, Config::Http(http)) => configuration.apply(http, &mut spec.result, secrets)?,
                (ToolType::System, Config::System(current)) => {
                    *current = configuration.system.unwrap_or_else(|| current.clone());
                }
                (ToolType::Business, Config::Business(current)) => {
                    *current = configuration.business.unwrap_or_else(|| current.clone());
                }
                (ToolType::Client, Config::Client(current)) => {
                    *current = configuration.client.unwrap_or_else(|| current.clone());
                }
                (ToolType::Agent, Config::Agent(current)) => {
                    *current = configuration.agent.unwrap_or_else(|| current.clone());
                }
                (ToolType::Workflow, Config::Workflow(current)) => {
                    *current = configuration.workflow.unwrap_or_else(|| current.clone());
                }
                (ToolType::Mcp, Config::Mcp(current)) => {
                    *current = configuration.mcp.unwrap_or_else(|| current.clone());
                }
                (ToolType::PythonFunction, Config::Python(current)) => {
                    configuration.response_handling.clone().unwrap_or_default().apply(&mut spec.result);
                    **current = function::to_config(configuration);
                }
                _ => {
                    let message = "`configuration.type` cannot change; make a new tool";
                    return Err(Fault::invalid("configuration.type", message));
                }
            }
        }
        let method = |spec: &ToolSpec| spec.config.http().map(|http| http.method.clone());
        spec.effect = match (self.effect, method(&spec)) {
            (Some(effect), _) => effect,
            (None, Some(now)) if Some(&now) != method(current).as_ref() => effect_of(&now),
            (None, _) => current.effect,
        };
        set_timeout(&mut spec.policy, self.timeout_seconds)?;
        set_attempts(&mut spec.policy, self.retry_attempts)?;
        // Asked already, it keeps its own question.
        if let Some(asked) = self.require_confirmation.filter(|asked| *asked == spec.policy.confirm.is_no()) {
            spec.policy.confirm = asked.into();
        }
        spec.policy.allowed_contexts = self.allowed_contexts.unwrap_or(spec.policy.allowed_contexts);
        spec.active = self.is_active.unwrap_or(spec.active);
        spec.is_public = self.is_public.unwrap_or(spec.is_public);
        spec.is_template = self.is_template.unwrap_or(spec.is_template);
        spec.version = self.version.filter(|version| Some(version) != current.version.as_ref());
        Ok(spec)
    }
}

/// What a thing becomes that can be said in `field` and in the function's definition.
fn changed(said: (&str, Option<String>, Option<String>), current: &str) -> Result<String, Fault> {
    let (field, here, there) = said;
    let here = here.filter(|text| text != current);
    let there = there.filter(|text| text != current);
    match (here, there) {
        (Some(here), Some(there)) if here != there => {
            let path = format!("function_definition.function.{field}");
            Err(Fault::invalid(&path, format!("`{path}` and `{field}` differ; give one of them, or the same twice")))
        }
        (Some(text), _) | (None, Some(text)) => Ok(text),
        (None, None) => Ok(current.to_owned()),
    }
}

fn set_timeout(policy: &mut Policy, given: Option<f64>) -> Result<(), Fault> {
    let Some(given) = given else { return Ok(()) };
    let ms = milliseconds("timeout_seconds", given)?;
    if ms != policy.timeout_ms {
        policy.timeout_ms = ms;
        policy.read_timeout_ms = ms;
    }
    Ok(())
}

fn set_attempts(policy: &mut Policy, given: Option<u8>) -> Result<(), Fault> {
    let Some(given) = given else { return Ok(()) };
    check_attempts("retry_attempts", given)?;
    if given != shown_attempts(policy) {
        for rule in [&mut policy.retry.network, &mut policy.retry.rate_limit, &mut policy.retry.timeout] {
            rule.attempts = given;
        }
    }
    Ok(())
}

fn shown_attempts(policy: &Policy) -> u8 {
    policy.retry.network.attempts
}

/// Milliseconds as seconds: whole ones as a whole number.
pub(crate) fn seconds(ms: u32) -> Number {
    if ms.is_multiple_of(1_000) {
        Number::from(ms / 1_000)
    } else {
        Number::from_f64(f64::from(ms) / 1_000.0).unwrap_or_else(|| Number::from(ms / 1_000))
    }
}

/// The seconds of `field` as milliseconds.
pub(crate) fn milliseconds(field: &str, seconds: f64) -> Result<u32, Fault> {
    if !(0.1..=MAX_SECONDS).contains(&seconds) {
        return Err(Fault::invalid(field, format!("`{field}` must be between 0.1 and {MAX_SECONDS} seconds")));
    }
    Ok((seconds * 1_000.0).round() as u32)
}

/// Refuses a number of attempts that no policy may have.
pub(crate) fn check_attempts(field: &str, attempts: u8) -> Result<(), Fault> {
    if attempts > MAX_ATTEMPTS {
        return Err(Fault::invalid(field, format!("`{field}` may be at most {MAX_ATTEMPTS}")));
    }
    Ok(())
}
