//! What an entrance may ask for besides the call itself: a test case's stubbed upstream, a watcher of its own.

use std::{collections::BTreeMap, pin::pin, sync::Arc};

use callwright_guard::Guard;
use callwright_model::{Fault, execution::Progress, id::ExecutionId, secret::SecretString};
use callwright_tools::stub::Stubs;
use tokio::sync::mpsc;

use super::{CallAnswer, execute, record, speech, work::Work};
use crate::{App, registry::cache::Found};

/// Frames that a watcher may fall behind before it misses some.
const WATCHER_BUFFER: usize = 64;

/// What goes with a call.
#[derive(Clone, Default)]
pub struct Aside {
    /// The execution belongs to a test case.
    pub trial: Option<Arc<Trial>>,
    /// Is told what happens meanwhile.
    pub watcher: Option<Watcher>,
    /// The tool as it was looked up already: a draft.
    pub found: Option<Found>,
    /// How long its entrance waits, in milliseconds: the caller is answered by then, and the rest goes on behind.
    pub answer_by_ms: Option<u32>,
}

impl Aside {
    /// Whether a script answers instead of the network.
    pub(super) fn is_stubbed(&self) -> bool {
        self.trial.as_ref().is_some_and(|trial| trial.stub.is_some())
    }
}

/// An execution of a test case.
#[derive(Default)]
pub struct Trial {
    /// The stubbed upstream; none when it is the real one.
    pub stub: Option<StubbedUpstream>,
    /// Values that stand for secrets.
    pub fakes: BTreeMap<String, SecretString>,
}

/// An upstream that a script plays.
pub struct StubbedUpstream {
    /// A guard that asks the script instead of the network.
    pub guard: Guard,
    /// The script.
    pub stubs: Arc<Stubs>,
}

/// Tells one caller what happens to its own execution. A full buffer loses frames, never time.
#[derive(Clone)]
pub struct Watcher(mpsc::Sender<Frame>);

/// What a watcher is told.
#[derive(Debug, Clone)]
pub enum Frame {
    /// The execution has begun.
    Began(ExecutionId),
    /// Something happens while it runs.
    Progress(Progress),
}

/// A watcher, and where its frames come out.
pub fn watcher() -> (Watcher, mpsc::Receiver<Frame>) {
    let (sender, receiver) = mpsc::channel(WATCHER_BUFFER);
    (Watcher(sender), receiver)
}

impl Watcher {
    pub(super) fn tell(&self, frame: Frame) {
        // Whoever does not listen any more, or not fast enough, misses it.
        let _ = self.0.try_send(frame);
    }
}

impl Work {
    /// Whether a test case made it.
    pub(super) fn is_trial(&self) -> bool {
        self.aside.trial.is_some()
    }

    /// By when its caller is answered, if that may be before it has ended: the tool's own word or its entrance's,
    /// whichever comes first.
    pub(super) fn answer_by_ms(&self) -> Option<u32> {
        let (own, asked) = (self.policy().answer_by_ms, self.aside.answer_by_ms);
        match (own, asked) {
            (Some(own), Some(asked)) => Some(own.min(asked)),
            (own, asked) => own.or(asked),
        }
    }

    /// Whether nothing may leave because a script answers.
    pub(super) fn is_stubbed(&self) -> bool {
        self.stub().is_some()
    }

    /// The stubbed upstream.
    pub(super) fn stub(&self) -> Option<&StubbedUpstream> {
        self.aside.trial.as_ref()?.stub.as_ref()
    }

    /// The way out: the application's own, or the script of the test case.
    pub(super) fn way_out<'a>(&'a self, app: &'a App) -> &'a Guard {
        self.stub().map_or_else(|| app.guard(), |stub| &stub.guard)
    }

    /// Tells the caller that it has begun.
    pub(super) fn tell_begun(&self) {
        if let Some(watcher) = &self.aside.watcher {
            watcher.tell(Frame::Began(self.id));
        }
    }
}

/// Carries out an execution whose upstream is stubbed, whatever its effect: nothing can happen twice, so there is no
/// claim and no admission, and nobody has to agree.
pub(super) async fn stubbed(app: &App, work: &Work) -> Result<CallAnswer, Fault> {
    record::begun(app, work);
    let outcome = speech::during(app, work, pin!(execute::run(app, work, None))).await?;
    speech::ended(app, work, &outcome);
    Ok(record::read(app, work, outcome).await)
}
