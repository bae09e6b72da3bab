//! Projections: JMESPath over an answer.
//!
//! The parser is that of the crate `jmespath`; the evaluation is ours, because that crate's has no bound on
//! what it makes (`[@,@][]|[@,@][]|…` doubles its input with every stage), copies its input first, and sorts the
//! fields of objects.

mod function;
mod interpret;

use std::sync::Arc;

use jmespath::ast::Ast;
use serde_json::Value;

use crate::{Error, ErrorKind, program::shortened};
use interpret::Interpreter;

/// The longest expression, in bytes. This bounds how deep the parser recurses.
const MAX_EXPRESSION_BYTES: usize = 4 << 10;
/// How deep the parts of an expression may nest.
const MAX_NESTING: usize = 64;
/// How many brackets and stars an expression may have: each is parsed inside the one before (`a[*].b[*]`).
const MAX_PROJECTIONS: usize = 200;

/// A compiled JMESPath expression. Objects keep the order of their fields.
#[derive(Debug, Clone)]
pub struct Projection(Arc<Ast>);

impl Projection {
    /// Compiles `text`. Unknown functions and wrong numbers of arguments are found here.
    pub fn compile(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_EXPRESSION_BYTES {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("a JMESPath expression may have at most {MAX_EXPRESSION_BYTES} bytes"),
            ));
        }
        nesting(text)?;
        let ast = jmespath::parse(text).map_err(|error| {
            let reason = error.reason.to_string();
            let reason = reason.trim_start_matches("Parse error: ");
            let column = error.column + 1;
            Error::new(
                ErrorKind::Syntax,
                format!("`{}` is not a JMESPath expression: {reason} (column {column})", shortened(text)),
            )
        })?;
        check(&ast, 0)?;
        Ok(Self(Arc::new(ast)))
    }

    /// Applies it to `value`. What is not there is null; a function that is given a wrong type is an error.
    pub fn apply(&self, value: &Value) -> Result<Value, Error> {
        Interpreter::new().run(value, &self.0)
    }
}

/// Refuses what would make the parser recurse too deep: brackets in brackets, long rows of prefixes, projections of
/// projections.
fn nesting(text: &str) -> Result<(), Error> {
    let mut depth = 0_usize;
    let mut projections = 0_usize;
    let mut prefixes = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for c in text.chars() {
        if let Some(open) = quote {
            if !escaped && c == open {
                quote = None;
            }
            escaped = !escaped && c == '\\';
            continue;
        }
        prefixes = match c {
            '!' | '&' => prefixes + 1,
            c if c.is_whitespace() => prefixes,
            _ => 0,
        };
        match c {
            '\'' | '"' | '`' => quote = Some(c),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        projections += usize::from(matches!(c, '[' | '*'));
        if depth + prefixes > MAX_NESTING || projections > MAX_PROJECTIONS {
            return Err(too_deep());
        }
    }
    Ok(())
}

/// Refuses what nests too deep, and functions and arguments that do not exist.
fn check(node: &Ast, depth: usize) -> Result<(), Error> {
    if depth > MAX_NESTING {
        return Err(too_deep());
    }
    let inner = |node: &Ast| check(node, depth + 1);
    match node {
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. } => inner(lhs).and_then(|()| inner(rhs)),
        Ast::Condition { predicate, then, .. } => inner(predicate).and_then(|()| inner(then)),
        Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => inner(node),
        Ast::MultiList { elements, .. } => elements.iter().try_for_each(inner),
        Ast::MultiHash { elements, .. } => elements.iter().try_for_each(|pair| inner(&pair.value)),
        Ast::Function { name, args, .. } => {
            function::check(name, args)?;
            args.iter().try_for_each(|arg| match arg {
                Ast::Expref { ast, .. } => inner(ast),
                other => inner(other),
            })
        }
        Ast::Expref { .. } => Err(Error::new(ErrorKind::Syntax, "`&` stands only before an argument of a function")),
        Ast::Slice { step: 0, .. } => Err(Error::new(ErrorKind::Syntax, "the step of a slice cannot be 0")),
        Ast::Slice { .. } | Ast::Identity { .. } | Ast::Field { .. } | Ast::Index { .. } | Ast::Literal { .. } => {
            Ok(())
        }
    }
}

fn too_deep() -> Error {
    Error::new(ErrorKind::TooLarge, format!("the JMESPath expression nests deeper than {MAX_NESTING} levels"))
}
