//! Parameters guessed from one sample request.
//!
//! What stands in the query and in the body becomes a parameter each; a segment of the path that looks like an id does
//! too. One sample shows types and forms but never all values, so no `enum` is guessed, and every parameter is taken
//! to be required but those that are `null`. Credentials are taken out and become secrets.

mod shape;

use callwright_model::{Fault, Object};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;
use utoipa::ToSchema;

use self::shape::{named, schema_of};

/// A request that somebody made once.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// `POST` when there is a body, else `GET`.
    pub method: Option<String>,
    /// The whole address, query included.
    pub url: Option<String>,
    /// The headers.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub headers: Object,
    /// The JSON body.
    #[schema(value_type = Option<Value>)]
    pub body: Option<Value>,
}

/// What a tool for such requests would look like.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Guess {
    /// JSON Schema of the arguments.
    #[schema(value_type = Object)]
    pub parameters: Value,
    /// The configuration of an `http` tool; absent when the sample has no address.
    #[schema(value_type = Option<Object>)]
    pub config: Option<Value>,
    /// What calling it would do, by the method.
    pub effect: String,
    /// Secrets to set before it is saved.
    pub secrets: Vec<String>,
    /// What was guessed and should be looked at.
    pub notes: Vec<String>,
}

/// The most fields that become parameters.
const MOST_FIELDS: usize = 100;
/// How deep a body is read.
pub(super) const MAX_DEPTH: usize = 8;
/// Headers that carry credentials.
const SECRET_HEADERS: [&str; 5] = ["authorization", "x-api-key", "api-key", "apikey", "x-auth-token"];
/// Headers that are ours or the connection's.
const OUR_HEADERS: [&str; 7] =
    ["host", "content-length", "content-type", "user-agent", "accept", "accept-encoding", "connection"];

/// The guess for a sample.
///
/// # Errors
/// Names the field that cannot be used.
pub fn guess(sample: &Sample) -> Result<Guess, Fault> {
    if sample.url.is_none() && sample.body.is_none() {
        return Err(Fault::invalid("sample", "`sample` needs a `url`, a `body` or both"));
    }
    let mut draft = Draft::default();
    let url = match &sample.url {
        Some(text) => Some(draft.address(text)?),
        None => None,
    };
    let body = match &sample.body {
        Some(body) => Some(draft.body(body)?),
        None => None,
    };
    let method = method(sample)?;
    let effect = match method.as_str() {
        "GET" | "HEAD" | "OPTIONS" => "read",
        "DELETE" => "destructive",
        _ => "write",
    };
    let config = match url {
        Some(url) => Some(draft.config(&method, &url, sample, body)?),
        None => None,
    };
    if draft.properties.len() > MOST_FIELDS {
        return Err(Fault::invalid("sample", format!("`sample` has more than {MOST_FIELDS} fields; leave some out")));
    }
    if !draft.properties.is_empty() {
        draft
            .notes
            .push("one sample does not show which values there are; add an `enum` where there are few".to_owned());
        draft.notes.push("describe every parameter: that is what a model fills it in by".to_owned());
    }
    let parameters = json!({
        "type": "object", "properties": draft.properties, "required": draft.required, "additionalProperties": false,
    });
    Ok(Guess { parameters, config, effect: effect.to_owned(), secrets: draft.secrets, notes: draft.notes })
}

fn method(sample: &Sample) -> Result<String, Fault> {
    let default = if sample.body.is_some() { "POST" } else { "GET" };
    let method = sample.method.as_deref().unwrap_or(default).to_ascii_uppercase();
    let is_one = (1..=20).contains(&method.len()) && method.bytes().all(|b| b.is_ascii_uppercase());
    if is_one && !matches!(method.as_str(), "CONNECT" | "TRACE") {
        return Ok(method);
    }
    Err(Fault::invalid("sample.method", "`sample.method` must be an HTTP method such as GET or POST"))
}

/// The guess as it grows.
#[derive(Default)]
struct Draft {
    properties: Map<String, Value>,
    required: Vec<String>,
    query: Map<String, Value>,
    secrets: Vec<String>,
    notes: Vec<String>,
}

impl Draft {
    /// Adds a parameter for a sample value; gives the name that it got.
    fn parameter(&mut self, wanted: &str, value: &Value) -> String {
        let name = self.free_name(wanted);
        self.properties.insert(name.clone(), schema_of(&name, value, 0));
        if !value.is_null() {
            self.required.push(name.clone());
        }
        name
    }

    fn free_name(&self, wanted: &str) -> String {
        let wanted = named(wanted);
        let mut name = wanted.clone();
        let mut count = 2;
        while self.properties.contains_key(&name) {
            name = format!("{wanted}_{count}");
            count += 1;
        }
        name
    }

    fn secret(&mut self, name: &str) -> String {
        let name = named(name).to_uppercase();
        if !self.secrets.contains(&name) {
            self.secrets.push(name.clone());
        }
        format!("${{{name}}}")
    }

    /// The address with its variable parts as templates.
    fn address(&mut self, text: &str) -> Result<String, Fault> {
        let wrong = || Fault::invalid("sample.url", "`sample.url` must be a whole http or https address");
        let url = Url::parse(text).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(wrong());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Fault::invalid("sample.url", "`sample.url` must not hold a user name or a password"));
        }
        let mut address = url.origin().ascii_serialization();
        let segments: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
        for (at, segment) in segments.iter().enumerate() {
            if !shape::is_id(segment) {
                address.push_str(&format!("/{segment}"));
                continue;
            }
            let before = at.checked_sub(1).and_then(|at| segments.get(at)).copied().unwrap_or("item");
            let name = self.parameter(&format!("{}_id", before.trim_end_matches('s')), &shape::typed(segment));
            self.notes.push(format!("`{segment}` in the path was taken for an id"));
            address.push_str(&format!("/{{{{ parameters.{name} }}}}"));
        }
        for (name, value) in url.query_pairs().take(MOST_FIELDS + 1) {
            let template = if shape::is_secret_name(&name) {
                self.secret(&name)
            } else {
                let parameter = self.parameter(&name, &shape::typed(&value));
                format!("{{{{ parameters.{parameter} }}}}")
            };
            self.query.insert(name.into_owned(), Value::String(template));
        }
        Ok(address)
    }

    /// The body as a template.
    fn body(&mut self, body: &Value) -> Result<Value, Fault> {
        let Value::Object(fields) = body else {
            let name = self.parameter("body", body);
            return Ok(Value::String(format!("{{{{ parameters.{name} }}}}")));
        };
        if shape::depth(body) > MAX_DEPTH {
            return Err(Fault::invalid("sample.body", format!("`sample.body` nests deeper than {MAX_DEPTH} levels")));
        }
        let mut template = Map::new();
        for (key, value) in fields.iter().take(MOST_FIELDS + 1) {
            let text = if shape::is_secret_name(key) && value.is_string() {
                self.secret(key)
            } else {
                let name = self.parameter(key, value);
                format!("{{{{ parameters.{name} }}}}")
            };
            template.insert(key.clone(), Value::String(text));
        }
        Ok(Value::Object(template))
    }

    fn config(&mut self, method: &str, url: &str, sample: &Sample, body: Option<Value>) -> Result<Value, Fault> {
        let mut config = json!({ "method": method, "url": url });
        if !self.query.is_empty() {
            config["query"] = Value::Object(std::mem::take(&mut self.query));
        }
        let mut headers = Map::new();
        for (name, value) in &sample.headers {
            let field = format!("sample.headers.{name}");
            let Value::String(value) = value else {
                return Err(Fault::invalid(&field, format!("`{field}` must be a text")));
            };
            let lower = name.to_ascii_lowercase();
            if lower == "authorization" && value.starts_with("Bearer ") {
                config["auth"] = json!({"type": "bearer", "token": self.secret("API_TOKEN")});
            } else if SECRET_HEADERS.contains(&lower.as_str()) {
                config["auth"] = json!({"type": "api_key", "header": name, "key": self.secret("API_KEY")});
            } else if !OUR_HEADERS.contains(&lower.as_str()) {
                headers.insert(name.clone(), Value::String(value.clone()));
            }
        }
        if !headers.is_empty() {
            config["headers"] = Value::Object(headers);
        }
        if let Some(body) = body {
            config["body"] = json!({ "json": body });
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(sample: Value) -> Guess {
        guess(&serde_json::from_value(sample).unwrap()).unwrap()
    }

    #[test]
    fn a_request_becomes_parameters_and_a_configuration() {
        let guess = of(json!({
            "method": "put",
            "url": "https://api.example.com/v1/customers/4711/orders?notify=true&api_key=geheim&lang=en",
            "headers": {"Authorization": "Bearer geheim", "X-Tenant": "acme", "Content-Type": "application/json"},
            "body": {"date": "2026-11-27", "email": "a@b.org", "phone": "+4930123456", "note": null, "count": 3,
                "items": [{"sku": "a", "price": 1.5}], "id": "123e4567-e89b-12d3-a456-426614174000"},
        }));
        assert_eq!(guess.effect, "write");
        let properties = &guess.parameters["properties"];
        assert_eq!(properties["customer_id"], json!({"type": "integer"}));
        assert_eq!(properties["notify"], json!({"type": "boolean"}));
        assert_eq!(properties["date"], json!({"type": "string", "format": "date"}));
        assert_eq!(properties["email"]["format"], "email");
        assert_eq!(properties["phone"]["pattern"], r"^\+[1-9][0-9]{6,14}$");
        assert_eq!(properties["id"]["format"], "uuid");
        assert_eq!(properties["items"]["items"]["required"], json!(["sku", "price"]));
        let required = guess.parameters["required"].as_array().unwrap();
        assert!(required.contains(&json!("count")) && !required.contains(&json!("note")));
        let config = guess.config.as_ref().unwrap();
        assert_eq!(config["url"], "https://api.example.com/v1/customers/{{ parameters.customer_id }}/orders");
        assert_eq!(config["query"]["api_key"], "${API_KEY}");
        assert_eq!(config["auth"], json!({"type": "bearer", "token": "${API_TOKEN}"}));
        assert_eq!(config["headers"], json!({"X-Tenant": "acme"}));
        assert_eq!(config["body"]["json"]["count"], "{{ parameters.count }}");
        assert_eq!(guess.secrets, ["API_KEY", "API_TOKEN"]);
        assert!(!serde_json::to_string(&guess).unwrap().contains("geheim"));
        assert!(!serde_json::to_string(&guess).unwrap().contains("enum\":"), "one sample shows no list of values");
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (sample, field) in [
            (json!({}), "sample"),
            (json!({"url": "api.example.com"}), "sample.url"),
            (json!({"url": "https://a:b@example.com/"}), "sample.url"),
            (json!({"url": "https://example.com/", "method": "TRACE"}), "sample.method"),
            (json!({"url": "https://example.com/", "headers": {"X": 1}}), "sample.headers.X"),
        ] {
            let fault = guess(&serde_json::from_value(sample.clone()).unwrap()).unwrap_err();
            assert_eq!(fault.details.unwrap()["field"], field, "{sample}");
        }
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            "[a-z0-9@.+:/T -]{0,14}",
            "\\+?[0-9]{6,16}",
            "20[0-9]{2}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](Z|\\+02:00)?)?",
            "[a-z.-]{1,6}@[a-z.-]{1,8}",
            "https?://[a-z.]{1,8}/[a-z ]{0,4}",
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e6..1e6f64).prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::vec(("[a-d]{1,2}", inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_sample_itself_always_fits_the_guess(fields in proptest::collection::vec(("[a-d]{1,2}", json_value()), 1..6)) {
            let body = Value::Object(fields.into_iter().collect());
            let sample = Sample { method: None, url: None, headers: Object::new(), body: Some(body.clone()) };
            let guess = guess(&sample).unwrap();
            let validator = crate::registry::compile::validator(&guess.parameters, "parameters").unwrap();
            let problems: Vec<String> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
            prop_assert!(problems.is_empty(), "{} does not fit {}: {:?}", body, guess.parameters, problems);
        }

        #[test]
        fn no_address_upsets_it(url in "https?://[a-z0-9.%:@\\[\\]]{1,12}(/[a-zA-Z0-9%._{} -]{0,16}){0,4}(\\?[a-z0-9=&%+\\[\\]{}]{0,20})?") {
            let sample = Sample { method: None, url: Some(url), headers: Object::new(), body: None };
            if let Ok(guess) = guess(&sample) {
                prop_assert!(crate::registry::compile::validator(&guess.parameters, "parameters").is_ok());
            }
        }
    }
}
