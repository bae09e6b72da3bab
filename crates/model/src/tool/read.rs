//! Reading a tool as its author writes it: what `config` may hold depends on `kind`.
//!
//! Written out by a macro rather than derived, so that the path of a wrong field (`config.url`) reaches whoever
//! reports it. Where `kind` comes after `config`, the configuration is read once the kind is known.

use std::{collections::BTreeMap, fmt};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use super::{Config, Effect, Kind, Policy, ResultSpec, ToolSpec, config::ConfigOf, empty_schema};

struct SpecVisitor;

/// Each field with what it is when nothing is said; `name` must be given, and `kind`, `parameters` and `config` depend on each other.
macro_rules! spec {
    ($($field:ident = $default:expr;)*) => {
        const FIELDS: &[&str] = &[$(stringify!($field),)* "name", "kind", "parameters", "config"];

        impl<'de> Visitor<'de> for SpecVisitor {
            type Value = ToolSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a tool, which is an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ToolSpec, A::Error> {
                $(let mut $field = None;)*
                let mut name: Option<String> = None;
                let mut kind: Option<Kind> = None;
                let mut parameters: Option<Value> = None;
                let mut config: Option<Config> = None;
                let mut early: Option<Value> = None;
                while let Some(field) = map.next_key::<String>()? {
                    match field.as_str() {
                        "name" => once(&mut name, "name", &mut map)?,
                        $(stringify!($field) => once(&mut $field, stringify!($field), &mut map)?,)*
                        "kind" => once(&mut kind, "kind", &mut map)?,
                        "parameters" => once(&mut parameters, "parameters", &mut map)?,
                        "config" => match kind {
                            _ if config.is_some() => return Err(A::Error::duplicate_field("config")),
                            Some(kind) => config = Some(map.next_value_seed(ConfigOf(kind))?),
                            None => once(&mut early, "config", &mut map)?,
                        },
                        other => return Err(A::Error::unknown_field(other, FIELDS)),
                    }
                }
                let name = name.ok_or_else(|| A::Error::missing_field("name"))?;
                let kind = kind.ok_or_else(|| A::Error::missing_field("kind"))?;
                let config = match (config, early) {
                    (Some(config), _) => config,
                    (None, Some(value)) => ConfigOf(kind)
                        .deserialize(value)
                        .map_err(|error| A::Error::custom(format!("`config`: {error}")))?,
                    (None, None) => return Err(A::Error::missing_field("config")),
                };
                let parameters = parameters.unwrap_or_else(|| match &config {
                    Config::Http(_) | Config::Python(_) | Config::Client(_) | Config::Workflow(_) => empty_schema(),
                    Config::Agent(_) => super::AgentConfig::parameters(),
                    Config::Mcp(_) => super::McpConfig::open_parameters(),
                    Config::System(system) => system.parameters(),
                    Config::Business(business) => business.function.parameters(),
                });
                let mut spec = ToolSpec { name, kind, parameters, config, $($field: match $field {
                    Some(value) => value,
                    None => $default,
                },)* };
                spec.adopt();
                Ok(spec)
            }
        }
    };
}

spec! {
    display_name = None;
    description = String::new();
    category = None;
    effect = Effect::default();
    repeatable = false;
    bound = BTreeMap::new();
    result = ResultSpec::default();
    policy = Policy::default();
    fallback = None;
    speech = None;
    redact = Vec::new();
    active = true;
    is_shared = true;
    is_public = false;
    is_template = false;
    labels = BTreeMap::new();
    version = None;
}

fn once<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    slot: &mut Option<T>,
    name: &'static str,
    map: &mut A,
) -> Result<(), A::Error> {
    if slot.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *slot = Some(map.next_value()?);
    Ok(())
}

impl<'de> Deserialize<'de> for ToolSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("ToolSpec", FIELDS, SpecVisitor)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_configuration_is_read_by_its_kind_wherever_that_stands() {
        let http = json!({"config": {"url": "https://h/"}, "name": "a", "kind": "webhook"});
        assert_eq!(serde_json::from_value::<ToolSpec>(http).unwrap().config.kind(), Kind::Http);
        let system = json!({"name": "bye", "kind": "system", "config": {"action": "end_call"}});
        let spec: ToolSpec = serde_json::from_value(system).unwrap();
        assert_eq!(spec.config.kind(), Kind::System);
        assert!(spec.parameters["properties"]["reason"].is_object(), "a system tool brings its own parameters");
        let written = serde_json::to_value(&spec).unwrap();
        assert_eq!(serde_json::from_value::<ToolSpec>(written).unwrap(), spec);
        for (bad, why) in [
            (json!({"name": "a", "kind": "http", "config": {"action": "end_call"}}), "unknown field `action`"),
            (json!({"config": {"url": 1}, "kind": "http", "name": "a"}), "`config`: invalid type"),
            (json!({"name": "a", "kind": "http"}), "missing field `config`"),
            (json!({"kind": "http", "config": {"url": "x"}}), "missing field `name`"),
            (json!({"name": "a", "kind": "http", "config": {"url": "x"}, "polcy": {}}), "unknown field `polcy`"),
        ] {
            let error = serde_json::from_value::<ToolSpec>(bad).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
