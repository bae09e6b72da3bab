//! The document as a whole: its version, and what operations it has.

use std::collections::BTreeSet;

use callwright_model::Fault;
use serde_json::Value;

use super::reference::follow;
use crate::{MAX_OPERATIONS, Options, select::Candidate, too_large, words, wrong};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "query"];
/// The most tags of an operation that are looked at.
const MAX_TAGS: usize = 50;

/// One operation, not yet a tool.
#[derive(Debug)]
pub(crate) struct Operation<'d> {
    /// Its operation id, or `GET /path`: what it is recognised by next time.
    pub(crate) id: String,
    /// In upper case.
    pub(crate) method: &'static str,
    pub(crate) path: &'d str,
    /// The name of its tool.
    pub(crate) name: String,
    pub(crate) tags: Vec<String>,
    /// The description of the tool.
    pub(crate) description: String,
    pub(crate) value: &'d Value,
    /// What it shares with the other operations of its path.
    pub(crate) item: &'d Value,
}

impl Operation<'_> {
    /// What it is chosen by.
    pub(crate) fn candidate(&self) -> Candidate<'_> {
        Candidate {
            id: &self.id,
            method: self.method,
            path: self.path,
            name: &self.name,
            tags: &self.tags,
            text: &self.description,
        }
    }
}

/// Refuses what is not OpenAPI 3.0 or 3.1.
pub(crate) fn check(root: &Value) -> Result<(), Fault> {
    if let Some(version) = root.get("swagger") {
        let version = version.as_str().unwrap_or("2.0");
        return Err(wrong(format!(
            "this is a Swagger {} document; only OpenAPI 3.0 and 3.1 are read. Convert it first, for example with \
             `npx swagger2openapi swagger.json -o openapi.json` or at https://converter.swagger.io",
            words::cut(version, 10)
        )));
    }
    let version = match root.get("openapi") {
        Some(Value::String(version)) => version.clone(),
        Some(Value::Number(version)) => version.to_string(),
        _ => return Err(wrong("the document has no `openapi: 3.…`, so it is not an OpenAPI document")),
    };
    if !(version == "3" || version.starts_with("3.0") || version.starts_with("3.1")) {
        return Err(wrong(format!("OpenAPI {} is not read; 3.0 and 3.1 are", words::cut(&version, 20))));
    }
    match root.get("paths") {
        Some(Value::Object(_)) => Ok(()),
        Some(_) => Err(wrong("`paths` of the document is not an object")),
        None => Err(wrong("the document has no `paths`, so there is nothing to call")),
    }
}

/// Every operation, with a name of its own whatever is chosen later.
pub(crate) fn operations<'d>(
    root: &'d Value,
    options: &Options,
    warnings: &mut BTreeSet<String>,
) -> Result<Vec<Operation<'d>>, Fault> {
    let mut found: Vec<Operation<'d>> = Vec::new();
    let (mut names, mut ids) = (BTreeSet::new(), BTreeSet::new());
    let prefix = options.prefix.as_deref().unwrap_or_default();
    for (path, item) in root.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let item = match follow(root, item) {
            Ok(item) => item,
            Err(broken) => {
                warnings.insert(format!("`{}`: {}", words::cut(path, 200), broken.message()));
                continue;
            }
        };
        for method in METHODS {
            let Some(value) = item.get(method).filter(|value| value.is_object()) else { continue };
            if found.len() >= MAX_OPERATIONS {
                return Err(too_large(format!("the document has more than {MAX_OPERATIONS} operations")));
            }
            let mut operation = read(method, path, value, item);
            if !ids.insert(operation.id.clone()) {
                warnings.insert(format!("the operation id `{}` is used twice", words::cut(&operation.id, 200)));
                operation.id = format!("{} {path}", operation.method);
                ids.insert(operation.id.clone());
            }
            operation.name = words::unique(&words::tool_name(prefix, &operation.name), &mut names, 64);
            found.push(operation);
        }
    }
    if root.get("webhooks").and_then(Value::as_object).is_some_and(|webhooks| !webhooks.is_empty()) {
        warnings.insert("`webhooks` of the document are requests to you, not tools; they were left out".to_owned());
    }
    Ok(found)
}

fn read<'d>(method: &'static str, path: &'d str, value: &'d Value, item: &'d Value) -> Operation<'d> {
    let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
    let shared = |field: &str| item.get(field).and_then(Value::as_str).unwrap_or_default();
    let upper = upper(method);
    let operation_id = text("operationId").trim();
    let id = if operation_id.is_empty() { format!("{upper} {path}") } else { operation_id.to_owned() };
    // It is a key of the table of origins, and PostgreSQL's indexes take no long ones.
    let id = words::cut(&id, 500);
    let name = if operation_id.is_empty() { name_of_path(method, path) } else { operation_id.to_owned() };
    let mut description = words::description(text("summary"), text("description"));
    if description.is_empty() {
        description = words::description(shared("summary"), shared("description"));
    }
    if description.is_empty() {
        description = words::cut(&format!("{upper} {path}"), 200);
    }
    if value.get("deprecated") == Some(&Value::Bool(true)) {
        description = words::cut(&format!("Deprecated. {description}"), 1_024);
    }
    let tags = value.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let tags = tags.take(MAX_TAGS).map(|tag| words::cut(tag, 100)).collect();
    Operation { id, method: upper, path, name, tags, description, value, item }
}

fn upper(method: &str) -> &'static str {
    match method {
        "put" => "PUT",
        "post" => "POST",
        "delete" => "DELETE",
        "options" => "OPTIONS",
        "head" => "HEAD",
        "patch" => "PATCH",
        "query" => "QUERY",
        _ => "GET",
    }
}

/// `get` and `/users/{id}/keys` give `get_users_by_id_keys`.
fn name_of_path(method: &str, path: &str) -> String {
    let mut name = method.to_owned();
    for segment in path.split('/').filter(|segment| !segment.is_empty()).take(20) {
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(variable) => name.push_str(&format!("_by_{variable}")),
            None => name.push_str(&format!("_{segment}")),
        }
    }
    name
}
