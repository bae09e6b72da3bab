//! The dotted names of an expression, and what stands around them.

use super::{Place, RawUse, Rewriter, refused};
use crate::{
    Error,
    lexer::{Kind, Token},
    path::{Step, step},
};

impl<'s> Rewriter<'s, '_> {
    /// Takes out the dotted name that begins with `root`.
    pub(super) fn path(&mut self, root: Token<'s>) -> Result<(), Error> {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).copied();
        self.at += 1;
        let mut steps = Vec::new();
        let mut end = root.end();
        while let Some((step, length)) = self.path_step() {
            steps.push(step);
            self.at += length;
            end = self.tokens[self.at - 1].end();
        }
        let source = &self.source[root.start..end];
        if self.peek_sign(0, "(") {
            return Err(refused(format!(
                "`{source}(…)`: values have no methods here; there are filters, as in `name | upper`"
            )));
        }
        let place = self.place(before);
        self.copy_to(root.start);
        self.text.push('p');
        self.text.push_str(&self.uses.len().to_string());
        self.copied = end;
        self.uses.push(RawUse { source: source.to_owned(), root: root.text.to_owned(), steps, place });
        self.after_operand = true;
        Ok(())
    }

    /// The step of a dotted name that comes next, and how many tokens it takes.
    fn path_step(&self) -> Option<(Step, usize)> {
        let first = self.peek(0)?;
        if first.is_sign(".") {
            let name = self.peek(1)?;
            return match name.kind {
                Kind::Name => Some((Step::Key(name.text.to_owned()), 2)),
                Kind::Number => Some((step(name.text), 2)),
                _ => None,
            };
        }
        if !first.is_sign("[") {
            return None;
        }
        let inner = self.peek(1)?;
        if inner.is_sign("-") && self.peek_sign(3, "]") {
            let index: i64 = self.peek(2).filter(|token| token.kind == Kind::Number)?.text.parse().ok()?;
            return Some((Step::Index(-index), 4));
        }
        if !self.peek_sign(2, "]") {
            return None;
        }
        match inner.kind {
            Kind::Number => Some((Step::Index(inner.text.parse().ok()?), 3)),
            Kind::Text if !inner.text.contains('\\') => {
                Some((Step::Key(inner.text[1..inner.text.len() - 1].to_owned()), 3))
            }
            _ => None,
        }
    }

    fn place(&self, before: Option<Token<'_>>) -> Place {
        let next = self.peek(0);
        let named = |ahead: usize, names: &[&str]| {
            self.peek(ahead).is_some_and(|token| token.kind == Kind::Name && names.contains(&token.text))
        };
        let negated = usize::from(named(1, &["not"]));
        if self.peek_sign(0, "|") && named(1, &["default", "d"])
            || named(0, &["is"]) && named(1 + negated, &["defined", "undefined"])
        {
            return Place::Tolerant;
        }
        let is_sign = |token: Option<Token<'_>>, signs: [&str; 2]| {
            token.is_some_and(|token| token.kind == Kind::Sign && signs.contains(&token.text))
        };
        if is_sign(next, ["<", "<="]) || !is_sign(next, [">", ">="]) && is_sign(before, [">", ">="]) {
            return Place::Greater;
        }
        if before.is_some_and(|token| token.is_name("in")) { Place::Container } else { Place::Plain }
    }
}
