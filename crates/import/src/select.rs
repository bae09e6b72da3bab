//! Which operations of a document are wanted.

use callwright_model::Fault;

use crate::{Imported, Options, invalid, wrong};

/// What is known of an operation when it is chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'c> {
    /// Its identity.
    pub(crate) id: &'c str,
    /// The method.
    pub(crate) method: &'c str,
    /// The path.
    pub(crate) path: &'c str,
    /// The name of its tool.
    pub(crate) name: &'c str,
    /// The tags.
    pub(crate) tags: &'c [String],
    /// What people read about it.
    pub(crate) text: &'c str,
}

impl Candidate<'_> {
    fn is(&self, wanted: &str) -> bool {
        let wanted = wanted.trim();
        wanted == self.id
            || wanted == self.name
            || wanted
                .split_once(' ')
                .is_some_and(|(method, path)| method.eq_ignore_ascii_case(self.method) && path.trim() == self.path)
    }
}

/// Whether `options` choose this operation: it fits one of each list that is given.
pub(crate) fn wants(options: &Options, candidate: &Candidate<'_>) -> bool {
    let any = |list: &[String], fits: &dyn Fn(&str) -> bool| list.is_empty() || list.iter().any(|text| fits(text));
    let tagged = |wanted: &str| candidate.tags.iter().any(|tag| tag.eq_ignore_ascii_case(wanted));
    any(&options.tags, &tagged)
        && any(&options.paths, &|pattern| fits_path(pattern, candidate.path))
        && any(&options.operations, &|wanted| candidate.is(wanted))
        && options.search.as_deref().is_none_or(|text| found(text, candidate))
}

fn found(text: &str, candidate: &Candidate<'_>) -> bool {
    let text = text.trim().to_lowercase();
    let fields = [candidate.id, candidate.name, candidate.path, candidate.text];
    fields.iter().any(|field| field.to_lowercase().contains(&text))
        || candidate.tags.iter().any(|tag| tag.to_lowercase().contains(&text))
}

/// A pattern without `*` is the beginning of a path.
fn fits_path(pattern: &str, path: &str) -> bool {
    if !pattern.contains('*') {
        return path.starts_with(pattern);
    }
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    fits_segments(&pattern, &path)
}

/// Segment by segment, remembering the last `**` to come back to: linear in what a path and a pattern can be.
fn fits_segments(pattern: &[&str], path: &[&str]) -> bool {
    let (mut at, mut seen, mut star) = (0, 0, None);
    while seen < path.len() {
        match pattern.get(at) {
            Some(&"**") => {
                star = Some((at, seen));
                at += 1;
            }
            Some(segment) if fits_segment(segment, path[seen]) => {
                at += 1;
                seen += 1;
            }
            _ => match star {
                Some((star_at, from)) => {
                    at = star_at + 1;
                    seen = from + 1;
                    star = Some((star_at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[at.min(pattern.len())..].iter().all(|segment| *segment == "**")
}

fn fits_segment(pattern: &str, segment: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == segment,
        Some((head, tail)) => {
            segment.len() >= head.len() + tail.len() && segment.starts_with(head) && segment.ends_with(tail)
        }
    }
}

/// Refuses a wish for an operation that is not there.
pub(crate) fn check_operations<'c>(
    options: &Options,
    candidates: impl Iterator<Item = Candidate<'c>> + Clone,
) -> Result<(), Fault> {
    for (at, wanted) in options.operations.iter().enumerate() {
        if !candidates.clone().any(|candidate| candidate.is(wanted)) {
            let message = format!(
                "`{wanted}` is no operation of the document; name its operation id, `GET /its/path`, or the tool's name"
            );
            return Err(invalid(&format!("operations.{at}"), message));
        }
    }
    Ok(())
}

/// The fault of a document of which nothing was chosen.
pub(crate) fn nothing(imported: &Imported, options: &Options) -> Fault {
    if imported.operation_count == 0 {
        return wrong("there is no operation in the document");
    }
    let field = if !options.tags.is_empty() {
        "tags"
    } else if !options.paths.is_empty() {
        "paths"
    } else if options.search.is_some() {
        "search"
    } else {
        "operations"
    };
    let message = format!("none of the {} operations of the document fits what was chosen", imported.operation_count);
    invalid(field, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_prefixes_or_patterns() {
        for (pattern, path, fits) in [
            ("/users", "/users/{id}", true),
            ("/users/*", "/users/{id}", true),
            ("/users/*", "/users/{id}/keys", false),
            ("/users/**", "/users/{id}/keys", true),
            ("**/keys", "/users/{id}/keys", true),
            ("/**/keys/*", "/a/b/keys/{k}", true),
            ("/v*/x", "/v1/x", true),
            ("/v*/x", "/w1/x", false),
            ("*", "/a", false),
        ] {
            assert_eq!(fits_path(pattern, path), fits, "{pattern} {path}");
        }
    }
}
