//! A webhook tool: an address, and where each value of the request comes from.

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::{
    secret::is_secret_name,
    tool::{
        HttpConfig, ResultMap, ToolSpec,
        http::{Auth, Body},
    },
};
use serde_json::{Map, Value, json};

use super::schema::{Arguments, Source, source};
use crate::{
    Options,
    openapi::operation::effect,
    pieces::{is_word, ours},
    words::{self, read},
};

/// Methods whose requests carry a body.
const WITH_BODY: [&str; 3] = ["POST", "PUT", "PATCH"];

/// Makes a tool of a webhook; an error says what is wrong with which field.
pub(super) fn tool(
    config: &Map<String, Value>,
    options: &Options,
    warnings: &mut BTreeSet<String>,
) -> Result<ToolSpec, String> {
    let schema = config.get("api_schema").and_then(Value::as_object).ok_or("a webhook needs `api_schema`")?;
    let url = schema.get("url").and_then(Value::as_str).map(str::trim).filter(|url| !url.is_empty());
    let url = url.ok_or("`api_schema.url` must be an address")?;
    let method = schema.get("method").and_then(Value::as_str).unwrap_or("GET").to_ascii_uppercase();
    let mut arguments = Arguments::default();
    let body_schema = schema.get("request_body_schema").filter(|value| !value.is_null());
    let body_schema = body_schema.filter(|_| {
        let has_body = WITH_BODY.contains(&method.as_str());
        if !has_body {
            warnings.insert(format!("a {method} request has no body here; `request_body_schema` was left out"));
        }
        has_body
    });
    // The names of a body are what the upstream reads; those of path and query can be others.
    let body_names = match body_schema {
        Some(body) => arguments.take_all(body, "request_body_schema", warnings)?,
        None => Vec::new(),
    };
    let url = path(url, schema, &mut arguments, warnings)?;
    let query = query(schema, &mut arguments, warnings)?;
    let has_others = arguments.fields.properties.len() > body_names.len();
    let is_form = schema.get("content_type") == Some(&json!("application/x-www-form-urlencoded"));
    let body = match body_schema {
        None => WITH_BODY.contains(&method.as_str()).then(|| Body { none: true, ..Body::default() }),
        Some(_) if is_form => Some(form(&body_names, &arguments)),
        Some(_) if has_others || body_names.is_empty() => Some(picked(&body_names)),
        Some(_) => None,
    };
    let http = HttpConfig {
        preset: None,
        callback: None,
        method: method.clone(),
        url,
        query,
        headers: headers(schema.get("request_headers"), warnings)?,
        body,
        auth: options.auth.clone().unwrap_or(Auth::None),
        idempotency: None,
        redirects: u8::from(config.get("follow_redirects") == Some(&json!(true))),
        max_response_bytes: None,
        success_status_codes: Vec::new(),
    };
    let (parameters, bound) = arguments.finish();
    let mut spec = crate::listed::spec(config, http.into(), effect(&method), parameters);
    spec.bound = bound;
    if let Some(seconds) = config.get("response_timeout_secs").and_then(Value::as_u64) {
        let ms = u32::try_from(seconds.clamp(1, 600) * 1_000).unwrap_or(600_000);
        spec.policy.timeout_ms = ms;
        spec.policy.read_timeout_ms = ms;
    }
    spec.result.map = filter(schema.get("response_filter"), warnings);
    if options.response_schemas {
        spec.result.schema = schema.get("response_body_schema").filter(|schema| schema.is_object()).cloned();
    }
    Ok(spec)
}

/// The address with its variables: `{id}` is of the path, `{{name}}` of the conversation.
fn path(
    url: &str,
    schema: &Map<String, Value>,
    arguments: &mut Arguments,
    warnings: &mut BTreeSet<String>,
) -> Result<String, String> {
    let described = schema.get("path_params_schema").and_then(Value::as_object);
    let mut out = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(&words::escape(before));
        if let Some(after) = after.strip_prefix('{') {
            let (name, after) = after.split_once("}}").ok_or("`api_schema.url` has `{{` without `}}`")?;
            let name = name.trim();
            if !is_word(name) {
                return Err(format!("`api_schema.url`: `{}` is no name of a variable", words::cut(name, 60)));
            }
            out.push_str(&format!("{{{{ context.{name} }}}}"));
            rest = after;
            continue;
        }
        let (name, after) = after.split_once('}').ok_or("`api_schema.url` has `{` without `}`")?;
        let usual = json!({"type": "string"});
        let property = described.and_then(|described| described.get(name)).unwrap_or(&usual);
        let argument = arguments.take(name, "path", property, true, warnings)?;
        let argument =
            argument.ok_or_else(|| format!("the path needs `{}`, which is left out", words::cut(name, 60)))?;
        out.push_str(&format!("{{{{ {} }}}}", read(&argument)));
        rest = after;
    }
    out.push_str(&words::escape(rest));
    Ok(out)
}

fn query(
    schema: &Map<String, Value>,
    arguments: &mut Arguments,
    warnings: &mut BTreeSet<String>,
) -> Result<BTreeMap<String, Value>, String> {
    let mut query = BTreeMap::new();
    let Some(given) = schema.get("query_params_schema").and_then(Value::as_object) else { return Ok(query) };
    let required: Vec<&str> =
        given.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in given.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let map = property
            .as_object()
            .ok_or_else(|| format!("`query_params_schema.{}` must be an object", words::cut(name, 60)))?;
        let is_text = map.get("type").is_none_or(|kind| kind == "string");
        let is_bare = map.keys().all(|key| matches!(key.as_str(), "type" | "constant_value" | "dynamic_variable"));
        match source(map) {
            // What never varies stands in the request; what has a type or words of its own is an argument that is filled in.
            Source::Constant(Value::String(text)) if is_text && is_bare && !required.contains(&name.as_str()) => {
                query.insert(name.clone(), json!(words::escape(&text)));
            }
            Source::Variable(variable) if is_text && is_bare && !required.contains(&name.as_str()) => {
                query.insert(name.clone(), json!(format!("{{{{ context.{variable} }}}}")));
            }
            _ => {
                let is_required = required.contains(&name.as_str());
                if let Some(argument) = arguments.take(name, "query", property, is_required, warnings)? {
                    let at = read(&argument);
                    let optional = if is_required { "" } else { " | default(none)" };
                    query.insert(name.clone(), json!(format!("{{{{ {at}{optional} }}}}")));
                }
            }
        }
    }
    Ok(query)
}

fn form(names: &[String], arguments: &Arguments) -> Body {
    let field = |name: &String| {
        let optional = if arguments.fields.required.contains(name) { "" } else { " | default(none)" };
        (name.clone(), json!(format!("{{{{ {}{optional} }}}}", read(name))))
    };
    Body { form: Some(names.iter().map(field).collect()), ..Body::default() }
}

fn picked(names: &[String]) -> Body {
    let list: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    let json =
        if names.is_empty() { json!({}) } else { json!(format!("{{{{ parameters | pick({}) }}}}", list.join(", "))) };
    Body { json: Some(json), ..Body::default() }
}

/// A value is a text, or says which secret, variable or setting has it. A credential in the open is not taken over.
fn headers(value: Option<&Value>, warnings: &mut BTreeSet<String>) -> Result<BTreeMap<String, String>, String> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(BTreeMap::new()) };
    let map = value.as_object().ok_or("`request_headers` must be an object")?;
    let mut headers = BTreeMap::new();
    for (name, value) in map {
        let shown = words::cut(name, 60);
        let by = |field: &str| value.get(field).and_then(Value::as_str);
        let written = if let Some(text) = value.as_str() {
            if crate::sample::secret::is_name(name) && !text.contains("{{") {
                let secret = words::secret_word(name);
                warnings
                    .insert(format!("the value of the header `{shown}` was not taken over: set the secret `{secret}`"));
                format!("${{{secret}}}")
            } else {
                ours(text, |_| false)
                    .ok_or_else(|| format!("the header `{shown}` has a template that is not known here"))?
            }
        } else if let Some(id) = by("secret_id") {
            let secret = match is_secret_name(id) {
                true => id.to_owned(),
                false => {
                    let secret = words::secret_word(&format!("SECRET_{id}"));
                    warnings.insert(format!("the secret of the header `{shown}` is called `{secret}` here"));
                    secret
                }
            };
            format!("${{{secret}}}")
        } else if let Some(variable) = by("variable_name").filter(|name| is_word(name)) {
            format!("{{{{ context.{variable} }}}}")
        } else if let Some(label) = by("env_var_label").filter(|label| is_secret_name(label)) {
            format!("${{env.{label}}}")
        } else {
            return Err(format!("the header `{shown}` must be a text, or name a secret, a variable or a setting"));
        };
        headers.insert(name.clone(), written);
    }
    Ok(headers)
}

/// What of the answer the model sees.
fn filter(value: Option<&Value>, warnings: &mut BTreeSet<String>) -> Option<ResultMap> {
    let value = value.filter(|value| !value.is_null())?;
    match value.get("mode").and_then(Value::as_str).unwrap_or("all") {
        "hide_all" => Some(ResultMap::Whole("`{}`".to_owned())),
        "allow" => {
            let paths = value.get("filters").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            let (paths, others): (Vec<&str>, Vec<&str>) = paths.partition(|path| path.split('.').all(is_word));
            for path in others {
                warnings
                    .insert(format!("the filter `{}` cannot be written here and was left out", words::cut(path, 60)));
            }
            Some(ResultMap::Fields(paths.into_iter().map(|path| (path.to_owned(), path.to_owned())).collect()))
        }
        _ => None,
    }
}
