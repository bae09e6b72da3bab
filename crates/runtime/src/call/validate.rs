//! Whether the model's arguments fit the schema that the model was shown.

use callwright_model::{ErrorClass, Object, ToolError};
use jsonschema::Validator;
use serde_json::{Value, json};

use super::work::{Stop, Work};

/// The most problems told at once.
const MOST_PROBLEMS: usize = 10;

pub(super) fn arguments(work: &mut Work) -> Result<(), Stop> {
    let mut arguments = match std::mem::take(&mut work.request.arguments) {
        Value::Null => Object::new(),
        Value::Object(arguments) => arguments,
        other => {
            work.request.arguments = other;
            return Err(invalid("arguments_not_object", "the arguments must be a JSON object").into());
        }
    };
    let tool = &work.found.tool;
    if let Some(bound) = tool.bound.iter().find(|bound| arguments.contains_key(&bound.name)) {
        let message = format!("`{}` is filled in by the server and may not be sent; leave it out", bound.name);
        work.arguments = arguments;
        return Err(invalid("bound_argument", message).into());
    }
    let value = Value::Object(arguments);
    let problem = problems(&tool.model_schema, &value);
    arguments = match value {
        Value::Object(arguments) => arguments,
        _ => Object::new(),
    };
    if problem.is_none() {
        for (name, default) in &tool.defaults {
            if !arguments.contains_key(name) {
                arguments.insert(name.clone(), default.clone());
            }
        }
    }
    work.arguments = arguments;
    problem.map_or(Ok(()), |error| Err(error.into()))
}

/// What is wrong with `value`, as an error that a model can act on.
pub(super) fn problems(schema: &Validator, value: &Value) -> Option<ToolError> {
    if schema.is_valid(value) {
        return None;
    }
    let found: Vec<(String, String)> = schema
        .iter_errors(value)
        .take(MOST_PROBLEMS)
        .map(|error| (error.instance_path().to_string(), error.to_string().chars().take(300).collect()))
        .collect();
    let told = found
        .iter()
        .map(|(path, message)| if path.is_empty() { message.clone() } else { format!("`{path}`: {message}") })
        .collect::<Vec<_>>()
        .join("; ");
    let details: Vec<Value> =
        found.into_iter().map(|(path, message)| json!({ "path": path, "message": message })).collect();
    Some(
        invalid("invalid_arguments", format!("the arguments do not fit the tool's schema: {told}"))
            .with_details(json!({ "problems": details })),
    )
}

fn invalid(code: &str, message: impl Into<String>) -> ToolError {
    ToolError::new(ErrorClass::ValidationError, code, message)
}
