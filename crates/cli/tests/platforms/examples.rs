//! The examples that we ship: n8n's against the descriptions of its own nodes, and what they send against a server.

use std::{fs, path::PathBuf};

use callwright_testkit::{Answer, Database};
use serde_json::{Value, json};

use super::{World, installed};

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/automation"))
}

fn examples(below: &str) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = fs::read_dir(folder().join(below))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.file_name().unwrap().to_string_lossy().into_owned(), serde_json::from_str(&text).unwrap())
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Whether a property is shown, given the other parameters and the node's version.
fn is_shown(property: &Value, parameters: &Value, all: &[Value], version: &Value) -> bool {
    let holds = |rule: &Value, value: &Value| match rule.get("_cnd") {
        None => rule == value || rule.as_f64().is_some_and(|number| Some(number) == value.as_f64()),
        Some(condition) => {
            let (word, limit) = condition.as_object().unwrap().iter().next().unwrap();
            let (value, limit) = (value.as_f64().unwrap_or(0.0), limit.as_f64().unwrap_or(0.0));
            match word.as_str() {
                "gte" => value >= limit,
                "lte" => value <= limit,
                "gt" => value > limit,
                "lt" => value < limit,
                other => panic!("a condition of n8n that this test does not know: {other}"),
            }
        }
    };
    let value_of = |name: &str| -> Value {
        if name == "@version" {
            return version.clone();
        }
        let name = name.trim_start_matches('/');
        parameters.get(name).cloned().unwrap_or_else(|| {
            let shown = all.iter().find(|one| one["name"] == name && is_shown_by_version(one, version));
            shown.map(|one| one["default"].clone()).unwrap_or_default()
        })
    };
    let options = &property["displayOptions"];
    let any = |name: &str, rules: &Value| rules.as_array().unwrap().iter().any(|rule| holds(rule, &value_of(name)));
    let shown = options["show"].as_object().is_none_or(|show| show.iter().all(|(name, rules)| any(name, rules)));
    let hidden = options["hide"].as_object().is_some_and(|hide| hide.iter().any(|(name, rules)| any(name, rules)));
    shown && !hidden
}

fn is_shown_by_version(property: &Value, version: &Value) -> bool {
    let only = |part: &str| property["displayOptions"][part]["@version"].as_array().cloned();
    let lists =
        |rules: Vec<Value>| rules.iter().any(|rule| rule.as_f64().is_some() && rule.as_f64() == version.as_f64());
    only("show").is_none_or(|rules| rules.iter().any(|rule| rule.get("_cnd").is_some()) || lists(rules))
        && !only("hide").is_some_and(lists)
}

fn check_value(place: &str, property: &Value, value: &Value) -> Result<(), String> {
    let is_expression = value.as_str().is_some_and(|text| text.starts_with('='));
    let kind = property["type"].as_str().unwrap();
    let fits = match kind {
        _ if is_expression => true,
        "string" | "json" | "credentialsSelect" | "dateTime" | "color" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "collection" => value.as_object().is_some_and(|given| {
            let known = property["options"].as_array().unwrap();
            given.keys().all(|name| known.iter().any(|one| one["name"] == *name))
        }),
        "filter" => value["conditions"].is_array() && value["combinator"].is_string(),
        "fixedCollection" | "assignmentCollection" => value.is_object(),
        "options" => property["options"].as_array().unwrap().iter().any(|one| one["value"] == *value),
        other => return Err(format!("{place}: a type of n8n that this test does not know: {other}")),
    };
    if fits { Ok(()) } else { Err(format!("{place}: {value} is no {kind} that n8n knows")) }
}

/// Every problem of a workflow.
fn problems(name: &str, workflow: &Value, nodes: &[Value]) -> Vec<String> {
    let mut wrong = Vec::new();
    let all = workflow["nodes"].as_array().unwrap();
    for node in all {
        let place = format!("{name}: {}", node["name"]);
        let kind = node["type"].as_str().unwrap().trim_start_matches("n8n-nodes-base.");
        let version = &node["typeVersion"];
        let described = nodes.iter().find(|one| {
            let versions = one["version"].as_array().cloned().unwrap_or_else(|| vec![one["version"].clone()]);
            one["name"] == kind && versions.iter().any(|one| one.as_f64() == version.as_f64())
        });
        let Some(described) = described else {
            wrong.push(format!("{place}: n8n has no {kind} in version {version}"));
            continue;
        };
        let properties = described["properties"].as_array().unwrap();
        let parameters = &node["parameters"];
        let shown: Vec<&Value> =
            properties.iter().filter(|one| is_shown(one, parameters, properties, version)).collect();
        for (field, value) in parameters.as_object().unwrap() {
            let place = format!("{place}.{field}");
            match shown.iter().find(|one| one["name"] == *field) {
                None => wrong.push(format!("{place}: there is no such parameter here")),
                Some(property) => wrong.extend(check_value(&place, property, value).err()),
            }
        }
        for property in shown.iter().filter(|one| one["required"] == true) {
            let given = parameters.get(property["name"].as_str().unwrap()).unwrap_or(&property["default"]);
            if given.is_null() || given == "" {
                wrong.push(format!("{place}: {} is required", property["name"]));
            }
        }
        for credential in node["credentials"].as_object().into_iter().flat_map(|all| all.keys()) {
            let listed =
                described["credentials"].as_array().into_iter().flatten().any(|one| one["name"] == *credential);
            if !listed && parameters["genericAuthType"] != *credential {
                wrong.push(format!("{place}: it takes no credential of the type {credential}"));
            }
        }
    }
    let is_node = |name: &Value| all.iter().any(|node| node["name"] == *name);
    for (from, outputs) in workflow["connections"].as_object().unwrap() {
        for link in outputs["main"].as_array().unwrap().iter().flat_map(|output| output.as_array().unwrap()) {
            if !is_node(&json!(from)) || !is_node(&link["node"]) {
                wrong.push(format!("{name}: {from} leads to {}, and one of them is not there", link["node"]));
            }
        }
    }
    wrong
}

#[test]
fn the_workflows_for_n8n_fit_the_descriptions_of_its_nodes() {
    let Some(folder) = installed() else { return };
    let text = fs::read_to_string(folder.join("package/dist/types/nodes.json")).unwrap();
    let nodes: Vec<Value> = serde_json::from_str(&text).unwrap();
    let found = examples("n8n");
    assert_eq!(found.len(), 4);
    for (name, workflow) in &found {
        assert_eq!(problems(name, workflow, &nodes), Vec::<String>::new());
    }
    // It can tell: a parameter, a choice, a version, a type and a link that n8n does not know.
    let (name, good) = &found[2];
    for (pointer, value) in [
        ("/nodes/2/parameters", json!({"verb": "POST"})),
        ("/nodes/2/parameters/contentType", json!("yaml")),
        ("/nodes/2/typeVersion", json!(9)),
        ("/nodes/2/parameters/sendBody", json!("yes")),
        ("/nodes/2/parameters/options", json!({"patience": 1})),
        ("/nodes/2/credentials", json!({"slackApi": {}})),
        ("/connections/A lead/main/0/0/node", json!("Nobody")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap_or_else(|| panic!("{name} has no {pointer}")) = value;
        assert!(!problems(name, &bad, &nodes).is_empty(), "{pointer}");
    }
}

/// A body of n8n or Make with a word in the place of each expression.
fn filled(template: &str) -> Value {
    let mut text = String::new();
    let mut rest = template.trim_start_matches('=');
    while let Some(at) = rest.find("{{") {
        text.push_str(&rest[..at]);
        text.push_str("filled");
        rest = &rest[at..];
        rest = &rest[rest.find("}}").unwrap() + 2..];
    }
    text.push_str(rest);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn what_the_examples_send_is_taken_and_what_they_answer_is_a_result() {
    let world = World::new(Database::Sqlite);
    world.tool("create_lead", "write", json!({"email": {"type": "string"}, "name": {"type": "string"}}), json!({}));
    let hook = world.hook(json!({"slug": "crm-updates", "target": {"tools": ["create_lead"]}}));
    let n8n = examples("n8n");
    let make = examples("make");
    let nodes = n8n.iter().flat_map(|(_, flow)| flow["nodes"].as_array().unwrap().clone());
    let calls = nodes
        .filter(|node| node["parameters"]["url"].as_str().is_some_and(|url| url.ends_with("/hooks/crm-updates")))
        .map(|node| filled(node["parameters"]["jsonBody"].as_str().unwrap()));
    let calling = make.iter().find(|(name, _)| name.starts_with("make-calls")).unwrap();
    let bodies: Vec<Value> = calls.chain([filled(calling.1["flow"][0]["mapper"]["data"].as_str().unwrap())]).collect();
    assert_eq!(bodies.len(), 3);
    for mut body in bodies {
        body.as_object_mut().unwrap().remove("webhook_response_url");
        world.upstream.next(Answer::json(200, json!({"id": 7})));
        let bearer = format!("Bearer {}", hook.secret);
        let answer = world.send("/hooks/crm-updates", &[("authorization", &bearer)], &body.to_string()).expect(200);
        assert_eq!((&answer["status"], &answer["result"]), (&json!("done"), &json!({"id": 7})), "{body}");
    }
    // What Make and n8n answer is JSON, whatever stands in it.
    let respond = &make.iter().find(|(name, _)| name.starts_with("callwright")).unwrap().1["flow"][1]["routes"];
    for text in [respond[0]["flow"][0]["mapper"]["body"].as_str(), respond[1]["flow"][0]["mapper"]["data"].as_str()] {
        assert!(filled(text.unwrap())["message"].is_string());
    }
}
