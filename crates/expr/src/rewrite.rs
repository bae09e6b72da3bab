//! Prepares an expression for minijinja: checks every name in it and takes the paths out.
//!
//! A dotted name such as `parameters.items[0].id` is replaced by a variable (`p0`) that the program fills in
//! itself. So the names that an expression reads are known exactly (minijinja's own list leaves some out), a
//! missing one is reported by its whole name, and nothing else of the scope is ever within its reach.
//!
//! Two things that minijinja would do are ruled out here because no budget could catch them in time:
//! repetition (`'x' * 100000000` is computed while compiling), by making both operands of `*` prove that they are
//! numbers (`** 1`), and slices with a step, whose arithmetic is not checked.

mod dotted;

use crate::{
    Error, ErrorKind,
    lexer::{Kind, Token, tokens},
    path::Step,
    program::environment::{is_filter, is_function, is_test},
};

/// The most tokens in one expression. This bounds how deep it can nest, and so the stack.
const MAX_TOKENS: usize = 600;

/// An expression ready for minijinja.
#[derive(Debug)]
pub(crate) struct Rewritten {
    /// The text for minijinja, where `p0`, `p1`, … stand for the paths.
    pub(crate) text: String,
    pub(crate) uses: Vec<RawUse>,
}

/// One place where an expression reads a dotted name.
#[derive(Debug)]
pub(crate) struct RawUse {
    pub(crate) source: String,
    pub(crate) root: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) place: Place,
}

/// What stands around a dotted name, as far as it matters when it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing of note.
    Plain,
    /// `x | default(…)`, `x is defined`: the author expects that it may be missing.
    Tolerant,
    /// The side of an ordering (`x < 1`, `1 > x`) that must come out as the greater one to make it false.
    Greater,
    /// `y in x`.
    Container,
}

/// Checks `source` and takes its paths out.
pub(crate) fn rewrite(source: &str) -> Result<Rewritten, Error> {
    let tokens = tokens(source)?;
    if tokens.is_empty() {
        return Err(syntax("the expression is empty"));
    }
    if tokens.len() > MAX_TOKENS {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("an expression may have at most {MAX_TOKENS} words and signs; this one has {}", tokens.len()),
        ));
    }
    let mut rewriter = Rewriter {
        source,
        tokens: &tokens,
        at: 0,
        text: String::with_capacity(source.len()),
        copied: 0,
        frames: Vec::new(),
        uses: Vec::new(),
        products: Vec::new(),
        after_operand: false,
        callable: false,
    };
    rewriter.run()?;
    Ok(Rewritten { text: rewriter.text, uses: rewriter.uses })
}

struct Rewriter<'s, 't> {
    source: &'s str,
    tokens: &'t [Token<'s>],
    at: usize,
    text: String,
    /// How much of the source is in `text`.
    copied: usize,
    frames: Vec<Frame>,
    uses: Vec<RawUse>,
    /// The bracket depths at which the right operand of a `*` is still open.
    products: Vec<usize>,
    /// Whether a value has just ended, so that `[` is a subscript and `-` an operator.
    after_operand: bool,
    /// Whether the `(` that follows may be a call: after a function, a filter or a test.
    callable: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    Group,
    Call,
    List,
    Subscript { colons: usize },
    Map,
}

impl<'s> Rewriter<'s, '_> {
    fn run(&mut self) -> Result<(), Error> {
        while let Some(token) = self.tokens.get(self.at).copied() {
            let callable = std::mem::take(&mut self.callable);
            match token.kind {
                Kind::Name => self.name(token)?,
                Kind::Text | Kind::Number => self.operand(token)?,
                Kind::Sign => self.sign(token, callable)?,
            }
        }
        if let Some(frame) = self.frames.last() {
            return Err(syntax(format!("`{}` is missing", frame.closer())));
        }
        self.close_products(0);
        self.copy_to(self.source.len());
        Ok(())
    }

    fn peek(&self, ahead: usize) -> Option<Token<'s>> {
        self.tokens.get(self.at + ahead).copied()
    }

    fn peek_sign(&self, ahead: usize, sign: &str) -> bool {
        self.peek(ahead).is_some_and(|token| token.is_sign(sign))
    }

    fn copy_to(&mut self, end: usize) {
        self.text.push_str(&self.source[self.copied..end]);
        self.copied = end;
    }

    fn operand(&mut self, token: Token<'s>) -> Result<(), Error> {
        // Texts side by side are joined by minijinja; anything else side by side is a mistake.
        let joined = token.kind == Kind::Text
            && self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).is_some_and(|last| last.kind == Kind::Text);
        if self.after_operand && !joined {
            return Err(syntax(format!("`{}` does not belong here", token.text)));
        }
        self.at += 1;
        self.after_operand = true;
        Ok(())
    }

    fn name(&mut self, token: Token<'s>) -> Result<(), Error> {
        match token.text {
            "is" => return self.test(),
            "and" | "or" | "not" | "in" | "if" | "else" => {
                if self.after_operand {
                    self.close_products(self.frames.len());
                }
                self.at += 1;
                self.after_operand = false;
                return Ok(());
            }
            _ => {}
        }
        if self.after_operand {
            return Err(syntax(format!("`{}` does not belong here", token.text)));
        }
        if matches!(token.text, "true" | "True" | "false" | "False" | "none" | "None") {
            return self.operand(token);
        }
        if self.frames.last() == Some(&Frame::Call) && self.peek_sign(1, "=") {
            self.at += 2;
            return Ok(());
        }
        if self.peek_sign(1, "(") {
            if !is_function(token.text) {
                return Err(Error::new(
                    ErrorKind::UnknownName,
                    format!("there is no function `{}`; there are: {}", token.text, crate::functions().join(", ")),
                ));
            }
            self.at += 1;
            self.after_operand = true;
            self.callable = true;
            return Ok(());
        }
        self.path(token)
    }

    /// `is name`, `is not name`.
    fn test(&mut self) -> Result<(), Error> {
        self.at += 1;
        if self.peek(0).is_some_and(|token| token.is_name("not")) {
            self.at += 1;
        }
        let Some(name) = self.peek(0).filter(|token| token.kind == Kind::Name) else {
            return Err(syntax("after `is` comes the name of a test, such as `none` or `defined`"));
        };
        if !is_test(name.text) {
            return Err(Error::new(
                ErrorKind::UnknownName,
                format!("there is no test `is {}`; there are: {}", name.text, crate::tests().join(", ")),
            ));
        }
        self.at += 1;
        // The argument may follow without parentheses (`is divisibleby 3`), or there is none.
        self.after_operand = !self.peek(0).is_some_and(begins_test_argument);
        self.callable = self.peek_sign(0, "(");
        self.after_operand |= self.callable;
        Ok(())
    }

    /// `| name`.
    fn filter(&mut self) -> Result<(), Error> {
        self.at += 1;
        let Some(name) = self.peek(0).filter(|token| token.kind == Kind::Name) else {
            return Err(syntax("after `|` comes the name of a filter, such as `default` or `tojson`"));
        };
        if !is_filter(name.text) {
            return Err(Error::new(
                ErrorKind::UnknownName,
                format!("there is no filter `{}`; there are: {}", name.text, crate::filters().join(", ")),
            ));
        }
        self.at += 1;
        self.after_operand = true;
        self.callable = true;
        Ok(())
    }

    fn sign(&mut self, token: Token<'s>, callable: bool) -> Result<(), Error> {
        match token.text {
            "(" | "[" | "{" => return self.open(token, callable),
            ")" | "]" | "}" => return self.close(token),
            "|" => return self.filter(),
            "." => return self.attribute(),
            "*" | "**" if !self.after_operand => {
                return Err(refused(format!("`{}` before a value (unpacking) is not offered", token.text)));
            }
            "*" => return self.product(),
            ":" => self.colon()?,
            _ => {}
        }
        if self.after_operand && token.text != "**" {
            self.close_products(self.frames.len());
        }
        self.at += 1;
        self.after_operand = false;
        Ok(())
    }

    fn open(&mut self, token: Token<'s>, callable: bool) -> Result<(), Error> {
        let frame = match token.text {
            "(" if callable => Frame::Call,
            "(" if self.after_operand => {
                return Err(refused("values cannot be called; there are filters for that, as in `name | upper`"));
            }
            "(" => Frame::Group,
            "[" if self.after_operand => Frame::Subscript { colons: 0 },
            "[" => Frame::List,
            _ if self.after_operand => return Err(syntax("`{` does not belong here")),
            _ => Frame::Map,
        };
        self.frames.push(frame);
        self.at += 1;
        self.after_operand = false;
        Ok(())
    }

    fn close(&mut self, token: Token<'s>) -> Result<(), Error> {
        self.close_products(self.frames.len());
        match self.frames.pop() {
            Some(frame) if frame.closer() == token.text => {}
            Some(frame) => {
                return Err(syntax(format!("`{}` where `{}` is missing", token.text, frame.closer())));
            }
            None => return Err(syntax(format!("`{}` closes nothing", token.text))),
        }
        self.at += 1;
        self.after_operand = true;
        Ok(())
    }

    fn colon(&mut self) -> Result<(), Error> {
        if let Some(Frame::Subscript { colons }) = self.frames.last_mut() {
            *colons += 1;
            if *colons > 1 {
                return Err(refused("a slice takes no step; use the filter `reverse` to turn a list around"));
            }
        }
        Ok(())
    }

    /// `.name` after something that is not itself a dotted name, such as a call or a computed subscript.
    fn attribute(&mut self) -> Result<(), Error> {
        let named = self.peek(1).is_some_and(|token| matches!(token.kind, Kind::Name | Kind::Number));
        if !self.after_operand || !named {
            return Err(syntax("`.` comes between a value and a name"));
        }
        self.at += 2;
        Ok(())
    }

    fn product(&mut self) -> Result<(), Error> {
        self.close_products(self.frames.len());
        let end = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, Token::end);
        self.copy_to(end);
        self.text.push_str(" ** 1");
        self.products.push(self.frames.len());
        self.at += 1;
        self.after_operand = false;
        Ok(())
    }

    /// Ends the right operands of `*` that are open at `depth` or deeper.
    fn close_products(&mut self, depth: usize) {
        while self.products.last().is_some_and(|open| *open >= depth) {
            self.products.pop();
            let end = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, Token::end);
            if end >= self.copied {
                self.copy_to(end);
            }
            self.text.push_str(" ** 1");
        }
    }
}

impl Frame {
    fn closer(self) -> &'static str {
        match self {
            Self::Group | Self::Call => ")",
            Self::List | Self::Subscript { .. } => "]",
            Self::Map => "}",
        }
    }
}

fn begins_test_argument(token: Token<'_>) -> bool {
    match token.kind {
        Kind::Text | Kind::Number => true,
        Kind::Name => !matches!(token.text, "and" | "or" | "else" | "is" | "if" | "in" | "not"),
        Kind::Sign => matches!(token.text, "-" | "[" | "{"),
    }
}

fn syntax(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Syntax, message)
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Refused, message)
}
