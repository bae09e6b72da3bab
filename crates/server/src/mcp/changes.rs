//! Telling clients that a list or a resource has changed.
//!
//! The registry says that something of an organization changed; what a client is told follows from comparing what it would
//! be shown, so that a new secret is no news of the tools.

use std::{
    collections::hash_map::DefaultHasher,
    fmt,
    hash::{Hash, Hasher},
    time::Duration,
};

use callwright_model::definition::{self, Format};
use callwright_runtime::App;
use callwright_runtime::prompts;
use tokio::sync::broadcast::{self, error::RecvError};

use super::{Who, resource, session::Watched, tool};

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
    /// Whether something changed that was not looked at.
    is_due: bool,
    told: Told,
    /// The resources as they were told last.
    stamps: Watched,
}

/// What a client has been told of: how everything was then. As a text it is the id of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Told {
    tools: u64,
    prompts: u64,
    newest: Option<String>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:x}.{}", self.tools, self.prompts, self.newest.as_deref().unwrap_or_default())
    }
}

impl Told {
    /// Reads the text.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (tools, rest) = text.split_once('.')?;
        let (prompts, newest) = rest.split_once('.')?;
        let number = |text: &str| u64::from_str_radix(text, 16).ok();
        let newest = Some(newest.to_owned()).filter(|newest| !newest.is_empty());
        Some(Self { tools: number(tools)?, prompts: number(prompts)?, newest })
    }
}

impl Watch {
    /// Watches from now on.
    pub(super) async fn new(app: &App, who: &Who) -> Self {
        let changes = app.tools().changes();
        let (told, stamps) = (Told::default(), Watched::new());
        let mut watch = Self { app: app.clone(), who: who.clone(), changes, is_due: false, told, stamps };
        watch.told = watch.now().await;
        watch
    }

    /// What its client has been told of.
    pub(super) fn told(&self) -> Told {
        self.told.clone()
    }

    /// What has changed since a client was told of `before`; none: nobody knows what it was told, so everything may have.
    pub(super) fn since(&self, before: Option<&Told>, resources: &Watched) -> Vec<Change> {
        let is_other = |same: fn(&Told, &Told) -> bool| before.is_none_or(|before| !same(before, &self.told));
        let mut found = Vec::new();
        if is_other(|a, b| a.tools == b.tools) {
            found.push(Change::Tools);
        }
        if is_other(|a, b| a.prompts == b.prompts) {
            found.push(Change::Prompts);
        }
        if is_other(|a, b| a.newest == b.newest) {
            found.push(Change::Resources);
            // Which of them are new is not known.
            found.extend(resources.keys().cloned().map(Change::Resource));
        }
        found
    }

    /// What has changed next; `resources` are those that the client watches, as they were when that began. None: the
    /// application has stopped. Dropped in the middle, nothing is missed.
    pub(super) async fn next(&mut self, resources: impl Fn() -> Watched) -> Option<Vec<Change>> {
        loop {
            while !self.is_due {
                match self.changes.recv().await {
                    Ok(org) if org != self.who.caller.org_id => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => self.is_due = true,
                    Err(RecvError::Closed) => return None,
                }
            }
            tokio::time::sleep(GATHER).await;
            while self.changes.try_recv().is_ok() {}
            let found = self.look(resources()).await;
            self.is_due = false;
            if !found.is_empty() {
                return Some(found);
            }
        }
    }

    async fn look(&mut self, resources: Watched) -> Vec<Change> {
        let now = self.now().await;
        let mut stamps = Watched::new();
        for uri in resources.keys() {
            stamps.insert(uri.clone(), resource::stamp(&self.app, &self.who, uri).await);
        }
        // From here on nothing waits: what was found is told.
        let before = std::mem::replace(&mut self.told, now);
        let mut found = self.since(Some(&before), &Watched::new());
        for (uri, begun) in resources {
            let before = self.stamps.get(&uri).unwrap_or(&begun);
            if stamps.get(&uri) != Some(before) {
                found.push(Change::Resource(uri));
            }
        }
        self.stamps = stamps;
        found
    }

    async fn now(&self) -> Told {
        Told {
            tools: self.tools_now().await,
            prompts: self.prompts_now().await,
            newest: resource::newest(&self.app, &self.who).await,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_event_says_what_was_told() {
        for newest in [None, Some("doc_1".to_owned())] {
            let told = Told { tools: u64::MAX, prompts: 7, newest };
            assert_eq!(Told::read(&told.to_string()), Some(told));
        }
        for other in ["", "0", "0/3", "x.y.z", "1.2"] {
            assert_eq!(Told::read(other), None, "{other}");
        }
    }
}
