//! The evaluation of a JMESPath expression, within a budget.

use std::{borrow::Cow, cmp::Ordering};

use jmespath::ast::{Ast, Comparator, KeyValuePair};
use serde_json::{Map, Value};

use crate::{
    Error, ErrorKind,
    budget::{NODE_BYTES, json_bytes},
};

/// The most that one evaluation may copy and make, in bytes.
const MAX_BYTES: usize = 32 << 20;
/// What one step of an evaluation costs, in bytes of the budget.
const STEP_BYTES: usize = 8;

static NULL: Value = Value::Null;

/// A value of the input, or one that was made on the way.
pub(super) type Part<'v> = Cow<'v, Value>;

/// Evaluates one expression over one value.
pub(super) struct Interpreter {
    left: usize,
}

impl Interpreter {
    pub(super) fn new() -> Self {
        Self { left: MAX_BYTES }
    }

    pub(super) fn run(&mut self, data: &Value, node: &Ast) -> Result<Value, Error> {
        let result = self.eval(data, node)?;
        self.own(result)
    }

    // Each kind of part has a function of its own, so that the stack grows by small frames.
    pub(super) fn eval<'v>(&mut self, data: &'v Value, node: &Ast) -> Result<Part<'v>, Error> {
        self.spend(STEP_BYTES)?;
        match node {
            Ast::Identity { .. } => Ok(Cow::Borrowed(data)),
            Ast::Field { name, .. } => Ok(Cow::Borrowed(data.get(name.as_str()).unwrap_or(&NULL))),
            Ast::Index { idx, .. } => Ok(Cow::Borrowed(element(data, *idx).unwrap_or(&NULL))),
            Ast::Literal { value, .. } => self.made(serde_json::to_value(&**value).unwrap_or(Value::Null)),
            Ast::Subexpr { lhs, rhs, .. } => self.then(data, lhs, rhs),
            Ast::Or { lhs, rhs, .. } => self.either(data, lhs, rhs, true),
            Ast::And { lhs, rhs, .. } => self.either(data, lhs, rhs, false),
            Ast::Not { node, .. } => self.not(data, node),
            Ast::Condition { predicate, then, .. } => self.condition(data, predicate, then),
            Ast::Comparison { comparator, lhs, rhs, .. } => self.comparison(data, comparator, lhs, rhs),
            Ast::Function { name, args, .. } => self.call(data, name, args),
            Ast::Projection { lhs, rhs, .. } => self.projection(data, lhs, rhs),
            Ast::ObjectValues { node, .. } => self.object_values(data, node),
            Ast::Flatten { node, .. } => self.flatten(data, node),
            Ast::MultiList { elements, .. } if !data.is_null() => {
                let items = elements.iter().map(|node| self.run(data, node)).collect::<Result<_, _>>()?;
                Ok(Cow::Owned(Value::Array(items)))
            }
            Ast::MultiHash { elements, .. } if !data.is_null() => self.multi_hash(data, elements),
            Ast::MultiList { .. } | Ast::MultiHash { .. } => Ok(Cow::Borrowed(&NULL)),
            Ast::Slice { start, stop, step, .. } => self.slice(data, *start, *stop, *step),
            // Refused when it was compiled.
            Ast::Expref { .. } => Ok(Cow::Borrowed(&NULL)),
        }
    }

    /// Evaluates `right` over what `left` gives.
    fn then<'v>(&mut self, data: &'v Value, left: &Ast, right: &Ast) -> Result<Part<'v>, Error> {
        match self.eval(data, left)? {
            Cow::Borrowed(left) => self.eval(left, right),
            Cow::Owned(left) => self.run(&left, right).map(Cow::Owned),
        }
    }

    /// `||`, which goes on unless the left side is true, and `&&`, which goes on if it is.
    fn either<'v>(&mut self, data: &'v Value, left: &Ast, right: &Ast, stops_at: bool) -> Result<Part<'v>, Error> {
        let left = self.eval(data, left)?;
        if is_truthy(&left) == stops_at { Ok(left) } else { self.eval(data, right) }
    }

    fn not(&mut self, data: &Value, node: &Ast) -> Result<Part<'static>, Error> {
        let inner = self.eval(data, node)?;
        Ok(Cow::Owned(Value::Bool(!is_truthy(&inner))))
    }

    fn condition<'v>(&mut self, data: &'v Value, predicate: &Ast, then: &Ast) -> Result<Part<'v>, Error> {
        let verdict = self.eval(data, predicate)?;
        if is_truthy(&verdict) { self.eval(data, then) } else { Ok(Cow::Borrowed(&NULL)) }
    }

    fn comparison(
        &mut self,
        data: &Value,
        comparator: &Comparator,
        left: &Ast,
        right: &Ast,
    ) -> Result<Part<'static>, Error> {
        let left = self.eval(data, left)?;
        let right = self.eval(data, right)?;
        Ok(Cow::Owned(compare(comparator, &left, &right).map_or(Value::Null, Value::Bool)))
    }

    fn projection(&mut self, data: &Value, left: &Ast, right: &Ast) -> Result<Part<'static>, Error> {
        let list = self.eval(data, left)?;
        let Value::Array(items) = &*list else { return Ok(Cow::Borrowed(&NULL)) };
        let mut kept = Vec::new();
        for item in items {
            let item = self.run(item, right)?;
            if !item.is_null() {
                kept.push(item);
            }
        }
        Ok(Cow::Owned(Value::Array(kept)))
    }

    fn object_values(&mut self, data: &Value, node: &Ast) -> Result<Part<'static>, Error> {
        match self.eval(data, node)? {
            Cow::Borrowed(Value::Object(map)) => self.list(map.values().map(Cow::Borrowed)),
            Cow::Owned(Value::Object(map)) => self.list(map.into_iter().map(|(_, value)| Cow::Owned(value))),
            _ => Ok(Cow::Borrowed(&NULL)),
        }
    }

    fn flatten(&mut self, data: &Value, node: &Ast) -> Result<Part<'static>, Error> {
        match self.eval(data, node)? {
            Cow::Borrowed(Value::Array(items)) => self.list(items.iter().flat_map(elements).map(Cow::Borrowed)),
            Cow::Owned(Value::Array(items)) => self.list(items.into_iter().flat_map(flattened).map(Cow::Owned)),
            _ => Ok(Cow::Borrowed(&NULL)),
        }
    }

    fn multi_hash(&mut self, data: &Value, elements: &[KeyValuePair]) -> Result<Part<'static>, Error> {
        let mut map = Map::new();
        for pair in elements {
            self.spend(NODE_BYTES + pair.key.len())?;
            map.insert(pair.key.clone(), self.run(data, &pair.value)?);
        }
        Ok(Cow::Owned(Value::Object(map)))
    }

    fn slice(
        &mut self,
        data: &Value,
        start: Option<i32>,
        stop: Option<i32>,
        step: i32,
    ) -> Result<Part<'static>, Error> {
        let Value::Array(items) = data else { return Ok(Cow::Borrowed(&NULL)) };
        let places = slice(items.len(), start.map(i64::from), stop.map(i64::from), i64::from(step));
        self.list(places.into_iter().filter_map(|at| items.get(at)).map(Cow::Borrowed))
    }

    fn list<'p>(&mut self, items: impl Iterator<Item = Part<'p>>) -> Result<Part<'static>, Error> {
        let items = items.map(|item| self.own(item)).collect::<Result<_, _>>()?;
        Ok(Cow::Owned(Value::Array(items)))
    }

    /// The value itself; a copy is charged.
    pub(super) fn own(&mut self, part: Part<'_>) -> Result<Value, Error> {
        if let Cow::Borrowed(value) = &part {
            self.spend(json_bytes(value, self.left))?;
        }
        Ok(part.into_owned())
    }

    /// A value that was made, charged.
    pub(super) fn made(&mut self, value: Value) -> Result<Part<'static>, Error> {
        self.spend(json_bytes(&value, self.left))?;
        Ok(Cow::Owned(value))
    }

    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), Error> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| {
            Error::new(ErrorKind::TooLarge, format!("the projection copies or makes more than {} MiB", MAX_BYTES >> 20))
        })?;
        Ok(())
    }
}

/// The elements of a list, or the one value that is none.
fn elements(item: &Value) -> &[Value] {
    match item {
        Value::Array(items) => items,
        other => std::slice::from_ref(other),
    }
}

fn flattened(item: Value) -> Vec<Value> {
    match item {
        Value::Array(items) => items,
        other => vec![other],
    }
}

fn element(data: &Value, index: i32) -> Option<&Value> {
    let items = data.as_array()?;
    let index = i64::from(index);
    let index = if index < 0 { index + i64::try_from(items.len()).ok()? } else { index };
    items.get(usize::try_from(index).ok()?)
}

/// The positions that a slice takes, as in Python.
fn slice(length: usize, start: Option<i64>, stop: Option<i64>, step: i64) -> Vec<usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let place = |at: i64| (if at < 0 { at + length } else { at }).clamp(lowest, highest);
    let start = start.map_or(if step > 0 { lowest } else { highest }, place);
    let stop = stop.map_or(if step > 0 { highest } else { lowest }, place);
    let mut places = Vec::new();
    let mut at = start;
    while if step > 0 { at < stop } else { at > stop } {
        places.extend(usize::try_from(at));
        at += step;
    }
    places
}

/// JMESPath's truth: everything but null, false and what is empty.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// The verdict of a comparison; none for an ordering of what are not two numbers.
fn compare(comparator: &Comparator, left: &Value, right: &Value) -> Option<bool> {
    let ordering = || order_numbers(left, right);
    match comparator {
        Comparator::Equal => Some(is_equal(left, right)),
        Comparator::NotEqual => Some(!is_equal(left, right)),
        Comparator::LessThan => ordering().map(Ordering::is_lt),
        Comparator::LessThanEqual => ordering().map(Ordering::is_le),
        Comparator::GreaterThan => ordering().map(Ordering::is_gt),
        Comparator::GreaterThanEqual => ordering().map(Ordering::is_ge),
    }
}

/// The order of two numbers, exact where both are whole.
pub(super) fn order_numbers(left: &Value, right: &Value) -> Option<Ordering> {
    let (left, right) = (left.as_number()?, right.as_number()?);
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// Equality where 1 and 1.0 are the same.
pub(super) fn is_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(_), Value::Number(_)) => order_numbers(left, right) == Some(Ordering::Equal),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| is_equal(value, other)))
        }
        _ => left == right,
    }
}
