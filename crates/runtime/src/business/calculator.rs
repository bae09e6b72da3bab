//! `calculator`: works an expression out in exact decimals.
//!
//! `grammar` reads the expression, `number` has the arithmetic, and `evaluate` the functions. Everything is bounded:
//! the length of the text, how deep it nests, and the numbers, which have 28 digits.

mod evaluate;
mod grammar;
mod number;

use std::collections::BTreeMap;

use callwright_model::Object;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Number as JsonNumber, Value, json};

use self::number::Number;

/// The most characters of an expression.
const MOST_CHARS: usize = 1_000;
/// The most names that are given values.
const MOST_VARIABLES: usize = 50;
/// The most decimals of a result.
const MOST_DECIMALS: u32 = 20;

/// What the model says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    expression: String,
    #[serde(default)]
    variables: Object,
    #[serde(default)]
    decimals: Option<u32>,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// A stable name.
    pub code: &'static str,
    /// What is wrong, for the model.
    pub message: String,
}

impl Problem {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Works it out.
pub(super) fn run(arguments: &Arguments) -> Result<Value, Problem> {
    let expression = arguments.expression.trim();
    if expression.chars().count() > MOST_CHARS {
        return Err(Problem::new("too_long", format!("`expression` may have at most {MOST_CHARS} characters")));
    }
    let variables = variables(&arguments.variables)?;
    let mut value = evaluate::evaluate(&grammar::parse(expression)?, &variables)?;
    if let Some(decimals) = arguments.decimals {
        if decimals > MOST_DECIMALS {
            return Err(Problem::new("too_many_decimals", format!("`decimals` may be at most {MOST_DECIMALS}")));
        }
        value = value.round(decimals);
    }
    let text = match arguments.decimals {
        Some(decimals) => format!("{:.*}", decimals as usize, value.value),
        None => value.value.normalize().to_string(),
    };
    Ok(
        json!({ "expression": expression, "result": json_number(value.value), "text": text, "is_exact": value.is_exact }),
    )
}

/// The nearest number that JSON has; `text` has every digit.
fn json_number(value: Decimal) -> Value {
    let text = value.normalize().to_string();
    if let Ok(whole) = text.parse::<i64>() {
        return whole.into();
    }
    text.parse::<f64>().ok().and_then(JsonNumber::from_f64).map_or(Value::String(text), Value::Number)
}

fn variables(given: &Object) -> Result<BTreeMap<String, Number>, Problem> {
    if given.len() > MOST_VARIABLES {
        return Err(Problem::new("too_many_variables", format!("`variables` may have at most {MOST_VARIABLES} names")));
    }
    let mut variables = BTreeMap::new();
    for (name, value) in given {
        if !grammar::is_name(name) {
            let message = format!("`variables`: `{name}` is no name; use letters, digits and `_`");
            return Err(Problem::new("bad_variable", message));
        }
        if evaluate::is_known(name) {
            let message = format!("`variables`: `{name}` means something already; choose another name");
            return Err(Problem::new("bad_variable", message));
        }
        let number = value.as_number().and_then(|number| Number::read(&number.to_string()));
        let number = number.ok_or_else(|| {
            Problem::new("bad_variable", format!("`variables.{name}` must be a number of at most 28 digits"))
        })?;
        variables.insert(name.clone(), number);
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(expression: &str) -> Result<String, &'static str> {
        with(json!({ "expression": expression }))
    }

    fn with(arguments: Value) -> Result<String, &'static str> {
        let arguments: Arguments = serde_json::from_value(arguments).unwrap();
        run(&arguments).map(|value| value["text"].as_str().unwrap().to_owned()).map_err(|problem| problem.code)
    }

    #[test]
    fn sums_come_out_as_on_paper() {
        for (expression, result) in [
            ("0.1 + 0.2", "0.3"),
            ("1.005 * 100", "100.5"),
            ("round(2.675, 2)", "2.68"),
            ("round(-2.5)", "-3"),
            ("round(1250 * 1.19, 2)", "1487.5"),
            ("7 / 2", "3.5"),
            ("1 / 3 * 3", "0.9999999999999999999999999999"),
            ("2 + 3 * 4", "14"),
            ("(2 + 3) * 4", "20"),
            ("10 - 4 - 3", "3"),
            ("2 ^ 3 ^ 2", "512"),
            ("2 ** 10", "1024"),
            ("-2 ^ 2", "-4"),
            ("(-2) ^ 2", "4"),
            ("2 ^ -2 * 3", "0.75"),
            ("9 ^ 0.5", "3"),
            ("17 % 5", "2"),
            ("mod(17, -5)", "2"),
            ("200 * 15%", "30"),
            ("10% + 5%", "0.15"),
            ("50 % (3 + 4)", "1"),
            ("percent(200, 15)", "30"),
            ("percent_change(80, 100)", "25"),
            ("sqrt(2) * sqrt(2)", "1.9999999999999999999999999999"),
            ("sqrt(144)", "12"),
            ("max(1, 3, 2) - min(4, 2)", "1"),
            ("sum(1, 2, 3.5)", "6.5"),
            ("avg(1, 2, 6)", "3"),
            ("abs(-3) + floor(2.7) + ceil(2.1) + trunc(-2.7)", "6"),
            ("ln(e)", "1"),
            ("log(1000)", "3"),
            ("log(8, 2)", "3"),
            ("exp(0)", "1"),
            (".5 + 1_000 + 1.5e3", "2500.5"),
            (" 3 × 4 ÷ 2 ", "6"),
            ("10000 * (1 + 5%) ^ 10", "16288.946267774414062500"),
        ] {
            let result = result.parse::<Decimal>().unwrap().normalize().to_string();
            if ["sqrt(2) * sqrt(2)"].contains(&expression) {
                let got: Decimal = told(expression).unwrap().parse().unwrap();
                assert!((got - Decimal::TWO).abs() < Decimal::new(1, 24), "{expression} = {got}");
                continue;
            }
            assert_eq!(told(expression), Ok(result), "{expression}");
        }
    }

    #[test]
    fn what_has_no_result_says_why() {
        for (expression, code) in [
            ("1 / 0", "division_by_zero"),
            ("1 % (2 - 2)", "division_by_zero"),
            ("percent_change(0, 5)", "division_by_zero"),
            ("0 ^ -1", "division_by_zero"),
            ("sqrt(-1)", "not_defined"),
            ("ln(0)", "not_defined"),
            ("(-8) ^ 0.5", "not_defined"),
            ("log(8, 1)", "division_by_zero"),
            ("1 +", "syntax"),
            ("", "syntax"),
            ("(1 + 2", "syntax"),
            ("1 2", "syntax"),
            ("$5 + 3", "syntax"),
            ("1,000 + 1", "syntax"),
            ("price * 2", "unknown_name"),
            ("system(1)", "unknown_function"),
            ("sqrt(1, 2)", "wrong_arguments"),
            ("max()", "wrong_arguments"),
            ("round(1, 2.5)", "wrong_arguments"),
            ("round(1, 99)", "wrong_arguments"),
            ("9999999999999999 * 9999999999999999", "too_large"),
            ("10 ^ 10 ^ 10", "too_large"),
            ("2 ^ 99999", "too_large"),
            ("exp(1000)", "too_large"),
        ] {
            assert_eq!(told(expression), Err(code), "{expression}");
        }
        assert_eq!(told(&"(".repeat(900)), Err("too_deep"));
        assert_eq!(told(&format!("{}1", "-".repeat(900))), Err("too_deep"));
        assert_eq!(told(&format!("{}1", "1^".repeat(400))), Err("too_deep"));
        assert_eq!(told(&format!("{}1", "1+".repeat(499))), Ok("500".to_owned()));
        assert_eq!(told(&"1".repeat(1_001)), Err("too_long"));
    }

    #[test]
    fn names_have_the_values_that_they_were_given() {
        let priced = json!({"expression": "qty * price * (1 + vat)", "variables": {"qty": 3, "price": 19.99, "vat": 0.19}, "decimals": 2});
        assert_eq!(with(priced), Ok("71.36".to_owned()));
        assert_eq!(with(json!({"expression": "2 * 3", "decimals": 2})), Ok("6.00".to_owned()));
        for variables in
            [json!({"pi": 3}), json!({"max": 3}), json!({"a b": 3}), json!({"a": "3"}), json!({"a": 1e300})]
        {
            assert_eq!(with(json!({"expression": "1", "variables": variables})), Err("bad_variable"), "{variables}");
        }
    }

    #[test]
    fn it_says_whether_anything_was_rounded() {
        for (expression, is_exact) in [
            ("0.1 + 0.2", true),
            ("1 / 8", true),
            ("1 / 3", false),
            ("sqrt(9)", true),
            ("sqrt(2)", false),
            ("pi", false),
            ("2 ^ 0.5", false),
            ("round(1 / 3, 2)", false),
        ] {
            let value = run(&serde_json::from_value(json!({ "expression": expression })).unwrap()).unwrap();
            assert_eq!(value["is_exact"], is_exact, "{expression}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(expression in "[-+*/%^().,0-9a-z _]{0,120}") {
            drop(told(&expression));
        }

        #[test]
        fn cents_add_up(cents in prop::collection::vec(-1_000_000i64..1_000_000, 1..40)) {
            let text = |cents: i64| format!("({}{}.{:02})", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100);
            let expression = cents.iter().map(|cents| text(*cents)).collect::<Vec<_>>().join(" + ");
            let sum: i64 = cents.iter().sum();
            prop_assert_eq!(told(&expression), Ok(Decimal::new(sum, 2).normalize().to_string()));
        }

        #[test]
        fn whole_numbers_follow_the_rules_of_precedence(a in -999i64..999, b in -999i64..999, c in 1i64..999) {
            let (plain, grouped) = (format!("({a}) + ({b}) * {c}"), format!("(({a}) + ({b})) * {c}"));
            prop_assert_eq!(told(&plain), Ok((a + b * c).to_string()));
            prop_assert_eq!(told(&grouped), Ok(((a + b) * c).to_string()));
            prop_assert_eq!(told(&format!("mod({a}, {c})")), Ok((a % c).to_string()));
        }
    }
}
