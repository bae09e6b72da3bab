//! JSON and YAML as values, with bounds on what a small text may become.

use callwright_model::Fault;
use serde_json::Value;

use crate::wrong;

/// The most values that a YAML document may have, aliases written out.
const MAX_YAML_NODES: usize = 2_000_000;
/// The most values that aliases may add.
const MAX_ALIAS_NODES: usize = 100_000;
/// How deep a YAML document may nest.
const MAX_YAML_DEPTH: usize = 100;

/// Reads JSON, JSON with comments, or YAML.
pub(crate) fn parse(text: &str) -> Result<Value, Fault> {
    let looks_like_json = text.starts_with(['{', '[']);
    let failed = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if looks_like_json {
        // Guides write comments into JSON. A text in which none stands gives the first error again.
        if let Ok(value) = serde_json::from_str(&without_comments(text)) {
            return Ok(value);
        }
        return Err(wrong(format!("the document is not JSON: {failed}")));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MAX_YAML_NODES,
            max_events: 2 * MAX_YAML_NODES,
            max_depth: MAX_YAML_DEPTH,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_ALIAS_NODES,
        },
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let error = error.to_string();
        wrong(format!("the document is neither JSON nor YAML: {}", error.lines().next().unwrap_or_default()))
    })
}

/// The text without `// …` and `/* … */` outside of its quoted texts, and without a comma before a closing bracket.
pub(crate) fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match (quoted, c) {
            (true, '\\') => {
                out.push(c);
                out.extend(chars.next());
            }
            (_, '"') => {
                quoted = !quoted;
                out.push(c);
            }
            (false, '/') if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            (false, '/') if chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            (false, '}' | ']') => {
                let end = out.trim_end().len();
                if out[..end].ends_with(',') {
                    out.truncate(end - 1);
                }
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_with_comments_and_yaml_are_read() {
        let text = "{\"a\": \"http://x // y\", // note\n \"b\": [1, /* two */ 2,], }";
        assert_eq!(parse(text).unwrap(), json!({"a": "http://x // y", "b": [1, 2]}));
        let yaml = "openapi: 3.0.0\nresponses:\n  200: {description: ok}\n  default: x\n";
        assert_eq!(
            parse(yaml).unwrap(),
            json!({"openapi": "3.0.0", "responses": {"200": {"description": "ok"}, "default": "x"}})
        );
        assert!(parse("{\"a\": }").unwrap_err().message.contains("not JSON"));
        assert!(parse("a: [1").unwrap_err().message.contains("YAML"));
    }

    #[test]
    fn an_alias_bomb_is_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let below = format!("*a{}", level - 1);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [below.as_str(); 10].join(", ")));
        }
        assert!(parse(&bomb).is_err());
    }
}
