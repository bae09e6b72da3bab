//! Any text as a document of any format: nothing panics, every name is valid and unique, and every schema is within the
//! bounds of a tool.

#![no_main]

use std::collections::BTreeSet;

use callwright_import::{Document, Format, MAX_SCHEMA_BYTES, Options, import};
use callwright_model::{schema::parameters_problems, tool::is_tool_name};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let options = Options {
        base_url: Some("https://base.example".to_owned()),
        endpoint: Some("https://base.example/{name}".to_owned()),
        response_schemas: true,
        ..Options::default()
    };
    for format in [Format::Auto, Format::Openapi, Format::Openai, Format::Curl, Format::Postman, Format::Voice] {
        let document = Document::Text(text.to_owned());
        let Ok(imported) = import(&document, format, &options, None) else { continue };
        let mut names = BTreeSet::new();
        for item in imported.items {
            assert!(is_tool_name(&item.spec.name), "{}", item.spec.name);
            assert!(names.insert(item.spec.name.clone()), "{} is there twice", item.spec.name);
            if imported.format != Format::Voice {
                assert!(parameters_problems(&item.spec.parameters).is_empty(), "{}", item.spec.parameters);
                assert!(item.spec.parameters.to_string().len() <= MAX_SCHEMA_BYTES + 4_096);
            }
        }
    }
});
