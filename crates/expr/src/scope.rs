//! What a text may name, and what those names stand for in one call.

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::{Object, context::CallContext, secret::SecretString, tool::Trust};

/// What a text may refer to; known when it is compiled.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The names of the secrets that exist.
    pub secrets: BTreeSet<String>,
    /// Whether it may read what the caller sent (arguments and `context.client`), or only what the server established.
    pub trust: Trust,
    /// The names of a document, for a text that is about that and nothing else: its values are [`Scope::extra`], and
    /// after them [`Scope::parameters`]. Secrets, context and call fields are then out of reach.
    pub document: Option<BTreeSet<String>>,
}

impl Names {
    /// The names of a document.
    pub fn of_document<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let document = names.into_iter().map(str::to_owned).collect();
        Self { trust: Trust::Client, document: Some(document), ..Self::default() }
    }
}

/// What the names stand for in one call.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The arguments of the call.
    pub parameters: &'a Object,
    /// Its context.
    pub context: &'a CallContext,
    /// The stricter of this and the trust that the text was compiled with decides.
    pub trust: Trust,
    /// The secrets lent to this call.
    pub secrets: &'a BTreeMap<String, SecretString>,
    /// Values of the server's own: those of [`EXTRA_FIELDS`].
    pub extra: &'a Object,
}

/// The names of [`Scope::extra`] that an expression may use, as `{{ now }}` or `{{ extra.now }}`.
///
/// `idempotency_key` is the caller's word, so a text with [`Trust::Verified`] may not read it.
pub const EXTRA_FIELDS: [&str; 3] = ["execution_id", "idempotency_key", "now"];
