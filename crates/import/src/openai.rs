//! Function definitions of OpenAI, in the forms of its two APIs, and those of Anthropic and MCP, which differ in the
//! name of one field. None says where the function is: the option `endpoint` does.

use std::collections::BTreeSet;

use callwright_model::{
    Fault,
    tool::{Effect, HttpConfig, Policy, ToolSpec, http::Auth},
};
use serde_json::{Value, json};

use crate::{
    Format, Imported, Item, MAX_OPERATIONS, MAX_SCHEMA_BYTES, Options, Skipped, export, invalid,
    sample::{self, About},
    schema::{DEPTHS, Inliner, Side},
    select::{self, Candidate},
    too_large, words, wrong,
};

/// Makes tools of function definitions.
pub(crate) fn import(root: &Value, options: &Options) -> Result<Imported, Fault> {
    let list = functions(root)?;
    let Some(endpoint) = &options.endpoint else {
        return Err(invalid(
            "endpoint",
            "a function definition does not say where the function is: give `endpoint`, for example https://host/tools/{name}",
        ));
    };
    let mut imported = Imported {
        format: Format::Openai,
        title: None,
        operation_count: list.len(),
        operations: BTreeSet::new(),
        items: Vec::new(),
        skipped: Vec::new(),
        warnings: Vec::new(),
    };
    let mut names = BTreeSet::new();
    for (at, value) in list.into_iter().enumerate() {
        let function = value.get("function").filter(|inner| inner.is_object()).unwrap_or(value);
        let Some(own) = function.get("name").and_then(Value::as_str).filter(|name| !name.trim().is_empty()) else {
            let kind = value.get("type").and_then(Value::as_str).unwrap_or("one without a name");
            let reason = format!("it is no function ({})", words::cut(kind, 50));
            imported.skipped.push(Skipped { operation: format!("function {}", at + 1), reason });
            continue;
        };
        let wanted = words::kept_name(options.prefix.as_deref().unwrap_or_default(), own);
        let name = words::unique(&wanted, &mut names, 64);
        let operation = words::cut(own, 200);
        imported.operations.insert(operation.clone());
        let description = function.get("description").and_then(Value::as_str).unwrap_or_default();
        let text = words::cut(description, 8_000);
        let candidate = Candidate { id: &operation, method: "", path: "", name: &name, tags: &[], text: &text };
        if !select::wants(options, &candidate) {
            continue;
        }
        let mut warnings = Vec::new();
        let parameters = parameters(function, &mut warnings);
        let segment: String = url::form_urlencoded::byte_serialize(own.as_bytes()).collect();
        let config = HttpConfig {
            preset: None,
            callback: None,
            method: "POST".to_owned(),
            url: words::escape(&endpoint.replace("{name}", &segment)),
            query: Default::default(),
            headers: Default::default(),
            body: None,
            auth: options.auth.clone().unwrap_or(Auth::None),
            idempotency: None,
            redirects: 3,
            max_response_bytes: None,
            success_status_codes: Vec::new(),
        };
        let about = About { name, description: words::description("", description), category: None };
        let mut spec = sample::spec(about, Effect::Write, parameters, config, Policy::default());
        annotate(&mut spec, function, options, &mut warnings);
        imported.items.push(Item {
            operation,
            method: "POST".to_owned(),
            path: String::new(),
            tags: Vec::new(),
            spec,
            warnings,
        });
    }
    Ok(imported)
}

/// What a tool of MCP says besides.
fn annotate(spec: &mut ToolSpec, function: &Value, options: &Options, warnings: &mut Vec<String>) {
    if function.get("inputSchema").is_none() {
        return;
    }
    let title = function.get("title").or_else(|| function.pointer("/annotations/title")).and_then(Value::as_str);
    spec.display_name = title.map(|title| words::cut(&words::tidy(title), 200)).filter(|title| !title.is_empty());
    let hint = |name: &str| function.pointer(&format!("/annotations/{name}")).and_then(Value::as_bool);
    spec.effect = match (hint("readOnlyHint"), hint("destructiveHint")) {
        (Some(true), _) => Effect::Read,
        (_, Some(true)) => Effect::Destructive,
        _ => Effect::Write,
    };
    if hint("openWorldHint") == Some(false) {
        warnings.push("`annotations.openWorldHint: false` was left out: a request leaves this server".to_owned());
    }
    spec.repeatable = hint("idempotentHint") == Some(true) && spec.effect != Effect::Read;
    if options.response_schemas {
        spec.result.schema = function.get("outputSchema").filter(|schema| schema.is_object()).cloned();
    }
}

fn functions(root: &Value) -> Result<Vec<&Value>, Fault> {
    let list = match root {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => {
            match root.pointer("/result/tools").or_else(|| map.get("tools")).or_else(|| map.get("functions")) {
                Some(Value::Array(items)) => items.iter().collect(),
                _ => vec![root],
            }
        }
        _ => return Err(wrong("function definitions are an object or a list of objects")),
    };
    if list.len() > MAX_OPERATIONS {
        return Err(too_large(format!("there are more than {MAX_OPERATIONS} functions")));
    }
    Ok(list)
}

/// The schema of the arguments. References inside of it (`#/$defs/…`) are written out.
pub(crate) fn parameters(function: &Value, warnings: &mut Vec<String>) -> Value {
    let empty = json!({"type": "object", "properties": {}, "additionalProperties": false});
    let given = ["parameters", "input_schema", "inputSchema"].iter().find_map(|field| function.get(*field));
    let Some(given) = given.filter(|schema| schema.is_object()) else { return empty };
    // In strict mode a field that may be left out is one that may be null.
    let strict = (function.get("strict") == Some(&Value::Bool(true))).then(|| export::relaxed(given));
    let given = strict.as_ref().unwrap_or(given);
    for depth in DEPTHS {
        let mut inliner = Inliner::new(given, Side::Request, depth);
        let Ok(mut schema) = inliner.inline(given, 0) else { continue };
        if schema.to_string().len() > MAX_SCHEMA_BYTES {
            continue;
        }
        warnings.extend(inliner.notes);
        schema["type"] = json!("object");
        if !schema.get("properties").is_some_and(Value::is_object) {
            schema["properties"] = json!({});
        }
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut)
            && properties.shift_remove("tool_call_id").is_some()
        {
            warnings.push("the parameter `tool_call_id` was left out: providers use that name themselves".to_owned());
        }
        return schema;
    }
    warnings.push("its parameters are too large and were left out".to_owned());
    json!({"type": "object", "properties": {}})
}
