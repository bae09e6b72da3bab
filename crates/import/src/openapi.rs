//! OpenAPI 3.0 and 3.1.
//!
//! `document` checks the version and lists the operations, `operation` makes a tool of one; `parameter` and `body`
//! say where each argument goes, `auth` how the request identifies itself and `server` where it is sent. References
//! are followed inside the document only (`reference`); schemas are written out by [`crate::schema`].

mod auth;
mod body;
mod document;
pub(crate) mod fields;
pub(crate) mod operation;
pub(crate) mod parameter;
pub(crate) mod reference;
mod server;

use std::{cell::Cell, collections::BTreeSet};

use callwright_model::Fault;
use serde_json::Value;
use url::Url;

use crate::{Format, Imported, Item, Options, Skipped, select, too_large, words};
use document::Operation;
use server::Server;

/// The most bytes of the schemas of all chosen operations together.
const MAX_TOTAL_BYTES: usize = 16 << 20;

/// What is the same for all operations of a document.
pub(crate) struct Scene<'d> {
    pub(crate) root: &'d Value,
    pub(crate) options: &'d Options,
    pub(crate) origin: Option<&'d Url>,
    /// The beginning of secrets' names.
    pub(crate) secrets: String,
    /// How often an operation turned out too large at some depth.
    pub(crate) too_large: Cell<u32>,
    /// Which of the depths the last operation fitted at.
    pub(crate) fitted: Cell<usize>,
    /// The bytes of all schemas so far.
    bytes: Cell<usize>,
}

impl Scene<'_> {
    /// Refuses a choice whose schemas are too large together.
    pub(crate) fn spend(&self, bytes: usize) -> Result<(), Fault> {
        self.bytes.set(self.bytes.get() + bytes);
        if self.bytes.get() <= MAX_TOTAL_BYTES {
            return Ok(());
        }
        Err(too_large(format!(
            "the schemas of the chosen operations have more than {MAX_TOTAL_BYTES} bytes; choose fewer of them"
        )))
    }
}

/// Makes tools of an OpenAPI document.
pub(crate) fn import(root: &Value, options: &Options, origin: Option<&Url>) -> Result<Imported, Fault> {
    document::check(root)?;
    let mut warnings = BTreeSet::new();
    let operations = document::operations(root, options, &mut warnings)?;
    select::check_operations(options, operations.iter().map(Operation::candidate))?;
    let title = root.pointer("/info/title").and_then(Value::as_str).map(str::trim).filter(|title| !title.is_empty());
    let secrets = options.secret_prefix.clone().unwrap_or_else(|| words::secret_prefix(title.unwrap_or("API")));
    let scene =
        Scene { root, options, origin, secrets, too_large: Cell::new(0), fitted: Cell::new(0), bytes: Cell::new(0) };
    let base = Server::of(&scene, root.get("servers"));
    let mut imported = Imported {
        format: Format::Openapi,
        title: title.map(|title| words::cut(&words::tidy(title), 200)),
        operation_count: operations.len(),
        operations: operations.iter().map(|operation| operation.id.clone()).collect(),
        items: Vec::new(),
        skipped: Vec::new(),
        warnings: Vec::new(),
    };
    for operation in operations.iter().filter(|operation| select::wants(options, &operation.candidate())) {
        match operation::tool(&scene, operation, &base, &mut warnings)? {
            Ok((spec, warnings)) => imported.items.push(Item {
                operation: operation.id.clone(),
                method: operation.method.to_owned(),
                path: operation.path.to_owned(),
                tags: operation.tags.clone(),
                spec,
                warnings,
            }),
            Err(reason) => imported.skipped.push(Skipped { operation: operation.id.clone(), reason }),
        }
    }
    imported.warnings.extend(warnings);
    Ok(imported)
}
