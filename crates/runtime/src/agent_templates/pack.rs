//! Packs: several agents of one trade with the tools that they need.

use std::sync::LazyLock;

use callwright_model::{
    Fault, Object,
    account::{Caller, Right, Scope},
    case::CaseSpec,
    page::{Page, PageRequest},
    tool::ToolSpec,
};
use callwright_store::library::Source;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AgentTemplate, File, builtin, flatten, page_of};
use crate::{
    App,
    app::require,
    cases,
    library::{Origin, template},
};

/// A pack as its file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    id: String,
    name: String,
    description: String,
    #[serde(default)]
    tools: Vec<ToolFile>,
    agents: Vec<File>,
}

/// A tool of a pack: a template of the program with its blanks filled, or written out with its cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolFile {
    template: Option<String>,
    #[serde(default)]
    values: Object,
    tool: Option<ToolSpec>,
    #[serde(default)]
    cases: Vec<CaseSpec>,
}

/// A tool of a pack, ready to be made.
#[derive(Debug, Clone)]
pub(super) struct Readied {
    /// The tool.
    pub spec: ToolSpec,
    /// The cases that it gets.
    pub cases: Vec<CaseSpec>,
    /// Where it comes from, when that is a template.
    pub origin: Option<Origin>,
}

/// A pack with everything in it.
#[derive(Debug, Clone)]
pub(super) struct Pack {
    /// What is shown of it.
    pub shown: AgentPack,
    /// Its tools.
    pub tools: Vec<Readied>,
}

/// Several agents of one trade with the tools that they need.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AgentPack {
    /// Its slug.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The tools that it brings.
    pub tools: Vec<PackTool>,
    /// Its agents.
    pub agents: Vec<AgentTemplate>,
}

/// A tool that a pack brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PackTool {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it does and when to use it.
    pub description: String,
    /// The template that it is made of; absent for one that the pack has itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// How many test cases it brings.
    pub cases: usize,
}

static PACKS: LazyLock<Result<Vec<Pack>, String>> = LazyLock::new(|| {
    builtin::PACKS.iter().map(|(name, text)| read(text).map_err(|why| format!("{name}: {why}"))).collect()
});

/// The packs that come with the program, by id.
pub(super) fn all() -> Result<&'static [Pack], Fault> {
    PACKS.as_deref().map_err(|why| Fault::internal(why.clone()))
}

fn read(text: &str) -> Result<Pack, String> {
    let file: PackFile = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    let tools = file.tools.into_iter().map(|tool| ready(tool).map_err(|fault| fault.message));
    let tools: Vec<Readied> = tools.collect::<Result<_, _>>()?;
    let agents = file.agents.iter().map(|agent| flatten(agent, &file.agents)).collect::<Result<Vec<_>, _>>()?;
    let shown = tools.iter().map(|tool| PackTool {
        name: tool.spec.name.clone(),
        title: tool.spec.title().to_owned(),
        description: tool.spec.description.clone(),
        template: tool
            .origin
            .as_ref()
            .filter(|origin| origin.source == Source::Template)
            .map(|origin| origin.source_id.clone()),
        cases: tool.cases.len(),
    });
    let shown =
        AgentPack { id: file.id, name: file.name, description: file.description, tools: shown.collect(), agents };
    Ok(Pack { shown, tools })
}

fn ready(file: ToolFile) -> Result<Readied, Fault> {
    match (file.template, file.tool) {
        (Some(id), None) => {
            let (spec, cases, origin) = template::builtin_filled(&id, file.values)?;
            Ok(Readied { spec, cases, origin: Some(origin) })
        }
        (None, Some(spec)) => {
            file.cases.iter().try_for_each(cases::check)?;
            Ok(Readied { spec, cases: file.cases, origin: None })
        }
        _ => Err(Fault::invalid("tools", "a tool of a pack has either `template` or `tool`")),
    }
}

/// A page of the packs, by id.
pub fn packs(_: &App, caller: &Caller, page: &PageRequest) -> Result<Page<AgentPack>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let shown: Vec<AgentPack> = all()?.iter().map(|pack| pack.shown.clone()).collect();
    page_of(&shown, page, |pack| &pack.id)
}

#[cfg(test)]
mod tests {
    use callwright_model::{
        IdSource, Timestamp,
        tool::{BusinessFunction, Effect, Kind, Tool},
    };
    use serde_json::Value;

    use super::*;
    use crate::registry::compile;

    #[test]
    fn every_pack_is_whole() {
        let ids = IdSource::default();
        let packs = all().unwrap();
        assert_eq!(packs.len(), 2);
        for pack in packs {
            let id = &pack.shown.id;
            assert_eq!(pack.shown.agents.len(), 3, "{id}");
            for tool in &pack.tools {
                let name = &tool.spec.name;
                assert_ne!(tool.spec.effect, Effect::Destructive, "{id}: {name} could not be made by a builder alone");
                assert!(tool.spec.description.contains("Use "), "{id}: {name}");
                if tool.spec.kind == Kind::Python {
                    assert!(tool.cases.len() >= 3, "{id}: {name} has cases");
                }
                let at = Timestamp::from_micros(0);
                let (organization_id, user_id) = (ids.next(), ids.next());
                let spec = tool.spec.clone();
                let row = Tool {
                    id: ids.next(),
                    organization_id,
                    user_id,
                    spec,
                    revision: 1,
                    created_at: at,
                    updated_at: at,
                };
                compile::compile(row, None).unwrap_or_else(|fault| panic!("{id}: {name}: {fault}"));
                let schema = compile::validator(&tool.spec.model_parameters(), "parameters").unwrap();
                for case in tool.cases.iter().filter(|case| case.expect.success != Some(false)) {
                    let arguments = Value::Object(case.arguments.clone());
                    let told = schema.iter_errors(&arguments).next().map(|error| error.to_string());
                    assert_eq!(told, None, "{id}: {name}: {}", case.name);
                }
            }
            for agent in &pack.shown.agents {
                for tool in &agent.default_tools {
                    let is_known =
                        pack.tools.iter().any(|one| one.spec.name == *tool) || BusinessFunction::parse(tool).is_some();
                    assert!(is_known, "{}: `{tool}` comes with the pack or the program", agent.id);
                    assert!(
                        agent.instructions.contains(&format!("`{tool}`")),
                        "{}: says when to use `{tool}`",
                        agent.id
                    );
                }
                assert!((20..=60).contains(&agent.instructions.lines().count()), "{}", agent.id);
                assert!((4..=6).contains(&agent.use_cases.len()), "{}", agent.id);
            }
            for tool in &pack.tools {
                let is_used = pack.shown.agents.iter().any(|agent| agent.default_tools.contains(&tool.spec.name));
                assert!(is_used, "{id}: nobody uses `{}`", tool.spec.name);
            }
        }
    }
}
