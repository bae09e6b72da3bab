//! A run as it happens, for a person: words on standard output while they come, tools beside them on standard error.

use std::{
    io::{self, Write},
    thread::sleep,
    time::Duration,
};

use serde_json::Value;

use crate::{
    client::{Client, segment},
    failure::Failure,
    output::{self, short, text, visible},
};

/// How often in a row a stream that was cut is opened again without a word in between.
const MOST_CUTS: u32 = 30;

/// Follows a run to its end, and gives it as it is then. A stream that is cut is opened again where it was. With `quiet`
/// nothing is printed.
pub(crate) fn follow(client: &Client, id: &str, quiet: bool) -> Result<Value, Failure> {
    let path = format!("/api/v1/runs/{}/events", segment(id));
    let mut shown = Shown { quiet, ..Shown::default() };
    let mut last: Option<String> = None;
    let mut cuts = 0;
    loop {
        let from = last.clone();
        let told = client.events(&path, from.as_deref(), |event_id, event| {
            cuts = 0;
            let is_over = shown.event(event)?;
            if let Some(id) = event_id {
                last = Some(id.to_owned());
            }
            Ok(is_over)
        });
        match told {
            Ok(true) => return Ok(shown.run),
            Ok(false) if cuts < MOST_CUTS => {}
            Ok(false) => return Err(Failure::new("the stream of events ends again and again before the run does")),
            Err(failure) if cuts == 0 || cuts >= MOST_CUTS || failure.exit_code == 2 => return Err(failure),
            Err(_) => {}
        }
        cuts += 1;
        sleep(Duration::from_secs(1));
    }
}

/// What a failed run means for the command: an error with its reason.
pub(crate) fn outcome(run: &Value) -> Result<(), Failure> {
    match run["state"].as_str() {
        Some("failed") => {
            let error = &run["error"];
            Err(Failure::new(format!("the run failed ({}): {}", text(error, "code"), text(error, "message"))))
        }
        Some("cancelled") => Err(Failure::new("the run was cancelled")),
        _ => Ok(()),
    }
}

/// What was printed so far.
#[derive(Default)]
struct Shown {
    quiet: bool,
    run: Value,
    state: String,
    /// Words of the answer that is being written.
    written: bool,
}

impl Shown {
    /// Prints an event. True: the run has ended.
    fn event(&mut self, event: &Value) -> Result<bool, Failure> {
        match event["type"].as_str() {
            Some("delta") => self.delta(event["text"].as_str().unwrap_or_default())?,
            Some("message") => self.message(&event["message"])?,
            Some("step") => self.step(&event["step"]),
            Some("run") => {
                self.run = event["run"].clone();
                let state = text(&self.run, "state");
                if state == "waiting" && self.state != "waiting" && !self.quiet {
                    output::say("… the run waits for somebody; `callwright approvals list` shows for what");
                }
                self.state = state;
                return Ok(matches!(self.state.as_str(), "completed" | "failed" | "cancelled"));
            }
            _ => {}
        }
        Ok(false)
    }

    fn delta(&mut self, words: &str) -> Result<(), Failure> {
        if self.quiet || words.is_empty() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        write!(out, "{}", visible(words, true))?;
        out.flush()?;
        self.written = true;
        Ok(())
    }

    /// A step of a workflow; what an agent's run does is told by its messages.
    fn step(&self, step: &Value) {
        if self.quiet || self.run["kind"] != "workflow" || step["position"] != 0 {
            return;
        }
        let mark = match step["state"].as_str() {
            Some("done") => "✓",
            Some("failed") => "✗",
            Some("skipped") => "-",
            _ => "→",
        };
        let mut line = format!("{mark} {} {}: {}", text(step, "seq"), text(step, "name"), text(step, "state"));
        let more = [text(step, "note"), step.get("output").map(ToString::to_string).unwrap_or_default()];
        if let Some(more) = more.iter().find(|more| !more.is_empty()) {
            line.push_str(&format!("; {}", short(more, 160)));
        }
        output::say(line);
    }

    fn message(&mut self, message: &Value) -> Result<(), Failure> {
        if self.quiet {
            return Ok(());
        }
        match message["role"].as_str() {
            Some("assistant") => {
                let words = message["text"].as_str().unwrap_or_default();
                if self.written {
                    output::line("")?;
                } else if !words.is_empty() {
                    output::line(words)?;
                }
                self.written = false;
                for call in message["tool_calls"].as_array().into_iter().flatten() {
                    output::say(format!("→ {}({})", text(call, "name"), short(&call["arguments"].to_string(), 200)));
                }
            }
            Some("tool") => {
                let mark = if message["is_error"] == true { "✗" } else { "←" };
                let words = message["content"].as_array().into_iter().flatten().find_map(|part| part["text"].as_str());
                output::say(format!("{mark} {}: {}", text(message, "name"), short(words.unwrap_or_default(), 200)));
            }
            _ => {}
        }
        Ok(())
    }
}
