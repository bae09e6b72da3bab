//! The forms of models' APIs and of MCP: a name, words and a schema.

use callwright_model::{
    definition::{self, Definitions},
    tool::ToolSpec,
};
use serde_json::{Map, Value, json};

use super::{Form, Lost, lost::Losses, relaxed};

/// A definition, and what it does not hold.
pub(super) fn write(spec: &ToolSpec, form: Form) -> (Value, Vec<Lost>) {
    let mut losses = Losses::default();
    let define = |format| definition::define(std::iter::once(spec), format);
    let (mut definition, schema) = match form {
        Form::Openai | Form::OpenaiResponses => match strictly(spec) {
            Some(strict) => (strict, Vec::new()),
            None => first(define(definition::Format::Openai)),
        },
        Form::OpenaiPlain | Form::OpenaiRealtime => first(define(definition::Format::Openai)),
        Form::Anthropic => first(define(definition::Format::Anthropic)),
        Form::Gemini => first(define(definition::Format::Gemini)),
        _ => first(define(definition::Format::Mcp)),
    };
    if matches!(form, Form::OpenaiResponses | Form::OpenaiRealtime) {
        definition = flat(definition, form);
    }
    let mut held = vec!["description", "parameters"];
    if form == Form::Mcp {
        held.extend(["display_name", "effect", "repeatable"]);
        if let Some(schema) = spec.result.schema.as_ref().filter(|schema| schema["type"] == "object") {
            definition["outputSchema"] = schema.clone();
            held.push("result.schema");
        }
    }
    for warning in schema {
        let place = format!("parameters{}", warning.path);
        let field = if warning.keyword == "description" && warning.path.is_empty() {
            "description".to_owned()
        } else {
            format!("{place}/{}", warning.keyword)
        };
        losses.add(field, warning.message);
    }
    losses.rest(spec, &held, name(form));
    (definition, losses.into_list())
}

fn name(form: Form) -> &'static str {
    match form {
        Form::Openai | Form::OpenaiPlain | Form::OpenaiResponses | Form::OpenaiRealtime => "a function of OpenAI",
        Form::Anthropic => "a tool of Anthropic",
        Form::Gemini => "a function declaration of Gemini",
        _ => "a tool of MCP",
    }
}

fn first(mut definitions: Definitions) -> (Value, Vec<definition::Warning>) {
    (definitions.tools.pop().unwrap_or_default(), definitions.warnings)
}

/// The strict form, if it can be undone: that is what "nothing is lost" means here.
fn strictly(spec: &ToolSpec) -> Option<Value> {
    let (strict, warnings) = first(definition::define(std::iter::once(spec), definition::Format::OpenaiStrict));
    let back = relaxed(strict.pointer("/function/parameters")?);
    (warnings.is_empty() && back == with_fields(&spec.model_parameters())).then_some(strict)
}

/// A schema as strict mode gives it back: an object without fields has an empty list of them.
fn with_fields(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(map) = schema.as_object_mut() {
        map.entry("properties").or_insert_with(|| json!({}));
        if map.get("required") == Some(&json!([])) {
            map.shift_remove("required");
        }
    }
    schema
}

/// The newer form, without the inner object. The Responses API wants it said whether a function is strict.
fn flat(definition: Value, form: Form) -> Value {
    let mut out = Map::new();
    out.insert("type".to_owned(), json!("function"));
    if let Some(Value::Object(function)) = definition.get("function") {
        out.extend(function.clone());
    }
    if form == Form::OpenaiResponses {
        out.entry("strict").or_insert(json!(false));
    }
    Value::Object(out)
}
