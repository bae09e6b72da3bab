//! Reading an expression. The precedence is the library's work (winnow's Pratt parser); here stands what binds how tightly.

use rust_decimal::Decimal;
use winnow::{
    Parser, Result,
    ascii::{digit1, multispace0},
    combinator::{Infix, Postfix, Prefix, alt, delimited, eof, expression, opt, peek, preceded, separated, terminated},
    error::ContextError,
    token::{one_of, take_while},
};

use super::{Problem, number::Number};

/// How deep parentheses may nest.
const MOST_DEPTH: usize = 40;
/// How many signs may stand one after the other.
const MOST_SIGNS: usize = 4;
/// How many powers one expression may have.
const MOST_POWERS: usize = 40;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// A number.
    Number(Decimal),
    /// A name that stands for one.
    Name(String),
    /// A function with its arguments.
    Call(String, Vec<Expr>),
    /// The other sign.
    Negate(Box<Expr>),
    /// A hundredth.
    Percent(Box<Expr>),
    /// Two with something between them.
    Binary(Op, Box<Expr>, Box<Expr>),
}

/// What stands between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

/// Whether a text can be a name.
pub(super) fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Reads the whole text as one expression.
pub(super) fn parse(text: &str) -> std::result::Result<Expr, Problem> {
    refuse_deep(text)?;
    delimited(multispace0, whole, eof).parse(text).map_err(|error| {
        let at = error.char_span().start;
        let near: String = text.chars().skip(at).take(12).collect();
        let near = if near.is_empty() { "the end".to_owned() } else { format!("`{near}`") };
        let message = format!(
            "`expression` cannot be read at character {}, {near}; write it like `round(1250 * 1.19, 2)`, without units, currency signs or thousands separators",
            at + 1
        );
        Problem::new("syntax", message)
    })
}

/// Each of these would take the parser one step deeper.
fn refuse_deep(text: &str) -> std::result::Result<(), Problem> {
    let (mut depth, mut deepest, mut signs, mut most_signs) = (0usize, 0, 0, 0);
    for character in text.chars().filter(|character| !character.is_whitespace()) {
        depth = match character {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        signs = if matches!(character, '+' | '-' | '−') { signs + 1 } else { 0 };
        (deepest, most_signs) = (deepest.max(depth), most_signs.max(signs));
    }
    let powers = text.matches('^').count() + text.matches("**").count();
    let why = match (deepest > MOST_DEPTH, most_signs > MOST_SIGNS, powers > MOST_POWERS) {
        (true, _, _) => format!("parentheses may nest {MOST_DEPTH} deep"),
        (_, true, _) => format!("at most {MOST_SIGNS} signs may stand one after the other"),
        (_, _, true) => format!("at most {MOST_POWERS} powers are worked out"),
        _ => return Ok(()),
    };
    Err(Problem::new("too_deep", format!("`expression` is too involved: {why}")))
}

fn whole(input: &mut &str) -> Result<Expr> {
    expression(operand).prefix(prefix).postfix(postfix).infix(infix).parse_next(input)
}

/// What `parser` reads, and the blanks behind it.
fn spaced<'i, O>(parser: impl Parser<&'i str, O, ContextError>) -> impl Parser<&'i str, O, ContextError> {
    terminated(parser, multispace0)
}

/// A sign binds tighter than a product and looser than a power: `-2 ^ 2` is -4.
fn prefix<'i>(input: &mut &'i str) -> Result<Prefix<&'i str, Expr, ContextError>> {
    let sign = spaced(one_of(['-', '+', '−'])).parse_next(input)?;
    Ok(if sign == '+' {
        Prefix(9, |_: &mut _, operand| Ok(operand))
    } else {
        Prefix(9, |_: &mut _, operand| Ok(Expr::Negate(Box::new(operand))))
    })
}

/// A percent sign that nothing follows which it could be the remainder by.
fn postfix<'i>(input: &mut &'i str) -> Result<Postfix<&'i str, Expr, ContextError>> {
    let ends = alt((eof.void(), one_of([')', ',', '+', '-', '−', '*', '×', '/', '÷', '^', '%']).void()));
    (spaced('%'), peek(ends)).parse_next(input)?;
    Ok(Postfix(13, |_: &mut _, operand| Ok(Expr::Percent(Box::new(operand)))))
}

fn infix<'i>(input: &mut &'i str) -> Result<Infix<&'i str, Expr, ContextError>> {
    let sign = spaced(alt(("**", one_of(['+', '-', '−', '*', '×', '/', '÷', '%', '^']).take()))).parse_next(input)?;
    Ok(match sign {
        "+" => Infix::Left(5, |_: &mut _, a, b| Ok(binary(Op::Add, a, b))),
        "-" | "−" => Infix::Left(5, |_: &mut _, a, b| Ok(binary(Op::Subtract, a, b))),
        "*" | "×" => Infix::Left(7, |_: &mut _, a, b| Ok(binary(Op::Multiply, a, b))),
        "/" | "÷" => Infix::Left(7, |_: &mut _, a, b| Ok(binary(Op::Divide, a, b))),
        "%" => Infix::Left(7, |_: &mut _, a, b| Ok(binary(Op::Remainder, a, b))),
        _ => Infix::Right(11, |_: &mut _, a, b| Ok(binary(Op::Power, a, b))),
    })
}

fn binary(op: Op, a: Expr, b: Expr) -> Expr {
    Expr::Binary(op, Box::new(a), Box::new(b))
}

fn operand(input: &mut &str) -> Result<Expr> {
    alt((number, named, delimited(spaced('('), whole, spaced(')')))).parse_next(input)
}

fn number(input: &mut &str) -> Result<Expr> {
    let digits = || take_while(0.., |c: char| c.is_ascii_digit() || c == '_');
    let mantissa = alt(((digit1, digits(), opt(('.', digits()))).take(), ('.', digit1, digits()).take()));
    let exponent = opt((one_of(['e', 'E']), opt(one_of(['+', '-'])), digit1));
    let read = |text: &str| Number::read(&text.replace('_', "")).map(|number| Expr::Number(number.value));
    spaced((mantissa, exponent).take().verify_map(read)).parse_next(input)
}

fn named(input: &mut &str) -> Result<Expr> {
    let name = take_while(1..=64, |c: char| c.is_ascii_alphanumeric() || c == '_');
    let name: &str = spaced(name.verify(is_name)).parse_next(input)?;
    if !input.starts_with('(') {
        return Ok(Expr::Name(name.to_owned()));
    }
    let arguments = separated(0.., whole, spaced(','));
    let arguments: Vec<Expr> = preceded(spaced('('), terminated(arguments, spaced(')'))).parse_next(input)?;
    Ok(Expr::Call(name.to_owned(), arguments))
}
