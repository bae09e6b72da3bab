//! Which limits a tool has to pass, its own, its agent's and its organization's, and what of it is kept.

use std::sync::Arc;

use callwright_model::{
    Fault,
    agent::Agent,
    id::{AgentId, OrgId, ToolId, UserId},
    tool::{
        Kind,
        policy::limits::{Breaker, BreakerSetting, Cache, Concurrency, Limits, Per, RateLimit},
    },
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::bucket::Shape;
use crate::{App, call::hex, registry::CompiledTool};

/// Where a limit is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// In the tool's policy.
    Tool,
    /// Among the agent's limits.
    Agent,
    /// Among the organization's limits.
    Organization,
}

impl From {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Agent => "agent",
            Self::Organization => "organization",
        }
    }
}

/// A rate limit.
#[derive(Debug, Clone)]
pub struct RatePlan {
    /// Where it is written.
    pub from: From,
    /// Who shares it.
    pub per: Per,
    /// As written.
    pub limit: RateLimit,
    /// Its bucket.
    pub shape: Shape,
    owner: String,
}

/// A limit on how many run at once.
#[derive(Debug, Clone)]
pub struct GatePlan {
    /// Where it is written.
    pub from: From,
    /// Who shares it.
    pub per: Per,
    /// As written.
    pub limit: Concurrency,
    owner: String,
}

/// What a breaker watches over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// One tool.
    Tool,
    /// A host, for all tools of the organization that call it and have the same settings.
    Host,
}

impl Of {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Host => "host",
        }
    }
}

/// A breaker.
#[derive(Debug, Clone)]
pub struct BreakerPlan {
    /// What it watches over.
    pub of: Of,
    /// The tool's name, or `host:port`.
    pub name: String,
    /// When it opens and closes.
    pub settings: Breaker,
    /// Under which it is kept.
    pub key: String,
}

/// What of a read is kept.
#[derive(Debug, Clone)]
pub struct CachePlan {
    /// What is kept and for how long; `None` when equal reads are only joined.
    pub cache: Option<Cache>,
    /// Stands for the tool's whole definition as its agent has it: any change makes another.
    pub variant: String,
}

/// All of it. A tool to which nothing applies has no plan.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Rate limits, the tool's own first.
    pub rates: Vec<RatePlan>,
    /// Limits on how many run at once.
    pub gates: Vec<GatePlan>,
    /// Breakers.
    pub breakers: Vec<BreakerPlan>,
    /// The cache.
    pub cache: Option<CachePlan>,
}

/// Who asks, as limits tell callers apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The organization.
    pub org: OrgId,
    /// The tool.
    pub tool: ToolId,
    /// The agent.
    pub agent: Option<AgentId>,
    /// The user.
    pub user: UserId,
    /// The conversation or phone call.
    pub conversation: Option<String>,
}

impl Who {
    fn name(&self, per: Per) -> String {
        match per {
            Per::Tool => self.tool.to_string(),
            Per::Agent => self.agent.map_or_else(|| "none".to_owned(), |agent| agent.to_string()),
            Per::Organization => self.org.to_string(),
            Per::User => self.user.to_string(),
            Per::Conversation => match &self.conversation {
                // The caller chose it: any length, any letters.
                Some(text) => hex(&Sha256::digest(text.as_bytes())[..16]),
                None => self.user.to_string(),
            },
        }
    }
}

impl RatePlan {
    /// The name of its bucket for `who`. A limit that is changed begins with a full one.
    pub fn key(&self, who: &Who) -> String {
        let Shape { interval_ns, burst } = self.shape;
        format!("{}/{}:{}/{interval_ns}-{burst}", self.owner, self.per.as_str(), who.name(self.per))
    }
}

impl GatePlan {
    /// The name of its gate for `who`.
    pub fn key(&self, who: &Who) -> String {
        format!("{}/{}:{}/{}", self.owner, self.per.as_str(), who.name(self.per), self.limit.limit)
    }
}

impl Plan {
    /// Whether anything could hold an execution back.
    pub fn holds_back(&self) -> bool {
        !(self.rates.is_empty() && self.gates.is_empty() && self.breakers.is_empty())
    }

    /// The plan for `tool` as `agent` has it.
    pub(crate) async fn load(
        app: &App,
        tool: &CompiledTool,
        agent: Option<&Agent>,
    ) -> Result<Option<Arc<Self>>, Fault> {
        let org = tool.tool.organization_id;
        let of_org = app.store().limits(org, None).await?;
        let of_agent = match agent {
            Some(agent) => Some((agent.id, app.store().limits(org, Some(agent.id)).await?)),
            None => None,
        };
        Self::of(tool, of_agent, &of_org)
    }

    fn of(tool: &CompiledTool, agent: Option<(AgentId, Limits)>, org: &Limits) -> Result<Option<Arc<Self>>, Fault> {
        let policy = &tool.tool.spec.policy;
        let mut plan = Self::default();
        plan.add(From::Tool, tool.tool.id.to_string(), &policy.rate_limit, policy.concurrency);
        if let Some((id, limits)) = &agent {
            plan.add(From::Agent, id.to_string(), &limits.rate_limit, limits.concurrency);
        }
        let id = tool.tool.organization_id.to_string();
        plan.add(From::Organization, id, &org.rate_limit, org.concurrency);
        plan.add_breakers(tool, org);
        if policy.cache().is_some() || policy.single_flight {
            let whole = serde_json::to_vec(&tool.tool.spec).map_err(Fault::internal)?;
            let variant = format!("{}/{}/{}", tool.tool.id, tool.tool.revision, hex(&Sha256::digest(whole)[..16]));
            plan.cache = Some(CachePlan { cache: policy.cache(), variant });
        }
        let is_empty = !plan.holds_back() && plan.cache.is_none();
        Ok((!is_empty).then(|| Arc::new(plan)))
    }

    fn add(&mut self, from: From, owner: String, rates: &[RateLimit], gate: Option<Concurrency>) {
        let usual = match from {
            From::Tool => Per::Tool,
            From::Agent => Per::Agent,
            From::Organization => Per::Organization,
        };
        self.rates.extend(rates.iter().map(|limit| RatePlan {
            from,
            per: limit.per.unwrap_or(usual),
            limit: *limit,
            shape: Shape::new(limit.requests, limit.per_seconds, limit.burst.unwrap_or(limit.requests)),
            owner: owner.clone(),
        }));
        self.gates.extend(gate.map(|limit| GatePlan { from, per: limit.per.unwrap_or(usual), limit, owner }));
    }

    fn add_breakers(&mut self, tool: &CompiledTool, org: &Limits) {
        let spec = &tool.tool.spec;
        let settings = match spec.policy.breaker.or(org.breaker.filter(|_| {
            !matches!(spec.kind, Kind::System | Kind::Business | Kind::Client | Kind::Agent | Kind::Workflow)
        })) {
            Some(BreakerSetting::On(settings)) => settings,
            Some(BreakerSetting::Off) | None => return,
        };
        // Different settings are different breakers.
        let Breaker { failure_ratio, minimum_requests, window_s, open_s, half_open_probes } = settings;
        let tail = format!("{failure_ratio}-{minimum_requests}-{window_s}-{open_s}-{half_open_probes}");
        let key = format!("{}/{tail}", tool.tool.id);
        self.breakers.push(BreakerPlan { of: Of::Tool, name: spec.name.clone(), settings, key });
        let Some(url) = tool.executor.base_url() else { return };
        let Some(host) = url.host_str() else { return };
        let name = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
        let key = format!("{}/{name}/{tail}", tool.tool.organization_id);
        self.breakers.push(BreakerPlan { of: Of::Host, name, settings, key });
    }
}
