//! Texts with `${NAME}` and `{{ expression }}` in them.

use std::{collections::BTreeSet, sync::Arc};

use callwright_model::tool::Trust;
use serde_json::Value;

use crate::{
    Error, ErrorKind, MAX_OUTPUT_BYTES, MAX_SOURCE_BYTES, Names, Scope,
    budget::{json_bytes, too_large},
    lexer,
    path::{Found, Path},
    program::{Program, missing_error, shortened},
};

/// A compiled text.
///
/// - `${NAME}` is a secret, or a call field such as `${call_sid}`; `${secret.NAME}`, `${env.NAME}`,
///   `${parameters}`, `${parameters.a.b}` and `${context.a}` say where from.
/// - `{{ expression }}` is an expression over `parameters`, `context`, `secret.NAME` and the server's own values.
/// - `$${` stands for `${`, and `{{{{` for `{{`.
#[derive(Debug, Clone)]
pub struct Template(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: Vec<Part>,
    secrets: BTreeSet<String>,
    trust: Trust,
    /// About how long its text will be, in bytes.
    capacity: usize,
}

#[derive(Debug)]
enum Part {
    Literal(String),
    Path(Path),
    Program(Program),
}

impl Template {
    /// Compiles `text`, which may use `names`.
    pub fn compile(text: &str, names: &Names) -> Result<Self, Error> {
        if text.len() > MAX_SOURCE_BYTES {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("a template may have at most {} KiB", MAX_SOURCE_BYTES >> 10),
            ));
        }
        let parts = parse(text, names)?;
        let mut secrets = BTreeSet::new();
        for part in &parts {
            match part {
                Part::Literal(_) => {}
                Part::Path(path) => secrets.extend(path.secret().map(str::to_owned)),
                Part::Program(program) => secrets.extend(program.secrets().map(str::to_owned)),
            }
        }
        let capacity = parts.iter().map(|part| if let Part::Literal(text) = part { text.len() } else { 32 }).sum();
        Ok(Self(Arc::new(Inner { parts, secrets, trust: names.trust, capacity })))
    }

    /// The template that renders to `text`, whatever stands in it. For importers.
    pub fn escape(text: &str) -> String {
        const ESCAPES: [(&str, &str); 3] = [("${", "$${"), ("{{", "{{{{"), ("{%", "{{ '{%' }}")];
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (taken, written) = ESCAPES
                .into_iter()
                .find(|(from, _)| rest.starts_with(from))
                .unwrap_or((&rest[..first.len_utf8()], &rest[..first.len_utf8()]));
            out.push_str(written);
            rest = &rest[taken.len()..];
        }
        out
    }

    /// The names of the secrets that it reads.
    pub fn secrets(&self) -> &BTreeSet<String> {
        &self.0.secrets
    }

    /// The dotted names that it reads, each as the names that lead to it: `results.lookup.id` as those three.
    pub fn reads(&self) -> Vec<Vec<String>> {
        let mut reads = Vec::new();
        for part in &self.0.parts {
            match part {
                Part::Literal(_) => {}
                Part::Path(path) => reads.push(path.names()),
                Part::Program(program) => reads.extend(program.names()),
            }
        }
        reads
    }

    /// Whether there is nothing in it to fill in.
    pub fn is_literal(&self) -> bool {
        self.0.parts.iter().all(|part| matches!(part, Part::Literal(_)))
    }

    /// Whether it is one `${…}` or `{{ … }}` and nothing else, so that its value keeps its JSON type.
    pub fn is_expression(&self) -> bool {
        matches!(self.0.parts.as_slice(), [Part::Path(_) | Part::Program(_)])
    }

    /// What stands before the first `${…}` or `{{ … }}`.
    pub fn literal_prefix(&self) -> &str {
        match self.0.parts.first() {
            Some(Part::Literal(text)) => text,
            _ => "",
        }
    }

    /// The text with everything filled in: null as nothing, other values that are not texts as compact JSON.
    pub fn render(&self, scope: &Scope<'_>) -> Result<String, Error> {
        self.render_parts(scope, None)
    }

    /// The same, where every value that is filled in goes through `escape`; what the author wrote does not.
    pub fn render_with(&self, scope: &Scope<'_>, escape: &dyn Fn(&str) -> String) -> Result<String, Error> {
        self.render_parts(scope, Some(escape))
    }

    /// The value of the one expression that it is, or else its text.
    pub fn render_value(&self, scope: &Scope<'_>) -> Result<Value, Error> {
        let trust = self.0.trust;
        match self.0.parts.as_slice() {
            [Part::Path(path)] => value(look_up(path, scope, trust)?),
            [Part::Program(program)] => program.evaluate(scope, trust),
            _ => self.render(scope).map(Value::String),
        }
    }

    fn render_parts(&self, scope: &Scope<'_>, escape: Option<&dyn Fn(&str) -> String>) -> Result<String, Error> {
        let trust = self.0.trust;
        let mut out = String::with_capacity(self.0.capacity);
        for part in &self.0.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Path(path) => {
                    let found = look_up(path, scope, trust)?;
                    match (&found, escape) {
                        (Found::Secret(secret), None) => out.push_str(secret.expose()),
                        (Found::Secret(secret), Some(escape)) => out.push_str(&escape(secret.expose())),
                        (Found::Value(value), _) => push(&mut out, value, escape)?,
                        (Found::Owned(value), _) => push(&mut out, value, escape)?,
                        (Found::Object(_), _) => push(&mut out, &value(found)?, escape)?,
                    }
                }
                Part::Program(program) => push(&mut out, &program.evaluate(scope, trust)?, escape)?,
            }
            if out.len() > MAX_OUTPUT_BYTES {
                return Err(too_large());
            }
        }
        Ok(out)
    }
}

fn look_up<'a>(path: &Path, scope: &Scope<'a>, trust: Trust) -> Result<Found<'a>, Error> {
    path.find(scope, trust)?.ok_or_else(|| missing_error(path))
}

fn value(found: Found<'_>) -> Result<Value, Error> {
    // A value in memory counts more than its JSON text; four times the bound never refuses what would fit.
    const MOST: usize = 4 * MAX_OUTPUT_BYTES;
    match found {
        Found::Value(value) if json_bytes(value, MOST) > MOST => Err(too_large()),
        Found::Value(value) => Ok(value.clone()),
        Found::Owned(value) => Ok(value),
        Found::Object(map) => {
            let bytes: usize = map.values().map(|value| json_bytes(value, MOST)).sum();
            if bytes > MOST { Err(too_large()) } else { Ok(Value::Object(map.clone())) }
        }
        Found::Secret(secret) => Ok(Value::String(secret.expose().to_owned())),
    }
}

fn push(out: &mut String, value: &Value, escape: Option<&dyn Fn(&str) -> String>) -> Result<(), Error> {
    let text = match value {
        Value::Null => return Ok(()),
        Value::String(text) if text.len() > MAX_OUTPUT_BYTES => return Err(too_large()),
        Value::String(text) => std::borrow::Cow::Borrowed(text.as_str()),
        other => std::borrow::Cow::Owned(other.to_string()),
    };
    match escape {
        None => out.push_str(&text),
        Some(escape) => out.push_str(&escape(&text)),
    }
    Ok(())
}

fn parse(text: &str, names: &Names) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '{']) {
        literal.push_str(&rest[..at]);
        rest = &rest[at..];
        let (part, taken) = if let Some(after) = rest.strip_prefix("$${") {
            literal.push_str("${");
            (None, rest.len() - after.len())
        } else if let Some(after) = rest.strip_prefix("{{{{") {
            literal.push_str("{{");
            (None, rest.len() - after.len())
        } else if let Some(inner) = rest.strip_prefix("${") {
            let (part, length) = braces(inner, names)?;
            (Some(part), length + "${}".len())
        } else if let Some(inner) = rest.strip_prefix("{{") {
            let (part, length) = expression(inner, names)?;
            (Some(part), length + "{{}}".len())
        } else if rest.starts_with("{%") {
            return Err(Error::new(
                ErrorKind::Refused,
                "statements (`{% … %}`) are not offered; write `{{ a if condition else b }}`, or `{{ '{%' }}` for the characters themselves",
            ));
        } else {
            literal.push_str(&rest[..1]);
            (None, 1)
        };
        if let Some(part) = part {
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(part);
        }
        rest = &rest[taken..];
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(parts)
}

/// What follows `${`: the part, and how long it is without the closing brace.
fn braces(inner: &str, names: &Names) -> Result<(Part, usize), Error> {
    if inner.starts_with('{') {
        return Err(syntax(
            inner,
            "`${{` is no template here; write `{{ … }}`, or `$${{` for the characters themselves",
        ));
    }
    let length = inner
        .find('}')
        .ok_or_else(|| syntax(inner, "a `${` is not closed with `}`; write `$${` for the characters themselves"))?;
    Ok((Part::Path(Path::in_braces(&inner[..length], names)?), length))
}

/// What follows `{{`: the part, and how long it is without the closing braces.
fn expression(inner: &str, names: &Names) -> Result<(Part, usize), Error> {
    if inner.starts_with("-}") || inner.starts_with("- ") {
        return Err(syntax(inner, "whitespace control (`{{-`) is not offered"));
    }
    let length = lexer::expression_length(inner)
        .ok_or_else(|| syntax(inner, "a `{{` is not closed with `}}`; write `{{{{` for the characters themselves"))?;
    let program =
        Program::compile(&inner[..length], |raw| Path::in_expression(&raw.source, &raw.root, raw.steps, names))?;
    let part = match program.only_path() {
        Some(path) => Part::Path(path.clone()),
        None => Part::Program(program),
    };
    Ok((part, length))
}

fn syntax(at: &str, message: &str) -> Error {
    Error::new(ErrorKind::Syntax, format!("{message} (before `{}`)", shortened(at.lines().next().unwrap_or_default())))
}
