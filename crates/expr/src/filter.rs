//! The filters of our own.

mod phone;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use minijinja::{
    Error, ErrorKind,
    value::{Kwargs, Rest, Value, ValueKind},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::budget;

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Name and implementation of each.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("base64", Value::from_function(base64)),
        ("base64url", Value::from_function(base64url)),
        ("e164", Value::from_function(e164)),
        ("omit", Value::from_function(omit)),
        ("pick", Value::from_function(pick)),
        ("slug", Value::from_function(slug)),
        ("tojson", Value::from_function(tojson)),
        ("urlencode", Value::from_function(urlencode)),
    ]
}

/// The fields of an object (or of each object in a list) that are named, in the order they are named.
fn pick(value: &Value, names: Rest<Value>) -> Result<Value, Error> {
    let names = field_names(&names)?;
    each_object("pick", value, |object| {
        let present = names.iter().filter_map(|name| {
            let item = object.get_item(&Value::from(name.as_str())).ok()?;
            (!item.is_undefined()).then(|| (name.clone(), item))
        });
        Ok(Value::from_pairs(present))
    })
}

/// An object (or each object in a list) without the fields that are named.
fn omit(value: &Value, names: Rest<Value>) -> Result<Value, Error> {
    let names = field_names(&names)?;
    each_object("omit", value, |object| {
        let mut kept = Vec::new();
        for key in object.try_iter()? {
            if !key.as_str().is_some_and(|key| names.iter().any(|name| name == key)) {
                kept.push((key.clone(), object.get_item(&key)?));
            }
        }
        Ok(Value::from_pairs(kept))
    })
}

fn each_object(filter: &str, value: &Value, apply: impl Fn(&Value) -> Result<Value, Error>) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::Map => apply(value),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter()?.map(|item| match item.kind() {
                ValueKind::Map => apply(&item),
                kind => Err(wrong(format!("`{filter}` works on objects, not on {kind}"))),
            });
            items.collect::<Result<Vec<_>, _>>().map(Value::from)
        }
        kind => Err(wrong(format!("`{filter}` works on objects, not on {kind}"))),
    }
}

fn field_names(args: &[Value]) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for arg in args {
        match (arg.as_str(), arg.kind()) {
            (Some(name), _) => names.push(name.to_owned()),
            (None, ValueKind::Seq | ValueKind::Iterable) => {
                for name in arg.try_iter()? {
                    names.push(name.as_str().ok_or_else(|| wrong("field names must be texts"))?.to_owned());
                }
            }
            _ => return Err(wrong("field names must be texts")),
        }
    }
    Ok(names)
}

/// Compact JSON.
fn tojson(value: &Value) -> Result<String, Error> {
    let json = budget::to_json(value).map_err(|error| {
        let kind = match error.kind {
            crate::ErrorKind::Undefined => ErrorKind::UndefinedError,
            crate::ErrorKind::TooLarge => ErrorKind::OutOfFuel,
            _ => ErrorKind::InvalidOperation,
        };
        Error::new(kind, error.message)
    })?;
    Ok(json.to_string())
}

/// A phone number as `+4930123456`. The country is an ISO code (`DE`) or a calling code (`49`), for numbers
/// that do not say.
fn e164(value: &Value, country: Option<Value>, kwargs: Kwargs) -> Result<String, Error> {
    let country = match country {
        Some(country) => Some(country),
        None => kwargs.get::<Option<Value>>("country")?,
    };
    kwargs.assert_all_used()?;
    let country = country.filter(|country| !country.is_none()).map(|country| country.to_string());
    phone::e164(&text(value), country.as_deref()).map_err(wrong)
}

fn base64(value: &Value) -> String {
    STANDARD.encode(text(value))
}

fn base64url(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(text(value))
}

/// Percent-encodes everything but letters, digits and `-._~`; an object becomes a query string.
fn urlencode(value: &Value) -> Result<String, Error> {
    let encode = |text: String| utf8_percent_encode(&text, RESERVED).to_string();
    if value.kind() != ValueKind::Map {
        return Ok(encode(text(value)));
    }
    let mut pairs = Vec::new();
    for key in value.try_iter()? {
        let item = value.get_item(&key)?;
        if !item.is_none() {
            pairs.push(format!("{}={}", encode(text(&key)), encode(text(&item))));
        }
    }
    Ok(pairs.join("&"))
}

/// Lower-case words joined by hyphens.
fn slug(value: &Value) -> String {
    let text = text(value).to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

fn text(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None if value.is_none() => String::new(),
        None => tojson(value).unwrap_or_else(|_| value.to_string()),
    }
}

fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}
