//! What may stand in a hook, field by field.

use super::{HmacRule, HookPlatform, HookProtection, HookRules, HookTarget};
use crate::Fault;

/// The longest that a request may wait, in milliseconds.
const MOST_WAIT: u32 = 110_000;
/// The most requests in a minute that may be asked for.
const MOST_RATE: u32 = 100_000;

impl HookRules {
    /// Checks what can be checked without looking anything up.
    ///
    /// # Errors
    /// Names the field.
    pub fn check(&self, platform: HookPlatform) -> Result<(), Fault> {
        self.target.check(platform)?;
        self.protection.check(platform)?;
        if self.addresses.len() > 64 {
            return refuse("addresses", "may have at most 64 entries");
        }
        if self.wait_ms > MOST_WAIT {
            return refuse("wait_ms", &format!("may be at most {MOST_WAIT}"));
        }
        if !(1..=MOST_RATE).contains(&self.rate_per_minute) {
            return refuse("rate_per_minute", &format!("must be between 1 and {MOST_RATE}"));
        }
        match &self.response_secret {
            Some(name) if !name.starts_with("WEBHOOK_") || !crate::secret::is_secret_name(name) => {
                refuse("response_secret", "must name a secret that begins with `WEBHOOK_`: only those sign")
            }
            _ => Ok(()),
        }
    }
}

impl HookTarget {
    fn check(&self, platform: HookPlatform) -> Result<(), Fault> {
        if self.tools.len() > 128 {
            return refuse("target.tools", "may have at most 128 entries");
        }
        for (place, tool) in self.tools.iter().enumerate() {
            if tool.is_empty() || tool.len() > 128 || self.tools[..place].contains(tool) {
                return refuse(&format!("target.tools.{place}"), "must be the name of a tool, given once");
            }
        }
        if self.workflow.is_some() && (self.agent.is_some() || !self.tools.is_empty()) {
            return refuse("target.workflow", "goes with neither `agent` nor `tools`");
        }
        match platform {
            HookPlatform::Automation if self.is_empty() => {
                refuse("target", "must name `tools`, an `agent` or a `workflow`")
            }
            HookPlatform::Vapi | HookPlatform::Retell if self.workflow.is_some() => {
                refuse("target.workflow", "cannot be called by this platform; make a tool of the kind `workflow`")
            }
            _ => Ok(()),
        }
    }

    fn is_empty(&self) -> bool {
        self.agent.is_none() && self.tools.is_empty() && self.workflow.is_none()
    }
}

impl HookProtection {
    fn check(&self, platform: HookPlatform) -> Result<(), Fault> {
        if matches!(self, Self::Retell { .. }) != (platform == HookPlatform::Retell) {
            return refuse("protection.type", "is `retell` on a hook for Retell and nowhere else");
        }
        match self {
            Self::Token { header: Some(name) } => header("protection.header", name),
            Self::Token { header: None } => Ok(()),
            Self::Hmac(rule) => rule.check(),
            Self::StandardWebhooks { tolerance_s } | Self::Retell { tolerance_s } => tolerance(*tolerance_s),
        }
    }
}

impl HmacRule {
    fn check(&self) -> Result<(), Fault> {
        header("protection.signature_header", &self.signature_header)?;
        if let Some(name) = &self.timestamp_header {
            header("protection.timestamp_header", name)?;
        }
        if let Some(name) = &self.message_id_header {
            header("protection.message_id_header", name)?;
        }
        let format = &self.payload_format;
        if !format.contains("{body}") || format.len() > 200 {
            return refuse("protection.payload_format", "must have `{body}` in it, and at most 200 bytes");
        }
        // A time that is not signed could be replaced by whoever repeats the request.
        if self.timestamp_header.is_some() != format.contains("{timestamp}") {
            return refuse("protection.payload_format", "has `{timestamp}` in it where there is a `timestamp_header`");
        }
        if self.message_id_header.is_none() && (format.contains("{id}") || format.contains("{svix-id}")) {
            return refuse("protection.message_id_header", "is missing: `{id}` is signed");
        }
        if self.signature_prefix.len() > 100 {
            return refuse("protection.signature_prefix", "may have at most 100 bytes");
        }
        tolerance(self.tolerance_s)
    }
}

fn tolerance(seconds: u32) -> Result<(), Fault> {
    match (1..=3_600).contains(&seconds) {
        true => Ok(()),
        false => refuse("protection.tolerance_s", "must be between 1 and 3600"),
    }
}

fn header(field: &str, name: &str) -> Result<(), Fault> {
    let is_good = (1..=100).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
    if is_good { Ok(()) } else { refuse(field, "must be the name of a header") }
}

fn refuse<T>(field: &str, why: &str) -> Result<T, Fault> {
    Err(Fault::invalid(field, format!("`{field}` {why}")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn field(platform: HookPlatform, change: Value) -> Option<String> {
        let mut rules = json!({"target": {"tools": ["a"]}, "protection": {"type": "token"}, "wait_ms": 1,
            "rate_per_minute": 1});
        for (name, value) in change.as_object().unwrap() {
            rules[name] = value.clone();
        }
        let rules: HookRules = serde_json::from_value(rules).unwrap();
        let fault = rules.check(platform).err()?;
        Some(fault.details.unwrap()["field"].as_str().unwrap().to_owned())
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_field() {
        let ours = HookPlatform::Automation;
        assert_eq!(field(ours, json!({})), None);
        let hmac = |rest: Value| {
            let mut rule = json!({"type": "hmac"});
            for (name, value) in rest.as_object().unwrap() {
                rule[name] = value.clone();
            }
            json!({ "protection": rule })
        };
        assert_eq!(field(ours, hmac(json!({}))), None);
        assert_eq!(field(ours, hmac(json!({"timestamp_header": null, "payload_format": "{body}"}))), None);
        for (platform, change, expected) in [
            (ours, json!({"target": {}}), "target"),
            (ours, json!({"target": {"tools": ["a", "a"]}}), "target.tools.1"),
            (ours, json!({"target": {"tools": ["a"], "workflow": "w"}}), "target.workflow"),
            (HookPlatform::Vapi, json!({"target": {"workflow": "w"}}), "target.workflow"),
            (HookPlatform::Retell, json!({}), "protection.type"),
            (ours, json!({"protection": {"type": "retell"}}), "protection.type"),
            (ours, json!({"protection": {"type": "token", "header": "a b"}}), "protection.header"),
            (ours, hmac(json!({"payload_format": "{timestamp}"})), "protection.payload_format"),
            (ours, hmac(json!({"payload_format": "{body}"})), "protection.payload_format"),
            (ours, hmac(json!({"payload_format": "{id}{timestamp}{body}"})), "protection.message_id_header"),
            (ours, hmac(json!({"tolerance_s": 0})), "protection.tolerance_s"),
            (ours, json!({"wait_ms": 110001}), "wait_ms"),
            (ours, json!({"rate_per_minute": 0}), "rate_per_minute"),
            (ours, json!({"response_secret": "STRIPE"}), "response_secret"),
        ] {
            assert_eq!(field(platform, change.clone()).as_deref(), Some(expected), "{change}");
        }
    }
}
