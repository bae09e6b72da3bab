//! Parameters of a query, encoded.

use callwright_expr::{Names, Scope, ValueTemplate};
use callwright_model::{Fault, Object};
use serde_json::Value;

use super::{compile::template_fault, scan::Reads, url::encode};

/// A compiled `config.query`, or the arguments that nothing else uses.
#[derive(Debug, Clone)]
pub(crate) enum QueryPlan {
    /// Nothing is added.
    None,
    /// What the author wrote.
    Pairs(Vec<(String, ValueTemplate)>),
    /// The arguments, but for those that another part of the request reads.
    Arguments(Reads),
}

impl QueryPlan {
    /// Compiles what the author wrote.
    pub(crate) fn compile<'a>(
        pairs: impl Iterator<Item = (&'a String, &'a Value)>,
        names: &Names,
    ) -> Result<Self, Fault> {
        let compiled = pairs.map(|(name, value)| {
            let field = format!("config.query.{name}");
            let template = ValueTemplate::compile(value, names).map_err(|error| template_fault(&field, &error))?;
            if contains_object(value) {
                return super::compile::refuse(
                    &field,
                    "is an object; a query holds texts, numbers, booleans and lists of these",
                );
            }
            Ok((name.clone(), template))
        });
        let pairs: Vec<_> = compiled.collect::<Result<_, _>>()?;
        Ok(if pairs.is_empty() { Self::None } else { Self::Pairs(pairs) })
    }

    /// The secrets it reads.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = String> {
        let pairs = match self {
            Self::Pairs(pairs) => pairs.as_slice(),
            Self::None | Self::Arguments(_) => &[],
        };
        pairs.iter().flat_map(|(_, value)| value.secrets().iter().cloned())
    }

    /// The encoded pairs of one call, joined by `&`. An error names the field.
    pub(crate) fn render(&self, scope: &Scope<'_>) -> Result<String, (String, String)> {
        let mut text = String::new();
        match self {
            Self::None => {}
            Self::Pairs(pairs) => {
                for (name, template) in pairs {
                    let field = || format!("config.query.{name}");
                    let value = template.render(scope).map_err(|error| (field(), error.to_string()))?;
                    push_all(&mut text, name, &value).map_err(|message| (field(), message))?;
                }
            }
            Self::Arguments(used) => arguments(&mut text, scope.parameters, used)?,
        }
        Ok(text)
    }
}

fn arguments(text: &mut String, arguments: &Object, used: &Reads) -> Result<(), (String, String)> {
    if used.all {
        return Ok(());
    }
    for (name, value) in arguments.iter().filter(|(name, _)| !used.names.contains(*name)) {
        push_all(text, name, value).map_err(|message| (name.clone(), message))?;
    }
    Ok(())
}

/// Adds `name` once for a plain value and once for each item of a list; `null` is left out.
fn push_all(text: &mut String, name: &str, value: &Value) -> Result<(), String> {
    let name = encode(name);
    let items = match value {
        Value::Array(items) => items.as_slice(),
        plain => std::slice::from_ref(plain),
    };
    for item in items {
        if item.is_object() || item.is_array() {
            let what = if item.is_object() { "an object" } else { "a list within a list" };
            return Err(format!("the value is {what}; a query holds texts, numbers, booleans and lists of these"));
        }
        push(text, &name, item);
    }
    Ok(())
}

/// Adds an encoded name and a plain value.
pub(crate) fn push(text: &mut String, encoded_name: &str, value: &Value) {
    let value = match value {
        Value::Null => return,
        Value::String(value) => encode(value),
        other => encode(&other.to_string()),
    };
    if !text.is_empty() {
        text.push('&');
    }
    text.push_str(encoded_name);
    text.push('=');
    text.push_str(&value);
}

fn contains_object(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(items) => items.iter().any(contains_object),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_repeat_the_name_and_null_is_left_out() {
        let mut text = String::new();
        push_all(&mut text, "tag", &json!(["a&b=c", 1, null, true])).unwrap();
        push_all(&mut text, "none", &Value::Null).unwrap();
        push_all(&mut text, "na me", &json!("ü")).unwrap();
        assert_eq!(text, "tag=a%26b%3Dc&tag=1&tag=true&na%20me=%C3%BC");
        assert!(push_all(&mut text, "x", &json!({"a": 1})).is_err());
        assert!(push_all(&mut text, "x", &json!([[1]])).is_err());
    }

    #[test]
    fn arguments_that_the_url_reads_are_not_sent_twice() {
        let given = json!({"id": 7, "q": "x"});
        let mut used = Reads::default();
        used.add("/items/{{ parameters.id }}");
        let mut text = String::new();
        arguments(&mut text, given.as_object().unwrap(), &used).unwrap();
        assert_eq!(text, "q=x");
    }
}
