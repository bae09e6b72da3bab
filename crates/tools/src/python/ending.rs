//! What the end of a run means to the model.

use std::time::Duration;

use callwright_model::{ErrorClass, ToolError};
use callwright_pybox::{Ended, Limits, Raised, Sort};
use serde_json::{Value, json};

use super::room::overdue;

/// A run that ends before this had no time to run.
const TURN: Duration = Duration::from_millis(8);
/// The most characters of a line of code that is shown.
const MAX_LINE: usize = 200;

/// The result, or the error that the model reads.
pub(super) fn read(
    ended: Ended,
    source: &str,
    limits: Limits,
    wall: Duration,
    has_begun: bool,
) -> Result<Value, ToolError> {
    let sandbox = |code: &str, message: String| ToolError::new(ErrorClass::SandboxError, code, message);
    Err(match ended {
        Ended::Done(result) => return Ok(result),
        Ended::Raised(raised) => exception(&raised, source),
        // Less than an instance needs to begin: it was hardly its turn.
        Ended::TimedOut if wall < TURN && !has_begun => overdue(),
        Ended::TimedOut => ToolError::new(
            ErrorClass::TimeoutError,
            "timeout",
            format!("the code was stopped after {} ms; it did not end by itself", wall.as_millis()),
        ),
        Ended::OutOfMemory { is_shared: false } => {
            let most = limits.memory_bytes >> 20;
            sandbox("memory_limit", format!("the code wanted more than the {most} MB that it may have"))
        }
        Ended::OutOfMemory { is_shared: true } => {
            let message = "all Python calls together have the memory that they may have; try again shortly";
            let mut error = sandbox("memory_pool", message.to_owned()).retry_after(1_000);
            error.retryable = true;
            error
        }
        Ended::Died(why) => sandbox("sandbox_died", format!("the code broke its sandbox and was stopped: {why}")),
    })
}

fn exception(raised: &Raised, source: &str) -> ToolError {
    let Raised { sort, name, message, frames, .. } = raised;
    let place = frames.last().map(|(line, function)| place(*line, function, source)).unwrap_or_default();
    let error = match sort {
        // Its text is meant for the model, and nothing else is.
        Sort::Value => {
            let message = if message.is_empty() { "the arguments are not right" } else { message };
            ToolError::new(ErrorClass::ValidationError, "value_error", message)
        }
        Sort::Exception | Sort::Memory => {
            ToolError::new(ErrorClass::SandboxError, "exception", format!("{name}: {message}{place}"))
        }
        Sort::Result => ToolError::new(ErrorClass::SandboxError, "bad_result", message),
        Sort::Signature => ToolError::new(ErrorClass::SandboxError, "bad_signature", message),
        Sort::Exit => ToolError::new(ErrorClass::SandboxError, "exited", format!("the code called `sys.exit`{place}")),
        Sort::Syntax => {
            let line = raised.line.map(|line| format!(" (line {line})")).unwrap_or_default();
            ToolError::new(ErrorClass::SandboxError, "syntax_error", format!("{message}{line}"))
        }
    };
    let trace: Vec<Value> = frames
        .iter()
        .map(|(line, function)| json!({"line": line, "function": function, "source": line_of(*line, source)}))
        .collect();
    let mut details = json!({"type": name, "traceback": trace});
    if raised.omitted > 0 {
        details["omitted_frames"] = raised.omitted.into();
    }
    error.with_details(details)
}

fn place(line: u32, function: &str, source: &str) -> String {
    match line_of(line, source) {
        Some(code) => format!(" (line {line}, in {function}: `{code}`)"),
        None => format!(" (line {line}, in {function})"),
    }
}

fn line_of(line: u32, source: &str) -> Option<String> {
    let code = source.lines().nth((line as usize).checked_sub(1)?)?.trim();
    Some(code.chars().take(MAX_LINE).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raised(sort: Sort, name: &str, message: &str) -> Ended {
        let frames = vec![(2, "execute_tool".to_owned())];
        Ended::Raised(Raised {
            sort,
            name: name.to_owned(),
            message: message.to_owned(),
            frames,
            omitted: 0,
            line: None,
        })
    }

    #[test]
    fn a_value_error_is_for_the_model_and_others_show_the_line() {
        let source = "def execute_tool(parameters):\n    return 1 / 0\n";
        let read = |ended| read(ended, source, Limits::default(), Duration::from_millis(5), false).unwrap_err();
        let error = read(raised(Sort::Value, "ValueError", "give a date"));
        assert_eq!((error.class, error.message.as_str()), (ErrorClass::ValidationError, "give a date"));
        let error = read(raised(Sort::Exception, "ZeroDivisionError", "division by zero"));
        assert_eq!(error.class, ErrorClass::SandboxError);
        assert_eq!(error.message, "ZeroDivisionError: division by zero (line 2, in execute_tool: `return 1 / 0`)");
        assert_eq!(error.details.unwrap()["traceback"][0]["line"], 2);
        assert_eq!(read(Ended::TimedOut).code, "sandbox_busy");
        assert_eq!(read(Ended::OutOfMemory { is_shared: false }).code, "memory_limit");
        assert!(read(Ended::OutOfMemory { is_shared: true }).retryable);
    }
}
