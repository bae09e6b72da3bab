//! The plan's library: `/api/tools/public`, `/api/tools/templates`, `/api/tool-templates`, and tools from templates.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use callwright_model::{
    Fault, Object,
    account::Caller,
    agent::Assignment,
    page::{Page, PageRequest},
    proposal::Proposal,
    tool::Tool,
};
use callwright_runtime::library::{
    Copied,
    public::{self, LibraryFilter},
    template::{self, CloneTemplate, Template, TemplateFilter, TemplateSource},
};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    assignment::PlanAssignment,
    configuration::{Configuration, ToolType},
    definition::FunctionDefinition,
    fault,
    fields::Fields,
    tool::{Counts, PlanTool},
};
use crate::{
    auth::Authed,
    body::{self, Created, Json, Path, Query},
    error::ApiError,
    page::bare_list,
    state::ServerState,
};

/// A public tool of another organization, in the plan's words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = plan::PublicTool)]
pub(crate) struct PlanPublicTool {
    /// The tool, without credentials.
    #[serde(flatten)]
    tool: PlanTool,
    /// What its organization is called.
    organization_name: String,
}

/// A template in the plan's words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = plan::Template)]
pub(crate) struct PlanTemplate {
    /// Its id.
    id: String,
    /// The name that a tool made of it has.
    name: String,
    /// What people call it.
    display_name: String,
    /// What it is for.
    description: String,
    /// A word to sort by.
    category: String,
    /// Words to find it by.
    tags: Vec<String>,
    /// What carries the tool out.
    tool_type: ToolType,
    /// How it is carried out, with defaults and examples for the blanks.
    configuration: Configuration,
    /// What a model is told about it.
    function_definition: FunctionDefinition,
    /// JSON Schema of the `values` that a tool is made with.
    #[schema(value_type = Object)]
    parameters: Value,
    /// The secrets that the tool needs.
    required_secrets: Vec<String>,
    /// Where it comes from.
    source: TemplateSource,
    /// Always true.
    is_template: bool,
}

impl From<Template> for PlanTemplate {
    fn from(template: Template) -> Self {
        let spec = &template.example;
        Self {
            name: spec.name.clone(),
            tool_type: ToolType::of(spec.kind),
            configuration: Configuration::of(spec),
            function_definition: FunctionDefinition::from_spec(spec),
            id: template.id,
            display_name: template.title,
            description: template.description,
            category: template.category,
            tags: template.tags,
            parameters: template.parameters,
            required_secrets: template.secrets,
            source: template.source,
            is_template: true,
        }
    }
}

/// Which of them to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanLibraryQuery {
    /// Part of the name, the title or the description, in any case.
    search: Option<String>,
    /// Of this category.
    category: Option<String>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// Where to go on: from the `Link` header of the page before.
    cursor: Option<String>,
}

/// Public tools of other organizations, by name, without credentials.
#[utoipa::path(
    get,
    path = "/api/tools/public",
    operation_id = "plan_list_public_tools",
    tag = "plan",
    params(PlanLibraryQuery),
    responses((
        status = 200,
        description = "The tools",
        body = Vec<PlanPublicTool>,
        headers(("Link" = Option<String>, description = "The next page, `rel=\"next\"`; absent on the last")),
    )),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn public(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<PlanLibraryQuery>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = LibraryFilter { search: query.search, category: query.category, kind: None };
    let tools = public::tools(&state.app, &caller, filter, page).await?;
    let shown =
        |(tool, organization_name)| PlanPublicTool { tool: PlanTool::new(Counts::default(), tool), organization_name };
    Ok(bare_list(tools.map(shown), &uri))
}

/// The templates: those of the program, then the organization's own. The same as `/api/tool-templates`.
#[utoipa::path(
    get,
    path = "/api/tools/templates",
    operation_id = "plan_list_tools_templates",
    tag = "plan",
    params(PlanLibraryQuery),
    responses((
        status = 200,
        description = "The templates",
        body = Vec<PlanTemplate>,
        headers(("Link" = Option<String>, description = "The next page, `rel=\"next\"`; absent on the last")),
    )),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn templates(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<PlanLibraryQuery>,
    uri: Uri,
) -> Result<Response, ApiError> {
    Ok(bare_list(list(&state, &caller, query).await?, &uri))
}

/// The templates: those of the program, then the organization's own.
#[utoipa::path(
    get,
    path = "/api/tool-templates",
    operation_id = "plan_list_tool_templates",
    tag = "plan",
    params(PlanLibraryQuery),
    responses((
        status = 200,
        description = "The templates",
        body = Vec<PlanTemplate>,
        headers(("Link" = Option<String>, description = "The next page, `rel=\"next\"`; absent on the last")),
    )),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn tool_templates(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<PlanLibraryQuery>,
    uri: Uri,
) -> Result<Response, ApiError> {
    Ok(bare_list(list(&state, &caller, query).await?, &uri))
}

async fn list(state: &ServerState, caller: &Caller, query: PlanLibraryQuery) -> Result<Page<PlanTemplate>, Fault> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = TemplateFilter { search: query.search, category: query.category, source: None };
    Ok(template::list(&state.app, caller, filter, page).await?.map(PlanTemplate::from))
}

/// One template.
#[utoipa::path(
    get,
    path = "/api/tool-templates/{id}",
    operation_id = "plan_get_tool_template",
    tag = "plan",
    params(("id" = String, Path, description = "The template's id")),
    responses((status = 200, description = "The template", body = PlanTemplate)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn tool_template(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
) -> Result<Json<PlanTemplate>, ApiError> {
    Ok(Json(template::get(&state.app, &caller, &id).await?.into()))
}

/// How to make a tool of a template.
#[derive(Debug, Default, ToSchema)]
#[schema(as = plan::FromTemplate)]
pub(crate) struct FromTemplate {
    /// The new tool's name; the template's own when absent.
    name: Option<String>,
    /// A value for each blank that has no default.
    #[schema(value_type = Option<Object>)]
    values: Object,
}

impl FromTemplate {
    /// Reads the plan's form. A page that takes the template as it is sends no body at all.
    async fn read(request: Request, state: &ServerState) -> Result<Self, Fault> {
        let body = body::read(request.into_body(), state).await?;
        let mut fields = Fields::new("", if body.is_empty() { Object::new() } else { body::parse(&body)? });
        let this = Self { name: fields.take("name")?, values: fields.take("values")?.unwrap_or_default() };
        fields.finish()?;
        Ok(this)
    }

    async fn copy(
        self,
        state: &ServerState,
        caller: &Caller,
        template: &str,
        agent: Option<String>,
    ) -> Result<Copied, Fault> {
        let request = CloneTemplate { name: self.name, values: self.values, agent, dry_run: false };
        template::clone(&state.app, caller, template, request).await.map_err(fault::of_tool)
    }
}

/// A tool that was made of a template, in the plan's words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = plan::ToolFromTemplate)]
pub(crate) struct PlanCopied {
    /// The tool.
    #[serde(flatten)]
    tool: PlanTool,
    /// The secrets that it needs and that are not set yet.
    missing_secrets: Vec<String>,
}

/// Makes a tool of a template.
#[utoipa::path(
    post,
    path = "/api/organization/tools/from-template/{template_id}",
    operation_id = "plan_create_tool_from_template",
    tag = "plan",
    params(("template_id" = String, Path, description = "The template's id")),
    request_body = Option<FromTemplate>,
    responses(
        (
            status = 201,
            description = "The tool",
            body = PlanCopied,
            headers(("Location" = String, description = "The tool's path")),
        ),
        (status = 202, description = "Another person has to agree first", body = Object),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let copied = FromTemplate::read(request, &state).await?.copy(&state, &caller, &id, None).await?;
    if let Some(proposal) = copied.proposal {
        return Ok(proposed(proposal));
    }
    let at = format!("/api/organization/tools/{}", copied.tool.id);
    let tool =
        PlanCopied { tool: PlanTool::new(Counts::default(), copied.tool), missing_secrets: copied.missing_secrets };
    Ok(Created { at, made: tool }.into_response())
}

/// An assistant's tool that was made of a template, in the plan's words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = plan::AssignmentFromTemplate)]
pub(crate) struct PlanAssigned {
    /// How the assistant has it.
    #[serde(flatten)]
    assignment: PlanAssignment,
    /// The secrets that it needs and that are not set yet.
    missing_secrets: Vec<String>,
}

/// Makes a tool of a template and gives it to an assistant.
#[utoipa::path(
    post,
    path = "/api/assistants/{id}/tools/from-template/{template_id}",
    operation_id = "plan_assign_tool_from_template",
    tag = "plan",
    params(
        ("id" = String, Path, description = "The assistant's id or name"),
        ("template_id" = String, Path, description = "The template's id"),
    ),
    request_body = Option<FromTemplate>,
    responses(
        (status = 201, description = "The assistant has it now", body = PlanAssigned),
        (status = 202, description = "Another person has to agree first", body = Object),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn assign(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((agent, id)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    let copied = FromTemplate::read(request, &state).await?.copy(&state, &caller, &id, Some(agent)).await?;
    if let Some(proposal) = copied.proposal {
        return Ok(proposed(proposal));
    }
    let Some(assignment) = copied.assignment else {
        return Err(Fault::internal("a tool was made for an assistant and not assigned").into());
    };
    let assigned = PlanAssigned { assignment: shown(assignment, copied.tool), missing_secrets: copied.missing_secrets };
    Ok((StatusCode::CREATED, Json(assigned)).into_response())
}

fn shown(assignment: Assignment, tool: Tool) -> PlanAssignment {
    PlanAssignment::new(assignment, tool, Counts { assistant_count: 1, ..Counts::default() })
}

/// Somebody else has to agree first; nothing was made yet.
fn proposed(proposal: Proposal) -> Response {
    (StatusCode::ACCEPTED, Json(serde_json::json!({ "proposal": proposal }))).into_response()
}
