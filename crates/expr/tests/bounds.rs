//! Rules that hold for any text: nothing panics, nothing overflows a small stack, nothing grows beyond its bound,
//! and nothing that was filled in is read as a template.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{collections::BTreeMap, time::Instant};

use callwright_expr::{Condition, ErrorKind, MAX_OUTPUT_BYTES, Names, Projection, Scope, Template, ValueTemplate};
use callwright_model::{Object, context::CallContext, secret::SecretString, tool::Trust};
use proptest::prelude::*;
use serde_json::{Value, json};

struct World {
    names: Names,
    parameters: Object,
    context: CallContext,
    secrets: BTreeMap<String, SecretString>,
    extra: Object,
}

impl World {
    fn new(parameters: Value, secret: &str) -> Self {
        let Value::Object(parameters) = parameters else { panic!("parameters are an object") };
        Self {
            names: Names { secrets: ["KEY".to_owned()].into(), trust: Trust::Client, ..Names::default() },
            context: CallContext { verified: Object::new(), client: parameters.clone() },
            parameters,
            secrets: [("KEY".to_owned(), SecretString::new(secret))].into(),
            extra: Object::new(),
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            parameters: &self.parameters,
            context: &self.context,
            trust: Trust::Client,
            secrets: &self.secrets,
            extra: &self.extra,
        }
    }
}

/// Runs on a thread with half the stack of a worker of tokio, and this in a debug build.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn deep_expressions_fit_a_small_stack() {
    on_a_small_stack(|| {
        let world = World::new(json!({"a": 1, "l": [[1]], "o": {"a": 1}}), "s");
        for (before, after) in [
            ("parameters.a ~ ", ""),
            ("parameters.a + ", ""),
            ("1 + ", ""),
            ("2 ** ", ""),
            ("parameters.a * ", ""),
            ("not ", ""),
            ("- ", ""),
            ("(", ")"),
            ("[", "]"),
            ("{'a': ", "}"),
            ("(1 + (", "))"),
            ("parameters.a if parameters.a else ", ""),
            ("parameters.a and ", ""),
            ("parameters.a == ", ""),
            ("parameters.a < ", ""),
            ("parameters.l[", "]"),
            ("dict(a=", ")"),
            ("parameters.a is eq ", ""),
            ("parameters.a | default(", ")"),
        ] {
            for count in [100, 149, 150, 250, 298, 10_000] {
                eprintln!("{before} {count}");
                let text = format!("{{{{ {}1{} }}}}", before.repeat(count), after.repeat(count));
                if let Ok(template) = Template::compile(&text, &world.names) {
                    let _ = template.render(&world.scope());
                }
            }
        }
        for after in [" | upper", ".a", "[0]", "['a']", "[0:1]", " if 1", " is string"] {
            for count in [100, 199, 299, 598, 10_000] {
                eprintln!("{after} {count}");
                let text = format!("{{{{ (parameters.l){} }}}}", after.repeat(count));
                if let Ok(template) = Template::compile(&text, &world.names) {
                    let _ = template.render(&world.scope());
                }
            }
        }
    });
}

#[test]
fn deep_projections_fit_a_small_stack() {
    on_a_small_stack(|| {
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!([deep, {"a": 1}]);
        }
        for piece in [
            "a.", "a|", "a||", "a&&", "!", "(", "[", "{a:", "[*]", "*.", "[]", "[?", "[?a.", "[0]", "@.", "a[*].",
            "a==", "&", "sort_by(", "length(", "[0:1]", "a[", "`", "'", "\"", "{", "map(&", "[?!(", "[@,",
        ] {
            for count in [10, 32, 33, 64, 65, 199, 1_000, 4_096] {
                for end in ["", "a", "@", ")", "]"] {
                    let text = format!("{}{end}", piece.repeat(count));
                    if let Ok(projection) = Projection::compile(&text) {
                        let _ = projection.apply(&deep);
                    }
                }
            }
        }
    });
}

#[test]
fn what_multiplies_runs_into_a_bound() {
    let world = World::new(json!({"s": "x".repeat(1 << 19), "n": 2_000_000_000, "l": vec!["y"; 5_000]}), "s");
    for text in [
        "{{ parameters.s | replace('x', parameters.s) }}",
        "{{ parameters.s | replace('', 'xxxx') }}",
        "{{ parameters.l | join(parameters.s) }}",
        "{{ parameters.l | join(d=parameters.s) }}",
        "{{ parameters.l | batch(parameters.n, 'x') | length }}",
        "{{ parameters.l | slice(parameters.n) | length }}",
        "{{ '%2000000000d' | format(1) }}",
        "{{ '%*d' | format(parameters.n, 1) }}",
        "{{ '%.2000000000f' | format(1) }}",
        "{{ range(parameters.n) | length }}",
        "{{ range(10000) | map('replace', '1', parameters.s) | list | length }}",
        "{{ range(10000) | select('in', parameters.s) | list | length }}",
        "{{ parameters.l | map('replace', 'y', parameters.s) | list | length }}",
        "{{ parameters.s | list | length }}",
        "{{ parameters.s | split('x') | length }}",
        "{{ parameters.s ~ parameters.s ~ parameters.s }}",
        "{{ [parameters.s, parameters.s, parameters.s] }}",
        "{{ parameters.s + parameters.s + parameters.s }}",
        "{{ [parameters.l, parameters.l] | tojson | replace('y', parameters.l | tojson) }}",
    ] {
        let template = Template::compile(text, &world.names).unwrap();
        let started = Instant::now();
        let error = template.render_value(&world.scope()).expect_err(text);
        assert_eq!(error.kind, ErrorKind::TooLarge, "{text}: {error}");
        assert!(started.elapsed().as_secs() < 5, "{text} took {:?}", started.elapsed());
    }
    let many = format!("{{{{ {} }}}}", ["parameters.s"; 100].join(" ~ "));
    let error = Template::compile(&many, &world.names).unwrap().render(&world.scope()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooLarge);
    let repeated = "${parameters.s}".repeat(3);
    let error = Template::compile(&repeated, &world.names).unwrap().render(&world.scope()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooLarge);
    let listed = ValueTemplate::compile(&json!(vec!["${parameters.s}"; 20]), &world.names).unwrap();
    assert_eq!(listed.render(&world.scope()).unwrap_err().kind, ErrorKind::TooLarge);
}

#[test]
fn projections_that_double_run_into_a_bound() {
    for stage in ["[@,@][]", "to_string([@,@])", "{a:@,b:@}"] {
        let text = vec![stage; 30].join("|");
        let started = Instant::now();
        let error = Projection::compile(&text).unwrap().apply(&json!(["x"])).expect_err(stage);
        assert_eq!(error.kind, ErrorKind::TooLarge, "{stage}: {error}");
        assert!(started.elapsed().as_secs() < 20, "{stage} took {:?}", started.elapsed());
    }
}

/// Values as a model, a caller or the keeper of a secret might send them to be read as templates.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,20}",
        "(\\$\\{KEY\\}|\\{\\{ secret\\.KEY \\}\\}|\\{\\{|\\}\\}|\\$\\$\\{|\\{%|p0|'|\"|\\\\|\r\n|\u{0}| ){0,6}",
    ]
}

/// Texts out of pieces that mean something.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{{",
        "}}",
        "${",
        "}",
        "$${",
        "{{{{",
        "{%",
        "parameters",
        "arguments",
        "context",
        "secret",
        "env",
        ".a",
        ".KEY",
        ".x",
        "[0]",
        "[-1]",
        "['a']",
        "[",
        "]",
        "(",
        ")",
        "{",
        ":",
        ",",
        " ",
        " | ",
        "upper",
        "default('d')",
        "tojson",
        "join(',')",
        "list",
        "map('upper')",
        "first",
        "e164('DE')",
        "slug",
        "pick('a')",
        "sort",
        "length",
        "format(1, 2)",
        "round(2)",
        "int",
        "float",
        "batch(2)",
        "slice(2)",
        "'text'",
        "\"%5.2f\"",
        "1",
        "-1",
        "2.5",
        "9223372036854775807",
        "1e300",
        " + ",
        " - ",
        " * ",
        " / ",
        " // ",
        " % ",
        " ** ",
        " ~ ",
        " == ",
        " < ",
        " >= ",
        " in ",
        " not ",
        " and ",
        " or ",
        " if ",
        " else ",
        " is ",
        "defined",
        "none",
        "true",
        "odd",
        "divisibleby",
        "range(3)",
        "dict(a=1)",
        "**",
        "now",
        "p0",
        "KEY",
        "call_sid",
        "ü",
        "\\",
        "'",
        "=",
        "@",
        ";",
    ]);
    prop_oneof![
        prop::collection::vec(pieces.clone(), 0..24).prop_map(|pieces| pieces.concat()),
        prop::collection::vec(pieces, 0..16).prop_map(|pieces| format!("{{{{ {} }}}}", pieces.concat())),
        "\\PC{0,40}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_filled_in_is_never_read_again(argument in hostile(), field in hostile(), secret in hostile()) {
        let world = World::new(json!({"a": argument, "call_sid": field}), &secret);
        let joined = format!("{argument}|{field}|{secret}");
        for text in [
            "{{ parameters.a }}|${call_sid}|${KEY}",
            "${parameters.a}|{{ context.call_sid }}|{{ secret.KEY }}",
            "{{ parameters.a ~ '|' ~ context.client.call_sid ~ '|' ~ env.KEY }}",
            "{{ [parameters.a, context.call_sid, secret.KEY] | join('|') }}",
        ] {
            let template = Template::compile(text, &world.names).unwrap();
            prop_assert_eq!(template.render(&world.scope()).unwrap(), joined.clone());
            let escaped = template.render_with(&world.scope(), &|value| format!("<{value}>")).unwrap();
            prop_assert_eq!(escaped.replace(['<', '>'], ""), joined.replace(['<', '>'], ""));
        }
        let value = ValueTemplate::compile(&json!({"${KEY}": ["{{ parameters }}", "${KEY}"]}), &world.names).unwrap();
        prop_assert_eq!(value.render(&world.scope()).unwrap(), json!({"${KEY}": [world.parameters, secret]}));
    }

    #[test]
    fn a_literal_is_itself_and_can_be_written(text in "[^\\PC\\$\\{]{0,30}", odd in hostile()) {
        let world = World::new(json!({}), "s");
        let template = Template::compile(&text, &world.names).unwrap();
        prop_assert!(template.is_literal());
        prop_assert_eq!(template.render(&world.scope()).unwrap(), text.clone());
        prop_assert_eq!(template.literal_prefix(), text);
        let escaped = Template::compile(&Template::escape(&odd), &world.names).unwrap();
        prop_assert_eq!(escaped.render(&world.scope()).unwrap(), odd);
    }

    #[test]
    fn no_text_panics_or_grows(text in texts(), secret in "[a-z]{12}") {
        let parameters = json!({"a": {"a": ["x", 2, null]}, "x": "tel 030 1", "0": 1.5});
        let world = World::new(parameters, &secret);
        match Template::compile(&text, &world.names) {
            Ok(template) => {
                match (template.render(&world.scope()), template.render_value(&world.scope())) {
                    (Ok(text), Ok(_)) => prop_assert!(text.len() <= MAX_OUTPUT_BYTES),
                    (Err(error), Err(_)) => prop_assert!(!error.to_string().contains(&secret), "{}", error),
                    (text, value) => prop_assert!(false, "{text:?} but {value:?}"),
                }
            }
            Err(error) => prop_assert!(!error.message.is_empty()),
        }
        if let Ok(condition) = Condition::compile(&text) {
            let _ = condition.evaluate(&json!({"parameters": {"a": [1]}, "now": null}));
        }
        if let Ok(projection) = Projection::compile(&text) {
            let _ = projection.apply(&json!({"a": [{"a": 1}]}));
        }
    }
}

/// A text about a document reads its names and nothing else, and says which ones.
#[test]
fn a_document_has_its_own_names() {
    let names = Names::of_document(["params", "results", "item"]);
    let value = json!({"id": "{{ results.find.rows[0].id }}", "all": ["{{ params }}", "for {{ item }}"]});
    let template = ValueTemplate::compile(&value, &names).unwrap();
    let mut reads: Vec<(String, String)> =
        template.reads().into_iter().map(|(at, names)| (at, names.join("."))).collect();
    reads.sort();
    let expected = [("/all/0", "params"), ("/all/1", "item"), ("/id", "results.find.rows.0.id")];
    assert_eq!(reads, expected.map(|(at, names)| (at.to_owned(), names.to_owned())));
    let document = json!({"params": {"n": 1}, "results": {"find": {"rows": [{"id": 7}]}}});
    let (item, context, secrets) = (json!({"item": "x"}), CallContext::default(), BTreeMap::new());
    let scope = Scope {
        parameters: item.as_object().unwrap(),
        context: &context,
        trust: Trust::Client,
        secrets: &secrets,
        extra: document.as_object().unwrap(),
    };
    assert_eq!(template.render(&scope).unwrap(), json!({"id": 7, "all": [{"n": 1}, "for x"]}));
    for refused in ["{{ parameters.x }}", "{{ secret.KEY }}", "${KEY}", "${call_sid}", "{{ context.x }}"] {
        assert!(Template::compile(refused, &names).is_err(), "{refused}");
    }
    let missing = Template::compile("{{ results.gone.id }}", &names).unwrap().render(&scope).unwrap_err();
    assert!(missing.message.contains("results.gone.id"), "{missing}");
}

/// What is skipped when it has nothing to go by: nothing at all does not hold, and anything else is a mistake.
#[test]
fn nothing_does_not_hold() {
    let holds = |text: &str| Condition::compile(text).unwrap().holds(&json!({"a": {"ok": true, "none": null, "n": 3}}));
    assert_eq!(holds("a.ok").unwrap(), (true, Vec::new()));
    assert_eq!(holds("a.none").unwrap(), (false, Vec::new()));
    assert_eq!(holds("b.ok").unwrap(), (false, vec!["b.ok".to_owned()]));
    assert!(holds("a.n").is_err());
    assert_eq!(Condition::compile("a.ok and b['x y'].z").unwrap().reads(), [vec!["a", "ok"], vec!["b", "x y", "z"]]);
}
