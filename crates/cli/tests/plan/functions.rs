//! The plan's `python_function`.

use callwright_testkit::on_both;
use serde_json::{Value, json};

use crate::{TOOLS, World, field, rows, text};

const CODE: &str = "def execute_tool(parameters, context):\n    import os\n    query = parameters.get('query', 'default')\n    return {'message': f'Processed: {query}', 'success': True, 'key': len(os.environ['API_KEY']), 'call': context['call_sid']}\n";

fn configuration() -> Value {
    json!({
        "type": "python_function",
        "code": CODE,
        "allowed_imports": ["datetime", "json", "math", "os"],
        "execution_timeout": 10,
        "memory_limit_mb": 128,
        "environment_variables": ["API_KEY"],
        "response_handling": {"success_field": "success", "message_field": "message"}
    })
}

#[test]
fn a_python_function_is_kept_as_the_plan_writes_it_and_runs() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let parameters = json!({"type": "object", "properties": {"query": {"type": "string"}}});
        let sample = json!({
            "name": "process", "display_name": "Process", "description": "Processes a query",
            "tool_type": "python_function", "configuration": configuration(),
            "function_definition": {"type": "function", "function": {"name": "process", "description": "Processes a query", "parameters": parameters}}
        });
        let made = api.post(TOOLS, sample.clone()).expect(201);
        for (name, value) in sample.as_object().unwrap() {
            assert_eq!(&made[name], value, "`{name}` comes back as it was given");
        }
        let path = format!("{TOOLS}/{}", text(&made["id"]));
        assert_eq!(api.put(&path, made.clone()).expect(200)["version"], "1.0.0", "nothing changed");
        let test = json!({"parameters": {"query": "hours"}, "context": {"call_sid": "CA7"}});
        let done = api.post(&format!("{path}/test"), test).expect(200);
        assert_eq!((&done["success"], &done["message"]), (&json!(true), &json!("Processed: hours")), "{done}");
        assert_eq!((&done["data"]["key"], &done["data"]["call"]), (&json!("key-from-the-vault".len()), &json!("CA7")));
        let names = |kind: &str| -> Vec<String> {
            rows(api.get(&format!("{TOOLS}?tool_type={kind}")).expect(200))
                .iter()
                .map(|tool| text(&tool["name"]))
                .collect()
        };
        world.get("look", "GET");
        assert_eq!(
            (names("python_function"), names("endpoint")),
            (vec!["process".to_owned()], vec!["look".to_owned()])
        );
    });
}

#[test]
fn what_a_function_may_not_be_is_refused_in_the_plans_words() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        for (name, value) in [
            ("code", json!("def execute_tool(:")),
            ("code", json!("import pandas\ndef execute_tool():\n    return 1\n")),
            ("allowed_imports", json!(["pandas"])),
            ("execution_timeout", json!(100_000)),
            ("memory_limit_mb", json!(1)),
            ("environment_variables", json!(["NO_SUCH"])),
            ("surprise", json!(1)),
        ] {
            let mut configuration = configuration();
            configuration[name] = value;
            let reply = api.post(TOOLS, json!({"name": "f", "configuration": configuration}));
            let (status, named) = field(&reply);
            assert!(status == 422 && named.starts_with(&format!("configuration.{name}")), "{reply:?}");
        }
    });
}
