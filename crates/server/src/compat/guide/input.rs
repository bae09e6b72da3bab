//! A tool as the guide's clients send it, and its way into the registry.

use std::collections::BTreeSet;

use callwright_model::{
    Fault, Object,
    merge::merge_patch,
    tool::{Effect, Kind, Policy, Tool, ToolSpec},
};
use callwright_runtime::registry::OwnSecret;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    credential::Credentials,
    fault, implementation,
    implementation::{object, set},
    tool_type::{self, PREFIX, ToolType},
};
use crate::{
    body,
    compat::plan::{configuration::effect_of, fields::Fields},
};

/// The fields that the server sets. A tool that was read may be sent back whole.
const READ_ONLY: [&str; 8] =
    ["response", "tool_name", "tool_id", "creator_name", "created_at", "updated_at", "usage_stats", "required_secrets"];
/// What goes by our own names.
const OWN: [&str; 14] = [
    "display_name",
    "description",
    "category",
    "is_shared",
    "effect",
    "repeatable",
    "bound",
    "result",
    "fallback",
    "speech",
    "redact",
    "active",
    "is_public",
    "is_template",
];
/// Names of tools that the guide's own paths have.
const RESERVED: [&str; 3] = ["create", "list", "templates"];
const DEFAULT_MS: u32 = 30_000;

/// A tool as the guide's clients send it. A new one needs `name`, `tool_type` and `implementation`; in a PUT every field
/// may be absent, and then stays. Every other field of our own form (`effect`, `policy`, `result`, `bound`, `fallback`…)
/// may stand beside these.
#[derive(Debug, ToSchema)]
#[schema(as = guide::ToolInput)]
#[expect(dead_code, reason = "described here, read field by field")]
pub(crate) struct ToolInput {
    /// Unique in the organization.
    name: Option<String>,
    /// What it does and when to use it.
    description: Option<String>,
    /// A word to sort by; `general` unless said.
    category: Option<String>,
    /// What carries it out.
    tool_type: Option<ToolType>,
    /// JSON Schema of the arguments.
    #[schema(value_type = Option<Object>)]
    parameters_schema: Option<Object>,
    /// By type: `{code, function_name}`, `{server_name, tool_name}`, `{url, method, headers, auth}` or `{webhook_url, method, headers, callback_required}`.
    /// In a PUT, its fields too stay when they are absent, and `null` takes one away.
    #[schema(value_type = Option<Object>)]
    implementation: Option<Object>,
    /// Whether it needs credentials; only kept and shown. Unless said: whether it has any.
    requires_auth: Option<bool>,
    /// The caller's whole wait in milliseconds, 100 to 600000; 30000 unless said.
    #[schema(minimum = 100, maximum = 600_000)]
    max_execution_time_ms: Option<u32>,
    /// Whether everybody in the organization may call it. Default false.
    is_shared: Option<bool>,
    /// What calling it does to the world. Unless said: a GET reads, everything else writes.
    effect: Option<Effect>,
}

/// What is to be saved: the tool, and the credentials that its author wrote out.
pub(super) type Saving = (ToolSpec, Vec<OwnSecret>);

/// A new tool. `taken` are the names of the secrets that exist.
pub(super) fn create(mut body: Object, taken: &BTreeSet<String>) -> Result<Saving, Fault> {
    if let Some(name) = body.get("tool_name").cloned() {
        body.entry("name").or_insert(name);
    }
    read(Fields::new("", body), None, taken, &BTreeSet::new())
}

/// `tool` with what the body says. `own` are the secrets that came with the tool.
pub(super) fn update(
    body: Object,
    tool: &Tool,
    taken: &BTreeSet<String>,
    own: &BTreeSet<String>,
) -> Result<Saving, Fault> {
    read(Fields::new("", body), Some(&tool.spec), taken, own)
}

/// A fault of the registry about a tool of this form, in the guide's words.
pub(super) fn told(spec: &ToolSpec) -> fn(Fault) -> Fault {
    if ToolType::of(spec) == ToolType::Webhook { fault::of_webhook } else { fault::of_tool }
}

fn read(
    mut fields: Fields,
    current: Option<&ToolSpec>,
    taken: &BTreeSet<String>,
    own: &BTreeSet<String>,
) -> Result<Saving, Fault> {
    fields.ignore(&READ_ONLY);
    let said: Option<ToolType> = fields.take("tool_type")?;
    let missing = || {
        Fault::invalid("tool_type", "`tool_type` is missing: say `function`, `mcp_server`, `api_endpoint` or `webhook`")
    };
    let tool_type = said.or_else(|| current.map(ToolType::of)).ok_or_else(missing)?;
    let kind = tool_type.kind();
    let name = name(&mut fields, current)?;
    let current_config = current.filter(|spec| spec.kind == kind).map(|spec| &spec.config);
    let mut credentials = Credentials { tool: &name, taken, own, new: Vec::new() };
    let config = match (fields.take::<Object>(implementation::PATH)?, current_config) {
        (Some(given), current) => implementation::parse(given, tool_type, current, &mut credentials)?,
        (None, Some(current)) => object(current),
        (None, None) => {
            let message = "`implementation` is missing: say how a tool of this `tool_type` is carried out";
            return Err(Fault::invalid("implementation", message));
        }
    };
    let new = credentials.new;
    let said_effect = fields.raw("effect").filter(|effect| !effect.is_null());
    let mut form = start(current);
    form.insert("name".to_owned(), json!(name));
    form.insert("kind".to_owned(), json!(kind));
    form.insert("config".to_owned(), Value::Object(config));
    for field in OWN {
        if let Some(value) = fields.raw(field) {
            set(&mut form, field, value);
        }
    }
    let category = if kind == Kind::Mcp { "mcp" } else { "general" };
    for (field, value) in [("category", json!(category)), ("is_shared", json!(false))] {
        // A tool that says nothing of sharing is shared in our form, and is not in the guide's.
        if form.get(field).is_none() && current.is_none_or(|_| field == "category") {
            form.insert(field.to_owned(), value);
        }
    }
    if let Some(schema) = fields.raw("parameters_schema") {
        set(&mut form, "parameters", schema);
    }
    if let Some(version) = fields.raw("version") {
        set(&mut form, "version", version);
    }
    set_policy(&mut form, &mut fields)?;
    set_labels(&mut form, fields.raw("labels"), current);
    if let Some(effect) = &said_effect {
        form.insert("effect".to_owned(), effect.clone());
    }
    let said_requires: Option<bool> = fields.take("requires_auth")?;
    fields.finish()?;
    let renamed = if tool_type == ToolType::Webhook { fault::of_webhook } else { fault::of_tool };
    let mut spec: ToolSpec = body::from_value(Value::Object(form)).map_err(renamed)?;
    if said_effect.is_none() {
        spec.effect = effect(&spec, current);
    }
    tool_type.note(&mut spec);
    if let Some(said) = said_requires {
        tool_type::note_requires_auth(&mut spec, said);
    }
    Ok((spec, new))
}

/// What a tool is before anything is said.
fn start(current: Option<&ToolSpec>) -> Object {
    match current {
        Some(spec) => object(spec),
        // The guide knows one time limit only, so the wait for an answer may take all of it.
        None => object(&json!({ "policy": {"timeout_ms": DEFAULT_MS, "read_timeout_ms": DEFAULT_MS} })),
    }
}

fn name(fields: &mut Fields, current: Option<&ToolSpec>) -> Result<String, Fault> {
    let name = match (fields.take::<String>("name")?, current) {
        (Some(name), _) => name,
        (None, Some(spec)) => return Ok(spec.name.clone()),
        (None, None) => return Err(Fault::invalid("name", "`name` is missing: say what the tool is called")),
    };
    if RESERVED.contains(&name.as_str()) && current.is_none_or(|spec| spec.name != name) {
        let message = format!("`name` may not be `{name}`: `/agents/tools/{name}` is a path of its own");
        return Err(Fault::invalid("name", message));
    }
    Ok(name)
}

/// Our `policy` is merged, because a client that says one thing of it does not mean to take the rest away.
fn set_policy(form: &mut Object, fields: &mut Fields) -> Result<(), Fault> {
    let policy = form.entry("policy").or_insert_with(|| json!(object(&Policy::default())));
    if let Some(given) = fields.raw("policy") {
        merge_patch(policy, &given);
    }
    let timeout_ms = policy.get("timeout_ms").and_then(Value::as_u64).unwrap_or(u64::from(DEFAULT_MS));
    if let Some(ms) = fields.take::<u32>("max_execution_time_ms")?
        && u64::from(ms) != timeout_ms
    {
        merge_patch(policy, &json!({"timeout_ms": ms, "read_timeout_ms": ms}));
    }
    Ok(())
}

/// The labels by which this interface remembers things are not for clients to change.
fn set_labels(form: &mut Object, given: Option<Value>, current: Option<&ToolSpec>) {
    let Some(given) = given else { return };
    let is_ours = |name: &str| name.starts_with(PREFIX);
    let labels = match given {
        Value::Object(mut labels) => {
            labels.retain(|name, _| !is_ours(name));
            let kept = current.into_iter().flat_map(|spec| &spec.labels).filter(|(name, _)| is_ours(name));
            labels.extend(kept.map(|(name, word)| (name.clone(), json!(word))));
            Value::Object(labels)
        }
        other => other,
    };
    set(form, "labels", labels);
}

/// What a tool does to the world when its author does not say: what its method says; a change that leaves the method
/// leaves the effect.
fn effect(spec: &ToolSpec, current: Option<&ToolSpec>) -> Effect {
    let method = |spec: &ToolSpec| spec.config.http().map(|http| http.method.clone());
    match (current, method(spec)) {
        (Some(current), now) if now == method(current) && current.kind == spec.kind => current.effect,
        (_, Some(now)) => effect_of(&now),
        (_, None) => Effect::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(value: Value) -> Object {
        object(&value)
    }

    fn made(value: Value) -> ToolSpec {
        create(body(value), &BTreeSet::new()).unwrap().0
    }

    fn tool(spec: ToolSpec) -> Tool {
        let ids = callwright_model::IdSource::default();
        let at = callwright_model::Timestamp::from_micros(1);
        let (organization_id, user_id) = (ids.next(), ids.next());
        Tool { id: ids.next(), organization_id, user_id, spec, revision: 1, created_at: at, updated_at: at }
    }

    fn changed(spec: &ToolSpec, patch: Value) -> ToolSpec {
        update(body(patch), &tool(spec.clone()), &BTreeSet::new(), &BTreeSet::new()).unwrap().0
    }

    #[test]
    fn what_is_not_said_is_what_the_guide_says_and_not_what_we_would() {
        let spec = made(json!({"name": "t", "tool_type": "api_endpoint", "implementation": {"url": "https://h/"}}));
        assert_eq!((spec.kind, spec.effect, spec.is_shared), (Kind::Http, Effect::Read, false));
        assert_eq!(spec.category.as_deref(), Some("general"));
        assert_eq!((spec.policy.timeout_ms, spec.policy.read_timeout_ms), (30_000, 30_000));
        let hook = json!({"name": "t", "tool_type": "webhook", "max_execution_time_ms": 5000,
            "implementation": {"webhook_url": "https://h/", "callback_required": true}});
        let spec = made(hook);
        let http = spec.config.http().unwrap();
        assert_eq!((http.method.as_str(), http.callback.is_some(), spec.effect), ("POST", true, Effect::Write));
        assert_eq!((spec.policy.timeout_ms, spec.policy.read_timeout_ms), (5_000, 5_000));
        assert_eq!(ToolType::of(&spec), ToolType::Webhook);
        let spec = made(json!({"name": "t", "tool_type": "function", "implementation": {"code": "def t(): pass"}}));
        assert_eq!((spec.kind, spec.effect), (Kind::Python, Effect::Write));
        let spec = made(
            json!({"name": "t", "tool_type": "mcp_server", "implementation": {"server_name": "s", "tool_name": "u"}}),
        );
        assert_eq!((spec.kind, spec.category.as_deref()), (Kind::Mcp, Some("mcp")));
        let shown = implementation::show(&spec, ToolType::of(&spec), &BTreeSet::new());
        assert_eq!(Value::Object(shown), json!({"server_name": "s", "tool_name": "u"}));
        let other = changed(&spec, json!({"implementation": {"tool_name": "v"}}));
        assert_eq!(other.config.mcp().map(|mcp| mcp.tool.as_str()), Some("v"));
    }

    #[test]
    fn a_put_changes_what_it_has() {
        let spec = made(json!({"name": "t", "tool_type": "webhook", "is_shared": true, "requires_auth": true,
            "implementation": {"webhook_url": "https://h/", "headers": {"A": "1"}, "callback_required": true}}));
        assert_eq!(changed(&spec, json!({})), spec);
        let other = changed(&spec, json!({"implementation": {"webhook_url": "https://other/"}}));
        let http = other.config.http().unwrap();
        assert_eq!((http.url.as_str(), http.headers.len(), http.callback.is_some()), ("https://other/", 1, true));
        let bare = changed(&spec, json!({"implementation": {"headers": null, "callback_required": false}}));
        assert!(bare.config.http().unwrap().headers.is_empty() && bare.config.http().unwrap().callback.is_none());
        assert!(tool_type::requires_auth(&changed(&spec, json!({"labels": {"team": "a"}}))), "our own labels stay");
        assert_eq!(changed(&spec, json!({"implementation": {"method": "GET"}})).effect, Effect::Read);
        let kept = changed(&spec, json!({"effect": "read"}));
        assert_eq!(changed(&kept, json!({"description": "d"})).effect, Effect::Read);
        let function = changed(&spec, json!({"tool_type": "function", "implementation": {"code": "def t(): pass"}}));
        assert_eq!((function.kind, ToolType::of(&function)), (Kind::Python, ToolType::Function));
        assert!(function.is_shared && function.labels.len() == 1, "{:?}", function.labels);
    }

    #[test]
    fn what_is_wrong_is_named_in_the_guides_words() {
        let refused = |value: Value| create(body(value), &BTreeSet::new()).unwrap_err();
        let field = |value: Value| refused(value).details.unwrap()["field"].as_str().unwrap().to_owned();
        let with = |name: &str, value: Value| {
            let mut whole =
                json!({"name": "t", "tool_type": "webhook", "implementation": {"webhook_url": "https://h/"}});
            whole[name] = value;
            whole
        };
        for (value, named) in [
            (with("surprise", json!(1)), "surprise"),
            (with("name", json!("list")), "name"),
            (with("name", json!(null)), "name"),
            (with("tool_type", json!(null)), "tool_type"),
            (with("tool_type", json!("pigeon")), "tool_type"),
            (with("implementation", json!(null)), "implementation"),
            (with("implementation", json!({})), "implementation.webhook_url"),
            (with("implementation", json!({"webhook_url": "https://h/", "surprise": 1})), "implementation.surprise"),
            (with("implementation", json!({"webhook_url": "x", "auth": "k"})), "implementation.auth"),
            (
                with("implementation", json!({"webhook_url": "x", "callback_required": 1})),
                "implementation.callback_required",
            ),
            (with("max_execution_time_ms", json!("soon")), "max_execution_time_ms"),
            (with("effect", json!("sideways")), "effect"),
            (with("requires_auth", json!("no")), "requires_auth"),
            (with("policy", json!({"timeout_ms": "soon"})), "max_execution_time_ms"),
        ] {
            assert_eq!(field(value.clone()), named, "{value}");
        }
    }
}
