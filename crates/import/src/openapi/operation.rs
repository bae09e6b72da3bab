//! One operation as a tool.

use std::collections::BTreeSet;

use callwright_model::{
    Fault,
    tool::{
        Effect, HttpConfig, Kind, Policy, ResultSpec, ToolSpec,
        http::{Auth, Idempotency},
    },
};
use serde_json::{Value, json};

use super::{
    Scene, auth,
    auth::Credentials,
    body,
    document::Operation,
    fields::Fields,
    parameter::{self, Parameter},
    reference::follow,
    server::Server,
};
use crate::{
    MAX_SCHEMA_BYTES, invalid,
    schema::{DEPTHS, Inliner, Over, Side},
    words,
};

/// How often operations may turn out too large in one document before not every depth is tried any more.
const MAX_TOO_LARGE: u32 = 300;

/// A tool and what could not be carried over.
pub(crate) type Made = (ToolSpec, Vec<String>);

/// What an operation's arguments become.
struct Parts {
    fields: Fields,
    path: String,
    parameters: Value,
    body: Option<callwright_model::tool::http::Body>,
    idempotency: Option<Idempotency>,
}

/// Makes a tool of `operation`. The inner error says why it cannot be called.
pub(crate) fn tool(
    scene: &Scene<'_>,
    operation: &Operation<'_>,
    base: &Server,
    warnings: &mut BTreeSet<String>,
) -> Result<Result<Made, String>, Fault> {
    let own = operation.value.get("servers").or_else(|| operation.item.get("servers"));
    let own = own.filter(|servers| servers.as_array().is_some_and(|servers| !servers.is_empty()));
    let own = own.map(|servers| Server::of(scene, Some(servers)));
    let server = match own.as_ref().unwrap_or(base) {
        Server::Known(server) => server,
        Server::Unknown(why) => return Err(invalid("base_url", why.clone())),
    };
    let credentials = auth::credentials(scene, operation.value, server, warnings);
    // Where one operation after the other is too large, the next begins where the last one fitted.
    let is_tired = scene.too_large.get() > MAX_TOO_LARGE;
    let first = if is_tired { scene.fitted.get().saturating_sub(1) } else { 0 };
    for (at, depth) in DEPTHS.into_iter().enumerate().skip(first) {
        match parts(scene, operation, &credentials, depth) {
            Ok(Ok(parts)) => {
                let bytes = parts.parameters.to_string().len();
                if bytes <= MAX_SCHEMA_BYTES {
                    scene.fitted.set(at);
                    scene.spend(bytes)?;
                    return Ok(Ok(assemble(scene, operation, server, credentials, parts)));
                }
            }
            Ok(Err(reason)) => return Ok(Err(reason)),
            Err(Over) => {}
        }
        scene.too_large.set(scene.too_large.get() + 1);
    }
    Ok(Err("its arguments are too large for a tool".to_owned()))
}

fn parts<'d>(
    scene: &Scene<'d>,
    operation: &Operation<'d>,
    credentials: &Credentials,
    depth: usize,
) -> Result<Result<Parts, String>, Over> {
    let mut inliner = Inliner::new(scene.root, Side::Request, depth);
    let mut fields = Fields::default();
    let has_body = !["GET", "HEAD"].contains(&operation.method);
    let body = if has_body {
        match body::plan(scene.root, operation.value, &mut inliner, &mut fields)? {
            Ok(body) => body,
            Err(reason) => return Ok(Err(reason)),
        }
    } else {
        if operation.value.get("requestBody").is_some() {
            fields.warnings.insert(format!("a {} request has no body; it was left out", operation.method));
        }
        body::Plan::Nothing
    };
    body.reserve(&mut fields);
    let mut all = parameter::all(scene.root, operation.value, operation.item, &mut fields);
    let idempotency = take_key(operation, &mut all);
    all.retain(|parameter| !is_credential(parameter, credentials));
    let mut path = literal(operation.path, &mut fields);
    // Those of the path come first, in its order; then the rest.
    let (mut in_path, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|parameter| parameter.place == "path");
    in_path.sort_by_key(|parameter| operation.path.find(&format!("{{{}}}", parameter.name)).unwrap_or(usize::MAX));
    for parameter in in_path {
        let mark = format!("{{{}}}", parameter.name);
        if path.contains(&mark)
            && let Some(template) = parameter.add(&mut inliner, &mut fields)?
        {
            path = path.replace(&mark, &template.replace("{{", "\u{1}").replace("}}", "\u{2}"));
        }
    }
    path = undeclared(path, &mut fields).replace('\u{1}', "{{").replace('\u{2}', "}}");
    for parameter in rest {
        parameter.add(&mut inliner, &mut fields)?;
    }
    let body = body.add(&mut fields, operation.method);
    let parameters = fields.schema();
    let notes = std::mem::take(&mut inliner.notes);
    fields.warnings.extend(notes);
    Ok(Ok(Parts { fields, path, parameters, body, idempotency }))
}

/// The path with its variables, and without what an address cannot hold.
fn literal(path: &str, fields: &mut Fields) -> String {
    let mut path = path.trim();
    if let Some((head, _)) = path.split_once('#') {
        fields.warnings.insert("what follows `#` in its path is never sent and was left out".to_owned());
        path = head;
    }
    let mut out = String::new();
    let mut rest = path;
    while let Some((head, tail)) = rest.split_once('{') {
        // A template in a document is a text like any other: its second brace is not ours.
        let tail = tail.trim_start_matches('{');
        let Some((variable, after)) = tail.split_once('}').filter(|(variable, _)| !variable.contains(['{', '/']))
        else {
            break;
        };
        out.push_str(&plain(head));
        out.push_str(&format!("{{{}}}", variable.chars().filter(|c| !c.is_control()).collect::<String>()));
        rest = after.trim_start_matches('}');
    }
    out.push_str(&plain(rest));
    if out.starts_with('/') { out } else { format!("/{out}") }
}

/// A part of the path as it can be sent. A `$` before a variable would make a template of it.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        match c {
            '\\' => out.push_str("%5C"),
            '{' => out.push_str("%7B"),
            '}' => out.push_str("%7D"),
            '$' => out.push_str("%24"),
            c if c.is_whitespace() => out.push_str("%20"),
            c => out.push(c),
        }
    }
    out
}

/// Variables of the path that nobody declared become arguments all the same.
fn undeclared(path: String, fields: &mut Fields) -> String {
    let mut out = String::new();
    let mut rest = path.as_str();
    while let Some((head, tail)) = rest.split_once('{') {
        let Some((variable, after)) = tail.split_once('}') else { break };
        let name = variable.trim_start_matches('+').trim_end_matches(['+', '*']);
        let schema = json!({"type": "string", "description": words::cut(&format!("`{name}` of the path"), 100)});
        let name = fields.add(name, "path", schema, true);
        fields.warnings.insert(format!("`{{{}}}` in its path is not described", words::cut(variable, 100)));
        out.push_str(head);
        out.push_str(&format!("\u{1} {} \u{2}", words::read(&name)));
        rest = after;
    }
    out.push_str(&rest.replace('{', "%7B"));
    out.replace('}', "%7D")
}

/// A declared `Idempotency-Key` is ours to fill in: the upstream says that it honours one.
fn take_key(operation: &Operation<'_>, all: &mut Vec<Parameter<'_>>) -> Option<Idempotency> {
    let at = all.iter().position(|parameter| {
        parameter.place == "header"
            && ["idempotency-key", "x-idempotency-key"].iter().any(|name| parameter.name.eq_ignore_ascii_case(name))
    })?;
    let name = all.remove(at).name.to_owned();
    (effect(operation.method) != Effect::Read).then_some(Idempotency {
        header: Some(name),
        field: None,
        honoured: true,
    })
}

/// Whether a parameter is how the request identifies itself, which `auth` does.
fn is_credential(parameter: &Parameter<'_>, credentials: &Credentials) -> bool {
    let (header, query) = match &credentials.auth {
        Auth::ApiKey { header, query, .. } => (header.as_deref(), query.as_deref()),
        _ => (None, None),
    };
    let headers = credentials.headers.iter().map(|(name, _)| name.as_str()).chain(header);
    let queries = credentials.query.iter().map(|(name, _)| name.as_str()).chain(query);
    match parameter.place {
        "header" => headers.into_iter().any(|name| name.eq_ignore_ascii_case(parameter.name)),
        "query" => queries.into_iter().any(|name| name == parameter.name),
        "cookie" => credentials.cookies.iter().any(|(name, _)| name == parameter.name),
        _ => false,
    }
}

/// What calling an operation of this method does to the world.
pub(crate) fn effect(method: &str) -> Effect {
    match method {
        "GET" | "HEAD" | "OPTIONS" | "QUERY" => Effect::Read,
        "DELETE" => Effect::Destructive,
        _ => Effect::Write,
    }
}

fn assemble(
    scene: &Scene<'_>,
    operation: &Operation<'_>,
    server: &str,
    credentials: Credentials,
    parts: Parts,
) -> Made {
    let Parts { mut fields, path, parameters, body, idempotency } = parts;
    for (name, key) in credentials.query {
        fields.query.insert(name, json!(key));
    }
    fields.headers.extend(credentials.headers);
    for (name, key) in &credentials.cookies {
        parameter::add_cookie(&mut fields, &format!("{}={key}", words::escape(name)));
    }
    if matches!(credentials.auth, Auth::Bearer { .. } | Auth::Basic { .. } | Auth::Oauth2 { .. }) {
        fields.headers.retain(|name, _| !name.eq_ignore_ascii_case("authorization"));
    }
    // One of several spellings of a header would be refused.
    let mut seen = BTreeSet::new();
    fields.headers.retain(|name, _| seen.insert(name.to_ascii_lowercase()));
    let schema =
        scene.options.response_schemas.then(|| response_schema(scene, operation, &mut fields.warnings)).flatten();
    let config = HttpConfig {
        preset: None,
        callback: None,
        method: operation.method.to_owned(),
        url: format!("{}{path}", words::escape(server)),
        query: fields.query,
        headers: fields.headers,
        body,
        auth: credentials.auth,
        idempotency,
        redirects: 3,
        max_response_bytes: None,
        success_status_codes: Vec::new(),
    };
    let spec = ToolSpec {
        speech: None,
        name: operation.name.clone(),
        display_name: None,
        description: operation.description.clone(),
        category: operation.tags.first().map(|tag| words::cut(tag, 64)),
        kind: Kind::Http,
        effect: effect(operation.method),
        repeatable: false,
        parameters,
        bound: std::collections::BTreeMap::new(),
        config: config.into(),
        result: ResultSpec { schema, ..ResultSpec::default() },
        policy: Policy::default(),
        fallback: None,
        redact: Vec::new(),
        active: true,
        is_shared: true,
        is_public: false,
        is_template: false,
        labels: std::collections::BTreeMap::new(),
        version: None,
    };
    (spec, fields.warnings.into_iter().collect())
}

/// The schema of the answer that means success.
fn response_schema(scene: &Scene<'_>, operation: &Operation<'_>, warnings: &mut BTreeSet<String>) -> Option<Value> {
    let responses = operation.value.get("responses")?.as_object()?;
    let response = ["200", "201", "202", "203", "2XX", "2xx"].iter().find_map(|status| responses.get(*status))?;
    let content = follow(scene.root, response).ok()?.get("content")?.as_object()?;
    let is_json = |kind: &str| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind == "application/json" || kind.ends_with("+json")
    };
    let schema = content.iter().find(|(kind, _)| is_json(kind)).and_then(|(_, media)| media.get("schema"))?;
    for depth in DEPTHS {
        let mut inliner = Inliner::new(scene.root, Side::Response, depth);
        if let Ok(schema) = inliner.inline(schema, 0)
            && schema.to_string().len() <= MAX_SCHEMA_BYTES
        {
            let notes = std::mem::take(&mut inliner.notes);
            warnings.extend(notes.into_iter().map(|note| format!("in the answer: {note}")));
            return Some(schema);
        }
    }
    warnings.insert("the schema of the answer is too large and was left out".to_owned());
    None
}
