//! The functions and constants, and walking an expression.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    MOST_DECIMALS, Problem,
    grammar::{Expr, Op},
    number::Number,
};

type Names = BTreeMap<String, Number>;

/// Every function with how many arguments it takes, and how it is written.
const FUNCTIONS: [(&str, usize, usize, &str); 17] = [
    ("round", 1, 2, "round(x, decimals)"),
    ("floor", 1, 1, "floor(x)"),
    ("ceil", 1, 1, "ceil(x)"),
    ("trunc", 1, 1, "trunc(x)"),
    ("abs", 1, 1, "abs(x)"),
    ("sqrt", 1, 1, "sqrt(x)"),
    ("exp", 1, 1, "exp(x)"),
    ("ln", 1, 1, "ln(x)"),
    ("log", 1, 2, "log(x, base)"),
    ("log10", 1, 1, "log10(x)"),
    ("mod", 2, 2, "mod(x, y)"),
    ("percent", 2, 2, "percent(whole, percentage)"),
    ("percent_change", 2, 2, "percent_change(from, to)"),
    ("min", 1, usize::MAX, "min(a, b, …)"),
    ("max", 1, usize::MAX, "max(a, b, …)"),
    ("sum", 1, usize::MAX, "sum(a, b, …)"),
    ("avg", 1, usize::MAX, "avg(a, b, …)"),
];
const CONSTANTS: [(&str, Decimal); 2] = [("pi", Decimal::PI), ("e", Decimal::E)];

/// Whether a name means something already.
pub(super) fn is_known(name: &str) -> bool {
    FUNCTIONS.iter().any(|function| function.0 == name) || CONSTANTS.iter().any(|constant| constant.0 == name)
}

/// Works an expression out.
pub(super) fn evaluate(expr: &Expr, names: &Names) -> Result<Number, Problem> {
    match expr {
        Expr::Number(value) => Ok(Number::exact(*value)),
        Expr::Name(name) => named(name, names),
        Expr::Negate(operand) => Ok(evaluate(operand, names)?.negate()),
        Expr::Percent(operand) => evaluate(operand, names)?.divide(Number::exact(Decimal::ONE_HUNDRED)),
        Expr::Binary(op, a, b) => {
            let (a, b) = (evaluate(a, names)?, evaluate(b, names)?);
            match op {
                Op::Add => a.add(b),
                Op::Subtract => a.subtract(b),
                Op::Multiply => a.multiply(b),
                Op::Divide => a.divide(b),
                Op::Remainder => a.remainder(b),
                Op::Power => a.power(b),
            }
        }
        Expr::Call(name, arguments) => {
            let (least, most, form) = known(name)?;
            if !(least..=most).contains(&arguments.len()) {
                return Err(wrong(form, format!("it was given {} arguments", arguments.len())));
            }
            let arguments = arguments.iter().map(|one| evaluate(one, names)).collect::<Result<Vec<_>, _>>()?;
            call(name, &arguments, form)
        }
    }
}

fn named(name: &str, names: &Names) -> Result<Number, Problem> {
    if let Some(number) = names.get(name) {
        return Ok(*number);
    }
    if let Some((_, value)) = CONSTANTS.iter().find(|constant| constant.0 == name) {
        return Ok(Number::rounded(*value));
    }
    let message = format!("`{name}` has no value; give it one in `variables`, or write the number itself");
    Err(Problem::new("unknown_name", message))
}

fn known(name: &str) -> Result<(usize, usize, &'static str), Problem> {
    FUNCTIONS
        .iter()
        .find(|function| function.0 == name)
        .map(|(_, least, most, form)| (*least, *most, *form))
        .ok_or_else(|| {
            let names: Vec<_> = FUNCTIONS.iter().map(|function| function.3).collect();
            Problem::new("unknown_function", format!("there is no function `{name}`; there are {}", names.join(", ")))
        })
}

fn wrong(form: &str, why: impl std::fmt::Display) -> Problem {
    Problem::new("wrong_arguments", format!("`{form}`: {why}"))
}

fn call(name: &str, arguments: &[Number], form: &str) -> Result<Number, Problem> {
    let [first, rest @ ..] = arguments else { return Err(wrong(form, "it was given no argument")) };
    let (x, y) = (*first, rest.first().copied());
    let second = || y.ok_or_else(|| wrong(form, "the second argument is missing"));
    let plain = |value: Decimal| Number { value, ..x };
    match name {
        "round" => Ok(x.round(y.map_or(Ok(0), |decimals| places(decimals, form))?)),
        "floor" => Ok(plain(x.value.floor())),
        "ceil" => Ok(plain(x.value.ceil())),
        "trunc" => Ok(plain(x.value.trunc())),
        "abs" => Ok(plain(x.value.abs())),
        "sqrt" => x.root(),
        "exp" => x.approximately(f64::exp),
        "ln" => logarithm(x),
        "log10" => logarithm(x).and_then(|_| x.approximately(f64::log10)),
        "log" => match y {
            None => logarithm(x).and_then(|_| x.approximately(f64::log10)),
            Some(base) => {
                logarithm(x)?;
                if logarithm(base)?.value.is_zero() {
                    return x.divide(Number::exact(Decimal::ZERO));
                }
                x.approximately(|x| x.log(base.value.to_f64().unwrap_or(f64::NAN)))
            }
        },
        "mod" => x.remainder(second()?),
        "percent" => x.multiply(second()?)?.divide(Number::exact(Decimal::ONE_HUNDRED)),
        "percent_change" => second()?.subtract(x)?.multiply(Number::exact(Decimal::ONE_HUNDRED))?.divide(x),
        "min" => Ok(rest.iter().fold(x, |least, one| if one.value < least.value { *one } else { least })),
        "max" => Ok(rest.iter().fold(x, |most, one| if one.value > most.value { *one } else { most })),
        _ => {
            let sum = rest.iter().try_fold(x, |sum, one| sum.add(*one))?;
            if name == "sum" { Ok(sum) } else { sum.divide(Number::exact(Decimal::from(arguments.len()))) }
        }
    }
}

/// The natural logarithm. Only a number above zero has one.
fn logarithm(x: Number) -> Result<Number, Problem> {
    if x.value <= Decimal::ZERO {
        return Err(Problem::new("not_defined", "only a number above zero has a logarithm"));
    }
    x.approximately(f64::ln)
}

fn places(decimals: Number, form: &str) -> Result<u32, Problem> {
    let whole = decimals.value.fract().is_zero().then(|| decimals.value.to_u32()).flatten();
    whole
        .filter(|places| *places <= MOST_DECIMALS)
        .ok_or_else(|| wrong(form, format!("the decimals must be a whole number of 0 to {MOST_DECIMALS}")))
}
