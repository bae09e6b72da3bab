//! Agent templates: instructions worth using, with the tools that they need, and packs of several agents for one trade.
//!
//! They are data, the files of `agents/`. A template may extend another: its instructions come after the other's, its tools
//! are added, and what else it says takes the place of what the other says. Default tools are the business tools that every
//! organization has, so that an agent made of a template can work at once; what is worth adding from the library is
//! suggested beside them. A pack brings its tools along ([`install`]).

mod builtin;
mod install;
mod pack;

use std::sync::LazyLock;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    page::{Page, PageRequest},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::{
    install::{InstallPack, PackAction, PackReport, PackedAgent, PackedTool, install_pack},
    pack::{AgentPack, PackTool, packs},
};
use crate::{App, agents::AgentSpec, app::require};

/// How many templates may extend one another.
const MOST_BASES: usize = 8;

/// A template as its file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    id: String,
    name: String,
    role: String,
    description: Option<String>,
    #[serde(default)]
    instructions: String,
    #[serde(default)]
    default_tools: Vec<String>,
    #[serde(default)]
    suggested_tools: Vec<String>,
    model: Option<String>,
    temperature: Option<f64>,
    use_cases: Option<Vec<String>>,
    extends: Option<String>,
}

/// An agent to begin with.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AgentTemplate {
    /// Its slug.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The part it plays.
    pub role: String,
    /// What it is for.
    pub description: String,
    /// The system instructions, those of what it extends included.
    pub instructions: String,
    /// The tools that it works with, by name.
    pub default_tools: Vec<String>,
    /// Tool templates of the library that are worth adding.
    pub suggested_tools: Vec<String>,
    /// The model it was written for.
    pub model: String,
    /// How freely the model chooses its words, 0 to 2.
    pub temperature: f64,
    /// What it is good at.
    pub use_cases: Vec<String>,
    /// The template that it extends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
}

static BUILTIN: LazyLock<Result<Vec<AgentTemplate>, String>> = LazyLock::new(|| {
    let files: Vec<File> = builtin::TEMPLATES
        .iter()
        .map(|(name, text)| serde_saphyr::from_str(text).map_err(|error| format!("{name}: {error}")))
        .collect::<Result<_, _>>()?;
    files.iter().map(|file| flatten(file, &files)).collect()
});

/// The templates that come with the program, by id.
fn builtins() -> Result<&'static [AgentTemplate], Fault> {
    BUILTIN.as_deref().map_err(|why| Fault::internal(why.clone()))
}

/// A template with what it extends. `files` are those that it may extend.
fn flatten(file: &File, files: &[File]) -> Result<AgentTemplate, String> {
    // What it rests on comes first.
    let mut chain = vec![file];
    while let Some(base) = chain.last().and_then(|last| last.extends.as_ref()) {
        if chain.iter().any(|one| one.id == *base) || chain.len() > MOST_BASES {
            return Err(format!("`{}` extends itself by way of `{base}`, or too many", file.id));
        }
        let found = files.iter().find(|one| one.id == *base);
        chain.push(found.ok_or_else(|| format!("`{}` extends `{base}`, which is not there", file.id))?);
    }
    chain.reverse();
    let united = |of: fn(&File) -> &Vec<String>| {
        let mut all: Vec<String> = Vec::new();
        for name in chain.iter().flat_map(|file| of(file)) {
            if !all.contains(name) {
                all.push(name.clone());
            }
        }
        all
    };
    let last = |of: fn(&File) -> Option<String>| chain.iter().rev().find_map(|file| of(file)).unwrap_or_default();
    let instructions: Vec<&str> =
        chain.iter().map(|file| file.instructions.trim()).filter(|text| !text.is_empty()).collect();
    Ok(AgentTemplate {
        id: file.id.clone(),
        name: file.name.clone(),
        role: file.role.clone(),
        description: last(|file| file.description.clone()),
        instructions: instructions.join("\n\n"),
        default_tools: united(|file| &file.default_tools),
        suggested_tools: united(|file| &file.suggested_tools),
        model: last(|file| file.model.clone()),
        temperature: chain.iter().rev().find_map(|file| file.temperature).unwrap_or(1.0),
        use_cases: chain.iter().rev().find_map(|file| file.use_cases.clone()).unwrap_or_default(),
        extends: file.extends.clone(),
    })
}

/// A page of the templates, by id.
pub fn list(_: &App, caller: &Caller, page: &PageRequest) -> Result<Page<AgentTemplate>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    page_of(builtins()?, page, |template| &template.id)
}

/// The template of that id.
pub fn get(_: &App, caller: &Caller, id: &str) -> Result<AgentTemplate, Fault> {
    require(caller, Right::View, Scope::Read)?;
    resolve(id)?.cloned().ok_or_else(|| Fault::not_found("agent template", id))
}

/// The template of that id with all that it extends; for whoever makes an agent of it.
pub fn resolve(id: &str) -> Result<Option<&'static AgentTemplate>, Fault> {
    Ok(builtins()?.iter().find(|template| template.id == id))
}

/// All templates, by id; for whoever was let in.
pub(crate) fn all() -> Result<&'static [AgentTemplate], Fault> {
    builtins()
}

/// The agent that a template makes.
pub fn spec_of(template: &AgentTemplate) -> AgentSpec {
    AgentSpec {
        name: template.name.clone(),
        description: template.description.clone(),
        instructions: template.instructions.clone(),
        model: template.model.clone(),
        temperature: Some(template.temperature),
        base_template: Some(template.id.clone()),
        ..AgentSpec::default()
    }
}

/// A page of a list that comes with the program and is sorted by `key`.
fn page_of<T: Clone>(all: &[T], page: &PageRequest, key: impl Fn(&T) -> &String) -> Result<Page<T>, Fault> {
    let after = match page.after.as_deref() {
        None => None,
        Some([after]) => Some(after),
        Some(_) => {
            return Err(Fault::invalid("cursor", "`cursor` is not one that this list gave; start again without it"));
        }
    };
    let rest = all.iter().filter(|one| after.is_none_or(|after| key(one) > after));
    let found: Vec<T> = rest.take(page.limit as usize + 1).cloned().collect();
    Ok(Page::from_rows(found, page.limit, |one| vec![key(one).clone()]))
}

#[cfg(test)]
mod tests {
    use callwright_model::tool::BusinessFunction;

    use super::*;
    use crate::library::template;

    fn file(id: &str, extends: Option<&str>) -> File {
        File {
            id: id.to_owned(),
            name: id.to_uppercase(),
            role: id.to_owned(),
            description: None,
            instructions: format!("Be {id}."),
            default_tools: vec!["calculator".to_owned(), format!("{id}_tool")],
            suggested_tools: Vec::new(),
            model: extends.is_none().then(|| "gpt-4o".to_owned()),
            temperature: None,
            use_cases: None,
            extends: extends.map(str::to_owned),
        }
    }

    #[test]
    fn a_template_adds_to_what_it_extends() {
        let files = [file("a", None), file("b", Some("a")), file("c", Some("b"))];
        let flat = flatten(&files[2], &files).unwrap();
        assert_eq!(flat.instructions, "Be a.\n\nBe b.\n\nBe c.");
        assert_eq!(flat.default_tools, ["calculator", "a_tool", "b_tool", "c_tool"]);
        assert_eq!((flat.name.as_str(), flat.model.as_str()), ("C", "gpt-4o"));
        let circle = [file("a", Some("b")), file("b", Some("a"))];
        assert!(flatten(&circle[0], &circle).unwrap_err().contains("extends itself"));
        assert!(flatten(&files[1], &files[1..]).unwrap_err().contains("not there"));
    }

    #[test]
    fn every_template_is_whole_and_names_tools_that_exist() {
        let templates = builtins().unwrap();
        assert_eq!(templates.len(), 16);
        for template in templates {
            let id = &template.id;
            assert!(
                (20..=90).contains(&template.instructions.lines().count()),
                "{id}: {}",
                template.instructions.lines().count()
            );
            assert!(template.instructions.chars().count() < 16_000 && !template.description.is_empty(), "{id}");
            assert!((4..=6).contains(&template.use_cases.len()), "{id}");
            assert!(template.model == "gpt-4o" && (0.0..=1.0).contains(&template.temperature), "{id}");
            assert!(
                template.instructions.contains("Never") && template.instructions.contains("not configured"),
                "{id}"
            );
            for tool in &template.default_tools {
                assert!(BusinessFunction::parse(tool).is_some(), "{id}: `{tool}` is a business tool");
                assert!(template.instructions.contains(&format!("`{tool}`")), "{id}: says when to use `{tool}`");
            }
            for tool in &template.suggested_tools {
                assert!(template::is_builtin(tool), "{id}: `{tool}` is a tool template");
            }
        }
        assert!(templates.iter().filter(|template| template.extends.is_some()).count() >= 2);
        let assistant = resolve("executive_assistant").unwrap().unwrap();
        assert_eq!(assistant.default_tools, ["calendar_manager", "send_email", "task_manager", "document_generator"]);
        assert!((assistant.temperature - 0.6).abs() < 1e-9 && assistant.role == "executive_assistant");
    }

    #[test]
    fn the_lists_are_what_the_folders_hold() {
        for (folder, files) in [("agents", &builtin::TEMPLATES[..]), ("agents/packs", &builtin::PACKS[..])] {
            let path = format!("{}/../../{folder}", env!("CARGO_MANIFEST_DIR"));
            let mut found: Vec<String> = std::fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter(|name| name.ends_with(".yaml"))
                .collect();
            found.sort();
            assert_eq!(found, files.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "{folder}");
        }
    }
}
