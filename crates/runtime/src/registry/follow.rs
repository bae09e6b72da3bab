//! Which state of a tool each of its agents has, and whom a change reaches.

use callwright_model::{
    Fault,
    agent::Assignment,
    execution::Event,
    id::OrgId,
    tool::{
        Tool, ToolVersion,
        release::{Announcement, Bump, Follow, Level, Pin, Reached, ToolChange},
    },
};
use callwright_store::tool::Follower;
use semver::{Version, VersionReq};

use crate::App;

/// How many of the newest revisions a range is looked for in.
const MOST_REVISIONS: u32 = 10_000;
/// The most agents that an event names.
const MOST_NAMED: usize = 1_000;
/// The most agents that a warning names.
const MOST_WARNED: usize = 10;

/// A version by itself means exactly that one; everything else is a range.
fn requirement(text: &str) -> Result<VersionReq, Fault> {
    let exact = Version::parse(text).is_ok();
    let parsed = if exact { VersionReq::parse(&format!("={text}")) } else { VersionReq::parse(text) };
    parsed.map_err(|_| {
        let message =
            format!("`pin` must be a revision, a version such as `1.2.3` or a range such as `^1.2`, not `{text}`");
        Fault::invalid("pin", message)
    })
}

fn fits(text: &str, version: &str) -> bool {
    match (requirement(text), Version::parse(version)) {
        (Ok(requirement), Ok(version)) => requirement.matches(&version),
        _ => false,
    }
}

/// The tool in the state that `pin` names; `None` when there is none.
pub(crate) async fn find_pinned(app: &App, org: OrgId, tool: &Tool, pin: &Pin) -> Result<Option<Tool>, Fault> {
    let revision = match pin {
        Pin::Revision(revision) => *revision,
        Pin::Version(text) => {
            let versions = app.store().version_numbers(org, tool.id, MOST_REVISIONS).await?;
            let Some((revision, _)) = versions.into_iter().find(|(_, version)| fits(text, version)) else {
                return Ok(None);
            };
            revision
        }
    };
    if revision == tool.revision {
        return Ok(Some(tool.clone()));
    }
    Ok(app.store().version(org, tool.id, revision).await?.map(|version| at(tool, version)))
}

/// The tool in an earlier state. What it is called, and whether it may be used at all, is decided now.
pub(super) fn at(tool: &Tool, version: ToolVersion) -> Tool {
    let mut spec = version.spec;
    spec.name.clone_from(&tool.spec.name);
    spec.active = tool.spec.active;
    spec.is_template = tool.spec.is_template;
    spec.is_shared = tool.spec.is_shared;
    Tool { spec, revision: version.revision, updated_at: version.created_at, ..tool.clone() }
}

/// The tool as an assignment has it, without its overrides.
///
/// # Errors
/// Conflict `pin_unresolved` when there is no such state any more.
pub(crate) async fn pinned(app: &App, org: OrgId, tool: Tool, pin: Option<&Pin>) -> Result<Tool, Fault> {
    let Some(pin) = pin else { return Ok(tool) };
    find_pinned(app, org, &tool, pin).await?.ok_or_else(|| {
        let message = format!("the agent's pin `{pin}` matches no state of the tool `{}`", tool.spec.name);
        Fault::conflict("pin_unresolved", message)
    })
}

/// The pin of an assignment that asks for `pin` or `follow`. Asking again for what is there changes nothing: an agent
/// that stays before a major change goes on staying there.
///
/// # Errors
/// Invalid when the pin matches nothing, or both are asked for.
pub(crate) async fn wanted(
    app: &App,
    org: OrgId,
    tool: &Tool,
    asked: (Option<Pin>, Option<Follow>),
    current: Option<&Assignment>,
) -> Result<Option<Pin>, Fault> {
    let current = current.and_then(|current| current.pin.clone());
    match asked {
        (Some(_), Some(_)) => Err(Fault::invalid("follow", "give `pin` or `follow`, not both")),
        (Some(pin), None) => {
            if let Pin::Version(text) = &pin {
                requirement(text)?;
            }
            if find_pinned(app, org, tool, &pin).await?.is_none() {
                let message = format!("`pin`: no state of the tool `{}` is `{pin}`", tool.spec.name);
                return Err(Fault::invalid("pin", message));
            }
            Ok(Some(pin))
        }
        (None, None | Some(Follow::All)) => Ok(None),
        (None, Some(Follow::Minor)) => Ok(Some(match current {
            Some(Pin::Version(text)) if text.starts_with('^') => Pin::Version(text),
            _ => Pin::Version(format!("^{}", tool.spec.version.as_deref().unwrap_or("1.0.0"))),
        })),
        (None, Some(Follow::None)) => Ok(Some(match current {
            Some(Pin::Revision(revision)) => Pin::Revision(revision),
            _ => Pin::Revision(tool.revision),
        })),
    }
}

/// The agents that have the new state of a tool as soon as it is there.
pub(super) async fn reached(app: &App, org: OrgId, tool: &Tool) -> Result<Vec<Follower>, Fault> {
    let version = tool.spec.version.as_deref().unwrap_or_default();
    let mut agents = app.store().followers(org, tool.id).await?;
    agents.retain(|agent| match &agent.pin {
        None => true,
        Some(Pin::Revision(_)) => false,
        Some(Pin::Version(text)) => fits(text, version),
    });
    Ok(agents)
}

/// What a change is to those whom it reaches.
pub(super) fn change(before: &Tool, after: &Tool, bump: &Bump, by: callwright_model::id::UserId) -> ToolChange {
    let version = |tool: &Tool| tool.spec.version.clone().unwrap_or_default();
    ToolChange {
        tool_id: after.id,
        tool: after.spec.name.clone(),
        from_revision: before.revision,
        revision: after.revision,
        from_version: version(before),
        to_version: version(after),
        level: bump.level,
        because: bump.because.clone(),
        user_id: by,
        at: after.updated_at,
    }
}

/// Tells whoever watches.
pub(super) fn announce(app: &App, org: OrgId, change: ToolChange, agents: Vec<Follower>) {
    if !app.live().is_watched() || agents.is_empty() {
        return;
    }
    let agents = agents.into_iter().take(MOST_NAMED).map(|agent| Reached { id: agent.id, name: agent.name }).collect();
    app.live().publish(org, Event::ToolChanged { change: Box::new(Announcement { change, agents }) });
}

/// What to say about a change that breaks what agents use.
pub(super) fn warning(bump: &Bump, agents: &[Follower]) -> Option<String> {
    if bump.level < Level::Major || agents.is_empty() {
        return None;
    }
    let mut names: Vec<String> = agents.iter().take(MOST_WARNED).map(|agent| format!("`{}`", agent.name)).collect();
    if agents.len() > MOST_WARNED {
        names.push(format!("{} more", agents.len() - MOST_WARNED));
    }
    let why = bump.because.first().map(|reason| format!(" (`{}` {})", reason.path, reason.what)).unwrap_or_default();
    Some(format!(
        "this is a major change{why} and reaches at once: {}; an agent assigned with `follow: minor` stays before it",
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_version_is_exact_and_the_rest_are_ranges() {
        for (pin, version, does_fit) in [
            ("1.2.3", "1.2.3", true),
            ("1.2.3", "1.2.4", false),
            ("^1.2", "1.9.0", true),
            ("^1.2", "2.0.0", false),
            ("1", "1.7.0", true),
            ("~1.2.3", "1.2.9", true),
            (">=1, <3", "2.5.0", true),
            ("^0.2.1", "0.3.0", false),
        ] {
            assert_eq!(fits(pin, version), does_fit, "{pin} {version}");
        }
        assert!(requirement("latest").is_err());
    }
}
