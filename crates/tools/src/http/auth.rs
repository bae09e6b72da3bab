//! How a request says who we are.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use callwright_expr::{Names, Scope, Template};
use callwright_model::{
    ErrorClass, Fault, ToolError,
    secret::SecretString,
    tool::http::{Auth, ClientAuth},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{
    compile::{header_name, refuse, template_fault},
    query,
    url::{UrlTemplate, encode},
};
use crate::executor::OauthClient;

/// A compiled `config.auth`.
#[derive(Debug, Clone)]
pub(crate) enum AuthPlan {
    /// Not at all.
    None,
    /// A bearer token.
    Bearer(Template),
    /// A key in a header.
    KeyHeader(HeaderName, Template),
    /// A key in the query.
    KeyQuery(String, Template),
    /// A user's name and password.
    Basic {
        /// The name.
        username: Template,
        /// The password.
        password: Template,
    },
    /// A token by client credentials.
    Oauth2(Box<OauthPlan>),
}

/// A compiled OAuth client.
#[derive(Debug, Clone)]
pub(crate) struct OauthPlan {
    token_url: UrlTemplate,
    client_id: Template,
    client_secret: Template,
    scopes: Vec<Template>,
    audience: Option<Template>,
    client_auth: ClientAuth,
}

/// What identifies us in one call.
#[derive(Default)]
pub(crate) struct Credentials {
    /// An encoded pair for the query.
    pub(crate) query: Option<String>,
    /// What must not come back to a model or a log, besides the secrets themselves.
    pub(crate) hide: Vec<SecretString>,
}

impl AuthPlan {
    /// Checks and compiles `auth`.
    pub(crate) fn compile(auth: &Auth, names: &Names) -> Result<Self, Fault> {
        let template = |text: &str, field: &str| {
            let field = format!("config.auth.{field}");
            if text.trim().is_empty() {
                return refuse(&field, "is empty");
            }
            Template::compile(text, names).map_err(|error| template_fault(&field, &error))
        };
        Ok(match auth {
            Auth::None => Self::None,
            Auth::Bearer { token } => Self::Bearer(template(token, "token")?),
            Auth::ApiKey { key, header, query } => {
                let key = template(key, "key")?;
                match (header.as_deref(), query.as_deref()) {
                    (Some(_), Some(_)) => return refuse("config.auth", "must have `header` or `query`, not both"),
                    (None, Some("")) => return refuse("config.auth.query", "is empty"),
                    (None, Some(name)) => Self::KeyQuery(name.to_owned(), key),
                    (name, None) => {
                        Self::KeyHeader(header_name("config.auth.header", name.unwrap_or("X-API-Key"))?, key)
                    }
                }
            }
            Auth::Basic { username, password } => Self::Basic {
                username: template(username, "username")?,
                // Some services take a key as the name and no password.
                password: Template::compile(password, names)
                    .map_err(|error| template_fault("config.auth.password", &error))?,
            },
            Auth::Oauth2 { token_url, client_id, client_secret, scopes, audience, client_auth } => {
                let token_url = UrlTemplate::compile(token_url, names).map_err(|error| {
                    Fault::invalid("config.auth.token_url", format!("`config.auth.token_url`: {}", error.0))
                })?;
                Self::Oauth2(Box::new(OauthPlan {
                    token_url,
                    client_id: template(client_id, "client_id")?,
                    client_secret: template(client_secret, "client_secret")?,
                    scopes: scopes.iter().map(|scope| template(scope, "scopes")).collect::<Result<_, _>>()?,
                    audience: audience.as_deref().map(|text| template(text, "audience")).transpose()?,
                    client_auth: *client_auth,
                }))
            }
        })
    }

    /// The texts of a configuration that may hold placeholders.
    pub(crate) fn texts(auth: &Auth) -> impl Iterator<Item = &str> {
        let texts: Vec<&str> = match auth {
            Auth::None => vec![],
            Auth::Bearer { token } => vec![token],
            Auth::ApiKey { key, .. } => vec![key],
            Auth::Basic { username, password } => vec![username, password],
            Auth::Oauth2 { token_url, client_id, client_secret, scopes, audience, .. } => {
                let mut texts: Vec<&str> = vec![token_url, client_id, client_secret];
                texts.extend(scopes.iter().map(String::as_str));
                texts.extend(audience.as_deref());
                texts
            }
        };
        texts.into_iter()
    }

    /// The header that it sets.
    pub(crate) fn header(&self) -> Option<HeaderName> {
        match self {
            Self::None | Self::KeyQuery(..) => None,
            Self::KeyHeader(name, _) => Some(name.clone()),
            Self::Bearer(_) | Self::Basic { .. } | Self::Oauth2(_) => Some(header::AUTHORIZATION),
        }
    }

    /// The secrets that it reads.
    pub(crate) fn secrets(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        let mut add = |template: &Template| all.extend(template.secrets().iter().cloned());
        match self {
            Self::None => {}
            Self::Bearer(value) | Self::KeyHeader(_, value) | Self::KeyQuery(_, value) => add(value),
            Self::Basic { username, password } => {
                add(username);
                add(password);
            }
            Self::Oauth2(client) => {
                add(&client.client_id);
                add(&client.client_secret);
                client.scopes.iter().for_each(&mut add);
                client.audience.iter().for_each(&mut add);
                all.extend(client.token_url.secrets().iter().cloned());
            }
        }
        all
    }

    /// Puts the credentials of one call into `headers`, or gives them for the query. For OAuth nothing is done
    /// here: the token is asked for when the request is about to leave.
    pub(crate) fn apply(&self, scope: &Scope<'_>, headers: &mut HeaderMap) -> Result<Credentials, ToolError> {
        let mut credentials = Credentials::default();
        match self {
            Self::None | Self::Oauth2(_) => {}
            Self::Bearer(token) => {
                let token = credential(token, scope, "token")?;
                headers.insert(header::AUTHORIZATION, bearer(&token)?);
                credentials.hide.push(token);
            }
            Self::KeyHeader(name, key) => {
                let key = credential(key, scope, "key")?;
                headers.insert(name.clone(), secret_value(key.expose(), name.as_str())?);
                credentials.hide.push(key);
            }
            Self::KeyQuery(name, key) => {
                let key = credential(key, scope, "key")?;
                let mut pair = String::new();
                query::push(&mut pair, &encode(name), &key.expose().into());
                credentials.query = Some(pair);
                credentials.hide.push(key);
            }
            Self::Basic { username, password } => {
                let username = credential(username, scope, "username")?;
                let password = SecretString::new(render(password, scope, "password")?);
                if username.expose().contains(':') {
                    return Err(unusable("`config.auth.username` holds a colon, which a user name may not".to_owned()));
                }
                let pair = STANDARD.encode(format!("{}:{}", username.expose(), password.expose()));
                headers.insert(header::AUTHORIZATION, secret_value(&format!("Basic {pair}"), "authorization")?);
                credentials.hide.extend([password, SecretString::new(pair)]);
            }
        }
        Ok(credentials)
    }

    /// The client to ask a token for.
    pub(crate) fn client(&self, scope: &Scope<'_>) -> Result<Option<OauthClient>, ToolError> {
        let Self::Oauth2(plan) = self else { return Ok(None) };
        let scopes = plan.scopes.iter().map(|text| render(text, scope, "scopes")).collect::<Result<_, _>>()?;
        Ok(Some(OauthClient {
            token_url: plan
                .token_url
                .render(scope, "")
                .map_err(|error| unusable(format!("`config.auth.token_url`: {}", error.0)))?
                .into(),
            client_id: credential(&plan.client_id, scope, "client_id")?.expose().to_owned(),
            client_secret: credential(&plan.client_secret, scope, "client_secret")?,
            scopes,
            audience: plan.audience.as_ref().map(|text| render(text, scope, "audience")).transpose()?,
            client_auth: plan.client_auth,
        }))
    }
}

/// The header value of a bearer token.
pub(crate) fn bearer(token: &SecretString) -> Result<HeaderValue, ToolError> {
    secret_value(&format!("Bearer {}", token.expose()), "authorization")
}

fn render(template: &Template, scope: &Scope<'_>, field: &str) -> Result<String, ToolError> {
    template.render(scope).map_err(|error| unusable(format!("cannot fill in `config.auth.{field}`: {}", error.message)))
}

/// A value that may not be empty: an upstream must never be asked as nobody by mistake.
fn credential(template: &Template, scope: &Scope<'_>, field: &str) -> Result<SecretString, ToolError> {
    let value = render(template, scope, field)?;
    if value.trim().is_empty() {
        return Err(unusable(format!("`config.auth.{field}` is empty; set the secret or the value that it reads")));
    }
    Ok(SecretString::new(value))
}

fn secret_value(text: &str, header: &str) -> Result<HeaderValue, ToolError> {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| {
        unusable(format!("the credential for the header `{header}` holds a line break or another control character"))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn unusable(message: String) -> ToolError {
    ToolError::new(ErrorClass::AuthError, "credential_unusable", message)
}
