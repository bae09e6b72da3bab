//! Packs of tools and agents for tests of the protocol, loaded when `CALLWRIGHT_FIXTURES` asks for one. They are made as
//! anybody would make them, and served without a token on this machine only.

use callwright_model::{
    Object,
    account::{Caller, Role, Scope},
    secret::SecretString,
};
use callwright_runtime::{
    App,
    account::{self, token},
    agents::{self, AgentSpec},
    call::{self, CallRequest},
    registry,
};
use serde::Deserialize;
use serde_json::Value;

use crate::{failure::Failure, settings::Settings, start};

/// The variable that asks for a pack.
pub(crate) const VARIABLE: &str = "CALLWRIGHT_FIXTURES";
/// The secret by which tools of a pack use the server's own API.
const SECRET: &str = "FIXTURES_TOKEN";
/// The packs by name.
const PACKS: [(&str, &str); 1] = [("mcp-conformance", include_str!("../../../fixtures/mcp-conformance.yaml"))];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    tools: Vec<Value>,
    agents: Vec<AgentSpec>,
    calls: Vec<String>,
}

/// Loads the pack `name` and gives the token as which it is served.
pub(crate) async fn load(
    app: &App,
    settings: &Settings,
    first: Option<&SecretString>,
    name: &str,
) -> Result<SecretString, Failure> {
    let known = PACKS.iter().find(|(known, _)| *known == name);
    let (_, text) = known.ok_or_else(|| {
        Failure::new(format!("{VARIABLE}: there is no pack `{name}`")).hint("there is `mcp-conformance`")
    })?;
    let pack: Pack = serde_saphyr::from_str(&text.replace("@base@", &app.settings().public_url))
        .map_err(|error| Failure::new(format!("{VARIABLE}: the pack `{name}` cannot be read: {error}")))?;
    let caller = administrator(app, settings, first).await?;
    // For tools of the pack that change other tools, by the server's own API.
    let writes = wanted("fixtures that change others", Role::Builder, vec![Scope::ToolsWrite, Scope::AgentsWrite]);
    let (writes, _) = token::create(app, &caller, writes).await.map_err(|fault| start::fault(&fault))?;
    account::secret::set(app, &caller, None, SECRET, writes).await.map_err(|fault| start::fault(&fault))?;
    for tool in pack.tools {
        let spec = serde_json::from_value(tool)
            .map_err(|error| Failure::new(format!("{VARIABLE}: a tool of `{name}` is wrong: {error}")))?;
        put(app, &caller, spec).await?;
    }
    for agent in pack.agents {
        let name = agent.name.clone();
        agents::put(app, &caller, &name, agent).await.map_err(|fault| start::fault(&fault))?;
    }
    let serves = wanted(&format!("fixtures {name}"), Role::Operator, vec![Scope::Mcp]);
    let (token, _) = token::create(app, &caller, serves).await.map_err(|fault| start::fault(&fault))?;
    for tool in pack.calls {
        let request = CallRequest::trial(caller.clone(), tool, Value::Null, Object::new(), "mcp");
        call::run(app, request).await.map_err(|fault| start::fault(&fault))?;
    }
    Ok(token)
}

fn wanted(name: &str, role: Role, scopes: Vec<Scope>) -> token::CreateToken {
    token::CreateToken { name: name.to_owned(), role: Some(role), scopes, expires_at: None, user_id: None }
}

async fn put(app: &App, caller: &Caller, spec: callwright_model::tool::ToolSpec) -> Result<(), Failure> {
    let name = spec.name.clone();
    registry::put(app, caller, &name, spec, false, None).await.map(|_| ()).map_err(|fault| start::fault(&fault))
}

/// Who makes them: the first administrator.
async fn administrator(app: &App, settings: &Settings, first: Option<&SecretString>) -> Result<Caller, Failure> {
    let kept = || std::fs::read_to_string(settings.admin_token_file()).ok().map(|text| text.trim().to_owned());
    let text = first
        .or(settings.bootstrap_token.as_ref())
        .map(|token| token.expose().to_owned())
        .or_else(kept)
        .ok_or_else(|| Failure::new(format!("{VARIABLE} needs the first administrator's token")))?;
    account::authenticate(app, &text).await.map_err(|fault| start::fault(&fault))
}
