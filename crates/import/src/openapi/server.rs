//! Where requests go.

use serde_json::Value;
use url::Url;

use super::Scene;
use crate::words;

/// An address without its final slash, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Server {
    /// `https://api.example.com/v1`.
    Known(String),
    /// What to tell, ending in what to do.
    Unknown(String),
}

impl Server {
    /// The first server of a list, unless the options say where to go.
    pub(crate) fn of(scene: &Scene<'_>, servers: Option<&Value>) -> Self {
        if let Some(base) = &scene.options.base_url {
            return Self::Known(base.trim().trim_end_matches('/').to_owned());
        }
        let first = servers.and_then(Value::as_array).and_then(|servers| servers.first());
        let text = first.and_then(|server| server.get("url")).and_then(Value::as_str).unwrap_or("/");
        let text = match filled(text, first) {
            Ok(text) => text,
            Err(why) => return Self::Unknown(why),
        };
        let url = match (Url::parse(&text), scene.origin) {
            (Ok(url), _) => url,
            (Err(_), Some(origin)) => match origin.join(&text) {
                Ok(url) => url,
                Err(_) => return unknown(&text),
            },
            (Err(_), None) => return unknown(&text),
        };
        if words::check_address("base_url", url.as_str()).is_err() {
            return unknown(&text);
        }
        let mut url = url;
        url.set_query(None);
        Self::Known(url.as_str().trim_end_matches('/').to_owned())
    }
}

fn unknown(text: &str) -> Server {
    Server::Unknown(format!(
        "the document's server is `{}`, which says not where the API is; say it with `base_url`",
        words::cut(text, 200)
    ))
}

/// The text with its variables' defaults.
fn filled(text: &str, server: Option<&Value>) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('{') {
        let Some((name, after)) = tail.split_once('}') else { break };
        let variable = server.and_then(|server| server.get("variables")).and_then(|variables| variables.get(name));
        let default = match variable.and_then(|variable| variable.get("default")) {
            Some(Value::String(text)) if !text.is_empty() => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => {
                let name = words::cut(name, 100);
                return Err(format!(
                    "the server variable `{name}` has no default; say where the API is with `base_url`"
                ));
            }
        };
        out.push_str(head);
        out.push_str(&default);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}
