//! Telling clients that a list or a resource has changed.
//!
//! The registry says that something of an organization changed; what a client is told follows from comparing what it would
//! be shown, so that a new secret is no news of the tools.

use std::{
    collections::{BTreeMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    time::Duration,
};

use callwright_model::definition::{self, Format};
use callwright_runtime::App;
use callwright_runtime::prompts;
use tokio::sync::broadcast::{self, error::RecvError};

use super::{Who, resource, tool};

/// Changes come in groups; they are told as one.
const GATHER: Duration = Duration::from_millis(50);

/// Something that a client is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Tools,
    Prompts,
    Resources,
    Resource(String),
}

/// Watches on behalf of one client.
pub(super) struct Watch {
    app: App,
    who: Who,
    changes: broadcast::Receiver<callwright_model::id::OrgId>,
    tools: u64,
    prompts: u64,
    newest: Option<String>,
    stamps: BTreeMap<String, Option<String>>,
}

impl Watch {
    /// Watches from now on.
    pub(super) async fn new(app: &App, who: &Who) -> Self {
        let changes = app.tools().changes();
        let mut watch = Self {
            app: app.clone(),
            who: who.clone(),
            changes,
            tools: 0,
            prompts: 0,
            newest: None,
            stamps: BTreeMap::new(),
        };
        watch.tools = watch.tools_now().await;
        watch.prompts = watch.prompts_now().await;
        watch.newest = resource::newest(app, who).await;
        watch
    }

    /// What has changed next; `resources` are those that the client watches. None: the application has stopped.
    pub(super) async fn next(&mut self, resources: impl Fn() -> Vec<String>) -> Option<Vec<Change>> {
        for uri in resources() {
            if !self.stamps.contains_key(&uri) {
                let stamp = resource::stamp(&self.app, &self.who, &uri).await;
                self.stamps.insert(uri, stamp);
            }
        }
        loop {
            match self.changes.recv().await {
                Ok(org) if org != self.who.caller.org_id => continue,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
            tokio::time::sleep(GATHER).await;
            while self.changes.try_recv().is_ok() {}
            let found = self.look(&resources()).await;
            if !found.is_empty() {
                return Some(found);
            }
        }
    }

    async fn look(&mut self, resources: &[String]) -> Vec<Change> {
        let mut found = Vec::new();
        let tools = self.tools_now().await;
        if std::mem::replace(&mut self.tools, tools) != tools {
            found.push(Change::Tools);
        }
        let prompts = self.prompts_now().await;
        if std::mem::replace(&mut self.prompts, prompts) != prompts {
            found.push(Change::Prompts);
        }
        let newest = resource::newest(&self.app, &self.who).await;
        if newest != self.newest {
            self.newest = newest;
            found.push(Change::Resources);
        }
        for uri in resources {
            let stamp = resource::stamp(&self.app, &self.who, uri).await;
            let before = self.stamps.insert(uri.clone(), stamp.clone());
            if before.is_some_and(|before| before != stamp) {
                found.push(Change::Resource(uri.clone()));
            }
        }
        found
    }

    async fn tools_now(&self) -> u64 {
        let Ok(listing) = tool::offer(&self.app, &self.who).await else { return 0 };
        let shown = definition::define(listing.specs.iter().chain(&listing.confirm), Format::Mcp);
        let mut hasher = DefaultHasher::new();
        for tool in shown.tools {
            tool.to_string().hash(&mut hasher);
        }
        hasher.finish()
    }

    async fn prompts_now(&self) -> u64 {
        let Ok(all) = prompts::list(&self.app, &self.who.caller, self.who.endpoint.agent()).await else { return 0 };
        let mut hasher = DefaultHasher::new();
        for prompt in all {
            (&prompt.name, &prompt.title, &prompt.description).hash(&mut hasher);
            for argument in &prompt.arguments {
                (&argument.name, &argument.description, argument.required).hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}
