//! From an upstream's answer to a result that fits the model.

mod cut;

use callwright_expr::Projection;
use callwright_guard::redact::Redactor;
use callwright_model::{
    Content, ErrorClass, Fault, Object, ToolError,
    merge::lookup,
    outcome::Cut,
    tool::{DEFAULT_RESULT_BYTES, MAX_RESULT_BYTES, ResultMap, ResultSpec},
};
use jsonschema::Validator;
use serde_json::{Value, json};

pub(crate) use cut::{Cursor, cut, page};

use super::validate::problems;
use crate::registry::compile::validator;

/// The least that a result may be cut to; below this nothing useful is left.
const MIN_RESULT_BYTES: u32 = 256;

/// A compiled [`ResultSpec`].
pub struct Shaper {
    success: Option<String>,
    message: Option<String>,
    data: Option<String>,
    map: Option<Map>,
    schema: Option<Validator>,
    max_bytes: usize,
    redact: Vec<String>,
}

enum Map {
    Whole(Projection),
    Fields(Vec<(String, Projection)>),
}

/// A result that was made to fit.
#[derive(Debug, Clone)]
pub(crate) struct Shaped {
    /// What the caller gets.
    pub content: Content,
    /// The whole, when it was cut.
    pub whole: Option<Content>,
}

impl Shaper {
    /// Compiles `spec`; a fault names the field.
    pub fn compile(spec: &ResultSpec) -> Result<Self, Fault> {
        let max_bytes = spec.max_bytes.unwrap_or(DEFAULT_RESULT_BYTES);
        if !(MIN_RESULT_BYTES..=MAX_RESULT_BYTES).contains(&max_bytes) {
            return Err(Fault::invalid(
                "result.max_bytes",
                format!("`result.max_bytes` must be between {MIN_RESULT_BYTES} and {MAX_RESULT_BYTES}"),
            ));
        }
        let compile = |field: String, expression: &str| {
            Projection::compile(expression).map_err(|error| {
                Fault::invalid(field.clone(), format!("`{field}` is not a JMESPath expression: {}", error.message))
            })
        };
        let map = match &spec.map {
            None => None,
            Some(ResultMap::Whole(expression)) => Some(Map::Whole(compile("result.map".to_owned(), expression)?)),
            Some(ResultMap::Fields(fields)) => {
                let compiled: Result<Vec<_>, Fault> = fields
                    .iter()
                    .map(|(name, expression)| Ok((name.clone(), compile(format!("result.map.{name}"), expression)?)))
                    .collect();
                Some(Map::Fields(compiled?))
            }
        };
        let schema = spec.schema.as_ref().map(|schema| validator(schema, "result.schema")).transpose()?;
        Ok(Self {
            success: spec.success.clone(),
            message: spec.message.clone(),
            data: spec.data.clone(),
            map,
            schema,
            max_bytes: max_bytes as usize,
            redact: spec.redact.clone(),
        })
    }

    /// Makes a result of `content`, or the failure that the answer itself tells of.
    pub(crate) fn shape(&self, content: Content) -> Result<Shaped, ToolError> {
        let mut content = content;
        if let Some(answer) = content.data.take() {
            self.check(&answer)?;
            if let Some(message) = self.message.as_deref().and_then(|path| lookup(&answer, path)) {
                content.message = plain(message).or(content.message);
            }
            let data = match &self.data {
                Some(path) => lookup(&answer, path).cloned().unwrap_or(Value::Null),
                None => answer,
            };
            content.data = Some(self.project(data)?);
        }
        Ok(cut(content, self.max_bytes))
    }

    fn check(&self, answer: &Value) -> Result<(), ToolError> {
        if let Some(schema) = &self.schema
            && let Some(mut problem) = problems(schema, answer)
        {
            "answer_schema".clone_into(&mut problem.code);
            problem.message = problem.message.replacen(
                "the arguments do not fit the tool's schema",
                "the upstream's answer does not fit the schema it should",
                1,
            );
            return Err(problem);
        }
        let Some(path) = &self.success else { return Ok(()) };
        if lookup(answer, path).is_some_and(is_truthy) {
            return Ok(());
        }
        let told = self.message.as_deref().and_then(|path| lookup(answer, path)).and_then(plain);
        let message = told.unwrap_or_else(|| format!("the upstream answered that it did not work (`{path}`)"));
        let excerpt: String = answer.to_string().chars().take(500).collect();
        Err(ToolError::new(ErrorClass::UpstreamError, "reported_failure", message)
            .with_details(json!({ "body": excerpt })))
    }

    fn project(&self, data: Value) -> Result<Value, ToolError> {
        let failed = |error: callwright_expr::Error| {
            ToolError::new(
                ErrorClass::ValidationError,
                "projection",
                format!("`result.map` does not fit the answer: {}", error.message),
            )
        };
        match &self.map {
            None => Ok(data),
            Some(Map::Whole(projection)) => projection.apply(&data).map_err(failed),
            Some(Map::Fields(fields)) => {
                let mut object = Object::new();
                for (name, projection) in fields {
                    object.insert(name.clone(), projection.apply(&data).map_err(failed)?);
                }
                Ok(Value::Object(object))
            }
        }
    }

    /// The budget.
    pub(crate) fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Whether the log hides parts of the result.
    pub(crate) fn hides(&self) -> bool {
        !self.redact.is_empty()
    }

    /// The result as the log may show it.
    pub(crate) fn hide(&self, mut content: Content) -> Content {
        if let Some(data) = &mut content.data {
            hide_paths(data, &self.redact);
        }
        content
    }
}

/// What stands for a value that people may not see.
pub(crate) const HIDDEN: &str = "[redacted]";

/// Replaces the values at `paths`; a `*` stands for every item or field.
pub(crate) fn hide_paths(value: &mut Value, paths: &[String]) {
    for path in paths {
        let steps: Vec<String> = match path.strip_prefix('/') {
            Some(pointer) => pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect(),
            None => path.split('.').map(str::to_owned).collect(),
        };
        hide_at(value, &steps);
    }
}

fn hide_at(value: &mut Value, steps: &[String]) {
    let Some((step, rest)) = steps.split_first() else {
        *value = Value::String(HIDDEN.to_owned());
        return;
    };
    match value {
        Value::Object(map) if step == "*" => map.values_mut().for_each(|value| hide_at(value, rest)),
        Value::Array(items) if step == "*" => items.iter_mut().for_each(|value| hide_at(value, rest)),
        Value::Object(map) => {
            if let Some(value) = map.get_mut(step) {
                hide_at(value, rest);
            }
        }
        Value::Array(items) => {
            if let Some(value) = step.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
                hide_at(value, rest);
            }
        }
        _ => {}
    }
}

/// The arguments as the log may show them.
pub(crate) fn hide_arguments(arguments: &Object, paths: &[String], redactor: Option<&Redactor>) -> Value {
    let mut value = Value::Object(arguments.clone());
    hide_paths(&mut value, paths);
    if let Some(redactor) = redactor {
        redactor.value(&mut value);
    }
    value
}

fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(bit) => *bit,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => {
            !matches!(text.to_ascii_lowercase().as_str(), "" | "false" | "0" | "no" | "error" | "failed")
        }
        Value::Array(_) | Value::Object(_) => true,
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Notes a cut in the message, so that a model that reads nothing else knows that there is more.
pub(crate) fn note_cut(message: Option<String>, cut: &Cut) -> String {
    let shown = match (cut.shown_items, cut.total_items) {
        (Some(shown), Some(total)) => format!("the first {shown} of {total} items are shown"),
        _ => format!("the first {} of {} bytes are shown", cut.shown_bytes, cut.total_bytes),
    };
    let rest = if cut.cursor.is_some() { "; call the tool with `cursor` for what follows" } else { "" };
    match message {
        Some(message) => format!("{message} [result cut: {shown}{rest}]"),
        None => format!("[result cut: {shown}{rest}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaper(spec: Value) -> Shaper {
        Shaper::compile(&serde_json::from_value(spec).unwrap()).unwrap()
    }

    #[test]
    fn success_message_and_data_are_mapped() {
        let shaper = shaper(json!({"success": "/ok", "message": "meta.text", "data": "/items", "map": "[].id"}));
        let answer = json!({"ok": true, "meta": {"text": "two found"}, "items": [{"id": 1, "x": 9}, {"id": 2}]});
        let shaped = shaper.shape(Content::json(answer)).unwrap();
        assert_eq!(shaped.content.message.as_deref(), Some("two found"));
        assert_eq!(shaped.content.data, Some(json!([1, 2])));
        assert!(shaped.whole.is_none());
    }

    #[test]
    fn an_answer_that_reports_failure_fails_with_its_own_words() {
        let shaper = shaper(json!({"success": "success", "message": "message"}));
        let error = shaper.shape(Content::json(json!({"success": false, "message": "no slots left"}))).unwrap_err();
        assert_eq!((error.class, error.message.as_str()), (ErrorClass::UpstreamError, "no slots left"));
        assert!(shaper.shape(Content::json(json!({"data": 1}))).is_err(), "absent counts as false");
    }

    #[test]
    fn answers_outside_their_schema_are_refused_by_field() {
        let shaper =
            shaper(json!({"schema": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}));
        let error = shaper.shape(Content::json(json!({"id": 7}))).unwrap_err();
        assert!(error.message.contains("upstream") && error.message.contains("/id"), "{}", error.message);
    }

    #[test]
    fn marked_fields_are_hidden_with_wildcards() {
        let mut value = json!({"people": [{"ssn": "1", "name": "a"}, {"ssn": "2"}], "k": {"v": 1}});
        hide_paths(&mut value, &["people.*.ssn".to_owned(), "/k".to_owned(), "absent.x".to_owned()]);
        assert_eq!(
            value,
            json!({"people": [{"ssn": "[redacted]", "name": "a"}, {"ssn": "[redacted]"}], "k": "[redacted]"})
        );
    }
}
