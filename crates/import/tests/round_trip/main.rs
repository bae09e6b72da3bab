//! Through a form and back: a tool of the form's own dialect is the same tool, a definition as others write it is the
//! same definition, and what does not fit is on the list of what was lost.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod corpus;
mod dialects;

use callwright_import::{
    Document, Format, Item, Options,
    export::{Exported, Form, export},
    import,
};
use callwright_model::tool::ToolSpec;
use proptest::prelude::*;
use serde_json::{Value, json};

const HERE: &str = "https://callwright.example.com";
const ENDPOINT: &str = "https://functions.example.com/{name}";

fn format_of(form: Form) -> Format {
    match form {
        Form::Elevenlabs => Format::Elevenlabs,
        Form::Vapi | Form::VapiApiRequest => Format::Vapi,
        _ => Format::Openai,
    }
}

fn back(definition: &Value, form: Form) -> Item {
    let mut options = Options { response_schemas: true, ..Options::default() };
    if format_of(form) == Format::Openai {
        options.endpoint = Some(ENDPOINT.to_owned());
    }
    let document = Document::Json(json!([definition]));
    let mut imported = import(&document, format_of(form), &options, None).unwrap();
    assert_eq!(imported.skipped, [], "{definition}");
    imported.items.pop().unwrap()
}

/// A document without what does not count: the order of names in a list of required ones.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| {
                let mut value = plain(value);
                if name == "required"
                    && let Value::Array(names) = &mut value
                {
                    names.sort_by_key(Value::to_string);
                }
                (name.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

fn same(spec: &ToolSpec, other: &ToolSpec) -> Result<(), String> {
    let (one, two) = (plain(&serde_json::to_value(spec).unwrap()), plain(&serde_json::to_value(other).unwrap()));
    if one == two { Ok(()) } else { Err(format!("{one:#}\nbecame\n{two:#}")) }
}

/// What is lost of a tool in its own dialect.
fn lost(exported: &Exported) -> Vec<&str> {
    exported.lost.iter().map(|lost| lost.field.as_str()).collect()
}

fn goes_through(spec: &ToolSpec, form: Form, expected: &[&str]) -> Result<(), TestCaseError> {
    let exported = export(spec, form, HERE);
    prop_assert_eq!(lost(&exported), expected, "{}", exported.definition);
    let item = back(&exported.definition, form);
    same(spec, &item.spec).map_err(|why| TestCaseError::fail(format!("{why}\nthrough {:#}", exported.definition)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn functions_of_models_go_through(spec in dialects::function()) {
        for form in [Form::Openai, Form::OpenaiPlain, Form::OpenaiResponses, Form::OpenaiRealtime, Form::Anthropic] {
            goes_through(&spec, form, &["config"])?;
        }
    }

    #[test]
    fn tools_of_mcp_go_through(spec in dialects::mcp()) {
        goes_through(&spec, Form::Mcp, &["config"])?;
    }

    #[test]
    fn webhooks_of_elevenlabs_go_through(spec in dialects::webhook()) {
        goes_through(&spec, Form::Elevenlabs, &[])?;
    }

    #[test]
    fn client_tools_of_elevenlabs_go_through(spec in dialects::client()) {
        goes_through(&spec, Form::Elevenlabs, &[])?;
    }

    #[test]
    fn requests_of_vapi_go_through(spec in dialects::vapi_request()) {
        goes_through(&spec, Form::VapiApiRequest, &[])?;
    }

    #[test]
    fn functions_of_vapi_go_through(spec in dialects::vapi_function()) {
        goes_through(&spec, Form::Vapi, &[])?;
    }

    #[test]
    fn steps_of_the_call_go_through(spec in dialects::step()) {
        for form in [Form::Elevenlabs, Form::Vapi] {
            if dialects::has_step(&spec, form) {
                goes_through(&spec, form, &[])?;
            }
        }
    }
}

#[test]
fn definitions_of_others_come_back_as_they_were() {
    for (form, definition) in corpus::definitions() {
        let item = back(&definition, form);
        let exported = export(&item.spec, form, HERE);
        assert_eq!(
            plain(&exported.definition),
            plain(&definition),
            "{form:?}\n{:#}\nby way of {:#}",
            exported.definition,
            serde_json::to_value(&item.spec).unwrap()
        );
    }
}

#[test]
fn what_a_form_cannot_hold_is_listed() {
    for (form, spec, expected) in corpus::losses() {
        let spec: ToolSpec = serde_json::from_value(spec).unwrap();
        let exported = export(&spec, form, HERE);
        let mut found = lost(&exported);
        found.sort_unstable();
        assert_eq!(found, expected, "{form:?}: {:#?}\n{:#}", exported.lost, exported.definition);
        assert!(exported.lost.iter().all(|lost| !lost.why.is_empty()));
    }
}

#[test]
fn what_an_import_cannot_take_is_told_and_no_credential_is_taken() {
    for (form, definition, words) in corpus::warnings() {
        let item = back(&definition, form);
        for word in words {
            assert!(item.warnings.iter().any(|warning| warning.contains(word)), "{word}: {:?}", item.warnings);
        }
        let text = serde_json::to_string(&item.spec).unwrap();
        assert!(!text.contains("sk-live-0123456789abcdef"), "{text}");
    }
    for (definition, why) in corpus::skipped() {
        let document = Document::Json(json!([definition]));
        let imported = import(&document, Format::Auto, &Options::default(), None).unwrap();
        assert!(imported.items.is_empty() && imported.skipped[0].reason.contains(why), "{:?}", imported.skipped);
    }
}

#[test]
fn formats_are_told_apart() {
    for (form, definition) in corpus::definitions() {
        let options = Options { endpoint: Some(ENDPOINT.to_owned()), ..Options::default() };
        let imported = import(&Document::Json(definition.clone()), Format::Auto, &options, None).unwrap();
        let is_plain_function = form == Form::Vapi && imported.format == Format::Openai;
        assert!(imported.format == format_of(form) || is_plain_function, "{definition}");
    }
}

#[test]
fn a_whole_answer_of_tools_list_is_read() {
    let tools: Vec<Value> = corpus::definitions()
        .into_iter()
        .filter(|(form, _)| *form == Form::Mcp)
        .map(|(_, definition)| definition)
        .collect();
    let answer = json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": tools, "nextCursor": null}});
    let options = Options { endpoint: Some(ENDPOINT.to_owned()), response_schemas: true, ..Options::default() };
    let imported = import(&Document::Json(answer), Format::Auto, &options, None).unwrap();
    let written: Vec<Value> =
        imported.items.iter().map(|item| export(&item.spec, Form::Mcp, HERE).definition).collect();
    assert_eq!(plain(&json!(written)), plain(&json!(tools)));
}
