//! The bounds of what an author may ask for around a tool, whatever its kind.

use callwright_model::{
    Fault,
    tool::{MAX_RESULT_BYTES, ResultSpec, RetryRule, ToolSpec, policy::RetryPolicy},
};

use crate::http::refuse;

pub mod guards;

/// The least of a total timeout, in milliseconds.
pub const MIN_TIMEOUT_MS: u32 = 100;
/// The most of any timeout, in milliseconds.
pub const MAX_TIMEOUT_MS: u32 = 600_000;
/// The most times that one rule sends again.
pub const MAX_ATTEMPTS: u8 = 10;
/// The longest first wait of a rule, in milliseconds.
pub const MAX_BASE_MS: u32 = 60_000;

/// Checks the policy and the result's paths of a tool.
///
/// # Errors
/// A [`Fault`] that names the field, for example `policy.retry.network.attempts`.
pub fn check(spec: &ToolSpec) -> Result<(), Fault> {
    let policy = &spec.policy;
    between("policy.timeout_ms", policy.timeout_ms, MIN_TIMEOUT_MS, MAX_TIMEOUT_MS)?;
    between("policy.connect_timeout_ms", policy.connect_timeout_ms, 1, MAX_TIMEOUT_MS)?;
    between("policy.read_timeout_ms", policy.read_timeout_ms, 1, MAX_TIMEOUT_MS)?;
    if let Some(ms) = policy.answer_by_ms {
        between("policy.answer_by_ms", ms, MIN_TIMEOUT_MS, MAX_TIMEOUT_MS)?;
    }
    if policy.answer_by_say.as_ref().is_some_and(|say| say.len() > 1_000) {
        return refuse("policy.answer_by_say", "may have at most 1000 bytes");
    }
    policy.confirm.check()?;
    policy.approval.check()?;
    if let Some(callback) = spec.config.http().and_then(|http| http.callback.as_ref()) {
        between("config.callback.expires_s", callback.expires_s, 1, 604_800)?;
    }
    retry(&policy.retry)?;
    guards::check(spec)?;
    result(&spec.result)?;
    spec.redact.iter().enumerate().try_for_each(|(at, text)| path(&format!("redact.{at}"), text))
}

fn retry(retry: &RetryPolicy) -> Result<(), Fault> {
    rule("network", retry.network)?;
    rule("rate_limit", retry.rate_limit)?;
    rule("timeout", retry.timeout)?;
    between("policy.retry.max_delay_ms", retry.max_delay_ms, 0, MAX_TIMEOUT_MS)?;
    let field = "policy.retry.retry_on_status_codes";
    match retry.retry_on_status_codes.iter().find(|status| !(400..600).contains(*status)) {
        Some(status) => refuse(field, format!("has {status}; only an error, 400 to 599, can be sent again")),
        None => Ok(()),
    }
}

fn rule(name: &str, rule: RetryRule) -> Result<(), Fault> {
    between(&format!("policy.retry.{name}.attempts"), rule.attempts.into(), 0, MAX_ATTEMPTS.into())?;
    between(&format!("policy.retry.{name}.base_ms"), rule.base_ms, 0, MAX_BASE_MS)
}

fn result(result: &ResultSpec) -> Result<(), Fault> {
    let paths = [("success", &result.success), ("message", &result.message), ("data", &result.data)];
    for (name, text) in paths {
        text.iter().try_for_each(|text| path(&format!("result.{name}"), text))?;
    }
    for (at, text) in result.redact.iter().enumerate() {
        path(&format!("result.redact.{at}"), text)?;
    }
    result.max_bytes.map_or(Ok(()), |bytes| between("result.max_bytes", bytes, 1, MAX_RESULT_BYTES))
}

pub(crate) fn between(field: &str, value: u32, least: u32, most: u32) -> Result<(), Fault> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    refuse(field, format!("is {value}; it must be between {least} and {most}"))
}

/// Checks a JSON pointer (`/data/items`) or a dotted path (`data.items`); empty means the whole.
fn path(field: &str, text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Ok(());
    }
    if text.len() > 1024 {
        return refuse(field, "is longer than 1024 bytes");
    }
    if let Some(pointer) = text.strip_prefix('/') {
        let escapes_are_whole = pointer.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
        if !escapes_are_whole {
            return refuse(field, "is not a JSON pointer: `~` must be written `~0`");
        }
    } else if text.split('.').any(|step| step.trim().is_empty()) {
        return refuse(field, "is not a path; write `/data/items` or `data.items`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn checked(patch: Value) -> Result<(), String> {
        let mut spec = json!({"name": "t", "kind": "http", "config": {"url": "https://example.com"}});
        callwright_model::merge::merge_patch(&mut spec, &patch);
        let spec: ToolSpec = serde_json::from_value(spec).unwrap();
        check(&spec).map_err(|fault| fault.details.unwrap()["field"].as_str().unwrap().to_owned())
    }

    #[test]
    fn bounds_name_the_field() {
        assert_eq!(checked(json!({})), Ok(()));
        assert_eq!(checked(json!({"policy": {"timeout_ms": 600_000}})), Ok(()));
        for (patch, field) in [
            (json!({"policy": {"timeout_ms": 99}}), "policy.timeout_ms"),
            (json!({"policy": {"timeout_ms": 600_001}}), "policy.timeout_ms"),
            (json!({"policy": {"connect_timeout_ms": 0}}), "policy.connect_timeout_ms"),
            (json!({"policy": {"read_timeout_ms": 0}}), "policy.read_timeout_ms"),
            (
                json!({"policy": {"retry": {"network": {"attempts": 11, "base_ms": 1}}}}),
                "policy.retry.network.attempts",
            ),
            (
                json!({"policy": {"retry": {"timeout": {"attempts": 1, "base_ms": 60_001}}}}),
                "policy.retry.timeout.base_ms",
            ),
            (json!({"policy": {"retry": {"max_delay_ms": 600_001}}}), "policy.retry.max_delay_ms"),
            (json!({"policy": {"retry": {"retry_on_status_codes": [200]}}}), "policy.retry.retry_on_status_codes"),
            (json!({"result": {"max_bytes": 0}}), "result.max_bytes"),
            (json!({"result": {"max_bytes": 2_000_000}}), "result.max_bytes"),
            (json!({"result": {"data": "a..b"}}), "result.data"),
            (json!({"result": {"success": "/a~2"}}), "result.success"),
            (json!({"result": {"redact": ["/ok", "."]}}), "result.redact.1"),
            (json!({"redact": ["."]}), "redact.0"),
        ] {
            assert_eq!(checked(patch.clone()), Err(field.to_owned()), "{patch}");
        }
    }

    #[test]
    fn pointers_and_dotted_paths_pass() {
        for text in ["", "/", "/data/items/0", "/a~1b/~0c", "data", "data.items.0"] {
            assert!(path("result.data", text).is_ok(), "{text}");
        }
    }
}
