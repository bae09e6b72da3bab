//! How an endpoint identifies itself: the plan names a secret, ours is a template that reads it.
//!
//! The plan's `token_field` names a value in another place's settings; here it names a secret, in any
//! case. The plan's own example also writes the header out by hand, which says the same thing twice. A
//! template can read a secret in several spellings, and the one that is chosen remembers what was said,
//! so that a tool is shown as it was given:
//!
//! ```text
//! ${API_KEY}              token_field API_KEY
//! ${secret.API_KEY}       token_field api_key
//! {{ env.API_KEY }}       token_field API_KEY, and the header `Bearer ${API_KEY}`
//! {{ secret.API_KEY }}    token_field api_key, and the header `Bearer ${API_KEY}`
//! ```

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::{Fault, context::CALL_FIELDS, secret::is_secret_name, tool::http::Auth};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fields::Fields;

const AUTHORIZATION: &str = "Authorization";
const X_API_KEY: &str = "X-API-Key";

/// How the plan says that an endpoint identifies itself.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = plan::Authentication)]
#[serde(deny_unknown_fields)]
pub(crate) struct Authentication {
    /// Which way.
    #[serde(rename = "type")]
    pub kind: AuthenticationType,
    /// The name of the secret, in any case. For `basic` without `username`, a secret of the form `user:password`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_field: Option<String>,
    /// The header that carries it: `Authorization`, for `api_key` `X-API-Key` unless told otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_name: Option<String>,
    /// For `basic`: the user, when the secret is the password alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

/// The plan's ways of authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = plan::AuthenticationType)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuthenticationType {
    /// Not at all.
    None,
    /// `Bearer` and the secret.
    Bearer,
    /// The secret as it is.
    ApiKey,
    /// HTTP Basic.
    Basic,
}

impl Authentication {
    /// Reads the plan's form.
    pub(crate) fn parse(mut fields: Fields) -> Result<Self, Fault> {
        let kind = fields.require("type", "say `none`, `bearer`, `api_key` or `basic`")?;
        let this = Self {
            kind,
            token_field: fields.take::<String>("token_field")?.filter(|name| !name.is_empty()),
            header_name: fields.take::<String>("header_name")?.filter(|name| !name.is_empty()),
            username: fields.take("username")?,
        };
        this.check(&fields)?;
        fields.finish()?;
        Ok(this)
    }

    fn check(&self, fields: &Fields) -> Result<(), Fault> {
        let refuse = |name: &str, message: &str| {
            let path = fields.path(name);
            Err(Fault::invalid(&path, format!("`{path}` {message}")))
        };
        if self.kind == AuthenticationType::None {
            return Ok(());
        }
        match &self.token_field {
            None => return refuse("token_field", "is missing: name the secret that holds the token"),
            Some(name) if !is_secret_name(name) => {
                return refuse("token_field", "must be the name of a secret, such as `api_key`, not its value");
            }
            Some(_) => {}
        }
        if self.kind == AuthenticationType::Basic && !self.header().eq_ignore_ascii_case(AUTHORIZATION) {
            return refuse("header_name", "must be `Authorization` for the type `basic`");
        }
        if self.kind != AuthenticationType::Basic && self.username.is_some() {
            return refuse("username", "belongs to the type `basic` only");
        }
        Ok(())
    }

    fn header(&self) -> &str {
        let default = if self.kind == AuthenticationType::ApiKey { X_API_KEY } else { AUTHORIZATION };
        self.header_name.as_deref().unwrap_or(default)
    }

    /// Our form. `secrets` are the names that exist; `path` is where the plan's form stands. A header in `headers` that
    /// says the same thing is taken out of them.
    pub(crate) fn to_auth(
        &self,
        secrets: &BTreeSet<String>,
        path: &str,
        headers: &mut BTreeMap<String, String>,
    ) -> Result<Auth, Fault> {
        let Some(token_field) = self.token_field.as_deref().filter(|_| self.kind != AuthenticationType::None) else {
            return Ok(Auth::None);
        };
        let mut name = SecretName::resolve(token_field, secrets).ok_or_else(|| {
            let path = format!("{path}.token_field");
            Fault::invalid(
                &path,
                format!("`{path}` names the secret `{token_field}`, which does not exist; set it first"),
            )
        })?;
        let header = self.header().to_owned();
        if self.written_out(&name).is_some_and(|text| headers.get(&header) == Some(&text)) {
            headers.remove(&header);
            name.in_header = true;
        }
        Ok(match (self.kind, &self.username) {
            (AuthenticationType::None, _) => Auth::None,
            (AuthenticationType::Bearer, _) if header.eq_ignore_ascii_case(AUTHORIZATION) => {
                Auth::Bearer { token: name.template() }
            }
            (AuthenticationType::Bearer, _) => {
                Auth::ApiKey { key: format!("Bearer {}", name.template()), header: Some(header), query: None }
            }
            (AuthenticationType::ApiKey, _) => Auth::ApiKey { key: name.template(), header: Some(header), query: None },
            (AuthenticationType::Basic, Some(username)) => {
                Auth::Basic { username: username.clone(), password: name.template() }
            }
            (AuthenticationType::Basic, None) => Auth::Basic { username: name.part(0), password: name.part(1) },
        })
    }

    /// The plan's form of ours, and the header that says the same thing; `None` when the plan has no words for it.
    pub(crate) fn from_auth(auth: &Auth) -> Option<(Self, Option<(String, String)>)> {
        let (kind, name, header, username) = match auth {
            Auth::None => {
                let kind = AuthenticationType::None;
                return Some((Self { kind, token_field: None, header_name: None, username: None }, None));
            }
            Auth::Bearer { token } => (AuthenticationType::Bearer, SecretName::read(token)?, AUTHORIZATION, None),
            Auth::ApiKey { key, header, query: None } => {
                let header = header.as_deref().unwrap_or(X_API_KEY);
                match SecretName::read(key) {
                    Some(name) => (AuthenticationType::ApiKey, name, header, None),
                    // In `Authorization` that would read back as our bearer, which is not what stands here.
                    None if header.eq_ignore_ascii_case(AUTHORIZATION) => return None,
                    None => (AuthenticationType::Bearer, SecretName::read(key.strip_prefix("Bearer ")?)?, header, None),
                }
            }
            Auth::Basic { username, password } => match SecretName::read(password) {
                Some(name) => (AuthenticationType::Basic, name, AUTHORIZATION, Some(username.clone())),
                None => {
                    let name = SecretName::read_part(username).filter(|name| name.part(1) == *password)?;
                    (AuthenticationType::Basic, name, AUTHORIZATION, None)
                }
            },
            Auth::ApiKey { .. } | Auth::Oauth2 { .. } => return None,
        };
        let this = Self { kind, token_field: Some(name.shown()), header_name: Some(header.to_owned()), username };
        let written = if name.in_header { Some((header.to_owned(), this.written_out(&name)?)) } else { None };
        Some((this, written))
    }

    /// The value of the header, as somebody writes it out who knows the secret's name.
    fn written_out(&self, name: &SecretName) -> Option<String> {
        match self.kind {
            AuthenticationType::Bearer => Some(format!("Bearer ${{{}}}", name.name)),
            AuthenticationType::ApiKey => Some(format!("${{{}}}", name.name)),
            AuthenticationType::None | AuthenticationType::Basic => None,
        }
    }
}

/// A secret's name, and how it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SecretName {
    name: String,
    /// In lower case instead of its own.
    in_lower_case: bool,
    /// In a header as well.
    in_header: bool,
}

impl SecretName {
    fn resolve(token_field: &str, secrets: &BTreeSet<String>) -> Option<Self> {
        let name = secrets.get(token_field).or_else(|| secrets.iter().find(|n| n.eq_ignore_ascii_case(token_field)))?;
        let in_lower_case = name != token_field && name.to_ascii_lowercase() == token_field;
        Some(Self { name: name.clone(), in_lower_case, in_header: false })
    }

    fn template(&self) -> String {
        let name = &self.name;
        match (self.in_lower_case, self.in_header) {
            (false, true) => format!("{{{{ env.{name} }}}}"),
            (true, true) => format!("{{{{ secret.{name} }}}}"),
            // A plain name that is also a call field would be refused as ambiguous.
            (false, false) if !CALL_FIELDS.contains(&name.as_str()) => format!("${{{name}}}"),
            (_, false) => format!("${{secret.{name}}}"),
        }
    }

    fn read(template: &str) -> Option<Self> {
        let (inner, in_header) = match template.strip_prefix("{{ ") {
            Some(rest) => (rest.strip_suffix(" }}")?, true),
            None => (template.strip_prefix("${")?.strip_suffix('}')?, false),
        };
        let (name, in_lower_case) = match (inner.strip_prefix("secret."), inner.strip_prefix("env.")) {
            (Some(name), _) => (name, true),
            (None, Some(name)) => (name, false),
            (None, None) if in_header || CALL_FIELDS.contains(&inner) => return None,
            (None, None) => (inner, false),
        };
        is_secret_name(name).then(|| Self { name: name.to_owned(), in_lower_case, in_header })
    }

    fn shown(&self) -> String {
        if self.in_lower_case { self.name.to_ascii_lowercase() } else { self.name.clone() }
    }

    /// One side of a secret of the form `user:password`; the quotes remember the case.
    fn part(&self, index: u8) -> String {
        let quote = if self.in_lower_case { '"' } else { '\'' };
        format!("{{{{ (secret.{} | split({quote}:{quote}, 1))[{index}] }}}}", self.name)
    }

    fn read_part(template: &str) -> Option<Self> {
        let (name, rest) = template.strip_prefix("{{ (secret.")?.split_once(' ')?;
        let this = Self { name: name.to_owned(), in_lower_case: rest.contains('"'), in_header: false };
        (is_secret_name(name) && this.part(0) == template).then_some(this)
    }
}
