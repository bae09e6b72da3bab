//! Prompts: texts to begin a conversation with, for programs that have a model of their own.
//!
//! Every agent template is one. An agent offers more of them in its `metadata`, as `mcp_prompts`: a list of
//! `{name, title, description, arguments: [{name, description, required, values}], messages: [{role, content}]}`, where
//! `content` is a text, or a block with `type`, and `{{ name }}` in a text stands for an argument.

use callwright_model::{
    Fault, Object,
    account::{Caller, Right, Scope},
    agent::Agent,
    page::{MAX_LIMIT, PageRequest},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{App, agent_templates, agents, conversation::fill};

/// The key of an agent's metadata.
const KEY: &str = "mcp_prompts";
/// The most prompts of one agent.
const MOST: usize = 50;
/// The most agents whose metadata is looked through.
const MOST_AGENTS: usize = 200;

/// A prompt.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Prompt {
    /// Unique among those that are offered together.
    pub name: String,
    /// What people call it.
    #[serde(default)]
    pub title: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What is filled in.
    #[serde(default)]
    pub arguments: Vec<Argument>,
    /// What is said.
    #[serde(default)]
    pub messages: Vec<Message>,
}

/// Something that is filled in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Whether it must be given.
    #[serde(default)]
    pub required: bool,
    /// What it may be, to choose from.
    #[serde(default)]
    pub values: Vec<String>,
}

/// Something that is said.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Message {
    /// `user` or `assistant`.
    #[serde(default)]
    pub role: Role,
    /// A text, or a block of content.
    pub content: Value,
}

/// Who says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person.
    #[default]
    User,
    /// The model.
    Assistant,
}

/// The prompts that are offered to a caller: the agent templates and those of all agents that they may run, or an agent's
/// own and its instructions.
///
/// # Errors
/// Forbidden, or not found when there is no such agent.
pub async fn list(app: &App, caller: &Caller, agent: Option<&str>) -> Result<Vec<Prompt>, Fault> {
    let scopes = [Scope::Mcp, Scope::ToolsCall, Scope::Read];
    if !scopes.iter().any(|scope| caller.may(Right::View, *scope)) {
        return Err(Fault::forbidden("this needs the scope `mcp`, `tools:call` or `read`"));
    }
    let mut prompts = Vec::new();
    if let Some(name) = agent {
        let agent = agents::find(app, caller.org_id, name).await?.ok_or_else(|| Fault::not_found("agent", name))?;
        if !agents::may_run(app, caller, &agent).await? {
            return Err(Fault::forbidden(format!("the agent `{}` was not shared with you", agent.name)));
        }
        prompts.push(instructions("instructions", &agent.name, &agent.description, &agent.instructions));
        prompts.extend(of_agent(&agent));
    } else {
        for template in agent_templates::all()? {
            prompts.push(instructions(&template.id, &template.name, &template.description, &template.instructions));
        }
        for agent in runnable(app, caller).await? {
            prompts.extend(of_agent(&agent));
        }
    }
    prompts.sort_by(|a, b| a.name.cmp(&b.name));
    prompts.dedup_by(|a, b| a.name == b.name);
    Ok(prompts)
}

impl Prompt {
    /// What is said, with `arguments` filled in.
    ///
    /// # Errors
    /// Invalid, when one that must be given is missing.
    pub fn filled(&self, arguments: &Object) -> Result<Vec<Message>, Fault> {
        if let Some(missing) = self.missing(arguments).next() {
            let name = &missing.name;
            return Err(Fault::invalid(format!("arguments.{name}"), format!("the argument `{name}` is missing")));
        }
        let known: Object = self
            .arguments
            .iter()
            .map(|argument| {
                let value = arguments.get(&argument.name).cloned().unwrap_or_default();
                (argument.name.clone(), value)
            })
            .collect();
        let mut messages = self.messages.clone();
        for message in &mut messages {
            fill_in(&mut message.content, &known);
        }
        messages.retain(|message| message.content != Value::String(String::new()));
        Ok(messages)
    }

    /// The arguments that must be given and are not.
    pub fn missing<'a>(&'a self, arguments: &'a Object) -> impl Iterator<Item = &'a Argument> {
        self.arguments.iter().filter(|argument| argument.required && !arguments.contains_key(&argument.name))
    }

    /// What the argument `name` may be that begins with `text`.
    pub fn values(&self, name: &str, text: &str) -> Vec<String> {
        let argument = self.arguments.iter().find(|argument| argument.name == name);
        let values = argument.map(|argument| argument.values.as_slice()).unwrap_or_default();
        values.iter().filter(|value| value.starts_with(text)).cloned().collect()
    }
}

fn fill_in(value: &mut Value, arguments: &Object) {
    match value {
        Value::String(text) => *text = fill(text, arguments).0,
        Value::Object(fields) => fields.values_mut().for_each(|field| fill_in(field, arguments)),
        Value::Array(items) => items.iter_mut().for_each(|item| fill_in(item, arguments)),
        _ => {}
    }
}

/// Instructions as a prompt: they come first, then what is to be done.
fn instructions(name: &str, title: &str, description: &str, text: &str) -> Prompt {
    let said = |content: &str| Message { role: Role::User, content: Value::String(content.to_owned()) };
    let task = Argument {
        name: "task".to_owned(),
        description: "What is to be done".to_owned(),
        required: false,
        values: Vec::new(),
    };
    Prompt {
        name: name.to_owned(),
        title: Some(title.to_owned()),
        description: description.to_owned(),
        arguments: vec![task],
        messages: vec![said(text), said("{{ task }}")],
    }
}

/// What the agent's metadata says; what makes no sense there is passed over, for nobody is here to be told.
fn of_agent(agent: &Agent) -> Vec<Prompt> {
    let listed = agent.profile.metadata.get(KEY).and_then(Value::as_array);
    let prompts = listed.into_iter().flatten().take(MOST);
    prompts.filter_map(|prompt| serde_json::from_value(prompt.clone()).ok()).collect()
}

async fn runnable(app: &App, caller: &Caller) -> Result<Vec<Agent>, Fault> {
    let mut found = Vec::new();
    let mut page = PageRequest::first(MAX_LIMIT);
    let mut looked = 0;
    loop {
        let agents = app.store().agents(caller.org_id, &page).await?;
        looked += agents.items.len();
        for agent in agents.items {
            if agent.profile.metadata.contains_key(KEY) && agents::may_run(app, caller, &agent).await? {
                found.push(agent);
            }
        }
        match agents.next_cursor {
            Some(cursor) if looked < MOST_AGENTS => page = PageRequest::parse(Some(MAX_LIMIT), Some(&cursor))?,
            _ => return Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_are_filled_in_once_and_those_that_must_be_given_are_asked_for() {
        let prompt: Prompt = serde_json::from_value(json!({
            "name": "greet",
            "arguments": [{"name": "who", "required": true, "values": ["Ada", "Alan"]}, {"name": "how"}],
            "messages": [
                {"content": "Greet {{ who }} {{ how }}."},
                {"role": "assistant", "content": {"type": "resource", "resource": {"uri": "{{ who }}"}}},
            ],
        }))
        .unwrap();
        let filled = prompt.filled(json!({"who": "{{ how }}"}).as_object().unwrap()).unwrap();
        assert_eq!(filled[0].content, "Greet {{ how }} .");
        assert_eq!(filled[1].content["resource"]["uri"], "{{ how }}");
        assert_eq!(prompt.filled(&Object::new()).unwrap_err().details.unwrap()["field"], "arguments.who");
        assert_eq!(prompt.values("who", "Al"), ["Alan"]);
        assert!(prompt.values("how", "").is_empty());
    }

    #[test]
    fn a_template_is_a_prompt_whose_task_may_be_left_out() {
        let prompt = instructions("x", "X", "", "Be kind.");
        assert_eq!(prompt.filled(&Object::new()).unwrap().len(), 1);
        let both = prompt.filled(json!({"task": "Sum up."}).as_object().unwrap()).unwrap();
        assert_eq!(both[1].content, "Sum up.");
    }
}
