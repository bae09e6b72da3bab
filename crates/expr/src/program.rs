//! A compiled expression: minijinja's instructions, with every dotted name looked up by ourselves.

pub(crate) mod environment;
pub(crate) mod guard;
mod input;

use minijinja::{ErrorKind as JinjaKind, Expression, Value};
use serde_json::Value as Json;

use crate::{
    Error, ErrorKind, Scope,
    budget::{self, MAX_WORK_BYTES},
    path::{Found, Path},
    rewrite::{Place, RawUse, rewrite},
};
use callwright_model::tool::Trust;
use environment::ENVIRONMENT;
use input::{Inputs, Slot};

/// The longest expression, in bytes.
const MAX_EXPRESSION_BYTES: usize = 16 << 10;

/// A compiled expression.
pub(crate) struct Program {
    expression: Expression<'static, 'static>,
    source: String,
    uses: Vec<Use>,
}

struct Use {
    path: Path,
    place: Place,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Program").field(&self.source).finish()
    }
}

impl Program {
    /// Compiles `source`; `check` says what each dotted name is.
    pub(crate) fn compile(source: &str, check: impl Fn(RawUse) -> Result<Path, Error>) -> Result<Self, Error> {
        let source = source.trim();
        if source.len() > MAX_EXPRESSION_BYTES {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("an expression may have at most {MAX_EXPRESSION_BYTES} bytes"),
            ));
        }
        let rewritten = rewrite(source)?;
        let mut uses = Vec::with_capacity(rewritten.uses.len());
        for raw in rewritten.uses {
            let place = raw.place;
            uses.push(Use { path: check(raw)?, place });
        }
        let expression = ENVIRONMENT.compile_expression_owned(rewritten.text).map_err(|error| {
            let detail = error.detail().unwrap_or("it does not follow the grammar");
            Error::new(ErrorKind::Syntax, format!("`{}` is not an expression: {detail}", shortened(source)))
        })?;
        Ok(Self { expression, source: source.to_owned(), uses })
    }

    /// The secrets that it reads.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.uses.iter().filter_map(|used| used.path.secret())
    }

    /// The dotted names that it reads, each as the names that lead to it.
    pub(crate) fn names(&self) -> impl Iterator<Item = Vec<String>> {
        self.uses.iter().map(|used| used.path.names())
    }

    /// The dotted name, when the expression is one and nothing else.
    pub(crate) fn only_path(&self) -> Option<&Path> {
        match self.uses.as_slice() {
            [only] if only.path.source == self.source => Some(&only.path),
            _ => None,
        }
    }

    /// Evaluates it for one call.
    pub(crate) fn evaluate(&self, scope: &Scope<'_>, trust: Trust) -> Result<Json, Error> {
        let mut left = MAX_WORK_BYTES;
        let mut slots = Vec::with_capacity(self.uses.len());
        for used in &self.uses {
            let slot = match used.path.find(scope, trust)? {
                Some(found) => Slot::Value(self.load(&found, &mut left)?),
                None if used.place == Place::Tolerant => Slot::Value(Value::UNDEFINED),
                None => Slot::Missing(Value::from(minijinja::Error::new(JinjaKind::UndefinedError, "missing"))),
            };
            slots.push(slot);
        }
        let (result, missing) = self.run(Inputs::new(slots));
        if let Some(at) = missing.first() {
            return Err(missing_error(&self.uses[*at].path));
        }
        budget::to_json(&result?).map_err(|error| self.located(error))
    }

    /// Evaluates it as a condition over `document`; also gives the names that were read and are missing.
    pub(crate) fn evaluate_in(&self, document: &Json) -> Result<(Json, Vec<String>), Error> {
        let mut left = MAX_WORK_BYTES;
        let mut slots = Vec::with_capacity(self.uses.len());
        for used in &self.uses {
            let found = used.path.find_in(document);
            let is_null = found.is_none_or(Json::is_null);
            let stand_in = match used.place {
                Place::Tolerant if found.is_none() => Value::UNDEFINED,
                Place::Greater => Value::from_object(input::Greatest),
                Place::Container => Value::from(Vec::<Value>::new()),
                _ => Value::from(()),
            };
            let slot = match (found, is_null) {
                (Some(value), false) => Slot::Value(self.load(&Found::Value(value), &mut left)?),
                (Some(_), true) => Slot::Value(stand_in),
                (None, _) if used.place == Place::Tolerant => Slot::Value(stand_in),
                (None, _) => Slot::Missing(stand_in),
            };
            slots.push(slot);
        }
        let (result, missing) = self.run(Inputs::new(slots));
        let mut names: Vec<String> = Vec::new();
        for at in missing {
            let name = &self.uses[at].path.source;
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let value = result.and_then(|value| budget::to_json(&value).map_err(|error| self.located(error)));
        match value {
            Ok(value) => Ok((value, names)),
            Err(mut error) => {
                if !names.is_empty() {
                    error.message.push_str(&format!(" (missing: `{}`)", names.join("`, `")));
                }
                Err(error)
            }
        }
    }

    fn run(&self, inputs: Inputs) -> (Result<Value, Error>, Vec<usize>) {
        let inputs = std::sync::Arc::new(inputs);
        let result = self.expression.eval(Value::from_dyn_object(inputs.clone()));
        (result.map_err(|error| self.explained(&error)), inputs.missing())
    }

    fn load(&self, found: &Found<'_>, left: &mut usize) -> Result<Value, Error> {
        let bytes = match found {
            Found::Value(value) => budget::json_bytes(value, *left),
            Found::Owned(value) => budget::json_bytes(value, *left),
            Found::Object(map) => map.iter().map(|(key, item)| key.len() + budget::json_bytes(item, *left)).sum(),
            Found::Secret(secret) => secret.expose().len(),
        };
        *left = left.checked_sub(bytes).ok_or_else(|| {
            Error::new(
                ErrorKind::TooLarge,
                format!("`{}` reads more than {} MiB", shortened(&self.source), MAX_WORK_BYTES >> 20),
            )
        })?;
        Ok(match found {
            Found::Value(value) => budget::from_json(value),
            Found::Owned(value) => budget::from_json(value),
            Found::Object(map) => budget::from_map(map),
            Found::Secret(secret) => Value::from(secret.expose()),
        })
    }

    /// What minijinja says, in our words; without its details when they could quote a secret.
    fn explained(&self, error: &minijinja::Error) -> Error {
        let kind = match error.kind() {
            JinjaKind::OutOfFuel => ErrorKind::TooLarge,
            JinjaKind::UndefinedError => ErrorKind::Undefined,
            _ => ErrorKind::Evaluation,
        };
        let detail = match error.detail() {
            _ if self.secrets().next().is_some() => "(details are left out, because it reads a secret)".to_owned(),
            Some(detail) => shortened(detail),
            None if kind == ErrorKind::TooLarge => "it takes too many steps".to_owned(),
            None if kind == ErrorKind::Undefined => "a value that it uses is not there".to_owned(),
            None => error.kind().to_string(),
        };
        self.located(Error::new(kind, detail))
    }

    fn located(&self, error: Error) -> Error {
        Error { message: format!("`{}`: {}", shortened(&self.source), error.message), ..error }
    }
}

/// The value that `path` stands for is not there.
pub(crate) fn missing_error(path: &Path) -> Error {
    let source = &path.source;
    let message = match path.secret() {
        Some(name) => format!("the secret `{name}` is not set"),
        None => format!("`{source}` is not there; if it may be missing, write `{source} | default('…')`"),
    };
    Error::new(ErrorKind::Undefined, message)
}

/// The text, cut to what fits in a message.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 120;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain("…".chars()).collect()
}
