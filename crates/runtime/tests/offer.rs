//! How well tools are found, and what their lists cost: a labelled set of wishes as people say them, over the operations
//! of eighteen services in words of our own.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{collections::HashSet, sync::Arc};

use callwright_model::{
    definition::{self, Format},
    tool::ToolSpec,
};
use callwright_runtime::offer::{Shelf, View};
use serde_json::{Map, Value, json};

const TOOLS: &str = include_str!("offer/tools.tsv");
const QUERIES: &str = include_str!("offer/queries.tsv");

fn spec(name: &str, told: &str, parameters: &str) -> ToolSpec {
    let names: Vec<&str> = parameters.split(',').filter(|name| !name.is_empty()).collect();
    let properties: Map<String, Value> = names
        .iter()
        .map(|name| {
            let name = name.trim_end_matches('*');
            (
                name.to_owned(),
                json!({"type": "string", "description": format!("The {} of the request", name.to_lowercase())}),
            )
        })
        .collect();
    let required: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix('*')).collect();
    serde_json::from_value(json!({
        "name": name, "description": told, "kind": "http", "config": {"url": "https://example.com"},
        "parameters": {"type": "object", "properties": properties, "required": required, "additionalProperties": false}
    }))
    .unwrap()
}

/// The operations of the set.
fn tools() -> Vec<ToolSpec> {
    TOOLS
        .lines()
        .map(|line| {
            let mut fields = line.split('\t');
            spec(fields.next().unwrap(), fields.next().unwrap(), fields.next().unwrap_or_default())
        })
        .collect()
}

/// Tools of other services that are much alike: the same verbs, and things of the same names.
fn others(count: usize) -> Vec<ToolSpec> {
    const VENDORS: [&str; 8] =
        ["pipedrive", "zoho", "freshdesk", "shopify", "mailchimp", "monday", "trello", "quickbooks"];
    const THINGS: [&str; 9] = ["contact", "ticket", "order", "deal", "invoice", "campaign", "board", "note", "user"];
    const VERBS: [(&str, &str); 5] = [
        ("list", "Lists the"),
        ("get", "Reads one of the"),
        ("create", "Makes one of the"),
        ("update", "Changes one of the"),
        ("delete", "Removes one of the"),
    ];
    let mut made = Vec::new();
    for vendor in VENDORS {
        for thing in THINGS {
            for (verb, told) in VERBS {
                made.push(spec(
                    &format!("{vendor}_{verb}_{thing}"),
                    &format!("{told} {thing}s of the account."),
                    "id*,fields,limit",
                ));
            }
        }
    }
    made.truncate(count);
    assert_eq!(made.len(), count);
    made
}

fn view(specs: &[ToolSpec]) -> View {
    View::whole(Arc::new(Shelf::of(specs)))
}

/// Of the wishes, the share whose tool is among the first `most`; and those that are not.
fn hits(view: &View, most: usize) -> (f64, Vec<String>) {
    let mut missed = Vec::new();
    let mut count = 0;
    for line in QUERIES.lines() {
        let (query, wanted) = line.split_once('\t').unwrap();
        let found = view.search(query, most, 100_000);
        count += 1;
        if !found.tools.iter().any(|hit| wanted.split('|').any(|name| name == hit.name)) {
            let first: Vec<&str> = found.tools.iter().take(3).map(|hit| hit.name.as_str()).collect();
            missed.push(format!("{query}: wanted {wanted}, found {first:?}"));
        }
    }
    (1.0 - missed.len() as f64 / f64::from(count), missed)
}

#[test]
fn the_set_is_sound() {
    let tools = tools();
    let names: HashSet<&str> = tools.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(names.len(), tools.len(), "a name is there twice");
    assert!(QUERIES.lines().count() >= 100);
    for line in QUERIES.lines() {
        let (query, wanted) = line.split_once('\t').unwrap();
        assert!(wanted.split('|').all(|name| names.contains(name)), "{line}");
        assert!(!tools.iter().any(|tool| tool.description.to_lowercase().contains(query)), "copied: {line}");
    }
}

#[test]
fn most_wishes_find_their_tool_among_the_first_five() {
    let mut specs = tools();
    let own = view(&specs);
    specs.extend(others(500 - specs.len()));
    let among_all = view(&specs);
    for (label, view, least) in [("own", &own, 0.93), ("among 500", &among_all, 0.91)] {
        let (at_1, _) = hits(view, 1);
        let (at_5, missed) = hits(view, 5);
        println!("{label}: {} tools, hit rate at 1 {at_1:.3}, at 5 {at_5:.3}", view.len());
        for one in &missed {
            println!("  missed: {one}");
        }
        assert!(at_5 >= least, "hit rate at 5 of {label} is {at_5:.3}");
    }
}

#[test]
fn the_list_grows_with_the_tools_and_the_three_functions_do_not() {
    let mut specs = tools();
    specs.extend(others(500 - specs.len()));
    for count in [20, 100, 500] {
        let chosen: Vec<&ToolSpec> = specs.iter().step_by(500 / count).take(count).collect();
        assert_eq!(chosen.len(), count);
        let list = definition::define(chosen.iter().copied(), Format::Openai).estimated_tokens;
        let shelf = View::whole(Arc::new(Shelf::of(chosen)));
        let functions = shelf.functions().unwrap();
        let three = definition::define(functions.iter(), Format::Openai).estimated_tokens;
        let answer = shelf.search("send a message to a customer", 5, 1_000).estimated_tokens;
        println!("{count} tools: the list {list} tokens, the three functions {three}, an answer of five {answer}");
        assert!(three < 500 && answer <= 1_000);
        assert!(count < 100 || list > 4 * (three + answer), "{count}: {list} against {three} + {answer}");
    }
}
