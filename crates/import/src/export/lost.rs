//! What of a tool a form has no place for.

use callwright_model::tool::{Policy, ResultSpec, ToolSpec};
use serde_json::{Map, Value};

use super::Lost;

/// The list of what is lost, each field once.
#[derive(Debug, Default)]
pub(super) struct Losses(Vec<Lost>);

impl Losses {
    /// Notes that a field is lost.
    pub(super) fn add(&mut self, field: impl Into<String>, why: impl Into<String>) {
        let field = field.into();
        if !self.0.iter().any(|lost| lost.field == field) {
            self.0.push(Lost { field, why: why.into() });
        }
    }

    /// Notes every field of the tool that says something and is not in `held`, which names fields as they are told:
    /// `policy.timeout_ms`, `bound`, or a whole part such as `speech`.
    pub(super) fn rest(&mut self, spec: &ToolSpec, held: &[&str], form: &str) {
        let Ok(Value::Object(fields)) = serde_json::to_value(spec) else { return };
        for (field, value) in &fields {
            let why = |field: &str| why(field, form);
            match field.as_str() {
                // The name of the kind is told by its configuration.
                "name" | "kind" | "version" => {}
                field if held.contains(&field) => {}
                "effect" if value == "write" => {}
                "description" if value == "" => {}
                "active" if value == true => {}
                "policy" => self.inside(field, value, &default_of::<Policy>(), held, form),
                "result" => self.inside(field, value, &default_of::<ResultSpec>(), held, form),
                "bound" => {
                    for name in value.as_object().into_iter().flatten().map(|(name, _)| name) {
                        self.add(format!("bound.{name}"), why("bound"));
                    }
                }
                _ => self.add(field.clone(), why(field)),
            }
        }
    }

    fn inside(&mut self, part: &str, value: &Value, usual: &Map<String, Value>, held: &[&str], form: &str) {
        for (name, value) in value.as_object().into_iter().flatten() {
            let field = format!("{part}.{name}");
            if !held.contains(&field.as_str()) && usual.get(name) != Some(value) {
                self.add(field.clone(), why(&field, form));
            }
        }
    }

    /// The list.
    pub(super) fn into_list(self) -> Vec<Lost> {
        self.0
    }
}

fn default_of<T: Default + serde::Serialize>() -> Map<String, Value> {
    match serde_json::to_value(T::default()) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn why(field: &str, form: &str) -> String {
    match field {
        "config" => format!("{form} says what a tool is, not where and how it is carried out"),
        "bound" => format!("{form} shows what a model sees; this the server fills in"),
        "policy.approval" | "policy.confirm" => format!("{form} has no agreement of a person; this server asks for it"),
        _ => format!("{form} has no place for it"),
    }
}
