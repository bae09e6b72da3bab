//! The one minijinja environment: which filters, tests and functions an expression may use.
//!
//! Nothing is loaded and nothing is debugged. Filters of minijinja run behind the [guard](super::guard); those that
//! could make much out of little without need (`indent`, `pprint`) are left out, and so is whatever looks
//! around (`attr`, `debug`).

use std::{collections::BTreeSet, sync::LazyLock};

use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, filters as builtin, tests as test,
    value::{Rest, Value, ValueOrKwargs},
};

use super::guard;
use crate::filter;

/// The steps that one evaluation may take. There are no loops in an expression, so this is far away.
const FUEL: u64 = 20_000;
/// The most numbers that `range` gives.
const MAX_RANGE: i64 = 10_000;

/// The environment that every expression is compiled in.
pub(crate) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(build);

const FUNCTIONS: [&str; 2] = ["dict", "range"];

const TESTS: [&str; 37] = [
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "even",
    "false",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "int",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "null",
    "number",
    "odd",
    "sameas",
    "sequence",
    "startingwith",
    "string",
    "true",
    "undefined",
    "upper",
    "blank",
    "array",
    "object",
    "present",
];

static FILTERS: LazyLock<BTreeSet<&'static str>> =
    LazyLock::new(|| guarded().into_iter().map(|(name, _)| name).collect());

/// The filters that an expression may use, sorted.
pub fn filters() -> Vec<&'static str> {
    FILTERS.iter().copied().collect()
}

/// The tests (`is …`) that an expression may use, sorted.
pub fn tests() -> Vec<&'static str> {
    let mut tests = TESTS.to_vec();
    tests.sort_unstable();
    tests
}

/// The functions that an expression may call, sorted.
pub fn functions() -> Vec<&'static str> {
    FUNCTIONS.to_vec()
}

pub(crate) fn is_filter(name: &str) -> bool {
    FILTERS.contains(name)
}

pub(crate) fn is_test(name: &str) -> bool {
    TESTS.contains(&name)
}

pub(crate) fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name)
}

fn build() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    for (name, filter) in guarded() {
        environment.add_filter(name, move |state: &mut minijinja::State<'_, '_>, args: Rest<ValueOrKwargs>| {
            guard::run(name, &filter, state, &args.into_values())
        });
    }
    add_tests(&mut environment);
    environment.add_function("range", range);
    environment.add_function("dict", minijinja::functions::dict);
    environment
}

fn guarded() -> Vec<(&'static str, Value)> {
    let mut all = builtins();
    all.extend(filter::all());
    all
}

fn builtins() -> Vec<(&'static str, Value)> {
    vec![
        ("abs", Value::from_function(builtin::abs)),
        ("batch", Value::from_function(builtin::batch)),
        ("bool", Value::from_function(builtin::bool)),
        ("capitalize", Value::from_function(builtin::capitalize)),
        ("chain", Value::from_function(builtin::chain)),
        ("count", Value::from_function(builtin::length)),
        ("d", Value::from_function(builtin::default)),
        ("default", Value::from_function(builtin::default)),
        ("dictsort", Value::from_function(builtin::dictsort)),
        ("first", Value::from_function(builtin::first)),
        ("float", Value::from_function(builtin::float)),
        ("format", Value::from_function(builtin::format)),
        ("groupby", Value::from_function(builtin::groupby)),
        ("int", Value::from_function(builtin::int)),
        ("items", Value::from_function(builtin::items)),
        ("join", Value::from_function(builtin::join)),
        ("last", Value::from_function(builtin::last)),
        ("length", Value::from_function(builtin::length)),
        ("lines", Value::from_function(builtin::lines)),
        ("list", Value::from_function(builtin::list)),
        ("lower", Value::from_function(builtin::lower)),
        ("map", Value::from_function(builtin::map)),
        ("max", Value::from_function(builtin::max)),
        ("min", Value::from_function(builtin::min)),
        ("reject", Value::from_function(builtin::reject)),
        ("rejectattr", Value::from_function(builtin::rejectattr)),
        ("replace", Value::from_function(builtin::replace)),
        ("reverse", Value::from_function(builtin::reverse)),
        ("round", Value::from_function(builtin::round)),
        ("select", Value::from_function(builtin::select)),
        ("selectattr", Value::from_function(builtin::selectattr)),
        ("slice", Value::from_function(builtin::slice)),
        ("sort", Value::from_function(builtin::sort)),
        ("split", Value::from_function(builtin::split)),
        ("string", Value::from_function(builtin::string)),
        ("sum", Value::from_function(builtin::sum)),
        ("title", Value::from_function(builtin::title)),
        ("trim", Value::from_function(builtin::trim)),
        ("unique", Value::from_function(builtin::unique)),
        ("upper", Value::from_function(builtin::upper)),
        ("zip", Value::from_function(builtin::zip)),
    ]
}

fn add_tests(environment: &mut Environment<'static>) {
    environment.add_test("defined", test::is_defined);
    environment.add_test("undefined", test::is_undefined);
    for name in ["none", "null"] {
        environment.add_test(name, test::is_none);
    }
    environment.add_test("blank", is_blank);
    environment.add_test("present", |value: &Value| !is_blank(value));
    environment.add_test("boolean", test::is_boolean);
    environment.add_test("number", test::is_number);
    environment.add_test("float", test::is_float);
    environment.add_test("string", test::is_string);
    environment.add_test("iterable", test::is_iterable);
    for name in ["int", "integer"] {
        environment.add_test(name, test::is_integer);
    }
    for name in ["sequence", "array"] {
        environment.add_test(name, test::is_sequence);
    }
    for name in ["mapping", "object"] {
        environment.add_test(name, test::is_mapping);
    }
    environment.add_test("true", test::is_true);
    environment.add_test("false", test::is_false);
    environment.add_test("odd", test::is_odd);
    environment.add_test("even", test::is_even);
    environment.add_test("divisibleby", test::is_divisibleby);
    environment.add_test("startingwith", test::is_startingwith);
    environment.add_test("endingwith", test::is_endingwith);
    environment.add_test("lower", test::is_lower);
    environment.add_test("upper", test::is_upper);
    environment.add_test("sameas", test::is_sameas);
    environment.add_test("in", test::is_in);
    for name in ["eq", "equalto"] {
        environment.add_test(name, test::is_eq);
    }
    environment.add_test("ne", test::is_ne);
    for name in ["lt", "lessthan"] {
        environment.add_test(name, test::is_lt);
    }
    environment.add_test("le", test::is_le);
    for name in ["gt", "greaterthan"] {
        environment.add_test(name, test::is_gt);
    }
    environment.add_test("ge", test::is_ge);
}

fn is_blank(value: &Value) -> bool {
    value.is_none()
        || value.is_undefined()
        || value.as_str().map_or_else(|| value.len() == Some(0), |text| text.trim().is_empty())
}

fn range(lower: i64, upper: Option<i64>, step: Option<i64>) -> Result<Vec<i64>, Error> {
    let (start, end) = upper.map_or((0, lower), |upper| (lower, upper));
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(Error::new(ErrorKind::InvalidOperation, "the step of `range` cannot be 0"));
    }
    let mut numbers = Vec::new();
    let mut next = Some(start);
    while let Some(number) = next.filter(|number| if step > 0 { *number < end } else { *number > end }) {
        if numbers.len() >= usize::try_from(MAX_RANGE).unwrap_or(usize::MAX) {
            return Err(Error::new(ErrorKind::OutOfFuel, format!("`range` gives at most {MAX_RANGE} numbers")));
        }
        numbers.push(number);
        next = number.checked_add(step);
    }
    Ok(numbers)
}
