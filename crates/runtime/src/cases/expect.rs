//! What must come of a case, and what did not.

use callwright_expr::Projection;
use callwright_model::{
    Fault,
    case::{Check, Expect, JsonType, Mismatch, TextCheck},
};
use callwright_tools::stub::{holds, same};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::{call::CallAnswer, registry::compile::validator};

/// The most checks of one list.
const MOST_CHECKS: usize = 100;
/// The most characters of a value in a report.
const MOST_SHOWN: usize = 2_000;
/// The most failures of one case that are told.
const MOST_TOLD: usize = 50;

/// A case's expectations, ready to judge.
pub(super) struct Expectations {
    expect: Expect,
    message: Option<Validator>,
    result: Vec<Part>,
    request: Vec<Part>,
    schema: Option<Validator>,
}

/// Where a check looks, and for what.
struct Part {
    path: Path,
    matches: Option<Validator>,
}

enum Path {
    Pointer(String),
    Query(Projection),
}

/// What came of a case.
pub(super) struct Seen<'a> {
    pub answer: &'a CallAnswer,
    /// The first request.
    pub request: Option<&'a Value>,
    /// From asked to answered, in milliseconds.
    pub took_ms: f64,
}

impl Expectations {
    /// Compiles what a case expects; a fault names the field.
    pub(super) fn compile(expect: &Expect) -> Result<Self, Fault> {
        let message = expect.message.as_ref().and_then(|message| message.matches.as_deref());
        Ok(Self {
            message: message.map(|text| pattern("expect.message.matches", text)).transpose()?,
            result: parts("expect.result", &expect.result)?,
            request: parts("expect.request", &expect.request)?,
            schema: expect.schema.as_ref().map(|schema| validator(schema, "expect.schema")).transpose()?,
            expect: expect.clone(),
        })
    }

    /// Everything that was not as expected.
    pub(super) fn judge(&self, seen: &Seen<'_>) -> Vec<Mismatch> {
        let mut failures = Vec::new();
        self.judge_outcome(seen, &mut failures);
        let result = result_of(seen.answer);
        judge_parts("result", &self.expect.result, &self.result, &result, &mut failures);
        if let Some(schema) = &self.schema
            && let Some(error) = schema.iter_errors(&result).next()
        {
            let place = error.instance_path().to_string();
            failures.push(mismatch(
                "schema",
                json!("a result that fits"),
                result.clone(),
                format!("`{place}`: {error}"),
            ));
        }
        if !self.expect.request.is_empty() {
            match seen.request {
                Some(request) => judge_parts("request", &self.expect.request, &self.request, request, &mut failures),
                None => {
                    failures.push(mismatch("request", json!("a request"), Value::Null, "nothing was sent".to_owned()))
                }
            }
        }
        failures.truncate(MOST_TOLD);
        failures
    }

    fn judge_outcome(&self, seen: &Seen<'_>, failures: &mut Vec<Mismatch>) {
        let Expect { success, state, error_class, error_code, message, max_ms, attempts, .. } = &self.expect;
        let answer = seen.answer;
        let error = answer.error.as_ref();
        let said = error.map(|error| error.message.as_str()).or(answer.message.as_deref()).unwrap_or_default();
        let mut equal = |name: &str, expected: Value, actual: Value| {
            if expected != actual {
                let why = if said.is_empty() { String::new() } else { format!(" ({said})") };
                let words = format!("`{name}` is {actual}, not {expected}{why}");
                failures.push(mismatch(name, expected, actual, words));
            }
        };
        // Who says nothing about the outcome means that it works.
        let says_nothing = success.is_none() && state.is_none() && error_class.is_none() && error_code.is_none();
        if let Some(success) = success.or(says_nothing.then_some(true)) {
            equal("success", json!(success), json!(answer.success));
        }
        if let Some(state) = state {
            equal("state", json!(state), json!(answer.state));
        }
        if let Some(class) = error_class {
            equal("error_class", json!(class), json!(error.map(|error| error.class)));
        }
        if let Some(code) = error_code {
            equal("error_code", json!(code), json!(error.map(|error| &error.code)));
        }
        if let Some(attempts) = attempts {
            equal("attempts", json!(attempts), json!(answer.meta.attempts));
        }
        if let Some(most) = max_ms
            && seen.took_ms > f64::from(*most)
        {
            let words = format!("it took {:.0} ms, more than {most}", seen.took_ms);
            failures.push(mismatch("max_ms", json!(most), json!(seen.took_ms), words));
        }
        if let Some(check) = message {
            self.judge_message(check, said, failures);
        }
    }

    fn judge_message(&self, check: &TextCheck, said: &str, failures: &mut Vec<Mismatch>) {
        let TextCheck { equals, contains, matches } = check;
        let shown = json!(said);
        if let Some(equals) = equals.as_deref().filter(|text| *text != said) {
            let words = format!("the message is {shown}, not {}", json!(equals));
            failures.push(mismatch("message equals", json!(equals), shown.clone(), words));
        }
        if let Some(contains) = contains.as_deref().filter(|text| !said.contains(*text)) {
            let words = format!("the message {shown} does not contain {}", json!(contains));
            failures.push(mismatch("message contains", json!(contains), shown.clone(), words));
        }
        if let (Some(text), Some(pattern)) = (matches, &self.message)
            && !pattern.is_valid(&shown)
        {
            let words = format!("the message {shown} does not match `{text}`");
            failures.push(mismatch("message matches", json!(text), shown, words));
        }
    }
}

/// The result as the model gets it: JSON, or the list of what is not JSON.
fn result_of(answer: &CallAnswer) -> Value {
    match &answer.data {
        Some(data) => data.clone(),
        None if answer.content.is_empty() => Value::Null,
        None => json!(answer.content),
    }
}

fn parts(field: &str, checks: &[Check]) -> Result<Vec<Part>, Fault> {
    if checks.len() > MOST_CHECKS {
        return Err(Fault::invalid(field, format!("`{field}` may have at most {MOST_CHECKS} checks")));
    }
    checks.iter().enumerate().map(|(at, check)| part(&format!("{field}[{at}]"), check)).collect()
}

fn part(field: &str, check: &Check) -> Result<Part, Fault> {
    let Check { path, equals, contains, exists, matches, kind, min, max, length } = check;
    let says_nothing = equals.is_none()
        && contains.is_none()
        && exists.is_none()
        && matches.is_none()
        && kind.is_none()
        && min.is_none()
        && max.is_none()
        && length.is_none();
    if says_nothing {
        let message = format!(
            "`{field}` says nothing about `{path}`; give `equals`, `contains`, `exists`, `matches`, `type`, `min`, `max` or `length`"
        );
        return Err(Fault::invalid(field, message));
    }
    let path = if path.is_empty() || path.starts_with('/') {
        Path::Pointer(path.clone())
    } else {
        let wrong = |error: callwright_expr::Error| {
            Fault::invalid(format!("{field}.path"), format!("`{field}.path`: {}", error.message))
        };
        Path::Query(Projection::compile(path).map_err(wrong)?)
    };
    let matches = matches.as_deref().map(|text| pattern(&format!("{field}.matches"), text)).transpose()?;
    Ok(Part { path, matches })
}

/// A regular expression that cannot run away, as the schemas of tools have them.
fn pattern(field: &str, text: &str) -> Result<Validator, Fault> {
    validator(&json!({"type": "string", "pattern": text}), field).map_err(|_| {
        Fault::invalid(field, format!("`{field}`: `{text}` is not a regular expression, or needs too much"))
    })
}

fn judge_parts(what: &str, checks: &[Check], parts: &[Part], whole: &Value, failures: &mut Vec<Mismatch>) {
    for (at, (check, part)) in checks.iter().zip(parts).enumerate() {
        let place = format!("{what}[{at}] ({})", if check.path.is_empty() { "all of it" } else { &check.path });
        let found = match &part.path {
            Path::Pointer(pointer) => Ok(whole.pointer(pointer).cloned()),
            // JMESPath knows no difference between null and nothing.
            Path::Query(query) => query.apply(whole).map(|value| if value.is_null() { None } else { Some(value) }),
        };
        match found {
            Ok(found) => judge_part(&place, check, part, found.as_ref(), failures),
            Err(error) => failures.push(mismatch(&place, Value::Null, Value::Null, error.message)),
        }
    }
}

fn judge_part(place: &str, check: &Check, part: &Part, found: Option<&Value>, failures: &mut Vec<Mismatch>) {
    let actual = found.cloned().unwrap_or_default();
    let mut hold = |verb: &str, expected: Value, holds: bool| {
        if !holds {
            let shown = if found.is_some() { cut(&actual).to_string() } else { "nothing".to_owned() };
            let words = format!("{place}: {shown} is there, but expected was: {verb} {expected}");
            failures.push(mismatch(&format!("{place} {verb}"), expected, actual.clone(), words));
        }
    };
    if let Some(equals) = &check.equals {
        let is_missing_null = found.is_none() && equals.is_null() && matches!(part.path, Path::Query(_));
        hold("equals", equals.clone(), is_missing_null || found.is_some_and(|found| same(found, equals)));
    }
    if let Some(contains) = &check.contains {
        hold("contains", contains.clone(), found.is_some_and(|found| holds(found, contains)));
    }
    if let Some(exists) = check.exists {
        hold("exists", json!(exists), found.is_some() == exists);
    }
    if let (Some(text), Some(pattern)) = (&check.matches, &part.matches) {
        hold("matches", json!(text), found.is_some_and(|found| pattern.is_valid(found)));
    }
    if let Some(kind) = check.kind {
        hold("type", json!(kind), found.is_some_and(|found| is_of(found, kind)));
    }
    let number = found.and_then(Value::as_f64);
    if let Some(min) = check.min {
        hold("min", json!(min), number.is_some_and(|number| number >= min));
    }
    if let Some(max) = check.max {
        hold("max", json!(max), number.is_some_and(|number| number <= max));
    }
    if let Some(length) = check.length {
        hold("length", json!(length), found.and_then(length_of) == Some(length));
    }
}

fn is_of(value: &Value, kind: JsonType) -> bool {
    match kind {
        JsonType::String => value.is_string(),
        JsonType::Number => value.is_number(),
        JsonType::Integer => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        JsonType::Boolean => value.is_boolean(),
        JsonType::Object => value.is_object(),
        JsonType::Array => value.is_array(),
        JsonType::Null => value.is_null(),
    }
}

fn length_of(value: &Value) -> Option<u64> {
    let length = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        _ => return None,
    };
    u64::try_from(length).ok()
}

/// A failure, with values that fit a report.
pub(super) fn mismatch(expectation: &str, expected: Value, actual: Value, message: String) -> Mismatch {
    let message = match message.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message,
    };
    Mismatch { expectation: expectation.to_owned(), expected: cut(&expected), actual: cut(&actual), message }
}

fn cut(value: &Value) -> Value {
    let text = value.to_string();
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => Value::String(format!("{}…", &text[..end])),
        None => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(check: Value, whole: Value) -> Vec<String> {
        let checks: Vec<Check> = vec![serde_json::from_value(check).unwrap()];
        let parts = parts("expect.result", &checks).unwrap();
        let mut failures = Vec::new();
        judge_parts("result", &checks, &parts, &whole, &mut failures);
        failures.into_iter().map(|failure| failure.expectation).collect()
    }

    #[test]
    fn every_check_holds_and_fails_where_it_should() {
        let whole = json!({"slots": [{"t": "09:00"}, {"t": "10:30"}], "n": 2.0, "none": null, "text": "hello"});
        for good in [
            json!({"path": "/slots/0/t", "equals": "09:00"}),
            json!({"path": "length(slots)", "equals": 2}),
            json!({"path": "n", "equals": 2, "type": "integer", "min": 2, "max": 2}),
            json!({"path": "/none", "equals": null, "exists": true, "type": "null"}),
            json!({"path": "/gone", "exists": false}),
            json!({"path": "gone", "equals": null}),
            json!({"path": "/slots", "contains": {"t": "10:30"}, "length": 2}),
            json!({"path": "/text", "contains": "ell", "matches": "^h.*o$", "length": 5}),
            json!({"path": "", "contains": {"n": 2}}),
        ] {
            assert_eq!(judged(good.clone(), whole.clone()), Vec::<String>::new(), "{good}");
        }
        for (bad, verb) in [
            (json!({"path": "/slots/0/t", "equals": "9:00"}), "equals"),
            (json!({"path": "/gone", "equals": null}), "equals"),
            (json!({"path": "/gone", "exists": true}), "exists"),
            (json!({"path": "/slots", "contains": {"t": "11:00"}}), "contains"),
            (json!({"path": "/text", "matches": "^x"}), "matches"),
            (json!({"path": "/n", "matches": "2"}), "matches"),
            (json!({"path": "/n", "type": "string"}), "type"),
            (json!({"path": "/n", "max": 1.5}), "max"),
            (json!({"path": "/text", "min": 0}), "min"),
            (json!({"path": "/n", "length": 1}), "length"),
        ] {
            let failures = judged(bad.clone(), whole.clone());
            assert!(failures.len() == 1 && failures[0].ends_with(verb), "{bad}: {failures:?}");
        }
    }

    #[test]
    fn what_cannot_be_checked_is_refused_with_its_field() {
        for (expect, field) in [
            (json!({"result": [{"path": "/a"}]}), "expect.result[0]"),
            (json!({"result": [{"path": "a[", "exists": true}]}), "expect.result[0].path"),
            (json!({"request": [{"path": "/a", "matches": "("}]}), "expect.request[0].matches"),
            (json!({"message": {"matches": "["}}), "expect.message.matches"),
        ] {
            let expect: Expect = serde_json::from_value(expect).unwrap();
            let fault = Expectations::compile(&expect).err().expect("it is refused");
            assert_eq!(fault.details.unwrap()["field"], field);
        }
    }
}
