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
    let mut value = Value::Object(arguments);
    let mut problem = problems(&tool.model_schema, &value);
    if problem.is_some() {
        // In strict mode a provider has the model send `null` for what it leaves out.
        let mut without = value.clone();
        if drop_nulls(&mut without) && tool.model_schema.is_valid(&without) {
            (value, problem) = (without, None);
        }
    }
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

/// Takes the `null`s out of objects; whether there were any.
fn drop_nulls(value: &mut Value) -> bool {
    let mut changed = false;
    match value {
        Value::Object(map) => {
            let before = map.len();
            map.retain(|_, value| !value.is_null());
            changed = map.len() != before;
            for value in map.values_mut() {
                changed |= drop_nulls(value);
            }
        }
        Value::Array(items) => {
            for item in items {
                changed |= drop_nulls(item);
            }
        }
        _ => {}
    }
    changed
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_are_taken_out_at_any_depth() {
        let mut value = json!({"a": null, "b": {"c": null, "d": 1}, "e": [{"f": null}, null]});
        assert!(drop_nulls(&mut value));
        assert_eq!(value, json!({"b": {"d": 1}, "e": [{}, null]}));
        assert!(!drop_nulls(&mut json!({"a": 1})));
    }
}
