//! Prompts in the protocol's form.

use callwright_model::{Fault, Object};
use callwright_runtime::{
    App,
    prompts::{self, Role},
};
use rmcp::model::{
    ContentBlock, ErrorData, GetPromptResponse, GetPromptResult, ListPromptsResult, Prompt, PromptArgument,
    PromptMessage,
};
use serde_json::{Value, json};

use super::{Who, handler::error};

/// Prompts on one page.
const PAGE: usize = 200;

/// A page of prompts, by name.
pub(super) async fn list(app: &App, who: &Who, cursor: Option<&str>) -> Result<ListPromptsResult, Fault> {
    let all = prompts::list(app, &who.caller, who.endpoint.agent()).await?;
    let rest = all.iter().filter(|prompt| cursor.is_none_or(|cursor| prompt.name.as_str() > cursor));
    let mut shown: Vec<&prompts::Prompt> = rest.take(PAGE + 1).collect();
    let more = shown.len() > PAGE;
    shown.truncate(PAGE);
    let next = if more { shown.last().map(|prompt| prompt.name.clone()) } else { None };
    let mut result = ListPromptsResult::with_all_items(shown.into_iter().map(described).collect());
    result.next_cursor = next;
    Ok(result)
}

fn described(prompt: &prompts::Prompt) -> Prompt {
    let arguments: Vec<PromptArgument> = prompt
        .arguments
        .iter()
        .map(|argument| {
            PromptArgument::new(&argument.name).with_description(&argument.description).with_required(argument.required)
        })
        .collect();
    let arguments = (!arguments.is_empty()).then_some(arguments);
    let shown = Prompt::new(&prompt.name, Some(&prompt.description), arguments);
    match &prompt.title {
        Some(title) => shown.with_title(title),
        None => shown,
    }
}

/// The prompt of that name, if it is offered here.
pub(super) async fn find(app: &App, who: &Who, name: &str) -> Result<Option<prompts::Prompt>, Fault> {
    let all = prompts::list(app, &who.caller, who.endpoint.agent()).await?;
    Ok(all.into_iter().find(|prompt| prompt.name == name))
}

/// What a prompt says. A client that can ask its user, and calls again with the answer, is asked for what is missing.
pub(super) async fn get(app: &App, who: &Who, wish: Wish<'_>) -> Result<GetPromptResponse, ErrorData> {
    let name = wish.name;
    let found = find(app, who, name).await.map_err(|fault| error(&fault))?;
    let prompt = found.ok_or_else(|| ErrorData::invalid_params(format!("Unknown prompt: {name}"), None))?;
    let mut arguments = wish.arguments;
    for argument in &prompt.arguments {
        if let Some(given) = wish.responses.get(&argument.name).and_then(|given| answered(given, &argument.name)) {
            arguments.entry(argument.name.clone()).or_insert(given);
        }
    }
    if wish.may_ask && prompt.missing(&arguments).next().is_some() {
        let asked = json!({"resultType": "input_required", "inputRequests": requests(&prompt, &arguments)});
        let asked = serde_json::from_value(asked);
        return asked.map(GetPromptResponse::InputRequired).map_err(|why| internal(&why));
    }
    let messages = prompt.filled(&arguments).map_err(|fault| error(&fault))?;
    let messages = messages.into_iter().map(said).collect::<Result<Vec<_>, ErrorData>>()?;
    Ok(GetPromptResponse::Complete(GetPromptResult::new(messages).with_description(prompt.description)))
}

/// What a client wants to have said.
pub(super) struct Wish<'a> {
    pub name: &'a str,
    pub arguments: Object,
    /// What its user answered.
    pub responses: Object,
    /// Whether its user may be asked.
    pub may_ask: bool,
}

fn requests(prompt: &prompts::Prompt, arguments: &Object) -> Value {
    let asked = prompt.missing(arguments).map(|argument| {
        let (name, about) = (&argument.name, &argument.description);
        let message = if about.is_empty() { format!("What is `{name}`?") } else { about.clone() };
        let mut schema = json!({"type": "string"});
        if !argument.values.is_empty() {
            schema["enum"] = json!(argument.values);
        }
        let schema = json!({"type": "object", "properties": {name: schema}, "required": [name]});
        (
            name.clone(),
            json!({"method": "elicitation/create", "params": {"message": message, "requestedSchema": schema}}),
        )
    });
    Value::Object(asked.collect())
}

/// What a person answered, if they did: the field of that name, or the only one there is.
fn answered(given: &Value, name: &str) -> Option<Value> {
    if given.get("action")? != "accept" {
        return None;
    }
    let content = given.get("content")?.as_object()?;
    content.get(name).or_else(|| content.values().next()).cloned()
}

fn said(message: prompts::Message) -> Result<PromptMessage, ErrorData> {
    let role = match message.role {
        Role::User => rmcp::model::Role::User,
        Role::Assistant => rmcp::model::Role::Assistant,
    };
    let content = match message.content {
        Value::String(text) => ContentBlock::text(text),
        block => serde_json::from_value(block).map_err(|why| internal(&why))?,
    };
    Ok(PromptMessage::new(role, content))
}

fn internal(why: &serde_json::Error) -> ErrorData {
    ErrorData::internal_error(format!("the prompt is not what it should be: {why}"), None)
}
