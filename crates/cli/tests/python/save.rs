//! What is refused when a Python tool is saved, and what its author is told.

use callwright_testkit::{Options, Server, on_both};
use serde_json::{Value, json};

use crate::{BINARY, call, save, tool};

#[test]
fn what_is_wrong_with_the_code_is_told_by_line() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        for (code, more, field, says, line) in [
            ("def execute_tool(parameters:\n    return 1\n", json!({}), "config.code", "", json!(1)),
            ("def execute_tool(parameters):\n  x = 1\n    y = 2\n", json!({}), "config.code", "indent", json!(3)),
            (
                "import json\nimport pandas as pd\ndef execute_tool(p, c): return 1\n",
                json!({}),
                "config.code",
                "use `csv`, `statistics`",
                json!(2),
            ),
            (
                "def execute_tool(p, c):\n    import subprocess\n",
                json!({}),
                "config.code",
                "cannot start programs",
                json!(2),
            ),
            (
                "import nosuchmodule\ndef f(): pass\n",
                json!({}),
                "config.code",
                "there is no module `nosuchmodule`",
                json!(1),
            ),
            ("from . import x\ndef f(): pass\n", json!({}), "config.code", "one file", json!(1)),
            (
                "import requests\ndef f(): pass\n",
                json!({}),
                "config.code",
                "`requests` is not among the allowed imports",
                json!(1),
            ),
            (
                "import csv\ndef f(): pass\n",
                json!({"allowed_imports": ["json"]}),
                "config.code",
                "`csv` is not among the allowed imports",
                json!(1),
            ),
            ("x = 1\n", json!({}), "config.code", "defines no function", Value::Null),
            ("def a(): pass\ndef b(): pass\n", json!({}), "config.function_name", "several functions", Value::Null),
            (
                "def a(): pass\n",
                json!({"function_name": "b"}),
                "config.function_name",
                "no function `b`; it has `a`",
                Value::Null,
            ),
            (
                "def execute_tool(customer, amount):\n    return 1\n",
                json!({}),
                "config.code",
                "`amount` is neither a property",
                json!(1),
            ),
            ("", json!({}), "config.code", "is empty", Value::Null),
            ("def f(): pass", json!({"timeout_ms": 5}), "config.timeout_ms", "between 10 and 600000", Value::Null),
            (
                "def f(): pass",
                json!({"timeout_ms": 50, "execution_timeout": 1}),
                "config.execution_timeout",
                "keep one",
                Value::Null,
            ),
            ("def f(): pass", json!({"execution_timeout": 1e12}), "config.execution_timeout", "", Value::Null),
            ("def f(): pass", json!({"execution_timeout": -1}), "config.execution_timeout", "above 0", Value::Null),
            (
                "def f(): pass",
                json!({"memory_limit_mb": 4096}),
                "config.memory_limit_mb",
                "between 32 and 512",
                Value::Null,
            ),
            ("def f(): pass", json!({"max_output_bytes": 0}), "config.max_output_bytes", "between", Value::Null),
            (
                "def f(): pass",
                json!({"allowed_imports": ["json", "numpy"]}),
                "config.allowed_imports.1",
                "use `math`",
                Value::Null,
            ),
            (
                "def f(): pass",
                json!({"allowed_imports": ["requests"], "network": "none"}),
                "config.allowed_imports.0",
                "needs the network",
                Value::Null,
            ),
            ("def f(): pass", json!({"cod": 1}), "config.cod", "unknown field", Value::Null),
        ] {
            let mut wanted = tool("wrong", code);
            wanted["parameters"] = json!({"type": "object", "properties": {"customer": {"type": "string"}}});
            wanted["config"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let refused = api.post("/api/v1/tools", wanted).expect(422);
            let error = &refused["error"];
            let message = error["message"].as_str().unwrap();
            assert!(
                error["details"]["field"].as_str().is_some_and(|told| told.starts_with(field)),
                "{code}: {refused}"
            );
            assert!(message.contains(says), "{code}: {message}");
            assert_eq!(error["details"]["line"], line, "{code}: {refused}");
        }
        assert!(api.get("/api/v1/tools").expect(200)["items"].as_array().unwrap().is_empty(), "nothing was kept");
    });
}

#[test]
fn a_function_is_called_as_its_parameter_list_says() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        for (name, code, wanted) in [
            (
                "both",
                "def execute_tool(parameters, context):\n    return [parameters['a'], context['call_sid']]",
                json!([1, "CA1"]),
            ),
            (
                "other_names",
                "def execute_tool(params, ctx):\n    return [params['a'], ctx['call_sid']]",
                json!([1, "CA1"]),
            ),
            ("one", "def execute_tool(parameters):\n    return parameters", json!({"a": 1, "b": "x"})),
            ("keywords", "def execute_tool(**kwargs):\n    return kwargs", json!({"a": 1, "b": "x"})),
            (
                "named",
                "def execute_tool(a, b='y', *, context):\n    return [a, b, context['call_sid']]",
                json!([1, "x", "CA1"]),
            ),
            ("some", "def execute_tool(a, other=5):\n    return [a, other]", json!([1, 5])),
            ("none", "def execute_tool():\n    return 'nothing'", json!("nothing")),
            (
                "later",
                "import asyncio\nasync def execute_tool(a, b):\n    await asyncio.sleep(0)\n    return await asyncio.wait_for(asyncio.sleep(0.001, result=[b, a]), 1)",
                json!(["x", 1]),
            ),
            ("only", "def whatever(a):\n    return a", json!(1)),
            ("by_its_name", "def helper(x):\n    return x\ndef by_its_name(a):\n    return helper(a)", json!(1)),
        ] {
            let mut spec = tool(name, code);
            spec["parameters"] =
                json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}});
            spec["kind"] = json!("python_function");
            save(&api, spec);
            let body = json!({"arguments": {"a": 1, "b": "x"}, "context": {"call_sid": "CA1"}});
            let answer = api.post(&format!("/api/v1/tools/{name}/call"), body).expect(200);
            assert_eq!(answer["data"], wanted, "{name}: {answer}");
        }
    });
}

#[test]
fn an_unread_parameter_is_a_warning_and_a_change_takes_effect_at_once() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let mut spec = tool("greet", "def execute_tool(parameters):\n    return 'Hello ' + parameters['name']\n");
        spec["parameters"] =
            json!({"type": "object", "properties": {"name": {"type": "string"}, "title": {"type": "string"}}});
        let saved = save(&api, spec.clone());
        assert!(saved["warnings"].to_string().contains("never reads the parameter `title`"), "{saved}");
        assert_eq!(call(&api, "greet", json!({"name": "Ann"}))["data"], "Hello Ann");
        spec["config"]["code"] = json!(
            "COUNT = [0]\ndef execute_tool(parameters):\n    COUNT[0] += 1\n    return f'{COUNT[0]} {parameters}'\n"
        );
        let saved = api.put("/api/v1/tools/greet", spec).expect(200);
        assert!(!saved["warnings"].to_string().contains("never reads"), "{saved}");
        for _ in 0..2 {
            let answer = call(&api, "greet", json!({"name": "Ann"}));
            assert_eq!(answer["data"], "1 {'name': 'Ann'}", "no state survives a call");
        }
    });
}
