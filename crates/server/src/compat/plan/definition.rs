//! `function_definition`: a tool's name, description and parameters in OpenAI's form.

use callwright_model::{Fault, Object, tool::ToolSpec};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::fields::Fields;

/// A tool as a model sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = plan::FunctionDefinition)]
#[serde(deny_unknown_fields)]
pub(crate) struct FunctionDefinition {
    /// Always `function`.
    #[serde(rename = "type")]
    #[schema(required = false)]
    pub kind: FunctionType,
    /// The function.
    #[schema(required = false)]
    pub function: Function,
}

/// The one kind of definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = plan::FunctionType)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FunctionType {
    /// A function.
    Function,
}

/// What a model is told about a tool.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = plan::Function)]
#[serde(deny_unknown_fields)]
pub(crate) struct Function {
    /// The tool's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it does and when to use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON Schema of the arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub parameters: Option<Object>,
}

impl FunctionDefinition {
    /// Reads the plan's form; an empty object says nothing.
    pub(crate) fn parse(mut fields: Fields) -> Result<Function, Fault> {
        fields.take::<FunctionType>("type")?;
        let function = fields.object("function")?;
        fields.finish()?;
        let Some(mut function) = function else { return Ok(Function::default()) };
        let this = Function {
            name: function.take("name")?,
            description: function.take("description")?,
            parameters: function.take("parameters")?,
        };
        function.finish()?;
        Ok(this)
    }

    /// The plan's form of ours. Arguments that the server fills in are not shown to a model.
    pub(crate) fn from_spec(spec: &ToolSpec) -> Self {
        Self {
            kind: FunctionType::Function,
            function: Function {
                name: Some(spec.name.clone()),
                description: Some(spec.description.clone()),
                parameters: shown_parameters(spec),
            },
        }
    }
}

fn shown_parameters(spec: &ToolSpec) -> Option<Object> {
    match spec.model_parameters() {
        Value::Object(schema) => Some(schema),
        _ => None,
    }
}

/// Puts `shown`, the schema that a model sees, in the place of the tool's. What the server fills in was not shown and
/// so stays as it is.
pub(crate) fn set_parameters(spec: &mut ToolSpec, mut shown: Object) {
    if Some(&shown) == shown_parameters(spec).as_ref() {
        return;
    }
    let stored = |part: &str| spec.parameters.get(part);
    for name in spec.bound.keys() {
        let schema = stored("properties").and_then(|properties| properties.get(name));
        if let (Some(schema), Some(properties)) = (schema, entry(&mut shown, "properties", json!({})).as_object_mut()) {
            properties.entry(name.clone()).or_insert_with(|| schema.clone());
        }
        let is_required = stored("required").and_then(Value::as_array).is_some_and(|all| all.contains(&json!(name)));
        if let (true, Some(required)) = (is_required, entry(&mut shown, "required", json!([])).as_array_mut())
            && !required.contains(&json!(name))
        {
            required.push(json!(name));
        }
    }
    spec.parameters = Value::Object(shown);
}

fn entry<'o>(object: &'o mut Object, name: &str, default: Value) -> &'o mut Value {
    object.entry(name).or_insert(default)
}
