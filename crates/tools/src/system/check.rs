//! What is refused of a `system` tool when it is saved.

use callwright_model::{
    Fault,
    tool::{
        Effect, ResultSpec, SystemAction, SystemConfig, ToolSpec,
        system::{MOST_PHRASES, is_e164},
    },
};

use crate::refuse;

/// The most rules that one transfer may have.
const MOST_RULES: usize = 50;
/// The most characters of a condition.
const MOST_CONDITION: usize = 1_000;
/// The most characters of what is said.
const MOST_MESSAGE: usize = 2_000;
/// The most characters of a trigger phrase.
const MOST_PHRASE: usize = 200;
/// The most languages.
const MOST_LANGUAGES: usize = 100;

/// Checks the configuration of `spec`.
pub(super) fn check(config: &SystemConfig, spec: &ToolSpec) -> Result<(), Fault> {
    if spec.effect == Effect::Read {
        return refuse("effect", "is `read`, but a step of a call changes it; leave it out");
    }
    if (ResultSpec { redact: spec.result.redact.clone(), ..ResultSpec::default() }) != spec.result {
        return refuse("result", "may only have `redact`: the result of a step follows from its configuration");
    }
    phrases(&config.trigger_phrases)?;
    action(&config.action)?;
    if let Some(webhook) = &config.webhook {
        webhook.check("config.webhook")?;
    }
    match (&config.driver, &config.action) {
        (None, _) => Ok(()),
        (
            Some(driver),
            SystemAction::EndCall { .. } | SystemAction::TransferToNumber { .. } | SystemAction::PlayDtmf { .. },
        ) => driver.check(),
        (Some(_), action) => refuse(
            "config.driver",
            format!(
                "does nothing for `{}`; it goes with `end_call`, `transfer_to_number` and `play_dtmf`",
                action.as_str()
            ),
        ),
    }
}

fn phrases(phrases: &[String]) -> Result<(), Fault> {
    if phrases.len() > MOST_PHRASES {
        return refuse("config.trigger_phrases", format!("has {} phrases; give at most {MOST_PHRASES}", phrases.len()));
    }
    phrases
        .iter()
        .enumerate()
        .try_for_each(|(at, phrase)| words(&format!("config.trigger_phrases.{at}"), Some(phrase), MOST_PHRASE))
}

fn action(action: &SystemAction) -> Result<(), Fault> {
    match action {
        SystemAction::EndCall { message } => words("config.message", message.as_deref(), MOST_MESSAGE),
        SystemAction::TransferToAiAgent { rules } => {
            count(rules.len())?;
            for (at, rule) in rules.iter().enumerate() {
                let place = format!("config.rules.{at}");
                if rule.agent_id.trim().is_empty() || rule.agent_id.chars().count() > 100 {
                    return refuse(&format!("{place}.agent_id"), "must be the id or the name of an agent");
                }
                words(&format!("{place}.condition"), Some(&rule.condition), MOST_CONDITION)?;
                words(&format!("{place}.transfer_message"), rule.transfer_message.as_deref(), MOST_MESSAGE)?;
            }
            Ok(())
        }
        SystemAction::TransferToNumber { rules } => {
            count(rules.len())?;
            for (at, rule) in rules.iter().enumerate() {
                let place = format!("config.rules.{at}");
                if !is_dialable(&rule.phone_number) {
                    let why = "is not a telephone number in the form of E.164; write it like `+61411234567`, or a `sip:` address";
                    return refuse(&format!("{place}.phone_number"), why);
                }
                words(&format!("{place}.condition"), Some(&rule.condition), MOST_CONDITION)?;
                words(&format!("{place}.transfer_message"), rule.transfer_message.as_deref(), MOST_MESSAGE)?;
            }
            Ok(())
        }
        SystemAction::LanguageDetection { supported_languages, detection_threshold, switch_message } => {
            if detection_threshold.is_some_and(|threshold| !(0.0..=1.0).contains(&threshold)) {
                return refuse("config.detection_threshold", "must be between 0 and 1");
            }
            let is_code = |text: &String| {
                (1..=35).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            };
            if supported_languages.len() > MOST_LANGUAGES {
                return refuse("config.supported_languages", format!("may have at most {MOST_LANGUAGES} languages"));
            }
            if let Some(at) = supported_languages.iter().position(|text| !is_code(text)) {
                return refuse(&format!("config.supported_languages.{at}"), "must be a code such as `en` or `pt-BR`");
            }
            words("config.switch_message", switch_message.as_deref(), MOST_MESSAGE)
        }
        SystemAction::SkipTurn { trigger_silence_duration, max_skips } => {
            if trigger_silence_duration.is_some_and(|seconds| !(0.0..=600.0).contains(&seconds)) {
                return refuse("config.trigger_silence_duration", "must be between 0 and 600 seconds");
            }
            if max_skips.is_some_and(|most| !(1..=100).contains(&most)) {
                return refuse("config.max_skips", "must be between 1 and 100");
            }
            Ok(())
        }
        SystemAction::PlayDtmf { pause_ms } => match pause_ms {
            Some(pause) if *pause > 10_000 => refuse("config.pause_ms", "may be at most 10000"),
            _ => Ok(()),
        },
    }
}

fn count(rules: usize) -> Result<(), Fault> {
    if (1..=MOST_RULES).contains(&rules) {
        return Ok(());
    }
    refuse("config.rules", format!("has {rules} rules; give 1 to {MOST_RULES}"))
}

fn words(field: &str, text: Option<&str>, most: usize) -> Result<(), Fault> {
    match text {
        Some(text) if text.chars().count() > most => refuse(field, format!("may have at most {most} characters")),
        _ => Ok(()),
    }
}

/// Whether a call can be put through to it.
pub(super) fn is_dialable(text: &str) -> bool {
    let is_sip = |rest: &str| {
        (3..=255).contains(&rest.len())
            && rest.contains('@')
            && rest.chars().all(|c| c.is_ascii_graphic() && !"<>\"'&{}$".contains(c))
    };
    is_e164(text) || text.strip_prefix("sip:").is_some_and(is_sip)
}
