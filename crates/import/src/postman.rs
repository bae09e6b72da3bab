//! Postman collections, version 2.1 and 2.0.
//!
//! Folders are tags. A variable that stands in the host is replaced by the collection's value; elsewhere it is an
//! argument, or a secret when its name says so. Credentials of a request come from the nearest of request, folder and
//! collection, and their values are never kept.

mod body;

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::{Fault, tool::http::Auth};
use serde_json::Value;

use crate::{
    Format, Imported, Item, MAX_OPERATIONS, Options, Skipped,
    sample::{self, About, CLOSE, OPEN, Sample, mark, shown},
    select::{self, Candidate},
    too_large, words, wrong,
};

pub(crate) use body::json_with_placeholders;

/// How deep folders may nest.
const MAX_FOLDERS: usize = 20;

/// One request of a collection, not yet a tool.
struct Entry<'d> {
    id: String,
    name: String,
    title: &'d str,
    folders: Vec<String>,
    request: &'d Value,
    auth: Option<&'d Value>,
    method: String,
    url: String,
    path: String,
    text: String,
}

impl Entry<'_> {
    fn candidate(&self) -> Candidate<'_> {
        Candidate {
            id: &self.id,
            method: &self.method,
            path: &self.path,
            name: &self.name,
            tags: &self.folders,
            text: &self.text,
        }
    }
}

/// Makes tools of a collection.
pub(crate) fn import(root: &Value, options: &Options) -> Result<Imported, Fault> {
    let root = root.get("collection").filter(|inner| inner.get("item").is_some()).unwrap_or(root);
    let Some(items) = root.get("item").and_then(Value::as_array) else {
        return Err(wrong("the document has no `item` list, so it is not a Postman collection of version 2"));
    };
    let variables = variables(root);
    let mut entries = Vec::new();
    let mut warnings = BTreeSet::new();
    let mut walk = Walk { variables: &variables, entries: &mut entries, warnings: &mut warnings };
    walk.items(items, &[], root.get("auth"))?;
    name_all(&mut entries, options);
    select::check_operations(options, entries.iter().map(Entry::candidate))?;
    let title = root.pointer("/info/name").and_then(Value::as_str).map(|name| words::cut(&words::tidy(name), 200));
    let mut imported = Imported {
        format: Format::Postman,
        title: title.clone(),
        operation_count: entries.len(),
        operations: entries.iter().map(|entry| entry.id.clone()).collect(),
        items: Vec::new(),
        skipped: Vec::new(),
        warnings: Vec::new(),
    };
    let prefix = title.as_deref().map(words::secret_prefix).filter(|prefix| prefix != "API");
    for entry in entries.iter().filter(|entry| select::wants(options, &entry.candidate())) {
        add(entry, options, prefix.as_deref(), &mut imported)?;
    }
    imported.warnings.extend(warnings);
    Ok(imported)
}

fn add(entry: &Entry<'_>, options: &Options, prefix: Option<&str>, imported: &mut Imported) -> Result<(), Fault> {
    let mut sample = Sample { method: entry.method.clone(), url: entry.url.clone(), ..Sample::default() };
    sample.headers = pairs(entry.request.get("header"));
    let secrets = options.secret_prefix.as_deref().or(prefix).unwrap_or("API");
    read_auth(entry.auth, secrets, &mut sample);
    body::read(entry.request.get("body"), &mut sample);
    let about = About {
        name: entry.name.clone(),
        description: words::description(entry.title, &entry.text),
        category: entry.folders.first().map(|folder| words::cut(folder, 64)),
    };
    let (operation, method, path) = (entry.id.clone(), entry.method.clone(), entry.path.clone());
    match sample::tool(sample, about, options, prefix)? {
        Ok((spec, warnings)) => {
            imported.items.push(Item { operation, method, path, tags: entry.folders.clone(), spec, warnings });
        }
        Err(reason) => imported.skipped.push(Skipped { operation, reason }),
    }
    Ok(())
}

struct Walk<'w, 'd> {
    variables: &'w BTreeMap<String, String>,
    entries: &'w mut Vec<Entry<'d>>,
    warnings: &'w mut BTreeSet<String>,
}

impl<'d> Walk<'_, 'd> {
    fn items(&mut self, items: &'d [Value], folders: &[String], auth: Option<&'d Value>) -> Result<(), Fault> {
        if folders.len() > MAX_FOLDERS {
            self.warnings.insert(format!("folders nested deeper than {MAX_FOLDERS} were left out"));
            return Ok(());
        }
        for item in items {
            let title = item.get("name").and_then(Value::as_str).unwrap_or_default().trim();
            // What inherits says nothing, or null.
            let auth = item.get("auth").filter(|auth| !auth.is_null()).or(auth);
            if let Some(inner) = item.get("item").and_then(Value::as_array) {
                let mut folders = folders.to_vec();
                folders.push(words::cut(title, 100));
                self.items(inner, &folders, auth)?;
            } else if let Some(request) = item.get("request") {
                self.request(title, request, folders, auth)?;
            }
        }
        Ok(())
    }

    fn request(
        &mut self,
        title: &'d str,
        request: &'d Value,
        folders: &[String],
        auth: Option<&'d Value>,
    ) -> Result<(), Fault> {
        if self.entries.len() >= MAX_OPERATIONS {
            return Err(too_large(format!("the collection has more than {MAX_OPERATIONS} requests")));
        }
        let method = request.get("method").and_then(Value::as_str).unwrap_or("GET").trim().to_ascii_uppercase();
        let url = self.with_host(&address(if request.is_string() { request } else { &request["url"] }));
        let shown_url = shown(&url);
        let path = shown_url.split("://").last().unwrap_or_default();
        let path = path.find('/').map_or("/", |at| &path[at..]).split(['?', '#']).next().unwrap_or("/");
        let text = match request.get("description") {
            Some(Value::String(text)) => text.as_str(),
            Some(Value::Object(map)) => map.get("content").and_then(Value::as_str).unwrap_or_default(),
            _ => "",
        };
        let mut place: Vec<&str> = folders.iter().map(String::as_str).collect();
        place.push(title);
        self.entries.push(Entry {
            id: words::cut(&place.join(" / "), 400),
            name: String::new(),
            title,
            folders: folders.to_vec(),
            request,
            auth: request.get("auth").filter(|auth| !auth.is_null()).or(auth),
            method,
            path: words::cut(path, 500),
            url,
            text: words::cut(text, 8_000),
        });
        Ok(())
    }

    /// The address with what the collection says of its variables, as far as the host goes.
    fn with_host(&self, url: &str) -> String {
        let mut url = url.to_owned();
        for _ in 0..10 {
            let start = url.find("://").map_or(0, |at| at + 3);
            let end = url[start..].find(['/', '?']).map_or(url.len(), |at| start + at);
            let Some(open) = url[..end].find(OPEN) else { break };
            let Some(close) = url[open..].find(CLOSE).map(|at| open + at) else { break };
            let name = &url[open + OPEN.len_utf8()..close];
            let Some(value) = self.variables.get(name).filter(|value| !value.is_empty()) else { break };
            url = format!("{}{}{}", &url[..open], value.trim_end_matches('/'), &url[close + CLOSE.len_utf8()..]);
        }
        url
    }
}

/// Names that are valid and unique, and identities that are unique.
fn name_all(entries: &mut [Entry<'_>], options: &Options) {
    let (mut names, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        let wanted = words::tool_name("", entry.title).to_lowercase();
        let wanted = words::tool_name(options.prefix.as_deref().unwrap_or_default(), &wanted);
        entry.name = words::unique(&wanted, &mut names, 64);
        entry.id = words::unique(&entry.id, &mut ids, 500);
    }
}

/// The collection's own variables, those that hold credentials left out.
fn variables(root: &Value) -> BTreeMap<String, String> {
    let list = root.get("variable").and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|variable| {
        let name = variable.get("key").or_else(|| variable.get("id")).and_then(Value::as_str)?;
        let value = variable.get("value").and_then(Value::as_str)?;
        let is_secret = variable.get("type").and_then(Value::as_str) == Some("secret")
            || sample::secret::is_name(name)
            || sample::secret::is_value(value);
        (!is_secret && value.len() <= 2_000).then(|| (name.to_owned(), marked(value)))
    })
    .take(1_000)
    .collect()
}

/// The text with `{{name}}` as a placeholder.
pub(crate) fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once("{{") {
        let Some((name, after)) = tail.split_once("}}").filter(|(name, _)| name.len() <= 200) else {
            out.push_str(head);
            out.push_str("{{");
            rest = tail;
            continue;
        };
        out.push_str(head);
        out.push_str(&mark(name.trim().trim_start_matches('$')));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The address of a request, which is a text or an object. Disabled pairs of the query are left out.
fn address(url: &Value) -> String {
    if let Some(text) = url.as_str() {
        return marked(text);
    }
    let raw = url.get("raw").and_then(Value::as_str).unwrap_or_default();
    let Some(query) = url.get("query").and_then(Value::as_array) else { return marked(raw) };
    let head = raw.split('?').next().unwrap_or_default();
    let mut text = marked(head);
    for (at, pair) in query.iter().filter(|pair| pair.get("disabled") != Some(&Value::Bool(true))).enumerate() {
        let part = |field: &str| {
            let text = marked(pair.get(field).and_then(Value::as_str).unwrap_or_default());
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
        };
        text.push(if at == 0 { '?' } else { '&' });
        text.push_str(&format!("{}={}", part("key"), part("value")));
    }
    text
}

/// The pairs of a list of `{key, value}` that are not disabled.
fn pairs(list: Option<&Value>) -> Vec<(String, String)> {
    let list = list.and_then(Value::as_array).into_iter().flatten().take(1_000);
    list.filter(|pair| pair.get("disabled") != Some(&Value::Bool(true)))
        .filter_map(|pair| {
            let name = pair.get("key").and_then(Value::as_str).filter(|name| !name.is_empty())?;
            let value = match pair.get("value") {
                Some(Value::String(text)) => marked(text),
                Some(Value::Null) | None => String::new(),
                Some(other) => other.to_string(),
            };
            Some((name.to_owned(), value))
        })
        .collect()
}

/// Credentials: a list of `{key, value}` in version 2.1, an object in 2.0.
fn read_auth(auth: Option<&Value>, prefix: &str, sample: &mut Sample) {
    let Some(auth) = auth else { return };
    let kind = auth.get("type").and_then(Value::as_str).unwrap_or("noauth");
    let setting = |name: &str| -> String {
        let text = match auth.get(kind) {
            Some(Value::Array(list)) => list
                .iter()
                .find(|pair| pair.get("key").and_then(Value::as_str) == Some(name))
                .and_then(|pair| pair.get("value")),
            Some(Value::Object(map)) => map.get(name),
            _ => None,
        };
        marked(text.and_then(Value::as_str).unwrap_or_default())
    };
    let secret = |name: &str, word: &str| {
        let word = match sample::pieces(&setting(name)).as_slice() {
            [Err(variable)] if !words::secret_word(variable).is_empty() => words::secret_word(variable),
            _ => words::secret_name(prefix, word),
        };
        format!("${{{}}}", words::secret_name("", &word))
    };
    sample.auth = match kind {
        "bearer" => Auth::Bearer { token: secret("token", "TOKEN") },
        "basic" => Auth::Basic { username: secret("username", "USERNAME"), password: secret("password", "PASSWORD") },
        "apikey" => {
            let name = Some(setting("key")).filter(|name| !name.is_empty() && !name.contains(OPEN));
            let name = name.unwrap_or_else(|| "X-API-Key".to_owned());
            let key = secret("value", "API_KEY");
            match setting("in").as_str() {
                "query" => Auth::ApiKey { key, header: None, query: Some(name) },
                _ => {
                    sample.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(&name));
                    Auth::ApiKey { key, header: Some(name), query: None }
                }
            }
        }
        "noauth" => Auth::None,
        other => {
            let token = secret("accessToken", "TOKEN");
            let kind = words::cut(other, 30);
            sample.warnings.insert(format!("`{kind}` authentication is sent as a bearer token: set {token}"));
            Auth::Bearer { token }
        }
    };
    if matches!(sample.auth, Auth::Bearer { .. } | Auth::Basic { .. }) {
        sample.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
    }
}
