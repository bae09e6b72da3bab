//! Refusals of the registry, told in the guide's words.

use callwright_model::Fault;

use crate::compat::plan::fault::{below, rename};

/// Our fields and the guide's; the first that fits counts. A field also stands for everything below it.
const FIELDS: [(&str, &str); 10] = [
    ("config.auth.key", "implementation.auth.api_key"),
    ("config.auth.query", "implementation.auth.key_name"),
    ("config.auth.header", "implementation.auth.key_name"),
    ("config.callback", "implementation.callback"),
    ("config", "implementation"),
    ("kind", "tool_type"),
    ("parameters", "parameters_schema"),
    ("policy.timeout_ms", "max_execution_time_ms"),
    ("policy.read_timeout_ms", "max_execution_time_ms"),
    ("arguments", "parameters"),
];

/// The same fault of a tool, naming the guide's field.
pub(super) fn of_tool(fault: Fault) -> Fault {
    rename(fault, in_tool)
}

/// The same for a webhook, whose address has a name of its own.
pub(super) fn of_webhook(fault: Fault) -> Fault {
    rename(fault, |field| match below(field, "config.url") {
        Some(rest) => format!("implementation.webhook_url{rest}"),
        None => in_tool(field),
    })
}

fn in_tool(field: &str) -> String {
    let found = FIELDS.iter().find_map(|(ours, guides)| below(field, ours).map(|rest| format!("{guides}{rest}")));
    found.unwrap_or_else(|| field.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_guides_field() {
        let told = of_tool(Fault::invalid("config.auth.key", "`config.auth.key` names an unknown secret"));
        assert_eq!(told.message, "`implementation.auth.api_key` names an unknown secret");
        assert_eq!(told.details.unwrap()["field"], "implementation.auth.api_key");
        let url = || Fault::invalid("config.url", "`config.url` is no address");
        assert_eq!(of_tool(url()).message, "`implementation.url` is no address");
        assert_eq!(of_webhook(url()).message, "`implementation.webhook_url` is no address");
        for (ours, guides) in [
            ("policy.timeout_ms", "max_execution_time_ms"),
            ("policy.retry.network", "policy.retry.network"),
            ("parameters.properties.a", "parameters_schema.properties.a"),
            ("name", "name"),
        ] {
            assert_eq!(in_tool(ours), guides);
        }
    }
}
