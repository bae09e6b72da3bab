//! Templates and expressions: how an author's text becomes a value of one call.
//!
//! - [`Template`] is a text with `${NAME}` and `{{ expression }}` in it, [`ValueTemplate`] a JSON value
//!   whose texts are templates. Both are compiled once, when a tool is saved or loaded, against the
//!   [`Names`] that they may use, and rendered for each call against a [`Scope`]. A value is rendered
//!   once: nothing that came from arguments, context or a secret is ever read as a template.
//! - [`Condition`] is an expression that gives true or false.
//! - [`Projection`] is a JMESPath expression over an answer.
//!
//! The crate is pure: no clock, no file, no socket, no randomness. It is also stingy, because its input
//! comes from strangers: the length of texts, the steps of an evaluation, the size of intermediate values and
//! of results all have a bound, and no expression can call anything but the functions and filters listed
//! in [`filters`] and [`functions`].

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod budget;
mod condition;
mod error;
mod filter;
mod lexer;
mod path;
mod program;
mod projection;
mod rewrite;
mod scope;
mod template;
mod value_template;

pub use condition::Condition;
pub use error::{Error, ErrorKind};
pub use program::environment::{filters, functions, tests};
pub use projection::Projection;
pub use scope::{EXTRA_FIELDS, Names, Scope};
pub use template::Template;
pub use value_template::ValueTemplate;

/// The longest text that is compiled, in bytes.
pub const MAX_SOURCE_BYTES: usize = 256 << 10;
/// The largest result of rendering a template, in bytes.
pub const MAX_OUTPUT_BYTES: usize = 1 << 20;
