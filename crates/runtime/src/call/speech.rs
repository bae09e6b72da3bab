//! What a voice runtime is told to say while an execution runs.
//!
//! A tool's sentences are compiled when it is saved. While the executor works, [`during`] waits beside it and says
//! the delayed ones at their times; it is no task of its own, so it ends with what it waits for and keeps nothing
//! alive. Only the execution that acts speaks: a request that joins another is silent.

use std::{future::Future, pin::Pin, sync::PoisonError, time::Duration};

use callwright_expr::{Condition, Names, Scope, Template};
use callwright_guard::Redactor;
use callwright_model::{
    ErrorClass, Fault, Object, ToolError,
    execution::{Event, Progress},
    tool::{
        Trust,
        speech::{Said, Say, Speech, SpeechStage},
    },
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::{answer::millis, aside::Frame, shape::Shaped, work::Work};
use crate::App;

/// The most sentences of one stage.
const MOST_SENTENCES: usize = 50;
/// The most delayed stages.
const MOST_STAGES: usize = 10;
/// The most characters of a sentence as it is written.
const MOST_WRITTEN: usize = 2_000;
/// The most characters of a sentence as it is said.
const MOST_SAID: usize = 1_000;
const MOST_WEIGHT: u32 = 100;
const DELAY_MS: std::ops::RangeInclusive<u32> = 100..=600_000;

/// A tool's sentences, ready to be said.
pub struct Sentences {
    start: Vec<Sentence>,
    /// By time.
    delayed: Vec<(u32, Vec<Sentence>)>,
    complete: Vec<Sentence>,
    failed: Vec<Sentence>,
}

struct Sentence {
    say: Template,
    language: Option<String>,
    when: Option<Condition>,
    weight: u32,
    blocking: bool,
}

/// What has been said in an execution.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    said: Vec<Said>,
    has_started: bool,
    /// How many delayed stages are over.
    stages: usize,
}

impl Sentences {
    /// Compiles the sentences of a tool; a fault names the field.
    pub fn compile(speech: &Speech) -> Result<Self, Fault> {
        let mut stages: Vec<(u32, Vec<Sentence>)> = Vec::new();
        count("speech.delayed", speech.delayed.len())?;
        for (at, delayed) in speech.delayed.iter().enumerate() {
            let field = format!("speech.delayed[{at}]");
            if !DELAY_MS.contains(&delayed.after_ms) {
                return refuse(
                    &format!("{field}.after_ms"),
                    format!("is {}; it must be between {} and {}", delayed.after_ms, DELAY_MS.start(), DELAY_MS.end()),
                );
            }
            let sentence = compile(&field, &delayed.sentence(), false)?;
            match stages.iter_mut().find(|(after, _)| *after == delayed.after_ms) {
                Some((_, sentences)) => sentences.push(sentence),
                None => stages.push((delayed.after_ms, vec![sentence])),
            }
        }
        if stages.len() > MOST_STAGES {
            return refuse(
                "speech.delayed",
                format!("has {} different times; give at most {MOST_STAGES}", stages.len()),
            );
        }
        stages.sort_by_key(|(after, _)| *after);
        Ok(Self {
            start: compile_all("speech.start", &speech.start, true)?,
            delayed: stages,
            complete: compile_all("speech.complete", &speech.complete, false)?,
            failed: compile_all("speech.failed", &speech.failed, false)?,
        })
    }
}

fn compile_all(field: &str, list: &[Say], may_block: bool) -> Result<Vec<Sentence>, Fault> {
    count(field, list.len())?;
    list.iter().enumerate().map(|(at, say)| compile(&format!("{field}[{at}]"), say, may_block)).collect()
}

fn count(field: &str, number: usize) -> Result<(), Fault> {
    if number <= MOST_SENTENCES {
        return Ok(());
    }
    refuse(field, format!("has {number} sentences; give at most {MOST_SENTENCES}"))
}

fn compile(field: &str, say: &Say, may_block: bool) -> Result<Sentence, Fault> {
    if say.say.trim().is_empty() || say.say.chars().count() > MOST_WRITTEN {
        return refuse(&format!("{field}.say"), format!("must have 1 to {MOST_WRITTEN} characters"));
    }
    if say.blocking && !may_block {
        return refuse(&format!("{field}.blocking"), "is for `speech.start` only");
    }
    if let Some(language) = &say.language
        && !is_language(language)
    {
        return refuse(&format!("{field}.language"), "is not a language tag; write it like `de` or `de-AT`");
    }
    let weight = say.weight.unwrap_or(1);
    if !(1..=MOST_WEIGHT).contains(&weight) {
        return refuse(&format!("{field}.weight"), format!("is {weight}; it must be between 1 and {MOST_WEIGHT}"));
    }
    // No name is a secret here, so that a sentence that reads one is refused.
    let names = Names { trust: Trust::Client, ..Names::default() };
    let template = Template::compile(&say.say, &names)
        .map_err(|error| wrong(&format!("{field}.say"), format!("{} (speech may not read secrets)", error.message)))?;
    if !template.secrets().is_empty() {
        return refuse(&format!("{field}.say"), "reads a secret; what is said aloud may not");
    }
    let when = say.when.as_deref().map(Condition::compile).transpose();
    let when = when.map_err(|error| wrong(&format!("{field}.when"), error.message))?;
    Ok(Sentence { say: template, language: say.language.clone(), when, weight, blocking: say.blocking })
}

fn is_language(text: &str) -> bool {
    (2..=35).contains(&text.len())
        && text.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn refuse<T>(field: &str, why: impl std::fmt::Display) -> Result<T, Fault> {
    Err(wrong(field, why))
}

fn wrong(field: &str, why: impl std::fmt::Display) -> Fault {
    Fault::invalid(field, format!("`{field}` {why}"))
}

/// Waits for `work_on`, saying the first sentence before and the delayed ones meanwhile. What one part of the corridor
/// has said the next does not say again.
pub(super) async fn during<F: Future>(app: &App, work: &Work, mut work_on: Pin<&mut F>) -> F::Output {
    let Some(sentences) = &work.tool().speech else { return work_on.await };
    let is_first = !std::mem::replace(&mut spoken(work).has_started, true);
    if is_first {
        say(app, work, SpeechStage::Start, None, &sentences.start, None);
    }
    loop {
        let stage = spoken(work).stages;
        let Some((after_ms, variants)) = sentences.delayed.get(stage) else { return work_on.await };
        let at = work.begun + Duration::from_millis(u64::from(*after_ms));
        tokio::select! {
            biased;
            output = &mut work_on => return output,
            () = sleep_until(at) => {}
        }
        spoken(work).stages = stage + 1;
        say(app, work, SpeechStage::Delayed, Some(*after_ms), variants, None);
    }
}

/// Says how it ended. What is not known to have failed is told in the error's own words only.
pub(super) fn ended(app: &App, work: &Work, outcome: &Result<Shaped, ToolError>) {
    let Some(sentences) = &work.tool().speech else { return };
    match outcome {
        Ok(shaped) => {
            let result = shaped.content.data.clone().unwrap_or_default();
            say(app, work, SpeechStage::Complete, None, &sentences.complete, Some(("result", result)));
        }
        Err(error) => failed(app, work, sentences, error),
    }
}

/// The same for an execution that was not let through.
pub(super) fn refused(app: &App, work: &Work, error: &ToolError) {
    if let Some(sentences) = &work.tool().speech {
        failed(app, work, sentences, error);
    }
}

fn failed(app: &App, work: &Work, sentences: &Sentences, error: &ToolError) {
    let error = super::record::apply_fallback(work, error.clone());
    let is_said = error.class != ErrorClass::OutcomeUnknown && {
        let told =
            json!({"class": error.class, "code": error.code, "message": error.message, "retryable": error.retryable});
        say(app, work, SpeechStage::Failed, None, &sentences.failed, Some(("error", told)))
    };
    if !is_said && !error.spoken.is_empty() {
        tell(
            app,
            work,
            Line { stage: SpeechStage::Failed, after_ms: None, say: error.spoken, language: None, blocking: false },
        );
    }
}

struct Line {
    stage: SpeechStage,
    after_ms: Option<u32>,
    say: String,
    language: Option<String>,
    blocking: bool,
}

/// Picks one of the sentences that fit and says it; false when none fits or can be filled in.
fn say(
    app: &App,
    work: &Work,
    stage: SpeechStage,
    after_ms: Option<u32>,
    sentences: &[Sentence],
    ending: Option<(&str, Value)>,
) -> bool {
    if sentences.is_empty() {
        return false;
    }
    let seed = work.id.raw() as u64 ^ (stage as u64) << 8 ^ u64::from(after_ms.unwrap_or_default()) << 16;
    let Some(sentence) = pick(work, sentences, ending, seed) else { return false };
    let parameters = audible(work);
    let (secrets, extra) = (Default::default(), work.extra(work.received_at));
    let scope = Scope {
        parameters: &parameters,
        context: &work.context,
        trust: Trust::Client,
        secrets: &secrets,
        extra: &extra,
    };
    let text = match sentence.say.render(&scope) {
        Ok(text) => text,
        Err(error) => {
            tracing::debug!(execution = %work.id, error = error.message, "a sentence could not be filled in");
            return false;
        }
    };
    let text = if work.secrets.is_empty() { text } else { Redactor::new(work.secrets.values()).text(&text) };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let say = match text.char_indices().nth(MOST_SAID) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    if say.is_empty() {
        return false;
    }
    let (language, blocking) = (sentence.language.clone(), sentence.blocking);
    tell(app, work, Line { stage, after_ms, say, language, blocking });
    true
}

/// The arguments without those that the server fills in from secrets.
fn audible(work: &Work) -> Object {
    let mut parameters = work.arguments.clone();
    for bound in work.tool().bound.iter().filter(|bound| !bound.template.secrets().is_empty()) {
        parameters.shift_remove(&bound.name);
    }
    parameters
}

/// Of the sentences that fit, those of the caller's language; of these, those whose condition holds rather than those
/// without one; and of these one by its weight, the same whenever the execution is the same.
fn pick<'s>(work: &Work, sentences: &'s [Sentence], ending: Option<(&str, Value)>, seed: u64) -> Option<&'s Sentence> {
    let root = sentences.iter().any(|sentence| sentence.when.is_some()).then(|| document(work, ending));
    let holds = |sentence: &Sentence| match (&sentence.when, &root) {
        (Some(when), Some(root)) => when.evaluate(root).is_ok_and(|(verdict, _)| verdict),
        _ => true,
    };
    let fitting: Vec<&Sentence> = sentences.iter().filter(|sentence| holds(sentence)).collect();
    let language = work.context.text("language").unwrap_or_default().to_ascii_lowercase().replace('_', "-");
    let primary = language.split('-').next().unwrap_or_default();
    let of = |wanted: Option<&str>| -> Vec<&Sentence> {
        let speaks = |sentence: &&&Sentence| match (&sentence.language, wanted) {
            (Some(own), Some(wanted)) => own.eq_ignore_ascii_case(wanted),
            (None, None) => true,
            _ => false,
        };
        fitting.iter().filter(speaks).copied().collect()
    };
    let tier = [Some(language.as_str()), Some(primary), None].into_iter().map(of).find(|tier| !tier.is_empty())?;
    let special: Vec<&Sentence> = tier.iter().filter(|sentence| sentence.when.is_some()).copied().collect();
    let tier = if special.is_empty() { tier } else { special };
    let total: u64 = tier.iter().map(|sentence| u64::from(sentence.weight)).sum();
    let mut left = scramble(seed) % total.max(1);
    tier.into_iter().find(|sentence| {
        let weight = u64::from(sentence.weight);
        let is_it = left < weight;
        left = left.saturating_sub(weight);
        is_it
    })
}

/// Spreads neighbouring seeds (the finalizer of SplitMix64).
fn scramble(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What a condition may read.
fn document(work: &Work, ending: Option<(&str, Value)>) -> Value {
    let mut context = work.context.client.clone();
    context.extend(work.context.verified.clone());
    context.insert("verified".to_owned(), Value::Object(work.context.verified.clone()));
    context.insert("client".to_owned(), Value::Object(work.context.client.clone()));
    let mut root = Object::new();
    root.insert("parameters".to_owned(), Value::Object(audible(work)));
    root.insert("context".to_owned(), Value::Object(context));
    if let Some((name, value)) = ending {
        root.insert(name.to_owned(), value);
    }
    Value::Object(root)
}

fn tell(app: &App, work: &Work, line: Line) {
    let Line { stage, after_ms, say, language, blocking } = line;
    let at_ms = millis(Instant::now().saturating_duration_since(work.begun));
    spoken(work).said.push(Said { stage, at_ms, say: say.clone(), language: language.clone() });
    let progress = Progress::Speech { stage, say, language, after_ms, blocking };
    if let Some(watcher) = &work.aside.watcher {
        watcher.tell(Frame::Progress(progress.clone()));
    }
    if app.live().is_watched() && !work.is_stubbed() {
        app.live().publish(work.request.caller.org_id, Event::Progress { execution_id: work.id, progress });
    }
}

/// What has been said so far.
pub(super) fn said(work: &Work) -> Vec<Said> {
    if work.tool().speech.is_none() { Vec::new() } else { spoken(work).said.clone() }
}

fn spoken(work: &Work) -> std::sync::MutexGuard<'_, Spoken> {
    work.spoken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_field(speech: Value) -> String {
        let speech: Speech = serde_json::from_value(speech).unwrap();
        let fault = Sentences::compile(&speech).err().expect("it is refused");
        fault.details.unwrap()["field"].as_str().unwrap().to_owned()
    }

    #[test]
    fn what_cannot_be_said_is_refused_with_its_field() {
        for (speech, field) in [
            (json!({"start": ["Your key is ${API_KEY}"]}), "speech.start[0].say"),
            (json!({"start": ["Your key is {{ secret.API_KEY }}"]}), "speech.start[0].say"),
            (json!({"start": [" "]}), "speech.start[0].say"),
            (json!({"complete": [{"say": "x", "when": "result.a >"}]}), "speech.complete[0].when"),
            (json!({"complete": [{"say": "x", "blocking": true}]}), "speech.complete[0].blocking"),
            (json!({"failed": [{"say": "x", "language": "not a tag"}]}), "speech.failed[0].language"),
            (json!({"failed": ["a", {"say": "x", "weight": 0}]}), "speech.failed[1].weight"),
            (json!({"delayed": [{"after_ms": 99, "say": "x"}]}), "speech.delayed[0].after_ms"),
            (json!({"start": vec!["x"; 51]}), "speech.start"),
        ] {
            assert_eq!(refused_field(speech.clone()), field, "{speech}");
        }
    }

    #[test]
    fn the_choice_is_spread_over_all_sentences() {
        let hits = |most: u64| (0..3_000).filter(|seed| scramble(*seed) % 3 == most).count();
        for choice in 0..3 {
            assert!((850..1150).contains(&hits(choice)), "{choice}: {}", hits(choice));
        }
    }
}
