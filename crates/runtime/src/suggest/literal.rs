//! Passwords and keys that stand in a configuration as they are.

use callwright_model::tool::{Config, ToolSpec, http::Auth};

use super::finding::{Findings, Weight};

/// Names of headers and query parameters that carry credentials.
const NAMES: [&str; 12] = [
    "authorization",
    "x-api-key",
    "api-key",
    "apikey",
    "api_key",
    "x-auth-token",
    "access_token",
    "token",
    "secret",
    "password",
    "client_secret",
    "signature",
];
/// How keys of well-known services begin.
const BEGINNINGS: [&str; 10] =
    ["sk-", "sk_live_", "sk_test_", "ghp_", "github_pat_", "xoxb-", "xoxp-", "AKIA", "AIza", "whsec_"];

/// Looks at everything that is sent.
pub(super) fn examine(spec: &ToolSpec, found: &mut Findings) {
    let Config::Http(config) = &spec.config else { return };
    for (field, text) in auth(&config.auth) {
        if is_literal(text) {
            told(found, &format!("config.auth.{field}"));
        }
    }
    for (name, text) in &config.headers {
        if (is_credential(name) && is_literal(text)) || looks_like_key(text) {
            told(found, &format!("config.headers.{name}"));
        }
    }
    for (name, value) in &config.query {
        let text = value.as_str().unwrap_or_default();
        if (is_credential(name) && is_literal(text)) || looks_like_key(text) {
            told(found, &format!("config.query.{name}"));
        }
    }
    let query = config.url.split_once('?').map_or("", |(_, query)| query);
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if (is_credential(name) && is_literal(value)) || looks_like_key(value) {
            told(found, "config.url");
        }
    }
    if let Some(body) = &config.body
        && let Ok(text) = serde_json::to_string(body)
        && BEGINNINGS.iter().any(|begin| text.split('"').any(|part| part.starts_with(begin) && part.len() >= 16))
    {
        told(found, "config.body");
    }
}

fn told(found: &mut Findings, field: &str) {
    let message = "a credential stands here as it is, for everybody who may see tools; keep it as a secret \
                   (`callwright secret set NAME`) and write ${NAME}";
    found.add(Weight::Error, "secret_literal", field, message);
}

fn auth(auth: &Auth) -> Vec<(&'static str, &str)> {
    match auth {
        Auth::None => Vec::new(),
        Auth::Bearer { token } => vec![("token", token)],
        Auth::ApiKey { key, .. } => vec![("key", key)],
        Auth::Basic { password, .. } => vec![("password", password)],
        Auth::Oauth2 { client_secret, .. } => vec![("client_secret", client_secret)],
    }
}

fn is_credential(name: &str) -> bool {
    NAMES.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a text is there and comes from nowhere else.
fn is_literal(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains("${") && !text.contains("{{")
}

fn looks_like_key(text: &str) -> bool {
    let text = text.trim_start_matches("Bearer ").trim();
    text.len() >= 16 && is_literal(text) && BEGINNINGS.iter().any(|begin| text.starts_with(begin))
}
