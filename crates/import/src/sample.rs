//! A tool made of one concrete request: a curl line, or an entry of a Postman collection.
//!
//! What varied in the sample becomes an argument: the fields of its body (they must be given), the pairs of its query
//! (the sample's value is their default) and its placeholders. A credential becomes `${NAME}`, wherever it stands;
//! `secret` decides what is one.

mod infer;
pub(crate) mod secret;

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::{
    Fault,
    tool::{
        HttpConfig, Kind, Policy, ResultSpec, ToolSpec,
        http::{Auth, Body, Idempotency},
    },
};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::{
    Options, invalid,
    openapi::{
        fields::Fields,
        operation::effect,
        parameter::{is_foreign_header, is_header_name},
    },
    words::{self, escape, read},
};

/// Around the name of a placeholder in a sample's texts, whatever it looked like in the source.
pub(crate) const OPEN: char = '\u{e000}';
/// The end of a placeholder.
pub(crate) const CLOSE: char = '\u{e001}';

/// One concrete request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    /// Pairs of the query besides those in the address.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: SampleBody,
    /// Credentials that the source names as such.
    pub(crate) auth: Auth,
    /// The whole time that it may take.
    pub(crate) timeout_ms: Option<u32>,
    pub(crate) connect_timeout_ms: Option<u32>,
    /// What was noticed on the way here.
    pub(crate) warnings: BTreeSet<String>,
}

/// What a sample carries.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum SampleBody {
    #[default]
    None,
    Json(Value),
    Form(Vec<(String, String)>),
    Raw {
        text: String,
        content_type: String,
    },
}

/// How a tool is called and described.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) category: Option<String>,
}

/// The placeholders of a text, with the texts between them.
pub(crate) fn pieces(text: &str) -> Vec<Result<&str, &str>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once(OPEN) {
        let Some((name, after)) = tail.split_once(CLOSE) else { break };
        if !head.is_empty() {
            found.push(Ok(head));
        }
        found.push(Err(name));
        rest = after;
    }
    if !rest.is_empty() {
        found.push(Ok(rest));
    }
    found
}

/// A placeholder in the form of the texts here.
pub(crate) fn mark(name: &str) -> String {
    format!("{OPEN}{}{CLOSE}", words::cut(name.trim(), 100))
}

/// The text with its placeholders as people write them.
pub(crate) fn shown(text: &str) -> String {
    text.replace(OPEN, "{").replace(CLOSE, "}")
}

struct Maker {
    fields: Fields,
    /// The arguments of placeholders.
    placeholders: BTreeMap<String, String>,
    /// The beginning of secrets' names.
    prefix: String,
}

/// Makes a tool of a sample. The inner error says why it cannot be called.
pub(crate) fn tool(
    sample: Sample,
    about: About,
    options: &Options,
    prefix: Option<&str>,
) -> Result<Result<(ToolSpec, Vec<String>), String>, Fault> {
    let (authority, path, query) = split(&sample.url);
    let (base, user) = base(authority.as_deref(), options)?;
    let host = base.split("://").nth(1).unwrap_or_default().split(['/', ':']).next().unwrap_or_default();
    let prefix =
        options.secret_prefix.clone().or(prefix.map(str::to_owned)).unwrap_or_else(|| words::host_prefix(host));
    let mut maker = Maker { fields: Fields::default(), placeholders: BTreeMap::new(), prefix };
    maker.fields.warnings = sample.warnings;
    let method = sample.method.trim().to_ascii_uppercase();
    let path = maker.path(&path);
    let mut auth = sample.auth;
    if auth == Auth::None && user {
        auth = maker.basic();
    }
    let mut pairs: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    pairs.extend(sample.query);
    let (idempotency, content_type) = maker.headers(sample.headers, &mut auth);
    let has_body = !["GET", "HEAD"].contains(&method.as_str());
    let body = match sample.body {
        SampleBody::None => {
            ["POST", "PUT", "PATCH"].contains(&method.as_str()).then(|| Body { none: true, ..Body::default() })
        }
        _ if !has_body => {
            maker.fields.warnings.insert(format!("a {method} request has no body; it was left out"));
            None
        }
        SampleBody::Json(value) => {
            if let Some(own) = content_type.filter(|own| !own.starts_with("application/json")) {
                maker.fields.headers.insert("Content-Type".to_owned(), escape(&own));
            }
            Some(maker.json(value))
        }
        SampleBody::Form(pairs) => Some(maker.form(pairs)),
        SampleBody::Raw { text, content_type } => match maker.raw(&text, content_type) {
            Ok(body) => Some(body),
            Err(reason) => return Ok(Err(reason)),
        },
    };
    maker.query(pairs);
    if let Some(own) = &options.auth {
        auth = own.clone();
        maker.fields.headers.retain(|name, _| !name.eq_ignore_ascii_case("authorization"));
    }
    let mut policy = Policy::default();
    policy.timeout_ms = sample.timeout_ms.unwrap_or(policy.timeout_ms);
    policy.connect_timeout_ms = sample.connect_timeout_ms.unwrap_or(policy.connect_timeout_ms);
    let parameters = maker.fields.schema();
    let Fields { query, headers, warnings, .. } = maker.fields;
    let config = HttpConfig {
        preset: None,
        callback: None,
        url: format!("{}{path}", escape(&base)),
        query,
        headers,
        body,
        auth,
        idempotency,
        redirects: 3,
        max_response_bytes: None,
        success_status_codes: Vec::new(),
        method: method.clone(),
    };
    let spec = spec(about, effect(&method), parameters, config, policy);
    Ok(Ok((spec, warnings.into_iter().collect())))
}

/// A tool with everything else as usual.
pub(crate) fn spec(
    about: About,
    effect: callwright_model::tool::Effect,
    parameters: Value,
    config: HttpConfig,
    policy: Policy,
) -> ToolSpec {
    ToolSpec {
        speech: None,
        name: about.name,
        display_name: None,
        description: about.description,
        category: about.category,
        kind: Kind::Http,
        effect,
        repeatable: false,
        parameters,
        bound: BTreeMap::new(),
        config: config.into(),
        result: ResultSpec::default(),
        policy,
        fallback: None,
        redact: Vec::new(),
        active: true,
        is_shared: true,
        is_public: false,
        is_template: false,
        labels: BTreeMap::new(),
        version: None,
    }
}

/// Scheme and host, path, query. Without a scheme the first segment is the host, as curl has it.
fn split(url: &str) -> (Option<String>, String, String) {
    let url = url.trim();
    let url = url.split('#').next().unwrap_or_default();
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) if scheme.chars().all(|c| c.is_ascii_alphabetic()) => (scheme.to_ascii_lowercase(), rest),
        _ => ("http".to_owned(), url),
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
    let authority = (!authority.is_empty() && !authority.contains(OPEN)).then(|| format!("{scheme}://{authority}"));
    (authority, path.to_owned(), query.to_owned())
}

/// Where the request goes, without credentials; and whether there were some.
fn base(authority: Option<&str>, options: &Options) -> Result<(String, bool), Fault> {
    let has_user = authority.is_some_and(|authority| authority.contains('@'));
    if let Some(base) = &options.base_url {
        return Ok((base.trim().trim_end_matches('/').to_owned(), has_user));
    }
    let Some(authority) = authority else {
        return Err(invalid(
            "base_url",
            "the address of the request is a placeholder; say where it goes with `base_url`",
        ));
    };
    let (scheme, rest) = authority.split_once("://").unwrap_or(("http", authority));
    let host = rest.rsplit('@').next().unwrap_or(rest);
    let base = format!("{scheme}://{host}");
    if words::check_address("base_url", &base).is_err() {
        return Err(invalid(
            "base_url",
            "the address of the request cannot be read; say where it goes with `base_url`",
        ));
    }
    Ok((base, has_user))
}

impl Maker {
    fn secret(&self, word: &str) -> String {
        format!("${{{}}}", words::secret_name(&self.prefix, &words::secret_word(word)))
    }

    fn basic(&self) -> Auth {
        Auth::Basic { username: self.secret("USERNAME"), password: self.secret("PASSWORD") }
    }

    /// The argument of a placeholder.
    fn placeholder(&mut self, name: &str) -> String {
        if let Some(known) = self.placeholders.get(name) {
            return known.clone();
        }
        let field = self.fields.add(name, "value", json!({"type": "string"}), true);
        self.placeholders.insert(name.to_owned(), field.clone());
        field
    }

    /// A text whose placeholders are arguments.
    fn with_arguments(&mut self, text: &str) -> String {
        let pieces: Vec<Result<String, String>> =
            pieces(text).into_iter().map(|piece| piece.map(str::to_owned).map_err(str::to_owned)).collect();
        pieces
            .into_iter()
            .map(|piece| match piece {
                Ok(literal) => closed(&escape(&literal)),
                Err(name) if secret::is_name(&name) => self.secret_of(&name),
                Err(name) => format!("{{{{ {} }}}}", read(&self.placeholder(&name))),
            })
            .collect()
    }

    /// A placeholder that is a credential goes by its own name.
    fn secret_of(&self, name: &str) -> String {
        let word = words::secret_word(name);
        format!("${{{}}}", words::secret_name("", if word.is_empty() { "API_TOKEN" } else { &word }))
    }

    /// A credential: the placeholder that it is, or a name for it.
    fn credential(&self, value: &str, word: &str) -> String {
        match pieces(value).as_slice() {
            [Err(name)] => self.secret_of(name),
            _ => self.secret(word),
        }
    }

    fn path(&mut self, path: &str) -> String {
        let mut out = Vec::new();
        for segment in path.split('/').take(200) {
            let variable = segment
                .strip_prefix(':')
                .or_else(|| segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')))
                .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)));
            out.push(if let Some(name) = variable {
                format!("{{{{ {} }}}}", read(&self.placeholder(name)))
            } else if secret::is_value(segment) {
                self.fields
                    .warnings
                    .insert("a part of its path looks like a credential and became a secret".to_owned());
                self.secret("PATH_KEY")
            } else {
                self.with_arguments(&plain_segment(segment))
            });
        }
        out.join("/")
    }

    fn headers(&mut self, headers: Vec<(String, String)>, auth: &mut Auth) -> (Option<Idempotency>, Option<String>) {
        let (mut idempotency, mut content_type) = (None, None);
        let mut seen = BTreeSet::new();
        for (name, value) in headers {
            let lower = name.to_ascii_lowercase();
            if !is_header_name(&name) || !seen.insert(lower.clone()) {
                continue;
            }
            match lower.as_str() {
                "content-type" => content_type = Some(value.trim().to_ascii_lowercase()),
                "idempotency-key" | "x-idempotency-key" => {
                    idempotency = Some(Idempotency { header: Some(name), field: None, honoured: false });
                }
                "authorization" if *auth == Auth::None => self.authorization(&name, &value, auth),
                "accept" => _ = self.fields.headers.insert(name, escape(&shown(&value))),
                _ if is_foreign_header(&name) || lower.starts_with("sec-") => {}
                _ if secret::is_name(&name) || secret::is_value(&value) => {
                    let key = self.credential(&value, &name);
                    self.fields.headers.insert(name, key);
                }
                _ => {
                    let value = self.with_arguments(&value);
                    self.fields.headers.insert(name, value);
                }
            }
        }
        (idempotency, content_type)
    }

    fn authorization(&mut self, name: &str, value: &str, auth: &mut Auth) {
        let value = value.trim();
        match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                *auth = Auth::Bearer { token: self.credential(token.trim(), "TOKEN") };
            }
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("basic") => *auth = self.basic(),
            Some((scheme, token)) if scheme.len() <= 30 && is_header_name(scheme) => {
                let key = format!("{} {}", escape(scheme), self.credential(token.trim(), "TOKEN"));
                self.fields.headers.insert(name.to_owned(), key);
            }
            _ => {
                let key = self.credential(value, "TOKEN");
                self.fields.headers.insert(name.to_owned(), key);
            }
        }
    }

    fn query(&mut self, pairs: Vec<(String, String)>) {
        for (name, values) in grouped(pairs) {
            if name.is_empty() {
                continue;
            }
            let first = values.first().map_or("", String::as_str);
            let template = if secret::is_name(&name) || secret::is_value(first) {
                self.credential(first, &name)
            } else if let [value] = values.as_slice()
                && value.contains(OPEN)
            {
                self.with_arguments(value)
            } else {
                let (schema, default) = infer::of_texts(&values);
                let mut schema = schema;
                if !first.is_empty() {
                    schema["default"] = default;
                }
                let field = self.fields.add(&name, "query", schema, false);
                format!("{{{{ {} | default(none) }}}}", read(&field))
            };
            self.fields.query.insert(name, json!(template));
        }
    }

    fn json(&mut self, value: Value) -> Body {
        let json = match value {
            Value::Object(map) if !map.is_empty() && map.len() <= 200 => {
                let mut out = Map::new();
                for (name, value) in map {
                    let template = self.body_field(&name, &value);
                    out.insert(name, json!(template));
                }
                Value::Object(out)
            }
            other => {
                let field = self.fields.add("body", "request", infer::of_value(&other), true);
                json!(format!("{{{{ {} }}}}", read(&field)))
            }
        };
        Body { json: Some(json), ..Body::default() }
    }

    fn form(&mut self, pairs: Vec<(String, String)>) -> Body {
        let mut form = BTreeMap::new();
        for (name, values) in grouped(pairs) {
            let value = match values.as_slice() {
                [one] => infer::typed(one),
                several => json!(several),
            };
            let template = self.body_field(&name, &value);
            form.insert(name, json!(template));
        }
        Body { form: Some(form), ..Body::default() }
    }

    fn body_field(&mut self, name: &str, value: &Value) -> String {
        let text = value.as_str().unwrap_or_default();
        if (secret::is_name(name) && !value.is_object() && !value.is_array()) || secret::is_value(text) {
            return self.credential(text, name);
        }
        let field = self.fields.add(name, "body", infer::of_value(value), true);
        format!("{{{{ {} }}}}", read(&field))
    }

    fn raw(&mut self, text: &str, content_type: String) -> Result<Body, String> {
        let is_json = content_type.contains("json");
        if is_json && text.contains(OPEN) {
            return Err("its body is not JSON once its placeholders are filled in".to_owned());
        }
        if secret::words_of(text).any(secret::is_value) {
            return Err("its body is a plain text that holds what looks like a credential".to_owned());
        }
        let raw = self.with_arguments(text);
        Ok(Body { raw: Some(raw), content_type: Some(content_type), ..Body::default() })
    }
}

/// The text with its last character as an expression where that would make another sign of what follows.
fn closed(text: &str) -> String {
    match text.strip_suffix(['$', '{']) {
        Some(head) => format!("{head}{{{{ '{}' }}}}", &text[head.len()..]),
        None => text.to_owned(),
    }
}

/// A segment without what an address cannot hold.
fn plain_segment(segment: &str) -> String {
    segment.chars().filter(|c| !c.is_control()).collect::<String>().replace(' ', "%20").replace('\\', "%5C")
}

/// Values by name, in the order of the first of each.
fn grouped(pairs: Vec<(String, String)>) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in pairs.into_iter().take(1_000) {
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => groups.push((name, vec![value])),
        }
    }
    groups
}
