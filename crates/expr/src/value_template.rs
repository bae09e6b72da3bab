//! JSON values whose texts are templates.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;

use crate::{
    Error, ErrorKind, MAX_OUTPUT_BYTES, Names, Scope, Template,
    budget::{self, MAX_DEPTH, NODE_BYTES, json_bytes},
};

/// A compiled JSON value. Texts in it are templates, and one that is a single expression keeps the type of its
/// value; keys are taken as they are.
#[derive(Debug, Clone)]
pub struct ValueTemplate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    node: Node,
    secrets: BTreeSet<String>,
}

#[derive(Debug)]
enum Node {
    Literal(Value),
    Template(Template),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl ValueTemplate {
    /// Compiles `value`, whose texts may use `names`. An error says where, as a JSON pointer.
    pub fn compile(value: &Value, names: &Names) -> Result<Self, Error> {
        let mut secrets = BTreeSet::new();
        let node = compile(value, names, &mut secrets, 0)?;
        Ok(Self(Arc::new(Inner { node, secrets })))
    }

    /// The names of the secrets that it reads.
    pub fn secrets(&self) -> &BTreeSet<String> {
        &self.0.secrets
    }

    /// The dotted names that it reads, with the place of each as a JSON pointer; see [`Template::reads`].
    pub fn reads(&self) -> Vec<(String, Vec<String>)> {
        let mut reads = Vec::new();
        read(&self.0.node, "", &mut reads);
        reads
    }

    /// Whether there is nothing in it to fill in.
    pub fn is_literal(&self) -> bool {
        matches!(self.0.node, Node::Literal(_))
    }

    /// The value with everything filled in. An error says where, as a JSON pointer.
    pub fn render(&self, scope: &Scope<'_>) -> Result<Value, Error> {
        // Values in memory count more than their JSON text; see `template::value`.
        let mut left = 4 * MAX_OUTPUT_BYTES;
        render(&self.0.node, scope, &mut left)
    }
}

fn compile(value: &Value, names: &Names, secrets: &mut BTreeSet<String>, depth: usize) -> Result<Node, Error> {
    if depth > MAX_DEPTH {
        return Err(Error::new(ErrorKind::TooLarge, format!("the value nests deeper than {MAX_DEPTH} levels")));
    }
    let node = match value {
        Value::String(text) => {
            let template = Template::compile(text, names)?;
            if template.is_literal() {
                return Ok(Node::Literal(Value::String(template.literal_prefix().to_owned())));
            }
            secrets.extend(template.secrets().iter().cloned());
            Node::Template(template)
        }
        Value::Array(items) => {
            let items = items.iter().enumerate().map(|(at, item)| {
                compile(item, names, secrets, depth + 1).map_err(|error| error.at(&format!("/{at}")))
            });
            list(items.collect::<Result<_, _>>()?)
        }
        Value::Object(map) => {
            let fields = map.iter().map(|(key, item)| {
                let node = compile(item, names, secrets, depth + 1).map_err(|error| error.at(&pointer(key)))?;
                Ok((key.clone(), node))
            });
            object(fields.collect::<Result<_, Error>>()?)
        }
        other => Node::Literal(other.clone()),
    };
    Ok(node)
}

/// A list of nodes; one literal when they all are, so that rendering has one clone to make.
fn list(items: Vec<Node>) -> Node {
    if !items.iter().all(|item| matches!(item, Node::Literal(_))) {
        return Node::List(items);
    }
    let values = items.into_iter().filter_map(|item| if let Node::Literal(value) = item { Some(value) } else { None });
    Node::Literal(Value::Array(values.collect()))
}

fn object(fields: Vec<(String, Node)>) -> Node {
    if !fields.iter().all(|(_, item)| matches!(item, Node::Literal(_))) {
        return Node::Object(fields);
    }
    let values = fields
        .into_iter()
        .filter_map(|(key, item)| if let Node::Literal(value) = item { Some((key, value)) } else { None });
    Node::Literal(Value::Object(values.collect()))
}

fn read(node: &Node, place: &str, reads: &mut Vec<(String, Vec<String>)>) {
    match node {
        Node::Literal(_) => {}
        Node::Template(template) => reads.extend(template.reads().into_iter().map(|names| (place.to_owned(), names))),
        Node::List(items) => {
            for (at, item) in items.iter().enumerate() {
                read(item, &format!("{place}/{at}"), reads);
            }
        }
        Node::Object(fields) => {
            for (key, item) in fields {
                read(item, &format!("{place}{}", pointer(key)), reads);
            }
        }
    }
}

fn render(node: &Node, scope: &Scope<'_>, left: &mut usize) -> Result<Value, Error> {
    let value = match node {
        Node::Literal(value) => {
            spend(left, json_bytes(value, *left))?;
            value.clone()
        }
        Node::Template(template) => {
            let value = template.render_value(scope)?;
            spend(left, json_bytes(&value, *left))?;
            value
        }
        Node::List(items) => {
            spend(left, NODE_BYTES)?;
            let items = items
                .iter()
                .enumerate()
                .map(|(at, item)| render(item, scope, left).map_err(|error| error.at(&format!("/{at}"))));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Node::Object(fields) => {
            spend(left, NODE_BYTES)?;
            let fields = fields.iter().map(|(key, item)| {
                let value = render(item, scope, left).map_err(|error| error.at(&pointer(key)))?;
                Ok((key.clone(), value))
            });
            Value::Object(fields.collect::<Result<_, Error>>()?)
        }
    };
    Ok(value)
}

fn spend(left: &mut usize, bytes: usize) -> Result<(), Error> {
    *left = left.checked_sub(bytes).ok_or_else(budget::too_large)?;
    Ok(())
}

fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}
