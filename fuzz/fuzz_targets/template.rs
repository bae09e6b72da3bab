//! Any text as a template, a condition and a projection, over any argument: nothing panics, nothing grows beyond its
//! bound, no error quotes the secret, and what was filled in is never read again.

#![no_main]

use std::collections::BTreeMap;

use callwright_expr::{Condition, MAX_OUTPUT_BYTES, Names, Projection, Scope, Template};
use callwright_model::{Object, context::CallContext, secret::SecretString, tool::Trust};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const SECRET: &str = "s3cr3t-n0b0dy-may-s33";

fuzz_target!(|input: (&str, &str)| {
    let (text, argument) = input;
    // The fuzzer learns the secret from the comparisons below and writes it into its inputs: then it proves nothing.
    if text.contains(&SECRET[..6]) || argument.contains(&SECRET[..6]) {
        return;
    }
    let names = Names { secrets: ["KEY".to_owned()].into(), trust: Trust::Client, ..Names::default() };
    let secrets = BTreeMap::from([("KEY".to_owned(), SecretString::new(SECRET))]);
    let document = serde_json::from_str(argument).unwrap_or(Value::Null);
    let Value::Object(parameters) = json!({"a": argument, "b": document, "c": [1, 2.5, "x", null]}) else { return };
    let context = CallContext { verified: Object::new(), client: parameters.clone() };
    let extra = Object::new();
    let scope =
        Scope { parameters: &parameters, context: &context, trust: Trust::Client, secrets: &secrets, extra: &extra };

    match Template::compile(text, &names) {
        Ok(template) => {
            let rendered = template.render(&scope);
            assert_eq!(rendered.is_ok(), template.render_value(&scope).is_ok());
            match rendered {
                Ok(rendered) => {
                    assert!(rendered.len() <= MAX_OUTPUT_BYTES);
                    let reads_secret = template.secrets().contains("KEY");
                    assert!(reads_secret || !rendered.contains(SECRET), "a secret that nobody asked for");
                }
                Err(error) => assert!(!error.to_string().contains(SECRET), "{error}"),
            }
        }
        Err(error) => assert!(!error.message.is_empty()),
    }
    let plain = Template::compile("{{ parameters.a }}", &names).and_then(|template| template.render(&scope));
    assert_eq!(plain.as_deref().ok(), Some(argument).filter(|argument| argument.len() <= MAX_OUTPUT_BYTES));
    let literal = Template::compile(&Template::escape(text), &names).and_then(|template| template.render(&scope));
    assert!(literal.is_err() || literal.as_deref() == Ok(text));

    if let Ok(condition) = Condition::compile(text) {
        let _ = condition.evaluate(&document);
    }
    if let Ok(projection) = Projection::compile(text) {
        let _ = projection.apply(&document);
    }
});
