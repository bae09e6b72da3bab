//! Whether what the tool says it does to the world fits its name and its method.

use callwright_model::tool::{Config, Effect, ToolSpec};
use serde_json::json;

use super::finding::{Findings, Weight};

const DESTROYS: [&str; 9] = ["delete", "remove", "cancel", "drop", "purge", "erase", "destroy", "terminate", "revoke"];
const READS: [&str; 11] =
    ["get", "list", "find", "search", "check", "lookup", "fetch", "read", "show", "count", "query"];
const WRITES: [&str; 12] =
    ["create", "update", "send", "add", "set", "book", "pay", "charge", "refund", "post", "submit", "transfer"];

/// Looks at effect, name and method together.
pub(super) fn examine(spec: &ToolSpec, found: &mut Findings) {
    let Config::Http(config) = &spec.config else { return };
    let method = config.method.to_ascii_uppercase();
    let verb = spec.name.split(['_', '-']).next().unwrap_or_default().to_lowercase();
    let is = |verbs: &[&str]| verbs.contains(&verb.as_str());
    match spec.effect {
        Effect::Read if method == "DELETE" || is(&DESTROYS) => {
            let message = format!(
                "`{}` ({method}) says that it only reads, so it may be sent again at will; it looks as if it destroyed \
                 something",
                spec.name
            );
            found.add_fix(Weight::Error, "effect_destroys", "effect", message, json!({"effect": "destructive"}));
        }
        Effect::Write if method == "DELETE" || is(&DESTROYS) => {
            let message = format!("`{}` ({method}) looks as if it could not be undone; say `destructive`", spec.name);
            found.add_fix(Weight::Warning, "effect_destroys", "effect", message, json!({"effect": "destructive"}));
        }
        Effect::Write if matches!(method.as_str(), "GET" | "HEAD") && !is(&WRITES) => {
            let message = format!(
                "a {method} that counts as a write goes through the ledger, is slower and is not tried again; if it only \
                 reads, say so"
            );
            found.add_fix(Weight::Warning, "effect_get_writes", "effect", message, json!({"effect": "read"}));
        }
        Effect::Write if is(&READS) => {
            let message = format!("`{}` sounds as if it only read; if it does, say `read`", spec.name);
            found.add_fix(Weight::Info, "effect_sounds_read", "effect", message, json!({"effect": "read"}));
        }
        Effect::Read if is(&WRITES) && !matches!(method.as_str(), "GET" | "HEAD") => {
            let message = format!(
                "`{}` ({method}) says that it only reads, so it may be sent twice; if it changes anything, say `write`",
                spec.name
            );
            found.add_fix(Weight::Warning, "effect_writes", "effect", message, json!({"effect": "write"}));
        }
        _ => {}
    }
}
