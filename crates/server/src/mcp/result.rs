//! What an execution gave, in the protocol's form.
//!
//! Some clients show their model nothing but the text, and do not tell it that something failed; so the text always says
//! all that a model must know, and is never empty.

use callwright_model::{
    Block, ErrorClass, ToolError,
    execution::State,
    id::ExecutionId,
    ticket::{Pending, TicketKind},
};
use callwright_runtime::call::{CONFIRM_TOOL, CallAnswer};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Era,
    wire::{SERVER_INFO, ServerInfo},
};

/// The result of `tools/call`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolResult {
    content: Vec<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    structured_content: Option<Value>,
    is_error: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_type: Option<&'static str>,
    #[serde(rename = "_meta")]
    meta: Meta,
}

/// A piece of content. Texts are most of it, and go out without the detour over a value.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Shown {
    Text {
        #[serde(rename = "type")]
        kind: &'static str,
        text: String,
    },
    Other(Value),
}

impl Shown {
    fn text(text: impl Into<String>) -> Self {
        Self::Text { kind: "text", text: text.into() }
    }
}

/// What a program may want to know of it.
#[derive(Debug, Default, Serialize)]
struct Meta {
    #[serde(rename = "callwright/execution_id", skip_serializing_if = "Option::is_none")]
    execution_id: Option<ExecutionId>,
    #[serde(rename = "callwright/state", skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    #[serde(rename = "callwright/duplicate", skip_serializing_if = "Option::is_none")]
    duplicate: Option<bool>,
    #[serde(rename = "callwright/cursor", skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    #[serde(rename = "callwright/pending", skip_serializing_if = "Option::is_none")]
    pending: Option<Pending>,
    #[serde(rename = "callwright/error", skip_serializing_if = "Option::is_none")]
    error: Option<Failed>,
    #[serde(rename = "callwright/directive", skip_serializing_if = "Option::is_none")]
    directive: Option<Value>,
    #[serde(rename = "io.modelcontextprotocol/serverInfo", skip_serializing_if = "Option::is_none")]
    server: Option<ServerInfo>,
}

#[derive(Debug, Serialize)]
struct Failed {
    class: ErrorClass,
    code: String,
}

impl ToolResult {
    /// The result of an execution that ended, or waits for somebody.
    pub(super) fn of(answer: CallAnswer, era: Era) -> Self {
        let meta = meta(&answer);
        let is_error = answer.error.is_some() && !waits(&answer);
        let mut content = Vec::with_capacity(answer.content.len() + 1);
        let text = text(&answer);
        if !text.is_empty() {
            content.push(Shown::text(text));
        }
        content.extend(answer.content.iter().map(|given| Shown::Other(block(given))));
        if content.is_empty() {
            content.push(Shown::text("done"));
        }
        if let Some(cut) = &answer.truncated {
            let items = cut.total_items.map(|items| format!(", {items} items")).unwrap_or_default();
            content.push(Shown::text(format!("[cut: the whole result has {} bytes{items}]", cut.total_bytes)));
        }
        let structured = answer.data.filter(|data| match era {
            // Before, it had to be an object.
            Era::Session => data.is_object(),
            Era::Stateless => !data.is_null(),
        });
        Self::new(content, structured.filter(|_| !is_error), is_error, meta, era)
    }

    /// An answer of our own, which is no execution.
    pub(super) fn told(answer: Value, era: Era) -> Self {
        let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
        let structured = Some(answer).filter(Value::is_object);
        Self::new(vec![Shown::text(text)], structured, false, Meta::default(), era)
    }

    /// Something that a model should read instead of a result.
    pub(super) fn failed(message: &str, era: Era) -> Self {
        Self::new(vec![Shown::text(message)], None, true, Meta::default(), era)
    }

    fn new(content: Vec<Shown>, structured_content: Option<Value>, is_error: bool, mut meta: Meta, era: Era) -> Self {
        if era == Era::Stateless {
            meta.server = Some(SERVER_INFO);
        }
        let result_type = (era == Era::Stateless).then_some("complete");
        Self { content, structured_content, is_error, result_type, meta }
    }
}

fn meta(answer: &CallAnswer) -> Meta {
    Meta {
        execution_id: (!is_anothers(answer)).then_some(answer.execution_id),
        state: Some(answer.state),
        duplicate: answer.meta.duplicate.then_some(true),
        cursor: answer.truncated.as_ref().and_then(|cut| cut.cursor.clone()),
        pending: answer.pending.clone(),
        error: answer.error.as_ref().map(|error| Failed { class: error.class, code: error.code.clone() }),
        directive: answer.directive.as_ref().map(|directive| json!(directive)),
        server: None,
    }
}

fn text_block(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

/// Whether the end is still to come: somebody is waited for, or it is under way.
fn waits(answer: &CallAnswer) -> bool {
    answer.pending.is_some() || !answer.state.is_final()
}

/// Whether another request with the same key is at it, under an id that is not this answer's.
fn is_anothers(answer: &CallAnswer) -> bool {
    answer.meta.duplicate && answer.error.as_ref().is_some_and(|error| error.code == "in_progress")
}

/// What a model reads of the answer besides its blocks.
fn text(answer: &CallAnswer) -> String {
    if waits(answer) {
        return pending(answer);
    }
    if let Some(error) = &answer.error {
        return failure(error);
    }
    match (&answer.message, &answer.data) {
        (Some(message), Some(data)) if !data.is_null() => format!("{message}\n{data}"),
        (Some(message), _) => message.clone(),
        (None, Some(Value::String(text))) => text.clone(),
        // Beside blocks of its own, a result that is nothing says nothing.
        (None, Some(Value::Null)) if !answer.content.is_empty() => String::new(),
        (None, Some(data)) => data.to_string(),
        (None, None) => String::new(),
    }
}

fn failure(error: &ToolError) -> String {
    let mut text = format!("Error: {}", error.message);
    if let Some(ms) = error.retry_after_ms {
        text.push_str(&again_after(ms));
    }
    if let Some(action) = &error.alternative_action {
        text.push_str(&format!("\nInstead: {action}."));
    }
    text
}

fn again_after(ms: u64) -> String {
    format!("\nTry again after {} s, not before.", ms.div_ceil(1_000))
}

/// What is waited for, and how to go on.
fn pending(answer: &CallAnswer) -> String {
    let id = answer.execution_id;
    let said = answer.error.as_ref().map(|error| error.message.as_str()).or(answer.message.as_deref());
    let Some(pending) = &answer.pending else {
        let said = said.unwrap_or("this is under way");
        let mut text = format!("Pending: {said}");
        if !is_anothers(answer) {
            text.push_str(&format!("\nExecution {id} goes on by itself."));
        }
        let wait = answer.error.as_ref().and_then(|error| error.retry_after_ms);
        text.extend(wait.map(again_after));
        return text;
    };
    let waits = match pending.kind {
        TicketKind::Approval => "an operator's approval",
        TicketKind::Confirmation => "the person's confirmation",
        TicketKind::Callback => "the upstream's answer",
        TicketKind::Late => "its end",
        TicketKind::Client => "the client that carries it out",
        TicketKind::Run => "the run of an agent or a workflow",
    };
    let said = match said {
        // Asked for later, it no longer says how to go on.
        Some(said) if pending.kind == TicketKind::Confirmation && !said.contains(CONFIRM_TOOL) => {
            let ticket = pending.ticket;
            Some(format!(
                "ask the person: \"{said}\" Then call `{CONFIRM_TOOL}` with {{\"ticket\": \"{ticket}\", \"confirmed\": true}} if they said yes, or false if they said no"
            ))
        }
        said => said.map(str::to_owned),
    };
    format!(
        "Pending: {}\nExecution {id} waits for {waits}, at the latest until {}. Do not call the tool again for this; its outcome is at {}.",
        said.unwrap_or_default(),
        pending.expires_at,
        pending.poll
    )
}

/// A piece of content in the protocol's form.
pub(super) fn block(block: &Block) -> Value {
    match block {
        Block::Text { text } => text_block(text),
        Block::Json { value } => text_block(&value.to_string()),
        Block::Image { data, mime_type } => json!({"type": "image", "data": data, "mimeType": mime_type}),
        Block::Audio { data, mime_type } => json!({"type": "audio", "data": data, "mimeType": mime_type}),
        Block::ResourceLink { uri, name, mime_type } => {
            let mut link = json!({"type": "resource_link", "uri": uri, "name": name});
            if let Some(mime_type) = mime_type {
                link["mimeType"] = json!(mime_type);
            }
            link
        }
        Block::Resource { uri, mime_type, text, blob } => {
            let mut resource = json!({"uri": uri});
            for (name, value) in [("mimeType", mime_type), ("text", text), ("blob", blob)] {
                if let Some(value) = value {
                    resource[name] = json!(value);
                }
            }
            json!({"type": "resource", "resource": resource})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_is_no_error() {
        let ids = callwright_model::IdSource::default();
        let id: ExecutionId = ids.next();
        let told = |state: &str, duplicate: bool, retry: Option<u64>| {
            let mut error = ToolError::new(ErrorClass::TimeoutError, "in_progress", "this goes on");
            error.retry_after_ms = retry;
            let meta = json!({"duplicate": duplicate, "idempotency": "keyed", "attempts": 0, "duration_ms": 1.0,
                "dry_run": false});
            let answer = json!({"execution_id": id, "tool": "pay", "version": "1.0.0", "state": state, "success": false,
                "message": null, "data": null, "error": error, "meta": meta});
            let answer: CallAnswer = serde_json::from_value(answer).unwrap();
            let told = serde_json::to_value(ToolResult::of(answer, Era::Session)).unwrap();
            let text = told["content"][0]["text"].as_str().unwrap().to_owned();
            (told["isError"] == true, text, told["_meta"].get("callwright/execution_id").is_some())
        };
        let text = format!("Pending: this goes on\nExecution {id} goes on by itself.");
        assert_eq!(told("started", false, None), (false, text, true));
        // Another request is at it, under an id of its own.
        let text = "Pending: this goes on\nTry again after 1 s, not before.".to_owned();
        assert_eq!(told("started", true, Some(1_000)), (false, text, false));
        assert_eq!(told("failed", false, None), (true, "Error: this goes on".to_owned(), true));
    }
}
