//! Dotted names such as `parameters.items[0].id`: which of them a text may use, and what they stand for.

use std::fmt::Write as _;

use callwright_model::{Object, context::CALL_FIELDS, secret::SecretString, tool::Trust};
use serde_json::Value;

use crate::{Error, ErrorKind, Names, Scope, scope::EXTRA_FIELDS};

/// A dotted name, checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    /// As the author wrote it.
    pub(crate) source: String,
    pub(crate) root: Root,
    pub(crate) steps: Vec<Step>,
}

/// Where a dotted name begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Root {
    /// The arguments.
    Parameters,
    /// The context by its short names.
    Context,
    /// `context.verified`.
    Verified,
    /// `context.client`.
    Client,
    /// One secret.
    Secret(String),
    /// One of the server's own values, or all of them.
    Extra,
    /// A call field by its plain name.
    Call(String),
    /// The document that a condition, or a text with names of its own, is about.
    Document,
}

/// One step down into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    /// Counts from the end when negative.
    Index(i64),
}

/// What a dotted name stands for.
#[derive(Debug, Clone)]
pub(crate) enum Found<'a> {
    Value(&'a Value),
    Object(&'a Object),
    Owned(Value),
    Secret(&'a SecretString),
}

impl Path {
    /// Checks a dotted name of an expression, `parts` being its root and the steps after it.
    pub(crate) fn in_expression(source: &str, root: &str, steps: Vec<Step>, names: &Names) -> Result<Self, Error> {
        let verified_only = names.trust == Trust::Verified;
        let mut steps = steps;
        if let Some(document) = &names.document {
            if !document.contains(root) {
                return Err(unknown_in_document(root, document));
            }
            steps.insert(0, Step::Key(root.to_owned()));
            return Ok(Self { source: source.to_owned(), root: Root::Document, steps });
        }
        let root = match root {
            "parameters" | "arguments" if verified_only => return Err(unverified(source)),
            "parameters" | "arguments" => Root::Parameters,
            "context" => context_root(source, &mut steps, verified_only)?,
            "secret" | "env" => secret_root(source, root, &mut steps, names)?,
            "extra" => Root::Extra,
            name if EXTRA_FIELDS.contains(&name) => {
                steps.insert(0, Step::Key(name.to_owned()));
                Root::Extra
            }
            name => return Err(unknown_in_expression(name, names)),
        };
        let path = Self { source: source.to_owned(), root, steps };
        if verified_only && path.is_callers_word() {
            return Err(unverified(source));
        }
        Ok(path)
    }

    /// Checks the inside of `${…}`.
    pub(crate) fn in_braces(inner: &str, names: &Names) -> Result<Self, Error> {
        let source = inner.trim();
        if names.document.is_some() {
            let message = format!(
                "`${{{inner}}}` is not offered here; write `{{{{ … }}}}`, and `$${{` for the characters themselves"
            );
            return Err(Error::new(ErrorKind::Refused, message));
        }
        let mut parts = source.split('.');
        let root = parts.next().unwrap_or_default();
        if source.is_empty() || !source.split('.').all(is_word) {
            return Err(Error::new(
                ErrorKind::Syntax,
                format!(
                    "`${{{inner}}}` is not a name; write an expression as `{{{{ … }}}}`, and `$${{` for the characters themselves"
                ),
            ));
        }
        let steps: Vec<Step> = parts.map(step).collect();
        if steps.is_empty() {
            return Self::plain(root, names);
        }
        match root {
            "parameters" | "arguments" | "context" | "secret" | "env" => {
                Self::in_expression(source, root, steps, names)
            }
            _ => Err(unknown_in_braces(source)),
        }
    }

    fn plain(name: &str, names: &Names) -> Result<Self, Error> {
        let is_field = CALL_FIELDS.contains(&name);
        let root = match (names.secrets.contains(name), is_field) {
            (true, true) => {
                return Err(Error::new(
                    ErrorKind::Collision,
                    format!(
                        "`${{{name}}}` is both a secret and a call field; write `${{secret.{name}}}` for the secret, or rename it"
                    ),
                ));
            }
            (true, false) => Root::Secret(name.to_owned()),
            (false, true) if name == "parameters" => {
                return Self::in_expression(name, name, Vec::new(), names);
            }
            (false, true) => Root::Call(name.to_owned()),
            (false, false) => return Err(unknown_in_braces(name)),
        };
        Ok(Self { source: name.to_owned(), root, steps: Vec::new() })
    }

    /// The secret that it reads.
    pub(crate) fn secret(&self) -> Option<&str> {
        match &self.root {
            Root::Secret(name) => Some(name),
            _ => None,
        }
    }

    /// What it stands for; `None` when it is not there.
    pub(crate) fn find<'a>(&self, scope: &Scope<'a>, trust: Trust) -> Result<Option<Found<'a>>, Error> {
        let verified_only = trust == Trust::Verified || scope.trust == Trust::Verified;
        let found = match &self.root {
            _ if verified_only && self.is_callers_word() => return Err(unverified(&self.source)),
            Root::Parameters => in_object(scope.parameters, &self.steps),
            Root::Verified => in_object(&scope.context.verified, &self.steps),
            Root::Client => in_object(&scope.context.client, &self.steps),
            Root::Context => self.in_context(scope, verified_only),
            Root::Extra => in_object(scope.extra, &self.steps),
            Root::Secret(name) => scope.secrets.get(name).map(Found::Secret),
            Root::Call(name) => call_field(name, scope, verified_only)?,
            Root::Document => in_object(scope.extra, &self.steps).or_else(|| in_object(scope.parameters, &self.steps)),
        };
        Ok(found)
    }

    /// Whether it gives what the caller sent, and nobody vouches for it.
    fn is_callers_word(&self) -> bool {
        match &self.root {
            Root::Parameters | Root::Client => true,
            Root::Extra => !matches!(self.steps.first(), Some(Step::Key(key)) if key != "idempotency_key"),
            _ => false,
        }
    }

    fn in_context<'a>(&self, scope: &Scope<'a>, verified_only: bool) -> Option<Found<'a>> {
        let context = scope.context;
        let Some(first) = self.steps.first() else {
            return Some(Found::Owned(whole_context(scope, verified_only)));
        };
        let Step::Key(name) = first else { return None };
        let client = || if verified_only { None } else { context.client.get(name) };
        let value = context.verified.get(name).or_else(client)?;
        walk(value, &self.steps[1..]).map(Found::Value)
    }

    /// The names that lead to it, from the document's own on; without those of a secret.
    pub(crate) fn names(&self) -> Vec<String> {
        let name = |step: &Step| match step {
            Step::Key(key) => key.clone(),
            Step::Index(index) => index.to_string(),
        };
        self.steps.iter().map(name).collect()
    }

    /// What it stands for in the document of a condition.
    pub(crate) fn find_in<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        walk(document, &self.steps)
    }
}

/// Reads one segment of a dotted name.
pub(crate) fn step(segment: &str) -> Step {
    match segment.parse::<i64>() {
        Ok(index) if index.to_string() == segment => Step::Index(index),
        _ => Step::Key(segment.to_owned()),
    }
}

fn context_root(source: &str, steps: &mut Vec<Step>, verified_only: bool) -> Result<Root, Error> {
    let root = match steps.first() {
        Some(Step::Key(key)) if key == "verified" => Root::Verified,
        Some(Step::Key(key)) if key == "client" && verified_only => return Err(unverified(source)),
        Some(Step::Key(key)) if key == "client" => Root::Client,
        _ => return Ok(Root::Context),
    };
    steps.remove(0);
    Ok(root)
}

fn secret_root(source: &str, root: &str, steps: &mut Vec<Step>, names: &Names) -> Result<Root, Error> {
    let [Step::Key(name)] = steps.as_slice() else {
        return Err(Error::new(
            ErrorKind::Refused,
            format!(
                "`{source}` must name one secret, as `{root}.NAME`; secrets cannot be listed or looked up by a computed name"
            ),
        ));
    };
    if !names.secrets.contains(name) {
        return Err(Error::new(
            ErrorKind::UnknownName,
            format!("there is no secret `{name}`; set it first, or correct the name"),
        ));
    }
    let root = Root::Secret(name.clone());
    steps.clear();
    Ok(root)
}

fn call_field<'a>(name: &str, scope: &Scope<'a>, verified_only: bool) -> Result<Option<Found<'a>>, Error> {
    let context = scope.context;
    let client = || if verified_only { None } else { context.client.get(name) };
    // The server's own value (`execution_id`) goes before what the caller says it is.
    let found = context.verified.get(name).or_else(|| scope.extra.get(name)).or_else(client);
    match found {
        Some(value) => Ok(Some(Found::Value(value))),
        None if verified_only => {
            Err(Error::new(ErrorKind::Undefined, format!("`${{{name}}}` is not in the verified context of this call")))
        }
        // Voice fields are often absent, and a header or field without a value is left out.
        None => Ok(Some(Found::Owned(Value::Null))),
    }
}

fn whole_context(scope: &Scope<'_>, verified_only: bool) -> Value {
    let context = scope.context;
    let mut all = if verified_only { Object::new() } else { context.client.clone() };
    all.extend(context.verified.clone());
    all.insert("verified".to_owned(), Value::Object(context.verified.clone()));
    if !verified_only {
        all.insert("client".to_owned(), Value::Object(context.client.clone()));
    }
    Value::Object(all)
}

fn in_object<'a>(object: &'a Object, steps: &[Step]) -> Option<Found<'a>> {
    match steps.split_first() {
        None => Some(Found::Object(object)),
        Some((Step::Key(key), rest)) => walk(object.get(key)?, rest).map(Found::Value),
        Some((Step::Index(index), rest)) => walk(object.get(&index.to_string())?, rest).map(Found::Value),
    }
}

fn walk<'a>(value: &'a Value, steps: &[Step]) -> Option<&'a Value> {
    steps.iter().try_fold(value, |value, step| match (value, step) {
        (Value::Object(map), Step::Key(key)) => map.get(key),
        (Value::Object(map), Step::Index(index)) => map.get(&index.to_string()),
        (Value::Array(items), Step::Index(index)) => {
            let index = if *index < 0 { index.checked_add(i64::try_from(items.len()).ok()?)? } else { *index };
            items.get(usize::try_from(index).ok()?)
        }
        _ => None,
    })
}

fn is_word(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn unverified(source: &str) -> Error {
    Error::new(
        ErrorKind::Refused,
        format!(
            "`{source}` is the caller's word, and this value may read only verified context and secrets; use `context.verified.…`, or mark it `trust: client`"
        ),
    )
}

fn unknown_in_braces(name: &str) -> Error {
    let mut message = format!("`${{{name}}}` is neither a secret nor a call field; ");
    let _ = write!(message, "set a secret `{name}`, write `{{{{ parameters.{name} }}}}` for an argument, ");
    message.push_str("or `$${` for the characters themselves");
    Error::new(ErrorKind::UnknownName, message)
}

fn unknown_in_document(name: &str, document: &std::collections::BTreeSet<String>) -> Error {
    let known = document.iter().map(String::as_str).collect::<Vec<_>>().join("`, `");
    Error::new(ErrorKind::UnknownName, format!("`{name}` is not a name here; there is `{known}`"))
}

fn unknown_in_expression(name: &str, names: &Names) -> Error {
    let hint = if names.secrets.contains(name) {
        format!("write `secret.{name}`")
    } else if CALL_FIELDS.contains(&name) {
        format!("write `context.{name}`")
    } else {
        format!(
            "an expression may use `parameters`, `context`, `secret.NAME`, `execution_id`, `idempotency_key` and `now`; for an argument write `parameters.{name}`"
        )
    };
    Error::new(ErrorKind::UnknownName, format!("`{name}` is not a name here; {hint}"))
}
