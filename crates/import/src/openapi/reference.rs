//! Following `$ref` inside a document. Nothing is ever fetched.

use serde_json::Value;

/// How many references may lead on to one another.
const MAX_CHAIN: usize = 32;

/// Why a reference leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It points out of the document.
    Remote(String),
    /// There is nothing where it points, or it leads in a circle.
    Missing(String),
}

impl Broken {
    /// What to tell about it.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Remote(at) => format!("`$ref` to `{}` points out of the document and was not followed", short(at)),
            Self::Missing(at) => format!("`$ref` to `{}` leads nowhere", short(at)),
        }
    }
}

fn short(text: &str) -> &str {
    &text[..text.floor_char_boundary(200)]
}

/// What `value` is, references followed.
pub(crate) fn follow<'d>(root: &'d Value, value: &'d Value) -> Result<&'d Value, Broken> {
    let mut value = value;
    for _ in 0..MAX_CHAIN {
        let Some(at) = value.get("$ref").and_then(Value::as_str) else { return Ok(value) };
        value = target(root, at)?;
    }
    Err(Broken::Missing(value.get("$ref").and_then(Value::as_str).unwrap_or_default().to_owned()))
}

/// What a reference points to: `#`, or `#/components/schemas/Pet`.
pub(crate) fn target<'d>(root: &'d Value, at: &str) -> Result<&'d Value, Broken> {
    let Some(pointer) = at.strip_prefix('#') else { return Err(Broken::Remote(at.to_owned())) };
    if let Some(found) = root.pointer(pointer) {
        return Ok(found);
    }
    decoded(pointer).and_then(|pointer| root.pointer(&pointer)).ok_or_else(|| Broken::Missing(at.to_owned()))
}

fn decoded(pointer: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(pointer.len());
    let mut rest = pointer.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let hex = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_followed_inside_the_document_only() {
        let root = json!({"a": {"$ref": "#/b"}, "b": {"c d": 1}, "x": {"$ref": "#/y"}, "y": {"$ref": "#/x"}});
        assert_eq!(follow(&root, &root["a"]), Ok(&root["b"]));
        assert_eq!(target(&root, "#/b/c%20d"), Ok(&json!(1)));
        assert!(matches!(follow(&root, &root["x"]), Err(Broken::Missing(_))));
        let remote = json!({"$ref": "https://evil.example/x.json#/a"});
        assert!(matches!(follow(&root, &remote), Err(Broken::Remote(_))));
    }
}
