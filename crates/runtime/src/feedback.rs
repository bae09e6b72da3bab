//! What people think of runs: kept, summed up, and brought into what comes later — never by itself into an agent's
//! instructions.

pub mod improve;
mod learned;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    feedback::{Feedback, FeedbackSummary, Scale},
    id::RunId,
    page::{Page, PageRequest},
    run::Run,
};
pub(crate) use learned::learned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{App, agents, app::require, run};

/// The most characters of a comment or a correction.
const MOST_TEXT: usize = 4_000;

/// What somebody thinks of a run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedbackSpec {
    /// -1 (bad) or 1 (good), or stars from 1 to 5.
    #[schema(minimum = -1, maximum = 5)]
    pub rating: i64,
    /// How the rating is meant. Without it, more than 1 is stars, and 1 is a thumb up: whoever sends stars says so.
    pub scale: Option<Scale>,
    /// In words, at most 4,000 characters.
    #[schema(max_length = 4000)]
    pub comment: Option<String>,
    /// What the answer should have been, at most 4,000 characters.
    #[schema(max_length = 4000)]
    pub correction: Option<String>,
}

/// Feedback on an agent: what it comes to, and a page of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FeedbackReport {
    /// What all of it comes to.
    pub summary: FeedbackSummary,
    /// One by one, newest first.
    pub items: Vec<Feedback>,
    /// Give this as `cursor` to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Keeps what the caller thinks of a run, in place of what they said of it before.
pub async fn give(app: &App, caller: &Caller, run: RunId, spec: FeedbackSpec) -> Result<Feedback, Fault> {
    require(caller, Right::Call, Scope::AgentsRun)?;
    let found = app.store().run(caller.org_id, run).await?.ok_or_else(|| Fault::not_found("run", run))?;
    check_may_rate(app, caller, &found.run).await?;
    let agent_id = found.run.agent_id.ok_or_else(|| {
        Fault::invalid("run", "this is the run of a workflow; say what you think of the runs of its agents")
    })?;
    let scale = spec.scale.unwrap_or(Scale::of(spec.rating));
    if !scale.has(spec.rating) {
        let message = match scale {
            Scale::Thumbs => "`rating` must be -1 or 1, or 1 to 5 with `scale` `stars`",
            Scale::Stars => "`rating` must be 1 to 5 stars",
        };
        return Err(Fault::invalid("rating", message));
    }
    let now = app.clock().now();
    let feedback = Feedback {
        id: app.ids().next(),
        organization_id: caller.org_id,
        run_id: run,
        agent_id,
        user_id: caller.user_id,
        rating: spec.rating,
        scale,
        comment: words("comment", spec.comment)?,
        correction: words("correction", spec.correction)?,
        created_at: now,
        updated_at: now,
    };
    Ok(app.store().put_feedback(feedback).await?)
}

/// What is said of a run is told to whoever improves its agent: so only those speak who may see the run, and run the
/// agent.
async fn check_may_rate(app: &App, caller: &Caller, run: &Run) -> Result<(), Fault> {
    run::visible(caller, run.user_id)?;
    let agent = match run.agent_id {
        Some(id) => app.store().agent_by_id(caller.org_id, id).await?,
        None => None,
    };
    match agent {
        Some(agent) if !agents::may_run(app, caller, &agent).await? => {
            Err(Fault::forbidden(format!("the agent `{}` was not shared with you", agent.name)))
        }
        // An agent that is gone learns nothing any more.
        Some(_) | None => Ok(()),
    }
}

/// Nothing but space says nothing.
fn words(field: &str, text: Option<String>) -> Result<Option<String>, Fault> {
    match text {
        Some(text) if text.chars().count() > MOST_TEXT => {
            Err(Fault::invalid(field, format!("`{field}` may have at most {MOST_TEXT} characters")))
        }
        text => Ok(text.filter(|text| !text.trim().is_empty())),
    }
}

/// Forgets what the caller thought of a run. Later runs learn nothing from it any more.
pub async fn take_back(app: &App, caller: &Caller, run: RunId) -> Result<(), Fault> {
    require(caller, Right::Call, Scope::AgentsRun)?;
    match app.store().delete_feedback(caller.org_id, run, caller.user_id).await? {
        true => Ok(()),
        false => Err(Fault::not_found("feedback of yours on the run", run)),
    }
}

/// Feedback on an agent.
pub async fn report(app: &App, caller: &Caller, agent: &str, page: PageRequest) -> Result<FeedbackReport, Fault> {
    let agent = agents::get(app, caller, agent).await?;
    let Page { items, next_cursor } = app.store().feedback_on(caller.org_id, agent.id, &page).await?;
    let summary = app.store().feedback_summary(caller.org_id, agent.id).await?;
    Ok(FeedbackReport { summary, items, next_cursor })
}
