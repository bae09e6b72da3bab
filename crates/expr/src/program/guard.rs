//! What stands between an expression and a filter: nothing undefined goes in, nothing huge is made.
//!
//! minijinja's fuel counts steps, and one step of `replace` or `join` can make a hundred megabytes. So the
//! filters that multiply are asked first how much they would make, and every filter's work and result are
//! charged to the evaluation.

use minijinja::{Error, ErrorKind, State, value::Value};

use crate::{
    MAX_OUTPUT_BYTES,
    budget::{MAX_WORK_BYTES, value_bytes},
};

/// The longest text that is taken apart into a list, in bytes.
const MAX_LISTED_BYTES: usize = 256 << 10;
/// The most groups or fillers that `batch` and `slice` may make.
const MAX_GROUPS: usize = 10_000;
/// The most that one evaluation's filters may look at, in bytes.
const MAX_READ_BYTES: usize = 64 << 20;

/// What the filters of one evaluation have read and made so far, in bytes.
#[derive(Default)]
struct Spent {
    read: usize,
    made: usize,
}

/// Runs `filter` with `args`, within bounds.
pub(super) fn run(name: &str, filter: &Value, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
    let tolerant = matches!(name, "default" | "d");
    if !tolerant && args.iter().any(Value::is_undefined) {
        return Err(Error::new(ErrorKind::UndefinedError, format!("`{name}` was given a value that is not there")));
    }
    let read = reads(name, args);
    let spent = state.get_or_insert_extension_with(Spent::default);
    spent.read = spent.read.saturating_add(read);
    if spent.read > MAX_READ_BYTES {
        return Err(too_large(name));
    }
    check(name, args)?;
    let result = filter.call(state, args)?;
    let spent = state.get_or_insert_extension_with(Spent::default);
    spent.made += value_bytes(&result, MAX_WORK_BYTES.saturating_sub(spent.made));
    if spent.made > MAX_WORK_BYTES {
        return Err(too_large(name));
    }
    Ok(result)
}

/// How much a filter has to look at.
fn reads(name: &str, args: &[Value]) -> usize {
    let sizes = args.iter().map(|arg| value_bytes(arg, MAX_READ_BYTES));
    match name {
        // These look at their further arguments once for each item.
        "map" | "select" | "reject" | "selectattr" | "rejectattr" => {
            let items = args.first().and_then(Value::len).unwrap_or(1).max(1);
            sizes.skip(1).fold(0, usize::saturating_add).saturating_mul(items)
        }
        // These do not look inside.
        "first" | "last" | "length" | "count" | "default" | "d" | "items" | "reverse" | "batch" | "slice" => 32,
        _ => sizes.fold(0, usize::saturating_add),
    }
}

/// Refuses what would make too much in one step.
fn check(name: &str, args: &[Value]) -> Result<(), Error> {
    let text = |at: usize| args.get(at).and_then(Value::as_str);
    let makes = match name {
        "replace" => match (text(0), text(1), text(2)) {
            (Some(value), Some(from), Some(to)) => {
                let hits = if from.is_empty() { value.chars().count() + 1 } else { value.matches(from).count() };
                value.len().saturating_add(hits.saturating_mul(to.len()))
            }
            _ => 0,
        },
        "join" => {
            let items = args.first().map_or(0, |items| items.len().unwrap_or(MAX_OUTPUT_BYTES));
            let size = |arg: &Value| arg.as_str().map_or_else(|| value_bytes(arg, MAX_OUTPUT_BYTES), str::len);
            items.saturating_mul(args.get(1..).unwrap_or_default().iter().map(size).sum())
        }
        "batch" | "slice" => {
            let groups = args.get(1).and_then(Value::as_usize).unwrap_or(0);
            if groups > MAX_GROUPS { usize::MAX } else { 0 }
        }
        "format" => text(0).map_or(0, format_bytes),
        "split" | "list" | "lines" | "sort" | "unique" | "map" | "select" | "reject" | "groupby" | "zip" | "chain"
        | "reverse" | "sum" | "min" | "max" => {
            let longest = args.iter().filter_map(Value::as_str).map(str::len).max().unwrap_or(0);
            if longest > MAX_LISTED_BYTES { usize::MAX } else { 0 }
        }
        _ => 0,
    };
    if makes > MAX_OUTPUT_BYTES { Err(too_large(name)) } else { Ok(()) }
}

/// How wide the fields of a format (`%10.3f`) can be: a width of four digits or from an argument is too much.
fn format_bytes(format: &str) -> usize {
    let wide = format.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.trim_start_matches('0').len() > 3);
    if wide || format.contains('*') { usize::MAX } else { format.len() + 1000 * format.matches('%').count() }
}

fn too_large(name: &str) -> Error {
    Error::new(ErrorKind::OutOfFuel, format!("`{name}` would make or read too much"))
}
