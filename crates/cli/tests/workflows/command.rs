//! `callwright workflow`.

use callwright_testkit::{Answer, on_both};
use serde_json::json;

use super::World;

const FILE: &str = "
name: complete_purchase
description: Checks and orders
steps:
  - {name: stock, tool: check_inventory, params: {id: '{{ params.id }}'}}
  - {name: order, tool: create_order, condition: results.stock.in_stock, params: {id: '{{ params.id }}'}}
";

#[test]
fn a_workflow_is_applied_run_and_shown() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("check_inventory", json!({}));
        world.tool("create_order", json!({"effect": "write"}));
        world.upstream.always(Answer::json(200, json!({"in_stock": true})));
        let server = &world.server;
        for revision in ["revision 1", "revision 2"] {
            let applied = server.run_with(&["workflow", "apply", "-f", "-"], FILE).ok();
            assert!(applied.stderr.contains(revision), "{}", applied.stderr);
        }
        let listed = server.run(&["workflow", "list"]).ok();
        assert!(listed.stdout.contains("complete_purchase") && listed.stdout.contains("2 steps"), "{}", listed.stdout);
        let ran = server.run(&["workflow", "run", "complete_purchase", "--param", "id=7"]).ok();
        assert!(ran.stderr.contains("✓ 1 stock: done") && ran.stderr.contains("✓ 2 order: done"), "{}", ran.stderr);
        assert!(ran.stdout.contains("in_stock"), "what it came to: {}", ran.stdout);
        let shown = server.run(&["workflow", "show", "complete_purchase", "--json"]).ok().json();
        assert_eq!(shown["steps"][1]["condition"], "results.stock.in_stock");
        let runs = server.run(&["run", "list", "--workflow", "complete_purchase"]).ok();
        assert!(runs.stdout.contains("complete_purchase"), "{}", runs.stdout);
        world.upstream.always(Answer::status(500));
        let failed = server.run(&["workflow", "run", "complete_purchase", "--param", "id=7"]).expect(1);
        assert!(failed.stderr.contains("step 1 `stock` failed"), "{}", failed.stderr);
        server.run(&["workflow", "delete", "complete_purchase"]).ok();
        server.run(&["workflow", "show", "complete_purchase"]).expect(1);
    });
}
