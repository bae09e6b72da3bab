//! Steps of the call.

use std::collections::BTreeSet;

use callwright_model::tool::{
    Config, Effect, SystemAction, SystemConfig, ToolSpec,
    system::{AgentRule, NumberRule, TransferMode},
};
use serde_json::{Map, Value};

use super::text;
use crate::words;

/// Makes a tool of a step of the call; an error says why it cannot be one.
pub(super) fn tool(
    kind: &str,
    map: &Map<String, Value>,
    warnings: &mut BTreeSet<String>,
) -> Result<(String, ToolSpec), String> {
    let (usual, action) = match kind {
        "endCall" => ("end_call", SystemAction::EndCall { message: None }),
        "dtmf" => ("play_dtmf", SystemAction::PlayDtmf { pause_ms: None }),
        "transferCall" => transfer(map, warnings)?,
        _ => handoff(map, warnings)?,
    };
    let system = SystemConfig::from(action);
    let parameters = system.parameters();
    let none = Map::new();
    let function = map.get("function").and_then(Value::as_object).unwrap_or(&none);
    let own = text(function, "name").unwrap_or(usual).to_owned();
    Ok((own, crate::listed::spec(function, Config::System(system), Effect::Write, parameters)))
}

fn destinations(map: &Map<String, Value>) -> Result<Vec<&Map<String, Value>>, String> {
    let list: Vec<&Map<String, Value>> =
        map.get("destinations").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).collect();
    match list.len() {
        1..=50 => Ok(list),
        _ => Err("it needs 1 to 50 `destinations`: here the server does not ask another one where to".to_owned()),
    }
}

fn transfer(map: &Map<String, Value>, warnings: &mut BTreeSet<String>) -> Result<(&'static str, SystemAction), String> {
    let (mut numbers, mut agents) = (Vec::new(), Vec::new());
    for (at, to) in destinations(map)?.into_iter().enumerate() {
        match to.get("type").and_then(Value::as_str).unwrap_or_default() {
            "number" => numbers.push(number(at, to, "number", warnings)?),
            "sip" => numbers.push(number(at, to, "sipUri", warnings)?),
            "assistant" => agents.push(agent(at, to, warnings)?),
            other => return Err(format!("`destinations.{at}` is of the type `{}`", words::cut(other, 50))),
        }
    }
    if numbers.is_empty() {
        return Ok(("transfer_to_agent", SystemAction::TransferToAiAgent { rules: agents }));
    }
    if !agents.is_empty() {
        warnings.insert(
            "a transfer goes to numbers or to agents here, not to both: those to assistants were left out".to_owned(),
        );
    }
    Ok(("transfer_to_number", SystemAction::TransferToNumber { rules: numbers }))
}

fn handoff(map: &Map<String, Value>, warnings: &mut BTreeSet<String>) -> Result<(&'static str, SystemAction), String> {
    let mut rules = Vec::new();
    for (at, to) in destinations(map)?.into_iter().enumerate() {
        match to.get("type").and_then(Value::as_str).unwrap_or_default() {
            "assistant" => rules.push(agent(at, to, warnings)?),
            other => {
                return Err(format!(
                    "`destinations.{at}` is of the type `{}`, which has no counterpart here",
                    words::cut(other, 50)
                ));
            }
        }
    }
    Ok(("transfer_to_agent", SystemAction::TransferToAiAgent { rules }))
}

fn tell_rest(at: usize, to: &Map<String, Value>, known: &[&str], warnings: &mut BTreeSet<String>) {
    for (field, _) in to.iter().filter(|(field, value)| !value.is_null() && !known.contains(&field.as_str())) {
        warnings.insert(format!("`destinations.{at}.{}` was left out", words::cut(field, 60)));
    }
}

fn number(
    at: usize,
    to: &Map<String, Value>,
    field: &str,
    warnings: &mut BTreeSet<String>,
) -> Result<NumberRule, String> {
    tell_rest(at, to, &["type", field, "message", "description", "transferPlan"], warnings);
    let mode = to.get("transferPlan").and_then(|plan| plan.get("mode")).and_then(Value::as_str);
    if let Some(mode) = mode.filter(|mode| !["blind-transfer", "warm-transfer-say-summary"].contains(mode)) {
        let as_what = if mode.starts_with("warm") { "warm" } else { "cold" };
        warnings.insert(format!("`destinations.{at}`: `{}` is a {as_what} transfer here", words::cut(mode, 60)));
    }
    Ok(NumberRule {
        phone_number: text(to, field).ok_or_else(|| format!("`destinations.{at}` has no `{field}`"))?.to_owned(),
        condition: text(to, "description").unwrap_or_default().to_owned(),
        transfer_message: text(to, "message").map(str::to_owned),
        transfer_mode: if mode.is_some_and(|mode| mode.starts_with("warm")) {
            TransferMode::Warm
        } else {
            TransferMode::Cold
        },
        play_hold_music: false,
    })
}

fn agent(at: usize, to: &Map<String, Value>, warnings: &mut BTreeSet<String>) -> Result<AgentRule, String> {
    tell_rest(at, to, &["type", "assistantName", "assistantId", "message", "description"], warnings);
    let agent = text(to, "assistantName").or_else(|| text(to, "assistantId"));
    Ok(AgentRule {
        agent_id: agent.ok_or_else(|| format!("`destinations.{at}` names no assistant"))?.to_owned(),
        condition: text(to, "description").unwrap_or_default().to_owned(),
        transfer_message: text(to, "message").map(str::to_owned),
        enable_first_message: false,
        pass_context: true,
    })
}
