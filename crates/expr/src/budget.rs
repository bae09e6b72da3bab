//! The sizes of values, and the way from minijinja's values back to JSON, both with a bound.

use callwright_model::Object;
use minijinja::value::{Value, ValueKind};
use serde_json::Value as Json;

use crate::{Error, ErrorKind, MAX_OUTPUT_BYTES};

/// What a value costs besides its text, in bytes.
pub(crate) const NODE_BYTES: usize = 32;
/// The most that one evaluation may read and make, in bytes.
pub(crate) const MAX_WORK_BYTES: usize = 8 << 20;
/// How deep values may nest.
pub(crate) const MAX_DEPTH: usize = 128;

/// The rough size of a JSON value in memory; stops counting above `limit`.
pub(crate) fn json_bytes(value: &Json, limit: usize) -> usize {
    let mut total = NODE_BYTES;
    match value {
        Json::String(text) => total += text.len(),
        Json::Array(items) => {
            for item in items {
                if total > limit {
                    break;
                }
                total += json_bytes(item, limit - total);
            }
        }
        Json::Object(map) => {
            for (key, item) in map {
                if total > limit {
                    break;
                }
                total += key.len() + json_bytes(item, limit.saturating_sub(total + key.len()));
            }
        }
        _ => {}
    }
    total
}

/// The rough size of a minijinja value; stops counting above `limit`.
pub(crate) fn value_bytes(value: &Value, limit: usize) -> usize {
    value_bytes_at(value, limit, 0)
}

fn value_bytes_at(value: &Value, limit: usize, depth: usize) -> usize {
    if depth > MAX_DEPTH {
        return limit.saturating_add(1);
    }
    let mut total = NODE_BYTES;
    match value.kind() {
        ValueKind::String => total += value.as_str().map_or(0, str::len),
        ValueKind::Bytes => total += value.as_bytes().map_or(0, <[u8]>::len),
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map => {
            let is_map = value.kind() == ValueKind::Map;
            let Ok(items) = value.try_iter() else { return total };
            for item in items {
                if total > limit {
                    break;
                }
                total += value_bytes_at(&item, limit - total, depth + 1);
                if is_map
                    && total <= limit
                    && let Ok(inner) = value.get_item(&item)
                {
                    total += value_bytes_at(&inner, limit - total, depth + 1);
                }
            }
        }
        _ => {}
    }
    total
}

/// The minijinja form of a JSON value.
pub(crate) fn from_json(value: &Json) -> Value {
    match value {
        Json::Null => Value::from(()),
        Json::Bool(yes) => Value::from(*yes),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::from(number),
            (None, Some(number)) => Value::from(number),
            (None, None) => Value::from(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from(items.iter().map(from_json).collect::<Vec<_>>()),
        Json::Object(map) => from_map(map),
    }
}

/// The minijinja form of a JSON object.
pub(crate) fn from_map(map: &Object) -> Value {
    Value::from_pairs(map.iter().map(|(key, value)| (key.as_str(), from_json(value))))
}

/// The JSON form of a minijinja value: no undefined, no unusable numbers, at most [`MAX_OUTPUT_BYTES`].
pub(crate) fn to_json(value: &Value) -> Result<Json, Error> {
    let mut left = MAX_OUTPUT_BYTES;
    to_json_at(value, &mut left, 0)
}

fn to_json_at(value: &Value, left: &mut usize, depth: usize) -> Result<Json, Error> {
    if depth > MAX_DEPTH {
        return Err(Error::new(ErrorKind::TooLarge, format!("the value nests deeper than {MAX_DEPTH} levels")));
    }
    spend(left, value.as_str().map_or(1, |text| text.len() + 2))?;
    match value.kind() {
        ValueKind::Undefined => Err(Error::new(
            ErrorKind::Undefined,
            if depth == 0 {
                "the expression gives nothing: a value that it reads is not there"
            } else {
                "a value inside the result is not there"
            },
        )),
        ValueKind::None => Ok(Json::Null),
        ValueKind::Bool => Ok(Json::Bool(value.is_true())),
        ValueKind::Number => number(value),
        ValueKind::String => Ok(Json::String(value.as_str().unwrap_or_default().to_owned())),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().map_err(|_| unusable(value))?;
            items.map(|item| to_json_at(&item, left, depth + 1)).collect::<Result<Vec<_>, _>>().map(Json::Array)
        }
        ValueKind::Map => object(value, left, depth),
        _ => Err(unusable(value)),
    }
}

fn object(value: &Value, left: &mut usize, depth: usize) -> Result<Json, Error> {
    let mut map = serde_json::Map::new();
    for key in value.try_iter().map_err(|_| unusable(value))? {
        let name = match key.kind() {
            ValueKind::String => key.as_str().unwrap_or_default().to_owned(),
            ValueKind::Number | ValueKind::Bool => key.to_string(),
            _ => return Err(Error::new(ErrorKind::Evaluation, "the keys of an object must be texts")),
        };
        spend(left, name.len() + 2)?;
        let item = value.get_item(&key).map_err(|_| unusable(value))?;
        map.insert(name, to_json_at(&item, left, depth + 1)?);
    }
    Ok(Json::Object(map))
}

fn number(value: &Value) -> Result<Json, Error> {
    if value.is_integer() {
        if let Some(number) = value.as_i64() {
            return Ok(number.into());
        }
        return u64::try_from(value.clone())
            .map(Json::from)
            .map_err(|_| Error::new(ErrorKind::Evaluation, "a whole number is too large for JSON"));
    }
    f64::try_from(value.clone())
        .ok()
        .and_then(serde_json::Number::from_f64)
        .map(Json::Number)
        .ok_or_else(|| Error::new(ErrorKind::Evaluation, "a number is infinite or not a number"))
}

fn unusable(value: &Value) -> Error {
    Error::new(ErrorKind::Evaluation, format!("a value of type {} cannot be used here", value.kind()))
}

fn spend(left: &mut usize, bytes: usize) -> Result<(), Error> {
    *left = left.checked_sub(bytes).ok_or_else(too_large)?;
    Ok(())
}

/// The result is over its bound.
pub(crate) fn too_large() -> Error {
    Error::new(ErrorKind::TooLarge, format!("the result is larger than {} KiB", MAX_OUTPUT_BYTES >> 10))
}
