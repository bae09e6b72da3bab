//! Security schemes as `config.auth`, with `${NAME}` in the place of every credential.

use std::collections::BTreeSet;

use callwright_model::tool::http::{Auth, ClientAuth};
use serde_json::Value;
use url::Url;

use super::{Scene, reference::follow};
use crate::words;

/// How a request identifies itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Credentials {
    pub(crate) auth: Auth,
    /// Further keys that have to be sent as well.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) cookies: Vec<(String, String)>,
}

/// One scheme of a requirement.
struct Wanted<'d> {
    name: &'d str,
    scheme: &'d Value,
    scopes: Vec<String>,
}

/// The credentials of an operation: those of the first requirement that can be met as it stands, else of the first.
pub(crate) fn credentials(
    scene: &Scene<'_>,
    operation: &Value,
    server: &str,
    warnings: &mut BTreeSet<String>,
) -> Credentials {
    if let Some(auth) = &scene.options.auth {
        return Credentials { auth: auth.clone(), ..Credentials::default() };
    }
    let Some(requirements) = operation.get("security").or_else(|| scene.root.get("security")).and_then(Value::as_array)
    else {
        if scene
            .root
            .pointer("/components/securitySchemes")
            .and_then(Value::as_object)
            .is_none_or(serde_json::Map::is_empty)
        {
            warnings.insert(
                "the document says nothing about authentication; if the API wants it, say how with `auth` (`--bearer NAME`)".to_owned(),
            );
        }
        return Credentials::default();
    };
    let alternatives: Vec<Vec<Wanted<'_>>> =
        requirements.iter().take(50).filter_map(|requirement| wanted(scene, requirement, warnings)).collect();
    let rank = |schemes: &[Wanted<'_>]| match schemes {
        [] => 2,
        schemes if schemes.iter().all(|wanted| is_native(wanted.scheme)) => 0,
        _ => 1,
    };
    let Some(best) = alternatives.iter().min_by_key(|schemes| rank(schemes)) else { return Credentials::default() };
    if !best.is_empty() && alternatives.iter().any(Vec::is_empty) {
        warnings
            .insert("some operations may be called without credentials; their tools send them all the same".to_owned());
    }
    let mut credentials = Credentials::default();
    for wanted in best {
        add(scene, wanted, server, &mut credentials, warnings);
    }
    credentials
}

fn wanted<'d>(scene: &Scene<'d>, requirement: &'d Value, warnings: &mut BTreeSet<String>) -> Option<Vec<Wanted<'d>>> {
    let mut all = Vec::new();
    for (name, scopes) in requirement.as_object()?.iter().take(10) {
        let scheme = scene.root.pointer("/components/securitySchemes").and_then(|schemes| schemes.get(name));
        let Some(scheme) = scheme.and_then(|scheme| follow(scene.root, scheme).ok()) else {
            warnings.insert(format!("the security scheme `{}` is not described", words::cut(name, 100)));
            return None;
        };
        let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str).take(50);
        all.push(Wanted { name, scheme, scopes: scopes.map(str::to_owned).collect() });
    }
    Some(all)
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Whether we can do it without asking a person for a token.
fn is_native(scheme: &Value) -> bool {
    match text(scheme, "type") {
        "apiKey" => true,
        "http" => ["basic", "bearer"].iter().any(|known| text(scheme, "scheme").eq_ignore_ascii_case(known)),
        "oauth2" => scheme.pointer("/flows/clientCredentials").is_some(),
        _ => false,
    }
}

fn add(
    scene: &Scene<'_>,
    wanted: &Wanted<'_>,
    server: &str,
    credentials: &mut Credentials,
    warnings: &mut BTreeSet<String>,
) {
    let scheme = wanted.scheme;
    let secret = |word: &str| secret(scene, wanted, word);
    let auth = match text(scheme, "type") {
        "apiKey" => match api_key(scene, wanted, credentials, warnings) {
            Some(auth) => auth,
            None => return,
        },
        "http" if text(scheme, "scheme").eq_ignore_ascii_case("basic") => {
            Auth::Basic { username: secret("USERNAME"), password: secret("PASSWORD") }
        }
        "http" if text(scheme, "scheme").eq_ignore_ascii_case("bearer") => Auth::Bearer { token: secret("TOKEN") },
        "oauth2" => match client_credentials(wanted, server, &secret) {
            Some(auth) => auth,
            None => {
                warnings.insert(format!(
                    "the OAuth flows of `{}` need a person in a browser: get a token and set it as the secret in {}",
                    words::cut(wanted.name, 100),
                    secret("TOKEN")
                ));
                Auth::Bearer { token: secret("TOKEN") }
            }
        },
        "mutualTLS" => {
            warnings.insert("client certificates (`mutualTLS`) are not supported".to_owned());
            return;
        }
        other => {
            let how = if other == "http" { text(scheme, "scheme") } else { other };
            warnings.insert(format!(
                "the security scheme `{}` ({}) is sent as a bearer token",
                words::cut(wanted.name, 100),
                words::cut(how, 50)
            ));
            Auth::Bearer { token: secret("TOKEN") }
        }
    };
    if credentials.auth == Auth::None {
        credentials.auth = auth;
        return;
    }
    match auth {
        Auth::ApiKey { key, header: Some(name), .. } => credentials.headers.push((name, key)),
        Auth::ApiKey { key, query: Some(name), .. } => credentials.query.push((name, key)),
        _ => {
            let name = words::cut(wanted.name, 100);
            warnings.insert(format!("`{name}` is wanted besides other credentials, which cannot be sent together"));
        }
    }
}

/// `${GITHUB_TOKEN}`; with the scheme's name when the document has several that would be called the same.
fn secret(scene: &Scene<'_>, wanted: &Wanted<'_>, word: &str) -> String {
    let kind = text(wanted.scheme, "type");
    let alike = scene
        .root
        .pointer("/components/securitySchemes")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(_, scheme)| kind == "apiKey" && text(scheme, "type") == kind)
        .count();
    let word = if alike > 1 { words::secret_word(&format!("{}_{word}", wanted.name)) } else { word.to_owned() };
    format!("${{{}}}", words::secret_name(&scene.secrets, &word))
}

fn api_key(
    scene: &Scene<'_>,
    wanted: &Wanted<'_>,
    credentials: &mut Credentials,
    warnings: &mut BTreeSet<String>,
) -> Option<Auth> {
    let name = text(wanted.scheme, "name").trim().to_owned();
    let key = secret(scene, wanted, "API_KEY");
    match text(wanted.scheme, "in") {
        "query" if !name.is_empty() => Some(Auth::ApiKey { key, header: None, query: Some(name) }),
        "cookie" if !name.is_empty() => {
            credentials.cookies.push((name, key));
            None
        }
        _ if name.eq_ignore_ascii_case("authorization") => {
            if text(wanted.scheme, "description").to_lowercase().contains("bearer") {
                return Some(Auth::Bearer { token: secret(scene, wanted, "TOKEN") });
            }
            warnings.insert(format!(
                "{key} is the whole value of the header `Authorization`, with its first word if the API wants one (`Bearer …`)"
            ));
            Some(Auth::ApiKey { key, header: Some(name), query: None })
        }
        _ if super::parameter::is_header_name(&name) => Some(Auth::ApiKey { key, header: Some(name), query: None }),
        _ => {
            warnings.insert(format!("the key of `{}` has no usable name", words::cut(wanted.name, 100)));
            None
        }
    }
}

fn client_credentials(wanted: &Wanted<'_>, server: &str, secret: &dyn Fn(&str) -> String) -> Option<Auth> {
    let flow = wanted.scheme.pointer("/flows/clientCredentials")?;
    let token_url = text(flow, "tokenUrl");
    let url = Url::parse(token_url).or_else(|_| Url::parse(server).and_then(|server| server.join(token_url))).ok()?;
    words::check_address("base_url", url.as_str()).ok()?;
    Some(Auth::Oauth2 {
        token_url: words::escape(url.as_str()),
        client_id: secret("CLIENT_ID"),
        client_secret: secret("CLIENT_SECRET"),
        scopes: wanted
            .scopes
            .iter()
            .filter(|scope| !scope.trim().is_empty())
            .map(|scope| words::escape(scope))
            .collect(),
        audience: None,
        client_auth: ClientAuth::Basic,
    })
}
