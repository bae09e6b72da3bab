//! The arguments of a tool under construction, and where each of them goes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::words;

/// The arguments of a tool, and the parts of its request that read them.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    /// The schemas of the arguments.
    pub(crate) properties: Map<String, Value>,
    pub(crate) required: Vec<String>,
    /// What the schema says of its properties together.
    pub(crate) constraints: Map<String, Value>,
    taken: BTreeSet<String>,
    pub(crate) query: BTreeMap<String, Value>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) warnings: BTreeSet<String>,
}

impl Fields {
    /// Keeps names for the body, which cannot be renamed.
    pub(crate) fn reserve<'n>(&mut self, names: impl Iterator<Item = &'n String>) {
        self.taken.extend(names.cloned());
    }

    /// Adds an argument that wants to be called `name`, and gives the name that it got: when the body has one of
    /// that name, `place` (`path`, `query`…) comes in front.
    pub(crate) fn add(&mut self, name: &str, place: &str, schema: Value, is_required: bool) -> String {
        let plain = words::parameter_name(name);
        let wanted = if self.taken.contains(&plain) { format!("{place}_{plain}") } else { plain };
        let name = words::unique(&wanted, &mut self.taken, 64);
        self.properties.insert(name.clone(), schema);
        if is_required {
            self.required.push(name.clone());
        }
        name
    }

    /// Adds an argument under a name that was reserved.
    pub(crate) fn add_reserved(&mut self, name: &str, schema: Value, is_required: bool) {
        self.properties.insert(name.to_owned(), schema);
        if is_required {
            self.required.push(name.to_owned());
        }
    }

    /// The schema of all arguments.
    pub(crate) fn schema(&mut self) -> Value {
        let mut schema = json!({"type": "object", "properties": std::mem::take(&mut self.properties)});
        if !self.required.is_empty() {
            schema["required"] = json!(std::mem::take(&mut self.required));
        }
        schema["additionalProperties"] = json!(false);
        if let Some(map) = schema.as_object_mut() {
            map.extend(std::mem::take(&mut self.constraints));
        }
        schema
    }
}
