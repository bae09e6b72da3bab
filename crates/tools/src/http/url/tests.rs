use std::collections::BTreeMap;

use callwright_model::{Object, context::CallContext, secret::SecretString, tool::Trust};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn names() -> Names {
    let secrets = ["BASE_URL", "HOST", "TENANT", "KEY"].map(str::to_owned).into();
    Names { secrets, trust: Trust::Client, ..Names::default() }
}

fn secrets(pairs: &[(&str, &str)]) -> BTreeMap<String, SecretString> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), SecretString::new(*value))).collect()
}

fn render_with(text: &str, parameters: Value, secret: &[(&str, &str)], pairs: &str) -> Result<String, String> {
    let template = UrlTemplate::compile(text, &names()).map_err(|error| format!("compile: {}", error.0))?;
    let context = CallContext::default();
    let Value::Object(parameters) = parameters else { panic!("an object") };
    let (secrets, extra) = (secrets(secret), Object::new());
    let scope =
        Scope { parameters: &parameters, context: &context, trust: Trust::Client, secrets: &secrets, extra: &extra };
    template.render(&scope, pairs).map(String::from).map_err(|error| error.0)
}

fn render(text: &str, x: Value) -> Result<String, String> {
    render_with(text, json!({ "x": x }), &[], "")
}

#[test]
fn a_value_stays_in_its_segment_or_parameter() {
    let url = "https://api.example.com/v1/items/{{ parameters.x }}/parts?q={{ parameters.x }}&z=1";
    for (value, encoded) in [
        ("a/b", "a%2Fb"),
        ("a?b=c&d#e", "a%3Fb%3Dc%26d%23e"),
        ("a b+c", "a%20b%2Bc"),
        ("%2e%2e%2f", "%252e%252e%252f"),
        ("\\\\evil.com", "%5C%5Cevil.com"),
        ("ü\r\nHost: x", "%C3%BC%0D%0AHost%3A%20x"),
        ("@evil.com:80", "%40evil.com%3A80"),
        ("..;", "..%3B"),
        ("...", "..."),
    ] {
        let expected = format!("https://api.example.com/v1/items/{encoded}/parts?q={encoded}&z=1");
        assert_eq!(render(url, json!(value)), Ok(expected), "{value}");
    }
    assert_eq!(render("http://h:81/{{ parameters.x }}", json!(7)), Ok("http://h:81/7".to_owned()));
}

#[test]
fn values_that_walk_or_vanish_are_refused() {
    for url in ["https://h/a/{{ parameters.x }}/b", "https://h/a/{{ parameters.x }}", "https://h/{{ parameters.x }}?q"]
    {
        for value in [json!("."), json!(".."), json!(""), Value::Null] {
            assert!(render(url, value.clone()).is_err(), "{url} {value}");
        }
    }
    assert!(render("https://h/.{{ parameters.x }}", json!(".")).is_err());
    assert!(render("https://h/%2E{{ parameters.x }}", json!(".")).is_err());
    assert_eq!(render("https://h/a{{ parameters.x }}?q={{ parameters.x }}", json!("")), Ok("https://h/a?q=".into()));
    assert_eq!(render("https://h//{{ parameters.x }}", json!("a")), Ok("https://h//a".into()));
}

#[test]
fn where_a_request_goes_is_the_authors_word() {
    for (url, why) in [
        ("https://{{ parameters.host }}/", "stands in the host"),
        ("https://a.{{ parameters.host }}", "stands in the host"),
        ("https://${call_sid}.example.com/", "stands in the host"),
        ("https://h:{{ parameters.port }}/", "stands in the host"),
        ("{{ parameters.url }}", "stands in the host"),
        ("{{ parameters.scheme }}://h/", "stands in the host"),
        ("${parameters.url}/x", "stands in the host"),
        ("{{ secret.HOST ~ parameters.x }}/x", "stands in the host"),
        ("${secret.NOPE}/x", "there is no secret `NOPE`"),
        ("${BASE_URL}.evil.com/x", "must start with `/` or `?`"),
        ("ftp://h/", "must start with `http://`"),
        ("//h/x", "must start with `http://`"),
        ("h/x", "must start with `http://`"),
        ("", "must start with `http://`"),
        ("https://user:pass@h/", "credentials"),
        ("https://user@h/", "credentials"),
        ("https://", "no address"),
        ("https:///path", "no address"),
        ("https://h:99999/", "no address"),
        ("https://h/a/../b", "`..`"),
        ("https://h/%2e%2E/b", "`..`"),
        ("https://h/a#b", "`#`"),
        ("https://h/a\\b", "backslash"),
        ("https://h\\@evil.com/", "backslash"),
        ("https://h/a b", "%20"),
        ("https://h/a\nb", "control character"),
        ("https://h/{{ nope }}", "nope"),
    ] {
        let error = UrlTemplate::compile(url, &names()).expect_err(url);
        assert!(error.0.contains(why), "{url}: {}", error.0);
    }
}

#[test]
fn a_secret_may_say_where_a_request_goes() {
    let base = |value, url| render_with(url, json!({"x": "a/b"}), &[("BASE_URL", value), ("HOST", value)], "");
    assert_eq!(base("https://h/v1/", "${BASE_URL}/i/{{ parameters.x }}"), Ok("https://h/v1/i/a%2Fb".into()));
    assert_eq!(base("https://h/v1", "{{ secret.BASE_URL }}?q=1"), Ok("https://h/v1?q=1".into()));
    assert_eq!(base("https://h:81", "${env.BASE_URL}"), Ok("https://h:81/".into()));
    assert_eq!(base("eu", "https://${HOST}.example.com:81/x"), Ok("https://eu.example.com:81/x".into()));
    assert_eq!(base(" https://h\n", "${BASE_URL}/x"), Ok("https://h/x".into()));
    for bad in
        ["ftp://h", "https://u:p@h", "https://h?x=1", "https://h#", "h", "", "file:///etc/passwd", "https://h\\x"]
    {
        assert!(base(bad, "${BASE_URL}/x").is_err(), "{bad}");
    }
    for bad in ["evil.com/", "evil.com?", "evil.com#", "u@evil", "evil.com\\"] {
        assert!(base(bad, "https://${HOST}.example.com/x").is_err(), "{bad}");
    }
    let message = base("hunter22 is no url", "${BASE_URL}/x").unwrap_err();
    assert!(!message.contains("hunter22"), "{message}");
}

#[test]
fn pairs_are_added_to_the_query() {
    for (url, expected) in [
        ("https://h/x", "https://h/x?a=1"),
        ("https://h/x?", "https://h/x?a=1"),
        ("https://h/x?b=2", "https://h/x?b=2&a=1"),
        ("https://h/{{ parameters.x }}", "https://h/v?a=1"),
        ("https://h/{{ parameters.x }}?", "https://h/v?a=1"),
        ("https://h?b={{ parameters.x }}", "https://h/?b=v&a=1"),
    ] {
        assert_eq!(render_with(url, json!({"x": "v"}), &[], "a=1"), Ok(expected.to_owned()), "{url}");
    }
}

#[test]
fn a_rehearsal_shows_an_address_whose_host_is_a_secret() {
    let template = UrlTemplate::compile("${BASE_URL}/i/${KEY}", &names()).unwrap();
    let secrets = secrets(&[("BASE_URL", "[secret BASE_URL]"), ("KEY", "k")]);
    let (empty, context) = (Object::new(), CallContext::default());
    let scope = Scope { parameters: &empty, context: &context, trust: Trust::Client, secrets: &secrets, extra: &empty };
    assert_eq!(template.show(&scope, "a=1").unwrap(), "[secret BASE_URL]/i/k?a=1");
    assert_eq!(template.secrets().len(), 2);
    assert!(template.base().is_none());
}

proptest! {
    #[test]
    fn no_value_changes_the_shape_of_the_address(value in any::<String>(), other in "\\PC*") {
        let url = "https://api.example.com:8443/v1/{{ parameters.a }}/x-{{ parameters.b }}/end?q={{ parameters.a }}&r=${parameters.b}";
        match render_with(url, json!({"a": value, "b": other}), &[], "") {
            Err(_) => prop_assert!(matches!(value.as_str(), "" | "." | "..")),
            Ok(text) => {
                let url = Url::parse(&text).unwrap();
                prop_assert_eq!(url.scheme(), "https");
                prop_assert_eq!(url.host_str(), Some("api.example.com"));
                prop_assert_eq!(url.port(), Some(8443));
                prop_assert_eq!(url.username(), "");
                prop_assert!(url.password().is_none() && url.fragment().is_none());
                let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
                let segments: Vec<String> = url.path_segments().unwrap().map(decode).collect();
                prop_assert_eq!(segments, ["v1".to_owned(), value.clone(), format!("x-{other}"), "end".to_owned()]);
                let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
                prop_assert_eq!(pairs, [("q".to_owned(), value), ("r".to_owned(), other)]);
            }
        }
    }
}
