//! Functions: made, tried and changed as the guide does it.

use callwright_testkit::{Api, on_both};
use serde_json::{Value, json};

use crate::{TOOLS, World, ok, refused, text};

/// Adds up a trip's costs, says something on the way, and refuses what makes no sense.
const TRIP: &str = r#"
import logging
from decimal import Decimal

def trip_costs(parameters, context):
    rate = parameters.get('tax_rate', 0.25)
    by_kind = {}
    for item in parameters['items']:
        if item['amount'] < 0:
            raise ValueError(f"an amount may not be negative: {item['amount']}")
        by_kind[item['kind']] = by_kind.get(item['kind'], 0) + item['amount']
    total = sum(by_kind.values())
    print('items:', len(parameters['items']))
    logging.warning('the total is %s', total)
    return {
        'total': round(total, 2), 'by_kind': by_kind, 'tax': round(total * rate, 2), 'exact': Decimal('1.10'),
        'summary': f"Total: ${total:,.2f}", 'asked_by': context.get('user_id'), 'is_trial': context.get('test_mode'),
    }
"#;

fn trip() -> Value {
    let item = json!({"type": "object", "properties": {"amount": {"type": "number"}, "kind": {"type": "string"}},
        "required": ["amount", "kind"]});
    json!({
        "name": "trip_costs",
        "description": "Adds up what a trip cost",
        "category": "finance",
        "tool_type": "function",
        "parameters_schema": {
            "type": "object",
            "properties": {"items": {"type": "array", "items": item}, "tax_rate": {"type": "number", "default": 0.25}},
            "required": ["items"]
        },
        "implementation": {"code": TRIP, "function_name": "trip_costs"},
        "requires_auth": false,
        "max_execution_time_ms": 10000,
        "is_shared": false
    })
}

fn tried(api: &Api, parameters: Value) -> Value {
    let context = json!({"test_mode": true, "user_notes": "Only a trial"});
    ok(api.post(&format!("{TOOLS}/trip_costs/test"), json!({"parameters": parameters, "context": context})))
}

#[test]
fn a_function_is_made_tried_and_changed_at_once() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        ok(api.post(&format!("{TOOLS}/create"), trip()));
        let shown = ok(api.get(&format!("{TOOLS}/trip_costs")))["tool"].clone();
        for (field, value) in trip().as_object().unwrap() {
            assert_eq!(&shown[field], value, "`{field}`");
        }
        assert_eq!(shown["effect"], "write", "nobody can tell what code does");
        let items = json!([{"amount": 1200, "kind": "hotel"}, {"amount": 34.5, "kind": "taxi"}, {"amount": 800, "kind": "hotel"}]);
        let done = tried(&api, json!({"items": items, "tax_rate": 0.5}));
        let result = &done["result"];
        assert_eq!((&result["total"], &result["tax"]), (&json!(2034.5), &json!(1017.25)));
        assert_eq!((&result["by_kind"]["hotel"], &result["summary"]), (&json!(2000), &json!("Total: $2,034.50")));
        assert!(text(&result["asked_by"]).starts_with("user_") && result["is_trial"] == json!(true), "{done}");
        let logs = done["logs"].to_string();
        assert!(logs.contains("items: 3") && logs.contains("the total is 2034.5"), "{done}");
        assert!(done["memory_bytes"].as_u64().unwrap() > 1_000_000, "{done}");
        assert!(done["execution_time_ms"].as_f64().unwrap() > 0.0);

        // Only the code is said; the function's name and the schema stay.
        let code = TRIP.replace("'total': round(total, 2)", "'total': -1");
        ok(api.put(&format!("{TOOLS}/trip_costs"), json!({"implementation": {"code": code}})));
        assert_eq!(tried(&api, json!({"items": items}))["result"]["total"], -1);
        let changed = ok(api.get(&format!("{TOOLS}/trip_costs")))["tool"].clone();
        assert_eq!(changed["implementation"]["function_name"], "trip_costs");
        assert_eq!(changed["usage_stats"]["usage_count"], 2);
        let listed = ok(api.get(&format!("{TOOLS}/list")));
        assert_eq!(listed["tools"][0]["tool_type"], "function");
    });
}

#[test]
fn what_a_function_does_wrong_is_told() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let with = |code: &str| {
            let mut tool = trip();
            tool["implementation"]["code"] = json!(code);
            tool
        };
        for (code, why) in [
            ("def trip_costs(parameters, context):\n    return [\n", "line"),
            ("import pandas\ndef trip_costs(parameters, context):\n    return 1\n", "pandas"),
            ("def other(parameters, context):\n    return 1\n", "trip_costs"),
        ] {
            let message = refused(api.post(&format!("{TOOLS}/create"), with(code)), 400);
            assert!(message.contains("`implementation") && message.contains(why), "{message}");
        }
        ok(api.post(&format!("{TOOLS}/create"), trip()));
        let failed = |parameters: Value| {
            let reply = api.post(&format!("{TOOLS}/trip_costs/test"), json!({"parameters": parameters}));
            assert_eq!(reply.body["response"], "400", "{reply:?}");
            reply.expect(400)
        };
        let negative = failed(json!({"items": [{"amount": -3, "kind": "taxi"}]}));
        assert!(text(&negative["error"]).contains("may not be negative: -3"), "{negative}");
        assert_eq!(negative["error_details"]["class"], "validation_error");
        assert_eq!(failed(json!({}))["error_details"]["class"], "validation_error");
        let put = |implementation: Value, rest: Value| {
            let mut body = rest;
            body["implementation"] = implementation;
            ok(api.put(&format!("{TOOLS}/trip_costs"), body));
        };
        put(
            json!({"code": "def trip_costs(parameters, context):\n    print('before')\n    return 1 / 0\n"}),
            json!({}),
        );
        let broken = failed(json!({"items": []}));
        assert!(text(&broken["error"]).contains("ZeroDivisionError"), "{broken}");
        assert_eq!(broken["error_details"]["class"], "sandbox_error");
        assert!(broken["logs"].to_string().contains("before"), "what was printed helps to find out: {broken}");
        put(
            json!({"code": "def trip_costs(parameters, context):\n    while True: pass\n"}),
            json!({"max_execution_time_ms": 500}),
        );
        let begun = std::time::Instant::now();
        assert_eq!(failed(json!({"items": []}))["error_details"]["class"], "timeout_error");
        assert!(begun.elapsed().as_secs() < 10);
    });
}
