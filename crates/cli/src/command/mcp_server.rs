//! `callwright mcp-server`: MCP servers whose tools the organization uses.

mod authorize;
mod probe;
mod tools;

use std::io::IsTerminal;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Remote;
use crate::{
    client::segment,
    failure::Failure,
    output::{self, Table, text},
};

/// MCP servers whose tools are used.
#[derive(Debug, Subcommand)]
pub(crate) enum McpServer {
    /// List the registered servers.
    List(List),
    /// Register a server, and ask it what it offers.
    Add(Box<Add>),
    /// Show a server, and how its tools stand.
    Show(Named),
    /// Ask a server again what it offers.
    Refresh(Named),
    /// Look at a server from this machine, without registering it.
    Probe(Box<probe::Probe>),
    /// Sign in for a server that wants OAuth, with a browser.
    Authorize(authorize::Authorize),
    /// Give the access to a server back, and forget it.
    Disconnect(Named),
    /// Make tools of a server tools of the organization.
    Adopt(tools::Adopt),
    /// Look at a changed definition, and accept it.
    Accept(tools::Accept),
    /// Switch a server on.
    Enable(Named),
    /// Switch a server off: its tools cannot be called.
    Disable(Named),
    /// Remove a server. Adopted tools stay; their calls are refused.
    Remove(Named),
}

/// All servers.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    remote: Remote,
}

/// One server.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Its name.
    name: String,
    #[command(flatten)]
    remote: Remote,
}

/// A server and how to reach it.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// A name for it.
    name: String,
    /// Its address, for a server that is reached by HTTP.
    #[arg(required_unless_present = "command")]
    address: Option<String>,
    /// The name of the secret that is sent as `Authorization: Bearer`.
    #[arg(long, value_name = "NAME", conflicts_with = "api_key")]
    secret: Option<String>,
    /// Read a key from the standard input, and put it into the vault.
    #[arg(long)]
    api_key: bool,
    /// Somebody signs in for it (OAuth): `callwright mcp-server authorize NAME` comes next.
    #[arg(long, conflicts_with_all = ["secret", "api_key"])]
    oauth: bool,
    /// The id of an OAuth client that was registered by hand, for `--oauth`.
    #[arg(long, value_name = "ID", requires = "oauth")]
    client_id: Option<String>,
    /// The name of the secret that is that client's.
    #[arg(long, value_name = "NAME", requires = "client_id")]
    client_secret: Option<String>,
    /// A further header, `NAME: VALUE`; `${NAME}` in it is a secret. May be given several times.
    #[arg(long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// Start this program instead; what follows `--` are its arguments.
    #[arg(long, value_name = "PROGRAM", conflicts_with_all = ["address", "secret", "api_key", "oauth", "headers"])]
    command: Option<String>,
    /// A variable of the program's environment, `NAME=VALUE`; `${NAME}` in it is a secret. May be given several times.
    #[arg(long = "env", value_name = "VARIABLE", requires = "command")]
    env: Vec<String>,
    /// The program's arguments.
    #[arg(last = true, requires = "command")]
    args: Vec<String>,
    #[command(flatten)]
    remote: Remote,
}

const PATH: &str = "/api/v1/mcp-servers";

/// Carries the command out.
pub(super) fn run(command: McpServer) -> Result<(), Failure> {
    match command {
        McpServer::List(command) => list(&command),
        McpServer::Add(command) => add(&command),
        McpServer::Show(command) => show(&command),
        McpServer::Refresh(command) => refresh(&command),
        McpServer::Probe(command) => probe::run(&command),
        McpServer::Authorize(command) => authorize::run(&command),
        McpServer::Disconnect(command) => {
            command.remote.connect()?.delete(&format!("{}/authorize", path(&command.name)))?;
            output::say(format!("disconnected from {}", command.name));
            Ok(())
        }
        McpServer::Adopt(command) => tools::adopt(&command),
        McpServer::Accept(command) => tools::accept(&command),
        McpServer::Enable(command) => switch(&command, true),
        McpServer::Disable(command) => switch(&command, false),
        McpServer::Remove(command) => {
            command.remote.connect()?.delete(&path(&command.name))?;
            output::say(format!("removed MCP server {}", command.name));
            Ok(())
        }
    }
}

fn path(name: &str) -> String {
    format!("{PATH}/{}", segment(name))
}

fn list(command: &List) -> Result<(), Failure> {
    let servers = command.remote.connect()?.list(PATH, &[], usize::MAX)?;
    if command.remote.json {
        return output::json(&servers.into());
    }
    let mut table = Table::new(["NAME", "REACHED BY", "TOOLS", "STATE"]);
    for server in &servers {
        let by = if server["url"].is_string() { text(server, "url") } else { text(server, "command") };
        table.row([text(server, "name"), by, text(&server["found"], "tools"), state(server)]);
    }
    table.print("no MCP servers; `callwright mcp-server add NAME ADDRESS` registers one")
}

fn state(server: &Value) -> String {
    if server["is_enabled"] == true && server["found"]["authorization"]["status"] == "needs_authorization" {
        return "needs authorization".to_owned();
    }
    match (server["is_enabled"] == true, server["found"]["error"].as_str()) {
        (false, _) => "off".to_owned(),
        (true, Some(error)) => format!("error: {error}"),
        (true, None) => "ok".to_owned(),
    }
}

fn add(command: &Add) -> Result<(), Failure> {
    let mut spec = json!({ "name": command.name });
    if let Some(address) = &command.address {
        spec["url"] = json!(address);
    }
    if let Some(secret) = &command.secret {
        spec["auth"] = json!({"type": "bearer", "secret": secret});
    }
    if command.api_key {
        spec["api_key"] = json!(read_key()?);
    }
    if command.oauth {
        spec["auth"] = json!({"type": "authorization_code"});
        if let Some(id) = &command.client_id {
            spec["auth"]["client_id"] = json!(id);
        }
        if let Some(secret) = &command.client_secret {
            spec["auth"]["secret"] = json!(secret);
        }
    }
    for header in &command.headers {
        let (name, value) = header
            .split_once(':')
            .ok_or_else(|| Failure::new(format!("`{header}` is no header")).hint("write it as `X-Name: value`"))?;
        spec["headers"][name.trim()] = json!(value.trim());
    }
    if let Some(program) = &command.command {
        spec["command"] = json!(program);
        spec["args"] = json!(command.args);
    }
    for variable in &command.env {
        let (name, value) = variable
            .split_once('=')
            .ok_or_else(|| Failure::new(format!("`{variable}` is no variable")).hint("write it as `NAME=value`"))?;
        spec["env"][name] = json!(value);
    }
    let server = command.remote.connect()?.post(PATH, &spec)?;
    if command.remote.json {
        return output::json(&server);
    }
    if command.oauth {
        let next = format!("`callwright mcp-server authorize {}` comes next", command.name);
        output::say(format!("registered MCP server {}: {next}", command.name));
        return Ok(());
    }
    output::say(format!("registered MCP server {}: {}", command.name, told(&server)));
    if server["found"]["error"].is_null() {
        output::say(format!("`callwright mcp-server adopt {} --all` takes its tools over", command.name));
    }
    Ok(())
}

/// A key from the standard input; asked for without an echo on a terminal.
fn read_key() -> Result<String, Failure> {
    if std::io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password("key (not shown): ")?);
    }
    let text = std::io::read_to_string(std::io::stdin())?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn told(server: &Value) -> String {
    if server["found"]["authorization"]["status"] == "needs_authorization" {
        return format!("it needs authorization: {}", text(&server["found"]["authorization"], "why"));
    }
    match server["found"]["error"].as_str() {
        Some(error) => format!("it cannot be asked: {error}"),
        None => format!("{} tools", text(&server["found"], "tools")),
    }
}

fn show(command: &Named) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let server = client.get(&path(&command.name))?;
    let tools = client.list(&format!("{}/tools", path(&command.name)), &[], usize::MAX)?;
    if command.remote.json {
        return output::json(&json!({ "server": server, "tools": tools }));
    }
    let found = &server["found"];
    let said = ["server_name", "server_version"].iter().map(|name| text(found, name));
    let said: Vec<String> = said.filter(|text| !text.is_empty()).collect();
    let said = match found["protocol_version"].as_str() {
        Some(version) => format!("; {}, protocol {version}", said.join(" ")),
        None => String::new(),
    };
    output::say(format!("{}: {}{said}", command.name, state(&server)));
    if found["authorization"].is_object() {
        output::say(access(&found["authorization"]));
    }
    let mut table = Table::new(["TOOL", "STATE", "OURS", "DESCRIPTION"]);
    for tool in &tools {
        let about: String = text(tool, "description").lines().next().unwrap_or_default().chars().take(60).collect();
        table.row([text(tool, "name"), text(tool, "state"), text(tool, "adopted_as"), about]);
    }
    table.print("it offers no tools")
}

/// What somebody allowed, and how long that lasts.
fn access(authorization: &Value) -> String {
    if let Some(why) = authorization["why"].as_str() {
        return why.to_owned();
    }
    let scopes: Vec<&str> =
        authorization["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let scopes = if scopes.is_empty() { String::new() } else { format!(" for {}", scopes.join(" ")) };
    let lasts = match (authorization["expires_at"].as_str(), authorization["is_renewable"] == true) {
        (_, true) => "renewed by itself".to_owned(),
        (Some(end), false) => format!("until {end}, and then somebody has to sign in again"),
        (None, false) => "until the server refuses it".to_owned(),
    };
    format!("access by {}{scopes}, {lasts}", text(authorization, "issuer"))
}

fn refresh(command: &Named) -> Result<(), Failure> {
    let answer = command.remote.connect()?.post(&format!("{}/refresh", path(&command.name)), &json!({}))?;
    if command.remote.json {
        return output::json(&answer);
    }
    let changed = if answer["has_changed"] == true { "its tools have changed" } else { "nothing has changed" };
    output::say(format!("{}: {}, {changed}", command.name, told(&answer["server"])));
    for refused in answer["refused"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        output::say(format!("left out: {refused}"));
    }
    Ok(())
}

fn switch(command: &Named, on: bool) -> Result<(), Failure> {
    let server = command.remote.connect()?.patch(&path(&command.name), &json!({ "is_enabled": on }))?;
    if command.remote.json {
        return output::json(&server);
    }
    output::say(format!("{} is {}", command.name, if on { "on" } else { "off" }));
    Ok(())
}
