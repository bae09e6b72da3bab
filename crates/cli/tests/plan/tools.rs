//! Tools: as they are written, refused and listed.

use callwright_testkit::on_both;
use serde_json::{Value, json};

use crate::{TOOL_FIELDS, TOOLS, World, assert_fields, field, rows, text};

/// What somebody does to the sample.
type Change<'a> = &'a dyn Fn(&mut Value);

#[test]
fn a_tool_is_kept_as_the_plan_writes_it() {
    on_both(|database| {
        let world = World::new(database);
        let (api, sample) = (world.api(), world.sample());
        let reply = api.post(TOOLS, sample.clone());
        let path = format!("{TOOLS}/{}", text(&reply.body["id"]));
        assert_eq!(reply.header("location"), Some(path.as_str()));
        let made = reply.expect(201);
        assert_fields(&made, &TOOL_FIELDS);
        for (name, value) in sample.as_object().unwrap() {
            assert_eq!(&made[name], value, "`{name}` comes back as it was given");
        }
        for (name, value) in [
            ("is_active", json!(true)),
            ("require_confirmation", json!(false)),
            ("allowed_contexts", json!([])),
            ("timeout_seconds", json!(30)),
            ("retry_attempts", json!(3)),
            ("version", json!("1.0.0")),
            ("is_public", json!(false)),
            ("is_template", json!(false)),
            ("execution_count", json!(0)),
            ("last_executed_at", Value::Null),
            ("assistant_count", json!(0)),
        ] {
            assert_eq!(made[name], value, "the default of `{name}`");
        }
        assert_eq!(api.get(&path).expect(200), made);
        assert_eq!(api.get(&format!("{TOOLS}/search_knowledge_base")).expect(200), made, "by its name too");
        assert_eq!(api.post(TOOLS, sample).status, 409);

        // A PUT changes what it has; the whole may be sent back as it was read.
        assert_eq!(api.put(&path, made.clone()).expect(200)["version"], "1.0.0", "nothing changed");
        let changed =
            api.put(&path, json!({"description": "Other", "timeout_seconds": 2.5, "is_active": false})).expect(200);
        assert_eq!((&changed["description"], &changed["timeout_seconds"]), (&json!("Other"), &json!(2.5)));
        assert_eq!((&changed["version"], &changed["is_active"]), (&json!("1.1.0"), &json!(false)));
        assert_eq!((&changed["configuration"], &changed["created_at"]), (&made["configuration"], &made["created_at"]));
        assert_ne!(changed["updated_at"], made["updated_at"]);
        assert_eq!(changed["function_definition"]["function"]["description"], "Other", "one description, not two");
        let versions = api.get(&format!("/api/v1/tools/{}/versions", text(&made["id"]))).expect(200);
        assert_eq!(versions["items"].as_array().unwrap().len(), 2);

        api.delete(&path).expect(204);
        for (method, path) in [("GET", path.clone()), ("DELETE", path.clone()), ("GET", format!("{path}/logs"))] {
            assert_eq!(api.send(method, &path, None).status, 404, "{method} {path}");
        }
    });
}

#[test]
fn what_the_plan_cannot_mean_is_refused_in_its_words() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let refused = |change: Change| {
            let mut tool = world.sample();
            change(&mut tool);
            let reply = api.post(TOOLS, tool);
            (field(&reply), text(&reply.body["error"]["message"]))
        };
        // The plan's Lambda sample: this build says that it has no such kind.
        let lambda = json!({"type": "lambda", "function_name": "f", "aws_region": "us-east-1",
            "invocation_type": "RequestResponse", "payload_template": {"parameters": "${parameters}"},
            "credentials": {"access_key_field": "a", "secret_key_field": "s"}});
        let (named, message) = refused(&|tool| {
            tool["tool_type"] = json!("lambda");
            tool["configuration"] = lambda.clone();
        });
        assert_eq!(named, (422, "tool_type".to_owned()));
        assert!(message.contains("lambda") && message.contains("no such kind"), "{message}");
        let (named, _) = refused(&|tool| tool["configuration"] = lambda.clone());
        assert_eq!(named, (422, "configuration.type".to_owned()));
        let wrong: [(&str, Change); 10] = [
            ("surprise", &|tool| tool["surprise"] = json!(1)),
            ("configuration.url", &|tool| drop(tool["configuration"].as_object_mut().unwrap().remove("url"))),
            ("configuration.url", &|tool| tool["configuration"]["url"] = json!("ftp://example.com")),
            ("configuration.headers.X-A", &|tool| tool["configuration"]["headers"]["X-A"] = json!(5)),
            ("configuration.headers.X-A", &|tool| tool["configuration"]["headers"]["X-A"] = json!("${NO_SUCH}")),
            ("configuration.authentication.type", &|tool| {
                tool["configuration"]["authentication"]["type"] = json!("digest")
            }),
            ("configuration.authentication.token_field", &|tool| {
                tool["configuration"]["authentication"]["token_field"] = json!("no_such_key");
            }),
            ("timeout_seconds", &|tool| tool["timeout_seconds"] = json!(601)),
            ("retry_attempts", &|tool| tool["retry_attempts"] = json!(11)),
            ("function_definition.function.name", &|tool| {
                tool["function_definition"]["function"]["name"] = json!("another_name");
            }),
        ];
        for (name, change) in wrong {
            let (named, message) = refused(change);
            assert_eq!(named, (422, name.to_owned()), "{message}");
            assert!(message.contains(name.rsplit('.').next().unwrap()), "{message}");
        }
        assert_eq!(rows(api.get(TOOLS).expect(200)), Vec::<Value>::new(), "none of them was half written");
    });
}

#[test]
fn lists_are_bare_arrays_with_a_link_to_the_next_page() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        for name in ["a1", "a2", "a3", "b1", "b2"] {
            world.get(name, "GET");
        }
        api.put(&format!("{TOOLS}/b2"), json!({"is_active": false})).expect(200);
        let all = |start: &str| {
            let (mut names, mut next, mut pages) = (Vec::new(), Some(start.to_owned()), 0);
            while let Some(path) = next {
                let reply = api.get(&path);
                next = reply.next_page();
                names.extend(rows(reply.expect(200)).iter().map(|tool| text(&tool["name"])));
                pages += 1;
            }
            (names.join(" "), pages)
        };
        assert_eq!(all(TOOLS), ("a1 a2 a3 b1 b2".to_owned(), 1));
        assert_eq!(all(&format!("{TOOLS}?limit=2")), ("a1 a2 a3 b1 b2".to_owned(), 3));
        assert_eq!(all(&format!("{TOOLS}?search=A&limit=2")), ("a1 a2 a3".to_owned(), 2), "the filter stays");
        assert_eq!(all(&format!("{TOOLS}?is_active=false")), ("b2".to_owned(), 1));
        assert_eq!(all(&format!("{TOOLS}?tool_type=endpoint&limit=5")), ("a1 a2 a3 b1 b2".to_owned(), 1));
        assert_eq!(all(&format!("{TOOLS}?tool_type=python_function")), (String::new(), 1));
        for (query, named) in [("limit=0", "limit"), ("limit=201", "limit"), ("cursor=!", "cursor"), ("x=1", "x")] {
            assert_eq!(field(&api.get(&format!("{TOOLS}?{query}"))), (422, named.to_owned()));
        }
    });
}
