//! From what is said of a server to how it is reached now, secrets lent.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use callwright_guard::Redactor;
use callwright_model::{
    ErrorClass, Fault, ToolError,
    id::{AgentId, OrgId},
    mcp_server::{McpAuth, McpServer, McpServerSpec, McpTransport, may_be_set, placeholders},
    secret::SecretString,
};
use callwright_tools::mcp::{Key, Reach, Upstream, beside};
use callwright_vault::LendError;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    authorize,
    oauth::{ClientTokens, GrantTokens},
    refresh,
};
use crate::App;

type Secrets = BTreeMap<String, SecretString>;

/// A server, ready to be reached, and what its session is kept under.
pub(super) struct Ready {
    pub(super) key: Key,
    pub(super) upstream: Upstream,
}

/// How `server` is reached with the secrets of the organization, or of one of its agents. The inner error is one that a
/// model may read.
pub(super) async fn ready(
    app: &App,
    server: &McpServer,
    agent: Option<AgentId>,
) -> Result<Result<Ready, ToolError>, Fault> {
    let org = server.organization_id;
    let secrets = match lend(app, server, agent, &server.spec.secrets()).await? {
        Ok(secrets) => secrets,
        Err(error) => return Ok(Err(error)),
    };
    // A grant is the organization's, whoever calls: an agent's own secret of the same name is not that of its client.
    let of_client = match &server.spec.auth {
        McpAuth::AuthorizationCode { .. } => server.spec.auth.secrets(),
        _ => BTreeSet::new(),
    };
    let client = match lend(app, server, None, &of_client).await? {
        Ok(client) => client,
        Err(error) => return Ok(Err(error)),
    };
    let reach = match server.spec.transport() {
        McpTransport::StreamableHttp => http(app, server, &secrets, &client),
        McpTransport::Stdio => stdio(app, server, &secrets),
    };
    let reach = match reach {
        Ok(reach) => reach,
        Err(error) => return Ok(Err(error)),
    };
    let spec = &server.spec;
    let upstream = Upstream {
        name: spec.name.clone(),
        reach,
        protocol: spec.protocol,
        connect_timeout: Duration::from_millis(spec.connect_timeout_ms.into()),
        idle: Duration::from_secs(spec.idle_timeout_s.into()),
        max_response_bytes: usize::try_from(spec.max_response_bytes).unwrap_or(usize::MAX),
        max_concurrency: usize::try_from(spec.max_concurrency).unwrap_or(1),
        hide: Redactor::new(secrets.values().chain(client.values())),
        changed: Some(refresh::when_changed(app, org, server.id)),
    };
    Ok(Ok(Ready { key: key(org, server, [&secrets, &client])?, upstream }))
}

async fn lend(
    app: &App,
    server: &McpServer,
    agent: Option<AgentId>,
    names: &BTreeSet<String>,
) -> Result<Result<Secrets, ToolError>, Fault> {
    match app.vault().lend(server.organization_id, agent, names).await {
        Ok(secrets) => Ok(Ok(secrets)),
        Err(LendError::Missing(name)) => {
            let message = format!(
                "the secret `{name}` that the MCP server `{}` needs is not set; an administrator has to set it",
                server.spec.name
            );
            Ok(Err(ToolError::new(ErrorClass::AuthError, "secret_missing", message)))
        }
        Err(LendError::Fault(fault)) => Err(fault),
    }
}

/// Another state of the server or another value of a secret is another session.
fn key(org: OrgId, server: &McpServer, secrets: [&Secrets; 2]) -> Result<Key, Fault> {
    let mut hasher = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    part(&serde_json::to_vec(&server.spec).map_err(Fault::internal)?);
    for secrets in secrets {
        part(&secrets.len().to_be_bytes());
        for (name, value) in secrets {
            part(name.as_bytes());
            part(value.expose().as_bytes());
        }
    }
    // Somebody else may have signed in since. Tokens change within a session.
    let signed_in = server.found.authorization.as_ref().and_then(|authorization| authorization.authorized_at);
    part(&signed_in.map_or(0, |at| at.micros()).to_be_bytes());
    Ok(Key { org, server: server.id, credential: hasher.finalize().into() })
}

fn http(app: &App, server: &McpServer, secrets: &Secrets, client: &Secrets) -> Result<Reach, ToolError> {
    let spec = &server.spec;
    let url =
        endpoint(server).ok_or_else(|| unusable(format!("the address of the MCP server `{}` is none", spec.name)))?;
    let mut headers = headers(spec, secrets)?;
    let secret = |name: &str| secrets.get(name).map_or("", SecretString::expose);
    let mut tokens = None;
    match &spec.auth {
        McpAuth::None => {}
        McpAuth::Bearer { secret: name } => {
            insert(&mut headers, header::AUTHORIZATION.as_str(), &format!("Bearer {}", secret(name)), true)?;
        }
        McpAuth::Header { header, secret: name } => insert(&mut headers, header, secret(name), true)?,
        McpAuth::ClientCredentials { secret: name, .. } => {
            let secret = SecretString::new(secret(name));
            let source = ClientTokens::new(app, server, &url, secret);
            tokens = Some(Arc::new(source) as Arc<dyn callwright_tools::mcp::TokenSource>);
        }
        McpAuth::AuthorizationCode { .. } => {
            let source = GrantTokens { app: app.clone(), server: server.id, ask: authorize::grant_of(server, client)? };
            tokens = Some(Arc::new(source) as Arc<dyn callwright_tools::mcp::TokenSource>);
        }
    }
    Ok(Reach::Http { url, headers, tokens })
}

/// Where a server answers: where it did before, if that is its registered address or beside it, and not what was found at
/// another one.
pub(super) fn endpoint(server: &McpServer) -> Option<Url> {
    Some(of_both(Url::parse(server.spec.url.as_deref()?).ok()?, server.found.endpoint.as_deref()))
}

fn of_both(url: Url, found: Option<&str>) -> Url {
    beside(&url).filter(|beside| found == Some(beside.as_str())).unwrap_or(url)
}

/// The headers that were registered, filled in.
pub(super) fn headers(spec: &McpServerSpec, secrets: &Secrets) -> Result<HeaderMap, ToolError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &spec.headers {
        let is_secret = !placeholders(value).is_empty();
        insert(&mut headers, name, &filled(value, secrets), is_secret)?;
    }
    Ok(headers)
}

fn stdio(app: &App, server: &McpServer, secrets: &Secrets) -> Result<Reach, ToolError> {
    let spec = &server.spec;
    let command = spec.command.as_deref().unwrap_or_default();
    let Some(program) = app.settings().mcp.commands.get(command) else {
        let message = format!("the operator does not allow the command of the MCP server `{}`", spec.name);
        return Err(ToolError::new(ErrorClass::PermissionError, "mcp_command_refused", message));
    };
    // What was registered before is asked once more, and with its secrets in place.
    let env = spec
        .env
        .iter()
        .map(|(name, value)| (name.clone(), filled(value, secrets)))
        .filter(|(name, value)| may_be_set(name, value))
        .map(|(name, value)| (name, SecretString::new(value)))
        .collect();
    Ok(Reach::Stdio { program: program.clone(), args: spec.args.clone(), env })
}

fn insert(headers: &mut HeaderMap, name: &str, value: &str, is_secret: bool) -> Result<(), ToolError> {
    let name =
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable("a header's name cannot be sent".to_owned()))?;
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| unusable(format!("the value of the header `{name}` cannot be sent")))?;
    value.set_sensitive(is_secret);
    headers.insert(name, value);
    Ok(())
}

/// A text with the secrets in the place of their names.
fn filled(text: &str, secrets: &Secrets) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        filled.push_str(&rest[..at]);
        match rest[at + 2..].split_once('}') {
            Some((name, after)) if secrets.contains_key(name) => {
                filled.push_str(secrets.get(name).map_or("", SecretString::expose));
                rest = after;
            }
            _ => {
                filled.push_str("${");
                rest = &rest[at + 2..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn unusable(message: String) -> ToolError {
    ToolError::new(ErrorClass::ValidationError, "mcp_server_unusable", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answered_at_another_address_is_not_asked() {
        let of = |url: &str, found| of_both(url.parse().unwrap(), found).to_string();
        assert_eq!(of("https://h/a", Some("https://h/a/mcp")), "https://h/a/mcp");
        for found in [None, Some("https://h/a"), Some("https://former/a/mcp"), Some("https://h/mcp")] {
            assert_eq!(of("https://h/a", found), "https://h/a", "{found:?}");
        }
    }

    #[test]
    fn names_are_filled_in_once() {
        let secrets =
            BTreeMap::from([("A".to_owned(), SecretString::new("${B}")), ("B".to_owned(), SecretString::new("b"))]);
        assert_eq!(filled("x ${A} ${B} ${C} ${", &secrets), "x ${B} b ${C} ${");
    }
}
