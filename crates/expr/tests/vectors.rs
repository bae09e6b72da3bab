//! The table test over `vectors.json`: what every template, condition and projection there gives.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use callwright_expr::{Condition, Error, Names, Projection, Scope, Template, ValueTemplate};
use callwright_model::{Object, context::CallContext, secret::SecretString, tool::Trust};
use serde_json::{Value, json};

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

struct World {
    names: Names,
    parameters: Object,
    context: CallContext,
    secrets: BTreeMap<String, SecretString>,
    extra: Object,
}

impl World {
    fn new(defaults: &Value, vector: &Value) -> Self {
        let object = |name: &str| vector.get(name).unwrap_or(&defaults[name]).as_object().unwrap().clone();
        let trust = vector.get("trust").unwrap_or(&defaults["trust"]);
        let secrets: BTreeMap<_, _> = object("secrets")
            .into_iter()
            .map(|(name, value)| (name, SecretString::new(value.as_str().unwrap())))
            .collect();
        Self {
            names: Names {
                secrets: secrets.keys().cloned().collect(),
                trust: serde_json::from_value(trust.clone()).unwrap(),
                ..Names::default()
            },
            parameters: object("parameters"),
            context: CallContext { verified: object("verified"), client: object("client") },
            secrets,
            extra: object("extra"),
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            parameters: &self.parameters,
            context: &self.context,
            trust: self.names.trust,
            secrets: &self.secrets,
            extra: &self.extra,
        }
    }
}

fn kind(error: &Error) -> String {
    let mut name = String::new();
    for c in format!("{:?}", error.kind).chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

/// What is wrong with an answer, if anything.
fn differs(vector: &Value, wanted: &str, answer: Result<Value, Error>) -> Option<String> {
    match (vector.get("error"), answer) {
        (None, Ok(value)) => {
            // As texts, so that the order of fields and 1 against 1.0 count.
            let (given, expected) = (value.to_string(), vector[wanted].to_string());
            (given != expected).then(|| format!("gives {given}"))
        }
        (None, Err(error)) => Some(format!("fails: {error}")),
        (Some(_), Ok(value)) => Some(format!("gives {value} instead of an error")),
        (Some(expected), Err(error)) => {
            let says = vector.get("says").map_or("", |says| says.as_str().unwrap());
            let right = kind(&error) == expected.as_str().unwrap() && error.message.contains(says);
            (!right).then(|| format!("fails with {}: {error}", kind(&error)))
        }
    }
}

fn check(list: &str, wanted: &str, answer: impl Fn(&Value, &Value) -> Result<Value, Error>) {
    let all = vectors();
    let wrong: Vec<String> = all[list]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|vector| {
            differs(vector, wanted, answer(&all["scope"], vector)).map(|why| format!("{vector} {why}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn templates() {
    check("templates", "value", |defaults, vector| {
        let world = World::new(defaults, vector);
        Template::compile(vector["t"].as_str().unwrap(), &world.names)?.render_value(&world.scope())
    });
}

#[test]
fn a_text_is_its_value_as_text() {
    check("templates", "value", |defaults, vector| {
        let world = World::new(defaults, vector);
        let template = Template::compile(vector["t"].as_str().unwrap(), &world.names)?;
        let value = template.render_value(&world.scope())?;
        let text = template.render(&world.scope())?;
        let expected = match &value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(text, expected, "{vector}");
        assert_eq!(template.render_with(&world.scope(), &str::to_owned)?, text);
        Ok(value)
    });
}

#[test]
fn a_value_template_gives_the_same_and_says_where() {
    check("templates", "value", |defaults, vector| {
        let world = World::new(defaults, vector);
        let value = json!({"a/b": [0, vector["t"]], "${NOPE}": 1});
        let rendered =
            ValueTemplate::compile(&value, &world.names).and_then(|template| template.render(&world.scope()));
        match rendered {
            Ok(value) => Ok(value["a/b"][1].clone()),
            Err(error) => {
                assert_eq!(error.path.as_deref(), Some("/a~1b/1"));
                Err(error)
            }
        }
    });
}

#[test]
fn errors_never_quote_a_secret() {
    let all = vectors();
    for text in all["secret_errors"].as_array().unwrap() {
        let world = World::new(&all["scope"], &Value::Null);
        let answer = Template::compile(text.as_str().unwrap(), &world.names)
            .and_then(|template| template.render_value(&world.scope()));
        let error = answer.expect_err(text.as_str().unwrap());
        assert!(!error.to_string().contains("k3y"), "{text}: {error}");
    }
}

#[test]
fn conditions() {
    check("conditions", "is", |_, vector| {
        let (verdict, missing) = Condition::compile(vector["c"].as_str().unwrap())?.evaluate(&vector["root"])?;
        assert_eq!(json!(missing), vector.get("missing").cloned().unwrap_or(json!([])), "{vector}");
        Ok(json!(verdict))
    });
}

#[test]
fn projections() {
    check("projections", "is", |_, vector| Projection::compile(vector["p"].as_str().unwrap())?.apply(&vector["of"]));
}

#[test]
fn a_client_template_in_a_verified_scope_is_refused() {
    let all = vectors();
    let world = World::new(&all["scope"], &Value::Null);
    let template = Template::compile("{{ parameters.name }}", &world.names).unwrap();
    let scope = Scope { trust: Trust::Verified, ..world.scope() };
    assert!(template.render(&scope).is_err());
}
