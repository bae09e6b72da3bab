//! A tool's `configuration`: the plan's words on one side, `config` and `result` on the other.
//!
//! The two are inverse to each other. What the plan has no word for (a query, OAuth, a form body…) keeps
//! our own field name inside `configuration`, so that a tool made elsewhere can be read and put back here
//! without losing anything.

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::{
    Fault,
    tool::{
        AgentConfig, BusinessConfig, ClientConfig, Config, Effect, HttpConfig, Kind, McpConfig, ResultSpec,
        SystemConfig, ToolSpec, WorkflowConfig,
        http::{Auth, Body, Idempotency},
        python::Network,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use utoipa::ToSchema;

use super::{authentication::Authentication, fields::Fields, function};

const DEFAULT_REDIRECTS: u8 = 3;

/// How a tool is carried out, in the plan's words. Which fields there are depends on the type. Texts of an endpoint may hold `${call_sid}`, `${phone_number}`, `${parameters}` and `${SECRET}`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = plan::Configuration)]
#[serde(deny_unknown_fields)]
pub(crate) struct Configuration {
    /// What the tool is: `endpoint`, also when absent.
    #[serde(rename = "type")]
    #[schema(required = false)]
    pub kind: ToolType,
    /// For the type `system`: our own form of it. It then stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemConfig>,
    /// For the type `business`: our own form of it. It then stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business: Option<BusinessConfig>,
    /// For the type `client`: our own form of it. It then stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientConfig>,
    /// For the type `agent`: our own form of it. It then stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentConfig>,
    /// For the type `workflow`: our own form of it. It then stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowConfig>,
    /// For the type `mcp`: our own form of it. It then stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mcp: Option<McpConfig>,
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`… `POST` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Where the request goes. Only an endpoint has one, and must.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Headers, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// How it identifies itself; absent means not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
    /// The JSON body; `${parameters}` alone becomes the arguments. Without it the arguments are the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub request_body_template: Option<Value>,
    /// How an answer is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_handling: Option<ResponseHandling>,
    /// Added to the query. This field and those below go by the names of our own `config`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    pub query: BTreeMap<String, Value>,
    /// Instead of `authentication`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
    /// Instead of `request_body_template`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// How the upstream recognises a repeated request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency: Option<Idempotency>,
    /// How many redirects to follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirects: Option<u8>,
    /// The most bytes to read of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_response_bytes: Option<u32>,
    /// Statuses that mean success besides 200 to 299.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub success_status_codes: Vec<u16>,
    /// For the type `python_function`, which must have it: the source. The fields below are for that type too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The function to call. Without it: `execute_tool`, else the only function, else the one named like the tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_name: Option<String>,
    /// The modules that the code may import; without it the standard library as far as it is safe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_imports: Option<Vec<String>>,
    /// The function's own wall time in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub execution_timeout: Option<Number>,
    /// The same in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
    /// The most memory that its sandbox may hold, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit_mb: Option<u32>,
    /// Names of secrets that the code may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environment_variables: Vec<String>,
    /// The most bytes of the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_bytes: Option<u32>,
    /// Whether the code may send HTTP requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline)]
    pub network: Option<Network>,
}

/// How an answer is read: paths such as `success` or `result.ok`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = plan::ResponseHandling)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResponseHandling {
    /// Where it says whether it worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_field: Option<String>,
    /// Where it has a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_field: Option<String>,
    /// Where it has the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_field: Option<String>,
}

/// The plan's kinds of tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = plan::ToolType)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ToolType {
    /// An HTTP request.
    #[serde(alias = "http", alias = "api_endpoint", alias = "webhook")]
    Endpoint,
    /// A Python function.
    PythonFunction,
    /// An AWS Lambda function.
    Lambda,
    /// A step of the call itself.
    System,
    /// A function that comes with the program.
    Business,
    /// A function in the program of whoever holds the conversation.
    Client,
    /// An agent that is called as one tool.
    Agent,
    /// A workflow that is called as one tool.
    Workflow,
    /// A tool of a registered MCP server.
    #[serde(alias = "mcp_server")]
    Mcp,
}

impl ToolType {
    /// The plan's word for a kind of ours.
    pub(crate) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Http => Self::Endpoint,
            Kind::System => Self::System,
            Kind::Business => Self::Business,
            Kind::Client => Self::Client,
            Kind::Agent => Self::Agent,
            Kind::Workflow => Self::Workflow,
            Kind::Mcp => Self::Mcp,
            Kind::Python => Self::PythonFunction,
        }
    }

    /// Refuses what this build cannot carry out; `path` is the field that names the kind.
    pub(crate) fn check(self, path: &str) -> Result<(), Fault> {
        if self != Self::Lambda {
            return Ok(());
        }
        Err(Fault::invalid(
            path,
            format!(
                "`{path}` is `lambda`: this build has no such kind yet, only `endpoint`, `python_function`, `system`, `business`, `client`, `agent`, `workflow` and `mcp`"
            ),
        ))
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::PythonFunction => "python_function",
            Self::Lambda => "lambda",
            Self::System => "system",
            Self::Business => "business",
            Self::Client => "client",
            Self::Agent => "agent",
            Self::Workflow => "workflow",
            Self::Mcp => "mcp",
        }
    }

    /// What a configuration is for that says `inside`, of a tool that says `outside`.
    fn agreed(inside: Option<Self>, outside: Option<Self>, is_code: bool) -> Result<Self, Fault> {
        match (inside, outside) {
            (Some(inside), Some(outside)) if inside != outside => Err(Fault::invalid(
                "tool_type",
                format!("`tool_type` is `{}`, but `configuration.type` is `{}`", outside.as_str(), inside.as_str()),
            )),
            (Some(one), _) | (None, Some(one)) => Ok(one),
            (None, None) => Ok(if is_code { Self::PythonFunction } else { Self::Endpoint }),
        }
    }
}

impl Configuration {
    /// Reads the plan's form. `tool_type` is what the tool says of itself.
    pub(crate) fn parse(mut fields: Fields, tool_type: Option<ToolType>) -> Result<Self, Fault> {
        let inside: Option<ToolType> = fields.take("type")?;
        // Before anything else: the other kinds have other fields, whose names would be refused one by one.
        inside.map_or(Ok(()), |kind| kind.check(&fields.path("type")))?;
        let kind = ToolType::agreed(inside, tool_type, fields.has("code"))?;
        if kind == ToolType::PythonFunction {
            let response_handling = fields.object("response_handling")?.map(ResponseHandling::parse).transpose()?;
            let configuration = function::parse(&mut fields)?;
            fields.finish()?;
            return Ok(Self { response_handling, ..configuration });
        }
        if kind == ToolType::System {
            let system = fields.require("system", "say what is done to the call, by our own form")?;
            fields.finish()?;
            return Ok(Self { system: Some(system), ..Self::bare(ToolType::System) });
        }
        if kind == ToolType::Business {
            let business = fields.require("business", "say which function, by our own form")?;
            fields.finish()?;
            return Ok(Self { business: Some(business), ..Self::bare(ToolType::Business) });
        }
        if kind == ToolType::Client {
            let client = fields.take("client")?.unwrap_or_default();
            fields.finish()?;
            return Ok(Self { client: Some(client), ..Self::bare(ToolType::Client) });
        }
        if kind == ToolType::Agent {
            let agent = fields.require("agent", "say which agent, by our own form")?;
            fields.finish()?;
            return Ok(Self { agent: Some(agent), ..Self::bare(ToolType::Agent) });
        }
        if kind == ToolType::Workflow {
            let workflow = fields.require("workflow", "say which workflow, by our own form")?;
            fields.finish()?;
            return Ok(Self { workflow: Some(workflow), ..Self::bare(ToolType::Workflow) });
        }
        if kind == ToolType::Mcp {
            let mcp = fields.require("mcp", "say which tool of which MCP server, by our own form")?;
            fields.finish()?;
            return Ok(Self { mcp: Some(mcp), ..Self::bare(ToolType::Mcp) });
        }
        let this = Self {
            method: Some(fields.take::<String>("method")?.unwrap_or_else(|| "POST".to_owned())),
            url: Some(fields.require("url", "say where the request goes")?),
            headers: fields.map("headers")?,
            authentication: fields.object("authentication")?.map(Authentication::parse).transpose()?,
            request_body_template: fields.take("request_body_template")?,
            response_handling: fields.object("response_handling")?.map(ResponseHandling::parse).transpose()?,
            query: fields.take("query")?.unwrap_or_default(),
            auth: fields.take("auth")?,
            body: fields.take("body")?,
            idempotency: fields.take("idempotency")?,
            redirects: fields.take("redirects")?,
            max_response_bytes: fields.take("max_response_bytes")?,
            success_status_codes: fields.take("success_status_codes")?.unwrap_or_default(),
            ..Self::bare(kind)
        };
        this.refuse_both(&fields)?;
        fields.finish()?;
        Ok(this)
    }

    fn refuse_both(&self, fields: &Fields) -> Result<(), Fault> {
        let pairs = [
            ("authentication", self.authentication.is_some(), "auth", self.auth.is_some()),
            ("request_body_template", self.request_body_template.is_some(), "body", self.body.is_some()),
        ];
        for (name, given, own, own_given) in pairs {
            if given && own_given {
                let (path, other) = (fields.path(own), fields.path(name));
                return Err(Fault::invalid(
                    &path,
                    format!("`{path}` and `{other}` say the same thing; give one of them"),
                ));
            }
        }
        Ok(())
    }

    /// The plan's form of a tool's configuration.
    pub(crate) fn of(spec: &ToolSpec) -> Self {
        match &spec.config {
            Config::Http(config) => Self::from_spec(config, &spec.result),
            Config::System(config) => Self { system: Some(config.clone()), ..Self::bare(ToolType::System) },
            Config::Business(config) => Self { business: Some(config.clone()), ..Self::bare(ToolType::Business) },
            Config::Client(config) => Self { client: Some(config.clone()), ..Self::bare(ToolType::Client) },
            Config::Agent(config) => Self { agent: Some(config.clone()), ..Self::bare(ToolType::Agent) },
            Config::Workflow(config) => Self { workflow: Some(config.clone()), ..Self::bare(ToolType::Workflow) },
            Config::Mcp(config) => Self { mcp: Some(config.clone()), ..Self::bare(ToolType::Mcp) },
            Config::Python(config) => {
                Self { response_handling: ResponseHandling::from_result(&spec.result), ..function::show(config) }
            }
        }
    }

    /// A configuration of that type which says nothing.
    pub(super) fn bare(kind: ToolType) -> Self {
        Self {
            kind,
            system: None,
            business: None,
            client: None,
            agent: None,
            workflow: None,
            mcp: None,
            method: None,
            url: None,
            headers: BTreeMap::new(),
            authentication: None,
            request_body_template: None,
            response_handling: None,
            query: BTreeMap::new(),
            auth: None,
            body: None,
            idempotency: None,
            redirects: None,
            max_response_bytes: None,
            success_status_codes: Vec::new(),
            code: None,
            function_name: None,
            allowed_imports: None,
            execution_timeout: None,
            timeout_ms: None,
            memory_limit_mb: None,
            environment_variables: Vec::new(),
            max_output_bytes: None,
            network: None,
        }
    }

    /// The plan's form of ours.
    pub(crate) fn from_spec(config: &HttpConfig, result: &ResultSpec) -> Self {
        let authentication = Authentication::from_auth(&config.auth);
        let template = config.body.as_ref().and_then(json_alone);
        let mut headers = config.headers.clone();
        headers.extend(authentication.as_ref().and_then(|(_, written)| written.clone()));
        Self {
            method: Some(config.method.clone()),
            url: Some(config.url.clone()),
            headers,
            query: config.query.clone(),
            auth: authentication.is_none().then(|| config.auth.clone()),
            authentication: authentication.map(|(shown, _)| shown).filter(|_| config.auth != Auth::None),
            body: if template.is_none() { config.body.clone() } else { None },
            request_body_template: template.cloned(),
            idempotency: config.idempotency.clone(),
            redirects: (config.redirects != DEFAULT_REDIRECTS).then_some(config.redirects),
            max_response_bytes: config.max_response_bytes,
            success_status_codes: config.success_status_codes.clone(),
            response_handling: ResponseHandling::from_result(result),
            ..Self::bare(ToolType::Endpoint)
        }
    }

    /// Puts this in the place of what `config` and `result` say.
    pub(crate) fn apply(
        mut self,
        config: &mut HttpConfig,
        result: &mut ResultSpec,
        secrets: &BTreeSet<String>,
    ) -> Result<(), Fault> {
        let auth = match (&self.authentication, self.auth) {
            (Some(given), _) => given.to_auth(secrets, "configuration.authentication", &mut self.headers)?,
            (None, auth) => auth.unwrap_or_default(),
        };
        let (shown, shown_before) = (Authentication::from_auth(&auth), Authentication::from_auth(&config.auth));
        // What is shown as it is here already keeps its own spelling.
        if shown.is_none() || shown != shown_before {
            config.auth = auth;
        }
        config.body = match (self.request_body_template, self.body) {
            (Some(template), _) => Some(Body { json: Some(template), ..Body::default() }),
            (None, body) => body,
        };
        config.method = self.method.unwrap_or_default();
        config.url = self.url.unwrap_or_default();
        config.headers = self.headers;
        config.query = self.query;
        config.idempotency = self.idempotency;
        config.redirects = self.redirects.unwrap_or(DEFAULT_REDIRECTS);
        config.max_response_bytes = self.max_response_bytes;
        config.success_status_codes = self.success_status_codes;
        self.response_handling.unwrap_or_default().apply(result);
        Ok(())
    }
}

impl ResponseHandling {
    /// Reads the plan's form.
    fn parse(mut fields: Fields) -> Result<Self, Fault> {
        let this = Self {
            success_field: fields.take("success_field")?,
            message_field: fields.take("message_field")?,
            data_field: fields.take("data_field")?,
        };
        fields.finish()?;
        Ok(this)
    }

    /// Puts this in the place of what `result` says.
    pub(crate) fn apply(self, result: &mut ResultSpec) {
        result.success = self.success_field;
        result.message = self.message_field;
        result.data = self.data_field;
    }

    fn from_result(result: &ResultSpec) -> Option<Self> {
        let this = Self {
            success_field: result.success.clone(),
            message_field: result.message.clone(),
            data_field: result.data.clone(),
        };
        (this != Self::default()).then_some(this)
    }
}

/// What a method does to the world when nobody says.
pub(crate) fn effect_of(method: &str) -> Effect {
    if ["GET", "HEAD", "OPTIONS"].iter().any(|read| method.eq_ignore_ascii_case(read)) {
        Effect::Read
    } else {
        Effect::Write
    }
}

/// The template of a body that is JSON and nothing else.
fn json_alone(body: &Body) -> Option<&Value> {
    let template = body.json.as_ref().filter(|template| !template.is_null())?;
    (*body == Body { json: Some(template.clone()), ..Body::default() }).then_some(template)
}
