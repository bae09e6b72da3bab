//! The functions of JMESPath.

use std::{borrow::Cow, cmp::Ordering};

use jmespath::ast::Ast;
use serde_json::{Map, Number, Value};

use super::interpret::{Interpreter, Part, is_equal, order_numbers};
use crate::{Error, ErrorKind, budget::json_bytes};

/// Name, and how many arguments it takes.
const FUNCTIONS: [(&str, usize, usize); 26] = [
    ("abs", 1, 1),
    ("avg", 1, 1),
    ("ceil", 1, 1),
    ("contains", 2, 2),
    ("ends_with", 2, 2),
    ("floor", 1, 1),
    ("join", 2, 2),
    ("keys", 1, 1),
    ("length", 1, 1),
    ("map", 2, 2),
    ("max", 1, 1),
    ("max_by", 2, 2),
    ("merge", 1, MANY),
    ("min", 1, 1),
    ("min_by", 2, 2),
    ("not_null", 1, MANY),
    ("reverse", 1, 1),
    ("sort", 1, 1),
    ("sort_by", 2, 2),
    ("starts_with", 2, 2),
    ("sum", 1, 1),
    ("to_array", 1, 1),
    ("to_number", 1, 1),
    ("to_string", 1, 1),
    ("type", 1, 1),
    ("values", 1, 1),
];

const MANY: usize = 64;

/// Refuses a function that does not exist, or that does not take these arguments.
pub(super) fn check(name: &str, args: &[Ast]) -> Result<(), Error> {
    let Some((_, least, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
        let known: Vec<&str> = FUNCTIONS.iter().map(|(known, ..)| *known).collect();
        return Err(Error::new(
            ErrorKind::UnknownName,
            format!("there is no JMESPath function `{name}`; there are: {}", known.join(", ")),
        ));
    };
    if !(*least..=*most).contains(&args.len()) {
        return Err(Error::new(ErrorKind::Syntax, format!("`{name}` does not take {} arguments", args.len())));
    }
    let expression_at = match name {
        "map" => Some(0),
        "max_by" | "min_by" | "sort_by" => Some(1),
        _ => None,
    };
    for (at, arg) in args.iter().enumerate() {
        if matches!(arg, Ast::Expref { .. }) != (expression_at == Some(at)) {
            let message = match expression_at {
                Some(at) => format!("argument {} of `{name}` is an expression with `&` before it", at + 1),
                None => format!("`{name}` takes no expression with `&`"),
            };
            return Err(Error::new(ErrorKind::Syntax, message));
        }
    }
    Ok(())
}

impl Interpreter {
    /// Calls a function; its name and the number of its arguments have been checked.
    pub(super) fn call<'v>(&mut self, data: &'v Value, name: &str, args: &[Ast]) -> Result<Part<'v>, Error> {
        match (name, args) {
            ("map", [Ast::Expref { ast, .. }, list]) => {
                let list = self.eval(data, list)?;
                let items = array(name, &list)?.iter().map(|item| self.run(item, ast)).collect::<Result<_, _>>()?;
                Ok(Cow::Owned(Value::Array(items)))
            }
            ("sort_by" | "max_by" | "min_by", [list, Ast::Expref { ast, .. }]) => {
                let list = self.eval(data, list)?;
                self.by(name, array(name, &list)?, ast).map(Cow::Owned)
            }
            ("not_null", args) => {
                for arg in args {
                    let value = self.eval(data, arg)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Ok(Cow::Owned(Value::Null))
            }
            ("merge", args) => {
                let mut merged = Map::new();
                for arg in args {
                    let value = self.eval(data, arg)?;
                    let Value::Object(map) = self.own(value)? else {
                        return Err(wrong("merge", "objects"));
                    };
                    merged.extend(map);
                }
                Ok(Cow::Owned(Value::Object(merged)))
            }
            (_, [only]) => {
                let value = self.eval(data, only)?;
                self.unary(name, value)
            }
            (_, [first, second]) => {
                let (first, second) = (self.eval(data, first)?, self.eval(data, second)?);
                self.binary(name, &first, &second)
            }
            _ => Err(wrong(name, "other arguments")),
        }
    }

    fn unary<'v>(&mut self, name: &str, value: Part<'v>) -> Result<Part<'v>, Error> {
        let result = match name {
            "abs" | "ceil" | "floor" => rounded(name, &value)?,
            "avg" | "sum" => total(name, array(name, &value)?)?,
            "keys" => {
                let map = value.as_object().ok_or_else(|| wrong(name, "an object"))?;
                Value::Array(map.keys().map(|key| Value::String(key.clone())).collect())
            }
            "values" => {
                let map = value.as_object().ok_or_else(|| wrong(name, "an object"))?;
                self.spend(json_bytes(&value, usize::MAX))?;
                return Ok(Cow::Owned(Value::Array(map.values().cloned().collect())));
            }
            "length" => match &*value {
                Value::Array(items) => items.len().into(),
                Value::Object(map) => map.len().into(),
                Value::String(text) => text.chars().count().into(),
                _ => return Err(wrong(name, "a list, an object or a text")),
            },
            "max" | "min" => {
                let wanted = if name == "max" { Ordering::Greater } else { Ordering::Less };
                return self.made(best(name, array(name, &value)?, wanted)?);
            }
            "reverse" => match self.own(value)? {
                Value::Array(mut items) => {
                    items.reverse();
                    Value::Array(items)
                }
                Value::String(text) => Value::String(text.chars().rev().collect()),
                _ => return Err(wrong(name, "a list or a text")),
            },
            "sort" => {
                let mut items = array(name, &value)?.clone();
                sortable(name, items.iter())?;
                items.sort_by(order);
                Value::Array(items)
            }
            "to_array" if value.is_array() => return Ok(value),
            "to_array" => Value::Array(vec![self.own(value)?]),
            "to_number" => match &*value {
                Value::Number(_) => return Ok(value),
                Value::String(text) => text.trim().parse::<Number>().map_or(Value::Null, Value::Number),
                _ => Value::Null,
            },
            "to_string" if value.is_string() => return Ok(value),
            "to_string" => {
                // Quotes and backslashes are escaped, so the text may be twice as long.
                self.spend(json_bytes(&value, usize::MAX))?;
                Value::String(value.to_string())
            }
            "type" => Value::String(type_name(&value).to_owned()),
            _ => return Err(wrong(name, "other arguments")),
        };
        self.made(result)
    }

    fn binary(&mut self, name: &str, first: &Value, second: &Value) -> Result<Part<'static>, Error> {
        let texts = || match (first.as_str(), second.as_str()) {
            (Some(first), Some(second)) => Ok((first, second)),
            _ => Err(wrong(name, "two texts")),
        };
        let result = match name {
            "starts_with" => texts().map(|(text, start)| text.starts_with(start))?,
            "ends_with" => texts().map(|(text, end)| text.ends_with(end))?,
            "contains" => match first {
                Value::Array(items) => items.iter().any(|item| is_equal(item, second)),
                Value::String(text) => second.as_str().is_some_and(|part| text.contains(part)),
                _ => return Err(wrong(name, "a list or a text")),
            },
            "join" => {
                let glue = first.as_str().ok_or_else(|| wrong(name, "a text and a list of texts"))?;
                let items = array(name, second)?.iter().map(Value::as_str).collect::<Option<Vec<_>>>();
                let items = items.ok_or_else(|| wrong(name, "a text and a list of texts"))?;
                self.spend(items.iter().map(|item| item.len() + glue.len()).sum())?;
                return Ok(Cow::Owned(Value::String(items.join(glue))));
            }
            _ => return Err(wrong(name, "other arguments")),
        };
        Ok(Cow::Owned(Value::Bool(result)))
    }

    /// `sort_by`, `max_by`, `min_by`.
    fn by(&mut self, name: &str, items: &[Value], key: &Ast) -> Result<Value, Error> {
        let keys = items.iter().map(|item| self.run(item, key)).collect::<Result<Vec<_>, _>>()?;
        sortable(name, keys.iter())?;
        let mut places: Vec<usize> = (0..items.len()).collect();
        // Both sorts are stable, so that the first of equals comes first, also among the largest.
        if name == "max_by" {
            places.sort_by(|a, b| order(&keys[*b], &keys[*a]));
        } else {
            places.sort_by(|a, b| order(&keys[*a], &keys[*b]));
        }
        if name == "sort_by" {
            let sorted = places.iter().map(|at| self.own(Cow::Borrowed(&items[*at]))).collect::<Result<_, _>>()?;
            return Ok(Value::Array(sorted));
        }
        places.first().map_or(Ok(Value::Null), |at| self.own(Cow::Borrowed(&items[*at])))
    }
}

fn array<'v>(name: &str, value: &'v Value) -> Result<&'v Vec<Value>, Error> {
    value.as_array().ok_or_else(|| wrong(name, "a list"))
}

/// All texts or all numbers.
fn sortable<'v>(name: &str, mut items: impl Iterator<Item = &'v Value>) -> Result<(), Error> {
    let fits = match items.next() {
        None => true,
        Some(Value::String(_)) => items.all(Value::is_string),
        Some(Value::Number(_)) => items.all(Value::is_number),
        Some(_) => false,
    };
    if fits { Ok(()) } else { Err(wrong(name, "only texts or only numbers to compare")) }
}

fn order(left: &Value, right: &Value) -> Ordering {
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => left.cmp(right),
        _ => order_numbers(left, right).unwrap_or(Ordering::Equal),
    }
}

fn best(name: &str, items: &[Value], wanted: Ordering) -> Result<Value, Error> {
    sortable(name, items.iter())?;
    let best = items.iter().reduce(|best, item| if order(item, best) == wanted { item } else { best });
    Ok(best.cloned().unwrap_or_default())
}

fn rounded(name: &str, value: &Value) -> Result<Value, Error> {
    let number = value.as_number().ok_or_else(|| wrong(name, "a number"))?;
    if let Some(whole) = number.as_i128() {
        return Ok(whole_or_float(if name == "abs" { whole.abs() } else { whole }));
    }
    let number = number.as_f64().unwrap_or_default();
    let result = match name {
        "abs" => return Ok(Value::from(number.abs())),
        "ceil" => number.ceil(),
        _ => number.floor(),
    };
    Ok(whole_if_exact(result))
}

fn total(name: &str, items: &[Value]) -> Result<Value, Error> {
    if !items.iter().all(Value::is_number) {
        return Err(wrong(name, "a list of numbers"));
    }
    let sum: f64 = items.iter().filter_map(Value::as_f64).sum();
    if name == "avg" {
        #[expect(clippy::cast_precision_loss, reason = "a list has far fewer than 2^53 items")]
        let count = items.len() as f64;
        return Ok(if items.is_empty() { Value::Null } else { Value::from(sum / count) });
    }
    let whole: Option<i128> = items.iter().map(|item| item.as_number().and_then(Number::as_i128)).sum();
    Ok(whole.map_or_else(|| Value::from(sum), whole_or_float))
}

fn whole_or_float(number: i128) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "the fallback for what no JSON integer holds")]
    Number::from_i128(number).map_or_else(|| Value::from(number as f64), Value::Number)
}

fn whole_if_exact(number: f64) -> Value {
    const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
    if number.abs() <= LARGEST_EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and within 2^53")]
        let whole = number as i64;
        return Value::from(whole);
    }
    Value::from(number)
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn wrong(name: &str, expected: &str) -> Error {
    Error::new(ErrorKind::Evaluation, format!("the JMESPath function `{name}` needs {expected}"))
}
