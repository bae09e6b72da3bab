//! The application: every room's handle in one place, and its life from start to drain.

use std::{sync::Arc, time::Duration};

use callwright_guard::Guard;
use callwright_model::{
    Clock, Fault, FaultKind, IdSource,
    account::{Caller, Right, Scope},
};
use callwright_store::Store;
use callwright_tools::Python;
use callwright_vault::Vault;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    account::AccountState, call::hold::Holds, call::lend::Lendings, control::Controls, conversation::Conversations,
    conversation::TalkSettings, credits::Prices, inflight::Inflight, job::worker::Worker, limits, live::Live, mcp::Mcp,
    mcp::McpSettings, node, registry::cache::ToolCache, results::Results, run::Runs, suggest::unmatched::Unmatched,
    tickets::Tickets,
};

/// How long `stop` waits for renewals of access to other services: a little longer than one may take.
const RENEWALS: Duration = Duration::from_secs(25);

/// What the operator may set about the engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a node may be silent before others take its work over.
    pub lease: Duration,
    /// How long an intent key is remembered.
    pub intent_ttl: Duration,
    /// How long executions are kept; `None` keeps them for ever.
    pub retention: Option<Duration>,
    /// How long threads are kept to which nothing is added; `None` keeps them for ever.
    pub thread_retention: Option<Duration>,
    /// The same for those that no person began: of schedules, of workflows, of runs that others asked for.
    pub background_thread_retention: Option<Duration>,
    /// How long the rest of a cut result can be fetched.
    pub result_ttl: Duration,
    /// How long a short-lived token from `/token/get_token` lasts.
    pub short_token_ttl: Duration,
    /// How long a browser session lasts.
    pub session_ttl: Duration,
    /// How long `stop` waits for executions under way.
    pub drain: Duration,
    /// How many jobs this process carries at once; 0 leaves them to other processes.
    pub workers: usize,
    /// How many schedules an organization may have.
    pub schedules: u32,
    /// The least time from one coming of a schedule to the next.
    pub schedule_interval: Duration,
    /// The model of an agent whose maker names none.
    pub default_model: String,
    /// Whether operations are paid for with credits.
    pub credits: bool,
    /// What they cost then.
    pub credit_prices: Prices,
    /// The operator's SMTP server; without it no e-mail is sent.
    pub mail: Option<crate::mail::Mail>,
    /// Model providers that the operator set for every organization.
    pub models: Vec<crate::models::Builtin>,
    /// Where people and upstreams reach this server, without a final slash.
    pub public_url: String,
    /// Whether every organization is given the business tools.
    pub business_tools: bool,
    /// How conversations are bounded.
    pub talk: TalkSettings,
    /// What the operator allows of MCP servers.
    pub mcp: McpSettings,
}

impl Settings {
    /// How long threads are kept: those that no person began, and people's. With a thread goes what its runs were asked
    /// and answered, so one in the background is kept at least as long as runs are.
    pub(crate) fn thread_retentions(&self) -> [(bool, Option<Duration>); 2] {
        let background = self.background_thread_retention.zip(self.retention).map(|(thread, runs)| thread.max(runs));
        [(true, background), (false, self.thread_retention)]
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(3),
            intent_ttl: Duration::from_secs(24 * 3600),
            retention: Some(Duration::from_secs(90 * 24 * 3600)),
            thread_retention: None,
            background_thread_retention: Some(Duration::from_secs(90 * 24 * 3600)),
            result_ttl: Duration::from_secs(24 * 3600),
            short_token_ttl: Duration::from_secs(3600),
            session_ttl: Duration::from_secs(14 * 24 * 3600),
            drain: Duration::from_secs(30),
            workers: 256,
            schedules: 200,
            schedule_interval: Duration::from_secs(10),
            default_model: "gpt-4o".to_owned(),
            credits: false,
            credit_prices: Prices::default(),
            mail: None,
            models: Vec::new(),
            public_url: "http://127.0.0.1:8080".to_owned(),
            business_tools: false,
            talk: TalkSettings::default(),
            mcp: McpSettings::default(),
        }
    }
}

/// A cheap handle to the application.
#[derive(Clone)]
pub struct App(Arc<Rooms>);

struct Rooms {
    settings: Settings,
    store: Store,
    vault: Vault,
    guard: Guard,
    python: Python,
    clock: Arc<dyn Clock>,
    ids: IdSource,
    tools: ToolCache,
    accounts: AccountState,
    holds: Holds,
    limits: limits::Room,
    results: Results,
    lendings: Lendings,
    live: Live,
    controls: Controls,
    inflight: Inflight,
    unmatched: Unmatched,
    tickets: Tickets,
    runs: Runs,
    conversations: Conversations,
    mcp: Mcp,
    worker: Worker,
    node: node::Node,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl App {
    /// Registers this node, settles what a dead one left behind, and starts the housekeeping.
    pub async fn start(
        settings: Settings,
        store: Store,
        vault: Vault,
        guard: Guard,
        python: Python,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Fault> {
        let ids = IdSource::new(clock.clone());
        let worker = Worker::new(settings.workers);
        let node = node::Node::register(&store, &ids, settings.lease).await?;
        let app = Self(Arc::new(Rooms {
            settings,
            store,
            vault,
            guard,
            python,
            clock,
            ids,
            tools: ToolCache::default(),
            accounts: AccountState::default(),
            holds: Holds::default(),
            limits: limits::Room::default(),
            results: Results::default(),
            lendings: Lendings::default(),
            live: Live::default(),
            controls: Controls::default(),
            inflight: Inflight::default(),
            unmatched: Unmatched::default(),
            tickets: Tickets::default(),
            runs: Runs::default(),
            conversations: Conversations::default(),
            mcp: Mcp::default(),
            worker,
            node,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }));
        node::recover(&app).await?;
        app.holds().load(&app).await?;
        app.spawn(node::keep_lease(app.clone()));
        app.spawn(node::housekeeping(app.clone()));
        app.spawn(node::follow_changes(app.clone()));
        app.spawn(crate::alert::watch(app.clone()));
        app.spawn(crate::outbox::deliver(app.clone()));
        app.spawn(crate::job::worker::work(app.clone()));
        app.spawn(crate::schedule::clock::watch(app.clone()));
        Ok(app)
    }

    /// Refuses new executions, waits for those under way, writes what is buffered and leaves the cluster.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        if tokio::time::timeout(self.0.settings.drain, self.0.tasks.wait()).await.is_err() {
            tracing::warn!(left = self.0.tasks.len(), "executions were still under way when the drain ended");
        }
        self.0.mcp.close().await;
        // What a renewal brings must be written down while there is a database.
        if tokio::time::timeout(RENEWALS, self.0.vault.close()).await.is_err() {
            tracing::warn!("an access was still being renewed when the database was closed");
        }
        if let Err(error) = self.0.store.remove_node(self.node_id()).await {
            tracing::warn!(%error, "could not sign this node off");
        }
        if let Err(error) = self.0.store.close().await {
            tracing::error!(%error, "the database could not be closed in order");
        }
    }

    /// Whether other processes may be working on the same database.
    pub fn is_clustered(&self) -> bool {
        self.0.store.database() != "sqlite"
    }

    /// The engine's settings.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }
    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }
    /// Secrets and what decrypts them.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }
    /// The way out.
    pub fn guard(&self) -> &Guard {
        &self.0.guard
    }
    /// Where Python runs.
    pub fn python(&self) -> &Python {
        &self.0.python
    }
    /// The time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }
    /// New ids.
    pub fn ids(&self) -> &IdSource {
        &self.0.ids
    }
    /// Compiled tools.
    pub fn tools(&self) -> &ToolCache {
        &self.0.tools
    }
    /// Known callers and the state of sign-ins.
    pub fn accounts(&self) -> &AccountState {
        &self.0.accounts
    }
    /// Unsettled unknown outcomes.
    pub fn holds(&self) -> &Holds {
        &self.0.holds
    }
    /// What holds executions back.
    pub fn limits(&self) -> &limits::Room {
        &self.0.limits
    }
    /// Results that are kept.
    pub(crate) fn results(&self) -> &Results {
        &self.0.results
    }
    /// Which lendings of secrets were noted lately.
    pub fn lendings(&self) -> &Lendings {
        &self.0.lendings
    }
    /// Live events.
    pub fn live(&self) -> &Live {
        &self.0.live
    }
    /// Steps of calls, for whoever listens on their conversation.
    pub fn controls(&self) -> &Controls {
        &self.0.controls
    }
    /// Executions under way in this process.
    pub fn inflight(&self) -> &Inflight {
        &self.0.inflight
    }
    /// Calls of tools that do not exist, until they are written down.
    pub fn unmatched(&self) -> &Unmatched {
        &self.0.unmatched
    }
    /// What executions wait for.
    pub fn tickets(&self) -> &Tickets {
        &self.0.tickets
    }
    /// Runs that are carried or watched here.
    pub fn runs(&self) -> &Runs {
        &self.0.runs
    }
    /// Conversations that are held here.
    pub fn conversations(&self) -> &Conversations {
        &self.0.conversations
    }
    /// Sessions with MCP servers.
    pub fn mcp(&self) -> &Mcp {
        &self.0.mcp
    }
    /// What carries jobs here.
    pub fn worker(&self) -> &Worker {
        &self.0.worker
    }
    /// The whole address of a path of this server.
    pub fn public_address(&self, path: &str) -> String {
        format!("{}{path}", self.0.settings.public_url)
    }
    /// This process as a member of the cluster.
    pub fn node(&self) -> &node::Node {
        &self.0.node
    }
    /// The id of this process.
    pub fn node_id(&self) -> callwright_model::id::NodeId {
        self.0.node.id()
    }
    /// Fires when the application stops.
    pub fn stopping(&self) -> &CancellationToken {
        &self.0.stop
    }
    /// Whether new work is taken on.
    pub fn is_ready(&self) -> bool {
        !self.0.stop.is_cancelled() && self.0.node.is_alive()
    }

    /// Runs `task` as part of the application: `stop` waits for it.
    pub fn spawn<F>(&self, task: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.0.tasks.spawn(task)
    }
}

/// Refuses a caller who lacks `right`, or whose token lacks `scope`.
pub fn require(caller: &Caller, right: Right, scope: Scope) -> Result<(), Fault> {
    if !caller.role.may(right) {
        let least = right.least_role().as_str();
        return Err(Fault::forbidden(format!(
            "this needs the role `{least}` or higher; yours is `{}`",
            caller.role.as_str()
        )));
    }
    if !caller.may(right, scope) {
        return Err(Fault::forbidden(format!("this token lacks the scope `{}`", scope.as_str())));
    }
    Ok(())
}

/// The code of [`not_ready`]: nothing was begun.
pub(crate) const NOT_READY: &str = "not_ready";

/// The fault given while the application stops or has lost its place in the cluster.
pub(crate) fn not_ready() -> Fault {
    Fault::new(FaultKind::Unavailable, NOT_READY, "the server is stopping or has lost its database; try again shortly")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_in_the_background_is_kept_as_long_as_its_runs() {
        let days = |days: u64| (days > 0).then(|| Duration::from_secs(days * 24 * 3600));
        for (threads, runs, kept) in [(90, 90, 90), (90, 365, 365), (90, 7, 90), (90, 0, 0), (0, 90, 0), (0, 0, 0)] {
            let settings = Settings {
                retention: days(runs),
                background_thread_retention: days(threads),
                thread_retention: days(5),
                ..Settings::default()
            };
            let expected = [(true, days(kept)), (false, days(5))];
            assert_eq!(settings.thread_retentions(), expected, "threads {threads}, runs {runs}");
        }
    }
}
