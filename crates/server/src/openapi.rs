//! The description of the API, made from the handlers; and the table of routes and rights made from that.
//!
//! A handler says what it takes and gives, and in `x-right` (and `x-scope`) who may use it. What is the
//! same everywhere, the error answers and the ways to say who is asking, is added here.

use std::sync::OnceLock;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use callwright_model::account::{Right, Scope};
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{
        Components, Content, ContentBuilder, HeaderBuilder, InfoBuilder, Object, OpenApi, OpenApiBuilder, PathItem,
        Ref, RefOr, ResponseBuilder, SecurityRequirement, Type,
        path::Operation,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth,
    error::{ErrorBody, GuideErrorBody, guide_status, is_guide},
    state::ServerState,
};

const ABOUT: &str = "Registers tools and lets models call them.\n\n\
    Say who you are with `X-Token` or `Authorization: Bearer`, or with the session cookie of `POST /api/v1/session` \
    and then, for everything that is not a GET, `X-CSRF-Token`. Every answer has an `X-Request-Id`, yours if you sent \
    one of at most 128 visible ASCII characters. Bodies are JSON, at most 2 MiB unless the operator chose otherwise, without unknown fields and without \
    NUL characters. Lists are paged: at most 200 items, and a cursor to go on. `x-right` names the right that an \
    operation needs, `x-scope` the scope that a token with scopes needs.";

/// The answers that are errors: status, name in the document, when it is given.
const ERRORS: [(StatusCode, &str, &str); 13] = [
    (StatusCode::BAD_REQUEST, "MalformedRequest", "The request could not be read, for example a body that is not JSON"),
    (StatusCode::UNAUTHORIZED, "Unauthenticated", "No token, or one that is not valid (any more)"),
    (StatusCode::PAYMENT_REQUIRED, "Unpaid", "It costs more credits than your organization has"),
    (StatusCode::FORBIDDEN, "Forbidden", "Your role or your token's scopes do not allow this"),
    (StatusCode::NOT_FOUND, "NotFound", "No such thing, or none that you may see"),
    (StatusCode::REQUEST_TIMEOUT, "RequestTimeout", "The body took too long to arrive"),
    (StatusCode::CONFLICT, "Conflict", "It contradicts what is already there"),
    (StatusCode::PAYLOAD_TOO_LARGE, "TooLarge", "The body is larger than the server takes (2 MiB by default)"),
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", "The body is not declared as JSON"),
    (
        StatusCode::UNPROCESSABLE_ENTITY,
        "InvalidRequest",
        "A field is missing, unknown or wrong; `details.field` names it",
    ),
    (StatusCode::TOO_MANY_REQUESTS, "Limited", "Too often; `Retry-After` says when to come back"),
    (StatusCode::INTERNAL_SERVER_ERROR, "Internal", "Our own mistake; the request's id is in the log"),
    (StatusCode::SERVICE_UNAVAILABLE, "Unavailable", "Not now: stopping, or the database is away"),
];

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, without a token.
    Public,
    /// Anybody we know, for what is their own.
    Known,
    /// A role that holds this right, and with a scoped token this scope.
    Right(Right, Option<Scope>),
}

/// One route and who may use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInfo {
    /// The method.
    pub method: Method,
    /// The path with its variables, for example `/api/v1/tools/{name}`.
    pub path: String,
    /// The operation's id in the document.
    pub operation: String,
    /// Who may use it.
    pub access: Access,
    /// Whether it takes a body.
    pub has_body: bool,
}

impl RouteInfo {
    /// The right it needs, if any.
    pub fn right(&self) -> Option<Right> {
        match self.access {
            Access::Right(right, _) => Some(right),
            Access::Public | Access::Known => None,
        }
    }
}

/// Every route of the server with its right, in the order of the document. One without a valid `x-right` is left out.
pub fn route_table() -> Vec<RouteInfo> {
    let document = document();
    document
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| operations(item).map(move |(m, o)| (path, m, o)))
        .filter_map(route_info)
        .collect()
}

/// The whole document.
pub fn document() -> OpenApi {
    finish(crate::router::api().into_openapi())
}

/// The document before any route.
pub(crate) fn empty() -> OpenApi {
    let info = InfoBuilder::new().title("Callwright").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT));
    OpenApiBuilder::new().info(info.build()).build()
}

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    tag = "operation",
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json")),
    extensions(("x-right" = json!("public"))),
)]
async fn show() -> Response {
    static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
    let text = DOCUMENT.get_or_init(|| document().to_json().unwrap_or_default().into()).clone();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, text).into_response()
}

/// Adds what is the same everywhere.
fn finish(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_with(Components::new);
    add_error_answers(components);
    add_security_schemes(components);
    for (path, item) in &mut document.paths.paths {
        let is_guide = is_guide(path);
        for (method, operation) in operations_mut(item) {
            let is_public = extension(operation, "x-right") == Some("public");
            operation.security.get_or_insert_with(|| if is_public { Vec::new() } else { ways_to_be_known() });
            for status in possible_errors(&method, operation, is_public) {
                let status = if is_guide { guide_status(status) } else { status };
                let Some((status, name, _)) = ERRORS.iter().find(|(known, ..)| *known == status) else { continue };
                let name = if is_guide { guide_name(name) } else { (*name).to_owned() };
                let answers = &mut operation.responses.responses;
                answers.entry(status.as_str().to_owned()).or_insert_with(|| RefOr::Ref(Ref::from_response_name(name)));
            }
        }
    }
    document
}

fn add_error_answers(components: &mut Components) {
    let mut schemas = Vec::new();
    ErrorBody::schemas(&mut schemas);
    schemas.push((ErrorBody::name().into_owned(), <ErrorBody as utoipa::PartialSchema>::schema()));
    schemas.push((GuideErrorBody::name().into_owned(), <GuideErrorBody as utoipa::PartialSchema>::schema()));
    components.schemas.extend(schemas);
    for (status, name, when) in ERRORS {
        components.responses.insert(name.to_owned(), error_answer(status, when, &ErrorBody::name()).into());
        let about =
            if status == StatusCode::BAD_REQUEST { "The request could not be read, or a field is wrong" } else { when };
        components.responses.insert(guide_name(name), error_answer(status, about, &GuideErrorBody::name()).into());
    }
}

/// The name of the same answer on the paths of the agent guide.
fn guide_name(name: &str) -> String {
    format!("Guide{name}")
}

fn error_answer(status: StatusCode, when: &str, schema: &str) -> utoipa::openapi::Response {
    let content: Content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
    let mut response = ResponseBuilder::new().description(when).content("application/json", content);
    if status == StatusCode::TOO_MANY_REQUESTS {
        let header =
            HeaderBuilder::new().schema(Some(Object::with_type(Type::Integer))).description(Some("Seconds to wait"));
        response = response.header("Retry-After", header.build());
    }
    response.build()
}

fn add_security_schemes(components: &mut Components) {
    let header =
        |name: &str, about: &str| SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, about)));
    components.add_security_scheme("token", header("X-Token", "An API token, or a short-lived one."));
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The same tokens.")).build(),
        ),
    );
    let cookie = ApiKeyValue::with_description(
        auth::SESSION_COOKIE,
        "A browser session. Everything but GET also needs the header `X-CSRF-Token`.",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
}

fn ways_to_be_known() -> Vec<SecurityRequirement> {
    ["token", "bearer", "session"].map(|name| SecurityRequirement::new(name, Vec::<String>::new())).to_vec()
}

/// The errors that an operation may answer with, by what it takes.
fn possible_errors(method: &Method, operation: &Operation, is_public: bool) -> Vec<StatusCode> {
    let mut errors = vec![StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE];
    if !is_public {
        errors.extend([StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN]);
    }
    if operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty()) {
        errors.extend([StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY]);
    }
    if operation.request_body.is_some() {
        errors.extend([
            StatusCode::BAD_REQUEST,
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            StatusCode::UNPROCESSABLE_ENTITY,
        ]);
    }
    if *method != Method::GET {
        errors.extend([
            StatusCode::FORBIDDEN,
            StatusCode::NOT_FOUND,
            StatusCode::CONFLICT,
            StatusCode::TOO_MANY_REQUESTS,
        ]);
        if matches!(extension(operation, "x-right"), Some("build" | "call")) {
            errors.push(StatusCode::PAYMENT_REQUIRED);
        }
    }
    errors
}

fn route_info((path, method, operation): (&String, Method, &Operation)) -> Option<RouteInfo> {
    let access = match extension(operation, "x-right")? {
        "public" => Access::Public,
        "self" => Access::Known,
        right => Access::Right(Right::parse(right)?, extension(operation, "x-scope").and_then(Scope::parse)),
    };
    Some(RouteInfo {
        method,
        path: path.clone(),
        operation: operation.operation_id.clone().unwrap_or_default(),
        access,
        has_body: operation.request_body.is_some(),
    })
}

fn extension<'a>(operation: &'a Operation, name: &str) -> Option<&'a str> {
    operation.extensions.as_ref()?.get(name).and_then(Value::as_str)
}

fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_operation_says_who_may_use_it_and_has_its_own_id() {
        let document = document();
        let mut ids = HashSet::new();
        for (path, item) in &document.paths.paths {
            for (method, operation) in operations(item) {
                let id = operation.operation_id.clone().unwrap_or_default();
                assert!(
                    !id.is_empty() && ids.insert(id.clone()),
                    "{method} {path} needs an operation id of its own, not `{id}`"
                );
                assert!(
                    route_info((path, method.clone(), operation)).is_some(),
                    "{method} {path} needs a valid `x-right`"
                );
                if let Some(scope) = extension(operation, "x-scope") {
                    assert!(Scope::parse(scope).is_some(), "{method} {path}: `{scope}` is not a scope");
                }
            }
        }
        assert_eq!(route_table().len(), ids.len());
    }

    #[test]
    fn every_reference_in_the_document_leads_somewhere() {
        let document: Value = serde_json::from_str(&document().to_json().unwrap()).unwrap();
        let mut references = Vec::new();
        collect(&document, &mut references);
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "`{reference}` leads nowhere");
        }
    }

    fn collect(value: &Value, references: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    references.push(reference.clone());
                }
                fields.values().for_each(|field| collect(field, references));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
            _ => {}
        }
    }
}
