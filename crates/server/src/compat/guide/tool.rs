//! A tool in the guide's form, as it is shown.

use std::collections::BTreeSet;

use callwright_model::{
    Fault, Object, Timestamp,
    account::Caller,
    id::ToolId,
    tool::{Policy, Tool, ToolSpec},
};
use callwright_runtime::App;
use callwright_store::execution::ToolTotal;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    implementation::{self, object},
    tool_type::{self, PREFIX, ToolType},
};

/// What the guide has words for, or shows elsewhere.
const SAID: [&str; 9] =
    ["name", "description", "category", "kind", "parameters", "config", "is_shared", "policy", "labels"];

/// What `create` takes, as a tool has it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = guide::ToolBody)]
pub(crate) struct ToolBody {
    /// Unique in the organization.
    pub name: String,
    /// What it does and when to use it.
    pub description: String,
    /// A word to sort by.
    pub category: String,
    /// What carries it out.
    pub tool_type: ToolType,
    /// JSON Schema of the arguments.
    #[schema(value_type = Object)]
    pub parameters_schema: Value,
    /// How it is carried out. A credential that the vault holds for this tool is shown as `********`.
    #[schema(value_type = Object)]
    pub implementation: Object,
    /// Whether it needs credentials.
    pub requires_auth: bool,
    /// The caller's whole wait in milliseconds.
    pub max_execution_time_ms: u32,
    /// Whether everybody in the organization may call it.
    pub is_shared: bool,
    /// What the guide has no word for, by our names: `effect`, `policy`, `result`, `bound`…
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub more: Object,
}

impl ToolBody {
    /// The guide's form of ours. `own` are the secrets that came with the tool.
    pub(super) fn new(spec: &ToolSpec, own: &BTreeSet<String>) -> Self {
        let tool_type = ToolType::of(spec);
        Self {
            name: spec.name.clone(),
            description: spec.description.clone(),
            category: category(spec),
            tool_type,
            parameters_schema: spec.parameters.clone(),
            implementation: implementation::show(spec, tool_type, own),
            requires_auth: tool_type::requires_auth(spec),
            max_execution_time_ms: spec.policy.timeout_ms,
            is_shared: spec.is_shared,
            more: more(spec),
        }
    }
}

/// The category, which a tool need not have but the guide's tools do.
pub(super) fn category(spec: &ToolSpec) -> String {
    spec.category.clone().unwrap_or_else(|| "general".to_owned())
}

/// What the guide has no word for and is not as it would be without being said.
fn more(spec: &ToolSpec) -> Object {
    let mut rest = object(spec);
    rest.retain(|name, _| !SAID.contains(&name.as_str()));
    let (usual, mut policy) = (object(&Policy::default()), object(&spec.policy));
    policy.shift_remove("timeout_ms");
    if spec.policy.read_timeout_ms == spec.policy.timeout_ms {
        policy.shift_remove("read_timeout_ms");
    }
    policy.retain(|name, value| usual.get(name) != Some(value));
    let labels: Object = object(&spec.labels).into_iter().filter(|(name, _)| !name.starts_with(PREFIX)).collect();
    for (name, part) in [("policy", policy), ("labels", labels)] {
        if !part.is_empty() {
            rest.insert(name.to_owned(), Value::Object(part));
        }
    }
    rest
}

/// How a tool has been used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = guide::UsageStats)]
pub(crate) struct UsageStats {
    /// How often it was executed.
    pub usage_count: i64,
    /// When last.
    pub last_used: Option<Timestamp>,
    /// The mean duration in milliseconds.
    pub avg_execution_time_ms: f64,
}

impl From<Option<&ToolTotal>> for UsageStats {
    fn from(total: Option<&ToolTotal>) -> Self {
        total.map_or_else(Self::default, |total| Self {
            usage_count: total.count,
            last_used: Some(total.last_used_at),
            avg_execution_time_ms: total.average_ms,
        })
    }
}

/// A tool with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = guide::Tool)]
pub(crate) struct GuideTool {
    /// Its id.
    pub tool_id: ToolId,
    /// Its name.
    pub tool_name: String,
    /// The tool, as it may be sent back.
    #[serde(flatten)]
    pub body: ToolBody,
    /// Who made it, while they are a member.
    pub creator_name: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How it has been used.
    pub usage_stats: UsageStats,
}

impl GuideTool {
    /// Gathers what is known of a tool that the caller may see.
    pub(super) async fn gather(app: &App, caller: &Caller, tool: Tool) -> Result<Self, Fault> {
        let own = callwright_runtime::registry::own_secrets(app, caller, tool.id).await?;
        let totals = app.store().execution_counts(caller.org_id, &[tool.id]).await?;
        let maker = app.store().member(caller.org_id, tool.user_id).await?;
        let name = |member: callwright_model::account::Member| {
            if member.name.is_empty() { member.email } else { member.name }
        };
        Ok(Self {
            tool_id: tool.id,
            tool_name: tool.spec.name.clone(),
            body: ToolBody::new(&tool.spec, &own),
            creator_name: maker.map(name),
            created_at: tool.created_at,
            updated_at: tool.updated_at,
            usage_stats: totals.get(&tool.id).into(),
        })
    }
}

/// A tool in the list of an organization's tools.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = guide::ListedTool)]
pub(crate) struct ListedTool {
    /// Its id.
    pub tool_id: ToolId,
    /// Its name.
    pub tool_name: String,
    /// What it does and when to use it.
    pub description: String,
    /// A word to sort by.
    pub category: String,
    /// What carries it out.
    pub tool_type: ToolType,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether everybody in the organization may call it.
    pub is_shared: bool,
    /// How it has been used.
    pub usage_stats: UsageStats,
}

impl ListedTool {
    /// A row of the list.
    pub(super) fn new(tool: Tool, total: Option<&ToolTotal>) -> Self {
        Self {
            tool_id: tool.id,
            category: category(&tool.spec),
            tool_type: ToolType::of(&tool.spec),
            tool_name: tool.spec.name,
            description: tool.spec.description,
            created_at: tool.created_at,
            is_shared: tool.spec.is_shared,
            usage_stats: total.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::compat::guide::input;

    /// What is shown can be sent back, whatever form the tool was made in.
    #[test]
    fn a_tool_that_was_read_can_be_sent_back() {
        let none = BTreeSet::new();
        for ours in [
            json!({"name": "a", "kind": "http", "effect": "read", "config": {"method": "POST", "url": "https://h/{{ parameters.a }}",
                "query": {"q": 1}, "headers": {"A": "b"}, "redirects": 0, "callback": {"header": "X-Cb", "expires_s": 60},
                "auth": {"type": "oauth2", "token_url": "https://h/t", "client_id": "c", "client_secret": "${S}"}},
                "policy": {"timeout_ms": 9000, "read_timeout_ms": 400, "confirm": true, "retry": {"network": {"attempts": 1, "base_ms": 5}}},
                "result": {"data": "/x"}, "bound": {"a": "{{ context.verified.contact_id }}"}, "labels": {"team": "b", "guide.requires_auth": "false"},
                "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}, "is_shared": false}),
            json!({"name": "b", "kind": "http", "config": {"url": "https://h/", "callback": {}, "auth": {"type": "basic", "username": "u", "password": "written out"}},
                "labels": {"guide.tool_type": "webhook"}, "category": "c", "fallback": {"message": "m"}}),
            json!({"name": "c", "kind": "python", "effect": "read", "category": "general", "config": {"code": "def c(): pass", "network": "policy", "memory_limit_mb": 64}}),
            json!({"name": "d", "kind": "system", "category": "general", "config": {"action": "end_call"}, "is_template": true}),
        ] {
            let spec: ToolSpec = serde_json::from_value(ours).unwrap();
            let spec = ToolSpec { category: Some(category(&spec)), version: Some("1.0.0".to_owned()), ..spec };
            let shown = serde_json::to_value(ToolBody::new(&spec, &none)).unwrap();
            assert!(!shown.to_string().contains("written out"), "{shown}");
            let ids = callwright_model::IdSource::default();
            let at = Timestamp::from_micros(1);
            let (organization_id, user_id) = (ids.next(), ids.next());
            let tool = Tool {
                id: ids.next(),
                organization_id,
                user_id,
                spec: spec.clone(),
                revision: 1,
                created_at: at,
                updated_at: at,
            };
            let (mut again, new) = input::update(object(&shown), &tool, &none, &none).unwrap();
            assert!(new.is_empty());
            if !spec.labels.contains_key("guide.requires_auth") {
                again.labels.remove("guide.requires_auth");
            }
            if !spec.labels.contains_key("guide.tool_type") {
                again.labels.remove("guide.tool_type");
            }
            assert_eq!(again, spec, "{shown}");
        }
    }
}
