//! Templates: tools with blanks, filled in when they are copied.
//!
//! A blank is `<<name>>`. A text that is one blank and nothing else becomes the value as it is; inside a longer text the
//! value's text is put in its place. Blanks are filled once, with data: a value may not hold what a tool would take for a
//! template of its own (`${…}`, `{{ … }}`) nor a blank. Besides the templates of the program there are those of the
//! organization, tools marked `is_template`; their blanks are what they hold, each a text.

mod blank;
mod cases;

use std::{collections::BTreeSet, sync::LazyLock};

use callwright_model::{
    Fault, Object,
    account::{Caller, Right, Scope},
    case::CaseSpec,
    id::ToolId,
    page::{Page, PageRequest, encode_cursor},
    tool::{Effect, Kind, Tool, ToolSpec},
};
use callwright_store::{library::Source, tool::ToolFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use self::blank::{collect_blanks, complete, examples, fill};
use super::{Copied, Origin, builtin, digest, save_copy};
use crate::{
    App,
    app::require,
    registry::{How, compile},
};

/// A template as its file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    title: String,
    description: String,
    category: String,
    tags: Vec<String>,
    parameters: Value,
    tool: Value,
    #[serde(default)]
    cases: Vec<Value>,
}

/// Where a template comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateSource {
    /// It comes with the program.
    Builtin,
    /// It is a tool of the organization.
    Organization,
}

/// A tool with blanks.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Template {
    /// Its slug, or the id of the tool that it is.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// A word to sort by.
    pub category: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Where it comes from.
    pub source: TemplateSource,
    /// What carries the tool out.
    pub kind: Kind,
    /// What calling the tool does to the world.
    pub effect: Effect,
    /// JSON Schema of the values for its blanks.
    #[schema(value_type = Object)]
    pub parameters: Value,
    /// The secrets that the tool names, with the default values.
    pub secrets: Vec<String>,
    /// The tool with its blanks, `<<name>>`.
    #[schema(value_type = Object)]
    pub tool: Value,
    /// Test cases that a copy gets, with the same blanks; a list of templates leaves them out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub cases: Vec<Value>,
    /// The tool with defaults and examples for its blanks.
    #[serde(skip)]
    pub example: ToolSpec,
}

/// Which templates to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TemplateFilter {
    /// Part of the id, the title, the description or a tag, in any case.
    pub search: Option<String>,
    /// Of this category.
    pub category: Option<String>,
    /// Of the program or of the organization only.
    pub source: Option<TemplateSource>,
}

/// How to copy a template.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CloneTemplate {
    /// The new tool's name; the template's own when absent.
    pub name: Option<String>,
    /// A value for each blank that has no default.
    #[schema(value_type = Object)]
    pub values: Object,
    /// An agent that gets the tool, by name or id.
    pub agent: Option<String>,
    /// Only say what would be made.
    pub dry_run: bool,
}

static BUILTIN: LazyLock<Result<Vec<Template>, String>> = LazyLock::new(|| {
    let mut templates: Vec<Template> = builtin::FILES
        .iter()
        .map(|(name, text)| read(text).map_err(|why| format!("{name}: {why}")))
        .collect::<Result<_, _>>()?;
    templates.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(templates)
});

/// The ids of templates that a wanted tool's name sounds like: those that share two of its words, or its only one.
pub(crate) fn like(name: &str) -> Vec<String> {
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 2);
        parts.map(str::to_ascii_lowercase).collect()
    };
    let wanted = words(name);
    let Ok(templates) = builtins() else { return Vec::new() };
    let is_like = |template: &&Template| {
        let have = words(&template.id);
        let shared = wanted.iter().filter(|word| have.contains(word)).count();
        shared >= 2 || (shared == 1 && (wanted.len() == 1 || have.len() == 1))
    };
    templates.iter().filter(is_like).map(|template| template.id.clone()).take(3).collect()
}

/// Whether a template of that id comes with the program, for tests of what names one.
#[cfg(test)]
pub(crate) fn is_builtin(id: &str) -> bool {
    builtins().is_ok_and(|templates| templates.iter().any(|template| template.id == id))
}

fn builtins() -> Result<&'static [Template], Fault> {
    BUILTIN.as_deref().map_err(|why| Fault::internal(why.clone()))
}

fn read(text: &str) -> Result<Template, String> {
    let file: File = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    let values = examples(&file.parameters);
    let example = fill(&file.tool, &values).map_err(|fault| fault.message)?;
    let example: ToolSpec = serde_json::from_value(example).map_err(|error| error.to_string())?;
    cases::filled(&file.cases, &values).map_err(|fault| fault.message)?;
    Ok(Template {
        id: file.id,
        title: file.title,
        description: file.description,
        category: file.category,
        tags: file.tags,
        source: TemplateSource::Builtin,
        kind: example.kind,
        effect: example.effect,
        parameters: file.parameters,
        secrets: secrets(&example).map_err(|fault| fault.message)?,
        tool: file.tool,
        cases: file.cases,
        example,
    })
}

/// A template of the organization.
fn own(tool: Tool) -> Result<Template, Fault> {
    let spec = tool.spec;
    let form = serde_json::to_value(&spec).map_err(Fault::internal)?;
    let mut names = BTreeSet::new();
    collect_blanks(&form, &mut names);
    let properties: Object =
        names.iter().map(|name| (name.clone(), json!({"type": "string", "minLength": 1}))).collect();
    let parameters =
        json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false});
    Ok(Template {
        id: tool.id.to_string(),
        title: spec.title().to_owned(),
        description: spec.description.clone(),
        category: spec.category.clone().unwrap_or_default(),
        tags: Vec::new(),
        source: TemplateSource::Organization,
        kind: spec.kind,
        effect: spec.effect,
        parameters,
        secrets: secrets(&spec)?,
        tool: form,
        cases: Vec::new(),
        example: spec,
    })
}

fn secrets(spec: &ToolSpec) -> Result<Vec<String>, Fault> {
    Ok(compile::names_in(spec)?.into_iter().collect())
}

/// A page of templates: those of the program, then those of the organization.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: TemplateFilter,
    page: PageRequest,
) -> Result<Page<Template>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let limit = page.limit as usize;
    let after = match page.after.as_deref() {
        None => None,
        Some([phase, key]) if phase == "b" || phase == "o" => Some((phase.as_str(), key.clone())),
        Some(_) => {
            return Err(Fault::invalid("cursor", "`cursor` is not one that this list gave; start again without it"));
        }
    };
    let mut found = Vec::new();
    let is_wanted = |source| filter.source.is_none_or(|wanted| wanted == source);
    if after.as_ref().is_none_or(|(phase, _)| *phase == "b") && is_wanted(TemplateSource::Builtin) {
        let seen = after.as_ref().map(|(_, key)| key.as_str()).unwrap_or_default();
        found.extend(
            builtins()?
                .iter()
                .filter(|one| one.id.as_str() > seen && matches(one, &filter))
                .take(limit + 1)
                .map(|one| Template { cases: Vec::new(), ..one.clone() }),
        );
    }
    let key = |template: &Template| match template.source {
        TemplateSource::Builtin => vec!["b".to_owned(), template.id.clone()],
        TemplateSource::Organization => vec!["o".to_owned(), template.example.name.clone()],
    };
    if found.len() <= limit && is_wanted(TemplateSource::Organization) {
        let seen = after.filter(|(phase, _)| *phase == "o").map(|(_, key)| vec![key]);
        let rest = PageRequest { limit: (limit - found.len()).max(1) as u32, after: seen };
        let wanted = ToolFilter {
            search: filter.search,
            category: filter.category,
            template: Some(true),
            ..ToolFilter::default()
        };
        let tools = app.store().tools(caller.org_id, &wanted, &rest).await?;
        let has_more = tools.next_cursor.is_some();
        for tool in tools.items {
            found.push(own(tool)?);
        }
        if has_more && found.len() == limit {
            let next_cursor = found.last().map(|last| encode_cursor(&key(last)));
            return Ok(Page { items: found, next_cursor });
        }
    }
    Ok(Page::from_rows(found, page.limit, key))
}

fn matches(template: &Template, filter: &TemplateFilter) -> bool {
    let is_category = filter.category.as_ref().is_none_or(|category| *category == template.category);
    let wanted = filter.search.as_deref().unwrap_or_default().trim().to_lowercase();
    let text = [&template.id, &template.title, &template.description].map(|text| text.to_lowercase());
    is_category
        && (text.iter().any(|text| text.contains(&wanted)) || template.tags.iter().any(|tag| tag.contains(&wanted)))
}

/// The template of that slug, or of that name or id of a tool of the organization.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<Template, Fault> {
    require(caller, Right::View, Scope::Read)?;
    find(app, caller, id).await
}

async fn find(app: &App, caller: &Caller, id: &str) -> Result<Template, Fault> {
    if let Some(template) = builtins()?.iter().find(|template| template.id == id) {
        return Ok(template.clone());
    }
    let tool = match id.parse::<ToolId>() {
        Ok(id) => app.store().tool_by_id(caller.org_id, id).await?,
        Err(_) => app.store().tool_by_name(caller.org_id, id).await?,
    };
    tool.filter(|tool| tool.spec.is_template).map(own).unwrap_or_else(|| Err(Fault::not_found("template", id)))
}

/// A template of the program with its blanks filled: the tool, its cases, and where it comes from.
pub(crate) fn builtin_filled(id: &str, values: Object) -> Result<(ToolSpec, Vec<CaseSpec>, Origin), Fault> {
    let template = builtins()?.iter().find(|template| template.id == id);
    let template = template.ok_or_else(|| Fault::not_found("template", id))?;
    let (mut spec, cases) = filled(template, values)?;
    let origin = origin(template, &mut spec)?;
    Ok((spec, cases, origin))
}

fn filled(template: &Template, values: Object) -> Result<(ToolSpec, Vec<CaseSpec>), Fault> {
    let values = complete(&template.parameters, values)?;
    let tool = fill(&template.tool, &values)?;
    let cases = cases::filled(&template.cases, &values)?;
    let spec = serde_json::from_value(tool)
        .map_err(|error| Fault::invalid("values", format!("with these `values` it is not a tool: {error}")))?;
    Ok((spec, cases))
}

/// Where a copy comes from. The copy is a tool to be called, with a version of its own.
fn origin(template: &Template, spec: &mut ToolSpec) -> Result<Origin, Fault> {
    (spec.is_template, spec.is_public) = (false, false);
    let version = spec.version.take().unwrap_or_else(|| "1.0.0".to_owned());
    Ok(Origin {
        source: Source::Template,
        source_id: template.id.clone(),
        source_org: None,
        version,
        revision: 1,
        sha256: digest(spec)?,
        base: spec.clone(),
    })
}

/// Makes a tool of a template, with the template's cases.
pub async fn clone(app: &App, caller: &Caller, id: &str, request: CloneTemplate) -> Result<Copied, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let template = find(app, caller, id).await?;
    let (mut spec, cases) = filled(&template, request.values)?;
    let is_own = template.source == TemplateSource::Organization;
    if let Some(name) = request.name {
        spec.name = name;
    } else if is_own {
        return Err(Fault::invalid(
            "name",
            "`name` is missing: the template itself has that name, so the copy needs another",
        ));
    }
    let origin = origin(&template, &mut spec)?;
    let note = Some(format!("from the template `{}`", template.id));
    let how = How { dry_run: request.dry_run, note, origin: Some(origin), ..How::default() };
    let mut copied = save_copy(app, caller, spec, how, request.agent.as_deref()).await?;
    if !request.dry_run && copied.proposal.is_none() {
        cases::keep(app, caller, &mut copied, cases).await;
    }
    Ok(copied)
}

#[cfg(test)]
mod tests {
    use callwright_model::{IdSource, Timestamp};

    use super::*;

    #[test]
    fn every_template_compiles_with_its_examples() {
        let ids = IdSource::default();
        let templates = builtins().unwrap();
        assert!(templates.len() >= 40);
        for template in templates {
            let id = &template.id;
            let values = complete(&template.parameters, examples(&template.parameters))
                .unwrap_or_else(|fault| panic!("{id}: {fault}"));
            let spec: ToolSpec = serde_json::from_value(fill(&template.tool, &values).unwrap()).unwrap();
            assert!(spec.description.contains("Use when") || id == "http_request", "{id} tells a model when to use it");
            let at = Timestamp::from_micros(0);
            let (organization_id, user_id) = (ids.next(), ids.next());
            let tool =
                Tool { id: ids.next(), organization_id, user_id, spec, revision: 1, created_at: at, updated_at: at };
            let compiled = compile::compile(tool, None).unwrap_or_else(|fault| panic!("{id}: {fault}"));
            let names: Vec<String> = compiled.secrets.iter().cloned().collect();
            assert_eq!(names, template.secrets, "{id}");
            let known: Vec<&String> = compiled.tool.spec.parameters["properties"].as_object().unwrap().keys().collect();
            assert!(!known.iter().any(|name| *name == "tool_call_id"), "{id}");
            for (name, property) in template.parameters["properties"].as_object().unwrap() {
                assert!(property["title"].is_string(), "{id}: {name} has a title");
                assert!(property.get("default").or_else(|| property.pointer("/examples/0")).is_some(), "{id}: {name}");
            }
        }
    }

    #[test]
    fn the_list_is_what_the_folder_holds_and_no_blank_stands_in_an_expression() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates");
        let mut files: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        assert_eq!(files, builtin::FILES.map(|(name, _)| name));
        for (name, text) in builtin::FILES {
            for part in text.split("{{").skip(1) {
                let inside = part.split("}}").next().unwrap_or_default();
                assert!(!inside.contains("<<"), "{name}: a value inside an expression could change it");
            }
        }
    }

    #[test]
    fn every_python_template_has_cases_whose_arguments_fit_unless_a_refusal_is_expected() {
        let python: Vec<&Template> = builtins().unwrap().iter().filter(|one| one.kind == Kind::Python).collect();
        assert!(python.len() >= 14);
        for template in python {
            let id = &template.id;
            let cases = cases::filled(&template.cases, &examples(&template.parameters)).unwrap();
            assert!(cases.len() >= 3, "{id} has cases");
            assert!(cases.iter().any(|case| case.expect.success != Some(false)), "{id} shows what works");
            let schema = compile::validator(&template.example.model_parameters(), "parameters").unwrap();
            for case in cases.iter().filter(|case| case.expect.success != Some(false)) {
                let arguments = Value::Object(case.arguments.clone());
                let told = schema.iter_errors(&arguments).next().map(|error| error.to_string());
                assert_eq!(told, None, "{id}: {}", case.name);
                assert!(!case.expect.result.is_empty(), "{id}: {} says what comes of it", case.name);
            }
        }
    }

    #[test]
    fn what_is_missing_or_wrong_is_told_by_its_field() {
        let template = builtins().unwrap().iter().find(|template| template.id == "send_sms").unwrap();
        let told = |values: Value| {
            let fault = complete(&template.parameters, serde_json::from_value(values).unwrap()).unwrap_err();
            (fault.details.unwrap()["field"].as_str().unwrap().to_owned(), fault.message)
        };
        assert_eq!(told(json!({"from": "+15005550006"})).0, "values.account_sid");
        let sid = "AC00000000000000000000000000000000";
        assert_eq!(told(json!({"account_sid": sid, "from": "+1 500"})).0, "values.from");
        assert!(told(json!({"account_sid": sid, "from": "+15005550006", "form": 1})).1.contains("form"));
    }
}
