//! `implementation.auth`: how a tool identifies itself, in the guide's words on one side and ours on the other.
//!
//! ```text
//! {type: api_key, key_name, api_key}     the key in the query
//! {type: header, key_name, api_key}      the key in a header, X-API-Key unless said
//! {type: bearer, token}
//! {type: basic, username, password}
//! {type: oauth2, token_url, client_id, client_secret, scopes, audience, client_auth}
//! {type: none}
//! ```

use std::collections::BTreeSet;

use callwright_model::{Fault, tool::http::Auth};
use serde_json::{Value, json};

use super::credential::{Credentials, shown};
use crate::compat::plan::fields::Fields;

const X_API_KEY: &str = "X-API-Key";

/// Our form. `current` is what the tool has, for which a mask stands.
pub(super) fn parse(mut fields: Fields, current: Option<&Auth>, credentials: &mut Credentials) -> Result<Auth, Fault> {
    let kind: String = fields.require("type", "say `api_key`, `header`, `bearer`, `basic`, `oauth2` or `none`")?;
    let current = current.and_then(credential);
    let mut secret = |fields: &mut Fields, name: &str, suffix: &str| -> Result<String, Fault> {
        let given = fields.require(name, "it is the credential itself, or `${NAME}` of a secret")?;
        credentials.template(&fields.path(name), given, current, suffix)
    };
    let auth = match kind.as_str() {
        "none" => Auth::None,
        "api_key" => {
            let query = Some(fields.require("key_name", "say which parameter of the query carries the key")?);
            Auth::ApiKey { key: secret(&mut fields, "api_key", "API_KEY")?, header: None, query }
        }
        "header" => {
            let header = fields.take("key_name")?.unwrap_or_else(|| X_API_KEY.to_owned());
            Auth::ApiKey { key: secret(&mut fields, "api_key", "API_KEY")?, header: Some(header), query: None }
        }
        "bearer" => Auth::Bearer { token: secret(&mut fields, "token", "TOKEN")? },
        "basic" => {
            let username = fields.require("username", "it is the user's name")?;
            Auth::Basic { username, password: secret(&mut fields, "password", "PASSWORD")? }
        }
        "oauth2" => Auth::Oauth2 {
            token_url: fields.require("token_url", "say where tokens are given out")?,
            client_id: fields.require("client_id", "it is the client's id")?,
            client_secret: secret(&mut fields, "client_secret", "CLIENT_SECRET")?,
            scopes: fields.take("scopes")?.unwrap_or_default(),
            audience: fields.take("audience")?,
            client_auth: fields.take("client_auth")?.unwrap_or_default(),
        },
        other => {
            let path = fields.path("type");
            let message =
                format!("`{path}` is `{other}`; it may be `api_key`, `header`, `bearer`, `basic`, `oauth2` or `none`");
            return Err(Fault::invalid(&path, message));
        }
    };
    fields.finish()?;
    Ok(auth)
}

/// The guide's form of ours, `None` when there is nothing to say. `own` are the secrets that came with the tool.
pub(super) fn show(auth: &Auth, own: &BTreeSet<String>) -> Option<Value> {
    Some(match auth {
        Auth::None => return None,
        Auth::Bearer { token } => json!({"type": "bearer", "token": shown(token, own)}),
        Auth::ApiKey { key, query: Some(name), .. } => {
            json!({"type": "api_key", "key_name": name, "api_key": shown(key, own)})
        }
        Auth::ApiKey { key, header, query: None } => {
            let name = header.as_deref().unwrap_or(X_API_KEY);
            json!({"type": "header", "key_name": name, "api_key": shown(key, own)})
        }
        Auth::Basic { username, password } => {
            json!({"type": "basic", "username": username, "password": shown(password, own)})
        }
        Auth::Oauth2 { client_secret, .. } => {
            let mut value = serde_json::to_value(auth).unwrap_or_default();
            value["client_secret"] = json!(shown(client_secret, own));
            value
        }
    })
}

fn credential(auth: &Auth) -> Option<&str> {
    match auth {
        Auth::None => None,
        Auth::Bearer { token } => Some(token),
        Auth::ApiKey { key, .. } => Some(key),
        Auth::Basic { password, .. } => Some(password),
        Auth::Oauth2 { client_secret, .. } => Some(client_secret),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_shown_as_it_is_written_but_for_the_credential() {
        let taken = BTreeSet::new();
        for (written, ours, field) in [
            (
                json!({"type": "api_key", "key_name": "appid", "api_key": "k-1"}),
                Auth::ApiKey { key: "${T_API_KEY}".into(), header: None, query: Some("appid".into()) },
                "api_key",
            ),
            (
                json!({"type": "header", "key_name": "X-Key", "api_key": "k-1"}),
                Auth::ApiKey { key: "${T_API_KEY}".into(), header: Some("X-Key".into()), query: None },
                "api_key",
            ),
            (json!({"type": "bearer", "token": "k-1"}), Auth::Bearer { token: "${T_TOKEN}".into() }, "token"),
            (
                json!({"type": "basic", "username": "u", "password": "k-1"}),
                Auth::Basic { username: "u".into(), password: "${T_PASSWORD}".into() },
                "password",
            ),
        ] {
            let mut credentials = Credentials { tool: "t", taken: &taken, own: &taken, new: Vec::new() };
            let fields = |value: &Value| Fields::new("implementation.auth", value.as_object().unwrap().clone());
            assert_eq!(parse(fields(&written), None, &mut credentials).unwrap(), ours);
            let own: BTreeSet<String> = credentials.new.iter().map(|secret| secret.name.clone()).collect();
            assert_eq!(credentials.new[0].value.expose(), "k-1");
            let mut masked = written.clone();
            masked[field] = json!("********");
            assert_eq!(show(&ours, &own), Some(masked.clone()));
            let mut again = Credentials { tool: "t", taken: &own, own: &own, new: Vec::new() };
            assert_eq!(parse(fields(&masked), Some(&ours), &mut again).unwrap(), ours, "the mask keeps it");
            assert!(again.new.is_empty());
        }
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        let taken = BTreeSet::new();
        let field = |value: Value| {
            let mut credentials = Credentials { tool: "t", taken: &taken, own: &taken, new: Vec::new() };
            let fields = Fields::new("implementation.auth", value.as_object().unwrap().clone());
            let fault = parse(fields, None, &mut credentials).unwrap_err();
            fault.details.unwrap()["field"].as_str().unwrap().to_owned()
        };
        assert_eq!(field(json!({})), "implementation.auth.type");
        assert_eq!(field(json!({"type": "digest"})), "implementation.auth.type");
        assert_eq!(field(json!({"type": "api_key", "api_key": "k"})), "implementation.auth.key_name");
        assert_eq!(field(json!({"type": "api_key", "key_name": "k"})), "implementation.auth.api_key");
        assert_eq!(field(json!({"type": "bearer", "token": "********"})), "implementation.auth.token");
        assert_eq!(field(json!({"type": "bearer", "token": "t", "tokn": 1})), "implementation.auth.tokn");
    }
}
