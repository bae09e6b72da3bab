//! `name=value` on the command line, where the value is JSON when it looks like JSON and a text otherwise.

use callwright_model::Object;
use serde_json::Value;

use crate::failure::Failure;

/// Reads `name=value` pairs into an object. Dots in a name make nested objects: `customer.id=7`.
pub(crate) fn pairs(option: &str, texts: &[String]) -> Result<Object, Failure> {
    let mut object = Object::new();
    for text in texts {
        let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(Failure::usage(format!("`{option} {text}` is not of the form name=value")));
        };
        insert(&mut object, name, typed(value))
            .ok_or_else(|| Failure::usage(format!("`{option} {text}` contradicts an earlier `{option}`")))?;
    }
    Ok(object)
}

/// A JSON object from the command line.
pub(crate) fn object(option: &str, text: &str) -> Result<Object, Failure> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::usage(format!("`{option}` must be a JSON object"))),
        Err(error) => Err(Failure::usage(format!("`{option}` is not JSON: {error}"))),
    }
}

fn insert(object: &mut Object, name: &str, value: Value) -> Option<()> {
    match name.split_once('.') {
        None if object.contains_key(name) => None,
        None => {
            object.insert(name.to_owned(), value);
            Some(())
        }
        Some((head, rest)) => {
            let inner = object.entry(head.to_owned()).or_insert_with(|| Value::Object(Object::new()));
            insert(inner.as_object_mut()?, rest, value)
        }
    }
}

/// Numbers, `true`, `false`, `null`, quoted texts, lists and objects are what they look like. A number that JSON
/// would not write in the same way (`007`, `1.10`, `+49…`, sixty digits) is a text: it names something.
fn typed(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Number(number)) if number.to_string() != text => Value::String(text.to_owned()),
        Ok(value) => value,
        Err(_) => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_what_they_look_like() {
        for (text, value) in [
            ("3", json!(3)),
            ("-2.5", json!(-2.5)),
            ("true", json!(true)),
            ("null", json!(null)),
            ("\"3\"", json!("3")),
            ("[1, 2]", json!([1, 2])),
            ("{\"a\": 1}", json!({"a": 1})),
            ("blue", json!("blue")),
            ("", json!("")),
            ("007", json!("007")),
            ("+4930123", json!("+4930123")),
            ("1.10", json!("1.10")),
            ("123456789012345678901234567890", json!("123456789012345678901234567890")),
            ("{broken", json!("{broken")),
        ] {
            assert_eq!(typed(text), value, "{text}");
        }
    }

    #[test]
    fn dots_nest_and_contradictions_are_refused() {
        let texts = ["a.b=1".to_owned(), "a.c=x=y".to_owned(), "d=2".to_owned()];
        assert_eq!(Value::Object(pairs("--arg", &texts).unwrap()), json!({"a": {"b": 1, "c": "x=y"}, "d": 2}));
        for wrong in [vec!["novalue"], vec!["=1"], vec!["a=1", "a=2"], vec!["a=1", "a.b=2"]] {
            let wrong: Vec<String> = wrong.into_iter().map(str::to_owned).collect();
            assert_eq!(pairs("--arg", &wrong).unwrap_err().exit_code, 2, "{wrong:?}");
        }
    }
}
