//! What a run does after a step of the call: it ends, hands over, or says nothing. The results of its tools, its last
//! words, its end and whoever goes on are one transaction.

use callwright_model::{
    Directive, Fault, FaultKind,
    chat::ChatMessage,
    run::{RunError, RunState},
};
use callwright_store::run::Settled;

use super::{
    carry::{Carrier, Halt},
    finish::{self, End},
    handoff::{self, Successor},
    tools::Scene,
};

impl Carrier {
    /// Ends the run as `directive` says. `settled` is what became of the tools of the last answer.
    pub(super) async fn obey(&mut self, scene: &Scene, directive: Directive, mut settled: Settled) -> Result<(), Halt> {
        let said = self.said();
        let (output, handed) = match directive {
            Directive::End { message } => (last_words(message, said, &mut settled), None),
            Directive::Skip => (String::new(), None),
            Directive::Handoff { agent_id, pass_context, first_message, message, reason, .. } => {
                let output = last_words(message, said, &mut settled);
                let to = Successor { agent: agent_id, pass_context, first_message, reason };
                match handoff::next(self, scene, to).await {
                    Ok(handed) => (output, Some(Box::new(handed))),
                    Err(fault) => return self.not_handed(fault, settled).await,
                }
            }
        };
        crate::failpoint!("run.handing");
        let is_handed = handed.is_some();
        let end = End { settled: Some(settled.clone()), handed, ..End::new(RunState::Completed, Some(output)) };
        match finish::end(self, end).await {
            Ok(true) => {}
            // Somebody wanted it to stop first. What its tools did is kept, and nobody goes on.
            Ok(false) => {
                let end = End { settled: Some(settled), ..End::new(RunState::Cancelled, None) };
                return finish::end(self, end).await.map(drop).map_err(Halt::from);
            }
            Err(fault) if is_handed && fault.code != "fenced" => return self.not_handed(fault, settled).await,
            Err(fault) => return Err(fault.into()),
        }
        if is_handed {
            self.app.worker().wake();
        }
        Ok(())
    }

    /// The words of the last answer.
    fn said(&self) -> String {
        self.messages().last().map(ChatMessage::text).unwrap_or_default()
    }

    /// Nobody goes on: the agent is gone, may not be run any more, or cannot be paid. A database that is away is no such
    /// reason: then the run is taken up again.
    async fn not_handed(&mut self, fault: Fault, settled: Settled) -> Result<(), Halt> {
        if matches!(fault.kind, FaultKind::Unavailable | FaultKind::Internal) {
            return Err(fault.into());
        }
        let error = RunError { code: "handoff_failed".to_owned(), message: fault.message };
        let end = End { settled: Some(settled), ..End::failed(error) };
        finish::end(self, end).await.map(drop).map_err(Halt::from)
    }
}

/// What is said at the end: the step's own words, which are added to the thread, or those of the answer.
fn last_words(message: Option<String>, said: String, settled: &mut Settled) -> String {
    match message.filter(|message| !message.trim().is_empty() && *message != said) {
        None => said,
        Some(message) => {
            let last = ChatMessage::Assistant { text: message.clone(), tool_calls: Vec::new(), opaque: None };
            settled.messages.push(last);
            message
        }
    }
}
