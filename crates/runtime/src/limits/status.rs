//! How a tool stands with its limits now, as the caller would meet them in this server.

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    tool::policy::limits::{Breaker, Cache, Concurrency, Per, RateLimit},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    breaker::State,
    plan::{From, Of, Plan, Who},
};
use crate::{App, app::require};

/// How a tool stands with its limits.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct LimitStatus {
    /// Every rate limit, in the order in which they are asked.
    pub rate_limits: Vec<RateStatus>,
    /// Every limit on how many run at once.
    pub concurrency: Vec<ConcurrencyStatus>,
    /// The tool's breaker and its host's.
    pub breakers: Vec<BreakerStatus>,
    /// What is kept of its results.
    pub cache: Option<CacheStatus>,
}

/// A rate limit now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RateStatus {
    /// Where it is written.
    pub from: From,
    /// Who shares it.
    pub per: Per,
    /// As written.
    pub limit: RateLimit,
    /// How many calls the caller has left right now.
    pub left: u64,
}

/// A limit on how many run at once, now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConcurrencyStatus {
    /// Where it is written.
    pub from: From,
    /// Who shares it.
    pub per: Per,
    /// As written.
    pub limit: Concurrency,
    /// Under way in this server.
    pub running: u32,
    /// Waiting for a place in this server.
    pub queued: u32,
}

/// A breaker now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BreakerStatus {
    /// What it watches over.
    pub of: Of,
    /// The tool's name, or `host:port`.
    pub name: String,
    /// `closed`, `open` or `half_open`, in this server.
    pub state: String,
    /// When it is open: how long until probes are let through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Executions in its window whose upstream answered.
    pub succeeded: u32,
    /// Executions in its window whose upstream failed.
    pub failed: u32,
    /// As written.
    pub settings: Breaker,
}

/// What is kept of a tool's results.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CacheStatus {
    /// As written; absent when equal reads are only joined.
    pub settings: Option<Cache>,
    /// Whether equal reads at the same time are one request upstream.
    pub single_flight: bool,
}

/// How the tool of that name or id, as `agent` has it, stands with its limits.
pub async fn status(app: &App, caller: &Caller, tool: &str, agent: Option<&str>) -> Result<LimitStatus, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let found = app.tools().find(app, caller.org_id, tool, agent).await?;
    let found = found.ok_or_else(|| Fault::not_found("tool", tool))?;
    let Some(plan) = &found.limits else { return Ok(LimitStatus::default()) };
    let who = Who {
        org: caller.org_id,
        tool: found.tool.tool.id,
        agent: found.agent.as_ref().map(|agent| agent.id),
        user: caller.user_id,
        conversation: None,
    };
    let cache = plan.cache.as_ref().map(|plan| CacheStatus { settings: plan.cache, single_flight: true });
    Ok(LimitStatus {
        rate_limits: rates(app, plan, &who).await?,
        concurrency: places(app, plan, &who),
        breakers: breakers(app, plan),
        cache,
    })
}

async fn rates(app: &App, plan: &Plan, who: &Who) -> Result<Vec<RateStatus>, Fault> {
    let room = app.limits();
    let mut all = Vec::with_capacity(plan.rates.len());
    for rate in &plan.rates {
        let left = room.rates.left(app.store(), room.epoch, &rate.key(who), rate.shape).await?;
        all.push(RateStatus { from: rate.from, per: rate.per, limit: rate.limit, left });
    }
    Ok(all)
}

fn places(app: &App, plan: &Plan, who: &Who) -> Vec<ConcurrencyStatus> {
    let of = |gate: &super::plan::GatePlan| {
        let crowd = app.limits().gates.crowd(&gate.key(who));
        let (running, queued) = (crowd.running, crowd.queued);
        ConcurrencyStatus { from: gate.from, per: gate.per, limit: gate.limit, running, queued }
    };
    plan.gates.iter().map(of).collect()
}

fn breakers(app: &App, plan: &Plan) -> Vec<BreakerStatus> {
    let epoch = app.limits().epoch;
    let of = |breaker: &super::plan::BreakerPlan| {
        let (state, succeeded, failed) = app.limits().circuits.state(epoch, breaker);
        let retry_after_ms = match state {
            State::Open { until_ns } => Some(until_ns.saturating_sub(epoch.now_ns()).div_ceil(1_000_000)),
            _ => None,
        };
        BreakerStatus {
            of: breaker.of,
            name: breaker.name.clone(),
            state: state.as_str().to_owned(),
            retry_after_ms,
            succeeded,
            failed,
            settings: breaker.settings,
        }
    };
    plan.breakers.iter().map(of).collect()
}
