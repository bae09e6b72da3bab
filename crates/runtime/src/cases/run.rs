//! Carrying cases out: through the corridor like any call, a few at a time, within bounds.

use std::{sync::Arc, time::Duration};

use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right, Scope},
    case::{Case, CaseResult, CaseSpec, CaseStatus, LastRun, Upstream},
    context::Channel,
    execution::CASE_SOURCE,
    page::{MAX_LIMIT, PageRequest},
    secret::SecretString,
    tool::{Effect, Tool, ToolSpec},
};
use callwright_tools::stub::Stubs;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};
use utoipa::ToSchema;

use super::expect::{Expectations, Seen, cut, mismatch};
use crate::{
    App,
    app::require,
    call::{
        self, Aside, CallRequest,
        answer::millis,
        aside::{StubbedUpstream, Trial},
    },
    registry::{
        self,
        cache::{Found, assembled},
        compile,
    },
};

/// How many cases run at the same time.
const PARALLEL: usize = 4;
/// How long one run may take; what has not ended by then could not be run.
const RUN_TIME: Duration = Duration::from_secs(300);
/// The requests of one case that a report shows.
const MOST_REQUESTS: usize = 5;
/// The most cases of one run.
const MOST_CASES: usize = MAX_LIMIT as usize;

/// Which cases to run, and how.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = CaseRunSpec)]
pub struct RunSpec {
    /// Only these saved cases, by name or id; all of them when absent.
    pub names: Option<Vec<String>>,
    /// These instead, which need not be saved.
    pub cases: Option<Vec<CaseSpec>>,
    /// The tool as it would be, instead of the saved one. This needs the scope `tools:write` besides.
    pub draft: Option<ToolSpec>,
    /// Let cases with `upstream: real` of a tool that writes do so.
    pub allow_effects: bool,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunReport {
    /// The tool's name.
    pub tool: String,
    /// How many cases passed.
    pub passed: u32,
    /// How many did not.
    pub failed: u32,
    /// How many could not be run.
    pub errors: u32,
    /// How long all of them took, in milliseconds.
    pub duration_ms: f64,
    /// Each case.
    pub cases: Vec<CaseResult>,
}

/// Runs one, some or all cases of a tool.
pub async fn run(app: &App, caller: &Caller, tool: &str, spec: RunSpec) -> Result<RunReport, Fault> {
    require(caller, Right::Build, Scope::ToolsCall)?;
    let begun = Instant::now();
    let RunSpec { names, cases, draft, allow_effects } = spec;
    if draft.is_some() {
        // A draft is carried out as if it were saved, so whoever may only call may not bring one.
        require(caller, Right::Build, Scope::ToolsWrite)?;
    }
    let saved = registry::find(app, caller, tool).await;
    let is_new = matches!(&saved, Err(fault) if fault.kind == FaultKind::NotFound);
    if is_new && draft.is_none() {
        saved?;
        return Err(Fault::not_found("tool", tool));
    }
    let saved = if is_new { None } else { Some(saved?) };
    let chosen = choose(app, caller, saved.as_ref(), names, cases).await?;
    let (tool, is_draft) = match draft {
        None => (saved.ok_or_else(|| Fault::not_found("tool", tool))?, false),
        Some(draft) => (drafted(app, caller, saved, draft, &chosen).await?, true),
    };
    let run = Run { app, caller, tool: &tool, is_draft, allow_effects, until: begun + RUN_TIME };
    // The futures do nothing before their turn.
    let runs: Vec<_> = chosen.iter().map(|chosen| run.one(chosen)).collect();
    let results: Vec<CaseResult> = stream::iter(runs).buffered(PARALLEL).collect().await;
    let count = |status: CaseStatus| results.iter().filter(|result| result.status == status).count() as u32;
    Ok(RunReport {
        tool: tool.spec.name.clone(),
        passed: count(CaseStatus::Passed),
        failed: count(CaseStatus::Failed),
        errors: count(CaseStatus::Error),
        duration_ms: millis(begun.elapsed()),
        cases: results,
    })
}

/// A case to run.
struct Chosen {
    spec: CaseSpec,
    saved: Option<Case>,
}

async fn choose(
    app: &App,
    caller: &Caller,
    tool: Option<&Tool>,
    names: Option<Vec<String>>,
    cases: Option<Vec<CaseSpec>>,
) -> Result<Vec<Chosen>, Fault> {
    let too_many = |field: &str| Fault::invalid(field, format!("`{field}` may have at most {MOST_CASES} items"));
    match (names, cases) {
        (Some(_), Some(_)) => Err(Fault::invalid("names", "give `names` or `cases`, not both")),
        (None, Some(specs)) => {
            if specs.len() > MOST_CASES {
                return Err(too_many("cases"));
            }
            let check = |(at, spec): (usize, &CaseSpec)| super::check(spec).map_err(|fault| inside(at, fault));
            specs.iter().enumerate().try_for_each(check)?;
            Ok(specs.into_iter().map(|spec| Chosen { spec, saved: None }).collect())
        }
        (names, None) => {
            let Some(tool) = tool else { return Ok(Vec::new()) };
            let saved = match names {
                None => app.store().cases(caller.org_id, tool.id, &PageRequest::first(MAX_LIMIT)).await?.items,
                Some(names) if names.len() > MOST_CASES => return Err(too_many("names")),
                Some(names) => {
                    let mut found = Vec::with_capacity(names.len());
                    for name in names {
                        let case = super::find(app, caller, tool.id, &name).await?;
                        found.push(case.ok_or_else(|| Fault::not_found("case", &name))?);
                    }
                    found
                }
            };
            Ok(saved.into_iter().map(|case| Chosen { spec: case.spec.clone(), saved: Some(case) }).collect())
        }
    }
}

/// The fault of one of several cases, with its place.
fn inside(at: usize, mut fault: Fault) -> Fault {
    if let Some(field) = fault.details.as_mut().and_then(|details| details.get_mut("field")) {
        *field = json!(format!("cases[{at}].{}", field.as_str().unwrap_or_default()));
    }
    fault
}

/// The tool as it would be. What its cases play need not be set as a secret.
async fn drafted(
    app: &App,
    caller: &Caller,
    saved: Option<Tool>,
    draft: ToolSpec,
    chosen: &[Chosen],
) -> Result<Tool, Fault> {
    let now = app.clock().now();
    let tool = match saved {
        Some(saved) => Tool { spec: draft, ..saved },
        None => Tool {
            id: app.ids().next(),
            organization_id: caller.org_id,
            user_id: caller.user_id,
            spec: draft,
            revision: 0,
            created_at: now,
            updated_at: now,
        },
    };
    let mut secrets = (*app.vault().secret_names(caller.org_id).await?).clone();
    secrets.extend(chosen.iter().flat_map(|chosen| chosen.spec.secrets.keys().cloned()));
    compile::compile(tool.clone(), Some(&secrets)).map_err(|mut fault| {
        if let Some(field) = fault.details.as_mut().and_then(|details| details.get_mut("field")) {
            *field = json!(format!("draft.{}", field.as_str().unwrap_or_default()));
        }
        fault
    })?;
    Ok(tool)
}

/// A request as a report shows it: long bodies are cut.
fn shortened(mut request: Value) -> Value {
    if let Some(body) = request.get_mut("body") {
        *body = cut(body);
    }
    request
}

/// A run under way.
struct Run<'a> {
    app: &'a App,
    caller: &'a Caller,
    tool: &'a Tool,
    is_draft: bool,
    allow_effects: bool,
    until: Instant,
}

impl Run<'_> {
    async fn one(&self, chosen: &Chosen) -> CaseResult {
        let begun = Instant::now();
        let failed = match timeout_at(self.until, self.attempt(chosen)).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(fault)) => {
                if fault.kind == FaultKind::Internal {
                    tracing::error!(case = chosen.spec.name, ?fault, "a case could not be run");
                }
                Err(fault.message)
            }
            Err(_) => Err(format!("the run's {} s were over before it ended", RUN_TIME.as_secs())),
        };
        let result = failed.unwrap_or_else(|error| CaseResult {
            id: chosen.saved.as_ref().map(|case| case.id),
            name: chosen.spec.name.clone(),
            status: CaseStatus::Error,
            failures: Vec::new(),
            error: Some(error),
            execution_id: None,
            state: None,
            duration_ms: millis(begun.elapsed()),
            requests: Vec::new(),
            speech: Vec::new(),
        });
        if let (Some(case), false) = (&chosen.saved, self.is_draft) {
            let tool_revision = self.tool.revision;
            // The requests are for whoever runs the case now; kept is what came of it.
            let kept = CaseResult { requests: Vec::new(), ..result.clone() };
            let run = LastRun { at: self.app.clock().now(), tool_revision, result: kept };
            if let Err(error) = self.app.store().note_case_run(case, &run).await {
                tracing::warn!(case = %case.id, %error, "how a case went could not be noted");
            }
        }
        result
    }

    async fn attempt(&self, chosen: &Chosen) -> Result<CaseResult, Fault> {
        let spec = &chosen.spec;
        self.allow(spec).await?;
        let expectations = Expectations::compile(&spec.expect)?;
        let rehearsed = match spec.upstream {
            Upstream::Real if !spec.expect.request.is_empty() => self.rehearse(spec).await?,
            _ => None,
        };
        let stubs = Arc::new(Stubs::compile(&spec.stubs)?);
        let stub = (spec.upstream == Upstream::Stub).then(|| StubbedUpstream {
            guard: self.app.guard().scripted(Arc::<Stubs>::clone(&stubs) as _),
            stubs: Arc::clone(&stubs),
        });
        let fakes = spec.secrets.iter().map(|(name, value)| (name.clone(), SecretString::new(value.clone()))).collect();
        let trial = Some(Arc::new(Trial { stub, fakes }));
        let begun = Instant::now();
        let aside = Aside { trial, found: self.found(spec).await?, ..Aside::default() };
        let answer = call::run_with(self.app, self.request(spec, false), aside).await?;
        let took_ms = millis(begun.elapsed());
        let requests = stubs.requests();
        let request = requests.first().or(rehearsed.as_ref());
        let mut failures: Vec<_> = stubs
            .unanswered()
            .into_iter()
            .map(|which| {
                mismatch("stubs", json!("a stub"), json!(which), format!("there was no stub left for {which}"))
            })
            .collect();
        failures.extend(expectations.judge(&Seen { answer: &answer, request, took_ms }));
        Ok(CaseResult {
            id: chosen.saved.as_ref().map(|case| case.id),
            name: spec.name.clone(),
            status: if failures.is_empty() { CaseStatus::Passed } else { CaseStatus::Failed },
            failures,
            error: None,
            execution_id: Some(answer.execution_id),
            state: Some(answer.state),
            duration_ms: took_ms,
            requests: requests.into_iter().take(MOST_REQUESTS).map(shortened).collect(),
            speech: answer.meta.speech,
        })
    }

    /// A write that really happens has to be asked for.
    async fn allow(&self, spec: &CaseSpec) -> Result<(), Fault> {
        if spec.upstream == Upstream::Stub || self.allow_effects {
            return Ok(());
        }
        // As the agent has it: what it is pinned to may write though the newest state does not.
        let found = match self.found(spec).await? {
            Some(found) => Some(found),
            None => {
                let tool = self.tool.id.to_string();
                self.app.tools().find(self.app, self.caller.org_id, &tool, spec.agent.as_deref()).await?
            }
        };
        if found.is_some_and(|found| found.tool.tool.spec.effect == Effect::Read) {
            return Ok(());
        }
        let (case, tool) = (&spec.name, &self.tool.spec.name);
        Err(Fault::invalid(
            "allow_effects",
            format!(
                "the case `{case}` calls the real upstream and the tool `{tool}` writes; say `allow_effects: true` (`--allow-effects`) if it may"
            ),
        ))
    }

    async fn found(&self, spec: &CaseSpec) -> Result<Option<Found>, Fault> {
        if !self.is_draft {
            return Ok(None);
        }
        assembled(self.app, self.caller.org_id, self.tool.clone(), spec.agent.as_deref()).await.map(Some)
    }

    /// The request that the real upstream would get, with the secrets hidden.
    async fn rehearse(&self, spec: &CaseSpec) -> Result<Option<Value>, Fault> {
        let aside = Aside { found: self.found(spec).await?, ..Aside::default() };
        Ok(call::run_with(self.app, self.request(spec, true), aside).await?.meta.request)
    }

    fn request(&self, spec: &CaseSpec, dry_run: bool) -> CallRequest {
        CallRequest {
            caller: self.caller.clone(),
            tool: self.tool.id.to_string(),
            arguments: Value::Object(spec.arguments.clone()),
            context: spec.context.clone(),
            established: callwright_model::Object::new(),
            agent: spec.agent.clone(),
            channel: Some(Channel::Test),
            dry_run,
            idempotency_key: None,
            source: CASE_SOURCE,
            replay_of: None,
            cursor: None,
            fresh: true,
            confirmed: true,
            approved: false,
            webhook: None,
        }
    }
}
