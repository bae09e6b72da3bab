//! Reads a JSON object field by field, so that a refusal names the field by its whole path.

use std::collections::BTreeMap;

use callwright_model::{Fault, Object};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::strict::Strict;

/// What is left to read of an object, and where the object stands in the request.
#[derive(Debug)]
pub(crate) struct Fields {
    path: String,
    rest: Object,
}

impl Fields {
    /// The object at `path`; an empty path is the body itself.
    pub(crate) fn new(path: &str, object: Object) -> Self {
        Self { path: path.to_owned(), rest: object }
    }

    /// The whole path of the field `name`.
    pub(crate) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Whether a field is there and not `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.rest.get(name).is_some_and(|value| !value.is_null())
    }

    /// Takes a field. One that is absent or `null` is `None`.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Fault> {
        let Some(value) = self.rest.shift_remove(name).filter(|value| !value.is_null()) else { return Ok(None) };
        serde_path_to_error::deserialize(Strict(value)).map(Some).map_err(|error| {
            let path = match error.path().to_string().as_str() {
                "." => self.path(name),
                inner if inner.starts_with('[') => format!("{}{inner}", self.path(name)),
                inner => format!("{}.{inner}", self.path(name)),
            };
            Fault::invalid(&path, format!("`{path}`: {}", error.inner()))
        })
    }

    /// Takes a field that must be there.
    pub(crate) fn require<T: DeserializeOwned>(&mut self, name: &str, what: &str) -> Result<T, Fault> {
        self.take(name)?.ok_or_else(|| {
            let path = self.path(name);
            Fault::invalid(&path, format!("`{path}` is missing: {what}"))
        })
    }

    /// Takes a field that is an object itself.
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Self>, Fault> {
        Ok(self.take::<Object>(name)?.map(|object| Self::new(&self.path(name), object)))
    }

    /// Takes a field that maps names to values.
    pub(crate) fn map<T: DeserializeOwned>(&mut self, name: &str) -> Result<BTreeMap<String, T>, Fault> {
        let Some(mut inner) = self.object(name)? else { return Ok(BTreeMap::new()) };
        let names: Vec<String> = inner.rest.keys().cloned().collect();
        names
            .into_iter()
            .map(|name| {
                let value = inner.require(&name, "it may not be null")?;
                Ok((name, value))
            })
            .collect()
    }

    /// Takes a field as it stands, `null` included.
    pub(crate) fn raw(&mut self, name: &str) -> Option<Value> {
        self.rest.shift_remove(name)
    }

    /// Drops fields that are known and say nothing.
    pub(crate) fn ignore(&mut self, names: &[&str]) {
        for name in names {
            self.rest.shift_remove(*name);
        }
    }

    /// Refuses the first field that nobody took.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        match self.rest.keys().next() {
            None => Ok(()),
            Some(name) => {
                let path = self.path(name);
                Err(Fault::invalid(&path, format!("`{path}` is not a field that is known here")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        Fields::new("", serde_json::from_value(value).unwrap())
    }

    fn field(fault: Fault) -> String {
        fault.details.unwrap()["field"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_refusal_names_the_whole_path() {
        let mut body = fields(json!({"a": {"b": 5, "c": {"X": 1}}, "d": null, "e": true}));
        let mut a = body.object("a").unwrap().unwrap();
        assert_eq!(field(a.take::<String>("b").unwrap_err()), "a.b");
        assert_eq!(field(a.map::<String>("c").unwrap_err()), "a.c.X");
        assert_eq!(field(a.require::<String>("z", "say it").unwrap_err()), "a.z");
        assert_eq!(body.take::<bool>("d").unwrap(), None);
        assert_eq!(field(body.finish().unwrap_err()), "e");
    }
}
