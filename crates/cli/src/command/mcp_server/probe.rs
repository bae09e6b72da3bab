//! `callwright mcp-server probe`: a look at an MCP server from this machine, before anybody registers it.

mod loopback;

use std::{sync::Arc, time::Duration};

use callwright_guard::{Guard, Options};
use callwright_model::{Object, ToolError, mcp_server::McpProtocol, secret::SecretString, tool::http::ClientAuth};
use callwright_runtime::mcp::probe::{Probe as Wish, ProbeClient, Seen, probe};
use clap::{Args, ValueEnum};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Value, json};
use url::Url;

use crate::{
    failure::Failure,
    output::{self, Table},
};

/// What to look at. It is reached from this machine and not from a server, so no outbound policy applies.
#[derive(Debug, Args)]
pub(crate) struct Probe {
    /// The server's address.
    address: Url,
    /// Read a token from this environment variable, and send it as `Authorization: Bearer`.
    #[arg(long, value_name = "VARIABLE")]
    token_env: Option<String>,
    /// A further header, `NAME: VALUE`; may be given several times.
    #[arg(long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// The id of an OAuth client that was registered by hand. Without `--authorize` it asks for a token with its own
    /// credentials.
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Read the OAuth client's secret from this environment variable.
    #[arg(long, value_name = "VARIABLE", requires = "client_id")]
    client_secret_env: Option<String>,
    /// Read the OAuth client's private key (PEM, PKCS #8) from this environment variable: it signs in the place of a secret.
    #[arg(long, value_name = "VARIABLE", requires = "client_id", conflicts_with = "client_secret_env")]
    client_key_env: Option<String>,
    /// The authorization server, in the place of the one that the server names. A client's secret goes to another host than
    /// the server's only if you say this.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// Sign in with a browser if the server wants it: the address is printed, and waited for on this machine.
    #[arg(long, conflicts_with = "token_env")]
    authorize: bool,
    /// The address of a document that says who we are, for authorization servers that look there.
    #[arg(long, value_name = "URL", requires = "authorize")]
    client_metadata_url: Option<Url>,
    /// Which era of the protocol is spoken.
    #[arg(long, default_value = "auto")]
    protocol: Protocol,
    /// Call a tool then: `NAME` or `NAME={"a": 1}`; may be given several times.
    #[arg(long = "call", value_name = "CALL")]
    calls: Vec<String>,
    /// For connecting, and for each call; with `--authorize` 300 unless said, since somebody signs in meanwhile.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout_seconds: Option<u64>,
    /// Print what was seen as JSON.
    #[arg(long)]
    json: bool,
}

/// Which era of the protocol is spoken.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Protocol {
    /// The newer one if the server knows it.
    Auto,
    /// Sessions, as up to 2025-11-25.
    Initialize,
    /// No sessions, as from 2026-07-28.
    Stateless,
}

pub(super) fn run(command: &Probe) -> Result<(), Failure> {
    let mut wish = wish(command)?;
    let calls = wish.calls.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seen = runtime.block_on(async {
        if command.authorize {
            wish.person = Some(Arc::new(loopback::Browser::listen(command.client_metadata_url.clone()).await?));
        }
        let guard = Guard::new(everywhere()).map_err(|error| Failure::new(error.to_string()))?;
        probe(&guard, wish).await.map_err(|error| match error.code.as_str() {
            "http_401" if !command.authorize && command.token_env.is_none() && command.client_id.is_none() => {
                Failure::new(error.message).hint("if it wants somebody to sign in (OAuth), `--authorize` does so")
            }
            _ => Failure::new(error.message),
        })
    })?;
    show(command, &seen, &calls)
}

fn wish(command: &Probe) -> Result<Wish, Failure> {
    let mut headers = HeaderMap::new();
    for text in &command.headers {
        let header = text.split_once(':').and_then(|(name, value)| {
            Some((name.trim().parse::<HeaderName>().ok()?, value.trim().parse::<HeaderValue>().ok()?))
        });
        let (name, value) =
            header.ok_or_else(|| Failure::usage(format!("`{text}` is no header; write it as `X-Name: value`")))?;
        headers.insert(name, value);
    }
    if let Some(variable) = &command.token_env {
        let mut value: HeaderValue = format!("Bearer {}", environment(variable)?)
            .parse()
            .map_err(|_| Failure::new(format!("the token in {variable} cannot be sent")))?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    let client = command.client_id.as_ref().map(|id| client(command, id)).transpose()?;
    let timeout = command.timeout_seconds.unwrap_or(if command.authorize { 300 } else { 20 });
    Ok(Wish {
        url: command.address.clone(),
        headers,
        client,
        issuer: command.issuer.clone(),
        person: None,
        protocol: match command.protocol {
            Protocol::Auto => McpProtocol::Auto,
            Protocol::Initialize => McpProtocol::Initialize,
            Protocol::Stateless => McpProtocol::Stateless,
        },
        calls: command.calls.iter().map(|text| call(text)).collect::<Result<_, _>>()?,
        timeout: Duration::from_secs(timeout),
    })
}

fn client(command: &Probe, id: &str) -> Result<ProbeClient, Failure> {
    let variable = command.client_secret_env.as_ref().or(command.client_key_env.as_ref());
    if variable.is_none() && !command.authorize {
        let message = "an OAuth client that nobody signs in for needs `--client-secret-env` or `--client-key-env`";
        return Err(Failure::usage(message));
    }
    let secret = variable.map(|variable| environment(variable).map(SecretString::new)).transpose()?;
    let auth = command.client_key_env.as_ref().map(|_| ClientAuth::PrivateKeyJwt);
    Ok(ProbeClient { id: id.to_owned(), secret, auth })
}

fn environment(variable: &str) -> Result<String, Failure> {
    std::env::var(variable)
        .map_err(|_| Failure::new(format!("the environment variable {variable} is not set, or no text")))
}

fn call(text: &str) -> Result<(String, Object), Failure> {
    let Some((name, arguments)) = text.split_once('=') else { return Ok((text.to_owned(), Object::new())) };
    match serde_json::from_str(arguments) {
        Ok(arguments) => Ok((name.to_owned(), arguments)),
        Err(error) => Err(Failure::usage(format!("the arguments of `{name}` are no JSON object: {error}"))),
    }
}

/// This machine is its user's: nothing is refused.
fn everywhere() -> Options {
    let all = ["0.0.0.0/0", "::/0"].into_iter().filter_map(|network| network.parse().ok()).collect();
    Options { allow: all, resolver: Arc::new(callwright_guard::SystemResolver::default()), ..Options::default() }
}

fn show(command: &Probe, seen: &Seen, calls: &[String]) -> Result<(), Failure> {
    let opened = &seen.opened;
    let results: Vec<Value> = calls.iter().zip(&seen.results).map(|(name, result)| result_of(name, result)).collect();
    if command.json {
        return output::json(&json!({
            "endpoint": opened.endpoint.as_ref().map(Url::as_str),
            "protocol_version": opened.protocol_version,
            "server_name": opened.server_name,
            "server_version": opened.server_version,
            "instructions": opened.instructions,
            "tools": seen.tools,
            "refused": seen.refused,
            "calls": results,
        }));
    }
    output::say(format!(
        "{} {} at {}, protocol {}",
        opened.server_name.as_deref().unwrap_or("an MCP server"),
        opened.server_version.as_deref().unwrap_or_default(),
        opened.endpoint.as_ref().map(Url::as_str).unwrap_or_default(),
        opened.protocol_version,
    ));
    let mut table = Table::new(["TOOL", "EFFECT", "DESCRIPTION"]);
    for tool in &seen.tools {
        let about = tool.description.as_deref().and_then(|text| text.lines().next()).unwrap_or_default();
        table.row([tool.name.clone(), tool.effect().as_str().to_owned(), output::short(about, 80)]);
    }
    table.print("it offers no tools")?;
    for refused in &seen.refused {
        output::say(format!("cannot be used: {refused}"));
    }
    for result in &results {
        output::pretty(result)?;
    }
    Ok(())
}

fn result_of(name: &str, result: &Result<callwright_model::Content, ToolError>) -> Value {
    match result {
        Ok(content) => json!({ "tool": name, "content": content }),
        Err(error) => json!({ "tool": name, "error": error }),
    }
}
