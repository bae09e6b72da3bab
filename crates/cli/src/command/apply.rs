//! `callwright apply`: brings tools to the state that files describe. Applying the same files again changes nothing.
//!
//! Every document is read and rehearsed on the server before the first one is applied, so that a slip in the last
//! file does not leave the first half behind; a document that fails all the same does not keep the others back.

pub(in crate::command) mod load;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::Remote;
use crate::{
    client::{Client, segment, with_query},
    failure::Failure,
    output::{self, text},
};
use load::{Document, Problem};

/// Create or change tools from files.
#[derive(Debug, Args)]
#[command(after_help = "Files are YAML (several documents are separated by ---) or JSON. A folder is read with all \
that is in it, in the order of names.")]
pub(crate) struct Apply {
    /// A file, a folder, or `-` for standard input. May be given more than once.
    #[arg(short, long = "file", value_name = "PATH", required = true)]
    files: Vec<PathBuf>,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Why, for the tools' history.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

/// What became of one document.
struct Done {
    place: String,
    name: String,
    result: Result<Value, Failure>,
}

/// Carries the command out.
pub(super) fn run(command: &Apply) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let documents = load::documents(&command.files).map_err(|problems| refuse(command, &problems))?;
    let rehearsed = put_all(&client, &documents, true, None)?;
    if command.dry_run || rehearsed.iter().any(|done| done.result.is_err()) {
        return report(command, &rehearsed, true);
    }
    let applied = put_all(&client, &documents, false, command.note.as_deref())?;
    report(command, &applied, false)
}

fn put_all(client: &Client, documents: &[Document], dry_run: bool, note: Option<&str>) -> Result<Vec<Done>, Failure> {
    let mut all = Vec::with_capacity(documents.len());
    for document in documents {
        let query = [("dry_run", dry_run.then_some("true")), ("note", note)];
        let path = with_query(&format!("/api/v1/tools/{}", segment(&document.name)), &query);
        // No answer at all ends the command: the next document would fare no better.
        let answer = client.send("PUT", &path, Some(&document.value), &[])?;
        if answer.status == 401 || answer.status == 403 {
            return Err(answer.failure());
        }
        let result = match answer.success() {
            Ok(answer) => put_cases(client, document, answer, dry_run)?,
            failed => failed,
        };
        all.push(Done { place: document.place.clone(), name: document.name.clone(), result });
    }
    Ok(all)
}

/// Saves the cases that stand next to a tool; those that it has besides stay. The answer tells of their number.
fn put_cases(
    client: &Client,
    document: &Document,
    mut answer: Value,
    dry_run: bool,
) -> Result<Result<Value, Failure>, Failure> {
    if document.cases.is_empty() {
        return Ok(Ok(answer));
    }
    // A new tool is not there yet when it is rehearsed, so cases were judged when they were read.
    let mut changed = 0;
    for case in document.cases.iter().filter(|_| !dry_run) {
        let path = format!("/api/v1/tools/{}/cases/{}", segment(&document.name), segment(&text(case, "name")));
        match client.send("PUT", &path, Some(case), &[])?.success() {
            Ok(saved) => changed += usize::from(saved["action"] != "unchanged"),
            Err(failure) => {
                let message = format!("the case `{}`: {}", text(case, "name"), failure.message);
                return Ok(Err(Failure { message, ..failure }));
            }
        }
    }
    answer["cases"] = json!({"total": document.cases.len(), "changed": changed});
    Ok(Ok(answer))
}

/// Says what is wrong with the files; nothing has been sent.
fn refuse(command: &Apply, problems: &[Problem]) -> Failure {
    if command.remote.json {
        let list: Vec<Value> =
            problems.iter().map(|problem| json!({"place": problem.place, "error": problem.message})).collect();
        if let Err(failure) = output::json(&Value::Array(list)) {
            return failure;
        }
    } else {
        for problem in problems {
            output::say(format!("{}: {}", problem.place, problem.message));
        }
    }
    Failure::new(format!("{} in the files; nothing was applied", count(problems.len(), "error")))
}

fn report(command: &Apply, all: &[Done], dry_run: bool) -> Result<(), Failure> {
    let failed = all.iter().filter(|done| done.result.is_err()).count();
    if command.remote.json {
        output::json(&all.iter().map(as_json).collect())?;
    } else {
        for done in all {
            print_one(done, dry_run, failed > 0)?;
        }
    }
    match (failed, dry_run) {
        (0, _) => Ok(()),
        (_, true) => Err(Failure::new(format!("{} in the files; nothing was applied", count(failed, "error")))),
        (_, false) => Err(Failure::new(format!("{failed} of {} could not be applied", count(all.len(), "tool")))),
    }
}

fn as_json(done: &Done) -> Value {
    match &done.result {
        Ok(answer) => json!({
            "place": done.place,
            "name": done.name,
            "action": answer["action"],
            "version": version(answer),
            "diff": answer["diff"],
            "warnings": answer["warnings"],
            "cases": answer["cases"],
        }),
        Err(failure) => json!({"place": done.place, "name": done.name, "error": failure.message}),
    }
}

fn print_one(done: &Done, dry_run: bool, only_errors: bool) -> Result<(), Failure> {
    let answer = match &done.result {
        Err(failure) => {
            output::say(format!("{}: {}: {}", done.place, done.name, failure.message));
            return Ok(());
        }
        Ok(_) if only_errors && dry_run => return Ok(()),
        Ok(answer) => answer,
    };
    let action = text(answer, "action");
    let verb = match (dry_run, action.as_str()) {
        (true, "created") => "would create",
        (true, "updated") => "would update",
        _ => action.as_str(),
    };
    let cases = match (answer["cases"]["total"].as_u64(), answer["cases"]["changed"].as_u64()) {
        (Some(total), _) if dry_run => format!("with {total} cases"),
        (Some(total), Some(changed)) => format!("with {total} cases, {changed} saved"),
        _ => String::new(),
    };
    output::line(format!("{verb:<9} {} {} {cases}", done.name, version(answer)).trim_end())?;
    if action == "updated" {
        for change in answer["diff"].as_array().into_iter().flatten() {
            print_change(change)?;
        }
    }
    for warning in answer["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        output::say(format!("warning: {}: {warning}", done.name));
    }
    Ok(())
}

fn version(answer: &Value) -> String {
    text(&answer["tool"], "version")
}

/// One field: `- before`, `+ after`, and for long texts only the lines that differ.
pub(in crate::command) fn print_change(change: &Value) -> Result<(), Failure> {
    output::line(&format!("  {}", text(change, "path")))?;
    let (from, to) = (&change["from"], &change["to"]);
    if let (Value::String(from), Value::String(to)) = (from, to)
        && (from.contains('\n') || to.contains('\n'))
    {
        for line in TextDiff::from_lines(from, to).iter_all_changes() {
            let sign = match line.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => continue,
            };
            output::line(&format!("    {sign} {}", line.value().trim_end_matches('\n')))?;
        }
        return Ok(());
    }
    for (sign, value) in [('-', from), ('+', to)] {
        if !value.is_null() {
            output::line(&format!("    {sign} {value}"))?;
        }
    }
    Ok(())
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
