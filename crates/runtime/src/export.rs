//! Tools in other people's forms: one, or a page of those of an agent or of a caller.
//!
//! Only reading: the forms are those of `callwright_import::export`. A credential that was written into a tool does not
//! travel; the name of a secret takes its place.

use callwright_import::export as forms;
pub use callwright_import::export::{Exported, Form, Lost};
use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    page::{Page, PageRequest},
    tool::ToolSpec,
};
use callwright_store::tool::ToolFilter;

use crate::{App, agents, app::require, library::credential, registry, registry::define};

/// A tool in `form`; with an agent, as that agent has it.
///
/// # Errors
/// Not found: there is no such tool, or the agent does not have it.
pub async fn tool(app: &App, caller: &Caller, tool: &str, agent: Option<&str>, form: Form) -> Result<Exported, Fault> {
    let found = registry::get(app, caller, tool).await?;
    let Some(agent) = agent else { return one(app, &found.spec, form) };
    let specs = of_agent(app, caller, agent).await?;
    let spec = specs.iter().find(|spec| spec.name == found.spec.name);
    one(app, spec.ok_or_else(|| Fault::not_found("tool of the agent", tool))?, form)
}

/// A page of tools in `form`, by name: those that an agent may use, as it has them, or all that the caller may call.
pub async fn list(
    app: &App,
    caller: &Caller,
    agent: Option<&str>,
    form: Form,
    page: PageRequest,
) -> Result<Page<Exported>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let specs: Page<ToolSpec> = match agent {
        Some(agent) => {
            let after = page.after.as_ref().and_then(|keys| keys.first()).cloned().unwrap_or_default();
            let mut specs = of_agent(app, caller, agent).await?;
            specs.retain(|spec| spec.name > after);
            specs.sort_by(|one, two| one.name.cmp(&two.name));
            Page::from_rows(specs, page.limit, |spec| vec![spec.name.clone()])
        }
        None => {
            let filter = ToolFilter {
                active: Some(true),
                template: Some(false),
                callable_by: Some(caller.user_id),
                ..ToolFilter::default()
            };
            app.store().tools(caller.org_id, &filter, &page).await?.map(|tool| tool.spec)
        }
    };
    let items = specs.items.iter().map(|spec| one(app, spec, form)).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor: specs.next_cursor })
}

async fn of_agent(app: &App, caller: &Caller, agent: &str) -> Result<Vec<ToolSpec>, Fault> {
    let agent = agents::get(app, caller, agent).await?;
    let offer = define::offer_of_agent(app, caller.org_id, agent.id).await?;
    Ok(offer.usable().cloned().collect())
}

fn one(app: &App, spec: &ToolSpec, form: Form) -> Result<Exported, Fault> {
    let (spec, replaced) = credential::strip(spec)?;
    let mut exported = forms::export(&spec, form, &app.public_address(""));
    let hidden = replaced.iter().map(|credential| Lost { field: credential.path.clone(), why: credential.warning() });
    exported.lost.extend(hidden);
    Ok(exported)
}
