//! From an author's configuration to a plan that only has to be filled in.
//!
//! Everything that can be found wrong before a call is found here, when the tool is saved, and named by
//! its field: `config.headers.X-Id`.

use std::collections::{BTreeMap, BTreeSet};

use callwright_expr::{Error as ExprError, Names, Template};
use callwright_model::{
    Fault,
    tool::{
        Effect, Trust,
        http::{DEFAULT_RESPONSE_BYTES, HttpConfig, HttpPreset, Idempotency, MAX_RESPONSE_BYTES},
    },
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::{
    auth::AuthPlan,
    body::{AUTOMATION, BodyPlan},
    query::QueryPlan,
    scan::Reads,
    url::UrlTemplate,
};

/// The most redirects that may be followed.
const MAX_REDIRECTS: u8 = 10;

/// Headers that belong to the connection, or that the guard writes itself.
const RESERVED: [&str; 13] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "accept-encoding",
];

/// An `http` tool, compiled.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) method: Method,
    pub(crate) url: UrlTemplate,
    pub(crate) query: QueryPlan,
    /// Headers that are the same for every call.
    pub(crate) fixed: HeaderMap,
    /// Headers with placeholders.
    pub(crate) headers: Vec<HeaderPlan>,
    pub(crate) body: BodyPlan,
    pub(crate) auth: AuthPlan,
    pub(crate) key: KeyPlace,
    pub(crate) key_honoured: bool,
    /// The header that carries the address of a callback.
    pub(crate) callback: Option<HeaderName>,
    pub(crate) redirects: u8,
    pub(crate) max_bytes: usize,
    pub(crate) success: Vec<u16>,
    pub(crate) secrets: BTreeSet<String>,
}

/// A header with placeholders.
#[derive(Debug, Clone)]
pub(crate) struct HeaderPlan {
    pub(crate) name: HeaderName,
    /// As the author wrote it, for messages.
    pub(crate) field: String,
    pub(crate) value: Template,
}

/// Where the idempotency key of a write goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyPlace {
    /// The author writes it into a header.
    Author,
    /// Into this header.
    Header(HeaderName),
    /// Into this field of the body.
    Field(String),
}

/// A fault that names the field.
pub(crate) fn refuse<T>(field: &str, why: impl std::fmt::Display) -> Result<T, Fault> {
    Err(Fault::invalid(field, format!("`{field}` {why}")))
}

/// A fault for a template that does not compile, with the path inside `field`.
pub(crate) fn template_fault(field: &str, error: &ExprError) -> Fault {
    let inside = error.path.as_deref().unwrap_or_default().replace('/', ".").replace("~1", "/").replace("~0", "~");
    let field = format!("{field}{inside}");
    Fault::invalid(&field, format!("`{field}`: {}", error.message))
}

impl Plan {
    /// Checks and compiles `config` of the tool `tool`.
    pub(crate) fn compile(tool: &str, config: &HttpConfig, effect: Effect, names: &Names) -> Result<Self, Fault> {
        let names = &Names { trust: Trust::Client, ..names.clone() };
        let method = method(&config.method)?;
        let url = UrlTemplate::compile(&config.url, names)
            .map_err(|error| Fault::invalid("config.url", format!("`config.url`: {}", error.0)))?;
        let (mut fixed, headers) = compile_headers(&config.headers, names)?;
        let header_type = content_type_header(config);
        let (body, content_type) = match config.preset {
            Some(HttpPreset::Automation) => automation(tool, config, &method)?,
            None => BodyPlan::compile(config.body.as_ref(), &method, header_type.as_deref(), names)?,
        };
        if let Some(own) = content_type.filter(|_| header_type.is_none()) {
            let value = HeaderValue::from_str(&own)
                .or_else(|_| refuse("config.body.content_type", "is not a content type such as `text/plain`"))?;
            fixed.insert(header::CONTENT_TYPE, value);
        }
        add_defaults(&mut fixed, &headers);
        let auth = AuthPlan::compile(&config.auth, names)?;
        check_auth_header(&auth, &fixed, &headers)?;
        let key = key_place(config.idempotency.as_ref(), effect, &body, config, &fixed, &headers)?;
        let mut plan = Self {
            query: query(config, &method, names)?,
            key,
            key_honoured: config.idempotency.as_ref().is_some_and(|i| i.honoured),
            callback: match &config.callback {
                Some(callback) => Some(header_name("config.callback.header", &callback.header)?),
                None => None,
            },
            redirects: redirects(config.redirects)?,
            max_bytes: max_bytes(config.max_response_bytes)?,
            success: statuses("config.success_status_codes", &config.success_status_codes, 200)?,
            secrets: BTreeSet::new(),
            method,
            url,
            fixed,
            headers,
            body,
            auth,
        };
        plan.secrets = plan.all_secrets();
        Ok(plan)
    }

    fn all_secrets(&self) -> BTreeSet<String> {
        let mut all = self.url.secrets().clone();
        all.extend(self.headers.iter().flat_map(|header| header.value.secrets().iter().cloned()));
        all.extend(self.body.secrets().into_iter().flatten().cloned());
        all.extend(self.query.secrets());
        all.extend(self.auth.secrets());
        all
    }
}

/// The body that automation platforms expect.
fn automation(tool: &str, config: &HttpConfig, method: &Method) -> Result<(BodyPlan, Option<String>), Fault> {
    if config.body.is_some() {
        return refuse("config.body", "goes with no `preset`, which is a body; keep one of them");
    }
    if ![Method::POST, Method::PUT, Method::PATCH].contains(method) {
        return refuse("config.method", "must be POST, PUT or PATCH with `preset`, which is a body");
    }
    let body = BodyPlan::Automation { action: tool.to_owned(), is_late: config.callback.is_some() };
    Ok((body, Some(super::body::JSON.to_owned())))
}

fn method(text: &str) -> Result<Method, Fault> {
    let upper = text.trim().to_ascii_uppercase();
    match Method::from_bytes(upper.as_bytes()) {
        Ok(Method::CONNECT | Method::TRACE) => refuse("config.method", format!("may not be {upper}")),
        Ok(method) if upper.len() <= 32 => Ok(method),
        _ => refuse("config.method", "is not an HTTP method such as GET or POST"),
    }
}

/// Reads a header's name that an author gave in `field`.
pub(crate) fn header_name(field: &str, name: &str) -> Result<HeaderName, Fault> {
    let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
        return refuse(field, format!("has `{name}`, which is not the name of a header: letters, digits and `-`"));
    };
    if RESERVED.contains(&parsed.as_str()) {
        return refuse(field, format!("has `{name}`, which belongs to the connection and is set by Callwright itself"));
    }
    Ok(parsed)
}

fn compile_headers(headers: &BTreeMap<String, String>, names: &Names) -> Result<(HeaderMap, Vec<HeaderPlan>), Fault> {
    let mut fixed = HeaderMap::new();
    let mut plans: Vec<HeaderPlan> = Vec::new();
    let mut seen = BTreeSet::new();
    for (written, value) in headers {
        let field = format!("config.headers.{written}");
        let name = header_name(&field, written)?;
        if !seen.insert(name.as_str().to_owned()) {
            return refuse(&field, "is given twice in different spellings");
        }
        let template = Template::compile(value, names).map_err(|error| template_fault(&field, &error))?;
        if !template.is_literal() {
            plans.push(HeaderPlan { name, field, value: template });
        } else if !value.trim().is_empty() {
            let value = HeaderValue::from_bytes(template.literal_prefix().trim().as_bytes())
                .or_else(|_| refuse(&field, "holds a line break or another control character"))?;
            fixed.insert(name, value);
        }
    }
    Ok((fixed, plans))
}

/// The content type that the author gave as a header, when it is known now.
fn content_type_header(config: &HttpConfig) -> Option<String> {
    config.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, value)| value.clone())
}

fn add_defaults(fixed: &mut HeaderMap, headers: &[HeaderPlan]) {
    let own = [
        (header::ACCEPT, HeaderValue::from_static("application/json, */*;q=0.5")),
        (header::USER_AGENT, HeaderValue::from_static(concat!("callwright/", env!("CARGO_PKG_VERSION")))),
    ];
    for (name, value) in own {
        if !fixed.contains_key(&name) && !headers.iter().any(|header| header.name == name) {
            fixed.insert(name, value);
        }
    }
}

fn check_auth_header(auth: &AuthPlan, fixed: &HeaderMap, headers: &[HeaderPlan]) -> Result<(), Fault> {
    match auth.header() {
        Some(name) if fixed.contains_key(&name) || headers.iter().any(|header| header.name == name) => {
            refuse(&format!("config.headers.{name}"), "is already set by `config.auth`; keep one of them")
        }
        _ => Ok(()),
    }
}

fn key_place(
    idempotency: Option<&Idempotency>,
    effect: Effect,
    body: &BodyPlan,
    config: &HttpConfig,
    fixed: &HeaderMap,
    headers: &[HeaderPlan],
) -> Result<KeyPlace, Fault> {
    let settings = idempotency.cloned().unwrap_or_default();
    if settings.header.is_some() && settings.field.is_some() {
        return refuse("config.idempotency", "must have `header` or `field`, not both");
    }
    if let Some(field) = settings.field {
        check_key_field(&field, effect, body, config)?;
        return Ok(KeyPlace::Field(field));
    }
    let name = header_name("config.idempotency.header", settings.header.as_deref().unwrap_or("Idempotency-Key"))?;
    let written = fixed.contains_key(&name) || headers.iter().any(|header| header.name == name);
    if written && settings.header.is_some() {
        return refuse("config.idempotency.header", format!("names `{name}`, which `config.headers` sets as well"));
    }
    Ok(if written { KeyPlace::Author } else { KeyPlace::Header(name) })
}

/// The key can only be put into a body that is an object.
fn check_key_field(field: &str, effect: Effect, body: &BodyPlan, config: &HttpConfig) -> Result<(), Fault> {
    let name = "config.idempotency.field";
    if field.is_empty() {
        return refuse(name, "is empty");
    }
    let given = config.body.as_ref();
    let taken = match body {
        // A read carries no key, so it needs no place for one.
        BodyPlan::None | BodyPlan::Raw { .. } if effect == Effect::Read => false,
        BodyPlan::None | BodyPlan::Raw { .. } => {
            return refuse(name, "needs a JSON or form body; name a `header` instead");
        }
        BodyPlan::Arguments => false,
        BodyPlan::Automation { .. } => AUTOMATION.contains(&field),
        BodyPlan::Form(_) => given.and_then(|body| body.form.as_ref()).is_some_and(|form| form.contains_key(field)),
        BodyPlan::Json(_) => match given.and_then(|body| body.json.as_ref()) {
            Some(serde_json::Value::Object(object)) => object.contains_key(field),
            // One expression may give an object; whether it does is seen at each call.
            Some(serde_json::Value::String(_)) => false,
            _ => return refuse(name, "needs a body that is an object"),
        },
    };
    if taken { refuse(name, format!("names `{field}`, which the body sets as well")) } else { Ok(()) }
}

/// What is added to the query. A GET, HEAD or DELETE whose author wrote neither query nor body sends the
/// arguments that no other part of it reads.
fn query(config: &HttpConfig, method: &Method, names: &Names) -> Result<QueryPlan, Fault> {
    let by_itself = [Method::GET, Method::HEAD, Method::DELETE].contains(method);
    if !config.query.is_empty() || config.body.is_some() || !by_itself {
        return QueryPlan::compile(config.query.iter(), names);
    }
    let mut used = Reads::default();
    used.add(&config.url);
    config.headers.values().for_each(|value| used.add(value));
    AuthPlan::texts(&config.auth).for_each(|text| used.add(text));
    Ok(QueryPlan::Arguments(used))
}

fn redirects(count: u8) -> Result<u8, Fault> {
    if count > MAX_REDIRECTS {
        return refuse("config.redirects", format!("must be at most {MAX_REDIRECTS}"));
    }
    Ok(count)
}

fn max_bytes(bytes: Option<u32>) -> Result<usize, Fault> {
    let bytes = bytes.unwrap_or(DEFAULT_RESPONSE_BYTES);
    if !(1..=MAX_RESPONSE_BYTES).contains(&bytes) {
        return refuse("config.max_response_bytes", format!("must be between 1 and {MAX_RESPONSE_BYTES}"));
    }
    Ok(bytes as usize)
}

/// Checks a list of statuses, none of which is less than `least`.
pub(crate) fn statuses(field: &str, list: &[u16], least: u16) -> Result<Vec<u16>, Fault> {
    match list.iter().find(|status| !(least..600).contains(*status)) {
        Some(status) => refuse(field, format!("has {status}; a status here is between {least} and 599")),
        None => Ok(list.to_vec()),
    }
}
