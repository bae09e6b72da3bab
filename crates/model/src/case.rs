//! A saved test case of a tool: what it is called with, what the upstream answers, what must come of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    ErrorClass, Object, Timestamp,
    execution::State,
    id::{CaseId, ExecutionId, OrgId, ToolId, UserId},
    tool::speech::Said,
};

/// A test case as its author writes it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseSpec {
    /// What it is called: unique among the tool's cases, 1 to 100 characters without `/`.
    pub name: String,
    /// What it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What a model would send; it is validated like any call.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    #[schema(value_type = Object)]
    pub arguments: Object,
    /// The circumstances. With a stubbed upstream all of it counts as verified.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    #[schema(value_type = Object)]
    pub context: Object,
    /// Call it as this agent has it: its name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Whether the upstream is the real one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub upstream: Upstream,
    /// With a stubbed upstream: values that stand for the tool's secrets, so that none has to be set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, String>,
    /// What the stubbed upstream does, one for each request, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stubs: Vec<Stub>,
    /// What must come of it. Nothing said about the outcome means that it must work.
    #[serde(default, skip_serializing_if = "is_default")]
    pub expect: Expect,
}

/// Where the requests of a case go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Upstream {
    /// Nowhere: `stubs` answers.
    #[default]
    Stub,
    /// To the tool's own upstream.
    Real,
}

/// What a stubbed upstream does with one request: it answers, or fails.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stub {
    /// Which request it is for; any when absent.
    #[serde(default, rename = "match", skip_serializing_if = "is_default")]
    pub matches: StubMatch,
    /// The status, 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The headers. `Content-Type` is `application/json`, or `text/plain` when `body` is a text, unless it stands here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body: JSON, or a text that is sent as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub body: Option<Value>,
    /// How long the answer takes, in milliseconds; it is really waited.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delay_ms: u32,
    /// It does not answer but fails like this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<StubFault>,
    /// Answers all further requests that fit as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeat: bool,
}

/// Which request a stub is for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StubMatch {
    /// The method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The URL: the whole of it, or the path when it starts with `/`; a `*` stands for anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What the body holds: for JSON these fields at least, for a text this text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub body: Option<Value>,
}

/// How a stubbed upstream fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StubFault {
    /// The connection breaks after the request was sent.
    Reset,
    /// The request was sent and no answer comes in time. Told at once; `delay_ms` waits as well.
    Timeout,
    /// The name does not resolve: nothing was sent.
    Dns,
    /// The connection is refused: nothing was sent.
    Connect,
}

/// What must come of a case. Everything that is said must hold.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// Whether it works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// How it ends: `done`, `failed`, `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// The class of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_class: Option<ErrorClass>,
    /// The code of the error, for example `http_404`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The message of the result, or of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<TextCheck>,
    /// About the result as the model gets it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub result: Vec<Check>,
    /// A JSON Schema that the result fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub schema: Option<Value>,
    /// How long it takes at most, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ms: Option<u32>,
    /// How many times the request is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// About the first request: `method`, `url`, `path`, `query`, `headers`, `body`. Secrets are hidden in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request: Vec<Check>,
}

/// What a text must be like.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TextCheck {
    /// It is this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
    /// It has this in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// A regular expression finds something in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
}

/// What a part of a document must be like.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Which part: a JSON pointer (`/slots/0/time`; empty for the whole) or a JMESPath expression (`length(slots)`).
    pub path: String,
    /// It is this value.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub equals: Option<Value>,
    /// A text with this in it, a list with this item, an object with at least these fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub contains: Option<Value>,
    /// Whether it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// A text in which this regular expression finds something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
    /// It is of this type.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<JsonType>,
    /// A number that is not less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// A number that is not more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// A text, list or object of this length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
}

/// The types of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JsonType {
    /// A text.
    String,
    /// Any number.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// An object.
    Object,
    /// A list.
    Array,
    /// Null.
    Null,
}

/// `null` that is written down is a value, not an absence.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A saved test case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// The tool.
    pub tool_id: ToolId,
    /// The tool's name.
    pub tool: String,
    /// The author's form.
    pub spec: CaseSpec,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How it went when it was last run; a change forgets it.
    pub last_run: Option<LastRun>,
}

/// How a case went when it was last run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LastRun {
    /// When.
    pub at: Timestamp,
    /// The revision of the tool that was tested.
    pub tool_revision: i64,
    /// How it went.
    pub result: CaseResult,
}

/// How a case went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseStatus {
    /// Everything was as expected.
    Passed,
    /// Something was not.
    Failed,
    /// It could not be run.
    Error,
}

/// What one run of a case came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseResult {
    /// The case, when it is saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CaseId>,
    /// Its name.
    pub name: String,
    /// How it went.
    pub status: CaseStatus,
    /// What was not as expected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Mismatch>,
    /// Why it could not be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The execution, in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<ExecutionId>,
    /// How the execution ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// From asked to ended, in milliseconds.
    pub duration_ms: f64,
    /// The first requests that the stubbed upstream got, at most 5, with secrets hidden; not kept in `last_run`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub requests: Vec<Value>,
    /// What was said while it ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speech: Vec<Said>,
}

/// An expectation that did not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Mismatch {
    /// Which one, for example `result[0] (/slots/0) equals`.
    pub expectation: String,
    /// What was expected.
    #[schema(value_type = Option<Value>)]
    pub expected: Value,
    /// What was there; long values are cut.
    #[schema(value_type = Option<Value>)]
    pub actual: Value,
    /// The same in words.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_case_is_strict_and_survives_a_round_trip() {
        let case = json!({"name": "no slots", "arguments": {"date": "2026-12-01"}, "secrets": {"KEY": "fake"},
            "stubs": [{"match": {"method": "GET", "url": "/slots*"}, "status": 200, "body": {"slots": []}},
                {"fault": "reset"}],
            "expect": {"success": true, "result": [{"path": "/slots", "equals": []}, {"path": "/next", "equals": null},
                {"path": "length(slots)", "type": "integer", "max": 0.0}]}});
        let spec: CaseSpec = serde_json::from_value(case.clone()).unwrap();
        assert_eq!(spec.expect.result[1].equals, Some(Value::Null), "a null that is written is a value");
        assert_eq!(serde_json::to_value(&spec).unwrap(), case);
        for (pointer, slip) in
            [("", "argumets"), ("/stubs/0", "stauts"), ("/expect", "sucess"), ("/stubs/0/match", "uri")]
        {
            let mut bad = case.clone();
            bad.pointer_mut(pointer).unwrap()[slip] = json!({});
            assert!(serde_json::from_value::<CaseSpec>(bad).is_err(), "{slip}");
        }
    }
}
