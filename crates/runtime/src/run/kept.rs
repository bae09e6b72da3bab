//! What a run goes on with: who asked, as which agent it began, and with which tools. Sealed in its row.

use callwright_model::{
    Fault, Object,
    account::Caller,
    agent::Agent,
    context::Channel,
    id::{AgentId, ConversationId, FeedbackId, OrgId},
    webhook::WebhookTarget,
    workflow::WorkflowPlan,
};
use callwright_store::run::RunRow;
use serde::{Deserialize, Serialize};

use super::handoff::HandedFrom;
use crate::{App, account::kept::KeptCaller};

/// How the news of its end is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewsForm {
    /// `{type: "run.finished", timestamp, data: <run>}`.
    Native,
    /// The body of the guide's status.
    Guide,
}

/// A request as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub caller: KeptCaller,
    /// None for a workflow.
    pub agent: Option<AgentId>,
    /// The agent as it was when the run began: a change meanwhile is for the next run.
    pub instructions: String,
    pub temperature: Option<f64>,
    pub max_output_tokens: Option<u32>,
    /// What the scripted model reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<serde_json::Value>,
    /// The feedback that was brought into the instructions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learned: Vec<FeedbackId>,
    /// Instead of the agent's tools, if said.
    pub tools: Option<Vec<String>>,
    pub context: Object,
    /// What of the context its caller vouched for, where the rest is somebody else's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vouched: Option<Object>,
    pub channel: Channel,
    pub webhook: Option<WebhookTarget>,
    pub news: NewsForm,
    /// The conversation that it is a turn of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// What was asked for under its dedupe key, in short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// From whom it took its conversation over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed: Option<HandedFrom>,
    /// What a workflow does, and on what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<KeptFlow>,
}

/// A workflow as it was when its run began: a change meanwhile is for the next run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptFlow {
    pub plan: WorkflowPlan,
    /// What it was given, as it was given.
    pub input: serde_json::Value,
    /// The same as an object.
    pub params: Object,
}

impl Kept {
    pub(crate) fn new(caller: &Caller, agent: &Agent) -> Self {
        Self {
            agent: Some(agent.id),
            instructions: agent.instructions.clone(),
            temperature: agent.profile.temperature,
            max_output_tokens: agent.profile.max_output_tokens,
            script: agent.profile.metadata.get("script").cloned(),
            ..Self::of_nobody(caller)
        }
    }

    pub(crate) fn of_flow(caller: &Caller, flow: KeptFlow) -> Self {
        Self { flow: Some(flow), ..Self::of_nobody(caller) }
    }

    fn of_nobody(caller: &Caller) -> Self {
        Self {
            caller: KeptCaller::of(caller),
            agent: None,
            instructions: String::new(),
            temperature: None,
            max_output_tokens: None,
            script: None,
            learned: Vec::new(),
            tools: None,
            context: Object::new(),
            vouched: None,
            channel: Channel::Chat,
            webhook: None,
            news: NewsForm::Native,
            conversation: None,
            asked: None,
            handed: None,
            flow: None,
        }
    }

    pub(crate) async fn seal(&self, app: &App, org: OrgId) -> Result<String, Fault> {
        let bytes = serde_json::to_vec(self).map_err(Fault::internal)?;
        app.vault().seal(org, &bytes).await
    }

    pub(crate) async fn open(app: &App, row: &RunRow) -> Result<Self, Fault> {
        let bytes = app.vault().unseal(row.run.organization_id, &row.request).await?;
        serde_json::from_slice(&bytes).map_err(Fault::internal)
    }
}
