//! A step of the call.

use callwright_model::tool::{
    Config, Effect, SystemAction, SystemConfig, ToolSpec,
    system::{AgentRule, NumberRule, TransferMode},
};
use serde_json::{Map, Value};

use crate::words;

/// Makes a tool of a system tool; an error says why it cannot be one.
pub(super) fn tool(config: &Map<String, Value>) -> Result<ToolSpec, String> {
    let params = config.get("params").and_then(Value::as_object).ok_or("a system tool needs `params`")?;
    let kind = params.get("system_tool_type").and_then(Value::as_str);
    let kind = kind.or_else(|| config.get("name").and_then(Value::as_str)).unwrap_or_default();
    let action = match kind {
        "end_call" => SystemAction::EndCall { message: None },
        "language_detection" => SystemAction::LanguageDetection {
            supported_languages: Vec::new(),
            detection_threshold: None,
            switch_message: None,
        },
        "skip_turn" => SystemAction::SkipTurn {
            trigger_silence_duration: params.get("wait_timeout_secs").and_then(Value::as_f64),
            max_skips: None,
        },
        "play_keypad_touch_tone" => SystemAction::PlayDtmf { pause_ms: None },
        "transfer_to_agent" => SystemAction::TransferToAiAgent { rules: transfers(params, agent)? },
        "transfer_to_number" => SystemAction::TransferToNumber { rules: transfers(params, number)? },
        other => return Err(format!("`{}` has no counterpart here", words::cut(other, 50))),
    };
    let system = SystemConfig::from(action);
    let parameters = system.parameters();
    Ok(crate::listed::spec(config, Config::System(system), Effect::Write, parameters))
}

fn transfers<T>(
    params: &Map<String, Value>,
    read: fn(&Map<String, Value>) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let list = params.get("transfers").and_then(Value::as_array).filter(|list| (1..=50).contains(&list.len()));
    let list = list.ok_or("`params.transfers` must have 1 to 50 entries")?;
    let one = |(at, value): (usize, &Value)| {
        let place = format!("`params.transfers.{at}`");
        let map = value.as_object().ok_or_else(|| format!("{place} must be an object"))?;
        read(map).map_err(|why| format!("{place}: {why}"))
    };
    list.iter().enumerate().map(one).collect()
}

fn text(map: &Map<String, Value>, field: &str) -> Option<String> {
    map.get(field).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn agent(map: &Map<String, Value>) -> Result<AgentRule, String> {
    Ok(AgentRule {
        agent_id: text(map, "agent_id").ok_or("it has no `agent_id`; a node of a workflow has no counterpart here")?,
        condition: text(map, "condition").unwrap_or_default(),
        transfer_message: text(map, "transfer_message"),
        enable_first_message: map.get("enable_transferred_agent_first_message") == Some(&Value::Bool(true)),
        pass_context: true,
    })
}

fn number(map: &Map<String, Value>) -> Result<NumberRule, String> {
    let to = map.get("transfer_destination").and_then(Value::as_object);
    let phone_number = match to {
        Some(to) => text(to, "phone_number").or_else(|| text(to, "sip_uri")),
        None => text(map, "phone_number"),
    };
    Ok(NumberRule {
        phone_number: phone_number.ok_or("its destination is neither a number nor a SIP address")?,
        condition: text(map, "condition").unwrap_or_default(),
        transfer_message: None,
        transfer_mode: match map.get("transfer_type").and_then(Value::as_str) {
            // There the agent stays on the line until somebody answers.
            Some("conference") | None => TransferMode::Warm,
            Some(_) => TransferMode::Cold,
        },
        play_hold_music: false,
    })
}
