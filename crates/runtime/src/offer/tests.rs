use std::sync::Arc;

use super::*;

fn spec(value: Value) -> ToolSpec {
    serde_json::from_value(value).unwrap()
}

fn view() -> View {
    let tools = [
        spec(json!({
            "name": "create_invoice", "kind": "http", "category": "billing", "config": {"url": "https://h/"},
            "description": "Writes an invoice. It is sent at once.", "bound": {"customer": 1},
            "parameters": {"type": "object", "properties": {"customer": {}, "amount": {"type": "number"}}, "required": ["amount"]}
        })),
        spec(json!({
            "name": "refund_payment", "kind": "http", "category": "billing", "config": {"url": "https://h/"},
            "description": "Gives the money back.", "policy": {"approval": true}
        })),
        spec(
            json!({"name": "call_tool", "kind": "http", "config": {"url": "https://h/"}, "description": "Calls the workshop."}),
        ),
    ];
    View::whole(Arc::new(Shelf::of(&tools)))
}

#[test]
fn the_model_searches_reads_and_calls() {
    let view = view();
    let meant = |name: &str, arguments: Value| view.meant(name, &arguments).unwrap();
    let found = meant("search_tools", json!({"query": "bill somebody", "limit": 1}));
    assert_eq!(
        found,
        Meant::Told(
            json!({"tools": [{"name": "create_invoice", "description": "Writes an invoice.", "parameters": "amount*: number"}], "more": 1})
        )
    );
    let Meant::Told(told) = meant("describe_tool", json!({"name": "create_invoice"})) else { panic!() };
    assert_eq!(told["parameters"]["properties"], json!({"amount": {"type": "number"}}), "what is bound is not shown");
    assert_eq!(told["effect"], "write");
    let Meant::Told(told) = meant("describe_tool", json!({"name": "refund_payment"})) else { panic!() };
    assert_eq!(told["asks_first"], true);
    let call = |arguments: Value| Meant::Call { tool: "create_invoice".to_owned(), arguments };
    assert_eq!(
        meant("call_tool", json!({"name": "create_invoice", "arguments": {"amount": 1}})),
        call(json!({"amount": 1}))
    );
    assert_eq!(
        meant("call_tool", json!({"name": "create_invoice", "arguments": "{\"amount\": 1}"})),
        call(json!({"amount": 1}))
    );
    assert_eq!(meant("call_tool", json!({"name": "create_invoice"})), call(json!({})));
    // A tool that is called like one of the three is reached through it.
    let own = Meant::Call { tool: "call_tool".to_owned(), arguments: json!({}) };
    assert_eq!(meant("call_tool", json!({"name": "call_tool"})), own);
    assert!(view.meant("create_invoice", &json!({})).is_none());
}

#[test]
fn what_makes_no_sense_is_told_with_the_nearest_names() {
    let view = view();
    let refused = |name: &str, arguments: Value| match view.meant(name, &arguments) {
        Some(Meant::Refused(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(refused("call_tool", json!({"name": "invoice_create"})).contains("nearest are `create_invoice`"));
    assert!(refused("describe_tool", json!({"name": "zebra"})).contains("`search_tools`"));
    assert!(refused("search_tools", json!({"query": " "})).contains("`query`"));
    assert!(refused("call_tool", json!({})).contains("`name`"));
    assert!(refused("call_tool", json!({"name": "create_invoice", "arguments": "{"})).contains("not JSON"));
    let Some(Meant::Told(told)) = view.meant("search_tools", &json!({"query": "zebra"})) else { panic!() };
    assert_eq!(told["tools"], json!([]));
    assert!(told["hint"].is_string());
}

#[test]
fn an_answer_keeps_to_its_budget_and_says_what_is_left() {
    let tools: Vec<ToolSpec> = (0..50)
        .map(|n| spec(json!({"name": format!("report_{n:02}"), "kind": "http", "config": {"url": "https://h/"}, "description": "Makes a report ".repeat(20)})))
        .collect();
    let view = View::whole(Arc::new(Shelf::of(&tools)));
    let found = view.search("report", 20, 400);
    assert!(found.estimated_tokens <= 400 && (2..20).contains(&found.tools.len()), "{}", found.tools.len());
    assert_eq!(found.more as usize, 50 - found.tools.len());
    assert_eq!(view.search("report", 500, 1_000_000).tools.len(), MOST_HITS);
    assert_eq!(view.search("report", 3, 1).tools.len(), 1, "the best is always shown");
    assert_eq!(view.search("report_31", 1, 400).tools[0].name, "report_31");
    let text = found.for_model().to_string();
    assert!(text.len().div_ceil(4) <= 400);
}

#[test]
fn the_functions_say_what_there_is() {
    let functions = view().functions().unwrap();
    assert!(functions[0].description.contains("3 tools, among them billing"));
    let names: Vec<&str> = functions.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(names, [SEARCH_TOOLS, DESCRIBE_TOOL, CALL_TOOL]);
    assert_eq!(functions[2].model_parameters()["required"], json!(["name", "arguments"]));
}
