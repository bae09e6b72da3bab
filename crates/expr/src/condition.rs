//! Conditions: expressions that give true or false over a document of results.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    Error, ErrorKind,
    path::{Path, Root, Step},
    program::Program,
};

/// A compiled condition, such as `results.lookup.found and results.lookup.count > 0`.
///
/// A missing name is `none`: comparisons go on, and [`evaluate`](Self::evaluate) says which names were missing.
/// An ordering (`<`, `>=`, …) with a missing or null side is false, whichever side it is; `x in missing` is false.
#[derive(Debug, Clone)]
pub struct Condition(Arc<Program>);

impl Condition {
    /// Compiles `text`, an expression with or without `{{ }}` around it.
    pub fn compile(text: &str) -> Result<Self, Error> {
        let trimmed = text.trim();
        let inner = trimmed.strip_prefix("{{").and_then(|text| text.strip_suffix("}}")).unwrap_or(trimmed);
        let program = Program::compile(inner, |raw| {
            let mut steps = vec![Step::Key(raw.root)];
            steps.extend(raw.steps);
            Ok(Path { source: raw.source, root: Root::Document, steps })
        })?;
        Ok(Self(Arc::new(program)))
    }

    /// Evaluates it over `root`, whose fields are the names it may use. Gives the verdict and the names that were
    /// read and are missing.
    pub fn evaluate(&self, root: &Value) -> Result<(bool, Vec<String>), Error> {
        let (value, missing) = self.0.evaluate_in(root)?;
        verdict(value, missing)
    }

    /// The same, where nothing at all does not hold: for what is skipped when it has nothing to go by.
    pub fn holds(&self, root: &Value) -> Result<(bool, Vec<String>), Error> {
        match self.0.evaluate_in(root)? {
            (Value::Null, missing) => Ok((false, missing)),
            (value, missing) => verdict(value, missing),
        }
    }

    /// The dotted names that it reads, each as the names that lead to it: `results.lookup.id` as those three.
    pub fn reads(&self) -> Vec<Vec<String>> {
        self.0.names().collect()
    }
}

fn verdict(value: Value, missing: Vec<String>) -> Result<(bool, Vec<String>), Error> {
    if let Value::Bool(verdict) = value {
        return Ok((verdict, missing));
    }
    let given = match &value {
        Value::Null => "none",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        _ => "an object",
    };
    let mut message = format!("a condition must give true or false, and this one gives {given}");
    if missing.is_empty() {
        message.push_str("; compare it with something, as in `… == true`");
    } else {
        message.push_str(&format!(", because `{}` is missing", missing.join("`, `")));
    }
    Err(Error::new(ErrorKind::NotBoolean, message))
}
