//! The arguments that the server fills in, and the hash of the whole.

use callwright_expr::Scope;
use callwright_guard::redact::Redactor;
use callwright_model::{ErrorClass, Object, ToolError};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    validate::problems,
    work::{Stop, Work},
};

pub(super) fn arguments(work: &mut Work) -> Result<(), Stop> {
    let tool = work.found.tool.clone();
    if !tool.bound.is_empty() {
        let filled = fill(work)?;
        work.arguments.extend(filled);
        if let Some(schema) = &tool.full_schema {
            let value = Value::Object(std::mem::take(&mut work.arguments));
            let problem = problems(schema, &value);
            if let Value::Object(arguments) = value {
                work.arguments = arguments;
            }
            if let Some(mut error) = problem {
                // The values come from context and secrets: tell which argument is wrong, never what it holds.
                "bound_invalid".clone_into(&mut error.code);
                error.message = Redactor::new(work.secrets.values()).text(&error.message);
                error.details = None;
                return Err(error.into());
            }
        }
    }
    work.args_hash = hash(work);
    Ok(())
}

/// A value that is missing fails closed: the model must not be able to call without it.
fn fill(work: &Work) -> Result<Object, ToolError> {
    let extra = work.extra(work.received_at);
    let mut filled = Object::new();
    for bound in &work.tool().bound {
        let scope = Scope {
            parameters: &work.arguments,
            context: &work.context,
            trust: bound.trust,
            secrets: &work.secrets,
            extra: &extra,
        };
        let value = bound.template.render(&scope).map_err(|error| missing(&bound.name, &error.message))?;
        if value.is_null() || value.as_str() == Some("") {
            return Err(missing(&bound.name, "its value is empty"));
        }
        filled.insert(bound.name.clone(), value);
    }
    Ok(filled)
}

fn missing(name: &str, why: &str) -> ToolError {
    let message =
        format!("the server could not fill in `{name}`: {why}. Only verified context counts; the call was not made");
    ToolError::new(ErrorClass::PermissionError, "bound_missing", message)
}

/// Equal for equal tool and arguments, whatever the order of their keys.
fn hash(work: &Work) -> String {
    let mut hasher = Sha256::new();
    hasher.update(work.tool().tool.id.raw().to_be_bytes());
    absorb_object(&mut hasher, &work.arguments);
    hex(&hasher.finalize()[..16])
}

fn absorb(hasher: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hasher.update(b"n"),
        Value::Bool(bit) => hasher.update(if *bit { b"t" } else { b"f" }),
        Value::Number(number) => absorb_text(hasher, b'#', &number.to_string()),
        Value::String(text) => absorb_text(hasher, b'"', text),
        Value::Array(items) => {
            absorb_text(hasher, b'[', &items.len().to_string());
            items.iter().for_each(|item| absorb(hasher, item));
        }
        Value::Object(map) => absorb_object(hasher, map),
    }
}

fn absorb_object(hasher: &mut Sha256, map: &Object) {
    absorb_text(hasher, b'{', &map.len().to_string());
    let mut fields: Vec<(&String, &Value)> = map.iter().collect();
    fields.sort_unstable_by_key(|(name, _)| *name);
    for (name, value) in fields {
        absorb_text(hasher, b':', name);
        absorb(hasher, value);
    }
}

/// The length before the text keeps neighbouring texts apart.
fn absorb_text(hasher: &mut Sha256, tag: u8, text: &str) {
    hasher.update([tag]);
    hasher.update((text.len() as u64).to_be_bytes());
    hasher.update(text.as_bytes());
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}
