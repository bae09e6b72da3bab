//! The address of a request.
//!
//! Where a request goes is the author's word, never the model's: scheme, host and port are literal or come
//! from a secret. What is filled into the path and the query is percent-encoded so far that it can neither
//! end its path segment nor begin a parameter, and a value that would empty a segment or make it `.` or
//! `..` is refused.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use callwright_expr::{Error as ExprError, Names, Scope, Template};
use callwright_model::secret::is_secret_name;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::scan::{Piece, pieces};

/// Only RFC 3986's unreserved characters stay as they are.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a value for a path segment or a query.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, ENCODED).to_string()
}

/// A compiled address.
#[derive(Debug, Clone)]
pub(crate) struct UrlTemplate {
    base: Base,
    tail: Tail,
    secrets: BTreeSet<String>,
}

/// Scheme, host and port, and with a secret also the beginning of the path.
#[derive(Debug, Clone)]
enum Base {
    Literal(Url),
    Secret {
        text: Template,
        /// Whether one secret is the whole base, so that it may hold the beginning of the path.
        is_whole: bool,
    },
}

/// Path and query.
#[derive(Debug, Clone)]
enum Tail {
    /// Without placeholders; joined with a literal base, the whole address is known.
    Literal { text: String, whole: Option<Url> },
    Template {
        text: Template,
        /// For each segment of the path, whether something is filled into it.
        filled: Vec<bool>,
    },
}

/// Why an address cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UrlError(pub(crate) String);

impl From<ExprError> for UrlError {
    fn from(error: ExprError) -> Self {
        Self(error.message)
    }
}

fn refuse<T>(why: impl Into<String>) -> Result<T, UrlError> {
    Err(UrlError(why.into()))
}

impl UrlTemplate {
    /// Checks and compiles `text`.
    pub(crate) fn compile(text: &str, names: &Names) -> Result<Self, UrlError> {
        let text = text.trim();
        if text.chars().any(char::is_control) {
            return refuse("it holds a control character");
        }
        let (head, tail) = text.split_at(head_len(text, names)?);
        check_literals(tail)?;
        let base = if pieces(head).iter().any(|piece| matches!(piece, Piece::Placeholder(_))) {
            Base::Secret { text: Template::compile(head, names)?, is_whole: !head.starts_with(['h', 'H']) }
        } else {
            Base::Literal(parse_base(head)?)
        };
        let template = Template::compile(tail, names)?;
        let mut secrets = template.secrets().clone();
        if let Base::Secret { text, .. } = &base {
            secrets.extend(text.secrets().iter().cloned());
        }
        let tail = if template.is_literal() {
            Tail::literal(&base, template.literal_prefix())?
        } else {
            Tail::Template { text: template, filled: filled_segments(tail) }
        };
        Ok(Self { base, tail, secrets })
    }

    /// The address as far as it is literal; `None` when its beginning comes from a secret.
    pub(crate) fn base(&self) -> Option<&Url> {
        match (&self.base, &self.tail) {
            (_, Tail::Literal { whole: Some(url), .. }) | (Base::Literal(url), _) => Some(url),
            _ => None,
        }
    }

    /// The secrets it reads.
    pub(crate) fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }

    /// The address for one call, with `pairs` (already encoded) added to its query.
    pub(crate) fn render(&self, scope: &Scope<'_>, pairs: &str) -> Result<Url, UrlError> {
        if let Tail::Literal { whole: Some(url), .. } = &self.tail {
            let mut url = url.clone();
            if !pairs.is_empty() {
                let query = match url.query() {
                    Some(query) if !query.is_empty() => format!("{query}&{pairs}"),
                    _ => pairs.to_owned(),
                };
                url.set_query(Some(&query));
            }
            return Ok(url);
        }
        let from_secret;
        let base = match &self.base {
            Base::Literal(url) => url,
            Base::Secret { text, is_whole } => {
                let text = text.render(scope)?;
                if !is_whole && text.matches('/').count() > 2 {
                    return refuse("the secret that stands in the host holds a `/`");
                }
                from_secret = parse_base(text.trim())?;
                &from_secret
            }
        };
        let url = join(base, &with_pairs(self.tail.render(scope)?, pairs))?;
        // The tail cannot change where the request goes; should it ever, nothing leaves.
        if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
            return refuse("its path changes the host");
        }
        Ok(url)
    }

    /// The address as text for a rehearsal, in which secrets are placeholders and the host may be one.
    pub(crate) fn show(&self, scope: &Scope<'_>, pairs: &str) -> Result<String, UrlError> {
        let tail = with_pairs(self.tail.render(scope)?, pairs);
        match &self.base {
            Base::Literal(base) => Ok(join(base, &tail)?.into()),
            Base::Secret { text, .. } => Ok(format!("{}{tail}", text.render(scope)?)),
        }
    }
}

impl Tail {
    fn literal(base: &Base, text: &str) -> Result<Self, UrlError> {
        check_segments(text)?;
        let whole = match base {
            Base::Literal(base) => Some(join(base, text)?),
            Base::Secret { .. } => None,
        };
        Ok(Self::Literal { text: text.to_owned(), whole })
    }

    fn render(&self, scope: &Scope<'_>) -> Result<String, UrlError> {
        match self {
            Self::Literal { text, .. } => Ok(text.clone()),
            Self::Template { text, filled } => {
                let rendered = text.render_with(scope, &encode)?;
                check_segments(&rendered)?;
                check_filled(&rendered, filled)?;
                Ok(rendered)
            }
        }
    }
}

/// How much of `text` says where the request goes: `https://host:port`, or a secret that holds a base address.
fn head_len(text: &str, names: &Names) -> Result<usize, UrlError> {
    let found = pieces(text);
    if let Some(first @ Piece::Placeholder(placeholder)) = found.first().copied() {
        check_secret(first, names)?;
        let rest = &text[placeholder.len()..];
        if !(rest.is_empty() || rest.starts_with(['/', '?'])) {
            return refuse(format!("what follows `{placeholder}` must start with `/` or `?`"));
        }
        return Ok(placeholder.len());
    }
    let scheme = ["http://", "https://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let Some(scheme) = scheme else {
        return refuse("it must start with `http://` or `https://`, or with a secret such as `${BASE_URL}`");
    };
    let mut len = 0;
    for piece in found {
        match piece {
            Piece::Placeholder(placeholder) => {
                check_secret(piece, names)?;
                len += placeholder.len();
            }
            Piece::Literal(literal) => {
                let skip = if len == 0 { scheme.len() } else { 0 };
                if let Some(end) = literal[skip..].find(['/', '?', '#', '\\']) {
                    return Ok(len + skip + end);
                }
                len += literal.len();
            }
        }
    }
    Ok(len)
}

fn check_secret(piece: Piece<'_>, names: &Names) -> Result<(), UrlError> {
    let Piece::Placeholder(text) = piece else { return Ok(()) };
    let inside = piece.inside().unwrap_or_default();
    let dotted = inside.strip_prefix("secret.").or_else(|| inside.strip_prefix("env."));
    let name = match dotted {
        Some(name) => name,
        None if text.starts_with("${") => inside,
        None => "",
    };
    if is_secret_name(name) && names.secrets.contains(name) {
        return Ok(());
    }
    if dotted.is_some() && is_secret_name(name) {
        return refuse(format!("there is no secret `{name}`; set it first"));
    }
    refuse(format!("`{text}` stands in the host: scheme, host and port must be literal or come from a secret"))
}

fn check_literals(tail: &str) -> Result<(), UrlError> {
    for piece in pieces(tail) {
        match piece {
            Piece::Literal(text) if text.contains('\\') => return refuse("it holds a backslash"),
            Piece::Literal(text) if text.contains('#') => {
                return refuse("it holds a `#`; a fragment is never sent (write `%23` for the character)");
            }
            Piece::Literal(text) if text.contains(char::is_whitespace) => {
                return refuse("it holds a space; write `%20`");
            }
            _ => {}
        }
    }
    Ok(())
}

/// Reads a base address: `http` or `https`, a host, no credentials, no query.
fn parse_base(text: &str) -> Result<Url, UrlError> {
    // What is wrong may lie in a secret's value: say nothing of the text itself.
    let url = Url::parse(text).map_err(|error| UrlError(format!("the part before the path is no address: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("it must start with `http://` or `https://`");
    }
    if text.contains('@') || !url.username().is_empty() || url.password().is_some() {
        return refuse("it holds credentials; put them into `config.auth`");
    }
    if text.contains(['\\', '#', '?']) || !url.has_host() {
        return refuse("the part before the path must be scheme, host and port only");
    }
    Ok(url)
}

/// Puts path and query behind a base whose path stays.
fn join(base: &Url, tail: &str) -> Result<Url, UrlError> {
    let start = base.as_str();
    let start = if tail.starts_with('/') || base.path() == "/" { start.trim_end_matches('/') } else { start };
    Url::parse(&format!("{start}{tail}")).map_err(|error| UrlError(format!("it is no address: {error}")))
}

fn with_pairs(mut tail: String, pairs: &str) -> String {
    if !pairs.is_empty() {
        let joint = match tail.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        tail.push_str(joint);
        tail.push_str(pairs);
    }
    tail
}

fn path_of(tail: &str) -> &str {
    tail.split('?').next().unwrap_or_default()
}

/// Refuses segments that walk up or stand still, in every spelling that a URL parser takes for them.
fn check_segments(tail: &str) -> Result<(), UrlError> {
    for segment in path_of(tail).split('/') {
        let plain = segment.replace("%2e", ".").replace("%2E", ".");
        if plain == "." || plain == ".." {
            return refuse(format!("a path segment would be `{plain}`"));
        }
    }
    Ok(())
}

/// Refuses a path in which a value has emptied its segment: `/items/` is another thing than one item.
fn check_filled(tail: &str, filled: &[bool]) -> Result<(), UrlError> {
    let mut segments = 0;
    for segment in path_of(tail).split('/') {
        if segment.is_empty() && filled.get(segments) == Some(&true) {
            return refuse("a value that fills a whole path segment is empty");
        }
        segments += 1;
    }
    if segments == filled.len() { Ok(()) } else { refuse("a value changes the number of its path segments") }
}

/// For each segment of a template's path, whether something is filled into it.
fn filled_segments(tail: &str) -> Vec<bool> {
    let mut filled = vec![false];
    for piece in pieces(tail) {
        match piece {
            Piece::Placeholder(_) => filled.iter_mut().next_back().into_iter().for_each(|last| *last = true),
            Piece::Literal(text) => {
                let path = path_of(text);
                filled.extend(path.matches('/').map(|_| false));
                if path.len() < text.len() {
                    break;
                }
            }
        }
    }
    filled
}
