//! TEMPORARY: replaced by the model providers' branch.
#![allow(missing_docs)]
use crate::App;
use callwright_llm::{Events, ModelError, Reply, Request};
use callwright_model::{Fault, definition::Format, id::OrgId};
use serde_json::Value;

pub struct Chosen {
    model: String,
}
impl Chosen {
    pub fn model(&self) -> &str {
        &self.model
    }
}
pub async fn resolve(_app: &App, _org: OrgId, model: &str) -> Result<Chosen, Fault> {
    if model == "scripted" {
        Ok(Chosen { model: model.to_owned() })
    } else {
        Err(Fault::invalid("model", "only scripted"))
    }
}
pub fn format_of(_chosen: &Chosen) -> Format {
    Format::Openai
}
pub async fn complete(
    _app: &App,
    _org: OrgId,
    _chosen: &Chosen,
    request: Request<'_>,
    script: Option<&Value>,
    events: Events<'_>,
) -> Result<Result<Reply, ModelError>, Fault> {
    let script = script.cloned().unwrap_or(Value::Null);
    tokio::time::sleep(callwright_llm::scripted_delay(&script, request.messages)).await;
    let reply = callwright_llm::scripted(&script, request.messages);
    if let Ok(reply) = &reply
        && request.stream
    {
        events(callwright_llm::Event::Text(reply.message.text()));
    }
    Ok(reply)
}
