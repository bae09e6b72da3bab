//! What business tools do: the functions that come with the program.
//!
//! Tools of the kind `business` reach this through their port ([`run`]); executors see no store. [`calculator`] reckons,
//! [`tasks`] and [`calendar`] keep things on tables of ours, for one user of one organization, and do them once per
//! execution however often it is carried out. The other functions need a service that nobody has named yet and say so.
//! [`seed`] gives every organization the eight as ordinary tools.

mod calculator;
mod calendar;
pub mod seed;
mod tasks;

use callwright_model::{
    Content, ErrorClass, Fault, FaultKind, Object, Outcome, Timestamp, ToolError,
    account::Caller,
    id::ExecutionId,
    tool::{BusinessConfig, BusinessFunction},
};
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::{Value, json};

use crate::App;

/// One call of a function.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    /// Who calls: whose tasks and appointments are meant.
    pub caller: &'a Caller,
    /// The execution, by which what it makes is known again.
    pub execution: ExecutionId,
    /// The arguments, validated.
    pub arguments: &'a Object,
    /// It belongs to a test case whose upstream is stubbed: nothing may change.
    pub is_stubbed: bool,
}

/// Why a function did not do what it was asked.
enum Stop {
    /// The model may read why.
    Told(Box<ToolError>),
    /// Our own fault.
    Fault(Box<Fault>),
}

impl From<ToolError> for Stop {
    fn from(error: ToolError) -> Self {
        Self::Told(Box::new(error))
    }
}

impl From<Fault> for Stop {
    /// What contradicts the request is for the model to read.
    fn from(fault: Fault) -> Self {
        match fault.kind {
            FaultKind::Invalid | FaultKind::Conflict => Self::Told(Box::new(refused(fault.code, fault.message))),
            _ => Self::Fault(Box::new(fault)),
        }
    }
}

impl From<callwright_store::Error> for Stop {
    fn from(error: callwright_store::Error) -> Self {
        Fault::from(error).into()
    }
}

/// Carries a function out.
pub(crate) async fn run(app: &App, config: &BusinessConfig, ask: Ask<'_>) -> Result<Outcome, Fault> {
    let done = match config.function {
        BusinessFunction::Calculator => calculate(ask.arguments),
        BusinessFunction::TaskManager => tasks::run(app, config, &ask).await,
        BusinessFunction::CalendarManager => calendar::run(app, config, &ask).await,
        BusinessFunction::WebSearch
        | BusinessFunction::DatabaseQuery
        | BusinessFunction::SendEmail
        | BusinessFunction::DataAnalysis
        | BusinessFunction::DocumentGenerator => Err(not_configured(config.function).into()),
    };
    match done {
        Ok(data) => {
            let message = data.get("message").and_then(Value::as_str).map(str::to_owned);
            Ok(Outcome::Done(Content { message, ..Content::json(data) }))
        }
        Err(Stop::Told(error)) => Ok(Outcome::Failed(*error)),
        Err(Stop::Fault(fault)) => Err(*fault),
    }
}

fn calculate(arguments: &Object) -> Result<Value, Stop> {
    let arguments: calculator::Arguments = read(arguments)?;
    calculator::run(&arguments).map_err(|problem| refused(problem.code, problem.message).into())
}

/// The arguments as a function wants them. The schema that an author gave the tool may be wider than ours.
fn read<T: DeserializeOwned>(arguments: &Object) -> Result<T, Stop> {
    serde_json::from_value(Value::Object(arguments.clone()))
        .map_err(|error| refused("invalid_arguments", format!("the arguments cannot be used: {error}")).into())
}

/// The request makes no sense, and can be put right by whoever reads why.
fn refused(code: impl Into<String>, message: impl Into<String>) -> ToolError {
    ToolError::new(ErrorClass::ValidationError, code, message)
}

/// A field that an action needs.
fn missing(field: &str, action: &str) -> ToolError {
    refused("missing_argument", format!("`{field}` is missing: `{action}` needs it"))
        .with_details(json!({ "field": field }))
}

/// A test case whose upstream is stubbed may look but not touch.
fn refuse_if_stubbed(ask: &Ask<'_>) -> Result<(), ToolError> {
    if ask.is_stubbed {
        let message = "a test case with a stubbed upstream changes nothing here; say `upstream: real` to let it";
        return Err(refused("stubbed", message));
    }
    Ok(())
}

/// A field that is `null` takes something away; one that is absent leaves it.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A text without blanks around it; none when nothing is left.
fn trimmed(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Checks the length of a text.
fn at_most(field: &str, text: &str, most: usize) -> Result<(), ToolError> {
    if text.chars().count() <= most {
        return Ok(());
    }
    Err(refused("too_long", format!("`{field}` may have at most {most} characters"))
        .with_details(json!({ "field": field })))
}

/// An instant in UTC, to the second.
fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.micros()).map_or_else(|_| at.to_string(), |at| format!("{at:.0}"))
}

/// What has to be set before a function works.
fn not_configured(function: BusinessFunction) -> ToolError {
    let (what, how) = match function {
        BusinessFunction::WebSearch => {
            ("a search provider", "until then, work with what you were given or ask the person for sources")
        }
        BusinessFunction::DatabaseQuery => {
            ("a data source", "until then, ask the person for the figures or for an export")
        }
        BusinessFunction::SendEmail => (
            "an e-mail account for tools",
            "until then, give the person the text to send themselves; the tool template `send_email` sends through SendGrid",
        ),
        BusinessFunction::DataAnalysis => (
            "the analysis service",
            "until then, use `calculator`, or the tool templates `csv_summary` and `data_processor`",
        ),
        _ => ("a place to keep documents", "until then, write the text into the conversation"),
    };
    let name = function.as_str();
    let message = format!(
        "`{name}` is not configured: this organization has not set {what}. Nothing was done and nothing was looked up, so do not make a result up. An administrator sets it, in a version that carries this function out; {how}."
    );
    ToolError {
        spoken: "That isn't set up here yet.".to_owned(),
        ..ToolError::new(ErrorClass::UnknownError, "not_configured", message)
    }
    .with_details(json!({ "function": name, "needs": what }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_configured_says_what_to_set_and_asks_nobody_to_try_again() {
        for function in BusinessFunction::ALL.into_iter().filter(|function| !function.is_kept_here()) {
            let error = not_configured(function);
            assert_eq!((error.code.as_str(), error.retryable, error.require_human), ("not_configured", false, false));
            assert!(error.message.contains(function.as_str()) && error.details.is_some());
        }
    }
}
