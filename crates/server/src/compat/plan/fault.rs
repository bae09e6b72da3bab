//! Refusals of the registry, told in the plan's words.

use callwright_model::{Fault, FaultKind};
use serde_json::{Value, json};

/// Our fields and the plan's; the first that fits counts. A field also stands for everything below it.
const FIELDS: [(&str, &str); 18] = [
    ("config.auth.token", "configuration.authentication.token_field"),
    ("config.auth.key", "configuration.authentication.token_field"),
    ("config.auth.password", "configuration.authentication.token_field"),
    ("config.auth.username", "configuration.authentication.username"),
    ("config.auth.header", "configuration.authentication.header_name"),
    ("config.body.json", "configuration.request_body_template"),
    ("config", "configuration"),
    ("result.success", "configuration.response_handling.success_field"),
    ("result.message", "configuration.response_handling.message_field"),
    ("result.data", "configuration.response_handling.data_field"),
    ("policy.timeout_ms", "timeout_seconds"),
    ("policy.read_timeout_ms", "timeout_seconds"),
    ("policy.retry", "retry_attempts"),
    ("policy.confirm", "require_confirmation"),
    ("policy.allowed_contexts", "allowed_contexts"),
    ("parameters", "function_definition.function.parameters"),
    ("active", "is_active"),
    ("kind", "tool_type"),
];

/// The same fault of a tool, naming the plan's field.
pub(crate) fn of_tool(fault: Fault) -> Fault {
    rename(fault, in_tool)
}

/// The same fault of an assignment, naming the plan's field.
pub(crate) fn of_assignment(fault: Fault) -> Fault {
    rename(fault, in_assignment)
}

/// The same fault with another name for its field, in the details and in the message.
pub(crate) fn rename(mut fault: Fault, plans: fn(&str) -> String) -> Fault {
    if fault.kind != FaultKind::Invalid {
        return fault;
    }
    let Some(field) = fault.details.as_ref().and_then(|details| details.get("field")).and_then(Value::as_str) else {
        return fault;
    };
    let field = field.to_owned();
    fault.message = in_message(&fault.message, &field, plans);
    if let Some(details) = fault.details.as_mut() {
        details["field"] = json!(plans(&field));
    }
    fault
}

/// Our names in a message stand between backticks: `field`, what it is a part of, and what it contradicts.
fn in_message(message: &str, field: &str, plans: fn(&str) -> String) -> String {
    let is_ours =
        |text: &str| below(field, text).is_some() || text.starts_with("config.") || text.starts_with("policy.");
    let parts = message.split('`').enumerate().map(|(index, part)| {
        let is_quoted = index % 2 == 1;
        if is_quoted && is_ours(part) { plans(part) } else { part.to_owned() }
    });
    parts.collect::<Vec<_>>().join("`")
}

fn in_tool(field: &str) -> String {
    if field == "config.auth" {
        return "configuration.authentication".to_owned();
    }
    FIELDS
        .iter()
        .find_map(|(ours, plans)| below(field, ours).map(|rest| format!("{plans}{rest}")))
        .unwrap_or_else(|| field.to_owned())
}

/// An assignment has one field for all of it, in which the configuration's fields stand side by side with the others.
fn in_assignment(field: &str) -> String {
    let field = below(field, "overrides").map_or(field, |rest| rest.trim_start_matches('.'));
    let plans = in_tool(field);
    match plans.as_str() {
        "" => "custom_configuration".to_owned(),
        "timeout_seconds" => "custom_configuration.timeout".to_owned(),
        plans => format!("custom_configuration.{}", plans.strip_prefix("configuration.").unwrap_or(plans)),
    }
}

/// What follows `ours` in `field`, if that is `ours` or below it.
pub(crate) fn below<'f>(field: &'f str, ours: &str) -> Option<&'f str> {
    let rest = field.strip_prefix(ours)?;
    (rest.is_empty() || rest.starts_with(['.', '/', '['])).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_plans_field_in_the_details_and_in_the_message() {
        let fault = of_tool(Fault::invalid("config.auth.token", "`config.auth.token` names an unknown secret"));
        assert_eq!(fault.message, "`configuration.authentication.token_field` names an unknown secret");
        assert_eq!(fault.details.unwrap()["field"], "configuration.authentication.token_field");
        let twice =
            Fault::invalid("config.headers.authorization", "`config.headers.authorization` is set by `config.auth`");
        assert_eq!(
            of_tool(twice).message,
            "`configuration.headers.authorization` is set by `configuration.authentication`"
        );
        let hint = Fault::invalid("config.url", "`config.url`: `x` is unknown; use `parameters`");
        assert_eq!(of_tool(hint).message, "`configuration.url`: `x` is unknown; use `parameters`");
        for (ours, plans) in [
            ("config.headers.X-Id", "configuration.headers.X-Id"),
            ("config.body.json/a/0", "configuration.request_body_template/a/0"),
            ("policy.retry.network.attempts", "retry_attempts.network.attempts"),
            ("parameters.properties.a", "function_definition.function.parameters.properties.a"),
            ("name", "name"),
            ("configx", "configx"),
        ] {
            assert_eq!(in_tool(ours), plans);
        }
        for (ours, plans) in [
            ("overrides.config.url", "custom_configuration.url"),
            ("overrides", "custom_configuration"),
            ("overrides.name", "custom_configuration.name"),
            ("result.data", "custom_configuration.response_handling.data_field"),
            ("policy.timeout_ms", "custom_configuration.timeout"),
            ("bound.id", "custom_configuration.bound.id"),
        ] {
            assert_eq!(in_assignment(ours), plans);
        }
    }
}
